"""What the bot says and what stands on its buttons."""

from __future__ import annotations

# Answers (answer_views.py); the place of a passage is worded in zh_answers.
PLACE = "📖 {place}"
GIVEN = "（{given}）"
CONTEXT = "上下文"
ALSO = "同一段也见于 {place}"
ALSO_MORE = "还有 {count} 处"
NEAREST = "下面的段落最接近，但不足以回答："
POSITION = "{at}/{count}"
PREVIOUS_HIT = "‹ 上一条"
NEXT_HIT = "下一条 ›"
BEFORE = "上一段"
AFTER = "下一段"
SECTION = "看本节"
ORIGIN = "出处"
COPY = "复制引文"
USEFUL = "👍 有用"
USELESS = "👎 没用"
NOT_FOUND = "材料中没有找到"
NOT_FOUND_HINT = "可以换个说法再问，用材料里可能出现的词。"
NEAR_SECTIONS = "这几节的内容比较接近，可以看看："
NEAR = "最接近的段落"
REPHRASE = "换个问法"
SUGGESTIONS = "这些问题材料里有答案："
HINTS = "可以这样换个问法：\n• 问得具体些：什么事、什么时候、谁来做\n• 用材料里的词，一次只问一件事"
HINT_TOPICS = "材料里与此相近的内容："
TOPIC = "• {topic}"
CITATION = "{sentence}（{place}）"
CITATION_MARKS = "“{sentence}”"
# Around a sentence with quotation marks of its own, which stay as they stand.
CITATION_CORNERS = "「{sentence}」"
CITATION_BARE = "（{place}）"
CITATION_PLACE = "{path}，第 {paragraph} 段"
CITATION_SPEECH = "{title}，"
CITATION_STEP = " › "
SHORTENED = "……"
# After which a heading may be shortened.
CLAUSE_ENDS = "，；：、。"

# Reading on (browse_views.py).
LINK = "永久链接：{link}"
LINK_URL = "https://t.me/{bot}?start={payload}"
GONE = "这一段已不在材料中，材料可能更新过。请重新提问。"
NO_MORE_BEFORE = "这已是第一段。"
NO_MORE_AFTER = "这已是最后一段。"
UPPER = "看上一级"
UPPER_WHOLE = "看全文"
WHOLE = "全文较长，这里是开头，完整内容见附件。"
FILE_FALLBACK = "原文"
ORIGIN_FILE = "文件：{value}"
ORIGIN_SPEECH = "讲话：{value}"
ORIGIN_DATE = "日期：{value}"
ORIGIN_SPEAKER = "讲话人：{value}"
ORIGIN_SECTION = "章节：{value}"
ORIGIN_PARAGRAPH = "段落：第 {value} 段"
ORIGIN_OFFSETS = "位置：文件的第 {start} 至 {end} 个字"
SOURCES = "共 {count} 篇讲话，点题目看目录："
SOURCES_PAGE = "共 {count} 篇讲话（第 {page}/{pages} 页），点题目看目录："
SOURCES_EMPTY = "还没有材料，请等管理员加入。"
SOURCE_ROW = "{number}. {title}（{facts}）"
PARAGRAPHS = "{count} 段"
PREVIOUS_PAGE = "‹ 上一页"
NEXT_PAGE = "下一页 ›"
OUTLINE_ROW = "{title}（{count} 段）"
OUTLINE_EMPTY = "下面没有小标题了。"
OUTLINE_UP = "返回上一级"
OUTLINE_LIST = "返回讲话列表"
OUTLINE_READ = "读这一节"
OUTLINE_READ_WHOLE = "读全文"
OUTLINE_GONE = "目录已更新，请从讲话列表重新打开。"

