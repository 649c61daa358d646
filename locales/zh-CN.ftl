# Clapper 的全部简体中文文字。消息与 en.ftl 一一对应，变量也相同。

### 句子与列表的连接

sentence-separator = {""}
list-separator = {"、"}

### 命令：名称 1 至 32 个字符，说明和选项不超过 100 个字符

command-video = video
command-video-description = 用一段提示词生成视频，也可以附上一张图片
command-studio = studio
command-studio-description = 用表单生成视频：图片、运镜和规格一目了然
command-jobs = jobs
command-jobs-description = 你的视频：查看、取消、重新显示
command-queue = queue
command-queue-description = 查看本服务器正在生成和排队的视频
command-settings = settings
command-settings-description = 你的默认设置：格式、模型、语言、私密结果、共享
command-usage = usage
command-usage-description = 你的用量、剩余额度和限额
command-admin = admin
command-admin-description = 供服务器管理员使用：限额、预算、审核、日志
command-help = help
command-help-description = 使用方法和示例

option-prompt = 提示词
option-prompt-description = 视频里发生什么，最多 2000 个字符
option-image = 图片
option-image-description = 首帧图片：JPEG、PNG、WebP、HEIC、AVIF、GIF、BMP 或 TIFF，小于 60 MB
option-duration = 时长
option-duration-description = 视频长度（默认：你的设置，否则为 6 秒）
option-resolution = 分辨率
option-resolution-description = 默认：你的设置，否则为 768p；1080p 只能配 6 秒
option-camera = 运镜
option-camera-description = 最多三种运镜，用逗号或顿号隔开
option-model = 模型
option-model-description = 默认：你的设置，否则为 Hailuo 2.3；Fast 需要首帧图片
option-enhance = 优化
option-enhance-description = 让 Hailuo 优化你的提示词（默认：你的设置，否则为完整优化）
option-private = 私密
option-private-description = 把视频发到你的私信，只有你能看到
option-sketch = 运镜预览
option-sketch-description = 先免费预览运镜，暂不提交
option-spoiler = 剧透
option-spoiler-description = 把视频标记为剧透
option-watermark = 水印
option-watermark-description = 加上服务商的水印

choice-duration-6 = 6 秒
choice-duration-10 = 10 秒
choice-resolution-768p = 768p
choice-resolution-1080p = 1080p（仅限 6 秒）
choice-model-hailuo = Hailuo 2.3
choice-model-hailuo_fast = Hailuo 2.3 Fast（需要首帧图片）
choice-enhance-full = 完整优化
choice-enhance-quick = 快速优化
choice-enhance-off = 关闭，完全按原文

### 运镜：名称、效果，以及能找到一组运镜的词

move-name-truck_left = 左移
move-name-truck_right = 右移
move-name-pan_left = 左摇
move-name-pan_right = 右摇
move-name-push_in = 推进
move-name-pull_out = 拉远
move-name-pedestal_up = 上升
move-name-pedestal_down = 下降
move-name-tilt_up = 上摇
move-name-tilt_down = 下摇
move-name-zoom_in = 变焦推近
move-name-zoom_out = 变焦拉远
move-name-shake = 晃动
move-name-tracking = 跟随
move-name-static = 固定

move-truck_left = 机位向左平移
move-truck_right = 机位向右平移
move-pan_left = 镜头向左转
move-pan_right = 镜头向右转
move-push_in = 靠近主体
move-pull_out = 远离主体
move-pedestal_up = 机位升高
move-pedestal_down = 机位降低
move-tilt_up = 镜头向上抬
move-tilt_down = 镜头向下压
move-zoom_in = 放大画面
move-zoom_out = 扩大视野
move-shake = 手持般抖动
move-tracking = 跟着主体走
move-static = 镜头不动

move-group-truck = 移 平移 横移
move-group-pan = 摇 左右摇
move-group-dolly = 推拉
move-group-pedestal = 升降
move-group-tilt = 摇 上下摇 俯仰
move-group-zoom = 变焦

move-label = { $name }（{ $meaning }）
moves-read = 运镜：{ $moves }

### 用几个词概括一份任务

model-hailuo = Hailuo 2.3
model-hailuo_fast = Hailuo 2.3 Fast
format-line = { $seconds } 秒 · { $resolution } · { $model }

### 确认与进度

queued = **已排队**，{ $place ->
        [1] 下一个就轮到你
       *[other] 排在第 { $place } 位
    }，预计完成时间：{ $ready }。视频生成后会发到这里并 @你。
accepted = **正在生成**，预计完成时间：{ $ready }。视频生成后会发到这里并 @你。
delivered = **已送达。**
delivered-directly = **已送达**，请查看私信。

status-rendering = 🎬 **正在生成** <@{ $user }> 的视频
status-progress = { $bar } { $percent }%
status-was-away = 我刚才离线了一会儿。你的视频仍在生成。
status-late = 耗时较长，仍在生成，无需重新提交。
status-expected = 预计完成时间：{ $ready }
status-overdue = 耗时较长，仍在生成，无需重新提交。
status-delivering = 📦 **已完成**，正在把 <@{ $user }> 的视频发到这里

