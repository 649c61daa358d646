# Every sentence of Clapper in English. Other languages stand beside this file and have the same messages with the
# same variables. Where a key ends in a name of the program (`ending-moderated`), there is one message per name.

### How sentences and lists are put together

sentence-separator = {" "}
list-separator = {", "}

### Commands: names are 1 to 32 lower-case characters, descriptions and choices at most 100

command-video = video
command-video-description = Make a video from a prompt, and a picture if you like
command-studio = studio
command-studio-description = Make a video with a form: picture, camera and format at a glance
command-jobs = jobs
command-jobs-description = Your videos: open, cancel or show one again
command-queue = queue
command-queue-description = What's rendering and waiting in this server
command-settings = settings
command-settings-description = Your defaults: format, model, language, private results, sharing
command-usage = usage
command-usage-description = Your usage, what's left, and your limits
command-admin = admin
command-admin-description = For server managers: limits, budgets, moderation, logs
command-help = help
command-help-description = How this works, with examples

option-prompt = prompt
option-prompt-description = What happens in the video, up to 2000 characters
option-image = image
option-image-description = First frame: JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP or TIFF, under 60 MB
option-duration = duration
option-duration-description = Length of the video (default: your setting, otherwise 6 s)
option-resolution = resolution
option-resolution-description = Default: your setting, otherwise 768p; 1080p only with 6 seconds
option-camera = camera
option-camera-description = Up to three camera moves, separated by commas
option-model = model
option-model-description = Default: your setting, otherwise Hailuo 2.3; Fast needs a first frame
option-enhance = enhance
option-enhance-description = Let Hailuo improve your prompt (default: your setting, otherwise Full)
option-private = private
option-private-description = Send the video to your DMs only
option-sketch = sketch
option-sketch-description = Free camera preview first; nothing is ordered yet
option-spoiler = spoiler
option-spoiler-description = Mark the video as a spoiler
option-watermark = watermark
option-watermark-description = Ask for the provider's watermark

choice-duration-6 = 6 seconds
choice-duration-10 = 10 seconds
choice-resolution-768p = 768p
choice-resolution-1080p = 1080p (6 seconds only)
choice-model-hailuo = Hailuo 2.3
choice-model-hailuo_fast = Hailuo 2.3 Fast (needs a first frame)
choice-enhance-full = Full
choice-enhance-quick = Quick
choice-enhance-off = Off, my exact words

### Camera moves: the official name, what the move does, and the words that find a whole group

move-name-truck_left = Truck left
move-name-truck_right = Truck right
move-name-pan_left = Pan left
move-name-pan_right = Pan right
move-name-push_in = Push in
move-name-pull_out = Pull out
move-name-pedestal_up = Pedestal up
move-name-pedestal_down = Pedestal down
move-name-tilt_up = Tilt up
move-name-tilt_down = Tilt down
move-name-zoom_in = Zoom in
move-name-zoom_out = Zoom out
move-name-shake = Shake
move-name-tracking = Tracking shot
move-name-static = Static shot

move-truck_left = Slide left
move-truck_right = Slide right
move-pan_left = Turn left
move-pan_right = Turn right
move-push_in = Move closer
move-pull_out = Move away
move-pedestal_up = Rise
move-pedestal_down = Sink
move-tilt_up = Look up
move-tilt_down = Look down
move-zoom_in = Magnify
move-zoom_out = Widen the view
move-shake = Shaky hand
move-tracking = Follow the subject
move-static = Hold still

move-group-truck = truck
move-group-pan = pan
move-group-dolly = dolly
move-group-pedestal = pedestal
move-group-tilt = tilt
move-group-zoom = zoom

move-label = { $meaning } ({ $name })
moves-read = Camera: { $moves }

### An order in a few words

model-hailuo = Hailuo 2.3
model-hailuo_fast = Hailuo 2.3 Fast
format-line = { $seconds } s · { $resolution } · { $model }

### Acknowledgement and status

queued = **Queued**, { $place ->
        [1] next in line
       *[other] number { $place } in line
    }, expected { $ready }. I'll post the video here and mention you.
accepted = **Rendering**, expected { $ready }. I'll post the video here and mention you.
delivered = **Delivered.**
delivered-directly = **Delivered** to your DMs.

status-rendering = 🎬 **Rendering** for <@{ $user }>
status-progress = { $bar } { $percent } %
status-was-away = I was offline for a moment. Your video is still rendering.
status-late = Taking longer than usual, still rendering. No need to order again.
status-expected = Expected { $ready }
status-overdue = Taking longer than usual, still rendering. No need to order again.
status-delivering = 📦 **Finished**, on its way here for <@{ $user }>

ready = <@{ $user }> your video is ready
ready-privately = Your video is ready
ready-notice = Your video is ready: { $link }
ready-elsewhere = Your video is ready. I couldn't post it in <#{ $channel }>, so here it is
too-large-for-discord =
    It's too large for Discord, even compressed. Download it here; the link expires { $expires }:
    { $link }
    -# Video { $key }

