"""One speech as its sections divide it, read for the questions about them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from speechbot.errors import IndexDamaged
from speechbot.intents.inline_points import inline_points
from speechbot.language.sentences import sentence_spans
from speechbot.parsing.headings import clean_title, match_heading
from speechbot.points import Point
from speechbot.wording import zh_answers, zh_errors, zh_intents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speechbot.indexing.catalog import Entry
    from speechbot.indexing.generation import Generation
    from speechbot.models import Passage, Section

# Share of a part's characters from which on one enumeration stands for all of it.
_STANDS = 0.5
# Paragraphs whose first sentences still give a view of the whole.
_MOST = 20
_OPENED = 32  # speeches held while one question is answered


@dataclass(frozen=True, slots=True)
class Base:
    """What can have points.

    Attributes:
        speech: Number of the speech.
        section: Position of the section in it; None for the whole speech.
        row: Row of the one paragraph that holds the points; None where the whole section counts.
    """

    speech: int
    section: int | None = None
    row: int | None = None


class SpeechStructure:
    """The sections of one speech with the rows of their paragraphs."""

    def __init__(self, generation: Generation, speech: Entry) -> None:
        """Read the headings of a speech and where its paragraphs stand."""
        self.speech = speech
        self.sections = generation.catalog.headings(speech.number)
        self._generation = generation
        self._catalog = generation.catalog

    @cached_property
    def _extents(self) -> list[tuple[int, int]]:
        return self._catalog.extents_of(self.speech.rows)

    def children(self, section: int | None) -> list[int]:
        """Positions of the sections right below one, or of the topmost ones; a single one makes way for its own."""
        found = [number for number, one in enumerate(self.sections) if one.parent == section]
        if len(found) == 1 and len(inner := self.children(found[0])) > 1:
            return inner
        return found

    def chain(self, section: int | None) -> list[int | None]:
        """A section and those around it from the inside out, the whole speech last."""
        found: list[int | None] = []
        while section is not None:
            found.append(section)
            section = self.sections[section].parent
        return [*found, None]

    def path(self, section: int | None) -> tuple[str, ...]:
        """Headings from the top down to a section; none for the whole speech."""
        return tuple(self._title(self.sections[one]) for one in reversed(self.chain(section)) if one is not None)

    def rows(self, section: int | None) -> range:
        """Rows of the paragraphs of a section, whole or in part."""
        if section is None:
            return self.speech.rows
        whole = self.sections[section]
        pairs = zip(self.speech.rows, self._extents, strict=True)
        touching = [row for row, (start, end) in pairs if start < whole.stop and end > whole.start]
        return range(touching[0], touching[-1] + 1) if touching else range(0)

    def around(self, row: int, level: int) -> int | None:
        """The section that the first ``level`` headings above a row name; None for the whole speech."""
        (passage,) = self._catalog.passages([row])
        wanted = passage.section[:level]
        for number, one in enumerate(self.sections):
            inside = passage.start < one.stop and passage.end > one.start
            if wanted and inside and self.path(number) == wanted:
                return number
        return None

    def numbered(self, section: int) -> int:
        """The number that a heading begins with; 0 where it has none."""
        heading = match_heading(self.sections[section].title)
        return heading.number if heading else 0

    def nth(self, sections: Sequence[int], number: int) -> int | None:
        """The section with a number, or at that place where none has one; -1 is the last. None: no such one."""
        if number < 0:
            return sections[-1] if sections else None
        numbers = [self.numbered(one) for one in sections]
        if number in numbers:
            return sections[numbers.index(number)]
        return sections[number - 1] if not any(numbers) and 0 < number <= len(sections) else None

    def points(self, base: Base, *, nested: bool = False, unnumbered: bool = False) -> tuple[Point, ...]:
        """What a part is divided into: the sections below it, else the points of its one enumerating paragraph.

        Args:
            base: The part.
            nested: With what the sections are divided into themselves.
            unnumbered: Where there is neither, its paragraphs by their first sentences.
        """
        children = self.children(base.section) if base.row is None else []
        if len(children) > 1:
            return tuple(self._point(child, number, nested=nested) for number, child in enumerate(children, 1))
        passages = self.passages(self.rows(base.section) if base.row is None else range(base.row, base.row + 1))
        series = [(passage, spans) for passage in passages if (spans := inline_points(passage.text))]
        if len(series) == 1 and (base.row is not None or _stands_for(series[0][1], passages)):
            passage, spans = series[0]
            return tuple(_words(passage, span, number, "inside") for number, span in enumerate(spans, 1))
        if unnumbered and 1 < len(passages) <= _MOST:
            first = [(one, sentences(one)[0]) for one in passages]
            return tuple(_words(one, span, number, "paragraph") for number, (one, span) in enumerate(first, 1))
        return ()

    def point(self, section: int, number: int = 1) -> Point:
        """A section as a point."""
        return self._point(section, number, nested=False)

    def whole(self, number: int) -> Point:
        """The whole speech as a point, with its topmost sections."""
        rows = self.speech.rows
        first = self.passages(range(rows.start, min(rows.start + 1, rows.stop)))
        point = Point(
            *(self.speech.title, "speech", self.speech.title, self.speech.source, ()),
            *(first[0].id if first else "", 0, number, len(rows)),
            paragraph=min(1, len(rows)),
            date=self.speech.date,
            speaker=self.speech.speaker,
        )
        return replace(point, points=self.points(Base(self.speech.number)))

    def passages(self, rows: range) -> tuple[Passage, ...]:
        """The paragraphs of neighbouring rows, as they stand in their source."""
        found = self._catalog.run(rows) if rows else ()
        if not self._catalog.verbatim(found):
            raise IndexDamaged(self._generation.path, zh_errors.DAMAGE_NOT_VERBATIM)
        return found

    def named(self, base: Base | None = None, *, dated: bool = True) -> str:
        """The speech, or a part of it, as a place: 《题目》（日期） › 二、…."""
        title = zh_answers.TITLE.format(title=self.speech.title)
        if dated and self.speech.date:
            title = zh_intents.DATED.format(title=title, date=self.speech.date)
        path = zh_answers.PATH_SEPARATOR.join((title, *(self.path(base.section) if base else ())))
        if base is None or base.row is None:
            return path
        return zh_intents.PARAGRAPH.format(path=path, paragraph=base.row - self.speech.rows.start + 1)

    def _title(self, section: Section) -> str:
        """The heading as it is cited, which its source must hold."""
        stands = clean_title(self._catalog.quote(self.speech.source, section.start, section.end))
        if section.title not in stands:
            raise IndexDamaged(self._generation.path, zh_errors.DAMAGE_NOT_VERBATIM)
        return section.title

    def _point(self, section: int, number: int, *, nested: bool) -> Point:
        rows = self.rows(section)
        first = self.passages(range(rows.start, rows.start + 1)) if rows else ()
        inner = self.points(Base(self.speech.number, section)) if nested and len(self.children(section)) > 1 else ()
        path = self.path(section)
        return Point(
            *(path[-1], "section", self.speech.title, self.speech.source, path, first[0].id if first else ""),
            *(len(path), number, len(rows)),
            points=inner,
            paragraph=first[0].paragraph if first else 0,
            date=self.speech.date,
            speaker=self.speech.speaker,
        )


def _stands_for(spans: Sequence[tuple[int, int]], passages: Sequence[Passage]) -> bool:
    """Whether the points of one paragraph make up most of a part."""
    return spans[-1][1] - spans[0][0] >= _STANDS * sum(len(one.text) for one in passages)


def sentences(passage: Passage) -> list[tuple[int, int]]:
    """The sentences of a paragraph, the heading that it begins with left out where there is more."""
    first, *further = sentence_spans(passage.text) or [(0, len(passage.text))]
    headed = bool(passage.section) and clean_title(passage.text[slice(*first)]) == passage.section[-1]
    return further if headed and further else [first, *further]


def _words(passage: Passage, span: tuple[int, int], number: int, kind: str) -> Point:
    """A point that is named by its own words."""
    start, end = span
    level = len(passage.section) + 1
    words = passage.text[start:end].strip()
    return Point(
        *(words, kind, passage.speech, passage.source, passage.section, passage.id, level, number, 1),
        span=span,
        paragraph=passage.paragraph,
    )


class Structures:
    """The speeches of one generation, opened as they are needed."""

    def __init__(self, generation: Generation) -> None:
        """Read in an open generation."""
        self._generation = generation
        self.speech = lru_cache(_OPENED)(self._open)

    def of_row(self, row: int) -> SpeechStructure:
        """The speech that a row is of."""
        return self.speech(self._generation.catalog.speech_of(row))

    def _open(self, number: int) -> SpeechStructure:
        (entry,) = self._generation.catalog.entries(range(number, number + 1))
        return SpeechStructure(self._generation, entry)