ready = <@{ $user }> 你的视频好了
ready-privately = 你的视频好了
ready-notice = 你的视频好了：{ $link }
ready-elsewhere = 你的视频好了。我无法把它发到 <#{ $channel }>，所以发在这里
too-large-for-discord =
    压缩后仍超出 Discord 大小限制。请在此下载（链接将于 { $expires } 失效）：
    { $link }
    -# 视频 { $key }

### 取消

cancelled = **已取消。** 没有产生费用，也不计入你的额度。
not-cancelled-queued = 它刚回到队列。请再按一次 **{ button-cancel }**。
not-cancelled-submitting = { not-cancelled-rendering }
not-cancelled-rendering = **来不及取消了**：服务商正在生成，无法中止。
not-cancelled-delivering = **来不及取消了**：视频已经完成，正在送达。
not-cancelled-unknown = **这个视频无法取消**：我无法确定服务商是否正在生成它。详情见 { COMMAND("jobs") }。
not-cancelled-cancelled = 这个视频已经取消了，没有产生费用。
not-cancelled-delivered = { not-cancelled-failed }
not-cancelled-failed = 这个视频已经结束了。结果见 { COMMAND("jobs") }。

### The studio, sketches and pictures

form-title = 工作室
form-prompt = 视频里发生什么
form-prompt-placeholder = 金色夕阳下，一只红色风筝飞过起风的海滩
form-image = 首帧图片
form-image-note = JPEG、PNG、WebP、HEIC、AVIF、GIF、BMP 或 TIFF，小于 60 MB。只用文字生成就不用附图。
form-image-kept = 保留当前图片。附上另一张即可替换。
form-camera = 运镜
form-camera-note = 最多三种运镜同时进行
form-camera-placeholder = 不用运镜
form-format = 时长和分辨率
form-choices = 更多
form-format-6-768p = 6 秒，768p
form-format-10-768p = 10 秒，768p
form-format-6-1080p = 6 秒，1080p
form-choice-enhance = 让 Hailuo 优化我的提示词
form-choice-fast = Hailuo 2.3 Fast（需要首帧图片）
form-choice-private = 只发到我的私信
form-choice-spoiler = 标记为剧透

form-not-now = **我现在很忙。** 请一分钟后再试。没有提交任务。
form-ended = **表单已失效。** 没有提交任务。请用 { COMMAND("studio") } 重新打开。
form-picture-gone = **表单已失效**：图片已不再保存。没有提交任务。请在 { COMMAND("studio") } 里重新附上图片。
what-you-wrote = 你写的内容：

draft-long = 10 秒，768p
draft-sharp = 6 秒，1080p
draft-standard = 改用 Hailuo 2.3
draft-attach = 附上图片
draft-use = 就用这张
draft-other = 其他方式
repair-crop = **裁剪后即可使用：** 效果如下。尚未提交。
repair-pad = **补边后即可使用：** 效果如下。尚未提交。
repair-enlarge = **放大后即可使用：** 效果如下。尚未提交。
draft-make = 就这样生成
draft-change = 修改
draft-gone = **这一步已失效。** 没有提交任务。请复制上面的提示词，用 { COMMAND("studio") } 重新开始。

sketch-shown = **运镜预览**，时长两秒。尚未提交。
sketch-without-moves = **请先选择运镜。** 在 `{ option-camera }` 里选择，最多三种。
sketch-one-at-a-time = **你的另一个预览还在生成。** 一次只能生成一个，几秒钟就好。没有提交任务。
sketch-not-now = **现在预览太多了。** 请一分钟后再试，或者不预览直接生成。没有提交任务。
sketch-failed = **预览生成失败。** 请再试一次，或者不预览直接生成。没有提交任务。

menu-animate = 让图片动起来
animate-no-image = **这条消息里没有图片。** 请选择带有 JPEG、PNG、WebP、HEIC、AVIF、GIF、BMP 或 TIFF 图片的消息。
animate-not-yours = **你不能用这张图片生成视频。** 它的作者或本服务器不允许。

queued-privately = **已排队**，{ $place ->
        [1] 下一个就是你的
       *[other] 排在第 { $place } 位
    }，预计 { $ready } 完成。视频会发到你的私信，只有你能看到。
accepted-privately = **正在生成**，预计 { $ready } 完成。视频会发到你的私信，只有你能看到。
only-directly = 我不在这个服务器里，所以会私信给你。如果你的私信已关闭，可以在 { COMMAND("jobs") } 里找到它。

### 没有视频的结局

ending-moderated = **服务商的内容过滤器拒绝了你的视频。** 请换一段提示词或换一张图片。
ending-rejected = **服务商没有接受这次请求。** 请联系机器人的运营者。
ending-out_of_credit = **机器人在服务商的账户余额不足。** 只有机器人的运营者能解决。
ending-key_refused = **服务商拒绝了机器人的密钥。** 只有机器人的运营者能解决。
ending-provider = **服务商没能生成你的视频。** 你可以重新提交。
ending-lost = **服务商已经查不到你的视频。** 机器人的运营者可以调查。
ending-bad_result = **视频已损坏或无法下载。** 机器人的运营者可以调查。
ending-too_large = **你的视频太大，压缩后也无法发到这里。** 视频已保留：在 { COMMAND("jobs") } 中按 **{ button-again }** 可以再试一次。
ending-undeliverable = **你的视频已经完成，但我无法把它发到原来的频道。** 请在同一服务器中我可以发言的频道里，用 { COMMAND("jobs") } 按 **{ button-again }**。
ending-undeliverable-privately = **你的视频已经完成，但你的私信已关闭。** 请先开放私信，再在 { COMMAND("jobs") } 里按 **{ button-again }**。
ending-ambiguous_submit = **提交时连接中断。** 它可能仍在生成，所以我不会自行重新提交，以免重复收费。
ending-ambiguous_delivery = **我无法确定你的视频是否已经发出。** 视频已保留：在 { COMMAND("jobs") } 中按 **{ button-again }** 即可查看。
ending-no_result = **服务商表示你的视频已完成，却没有给出文件。** 我已等待 15 分钟，不会自行重新提交，以免重复收费。
ending-waited_too_long = **排队过久，已自动取消。** 你可以随时重新提交。
ending-frame_gone = **首帧图片已失效。** 请重新上传。
ending-withdrawn = **服务器管理员取消了你排队中的视频。** 可用 { COMMAND("queue") } 查看那里的进度。

