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
command-jobs-description = Your videos: look at one, cancel it, see it again
command-queue = queue
command-queue-description = What this server has rendering and waiting
command-settings = settings
command-settings-description = Your defaults: format, model, language, private results, sharing
command-usage = usage
command-usage-description = What you have used, what is left for you, and which limits hold
command-admin = admin
command-admin-description = For those who manage this server: limits, money, moderation, log
command-help = help
command-help-description = How this works, with examples

option-prompt = prompt
option-prompt-description = What happens in the video, up to 2000 characters
option-image = image
option-image-description = First frame: JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP or TIFF, under 60 MB
option-duration = duration
option-duration-description = Length of the video (your setting if left out, at first 6 seconds)
option-resolution = resolution
option-resolution-description = Your setting if left out, at first 768p; 1080p goes with 6 seconds only
option-camera = camera
option-camera-description = Up to three camera moves, separated by commas
option-model = model
option-model-description = Your setting if left out, at first Hailuo 2.3; Fast needs a first frame
option-enhance = enhance
option-enhance-description = Whether the service may improve your words (your setting if left out, at first Full)
option-private = private
option-private-description = Send the video to your direct messages, for you alone
option-sketch = sketch
option-sketch-description = First show me what the camera does, free of charge; nothing is ordered yet
option-spoiler = spoiler
option-spoiler-description = Hide the video behind a click
option-watermark = watermark
option-watermark-description = Ask for the provider's watermark
option-member = member
option-member-description = Whom it is about
option-days = days
option-days-description = For how many days (for good if left out)

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
    }, expected { $ready }. I will post the video here and mention you.
accepted = **Rendering**, expected { $ready }. I will post the video here and mention you.
delivered = **Delivered.**
delivered-directly = **Delivered** to your direct messages.

status-rendering = 🎬 **Rendering** for <@{ $user }>
status-progress = { $bar } { $percent } %
status-was-away = I was away for a moment. The video is still being made, and there is nothing to do.
status-late = This one takes unusually long. It is still being made: there is no need to order it again.
status-expected = Expected { $ready }
status-overdue = This one takes a little longer than usual, and is still being made.
status-delivering = 📦 **Finished**, on its way here for <@{ $user }>

ready = <@{ $user }> your video is ready
ready-privately = Your video is ready
ready-notice = Your video is ready: { $link }
ready-elsewhere = Your video is ready. I could not post it in <#{ $channel }>, so here it is
too-large-for-discord =
    It is too large for Discord, even made smaller. Download it here, the link stops working { $expires }:
    { $link }
    -# Video { $key }

### Cancelling

cancelled = **Cancelled.** Nothing was charged, and it does not count against your limits.
not-cancelled-queued = It went back to waiting at this very moment. Press **{ button-cancel }** once more.
not-cancelled-submitting = { not-cancelled-rendering }
not-cancelled-rendering = **It is too late to cancel**: the provider is working on it, and offers no way to stop.
not-cancelled-delivering = **It is too late to cancel**: the video is finished and on its way.
not-cancelled-unknown = **This one cannot be cancelled**: I cannot tell whether the provider is making it. `/{ command-jobs }` tells you more.
not-cancelled-cancelled = This one was cancelled already. Nothing was charged.
not-cancelled-delivered = { not-cancelled-failed }
not-cancelled-failed = This one has ended already. `/{ command-jobs }` shows how.

### The studio, sketches and pictures

form-title = Studio
form-prompt = What happens in the video
form-prompt-placeholder = A red kite over a windy beach, golden hour
form-image = First frame
form-image-note = JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP or TIFF under 60 MB. Leave it empty for words alone.
form-image-kept = The picture that is there already is used. Attach another to replace it.
form-camera = Camera
form-camera-note = Up to three moves act together
form-camera-placeholder = No camera move
form-format = Length and resolution
form-choices = More
form-format-6-768p = 6 seconds at 768p
form-format-10-768p = 10 seconds at 768p
form-format-6-1080p = 6 seconds at 1080p
form-choice-enhance = Let the service improve my words
form-choice-fast = Hailuo 2.3 Fast (needs a first frame)
form-choice-private = Private: to my direct messages
form-choice-spoiler = Spoiler: behind a click

form-not-now = **I am very busy right now.** Please try again in a minute. Nothing was charged.
form-ended = **This form has ended**, so nothing was ordered and nothing was charged. `/{ command-studio }` opens a new one.
form-picture-gone = **This form has ended**: its picture is no longer kept. Nothing was ordered and nothing was charged. Attach the picture in `/{ command-studio }`.
what-you-wrote = This is what you had written:

