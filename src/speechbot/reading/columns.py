"""The pieces of text on a page put into lines, in the order in which they are read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median, median_low
from typing import TYPE_CHECKING

from speechbot.reading.cleaning import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

_LEAST_LINES = 5  # on either side of a gutter; fewer are a table or captions
_MOST_CROSSING = 0.4  # share of lines that may run across a gutter
_RUNNING = 2  # lines that run across the columns of every page
_LEAST_FILL = 0.6  # median share of its column that a line of running text fills
_DEEPEST = 2  # gutters within columns: four columns at most
_SAME_LINE = 0.5  # share of its height by which a piece must overlap a line to stand on it
_WORD_GAP = 0.9  # of a letter's size: a wider gap was meant to be seen


@dataclass(frozen=True, slots=True)
class Row:
    """A line, or a piece of one, on a page; lengths are in points from the lower left corner.

    Attributes:
        text: What stands there.
        left: Where it starts.
        bottom: Its lower edge.
        right: Where it ends.
        top: Its upper edge.
        size: Height of its letters.
        page: Number of the page, from 0.
        column: Number of the column of the page, from 0; rows across all columns have their own.
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float
    page: int = 0
    column: int = 0

    @property
    def middle(self) -> float:
        """Height of its centre."""
        return (self.bottom + self.top) / 2


def reading_order(pages: Sequence[Sequence[Row]]) -> list[list[Row]]:
    """The lines of each page from top to bottom, column after column.

    A page on which too little stands to show its columns, such as the last one, has those of most other pages.
    """
    found = [_gutter(page) for page in pages]
    known = [place for place in found if place is not None]
    usual = median_low(known) if len(known) * 2 > len(pages) else None
    return [
        _in_order(page, place if place is not None else usual if _is_free(page, usual) else None)
        for page, place in zip(pages, found, strict=True)
    ]


def _is_free(pieces: Sequence[Row], place: float | None) -> bool:
    """Whether hardly more than a running head and foot stands across a place."""
    if place is None:
        return False
    crossing = sum(piece.left < place < piece.right for piece in pieces)
    return crossing <= _RUNNING + _MOST_CROSSING * len(pieces) / 4


def _in_order(pieces: Sequence[Row], gutter: float | None) -> list[Row]:
    """The lines of a page, parted at a gutter."""
    groups = _grouped(list(pieces), gutter, _DEEPEST)
    return [replace(row, column=number) for number, group in enumerate(groups) for row in _lines(group) if row.text]


def _grouped(pieces: list[Row], gutter: float | None, depth: int) -> list[list[Row]]:
    """Pieces of each stretch that is read without a jump, in order."""
    if gutter is None:
        return [pieces] if pieces else []
    groups: list[list[Row]] = []
    band: list[Row] = []
    crossing: list[Row] = []
    for piece in sorted(pieces, key=lambda piece: -piece.middle):
        if piece.left < gutter < piece.right:
            groups += _sides(band, gutter, depth)
            band = []
            crossing.append(piece)
        else:
            groups += [crossing] if crossing else []
            crossing = []
            band.append(piece)
    return [*groups, *([crossing] if crossing else []), *_sides(band, gutter, depth)]


def _sides(band: list[Row], gutter: float, depth: int) -> list[list[Row]]:
    """What stands left of a gutter, then what stands right of it."""
    left = [piece for piece in band if piece.right <= gutter]
    right = [piece for piece in band if piece.left >= gutter]
    return [
        group for side in (left, right) for group in _grouped(side, _gutter(side) if depth > 1 else None, depth - 1)
    ]


def _gutter(pieces: Sequence[Row]) -> float | None:
    """Where a page of columns is parted, or None for a page of one; of several places the emptiest."""
    if len(pieces) < 2 * _LEAST_LINES:
        return None
    first, last = min(piece.left for piece in pieces), max(piece.right for piece in pieces)
    best: tuple[int, float] | None = None
    for step in range(25, 76):
        place = first + (last - first) * step / 100
        crossing = sum(piece.left < place < piece.right for piece in pieces)
        if best is None or (crossing, abs(step - 50)) < best:
            best, found = (crossing, abs(step - 50)), place
    left = [piece for piece in pieces if piece.right <= found]
    right = [piece for piece in pieces if piece.left >= found]
    columns = all(len(_lines(side)) >= _LEAST_LINES and _fills(side) for side in (left, right))
    return found if columns and best is not None and best[0] <= _MOST_CROSSING * len(pieces) else None


def _fills(side: list[Row]) -> bool:
    """Whether the lines of a column fill it, as running text does and the cells of a table do not."""
    rows = _lines(side)
    width = max(row.right for row in rows) - min(row.left for row in rows)
    return width > 0 and median((row.right - row.left) / width for row in rows) >= _LEAST_FILL


def _lines(pieces: list[Row]) -> list[Row]:
    """Pieces of the same height joined to lines, from top to bottom."""
    lines: list[list[Row]] = []
    for piece in sorted(pieces, key=lambda piece: (-piece.middle, piece.left)):
        last = lines[-1][0] if lines else None
        shared = 0.0 if last is None else min(last.top, piece.top) - max(last.bottom, piece.bottom)
        if last is not None and shared > _SAME_LINE * min(last.size, piece.size):
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [_line(sorted(line, key=lambda piece: piece.left)) for line in lines]


def _line(pieces: list[Row]) -> Row:
    """One line."""
    text, right = "", pieces[0].left
    for piece in pieces:
        gap = piece.left - right
        text += (" " if text and gap > _WORD_GAP * piece.size else "") + piece.text
        right = max(right, piece.right)
    tallest = max(pieces, key=lambda piece: len(piece.text))
    return Row(
        clean(text),
        pieces[0].left,
        min(piece.bottom for piece in pieces),
        right,
        max(piece.top for piece in pieces),
        tallest.size,
        tallest.page,
    )
