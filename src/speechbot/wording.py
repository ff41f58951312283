"""Every text that a user reads, in Chinese, in one place."""

from __future__ import annotations

# Errors: one line each, ending with what to do next.
SOURCE_ERROR = "无法读取材料 {path}：{reason}。请修好或移走它后重新运行 speechbot index"
INDEX_NOT_FOUND = "在 {path} 没有找到索引，请先运行 speechbot index"
INDEX_DAMAGED = (
    "索引文件 {path} 已损坏（{detail}），请运行 speechbot rollback 回到上一个版本，或运行 speechbot index 重建"
)
INDEX_LOCKED = "另一个建库进程正在写 {path}，请等它结束后再运行 speechbot index"
INDEX_NOT_WRITABLE = "无法写入索引文件夹 {path}（{reason}），请检查权限和磁盘空间后重试"
MODEL_ERROR = "无法使用模型 {name}（{reason}），请检查 SPEECHBOT_MODEL，留空即用内置模型"
MODEL_ERROR_BUNDLED = "无法使用内置模型 {name}（{reason}），请重新安装 speechbot"
FILTER_ERROR = "索引里没有{kind}“{value}”，请运行 speechbot outline 查看可选的名称"
READ_DENIED = "没有读取权限"
READ_FOLDER = "它是文件夹"
READ_MISSING = "文件不存在，可能是失效的链接"
AT_LINE = "{path} 第 {line} 行"
QUESTION_FILE_ERROR = "问题文件 {where} 有误：{reason}。请按 README 的格式改正后重试"
OUTPUT_FAILED = "无法输出结果（{reason}），请换一个地方输出，或腾出空间后重试"
OUTPUT_CLOSED = "标准输出已关闭，结果无处可写，请不要关闭它；不需要输出时请写 >/dev/null"
INPUT_CLOSED = "标准输入已关闭，读不到问题，请在终端里运行 speechbot chat，或从文件读入问题"
CONFIG_SEPARATOR = "；"
CONFIG_ERROR = "配置有误：{problems}。请对照 bot.env.example 修改 bot.env 或环境变量"

# Questions that cannot be asked (questions.py).
QUESTION_EMPTY = "问题是空的，请输入一句想问的话，例如：党员的首要政治品格是什么？"
QUESTION_LONG = "问题有 {length} 个字，超过 {limit} 个字的上限，请只保留想问的那一句"
QUESTION_CONTROL = "问题的第 {position} 个字符是控制字符（U+{code:04X}），请删掉它再问"
QUESTION_BROKEN = "问题的第 {position} 个字符是残缺的编码，请重新输入问题，并确认终端使用 UTF-8 编码"
QUESTION_WORDLESS = "问题里没有文字，只有符号或表情，请用文字提问"

# The index on disk: what can be wrong with a file of it, with the folder, with the whole.
DAMAGE_MISSING = "文件缺失"
DAMAGE_UNREADABLE = "无法读取"
DAMAGE_SIZE = "大小不符"
DAMAGE_CHECKSUM = "校验和不符"
DAMAGE_SHAPE = "内容结构不符"
DAMAGE_FOREIGN = "不是 speechbot 写的文件"
DAMAGE_COUNT = "条目数与清单不符"
INDEX_DENIED = "没有权限读取索引 {path}，请检查它的权限后重试"
INDEX_FORMAT = "索引 {path} 的格式是 {found}，本程序用的是 {expected}，请运行 speechbot index 重建"
INDEX_MODEL = (
    "索引 {path} 是用模型 {expected}建的，现在用的模型是 {found}，两者的向量不能混用，"
    "请改回原来的 SPEECHBOT_MODEL，或运行 speechbot index 重建"
)
INDEX_MODEL_CHANGED = "模型 {found}在索引 {path} 建好之后换了权重，两者的向量不能混用，请运行 speechbot index 重建"
MODEL_SHOWN = "{name}（{dim} 维）"
INDEX_NO_OLDER = "索引 {path} 没有更早的完好版本可以退回，请运行 speechbot index 重建"
NO_PASSAGES = "材料文件夹 {path} 里没有可以建库的正文段落，请放入讲话材料后重新运行 speechbot index"
WRITE_DENIED = "没有写入权限"
WRITE_READ_ONLY = "文件系统是只读的"
WRITE_FULL = "磁盘空间不足"
WRITE_NOT_FOLDER = "路径上有同名文件"
WRITE_FOLDER = "{name} 应为文件，却是文件夹，请先移走它"
WRITE_NOT_EMPTY = "文件夹 {name} 不是空的，请先移走它"
WRITE_MISSING = "文件夹不存在，可能刚被移走"
WRITE_BUSY = "文件正被别的程序占用"
WRITE_LONG = "路径太长"
WRITE_IO = "磁盘读写出错"
MODEL_BAD_VECTORS = "模型给出的向量不是单位长度的 {dim} 维向量"
FILTER_SOURCE = "文件"
FILTER_SPEECH = "讲话"
FILTER_SECTION = "章节"
FILTER_PART = "{kind}“{value}”"
FILTER_WITHIN = "{outer}里的{kind}"