moderator-decides = 可以由版主处理。
operator-decides = 可以由机器人的运营者处理。
somebody-decided = 已有人查看，这个任务已放弃。
ended-neutrally = <@{ $user }> 你的一个视频有更新：{ COMMAND("jobs") }

charged = 已产生费用，计入你的额度。
strikes-so-far = **今天已被拒绝 { $count } 次，上限 { $limit } 次。** 达到上限后将暂停一天。
strikes-suspended = **今天已被拒绝 { $count } 次，上限 { $limit } 次。** { $until } 后可以再次生成视频。
not-charged = 没有产生费用，也不计入你的额度。
charge-unknown = 可能已产生费用，因此计入你的额度。

decided-again = <@{ $by }> 重新提交了 <@{ $user }> 的任务。由于第一次可能已经收费，这次会再计一次。
decided-given-up = <@{ $by }> 放弃了 <@{ $user }> 的任务。由于可能已经收费，它仍计入额度。

### 按钮：不超过 80 个字符

button-cancel = 取消
button-again = 重新显示
button-resubmit = 重新提交
button-giveup = 放弃
button-back = 返回列表

### Result buttons and the forms behind them

button-continue = 接着拍
button-delete = 删除
button-block = 封禁
button-details = 详情
button-erase = 永久删除
button-join = 拼接
button-remix = 改编
button-reroll = 重新生成
button-retry = 重试
button-change-prompt = 修改提示词
button-takedown = 下架
button-undo = 撤销
button-upscale = 1080p 重新生成
menu-details = 视频详情
menu-delete = 删除我的视频

usd = { $amount } 美元
costs = 约 { $price }。
left-today = 今天还剩 { $count } 个；额度重置：{ $resets }。
button-priced = { $label } · { $price }
undo-within = 改变主意了？{ $seconds } 秒内可按 **{ button-undo }**。
continue-title = 接下来发生什么？
continue-prompt = 下一个片段的提示词
joined = **已拼接。** 完整的视频会发到这里，不收费，也不计入次数。
joined-privately = **已拼接。** 完整的视频会发到你的私信，不收费，也不计入次数。

details-by = 由 <@{ $user }> 生成
relation-reroll = 由另一个视频重新生成
relation-remix = 由另一个视频改编
relation-continue = 接着另一个片段拍
relation-upscale = 另一个视频的 1080p 版本
relation-retry = 失败任务的重试
relation-join = 多个片段拼接成的视频
relation-to = { $relation }：{ $video }
relation-to-deleted = { $relation }，原视频已删除

delete-really = **要永久删除这个视频吗？** 消息、文件和提示词都会删除；费用和次数不退还。
delete-not-yet = **这个视频还没完成。** 请等它结束后再删除。
deleted = **已删除。**
deleted-message-stays = **文件和提示词已删除**，但 Discord 不让我删除消息。请再按一次 **{ button-erase }**，或自己删除消息。
no-video-there = **这条消息里没有我发的视频。** 请选择我发布的视频。
no-video-of-yours = **这不是你的视频。** 请选择我为你发布的视频。

### 视频列表、单个视频的页面和队列

jobs-empty = 这里还没有你的视频。用 { COMMAND("video") } 生成第一个吧。
jobs-title = **你在这里的视频**，最新的在前
jobs-more = -# 更多视频在下面的菜单里。
jobs-placeholder = 选择一个视频
jobs-none-of-these = 没有符合筛选条件的视频。
jobs-all = 全部
jobs-under_way = 进行中
jobs-delivered = 已送达
jobs-failed = 失败、已取消或不明
jobs-newer = 较新
jobs-older = 较旧
job-expected = 预计完成时间：{ $ready }
shown-privately = 已重新显示，只有你能看到。
sent-again = 我正在把它发到这个频道。
sent-again-directly = 我正在把它发到你的私信。

state-queued = 排队中
state-submitting = 生成中
state-rendering = 生成中
state-delivering = 已完成，正在送达
state-delivered = 已送达
state-failed = 失败
state-cancelled = 已取消
state-unknown = 不明

queue-empty = 本服务器目前没有正在生成或排队的视频。
queue-running = **生成中**
queue-waiting = **排队中**
queue-more = • ……还有更多
queue-running-line = • <@{ $user }> · { $format } · 开始时间：{ $since }
queue-waiting-line = • 第 { $place } 位 · <@{ $user }> · { $format } · 预计完成时间：{ $ready }

