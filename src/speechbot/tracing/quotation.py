"""Quotation check: is this the original wording, and where does it stand?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from speechbot.language.skeleton import Skeleton, skeleton
from speechbot.tracing.alignment import Change, Form, Piece, Step, forms, pieces
from speechbot.tracing.nearest import Nearest, enough
from speechbot.tracing.occurrences import Occurrence, Places, Spot, Texts
from speechbot.tracing.readings import (
    SHORTEST,
    checked,
    marks_after,
    marks_before,
    readings,
    segments,
    trimmed,
    units,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speechbot.indexing.generation import Generation
    from speechbot.tracing.nearest import Near

MOST = 50  # places of a part that are looked up by default
# Share of a sentence that is the same in the original from which the sentence is told by it: of another one it is less
# than a third (benchmarks/quotes.json).
_TOLD = 0.5
# The least similarity of a clause taken out of a sentence that is not near: half of a made-up sentence is easily alike.
_CLAUSE_NEAR = 0.8


class Verdict(StrEnum):
    """How a quotation stands to the materials."""

    EXACT = "exact"  # character for character
    FOLDED = "folded"  # the same but for punctuation, white space, width, script, case
    NEAR = "near"  # a few characters differ
    MIXED = "mixed"  # several parts, which do not stand together or not all in the materials
    ABSENT = "absent"


_RANK = tuple(Verdict)


@dataclass(frozen=True, slots=True)
class Finding:
    """A place of a quotation, or of a part of one.

    Attributes:
        verdict: ``exact``, ``folded`` or ``near``.
        place: Where it stands; ``place.text`` is the original.
        similarity: 1 - edits / the longer one's characters of wording, in (0, 1]; 1 unless ``near``.
        forms: In what the texts differ besides the wording.
        pieces: Both texts side by side; put together they make up ``place.text`` and the text of the part.
    """

    verdict: Verdict
    place: Occurrence
    similarity: float
    forms: tuple[Form, ...]
    pieces: tuple[Piece, ...]

    def to_dict(self) -> dict[str, Any]:
        """The place as ``--json`` prints it."""
        return {
            "verdict": self.verdict.value,
            "similarity": round(self.similarity, 4),
            "forms": [form.value for form in self.forms],
            "place": self.place.to_dict(),
            "pieces": [piece.to_dict() for piece in self.pieces],
        }


@dataclass(frozen=True, slots=True)
class QuotePart:
    """A part of a quotation that stands, or does not stand, in the materials by itself.

    Attributes:
        text: The part as quoted.
        verdict: That of its best place; ``absent`` without one.
        findings: Its places, exact ones first, then in the order of the index; as many as asked for.
        count: How many there are: the same wording, or for ``near`` the wording it is nearest to.
        exact: How many of them are exact.
    """

    text: str
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    count: int = 0
    exact: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The part as ``--json`` prints it."""
        return {
            "text": self.text,
            "verdict": self.verdict.value,
            "count": self.count,
            "exact": self.exact,
            "findings": [finding.to_dict() for finding in self.findings],
        }


