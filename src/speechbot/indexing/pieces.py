"""What a generation is put together from: files that are new or changed, runs of files taken over from the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from speechbot.indexing.windows import windows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from speechbot.models import Passage, Source, Speech


@dataclass(frozen=True, slots=True)
class Fresh:
    """A file that was read anew.

    Attributes:
        source: The file.
        speeches: The speeches in it.
        windows: (n, 3) int32: position of the passage among those of the file, start and end of the window in its text;
            ascending by passage.
    """

    source: Source
    speeches: tuple[Speech, ...]
    windows: NDArray[np.int32]

    @classmethod
    def of(cls, source: Source, speeches: Sequence[Speech]) -> Fresh:
        """Cut the passages of a file into windows."""
        places = [
            (row, window.start, window.end)
            for row, passage in enumerate(passage for speech in speeches for passage in speech.passages)
            for window in windows(passage.text)
        ]
        return cls(source, tuple(speeches), np.array(places, dtype=np.int32).reshape(-1, 3))

    @property
    def passages(self) -> list[Passage]:
        """All passages in the order of the file."""
        return [passage for speech in self.speeches for passage in speech.passages]


@dataclass(frozen=True, slots=True)
class Kept:
    """Neighbouring files that are taken over as they are; each range counts positions in the generation before."""

    sources: range
    speeches: range
    passages: range
    windows: range


Piece: TypeAlias = Fresh | Kept


def count(pieces: Sequence[Piece], what: str) -> int:
    """How many ``sources``, ``speeches``, ``passages`` or ``windows`` there are in all."""
    if what == "sources":
        return sum(1 if isinstance(piece, Fresh) else len(piece.sources) for piece in pieces)
    return sum(len(getattr(piece, what)) for piece in pieces)


def window_places(pieces: Sequence[Piece], before: NDArray[np.int32] | None) -> NDArray[np.int32]:
    """Where every window stands: (n, 3) int32, row of the passage, start and end in its text.

    Args:
        pieces: The generation.
        before: The same of the generation before, where anything is taken over.
    """
    found, row = [np.zeros((0, 3), np.int32)], 0
    for piece in pieces:
        if isinstance(piece, Fresh):
            own, shift = piece.windows, row
        else:
            assert before is not None  # noqa: S101 - what is taken over comes from somewhere
            own, shift = before[piece.windows.start : piece.windows.stop], row - piece.passages.start
        found.append(own + np.array([shift, 0, 0], np.int32))
        row += len(piece.passages)
    return np.vstack(found)


def new_rows(pieces: Sequence[Piece], before: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where passages went: the new row of each one before, -1 for none; the rows of the fresh ones, in order.

    Args:
        pieces: The generation.
        before: Passages of the generation before.
    """
    places, fresh, row = np.full(before, -1, np.int64), [np.zeros(0, np.int64)], 0
    for piece in pieces:
        rows = np.arange(row, row + len(piece.passages))
        if isinstance(piece, Fresh):
            fresh.append(rows)
        else:
            places[piece.passages.start : piece.passages.stop] = rows
        row += len(rows)
    return places, np.concatenate(fresh)