### Settings of members and servers

settings-title = **你的设置**，对所有服务器有效。命令选项优先。
setting-line = • { $setting }：**{ $choice }**
setting-choice = { $setting }：{ $choice }
setting-on = 开
setting-off = 关
setting-unclear = 未知（当前版本不支持）
turn-on = 开启：{ $setting }
turn-off = 关闭：{ $setting }
no-such-setting = 没有这个选项。{ COMMAND("settings") } 会列出所有选项。

setting-format = 时长和分辨率
setting-model = 模型
setting-enhance = 提示词优化
setting-language = 语言
setting-spoiler = 把我的视频标记为剧透
setting-private = 视频只发到我的私信
setting-notify = 视频发出后私信通知我
setting-direct_messages = 无法发到频道时私信我
setting-reusable = 允许他人改编、接着拍和使用我的作品

setting-language-auto = 跟随 Discord
language-name = 简体中文

server-title = **本服务器的规则**，对所有成员有效。
server-others_images = 允许用他人的图片生成视频
server-spoiler_everywhere = 把本服务器的所有视频标记为剧透
server-spoiler_here = 把这个频道的所有视频标记为剧透
managers-decide = **你需要“管理服务器”权限。**

### 成员与服务器的用量

usage-title = **你在这里的用量**
spent-today = • 今天：**{ $count }** 个视频，{ $spent }
spent-month = • 本月：**{ $count }** 个视频，{ $spent }
spent-days = • 最近 { $days } 天：**{ $count }** 个视频，{ $spent }
usage-left = **还剩多少**
left-videos = • 今天：**{ $count }** 个视频
left-of-day = • 今天的预算：{ $budget } 中还剩 **{ $left }**
left-of-month = • 本月的预算：{ $budget } 中还剩 **{ $left }**
usage-resets-member = • 额度重置：{ $resets }（本服务器时区的零点）
usage-resets-member_utc = • 额度重置：{ $resets }（UTC 零点）
usage-resets-user = • 以上为所有服务器合计；额度重置：{ $resets }（UTC 零点）
usage-resets-guild = • 额度重置：{ $resets }（本服务器时区的零点）
usage-resets-guild_utc = • 以上为机器人自身的限制；额度重置：{ $resets }（UTC 零点）
usage-no-limit = • 这里没有限额
usage-limits = **你的限额**
usage-limits-member = • 你：{ $limits }
usage-limits-user = • 你在所有服务器合计：{ $limits }
usage-limits-guild = • 本服务器：{ $limits }
usage-limits-bot = • 全部用户共有：{ $limits }
chart-note = -# 最近 { $days } 天。柱形：美元；数字：视频数。
chart-missing = -# 图表暂时无法生成。
chart-line = 虚线：每天的预算。
chart-alt = { $first } 至 { $last } 每天的花费：共 { $count } 个视频，{ $spent }；最多的一天是 { $day }，{ $most }。

measure-active = 同时进行的视频
measure-per_day = 每天的视频
measure-micros_per_day = 每天的美元金额
measure-micros_per_month = 每月的美元金额
measure-cooldown_ms = 两个视频之间的秒数
limit-in-short = { $setting }：{ $choice }
limit-of-the-operator = • { $setting }：**{ $choice }**（机器人默认）
limit-set-higher = • { $setting }：**{ $choice }**（机器人默认；你设为 { $chosen }）
limit-empty = 留空 = 机器人默认
limit-empty-of-role = 留空 = 与其他人一样
no-limit = 不限
seconds = { $count } 秒
days = { $count } 天
no-whole-figure = **{ $setting }：“{ $typed }”不是整数。** 请填写 3 之类的整数，或留空。
no-amount = **{ $setting }：“{ $typed }”不是金额。** 请填写美元金额，例如 12.50，或留空。
zone = 时区
zone-note = 本服务器的每日和每月限额按此时区重置；机器人自身的限额在 UTC 零点重置
zone-example = Asia/Shanghai
zone-unknown = **“{ $zone }”不是时区。** 请填写 Asia/Shanghai、Europe/Berlin 或 UTC 之类的名称。

### 供服务器管理员使用：`/admin` 的各部分

admin-home-title = **服务器概览**
admin-home-choose = 选择要查看或更改的内容
admin-home-members = • 每位成员：{ $limits }
admin-home-server = • 全部用户共有：{ $limits }
admin-home-open = • 运行正常
admin-home-paused = • ⏸️ **已由管理员暂停**
admin-home-paused-elsewhere = • ⏸️ **已由运营者或服务商暂停**
admin-button-home = 首页
admin-button-pause = 暂停本服务器
admin-button-resume = 恢复

admin-usage = 用量
admin-usage-description = 本服务器的花费：按天、按成员，图表和表格
admin-budget = 预算
admin-budget-description = 金额：每位成员和整个服务器，按天和按月
admin-limits = 限额
admin-limits-description = 视频数量与频率：每位成员和整个服务器；时区
admin-roles = 身份组
admin-roles-description = 限额更高或优先排队的身份组
admin-channels = 频道
admin-channels-description = 可以在哪里生成视频
admin-blocks = 被封禁的成员
admin-blocks-description = 禁止某位成员在这里生成视频，或解封成员
admin-moderation = 审核
admin-moderation-description = 禁用词、剧透标记、他人的图片
admin-log = 日志频道
admin-log-description = 版主查看每个公开视频和举报的频道
admin-queue = 队列
admin-queue-description = 所有人正在生成和排队的视频；可取消排队中的
admin-unknown = 结果不明的任务
admin-unknown-description = 可能已计费的任务：逐一决定
admin-audit = 更改记录
admin-audit-description = 谁在何时更改了什么

