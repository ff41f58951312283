"""A text as the parser judges it: of the same length, with the characters that only look right replaced."""

from __future__ import annotations

import re
import unicodedata

from speechbot.language.text import RADICALS

# What a mark of no width is judged as: white space that no text uses, so that it can be told from a real gap.
NO_WIDTH = "\u205f"
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
# Radicals and compatibility forms, which PDF files hold in place of the characters that they look like.
_LOOKALIKES = [*range(0x2E80, 0x2FE0), *range(0xF900, 0xFB00)]
_SAME = {
    code: folded
    for code in _LOOKALIKES
    if len(folded := unicodedata.normalize("NFKC", chr(code))) == 1 and folded != chr(code)
} | {**RADICALS, **dict.fromkeys(map(ord, _INVISIBLE), NO_WIDTH)}
_ANY = re.compile("[\u2e80-\u2fdf\uf900-\ufaff" + _INVISIBLE + "]")
_HAN = "\u3400-\u9fff"
_GAP = re.compile(rf"(?<=[{_HAN}])[\s\u3000]+(?=[{_HAN}])")
_LABEL = re.compile(r"第?[一二三四五六七八九十百零〇\d]{1,6}(?:编|篇|章|节|条|部分)?")


def judged(text: str) -> str:
    """``text`` with lookalikes and marks of no width replaced one by one, so that every offset counts in both."""
    return text.translate(_SAME) if _ANY.search(text) else text


def closed_up(text: str) -> str:
    """A title or name without marks of no width and the spaces inside its words.

    A gap next to a single character is one of those (习 近平, 讲 话 提 纲); one between longer parts sets them apart, and so
    does the one after a number.
    """
    text = text.replace(NO_WIDTH, "")
    if _GAP.search(text) is None:
        return text
    gaps = [match.span() for match in _GAP.finditer(text)]
    edges = [0, *(edge for span in gaps for edge in span), len(text)]
    parts = [text[edges[at] : edges[at + 1]] for at in range(0, len(edges), 2)]
    closed = parts[0]
    for (start, end), left, right in zip(gaps, parts, parts[1:], strict=False):
        number = start == len(left) and _LABEL.fullmatch(left)
        single = len(left) == 1 or len(right) == 1
        closed += right if single and not number else text[start:end] + right
    return closed
