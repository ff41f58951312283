"""One changed file among ten thousand, by the command line and with the bundled model: nothing is replayed.

The files hold real text, about six windows each. ``speechbot index`` runs as a process of its own from start to exit: on an
empty index, with nothing changed, with one paragraph added to one file, with one file removed. Writes ``files.json``.

    python benchmarks/files.py [--files 10000]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import Any

import record
from sets import paragraphs

from speechbot.indexing.windows import windows

HERE = Path(__file__).resolve().parent
SPEECHBOT = str(Path(sysconfig.get_path("scripts")) / "speechbot")
ADDED = "今年要把读书会办到每一个村，让人人有书读、有地方读书。"


def write(corpus: Path, files: int) -> None:
    """Real paragraphs, spread over the files so that each has about as many windows as any other."""
    texts = paragraphs(record.BENCH)
    share = sum(len(windows(text)) for text in texts) / files
    corpus.mkdir()
    held, rows, number = 0, [], 0
    for text in texts:
        rows.append(text)
        held += len(windows(text))
        if held >= share * (number + 1) and number < files - 1:
            _write(corpus, number, rows)
            rows, number = [], number + 1
    _write(corpus, number, rows)


def _write(corpus: Path, number: int, rows: list[str]) -> None:
    body = "\n".join(rows)
    (corpus / f"{number:05d}.txt").write_text(f"第{number}号材料\n\n同志们：\n\n{body}\n", encoding="utf-8")


def index(folder: Path) -> dict[str, Any]:
    """Run ``speechbot index`` to its end."""
    command = [SPEECHBOT, "index", "--corpus", str(folder / "corpus"), "--index", str(folder / "index"), "--json"]
    clock = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - ourselves
    seconds = time.perf_counter() - clock
    report = json.loads(done.stdout)
    kept = ("sources", "windows", "added", "changed", "removed", "unchanged", "encoded")
    return {"seconds": round(seconds, 2), **{name: report[name] for name in kept}}


def main() -> None:
    """Measure and write ``files.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=10_000)
    files = parser.parse_args().files
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "corpus", files)
        results = {"full": index(folder), "nothing changed": index(folder)}
        changed = sorted((folder / "corpus").iterdir())[files // 2]
        changed.write_text(changed.read_text(encoding="utf-8") + ADDED + "\n", encoding="utf-8")
        results["one file changed"] = index(folder)
        changed.unlink()
        results["one file removed"] = index(folder)
    for name, found in results.items():
        found["share"] = round(found["seconds"] / results["full"]["seconds"], 5)
        print(name, found)
    record.write(HERE / "files.json", settings={"files": files}, results=results)


if __name__ == "__main__":
    main()