draft-long = 10 s at 768p
draft-sharp = 6 s at 1080p
draft-standard = Use Hailuo 2.3
draft-attach = Attach one
draft-use = Use this
draft-other = Other ways
repair-crop = **Cropped, it fits:** this is how it looks. Nothing is ordered yet.
repair-pad = **With its edges continued, it fits:** this is how it looks. Nothing is ordered yet.
repair-enlarge = **Enlarged, it fits:** this is how it looks. Nothing is ordered yet.
draft-make = Make it
draft-change = Change
draft-gone = **This has ended.** Please type it again. Nothing was charged.

sketch-shown = **A sketch of the camera**, two seconds long. Nothing is ordered yet, and nothing was charged.
sketch-without-moves = **There is nothing to sketch**: no camera move is chosen. Pick up to three as `{ option-camera }`.
sketch-one-at-a-time = **Your other sketch is still being drawn.** One at a time; it takes a few seconds. Nothing was ordered.
sketch-not-now = **Too many sketches are being drawn right now.** Try again in a minute, or order the video without one. Nothing was ordered.
sketch-failed = **The sketch could not be drawn.** Nothing was ordered. Try again, or order the video without it.

menu-animate = Animate this image
animate-no-image = **There is no picture in this message.** Choose a message with a JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP or TIFF. Nothing was charged.
animate-not-yours = **This picture is somebody else's**, and either this server or its author keeps it from being animated. Nothing was charged.

queued-privately = **Queued**, { $place ->
        [1] next in line
       *[other] number { $place } in line
    }, expected { $ready }. I will send the video to your direct messages, for you alone.
accepted-privately = **Rendering**, expected { $ready }. I will send the video to your direct messages, for you alone.
only-directly = I am no member here, so I cannot post it here. Should your direct messages be closed to me, `/{ command-jobs }` keeps it.

### Endings without a video

ending-moderated = **The provider's content filter refused your video.** Try other words or another picture.
ending-rejected = **The provider did not accept your order.** The bot's operator can look up why.
ending-out_of_credit = **The bot's account with the provider is empty**, so your video was not made. Only the bot's operator can change that.
ending-key_refused = **The provider refused the bot's key**, so your video was not made. Only the bot's operator can change that.
ending-provider = **The provider could not make your video.** You can order it again.
ending-lost = **The provider no longer knows about your video.** The bot's operator can look into it.
ending-bad_result = **What the provider made could not be fetched, or does not play.** The bot's operator can look into it.
ending-too_large = **Your video is too large to be posted here**, even made smaller. It is kept: **{ button-again }** in `/{ command-jobs }` tries once more.
ending-undeliverable = **Your video is finished, but I could not post it in its channel.** It is kept: choose **{ button-again }** in `/{ command-jobs }`, in a channel of the same server where I may post.
ending-undeliverable-privately = **Your video is finished, but your direct messages are closed to me.** It is kept: open them, then choose **{ button-again }** in `/{ command-jobs }` where you ordered it.
ending-ambiguous_submit = **The connection broke while I ordered your video**, so I cannot tell whether the provider is making it. I will not order it again by myself, because that could cost twice.
ending-ambiguous_delivery = **I cannot tell whether your video was posted.** It is kept: **{ button-again }** in `/{ command-jobs }` shows it to you.
ending-no_result = **The provider says that your video is done, but there's no file.** I've waited for a quarter of an hour, and won't order it again by myself, because that could cost twice.
ending-waited_too_long = **Your video waited too long for its turn**, so I cancelled it rather than start it by surprise. Order it again if you still want it.
ending-frame_gone = **The first frame of your video is gone from the bot's disk**, so it was not ordered. Please attach it again.
ending-withdrawn = **A manager of the server cancelled your video** while it waited. `/{ command-queue }` shows what is under way there.

moderator-decides = A moderator can decide.
operator-decides = The bot's operator can decide.
somebody-decided = It was looked at and given up.
ended-neutrally = <@{ $user }> there is news about one of your videos. `/{ command-jobs }` tells you more.

charged = It was charged, and it counts against your limits.
strikes-so-far = **{ $count } of { $limit } refusals today.** After { $limit } you're suspended for a day.
strikes-suspended = **{ $count } of { $limit } refusals today.** You can make videos again on { $until }.
not-charged = It was not charged, and it does not count against your limits.
charge-unknown = It may have been charged, so it counts against your limits.

decided-again = <@{ $by }> sent the order of <@{ $user }> again. It counts a second time, since the first may have been charged.
decided-given-up = <@{ $by }> gave up the order of <@{ $user }>. It may have been charged, so it still counts.

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
button-erase = Delete for good
button-join = Join
button-remix = Remix
button-reroll = Re-roll
button-retry = Try again
button-change-prompt = Change prompt
button-takedown = Take down
button-undo = Undo
button-upscale = 1080p, new take
menu-details = Video details
menu-delete = Delete my video

