"""Result files of benchmarks: what was measured, with all that a figure needs beside it to mean something."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[1]
BENCH = ROOT.parent / "shared" / "bench"
# What the measured time is spent in.
PACKAGES = (
    "speechbot",
    "bm25s",
    "defusedxml",
    "faiss-cpu",
    "httpx",
    "jieba",
    "lxml",
    "numpy",
    "onnxruntime",
    "opencc",
    "pypdfium2",
    "python-telegram-bot",
    "sentence-transformers",
    "tokenizers",
    "torch",
    "tornado",
    "transformers",
)


# A burst of which others took more than this share of the machine is taken again: torch, whose threads wait for each
# other at every operator, suffers much more from company than texts encoded side by side.
DISTURBED = 0.04


@dataclass(frozen=True, slots=True)
class Burst:
    """One timed run of something.

    Attributes:
        seconds: By the clock.
        cpu: Processor seconds of this process.
        others: Share of the machine that everything else took meanwhile, in [0, 1]; 0 where that is not known.
    """

    seconds: float
    cpu: float
    others: float


class Timed(Protocol):
    """A measurement that knows how far it was disturbed."""

    @property
    def others(self) -> float:
        """Share of the machine that everything else took meanwhile, in [0, 1]."""
        ...


_T = TypeVar("_T", bound=Timed)


@dataclass(slots=True)
class Quiet:
    """Takes disturbed measurements again.

    Attributes:
        spare: How many may still be taken again, all in all.
    """

    spare: int = 10

    def best(self, measure: Callable[[], _T]) -> _T:
        """Measure; the least disturbed of up to three."""
        taken = [measure()]
        while taken[-1].others > DISTURBED and len(taken) < 3 and self.spare > 0:
            self.spare -= 1
            taken.append(measure())
        return min(taken, key=lambda timed: timed.others)


def burst(run: Callable[[], object]) -> Burst:
    """Time one run in this process."""
    machine, cpu, clock = machine_seconds(), time.process_time(), time.perf_counter()
    run()
    seconds, cpu = time.perf_counter() - clock, time.process_time() - cpu
    return Burst(seconds, cpu, others(machine_seconds() - machine, cpu, seconds))


def others(machine: float, own: float, seconds: float) -> float:
    """Share of the machine that others took in ``seconds``, given what all took and what we did, in [0, 1]."""
    return min(1.0, max(0.0, (machine - own) / (seconds * (os.cpu_count() or 1))))


def machine_seconds() -> float:
    """Processor seconds that all processes, and other machines on the same host, took since start; 0 if not known."""
    lines = _lines("/proc/stat")
    if not lines:
        return 0.0
    user, nice, system, _idle, _wait, irq, softirq, steal = map(int, lines[0].split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def write(path: Path, *, settings: Mapping[str, Any], results: Mapping[str, Any]) -> None:
    """Write a result file.

    Args:
        path: The file, replaced.
        settings: How it was measured.
        results: The figures.
    """
    report = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "hardware": hardware(),
        "packages": packages(),
        "settings": dict(settings),
        "results": dict(results),
    }
    path.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(f"written to {path}")


def spread(values: Iterable[float], *, digits: int = 3) -> dict[str, float]:
    """Smallest, median and largest of some measurements."""
    found = sorted(values)
    named = {"min": found[0], "median": statistics.median(found), "max": found[-1]}
    return {name: round(value, digits) for name, value in named.items()}


def percentile(values: Iterable[float], share: int) -> float:
    """The measurement that ``share`` percent do not exceed (nearest rank)."""
    found = sorted(values)
    return found[max(0, -(-len(found) * share // 100) - 1)]


def commit() -> str:
    """The checked-out commit, ``-dirty`` behind it when code that is measured differs; "" outside a repository."""
    name = _git("rev-parse", "--short=12", "HEAD")
    measured = ("src/*.py", "benchmarks/*.py", "corpus", "src/speechbot/bundled")
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", *measured)
    return f"{name}-dirty" if name and changed else name


def _git(*words: str) -> str:
    """What git prints; "" when it fails."""
    command = ["git", "-C", str(ROOT), "--no-optional-locks", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603 - our own words


def hardware() -> dict[str, Any]:
    """Processor, cores this process may use, memory, and how busy the machine was in the last minute."""
    return {
        "processor": _field("/proc/cpuinfo", "model name") or platform.processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(int((_field("/proc/meminfo", "MemTotal") or "0").split()[0]) / 2**20, 1),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def packages(names: Sequence[str] = PACKAGES) -> dict[str, str]:
    """Version of Python, then of each package that is installed."""
    return {"python": platform.python_version()} | {name: found for name in names if (found := _version(name))}


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _field(path: str, name: str) -> str:
    """First value of a ``name: value`` file that other systems do not have."""
    return next((line.split(":", 1)[1].strip() for line in _lines(path) if line.startswith(name)), "")


def _lines(path: str) -> list[str]:
    """Lines of a file that other systems do not have."""
    file = Path(path)
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []
