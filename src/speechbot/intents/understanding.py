"""What a question asks of the structure, read from its words alone; anything doubtful is plain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from speechbot.intents import patterns
from speechbot.language.text import fold
from speechbot.parsing.headings import number_of

if TYPE_CHECKING:
    import re
    from collections.abc import Container

# Characters; longer questions say in full what they want.
LONGEST = 100
_LONGEST_NAME = 16
LAST = -1  # number of the last part or speech


@dataclass(frozen=True, slots=True)
class Part:
    """A part by its number, ``LAST`` for the last; ``unit`` is what it is called."""

    number: int
    unit: str


@dataclass(frozen=True, slots=True)
class Plain:
    """What is searched as it stands."""


@dataclass(frozen=True, slots=True)
class SpeechesAsked:
    """Which speeches there are."""


@dataclass(frozen=True, slots=True)
class OutlineAsked:
    """How a whole speech is divided; ``topic`` names it in the asker's words, "" where it is not named so."""

    topic: str = ""


@dataclass(frozen=True, slots=True)
class PointsAsked:
    """Which points a part has.

    Attributes:
        parts: The part by number, from the outside in.
        topic: The part by what it is about, in the asker's words; "" where it is not named so.
        here: Whether it is the place of the last answer, 这一部分.
        named: Whether the topic was called a part of the text or put in quotation marks.
    """

    parts: tuple[Part, ...] = ()
    topic: str = ""
    here: bool = False
    named: bool = False


@dataclass(frozen=True, slots=True)
class PointAsked:
    """What a part says; ``topic`` is what the first of ``parts`` is a part of, "" for the speech or the last answer."""

    parts: tuple[Part, ...]
    topic: str = ""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What goes on from the last answer; one of ``patterns.FOLLOW_UPS``."""

    kind: str


Intent: TypeAlias = Plain | SpeechesAsked | OutlineAsked | PointsAsked | PointAsked | FollowUp


@dataclass(frozen=True, slots=True)
class Constraints:
    """Where a question wants to be answered from; all of it holds.

    Attributes:
        speech: Number of the speech in the order of the index, from 1; ``LAST`` for the last; 0 for any.
        title: Its title or a part of it, folded; "" for any.
        date: When it was given, ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; "" for any.
        speaker: Who gave it; "" for anybody.
        topic: A heading, or words of one; "" for anywhere.
    """

    speech: int = 0
    title: str = ""
    date: str = ""
    speaker: str = ""
    topic: str = ""

    def __bool__(self) -> bool:
        """Whether there are any."""
        return self != Constraints()


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as it was understood.

    Attributes:
        intent: What is asked.
        constraints: Of what.
        rest: The question without the words that became constraints, folded.
    """

    intent: Intent
    constraints: Constraints
    rest: str

    @property
    def plain(self) -> bool:
        """Whether the question is searched as it stands, everywhere."""
        return isinstance(self.intent, Plain) and not self.constraints


def read(question: str, *, speakers: Container[str] = ()) -> Reading:
    """Understand a question.

    Args:
        question: The question.
        speakers: Names that are understood as those of speakers, folded.
    """
    folded = fold(question).strip()
    line = patterns.POLITE.sub("", patterns.CLOSING.sub("", folded))
    if not 1 < len(line) <= LONGEST:
        return Reading(Plain(), Constraints(), folded)
    constraints, rest = _constraints(line, speakers)
    intent = _intent(rest, bound=bool(constraints))
    if isinstance(intent, Plain) and not rest:
        intent = OutlineAsked() if constraints.speech or constraints.title else Plain()
    if isinstance(intent, Plain) and not constraints:
        return Reading(intent, constraints, folded)
    return Reading(intent, constraints, rest)


def _intent(line: str, *, bound: bool) -> Intent:
    """What is asked; ``bound`` says that a speech has been named."""
    text = patterns.PARTICLE.sub("", line)
    going_on = patterns.LEAD.sub("", text)
    for kind, pattern in patterns.FOLLOW_UPS.items():
        if not bound and (pattern.fullmatch(text) or pattern.fullmatch(going_on)):
            return FollowUp(kind)
    if patterns.SPEECHES.fullmatch(text):
        return SpeechesAsked()
    whole = patterns.WHOLE.match(text)
    for rest in (text, text[whole.end() :] if whole else text):
        if patterns.OUTLINE.fullmatch(rest):
            return OutlineAsked()
    named = patterns.OUTLINE_OF.fullmatch(text)
    if named:
        return OutlineAsked(_topic(named["topic"]))
    found = _point(going_on) or _points(going_on, bound=bound)
    return Plain() if found is None else found


def _point(text: str) -> PointAsked | None:
    """第二点具体怎么说, 抓落实的第二点; None for anything else."""
    first = patterns.PARTS.search(text)
    if first is None:
        return None
    parts, rest = _parts(text[first.start() :])
    if not parts or not patterns.TOLD.fullmatch(rest) or patterns.COUNTED.fullmatch(rest):
        return None
    before = text[: first.start()]
    whole = patterns.WHOLE.fullmatch(before)
    topic = "" if whole or patterns.THIS.fullmatch(before) else _topic(before)
    if before and not whole and (len(topic) < 2 or parts[0].unit not in patterns.TOPIC_UNITS):
        return None if topic or before not in patterns.BEFORE_PART else PointAsked(parts)
    return PointAsked(parts, topic)