usd = ${ $amount }
costs = About { $price }.
left-today = { $count ->
        [0] No more video like it is
        [one] { $count } more like it is
       *[other] { $count } more like it are
    } left for you today; it counts anew { $resets }.
button-priced = { $label } · { $price }
undo-within = **{ button-undo }** takes it back; for { $seconds ->
        [one] { $seconds } second
       *[other] { $seconds } seconds
    } that is certain.
continue-title = What happens next?
continue-prompt = Prompt of the next clip
joined = **Joined.** I will post the whole video here. It costs nothing and does not count.
joined-privately = **Joined.** The whole video will come to your direct messages. It costs nothing and does not count.

details-by = Made by <@{ $user }>
relation-reroll = A re-roll of another video
relation-remix = A remix of another video
relation-continue = Goes on from another clip
relation-upscale = Another video once more, at 1080p
relation-retry = A second try of an order that came to nothing
relation-join = Several clips in one video
relation-to = { $relation }: { $video }
relation-to-deleted = { $relation }, which was deleted

delete-really = **Delete this video for good?** Its message goes, its files and your words. What it cost and counted stays.
delete-not-yet = **This video is still under way**, so it cannot be deleted yet. Try again once it has ended.
deleted = **Deleted**: the message, the files and the words.
deleted-message-stays = **The files and the words are deleted**, but Discord did not let me delete the message. Press **{ button-erase }** once more, or delete the message yourself.
no-video-there = **This message is none of my videos.** Choose one that I have posted.
no-video-of-yours = **This message is no video of yours.** Choose one that I have posted for you.

### The list of videos, the page of one, and the queue

jobs-empty = You have no videos here yet. `/{ command-video }` makes the first one.
jobs-title = **Your videos here**, newest first. Choose one:
jobs-placeholder = Choose a video
jobs-none-of-these = None of your videos here is in this part of the list.
jobs-all = Show all
jobs-under_way = Show what is under way
jobs-delivered = Show what was delivered
jobs-failed = Show what failed, was cancelled or is unclear
jobs-newer = Newer
jobs-older = Older
job-expected = expected { $ready }
shown-privately = Here it is again, seen by you alone.
sent-again = I am posting it in this channel.
sent-again-directly = I am sending it to your direct messages.

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

settings-title = **Your settings**, in every server. What you choose in a command comes first.
setting-line = • { $setting }: **{ $choice }**
setting-choice = { $setting }: { $choice }
setting-on = yes
setting-off = no
setting-unclear = something that this version does not know
turn-on = Turn on: { $setting }
turn-off = Turn off: { $setting }
no-such-setting = There is no such choice. `/{ command-settings }` shows the ones there are.

setting-format = Length and resolution
setting-model = Model
setting-enhance = May the service improve my words
setting-language = Language
setting-spoiler = Videos behind a click
setting-private = Videos to my direct messages only
setting-notify = Direct message when my video is posted
setting-direct_messages = Direct message if the channel is closed
setting-reusable = Others may remix, continue and animate mine

setting-language-auto = as Discord says
language-name = English

server-title = **Rules of this server**, for everybody in it.
server-others_images = Other members' pictures may be animated
server-spoiler_everywhere = Videos behind a click in every channel
server-spoiler_here = Videos behind a click in this channel
managers-decide = **This is for those who manage the server**: it takes the permission Manage Server.

### Accounts of members and servers

usage-title = **What you have used here**
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
usage-left = **What is left**
left-videos = • today: { $count ->
        [one] **{ $count }** video
       *[other] **{ $count }** videos
    }
left-of-day = • of today's budget: **{ $left }** of { $budget }
left-of-month = • of this month's budget: **{ $left }** of { $budget }
usage-resets-member = • resets { $resets }, at midnight in this server's time zone
usage-resets-member_utc = • resets { $resets }, at midnight UTC
usage-resets-user = • that is for all servers together; it resets { $resets }, at midnight UTC
usage-resets-guild = • resets { $resets }, at midnight in this server's time zone
usage-resets-guild_utc = • by the bot's own limits; they reset { $resets }, at midnight UTC
usage-no-limit = • nothing limits number or money here
usage-limits = **Limits that hold**
usage-limits-member = • you: { $limits }
usage-limits-user = • you in all servers together: { $limits }
usage-limits-guild = • this server: { $limits }
usage-limits-bot = • everybody together: { $limits }
chart-note = -# Bars: dollars a day in the last { $days } days. Figures on them: videos.
chart-missing = -# The chart could not be drawn right now.
chart-line = Dashed line: the budget of a day.
chart-alt = What was spent by day from { $first } to { $last }: { $count ->
        [one] { $count } video
       *[other] { $count } videos
    } for { $spent } together, most on { $day } with { $most }.

