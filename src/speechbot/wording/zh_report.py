"""The check of materials: what was left out, what looks doubtful, on a terminal and on a page."""

from __future__ import annotations

# Why a line is in no passage (dropped.py), by kind.
DROPS = {
    "rule": "分隔线",
    "markup": "网页标记",
    "page": "页码",
    "contents": "目录",
    "footnote": "注释",
    "date": "日期",
    "salutation": "称呼",
    "applause": "掌声",
    "source": "来源",
    "note": "编者说明",
    "caption": "图片说明",
    "closing": "结束语",
    "front matter": "文件头信息",
    "header": "副题和题注",
    "person": "姓名",
    "label": "空标题",
    "mark": "标记符号",
    "other": "其他",
}

# What looks doubtful (doubts.py), by kind: its name, and what is said of one.
DOUBTS = {
    "no passage": ("没有正文", "没有读出正文段落：{text}"),
    "garbled": ("乱码", "有 {number} 处乱码或无法显示的字符：{text}"),
    "markup": ("网页标记", "正文里留有 {number} 处网页标记：{text}"),
    "run together": ("换行丢失", "这一行里有 {number} 段，换行可能丢了：{text}"),
    "broken": ("断行", "从这里起有 {number} 行在句子中间断开，可能是按版面换的行：{text}"),
    "lost": ("漏收", "略去了 {number} 个字，看不出是什么：{text}"),
    "several speeches": ("未分篇", "正文中间有日期行，后面可能是另一篇：{text}"),
    "not among the speeches": (
        "说明不符",
        "说明文件（.meta.yaml 或 corpus.yaml）写了“{text}”，但读出的 {number} 篇里没有这一篇",
    ),
    "title from file name": ("缺题目", "文中没有认出题目，用文件名作题目：{text}"),
    "numbering gap": ("缺号", "前面没有编号 {number}，可能漏了内容：{text}"),
    "number astray": ("错位", "前面的编号 {number} 没有认作同级标题：{text}"),
    "number twice": ("重号", "编号 {number} 重复：{text}"),
    "heading without text": ("空标题", "像标题，但下面没有正文，已当作正文收入：{text}"),
    "unrecognised heading": ("疑似标题", "很短，不成句，可能是没认出的标题：{text}"),
    "no headings": ("没有标题", "篇幅长却没有认出标题，有 {number} 段以编号开头：{text}"),
    "long paragraph": ("过长", "一段有 {number} 个字，换行可能丢了：{text}"),
    "blanks in words": ("夹空格", "有 {number} 段的词中间夹着空格：{text}"),
    "repeated": ("重复", "同一段话在这个文件里出现 {number} 次：{text}"),
}

# On a terminal (check.py).
CHECK_PROGRESS = "读材料"
CHECK_FACTS = "（{encoding}，{characters} 字，{lines} 行）"
CHECK_COUNTS = "{speeches} 篇，{passages} 段，{sections} 个标题，略去 {dropped} 行"
CHECK_SPEECH = "（{facts}）"
CHECK_PARAGRAPHS = "{count} 段"
CHECK_DROPPED = "略去 {count} 行"
CHECK_DROPS = "{kind} {count} 行：{lines}"
CHECK_DROPPED_LINE = "第 {line} 行“{text}”"
CHECK_DOUBTS = "存疑 {count} 处"
CHECK_DOUBT = "第 {line} 行　{kind}：{message}"
CHECK_MORE_DOUBTS = "“{kind}”还有 {count} 处，行号 {lines}"
CHECK_MORE = " 等"
CHECK_EXTRACTED = "行号按提取出的文字计"
CHECK_FAILED = "未能读取：{name}（{reason}）"
CHECK_SHARED = "有 {count} 段在几个文件里都有："
CHECK_OVERLAP = "{count} 段相同："
CHECK_MORE_OVERLAPS = "还有 {count} 组"
CHECK_TOTAL_DOUBTS = "存疑 {count} 处：{kinds}"
CHECK_KIND = "{kind} {count}"
CHECK_NO_DOUBTS = "没有发现存疑的地方"
CHECK_UNDATED = "有 {count} 篇没有认出日期"
CHECK_UNSIGNED = "有 {count} 篇没有认出讲话人"
CHECK_HINT = "文件较多，这里只列大略；逐段查看请加 --report 检查.html，全部数据请加 --json"
REPORT_WRITTEN = "检查报告已写入 {path}，请用浏览器打开"
LIST_SEPARATOR = "、"
CLAUSE_SEPARATOR = "；"
FACT_SEPARATOR = "，"

