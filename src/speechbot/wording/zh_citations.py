"""Quotations with their source: footnotes, GB/T 7714, Markdown; answers as files."""

from __future__ import annotations

QUOTED = "“{sentence}”{mark}"
TITLE = "《{title}》"
GIVEN = "（{given}）"
SEPARATOR = "，"
STEP = " › "
PARAGRAPH = "第 {paragraph} 段"
YEAR, MONTH, DAY = "{}年", "{}月", "{}日"

# A footnote; the link stands behind the full stop, which would else be taken for a part of it.
FOOTNOTE = "{mark} {speaker}{title}{given}，{place}，{source}。{link}"
SPEAKER = "{speaker}："

# GB/T 7714: several speakers, of whom the first three are named.
SPEAKERS = "、"
AND_OTHERS = "等"

# Markdown: 《题目》 may be a link.
ATTRIBUTION = "——{speaker}{title}{given}，{place}，{source}"

# On the command line.
CITATIONS = "引文："

# An answer as a file (exporting.py).
HEADING = "讲话材料问答"
QUESTION = "问题：{question}"
FURTHER = "其他相关段落"
NEAREST = "最接近的段落（不足以回答）"
EXPORTED = "导出日期：{day}"
GENERATION = "索引版本：{generation}"
MARK = "（由 speechbot ask --export 写出，校验码 {digest}）"
EXPORT_WRITTEN = "已导出到 {path}"
EXPORT_ERROR = "无法导出到 {path}（{reason}），请换一个文件名或文件夹后重试"
REASON_SUFFIX = "文件名要以 .txt 或 .docx 结尾"
REASON_FOREIGN = "已有同名文件，不是导出的答案，或导出后改动过，不能覆盖"
# For Chinese characters; Word and WPS have it, others take one like it.
FONT = "宋体"