# Greetings and help (guide_views.py).
START = "您好！这里有 {speeches} 篇讲话，共 {passages} 段，请用平常的话提问。答案都是原文，并注明出处。"
START_EXAMPLES = "比如："
HELP = (
    "直接发来问题就行，我只用材料里的原文回答；材料里没有的，我会直说。\n"
    "• 问错了？编辑那条消息，我会改答案\n"
    "• 答案下面的按钮可以看下一条、上下段、本节、出处，也可以复制引文\n"
    "• 在群里 @{bot} 或回复我，我才回答；也可以发 /ask 问题\n"
    "• 在任何聊天里打 @{bot} 问题，可以把原文直接发给对方\n\n"
    "{commands}"
)
HELP_COMMAND = "/{name} {text}"
HELP_ADMIN = "您是管理员：把文件直接发给我，就能加入材料；还可以用：\n\n{commands}"
# Name and what it does, as Telegram's menu shows them.
COMMANDS = (
    ("sources", "看有哪些讲话"),
    ("outline", "看讲话的目录"),
    ("help", "怎么用"),
    ("privacy", "我记下了什么"),
    ("forget", "删除我的记录"),
)
COMMANDS_GROUP = (("ask", "提问，例如 /ask 怎样抓落实"), ("help", "怎么用"))
HELP_GROUP = (
    "在群里 @{bot} 加上问题，或回复我的消息，或发 /ask 问题，我就用材料里的原文回答；材料里没有的，我会直说。\n"
    "• 问错了？编辑那条消息，我会改答案\n"
    "• 想安静地看：点我的头像，私下问我"
)
START_ADMIN = "您是管理员：把文件直接发给我，就能加入材料；发 /help 看全部命令。"
GROUP_HELLO = "大家好！@{bot} 加上问题，或发 /ask 问题，我就用材料里的原文回答。"
PRIVACY = (
    "我会记下：\n"
    "• 您的编号、名字和最近使用的时间\n"
    "• {questions}\n"
    "• 您点的“有用”“没用”\n"
    "只用来改进材料，不转给别人；问题和评价 {days} 天后自动删除。\n"
    "发 /forget，我会马上删掉您的全部记录，只留下您能不能提问这一项。"
)
PRIVACY_LOGGED = "您的问题和我答的段落"
PRIVACY_UNLOGGED = "您问过几次、答没答上，不记问题的文字"
FORGOTTEN = "已删除您的 {count} 条记录。以后再提问，会重新开始记。"
FORGOTTEN_NONE = "没有您的记录。"
PHOTO = "图片我看不懂，请把问题打成文字发来。"
STICKER = "收到，谢谢！有问题请直接打字问我。"
VOICE = "语音我听不懂，请把问题打成文字发来。"
FILE = "只有管理员能用文件加入材料。有问题请直接打字问我。"
OTHER = "这个我看不懂，请把问题打成文字发来。"
TOO_FAST = "问得太快了，请过 {seconds} 秒再问。"
UNKNOWN_COMMAND = "没有这个命令。发 /help 看怎么用，也可以直接发来问题。"
ASK_USAGE = "请把问题写在命令后面，例如：/ask {example}"
ASK_MENTION = "请问您想问什么？例如：@{bot} {example}"
ASK_EXAMPLE = "怎样抓落实"
OUTLINE_UNKNOWN = "没有题目里含“{title}”的讲话，下面是全部："

# Who may ask (guide_views.py).
STRANGER = "您还不能提问。"
STRANGER_APPLY = "点下面的按钮申请，管理员同意后我会通知您。"
STRANGER_CODE = "知道口令的话，请发：/join 口令"
STRANGER_CONTACT = "请把您的编号 {user} 告诉管理员，由管理员开通。"
STRANGER_SHORT = "您还不能使用，请先在和我的对话里申请。"
APPLY = "申请使用"
APPLIED = "已转告管理员，同意后我会通知您。"
APPLY_WAITING = "已经申请过了，请等管理员答复。"
APPLY_FULL = "现在等候的申请太多，请过些时候再试。"
DENIED = "管理员没有允许您使用，有疑问请直接联系管理员。"
GROUP_UNKNOWN = "本群还没有开通，请机器人的管理员在群里发 /allow。"
JOINED = "口令正确，欢迎！"
JOIN_WRONG = "口令不对，或者试得太多了。请核对口令，过一会儿再试。"
JOIN_USAGE = "请把口令写在命令后面：/join 口令"
JOIN_NEEDLESS = "您已经可以提问了。"