### Cancelling

cancelled = **Cancelled.** Nothing was charged, and it doesn't count against your limits.
not-cancelled-queued = It just went back into the queue. Press **{ button-cancel }** again.
not-cancelled-submitting = { not-cancelled-rendering }
not-cancelled-rendering = **It's too late to cancel**: the provider is already working on it and can't stop.
not-cancelled-delivering = **It's too late to cancel**: your video is finished and on its way.
not-cancelled-unknown = **I can't cancel this one**: I can't tell if the provider is making it. See { COMMAND("jobs") }.
not-cancelled-cancelled = It's already cancelled. Nothing was charged.
not-cancelled-delivered = { not-cancelled-failed }
not-cancelled-failed = It has already ended. See { COMMAND("jobs") }.

### The studio, sketches and pictures

form-title = Studio
form-prompt = What happens in the video
form-prompt-placeholder = A red kite over a windy beach, golden hour
form-image = First frame
form-image-note = JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP or TIFF under 60 MB. Leave it empty to use your prompt alone.
form-image-kept = Your current picture stays. Attach another to replace it.
form-camera = Camera
form-camera-note = Up to three moves at once
form-camera-placeholder = No camera move
form-format = Length and resolution
form-choices = More
form-format-6-768p = 6 seconds at 768p
form-format-10-768p = 10 seconds at 768p
form-format-6-1080p = 6 seconds at 1080p
form-choice-enhance = Let Hailuo improve my prompt
form-choice-fast = Hailuo 2.3 Fast (needs a first frame)
form-choice-private = Send to my DMs only
form-choice-spoiler = Mark as spoiler

form-not-now = **I'm very busy right now.** Try again in a minute. Nothing was ordered.
form-ended = **This form has expired.** Nothing was ordered. Open a new one with { COMMAND("studio") }.
form-picture-gone = **This form has expired**: its picture is no longer stored. Nothing was ordered. Attach it again in { COMMAND("studio") }.
what-you-wrote = Here's what you wrote:

draft-long = 10 s at 768p
draft-sharp = 6 s at 1080p
draft-standard = Use Hailuo 2.3
draft-attach = Attach one
draft-use = Use this
draft-other = Other ways
repair-crop = **Cropped, it fits.** Here's how it looks. Nothing is ordered yet.
repair-pad = **With its edges extended, it fits.** Here's how it looks. Nothing is ordered yet.
repair-enlarge = **Enlarged, it fits.** Here's how it looks. Nothing is ordered yet.
draft-make = Make it
draft-change = Change
draft-gone = **This has expired.** Nothing was ordered. Copy your prompt from above, and start again with { COMMAND("studio") }.

sketch-shown = **Camera preview**, two seconds long. Nothing is ordered yet.
sketch-without-moves = **Choose a camera move first.** Pick up to three with `{ option-camera }`.
sketch-one-at-a-time = **Your other preview isn't ready yet.** It takes a few seconds; I do one at a time. Nothing was ordered.
sketch-not-now = **Too many previews right now.** Try again in a minute, or order without one. Nothing was ordered.
sketch-failed = **I couldn't make the preview.** Try again, or order without one. Nothing was ordered.

menu-animate = Animate this image
animate-no-image = **This message has no picture.** Choose one with a JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP or TIFF.
animate-not-yours = **You can't animate this picture.** Its author or this server doesn't allow it.

queued-privately = **Queued**, { $place ->
        [1] next in line
       *[other] number { $place } in line
    }, expected { $ready }. I'll DM you the video; only you will see it.
accepted-privately = **Rendering**, expected { $ready }. I'll DM you the video; only you will see it.
only-directly = I'm not in this server, so I'll DM you. If your DMs are closed, you'll find it in { COMMAND("jobs") }.

### Endings without a video

ending-moderated = **The provider's content filter refused your video.** Try another prompt or picture.
ending-rejected = **The provider rejected this order.** Ask the bot's operator.
ending-out_of_credit = **The bot's account with the provider is empty.** Only the bot's operator can fix this.
ending-key_refused = **The provider refused the bot's key.** Only the bot's operator can fix this.
ending-provider = **The provider couldn't make your video.** You can order it again.
ending-lost = **The provider lost track of your video.** The bot's operator can check.
ending-bad_result = **The finished video is broken or couldn't be downloaded.** The operator can check.
ending-too_large = **Your video is too large to post here**, even compressed. I kept it: press **{ button-again }** in { COMMAND("jobs") } to retry.
ending-undeliverable = **Your video is ready, but I couldn't post it in its channel.** Press **{ button-again }** in { COMMAND("jobs") }, in a channel of the same server where I can post.
ending-undeliverable-privately = **Your video is ready, but your DMs are closed.** Open them, then press **{ button-again }** in { COMMAND("jobs") }.
ending-ambiguous_submit = **I lost the connection while ordering.** It may still be rendering, so I won't resend it and risk paying twice.
ending-ambiguous_delivery = **I can't tell if your video was posted.** I kept it: press **{ button-again }** in { COMMAND("jobs") }.
ending-no_result = **The provider says your video is done, but there's no file.** I waited 15 minutes, and won't resend it and risk paying twice.
ending-waited_too_long = **Your video waited too long, so I cancelled it.** Order again any time.
ending-frame_gone = **Your first frame is no longer stored.** Attach it again.
ending-withdrawn = **A manager of the server cancelled your video** while it waited. See what's running with { COMMAND("queue") }.