@dataclass(frozen=True, slots=True)
class QuoteCheck:
    """What ``check`` returns.

    Attributes:
        text: The text as it was given.
        quoted: What of it was compared: without the quotation marks around it, without a citation behind it.
        verdict: ``exact``, ``folded``, ``near`` or ``absent`` for a text that stands, or does not, as one; that of the
            worst part where parts stand in that order in one speech with ellipses, or headings alone, between them; else
            ``mixed``.
        parts: One, or several for a text with ellipses or one that is put together from several places.
        gaps: Whether ellipses made the parts.
        ordered: Whether all parts stand in this order in one speech.
        headings: Whether nothing but headings and the like stands between them there.
    """

    text: str
    quoted: str
    verdict: Verdict
    parts: tuple[QuotePart, ...]
    gaps: bool = False
    ordered: bool = True
    headings: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The check as ``--json`` prints it."""
        return {
            "text": self.text,
            "quoted": self.quoted,
            "verdict": self.verdict.value,
            "gaps": self.gaps,
            "ordered": self.ordered,
            "headings": self.headings,
            "parts": [part.to_dict() for part in self.parts],
        }


@dataclass(slots=True)
class _Part:
    """A part while it is worked on: all places, none looked up."""

    text: str
    verdict: Verdict
    spots: list[tuple[Verdict, Spot]]
    steps: list[Step]
    similarity: float = 1.0


class Quotations:
    """Checks quotations against one generation; for any number of threads."""

    def __init__(self, generation: Generation, texts: Texts) -> None:
        """Read an open generation."""
        self._generation = generation
        self._texts = texts
        self._nearest = Nearest(generation, texts)

    def check(self, text: str, k: int = MOST) -> QuoteCheck:
        """Check a quotation; see ``Retriever.check``."""
        options = readings(checked(text))
        standing = [part for part in map(self._standing, options) if part]
        whole = next((part for part in standing if part.verdict is Verdict.EXACT), standing[-1] if standing else None)
        if whole:
            return self._told(text, whole.text, [whole], gaps=False, k=k)
        quoted = options[-1]
        between = segments(quoted)
        gaps = len(between) > 1
        return self._told(text, quoted, [part for one in between for part in self._resolved(one)], gaps=gaps, k=k)

    def _standing(self, text: str) -> _Part | None:
        """A text that stands in the materials, but for its form."""
        own = skeleton(text)
        spots = [(self._verdict(text, own, spot), spot) for spot in self._texts.find(own.text)]
        if not spots:
            return None
        spots.sort(key=lambda one: _RANK.index(one[0]))
        length = len(own.text)
        return _Part(text, spots[0][0], spots, [Step(Change.SAME, 0, length, 0, length)])

    def _verdict(self, text: str, own: Skeleton, spot: Spot) -> Verdict:
        """Whether the text stands there to the letter, the marks at its ends included."""
        first, last = int(own.places[0]), len(text) - 1 - int(own.places[-1])
        source = self._texts.text(self._texts.spoken[spot.speech].source)
        start = spot.start - first
        return Verdict.EXACT if start >= 0 and source[start : spot.end + last] == text else Verdict.FOLDED

    def _resolved(self, text: str, least: float = 0.0) -> list[_Part]:
        """The parts that a text is put together of; one where it stands as one, or does not stand at all.

        Args:
            text: A text, or a part of one.
            least: The similarity that makes it near, where that is more than ``enough`` asks for.
        """
        whole = self._standing(text)
        if whole:
            return [whole]
        absent = _Part(text, Verdict.ABSENT, [], [])
        own = skeleton(text)
        if len(own.text) < SHORTEST:
            return [absent]
        best = self._nearest.find(own.text)
        spans, clauses = units(text)
        told = [False] * len(spans)
        if best:
            told = [best.share(_range(own, span)) >= _TOLD for span in spans]
            if best.similarity >= max(least, enough(len(own.text))) and all(told):
                apart = self._at_headings(text, own, best)
                if apart:
                    return apart
                spots = [(Verdict.NEAR, spot) for spot in (best.spot, *self._elsewhere(best.spot))]
                return [_Part(text, Verdict.NEAR, spots, best.steps, best.similarity)]
        if len(spans) < 2:
            return [absent]
        runs = spans if not any(told) or all(told) else _runs(spans, told)
        least = _CLAUSE_NEAR if clauses else least
        found = [part for run in runs for part in self._resolved(text[slice(*trimmed(text, *run))], least)]
        return self._joined(found, text)

    def _at_headings(self, text: str, own: Skeleton, best: Near) -> list[_Part]:
        """The parts of a text that lacks nothing but headings; none of another."""
        if any(step.change not in (Change.SAME, Change.MISSING) for step in best.steps):
            return []
        cuts = [int(own.places[step.a]) for step in best.steps if step.change is Change.MISSING]
        spans = [trimmed(text, start, end) for start, end in pairwise([0, *cuts, len(text)])]
        parts = [part for start, end in spans if (part := self._standing(text[start:end]))]
        chains = _chains([[spot for _, spot in part.spots] for part in parts]) if len(parts) == len(spans) else []
        return parts if any(map(self._only_headings, chains)) else []

    def _elsewhere(self, spot: Spot) -> list[Spot]:
        """The other places of the wording at a place."""
        source = self._texts.spoken[spot.speech].source
        whole = self._texts.whole(source)
        end = int(np.searchsorted(whole.places, spot.end))
        return [one for one in self._texts.find(whole.text[spot.at : end]) if one[:2] != spot[:2]]

    def _joined(self, parts: Sequence[_Part], text: str) -> list[_Part]:
        """Neighbours that were taken apart for nothing put together again."""
        found: list[_Part] = []
        at = 0
        for part in parts:
            start = text.index(part.text, at)
            at = start + len(part.text)
            if found:
                last = found[-1]
                both = text[text.rindex(last.text, 0, start) : at]
                if last.verdict is part.verdict is Verdict.ABSENT:
                    found[-1] = replace(last, text=both)
                    continue
                if last.spots and part.spots and Verdict.NEAR not in (last.verdict, part.verdict):
                    whole = self._standing(both)
                    if whole:
                        found[-1] = whole
                        continue
            found.append(part)
        return found

    def _told(self, text: str, quoted: str, parts: Sequence[_Part], *, gaps: bool, k: int) -> QuoteCheck:
        """The result, with the places looked up."""
        chains = _chains([[spot for _, spot in part.spots] for part in parts]) if len(parts) > 1 else []
        close = [chain for chain in chains if self._only_headings(chain)]
        chain = {spot for chosen in close or chains for spot in chosen}
        verdicts = [part.verdict for part in parts]
        together = len(parts) == 1 or close or (gaps and chains) or set(verdicts) == {Verdict.ABSENT}
        places = Places(self._generation, self._texts)
        return QuoteCheck(
            text,
            quoted,
            max(verdicts, key=_RANK.index) if together else Verdict.MIXED,
            tuple(self._part(part, chain, places, k) for part in parts),
            gaps,
            ordered=len(parts) == 1 or bool(chains),
            headings=bool(close),
        )

    def _only_headings(self, chain: Sequence[Spot]) -> bool:
        """Whether no paragraph has wording between places that follow each other in a speech."""
        spoken = self._texts.spoken[chain[0].speech]
        text = self._texts.text(spoken.source)
        (entry,) = self._generation.catalog.entries(range(spoken.number, spoken.number + 1))
        extents = self._generation.catalog.extents_of(entry.rows)
        return not any(
            skeleton(text[max(start, before.end) : min(end, after.start)]).text
            for before, after in pairwise(chain)
            for start, end in extents
        )

    def _part(self, part: _Part, chain: set[Spot], places: Places, k: int) -> QuotePart:
        own = skeleton(part.text)
        # Stable: exact ones stay in front among those that stand in order, and among the others
        first = sorted(part.spots, key=lambda one: one[1] not in chain)[: max(k, 0)]
        return QuotePart(
            part.text,
            part.verdict,
            tuple(self._finding(part, own, spot, verdict, places) for verdict, spot in first),
            len(part.spots),
            sum(verdict is Verdict.EXACT for verdict, _ in part.spots),
        )

    def _finding(self, part: _Part, own: Skeleton, spot: Spot, verdict: Verdict, places: Places) -> Finding:
        """A place of a part: as much of the original as the part quotes, the marks at its ends with it."""
        text = self._texts.text(self._texts.spoken[spot.speech].source)
        first, last = int(own.places[0]), len(part.text) - 1 - int(own.places[-1])
        if verdict is Verdict.EXACT:
            start, end = spot.start - first, spot.end + last
        else:
            start = spot.start - marks_before(text, spot.start, first)
            end = spot.end + marks_after(text, spot.end, last)
        original = text[start:end]
        found = pieces(part.text, original, part.steps, of=(own, skeleton(original)), start=start)
        place = places.occurrence(spot.speech, start, end)
        return Finding(verdict, place, part.similarity, forms(found), found)


def _range(own: Skeleton, span: tuple[int, int]) -> range:
    """Positions in a skeleton of what stands in a span of the text."""
    return range(*np.searchsorted(own.places, span).tolist())


def _runs(spans: Sequence[tuple[int, int]], told: Sequence[bool]) -> list[tuple[int, int]]:
    """Neighbouring spans of one kind as one."""
    found = []
    for _, group in groupby(zip(spans, told, strict=True), key=lambda one: one[1]):
        run = [span for span, _ in group]
        found.append((run[0][0], run[-1][1]))
    return found


def _chains(parts: Sequence[Sequence[Spot]]) -> list[list[Spot]]:
    """Places of the parts that follow each other in one speech, the earliest ones of each speech that has such."""
    found: list[list[Spot]] = []
    for speech in sorted(set.intersection(*({spot.speech for spot in spots} for spots in parts))):
        chain: list[Spot] = []
        at = 0
        for spots in parts:
            following = [spot for spot in spots if spot.speech == speech and spot.start >= at]
            if not following:
                break
            chain.append(min(following, key=lambda spot: spot.start))
            at = chain[-1].end
        if len(chain) == len(parts):
            found.append(chain)
    return found
