"""Texts to read on in: a passage among its neighbours, a section, the list of speeches; only the rows needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from speechbot.errors import IndexDamaged
from speechbot.wording import zh_errors

if TYPE_CHECKING:
    from collections.abc import Iterable

    from speechbot.indexing.catalog import Entry
    from speechbot.indexing.generation import Generation
    from speechbot.models import Passage, Section


@dataclass(frozen=True, slots=True)
class Context:
    """A passage with what stands around it.

    Attributes:
        passage: The passage.
        before: The one before it in its speech, or None.
        after: The one after it, or None.
        places: The other passages of the same wording.
        date: When the speech was given; "" where that is not known.
        speaker: Who gave it; likewise.
        occasion: The meeting or event; likewise.
    """

    passage: Passage
    before: Passage | None = None
    after: Passage | None = None
    places: tuple[Passage, ...] = ()
    date: str = ""
    speaker: str = ""
    occasion: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """The headings of a speech.

    Attributes:
        speech: The speech.
        sections: Its sections, parents before children.
        counts: For each how many paragraphs it holds, whole or in part.
    """

    speech: Entry
    sections: tuple[Section, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Extract:
    """A section, or a whole speech, to be read.

    Attributes:
        speech: Its speech.
        path: Headings from the top down to the section; none for the whole speech.
        pieces: Headings and paragraphs in order; headings that paragraphs begin with stand in those alone.
    """

    speech: Entry
    path: tuple[str, ...]
    pieces: tuple[str | Passage, ...]

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The paragraphs alone."""
        return tuple(piece for piece in self.pieces if not isinstance(piece, str))


class Browser:
    """Reads in one generation; what leaves stands verbatim in its source."""

    def __init__(self, generation: Generation) -> None:
        """Read in an open generation."""
        self._generation = generation
        self._catalog = generation.catalog

    @property
    def generation(self) -> str:
        """Name of the generation."""
        return self._generation.name

    @property
    def built(self) -> float:
        """When it was built, in seconds since 1970."""
        return datetime.fromisoformat(self._generation.manifest.created).timestamp()

    @property
    def paragraphs(self) -> int:
        """How many passages there are."""
        return len(self._catalog)

    def passage(self, passage_id: str) -> Passage | None:
        """The passage with an id, or None."""
        row = self._catalog.find(passage_id)
        return None if row is None else self._checked(self._catalog.passages([row]))[0]

    def context(self, passage_id: str, step: int = 0) -> Context | None:
        """A passage among its neighbours; with ``step`` the one so many further on in its speech. None: no such one."""
        row = self._catalog.find(passage_id)
        if row is None:
            return None
        rows = self._speech(row).rows
        at = row + step
        if at not in rows:
            return None
        around = range(max(at - 1, rows.start), min(at + 2, rows.stop))
        near = dict(zip(around, self._checked(self._catalog.run(around)), strict=True))
        (wording,) = self._catalog.wordings([at])
        places = self._catalog.worded([wording])[wording]
        places.pop(at)
        ((date, speaker, occasion),) = self._catalog.given([at])
        others = self._checked(tuple(places.values()))
        return Context(near[at], near.get(at - 1), near.get(at + 1), others, date, speaker, occasion)

    def extract(self, passage_id: str, level: int) -> Extract | None:
        """The section around a passage, at most ``level`` deep, 0 being the whole speech. None: no such passage."""
        row = self._catalog.find(passage_id)
        if row is None:
            return None
        speech = self._speech(row)
        (passage,) = self._catalog.passages([row])
        sections = self._catalog.headings(speech.number)
        wanted = passage.section[:level]
        around = (
            number
            for number, section in enumerate(sections)
            if passage.start < section.stop and passage.end > section.start and _path(sections, number) == wanted
        )
        return self._extract(speech, sections, next(around, None) if wanted else None)

    def section(self, number: int, section: int | None) -> Extract | None:
        """A section of a speech by its position, None for all of it. None: no such one."""
        for speech in self._catalog.entries(range(number, number + 1)):
            sections = self._catalog.headings(number)
            if section is None or 0 <= section < len(sections):
                return self._extract(speech, sections, section)
        return None

    def entries(self, start: int, count: int) -> tuple[Entry, ...]:
        """Some speeches of the list."""
        return self._catalog.entries(range(start, start + count))

    def titles(self) -> list[tuple[str, str]]:
        """File and title of every speech."""
        return self._catalog.titles()

    def outline(self, number: int) -> Outline | None:
        """The headings of a speech by its number, or None."""
        for speech in self._catalog.entries(range(number, number + 1)):
            sections = self._catalog.headings(number)
            extents = self._catalog.extents_of(speech.rows)
            counts = tuple(sum(a < one.stop and b > one.start for a, b in extents) for one in sections)
            return Outline(speech, sections, counts)
        return None

    def _speech(self, row: int) -> Entry:
        number = self._catalog.speech_of(row)
        return self._catalog.entries(range(number, number + 1))[0]

    def _extract(self, speech: Entry, sections: tuple[Section, ...], number: int | None) -> Extract:
        extents = self._catalog.extents_of(speech.rows)
        path: tuple[str, ...] = ()
        if number is None:
            rows, inner = speech.rows, sections
        else:
            whole = sections[number]
            touching = [
                row
                for row, (start, end) in zip(speech.rows, extents, strict=True)
                if start < whole.stop and end > whole.start
            ]
            rows = range(touching[0], touching[-1] + 1) if touching else range(0)
            inner = tuple(one for one in sections if whole.start <= one.start < whole.stop)
            path = _path(sections, number)
        passages = self._checked(self._catalog.run(rows))
        placed: list[tuple[int, str | Passage]] = [(one.start, one) for one in passages]
        run_in = [any(start <= one.start < end for start, end in extents) for one in inner]
        placed += [(one.start, one.title) for one, inside in zip(inner, run_in, strict=True) if not inside]
        placed.sort(key=lambda piece: piece[0])
        return Extract(speech, path, tuple(piece for _, piece in placed))

    def _checked(self, passages: Iterable[Passage]) -> tuple[Passage, ...]:
        found = tuple(passages)
        if not self._catalog.verbatim(found):
            raise IndexDamaged(self._generation.path, zh_errors.DAMAGE_NOT_VERBATIM)
        return found


def _path(sections: tuple[Section, ...], number: int) -> tuple[str, ...]:
    """Titles from the top down to a section."""
    titles: list[str] = []
    at: int | None = number
    while at is not None:
        titles.append(sections[at].title)
        at = sections[at].parent
    return tuple(reversed(titles))
