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
