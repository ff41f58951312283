"""The command line: help, usage errors, what commands print."""

from __future__ import annotations

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
METAVAR_STYLE = "格式"
METAVAR_FILE = "文件"
METAVAR_PAGE = "文件.html"
METAVAR_QUESTIONS = "问题文件"
HELP_INDEX_FOLDER = "索引所在的文件夹，默认 index（SPEECHBOT_INDEX）"
HELP_CORPUS_FOLDER = "材料所在的文件夹，默认 corpus（SPEECHBOT_CORPUS）"
HELP_JSON = "输出 JSON，供程序读取"
HELP_QUESTION = "想问的话，不必加引号"
HELP_TOP = "最多给出几段，1 到 50，默认 3"
HELP_NEAR = "没有找到时，列出最接近的段落"
HELP_CITE = "附上可以粘贴的引文：footnote（脚注）、gbt7714（GB/T 7714）或 markdown"
HELP_EXPORT = "把答案写成文件，.txt 或 .docx（Word）"
HELP_SOURCE = "只在这个文件里找"
HELP_SPEECH = "只在这篇讲话里找，写出题目的一部分即可"
HELP_SECTION = "只在这个标题下找，写出标题的一部分即可"
HELP_SPEECH_TITLE = "讲话的题目或其中一部分，不写则列出全部"
HELP_QUESTIONS = "每行一个 JSON 对象：id、type、question、gold"
HELP_CHECK = "只检查材料：怎样切分、略去什么、哪里存疑，不建索引"
HELP_REPORT = "把检查结果写成一个网页，供逐段查看；也不建索引"
HELP_VERIFY = "逐个核对校验和，并做自检"
HELP_STRICT = "有文件读不了就算失败，不更新索引"
HELP_REBUILD = "全部重新读取、重新编码，不沿用原来的索引"
HELP_GOLD = "必答题文件（格式同 eval）：新索引丢了其中的答案就不启用（SPEECHBOT_GOLD）"
HELP_ERRORS = "列出答错的题"
HELP = """讲话材料问答：找到原文、标明出处，找不到就如实说没有。

不联网，不改写，不编造。"""
EXAMPLES = """  speechbot index
  speechbot ask 党员的首要政治品格是什么？
  speechbot chat"""
HELP_INDEX = """读入材料，建立或更新索引

读材料文件夹里的 .txt .md .html .docx .pdf .doc .wps .rtf 文件，读不出来的逐个列出原因；
只对有变动的段落重新编码。建好后才替换旧索引，中途出错时旧索引照常可用。"""
EXAMPLES_INDEX = """  speechbot index
  speechbot index --corpus 讲话 --index 索引
  speechbot index --check
  speechbot index --report 检查.html"""
HELP_ASK = """问一个问题

给出最合适的原文段落、答句和出处。把握分高、中、低三档，按估计的答对概率划分：
0.8 以上为高，0.6 以上为中，其余为低。概率用一批有答案的问题校准，换一类材料会有出入，
请以原文为准。达不到拒答线就说没有找到。"""
EXAMPLES_ASK = """  speechbot ask 党员的首要政治品格是什么？
  speechbot ask 流动党员也要参加吗 --near
  speechbot ask 怎样抓整改 -k 5 --speech 推进会 --json
  speechbot ask 党员的首要政治品格是什么？ --cite gbt7714 --export 答案.docx"""
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
HELP_STATUS = """显示索引的版本、数量、模型和大小

加 --verify 时逐个核对索引文件的校验和，并做自检：抽取一些窗口重新编码，与存下的向量比较。"""
EXAMPLES_STATUS = """  speechbot status
  speechbot status --verify
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

令牌等写在 bot.env 里，见 bot.env.example。机器人按索引回答，索引更新后不用重新启动；
按 Ctrl+C 或用 SIGTERM 停止，没有做完的下次启动接着做。"""
EXAMPLES_BOT = """  speechbot bot
  SPEECHBOT_LOG_LEVEL=DEBUG speechbot bot"""
HELP_DEMO = """不要令牌、不连网络，在浏览器里试用机器人

网页只有本机能打开，样子像聊天窗口，背后就是 Telegram 里的那个机器人。可以切换成管理员，
试试上传材料、重建索引：这些都在副本上做，退出后不留下任何改动。"""
EXAMPLES_DEMO = """  speechbot demo
  speechbot demo --port 8080 --no-browser"""
METAVAR_PORT = "端口"
OPTION_PORT = "网页的端口，0 是任选一个空闲的"
OPTION_BROWSER = "自动打开浏览器"
DEMO_TITLE = "讲话材料问答（试用）"
DEMO_READY = "请在浏览器里打开 {url} 试用，按 Ctrl+C 结束。材料和索引是副本，怎么试都不会改动原来的。"
DEMO_PORT_TAKEN = "端口 {port} 打不开（{reason}），请用 --port 换一个"
DEMO_COPY_FAILED = "做不出试用的副本（{reason}），请检查临时文件夹的空间和权限"

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
USAGE_NO_CHOICE = "选项 {name} 的值应为 {choices} 之一"
USAGE_BETWEEN = "、"
USAGE_OR = " 或 "

# What commands print besides answers and reports (cli.py).
INDEX_READING = "读取材料"
INDEX_PROGRESS = "编码"
INDEX_INTERRUPTED = "已中断，原来的索引没有改动；重新运行 speechbot index 会接着做"
RATE = "{rate} 个/秒"
CHECK_DONE = "{sources} 个文件，{speeches} 篇讲话，{passages} 段；没有建索引"
ROLLED_BACK = "已退回到 {generation}；重新运行 speechbot index 可再次得到最新版本"
STATUS_GENERATION = "当前版本：{generation}（建于 {created}，{state}）"
STATUS_VERIFIED = "校验和与自检无误"
STATUS_WHOLE = "文件齐全"
STATUS_COUNTS = "内容：{sources} 个文件，{speeches} 篇讲话，{passages} 段，{windows} 个检索窗口"
STATUS_MODEL = "模型：{name}（{dim} 维）"
STATUS_SIZE = "大小：{size} MB"
STATUS_OTHERS = "其他版本：{names}"
STATUS_NO_OTHERS = "无"
NAME_SEPARATOR = "、"
EVAL_PROGRESS = "提问"

# What `make run` says without a terminal (scripts/run.py).
RUN_QUESTION = "党员的首要政治品格是什么？"
RUN_DEMO = "想看看它在 Telegram 里的样子：.venv/bin/speechbot demo（不要令牌，不连网络）"
RUN_NEXT = "继续提问：.venv/bin/speechbot ask 你的问题；在终端里连续提问：.venv/bin/speechbot chat"
