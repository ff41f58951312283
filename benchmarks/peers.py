"""txtai, LangChain, LlamaIndex and Haystack beside speechbot: the same texts, questions and model, in one run.

Each contestant runs in processes of its own (``peer_protocol.py``), the peers in virtual environments under
``.cache/peers`` with the versions in ``benchmarks/peers/*.txt``, installed by the first run. ``peer_NAME.py`` holds what
each does: hybrid search as its documentation has it (the pages are named below), whole passages as the pool, ten asked
of either kind of search and ten of both. The model is the bundled one for all, through sentence-transformers: ``agreement``
is the least cosine between a peer's vectors and ours. Words are bigrams of characters, through the
parameter that each has for its tokenizer: of the ways that were tried, what did best on CMRC2018, so chosen for the peers
on a set that is reported.

    build        passages a second, from texts in memory to an index on disk; the model is loaded before. speechbot reads
                 files, cuts windows, syncs, and checks what it wrote
    ask          one question after the other, in a process that has answered one already; on one thread, since OpenMP's
                 threads may wait for each other longer than a question takes (txtai on a busy machine: 34 ms, not 11)
    cold start   whole processes from start to exit with one answer, in turn, after one of each that does not count;
                 likewise on one thread

DRCD is in traditional characters; its second row gives all of them our simplified form, which speechbot makes by itself.
No network once the environments are there. Writes ``peers.json``.

    python benchmarks/peers.py
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import record
import startup
from measures import fresh
from peer_protocol import SETTLED, TOP

from speechbot.encoder import OnnxEncoder
from speechbot.language.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
CACHE = record.ROOT / ".cache" / "peers"
SETS = {"cmrc2018_dev": False, "drcd_dev": False, "drcd_dev, folded": True, "stard_law": False}
COLD = "stard_law"
ROUNDS = 5
OURS = "speechbot"
# Where each peer's documentation has the fusion used here; tokenizers are parameters that docstrings of the packages name.
DOCUMENTATION = {
    "txtai": ("https://neuml.github.io/txtai/embeddings/configuration/general",),
    "langchain": ("https://reference.langchain.com/python/langchain-classic/retrievers/ensemble/EnsembleRetriever",),
    "llamaindex": (
        "https://developers.llamaindex.ai/python/framework/integrations/retrievers/reciprocal_rerank_fusion",
    ),
    "haystack": ("https://docs.haystack.deepset.ai/docs/documentjoiner",),
}
CONTESTANTS = (OURS, *DOCUMENTATION)


@dataclass(frozen=True, slots=True)
class Set:
    """A pool with its questions, laid out for the contestants.

    Attributes:
        folder: Holds what they read, and will hold their indexes.
        passages: First text of the pool, and how many there are.
        questions: The questions.
        gold: For each question the ids that answer.
    """

    folder: Path
    passages: tuple[str, int]
    questions: tuple[str, ...]
    gold: tuple[frozenset[str], ...]


def environment(name: str, stage: str) -> dict[str, str]:
    """What a process sees: no network; of ours the sources only where it is us; one thread where it answers."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    ours = {"PYTHONPATH": str(record.ROOT / "src")} if name == OURS else {}
    one = {} if stage == "build" else dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    return kept | ours | one | {"HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore"}


def python(name: str) -> str:
    """Its interpreter."""
    return sys.executable if name == OURS else str(CACHE / name / "bin" / "python")


def install(name: str) -> None:
    """Make a peer's environment unless it is there with just these versions."""
    wanted, folder = HERE / "peers" / f"{name}.txt", CACHE / name
    stamp = folder / "installed.txt"
    if stamp.exists() and stamp.read_bytes() == wanted.read_bytes():
        return
    print(f"installing {name}", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)  # noqa: S603 - our own words
    subprocess.run([python(name), "-m", "pip", "install", "--quiet", "-r", str(wanted)], check=True)  # noqa: S603 - likewise
    stamp.write_bytes(wanted.read_bytes())


def versions(name: str) -> dict[str, str]:
    """What a peer's environment has of the packages that its list names, and of two that come with them."""
    lines = (HERE / "peers" / f"{name}.txt").read_text(encoding="utf-8").split()
    names = [*(line.split("==")[0] for line in lines), "numpy", "transformers"]
    script = (
        f"import json; from importlib.metadata import version; print(json.dumps({{n: version(n) for n in {names}}}))"
    )
    done = subprocess.run([python(name), "-c", script], check=True, capture_output=True, text=True)  # noqa: S603 - likewise
    found: dict[str, str] = json.loads(done.stdout)
    return found


