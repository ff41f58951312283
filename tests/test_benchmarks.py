"""The figures that are quoted are the figures that were recorded."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
READMES = (BENCHMARKS / "README.md", BENCHMARKS.parent / "README.md")


@pytest.fixture(scope="module")
def report() -> ModuleType:
    """The script that makes the tables."""
    spec = importlib.util.spec_from_file_location("report", BENCHMARKS / "report.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.parent.name)
def test_tables_hold_the_recorded_figures(path: Path, report: ModuleType) -> None:
    """Making the tables anew from the JSON files changes nothing."""
    text = path.read_text(encoding="utf-8")

    assert re.search(r"^<!-- /\w+ -->$", text, re.MULTILINE)
    assert report.filled(text) == text


def test_every_table_is_shown(report: ModuleType) -> None:
    """Each recorded result has its place on the benchmarks' page."""
    shown = set(re.findall(r"^<!-- (\w+) -->$", READMES[0].read_text(encoding="utf-8"), re.MULTILINE))

    assert shown == set(report.TABLES)


def test_files_that_comments_name_exist() -> None:
    """A comment or docstring that points to a file of the repository points to one that is there."""
    root = BENCHMARKS.parent
    sources = [*root.glob("src/speechbot/*.py"), *root.glob("benchmarks/*.py"), *root.glob("scripts/*.py")]
    named = {
        name
        for path in sources
        for name in re.findall(r"\b((?:benchmarks|scripts|tests)/[\w/.-]+\.\w+)", path.read_text("utf-8"))
    }

    assert "benchmarks/calibrate.py" in named
    assert [name for name in sorted(named) if not (root / name).exists()] == []