measure-active = Videos at once
measure-per_day = Videos a day
measure-micros_per_day = US dollars a day
measure-micros_per_month = US dollars a month
measure-cooldown_ms = Seconds between two videos
limit-in-short = { $setting }: { $choice }
limit-of-the-operator = • { $setting }: **{ $choice }**, as the operator allows
limit-set-higher = • { $setting }: **{ $choice }**, as the operator allows; { $chosen } is set here
limit-empty = Empty: as the operator allows
limit-empty-of-role = Empty: like everybody
no-limit = no limit
seconds = { $count ->
        [one] { $count } second
       *[other] { $count } seconds
    }
days = { $count ->
        [one] { $count } day
       *[other] { $count } days
    }
no-whole-figure = **“{ $typed }” is no figure for “{ $setting }”.** Write a whole number such as 3, or leave it empty. Nothing was changed.
no-amount = **“{ $typed }” is no amount for “{ $setting }”.** Write dollars such as 12.50, or leave it empty. Nothing was changed.
zone = Time zone
zone-note = This server's limits reset in it; the bot's own at midnight UTC
zone-example = Europe/Berlin
zone-unknown = **“{ $zone }” is no time zone.** Write one such as Europe/Berlin, America/New_York or UTC. Nothing was changed.

### For managers of a server: the parts of `/admin`

admin-usage = usage
admin-usage-description = What this server has spent, by day and member, as chart and table
admin-queue = queue
admin-queue-description = What everybody has rendering and waiting; cancel what waits
admin-unknown = unknown
admin-unknown-description = Orders that may have been charged: decide on each
admin-limits = limits
admin-limits-description = How many videos, and how fast: each member, and the server; time zone
admin-budget = budget
admin-budget-description = How much money: each member, and the server, by day and month
admin-roles = roles
admin-roles-description = Roles whose members may use more, or are served more often
admin-channels = channels
admin-channels-description = Where videos may be ordered
admin-moderation = moderation
admin-moderation-description = Words that prompts may not hold, videos behind a click, others' pictures
admin-log = log
admin-log-description = The channel where moderators see each video and what is reported
admin-block = block
admin-block-description = Let a member order nothing here
admin-unblock = unblock
admin-unblock-description = Let a member order again, or see who may not
admin-pause = pause
admin-pause-description = Stop orders in this server; what is under way is still delivered
admin-resume = resume
admin-resume-description = Let orders in again
admin-audit = audit
admin-audit-description = Who changed what, and when

admin-more = … and more
admin-button-back = Back
admin-button-first = To the first page
admin-button-next = Next page

admin-limits-title = **How many videos, and how fast**
admin-budget-title = **How much money**
admin-level-member = Each member:
admin-level-guild = All of them together:
admin-days-turn = Limits set here reset in the time zone { $zone }, those of the operator at midnight UTC. `/{ command-admin } { admin-limits }` changes the zone.
admin-button-limits-member = Limits of members
admin-button-limits-guild = Limits of the server
admin-button-budget-member = Budget of members
admin-button-budget-guild = Budget of the server

admin-roles-title = **Roles**
admin-roles-note = A role can raise its members' limits, and let their videos be made sooner. Choose one to change it.
admin-roles-none = No role stands out yet.
admin-role-line = • <@&{ $role }>: { $said }
admin-role-favoured = served more often
admin-role-plain = like everybody
admin-choose-role = Choose a role
admin-button-role-limits = Limits of this role
admin-button-favour = Serve more often
admin-button-unfavour = Serve like everybody
admin-button-plain = Take its limits away
too-many-roles = **No more than { $limit } roles can stand out.** Take the limits of another one away first. Nothing was changed.

admin-channels-title = **Where videos may be ordered**
admin-channels-allowed = Only in
admin-channels-denied = Never in
admin-channels-all = everywhere
admin-channels-none = nowhere in particular
admin-channels-note = A category stands for its channels, a channel for its threads.

admin-blocked = <@{ $user }> can order nothing here any more.
admin-blocked-before = <@{ $user }> could order nothing here already.
admin-unblocked = <@{ $user }> can order again.
admin-not-blocked = <@{ $user }> was not blocked here.
admin-blocks-title = **Who can order nothing here**
admin-blocks-none = Nobody is blocked here.
admin-block-line = • <@{ $user }>, since { $since }
admin-block-line-until = • <@{ $user }>, since { $since }, until { $until }
admin-unblock-choose = Choose whom to unblock

