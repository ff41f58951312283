"""What each contestant of ``peers.py`` does in a process of its own, with its own virtual environment.

    python peer_NAME.py build|ask|once WORK INDEX

``WORK`` holds ``passages.jsonl`` (``{"id", "text"}``) and ``questions.jsonl`` (``{"question"}``); the last line of standard
output is the stage's figures as JSON.

    build        prepare (load the model; not in the rate), then from texts to an index on disk
    ask          open the index, one question to warm up, then every question by itself; ranked ids go to INDEX.ranks.json
    once         open the index and answer one question: the driver times the whole process

Only the standard library and ``measures`` are imported here: the peers have no speechbot installed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import record
from measures import disk, fresh, status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")

# How many ids are scored; as many are asked of either kind of search (txtai itself asks for ten times as many).
TOP = 10
# Any two neighbouring characters, for those whose tokenizer is a regular expression.
BIGRAMS = r"(?=(\w\w))"
# Memory is looked at after so many questions.
SETTLED = 100


class Text(NamedTuple):
    """A passage."""

    id: str
    text: str


@dataclass(slots=True)
class Encoding:
    """What went through the model so far.

    Attributes:
        seconds: How long that took.
        texts: How many texts.
        first: Vector of the first text of all.
        last: Vector of the first text of the last call.
    """

    seconds: float = 0.0
    texts: int = 0
    first: list[float] | None = None
    last: list[float] | None = None


@dataclass(frozen=True, slots=True)
class Peer(Generic[T]):
    """A contestant.

    Attributes:
        prepare: Gets ready for building: loads the model, and lays out the texts in a folder where files are indexed.
        build: From texts to an index in the folder.
        load: Opens the index; what comes back takes a question and gives ids, best first.
        encoding: What went through the model.
    """

    prepare: Callable[[Sequence[Text], Path], T]
    build: Callable[[T, Sequence[Text], Path], None]
    load: Callable[[Path], Callable[[str], list[str]]]
    encoding: Encoding


def passages(work: Path) -> list[Text]:
    """The pool."""
    lines = (work / "passages.jsonl").read_text(encoding="utf-8").splitlines()
    return [Text(row["id"], row["text"]) for row in map(json.loads, lines)]


def questions(work: Path) -> list[str]:
    """The questions."""
    lines = (work / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["question"] for line in lines]


def built(peer: Peer[Any], work: Path, index: Path) -> dict[str, Any]:
    """Build."""
    texts, encoding = passages(work), peer.encoding
    clock = time.perf_counter()
    ready = peer.prepare(texts, index)
    prepared, before = time.perf_counter() - clock, encoding.seconds
    fresh(index)
    clock = time.perf_counter()
    peer.build(ready, texts, index)
    seconds = time.perf_counter() - clock
    figures = {"prepare_s": prepared, "build_s": seconds, "encoding_s": encoding.seconds - before}
    found: dict[str, Any] = {name: round(value, 3) for name, value in figures.items()}
    return found | {"passages": len(texts), "encoded": encoding.texts, "disk_mb": disk(index)} | status("VmHWM")


def asked(peer: Peer[Any], work: Path, index: Path) -> dict[str, Any]:
    """Ask every question."""
    given, ranks, taken = questions(work), list[list[str]](), list[float]()
    settled: dict[str, float] = {}
    clock = time.perf_counter()
    search = peer.load(index)
    opened = time.perf_counter()
    search(given[0])
    first = time.perf_counter()
    for number, question in enumerate(given, 1):
        started = time.perf_counter()
        found = search(question)
        taken.append(1000 * (time.perf_counter() - started))
        ranks.append(found[:TOP])
        if number == min(SETTLED, len(given)):
            settled = status("VmRSS", "RssAnon")
    Path(f"{index}.ranks.json").write_text(json.dumps(ranks), encoding="utf-8")
    return {
        "questions": len(given),
        "open_s": round(opened - clock, 3),
        "first_s": round(first - opened, 3),
        "ms": {"median": round(statistics.median(taken), 3), "p95": round(record.percentile(taken, 95), 3)},
        "memory_mb": settled | status("VmHWM"),
    }


def run(peer: Peer[Any]) -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("stage", choices=("build", "ask", "once"))
    parser.add_argument("work", type=Path)
    parser.add_argument("index", type=Path)
    options = parser.parse_args()
    if options.stage == "once":
        found: dict[str, Any] = {"ids": peer.load(options.index)(questions(options.work)[0])}
    else:
        stage = built if options.stage == "build" else asked
        found = stage(peer, options.work, options.index)
        found |= {"first_vector": peer.encoding.first, "last_vector": peer.encoding.last}
    sys.stdout.write(f"\n{json.dumps(found)}\n")
