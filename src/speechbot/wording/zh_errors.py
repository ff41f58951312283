"""What errors say: one line each, ending with what to do next."""

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
MODEL_ERROR_RERANKER = "无法使用重排序模型 {name}（{reason}），请检查 SPEECHBOT_RERANKER，留空即不用"
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
RELOAD_FAILED = "新的索引打不开，继续用原来的版本回答：%s"
SELF_TEST_FAILED = "索引 {path} 没有通过自检（{reason}），原来的版本照常使用，请按原因改正后重新运行 speechbot index"
SELF_TEST_VECTORS = "抽查的向量与重新编码的结果不一致，模型或运行环境可能变了；要全部重新编码请加 --rebuild"
SELF_TEST_GOLD = "有 {count} 道必答题丢了答案：{questions}"
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
MODEL_NO_RERANKER = "它不是给问题和段落打一个分的重排序模型"
MODEL_WITHOUT_VECTORS = "它不是句向量模型"

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

# Retriever.
DAMAGE_NOT_VERBATIM = "有段落与原文不一致"