ban-words = Words that are not wanted
ban-words-note = One a line, however they are written: case and hidden characters make no difference
ban-patterns = Patterns that are not wanted
ban-patterns-note = Regular expressions in RE2's syntax, one a line, up to 25
ban-none = none
admin-button-words = Words and patterns
admin-button-try = Try a prompt
pattern-invalid = **A pattern cannot be used.** RE2 says: { $why } Nothing was changed.
too-many-words = **That are too many**: up to { $limit } are kept. Nothing was changed.
try-prompt = Tried: { $prompt }
try-refused = It would be refused here:
try-found = • “{ $found }”, because of `{ $rule }`
try-taken = It would be taken here. What the provider's filter says is not known before.

admin-log-title = **The moderators' log**
admin-log-now = It is <#{ $channel }>.
admin-log-none = There is none.
admin-log-note = Each video that is posted here is shown in it with its requester, its prompt and its first picture, and what members report. Private videos are not shown. Choose a channel that only moderators can read.
admin-log-choose = Choose a channel
log-permissions = **I could not post in <#{ $channel }>**: I lack { $permissions } there. Nothing was changed.
log-entry = 🎬 <@{ $user }> · { $format } · { $link }
log-report = 🚩 <@{ $by }> reports a video of <@{ $user }>: { $link }
log-struck-out = A video of <@{ $user }> stood here. It was deleted, and its words with it.

menu-report = Report video
report-sent = **Reported.** The moderators of this server see it now, and who reported it.
report-no_log = **This server takes no reports here**: its managers have set no channel for them. Tell a moderator directly.
report-before = You have reported this video already. The moderators of this server have seen it.
report-not_sent = **The report did not get through.** Try again later, or tell a moderator directly.

admin-paused = **Orders are stopped in this server.** What is under way is still made and delivered; whoever waits is told once. `/{ command-admin } { admin-resume }` lets orders in again.
admin-paused-before = Orders were stopped in this server already. `/{ command-admin } { admin-resume }` lets them in again.
admin-resumed = **Orders are let in again**, and those that waited go on.
admin-not-paused = Orders were not stopped by anybody here.
admin-still-paused = Whoever runs this bot has stopped orders too, or the provider takes none: that is not lifted by this.

admin-queue-paused = ⏸️ Nothing is ordered for the moment.
admin-queue-choose = Choose one that waits, to cancel it
admin-job-line = • <@{ $user }> · { $format } · { $state } · { $since }
admin-waiting-line = { $line } · number { $place }
admin-waiting-label = Number { $place } · { $format }
admin-cancel-really = **Cancel this video?** It costs nothing then, and its requester is told.
admin-button-cancel = Cancel this video
admin-cancelled = **Cancelled.** Its requester is told.
admin-not-waiting = **This one does not wait any more**: it was begun, cancelled or has ended.

admin-unknown-title = **Orders that may have been charged.** Choose one to decide on it.
admin-unknown-none = No order of this server waits for a decision.
admin-unknown-line = { $number }. { $line }
admin-unknown-job = <@{ $user }> · { $format } · { $price } · { $since }
admin-unknown-label = { $number } · { $format }
admin-unknown-choose = Choose one to decide on

admin-usage-title = **What this server has used**
admin-top-title = **Who spent most in the last { $days } days**
admin-top-line = • <@{ $user }>: { $count ->
        [one] { $count } video
       *[other] { $count } videos
    }, { $spent }
admin-button-export = Export as CSV
admin-exported = What each member used on each of the last { $days } days.

admin-audit-title = **Who changed what**, newest first
admin-audit-none = Nobody has changed anything yet.
audit-line = • { $at } <@{ $user }>: { $change }
audit-nothing = nothing of its own
audit-member_limits = limits of members: { $detail }
audit-guild_limits = limits of the server: { $detail }
audit-time_zone = time zone: { $detail }
audit-role_limits = limits of a role: { $detail }
audit-role_no_limits = no limits of its own any more: { $detail }
audit-role_favoured = served more often: { $detail }
audit-role_not_favoured = no longer served more often: { $detail }
audit-allowed_channels = videos only in: { $detail }
audit-denied_channels = videos never in: { $detail }
audit-blocked = blocked: { $detail }
audit-unblocked = unblocked: { $detail }
audit-banned_words = words that are not wanted: { $detail }
audit-banned_patterns = patterns that are not wanted: { $detail }
audit-others_images_on = turned on: { server-others_images }
audit-others_images_off = turned off: { server-others_images }
audit-spoiler_everywhere_on = turned on: { server-spoiler_everywhere }
audit-spoiler_everywhere_off = turned off: { server-spoiler_everywhere }
audit-spoiler_here_on = videos behind a click: { $detail }
audit-spoiler_here_off = videos no longer behind a click: { $detail }
audit-log_channel = moderators' log: { $detail }
audit-paused = stopped orders
audit-resumed = let orders in again
audit-cancelled = cancelled a waiting video: { $detail }
audit-submitted_again = sent an unclear order again: { $detail }
audit-given_up = gave up an unclear order: { $detail }
audit-taken_down = deleted a video: { $detail }
audit-other = something that this version does not know

