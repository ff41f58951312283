"""Lexical search over a million windows: bm25s, tantivy and columns in NumPy (``columns.py``), side by side.

Rows are windows of about 60 characters as jieba words and character bigrams. Only the first, some 58,000, are real text;
the others are edited repeats of them (``repeats.py`` says how and what that does not imitate). Every figure comes from a
process of its own, so that memory is honest; engines answer in turn, on one thread. Questions are real ones, read by
``query_terms`` and weighted by ``ranking.Terms`` before the clock starts.

    build        token ids are at hand; what a process does until its files are written
    open         what a process does until it could answer, files in the page cache
    questions    scores; then what ``ranking`` needs besides: largest presence over all rows, document frequencies
    replace      the hundred rows of one file give way to a hundred others; all files written
    crash        the writer is killed 20 times amid that (100,000 rows); is what it had committed there and whole?

bm25s and the columns have k1 0.6 and b 0.75, tantivy 1.2 and 0.75, which cannot be set. Writes ``lexical.json``.

    pip install tantivy
    python benchmarks/lexical.py
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import columns
import crash
import numpy as np
import record
from columns import Columns
from measures import disk, fresh, status, times
from repeats import EDITED, Rows, real_rows, repeated
from sets import PUBLIC
from tantivy_rows import FILE, HEAP, TOP, Tantivy

from speechbot.indexing.lexical import K1, B, LexicalIndex
from speechbot.language.words import query_terms
from speechbot.ranking import Terms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

QUESTIONS, ROUNDS = 200, 3
KILLS, SMALL = 20, 100_000


def rows_of(work: Path) -> Rows:
    """The rows of this run."""
    return Rows.load(work / "rows")


def questions_of(work: Path) -> list[dict[str, Any]]:
    """The questions of this run."""
    found: list[dict[str, Any]] = json.loads((work / "questions.json").read_text(encoding="utf-8"))
    return found


def build_columns(work: Path) -> dict[str, Any]:
    """Build the columns."""
    rows, folder = rows_of(work), fresh(work / "columns")
    clock = time.perf_counter()
    built = Columns.build(rows)
    computed = time.perf_counter()
    built.save(folder, rows.vocabulary)
    seconds = {"computing_s": round(computed - clock, 2), "writing_s": round(time.perf_counter() - computed, 2)}
    today = ("data.npy", "indices.npy", "indptr.npy", "vocabulary.json")
    needed = round(sum((folder / name).stat().st_size for name in today) / 2**20, 1)
    sizes = {"disk_mb": disk(folder), "disk_mb_of_today's_files": needed, "postings": len(built.indices)}
    return seconds | status("VmHWM") | sizes


def build_bm25s(work: Path) -> dict[str, Any]:
    """Build with bm25s, as ``LexicalIndex.build`` does once it has ids; compare its weights with the columns."""
    import bm25s  # noqa: PLC0415

    rows, folder = rows_of(work), fresh(work / "bm25s")
    clock = time.perf_counter()
    starts = rows.starts.tolist()
    ids = [rows.ids[first:end].tolist() for first, end in pairwise(starts)]
    lists = time.perf_counter()
    model = bm25s.BM25(k1=K1, b=B, method="lucene", dtype="float32", int_dtype="int32")
    places = {token: place for place, token in enumerate(rows.vocabulary)}
    model.index((ids, places), create_empty_token=False, show_progress=False)
    computed = time.perf_counter()
    model.save(str(folder), show_progress=False)
    written = time.perf_counter()
    memory = status("VmHWM")
    ours = Columns.load(work / "columns")
    same = bool(np.array_equal(model.scores["indices"], ours.indices))
    return {
        "lists_s": round(lists - clock, 2),
        "computing_s": round(computed - lists, 2),
        "writing_s": round(written - computed, 2),
        **memory,
        "disk_mb": disk(folder),
        "postings_as_in_columns": same,
        "weights_as_in_columns": same and bool(np.allclose(model.scores["data"], ours.data, rtol=1e-5)),
    }


def build_tantivy(work: Path) -> dict[str, Any]:
    """Build with tantivy, one writing thread."""
    rows, folder = rows_of(work), fresh(work / "tantivy")
    clock = time.perf_counter()
    index = Tantivy(folder)
    writer = index.index.writer(HEAP, 1)
    index.write(writer, rows)
    added = time.perf_counter()
    writer.commit()
    writer.wait_merging_threads()
    seconds = {"adding_s": round(added - clock, 2), "committing_s": round(time.perf_counter() - added, 2)}
    memory = status("VmHWM")
    segments = Tantivy(folder).searcher.num_segments
    return seconds | memory | {"disk_mb": disk(folder), "segments": segments}


def read_questions(work: Path, bench: Path) -> dict[str, Any]:
    """Tokens, weights and shares of the questions, as ``Terms`` has them, known tokens only; how much they touch."""
    index = LexicalIndex.load(work / "columns")
    texts = []
    for name in PUBLIC:
        with (bench / f"{name}.queries.jsonl").open(encoding="utf-8") as file:
            texts += [json.loads(line)["question"] for line in file]
    places = {token: place for place, token in enumerate(rows_of(work).vocabulary)}
    found = []
    for text in texts[:: len(texts) // QUESTIONS][:QUESTIONS]:
        terms = Terms(query_terms(text), index)
        tokens, weights, shares = terms._tokens, terms._weights.tolist(), terms._shares.tolist()  # noqa: SLF001
        known = [item for item in zip(tokens, weights, shares, strict=True) if item[0] in places]
        words, factors, parts = (list(values) for values in zip(*known, strict=True))
        where = [places[word] for word in words]
        found.append({"tokens": words, "columns": where, "weights": factors, "shares": parts})
    (work / "questions.json").write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    postings = [int(index.frequency(question["tokens"]).sum()) for question in found]
    touched = {"median": statistics.median(postings), "p95": record.percentile(postings, 95), "max": max(postings)}
    return {"question_tokens": statistics.median(len(question["tokens"]) for question in found), "postings": touched}


def ask_columns(work: Path) -> dict[str, Any]:
    """Questions to the columns in every way there is."""
    before, clock = status("VmRSS"), time.perf_counter()
    LexicalIndex.load(work / "columns")
    seconds, index = time.perf_counter() - clock, Columns.load(work / "columns")
    opened, asked = status("VmRSS", "RssAnon", "RssFile"), questions_of(work)
    scored = [(question["columns"], question["weights"]) for question in asked]
    shared = [(question["columns"], question["shares"]) for question in asked]
    figures: dict[str, Any] = {}

    def scores(question: columns.Question) -> object:
        return columns.top_floor(columns.add_at(index, question), TOP)

    figures["first_pass"] = times(scores, scored)
    after = status("VmRSS", "RssAnon", "RssFile")
    figures["add.at, floor"] = times(scores, scored)
    figures["as today: +=, argpartition"] = times(
        lambda question: columns.top_partition(columns.add(index, question), TOP), scored
    )
    for way in (columns.add, columns.add_at, columns.counted, columns.add_tf):
        figures[f"adding: {way.__name__}"] = times(partial(way, index), scored)
    totals = [columns.add(index, question) for question in scored[::4]]
    for best in (columns.top_partition, columns.top_positive, columns.top_floor):
        figures[f"choosing: {best.__name__}"] = times(partial(best, k=TOP), totals)
    figures["maxscore"] = times(lambda question: columns.maxscore(index, question, TOP), scored)
    figures["presence: add.at, max"] = times(lambda question: columns.presence(index, question).max(), shared)
    figures["presence: maxscore"] = times(lambda q: columns.maxscore(index, q, 1, present=True), shared)
    figures["frequencies"] = times(lambda q: index.indptr[np.array(q[0]) + 1] - index.indptr[q[0]], scored)
    best_rows = [columns.top_floor(columns.add(index, question), TOP) for question in scored]
    some = [(q, p[1], np.sort(rows).astype(np.int32)) for q, p, rows in zip(scored, shared, best_rows, strict=True)]
    figures[f"score and presence of {TOP} rows"] = times(lambda item: columns.of_rows(index, *item), some)
    most = [float(columns.presence(index, question).max()) for question in shared]
    (work / "ours.json").write_text(json.dumps({"best": [r.tolist() for r in best_rows], "most": most}))
    memory = {"before": before, "opened": opened, "after_questions": after}
    return {
        "open_s": round(seconds, 3),
        "memory_mb": memory,
        "ms": figures,
        "exact": columns.exact(index, scored, shared, TOP),
    }


def ask_tantivy(work: Path) -> dict[str, Any]:
    """Questions to tantivy."""
    import tantivy  # noqa: F401, PLC0415

    before, clock = status("VmRSS"), time.perf_counter()
    index = Tantivy(work / "tantivy")
    seconds, opened, asked = time.perf_counter() - clock, status("VmRSS", "RssAnon", "RssFile"), questions_of(work)
    first = times(index.best, asked)
    after = status("VmRSS", "RssAnon", "RssFile")
    ours = json.loads((work / "ours.json").read_text())
    best = [index.best(question) for question in asked]
    pairs = list(zip(best, ours["best"], strict=True))
    figures = {
        "first_pass": first,
        "bm25": times(index.best, asked),
        "presence": times(index.most_present, asked),
        "frequencies": times(lambda q: [index.searcher.doc_freq("body", token) for token in q["tokens"]], asked),
        f"score of {TOP} rows": times(lambda pair: index.of_rows(*pair), zip(asked, ours["best"], strict=True)),
    }
    most = [abs(index.most_present(q) - m) < 1e-4 for q, m in zip(asked, ours["most"], strict=True)]
    shared = {
        f"of our best {k}": round(statistics.mean(len(set(a[:k]) & set(b[:k])) / len(b[:k]) for a, b in pairs), 3)
        for k in (10, TOP)
    }
    memory = {"before": before, "opened": opened, "after_questions": after}
    found = {"largest_presence_as_ours": sum(most), "found": shared}
    return {"open_s": round(seconds, 3), "memory_mb": memory, "ms": figures} | found


def ask_bm25s(work: Path) -> dict[str, Any]:
    """Questions to bm25s as it comes, files mapped; it knows no weights of tokens."""
    import bm25s  # noqa: PLC0415

    before, clock = status("VmRSS"), time.perf_counter()
    model = bm25s.BM25.load(str(work / "bm25s"), mmap=True)
    seconds, opened, asked = time.perf_counter() - clock, status("VmRSS", "RssAnon", "RssFile"), questions_of(work)

    def ask(question: dict[str, Any]) -> object:
        return columns.top_partition(model.get_scores_from_ids(question["columns"]), TOP)

    first, after = times(ask, asked), status("VmRSS", "RssAnon", "RssFile")
    scores = times(lambda question: model.get_scores_from_ids(question["columns"]), asked)
    figures = {"first_pass": first, "scores, argpartition": times(ask, asked), "scores": scores}
    memory = {"before": before, "opened": opened, "after_questions": after}
    return {"open_s": round(seconds, 3), "memory_mb": memory, "ms": figures}


def replace_columns(work: Path) -> dict[str, Any]:
    """Replace one file amid the columns, in a new folder; then see whether a new build would be the same."""
    rows, taken = rows_of(work), []
    other = rows.some(len(rows) // 2, len(rows) // 2 + FILE - 1)  # one row less, so that rows move
    for _ in range(3):
        folder = fresh(work / "replaced")
        clock = [time.perf_counter()]
        index = Columns.load(work / "columns")
        index.replace(FILE, 2 * FILE, other)
        clock.append(time.perf_counter())
        index.weigh()
        clock.append(time.perf_counter())
        index.save(folder, rows.vocabulary)
        clock.append(time.perf_counter())
        os.sync()
        taken.append([round(end - start, 2) for start, end in pairwise([*clock, time.perf_counter()])])
    memory, (first, end) = status("VmHWM"), rows.starts[[FILE, 2 * FILE]]
    starts = np.cumsum([0, *index.lengths.tolist()])
    anew = Columns.build(
        Rows(np.concatenate([rows.ids[:first], other.ids, rows.ids[end:]]), starts, rows.vocabulary, 0)
    )
    same = all(np.array_equal(getattr(anew, name), getattr(index, name)) for name in columns.ARRAYS)
    names = ("merging_s", "weighing_s", "writing_s", "sync_s")
    runs = {
        name: dict(zip(names, run, strict=True)) for name, run in zip(("first", "second", "third"), taken, strict=True)
    }
    return runs | memory | {"as_a_new_build": same}


def replace_tantivy(work: Path) -> dict[str, Any]:
    """Replace file 0 in a copy; ``open_s`` is opening the writer, ``merging_s`` waiting for merges at the end."""
    shutil.copytree(work / "tantivy", work / "replaced", dirs_exist_ok=False)
    rows, taken, clock = rows_of(work), [], time.perf_counter()
    index = Tantivy(work / "replaced")
    writer = index.index.writer(HEAP, 1)
    opened = time.perf_counter() - clock
    for number in range(1, 6):
        clock = time.perf_counter()
        index.replace(writer, rows.some(number * 1000, number * 1000 + FILE), number)
        taken.append(time.perf_counter() - clock)
    clock = time.perf_counter()
    writer.wait_merging_threads()
    merging, again = time.perf_counter() - clock, Tantivy(work / "replaced")
    counts = {"rows": again.searcher.num_docs, "segments": again.searcher.num_segments}
    seconds = {"open_s": opened, "replace_s": statistics.median(taken), "merging_s": merging}
    return {name: round(value, 3) for name, value in seconds.items()} | status("VmHWM") | counts


def stage(work: Path, bench: Path, name: str) -> dict[str, Any]:
    """Run a stage in a process of its own and print its figures."""
    command = [sys.executable, __file__, "--work", str(work), "--bench", str(bench), "--stage", name]
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    busy = os.getloadavg()[0]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=os.environ | one)  # noqa: S603 - our own words
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1]) | {"load_before": round(busy, 2)}
    print(f"{name}: {json.dumps(found, ensure_ascii=False)}", file=sys.stderr)
    return found


def make_rows(work: Path, bench: Path, number: int) -> dict[str, Any]:
    """Make the rows; ``small`` beside them has the first of them, for the crashes."""
    real = real_rows(bench)
    rows = repeated(real, number)
    rows.save(fresh(work / "rows"))
    rows.some(0, min(SMALL, number)).save(fresh(work / "small" / "rows"))
    return {
        "rows": number,
        "real_rows": real.real,
        "vocabulary": len(rows.vocabulary),
        "tokens": len(rows.ids),
        "edited": EDITED,
    }


STAGES: dict[str, Callable[[Path], dict[str, Any]]] = {
    "columns": build_columns,
    "bm25s": build_bm25s,
    "tantivy": build_tantivy,
    "ask columns": ask_columns,
    "ask bm25s": ask_bm25s,
    "ask tantivy": ask_tantivy,
    "replace columns": replace_columns,
    "replace tantivy": replace_tantivy,
    "crash columns": lambda work: crash.columns(work, KILLS),
    "crash tantivy": lambda work: crash.tantivy(work, KILLS),
}


def ratios(rounds: Sequence[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Medians of tantivy over those of the columns, of each round."""
    pairs = {
        "questions": ("bm25", "add.at, floor"),
        "presence": ("presence", "presence: add.at, max"),
        f"{TOP} rows": (f"score of {TOP} rows", f"score and presence of {TOP} rows"),
    }
    return {
        name: record.spread(
            (r["ask tantivy"]["ms"][a]["median"] / r["ask columns"]["ms"][b]["median"] for r in rounds), digits=1
        )
        for name, (a, b) in pairs.items()
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, default=record.BENCH, help="folder of public data")
    parser.add_argument("--rows", type=int, default=1_000_000, help="how many rows (default: %(default)s)")
    parser.add_argument("--work", type=Path, help="folder for rows and indexes, 5 GB; kept (default: a temporary one)")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_suffix(".json"), help="where to write")
    parser.add_argument("--stage", choices=[*STAGES, "questions"], help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.stage:
        found = (
            read_questions(options.work, options.bench)
            if options.stage == "questions"
            else STAGES[options.stage](options.work)
        )
        print(json.dumps(found, ensure_ascii=False))
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        made = make_rows(work, options.bench, options.rows)
        results: dict[str, Any] = {"build": {name: stage(work, options.bench, name) for name in list(STAGES)[:3]}}
        made |= stage(work, options.bench, "questions")
        asking = [name for name in STAGES if name.startswith("ask ")]
        results["rounds"] = [{name: stage(work, options.bench, name) for name in asking} for _ in range(ROUNDS)]
        results["tantivy_over_columns"] = ratios(results["rounds"])
        results["replace"] = {}
        for name in ("columns", "tantivy"):
            shutil.rmtree(work / "replaced", ignore_errors=True)
            results["replace"][name] = stage(work, options.bench, f"replace {name}")
        for name in ("columns", "tantivy"):
            stage(work / "small", options.bench, name)
        results["crash"] = {
            name: stage(work / "small", options.bench, f"crash {name}") for name in ("columns", "tantivy")
        }
    settings = made | {
        "k1": K1,
        "b": B,
        "questions": QUESTIONS,
        "top": TOP,
        "rounds": ROUNDS,
        "file": FILE,
        "heap": HEAP,
    }
    versions = {"tantivy": record.packages(("tantivy",)).get("tantivy", "")}
    record.write(options.output, settings=settings | versions, results=results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