moderator-decides = A moderator can sort this out.
operator-decides = The bot's operator can sort this out.
somebody-decided = It was checked and closed.
ended-neutrally = <@{ $user }> one of your videos has an update: { COMMAND("jobs") }

charged = It was charged, and it counts against your limits.
strikes-so-far = **{ $count } of { $limit } refusals today.** After { $limit } you're suspended for a day.
strikes-suspended = **{ $count } of { $limit } refusals today.** You can make videos again on { $until }.
not-charged = Nothing was charged, and it doesn't count against your limits.
charge-unknown = It may have been charged, so it counts against your limits.

decided-again = <@{ $by }> resent <@{ $user }>'s order. It counts again, as the first may have been charged.
decided-given-up = <@{ $by }> gave up <@{ $user }>'s order. It still counts, as it may have been charged.

### Buttons: at most 80 characters

button-cancel = Cancel
button-again = Show again
button-resubmit = Submit again
button-giveup = Give up
button-back = Back to the list

### Result buttons and the forms behind them

button-continue = Continue
button-delete = Delete
button-block = Block
button-details = Details
button-erase = Delete permanently
button-join = Join
button-remix = Remix
button-reroll = Re-roll
button-retry = Try again
button-change-prompt = Change prompt
button-takedown = Take down
button-undo = Undo
button-upscale = Redo in 1080p
menu-details = Video details
menu-delete = Delete my video

usd = ${ $amount }
costs = About { $price }.
left-today = { $count ->
        [0] None
       *[other] { $count }
    } left today, resets { $resets }.
button-priced = { $label } · { $price }
undo-within = Changed your mind? **{ button-undo }** within { $seconds ->
        [one] { $seconds } second
       *[other] { $seconds } seconds
    }.
continue-title = What happens next?
continue-prompt = Prompt of the next clip
joined = **Joined.** I'll post the whole video here. It's free and doesn't count.
joined-privately = **Joined.** I'll DM you the whole video. It's free and doesn't count.

details-by = Made by <@{ $user }>
relation-reroll = Re-roll of another video
relation-remix = Remix of another video
relation-continue = Continues another clip
relation-upscale = 1080p version of another video
relation-retry = Retry of a failed order
relation-join = Several clips in one video
relation-to = { $relation }: { $video }
relation-to-deleted = { $relation }, which was deleted

delete-really = **Delete this video permanently?** Message, files and prompt are removed. It still counts.
delete-not-yet = **This video isn't finished.** Delete it once it has ended.
deleted = **Deleted.**
deleted-message-stays = **Files and prompt are deleted**, but Discord didn't let me delete the message. Press **{ button-erase }** again, or delete it yourself.
no-video-there = **That isn't one of my videos.** Choose one that I posted.
no-video-of-yours = **That isn't your video.** Choose one that I posted for you.

### The list of videos, the page of one, and the queue

jobs-empty = No videos here yet. Make your first one with { COMMAND("video") }.
jobs-title = **Your videos here**, newest first
jobs-more = -# The menu below has more.
jobs-placeholder = Choose a video
jobs-none-of-these = No videos match this filter.
jobs-all = All
jobs-under_way = In progress
jobs-delivered = Delivered
jobs-failed = Failed, cancelled or unclear
jobs-newer = Newer
jobs-older = Older
job-expected = expected { $ready }
shown-privately = Here it is again. Only you can see this.
sent-again = I'm posting it in this channel.
sent-again-directly = I'm sending it to your DMs.

state-queued = waiting
state-submitting = rendering
state-rendering = rendering
state-delivering = finished, on its way
state-delivered = delivered
state-failed = failed
state-cancelled = cancelled
state-unknown = unclear

queue-empty = Nothing is rendering or waiting in this server.
queue-running = **Rendering**
queue-waiting = **Waiting**
queue-more = • … and more
queue-running-line = • <@{ $user }> · { $format } · started { $since }
queue-waiting-line = • number { $place } · <@{ $user }> · { $format } · expected { $ready }

### Settings of members and servers

settings-title = **Your settings**, for every server. Command options override them.
setting-line = • { $setting }: **{ $choice }**
setting-choice = { $setting }: { $choice }
setting-on = on
setting-off = off
setting-unclear = unknown (not supported by this version)
turn-on = Turn on: { $setting }
turn-off = Turn off: { $setting }
no-such-setting = That setting doesn't exist. See { COMMAND("settings") }.

