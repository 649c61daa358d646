"""What sentences say that people meet most, by key; line breaks of a catalogue count as blanks."""

ENGLISH = {
    "command-usage-description": "Your usage, what's left, and your limits",
    "command-admin-description": "For server managers: limits, budgets, moderation, logs",
    "option-duration-description": "Length of the video (default: your setting, otherwise 6 s)",
    "option-enhance-description": "Let Hailuo improve your prompt (default: your setting, otherwise Full)",
    "option-sketch-description": "Free camera preview first; nothing is ordered yet",
    "block-days-note": "Number of days (empty: permanently)",
    "status-was-away": "I was offline for a moment. Your video is still rendering.",
    "status-late": "Taking longer than usual, still rendering. No need to order again.",
    "status-overdue": "Taking longer than usual, still rendering. No need to order again.",
    "not-cancelled-queued": "It just went back into the queue. Press **{ button-cancel }** again.",
    "form-image-kept": "Your current picture stays. Attach another to replace it.",
    "form-choice-private": "Send to my DMs only",
    "form-choice-spoiler": "Mark as spoiler",
    "form-ended": '**This form has expired.** Nothing was ordered. Open a new one with { COMMAND("studio") }.',
    "animate-not-yours": "**You can't animate this picture.** Its author or this server doesn't allow it.",
    "only-directly": (
        "I'm not in this server, so I'll DM you. If your DMs are closed, you'll find it in "
        '{ COMMAND("jobs") }.'
    ),
    "ending-rejected": "**The provider rejected this order.** Ask the bot's operator.",
    "ending-bad_result": "**The finished video is broken or couldn't be downloaded.** The operator can check.",
    "ending-undeliverable-privately": (
        "**Your video is ready, but your DMs are closed.** Open them, then press **{ button-again "
        '}** in { COMMAND("jobs") }.'
    ),
    "ending-ambiguous_submit": (
        "**I lost the connection while ordering.** It may still be rendering, so I won't resend it "
        "and risk paying twice."
    ),
    "ending-waited_too_long": "**Your video waited too long, so I cancelled it.** Order again any time.",
    "ending-frame_gone": "**Your first frame is no longer stored.** Attach it again.",
    "moderator-decides": "A moderator can sort this out.",
    "operator-decides": "The bot's operator can sort this out.",
    "ended-neutrally": '<@{ $user }> one of your videos has an update: { COMMAND("jobs") }',
    "decided-again": (
        "<@{ $by }> resent <@{ $user }>'s order. It counts again, as the first may have been charged."
    ),
    "button-upscale": "Redo in 1080p",
    "left-today": "{ $count -> [0] None *[other] { $count } } left today, resets { $resets }.",
    "undo-within": (
        "Changed your mind? **{ button-undo }** within { $seconds -> [one] { $seconds } second "
        "*[other] { $seconds } seconds }."
    ),
    "relation-continue": "Continues another clip",
    "relation-upscale": "1080p version of another video",
    "relation-retry": "Retry of a failed order",
    "delete-really": "**Delete this video permanently?** Message, files and prompt are removed. It still counts.",
    "deleted": "**Deleted.**",
    "no-video-there": "**That isn't one of my videos.** Choose one that I posted.",
    "no-video-of-yours": "**That isn't your video.** Choose one that I posted for you.",
    "jobs-none-of-these": "No videos match this filter.",
    "jobs-failed": "Failed, cancelled or unclear",
    "shown-privately": "Here it is again. Only you can see this.",
    "settings-title": "**Your settings**, for every server. Command options override them.",
    "setting-enhance": "Prompt enhancement",
    "setting-spoiler": "Spoiler my videos",
    "setting-direct_messages": "DM me if I can't post in the channel",
    "server-spoiler_everywhere": "Spoiler every video in this server",
    "server-spoiler_here": "Spoiler every video in this channel",
    "managers-decide": "**You need Manage Server for this.**",
    "paused-operator": "**The bot's operator paused video making.** Nothing was charged.",
    "usage-no-limit": "• No limits here",
    "usage-limits": "**Your limits**",
    "chart-note": "-# Last { $days } days. Bars: dollars; numbers: videos.",
    "limit-of-the-operator": "• { $setting }: **{ $choice }** (bot default)",
    "limit-empty": "Empty = bot default",
    "no-whole-figure": "**{ $setting }: “{ $typed }” isn't a whole number.** Try 3, or leave it empty.",
    "zone-note": "This server's limits reset in this time zone; the bot's own at midnight UTC",
    "admin-days-turn": (
        "This server's daily and monthly limits reset in the time zone { $zone }; the bot's own at "
        "midnight UTC. Change it with **{ admin-button-limits-guild }**, on the page **{ admin-limits }**."
    ),
    "admin-roles-description": "Roles with higher limits or priority",
    "admin-role-favoured": "priority",
    "admin-button-favour": "Give priority",
    "admin-button-unfavour": "Remove priority",
    "admin-blocks-description": "Stop a member from making videos here, or unblock a member",
    "admin-roles-none": "No special roles yet.",
    "admin-button-plain": "Remove special limits",
    "too-many-roles": "**Up to { $limit } roles can have special limits.** Remove another role's first.",
    "admin-channels-allowed": "Allowed channels",
    "admin-channels-denied": "Blocked channels",
    "admin-channels-all": "all",
    "admin-channels-none": "none",
    "admin-blocked": "<@{ $user }> can't make videos here any more.",
    "admin-blocked-before": "<@{ $user }> was already blocked.",
    "admin-blocks-title": "**Blocked members**",
    "ban-words": "Blocked words",
    "ban-words-note": "One per line; case and invisible characters don't matter",
    "ban-patterns": "Blocked patterns",
    "too-many-words": "**Too many.** The limit is { $limit }.",
    "try-taken": "This prompt passes here. The provider may still refuse it.",
    "admin-log-none": "No log channel yet.",
    "admin-log-note": "Public videos and reports are logged here. Pick a moderators-only channel.",
    "log-struck-out": "A video by <@{ $user }> was deleted.",
    "report-sent": "**Reported.** Moderators can see it, and that it was you.",
    "report-no_log": "**Reports aren't set up here.** Tell a moderator.",
    "admin-paused": (
        "**Paused in this server.** Running videos still arrive. Resume with **{ admin-button-resume }**."
    ),
    "admin-resumed": "**Resumed.**",
    "admin-still-paused": "Still paused by the operator or the provider.",
    "admin-not-waiting": "Too late: it's no longer waiting.",
    "admin-unknown-none": "Nothing needs a decision.",
    "no-such-job": 'I can\'t find that video. See { COMMAND("jobs") } for yours.',
    "cap-member-active": (
        "**You have { $limit -> [one] { $limit } video *[other] { $limit } videos } running (limit "
        '{ $limit }).** Wait for one, or cancel a waiting one in { COMMAND("jobs") }.'
    ),
    "cap-member-per_day": "**You've used today's { $limit -> [one] { $limit } video *[other] { $limit } videos }.**",
    "cap-resets-local": "Resets { $when }, at midnight in this server's time zone.",
    "cap-resets-utc": "Resets { $when }, at midnight UTC.",
    "blocked-moderator": "**A manager blocked you from making videos here.**",
    "channel-not-allowed": "**Videos are off in this channel.**",
    "words-not-allowed": "**“{ $found }” isn't allowed in prompts here.** Change your prompt.",
    "alert-over": "**Back to normal.** It was paused because of: { $detail }.",
    "take-not-shared": "**The author doesn't share this one.**",
    "take-nothing-to-join": "**Nothing to join yet.** Press **{ button-continue }** first.",
    "command-privacy-description": "Your data: view, export, delete",
    "operators-decide": "**Only the bot's operator can do that.**",
    "operator-paused": "**Paused everywhere.** Running videos still arrive.",
    "operator-resumed": "**Resumed.**",
    "operator-not-paused": "**Nothing was paused.**",
    "operator-open": "Running normally.",
}