admin-more = …… 还有更多
admin-button-back = 返回
admin-button-first = 回到第一页
admin-button-next = 下一页

admin-limits-title = **视频的数量与频率**
admin-budget-title = **金额**
admin-level-member = 每位成员：
admin-level-guild = 全部用户共有：
admin-days-turn = 本服务器的每日和每月限额按时区 { $zone } 重置，机器人自身的限额在 UTC 零点重置。可在 **{ admin-limits }** 页按 **{ admin-button-limits-guild }** 更改时区。
admin-button-limits-member = 成员的限额
admin-button-limits-guild = 服务器的限额
admin-button-budget-member = 成员的预算
admin-button-budget-guild = 服务器的预算

admin-roles-title = **身份组**
admin-roles-note = 身份组可以提高其成员的限额，也可以让他们的视频优先排队。选择一个来更改。
admin-roles-none = 还没有特殊设置的身份组。
admin-role-line = • <@&{ $role }>：{ $said }
admin-role-favoured = 优先排队
admin-role-plain = 与其他人一样
admin-choose-role = 选择身份组
admin-button-role-limits = 这个身份组的限额
admin-button-favour = 优先排队
admin-button-unfavour = 取消优先
admin-button-plain = 恢复默认限额
too-many-roles = **最多 { $limit } 个有特殊设置的身份组。** 请先恢复另一个的默认限额。

admin-channels-title = **可以在哪里生成视频**
admin-channels-allowed = 允许的频道
admin-channels-denied = 禁止的频道
admin-channels-all = 全部
admin-channels-none = 无
admin-channels-note = 分类代表其中的频道，频道代表其中的子区。

admin-blocked = <@{ $user }> 不能再在这里生成视频。
admin-blocked-before = <@{ $user }> 之前就已被封禁。
admin-unblocked = <@{ $user }> 可以重新生成视频。
admin-not-blocked = <@{ $user }> 在这里没有被封禁。
admin-blocks-title = **被封禁的成员**
admin-blocks-none = 没有被封禁的成员。
admin-block-line = • <@{ $user }>，开始时间：{ $since }
admin-block-line-until = • <@{ $user }>，开始时间：{ $since }，结束时间：{ $until }
admin-unblock-choose = 选择要解封的成员
admin-button-block = 封禁成员
admin-button-unblock = 解封成员
block-member = 成员
block-days = 天数
block-days-note = 天数（留空则永久）
block-days-invalid = **“{ $typed }”不是天数。** 请填写 7 之类的数字，或留空以永久封禁。

ban-words = 禁用词
ban-words-note = 每行一个；大小写、全半角和隐藏字符都不影响匹配
ban-patterns = 禁用的正则表达式
ban-patterns-note = RE2 语法，每行一个，最多 25 个
ban-none = 无
admin-button-words = 禁用词与正则表达式
admin-button-try = 试一段提示词
pattern-invalid = **有一个正则表达式无法使用。** RE2 的说明：{ $why }
too-many-words = **太多了。** 上限为 { $limit } 个。
try-prompt = 测试内容：{ $prompt }
try-refused = 这里会拒绝它：
try-found = • “{ $found }”，原因：`{ $rule }`
try-taken = 这里可以通过；服务商仍可能拒绝。

admin-log-title = **日志频道**
admin-log-now = 频道：<#{ $channel }>。
admin-log-none = 尚未设置日志频道。
admin-log-note = 公开视频和举报会记录在这里。请选择只有版主能看到的频道。
admin-log-choose = 选择频道
log-permissions = **我无法在 <#{ $channel }> 发言。** 缺少权限：{ $permissions }。
log-entry = 🎬 <@{ $user }> · { $format } · { $link }
log-report = 🚩 <@{ $by }> 举报了 <@{ $user }> 的视频：{ $link }
log-struck-out = <@{ $user }> 的视频及提示词已删除。

menu-report = 举报视频
report-sent = **已举报。** 版主能看到，也能看到是你举报的。
report-no_log = **这里没有设置举报频道。** 请联系版主。
report-before = 你已经举报过这个视频，版主能看到。
report-not_sent = **举报没有送达。** 请稍后再试，或联系版主。

admin-paused = **本服务器已暂停。** 进行中的视频仍会送达。可按 **{ admin-button-resume }** 恢复。
admin-paused-before = 本服务器之前就已暂停。可按 **{ admin-button-resume }** 恢复。
admin-resumed = **已恢复。**
admin-not-paused = 本服务器没有暂停。
admin-still-paused = 运营者或服务商的暂停仍在，此操作无法解除。

admin-queue-paused = ⏸️ 已暂停：目前不提交新任务。
admin-queue-choose = 选择一个排队中的视频来取消
admin-job-line = • <@{ $user }> · { $format } · { $state } · { $since }
admin-waiting-line = { $line } · 第 { $place } 位
admin-waiting-label = 第 { $place } 位 · { $format }
admin-cancel-really = **取消这个视频吗？** 不会产生费用，作者会收到通知。
admin-button-cancel = 取消这个视频
admin-cancelled = **已取消。** 作者会收到通知。
admin-not-waiting = 来不及了：它已不在排队。