### Refusals: what is against a rule, its value, and what to do

no-such-job = There is no such video of yours here. `/{ command-jobs }` lists the ones you have.
file-gone = The file is no longer kept.
file-too-large = The file is too large to show here.
moderators-decide = **A moderator decides this**: it takes the permission Manage Messages, because it may be charged again.
decided-already = This has been decided already.
unknown-channel = **I cannot post in this kind of channel.** Use a text channel or a thread. Nothing was charged.
missing-permissions = **I could not post the video here**: I lack { $permissions } in this channel. Ask a moderator to allow it, or use another channel. Nothing was charged.

permission-view_channel = View Channel
permission-send_messages = Send Messages
permission-send_messages_in_threads = Send Messages in Threads
permission-attach_files = Attach Files

rule-prompt_empty = **The prompt is empty.** Say in a few words what happens in the video.
rule-prompt_too_long = **The prompt is too long**: { $length } characters with its camera moves, { $limit } are allowed. Take out { $over }.
rule-long_at_1080p = **1080p goes with 6 seconds only**, and you asked for 10. Choose 768p for 10 seconds, or 6 seconds at 1080p.
rule-fast_without_image = **Hailuo 2.3 Fast needs a first frame**, and none is attached. Attach a picture, or choose Hailuo 2.3.

camera-unknown = **“{ $name }” is no camera move.** Pick from the list that opens while you type: { $moves }.
too-many-moves = **{ $count } camera moves are too many**: up to { $limit } act together. Leave some out.

picture-refused = **This picture cannot be the first frame**: { $fault }
picture-too_big = it has { $megabytes } MB, and it must stay below 60 MB. Save it smaller.
picture-not_a_picture = the file is no picture. Attach a JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP or TIFF.
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
picture-too_small = it measures { $width } × { $height } pixels, and its short side must be longer than { $above }.
picture-too_narrow = at { $width } × { $height } it's narrower than 2:5.
picture-too_wide = at { $width } × { $height } it's wider than 5:2.
picture-too_many_pixels = at { $width } × { $height } it has too many pixels for me: I can open up to { $megapixels } megapixels of this kind. Save it smaller, or as a JPEG.
picture-too_much_work = it takes me too long to open. Save it smaller, or as a JPEG.
picture-cut_off = only { $percent } % of it is there: the file ends early. Save it anew, or attach another.
picture-rare_kind = it's a rare kind of { $format } that I can't read. Save it as a JPEG or PNG.
picture-damaged = the file is damaged. Save it anew, or attach another.
picture-unreadable = **Discord did not hand over the picture in time.** Nothing was charged. Attach it again, please.
picture-busy = **Too many pictures are being read right now.** Try again in a minute. Nothing was charged.

cap-member-active = **You have { $limit ->
        [one] { $limit } video
       *[other] { $limit } videos
    } under way**, and that is the limit. Wait until one is ready, or cancel a waiting one with `/{ command-jobs }`.
cap-member-per_day = **Your limit of { $limit ->
        [one] { $limit } video
       *[other] { $limit } videos
    } a day is used up.**
cap-member-micros_per_day = **Your budget of { $limit } a day does not cover this video.** { $left } of it is left.
cap-member-micros_per_month = **Your budget of { $limit } a month does not cover this video.** { $left } of it is left.
cap-member-cooldown_ms = **Please wait a little**: { $limit ->
        [one] { $limit } second lies
       *[other] { $limit } seconds lie
    } between two of your videos.
cap-guild-active = **{ $limit ->
        [one] { $limit } video is
       *[other] { $limit } videos are
    } under way in this server**, and that is its limit. Wait until one is ready.
cap-guild-per_day = **The limit of { $limit ->
        [one] { $limit } video
       *[other] { $limit } videos
    } a day for this server is used up.**
cap-guild-micros_per_day = **This server’s budget of { $limit } a day does not cover this video.** { $left } of it is left.
cap-guild-micros_per_month = **This server’s budget of { $limit } a month does not cover this video.** { $left } of it is left.
cap-guild-cooldown_ms = **Please wait a little**: { $limit ->
        [one] { $limit } second lies
       *[other] { $limit } seconds lie
    } between two videos in this server.
