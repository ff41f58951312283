"""Answers that the structure alone gives: outlines, points, lists of speeches."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from speechbot.intents import patterns
from speechbot.intents.scopes import Desk, Limits, find_part, is_title
from speechbot.intents.speech_structure import Base, SpeechStructure, Structures
from speechbot.intents.understanding import OutlineAsked, Part, PointAsked, PointsAsked, SpeechesAsked
from speechbot.models import Answer, Focus, Hit, Point
from speechbot.wording import zh_intents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from speechbot.intents.understanding import Intent
    from speechbot.models import Passage

# Hits of an outline or a point, and speeches of a list, at most.
MOST = 30
# Speeches that are answered for where none is named.
SPEECHES = 5
# Kinds of headings whose names are used for points as well.
_INNER = frozenset(map(patterns.OUTER_UNITS.get, patterns.ALSO_POINTS))


@dataclass(frozen=True, slots=True)
class Here:
    """The place of the last answer.

    Attributes:
        focus: The focus itself.
        row: Row of its passage.
        structure: Its speech.
        base: Its section, whole speech, or paragraph.
    """

    focus: Focus
    row: int
    structure: SpeechStructure
    base: Base


class StructureAnswers:
    """Answers one question from the structure; None where the structure has no answer."""

    def __init__(self, desk: Desk, structures: Structures, question: str, within: Limits, here: Here | None) -> None:
        """Set up for one question.

        Args:
            desk: Who searches and cites.
            structures: The speeches.
            question: As asked.
            within: The speeches that count.
            here: The place of the last answer, if the question goes on from one.
        """
        self._desk = desk
        self._structures = structures
        self._question = question
        self._within = within
        self._here = here

    def answer(self, intent: Intent) -> Answer | None:  # noqa: PLR0911 - one for each kind
        """The answer to what is asked."""
        match intent:
            case SpeechesAsked():
                return self._speeches()
            case OutlineAsked():
                return self._whole()
            case PointsAsked(parts, topic, here):
                if topic:
                    return self._topic(topic)
                if here and self._here is None:
                    return None
                return self._parts_points(parts) if parts else self._points_here()
            case PointAsked(parts, topic):
                return self._point_asked(parts, topic)
            case _:
                return None

    def outline(self, base: Base, *, sure: float = 1.0, head: str = "", unnumbered: bool = True) -> Answer | None:
        """What a part is divided into; None where it is not."""
        structure = self._structures.speech(base.speech)
        points = structure.points(base, nested=base.section is None, unnumbered=unnumbered)
        if len(points) < 2:
            return None
        if points[0].kind == "paragraph":
            wording = zh_intents.PARAGRAPHS
        elif base.row is not None:
            wording = zh_intents.INSIDE
        else:
            wording = zh_intents.POINTS if base.section is not None or points[0].kind == "inside" else zh_intents.WHOLE
        scope = head + wording.format(path=structure.named(base), count=len(points))
        return self._given("outline", points, scope, self.focus(base, points), sure=sure)

    def point(self, base: Base, *, head: str = "", sure: float = 1.0) -> Answer | None:
        """The text of a section, with its points where it has some."""
        structure = self._structures.speech(base.speech)
        rows = structure.rows(base.section)
        passages = structure.passages(rows[:MOST])
        if not passages:
            return None
        points = structure.points(base)
        points = points if len(points) > 1 else ()
        focus = self.focus(base, points)
        if focus and not points:
            focus = replace(focus, kind="point")
        scope = head + zh_intents.POINT.format(path=structure.named(base))
        hits = tuple(self._desk.cite(passages, sure, past=True))
        found = self._answer("point", hits, scope, focus, sure=sure, points=points)
        return replace(found, more=len(rows) - len(passages))

    def inside(self, point: Point, *, head: str = "", sure: float = 1.0) -> Answer:
        """A point inside a paragraph, or a paragraph, with the paragraph that it stands in."""
        catalog = self._desk.generation.catalog
        row = catalog.find(point.passage)
        structure = self._structures.of_row(row or 0)
        passages = structure.passages(range(row or 0, (row or 0) + 1))
        hits = tuple(self._desk.cite(passages, sure, [point.span[0] if point.span else 0]))
        scope = head + structure.named(
            Base(structure.speech.number, structure.around(row or 0, len(point.section)), row)
        )
        return self._answer("point", hits, scope, point.focus, sure=sure, points=(point,))

    def refusal(self, scope: str, *, points: Sequence[Point] = (), focus: Focus | None = None) -> Answer:
        """That the place has no such thing; with what it has."""
        hits = self._hits(points, 0.0)
        return self._answer("outline" if points else "point", hits, scope, focus, sure=0.0, points=points, found=False)

    def nth(self, base: Base, part: Part, *, head: str = "", sure: float = 1.0) -> Answer | None:
        """A point of a part by its number, or what the part has instead; None where it has no points."""
        structure = self._structures.speech(base.speech)
        inner = self.section_of(base, part)
        if inner is not None:
            return self.point(inner, head=head, sure=sure)
        points = structure.points(base, unnumbered=True)
        if len(points) < 2:
            return None
        if part.number <= len(points) and points[0].kind != "section":
            return self.inside(points[part.number - 1 if part.number > 0 else -1], head=head, sure=sure)
        scope = head + zh_intents.NO_POINT.format(path=structure.named(base), number=part.number, count=len(points))
        return self.refusal(scope, points=points, focus=self.focus(base, points))

    def section_of(self, base: Base, part: Part) -> Base | None:
        """The section that a number means: of its own style anywhere in the speech, or right below a part."""
        if base.row is not None:
            return None
        structure = self._structures.speech(base.speech)
        kind = patterns.OUTER_UNITS.get(part.unit)
        kinds = [number for number, one in enumerate(structure.sections) if one.kind == kind] if kind else []
        if base.section is not None:
            kinds = [one for one in kinds if base.section in structure.chain(one)[1:]]
        children = structure.children(base.section)
        found = structure.nth(kinds, part.number) if kinds else None
        if found is None and len(children) > 1:
            found = structure.nth(children, part.number)
        return None if found is None else Base(base.speech, found)

    def focus(self, base: Base, points: Sequence[Point] = ()) -> Focus | None:
        """The focus on a part."""
        structure = self._structures.speech(base.speech)
        path = structure.path(base.section)
        if base.row is not None:
            (passage,) = structure.passages(range(base.row, base.row + 1))
            return Focus(passage.id, "outline", len(passage.section), 1)
        rows = structure.rows(base.section)
        first = next((one for one in structure.passages(rows[:MOST]) if one.section[: len(path)] == path), None)
        named = first.id if first else next((one.passage for one in points if one.passage), "")
        return Focus(named, "outline", len(path)) if named else None

    # What is asked without a number

    def _speeches(self) -> Answer | None:
        """The list of the speeches."""
        catalog = self._desk.generation.catalog
        count = catalog.speech_count() if self._within.numbers is None else len(self._within.numbers)
        numbers = range(count) if self._within.numbers is None else self._within.numbers
        points = [self._structures.speech(one).whole(at) for at, one in enumerate(numbers[:MOST], 1)]
        wording = zh_intents.SPEECHES if count <= MOST else zh_intents.SPEECHES_SOME
        scope = (self._within.called or zh_intents.ALL_SPEECHES) + wording.format(count=count, shown=len(points))
        focus = Focus(points[0].passage, "speeches") if points and points[0].passage else None
        return self._given("speeches", [replace(one, points=()) for one in points], scope, focus)

    def _whole(self) -> Answer | None:
        """The outline of the speech that is meant, or of each that can be."""
        speech = self._speech()
        if speech is not None:
            structure = self._structures.speech(speech)
            scope = zh_intents.NO_OUTLINE.format(path=structure.named(), count=len(structure.speech.rows))
            found = self.outline(Base(speech), head=self._after())
            return found or self.refusal(self._after() + scope, focus=self.focus(Base(speech)))
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

    def _topic(self, topic: str) -> Answer | None:
        """The points of the part that a topic names."""
        if is_title(topic):
            titled = self._desk.generation.catalog.titled(topic)
            if len(titled) == 1:
                return self.outline(Base(titled[0]))
        found = None
        if self._here is not None and self._within.numbers is None:
            rows = self._desk.generation.catalog.rows_of([self._here.base.speech])
            found = find_part(self._desk, self._structures, topic, rows, loose=False)
        found = found or find_part(self._desk, self._structures, topic, self._within.rows)
        if found is None:
            return None
        answer = self.outline(found.base, sure=found.probability)
        if answer is None:
            return None
        scope = answer.scope + (zh_intents.ELSEWHERE if found.elsewhere else "")
        return replace(answer, scope=scope)

    # What is asked by number

    def _parts_points(self, parts: Sequence[Part]) -> Answer | None:
        """The points of a part by number."""
        base = self._base(parts)
        if base is None:
            return self._each(lambda structure, at: self._nth_of(structure, parts, at))
        return self.outline(base, head=self._after()) or self.point(base, head=self._after())

    def _point_asked(self, parts: Sequence[Part], topic: str) -> Answer | None:
        """The text of a point by number."""
        *outer, last = parts
        if topic:
            found = find_part(self._desk, self._structures, topic, self._within.rows)
            return None if found is None else self.nth(found.base, last, sure=found.probability)
        if outer:
            base = self._base(outer)
            if base is not None:
                return self.nth(base, last, head=self._after())
            return self._each(lambda structure, at: self._nth_of(structure, parts, at))
        for base in self._bases(last):
            found_here = self.nth(base, last, head=self._after())
            if found_here is not None and found_here.found:
                return found_here
        bases = self._bases(last)
        if bases:
            return next(filter(None, (self.nth(base, last, head=self._after()) for base in bases)), None)
        return self._each(lambda structure, at: self._nth_of(structure, parts, at))

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
        return 0 if self._desk.generation.catalog.speech_count() == 1 else None

    def _each(self, part: Callable[[SpeechStructure, int], Point | None]) -> Answer | None:
        """The same of every speech that can be meant, the first few."""
        catalog = self._desk.generation.catalog
        numbers = range(catalog.speech_count()) if self._within.numbers is None else self._within.numbers
        points: list[Point] = []
        for number in numbers[: SPEECHES * 4]:
            structure = self._structures.speech(number)
            found = part(structure, len(points) + 1)
            if found is not None and len(points) < SPEECHES:
                base = Base(number, None)
                points.append(replace(found, points=found.points or self._inner(structure, found, base)))
        if not any(point.passage for point in points):
            return None
        if len(points) == 1 and len(numbers) <= SPEECHES * 4:
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

    # The parts of an answer

    def _after(self) -> str:
        """What the answer's header begins with."""
        named = self._within.numbers is not None or bool(self._within.header)
        return "" if self._here is None or named else zh_intents.AFTER.format(scope="")

    def _headed(self, scope: str) -> str:
        return zh_intents.JOIN.join(filter(None, (self._within.header, scope)))

    def _given(
        self, kind: str, points: Sequence[Point], scope: str, focus: Focus | None, *, sure: float = 1.0
    ) -> Answer | None:
        hits = self._hits(points, sure)
        return self._answer(kind, hits, scope, focus, sure=sure, points=points) if hits else None

    def _hits(self, points: Iterable[Point], sure: float) -> tuple[Hit, ...]:
        """The first passage of each point, each once."""
        first: dict[str, int] = {}
        for point in points:
            if point.passage:
                first.setdefault(point.passage, point.span[0] if point.span else 0)
        passages: list[Passage] = []
        catalog = self._desk.generation.catalog
        rows = [row for one in list(first)[:MOST] if (row := catalog.find(one)) is not None]
        for row in rows:
            passages += self._structures.of_row(row).passages(range(row, row + 1))
        return tuple(self._desk.cite(passages, sure, [first[one.id] for one in passages]))

    def _answer(  # noqa: PLR0913 - one for each thing that differs
        self,
        kind: str,
        hits: Sequence[Hit],
        scope: str,
        focus: Focus | None,
        *,
        sure: float,
        points: Sequence[Point] = (),
        found: bool = True,
    ) -> Answer:
        return Answer(
            *(self._question, tuple(hits), found, sure, None, kind, tuple(points), scope, focus), asked=self._question
        )


def inside_of(structure: SpeechStructure, row: int, number: int) -> Point | None:
    """A point of a paragraph by its number; None where it has no such one."""
    points = structure.points(Base(structure.speech.number, None, row))
    return points[number - 1] if points and 0 < number <= len(points) else None
