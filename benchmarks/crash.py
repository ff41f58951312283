"""Whether an index is whole after its writer was killed amid a commit.

A writer replaces the same file again and again and says what it begins and what it has committed. It is killed at a
random moment of a commit, then the index is opened: it must be that of the last commit that was announced, or of the next
one, and whole. The kernel outlives a killed writer, so this says nothing about loss of power.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from columns import ARRAYS, Columns
from repeats import Rows
from tantivy_rows import FILE, HEAP, Tantivy

from speechbot.indexing.lexical import LexicalIndex

if TYPE_CHECKING:
    from collections.abc import Callable


def other(rows: Rows, generation: int) -> Rows:
    """What replaces file 0 in a generation."""
    first = FILE + generation * FILE % (len(rows) - 2 * FILE)
    return rows.some(first, first + FILE)


def write_columns(work: Path) -> None:
    """Write generation after generation, each into a folder of its own, then swap the pointer."""
    rows, pointer = Rows.load(work / "rows"), work / "generations" / "current"
    while True:
        old = int(pointer.read_text())
        print("begin", flush=True)
        index, folder = Columns.load(pointer.parent / str(old)), pointer.parent / str(old + 1)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        index.replace(0, FILE, other(rows, old + 1))
        index.weigh()
        index.save(folder, rows.vocabulary)
        pointer.with_suffix(".new").write_text(str(old + 1))
        pointer.with_suffix(".new").replace(pointer)
        shutil.rmtree(pointer.parent / str(old))
        print(old + 1, flush=True)


def check_columns(work: Path) -> tuple[int, bool]:
    """The generation that is there, and whether it is whole."""
    rows, pointer = Rows.load(work / "rows"), work / "generations" / "current"
    generation = int(pointer.read_text())
    folder = pointer.parent / str(generation)
    index, same = Columns.load(folder), len(LexicalIndex.load(folder)) == len(rows)
    expected = np.diff(other(rows, generation).starts) if generation else np.diff(rows.starts[: FILE + 1])
    whole = all(len(getattr(index, name)) == index.indptr[-1] for name in ("data", "indices", "tf"))
    counted = np.bincount(index.indices, index.tf, len(rows))  # every row's tokens again
    return generation, same and whole and np.array_equal(index.lengths[:FILE], expected) and bool(
        (counted == index.lengths).all() and np.isfinite(index.data).all()
    )


def write_tantivy(work: Path) -> None:
    """Commit generation after generation."""
    rows, index = Rows.load(work / "rows"), Tantivy(work / "tantivy")
    generation = check_tantivy(work)[0]
    writer = index.index.writer(HEAP, 1)
    while True:
        generation += 1
        print("begin", flush=True)
        index.replace(writer, other(rows, generation), generation)
        print(generation, flush=True)


def check_tantivy(work: Path) -> tuple[int, bool]:
    """The generation that is there, and whether it is whole."""
    rows, index = Rows.load(work / "rows"), Tantivy(work / "tantivy")
    file = index.rows_where("file", 0)
    generations = set(index.values("generation", file))
    whole = len(file) == FILE and len(generations) == 1 and index.searcher.num_docs == len(rows)
    for token in rows.vocabulary[:: len(rows.vocabulary) // 20]:
        index.best({"tokens": [token], "weights": [1.0]})
    return max(generations, default=0), whole


WRITERS: dict[str, Callable[[Path], None]] = {"columns": write_columns, "tantivy": write_tantivy}


def columns(work: Path, kills: int) -> dict[str, Any]:
    """Kill the writer of columns."""
    shutil.rmtree(work / "generations", ignore_errors=True)
    shutil.copytree(work / "columns", work / "generations" / "0")
    (work / "generations" / "current").write_text("0")
    assert set(ARRAYS) <= {path.stem for path in (work / "generations" / "0").iterdir()}
    return _killed("columns", work, kills, check_columns)


def tantivy(work: Path, kills: int) -> dict[str, Any]:
    """Kill the writer of tantivy."""
    return _killed("tantivy", work, kills, check_tantivy)


def _killed(name: str, work: Path, kills: int, check: Callable[[Path], tuple[int, bool]]) -> dict[str, Any]:
    """Kill a writer at random moments of its second commit or a later one; count what was whole afterwards."""
    moments, found = random.Random(0), {"kills": kills, "whole": 0, "last_announced": 0, "the_next": 0}  # noqa: S311 - no secret
    for _ in range(kills):
        command = [sys.executable, __file__, name, str(work)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:  # noqa: S603 - our own words
            assert writer.stdout is not None
            lines = writer.stdout
            for _line in range(3):  # the first commit and the beginning of the second, which is timed
                lines.readline()
            clock = time.perf_counter()
            announced, seconds = int(lines.readline()), time.perf_counter() - clock
            lines.readline()
            time.sleep(moments.random() * seconds)
            os.kill(writer.pid, signal.SIGKILL)
            announced = max([announced, *(int(line) for line in lines.read().split() if line.isdigit())])
        generation, whole = check(work)
        found["whole"] += whole
        found["last_announced"] += generation == announced
        found["the_next"] += generation == announced + 1
    return found


if __name__ == "__main__":
    WRITERS[sys.argv[1]](Path(sys.argv[2]))