setting-format = Length and resolution
setting-model = Model
setting-enhance = Prompt enhancement
setting-language = Language
setting-spoiler = Spoiler my videos
setting-private = Send videos to my DMs only
setting-notify = DM me when my video is posted
setting-direct_messages = DM me if I can't post in the channel
setting-reusable = Let others remix, continue and animate mine

setting-language-auto = same as Discord
language-name = English

server-title = **This server's rules**, for everyone here.
server-others_images = Let members animate others' pictures
server-spoiler_everywhere = Spoiler every video in this server
server-spoiler_here = Spoiler every video in this channel
managers-decide = **You need Manage Server for this.**

### Accounts of members and servers

usage-title = **Your usage here**
spent-today = • today: { $count ->
        [one] **{ $count }** video
       *[other] **{ $count }** videos
    }, { $spent }
spent-month = • this month: { $count ->
        [one] **{ $count }** video
       *[other] **{ $count }** videos
    }, { $spent }
spent-days = • the last { $days } days: { $count ->
        [one] **{ $count }** video
       *[other] **{ $count }** videos
    }, { $spent }
usage-left = **What's left**
left-videos = • today: { $count ->
        [one] **{ $count }** video
       *[other] **{ $count }** videos
    }
left-of-day = • of today's budget: **{ $left }** of { $budget }
left-of-month = • of this month's budget: **{ $left }** of { $budget }
usage-resets-member = • resets { $resets }, at midnight in this server's time zone
usage-resets-member_utc = • resets { $resets }, at midnight UTC
usage-resets-user = • for all servers together; resets { $resets }, at midnight UTC
usage-resets-guild = • resets { $resets }, at midnight in this server's time zone
usage-resets-guild_utc = • for the bot's own limits; resets { $resets }, at midnight UTC
usage-no-limit = • No limits here
usage-limits = **Your limits**
usage-limits-member = • you: { $limits }
usage-limits-user = • you in all servers together: { $limits }
usage-limits-guild = • this server: { $limits }
usage-limits-bot = • everyone together: { $limits }
chart-note = -# Last { $days } days. Bars: dollars; numbers: videos.
chart-missing = -# I couldn't draw the chart right now.
chart-line = Dashed line: the daily budget.
chart-alt = Spending by day from { $first } to { $last }: { $count ->
        [one] { $count } video
       *[other] { $count } videos
    } for { $spent } in total, most on { $day } with { $most }.

measure-active = Videos at once
measure-per_day = Videos a day
measure-micros_per_day = US dollars a day
measure-micros_per_month = US dollars a month
measure-cooldown_ms = Seconds between two videos
limit-in-short = { $setting }: { $choice }
limit-of-the-operator = • { $setting }: **{ $choice }** (bot default)
limit-set-higher = • { $setting }: **{ $choice }** (bot default; you set { $chosen })
limit-empty = Empty = bot default
limit-empty-of-role = Empty = same as everyone
no-limit = no limit
seconds = { $count ->
        [one] { $count } second
       *[other] { $count } seconds
    }
days = { $count ->
        [one] { $count } day
       *[other] { $count } days
    }
no-whole-figure = **{ $setting }: “{ $typed }” isn't a whole number.** Try 3, or leave it empty.
no-amount = **{ $setting }: “{ $typed }” isn't an amount.** Try 12.50 (dollars), or leave it empty.
zone = Time zone
zone-note = This server's limits reset in this time zone; the bot's own at midnight UTC
zone-example = Europe/Berlin
zone-unknown = **“{ $zone }” isn't a time zone.** Try Europe/Berlin, America/New_York or UTC.

### For managers of a server: the parts of `/admin`

admin-home-title = **Your server at a glance**
admin-home-choose = Choose what to see or change
admin-home-members = • Each member: { $limits }
admin-home-server = • Everyone together: { $limits }
admin-home-open = • Running normally
admin-home-paused = • ⏸️ **Paused by a manager**
admin-home-paused-elsewhere = • ⏸️ **Paused by the operator or the provider**
admin-button-home = Home
admin-button-pause = Pause here
admin-button-resume = Resume

admin-usage = Usage
admin-usage-description = What this server spent, by day and member: chart and table
admin-budget = Budget
admin-budget-description = How much money, per member and server, by day and month
admin-limits = Limits
admin-limits-description = How many videos and how often, per member and server; time zone
admin-roles = Roles
admin-roles-description = Roles with higher limits or priority
admin-channels = Channels
admin-channels-description = Choose where members can make videos
admin-blocks = Blocked members
admin-blocks-description = Stop a member from making videos here, or unblock a member
admin-moderation = Moderation
admin-moderation-description = Blocked words, spoilers, others' pictures
admin-log = Log channel
admin-log-description = Channel where moderators see every public video and report
admin-queue = Queue
admin-queue-description = What everyone has rendering and waiting; cancel what's waiting
admin-unknown = Unclear orders
admin-unknown-description = Orders that may have been charged: decide on each
admin-audit = Changes
admin-audit-description = Who changed what, and when

