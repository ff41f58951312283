"""A source text cut into the lines that the parser judges one by one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from speechbot.sentences import BLANK, sentence_spans
from speechbot.tiling import tiles

# What ends a line: any line end, any other control character, and marks such as ##paidbegin## that a download site
# put into the text. None of them is ever part of a line.
_BREAK = re.compile(r"##[A-Za-z]\w{0,30}##|[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
# A paragraph longer than this is not one anybody wrote as such (the longest in 138 speeches, line breaks intact, has
# 1,300 characters): its line breaks were lost. It cannot be quoted in one message (Telegram: 4,096) either.
LONGEST = 1500
# What it is cut into, in characters: the length of a long paragraph.
PART = 600
# Where an overlong line shows a lost line break: the indent of the next paragraph, or a numbered point at the start of a sentence.
_INDENT = re.compile(r"\u3000{2,}|[ \xa0]{4,}")
_POINT = re.compile(
    r"[一二三四五六七八九十]{1,3}(?:、|是)|（[一二三四五六七八九十]{1,3}）|第[一二三四五六七八九十]{1,3}[，、]"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line without white space around it, never empty.

    Attributes:
        start: Offset in the source text.
        end: Offset in the source text (exclusive).
        text: ``source_text[start:end]``.
        cut: Whether the line is a part of an overlong one.
    """

    start: int
    end: int
    text: str
    cut: bool = False


def split_lines(text: str) -> list[Line]:
    """All lines of ``text`` that hold more than white space, in order.

    A line longer than ``LONGEST`` is cut where wide gaps show that paragraphs were joined; what is still overlong at
    sentence ends, before the numbered points in it and into parts of about ``PART`` characters.
    """
    lines: list[Line] = []
    start = 0
    for match in _BREAK.finditer(text):
        _append(lines, text, start, match.start())
        start = match.end()
    _append(lines, text, start, len(text))
    return lines


def _append(lines: list[Line], text: str, start: int, end: int) -> None:
    """Add the line ``text[start:end]``, in pieces where it is overlong."""
    line = _stripped(text, start, end, cut=False)
    if len(line.text) <= LONGEST:
        lines.extend([line] if line.text else [])
        return
    left = line.start
    for right in [*(line.start + match.end() for match in _INDENT.finditer(line.text)), line.end]:
        piece = _stripped(text, left, right, cut=False)
        lines.extend([piece] if 0 < len(piece.text) <= LONGEST else _parts(text, piece))
        left = right


def _parts(text: str, line: Line) -> list[Line]:
    """An overlong line cut at the numbered points in it, then at sentence ends."""
    points = [0, *_points(line.text), len(line.text)]
    found: list[Line] = []
    for left, right in pairwise(points):
        spans = tiles(line.text[left:right], size=PART) if right - left > 2 * PART else [(0, right - left)]
        found.extend(
            _stripped(text, line.start + left + first, line.start + left + last, cut=True) for first, last in spans
        )
    return [part for part in found if part.text]


def _stripped(text: str, start: int, end: int, *, cut: bool) -> Line:
    """The line ``text[start:end]`` without blanks at its ends."""
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip(BLANK))
    content = piece.strip(BLANK)
    return Line(left, left + len(content), content, cut)


def _points(text: str) -> list[int]:
    """Where numbered points start after a full sentence."""
    starts = [start for start, _ in sentence_spans(text)]
    return [start for start in starts if start and text[start - 1] not in "；;…" and _POINT.match(text, start)]
