"""Damaged files through every reader: none may crash one, hang one, or come out as a text that does not hold.

    python benchmarks/fuzz.py

Mutates the files in ``../shared/bench/files`` (another place with ``--bench``) and those that the tests make, reads and parses
each in a worker process with a limit of time, and writes ``benchmarks/fuzz.json``. Figures only: no text is recorded.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import wait
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import record
from mutations import mutated, noise

from speechbot.errors import SourceError
from speechbot.parsing.parser import parse
from speechbot.reading.corpus import READ_SUFFIXES, Material, read_material
from speechbot.wording import zh_corpus

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

FILES = 5_000
SECONDS = 10.0
# For what LibreOffice opens: it is not ours, can be slow on damaged files, and is killed after 30.
OFFICE_SECONDS = 35.0
# Share of the files by what they are mutated from. LibreOffice takes seconds to start for each of its files.
SHARES = {".docx": 0.36, ".pdf": 0.22, ".html": 0.2, ".txt": 0.13, ".doc": 0.03, "": 0.06}
_LARGEST_SEED = 700_000  # bytes
_READ = "read"
_REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Case:
    """One file to read.

    Attributes:
        number: Its number, which is the seed of its mutation.
        kind: Suffix of what it was mutated from; "" for noise.
        name: Name under which it is read.
    """

    number: int
    kind: str
    name: str


def seeds(bench: Path) -> dict[str, list[bytes]]:
    """Files to mutate by kind: public ones and those of the tests."""
    sys.path.insert(0, str(record.ROOT))
    from tests.files import samples  # noqa: PLC0415 - the repository's root is no place that scripts are looked for in

    found: dict[str, list[bytes]] = defaultdict(list)
    same = {".htm": ".html", ".md": ".txt", ".rtf": ".doc", ".wps": ".doc"}
    for name, data in samples().items():
        suffix = Path(name).suffix
        found[same.get(suffix, suffix)].append(data)
    for path in sorted(path for path in bench.rglob("*") if path.is_file()):
        suffix = path.suffix.lower()
        data = path.read_bytes()
        # Long texts are cut: what breaks in them breaks in their beginning, and sooner.
        found[same.get(suffix, suffix)].append(data if suffix in {".docx", ".pdf", ".doc"} else data[:60_000])
    return {kind: [data for data in files if len(data) <= _LARGEST_SEED] for kind, files in found.items()}


def cases(count: int) -> Iterator[Case]:
    """The files of a run."""
    kinds = [kind for kind, share in SHARES.items() for _ in range(round(share * 1000))]
    for number in range(count):
        random = Random(number)  # noqa: S311 - no secret
        kind = random.choice(kinds)
        # Under another name now and then: what a file is called need not be what it is.
        others = sorted(READ_SUFFIXES - {".doc", ".wps", ".rtf"})
        suffix = random.choice(others) if not kind or random.random() < 0.04 else kind
        yield Case(number, kind, f"{number}{suffix}")


def content(case: Case, files: dict[str, list[bytes]]) -> bytes:
    """The bytes of a case."""
    random = Random(case.number + 1_000_000)  # noqa: S311 - no secret
    if not case.kind:
        return noise(random)
    return mutated(random.choice(files[case.kind]), files[case.kind], random)


def check(path: Path) -> tuple[str, str]:
    """Read and parse a file: ``read`` or ``refused`` with format or reason; anything else that happens is an error.

    Raises:
        AssertionError: The text, or what is cited from it, does not hold.
    """
    try:
        source = read_material(Material(path.name, path, ""))
    except SourceError as error:
        return _REFUSED, error.reason
    assert not re.search("[\ud800-\udfff]", source.text), "no halves of characters"
    passages = [passage for speech in parse(source) for passage in speech.passages]
    assert all(source.text[passage.start : passage.end] == passage.text for passage in passages), "offsets hold"
    assert all(re.fullmatch("[0-9a-f]{16}", passage.id) for passage in passages), "ids are well-formed"
    assert len({passage.id for passage in passages}) == len(passages), "ids are unique"
    return _READ, source.encoding


def work(connection: Connection, bench: str) -> None:
    """Take cases until there are no more; answer each with its outcome."""
    files = seeds(Path(bench))
    with tempfile.TemporaryDirectory() as folder:
        while True:
            case = connection.recv()
            if case is None:
                return
            path = Path(folder, case.name)
            path.write_bytes(content(case, files))
            connection.send(("start", "", 0.0))
            started = time.perf_counter()
            try:
                outcome, detail = check(path)
            except Exception as error:  # noqa: BLE001 - that is what is looked for
                outcome, detail = "crash", f"{type(error).__name__}: {error}"
            connection.send((outcome, detail, time.perf_counter() - started))
            path.unlink()


class Worker:
    """A worker process, started anew where a case ends it."""

    def __init__(self, bench: Path) -> None:
        self._bench = bench
        self.case: Case | None = None
        self.deadline = 0.0
        self.connection, self._process = self._start()

    def _start(self) -> tuple[Connection, SpawnProcess]:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=work, args=(theirs, str(self._bench)), daemon=False)
        process.start()
        theirs.close()
        return ours, process

    def give(self, case: Case | None) -> None:
        """Send a case, or word that there are no more."""
        self.case, self.deadline = case, time.perf_counter() + 600
        self.connection.send(case)

    def answer(self, seconds: float) -> tuple[str, str, float] | None:
        """The outcome of its case, or None while it is at work."""
        try:
            if self.connection.poll():
                found: tuple[str, str, float] = self.connection.recv()
                if found[0] != "start":
                    return found
                self.deadline = time.perf_counter() + seconds
        except EOFError:
            self._process.join()
            status = self._process.exitcode
            self.connection, self._process = self._start()
            return "crash", f"the process ended with {status}", 0.0
        if time.perf_counter() > self.deadline:
            self._process.kill()
            self._process.join()
            self.connection, self._process = self._start()
            return "hang", f"more than {seconds} s", seconds
        return None


def run(count: int, bench: Path, seconds: float, workers: int) -> dict[str, Any]:
    """Read all files; counts of outcomes."""
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    reasons: Counter[str] = Counter()
    times: dict[str, list[float]] = defaultdict(list)
    failures: list[dict[str, Any]] = []
    waiting = cases(count)
    pool = [Worker(bench) for _ in range(workers)]
    for worker in pool:
        worker.give(next(waiting, None))
    done = 0
    while any(worker.case for worker in pool):
        wait([worker.connection for worker in pool if worker.case], timeout=0.2)
        for worker in pool:
            if worker.case is None:
                continue
            limit = OFFICE_SECONDS if worker.case.kind == ".doc" else seconds
            if (found := worker.answer(limit)) is None:
                continue
            outcome, detail, taken = found
            case, done = worker.case, done + 1
            outcomes[case.kind or "noise"][outcome] += 1
            times[case.kind or "noise"].append(taken)
            if outcome == _REFUSED:
                reasons[_template(detail)] += 1
            if outcome not in {_READ, _REFUSED}:
                failures.append({"case": case.number, "kind": case.kind, "outcome": outcome, "detail": detail[:300]})
                print(failures[-1])
            if done % 500 == 0:
                print(done, dict(sum(outcomes.values(), Counter())))
            worker.give(next(waiting, None))
    return {
        "outcomes": dict(sum(outcomes.values(), Counter())),
        "outcomes_per_kind": {kind: dict(found) for kind, found in sorted(outcomes.items())},
        "seconds_per_kind": {
            kind: {"median": round(record.percentile(found, 50), 4), "max": round(max(found), 3)}
            for kind, found in sorted(times.items())
        },
        "reasons": dict(reasons.most_common()),
        "failures": failures,
    }


def _template(reason: str) -> str:
    """Name of the text that a reason was made of."""
    for name, text in vars(zh_corpus).items():
        if isinstance(text, str) and name.startswith("REASON_"):
            pattern = re.sub(r"\\\{\w+(?::\w+)?\\\}", ".*", re.escape(text))
            if re.fullmatch(pattern, reason):
                return name
    return reason


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, default=record.BENCH / "files", help="folder of files to mutate")
    parser.add_argument("--files", type=int, default=FILES, help="how many")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="limit for each")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_suffix(".json"), help="where to write")
    options = parser.parse_args(arguments)
    if not options.bench.is_dir():
        print(f"no files at {options.bench}: nothing measured; name their folder with --bench")
        return 1
    started = time.perf_counter()
    results = run(options.files, options.bench, options.seconds, options.workers)
    settings = {
        "files": options.files,
        "seconds_each": options.seconds,
        "seconds_office": OFFICE_SECONDS,
        "workers": options.workers,
        "shares": SHARES,
    }
    settings |= {
        "mutated_from": {kind: len(files) for kind, files in seeds(options.bench).items()},
        "seconds": round(time.perf_counter() - started),
    }
    record.write(options.output, settings=settings, results=results)
    print(results["outcomes"])
    return 1 if results["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