# Models.
MODEL_FILE_MISSING = "缺少文件 {name}"
MODEL_FILE_DAMAGED = "模型文件已损坏"
MODEL_NOT_FOUND = "找不到这个文件夹或模型，或者没能联网下载"
MODEL_NOT_LOADED = "加载失败：{kind}"
MODEL_WITHOUT_VECTORS = "它不是句向量模型"

# Settings (settings.py): parts of CONFIG_ERROR.
SETTING_BAD = "{name} {reason}"
SETTING_VALUE = "的值无效"
SETTING_BOT = "不是机器人令牌，应为 @BotFather 给出的“数字:字母”"
SETTING_UNKNOWN = "没有 {name} 这个配置项"
SETTING_NEAR = "，也许想写 {near}"
SETTING_HOME = "里的 ~ 找不到对应的用户文件夹"
SETTINGS_PREFIX = "{file} 第 {line} 行的 {name} 要写成 {prefix}{name}"
SETTINGS_TWICE = "{file} 第 {line} 行重复了 {name}"
SETTINGS_LINE = "{file} 第 {line} 行不是“名称=值”"
SETTINGS_NOT_UTF8 = "{file} 不是 UTF-8 编码"
SETTINGS_UNREADABLE = "无法读取 {file}（{reason}）"

# Evaluation files (evaluation.py): parts of QUESTION_FILE_ERROR.
QUESTIONS_MISSING = "文件不存在"
QUESTIONS_UNREADABLE = "读不到文件（{reason}）"
QUESTIONS_NOT_UTF8 = "不是 UTF-8 编码"
QUESTIONS_NONE = "里面没有问题"
QUESTIONS_NOT_JSON = "不是 JSON"
QUESTIONS_NOT_OBJECT = "不是 JSON 对象"
QUESTIONS_FIELD = "缺少文字字段 {name}"
QUESTIONS_TWICE = "id {id} 与前面的重复"
QUESTIONS_GOLD = "字段 gold 应为文字的列表，拒答题写成空列表 []"

# Answers (render.py, chat.py).
TITLE = "《{title}》"
PATH_SEPARATOR = " › "
PLACE = "{path} · 第 {paragraph} 段"
IN_FILE = "（{source}）"
CONFIDENCE = "把握："
CONFIDENCE_HIGH = "高"
CONFIDENCE_FAIR = "中"
CONFIDENCE_LOW = "低"
SENTENCE = "答句："
NUMBER = "{number}. "
INDENT = "   "
FURTHER = "其他相关段落："
CORRECTED = "（已按“{question}”查找）"
NOT_FOUND = "材料中没有找到这个问题的答案。"
NOT_FOUND_HINT = "可以换一种说法，用材料里可能出现的词再问一次。"
NOT_FOUND_HINT_NEAR = "可以换一种说法，用材料里可能出现的词再问一次；想看最接近的段落，请在命令后加 --near。"
NEAREST = "下面的段落最接近，但不足以回答："
NEAREST_SENTENCE = "最接近的一句："