def rows(path: Path) -> list[dict[str, Any]]:
    """Rows of the public data."""
    if not path.exists():
        sys.exit(f"{path} is not there: this benchmark needs the shared bench data beside the checkout")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def lay_out(name: str, bench: Path, folder: Path, *, passages: int | None, questions: int | None) -> Set:
    """Write a set for the contestants: the first so many passages, the first so many questions that they answer."""
    plain = name.partition(",")[0]
    change = fold if SETS[name] else str
    pool = rows(bench / f"{plain}.corpus.jsonl")[:passages]
    there = {row["id"] for row in pool}
    asked = [row for row in rows(bench / f"{plain}.queries.jsonl") if there.intersection(row["gold"])][:questions]
    texts = [{"id": row["id"], "text": change(row["text"])} for row in pool]
    given = [{"question": change(row["question"])} for row in asked]
    fresh(folder)
    for part, lines in (("passages", texts), ("questions", given)):
        (folder / f"{part}.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    gold = tuple(frozenset(row["gold"]) for row in asked)
    return Set(folder, (texts[0]["text"], len(texts)), tuple(row["question"] for row in given), gold)


def command(name: str, stage: str, folder: Path) -> list[str]:
    """A stage of a contestant on a set."""
    return [python(name), str(HERE / f"peer_{name}.py"), stage, str(folder), str(folder / name)]


def stage(name: str, what: str, folder: Path) -> dict[str, Any]:
    """Run a stage; its figures, and what share of the machine everything else took meanwhile."""
    machine, clock = record.machine_seconds(), time.perf_counter()
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as output,
        tempfile.TemporaryFile("w+", encoding="utf-8") as log,
    ):
        child = subprocess.Popen(command(name, what, folder), stdout=output, stderr=log, env=environment(name, what))  # noqa: S603 - our own words
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - clock
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        log.seek(0)
        if child.returncode:
            sys.exit(f"{name}, {what}: {log.read()}")
        found: dict[str, Any] = json.loads(output.read().splitlines()[-1])
    own = usage.ru_utime + usage.ru_stime
    return found | {"others": round(record.others(record.machine_seconds() - machine, own, seconds), 3)}


def quality(ranked: Iterable[Sequence[str]], gold: Iterable[frozenset[str]]) -> dict[str, float]:
    """R@1, R@10, MRR@10."""
    ranks = [
        next((rank for rank, found in enumerate(ids[:TOP], 1) if found in right), 0)
        for ids, right in zip(ranked, gold, strict=True)
    ]
    figures = {
        "r1": sum(rank == 1 for rank in ranks) / len(ranks),
        "r10": sum(rank > 0 for rank in ranks) / len(ranks),
        "mrr10": sum(1 / rank for rank in ranks if rank) / len(ranks),
    }
    return {name: round(value, 4) for name, value in figures.items()}


def agreement(given: Set, build: dict[str, Any], ask: dict[str, Any]) -> float:
    """Least cosine of a peer's vectors with ours, of the first passage and the last question."""
    encoder = OnnxEncoder()
    ours = (encoder.encode_passages([given.passages[0]])[0], encoder.encode_queries([given.questions[-1]])[0])
    return round(min(map(cosine, ours, (build["first_vector"], ask["last_vector"]))), 5)


def cosine(ours: NDArray[np.float32], theirs: list[float]) -> float:
    """Cosine of a unit vector with another vector."""
    return float(ours @ np.array(theirs)) / float(np.linalg.norm(theirs))


def measure(name: str, given: Set) -> dict[str, Any]:
    """A contestant on a set."""
    build, ask = (stage(name, what, given.folder) for what in ("build", "ask"))
    ranked = json.loads((given.folder / f"{name}.ranks.json").read_text(encoding="utf-8"))
    encoded = build["encoding_s"]
    found: dict[str, Any] = quality(ranked, given.gold)
    found |= {
        "passages_per_second": round(given.passages[1] / build["build_s"], 1),
        "without_encoding": round(given.passages[1] / (build["build_s"] - encoded), 1),
    }
    if name != OURS:
        found["agreement"] = agreement(given, build, ask)
        assert found["agreement"] > 0.999, f"{name} has other vectors than ours"
    vectors = ("first_vector", "last_vector")
    parts = {
        part: {key: kept[key] for key in kept if key not in vectors} for part, kept in (("build", build), ("ask", ask))
    }
    print(name, json.dumps(found | {"ms": ask["ms"], "memory_mb": ask["memory_mb"]}), file=sys.stderr)
    return found | parts


