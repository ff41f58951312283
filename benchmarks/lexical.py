"""Lexical search over a million windows: ``speechbot.indexing.lexical``, bm25s as it comes, and tantivy, side by side.

Rows are windows of about 60 characters as jieba words and character bigrams. Only the first, some 58,000, are real text;
the others are edited repeats of them (``repeats.py`` says how and what that does not imitate). Every figure comes from a
process of its own, so that memory is honest; engines answer in turn, on one thread. Questions are real ones, read by
``query_terms`` and weighted by ``ranking.Terms`` before the clock starts.

    build        token lists are made from ids on the way; what a process does until its files are written
    ask          opening, files in the page cache; BM25 by weighted tokens, the best 256; then what ``ranking`` needs
                 besides: largest presence over all rows, document frequencies, scores of 256 given rows
    replace      the hundred rows of one file give way to others; all files written
    kills        tantivy's writer is killed 20 times amid that (100,000 rows); benchmarks/kills.py kills ours

bm25s knows neither weights of tokens nor presence. It and ours have k1 0.6 and b 0.75, tantivy 1.2 and 0.75, which cannot
be set. Writes ``lexical.json``.

    pip install tantivy
    python benchmarks/lexical.py
"""

from __future__ import annotations

import argparse
import filecmp
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import record
from measures import disk, fresh, status, times
from repeats import EDITED, Rows, real_rows, repeated
from sets import questions
from tantivy_rows import FILE, HEAP, TOP, Tantivy, killed

from speechbot.indexing.disk import sync_tree
from speechbot.indexing.lexical import K1, PARTS, B, LexicalIndex, Postings
from speechbot.language.words import query_terms
from speechbot.ranking import Terms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from speechbot.indexing.lexical import Floats

QUESTIONS, ROUNDS = 200, 3
KILLS, SMALL = 20, 100_000
# Blocks of rows whose maxima bound the best from below; a million rows give 8192 maxima.
BLOCKS = 8192
ENGINES = ("speechbot", "bm25s", "tantivy")

_T = TypeVar("_T")


def rows_of(work: Path) -> Rows:
    """The rows of this run."""
    return Rows.load(work / "rows")


def questions_of(work: Path) -> list[dict[str, Any]]:
    """The questions of this run."""
    found: list[dict[str, Any]] = json.loads((work / "questions.json").read_text(encoding="utf-8"))
    return found


def make_rows(work: Path, bench: Path, number: int) -> dict[str, Any]:
    """Make the rows."""
    real = real_rows(bench)
    rows = repeated(real, number)
    rows.save(fresh(work / "rows"))
    sizes = {"vocabulary": len(rows.vocabulary), "row_tokens": len(rows.ids), "edited": EDITED}
    return {"rows": number, "real_rows": min(number, len(real))} | sizes


def make_questions(work: Path, bench: Path) -> dict[str, Any]:
    """Tokens, weights and shares of the questions, as ``Terms`` has them, known tokens only; how much they touch."""
    index, found, postings = LexicalIndex.load(work / "speechbot"), [], []
    for text in questions(QUESTIONS, bench):
        terms = Terms(query_terms(text), index)
        tokens, weights, shares = terms._tokens, terms._weights, terms._shares  # noqa: SLF001 - for tantivy
        frequency = index.frequency(tokens)
        known = [token for token, rows in zip(tokens, frequency, strict=True) if rows]
        factors = {"weights": weights[frequency > 0].tolist(), "shares": shares[frequency > 0].tolist()}
        found.append({"text": text, "tokens": known} | factors)
        postings.append(int(frequency.sum()))
    (work / "questions.json").write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    touched = {"median": statistics.median(postings), "p95": record.percentile(postings, 95), "max": max(postings)}
    return {"question_tokens": statistics.median(len(question["tokens"]) for question in found), "postings": touched}


def clocked(names: Sequence[str], clock: Sequence[float]) -> dict[str, float]:
    """Seconds between moments."""
    return {name: round(end - start, 3) for name, (start, end) in zip(names, pairwise(clock), strict=True)}


