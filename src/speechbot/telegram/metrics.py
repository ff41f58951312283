"""What the bot counts and measures, in Prometheus' text format 0.0.4."""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass
from itertools import accumulate
from math import ceil
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# Seconds: an answer takes milliseconds, the first after a start or on a busy machine seconds.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# Answers over which median and p95 are taken: enough for either, a few kilobytes.
_WINDOW = 1000
_QUESTIONS = ("speechbot_questions_total", "outcome", "Questions by what became of them.")
_UPDATES = ("speechbot_updates_total", "kind", "Updates received from Telegram by kind.")
_ERRORS = ("speechbot_errors_total", "kind", "Errors by kind.")
_COUNTERS = (_QUESTIONS, _UPDATES, _ERRORS)


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """What is told of the index that is open.

    Attributes:
        passages: How many passages it has.
        built: When it was built, in seconds since 1970.
    """

    passages: int
    built: float


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds from question to answer, over the latest thousand answers.

    Attributes:
        count: How many answers that is.
        median: Half of them took no longer.
        p95: 95 % of them took no longer.
    """

    count: int
    median: float
    p95: float


class Metrics:
    """Counters by label and a histogram; every method may be called from any thread."""

    def __init__(
        self,
        index: Callable[[], IndexFacts | None] = lambda: None,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Begin to count.

        Args:
            index: Tells of the index that is open now; None where none is. Called whenever the figures are asked for.
            clock: Seconds that never go back.
            now: Seconds since 1970.
        """
        self.index = index
        self._clock = clock
        self._now = now
        self._started = clock()
        self._lock = Lock()
        self._counts: dict[str, Counter[str]] = {name: Counter() for name, _, _ in _COUNTERS}
        self._buckets = [0] * len(BUCKETS)
        self._answers = 0
        self._seconds = 0.0
        self._window: deque[float] = deque(maxlen=_WINDOW)

    def question(self, outcome: str, seconds: float | None = None) -> None:
        """Count a question, and measure it where it was answered. Outcomes are few words of ours, never of a user's."""
        with self._lock:
            self._counts[_QUESTIONS[0]][outcome] += 1
            if seconds is None:
                return
            self._answers += 1
            self._seconds += seconds
            self._window.append(seconds)
            for place, bound in enumerate(BUCKETS):
                if seconds <= bound:
                    self._buckets[place] += 1
                    break

    def update(self, kind: str) -> None:
        """Count an update."""
        with self._lock:
            self._counts[_UPDATES[0]][kind] += 1

    def error(self, kind: str) -> None:
        """Count an error."""
        with self._lock:
            self._counts[_ERRORS[0]][kind] += 1

    @property
    def up_seconds(self) -> float:
        """Seconds since counting began."""
        return self._clock() - self._started

    def questions(self) -> dict[str, int]:
        """Questions so far, by outcome."""
        with self._lock:
            return dict(self._counts[_QUESTIONS[0]])

    def updates(self) -> dict[str, int]:
        """Updates so far, by kind."""
        with self._lock:
            return dict(self._counts[_UPDATES[0]])

    def errors(self) -> dict[str, int]:
        """Errors so far, by kind."""
        with self._lock:
            return dict(self._counts[_ERRORS[0]])

    def latency(self) -> Latency | None:
        """How long the latest answers took; None before the first."""
        with self._lock:
            found = sorted(self._window)
        if not found:
            return None
        return Latency(len(found), _rank(found, 0.5), _rank(found, 0.95))

    def render(self) -> str:
        """All figures in Prometheus' text format."""
        facts = self.index()  # outside the lock: it is the caller's code
        rows: list[str] = []
        with self._lock:
            for name, label, help_text in _COUNTERS:
                rows += _head(name, "counter", help_text)
                counts = sorted(self._counts[name].items())
                rows += [f'{name}{{{label}="{_escaped(value)}"}} {count}' for value, count in counts]
            rows += self._histogram("speechbot_answer_seconds")
        if facts is not None:
            rows += _gauge("speechbot_index_passages", "Passages of the index that is open.", facts.passages)
            age = max(0.0, self._now() - facts.built)
            rows += _gauge("speechbot_index_age_seconds", "Seconds since that index was built.", age)
        rows += _gauge("speechbot_up_seconds", "Seconds since the bot started.", self.up_seconds)
        return "\n".join(rows) + "\n"

    def _histogram(self, name: str) -> list[str]:
        bounds = zip(BUCKETS, accumulate(self._buckets), strict=True)
        return [
            *_head(name, "histogram", "Seconds from question to answer."),
            *(f'{name}_bucket{{le="{bound}"}} {count}' for bound, count in bounds),
            f'{name}_bucket{{le="+Inf"}} {self._answers}',
            f"{name}_sum {self._seconds}",
            f"{name}_count {self._answers}",
        ]


def _rank(found: list[float], share: float) -> float:
    """The smallest value that ``share`` of all do not exceed."""
    return found[ceil(share * len(found)) - 1]


def _head(name: str, kind: str, help_text: str) -> list[str]:
    return [f"# HELP {name} {help_text}", f"# TYPE {name} {kind}"]


def _gauge(name: str, help_text: str, value: float) -> list[str]:
    return [*_head(name, "gauge", help_text), f"{name} {value}"]


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
