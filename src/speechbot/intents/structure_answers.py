"""Answers that the structure alone gives: outlines, points, lists of speeches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from speechbot.intents import patterns
from speechbot.intents.answer_parts import MOST, AnswerParts
from speechbot.intents.scopes import find_part, named_speech
from speechbot.intents.speech_structure import Base
from speechbot.intents.understanding import OutlineAsked, PointAsked, PointsAsked, SpeechesAsked
from speechbot.points import Focus
from speechbot.wording import zh_intents

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from speechbot.intents.speech_structure import SpeechStructure
    from speechbot.intents.understanding import Intent, Part
    from speechbot.models import Answer
    from speechbot.points import Point

# Speeches that are answered for where none is named.
SPEECHES = 5
# Speeches that are looked into for these.
_TRIED = 100
# Kinds of headings whose names are used for points as well.
_INNER = frozenset(map(patterns.OUTER_UNITS.get, patterns.ALSO_POINTS))


class StructureAnswers(AnswerParts):
    """Answers one question from the structure; None where the structure has no answer."""

    def answer(self, intent: Intent) -> Answer | None:  # noqa: PLR0911 - one for each kind
        """The answer to what is asked."""
        match intent:
            case SpeechesAsked():
                return self._speeches()
            case OutlineAsked(topic):
                return self._titled(topic) if topic else self._whole()
            case PointsAsked(parts, topic, here):
                if topic:
                    return self._topic(topic, named=intent.named)
                if here and self._here is None:
                    return None
                return self._parts_points(parts) or self._missing(parts) if parts else self._points_here()
            case PointAsked(parts, topic):
                found = self._point_asked(parts, topic)
                return found if found or topic else self._missing(parts)
            case _:
                return None

    # What is asked without a number

    def _speeches(self) -> Answer | None:
        """The list of the speeches."""
        catalog = self._desk.generation.catalog
        count = catalog.names.count() if self._within.numbers is None else len(self._within.numbers)
        numbers = range(count) if self._within.numbers is None else self._within.numbers
        points = [self._structures.speech(one).whole(at) for at, one in enumerate(numbers[:MOST], 1)]
        wording = zh_intents.SPEECHES if count <= MOST else zh_intents.SPEECHES_SOME
        scope = (self._within.called or zh_intents.ALL_SPEECHES) + wording.format(count=count, shown=len(points))
        focus = Focus(points[0].passage, "speeches") if points and points[0].passage else None
        return self._given("speeches", [replace(one, points=()) for one in points], scope, focus)

    def _titled(self, topic: str) -> Answer | None:
        """The outline of the speech that a topic names."""
        speech = named_speech(self._desk, self._structures, topic, self._within.rows)
        return None if speech is None else self._outline_of(speech)

    def _outline_of(self, speech: int, head: str = "") -> Answer:
        """The outline of a speech, or that it has none."""
        structure = self._structures.speech(speech)
        scope = zh_intents.NO_OUTLINE.format(path=structure.named(), count=len(structure.speech.rows))
        base = Base(speech, self._filtered(structure))
        found = self.outline(base, head=head)
        return found or self.refusal(head + scope, focus=self.focus(base))

    def _filtered(self, structure: SpeechStructure) -> int | None:
        """The smallest section that holds all passages that count; None where that is the whole speech."""
        rows = self._within.rows
        if rows is None or not len(rows) or not {int(rows[0]), int(rows[-1])} <= set(structure.speech.rows):
            return None
        (passage,) = structure.passages(range(int(rows[0]), int(rows[0]) + 1))
        for section in structure.chain(structure.around(int(rows[0]), len(passage.section))):
            if int(rows[-1]) in structure.rows(section) and len(rows) < len(structure.speech.rows):
                return section
        return None

    def _whole(self) -> Answer | None:
        """The outline of the speech that is meant, or of each that can be."""
        speech = self._speech()
        if speech is not None:
            return self._outline_of(speech, self._after())
        return self._each(lambda structure, at: structure.whole(at))

    def _points_here(self) -> Answer | None:
        """The points of the place of the last answer, or the outline of the speech."""
        here = self._here
        if here is not None and self._within.numbers is None and not self._within.header:
            for section in here.structure.chain(here.base.section):
                base = here.base if here.base.row is not None and section == here.base.section else None
                found = self.outline(base, head=self._after(), unnumbered=False) if base else None
                found = found or self.outline(Base(here.base.speech, section), head=self._after(), unnumbered=False)
                if found:
                    return found
        return self._whole()

    def _topic(self, topic: str, *, named: bool) -> Answer | None:
        """The points of the part that a topic names."""
        speech = named_speech(self._desk, self._structures, topic, self._within.rows)
        if speech is not None:
            return self._outline_of(speech)
        found = None
        if self._here is not None and self._within.numbers is None:
            rows = self._desk.generation.catalog.rows_of([self._here.base.speech])
            found = find_part(self._desk, self._structures, topic, rows, loose=False, named=named)
        found = found or find_part(self._desk, self._structures, topic, self._within.rows, named=named)
        if found is None:
            return None
        if found.probability == 1 and found.elsewhere and self._here is None:
            return self._alike([found.base, *found.elsewhere])
        answer = self.outline(found.base, sure=found.probability)
        if answer is None:
            return None
        scope = answer.scope + (zh_intents.ELSEWHERE if found.elsewhere else "")
        return replace(answer, scope=scope)

    def _alike(self, bases: Sequence[Base]) -> Answer | None:
        """The parts of several speeches that have one name, each with its points, in the order of the index."""
        points = []
        for number, base in enumerate(sorted(bases, key=lambda one: one.speech)[:SPEECHES], 1):
            structure = self._structures.speech(base.speech)
            inner = structure.points(base, unnumbered=True)
            points.append(replace(structure.point(base.section or 0, number), points=inner))
        wording = zh_intents.SAME if len(bases) <= SPEECHES else zh_intents.SAME_SOME
        scope = self._headed(wording.format(count=len(bases), shown=len(points)))
        return self._given("outline", points, scope, None)

    # What is asked by number

    def _parts_points(self, parts: Sequence[Part]) -> Answer | None:
        """The points of a part by number."""
        base = self._base(parts)
        if base is None:
            return self._each(lambda structure, at: self._nth_of(structure, parts, at))
        return self.outline(base, head=self._after()) or self.point(base, head=self._after())

    def _point_asked(self, parts: Sequence[Part], topic: str) -> Answer | None:
        """The text of a point by number."""
        if topic:
            return self._point_of(parts, topic)
        *outer, last = parts
        base = self._base(outer) if outer else None
        bases = self._bases(last) if not outer else [base] if base is not None else []
        found = [answer for one in bases if (answer := self.nth(one, last, head=self._after())) is not None]
        if found or bases:
            return next((answer for answer in found if answer.found), found[0] if found else None)
        return self._each(lambda structure, at: self._nth_of(structure, parts, at))

    def _point_of(self, parts: Sequence[Part], topic: str) -> Answer | None:
        """A point of the speech or the part that a topic names."""
        speech = named_speech(self._desk, self._structures, topic, self._within.rows)
        found = None if speech is not None else find_part(self._desk, self._structures, topic, self._within.rows)
        base = Base(speech) if speech is not None else found.base if found is not None else None
        for part in parts[:-1]:
            base = self.section_of(base, part) if base is not None else None
        return None if base is None else self.nth(base, parts[-1], sure=found.probability if found else 1.0)

    def _missing(self, parts: Sequence[Part]) -> Answer | None:
        """That a speech that was named, or was talked about, has no such part; None where none was."""
        speech = self._speech()
        if speech is None or (self._here is None and self._within.numbers is None):
            return None
        structure = self._structures.speech(speech)
        found = self.nth(Base(speech), parts[0], head=self._after())
        if found is not None and not found.found:
            return found
        scope = zh_intents.NO_OUTLINE.format(path=structure.named(), count=len(structure.speech.rows))
        return None if found else self.refusal(self._after() + scope, focus=self.focus(Base(speech)))

    def _nth_of(self, structure: SpeechStructure, parts: Sequence[Part], at: int) -> Point | None:
        """A part by number of a speech, as one of several."""
        base = Base(structure.speech.number)
        for part in parts:
            inner = self.section_of(base, part)
            if inner is None:
                return None
            base = inner
        return structure.point(base.section, at) if base.section is not None else None

    def _base(self, parts: Sequence[Part]) -> Base | None:
        """The section that numbers mean, from the outside in."""
        found: Base | None = None
        for base in self._bases(parts[0]):
            found = self.section_of(base, parts[0])
            if found is not None:
                break
        for part in parts[1:]:
            found = self.section_of(found, part) if found is not None else None
        return found

    def _bases(self, part: Part) -> list[Base]:
        """What a number may count in, the likeliest first: around the last answer, or the speech that is meant."""
        here = self._here
        if here is None or self._within.numbers is not None:
            speech = self._speech()
            return [] if speech is None else [Base(speech)]
        whole = Base(here.base.speech)
        if self._outer(here.structure, part.unit):
            inner = here.base if here.focus.kind == "outline" and here.base.section is None else None
            return [whole] if inner is None else [inner]
        chain = [Base(here.base.speech, section) for section in here.structure.chain(here.base.section)]
        if here.base.row is not None:
            return [here.base, *chain]
        return chain[1:] or chain if here.focus.kind == "point" else chain

    def _outer(self, structure: SpeechStructure, unit: str) -> bool:
        """Whether a unit counts the parts of the speech; 条 and 节 do where its headings are called so."""
        kind = patterns.OUTER_UNITS.get(unit)
        return kind is not None and (kind not in _INNER or any(one.kind == kind for one in structure.sections))

    def _speech(self) -> int | None:
        """The one speech that can be meant: named, that of the last answer, or the only one."""
        if self._within.numbers is not None:
            return self._within.numbers[0] if len(self._within.numbers) == 1 else None
        if self._here is not None:
            return self._here.base.speech
        return 0 if self._desk.generation.catalog.names.count() == 1 else None

    def _each(self, part: Callable[[SpeechStructure, int], Point | None]) -> Answer | None:
        """The same of every speech that can be meant, the first few."""
        catalog = self._desk.generation.catalog
        numbers = range(catalog.names.count()) if self._within.numbers is None else self._within.numbers
        points: list[Point] = []
        for number in numbers[:_TRIED]:
            structure = self._structures.speech(number)
            found = part(structure, len(points) + 1)
            if len(points) == SPEECHES:
                break
            if found is not None:
                base = Base(number, None)
                points.append(replace(found, points=found.points or self._inner(structure, found, base)))
        if not any(point.passage for point in points):
            return None
        if len(points) == 1 and len(numbers) <= _TRIED:
            return self._only(points[0])
        some = len(numbers) > SPEECHES
        wording = zh_intents.WHICH_SOME if some else zh_intents.WHICH
        scope = self._headed(wording.format(count=len(numbers), shown=len(points)))
        return self._given("outline", points, scope, None)

    def _only(self, point: Point) -> Answer | None:
        """The answer where one speech alone has such a part."""
        row = self._desk.generation.catalog.find(point.passage)
        if row is None:
            return None
        structure = self._structures.of_row(row)
        base = Base(structure.speech.number, structure.around(row, len(point.section)))
        found = self.point(base) if base.section is not None else self.outline(base)
        scope = self._headed(zh_intents.ONLY_ONE.format(path=structure.named(base)))
        return None if found is None else replace(found, scope=scope)

    def _inner(self, structure: SpeechStructure, point: Point, base: Base) -> tuple[Point, ...]:
        """What a section is divided into."""
        section = next((n for n in range(len(structure.sections)) if structure.path(n) == point.section), None)
        return structure.points(replace(base, section=section)) if section is not None else ()

    def _after(self) -> str:
        """What the answer's header begins with."""
        named = self._within.numbers is not None or bool(self._within.header)
        return "" if self._here is None or named else zh_intents.AFTER.format(scope="")

    def _headed(self, scope: str) -> str:
        return zh_intents.JOIN.join(filter(None, (self._within.header, scope)))