admin-more = … and more
admin-button-back = Back
admin-button-first = First page
admin-button-next = Next page

admin-limits-title = **How many videos, and how often**
admin-budget-title = **How much money**
admin-level-member = Each member:
admin-level-guild = Everyone together:
admin-days-turn = This server's daily and monthly limits reset in the time zone { $zone }; the bot's own at midnight UTC. Change it with **{ admin-button-limits-guild }**, on the page **{ admin-limits }**.
admin-button-limits-member = Member limits
admin-button-limits-guild = Server limits
admin-button-budget-member = Member budget
admin-button-budget-guild = Server budget

admin-roles-title = **Roles**
admin-roles-note = A role can raise its members' limits and give their videos priority. Choose one to change it.
admin-roles-none = No special roles yet.
admin-role-line = • <@&{ $role }>: { $said }
admin-role-favoured = priority
admin-role-plain = same as everyone
admin-choose-role = Choose a role
admin-button-role-limits = Role limits
admin-button-favour = Give priority
admin-button-unfavour = Remove priority
admin-button-plain = Remove special limits
too-many-roles = **Up to { $limit } roles can have special limits.** Remove another role's first.

admin-channels-title = **Where members can make videos**
admin-channels-allowed = Allowed channels
admin-channels-denied = Blocked channels
admin-channels-all = all
admin-channels-none = none
admin-channels-note = A category includes its channels, a channel its threads.

admin-blocked = <@{ $user }> can't make videos here any more.
admin-blocked-before = <@{ $user }> was already blocked.
admin-unblocked = <@{ $user }> can make videos again.
admin-not-blocked = <@{ $user }> isn't blocked here.
admin-blocks-title = **Blocked members**
admin-blocks-none = No blocked members.
admin-block-line = • <@{ $user }>, since { $since }
admin-block-line-until = • <@{ $user }>, since { $since }, until { $until }
admin-unblock-choose = Choose a member to unblock
admin-button-block = Block a member
admin-button-unblock = Unblock a member
block-member = Member
block-days = Days
block-days-note = Number of days (empty: permanently)
block-days-invalid = **“{ $typed }” isn't a number of days.** Try 7, or leave it empty to block permanently.

ban-words = Blocked words
ban-words-note = One per line; case and invisible characters don't matter
ban-patterns = Blocked patterns
ban-patterns-note = Regular expressions (RE2), one per line, up to 25
ban-none = none
admin-button-words = Words and patterns
admin-button-try = Try a prompt
pattern-invalid = **I can't use one of the patterns.** RE2 says: { $why }
too-many-words = **Too many.** The limit is { $limit }.
try-prompt = Tried: { $prompt }
try-refused = I'd refuse it here:
try-found = • “{ $found }” matches `{ $rule }`
try-taken = This prompt passes here. The provider may still refuse it.

admin-log-title = **Log channel**
admin-log-now = It's <#{ $channel }>.
admin-log-none = No log channel yet.
admin-log-note = Public videos and reports are logged here. Pick a moderators-only channel.
admin-log-choose = Choose a channel
log-permissions = **I can't post in <#{ $channel }>.** I need { $permissions } there.
log-entry = 🎬 <@{ $user }> · { $format } · { $link }
log-report = 🚩 <@{ $by }> reported a video by <@{ $user }>: { $link }
log-struck-out = A video by <@{ $user }> was deleted.

menu-report = Report video
report-sent = **Reported.** Moderators can see it, and that it was you.
report-no_log = **Reports aren't set up here.** Tell a moderator.
report-before = You've already reported this video. Moderators can see it.
report-not_sent = **I couldn't send your report.** Try again later, or tell a moderator.

admin-paused = **Paused in this server.** Running videos still arrive. Resume with **{ admin-button-resume }**.
admin-paused-before = Already paused in this server. Resume with **{ admin-button-resume }**.
admin-resumed = **Resumed.**
admin-not-paused = This server wasn't paused.
admin-still-paused = Still paused by the operator or the provider.

admin-queue-paused = ⏸️ Paused: no new orders for now.
admin-queue-choose = Choose a waiting video to cancel
admin-job-line = • <@{ $user }> · { $format } · { $state } · { $since }
admin-waiting-line = { $line } · number { $place }
admin-waiting-label = Number { $place } · { $format }
admin-cancel-really = **Cancel this video?** It won't be charged, and I'll tell its author.
admin-button-cancel = Cancel this video
admin-cancelled = **Cancelled.** I'll tell its author.
admin-not-waiting = Too late: it's no longer waiting.

admin-unknown-title = **Orders that may have been charged.** Choose one to decide on.
admin-unknown-none = Nothing needs a decision.
admin-unknown-line = { $number }. { $line }
admin-unknown-job = <@{ $user }> · { $format } · { $price } · { $since }
admin-unknown-label = { $number } · { $format }
admin-unknown-choose = Choose one to decide on

