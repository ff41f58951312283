"""What answers about structure are made of: outlines of parts, texts of points, refusals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from speechbot.intents import patterns
from speechbot.intents.speech_structure import Base, SpeechStructure, Structures
from speechbot.models import Answer, Hit
from speechbot.points import Focus, Point
from speechbot.wording import zh_intents

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from speechbot.intents.scopes import Desk, Limits
    from speechbot.intents.understanding import Part
    from speechbot.models import Passage

# Hits of an outline or a point, and speeches of a list, at most.
MOST = 30


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


class AnswerParts:
    """Puts the answers to one question together; None where a part has nothing to show."""

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
        told = self._here is None or self._here.focus.kind != "passage"
        points = structure.points(base, unnumbered=told)
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
            *(self._question, tuple(hits), found, sure),
            kind=kind,
            points=tuple(points),
            scope=scope,
            focus=focus,
            asked=self._question,
        )


def inside_of(structure: SpeechStructure, row: int, number: int) -> Point | None:
    """A point of a paragraph by its number; None where it has no such one."""
    points = structure.points(Base(structure.speech.number, None, row))
    return points[number - 1] if points and 0 < number <= len(points) else None
