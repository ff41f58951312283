"""Writes the tables of ``benchmarks/README.md`` and ``README.md`` from the recorded results.

    python benchmarks/report.py

A table stands between ``<!-- name -->`` and ``<!-- /name -->``; ``tests/test_benchmarks.py`` checks that all are up to date.
"""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import bot_tables
import index_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

HERE = Path(__file__).resolve().parent
READMES = (HERE / "README.md", HERE.parent / "README.md")
SETS = {"cmrc2018_dev": "CMRC2018", "drcd_dev": "DRCD", "stard_law": "STARD", "reports": "speeches"}
QUESTIONS = {"indomain": "indomain.jsonl", "material": "material.jsonl"}


def load(name: str) -> dict[str, Any]:
    """A recorded result."""
    found: dict[str, Any] = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return found


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first are set to the right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


ENGINES = ("onnxruntime", "sentence-transformers", "torch", "numpy")
STORES = ("faiss-cpu", "numpy", "jieba")
FRONTENDS = ("python-telegram-bot", "httpx", "tornado", "onnxruntime")
READERS = ("defusedxml", "lxml", "pypdfium2")


def origin(record: dict[str, Any], names: Sequence[str] = ENGINES) -> str:
    """Where and when something was measured, with the versions of the libraries that it depends on."""
    machine, packages = record["hardware"], record["packages"]
    versions = ", ".join(f"{name} {packages[name]}" for name in names if name in packages)
    return (
        f"{record['date'][:10]}, commit {record['commit']}, {machine['processor']}, {machine['cores']} cores,"
        f" {machine['memory_gb']} GB; Python {packages['python']}, {versions}."
    )


def share(value: float | None) -> str:
    """A share with three digits."""
    return "—" if value is None else f"{value:.3f}"


def retrieval() -> str:
    """Every contestant on the three public sets."""
    record = load("retrieval")
    sets = record["results"]
    header = ("", *(f"{SETS[name]} {measure}" for name in sets for measure in ("R@1", "MRR@10")))
    contestants = next(iter(sets.values()))
    rows = [(name, *(f"{sets[one][name][key]:.4f}" for one in sets for key in ("r1", "mrr10"))) for name in contestants]
    return f"{table(header, rows)}\n\n{origin(record)}"


def ablation() -> str:
    """One thing changed at a time."""
    record = load("ablation")
    names = next(iter(record["results"].values()))
    header = ("", *(f"{SETS[name]} {measure}" for name in names for measure in ("R@1", "MRR@10")))
    rows = [
        (name, *(f"{row[one][key]:.4f}" for one in names for key in ("r1", "mrr10")))
        for name, row in record["results"].items()
    ]
    return f"{table(header, rows)}\n\n{origin(record)}"


def calibration() -> str:
    """How refusal holds on domains that it was not learnt on."""
    record = load("calibrate")
    found = record["results"]["bundled"]
    header = ("", "questions", "AUROC", "answerable refused", "unanswerable refused", "calibration error")
    rows = [
        (f"{SETS[name]}, {part}", *refusal(figures))
        for name, parts in found["held_out_domains"].items()
        for part, figures in parts.items()
        if part != "further"
    ]
    rows += [(QUESTIONS[name], *refusal(figures)) for name, figures in found["first_material"].items()]
    errors = found["error_at_cutoff"]
    curve = table(("cut-off", *errors), [("mean error", *(f"{error:.3f}" for error in errors.values()))])
    names = ("passages", "right", "expected", "shown", "right_of_shown", "expected_of_shown")
    further = table(
        ("ranks 2 to 5", *(name.replace("_", " ") for name in names)),
        [
            (SETS[name], *(str(parts["further"][key]) for key in names))
            for name, parts in found["held_out_domains"].items()
        ],
    )
    return f"{table(header, rows)}\n\n{further}\n\n{curve}\n\n{origin(record)}"


def refusal(figures: dict[str, Any]) -> tuple[str, ...]:
    """Cells of one row of ``calibration``."""
    return (
        str(figures["questions"]),
        share(figures["auroc"]),
        share(figures["answerable_refused"]),
        share(figures["refusal_recall"]),
        share(figures["calibration_error"]),
    )


def material() -> str:
    """The whole product on the first material."""
    record = load("material")
    header = ("questions", "number", "R@1", "R@3", "MRR@10", "unanswerable refused", "answerable refused", "median ms")
    rows = []
    for name, found in record["results"].items():
        overall = found["overall"]
        measures = ("recall_at_1", "recall_at_3", "mrr_at_10", "refusal_recall")
        refused = f"{overall['answerable_refused']} of {overall['answerable']}"
        rows.append(
            (
                QUESTIONS[name],
                str(overall["questions"]),
                *(share(overall[measure]) for measure in measures),
                refused,
                f"{found['latency_ms']['median']:.1f}",
            )
        )
    return f"{table(header, rows)}\n\n{origin(record)}"


