"""Draw styled text: colours and trees on a terminal, plain lines everywhere else."""

from __future__ import annotations

import errno
import os
import sys
import unicodedata
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TextIO, TypeAlias

from speechbot.errors import SpeechbotError, unreadable
from speechbot.wording import zh_commands, zh_errors

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


def is_terminal(stream: TextIO | None) -> bool:
    """Whether colours make sense there: a terminal that is not dumb, and nobody asked for none (no-color.org).

    A stream that was closed before the program started is None.
    """
    return (
        stream is not None and stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )


def show(blocks: Iterable[Block], *, stream: TextIO | None = None) -> None:
    """Write blocks, one below the other.

    Args:
        blocks: What to write.
        stream: Where to; standard output by default.

    Raises:
        SpeechbotError: Nothing can be written there.
    """
    out = stream or sys.stdout
    drawn = is_terminal(out)
    with writing_to(out):
        for block in blocks:
            if drawn:
                _draw(out, block)
            else:
                out.write("".join(f"{text}\n" for text in plain(block)))


@contextmanager
def writing_to(stream: TextIO) -> Iterator[None]:
    """Say in Chinese why nothing can be written, such as a full disk; a closed pipe stays a ``BrokenPipeError``.

    Raises:
        SpeechbotError: Nothing can be written to ``stream``.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        abandon(stream)
        reason = zh_errors.WRITE_FULL if error.errno == errno.ENOSPC else unreadable(error)
        raise SpeechbotError(zh_errors.OUTPUT_FAILED.format(reason=reason)) from error


def abandon(stream: TextIO) -> None:
    """Let nothing more be written: what waits in the buffer would fail once more when the interpreter ends."""
    with suppress(OSError):  # a stream of a test's has no file behind it
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


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


def _draw(stream: TextIO, block: Block) -> None:
    match block:
        case Line():
            stream.write(_coloured(block) + "\n")
        case Node():
            _console(stream).print(_rich_tree(block))
        case Table():
            _draw_table(_console(stream), block)


def _coloured(line: Line) -> str:
    """The text between escapes, character for character: a console of rich's would expand tabs and break lines."""
    from rich.color import ColorSystem  # noqa: PLC0415 - as in _console
    from rich.style import Style as RichStyle  # noqa: PLC0415

    return "".join(
        RichStyle.parse(span.style.value).render(span.text, color_system=ColorSystem.STANDARD) for span in line.spans
    )


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
def progress(
    label: str, *, before: str | None = None, stream: TextIO | None = None
) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar with rate and time left on a terminal, and nothing elsewhere.

    Args:
        label: What is under way.
        before: What is under way until the first is done; the same by default.
        stream: Where to; standard error by default, so that the report alone is on standard output.

    Yields:
        A function that takes the number done so far and the number in all.
    """
    out = stream or sys.stderr
    if not is_terminal(out):
        yield lambda _done, _total: None
        return
    from rich import progress as bars  # noqa: PLC0415 - as in _console

    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TextColumn("{task.fields[rate]}"),
        bars.TimeRemainingColumn(),
    )
    with bars.Progress(*columns, console=_console(out), transient=True) as bar:
        task = bar.add_task(before or label, total=None, rate="")

        def advance(done: int, total: int) -> None:
            speed = bar.tasks[0].speed
            rate = zh_commands.RATE.format(rate=f"{speed:.0f}") if speed else ""
            bar.update(task, description=label, completed=done, total=total, rate=rate)

        yield advance