def _points(text: str, *, bound: bool) -> PointsAsked | OutlineAsked | None:
    """讲了哪几点 and the like; None for anything else."""
    if patterns.BARE.fullmatch(text):
        return PointsAsked()
    here = patterns.THIS.match(text)
    if here and (patterns.LISTED.fullmatch(text, here.end()) or patterns.COUNTED.fullmatch(text, here.end())):
        return PointsAsked(here=True)
    whole = patterns.WHOLE.match(text)
    start = whole.end() if whole else 0
    if (whole or bound) and any(
        one.fullmatch(text, start) for one in (patterns.LISTED, patterns.BARE, patterns.COUNTED)
    ):
        return OutlineAsked()
    parts, rest = _parts(text[start:])
    if parts and (patterns.LISTED.fullmatch(rest) or patterns.COUNTED.fullmatch(rest)):
        return PointsAsked(parts)
    return _topic_points(text[start:], parts)


def _topic_points(text: str, parts: tuple[Part, ...]) -> PointsAsked | None:
    """The points of what is named by its subject, the number before it aside."""
    quoted = patterns.QUOTED.search(text)
    for ending in (patterns.COUNTED, patterns.DIVIDED, patterns.RECITED, patterns.LISTED):
        found = _ending(ending, text)
        if found is None:
            continue
        subject = text[:found]
        marked = patterns.MARKED.search(subject)
        cited = quoted is not None and quoted.end() == found
        named = bool(marked or parts or cited)
        if ending is patterns.LISTED and not (marked or (parts and not patterns.IS_WHAT.match(text, found))):
            continue
        if ending is patterns.RECITED and not named:
            continue
        if ending is patterns.DIVIDED and not (named or patterns.MANNER.match(subject)):
            continue
        # The number of a part goes with its name: 第十章党团
        topic = quoted["topic"] if quoted else _topic(subject[: marked.start()] if marked else subject)
        if len(topic) >= 2:
            return PointsAsked((), topic, named=named)
    return None


def _ending(pattern: re.Pattern[str], text: str) -> int | None:
    """Where the earliest ending of this kind starts, not before the third character."""
    found = pattern.search(text, min(2, len(text)))
    return found.start() if found and found[0] else None


def _parts(text: str) -> tuple[tuple[Part, ...], str]:
    """The parts by number that a text starts with, and what comes after them."""
    parts: list[Part] = []
    while (found := patterns.PARTS.match(text)) is not None:
        number = LAST if found["last"] else _number(found["number"])
        if not number:
            break
        parts.append(Part(number, found["unit"]))
        text = text[found.end() :]
    return tuple(parts), text


def _topic(text: str) -> str:
    return patterns.TOPIC_TAIL.sub("", patterns.TOPIC_HEAD.sub("", text))


def _number(digits: str) -> int:
    """Value of a numeral; 0 for what is none."""
    try:
        return number_of(digits)
    except (KeyError, ValueError):
        return 0


def _constraints(line: str, speakers: Container[str]) -> tuple[Constraints, str]:
    """Where to look, and the rest of the question; the very question where nothing is said about that."""
    found, rest = Constraints(), line
    for _ in range(3):
        taken = _taken(rest, found, speakers)
        if taken is None:
            break
        found, rest = taken
    part = patterns.BY_PART.fullmatch(rest)
    if part and not part["topic"].startswith(patterns.NO_PART):
        return replace(found, topic=_topic(part["topic"])), part["rest"]
    return found, rest


def _taken(line: str, known: Constraints, speakers: Container[str]) -> tuple[Constraints, str] | None:
    """One more constraint, and the question without it."""
    for pattern in (patterns.BY_NUMBER, patterns.BY_TITLE, patterns.BY_DATE):
        match = pattern.search(line)
        if match is None or (match.start() and not (match["on"] and match["inside"])):
            continue
        rest = line[: match.start()] + line[match.end() :]
        sure = match["inside"] or (pattern is patterns.BY_DATE) or match[0].endswith(",")
        if not sure and rest and isinstance(_intent(rest, bound=True), Plain):
            continue
        return _with(known, pattern, match), rest
    if not known.speaker:
        for size in range(_LONGEST_NAME, 1, -1):
            said = patterns.BY_SPEAKER.match(line, size) if line[:size] in speakers else None
            if said and line[said.end() :]:
                return replace(known, speaker=line[:size]), patterns.NOT_SAID.sub("", line[said.end() :])
    return None


def _with(known: Constraints, pattern: re.Pattern[str], match: re.Match[str]) -> Constraints:
    if pattern is patterns.BY_NUMBER:
        number = LAST if match["last"] else 1 if match["first"] else _number(match["number"])
        return replace(known, speech=number)
    if pattern is patterns.BY_TITLE:
        return replace(known, title=match["title"])
    date = f"{_number(match['year']):04}"
    for name in ("month", "day"):
        value = _number(match[name]) if match[name] else 0
        if not value:
            break
        date += f"-{value:02}"
    return replace(known, date=date)
