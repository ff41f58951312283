"""Plain text to Telegram's HTML, counted and cut as Telegram does: in UTF-16 units, after tags and entities."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from speechbot.language.sentences import sentence_spans
from speechbot.language.tiling import CLAUSE

if TYPE_CHECKING:
    from collections.abc import Sequence

# UTF-16 units of one message.
LIMIT = 4096

# What Telegram makes of characters that it does not keep: other control characters become blanks, carriage returns, line
# and paragraph separators and marks of direction vanish. Done here character for character, the text that is counted
# is the text that is shown. A lone surrogate cannot be sent at all.
_SHOWN: dict[int, str] = (
    dict.fromkeys([*range(0x09), 0x09, 0x0B, 0x0C, *range(0x0E, 0x20)], " ")
    | dict.fromkeys([0x0D, *range(0x2028, 0x202F)], "")
    | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
)
_TAG = re.compile(r"<[^<>]*>")


def visible(text: str) -> str:
    """What Telegram shows of a text; the same for a whole as for its parts joined."""
    return text.translate(_SHOWN)


def escape(text: str) -> str:
    """A text inside HTML; Telegram knows no entities but those of < > & and the quotation mark."""
    return visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def utf16(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text) + sum(char > "\uffff" for char in text)


def length(html: str) -> int:
    """Length of a message after tags and entities, in UTF-16 units."""
    return utf16(unescape(_TAG.sub("", html)))


def bold(text: str, span: tuple[int, int] | None) -> str:
    """A paragraph with one span of it bold; None or an empty one: nothing is."""
    if span is None or span[0] >= span[1]:
        return escape(text)
    start, end = span
    return f"{escape(text[:start])}<b>{escape(text[start:end])}</b>{escape(text[end:])}"


def strong(text: str) -> str:
    """A text in bold."""
    return f"<b>{escape(text)}</b>"


def quote(html: str) -> str:
    """A block quotation."""
    return f"<blockquote>{html}</blockquote>"


def fold(html: str) -> str:
    """A block quotation that opens on a touch."""
    return f"<blockquote expandable>{html}</blockquote>"


def split(text: str, limit: int = LIMIT) -> list[tuple[int, int]]:
    """Cut a text into parts that fit.

    Each part is as long as fits and ends with a line, or else a sentence, or else a clause, or else anywhere between
    two characters.

    Args:
        text: Any text.
        limit: UTF-16 units that fit, at least 2: one character may take that many.

    Returns:
        Spans that follow one another and together cover the text; none for empty text.
    """
    if limit < 2:
        raise ValueError(f"limit must be at least 2, not {limit}")
    spans: list[tuple[int, int]] = []
    start = 0
    while start < len(text):
        end = _cut(text, start, _reach(text, start, limit))
        spans.append((start, end))
        start = end
    return spans


def split_bold(text: str, span: tuple[int, int] | None, limit: int = LIMIT) -> list[str]:
    """The parts of a long paragraph as HTML, each with its own share of the bold span."""
    start, end = span or (0, 0)
    return [bold(text[a:b], (max(start, a) - a, min(end, b) - a)) for a, b in split(text, limit)]


def pack(pieces: Sequence[str], limit: int = LIMIT, *, between: str = "\n\n") -> list[str]:
    """Pieces of HTML, none too long by itself, put together to as few messages as they fit in, in order."""
    messages = [pieces[0]]
    for piece in pieces[1:]:
        joined = messages[-1] + between + piece
        if length(joined) <= limit:
            messages[-1] = joined
        else:
            messages.append(piece)
    return messages


def _reach(text: str, start: int, limit: int) -> int:
    """How far a part may go that begins at ``start``."""
    end, units = start, 0
    while end < len(text):
        units += 2 if text[end] > "\uffff" else 1
        if units > limit:
            break
        end += 1
    return end


def _cut(text: str, start: int, reach: int) -> int:
    """Where the part from ``start`` ends best, not beyond ``reach``."""
    if reach == len(text):
        return reach
    line = text.rfind("\n", start, reach) + 1
    if line > start:
        return line
    piece = text[start : reach + 1]
    # The last sentence of the piece is the one that does not fit
    sentence = max((first for first, _ in sentence_spans(piece)[1:] if first <= reach - start), default=0)
    clause = max((found.end() for found in CLAUSE.finditer(piece) if found.end() <= reach - start), default=0)
    return start + (sentence or clause or reach - start)
