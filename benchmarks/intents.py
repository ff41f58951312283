"""How often a plain question is taken for one about structure, and what becomes of it then.

Reads the questions of ``../shared/bench`` (another place with ``--bench``) and of ``benchmarks/questions``; all of the public sets, and those of the others
whose type is not ``section``, are plain questions. Each is read, with the speakers of an index of the government reports
known; those that are not read as plain are asked of that index (built under ``.cache/benchmarks``, some minutes, or
given with ``--index``), and their answers compared with those of the plain search. Writes ``benchmarks/intents.json``:
counts and ids, no text.

    python benchmarks/intents.py
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import record

from speechbot import Retriever, build_index
from speechbot.indexing.store import open_live
from speechbot.intents.understanding import Plain, read

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent / ".cache" / "benchmarks" / "intents"
CORPUS = "gov_state_council"
PUBLIC = ("cmrc2018_dev", "drcd_dev", "stard_law")
DEPTH = 5


@dataclass(slots=True)
class Tally:
    """Counts over the questions of one set.

    Attributes:
        questions: How many.
        structure: Ids of those read as questions about structure.
        limited: Ids of those read as naming a speech, a year, a speaker or a part.
        changed: Ids of those that the index answers in another way than a plain search does.
        seconds: Time that reading took.
    """

    questions: int = 0
    structure: list[str] = field(default_factory=list)
    limited: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, name: str, question: str, retriever: Retriever, speakers: Container[str]) -> None:
        """Read a question, and ask it where it is not plain."""
        started = time.perf_counter()
        reading = read(question, speakers=speakers)
        self.seconds += time.perf_counter() - started
        self.questions += 1
        if reading.plain:
            return
        (self.limited if isinstance(reading.intent, Plain) else self.structure).append(name)
        answer = retriever.ask(question, DEPTH)
        plain = [hit.passage.id for hit in retriever.search(question, DEPTH)]
        found = [hit.passage.id for hit in answer.hits]
        if answer.kind != "passage" or answer.scope or found != plain[: len(found)]:
            self.changed.append(name)

    def to_dict(self) -> dict[str, Any]:
        """The counts as they are written."""
        return {
            "questions": self.questions,
            "structure": len(self.structure),
            "limited": len(self.limited),
            "changed": len(self.changed),
            "share": round((len(self.structure) + len(self.limited)) / max(self.questions, 1), 5),
            "share_changed": round(len(self.changed) / max(self.questions, 1), 5),
            "ids": {"structure": self.structure, "limited": self.limited, "changed": self.changed},
            "microseconds": round(self.seconds / max(self.questions, 1) * 1e6, 1),
        }


def questions(bench: Path) -> Iterator[tuple[str, str, str]]:
    """Set, id and text of every question; those about sections are a set of their own."""
    for name in PUBLIC:
        for row in lines(bench / f"{name}.queries.jsonl"):
            yield name, row["id"], row["question"]
    for path in (bench / "indomain.jsonl", *sorted((HERE / "questions").glob("*.jsonl"))):
        for row in lines(path):
            yield "sections" if row["type"] == "section" else path.stem, row["id"], row["question"]


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines."""
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, default=None)
    parser.add_argument("--bench", type=Path, default=record.BENCH)
    chosen = parser.parse_args()
    index = chosen.index
    if index is None:
        index = CACHE
        build_index(chosen.bench / "speeches" / CORPUS, index)
    with open_live(index) as generation:
        speakers = frozenset(generation.catalog.names.speakers)
    found: dict[str, Tally] = {}
    with Retriever.open(index) as retriever:
        for name, number, question in questions(chosen.bench):
            found.setdefault(name, Tally()).add(number, question, retriever, speakers)
    every = Tally()
    for name in PUBLIC:
        every.questions += found[name].questions
        every.seconds += found[name].seconds
        for kind in ("structure", "limited", "changed"):
            getattr(every, kind).extend(getattr(found[name], kind))
    results = {**{name: tally.to_dict() for name, tally in found.items()}, "public": every.to_dict()}
    for name, one in results.items():
        print(name, {key: value for key, value in one.items() if key != "ids"})
    settings = {"corpus": CORPUS, "speakers": len(speakers), "hits": DEPTH}
    record.write(HERE / "intents.json", settings=settings, results=results)


if __name__ == "__main__":
    main()