admin-usage-title = **This server's usage**
admin-top-title = **Top spenders of the last { $days } days**
admin-top-line = • <@{ $user }>: { $count ->
        [one] { $count } video
       *[other] { $count } videos
    }, { $spent }
admin-button-export = Export as CSV
admin-exported = Each member's usage on each of the last { $days } days.

admin-audit-title = **Who changed what**, newest first
admin-audit-none = No changes yet.
audit-line = • { $at } { $who }: { $change }
audit-operator = the bot's operator
audit-nothing = none of its own
audit-member_limits = member limits: { $detail }
audit-guild_limits = server limits: { $detail }
audit-time_zone = time zone: { $detail }
audit-role_limits = role limits: { $detail }
audit-role_no_limits = removed special limits: { $detail }
audit-role_favoured = gave priority: { $detail }
audit-role_not_favoured = removed priority: { $detail }
audit-allowed_channels = allowed channels: { $detail }
audit-denied_channels = blocked channels: { $detail }
audit-blocked = blocked: { $detail }
audit-unblocked = unblocked: { $detail }
audit-banned_words = blocked words: { $detail }
audit-banned_patterns = blocked patterns: { $detail }
audit-others_images_on = turned on: { server-others_images }
audit-others_images_off = turned off: { server-others_images }
audit-spoiler_everywhere_on = turned on: { server-spoiler_everywhere }
audit-spoiler_everywhere_off = turned off: { server-spoiler_everywhere }
audit-spoiler_here_on = spoiler in channel on: { $detail }
audit-spoiler_here_off = spoiler in channel off: { $detail }
audit-log_channel = log channel: { $detail }
audit-paused = paused this server
audit-resumed = resumed this server
audit-cancelled = cancelled a waiting video: { $detail }
audit-submitted_again = resent an unclear order: { $detail }
audit-given_up = gave up an unclear order: { $detail }
audit-taken_down = deleted a video: { $detail }
audit-other = unknown (not supported by this version)

### Refusals: what is against a rule, its value, and what to do

no-such-job = I can't find that video. See { COMMAND("jobs") } for yours.
file-gone = The file is no longer stored.
file-too-large = The file is too large to show here.
moderators-decide = **You need Manage Messages for this**, because it may be charged again.
decided-already = That's already decided.
unknown-channel = **I can't post in this kind of channel.** Use a text channel or a thread.
missing-permissions = **I can't post the video here.** I need { $permissions } in this channel. Ask a moderator to allow it, or use another channel.

permission-view_channel = View Channel
permission-send_messages = Send Messages
permission-send_messages_in_threads = Send Messages in Threads
permission-attach_files = Attach Files

rule-prompt_empty = **Your prompt is empty.** Say what happens in the video.
rule-prompt_too_long = **Your prompt is too long**: { $length } characters with its camera moves; the limit is { $limit }. Remove { $over }.
rule-long_at_1080p = **1080p works with 6 seconds only.** Choose 768p for 10 seconds, or 6 seconds at 1080p.
rule-fast_without_image = **Hailuo 2.3 Fast needs a first frame.** Attach a picture, or choose Hailuo 2.3.

camera-unknown = **“{ $name }” isn't a camera move.** Pick from the list that opens while you type: { $moves }.
too-many-moves = **{ $count } camera moves are too many.** Use up to { $limit }.

picture-refused = **I can't use this picture as the first frame**: { $fault }
picture-too_big = it's { $megabytes } MB, and the limit is 60 MB. Save it smaller.
picture-not_a_picture = the file isn't a picture. Attach a JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP or TIFF.
picture-wrong_format = it's { $format ->
        [AVI] an AVI
        [EPS] an EPS
        [ICO] an ICO
        [M4A] an M4A
        [MKV] an MKV
        [MP3] an MP3
        [MP4] an MP4
        [MPEG] an MPEG
        [Ogg] an Ogg
        [SVG] an SVG
        [XCF] an XCF
       *[other] a { $format }
    } file. Save it as a JPEG or PNG.
picture-too_small = it's { $width } × { $height } pixels, and its short side must be longer than { $above }.
picture-too_narrow = at { $width } × { $height } it's narrower than 2:5.
picture-too_wide = at { $width } × { $height } it's wider than 5:2.
picture-too_many_pixels = { $width } × { $height } is too large for me: I can open up to { $megapixels } megapixels of this kind. Save it smaller, or as a JPEG.
picture-too_much_work = it takes me too long to open. Save it smaller, or as a JPEG.
picture-cut_off = only { $percent } % of it is there: the file ends early. Save it again, or attach another.
picture-rare_kind = it's a rare kind of { $format } that I can't read. Save it as a JPEG or PNG.
picture-damaged = the file is damaged. Save it again, or attach another.
picture-unreadable = **I couldn't get the picture from Discord in time.** Attach it again.
picture-busy = **I'm reading too many pictures right now.** Try again in a minute.

cap-member-active = **You have { $limit ->
        [one] { $limit } video
       *[other] { $limit } videos
    } running (limit { $limit }).** Wait for one, or cancel a waiting one in { COMMAND("jobs") }.
