"""Quotation checks and phrase traces."""

from __future__ import annotations

# Texts that cannot be checked or traced (readings.py).
TEXT_EMPTY = "没有要核对的文字，请写出一段引文，例如：speechbot check 江山就是人民，人民就是江山"
TEXT_SHORT = "要核对的文字只有 {length} 个字，太短了哪里都有；请至少写 {limit} 个字，只查词语请用 speechbot trace"
TEXT_LONG = "要核对的文字有 {length} 个字，超过 {limit} 个字的上限，请分几次核对"
TEXT_BROKEN = "第 {position} 个字符是残缺的编码，请重新输入，并确认终端使用 UTF-8 编码"
PHRASE_EMPTY = "没有要查的词语，请写出一个词或短句，例如：speechbot trace 科教兴国"
PHRASE_SHORT = "要查的词语只有 {length} 个字，请至少写 {limit} 个字"
PHRASE_LONG = "要查的词语有 {length} 个字，超过 {limit} 个字的上限；整段文字请用 speechbot check 核对"

# Checks (quotes.py).
EXACT = "与原文一字不差"
FOLDED = "文字与原文相同，只有{forms}不同"
NEAR = "与原文相近，但有出入（相似度 {similarity}）"
MIXED = "不是一段完整的原文，由 {count} 部分组成，逐一核对如下"
ABSENT = "材料中没有找到这段文字，相近的也没有"
ABSENT_HINT = "想知道材料里关于它怎么说，请用 speechbot ask 提问"
GAPPED = {
    "exact": "省略号隔开的 {count} 部分都与原文一字不差",
    "folded": "省略号隔开的 {count} 部分文字都与原文相同，只有标点之类不同",
    "near": "省略号隔开的 {count} 部分与原文相同或相近，有出入",
    "absent": "省略号隔开的 {count} 部分在材料中都没有找到",
}
HEADED = {
    "exact": "{count} 部分都与原文一字不差，中间略去了标题",
    "folded": "{count} 部分文字都与原文相同，只有标点之类不同，中间略去了标题",
    "near": "{count} 部分与原文相同或相近，有出入，中间还略去了标题",
}
ORDERED = "各部分依次见于同一篇讲话"
APART = "各部分依次见于同一篇讲话，但并不相连，所引没有写出省略"
SCATTERED = "各部分不在同一篇讲话里，或者先后次序与讲话不符"
COMPARED = "（核对的是：{text}）"
PART = "{number}. “{text}”"
PART_VERDICTS = {"exact": "一字不差", "absent": "没有找到"}
PART_FOLDED = "只有{forms}不同"
PART_NEAR = "相近，有出入（相似度 {similarity}）"
PART_VERDICT = "：{verdict}"
FORMS = {"punctuation": "标点", "space": "空格或换行", "width": "全半角", "script": "繁简", "case": "大小写"}
FORM_SEPARATOR = "、"
COUNT = "共 {count} 处"
COUNT_EXACT = "共 {count} 处，其中 {exact} 处一字不差"
COUNT_NEAR = "最接近的原文共有 {count} 处"
ORIGINAL = "原文："
QUOTED = "所引："
COMPARISON = "对照："
CHANGE = "[{original}→{quoted}]"
LEGEND = "（方括号里箭头左边是原文，右边是所引；空着的一边没有这些字）"
ALSO_FORMS = "另外{forms}也有不同"
FINDING_FOLDED = "这一处{forms}不同"
MORE = "还有 {count} 处，加 -k {all} 可以全部列出"
MORE_MANY = "还有 {count} 处，加 -k 可以多列一些"
PARAGRAPHS = "{path} · 第 {first} 段至第 {last} 段"
HEADING = "{path} · 标题"
OUTSIDE = "{path} · 段落之外（题头、称呼等）"
CUT = "…"
LINE_BREAK = " ⏎ "
MARKED = "【{text}】"

# Traces (quotes.py).
TRACE_NONE = "“{phrase}”在 {speeches} 篇讲话里没有出现过"
TRACE_NONE_HINT = "可以换一种写法再查，或用 speechbot ask 提问"
TRACE_COUNT = "“{phrase}”共出现 {count} 处，见于 {speeches} 篇讲话中的 {used} 篇"
TRACE_UNDATED = "其中 {count} 处所在的讲话没有日期，排在最后；最早的一处只在有日期的 {dated} 篇里算"
TRACE_NO_DATES = "这些讲话都没有日期，按索引的次序列出，看不出哪一处最早"
BY_YEAR = "按年（括号里是那些年的讲话篇数）："
PERIOD = "{first}—{last}"
OF_SPEECHES = "（{count} 篇）"
BY_SPEECH = "按讲话（出现最多的在前）："
BY_SPEECH_MORE = "还有 {count} 篇"
SPEECH = "《{title}》"
SPEECH_DATED = "{date} 《{title}》"
BAR = "█"
HALF_BAR = "▌"
FIRST = "最早的一处"
OCCURRENCES = "逐处（按日期先后）："
OCCURRENCES_UNDATED = "逐处："
NUMBER = "{number}. "

# The commands' help.
METAVAR_TEXT = "引文"
METAVAR_PHRASE = "词语"
HELP_TEXT = "要核对的文字，6 到 2000 个字；含空格或符号时请加引号"
HELP_PHRASE = "要查的词或短句，2 到 100 个字"
HELP_PLACES = "最多列出几处，1 到 1000"
HELP_CHECK = """核对引文：是不是原文，出在哪里

分四种：一字不差；文字相同，只有标点、空格、全半角、繁简、大小写不同；相近，标出不同的字；
没有。引文前后的引号、文末的（《…》）或——某某不计；省略号两边的文字应当依次见于同一篇讲话。
由几处文字拼成的，逐一说明各出在哪里。段落之间的标题也算原文，略去了会说明。"""
EXAMPLES_CHECK = """  speechbot check 江山就是人民，人民就是江山
  speechbot check "“实践没有止境……理论创新也没有止境”" -k 5
  speechbot check 空谈误国，实干兴邦 --json"""
HELP_TRACE = """查一个词语或短句在哪些讲话里出现过

按讲话日期先后列出每一处，标出最早的一处，并按年、按讲话计数；没有日期的排在最后。
标点、空格、全半角、繁简、大小写不限，跨句的也算。"""
EXAMPLES_TRACE = """  speechbot trace 科教兴国
  speechbot trace 主要矛盾 --speech 报告 -k 20
  speechbot trace 全面深化改革 --json"""