# Questions and buttons (asking.py, presses.py, inline.py).
QUESTION = "问：{question}"
QUESTION_BAD = "{reason}。"
QUESTION_MARK = "[?？]"
SEVERAL = "一次问了几件事，这里只答了最相关的；分开问更准。"
SEVERAL_NOT_FOUND = "一次问了几件事，分开问更容易找到。"
# What people say that is no question, without signs and spaces, in small letters.
HELLO_WORDS = frozenset(
    "你好 您好 你好呀 你好啊 您好呀 您好啊 大家好 嗨 哈喽 哈啰 在吗 在不在 在么 有人吗 早 早上好 上午好 中午好 下午好 晚上好 "
    "妳好 hi hello hey hihi 你好你好 你好机器人 机器人你好".split()
)
THANKS_WORDS = frozenset(
    "谢谢 谢谢你 谢谢您 谢了 多谢 感谢 非常感谢 谢谢啦 谢谢了 辛苦了 谢谢谢谢 好的谢谢 謝謝 謝謝你 謝謝您 多謝 感謝 thanks thankyou thx "
    "再见 拜拜 再見 bye 晚安".split()
)
ABOUT_WORDS = frozenset(
    "你是谁 您是谁 你是誰 你是什么 你是机器人吗 你叫什么 你叫什么名字 你能做什么 你会什么 你会做什么 你能干什么 你能干嘛 你可以做什么 "
    "你有什么用 怎么用 怎么使用 如何使用 帮助 使用说明 help".split()
)
THANKS = "不客气，有问题随时问我。"
LATE = "（我刚才重启过，这条回答晚了；如已收到过，请忽略。）"
VOTED_UP = "谢谢！"
VOTED_DOWN = "谢谢告诉我，管理员会看到。"
VOTE_WITHDRAWN = "已撤回评价。"
BUTTON_OLD = "这个按钮已失效，请重新提问。"
EXAMPLES_CHANGED = "材料更新了，请发 /start 看新的例子。"
INLINE_OPEN = "没有找到，点这里和我对话"
INLINE_ASK = "输入问题，或点这里和我对话"
INLINE_APPLY = "您还不能使用，点这里申请"

# Errors (application.py).
ERROR = "出了点问题，这次没能完成。错误编号 {id}，可以告诉管理员。"
ERROR_REPORT = "⚠️ 错误 {id}：{kind}，正在处理 {doing}。详情见日志。"
ERROR_REPORT_MORE = "（此前一分钟内还有 {count} 次错误）"
INDEX_GONE = "材料暂时打不开，请稍后再试；管理员已收到通知。"
RUNNING = "机器人 @{username} 已上线，按 Ctrl+C 停止。"
BOT_REFUSED = "Telegram 不认这个令牌，请核对 bot.env 里的 SPEECHBOT_TOKEN（向 @BotFather 查看）"
BOT_MISSING = "没有令牌，请在 bot.env 里填写 SPEECHBOT_TOKEN（向 @BotFather 申请），或运行 speechbot demo 试用"
CONFLICT = "另一个程序正用同一个令牌取消息，请只留一个；正在重试"
WEBHOOK_REFUSED = "Telegram 不接受这个 Webhook（{reason}），请检查 SPEECHBOT_WEBHOOK_URL 和证书"
WEBHOOK_TAKEN = "无法在 {endpoint} 上等候 Telegram（{reason}），请改 SPEECHBOT_WEBHOOK_LISTEN"
WEBHOOK_CERTIFICATE = (
    "证书或私钥用不了，请检查 SPEECHBOT_WEBHOOK_CERT 和 SPEECHBOT_WEBHOOK_KEY（PEM 格式、互相匹配、私钥不带密码）"
)
HEALTH_TAKEN = "无法在 {endpoint} 上提供健康检查（{reason}），请改 SPEECHBOT_HEALTH_LISTEN"
CONNECTION_LOST = "连不上 Telegram（%s），正在重试；若一直这样，请检查网络和 SPEECHBOT_PROXY"

# Sending (outbox.py).
MAY_REPEAT = "（网络不稳，这条消息您可能已收到过。）\n"