cap-bot-active = **{ $limit ->
        [one] { $limit } video is
       *[other] { $limit } videos are
    } under way for everybody together**, and that is the limit. Wait until one is ready.
cap-bot-per_day = **The limit of { $limit ->
        [one] { $limit } video
       *[other] { $limit } videos
    } a day for everybody together is used up.**
cap-bot-micros_per_day = **The budget of { $limit } a day for everybody together does not cover this video.** { $left } of it is left.
cap-bot-micros_per_month = **The budget of { $limit } a month for everybody together does not cover this video.** { $left } of it is left.
cap-bot-cooldown_ms = **Please wait a little**: { $limit ->
        [one] { $limit } second lies
       *[other] { $limit } seconds lie
    } between two videos.
cap-user-per_day = **You've used your { $limit ->
        [one] { $limit } video
       *[other] { $limit } videos
    } a day in all servers together.**
cap-user-micros_per_day = **Your budget of { $limit } a day in all servers together doesn't cover this video.** { $left } of it is left.
cap-user-micros_per_month = **Your budget of { $limit } a month in all servers together doesn't cover this video.** { $left } of it is left.
cap-resets-local = Resets { $when }, at midnight in this server's time zone.
cap-resets-utc = Resets { $when }, at midnight UTC.
cap-resets-pace = Order again { $when }.

paused-operator = **Video making is paused** by whoever runs this bot. Nothing was ordered, nothing was charged.
paused-moderator = **Video making is paused in this server** by its managers. Nothing was ordered, nothing was charged.
paused-balance = **Video making is paused**: the account at the video provider is empty. Whoever runs this bot knows. Nothing was charged.
paused-key = **Video making is paused**: the video provider does not accept this bot’s key. Whoever runs this bot knows. Nothing was charged.
paused-database = **Video making is paused**: I can’t save new orders. The bot’s operator can fix this. Nothing was ordered or charged.
paused-told = <@{ $user }> **Video making is paused.** Your video keeps its place and nothing was charged. It is made when it goes on; if that takes too long, it is cancelled and does not count.
blocked-moderator = **You cannot order videos in this server.** Its managers have decided that. Nothing was charged.
blocked-strikes = **You can't make videos for a day.** The provider's filter refused too many of your prompts. Nothing was charged.
blocked-until = You can again on { $until }.
channel-not-allowed = **No videos are made in this channel.** The server’s managers have decided that. Nothing was charged.
channel-not-allowed-but = **No videos are made in this channel**, but in { $channels }. Nothing was charged.
words-not-allowed = **“{ $found }” is not wanted in prompts in this server.** Change the prompt. Nothing was charged.
guild-not-allowed = **This bot does not make videos in this server.** Whoever runs it has chosen which servers it serves.
direct-not-allowed = **I don't make videos in direct messages, or where I'm no member.** The bot's operator decides where I do.
order-not-allowed = **This order is not taken here.** Nothing was charged.

alert-balance = **The account at the video provider is empty.** Nothing is ordered until it is filled; I look again every ten minutes.
alert-low_balance = **The balance at the video provider is low**: { $detail }.
alert-key = **The video provider refuses the key.** Nothing is ordered until I am started with another one, or `python bot.py resume` is run.
alert-outage = **The video provider keeps failing.** Orders wait; I try again by myself, ever more rarely.
alert-database = **My database file was deleted or replaced while I was running.** I order nothing new; what was ordered still arrives. Stop me: I save what I know in a file beside it, and the log says which. Move that to its place and start me.
alert-over = **Ordering goes on.** It was paused because of: { $detail }.
alert-late = **Something paid was found out after somebody had decided on it.** Look for it at the provider: { $detail }

broke = **Something broke on our side.** If your video was queued, it is still being made: `/{ command-jobs }` shows it. Reference for the operator: `{ $reference }`

take-frame-gone = **The first frame of this video is no longer kept.** Attach the picture again. Nothing was charged.
take-video-gone = **The file of this video is no longer kept**, so it cannot be built upon. Nothing was charged.
take-erased = **This video was deleted.** Nothing was charged.
take-not-shared = **Its author keeps this one to themselves.** Nothing was charged.
take-not-possible = **That is not possible with this video.** Nothing was charged.
take-nothing-to-join = **There is nothing to join yet**: this clip goes on from no other one. **{ button-continue }** makes the next clip.
take-chain-too-long = **This chain is too long**: up to { $limit } clips are joined.
take-cannot-be-joined = **These clips do not fit together into one video.** Nothing was charged.

### Help

