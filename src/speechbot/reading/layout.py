"""The lines of pages put back together as paragraphs, without what every page repeats."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from speechbot.reading.cleaning import joined
from speechbot.reading.display import Line, merged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from speechbot.reading.columns import Row

_EDGE = 0.15  # share of a page's height at its top and bottom where running heads and feet stand
_EDGE_ROWS = 2
_MOST_RECURRING = 3  # a line that stands at the same place of so many pages is a running head, however long the file
_PAGE_NUMBER = re.compile(
    r"[-—–－―~·•\s]*(?:第\s*)?(?:\d{1,4}|[ivxlc]{1,7}|[一二三四五六七八九十〇零百]{1,5}(?=\s*页))\s*(?:页)?(?:\s*[/／,，共]+\s*(?:共\s*)?\d{1,4}\s*页?)?[-—–－―~·•\s]*",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"[（(]?[一二三四五六七八九十]{1,3}[、）)]|第[一二三四五六七八九十百]{1,4}[章节条编]|\d{1,2}[.．、](?!\d)|[（(]\d{1,2}[）)]|[①-⑳]|——"
)
_ENDS = re.compile(r"[。！？!?；;：:…][”’」』）)】]*$|^[（(].*[）)]$")
# In sizes of a letter.
_INDENT = 1.2
_SHORT = 1.6  # Chinese typesetting moves at most one mark to the next line
_VERY_SHORT = 4.0
_SLACK = 0.7
_CENTRED = 1.0
# Of the usual distance of two lines: a wider one parts paragraphs.
_WIDE = 1.3
_OTHER_SIZE = 0.12
_WIDEST_INDENT = 3.0


@dataclass(frozen=True, slots=True)
class _Column:
    """The margins between which a column of text runs."""

    left: float
    right: float


def paragraphs(pages: Sequence[Sequence[Row]], heights: Sequence[float]) -> list[str]:
    """The paragraphs of a file.

    A paragraph goes on where its last line reaches the right margin and the next one starts at the left one, in the same
    size and at the usual distance; columns and pages are passed over.

    Args:
        pages: For each page its lines in reading order.
        heights: Height of each page in points.
    """
    rows = [row for page in _without_edges(pages, heights) for row in page]
    return merged(_Flow(rows).lines()) if rows else []


def _without_edges(pages: Sequence[Sequence[Row]], heights: Sequence[float]) -> list[list[Row]]:
    """The pages without running heads, running feet and page numbers."""
    edges = [_edge(page, height) for page, height in zip(pages, heights, strict=True)]
    counts = Counter(key for edge in edges for key in {_key(row) for row in edge})
    enough = min(_MOST_RECURRING, max(2, len(pages) // 2 + 1))
    return [
        [
            row
            for row in page
            if row not in edge or not (counts[_key(row)] >= enough or _PAGE_NUMBER.fullmatch(row.text))
        ]
        for page, edge in zip(pages, edges, strict=True)
    ]


def _edge(page: Sequence[Row], height: float) -> set[Row]:
    """The first and last lines of a page, as far as they stand at its edges."""
    down = sorted(page, key=lambda row: -row.middle)
    upper = [row for row in down[:_EDGE_ROWS] if row.middle > height * (1 - _EDGE)]
    return {*upper, *(row for row in down[-_EDGE_ROWS:] if row.middle < height * _EDGE)}


def _key(row: Row) -> tuple[str, int]:
    """What a running head has in common with itself on other pages: its words, whatever their numbers, and its height."""
    return re.sub(r"\d+", "#", row.text.replace(" ", "")), round(row.middle / 4)


class _Flow:
    """Lines of a whole file on their way to paragraphs."""

    def __init__(self, rows: list[Row]) -> None:
        self._rows = rows
        sizes: Counter[float] = Counter()
        for row in rows:
            sizes[round(row.size * 2) / 2] += len(row.text)
        self._size = sizes.most_common(1)[0][0]
        self._columns = _columns(rows, self._size)
        self._leading = self._usual_leading()
        # What follows a line that ends before its margin with a full stop is a new paragraph: it shows how they begin.
        ends = [
            (before, row)
            for before, row in pairwise(rows)
            if self._slack(before) > _SHORT and _ENDS.search(before.text) and not self._is_centred(row)
        ]
        self._indented = sum(self._indent(row) >= _INDENT for _, row in ends) * 2 >= max(1, len(ends))
        self._spaced = sum(self._is_apart(*pair) for pair in ends) * 2 >= max(1, len(ends))

    def lines(self) -> Iterable[Line]:
        """The paragraphs, with the size of those that are set like titles."""
        text = self._rows[0].text
        for before, row in pairwise(self._rows):
            if self._parts(before, row):
                yield Line(text, self._title_size(before))
                if self._is_apart(before, row):
                    yield Line("")
                text = row.text
            else:
                text = _continued(text, row.text)
        yield Line(text, self._title_size(self._rows[-1]))

    def _usual_leading(self) -> float:
        """The usual distance of two lines of text, in points."""
        gaps = [
            before.middle - row.middle
            for before, row in pairwise(self._rows)
            if _together(before, row) and before.middle > row.middle
        ]
        near = [gap for gap in gaps if gap < 3 * self._size]
        # The distance within paragraphs is the smaller one where two kinds are frequent.
        return sorted(near)[len(near) // 3] if near else 1.5 * self._size

    def _column(self, row: Row) -> _Column:
        return self._columns[row.page, row.column]

    def _indent(self, row: Row) -> float:
        """How far a line starts behind its margin, in letters."""
        return (row.left - self._column(row).left) / self._size

    def _slack(self, row: Row) -> float:
        """How far a line ends before its margin, in letters."""
        return (self._column(row).right - row.right) / self._size

    def _is_centred(self, row: Row) -> bool:
        """Whether a line stands in the middle of its column."""
        indent, slack = self._indent(row), self._slack(row)
        return indent > 2 and slack > 2 and abs(indent - slack) <= 2 * _CENTRED

    def _title_size(self, row: Row) -> float:
        """Size of a line that is set like a title: centred, larger than the text; 0 for any other."""
        return round(row.size) if self._is_centred(row) and row.size > self._size * (1 + _OTHER_SIZE) else 0

    def _is_apart(self, before: Row, row: Row) -> bool:
        """Whether more than the usual distance lies between two lines."""
        usual = self._leading * max(1.0, before.size / self._size, row.size / self._size)
        return _together(before, row) and before.middle - row.middle > _WIDE * usual

    def _parts(self, before: Row, row: Row) -> bool:
        """Whether a paragraph ends with one line and another begins with the next."""
        if abs(before.size - row.size) > _OTHER_SIZE * max(before.size, row.size) or self._is_apart(before, row):
            return True
        if self._is_centred(row) or self._is_centred(before):
            return True
        ended = bool(_ENDS.search(before.text))
        slack, indent = self._slack(before), self._indent(row)
        if indent >= _INDENT:
            # A block that is indented as a whole goes on; where paragraphs are, a usual indent begins one.
            hanging = abs(row.left - before.left) < 0.5 * self._size and slack <= _SHORT
            return ended or not hanging or (self._indented and indent <= _WIDEST_INDENT)
        if slack > _VERY_SHORT:
            return ended or not self._indented or bool(_NUMBERED.match(row.text))
        if self._indented or (self._spaced and _together(before, row)):
            return False
        return slack > _SHORT or (ended and (slack > _SLACK or bool(_NUMBERED.match(row.text))))


def _together(before: Row, row: Row) -> bool:
    """Whether two lines stand in one column of one page."""
    return (before.page, before.column) == (row.page, row.column)


def _columns(rows: Sequence[Row], size: float) -> Mapping[tuple[int, int], _Column]:
    """The margins of each column; one of few or short lines takes its width from the others."""
    groups: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.page, row.column].append(row)
    spans = {
        key: _span([row for row in group if abs(row.size - size) < 0.2 * size] or group)
        for key, group in groups.items()
    }
    full = [span.right - span.left for key, span in spans.items() if len(groups[key]) >= 5]
    width = median(full) if full else max(span.right - span.left for span in spans.values())
    lefts = [span.left for key, span in spans.items() if len(groups[key]) >= 5]
    found = {}
    for key, span in spans.items():
        left = span.left
        if lefts and len(groups[key]) < 5:
            left = min(
                lefts, key=lambda known: (abs(known - span.left) if known <= span.left + size / 2 else 1e9, known)
            )
            left = min(left, span.left)
        found[key] = _Column(left, span.right if span.right - left > 0.9 * width else left + width)
    return found


def _span(rows: Sequence[Row]) -> _Column:
    """From the leftmost line to where most of the long ones end: marks may hang out over the margin."""
    longest = max(row.right - row.left for row in rows)
    rights = [row.right for row in rows if row.right - row.left > 0.8 * longest]
    return _Column(min(row.left for row in rows), median(rights))


def _continued(text: str, more: str) -> str:
    """A paragraph with its next line; a word that was divided is put together."""
    if re.search(r"[A-Za-z]-$", text) and re.match(r"[a-z]", more):
        return text[:-1] + more
    return joined(text, more)