# Outlines and reports (render.py).
OUTLINE_SPEECH = "（{count} 段，{source}）"
OUTLINE_SECTION = "（{count} 段）"
INDEX_DONE = "已建好索引：{sources} 个文件，{speeches} 篇讲话，{passages} 段，{windows} 个检索窗口"
INDEX_CHANGES = "与上一个版本相比：新增 {added} 段，变动 {changed} 段，移除 {removed} 段，未变 {unchanged} 段"
INDEX_WORK = "编码了 {encoded} 个窗口，用时 {seconds} 秒"
INDEX_GENERATION = "当前版本：{generation}"
SKIPPED = "未收入：{name}（{reason}）"
EVAL_ALL = "全部"
EVAL_UNFOUNDED = "有 {count} 道题的 gold 片段不在索引里（{ids}），无法答对，请核对问题文件或材料"
EVAL_HEADER = ("类型", "题数", "R@1", "R@3", "R@5", "MRR@10", "拒答准确率", "拒答召回率", "误拒")
EVAL_LATENCY = "每题用时：中位数 {median} 毫秒，95 分位 {p95} 毫秒"
EVAL_NONE_WRONG = "没有答错的题"
EVAL_QUESTION = "{id}（{type}）{question}"
EVAL_EXPECTED = "  应答：{expected}"
EVAL_GOT = "  实答：{got}"
EVAL_GOLD = "含“{gold}”的段落"
EVAL_RANK = "（排在第 {rank}）"
EVAL_UNRANKED = "（不在前 10）"
EVAL_REFUSAL = "拒答"
EVAL_REFUSED = "拒答，最接近 {place}"

# The command line's help (usage.py, cli.py).
PROGRAM = "speechbot"
USAGE = "用法：{command} {arguments}"
HELP_ARGUMENTS = "参数："
HELP_OPTIONS = "选项："
HELP_COMMANDS = "命令（用 speechbot 命令 --help 看每个命令的用法）："
HELP_EXAMPLES = "例子："
HELP_HELP = "显示这份帮助"
HELP_VERSION = "显示版本"
VERSION = "speechbot {version}"
METAVAR_COMMAND = "命令 [选项]"
METAVAR_OPTIONS = "[选项]"
METAVAR_FOLDER = "文件夹"
METAVAR_NUMBER = "数目"
METAVAR_NAME = "名称"
METAVAR_QUESTION = "问题"
METAVAR_SPEECH = "讲话"
METAVAR_QUESTIONS = "问题文件"
HELP_INDEX_FOLDER = "索引所在的文件夹，默认 index（SPEECHBOT_INDEX）"
HELP_CORPUS_FOLDER = "材料所在的文件夹，默认 corpus（SPEECHBOT_CORPUS）"
HELP_JSON = "输出 JSON，供程序读取"
HELP_QUESTION = "想问的话，不必加引号"
HELP_TOP = "最多给出几段，1 到 50，默认 3"
HELP_NEAR = "没有找到时，列出最接近的段落"
HELP_SOURCE = "只在这个文件里找"
HELP_SPEECH = "只在这篇讲话里找，写出题目的一部分即可"
HELP_SECTION = "只在这个标题下找，写出标题的一部分即可"
HELP_SPEECH_TITLE = "讲话的题目或其中一部分，不写则列出全部"
HELP_QUESTIONS = "每行一个 JSON 对象：id、type、question、gold"
HELP_CHECK = "只检查材料怎样切分，不建索引"
HELP_ERRORS = "列出答错的题"
HELP = """讲话材料问答：找到原文、标明出处，找不到就如实说没有。

不联网，不改写，不编造。"""
EXAMPLES = """  speechbot index
  speechbot ask 党员的首要政治品格是什么？
  speechbot chat"""
HELP_INDEX = """读入材料，建立或更新索引

读材料文件夹里的 .txt 和 .md 文件，只对有变动的段落重新编码。建好后才替换旧索引，
中途出错时旧索引照常可用。"""
EXAMPLES_INDEX = """  speechbot index
  speechbot index --corpus 讲话 --index 索引
  speechbot index --check"""
