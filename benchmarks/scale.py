"""Indexes of 10,000, 100,000 and 1,000,000 windows: building, opening, asking, changing one file.

Each step is a process of its own. The corpus and what its vectors are is said in ``scale_corpus.py``: real text first, then
edited repeats whose vectors are perturbed copies. Building does everything for real but encoding; what encoding would take
is told from the rate at which some real windows are encoded in the same process. Questions are those of the public sets, in turn.

- ``search``: whole ``Retriever.search`` for five hits, question encoding included, in milliseconds.
- ``recall``: share of the ten best passages by exhaustive evidence (every window compared, in the stored precision) that
  are among the ten that ``Ranker.rank`` gives; ``windows``: the same of ``VectorIndex.nearest`` against all cosines.
- ``resident``: memory of the process, of which ``anonymous`` is its own and the rest mapped files that processes share.
- ``changed``: building again after one file was changed.

    python benchmarks/scale.py [--sizes 10000 100000 1000000] [--folder /tmp/scale]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import record
from measures import disk, fresh, status, times
from sets import paragraphs, questions

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).resolve().parent
SIZES = (10_000, 100_000, 1_000_000)
QUESTIONS = 300
SAMPLE = 1000  # windows encoded to measure the rate
COMPARED = 100  # questions that are also answered exhaustively
CHANGED = "今年要把读书会办到每一个村，让人人有书读、有地方读书。"


def build(folder: Path, size: int) -> dict[str, Any]:
    """Write the corpus, index it; then change one file and index again."""
    from scale_corpus import Originals, ReplayEncoder, write_corpus  # noqa: PLC0415 - a process of its own

    from speechbot import build_index  # noqa: PLC0415

    texts = paragraphs()
    encoder = ReplayEncoder(Originals(texts))
    files = write_corpus(folder / "corpus", size, encoder, texts)
    before = status("VmRSS")
    clock = time.perf_counter()
    report = build_index(folder / "corpus", folder / "index", encoder=encoder)
    seconds, peak = time.perf_counter() - clock, status("VmHWM")
    path = folder / "corpus" / f"{files // 2:05d}.txt"
    path.write_text(path.read_text(encoding="utf-8") + CHANGED + "\n", encoding="utf-8")
    again = build_index(folder / "corpus", folder / "index", encoder=encoder)
    encoding = report.windows / rate(encoder.originals.texts)
    return {
        "files": report.sources,
        "passages": report.passages,
        "windows": report.windows,
        "real_windows": min(report.windows, len(encoder.originals.texts)),
        "encoded_by_the_model": encoder.asked,
        "build_s": round(seconds, 1),
        "memory_mb": {"before": before["VmRSS"], "peak": peak["VmHWM"]},
        "disk_mb": parts(folder / "index"),
        "changed": {"seconds": round(again.seconds, 2), "encoded": again.encoded, "unchanged": again.unchanged},
        "encoding_s": round(encoding),
        "changed_share": round(again.seconds / (seconds + encoding), 5),
    }


def rate(texts: Sequence[str]) -> float:
    """Windows a second that the bundled model encodes as a build does, on some of the real ones."""
    from speechbot.encoder import open_encoder  # noqa: PLC0415

    encoder, some = open_encoder(indexing=True), texts[:: len(texts) // SAMPLE]
    encoder.encode_passages(some[:32])
    clock = time.perf_counter()
    encoder.encode_passages(some)
    return len(some) / (time.perf_counter() - clock)


def parts(index: Path) -> dict[str, float]:
    """What each part of the live generation takes, in MB."""
    generation = index / "generations" / (index / "CURRENT").read_text().strip()
    sizes = {path.name: path.stat().st_size for path in generation.iterdir() if path.is_file()}
    sizes["lexical"] = sum(path.stat().st_size for path in (generation / "lexical").rglob("*") if path.is_file())
    return {name: round(size / 2**20, 1) for name, size in sorted(sizes.items())} | {"all": disk(generation)}


def ask(folder: Path) -> dict[str, Any]:
    """Open the index and ask."""
    from speechbot.indexing.store import open_live  # noqa: PLC0415
    from speechbot.retriever import Retriever  # noqa: PLC0415

    index, asked = folder / "index", questions(QUESTIONS)
    clock = time.perf_counter()
    open_live(index).close()
    generation = time.perf_counter() - clock
    clock = time.perf_counter()
    retriever = Retriever.open(index)
    opened = time.perf_counter() - clock
    resident = status("VmRSS", "RssAnon")
    clock = time.perf_counter()
    retriever.search(asked[-1])
    first = time.perf_counter() - clock
    figures = times(retriever.search, asked)
    return {
        "open_generation_s": round(generation, 3),
        "open_retriever_s": round(opened, 3),
        "first_search_s": round(first, 3),
        "search_ms": figures,
        "memory_mb": {"opened": resident, "asked": status("VmRSS", "RssAnon")},
    }


def compare(folder: Path) -> dict[str, Any]:
    """Compare with exhaustive answers."""
    from speechbot.calibration import calibration  # noqa: PLC0415
    from speechbot.encoder import BUNDLED, open_encoder  # noqa: PLC0415
    from speechbot.indexing.store import open_live  # noqa: PLC0415
    from speechbot.language.text import fold  # noqa: PLC0415
    from speechbot.language.words import query_terms  # noqa: PLC0415
    from speechbot.ranking import Query, Ranker  # noqa: PLC0415

    encoder, generation = open_encoder(), open_live(folder / "index")
    ranker = Ranker(generation.vectors, generation.windows, generation.lexical, calibration(BUNDLED))
    passages, windows = [], []
    for question in questions(COMPARED):
        query = Query(encoder.encode_queries([fold(question)])[0], query_terms(fold(question)))
        exact = ranker.evidence(query)
        best = np.argsort(-ranker.scores(exact), kind="stable")[:10]
        passages.append(len({one.row for one in ranker.rank(query, 10)} & set(best.tolist())) / len(best))
        near = np.argsort(-exact.cosines, kind="stable")[:10]
        found, _ = generation.vectors.nearest(query.vector, 256)
        windows.append(len(set(found[:10].tolist()) & set(near.tolist())) / len(near))
    return {
        "recall_at_10": round(float(np.mean(passages)), 4),
        "windows_recall_at_10": round(float(np.mean(windows)), 4),
    }


def measure(work: Path, size: int, kept: dict[str, Any] | None) -> dict[str, Any]:
    """All steps for one size; of an index that is kept, all but building, which is as recorded."""
    folder = work / str(size) if kept else fresh(work / str(size))
    found: dict[str, Any] = {"build": kept["build"]} if kept else {}
    for step in ("ask", "compare") if kept else ("build", "ask", "compare"):
        command = [
            sys.executable,
            str(HERE / "scale.py"),
            "--step",
            step,
            "--folder",
            str(folder),
            "--sizes",
            str(size),
        ]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - ourselves
        found[step] = json.loads(done.stdout.splitlines()[-1])
        print(size, step, found[step], flush=True)
    return found


def main() -> None:
    """Measure and write ``scale.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/scale"))  # noqa: S108
    parser.add_argument("--keep", action="store_true", help="ask the indexes of the last run, which are as recorded")
    parser.add_argument("--step", choices=("build", "ask", "compare"))
    options = parser.parse_args()
    if options.step:
        steps = {"build": lambda: build(options.folder, options.sizes[0]), "ask": lambda: ask(options.folder)}
        steps["compare"] = lambda: compare(options.folder)
        print(json.dumps(steps[options.step]()))
        return
    recorded = json.loads((HERE / "scale.json").read_text(encoding="utf-8"))["results"] if options.keep else {}
    results = {str(size): measure(options.folder, size, recorded.get(str(size))) for size in options.sizes}
    record.write(
        HERE / "scale.json",
        settings={"questions": QUESTIONS, "compared": COMPARED, "sizes": list(options.sizes)},
        results=results,
    )


if __name__ == "__main__":
    main()