admin-unknown-title = **可能已计费的任务。** 选择一个来决定。
admin-unknown-none = 没有需要决定的任务。
admin-unknown-line = { $number }. { $line }
admin-unknown-job = <@{ $user }> · { $format } · { $price } · { $since }
admin-unknown-label = { $number } · { $format }
admin-unknown-choose = 选择一个来决定

admin-usage-title = **本服务器的用量**
admin-top-title = **最近 { $days } 天花费最多的成员**
admin-top-line = • <@{ $user }>：{ $count } 个视频，{ $spent }
admin-button-export = 导出 CSV
admin-exported = 最近 { $days } 天每位成员每天的用量。

admin-audit-title = **谁更改了什么**，最新的在前
admin-audit-none = 还没有任何更改。
audit-line = • { $at } { $who }：{ $change }
audit-operator = 机器人的运营者
audit-nothing = 无
audit-member_limits = 成员的限额：{ $detail }
audit-guild_limits = 服务器的限额：{ $detail }
audit-time_zone = 时区：{ $detail }
audit-role_limits = 身份组的限额：{ $detail }
audit-role_no_limits = 恢复了默认限额：{ $detail }
audit-role_favoured = 优先排队：{ $detail }
audit-role_not_favoured = 取消优先：{ $detail }
audit-allowed_channels = 允许的频道：{ $detail }
audit-denied_channels = 禁止的频道：{ $detail }
audit-blocked = 封禁：{ $detail }
audit-unblocked = 解封：{ $detail }
audit-banned_words = 禁用词：{ $detail }
audit-banned_patterns = 禁用的正则表达式：{ $detail }
audit-others_images_on = 开启：{ server-others_images }
audit-others_images_off = 关闭：{ server-others_images }
audit-spoiler_everywhere_on = 开启：{ server-spoiler_everywhere }
audit-spoiler_everywhere_off = 关闭：{ server-spoiler_everywhere }
audit-spoiler_here_on = 频道剧透标记开：{ $detail }
audit-spoiler_here_off = 频道剧透标记关：{ $detail }
audit-log_channel = 日志频道：{ $detail }
audit-paused = 暂停了本服务器
audit-resumed = 恢复了本服务器
audit-cancelled = 取消了排队中的视频：{ $detail }
audit-submitted_again = 重新提交了未决的任务：{ $detail }
audit-given_up = 放弃了未决的任务：{ $detail }
audit-taken_down = 删除了视频：{ $detail }
audit-other = 未知（当前版本不支持）

### 拒绝：违反了什么规则、数值是多少、该怎么做

no-such-job = 找不到这个视频。可用 { COMMAND("jobs") } 查看你的视频。
file-gone = 文件已不再保存。
file-too-large = 文件太大，无法在这里显示。
moderators-decide = **你需要“管理消息”权限**，因为可能会再次收费。
decided-already = 已经决定过了。
unknown-channel = **我无法在这种频道里发消息。** 请使用文字频道或子区。
missing-permissions = **我无法把视频发到这里。** 我在这个频道缺少权限：{ $permissions }。请让版主开放权限，或换一个频道。

permission-view_channel = 查看频道
permission-send_messages = 发送消息
permission-send_messages_in_threads = 在子区内发送消息
permission-attach_files = 附加文件

rule-prompt_empty = **提示词是空的。** 请描述视频里发生什么。
rule-prompt_too_long = **提示词太长**：连同运镜共 { $length } 个字符，最多允许 { $limit } 个。请删去 { $over } 个。
rule-long_at_1080p = **1080p 只能配 6 秒。** 请选择 768p 配 10 秒，或 1080p 配 6 秒。
rule-fast_without_image = **Hailuo 2.3 Fast 需要首帧图片。** 请附上一张图片，或选择 Hailuo 2.3。

camera-unknown = **“{ $name }”不是可用的运镜。** 请从输入时弹出的列表中选择：{ $moves }。
too-many-moves = **{ $count } 种运镜太多了。** 最多可以同时使用 { $limit } 种。

picture-refused = **这张图片不能用作首帧**：{ $fault }
picture-too_big = 文件大小为 { $megabytes } MB，必须小于 60 MB。请压缩后再试。
picture-not_a_picture = 这个文件不是图片。请附上 JPEG、PNG、WebP、HEIC、AVIF、GIF、BMP 或 TIFF。
picture-wrong_format = 这是 { $format } 文件。请另存为 JPEG 或 PNG。
picture-too_small = 它的尺寸是 { $width } × { $height } 像素，短边必须大于 { $above } 像素。
picture-too_narrow = { $width } × { $height } 比 2:5 更窄。
picture-too_wide = { $width } × { $height } 比 5:2 更宽。
picture-too_many_pixels = { $width } × { $height } 的像素太多：这类图片最多 { $megapixels } 百万像素。请缩小后再试，或另存为 JPEG。
picture-too_much_work = 打开它太费时间。请缩小后再试，或另存为 JPEG。
picture-cut_off = 文件不完整，只有 { $percent }% 的画面。请重新保存，或换一张图片。
picture-rare_kind = 这种 { $format } 不常见，我无法读取。请另存为 JPEG 或 PNG。
picture-damaged = 文件已损坏。请重新保存，或换一张图片。
picture-unreadable = **未能及时从 Discord 获取图片。** 请重新附上图片。
picture-busy = **现在正在读取的图片太多了。** 请一分钟后再试。

