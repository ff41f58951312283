"""Each question first comes here: answered from the structure, or sent on to be searched, everywhere or in a part."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from speechbot.intents.scopes import Limits, find_part, limits
from speechbot.intents.speech_structure import Structures
from speechbot.intents.structure_answers import StructureAnswers
from speechbot.intents.turns import Turns, place
from speechbot.intents.understanding import FollowUp, Plain, read
from speechbot.models import Answer
from speechbot.points import Focus
from speechbot.wording import zh_intents

if TYPE_CHECKING:
    from speechbot.intents.scopes import Desk, Rows
    from speechbot.intents.understanding import Reading

# Turns that mean nothing without an answer before.
_BESIDE = frozenset({"next", "previous", "next point", "previous point"})


@dataclass(frozen=True, slots=True)
class Search:
    """What is to be searched.

    Attributes:
        question: The question without what became constraints.
        rows: Where; None for everywhere.
        scope: What to tell the reader of it.
    """

    question: str
    rows: Rows | None = None
    scope: str = ""


def receive(
    desk: Desk, question: str, k: int, rows: Rows | None, after: Answer | Focus | str | None
) -> Answer | Search:
    """Answer a question from the structure, or say what to search.

    Args:
        desk: Who searches and cites.
        question: The question on one line.
        k: How many hits at most, of a search.
        rows: The passages that count, ascending; None for all.
        after: The last answer, or its focus.
    """
    reading = read(question, speakers=desk.generation.catalog.names.speakers)
    if reading.plain:
        return Search(question, rows)
    structures = Structures(desk.generation)
    if isinstance(reading.intent, FollowUp):
        lost = reading.intent.kind in _BESIDE and place(desk, structures, after) is None
        found = _going_on(desk, structures, reading.intent, (question, k), after)
        return found or Search(question, rows, zh_intents.NO_PLACE if lost else "")
    within = limits(desk.generation.catalog, structures, reading.constraints, rows)
    if not within.kept:
        return Search(question, rows, within.header)
    answers = StructureAnswers(desk, structures, question, within, place(desk, structures, after))
    found = answers.answer(reading.intent)
    if found is not None:
        return found
    return _narrowed(desk, structures, reading, within, question)


def _going_on(
    desk: Desk, structures: Structures, intent: FollowUp, asked: tuple[str, int], after: Answer | Focus | str | None
) -> Answer | None:
    """The answer to a question (with its ``k``) that goes on from another; None without that one."""
    here = place(desk, structures, after)
    if here is None:
        return None
    answers = StructureAnswers(desk, structures, asked[0], Limits(), here)
    last = after if isinstance(after, Answer) else None
    return Turns(desk, answers, here, last, asked).answer(intent.kind)


def _narrowed(desk: Desk, structures: Structures, reading: Reading, within: Limits, question: str) -> Search:
    """The search that is left: in the speeches and under the heading that were named."""
    topic = reading.constraints.topic
    asked = reading.rest if isinstance(reading.intent, Plain) and reading.constraints else question
    if not topic:
        return Search(asked, within.rows, within.header)
    part = find_part(desk, structures, topic, within.rows, divided=False)
    if part is None:
        return Search(question, within.rows, within.header)
    structure = structures.speech(part.base.speech)
    found = structure.rows(part.base.section)
    rows = np.arange(found.start, found.stop)
    if within.rows is not None:
        rows = np.intersect1d(rows, within.rows, assume_unique=True)
    places = zh_intents.ONLY_SECTION.format(path=structure.named(part.base))
    return Search(asked, rows, zh_intents.ONLY.format(places=places))


def searched(answer: Answer, search: Search, question: str) -> Answer:
    """The answer of a search, with where it looked and what a following question is about."""
    focus = Focus.of(answer.hits[0].passage) if answer.found and answer.hits else None
    return replace(answer, scope=search.scope, focus=focus, asked=question)
