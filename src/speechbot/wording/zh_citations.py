"""Quotations with their source: footnotes, GB/T 7714, Markdown."""

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
