"""Titles that were set in several lines, put together again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from speechbot.reading.cleaning import joined

if TYPE_CHECKING:
    from collections.abc import Iterable

# In points: what is centred and at least this large is a title. Official papers set titles in 18 to 22 points, their text
# in 14 to 16.
LEAST_SIZE = 18.0
_LONGEST = 80  # characters; no title is longer
_CLOSED = frozenset("。！？；：，!?;:,…")


class Line(NamedTuple):
    """A line of a document.

    Attributes:
        text: Its text; "" for an empty paragraph, which keeps what stands around it apart.
        size: Points, where it is set like a title: centred and large; 0 for any other line.
    """

    text: str
    size: float = 0


def merged(lines: Iterable[Line]) -> list[str]:
    """The texts of all lines that hold one; neighbours set like one title become one line."""
    found: list[Line] = []
    for line in lines:
        last = found[-1] if found else Line("")
        if (
            line.size
            and line.size == last.size
            and last.text[-1:] not in _CLOSED
            and len(last.text) + len(line.text) <= _LONGEST
        ):
            found[-1] = Line(joined(last.text, line.text), line.size)
        else:
            found.append(line)
    return [line.text for line in found if line.text]