help =
    {"**"}Clapper makes short videos with MiniMax-Hailuo-2.3.** Type `/{ command-video }`, say what happens, and send. A few minutes later the video is posted here.

    {"**"}Ideas**
    • `/{ command-video } { option-prompt }: A red kite over a windy beach, golden hour`
    • attach a picture as `{ option-image }`: the video begins with it
    • `{ option-camera }: Push in` moves closer, `{ option-camera }: Truck left, Pedestal up` does both at once
    • moves can be typed as well: `[Push in] a lighthouse at night`
    • `{ option-sketch }` first shows what the camera does, free of charge

    {"**"}Under each video**
    • *{ button-reroll }*, *{ button-remix }* (the same with changes), *{ button-upscale }*: each counts as one video
    • *{ button-continue }* goes on from the last frame, one video each time; *{ button-join }* makes one film of it all, free of charge
    • *{ button-details }*, *{ button-delete }*

    {"**"}More**
    • `/{ command-studio }`: the same as a form
    • `/{ command-jobs }`: your videos, to cancel or see again; `/{ command-queue }`: what is under way in this server
    • `/{ command-privacy }`: what is kept of you, and its end
    • `/{ command-settings }`: your defaults, your language, what others may do with yours; `/{ command-usage }`: what you used and what is left
    • `/{ command-admin }`: limits, budgets, moderation, log; for those who manage the server
    • `{ option-private }` sends the video to your direct messages, for you alone
    • hold or right-click a message, then *Apps*: *{ menu-animate }*, *{ menu-details }*, *{ menu-delete }*, *{ menu-report }*

    {"**"}Good to know**
    • 6 or 10 seconds at 768p, 6 at 1080p; *Hailuo 2.3 Fast* needs a picture
    • `{ option-enhance }: Off` keeps your exact words

help-link-terms = Terms of use
help-link-privacy = Privacy
help-link-support = Help and support

command-privacy = privacy
command-privacy-description = What is kept of you, all of it in a file, or its end
command-privacy-show = show
command-privacy-show-description = What is kept of you, and for how long
command-privacy-export = export
command-privacy-export-description = Everything that is kept of you, as a file
command-privacy-delete = delete
command-privacy-delete-description = Delete your prompts, pictures, videos and settings
command-operator = operator
command-operator-description = For whoever runs this bot
command-operator-pause = pause
command-operator-pause-description = Order nothing any more, anywhere
command-operator-resume = resume
command-operator-resume-description = Let orders out again
command-operator-status = status
command-operator-status-description = What stands still, and what was spent today

privacy-shown = **What is kept of you**
    • { $orders ->
        [0] no prompts
        [one] { $orders } order with its prompt
       *[other] { $orders } orders with their prompts
    }, pictures and videos included; together they cost { $spent }
    • your settings
    First frames and videos go after { $videos } days, prompts after { $prompts } days. `/{ command-privacy } { command-privacy-export }` sends you all of it, `/{ command-privacy } { command-privacy-delete }` deletes it. The bill keeps dates and amounts; { $months } days after a deletion it no longer knows whose they were.
privacy-exported = Everything that is kept of you. What did not fit into one file is named in `left-out.txt` in it.
privacy-export-sent = **Sent.** Look into your direct messages.
privacy-delete-title = Delete everything of mine
privacy-delete-what = This deletes your prompts, pictures, videos, the messages that show them, and your settings, in every server. Nothing brings them back.
privacy-delete-label = Type { $word } to go on
privacy-delete-word = DELETE
privacy-deleted = **Deleted.** Your prompts, pictures, videos and settings are gone; messages that show them follow.
privacy-deleted-later = { $count ->
        [one] { $count } video is still under way and goes
       *[other] { $count } videos are still under way and go
    } as soon as it has ended.
privacy-not-deleted = **Nothing was deleted**: the word { $word } was not typed.

operators-decide = **Only whoever runs this bot can do that.**
operator-paused = **Nothing is ordered any more.** What was ordered is still delivered; everybody who waits is told once.
operator-resumed = **Orders go out again.**
operator-not-paused = **Nothing was paused.**
operator-open = Orders go out.
operator-pause-operator = **Paused by you.** Nothing is ordered.
operator-pause-moderator = **Paused.** Nothing is ordered.
operator-pause-balance = **Paused**: the account at the provider is empty.
operator-pause-key = **Paused**: the provider refuses the key.
operator-pause-database = **Paused**: the database can’t keep new orders.
operator-pause-outage = **Paused for a while**: the provider keeps failing.
operator-today = Today (UTC): { $videos ->
        [one] { $videos } video
       *[other] { $videos } videos
    }, { $spent }.
operator-guild = • `{ $guild }`: { $videos ->
        [one] { $videos } video
       *[other] { $videos } videos
    }, { $spent }
