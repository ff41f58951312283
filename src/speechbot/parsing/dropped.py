"""What of a source is in no passage, line by line, with what the parser took it for."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from speechbot.language.sentences import BLANK
from speechbot.parsing.contents import contents_lines
from speechbot.parsing.furniture import furniture
from speechbot.parsing.headings import OUTER, clean_title, match_heading
from speechbot.parsing.lines import split_lines
from speechbot.parsing.people import is_person

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from speechbot.models import Source, Speech

_LINE_END = re.compile(r"\r\n|\r|\n")
# In texts whose line breaks were lost the indent of the next paragraph is left.
_PIECE_END = re.compile(r"\r\n|\r|\n|\u3000{2,}")
_WORD = re.compile(r"\w")
# What a download site put into the text.
_SITE_MARK = re.compile(r"##[A-Za-z]\w{0,30}##")
_SHORTEST_PART = 2  # characters of a title's line that prove that it belongs to the title


class Drop(Enum):
    """Why a line is in no passage; the first ones are the kinds of ``furniture``."""

    RULE = "rule"
    MARKUP = "markup"
    PAGE = "page"
    CONTENTS = "contents"
    FOOTNOTE = "footnote"
    DATE = "date"
    SALUTATION = "salutation"
    APPLAUSE = "applause"
    SOURCE = "source"
    NOTE = "note"
    CAPTION = "caption"
    CLOSING = "closing"
    FRONT = "front matter"
    HEADER = "header"
    PERSON = "person"
    LABEL = "label"
    MARK = "mark"
    OTHER = "other"


_FURNITURE = {kind.value: kind for kind in Drop}


@dataclass(frozen=True, slots=True)
class Dropped:
    """A line, or what is left of one, that is no passage, heading or title.

    Attributes:
        line: Its number in the file, from 1, as an editor shows it.
        kind: What it was taken for.
        text: Its text without white space around.
        start: Offset in the source text.
    """

    line: int
    kind: Drop
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Lines:
    """Where the lines of a text start, as an editor counts them: after each CR LF, CR or LF."""

    starts: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Lines:
        """The lines of a text."""
        return cls((0, *(match.end() for match in _LINE_END.finditer(text))))

    def number(self, offset: int) -> int:
        """Number of the line, from 1, that holds the character at ``offset``."""
        return bisect_right(self.starts, offset)


def dropped(source: Source, speeches: Sequence[Speech]) -> tuple[Dropped, ...]:
    """Every character of a source that is neither blank nor in a passage, heading or title, in the order of the text.

    What was kept is read off the speeches, not off the parser's own account of its work: what the parser loses without
    noticing is found here too.

    Args:
        source: The file.
        speeches: The speeches found in it, and in no other file.
    """
    lines = Lines.of(source.text)
    kept = _kept(speeches)
    pieces = [(start, end) for gap in _gaps(kept, len(source.text)) for start, end in _pieces(source.text, *gap)]
    listed = _listed(source, speeches) if pieces else set()
    decorated = {lines.number(start) for start, _ in kept} | {lines.number(max(end - 1, 0)) for _, end in kept}
    found: list[Dropped] = []
    for start, end in pieces:
        text, number = source.text[start:end], lines.number(start)
        if start in listed:
            kind: Drop | None = Drop.CONTENTS
        elif number in decorated and not _WORD.search(text):
            kind = Drop.MARK
        else:
            kind = _kind(text, _Setting.at(source, speeches, start))
        if kind is not None:
            found.append(Dropped(number, kind, text, start))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Setting:
    """Where a piece stands: above all speeches, in the head of one, or further down.

    Attributes:
        title: Title of the speech whose head it stands in; "" elsewhere.
        header: Whether it stands above the first passage or heading of its speech, or above all speeches.
        front: Whether it may be front matter.
    """

    title: str = ""
    header: bool = False
    front: bool = False

    @classmethod
    def at(cls, source: Source, speeches: Sequence[Speech], offset: int) -> _Setting:
        """The setting of what starts at ``offset``."""
        if not speeches:
            return cls()
        if offset < speeches[0].start:
            return cls(header=True, front=source.text.lstrip(BLANK).startswith("---"))
        speech = speeches[bisect_right(speeches, offset, key=lambda one: one.start) - 1]
        first = min(
            [passage.start for passage in speech.passages[:1]] + [section.start for section in speech.sections[:1]],
            default=speech.stop,
        )
        return cls(title=speech.title, header=offset < first) if offset < first else cls()


def _kept(speeches: Iterable[Speech]) -> list[tuple[int, int]]:
    """Spans of passages and headings, sorted."""
    found = [(passage.start, passage.end) for speech in speeches for passage in speech.passages]
    found += [(section.start, section.end) for speech in speeches for section in speech.sections]
    return sorted(found)


def _gaps(kept: Iterable[tuple[int, int]], length: int) -> Iterator[tuple[int, int]]:
    """What the spans leave of ``length`` characters."""
    position = 0
    for start, end in kept:
        if start > position:
            yield position, start
        position = max(position, end)
    if position < length:
        yield position, length


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The lines of ``text[start:end]`` that are not blank, without white space around."""
    ends = [(match.start(), match.end()) for match in _PIECE_END.finditer(text, start, end)]
    for left, right in zip([start, *(after for _, after in ends)], [*(before for before, _ in ends), end], strict=True):
        piece = text[left:right]
        content = piece.strip(BLANK)
        if content:
            first = left + len(piece) - len(piece.lstrip(BLANK))
            yield first, first + len(content)


def _listed(source: Source, speeches: Iterable[Speech]) -> set[int]:
    """Where the entries of contents lists start."""
    found: set[int] = set()
    for speech in speeches:
        lines = split_lines(source.text[speech.start : speech.stop])
        found.update(speech.start + lines[at].start for at in contents_lines(lines))
    return found


def _kind(text: str, setting: _Setting) -> Drop | None:
    """What a piece was taken for; None for a title."""
    if setting.title and _belongs(text, setting.title):
        return None
    kind = "markup" if _SITE_MARK.fullmatch(text) else furniture(text)
    if setting.front:
        return Drop.FRONT
    if kind is not None:
        return _FURNITURE.get(kind, Drop.OTHER)
    if is_person(text):
        return Drop.PERSON
    return Drop.HEADER if setting.header else _unknown(text)


def _unknown(text: str) -> Drop:
    """Whether a line in the middle of a speech is a heading that says nothing, such as a bare 一, or something else."""
    heading = match_heading(text)
    label = clean_title(text) in OUTER or (heading is not None and heading.kind == "一")
    return Drop.LABEL if label else Drop.OTHER


def _belongs(text: str, title: str) -> bool:
    """Whether a line over a speech is its title, a part of it, or holds it with its date and speaker."""
    line, whole = _plain(text), _plain(title)
    return bool(whole) and (whole in line or (len(line) >= _SHORTEST_PART and line in whole))


def _plain(text: str) -> str:
    return re.sub(r"[\W_]", "", text)
