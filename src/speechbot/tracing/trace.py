"""Phrase trace: every use of a phrase, the earliest first, counted by speech and by year."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from speechbot.language.skeleton import skeleton
from speechbot.tracing.occurrences import Occurrence, Places, Texts
from speechbot.tracing.readings import LONGEST_PHRASE, SHORTEST_PHRASE, checked, unquoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from speechbot.indexing.catalog import Spoken
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
    """A year with dated speeches among those that were searched.

    Attributes:
        year: Four digits.
        count: How often the phrase occurs in the year's speeches; may be 0.
        used: How many of them it occurs in.
        speeches: How many there are.
    """

    year: str
    count: int
    used: int
    speeches: int

    def to_dict(self) -> dict[str, Any]:
        """The year as ``--json`` prints it."""
        return {"year": self.year, "count": self.count, "used": self.used, "speeches": self.speeches}


@dataclass(frozen=True, slots=True)
class Trace:
    """What ``trace`` returns.

    Attributes:
        phrase: The phrase as it was given, without quotation marks around it.
        count: How often it occurs, overlapping occurrences included.
        occurrences: The first ones: by date, then by place; those of speeches without a date last, in the order of the index.
        by_speech: The speeches that it occurs in, in the same order.
        by_year: The years that speeches are dated in, ascending, those without a use included.
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


def trace(  # noqa: PLR0913 - one for each thing that can be asked
    generation: Generation,
    texts: Texts,
    phrase: str,
    k: int = SHOWN,
    *,
    source: str | None = None,
    speech: str | None = None,
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
        _by_year(searched, counts),
        len(searched),
        sum(bool(one.date) for one in searched),
    )


def _when(texts: Texts, speech: int) -> tuple[bool, str, int]:
    """Order of speeches: by date, those without one last; then as in the index."""
    date = texts.spoken[speech].date
    return not date, date, speech


def _by_year(searched: Sequence[Spoken], counts: Mapping[int, int]) -> tuple[YearUse, ...]:
    years: dict[str, list[int]] = {}
    for one in searched:
        if one.date:
            years.setdefault(one.date[:4], []).append(counts.get(one.number, 0))
    return tuple(YearUse(year, sum(own), sum(map(bool, own)), len(own)) for year, own in sorted(years.items()))


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