def build_speechbot(work: Path) -> dict[str, Any]:
    """Count, weigh, write."""
    rows, folder, clock = rows_of(work), fresh(work / "speechbot"), [time.perf_counter()]
    postings = Postings.count(rows)
    clock.append(time.perf_counter())
    index = LexicalIndex.of(postings)
    clock.append(time.perf_counter())
    index.save(folder)
    clock.append(time.perf_counter())
    sizes = {"disk_mb": disk(folder), "postings": len(postings.indices)}
    return clocked(("counting_s", "weighing_s", "writing_s"), clock) | status("VmHWM") | sizes


def build_bm25s(work: Path) -> dict[str, Any]:
    """Likewise with bm25s, which is spared the strings: it takes ids and a vocabulary."""
    import bm25s  # noqa: PLC0415 - a process of its own

    rows, folder, clock = rows_of(work), fresh(work / "bm25s"), [time.perf_counter()]
    ids = [rows.ids[start:stop].tolist() for start, stop in pairwise(rows.starts.tolist())]
    places = {token: place for place, token in enumerate(rows.vocabulary)}
    clock.append(time.perf_counter())
    model = bm25s.BM25(k1=K1, b=B, method="lucene", dtype="float32", int_dtype="int32")
    model.index((ids, places), create_empty_token=False, show_progress=False)
    clock.append(time.perf_counter())
    model.save(str(folder), show_progress=False)
    clock.append(time.perf_counter())
    sizes = {"disk_mb": disk(folder), "postings": len(model.scores["indices"])}
    return clocked(("lists_s", "computing_s", "writing_s"), clock) | status("VmHWM") | sizes


def build_tantivy(work: Path) -> dict[str, Any]:
    """Likewise with tantivy, one writing thread."""
    rows, folder, clock = rows_of(work), fresh(work / "tantivy"), [time.perf_counter()]
    index = Tantivy(folder)
    writer = index.writer()
    index.write(writer, rows)
    clock.append(time.perf_counter())
    writer.commit()
    writer.wait_merging_threads()
    clock.append(time.perf_counter())
    sizes = {"disk_mb": disk(folder), "segments": Tantivy(folder).searcher.num_segments}
    return clocked(("adding_s", "committing_s"), clock) | status("VmHWM") | sizes


def best(total: Floats) -> NDArray[np.int64]:
    """The best rows, best first: those that reach the ``TOP``-th of the maxima of ``BLOCKS`` blocks, sorted."""
    deep = len(total) // BLOCKS
    low = np.partition(total[: deep * BLOCKS].reshape(deep, BLOCKS).max(axis=0), -TOP)[-TOP] if deep else 0
    rows = np.flatnonzero(total >= low if low > 0 else total)
    found: NDArray[np.int64] = rows[np.argsort(-total[rows], kind="stable")[:TOP]]
    return found


def opened(load: Callable[[], _T]) -> tuple[_T, dict[str, Any]]:
    """Open an index; how long that takes and what it adds to memory."""
    before, clock = status("VmRSS"), time.perf_counter()
    index = load()
    seconds = round(time.perf_counter() - clock, 4)
    return index, {"open_s": seconds, "memory_mb": {"before": before, "opened": status("VmRSS", "RssAnon", "RssFile")}}


def asked(run: Callable[[dict[str, Any]], object], given: list[dict[str, Any]], found: dict[str, Any]) -> None:
    """Ask all questions twice; add times and memory to what was found."""
    found["ms"] = {"first_pass": times(run, given)}
    found["memory_mb"]["asked"] = status("VmRSS", "RssAnon", "RssFile")
    found["ms"]["bm25"] = times(run, given)


def ask_speechbot(work: Path) -> dict[str, Any]:
    """Questions as the product asks; the best rows and the largest presence are written down for the others."""
    index, found = opened(lambda: LexicalIndex.load(work / "speechbot"))
    given = questions_of(work)

    def scores(question: dict[str, Any]) -> Floats:
        return index.scores(question["tokens"], question["weights"])

    asked(lambda question: best(scores(question)), given, found)
    ours = {"best": [best(scores(question)).tolist() for question in given]}
    terms = [Terms(query_terms(question["text"]), index) for question in given]
    some = [(question, np.array(rows)) for question, rows in zip(given, ours["best"], strict=True)]
    found["ms"]["presence"] = times(lambda term: term.presence(index).max(), terms)
    found["ms"]["frequencies"] = times(lambda question: index.frequency(question["tokens"]), given)
    found["ms"][f"{TOP} rows"] = times(lambda pair: scores(pair[0])[pair[1]], some)
    most = [float(term.presence(index).max()) for term in terms]
    (work / "ours.json").write_text(json.dumps(ours | {"most": most}), encoding="utf-8")
    return found


