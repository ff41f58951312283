"""The cells of a table's row turned into lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

Cells: TypeAlias = Sequence[Sequence[str]]

BETWEEN = " | "
# A row with a longer cell of several paragraphs lays out a page: its cells are read one after the other.
_LONGEST_CELL = 300


def row_lines(cells: Cells) -> list[str]:
    """The lines of a row: one, unless the table only lays out text.

    Args:
        cells: For each cell its lines; empty cells count for nothing.
    """
    filled = [list(cell) for cell in cells if any(cell)]
    if len(filled) == 1:
        return filled[0]
    if any(len(cell) > 1 and sum(map(len, cell)) > _LONGEST_CELL for cell in filled):
        return [line for cell in filled for line in cell]
    row = BETWEEN.join(" ".join(line.lstrip("# ") for line in cell) for cell in filled)
    return [row] if row else []