cap-member-active = **你有 { $limit } 个视频正在进行（上限 { $limit }）。** 请等其中一个完成，或用 { COMMAND("jobs") } 取消一个排队中的视频。
cap-member-per_day = **你今天的 { $limit } 个视频已用完。**
cap-member-micros_per_day = **你每天 { $limit } 的预算不够这个视频。** 还剩 { $left }。
cap-member-micros_per_month = **你每月 { $limit } 的预算不够这个视频。** 还剩 { $left }。
cap-member-cooldown_ms = **请稍等**：你的两个视频之间要间隔 { $limit } 秒。
cap-guild-active = **本服务器有 { $limit } 个视频正在进行（上限 { $limit }）。** 请等其中一个完成。
cap-guild-per_day = **本服务器今天的 { $limit } 个视频已用完。**
cap-guild-micros_per_day = **本服务器每天 { $limit } 的预算不够这个视频。** 还剩 { $left }。
cap-guild-micros_per_month = **本服务器每月 { $limit } 的预算不够这个视频。** 还剩 { $left }。
cap-guild-cooldown_ms = **请稍等**：本服务器的两个视频之间要间隔 { $limit } 秒。
cap-bot-active = **全部用户共有 { $limit } 个视频正在进行（上限 { $limit }）。** 请等其中一个完成。
cap-bot-per_day = **全部用户共有的今天 { $limit } 个视频已用完。**
cap-bot-micros_per_day = **全部用户共有的每天 { $limit } 的预算不够这个视频。** 还剩 { $left }。
cap-bot-micros_per_month = **全部用户共有的每月 { $limit } 的预算不够这个视频。** 还剩 { $left }。
cap-bot-cooldown_ms = **请稍等**：两个视频之间要间隔 { $limit } 秒。
cap-user-per_day = **你在所有服务器合计的今天 { $limit } 个视频已用完。**
cap-user-micros_per_day = **你在所有服务器合计每天 { $limit } 的预算不够这个视频。** 还剩 { $left }。
cap-user-micros_per_month = **你在所有服务器合计每月 { $limit } 的预算不够这个视频。** 还剩 { $left }。
cap-resets-local = 额度重置：{ $when }（本服务器时区的零点）。
cap-resets-utc = 额度重置：{ $when }（UTC 零点）。
cap-resets-pace = 可再次提交的时间：{ $when }。
cap-resets-active = 下一个预计完成：{ $when }。

paused-operator = **机器人的运营者暂停了视频生成。** 没有产生费用。
paused-moderator = **管理员暂停了本服务器的视频生成。** 没有产生费用。
paused-balance = **视频生成已暂停**：机器人在服务商的账户余额不足，运营者已知晓。没有产生费用。
paused-key = **视频生成已暂停**：服务商拒绝了机器人的密钥，运营者已知晓。没有产生费用。
paused-database = **视频生成已暂停**：我无法保存新任务，机器人的运营者可以处理。没有产生费用。
paused-told = <@{ $user }> **视频生成已暂停。** 你的视频保留在队列中，没有产生费用。恢复后会继续生成；如果等待太久，它会被取消，不计入次数。
blocked-moderator = **管理员禁止你在这里生成视频。**
blocked-strikes = **你在一天之内不能生成视频。** 你的提示词多次被服务商的过滤器拒绝。
blocked-until = { $until } 后可以再次生成视频。
channel-not-allowed = **此频道不能生成视频。**
channel-not-allowed-but = **此频道不能生成视频。** 请到 { $channels }。
words-not-allowed = **这里的提示词不允许出现“{ $found }”。** 请修改提示词。
guild-not-allowed = **我不在这个服务器生成视频。** 这由机器人的运营者决定。
direct-not-allowed = **我不在私信中，也不在我未加入的服务器中生成视频。** 这由机器人的运营者决定。
order-not-allowed = **这里不能生成这个视频。** 没有产生费用。

alert-balance = **视频服务商账户余额已用完。** 充值之前不提交任务；我每十分钟查看一次。
alert-low_balance = **视频服务商账户余额不足**：{ $detail }。
alert-key = **视频服务商拒绝了密钥。** 换用另一个密钥启动或运行 `python bot.py resume` 之前不提交任务。
alert-outage = **视频服务商持续出错。** 任务在等待；我会自己再试，间隔越来越长。
alert-database = **我的数据库文件在运行中被删除或替换。** 我不再提交新任务，已提交的仍会送达。请停止我：我会把已知内容保存到它旁边的文件，日志会写明文件名。把它移回原处，再启动我。
alert-over = **已恢复正常。** 之前暂停的原因：{ $detail }。
alert-late = **有人做出决定之后，才查到一项已付费的结果。** 请到服务商处核对：{ $detail }

broke = **我们这边出了点问题。** 如果你的视频已经排队，它仍在生成：可以用 { COMMAND("jobs") } 查看。请把编号告诉运营者：`{ $reference }`