CHINESE = {
    "option-sketch": "运镜预览",
    "sketch-without-moves": "**请先选择运镜。** 在 `{ option-camera }` 里选择，最多三种。",
    "sketch-one-at-a-time": "**你的另一个预览还在生成。** 一次只能生成一个，几秒钟就好。没有提交任务。",
    "sketch-failed": "**预览生成失败。** 请再试一次，或者不预览直接生成。没有提交任务。",
    "queued": (
        "**已排队**，{ $place -> [1] 下一个就轮到你 *[other] 排在第"
        " { $place } 位 }，预计完成时间：{ $ready }。视频生成后会发到这里"
        "并 @你。"
    ),
    "status-late": "耗时较长，仍在生成，无需重新提交。",
    "too-large-for-discord": (
        "压缩后仍超出 Discord 大小限制。请在此下载（链接将于 { $expires } 失效）： { $link } -# 视频 { $key }"
    ),
    "ending-rejected": "**服务商没有接受这次请求。** 请联系机器人的运营者。",
    "ending-waited_too_long": "**排队过久，已自动取消。** 你可以随时重新提交。",
    "ending-frame_gone": "**首帧图片已失效。** 请重新上传。",
    "button-continue": "接着拍",
    "left-today": "今天还剩 { $count } 个；额度重置：{ $resets }。",
    "usage-resets-member": "• 额度重置：{ $resets }（本服务器时区的零点）",
    "cap-resets-local": "额度重置：{ $when }（本服务器时区的零点）。",
    "cap-resets-utc": "额度重置：{ $when }（UTC 零点）。",
    "delete-really": "**要永久删除这个视频吗？** 消息、文件和提示词都会删除；费用和次数不退还。",
    "no-video-there": "**这条消息里没有我发的视频。** 请选择我发布的视频。",
    "no-video-of-yours": "**这不是你的视频。** 请选择我为你发布的视频。",
    "setting-on": "开",
    "setting-off": "关",
    "setting-unclear": "未知（当前版本不支持）",
    "audit-other": "未知（当前版本不支持）",
    "setting-spoiler": "把我的视频标记为剧透",
    "server-spoiler_everywhere": "把本服务器的所有视频标记为剧透",
    "admin-roles-none": "还没有特殊设置的身份组。",
    "too-many-roles": "**最多 { $limit } 个有特殊设置的身份组。** 请先恢复另一个的默认限额。",
    "admin-role-favoured": "优先排队",
    "admin-button-favour": "优先排队",
    "admin-button-unfavour": "取消优先",
    "admin-button-plain": "恢复默认限额",
    "try-taken": "这里可以通过；服务商仍可能拒绝。",
    "log-struck-out": "<@{ $user }> 的视频及提示词已删除。",
    "admin-still-paused": "运营者或服务商的暂停仍在，此操作无法解除。",
    "picture-too_big": "文件大小为 { $megabytes } MB，必须小于 60 MB。请压缩后再试。",
    "picture-unreadable": "**未能及时从 Discord 获取图片。** 请重新附上图片。",
    "cap-bot-active": "**全部用户共有 { $limit } 个视频正在进行（上限 { $limit }）。** 请等其中一个完成。",
    "channel-not-allowed": "**此频道不能生成视频。**",
    "order-not-allowed": "**这里不能生成这个视频。** 没有产生费用。",
    "privacy-deleted": "**已删除。** 你的提示词、图片、视频和设置已删除；展示它们的消息会随后删除。",
    "operator-not-paused": "**当前未暂停。**",
    "operator-open": "运行正常。",
}