def ask_bm25s(work: Path) -> dict[str, Any]:
    """Questions to bm25s, files mapped; with its own choice of the best."""
    import bm25s  # noqa: PLC0415 - a process of its own
    from bm25s.selection import topk  # noqa: PLC0415 - likewise

    model, found = opened(lambda: bm25s.BM25.load(str(work / "bm25s"), mmap=True))
    given = questions_of(work)
    asked(lambda question: topk(model.get_scores(question["tokens"]), TOP, backend="numpy"), given, found)
    found["ms"]["scores alone"] = times(lambda question: model.get_scores(question["tokens"]), given)
    ours = LexicalIndex.load(work / "speechbot")
    same = [np.allclose(ours.scores(q["tokens"]), model.get_scores(q["tokens"]), rtol=1e-5) for q in given]
    return found | {"scores_as_ours": sum(same)}


def ask_tantivy(work: Path) -> dict[str, Any]:
    """Questions to tantivy."""
    index, found = opened(lambda: Tantivy(work / "tantivy"))
    given, ours = questions_of(work), json.loads((work / "ours.json").read_text(encoding="utf-8"))
    asked(index.best, given, found)
    some = list(zip(given, ours["best"], strict=True))
    found["ms"]["presence"] = times(index.most_present, given)
    found["ms"]["frequencies"] = times(index.frequencies, given)
    found["ms"][f"{TOP} rows"] = times(lambda pair: index.of_rows(*pair), some)
    most = [abs(index.most_present(q) - m) < 1e-4 for q, m in zip(given, ours["most"], strict=True)]
    pairs = [(index.best(question), rows) for question, rows in some]
    shared = {
        f"of our best {k}": round(statistics.mean(len(set(a[:k]) & set(b[:k])) / len(b[:k]) for a, b in pairs), 3)
        for k in (10, TOP)
    }
    return found | {"largest_presence_as_ours": sum(most), "found": shared}


def replace_speechbot(work: Path) -> dict[str, Any]:
    """Replace one file as an indexer does, by one row less, so that rows move; then put it back: nothing has changed."""
    rows, found = rows_of(work), dict[str, Any]()
    middle = len(rows) // 2
    turns = {"there": rows.some(middle, middle + FILE - 1), "back": rows.some(FILE, 2 * FILE)}
    source, number = work / "speechbot", FILE
    for turn, fresh_rows in turns.items():
        folder, clock = fresh(work / "replaced" / turn), [time.perf_counter()]
        index = LexicalIndex.load(source)
        size, put = len(index) - number + len(fresh_rows), len(fresh_rows)
        places = np.arange(len(index))
        places[FILE + number :] += put - number
        places[FILE : FILE + number] = -1
        added = Postings.count(fresh_rows).moved(np.arange(FILE, FILE + put), size)
        merged = index.postings.moved(places, size).joined(added)
        clock.append(time.perf_counter())
        index = LexicalIndex.of(merged)
        clock.append(time.perf_counter())
        index.save(folder)
        clock.append(time.perf_counter())
        sync_tree(folder)
        clock.append(time.perf_counter())
        found[turn] = clocked(("merging_s", "weighing_s", "writing_s", "sync_s"), clock)
        source, number = folder, put
    equal, _, _ = filecmp.cmpfiles(work / "speechbot", source, PARTS, shallow=False)
    return found | status("VmHWM") | {"as_before": len(equal) == len(PARTS)}