take-frame-gone = **这个视频的首帧图片已不再保存。** 请重新附上图片。没有产生费用。
take-video-gone = **这个视频的文件已不再保存**，无法在此基础上继续。没有产生费用。
take-erased = **这个视频已被删除。** 没有产生费用。
take-not-shared = **作者不允许他人使用这个视频。**
take-not-possible = **这个视频不能这样操作。** 没有产生费用。
take-nothing-to-join = **还没有可以拼接的内容。** 请先按 **{ button-continue }**。
take-chain-too-long = **片段太多。** 最多可以拼接 { $limit } 个。
take-cannot-be-joined = **这些片段无法拼成一个视频。** 没有产生费用。

### 帮助

help =
    {"**"}Clapper 用 MiniMax-Hailuo-2.3 制作短视频。**输入 { COMMAND("video") }，描述画面，然后发送。几分钟后视频会发到这里。

    {"**"}试试看**
    • { COMMAND("video") } `{ option-prompt }: 金色夕阳下，一只红风筝飞过海风吹拂的沙滩`
    • 用 `{ option-image }` 附上图片：视频从它开始
    • `{ option-camera }: 推进` 让镜头靠近，`{ option-camera }: 左移、上升` 同时做两个动作
    • 运镜也可以写在提示词里：`[推进] 夜晚的灯塔`
    • 用 `{ option-sketch }` 先免费看看镜头怎么动

    {"**"}每个视频下方**
    • *{ button-reroll }*、*{ button-remix }*（先修改）、*{ button-upscale }*：各计一个视频
    • *{ button-continue }*从最后一帧接着拍，每次计一个视频；*{ button-join }*把片段合成一个视频，免费
    • *{ button-details }*、*{ button-delete }*

    {"**"}更多**
    • { COMMAND("studio") }：用表单完成同样的事
    • { COMMAND("jobs") }：查看、取消、重新显示你的视频；{ COMMAND("queue") }：本服务器正在进行的视频
    • { COMMAND("privacy") }：保存的关于你的数据，以及删除它们
    • { COMMAND("settings") }：你的默认设置、语言、他人能否使用你的作品；{ COMMAND("usage") }：用了多少、还剩多少
    • { COMMAND("admin") }：限额、预算、审核、日志，供服务器管理员使用
    • 用 `{ option-private }` 把视频发到你的私信，只有你能看到
    • 长按或右键点击一条消息，再选“应用”：*{ menu-animate }*、*{ menu-details }*、*{ menu-delete }*、*{ menu-report }*

    {"**"}须知**
    • 768p 可选 6 秒或 10 秒，1080p 只能配 6 秒；*Hailuo 2.3 Fast* 需要图片
    • `{ option-enhance }: 关闭` 会完全保留你的原文

help-link-terms = 使用条款
help-link-privacy = 隐私
help-link-support = 帮助与支持

command-privacy = privacy
command-privacy-description = 你的数据：查看、导出、删除
command-privacy-show = show
command-privacy-show-description = 查看我保存的你的数据，以及保存多久
command-privacy-export = export
command-privacy-export-description = 把你的数据导出为文件
command-privacy-delete = delete
command-privacy-delete-description = 删除你的提示词、图片、视频和设置
command-operator = operator
command-operator-description = 供本机器人的运营者使用
command-operator-pause = pause
command-operator-pause-description = 在所有地方暂停；进行中的视频仍会送达
command-operator-resume = resume
command-operator-resume-description = 暂停后恢复
command-operator-status = status
command-operator-status-description = 哪些已暂停，今天花费了多少

privacy-shown = **你的数据**
    • { $orders } 个带提示词的任务，包括图片和视频；合计花费 { $spent }
    • 你的设置
    首帧图片和视频在 { $videos } 天后删除，提示词在 { $prompts } 天后删除。{ COMMAND("privacy export") } 会把全部数据发给你，{ COMMAND("privacy delete") } 会删除它们。账单保留日期和金额；删除 { $months } 天后，账单不再记录它们属于谁。
privacy-exported = 这是你的全部数据。放不进一个文件的内容列在其中的 `left-out.txt` 里。
privacy-export-sent = **已发送。** 请查看你的私信。
privacy-delete-title = 删除我的全部数据
privacy-delete-what = 这会删除你在所有服务器的提示词、图片、视频、展示它们的消息以及你的设置，无法恢复。
privacy-delete-label = 输入 { $word } 继续
privacy-delete-word = 删除
privacy-deleted = **已删除。** 你的提示词、图片、视频和设置已删除；展示它们的消息会随后删除。
privacy-deleted-later = 还有 { $count } 个视频正在进行，结束后会立即删除。
privacy-not-deleted = **没有删除任何内容**：没有输入 { $word }。

operators-decide = **只有本机器人的运营者可以这样做。**
operator-paused = **已在所有地方暂停。** 进行中的视频仍会送达。
operator-resumed = **已恢复。**
operator-not-paused = **当前未暂停。**
operator-open = 运行正常。
operator-pause-operator = **由你暂停。**
operator-pause-moderator = **已暂停。**
operator-pause-balance = **已暂停**：视频服务商账户余额已用完。
operator-pause-key = **已暂停**：视频服务商拒绝了密钥。
operator-pause-database = **已暂停**：数据库无法保存新任务。
operator-pause-outage = **暂时暂停**：视频服务商持续出错。
operator-today = 今天（UTC）：{ $videos } 个视频，{ $spent }。
operator-guild = • `{ $guild }`：{ $videos } 个视频，{ $spent }
