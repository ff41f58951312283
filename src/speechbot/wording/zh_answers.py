"""Answers, outlines, reports, conversations."""

from __future__ import annotations

# Answers (render.py, chat.py).
TITLE = "《{title}》"
PATH_SEPARATOR = " › "
PLACE = "{path} · 第 {paragraph} 段"
IN_FILE = "（{source}）"
GIVEN_SEPARATOR = "，"
CONFIDENCE = "把握："
CONFIDENCE_HIGH = "高"
CONFIDENCE_FAIR = "中"
CONFIDENCE_LOW = "低"
SENTENCE = "答句："
NUMBER = "{number}. "
INDENT = "   "
ALSO = "同一段也见于：{place}（{source}）"
ALSO_MORE = "还有 {count} 处"
FURTHER = "其他相关段落："
CORRECTED = "（已按“{question}”查找）"
ALIKE = "相近的一段也见于：{place}（{source}）"
MORE = "至少还有 {count} 段也相关，用 -k 可以多看几段"
PARAGRAPHS = "、"
POINT = "{number}. {title}"
POINT_PLACE = "（第 {paragraph} 段起，{count} 段）"
POINT_ONE = "（第 {paragraph} 段）"
POINT_EMPTY = "（只有标题）"
POINT_SPEECH = "（{facts}）"
POINT_MORE = "还有 {count} 段，用 speechbot outline 或“下一段”接着看"
NOT_FOUND = "材料中没有找到这个问题的答案。"
NOT_FOUND_HINT = "可以换一种说法，用材料里可能出现的词再问一次。"
NOT_FOUND_HINT_NEAR = "可以换一种说法，用材料里可能出现的词再问一次；想看最接近的段落，请在命令后加 --near。"
NEAREST = "下面的段落最接近，但不足以回答："
NEAREST_SENTENCE = "最接近的一句："

# Outlines and reports (render.py).
OUTLINE_SPEECH = "（{facts}）"
OUTLINE_COUNT = "{count} 段"
OUTLINE_SECTION = "（{count} 段）"
INDEX_DONE = "已建好索引：{sources} 个文件，{speeches} 篇讲话，{passages} 段，{windows} 个检索窗口"
INDEX_IDLE = "材料没有变动，索引已是最新：{sources} 个文件，{speeches} 篇讲话，{passages} 段"
INDEX_CHANGES = "与上一个版本相比：新增 {added} 段，变动 {changed} 段，移除 {removed} 段，未变 {unchanged} 段"
INDEX_WORK = "编码了 {encoded} 个窗口{resumed}，用时 {seconds} 秒"
INDEX_GENERATION = "当前版本：{generation}"
SKIPPED = "未收入：{name}（{reason}）"
FAILED = "未能读取：{name}（{reason}）"
INDEX_RESUMED = "，接着用了上次中断前编码的 {count} 个"
MISSED = "没有答对的必答题：{ids}"
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

# Conversations (chat.py).
CHAT_PROMPT = "问> "
CHAT_GREETING = "您好！这里有 {speeches} 篇讲话，共 {passages} 段，请用平常的话提问。"
CHAT_HELP_HINT = "答案都是原文。输入 /help 看命令，按 Ctrl-D 离开。"
CHAT_EXAMPLES = "比如："
CHAT_EXAMPLE = "怎样理解“{topic}”？"
CHAT_HELP = (
    "直接输入问题，回车提问；也可以问“讲话提纲”“第二部分讲了哪几点”“2020年的讲话里……”。",
    "接着上一个回答，可以说“那第二点呢”“具体怎么做”“还有吗”“上一段”“下一段”。",
    "/next     下一条：看下一个相关段落",
    "/outline  列出讲话的标题；/outline 题目 只看这一篇",
    "/help     显示这份帮助",
    "/quit     离开（也可输入 退出，或按 Ctrl-D）",
)
CHAT_OUTLINE = "共 {count} 篇；要看一篇的标题，请输入 /outline 题目的一部分"
CHAT_MORE = "还有 {count} 条，输入 /next 看下一条"
CHAT_NO_MORE = "没有下一条了，请输入新的问题"
CHAT_NOT_FOUND_HINT = "可以换一种说法，用材料里可能出现的词再问一次；想看最接近的段落，请输入 /next。"
CHAT_UNKNOWN = "没有 {command} 这个命令，请输入 /help 查看可用的命令"
CHAT_INTERRUPTED = "已取消这一行；按 Ctrl-D 或输入 /quit 离开"
# Typed alone, in any case, these end a conversation.
CHAT_LEAVING = ("/quit", "/exit", "quit", "exit", "/退出", "退出")
CHAT_GOODBYE = "再见！"
