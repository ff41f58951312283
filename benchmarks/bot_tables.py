"""The tables of ``bot.json`` on the benchmarks' page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Table = Callable[[Sequence[str], Iterable[Sequence[str]]], str]

_TIMES = ("median", "p95", "p99", "max")


def bot(record: dict[str, Any], table: Table) -> str:
    """A table for each part that was recorded, with when and at which commit."""
    parts = {"load": _load, "hostile": _hostile, "faults": _faults, "start": _start}
    results = record["results"]
    made = [
        f"{parts[name](found, table)}\n\n*{name}*: {found['date'][:10]}, commit {found['commit']},"
        f" {found['took_seconds']} s."
        for name, found in results.items()
    ]
    return "\n\n".join(made)


def _load(found: dict[str, Any], table: Table) -> str:
    header = (
        "questions a second",
        "questions",
        "unanswered",
        "twice",
        *(f"{name} ms" for name in _TIMES),
        "bot, cores",
        "CPU ms a question",
        "stand-in, cores",
        "taken by others",
        "resident MB",
    )
    rows = [
        (
            f"{step['rate']:.0f}",
            f"{step['questions']:,}",
            str(step["unanswered"]),
            str(step["answered_twice"]),
            *(f"{step['ms'][name]:.0f}" for name in _TIMES),
            f"{step['bot_cores']:.2f}",
            f"{step['bot_cpu_ms_a_question']:.1f}",
            f"{step['standin_cores']:.2f}",
            f"{step['taken_by_others']:.0%}",
            f"{step['resident_mb']:.0f}",
        )
        for step in (found["wanted"], *found["higher"])
    ]
    return table(header, rows)


def _hostile(found: dict[str, Any], table: Table) -> str:
    asked, commands, private = found["questions"], found["commands"], found["commands in private"]
    header = ("well-formed", "number", "answered once", "more often", "never", "with an error")
    rows = [
        (name, *(f"{one[key]:,}" for key in ("asked", "once", "more_than_once", "never", "failed")))
        for name, one in (("questions", asked), ("commands in groups", commands))
    ]
    unanswered = private["sent"] - private["answered"]
    wrong = str(private["chats_with_another_number"])
    rows.append(
        (
            "commands in private",
            f"{private['sent']:,}",
            f"{private['answered']:,}",
            f"{wrong} chats",
            str(unanswered),
            "",
        )
    )
    buttons = found["buttons"]
    left = str(buttons["pressed"] - buttons["answered"])
    rows.append(("buttons", f"{buttons['pressed']:,}", f"{buttons['answered']:,}", "", left, ""))
    memory = found["resident_mb"]
    note = (
        f"{found['updates']:,} updates, {sum(found['hostile'].values()):,} of them hostile; the process"
        f" {'lived' if found['alive'] and not found['hung'] else 'did not live'} to the end; resident"
        f" {memory['warm']:.0f} MB after the first tenth, {memory['end']:.0f} MB at the end ({memory['growth']:+.1%}),"
        f" at most {memory['most']:.0f} MB; secrets or tracebacks shown: {found['secrets_shown']}."
    )
    return f"{table(header, rows)}\n\n{note}"


def _faults(found: dict[str, Any], table: Table) -> str:
    names = ("once", "repeated_and_marked", "repeated_unmarked", "told_of_failure", "lost", "out_of_order")
    header = ("questions", *(name.replace("_", " ") for name in names), "median s", "p95 s", "max s", "faults")
    times = (f"{found['ms'][name] / 1000:.1f}" for name in ("median", "p95", "max"))
    row = (f"{found['questions']:,}", *(f"{found[name]:,}" for name in names), *times)
    return table(header, [(*row, f"{sum(found['faults']['all'].values()):,}")])


def _start(found: dict[str, Any], table: Table) -> str:
    asked = found["asked"]
    header = ("", "median", "worst", "taken by others")
    rows = [
        (
            "process start to first getUpdates, s",
            f"{found['ready_seconds']['median']:.2f}",
            f"{found['ready_seconds']['max']:.2f}",
            f"{found['taken_by_others']['median']:.0%}",
        ),
        (
            "processor seconds of that",
            f"{found['ready_cpu_seconds']['median']:.2f}",
            f"{found['ready_cpu_seconds']['max']:.2f}",
            "",
        ),
        ("SIGTERM to exit, s", f"{found['stop_seconds']['median']:.2f}", f"{found['stop_seconds']['max']:.2f}", ""),
        (
            "resident when ready, MB",
            f"{found['resident_mb_ready']['median']:.0f}",
            f"{found['resident_mb_ready']['max']:.0f}",
            "",
        ),
        (
            f"resident after {asked['questions']} questions, MB",
            f"{asked['resident_mb']:.0f}",
            f"{asked['most_mb']:.0f}",
            "",
        ),
    ]
    return table(header, rows)
