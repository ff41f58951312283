"""Phrase trace: every use of a phrase, the earliest first, counted by speech and by year."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from speechbot.language.skeleton import skeleton
from speechbot.tracing.occurrences import Occurrence, Places, Texts
from speechbot.tracing.readings import LONGEST_PHRASE, SHORTEST_PHRASE, checked, unquoted

if TYPE_CHECKING:
    from speechbot.indexing.generation import Generation

SHOWN = 20  # occurrences that are looked up by default


@dataclass(frozen=True, slots=True)
class SpeechUse:
    """A speech that a phrase occurs in.

    Attributes:
        number: Its position in the index.
        speech: Its title.
        source: Name of its file.
        date: When it was given; "" where that is not known.
        speaker: Who gave it; likewise.
        count: How often the phrase occurs in it, 1 or more.
    """

    number: int
    speech: str
    source: str
    date: str
    speaker: str
    count: int

    def to_dict(self) -> dict[str, Any]:
        """The speech as ``--json`` prints it."""
        return {name: getattr(self, name) for name in ("speech", "source", "date", "speaker", "count")}


@dataclass(frozen=True, slots=True)
class YearUse:
    """A year in which a phrase occurs.

    Attributes:
        year: Four digits.
        count: How often it occurs in the year's speeches, 1 or more.
        speeches: In how many of them.
    """

    year: str
    count: int
    speeches: int

    def to_dict(self) -> dict[str, Any]:
        """The year as ``--json`` prints it."""
        return {"year": self.year, "count": self.count, "speeches": self.speeches}


@dataclass(frozen=True, slots=True)
class Trace:
    """What ``trace`` returns.

    Attributes:
        phrase: The phrase as it was given, without quotation marks around it.
        count: How often it occurs, overlapping occurrences included.
        occurrences: The first ones: by date, then by place; those of speeches without a date last, in the order of the index.
        by_speech: The speeches that it occurs in, in the same order.
        by_year: The years that it occurs in, ascending; speeches without a date are left out.
        speeches: How many speeches were searched.
        dated: How many of these have a date.
    """

    phrase: str
    count: int
    occurrences: tuple[Occurrence, ...]
    by_speech: tuple[SpeechUse, ...]
    by_year: tuple[YearUse, ...]
    speeches: int
    dated: int

    @property
    def first(self) -> Occurrence | None:
        """The earliest use, as far as dates are known; None where no dated speech has one, or none was looked up."""
        return self.occurrences[0] if self.occurrences and self.occurrences[0].date else None

    @property
    def undated(self) -> int:
        """How many occurrences stand in speeches without a date."""
        return sum(use.count for use in self.by_speech if not use.date)

    def to_dict(self) -> dict[str, Any]:
        """The trace as ``--json`` prints it."""
        return {
            "phrase": self.phrase,
            "count": self.count,
            "speeches": self.speeches,
            "dated": self.dated,
            "undated": self.undated,
            "first": self.first.to_dict() if self.first else None,
            "by_year": [use.to_dict() for use in self.by_year],
            "by_speech": [use.to_dict() for use in self.by_speech],
            "occurrences": [one.to_dict() for one in self.occurrences],
        }


def trace(
    generation: Generation, texts: Texts, phrase: str, k: int = SHOWN, *, source: str | None = None, speech: str | None = None
) -> Trace:
    """Trace a phrase; see ``Retriever.trace``."""
    limits = {"shortest": SHORTEST_PHRASE, "longest": LONGEST_PHRASE}
    bare = unquoted(checked(phrase, **limits, phrase=True))
    wording = skeleton(checked(bare, **limits, phrase=True)).text
    wanted = _speeches(generation, source, speech)
    spots = sorted(texts.find(wording, wanted), key=lambda spot: (*_when(texts, spot.speech), spot.start))
    counts = Counter(spot.speech for spot in spots)
    places = Places(generation, texts)
    searched = [one for one in texts.spoken if wanted is None or one.number in wanted]
    by_speech = tuple(
        SpeechUse(number, one.title, one.source, one.date, one.speaker, count)
        for number, count in counts.items()
        for one in (texts.spoken[number],)
    )
    return Trace(
        bare,
        len(spots),
        tuple(places.occurrence(spot.speech, spot.start, spot.end) for spot in spots[: max(k, 0)]),
        by_speech,
        _by_year(by_speech),
        len(searched),
        sum(bool(one.date) for one in searched),
    )


def _when(texts: Texts, speech: int) -> tuple[bool, str, int]:
    """Order of speeches: by date, those without one last; then as in the index."""
    date = texts.spoken[speech].date
    return not date, date, speech


def _by_year(uses: tuple[SpeechUse, ...]) -> tuple[YearUse, ...]:
    years = sorted({use.date[:4] for use in uses if use.date})
    found = []
    for year in years:
        own = [use.count for use in uses if use.date[:4] == year]
        found.append(YearUse(year, sum(own), len(own)))
    return tuple(found)


def _speeches(generation: Generation, source: str | None, speech: str | None) -> frozenset[int] | None:
    """Numbers of the speeches that the filters leave; None for all.

    Raises:
        FilterError: None.
    """
    if source is None and speech is None:
        return None
    catalog = generation.catalog
    rows = catalog.rows(source=source, speech=speech)
    return frozenset(catalog.speeches_of(rows.tolist()))