def encoding() -> str:
    """Speed of the encoder beside the same weights in torch."""
    record = load("encoding")
    header = ("", "passages/s", "× torch float32", "CPU ms", "query ms", "least cosine to float32")
    rows = [
        (
            name,
            f"{row['passages_per_second']['median']:.1f}",
            f"{row['times_torch_float32']['median']:.2f}",
            f"{row['cpu_ms_per_passage']['median']:.0f}",
            f"{row['query_ms']['median']:.1f}",
            f"{row['cosine_to_float32']['min']:.4f}",
        )
        for name, row in record["results"]["contestants"].items()
    ]
    tokens = record["settings"]["tokens"]["median"]
    note = f"Medians of {record['settings']['rounds']} rounds, {record['settings']['passages']} passages of {tokens:.0f} tokens."
    return f"{table(header, rows)}\n\n{note} {origin(record)}"


def startup() -> str:
    """Whole processes from a cold start."""
    record = load("startup")
    header = ("", "seconds", "CPU seconds", "peak MB", "`ask` takes of it")
    rows = [
        (
            name,
            f"{row['seconds']['median']:.2f}",
            f"{row['user_seconds']['median'] + row['system_seconds']['median']:.2f}",
            f"{row['peak_mb']['median']:.0f}",
            f"{row['ask_takes_of_it']['median']:.2f}",
        )
        for name, row in record["results"]["processes"].items()
    ]
    asking = record["results"]["asking"]
    note = (
        f"One process that stays: `Retriever.ask` takes {asking['ask_ms']['median']:.1f} ms (median; p95"
        f" {asking['ask_ms_p95']:.1f} ms) and {asking['resident_mb']:.0f} MB resident; torch is not loaded."
    )
    return f"{table(header, rows)}\n\n{note} {origin(record)}"


def structure() -> str:
    """What the parser finds in the public speeches."""
    record = load("structure")
    collections = record["results"]
    levels = sorted({level for counts in collections.values() for level in counts["sections_per_level"]})
    origins = ("date", "speaker", "occasion")
    header = (
        "",
        "files",
        "speeches",
        *origins,
        "passages",
        *(f"level {level}" for level in levels),
        "dropped",
        "M characters/s",
    )
    rows = [
        (
            name,
            *(str(counts[key]) for key in ("files", "speeches")),
            *(str(counts["speeches_with"][key]) for key in origins),
            str(counts["passages"]),
            *(str(counts["sections_per_level"].get(level, 0)) for level in levels),
            f"{counts['dropped_share']:.1%}",
            f"{counts['characters_per_second'] / 1e6:.1f}",
        )
        for name, counts in collections.items()
    ]
    return f"{table(header, rows)}\n\n{origin(record)}"


def fuzz() -> str:
    """What became of damaged files, by what they were."""
    record = load("fuzz")
    results = record["results"]
    outcomes = ("read", "refused", "crash", "hang")
    rows = [
        (
            kind,
            *(str(found.get(outcome, 0)) for outcome in outcomes),
            *(f"{results['seconds_per_kind'][kind][name]:.3f}" for name in ("median", "max")),
        )
        for kind, found in results["outcomes_per_kind"].items()
    ]
    total = ("all", *(str(results["outcomes"].get(outcome, 0)) for outcome in outcomes), "", "")
    return f"{table(('mutated from', *outcomes, 'median s', 'most s'), [*rows, total])}\n\n{origin(record, READERS)}"


def of_index(name: str) -> str:
    """A table of ``index_tables``."""
    record = load(name)
    made: str = getattr(index_tables, name)(record, table)
    return f"{made}\n\n{origin(record, STORES)}"


def of_bot() -> str:
    """The tables of ``bot_tables``."""
    record = load("bot")
    return f"{bot_tables.bot(record, table)}\n\n{origin(record, FRONTENDS)}"


TABLES: dict[str, Callable[[], str]] = {
    "retrieval": retrieval,
    "ablation": ablation,
    "calibration": calibration,
    "material": material,
    "encoding": encoding,
    "startup": startup,
    "structure": structure,
    "fuzz": fuzz,
    "vectors": partial(of_index, "vectors"),
    "scale": partial(of_index, "scale"),
    "files": partial(of_index, "files"),
    "lexical": partial(of_index, "lexical"),
    "kills": partial(of_index, "kills"),
    "bot": of_bot,
}


def filled(text: str) -> str:
    """A text with all of its tables made anew."""
    for name, made in TABLES.items():
        opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, found, rest = text.partition(opening)
        if found:
            text = f"{before}{opening}\n\n{made()}\n\n{closing}{rest.partition(closing)[2]}"
    return text


def main() -> None:
    """Fill both files."""
    for path in READMES:
        path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")
        print(f"filled {path}")


if __name__ == "__main__":
    main()
