"""What is said of materials: read, left out, looked at."""

from __future__ import annotations

# The corpus folder (corpus.py); each REASON goes into SOURCE_ERROR, and says itself what to do about the file.
FORMATS = ".txt .md .html .docx .pdf .doc .wps .rtf"
CORPUS_MISSING = "材料文件夹 {path} 不存在，请新建它并放入讲话材料（{formats}），然后运行 speechbot index"
CORPUS_NOT_FOLDER = "{path} 是文件，不是材料文件夹，请用 --corpus 写出它所在的文件夹"
CORPUS_EMPTY = "材料文件夹 {path} 里没有可读的材料（{formats}），请放入材料后运行 speechbot index"
CORPUS_NONE_READ = "材料文件夹 {path} 里没有读得出来的材料（{skipped}），请放入材料或照此改好后运行 speechbot index"
CORPUS_SKIPPED = "{name}：{reason}"
CORPUS_SKIPPED_MORE = "；……共 {count} 个"
CORPUS_UNREADABLE = "材料文件夹 {path} 打不开（{detail}），请检查权限后重新运行 speechbot index"
CORPUS_STRICT = "有 {count} 个材料未能读取（{failed}），索引没有改动，请修好或移走它们后重新运行 speechbot index"
REASON_FOLDER = "这个文件夹打不开（{detail}），请检查权限"
REASON_NAME = "文件名含有控制字符或无法识别的编码，请改名"
REASON_UNREADABLE = "打不开（{detail}），请检查权限或换一份"
REASON_NOT_FILE = "它是管道或设备，不是普通文件"
REASON_PIPE = "它是管道或设备，不是普通文件，请移走"
REASON_SIZE = "有 {size} MB，超过 {limit} MB 的上限，请拆成几个文件"
REASON_ENCODING = "不是 UTF-8、UTF-16 或 GB18030 编码的文本，请用编辑器另存为 UTF-8"
REASON_BINARY = "第 {position} 个字符是控制字符（U+{code:04X}），不是纯文本，请用编辑器另存为 UTF-8 文本"
REASON_SCRATCH = "读取它要用临时文件夹和其他程序，没有成功（{detail}），请腾出磁盘空间或检查权限后重新运行"
REASON_TIMEOUT = "{seconds} 秒内没有读完，文件可能已损坏，请打开它另存一份，或另存为 .txt"
SKIPPED_TYPE = "不支持 {suffix} 文件，请另存为 .docx 或 .txt"
SKIPPED_PICTURE = "是图片，里面的文字请先做文字识别（OCR），再存为 .docx 或 .txt"
SKIPPED_EMPTY = "文件里没有文字"
SKIPPED_FOLDER_LINK = "它是指向文件夹的链接，请把文件夹本身放进来"
SKIPPED_OUTSIDE = "它是指向材料文件夹之外的链接，请把文件本身放进来"

# Web pages.
REASON_PAGE = "不是可以解析的网页，请用浏览器打开，把正文复制到 .txt 文件"

# Word documents, and what is converted into one.
FOOTNOTE = "[^{number}]：{text}"
REASON_LOCKED = "文件有密码保护，请在 Word 或 WPS 里去掉密码后另存"
REASON_NOT_WORD = "不是 Word 文档，请用 Word 或 WPS 打开，另存为 .docx"
REASON_WORD_DAMAGED = "Word 文档已损坏，请用 Word 或 WPS 打开修复，另存为 .docx"
REASON_WORD_BOMB = "Word 文档解压后大得不正常，请用 Word 或 WPS 打开，另存为 .docx"
REASON_WORD_NESTED = "Word 文档里的表格或文本框嵌套得不正常，请用 Word 或 WPS 打开，另存为 .docx"
REASON_NO_OFFICE = (
    "读取 {suffix} 文件需要 LibreOffice，请安装（Debian/Ubuntu：sudo apt install libreoffice-writer；"
    "其他系统：https://www.libreoffice.org），或用 Word、WPS 另存为 .docx"
)
REASON_OFFICE_FAILED = "LibreOffice 打不开它，可能有密码或已损坏，请用 Word 或 WPS 另存为 .docx"
REASON_UNKNOWN_DOCUMENT = "不是 Word、WPS 或 RTF 文档，请用 Word 或 WPS 打开，另存为 .docx"

# PDF.
REASON_PDF_LOCKED = "PDF 有密码保护，请去掉密码后另存"
REASON_PDF_DAMAGED = "PDF 已损坏，请重新下载，或打开后另存一份"
REASON_PDF_SCANNED = "PDF 是扫描件，没有文字层，请先做文字识别（OCR），再存为 .docx、.txt 或带文字的 PDF"
REASON_PDF_GARBLED = "PDF 的文字层没有正确的编码，复制出来是乱码，请先做文字识别（OCR），再存为 .docx 或 .txt"
REASON_PDF_LARGE = "PDF 有 {pages} 页，超过 {limit} 页的上限，请拆成几个文件"