cap-member-per_day = **You've used today's { $limit ->
        [one] { $limit } video
       *[other] { $limit } videos
    }.**
cap-member-micros_per_day = **Your daily budget of { $limit } doesn't cover this video.** You have { $left } left.
cap-member-micros_per_month = **Your monthly budget of { $limit } doesn't cover this video.** You have { $left } left.
cap-member-cooldown_ms = **Not so fast.** Leave { $limit ->
        [one] { $limit } second
       *[other] { $limit } seconds
    } between your videos.
cap-guild-active = **This server has { $limit ->
        [one] { $limit } video
       *[other] { $limit } videos
    } running (limit { $limit }).** Wait for one.
cap-guild-per_day = **This server has used today's { $limit ->
        [one] { $limit } video
       *[other] { $limit } videos
    }.**
cap-guild-micros_per_day = **This server's daily budget of { $limit } doesn't cover this video.** { $left } is left.
cap-guild-micros_per_month = **This server's monthly budget of { $limit } doesn't cover this video.** { $left } is left.
cap-guild-cooldown_ms = **Not so fast.** Leave { $limit ->
        [one] { $limit } second
       *[other] { $limit } seconds
    } between this server's videos.
cap-bot-active = **I have { $limit ->
        [one] { $limit } video
       *[other] { $limit } videos
    } running for everyone (limit { $limit }).** Wait for one.
cap-bot-per_day = **Everyone together has used today's { $limit ->
        [one] { $limit } video
       *[other] { $limit } videos
    }.**
cap-bot-micros_per_day = **Everyone's shared daily budget of { $limit } doesn't cover this video.** { $left } is left.
cap-bot-micros_per_month = **Everyone's shared monthly budget of { $limit } doesn't cover this video.** { $left } is left.
cap-bot-cooldown_ms = **Not so fast.** I need { $limit ->
        [one] { $limit } second
       *[other] { $limit } seconds
    } between videos.
cap-user-per_day = **You've used today's { $limit ->
        [one] { $limit } video
       *[other] { $limit } videos
    } for all servers together.**
cap-user-micros_per_day = **Your daily budget of { $limit } for all servers doesn't cover this video.** You have { $left } left.
cap-user-micros_per_month = **Your monthly budget of { $limit } for all servers doesn't cover this video.** You have { $left } left.
cap-resets-local = Resets { $when }, at midnight in this server's time zone.
cap-resets-utc = Resets { $when }, at midnight UTC.
cap-resets-pace = Order again { $when }.
cap-resets-active = The next one should be done { $when }.

paused-operator = **The bot's operator paused video making.** Nothing was charged.
paused-moderator = **A manager paused video making in this server.** Nothing was charged.
paused-balance = **Video making is paused**: the bot's account with the provider is empty. The operator knows. Nothing was charged.
paused-key = **Video making is paused**: the provider refuses the bot's key. The operator knows. Nothing was charged.
paused-database = **Video making is paused**: I can't save new orders. The bot's operator can fix this. Nothing was charged.
paused-told = <@{ $user }> **Video making is paused.** Your video keeps its place, and nothing was charged. If the pause is too long, I'll cancel it and it won't count.
blocked-moderator = **A manager blocked you from making videos here.**
blocked-strikes = **You can't make videos for a day.** The provider's filter refused too many of your prompts.
blocked-until = You can again on { $until }.
channel-not-allowed = **Videos are off in this channel.**
channel-not-allowed-but = **Videos are off in this channel.** Try { $channels }.
words-not-allowed = **“{ $found }” isn't allowed in prompts here.** Change your prompt.
guild-not-allowed = **I don't make videos in this server.** The bot's operator decides where I do.
direct-not-allowed = **I don't make videos in DMs, or where I'm not a member.** The bot's operator decides where I do.
order-not-allowed = **I can't take this order here.** Nothing was charged.

alert-balance = **The account with the video provider is empty.** I order nothing until it's topped up, and check every ten minutes.
alert-low_balance = **The balance with the video provider is low**: { $detail }.
alert-key = **The video provider refuses the key.** I order nothing until you start me with another one, or run `python bot.py resume`.
alert-outage = **The video provider keeps failing.** Orders wait. I'll keep trying, less and less often.
alert-database = **My database file was deleted or replaced while I was running.** I order nothing new; running orders still arrive. Stop me: I'll save what I know in a file beside it, and the log says which. Move that file into its place and start me.
alert-over = **Back to normal.** It was paused because of: { $detail }.
alert-late = **I found a paid result after somebody had decided on its order.** Check it with the provider: { $detail }

broke = **Something went wrong on our side.** If your video was queued, it's still rendering: see { COMMAND("jobs") }. Reference for the operator: `{ $reference }`

