"""Parts of outlines, and the place that an answer is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Protocol, Self

# What the focus of each kind of answer begins with when it is written.
_FOCUS = {"passage": "p", "outline": "o", "point": "n", "speeches": "s"}
_WRITTEN = re.compile(r"([a-z]):([!-9;-~]{1,40}):([0-9]{1,2}):([0-9]{1,3})")


class Placed(Protocol):
    """What stands somewhere; ``Passage`` is such."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def section(self) -> tuple[str, ...]:
        """Headings from the top down to it."""


@dataclass(frozen=True, slots=True)
class Focus:
    """The place that an answer is about, for the questions that follow on it.

    Written by ``str`` it is short enough for a button and survives a rebuild, since passage ids do.

    Attributes:
        passage: Id of a passage there.
        kind: Kind of the answer, as in ``Answer``.
        level: How many of the headings above that passage name the place; 0 for the whole speech.
        number: Which of the points inside the paragraph it is, from 1; 0 for none of them.
    """

    passage: str
    kind: str = "passage"
    level: int = 0
    number: int = 0

    def __str__(self) -> str:
        """The focus in a few ASCII characters."""
        return f"{_FOCUS[self.kind]}:{self.passage}:{self.level}:{self.number}"

    @classmethod
    def of(cls, passage: Placed) -> Self:
        """The focus on a passage that was found."""
        return cls(passage.id, "passage", len(passage.section))

    @classmethod
    def parse(cls, written: str) -> Self | None:
        """What ``str`` wrote; None for anything else."""
        found = _WRITTEN.fullmatch(written)
        kinds = {letter: kind for kind, letter in _FOCUS.items()}
        if found is None or found[1] not in kinds:
            return None
        return cls(found[2], kinds[found[1]], int(found[3]), int(found[4]))


@dataclass(frozen=True, slots=True)
class Point:
    """A part of an outline: a speech, a section, a point inside a paragraph, or a paragraph.

    Attributes:
        title: The heading as it is cited, or else the words that the point begins with: always words of the source.
        kind: ``speech``, ``section``, ``inside`` (a point inside a paragraph) or ``paragraph``.
        speech: Title of the speech.
        source: Name of the source file.
        section: Headings from the top down, its own included where it has one.
        passage: Id of its first passage; "" where it holds none.
        level: Depth below the speech; 0 for a speech.
        number: Its place among its fellows, from 1.
        paragraphs: How many paragraphs it holds, whole or in part.
        span: Where its title stands in the passage's text, for what has no heading; else None.
        points: What it is divided into, as far as that was asked for.
        paragraph: Number of its first paragraph in the speech, from 1; 0 where it holds none.
        date: When the speech was given; "" where that is not known.
        speaker: Who gave it; likewise.
    """

    title: str
    kind: str
    speech: str
    source: str
    section: tuple[str, ...]
    passage: str
    level: int
    number: int
    paragraphs: int
    span: tuple[int, int] | None = None
    points: tuple[Point, ...] = ()
    paragraph: int = 0
    date: str = ""
    speaker: str = ""

    @property
    def focus(self) -> Focus | None:
        """Its place: ``ask`` with it as ``after`` goes on from there. None where it holds no passage."""
        if not self.passage:
            return None
        kind = "passage" if self.kind == "paragraph" else "point"
        return Focus(self.passage, kind, len(self.section), self.number if self.kind == "inside" else 0)

    def to_dict(self) -> dict[str, Any]:
        """The point as ``--json`` prints it."""
        names = (
            "title",
            "kind",
            "speech",
            "source",
            "date",
            "speaker",
            "passage",
            "level",
            "number",
            "paragraph",
            "paragraphs",
        )
        return {
            **{name: getattr(self, name) for name in names},
            "section": list(self.section),
            "span": list(self.span) if self.span else None,
            "focus": str(self.focus or ""),
            "points": [point.to_dict() for point in self.points],
        }