def cold(names: Sequence[str], folder: Path, rounds: int) -> dict[str, Any]:
    """Processes from start to exit with one answer, in turn; those that were disturbed are taken again."""
    quiet, taken = record.Quiet(), dict[str, list[startup.Process]]()
    starts = {
        name: partial(startup.run, command(name, "once", folder), environment(name, "once"), folder) for name in names
    }
    for start in starts.values():
        start()
    for _ in range(rounds):
        for name, start in starts.items():
            taken.setdefault(name, []).append(quiet.best(start))
        print({name: round(runs[-1].seconds, 2) for name, runs in taken.items()}, file=sys.stderr)
    return {
        name: {
            "seconds": record.spread(run.seconds for run in runs),
            "peak_mb": record.spread((run.peak for run in runs), digits=1),
            "taken_by_others": record.spread(run.others for run in runs),
        }
        for name, runs in taken.items()
    }


def ratios(results: Mapping[str, Any]) -> dict[str, Any]:
    """What each peer takes or makes of what speechbot does: above 1 is more."""
    compared: dict[str, Any] = {}
    for name, found in results["sets"].items():
        ours = found[OURS]
        compared[name] = {
            peer: {
                "passages_per_second": round(row["passages_per_second"] / ours["passages_per_second"], 2),
                "without_encoding": round(row["without_encoding"] / ours["without_encoding"], 2),
                "median_ms": round(row["ask"]["ms"]["median"] / ours["ask"]["ms"]["median"], 2),
                "p95_ms": round(row["ask"]["ms"]["p95"] / ours["ask"]["ms"]["p95"], 2),
                "resident": round(row["ask"]["memory_mb"]["VmRSS"] / ours["ask"]["memory_mb"]["VmRSS"], 2),
                "disk": round(row["build"]["disk_mb"] / ours["build"]["disk_mb"], 2),
            }
            for peer, row in found.items()
            if peer != OURS
        }
    ours = results["cold_start"][OURS]["seconds"]["median"]
    started = {
        peer: round(row["seconds"]["median"] / ours, 2) for peer, row in results["cold_start"].items() if peer != OURS
    }
    return {"sets": compared, "cold_start": started}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, default=record.BENCH, help="folder of public data")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS), help="which sets (default: all)")
    parser.add_argument("--passages", type=int, help="the first so many passages of a set (default: all)")
    parser.add_argument("--questions", type=int, help="the first so many of its questions (default: all)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of cold starts (default: %(default)s)")
    parser.add_argument("--work", type=Path, default=CACHE / "work", help="folder for indexes (default: %(default)s)")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_suffix(".json"), help="where to write")
    options = parser.parse_args(arguments)
    for name in DOCUMENTATION:
        install(name)
    clock, results = time.perf_counter(), dict[str, Any](sets={})
    sizes: dict[str, Any] = {}
    for name in options.sets:
        folder = options.work.absolute() / name.replace(", ", "_")
        given = lay_out(name, options.bench, folder, passages=options.passages, questions=options.questions)
        sizes[name] = {"passages": given.passages[1], "questions": len(given.questions)}
        print(f"{name}: {sizes[name]}", file=sys.stderr)
        results["sets"][name] = {contestant: measure(contestant, given) for contestant in CONTESTANTS}
    started = COLD if COLD in options.sets else options.sets[-1]
    folder = options.work.absolute() / started.replace(", ", "_")
    results["cold_start"] = cold(CONTESTANTS, folder, options.rounds)
    results["of_speechbot"] = ratios(results)
    settings = {
        "sets": sizes,
        "top": TOP,
        "memory_after_questions": SETTLED,
        "cold_start": {"set": started, "rounds": options.rounds},
        "versions": {name: versions(name) for name in DOCUMENTATION},
        "documentation": DOCUMENTATION,
        "seconds": round(time.perf_counter() - clock),
    }
    record.write(options.output, settings=settings, results=results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
