"""A source text cut into the lines that the parser judges one by one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from speechbot.language.sentences import BLANK, sentence_spans
from speechbot.language.tiling import tiles
from speechbot.parsing.furniture import closing_note, greeting

if TYPE_CHECKING:
    from collections.abc import Sequence

# What ends a line: any line end, any other control character, and marks such as ##paidbegin## that a download site
# put into the text. None of them is ever part of a line.
_BREAK = re.compile(r"##[A-Za-z]\w{0,30}##|[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
# A paragraph longer than this is not one anybody wrote as such (the longest in 138 speeches, line breaks intact, has
# 1,300 characters): its line breaks were lost. It cannot be quoted in one message (Telegram: 4,096) either.
LONGEST = 1500
# What it is cut into, in characters: the length of a long paragraph. A whole text in one line lost its breaks once it is longer.
PART = 600
# Where an overlong line shows a lost line break: the indent of the next paragraph, or a point at the start of a sentence, numbered or with a dash.
_INDENT = re.compile(r"\u3000{2,}|[ \xa0]{4,}")
_POINT = re.compile(
    r"[一二三四五六七八九十]{1,3}(?:、|是)|（[一二三四五六七八九十]{1,3}）|第[一二三四五六七八九十]{1,3}[，、]|——"
)
# The first of the numbered ones comes after a colon: 我提三点建议：第一，加强学习。
_FIRST_POINT = re.compile(r"(?<=[：:])(?:第一[，、]|一是)(?![^。]{0,200}二是)[^：；。！？]{2,50}。")
# Notes of a newspaper among the text: who took the photograph, whose page it is.
_PHOTOGRAPHER = re.compile(r"记者\s*[\u4e00-\u9fff]{2,4}\s*[/／]?\s*摄(?![影像制])[）)]?")
_PICTURED = re.compile(
    r"(?<=[。！？”）\s])(?=(?:\d{4}年)?\d{1,2}月\d{1,2}日(?:至(?:\d{1,2}月)?\d{1,2}日)?(?:[上下中]午|晚)?，|(?:上|下|左|右)?图为)"
)
_LONGEST_CAPTION = 250  # in characters
_PAGE = re.compile(
    r"(?:[（(]新华社[^（）()]{1,24}电[）)]\s*)?《\s*[\u4e00-\u9fff]{2,8}报\s*》\s*[（(][^（）()]{1,30}[）)]$|[（(]新华社[^（）()]{1,24}电[）)]$"
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

    A line longer than ``LONGEST``, or than ``PART`` where it is all the text, is cut where wide gaps show that paragraphs
    were joined; what is still overlong at sentence ends, before the points in it, around the notes of a newspaper
    and into parts of about ``PART`` characters.
    """
    ends = [(match.start(), match.end()) for match in _BREAK.finditer(text)]
    starts = [0, *(end for _, end in ends)]
    stops = [*(start for start, _ in ends), len(text)]
    lines = [_stripped(text, start, stop, cut=False) for start, stop in zip(starts, stops, strict=True)]
    lines = [line for line in lines if line.text]
    longest = LONGEST if len(lines) > 1 else PART
    return [piece for line in lines for piece in _pieces(text, line, longest)]


def _pieces(text: str, line: Line, longest: int) -> list[Line]:
    """The line, in pieces where it is overlong."""
    if len(line.text) <= longest:
        return [line]
    found: list[Line] = []
    left = line.start
    for right in [*(line.start + match.end() for match in _INDENT.finditer(line.text)), line.end]:
        piece = _stripped(text, left, right, cut=False)
        found.extend([piece] if 0 < len(piece.text) <= longest else _parts(text, piece))
        left = right
    return found


def _parts(text: str, line: Line) -> list[Line]:
    """An overlong line cut at the points and notes in it, then at sentence ends."""
    points = sorted({0, *_points(line.text), *_notes(line.text), len(line.text)})
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
    """Where points start, the first one after a colon, the others after a full sentence."""
    starts = [start for start, _ in sentence_spans(text)]
    found = [start for start in starts if start and text[start - 1] not in "；;…" and _POINT.match(text, start)]
    return found + [match.start() for match in _FIRST_POINT.finditer(text)]


def _notes(text: str) -> list[int]:
    """Where what was a line of its own ends or starts: the salutation before a text, notes of a newspaper in and after it."""
    page = _PAGE.search(text)
    ends = [match.end() for match in _PHOTOGRAPHER.finditer(text)]
    note = closing_note(text[: page.start()] if page else text)
    return [greeting(text), *ends, *_captions(text, ends), *([note] if note else []), *([page.start()] if page else [])]


def _captions(text: str, ends: Sequence[int]) -> list[int]:
    """Where the captions that end with the photographer's name begin: at the nearest sentence that starts with a day."""
    found: list[int] = []
    for end in ends:
        dates = [match.start() for match in _PICTURED.finditer(text, max(0, end - _LONGEST_CAPTION), end)]
        found.extend(dates[-1:])
    return found
