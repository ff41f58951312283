"""Memory, disk and time of a process that is measured alone."""

from __future__ import annotations

import shutil
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")


def status(*names: str) -> dict[str, float]:
    """Memory of this process in MB; its largest so far is VmHWM."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    found = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith(names)}
    return {name: round(int(found[name]) / 1024, 1) for name in names}


def disk(folder: Path) -> float:
    """What the files of a folder take, in MB."""
    return round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20, 1)


def fresh(path: Path) -> Path:
    """An empty folder."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def times(run: Callable[[T], object], over: Iterable[T]) -> dict[str, float]:
    """Median and 95th percentile in ms, and the sum in s."""
    taken = []
    for item in over:
        clock = time.perf_counter()
        run(item)
        taken.append(1000 * (time.perf_counter() - clock))
    figures = {"median": statistics.median(taken), "p95": record.percentile(taken, 95), "sum_s": sum(taken) / 1000}
    return {name: round(value, 3) for name, value in figures.items()}
