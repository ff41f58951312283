"""How alike unrelated sentences are, how many edits a quotation bears, and what a search takes at a million windows.

    python benchmarks/quotes.py INDEX [BENCH]      # an index of BENCH/speeches; BENCH is ../shared/bench by default

Unrelated: sentences of CMRC2018, DRCD (encyclopaedia articles) and STARD (statutes) are looked for in the speeches, as are the speeches' own
sentences with the file that they are from left out. The share of them that counts as near is that of false alarms, but for what really
is quoted, which is most of it among speeches and statutes. Edited: sentences of the speeches with a share of their characters replaced,
left out or doubled; near is right where the place is the sentence's own.
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import record

from speechbot.indexing.lexical import LexicalIndex, Postings
from speechbot.indexing.store import open_live
from speechbot.language.sentences import sentence_spans
from speechbot.language.skeleton import skeleton
from speechbot.tracing.nearest import Nearest, enough
from speechbot.tracing.occurrences import Texts
from speechbot.tracing.quotation import Quotations
from speechbot.tracing.trace import trace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from speechbot.indexing.generation import Generation

SEED = 20261125
SENTENCES = 600  # of each kind
BINS = ((6, 9), (10, 14), (15, 24), (25, 49), (50, 150))
EDITS = (0.05, 0.1, 0.2, 0.3, 0.4)
WINDOWS = 1_000_000
FOREIGN = ("cmrc2018_dev", "drcd_dev", "stard_law")


class Elsewhere(Nearest):
    """Looks in all files but one."""

    source = ""

    def _rows(self, wording: str) -> list[int]:
        rows = super()._rows(wording)
        passages = self._catalog.passages(rows)
        return [row for row, passage in zip(rows, passages, strict=True) if passage.source != self.source]


def sentences(texts: Iterable[str]) -> list[str]:
    """Wordings of sentences of 6 to 150 characters."""
    found = [skeleton(text[a:b]).text for text in texts for a, b in sentence_spans(text)]
    return [wording for wording in found if BINS[0][0] <= len(wording) <= BINS[-1][1]]


def foreign(name: str, draw: random.Random) -> list[str]:
    """Sentences of a public set."""
    bench = Path(sys.argv[2]) if len(sys.argv) > 2 else record.BENCH
    path = bench / f"{name}.corpus.jsonl"
    rows = [json.loads(row) for row in path.read_text(encoding="utf-8").splitlines()]
    found = sentences(row["text"] for row in draw.sample(rows, min(400, len(rows))))
    return draw.sample(found, min(SENTENCES, len(found)))


def alike(found: list[tuple[int, float]]) -> dict[str, Any]:
    """Similarities by length, and the share that counts as near."""
    table = {}
    for low, high in BINS:
        own = [similarity for length, similarity in found if low <= length <= high]
        if own:
            table[f"{low}-{high}"] = {
                "sentences": len(own),
                "median": round(float(np.median(own)), 3),
                "p99": round(float(np.percentile(own, 99)), 3),
                "max": round(max(own), 3),
            }
    near = sum(similarity >= enough(length) for length, similarity in found)
    return {"sentences": len(found), "near": near, "near_share": round(near / len(found), 4), "by_length": table}


def similarity(nearest: Nearest, wording: str) -> float:
    """Of the nearest wording; 0 without one."""
    found = nearest.find(wording)
    return found.similarity if found else 0.0


def unrelated(generation: Generation, texts: Texts, draw: random.Random) -> dict[str, Any]:
    """How near sentences come that are from elsewhere."""
    nearest = Nearest(generation, texts)
    results = {}
    for name in FOREIGN:
        own = foreign(name, draw)
        results[name] = alike([(len(one), similarity(nearest, one)) for one in own])
    apart = Elsewhere(generation, texts)
    found = []
    passages = draw.sample(generation.catalog.passages(), SENTENCES)
    for passage in passages:
        own = sentences([passage.text])
        if own:
            wording = draw.choice(own)
            apart.source = passage.source
            found.append((len(wording), similarity(apart, wording)))
    results["speeches, own file left out"] = alike(found)
    return results


def edited(generation: Generation, texts: Texts, draw: random.Random) -> dict[str, Any]:
    """How many edited sentences are found near, at their place."""
    nearest = Nearest(generation, texts)
    results = {}
    alphabet = "".join(
        {character for source in generation.catalog.sources()[:20] for character in skeleton(source.text).text}
    )
    passages = generation.catalog.passages()
    for share in EDITS:
        near = right = tried = 0
        for passage in draw.sample(passages, SENTENCES // 2):
            own = sentences([passage.text])
            if not own:
                continue
            wording = draw.choice(own)
            letters = list(wording)
            for at in draw.sample(range(len(letters)), max(1, round(share * len(letters)))):
                letters[at] = draw.choice((draw.choice(alphabet), "", letters[at] + draw.choice(alphabet)))
            changed = "".join(letters)
            found = nearest.find(changed) if len(changed) >= BINS[0][0] else None
            tried += 1
            if found and found.similarity >= enough(len(changed)):
                near += 1
                spoken = texts.spoken[found.spot.speech]
                stands = skeleton(texts.text(spoken.source)[found.spot.start : found.spot.end]).text
                right += (
                    stands in wording or wording in stands or len(set(stands) & set(wording)) > 0.7 * len(set(wording))
                )
        results[str(share)] = {
            "sentences": tried,
            "near": round(near / tried, 3),
            "of_these_right": round(right / max(near, 1), 3),
        }
    return results


def timed(run: Callable[[], object], times: int = 7) -> dict[str, float]:
    """Milliseconds of a run."""
    return record.spread((1000 * record.burst(run).cpu for _ in range(times)), digits=1)


def speed(generation: Generation, texts: Texts, passage: str) -> dict[str, Any]:
    """Processor milliseconds of each kind of search."""
    quotations = Quotations(generation, texts)
    changed = passage.replace("的", "地")
    return {
        "check a sentence that stands": timed(lambda: quotations.check(passage[:40])),
        "check a paragraph that stands": timed(lambda: quotations.check(passage)),
        "check a paragraph with edits": timed(lambda: quotations.check(changed)),
        "check a sentence that is nowhere": timed(
            lambda: quotations.check("月球背面的环形山里种满了水稻和小麦今年又是丰收")
        ),
        "trace a rare phrase": timed(lambda: trace(generation, texts, "科教兴国")),
        "trace a frequent phrase": timed(lambda: trace(generation, texts, "人民")),
    }


def million(generation: Generation, texts: Texts) -> dict[str, Any]:
    """The parts that grow with the index, on repeats of the real rows up to a million windows."""
    repeats = -(-WINDOWS // generation.manifest.counts.windows)
    skeletons = list(texts._all().values()) * repeats  # noqa: SLF001 - measured apart
    sources = generation.catalog.sources()
    making = record.burst(lambda: [skeleton(source.text) for source in sources]).cpu

    def scan(wording: str) -> int:
        count = 0
        for text in skeletons:
            at = text.find(wording)
            while at >= 0:
                count, at = count + 1, text.find(wording, at + 1)
        return count

    lexical = repeated(generation.lexical.passages, repeats)
    nearest = Nearest(generation, texts)
    nearest._lexical = lexical  # noqa: SLF001 - the rows of the repeats alone
    wording = "坚持以人民为中心的发展思想不断实现人民对美好生活的向往"
    characters = sum(map(len, skeletons))
    return {
        "windows": repeats * generation.manifest.counts.windows,
        "characters": characters,
        "held_mb": round(2 * characters / 1e6),
        "skeletons_made_once_s": round(making * repeats, 2),
        "scan_absent_ms": timed(lambda: scan("月球背面的环形山里种满了水稻")),
        "scan_rare_ms": timed(lambda: scan("科教兴国")),
        "scan_frequent_ms": timed(lambda: scan("人民"), 3),
        "occurrences_of_the_frequent": scan("人民"),
        "candidates_ms": timed(lambda: nearest._scored(wording), 5),  # noqa: SLF001
    }


def repeated(index: LexicalIndex, repeats: int) -> LexicalIndex:
    """An index whose rows stand so many times."""
    own = index.postings
    rows = len(own.lengths)
    columns = np.repeat(np.arange(len(own.tokens), dtype=np.int32), np.diff(own.indptr))
    order = np.argsort(np.tile(columns, repeats), kind="stable")
    indices = np.concatenate([own.indices + np.int32(number * rows) for number in range(repeats)])[order]
    postings = Postings(
        own.tokens, own.indptr * repeats, indices, np.tile(own.counts, repeats)[order], np.tile(own.lengths, repeats)
    )
    return LexicalIndex.of(postings)


def main() -> None:
    """Measure and write quotes.json."""
    draw = random.Random(SEED)  # noqa: S311 - no secret
    with open_live(Path(sys.argv[1])) as generation:
        texts = Texts(generation)
        started = time.process_time()
        first = sum(1 for _ in texts.find("科教兴国"))
        cold = time.process_time() - started
        passage = next(one.text for one in generation.catalog.passages() if 280 < len(one.text) < 320)
        counts = generation.manifest.counts
        results = {
            "unrelated": unrelated(generation, texts, draw),
            "edited": edited(generation, texts, draw),
            "cpu_ms": {"first search": round(1000 * cold, 1), **speed(generation, texts, passage)},
            "million": million(generation, texts),
        }
    settings = {
        "seed": SEED,
        "enough": {str(length): round(enough(length), 3) for length in (6, 8, 10, 15, 20, 40, 100)},
        "windows": counts.windows,
        "passages": counts.passages,
        "sources": counts.sources,
        "paragraph": len(passage),
        "found_first": first,
    }
    record.write(Path(__file__).with_suffix(".json"), settings=settings, results=results)


if __name__ == "__main__":
    main()