take-frame-gone = **This video's first frame is no longer stored.** Attach it again. Nothing was charged.
take-video-gone = **This video's file is no longer stored**, so I can't build on it. Nothing was charged.
take-erased = **This video was deleted.** Nothing was charged.
take-not-shared = **The author doesn't share this one.**
take-not-possible = **You can't do that with this video.** Nothing was charged.
take-nothing-to-join = **Nothing to join yet.** Press **{ button-continue }** first.
take-chain-too-long = **This chain is too long.** I can join up to { $limit } clips.
take-cannot-be-joined = **These clips don't fit together into one video.** Nothing was charged.

### Help

help =
    {"**"}I make short videos with MiniMax-Hailuo-2.3.** Type { COMMAND("video") }, say what happens, and send. I'll post your video here a few minutes later.

    {"**"}Ideas**
    • { COMMAND("video") } `{ option-prompt }: A red kite over a windy beach, golden hour`
    • attach a picture as `{ option-image }`: the video starts with it
    • `{ option-camera }: Push in` moves closer, `{ option-camera }: Truck left, Pedestal up` does both at once
    • or type moves in the prompt: `[Push in] a lighthouse at night`
    • `{ option-sketch }` previews the camera for free

    {"**"}Under each video**
    • *{ button-reroll }*, *{ button-remix }* (the same with changes), *{ button-upscale }*: each counts as one video
    • *{ button-continue }* starts from the last frame, one video each time; *{ button-join }* makes one film of it all, for free
    • *{ button-details }*, *{ button-delete }*

    {"**"}More**
    • { COMMAND("studio") }: the same as a form
    • { COMMAND("jobs") }: cancel your videos or see them again; { COMMAND("queue") }: what's running in this server
    • { COMMAND("privacy") }: view, export or delete your data
    • { COMMAND("settings") }: your defaults, your language, what others can do with yours; { COMMAND("usage") }: what you've used and what's left
    • { COMMAND("admin") }: limits, budgets, moderation, logs, for server managers
    • `{ option-private }` sends the video to your DMs only
    • hold or right-click a message, then *Apps*: *{ menu-animate }*, *{ menu-details }*, *{ menu-delete }*, *{ menu-report }*

    {"**"}Good to know**
    • 6 or 10 seconds at 768p, 6 at 1080p; *Hailuo 2.3 Fast* needs a picture
    • `{ option-enhance }: Off` keeps your exact words

help-link-terms = Terms of use
help-link-privacy = Privacy
help-link-support = Help and support

command-privacy = privacy
command-privacy-description = Your data: view, export, delete
command-privacy-show = show
command-privacy-show-description = View what I store about you, and for how long
command-privacy-export = export
command-privacy-export-description = Export your data as a file
command-privacy-delete = delete
command-privacy-delete-description = Delete your prompts, pictures, videos and settings
command-operator = operator
command-operator-description = For the bot's operator
command-operator-pause = pause
command-operator-pause-description = Pause everywhere; running videos still arrive
command-operator-resume = resume
command-operator-resume-description = Resume after a pause
command-operator-status = status
command-operator-status-description = What's paused, and what was spent today

privacy-shown = **Your data**
    • { $orders ->
        [0] no prompts
        [one] { $orders } order with its prompt
       *[other] { $orders } orders with their prompts
    }, pictures and videos included; total cost { $spent }
    • your settings
    I delete first frames and videos after { $videos } days, prompts after { $prompts } days. { COMMAND("privacy export") } sends you everything, { COMMAND("privacy delete") } deletes it. The bill keeps dates and amounts; { $months } days after a deletion it no longer says whose they were.
privacy-exported = Here's your data. Anything that didn't fit into one file is listed in its `left-out.txt`.
privacy-export-sent = **Sent.** Check your DMs.
privacy-delete-title = Delete all my data
privacy-delete-what = This deletes your prompts, pictures, videos, the messages that show them, and your settings, in every server. You can't undo it.
privacy-delete-label = Type { $word } to confirm
privacy-delete-word = DELETE
privacy-deleted = **Deleted.** Your prompts, pictures, videos and settings are gone. I'm removing the messages that show them.
privacy-deleted-later = { $count ->
        [one] { $count } video is still running and will be deleted
       *[other] { $count } videos are still running and will be deleted
    } once finished.
privacy-not-deleted = **Nothing was deleted**: you didn't type { $word }.

operators-decide = **Only the bot's operator can do that.**
operator-paused = **Paused everywhere.** Running videos still arrive.
operator-resumed = **Resumed.**
operator-not-paused = **Nothing was paused.**
operator-open = Running normally.
operator-pause-operator = **Paused by you.**
operator-pause-moderator = **Paused.**
operator-pause-balance = **Paused**: the account with the provider is empty.
operator-pause-key = **Paused**: the provider refuses the key.
operator-pause-database = **Paused**: the database can't save new orders.
operator-pause-outage = **Paused for a while**: the provider keeps failing.
operator-today = Today (UTC): { $videos ->
        [one] { $videos } video
       *[other] { $videos } videos
    }, { $spent }.
operator-guild = • `{ $guild }`: { $videos ->
        [one] { $videos } video
       *[other] { $videos } videos
    }, { $spent }
