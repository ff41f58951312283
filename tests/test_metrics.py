"""The bot's figures, read by a strict parser of Prometheus' text format 0.0.4."""

from __future__ import annotations

import re
import threading

import pytest

from speechbot.telegram.metrics import BUCKETS, IndexFacts, Latency, Metrics

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"'
_SAMPLE = re.compile(rf"({_NAME})(?:\{{({_LABEL}(?:,{_LABEL})*)\}})? ([+-]?(?:\d+(?:\.\d*)?(?:e[+-]?\d+)?|Inf|NaN))")
_KINDS = {"counter", "gauge", "histogram"}
_ESCAPES = {r"\\": "\\", r"\"": '"', r"\n": "\n"}

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def parse(text: str) -> tuple[dict[str, str], Samples]:
    """Types by family and values by name and labels; whatever breaks the format is an error."""
    assert text.endswith("\n")
    helps: set[str] = set()
    types: dict[str, str] = {}
    samples: Samples = {}
    family = ""
    for row in text[:-1].split("\n"):
        if row.startswith("# HELP "):
            family = row.split(" ")[2]
            assert family not in helps
            helps.add(family)
        elif row.startswith("# TYPE "):
            _, _, name, kind = row.split(" ")
            assert name == family
            assert name not in types
            assert kind in _KINDS
            types[name] = kind
        else:
            match = _SAMPLE.fullmatch(row)
            assert match is not None, row
            ends = {"", "_bucket", "_sum", "_count"} if types[family] == "histogram" else {""}
            assert match[1].removeprefix(family) in ends
            found = re.findall(_LABEL, match[2] or "")
            labels = tuple((label, re.sub(r"\\.", lambda e: _ESCAPES[e[0]], value)) for label, value in found)
            assert (match[1], labels) not in samples
            samples[match[1], labels] = float(match.groups()[-1])
    assert helps == set(types)
    return types, samples


def test_all_figures_are_there() -> None:
    """Counters, histogram and gauges with their types and values."""
    times = iter([100.0, 160.5])
    metrics = Metrics(lambda: IndexFacts(848, 1000.0), clock=lambda: next(times), now=lambda: 4600.0)
    metrics.question("found", 0.003)
    metrics.question("found", 0.05)
    metrics.question("refused", 20.0)
    metrics.question("limited")
    metrics.update("message")
    metrics.error("index")

    types, samples = parse(metrics.render())

    assert types == {
        "speechbot_questions_total": "counter",
        "speechbot_updates_total": "counter",
        "speechbot_errors_total": "counter",
        "speechbot_answer_seconds": "histogram",
        "speechbot_index_passages": "gauge",
        "speechbot_index_age_seconds": "gauge",
        "speechbot_up_seconds": "gauge",
    }
    buckets = {labels[0][1]: value for (name, labels), value in samples.items() if name.endswith("_bucket")}
    assert buckets == {**{str(bound): 1.0 if bound < 0.05 else 2.0 for bound in BUCKETS}, "+Inf": 3.0}
    assert {key: value for key, value in samples.items() if not key[0].endswith("_bucket")} == {
        ("speechbot_questions_total", (("outcome", "found"),)): 2.0,
        ("speechbot_questions_total", (("outcome", "refused"),)): 1.0,
        ("speechbot_questions_total", (("outcome", "limited"),)): 1.0,
        ("speechbot_updates_total", (("kind", "message"),)): 1.0,
        ("speechbot_errors_total", (("kind", "index"),)): 1.0,
        ("speechbot_answer_seconds_sum", ()): pytest.approx(20.053),
        ("speechbot_answer_seconds_count", ()): 3.0,
        ("speechbot_index_passages", ()): 848.0,
        ("speechbot_index_age_seconds", ()): 3600.0,
        ("speechbot_up_seconds", ()): 60.5,
    }


def test_without_an_index_its_figures_are_left_out() -> None:
    """Zero passages would be a claim."""
    _, samples = parse(Metrics().render())

    assert {name for name, _ in samples if "index" in name} == set()


def test_labels_are_escaped() -> None:
    """Whatever a label holds, it is read back the same."""
    metrics = Metrics()
    odd = 'a"b\\n\nc 中'
    metrics.error(odd)

    _, samples = parse(metrics.render())

    assert samples["speechbot_errors_total", (("kind", odd),)] == 1.0


def test_counts_are_told_to_the_program_as_well() -> None:
    """By label, and as they were when asked."""
    metrics = Metrics()
    metrics.question("found")
    metrics.update("inline")
    metrics.update("inline")

    assert (metrics.questions(), metrics.updates(), metrics.errors()) == ({"found": 1}, {"inline": 2}, {})


def test_median_and_p95_are_those_of_the_latest_answers() -> None:
    """A thousand of them; older ones no longer count."""
    metrics = Metrics()
    assert metrics.latency() is None
    for _ in range(500):
        metrics.question("found", 99.0)
    for number in range(1, 1001):
        metrics.question("found", number / 1000)

    assert metrics.latency() == Latency(1000, 0.5, 0.95)


def test_one_answer_is_its_own_median() -> None:
    """There is nothing between."""
    metrics = Metrics()
    metrics.question("found", 0.25)

    assert metrics.latency() == Latency(1, 0.25, 0.25)


def test_threads_lose_no_count() -> None:
    """Four threads, one sum."""
    metrics = Metrics()

    def ask() -> None:
        for _ in range(2000):
            metrics.question("found", 0.1)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    _, samples = parse(metrics.render())
    assert samples["speechbot_questions_total", (("outcome", "found"),)] == 8000.0
    assert samples["speechbot_answer_seconds_bucket", (("le", "+Inf"),)] == 8000.0