HELP_ASK = """问一个问题

给出最合适的原文段落、答句和出处。把握分高、中、低三档，按估计的答对概率划分：
0.8 以上为高，0.6 以上为中，其余为低。概率用一批有答案的问题校准，换一类材料会有出入，
请以原文为准。达不到拒答线就说没有找到。"""
EXAMPLES_ASK = """  speechbot ask 党员的首要政治品格是什么？
  speechbot ask 流动党员也要参加吗 --near
  speechbot ask 怎样抓整改 -k 5 --speech 推进会 --json"""
HELP_CHAT = """连续提问

在终端里可以编辑、翻看历史；输入 /help 看命令，按 Ctrl-D 离开。
从管道读入时，每行一个问题。"""
EXAMPLES_CHAT = """  speechbot chat
  speechbot chat < 问题.txt"""
HELP_OUTLINE = """列出讲话的标题和段数

不写讲话题目则列出全部；写题目的一部分即可，繁简、全半角、大小写不限。"""
EXAMPLES_OUTLINE = """  speechbot outline
  speechbot outline 推进会
  speechbot outline --json"""
HELP_STATUS = """检查索引，显示版本、数量、模型和大小

逐个核对索引文件的校验和。"""
EXAMPLES_STATUS = """  speechbot status
  speechbot status --index 索引 --json"""
HELP_ROLLBACK = """退回到上一个完好的索引版本

重新运行 speechbot index 会再次得到最新版本。"""
EXAMPLES_ROLLBACK = """  speechbot rollback
  speechbot rollback --json"""
HELP_EVAL = """用一组已知答案的问题衡量回答质量

问题文件每行一个 JSON 对象；gold 是答案所在段落里的原文片段，写成空列表表示应当拒答。
R@k 是前 k 段含答案的比例；MRR@10 是首个正确段落名次倒数的平均；拒答准确率是拒答的题里
确实没有答案的比例；拒答召回率是没有答案的题里被拒答的比例；误拒是有答案却被拒答的题数。"""
EXAMPLES_EVAL = """  speechbot eval 问题.jsonl
  speechbot eval 问题.jsonl --errors"""
HELP_BOT = """启动 Telegram 机器人

将随下一个版本提供。"""
EXAMPLES_BOT = "  speechbot bot"
BOT_LATER = "Telegram 机器人将随下一个版本提供，现在请用 speechbot chat 在终端里提问"

# Usage errors (usage.py).
USAGE_ERROR = "用法不对：{message}。请运行 {command} --help 查看用法"
USAGE_NO_OPTION = "没有 {name} 这个选项"
USAGE_NO_COMMAND = "没有 {name} 这个命令"
USAGE_NEAR = "，也许想写 {near}"
USAGE_ASK = "，提问请用 speechbot ask 问题"
USAGE_MISSING = "缺少“{name}”"
USAGE_EXTRA = "多出了 {name}"
USAGE_NO_VALUE = "选项 {name} 后面要写值"
USAGE_VALUE = "选项 {name} 后面不能写值"
USAGE_TOO_SMALL = "选项 {name} 的值不能小于 {limit}"
USAGE_TOO_LARGE = "选项 {name} 的值不能大于 {limit}"
USAGE_NO_NUMBER = "选项 {name} 的值应为整数"
USAGE_OR = " 或 "

# What commands print besides answers and reports (cli.py).
INDEX_PROGRESS = "编码"
CHECK_SOURCE = "{name}（{encoding}）"
CHECK_DONE = "{sources} 个文件，{speeches} 篇讲话，{passages} 段；没有建索引"
ROLLED_BACK = "已退回到 {generation}；重新运行 speechbot index 可再次得到最新版本"
STATUS_GENERATION = "当前版本：{generation}（建于 {created}，完好）"
STATUS_COUNTS = "内容：{sources} 个文件，{speeches} 篇讲话，{passages} 段，{windows} 个检索窗口"
STATUS_MODEL = "模型：{name}（{dim} 维）"
STATUS_SIZE = "大小：{size} MB"
STATUS_OTHERS = "其他版本：{names}"
STATUS_NO_OTHERS = "无"
NAME_SEPARATOR = "、"
EVAL_PROGRESS = "提问"