def replace_tantivy(work: Path) -> dict[str, Any]:
    """Replace file 0 in a copy; ``open_s`` is opening the writer, ``merging_s`` waiting for merges at the end."""
    rows, folder = rows_of(work), work / "replaced" / "tantivy"
    shutil.copytree(work / "tantivy", folder)
    clock = time.perf_counter()
    index = Tantivy(folder)
    writer = index.writer()
    seconds, taken = {"open_s": time.perf_counter() - clock}, []
    for number in range(1, 6):
        clock = time.perf_counter()
        index.replace(writer, rows.some(number * 1000, number * 1000 + FILE), number)
        taken.append(time.perf_counter() - clock)
    clock = time.perf_counter()
    writer.wait_merging_threads()
    seconds |= {"replace_s": statistics.median(taken), "merging_s": time.perf_counter() - clock}
    again = Tantivy(folder).searcher
    counts = {"rows": again.num_docs, "segments": again.num_segments}
    return {name: round(value, 3) for name, value in seconds.items()} | status("VmHWM") | counts


def kill_tantivy(work: Path) -> dict[str, Any]:
    """Kill the writer of a smaller index."""
    rows, folder = rows_of(work), fresh(work / "killed")
    index = Tantivy(folder)
    writer = index.writer()
    index.write(writer, rows.some(0, min(SMALL, len(rows))))
    writer.commit()
    writer.wait_merging_threads()
    return killed(folder, work / "rows", KILLS)


STAGES: dict[str, Callable[[Path], dict[str, Any]]] = {
    "build speechbot": build_speechbot,
    "build bm25s": build_bm25s,
    "build tantivy": build_tantivy,
    "ask speechbot": ask_speechbot,
    "ask bm25s": ask_bm25s,
    "ask tantivy": ask_tantivy,
    "replace speechbot": replace_speechbot,
    "replace tantivy": replace_tantivy,
    "kill tantivy": kill_tantivy,
}


def stage(work: Path, name: str) -> dict[str, Any]:
    """Run a stage in a process of its own and print its figures."""
    command = [sys.executable, __file__, "--work", str(work), "--stage", name]
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    busy = os.getloadavg()[0]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=os.environ | one)  # noqa: S603 - our own words
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1]) | {"load_before": round(busy, 2)}
    print(f"{name}: {json.dumps(found, ensure_ascii=False)}", file=sys.stderr)
    return found


def measure(work: Path, bench: Path, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """All stages; how they were set up, and their figures."""
    settings = make_rows(work, bench, number)
    results: dict[str, Any] = {"build": {name: stage(work, f"build {name}") for name in ENGINES}}
    settings |= make_questions(work, bench)
    results["rounds"] = [{name: stage(work, f"ask {name}") for name in ENGINES} for _ in range(ROUNDS)]
    results["tantivy_over_speechbot"] = {
        name: record.spread(
            (
                one["tantivy"]["ms"][name]["median"] / one["speechbot"]["ms"][name]["median"]
                for one in results["rounds"]
            ),
            digits=1,
        )
        for name in ("bm25", "presence", "frequencies", f"{TOP} rows")
    }
    shutil.rmtree(work / "replaced", ignore_errors=True)
    results["replace"] = {name: stage(work, f"replace {name}") for name in ("speechbot", "tantivy")}
    results["kills"] = {"tantivy": stage(work, "kill tantivy")}
    return settings, results


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, default=record.BENCH, help="folder of public data")
    parser.add_argument("--rows", type=int, default=1_000_000, help="how many rows (default: %(default)s)")
    parser.add_argument("--work", type=Path, help="folder for rows and indexes, 5 GB; kept (default: a temporary one)")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_suffix(".json"), help="where to write")
    parser.add_argument("--stage", choices=STAGES, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.stage:
        print(json.dumps(STAGES[options.stage](options.work), ensure_ascii=False))
        return 0
    clock = time.perf_counter()
    with tempfile.TemporaryDirectory() as temporary:
        settings, results = measure(options.work or Path(temporary), options.bench, options.rows)
    settings |= {"k1": K1, "b": B, "questions": QUESTIONS, "top": TOP, "rounds": ROUNDS, "file": FILE, "heap": HEAP}
    settings |= {"tantivy": record.packages(("tantivy",)).get("tantivy", "")}
    settings |= {"seconds": round(time.perf_counter() - clock)}
    record.write(options.output, settings=settings, results=results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
