"""What is said of materials: read, left out, looked at."""

from __future__ import annotations

# Reading the corpus (readers.py); each REASON goes into SOURCE_ERROR, which adds the next step.
CORPUS_MISSING = "材料文件夹 {path} 不存在，请新建它并放入 .txt 或 .md 材料，然后运行 speechbot index"
CORPUS_NOT_FOLDER = "{path} 是文件，不是材料文件夹，请用 --corpus 写出它所在的文件夹"
CORPUS_EMPTY = "材料文件夹 {path} 里没有可读的 .txt 或 .md 材料，请放入材料后运行 speechbot index"
CORPUS_NONE_READ = "材料文件夹 {path} 里没有可读的 .txt 或 .md 材料（{skipped}），请放入材料后运行 speechbot index"
CORPUS_SKIPPED = "{name}：{reason}"
CORPUS_SKIPPED_MORE = "等 {count} 个"
CORPUS_STRICT = (
    "材料文件夹 {path} 里有 {count} 个文件没能读入（{files}），没有建索引，请修好或移走它们后重新运行 speechbot index"
)
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
