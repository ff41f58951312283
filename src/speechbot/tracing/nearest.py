"""The nearest wording to a text that does not stand in the materials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from speechbot.language.words import bigram, han_runs
from speechbot.tracing.alignment import Change, Step, distance, steps
from speechbot.tracing.occurrences import Spot

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from speechbot.indexing.generation import Generation
    from speechbot.tracing.occurrences import Texts

# Bigrams of a text that candidates are looked for by, the rarest ones: frequent ones tell little and cost most.
_BIGRAMS = 64
# Paragraphs that hold most of them, and different ones among these that are compared character by character.
_ROWS, _COMPARED = 32, 8
# Characters of wording of a region that is compared, at most; only a book without a line break has more.
_WIDEST = 400_000


@dataclass(frozen=True, slots=True)
class Near:
    """The nearest wording.

    Attributes:
        spot: Where it stands.
        steps: The text beside it; both start at 0.
        similarity: 1 - edits / the longer one's characters, in [0, 1].
    """

    spot: Spot
    steps: list[Step]
    similarity: float

    def share(self, part: range) -> float:
        """Share of a part of the text that is the same in the original, in [0, 1]."""
        same = sum(
            max(0, min(step.b, part.stop) - max(step.a, part.start))
            for step in self.steps
            if step.change is Change.SAME
        )
        return same / max(1, len(part))


class Nearest:
    """Looks for near wordings: candidates by the index of bigrams, then every alignment of each."""

    def __init__(self, generation: Generation, texts: Texts) -> None:
        """Read an open generation."""
        self._catalog = generation.catalog
        self._lexical = generation.lexical.passages
        self._texts = texts

    def find(self, wording: str) -> Near | None:
        """The nearest wording, however far; None where no two neighbouring characters of it occur.

        Args:
            wording: A skeleton, not empty.
        """
        regions = self._regions(self._rows(wording), len(wording))
        if not regions:
            return None

        def far(region: tuple[int, str, int, int]) -> int:
            _, source, start, stop = region
            return distance(wording, self._texts.whole(source).text[start:stop])

        speech, source, start, stop = min(regions, key=far)
        whole = self._texts.whole(source)
        breaks = np.flatnonzero(np.diff(whole.places[start:stop]) > 1) + 1
        edits, found = steps(wording, whole.text[start:stop], breaks=breaks.tolist())
        first, last = start + found[0].c, start + found[-1].d
        if first == last:
            return None
        spot = Spot(speech, first, int(whole.places[first]), int(whole.places[last - 1]) + 1)
        moved = [step._replace(c=step.c - found[0].c, d=step.d - found[0].c) for step in found]
        return Near(spot, moved, 1 - edits / max(len(wording), last - first))

    def _rows(self, wording: str) -> list[int]:
        """Rows of the paragraphs to compare, those of one wording once."""
        rows = self._scored(wording)
        found: dict[int, int] = {}
        for row, same in zip(rows, self._catalog.wordings(rows), strict=True):
            found.setdefault(same, row)
        return list(found.values())[:_COMPARED]

    def _scored(self, wording: str) -> list[int]:
        """Rows of the paragraphs that hold most of a text's rarer bigrams, best first."""
        pairs = {run[at : at + 2] for run, _ in han_runs(wording) for at in range(len(run) - 1)}
        tokens = sorted(map(bigram, pairs))
        frequency = self._lexical.frequency(tokens)
        order = [at for at in np.argsort(frequency, kind="stable").tolist() if frequency[at]]
        scores = self._lexical.scores([tokens[at] for at in order[:_BIGRAMS]])
        best = np.argsort(-scores, kind="stable")[:_ROWS] if len(scores) <= _ROWS else _top(scores, _ROWS)
        return [row for row in best.tolist() if scores[row] > 0]

    def _regions(self, rows: list[int], reach: int) -> list[tuple[int, str, int, int]]:
        """Speech, source and skeleton span around each of some rows, as far as the text may reach; overlapping ones as one."""
        regions: list[tuple[int, str, int, int]] = []
        for row, passage in zip(rows, self._catalog.passages(rows), strict=True):
            speech = self._catalog.speech_of(row)
            spoken = self._texts.spoken[speech]
            bounds = (passage.start, passage.end, spoken.start, spoken.stop)
            start, stop, least, most = np.searchsorted(self._texts.whole(passage.source).places, bounds).tolist()
            regions.append(
                (speech, passage.source, max(start - reach, least), min(stop + reach, most, start + _WIDEST))
            )
        merged: list[tuple[int, str, int, int]] = []
        for region in sorted(regions):
            speech, source, start, stop = region
            if merged and merged[-1][0] == speech and start <= merged[-1][3]:
                _, _, first, last = merged.pop()
                merged.append((speech, source, first, max(stop, last)))
            else:
                merged.append(region)
        return merged


def enough(length: int) -> float:
    """The similarity from which a text of some characters of wording counts as near."""
    return 0.6 + 1.35 / max(length, 1)


def _top(scores: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Positions of the highest scores, highest first."""
    best = np.argpartition(-scores, count)[:count]
    return best[np.lexsort((best, -scores[best]))]
