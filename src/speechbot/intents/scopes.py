"""Where a question wants to be answered from: the speeches it names, the section its topic names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from speechbot.intents import patterns
from speechbot.intents.inline_points import inline_points
from speechbot.intents.speech_structure import Base
from speechbot.intents.understanding import LAST
from speechbot.language.text import fold
from speechbot.wording import zh_answers, zh_intents

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from speechbot.indexing.catalog import Catalog
    from speechbot.indexing.generation import Generation
    from speechbot.intents.speech_structure import SpeechStructure, Structures
    from speechbot.intents.understanding import Constraints
    from speechbot.models import Answer, Hit, Passage

    Rows = NDArray[np.int64]

# Hits of a topic whose headings are looked at.
_LOOKED = 24
# Share of a topic that a heading holds which it names without being called so.
_COVERED = 0.75
# Characters of a heading that a longer topic repeats.
_HEADING = 4
_EQUAL, _HELD, _ALIKE = 3, 2, 1
_MARKS = re.compile(r"[\W_]+")


class Desk(Protocol):
    """What answers about structure need of an engine."""

    generation: Generation

    @property
    def cutoff(self) -> float:
        """Least probability of an answer."""

    def find(self, asked: str, k: int, rows: Rows | None) -> list[Hit]:
        """The best passages for a question, among some rows or all."""

    def again(self, question: str, k: int) -> Answer:
        """The answer to a question of an earlier turn, with more hits."""

    def cite(
        self, passages: Sequence[Passage], score: float, at: Sequence[int] = (), *, past: bool = False
    ) -> list[Hit]:
        """Passages as hits, in order: each with the sentence that stands at an offset, or its first (``past`` its heading)."""

    def coverage(self, asked: str, text: str) -> float:
        """Share of a question that stands in a text, in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What constraints leave.

    Attributes:
        numbers: Numbers of the speeches, ascending; None for all.
        rows: Rows of the passages, ascending; None for all.
        header: What to tell the reader of it.
        called: What the speeches are called after the constraints; "" without any.
        kept: Whether the constraints could be kept; else the question is searched as it stands.
    """

    numbers: tuple[int, ...] | None = None
    rows: Rows | None = None
    header: str = ""
    called: str = ""
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Match:
    """The part that a topic names.

    Attributes:
        base: The part.
        probability: How sure that is; 1 where its heading is the topic.
        elsewhere: Parts of other speeches that it names as well, one of each.
    """

    base: Base
    probability: float
    elsewhere: tuple[Base, ...] = ()


def limits(catalog: Catalog, structures: Structures, wanted: Constraints, within: Rows | None) -> Limits:
    """The speeches that the constraints name, among ``within``; topics are left to ``find_part``."""
    numbers = None if within is None else tuple(catalog.numbers_of(within))
    given = [
        catalog.names.titled(wanted.title) if wanted.title else None,
        catalog.names.dated(wanted.date) if wanted.date else None,
        catalog.names.speakers.get(wanted.speaker, []) if wanted.speaker else None,
    ]
    if given[0] == []:
        return Limits(numbers, within, kept=False)
    count = catalog.names.count()
    if wanted.speech:
        at = count if wanted.speech == LAST else wanted.speech
        if not 0 < at <= count:
            return Limits(numbers, within, zh_intents.NO_SPEECH.format(number=at, count=count), kept=False)
        given.append([at - 1])
    named = [set(one) for one in given if one is not None]
    if not named:
        return Limits(numbers, within)
    kept = set.intersection(*named, *([] if numbers is None else [set(numbers)]))
    if not kept:
        return Limits(numbers, within, zh_intents.NOT_THERE.format(what=_called(wanted)), kept=False)
    rows = catalog.rows_of(kept)
    if within is not None:
        rows = np.intersect1d(rows, within, assume_unique=True)
    called = zh_intents.SPEECHES_OF.format(what=_called(wanted)).strip() if _called(wanted) else ""
    return Limits(tuple(sorted(kept)), rows, _header(structures, sorted(kept), wanted), called)


def _header(structures: Structures, numbers: Sequence[int], wanted: Constraints) -> str:
    if len(numbers) == 1:
        return zh_intents.ONLY.format(places=structures.speech(numbers[0]).named())
    return zh_intents.ONLY.format(places=zh_intents.ONLY_SPEECHES.format(what=_called(wanted), count=len(numbers)))


def _called(wanted: Constraints) -> str:
    """The constraints on speeches in words."""
    year, _, rest = wanted.date.partition("-")
    month, _, day = rest.partition("-")
    form = zh_intents.DAY if day else zh_intents.MONTH if month else zh_intents.YEAR
    date = form.format(year=year, month=month.lstrip("0"), day=day.lstrip("0")) if year else ""
    title = zh_intents.TITLED.format(title=zh_answers.TITLE.format(title=wanted.title)) if wanted.title else ""
    return date + wanted.speaker + title


def find_part(  # noqa: PLR0913 - two are switches
    desk: Desk,
    structures: Structures,
    topic: str,
    rows: Rows | None,
    *,
    divided: bool = True,
    loose: bool = True,
    named: bool = False,
) -> Match | None:
    """The part that a topic names: by its heading, or else the paragraph that answers to it by enumerating.

    Args:
        desk: Who searches.
        structures: The speeches.
        topic: In the asker's words.
        rows: Where to look; None for everywhere.
        divided: Only what has points.
        loose: Also a paragraph that only the search finds.
        named: The topic was called a part of the text: then the paragraphs of a part without points are told instead.
    """
    hits = desk.find(topic, _LOOKED, rows)
    if not hits:
        return None
    found = sorted(_headed(desk, structures, topic, hits), key=lambda one: -one[0])
    for strength in (_EQUAL, _HELD, _ALIKE):
        same = [base for how, base in found if how == strength]
        told = divided and (strength == _EQUAL or (strength == _HELD and named))
        for unnumbered in (False, True) if told else (False,):
            for base in same:
                if not divided or len(structures.speech(base.speech).points(base, unnumbered=unnumbered)) > 1:
                    sure = 1.0 if strength == _EQUAL else hits[0].score
                    return Match(base, sure, _elsewhere(base, same))
    best = hits[0]
    row = desk.generation.catalog.find(best.passage.id)
    if loose and divided and row is not None and best.score >= desk.cutoff and inline_points(best.passage.text):
        return Match(Base(desk.generation.catalog.speech_of(row), None, row), best.score)
    return None


def _elsewhere(base: Base, same: Sequence[Base]) -> tuple[Base, ...]:
    """The first of some parts in each speech but that of ``base``."""
    first: dict[int, Base] = {}
    for one in same:
        if one.speech != base.speech:
            first.setdefault(one.speech, one)
    return tuple(first.values())


def named_speech(desk: Desk, structures: Structures, topic: str, rows: Rows | None) -> int | None:
    """Number of the speech that a topic names by its title or most words of it; None where it is no such name, or no one speech's."""
    ending = patterns.TITLE_END.search(topic)
    if ending is None:
        return None
    core = patterns.TOPIC_HEAD.sub("", topic[: ending.start()]) or topic
    for title in (topic, core):
        titled = desk.generation.catalog.names.titled(title)
        if len(titled) == 1:
            return titled[0]
    for hit in desk.find(core, _LOOKED, rows):
        if desk.coverage(core, hit.passage.speech) >= _COVERED:
            row = desk.generation.catalog.find(hit.passage.id)
            return None if row is None else structures.of_row(row).speech.number
    return None


def _headed(desk: Desk, structures: Structures, topic: str, hits: Sequence[Hit]) -> Iterator[tuple[int, Base]]:
    """The sections around the hits whose headings the topic names, and how well it does, in the order of the hits."""
    seen: set[Base] = set()
    for hit in hits:
        row = desk.generation.catalog.find(hit.passage.id)
        if row is None:
            continue
        structure = structures.of_row(row)
        for section in structure.chain(structure.around(row, len(hit.passage.section))):
            base = Base(structure.speech.number, section)
            if section is None or base in seen:
                continue
            seen.add(base)
            strength = _strength(desk, structure, section, topic)
            if strength:
                yield strength, base


def _strength(desk: Desk, structure: SpeechStructure, section: int, topic: str) -> int:
    """How well a topic names a section; 0 where it does not."""
    heading = fold(structure.sections[section].title)
    whole, bare, asked = (
        _MARKS.sub("", one) for one in (heading, patterns.LABEL.sub("", heading, count=1), fold(topic))
    )
    if asked in {whole, bare}:
        return _EQUAL
    if asked and (asked in whole or (len(bare) >= _HEADING and bare in asked)):
        return _HELD
    return _ALIKE if desk.coverage(topic, heading) >= _COVERED else 0