# Conversations (chat.py).
CHAT_PROMPT = "问> "
CHAT_GREETING = "您好！这里有 {speeches} 篇讲话，共 {passages} 段，请用平常的话提问。"
CHAT_HELP_HINT = "答案都是原文。输入 /help 看命令，按 Ctrl-D 离开。"
CHAT_EXAMPLES = "比如："
CHAT_EXAMPLE = "怎样理解“{topic}”？"
CHAT_HELP = (
    "直接输入问题，回车提问。",
    "/next     下一条：看下一个相关段落",
    "/outline  列出讲话的标题",
    "/help     显示这份帮助",
    "/quit     离开（也可输入 退出，或按 Ctrl-D）",
)
CHAT_MORE = "还有 {count} 条，输入 /next 看下一条"
CHAT_NO_MORE = "没有下一条了，请输入新的问题"
CHAT_NOT_FOUND_HINT = "可以换一种说法，用材料里可能出现的词再问一次；想看最接近的段落，请输入 /next。"
CHAT_UNKNOWN = "没有 {command} 这个命令，请输入 /help 查看可用的命令"
CHAT_INTERRUPTED = "已取消这一行；按 Ctrl-D 或输入 /quit 离开"
# Typed alone, in any case, these end a conversation.
CHAT_LEAVING = ("/quit", "/exit", "quit", "exit", "/退出", "退出")
CHAT_GOODBYE = "再见！"

# Reading the corpus (readers.py); each REASON goes into SOURCE_ERROR, which adds the next step.
CORPUS_MISSING = "材料文件夹 {path} 不存在，请新建它并放入 .txt 或 .md 材料，然后运行 speechbot index"
CORPUS_NOT_FOLDER = "{path} 是文件，不是材料文件夹，请用 --corpus 写出它所在的文件夹"
CORPUS_EMPTY = "材料文件夹 {path} 里没有可读的 .txt 或 .md 材料，请放入材料后运行 speechbot index"
CORPUS_NONE_READ = "材料文件夹 {path} 里没有可读的 .txt 或 .md 材料（{skipped}），请放入材料后运行 speechbot index"
CORPUS_SKIPPED = "{name}：{reason}"
CORPUS_SKIPPED_MORE = "等 {count} 个"
CORPUS_UNREADABLE = "材料文件夹 {path} 打不开（{detail}），请检查权限后重新运行 speechbot index"
REASON_FOLDER = "这个文件夹打不开（{detail}）"
REASON_NAME = "文件名含有控制字符或无法识别的编码，请改名"
REASON_UNREADABLE = "打不开（{detail}）"
REASON_NOT_FILE = "它是管道或设备，不是普通文件"
REASON_ENCODING = "不是 UTF-8、带 BOM 的 UTF-16 或 GB18030 编码的文本，请用编辑器另存为 UTF-8"
REASON_UTF16 = "看起来是没有 BOM 的 UTF-16 文本，请用编辑器另存为 UTF-8"
REASON_UTF32 = "UTF-32 编码不支持，请用编辑器另存为 UTF-8"
REASON_BINARY = "第 {position} 个字符是控制字符（U+{code:04X}），不是纯文本"
SKIPPED_TYPE = "暂不支持 {suffix} 文件，本版本读取 .txt 和 .md"
SKIPPED_EMPTY = "文件里没有文字"
SKIPPED_FOLDER_LINK = "它是指向文件夹的链接，请把文件夹本身放进来"
SKIPPED_OUTSIDE = "它是指向材料文件夹之外的链接，请把文件本身放进来"

# What `make run` says without a terminal (scripts/run.py).
RUN_QUESTION = "党员的首要政治品格是什么？"
RUN_BOT_LATER = "已设置令牌，但 Telegram 机器人将随下一个版本提供；现在先在终端里提问"
RUN_NEXT = "继续提问：.venv/bin/speechbot ask 你的问题；在终端里连续提问：.venv/bin/speechbot chat"

# Retriever.
DAMAGE_NOT_VERBATIM = "有段落与原文不一致"
