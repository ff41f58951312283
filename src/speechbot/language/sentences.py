"""Where the sentences of a Chinese text begin and end."""

from __future__ import annotations

import re

# White space, with the marks of no width that str.strip() leaves standing.
BLANK = "".join(char for char in map(chr, range(0x3001)) if char.isspace()) + "\u200b\u200c\u200d\u2060\ufeff"
# A terminator run with the quotes and brackets that close after it. The full stop "." is left out: it stands in numbers.
_END = re.compile(r"([。！？；…!?;]+)([”’」』）》】〕\])\"]*)|[\r\n\f\u2028\u2029]+")
_PAIRS = {"“": "”", "‘": "’", "「": "」", "『": "』", "（": "）", "《": "》", "【": "】", "〔": "〕", "(": ")"}
_CLOSERS = frozenset(_PAIRS.values())
# After these the sentence goes on: 高呼“万岁！”的人群, “为什么？”，他问.
_GOES_ON = frozenset("，、：；。！？…）》】,.:;!?)的地得等之")
# A quotation up to this many characters stays whole: it is cited as one thing. Longer ones are speeches
# within the speech, where a single sentence is the better answer.
SHORT_QUOTE = 80


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Sentences of ``text`` as half-open spans, in order, together covering all but white space between them.

    A sentence ends after 。！？；… with the quotes or brackets that close there, or at a line break. Inside a
    quotation or bracket of at most ``SHORT_QUOTE`` characters nothing ends.

    Args:
        text: Any text.

    Returns:
        ``(start, end)`` pairs without surrounding white space; empty for blank text.
    """
    whole = _short_quotes(text)
    spans: list[tuple[int, int]] = []
    start = quote = 0
    for match in _END.finditer(text):
        while quote < len(whole) and whole[quote][1] < match.end():
            quote += 1
        inside = quote < len(whole) and whole[quote][0] < match.start() and match.end() <= whole[quote][1]
        if match[1] is not None and (inside or _continues(text, match)):
            continue
        _append(spans, text, start, match.end())
        start = match.end()
    _append(spans, text, start, len(text))
    return spans


def _continues(text: str, end: re.Match[str]) -> bool:
    """Whether the sentence goes on after the terminator."""
    following = text[end.end() : end.end() + 1]
    if end[2]:
        return following in _GOES_ON and following != ""
    return following in _CLOSERS


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    """Add ``text[start:end]`` without surrounding white space, unless nothing is left."""
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    right = start + len(piece.rstrip())
    if left < right:
        spans.append((left, right))


def _short_quotes(text: str) -> list[tuple[int, int]]:
    """Outermost pairs of quotes or brackets up to ``SHORT_QUOTE`` long: offsets of opening and closing mark."""
    opened: list[tuple[str, int]] = []
    pairs: list[tuple[int, int]] = []
    for match in re.finditer(r"[“”‘’「」『』（）《》【】〔〕()\r\n]", text):
        mark, here = match[0], match.start()
        if mark in _PAIRS:
            opened.append((_PAIRS[mark], here))
        elif mark in "\r\n":
            opened.clear()
        elif opened and opened[-1][0] == mark:
            start = opened.pop()[1]
            if here - start > SHORT_QUOTE:
                continue
            while pairs and pairs[-1][0] > start:
                pairs.pop()
            pairs.append((start, here))
    return pairs
