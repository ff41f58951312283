"""The tables about the index: vectors, size, kills, words."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Table = Callable[[Sequence[str], Sequence[Sequence[str]]], str]


def _thousands(size: str) -> str:
    return f"{int(size):,}"


def vectors(record: dict[str, Any], table: Table) -> str:
    """Recall and time of each index type at each size."""
    results = record["results"]
    header = ("first ten found / median ms / MB", *(_thousands(size) for size in results))
    names = next(iter(results.values()))
    rows = [
        (
            name,
            *(
                f"{found[name]['recall_at_10']:.4f} / {found[name]['median']:.2f} / {found[name]['mb']:.0f}"
                for found in results.values()
            ),
        )
        for name in names
    ]
    return table(header, rows)


def scale(record: dict[str, Any], table: Table) -> str:
    """Building, opening and asking at each size."""
    results: dict[str, Any] = record["results"]
    header = ("", *(_thousands(size) if size.isdecimal() else size for size in results))
    lines: dict[str, Callable[[dict[str, Any]], str]] = {
        "files": lambda one: f"{one['build']['files']:,}",
        "windows (of real text)": lambda one: f"{one['build']['windows']:,} ({one['build']['real_windows']:,})",
        "build without encoding, s": lambda one: f"{one['build']['build_s']:.0f}",
        "encoding at the measured rate, s": lambda one: f"{one['build']['encoding_s']:.0f}",
        "memory of the build, MB": lambda one: f"{one['build']['memory_mb']['peak']:.0f}",
        "one file changed, s": lambda one: f"{one['build']['changed']['seconds']:.1f}",
        "that in % of a full build": lambda one: f"{one['build']['changed_share']:.2%}",
        "on disk, MB": lambda one: f"{one['build']['disk_mb']['all']:.0f}",
        "open, s": lambda one: f"{one['ask']['open_generation_s']:.3f}",
        "resident when open, MB": lambda one: f"{one['ask']['memory_mb']['opened']['VmRSS']:.0f}",
        "resident after 300 questions, MB": lambda one: f"{one['ask']['memory_mb']['asked']['VmRSS']:.0f}",
        "of that its own, MB": lambda one: f"{one['ask']['memory_mb']['asked']['RssAnon']:.0f}",
        "search, median ms": lambda one: f"{one['ask']['search_ms']['median']:.1f}",
        "search, p95 ms": lambda one: f"{one['ask']['search_ms']['p95']:.1f}",
        "first ten as by exhaustive search": lambda one: f"{one['compare']['recall_at_10']:.4f}",
        "first ten windows by cosine": lambda one: f"{one['compare']['windows_recall_at_10']:.4f}",
    }
    return table(header, [(name, *(read(one) for one in results.values())) for name, read in lines.items()])


def kills(record: dict[str, Any], table: Table) -> str:
    """What became of builds killed while readers asked."""
    found = record["results"]
    readers = found["readers"]
    asked = {name: str(sum(one[name] for one in readers.values())) for name in ("questions", "failed", "wrong")}
    header = (
        "builds killed",
        "unreadable",
        "lost",
        "left behind",
        "rollbacks",
        "questions meanwhile",
        "failed",
        "wrong",
    )
    row = (
        str(found["kills"]),
        str(found["unreadable"]),
        str(found["lost"]),
        str(len(found["left_behind"])),
        str(found["rollbacks"]),
        *asked.values(),
    )
    return table(header, [row])


def files(record: dict[str, Any], table: Table) -> str:
    """What a change among many files costs."""
    header = (
        "",
        "seconds",
        "of a full build",
        "files",
        "windows",
        "encoded",
        "paragraphs added",
        "removed",
        "unchanged",
    )
    names = ("sources", "windows", "encoded", "added", "removed", "unchanged")
    rows = [
        (name, f"{found['seconds']:.1f}", f"{found['share']:.2%}", *(f"{found[one]:,}" for one in names))
        for name, found in record["results"].items()
    ]
    return table(header, rows)


def lexical(record: dict[str, Any], table: Table) -> str:
    """Words of a million rows in each engine."""
    results = record["results"]
    engines = ("speechbot", "bm25s", "tantivy")
    replace = {
        "speechbot": sum(results["replace"]["speechbot"]["there"].values()),
        "tantivy": results["replace"]["tantivy"]["replace_s"],
    }

    def asked(engine: str, question: str) -> str:
        rounds = [one[engine]["ms"].get(question) for one in results["rounds"]]
        if None in rounds:
            return "—"
        return " / ".join(f"{median(one[figure] for one in rounds):.2f}" for figure in ("median", "p95"))

    def built(engine: str) -> str:
        return f"{sum(value for name, value in results['build'][engine].items() if name.endswith('_s')):.0f}"

    first = results["rounds"][0]
    lines: dict[str, Callable[[str], str]] = {
        "build, s": built,
        "memory of the build, MB": lambda one: f"{results['build'][one]['VmHWM']:.0f}",
        "on disk, MB": lambda one: f"{results['build'][one]['disk_mb']:.0f}",
        "open, s": lambda one: f"{first[one]['open_s']:.3f}",
        "resident after 200 questions, MB": lambda one: f"{first[one]['memory_mb']['asked']['VmRSS']:.0f}",
        "best 256, median / p95 ms": lambda one: asked(one, "bm25"),
        "largest presence": lambda one: asked(one, "presence"),
        "256 given rows": lambda one: asked(one, "256 rows"),
        "one file of 100 rows replaced, s": lambda one: f"{replace[one]:.2f}" if one in replace else "—",
    }
    return table(("", *engines), [(name, *map(read, engines)) for name, read in lines.items()])
