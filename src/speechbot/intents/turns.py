"""A question after an answer: what it goes on from, and the paragraphs and points next to that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from speechbot.intents import patterns
from speechbot.intents.answer_parts import AnswerParts, Here, inside_of
from speechbot.intents.speech_structure import Base, sentences
from speechbot.language.text import fold
from speechbot.models import Answer
from speechbot.points import Focus
from speechbot.wording import zh_intents

if TYPE_CHECKING:
    from speechbot.intents.scopes import Desk
    from speechbot.intents.speech_structure import Structures
    from speechbot.models import Hit


def place(desk: Desk, structures: Structures, after: Answer | Focus | str | None) -> Here | None:
    """The place of the last answer; None where there is none, or its passage is gone."""
    focus = after.focus if isinstance(after, Answer) else Focus.parse(after) if isinstance(after, str) else after
    row = desk.generation.catalog.find(focus.passage) if focus is not None else None
    if focus is None or row is None:
        return None
    structure = structures.of_row(row)
    section = structure.around(row, focus.level)
    inside = focus.number > 0 and focus.kind in {"outline", "point"}
    return Here(focus, row, structure, Base(structure.speech.number, section, row if inside else None))


def _to_do(hit: Hit) -> tuple[int, int]:
    """The first sentence of a hit that says what to do; the one that it has where none does."""
    text = hit.passage.text
    said = (span for span in sentences(hit.passage) if patterns.TO_DO.search(text[slice(*span)]))
    return hit.highlight if patterns.TO_DO.search(text[slice(*hit.highlight)]) else next(said, hit.highlight)


class Turns:
    """Answers a question that goes on from the last answer."""

    def __init__(
        self, desk: Desk, answers: AnswerParts, here: Here, after: Answer | None, asked: tuple[str, int]
    ) -> None:
        """Set up for one question.

        Args:
            desk: Who searches.
            answers: Answers about the structure, for the same question.
            here: The place of the last answer.
            after: The last answer itself, where it is at hand.
            asked: The question, and how many hits at most of a search.
        """
        self._desk = desk
        self._answers = answers
        self._here = here
        self._after = after
        self._question, k = asked
        self._k = max(k, 1)

    def answer(self, kind: str) -> Answer | None:
        """The answer to one of ``patterns.FOLLOW_UPS``."""
        match kind:
            case "next":
                return self._step(1)
            case "previous":
                return self._step(-1)
            case "next point":
                return self._sibling(1)
            case "previous point":
                return self._sibling(-1)
            case "more":
                return self._more()
            case _:
                return self._detail()

    def _step(self, step: int) -> Answer:
        """The paragraph before or after."""
        here = self._here
        row = here.row + step
        if step > 0 and here.focus.kind == "point" and here.base.row is None and here.base.section is not None:
            row = here.structure.rows(here.base.section).stop
        if row not in here.structure.speech.rows:
            wording = zh_intents.NO_NEXT if step > 0 else zh_intents.NO_PREVIOUS
            return self._refusal(wording.format(path=self._paragraph(here.row)))
        wording = zh_intents.NEXT if step > 0 else zh_intents.PREVIOUS
        return self._read(range(row, row + 1), wording.format(path=self._paragraph(row)))

    def _sibling(self, step: int) -> Answer | None:
        """The point before or after, in the same part."""
        here = self._here
        head = zh_intents.AFTER.format(scope="")
        if here.base.row is not None and here.focus.kind == "point":
            point = inside_of(here.structure, here.row, here.focus.number + step)
            return self._answers.inside(point, head=head) if point else self._end(step)
        section = here.base.section
        if section is None:
            return self._step(step)
        fellows = here.structure.children(here.structure.sections[section].parent)
        at = fellows.index(section) + step if section in fellows else -1
        if not 0 <= at < len(fellows):
            return self._end(step)
        return self._answers.point(Base(here.base.speech, fellows[at]), head=head)

    def _end(self, step: int) -> Answer:
        wording = zh_intents.NO_NEXT_POINT if step > 0 else zh_intents.NO_PREVIOUS_POINT
        return self._refusal(wording.format(path=self._here.structure.named(self._here.base)))

    def _more(self) -> Answer | None:
        """Further hits of the last question; else what follows in the text."""
        here, last = self._here, self._after
        if last is not None and last.kind == "passage" and last.found and last.asked:
            shown = last.skipped + len(last.hits)
            kept = self._desk.again(last.asked, shown + self._k).hits[shown:]
            if kept:
                scope = zh_intents.MORE.format(question=last.asked)
                best = kept[0]
                focus = Focus.of(best.passage)
                return Answer(
                    *(self._question, kept, True, best.score),
                    scope=scope,
                    focus=focus,
                    asked=last.asked,
                    skipped=shown,
                )
        if here.focus.kind in {"outline", "point"} and here.base.section is not None:
            found = self._sibling(1)
            if found is None or here.focus.kind == "point":
                return found
            scope = found.scope.removeprefix(zh_intents.AFTER.format(scope=""))
            return replace(found, scope=zh_intents.LISTED_ALL.format(scope=scope))
        rows = here.structure.rows(here.base.section)
        rest = range(here.row + 1, max(rows.stop, here.row + 1))[: self._k] or range(here.row + 1, here.row + 2)
        if rest[0] not in here.structure.speech.rows:
            return self._refusal(zh_intents.NO_NEXT.format(path=self._paragraph(here.row)))
        searched = last is not None and last.kind == "passage" and last.asked
        wording = zh_intents.READ_ON_INSTEAD if searched else zh_intents.READ_ON
        return self._read(rest, wording.format(path=self._paragraph(rest[0])))

    def _detail(self) -> Answer | None:
        """What the place is divided into, or what it says in full, or the sentences of it that say what to do."""
        here = self._here
        if here.focus.kind == "outline" and here.base.row is None:
            return self._answers.point(here.base, head=zh_intents.AFTER.format(scope=""))
        if here.focus.kind == "passage":
            section = Base(here.base.speech, here.base.section)
            bases = [replace(section, row=here.row), *([] if here.base.section is None else [section])]
            outlines = (self._answers.outline(base, unnumbered=False) for base in bases)
            inside = next(filter(None, outlines), None)
            if inside is not None:
                return replace(inside, scope=zh_intents.AFTER.format(scope=inside.scope))
        alone = here.base.section is None or here.base.row is not None
        rows = range(here.row, here.row + 1) if alone else here.structure.rows(here.base.section)
        hits = self._how(rows)
        base = replace(here.base, row=here.row if here.base.section is None else None)
        scope = zh_intents.DETAIL.format(path=here.structure.named(base))
        return Answer(
            *(self._question, tuple(hits), True, 1.0),
            scope=zh_intents.AFTER.format(scope=scope),
            focus=Focus.of(hits[0].passage),
        )

    def _how(self, rows: range) -> list[Hit]:
        """Paragraphs with the sentences that say what to do: that of the last answer, then the others by their evidence."""
        here = self._here
        heading = here.structure.sections[here.base.section].title if here.base.section is not None else ""
        asked = " ".join(filter(None, (patterns.LABEL.sub("", fold(heading), count=1), fold(self._question))))
        found = self._desk.find(asked, len(rows), np.arange(rows.start, rows.stop))
        first = [hit for hit in found if hit.passage.id == here.focus.passage]
        others = [hit for hit in found if hit.passage.id != here.focus.passage]
        return [replace(hit, score=1.0, highlight=_to_do(hit)) for hit in [*first, *others][: self._k]]

    def _read(self, rows: range, scope: str) -> Answer:
        """Paragraphs to read on in."""
        passages = self._here.structure.passages(rows)
        last = passages[-1]
        return Answer(
            *(self._question, tuple(self._desk.cite(passages, 1.0, past=True)), True, 1.0),
            kind="point",
            scope=zh_intents.AFTER.format(scope=scope),
            focus=Focus.of(last),
        )

    def _refusal(self, scope: str) -> Answer:
        return self._answers.refusal(zh_intents.AFTER.format(scope=scope), focus=self._here.focus)

    def _paragraph(self, row: int) -> str:
        (passage,) = self._desk.generation.catalog.passages([row])
        section = self._here.structure.around(row, len(passage.section))
        return self._here.structure.named(Base(self._here.base.speech, section, row))
