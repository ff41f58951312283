"""What the ledger holds, as frozen rows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """What was decided about a person or a group; ``UNKNOWN`` is nothing."""

    ALLOWED = "allowed"
    DENIED = "denied"
    PENDING = "pending"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """Where a question was asked."""

    PRIVATE = "private"
    GROUP = "group"
    INLINE = "inline"


class Vote(StrEnum):
    """What a person thinks of an answer."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True)
class Person:
    """Somebody who wrote to the bot, or about whom an admin decided.

    Attributes:
        user_id: Telegram's number.
        name: As last seen; empty for whom the bot never saw.
        username: Without the @; None where there is none.
        standing: What was decided.
        by: Who decided.
        since: When it was decided, in Unix seconds.
        seen: When the person last wrote.
    """

    user_id: int
    name: str
    username: str | None
    standing: Standing
    by: int | None
    since: float | None
    seen: float | None


@dataclass(frozen=True)
class Group:
    """A group chat; the attributes are those of a person."""

    chat_id: int
    title: str
    standing: Standing
    by: int | None
    since: float | None


@dataclass(frozen=True)
class Question:
    """A question and how it was answered.

    Attributes:
        text: The question; None where questions are not to be kept.
        user_id: Who asked; None for an anonymous admin of a group.
        chat_id: Where; None for an inline query.
        message_id: In which message; None likewise.
        kind: Private, in a group, or inline.
        found: Whether there was an answer.
        confidence: The probability that it is right.
        passages: Ids of the passages shown.
        milliseconds: How long the answer took.
        generation: Of the index.
        asked: When, in Unix seconds.
        row: Its number in the ledger; 0 before it is there.
    """

    text: str | None
    user_id: int | None
    chat_id: int | None
    message_id: int | None
    kind: Kind
    found: bool
    confidence: float
    passages: tuple[str, ...]
    milliseconds: float
    generation: str
    asked: float
    row: int = 0


@dataclass(frozen=True)
class Gap:
    """A question that the materials do not answer well.

    Attributes:
        text: As it was asked.
        unanswered: How often nothing was found.
        down: How many votes found an answer to it bad.
        last: When it was last asked.
    """

    text: str
    unanswered: int
    down: int
    last: float


@dataclass(frozen=True)
class Day:
    """One day's questions; days begin at midnight in China."""

    date: str
    questions: int
    found: int
    people: int


@dataclass(frozen=True)
class Usage:
    """Questions of some time.

    Attributes:
        questions: How many.
        found: How many were answered.
        people: How many different people asked.
        up: Good votes on them.
        down: Bad votes on them.
        median_ms: Half of the answers took no longer, those of inline mode left out; None without others.
        p95_ms: 95 of 100 took no longer.
        days: Day by day, those without questions left out.
    """

    questions: int
    found: int
    people: int
    up: int
    down: int
    median_ms: float | None
    p95_ms: float | None
    days: tuple[Day, ...]
