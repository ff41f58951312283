"""Damaged files through every reader, a few of them, always the same."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.files import samples

if TYPE_CHECKING:
    from types import ModuleType

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
FILES = 200


@pytest.fixture(scope="module")
def fuzz() -> ModuleType:
    """The script of the long run."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        spec = importlib.util.spec_from_file_location("fuzz", BENCHMARKS / "fuzz.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["fuzz"] = module  # where dataclasses look for it
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(BENCHMARKS))
    return module


def test_damaged_files_are_read_or_refused(fuzz: ModuleType, tmp_path: Path) -> None:
    """Whatever was done to a file, it is refused with a reason, or read with offsets and ids that hold."""
    files = {name: data for name, data in samples().items() if not name.endswith(".rtf")}
    outcomes: Counter[str] = Counter()
    for number in range(FILES):
        random = Random(number)  # noqa: S311 - no secret
        name = random.choice(sorted(files))
        path = tmp_path / f"{number}{Path(name).suffix}"
        path.write_bytes(fuzz.mutated(files[name], [*files.values()], random))
        outcomes[fuzz.check(path)[0]] += 1

    assert outcomes["read"] > FILES // 5
    assert outcomes["refused"] > FILES // 5
    assert outcomes.total() == FILES


def test_noise_is_read_or_refused(fuzz: ModuleType, tmp_path: Path) -> None:
    """Random bytes under any name end no reader."""
    for number in range(100):
        random = Random(number)  # noqa: S311 - no secret
        path = tmp_path / f"{number}{random.choice(['.txt', '.html', '.docx', '.pdf' if number % 9 == 0 else '.md'])}"
        path.write_bytes(fuzz.noise(random))

        assert fuzz.check(path)[0] in {"read", "refused"}


def test_runs_can_be_repeated(fuzz: ModuleType) -> None:
    """The same number is the same file, in this run and the next."""
    files = {kind: [*samples().values()] for kind in fuzz.SHARES}
    first = [fuzz.content(case, files) for case in fuzz.cases(50)]

    assert first == [fuzz.content(case, files) for case in fuzz.cases(50)]
    assert len({*first}) > 40
