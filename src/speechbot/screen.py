"""Draw styled text: colours and trees on a terminal, plain lines everywhere else."""

from __future__ import annotations

import os
import sys
import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TextIO, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rich.console import Console
    from rich.text import Text
    from rich.tree import Tree

_INDENT = "  "  # of one level of a plain tree


class Style(Enum):
    """How a piece of text looks on a terminal; the value is rich's name for it."""

    PLAIN = ""
    STRONG = "bold"
    FAINT = "dim"
    PLACE = "cyan"
    GOOD = "green"
    FAIR = "yellow"
    BAD = "red"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text in one style."""

    text: str
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, or a paragraph: the terminal wraps it, the text itself is never broken."""

    spans: tuple[Span, ...] = ()

    @property
    def text(self) -> str:
        """The line without its styles."""
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class Node:
    """A line with lines below it."""

    label: Line
    children: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under a header; all columns but the first are set to the right."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block: TypeAlias = Line | Node | Table


def line(text: str = "", style: Style = Style.PLAIN) -> Line:
    """A line in one style."""
    return Line((Span(text, style),))


def width(text: str) -> int:
    """Columns that a text takes on a terminal: two for a Chinese character, one for a Latin letter."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def is_terminal(stream: TextIO) -> bool:
    """Whether colours make sense there: a terminal that is not dumb, and nobody asked for none (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def show(blocks: Iterable[Block], *, stream: TextIO | None = None) -> None:
    """Write blocks, one below the other.

    Args:
        blocks: What to write.
        stream: Where to; standard output by default.
    """
    out = stream or sys.stdout
    if is_terminal(out):
        console = _console(out)
        for block in blocks:
            _draw(console, block)
    else:
        for block in blocks:
            out.write("".join(f"{text}\n" for text in plain(block)))


def plain(block: Block) -> list[str]:
    """The lines of a block as plain text."""
    match block:
        case Line():
            return [block.text]
        case Node():
            return [block.label.text, *(_INDENT + text for child in block.children for text in plain(child))]
        case Table():
            return _plain_table(block)


def _plain_table(table: Table) -> list[str]:
    rows = (table.header, *table.rows)
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    return [
        _INDENT.join(
            _pad(cell, columns, right=position > 0)
            for position, (cell, columns) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _pad(cell: str, columns: int, *, right: bool) -> str:
    space = " " * (columns - width(cell))
    return space + cell if right else cell + space


def _console(stream: TextIO) -> Console:
    from rich.console import Console  # noqa: PLC0415 - a pipe does without rich

    return Console(file=stream, highlight=False)


def _draw(console: Console, block: Block) -> None:
    match block:
        case Line():
            # The terminal breaks the line, not rich: what is copied from it is the quote and nothing else.
            console.print(_rich_text(block), soft_wrap=True)
        case Node():
            console.print(_rich_tree(block))
        case Table():
            _draw_table(console, block)


def _rich_text(line: Line) -> Text:
    from rich.text import Text  # noqa: PLC0415 - as in _console

    return Text.assemble(*((span.text, span.style.value) for span in line.spans))


def _rich_tree(node: Node) -> Tree:
    from rich.tree import Tree  # noqa: PLC0415 - as in _console

    tree = Tree(_rich_text(node.label), guide_style=Style.FAINT.value)
    for child in node.children:
        tree.children.append(_rich_tree(child))
    return tree


def _draw_table(console: Console, block: Table) -> None:
    from rich import box, table, text  # noqa: PLC0415 - as in _console

    drawn = table.Table(box=box.SIMPLE_HEAD)
    for position, title in enumerate(block.header):
        drawn.add_column(title, justify="right" if position else "left")
    for row in block.rows:
        drawn.add_row(*map(text.Text, row))
    console.print(drawn)


@contextmanager
def progress(label: str, *, stream: TextIO | None = None) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on a terminal and nothing elsewhere.

    Args:
        label: What is under way.
        stream: Where to; standard error by default, so that the report alone is on standard output.

    Yields:
        A function that takes the number done so far and the number in all.
    """
    out = stream or sys.stderr
    if not is_terminal(out):
        yield lambda _done, _total: None
        return
    from rich.progress import Progress  # noqa: PLC0415 - as in _console

    with Progress(console=_console(out), transient=True) as bar:
        task = bar.add_task(label, total=None)

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield advance