# Writing the page (saving.py): REASONs go into REPORT_ERROR.
REPORT_ERROR = "无法写检查报告 {path}（{reason}），请换一个文件名或文件夹后重试"
REASON_SUFFIX = "报告是网页，文件名要以 .html 结尾"
REASON_FOLDER = "它是文件夹"
REASON_NOT_FILE = "它是管道或设备，不是普通文件"
REASON_FOREIGN = "已有同名文件，不是检查报告，不能覆盖"
REASON_IN_CORPUS = "在材料文件夹里，下次会当作材料读入"
REASON_NO_FOLDER = "所在的文件夹不存在"

# The page (page.py).
LANGUAGE = "zh-CN"
PAGE_TITLE = "speechbot 材料检查报告"
PAGE_MADE = "材料文件夹 {folder}，{moment} 检查，还没有建索引。"
PAGE_HOW = (
    "点开文件看它怎样切分：标题成树，段落是会被引用的原文，灰字是略去的行，橙色是存疑的地方。打印时只印展开的部分。"
)
TILES = ("文件", "讲话", "段落", "字数", "略去的行", "存疑", "未收入的文件")
FILTER_LABEL = "筛选"
FILTER_HINT = "文件名、题目或正文里的词"
FILTER_DOUBTFUL = "只看存疑的文件"
FILTER_SHOWN = "显示 {shown} / {all} 个文件"
OPEN_ALL = "全部展开"
CLOSE_ALL = "全部收起"
FIGURES = "概况"
FIGURE_SPEECHES = "各篇讲话的段数"
FIGURE_SPEECHES_NOTE = "一柱一篇，按文件顺序；指着看题目，点击跳到该篇。"
FIGURE_LENGTHS = "段落长度（字）"
FIGURE_LEVELS = "各级标题数"
FIGURE_DOUBTS = "存疑种类"
FIGURE_DROPS = "略去的行"
FIGURE_BAR = "{label}：{value}"
FIGURE_SPEECH = "第 {number} 篇《{title}》：{count} 段"
FIGURE_AXIS = "第 {number} 篇"
LEVEL = "第 {level} 级"
BIN = "{low}–{high}"
BIN_LAST = "{low} 以上"
NO_FIGURE = "没有"
FILES = "文件"
FILES_HEADER = ("序号", "文件", "格式", "讲话", "段落", "字数", "标题", "略去", "存疑")
FILE_FACTS = "{encoding} · {speeches} 篇 · {passages} 段 · {characters} 字"
FILE_DOUBTS = "存疑 {count}"
DOUBTS_HEADING = "存疑 {count} 处"
DROPS_HEADING = "略去 {count} 行"
DOUBT_PLACE = "第 {line} 行"
DOUBT_NAMED = "{kind}："
SPEECH_NUMBER = "{number}. "
SPEECH_TITLE = "《{title}》"
SPEECH_DATE = "日期：{date}"
SPEECH_SPEAKER = "讲话人：{speaker}"
SPEECH_OCCASION = "场合：{occasion}"
SPEECH_ALIASES = "又名：{aliases}"
PASSAGE_PLACE = "第 {paragraph} 段 · 第 {line} 行 · {length} 字"
DROPPED_PLACE = "略去 · {kind} · 第 {line} 行"
SECTION_COUNT = "{count} 段"
SHARED_HEADING = "几个文件里都有的段落"
SHARED_NOTE = "问到它们时，答案注明其中一处，其余列为另外的出处。若两个文件几乎全同，可以只留一个。"
SHARED_PLACE = "{source} · 第 {paragraph} 段"
LEFT_OUT_HEADING = "未收入的文件"
LEFT_OUT = "{name}：{reason}"
BACK = "回到目录"
