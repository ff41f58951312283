"""Builds killed at random moments while readers ask: nothing is ever unreadable, wrong or refused.

A corpus changes from version to version: a few of its files are rewritten, every paragraph says its file and version. For
each version a builder is forked and killed by ``SIGKILL``: half of them after a random time, half amid a random one of the
file system calls that a build makes (told by Python's audit events), so that the few milliseconds of the swap are hit as
often as the rest. Every tenth builder is let finish, and a rollback is tried now and then. All the while

- a *follower* asks one ``Retriever`` that was opened at the start and changes over by itself, and
- a *visitor* opens the index, asks, and closes it, again and again.

Counted are: *unreadable*, the live generation does not open with all checksums after a kill; *wrong*, an answer that is not
whole the text of one version that was given to a builder; *failed*, a question or an opening that raised; *lost*, a
builder that could not finish after kills. All must be 0. The bundled model encodes.

    python benchmarks/kills.py [--kills 200] [--seed 1]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import record

from speechbot import Retriever, build_index
from speechbot.encoder import open_encoder
from speechbot.errors import RollbackError, SpeechbotError
from speechbot.indexing.store import open_live, rollback

HERE = Path(__file__).resolve().parent
FILES, PARAGRAPHS, CHANGED = 30, 6, 3
TOPICS = ("防汛", "春耕", "读书", "养老", "修路", "植树")
EVENTS = frozenset({"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "sqlite3.connect", "shutil.rmtree"})
QUESTIONS = tuple(f"{topic}工作要怎么抓" for topic in TOPICS)


def paragraph(file: int, number: int, version: int) -> str:
    """One paragraph of one file in one version."""
    topic = TOPICS[(file + number) % len(TOPICS)]
    return f"第{file}号材料第{number}条讲{topic}工作，这是第{version}版：要把{topic}工作抓在手上，按月检查，说到做到。"


def versions(count: int, seed: int) -> list[list[int]]:
    """For every version the version of each file."""
    pick = random.Random(seed)  # noqa: S311 - the same on every run is the point
    found = [[0] * FILES]
    for version in range(1, count):
        files = list(found[-1])
        for file in pick.sample(range(FILES), CHANGED):
            files[file] = version
        found.append(files)
    return found


def write(corpus: Path, files: list[int]) -> None:
    """Write the files of a version."""
    corpus.mkdir(exist_ok=True)
    for file, version in enumerate(files):
        rows = "\n".join(paragraph(file, number, version) for number in range(PARAGRAPHS))
        (corpus / f"{file:02d}.txt").write_text(f"第{file}号讲话\n\n同志们：\n\n{rows}\n", encoding="utf-8")


def builder(corpus: Path, index: Path, *, event: int | None) -> int:
    """Fork a builder, which kills itself amid its n-th file system call if ``event`` says so; returns its number."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        if event is not None:
            _kill_at(event, index)
        build_index(corpus, index, encoder=ENCODER)
        status = 0
    finally:
        os._exit(status)


def _kill_at(event: int, index: Path) -> None:
    """Die amid a file system call that concerns the index."""
    left = event

    def hook(name: str, args: tuple[object, ...]) -> None:
        nonlocal left
        if name in EVENTS and str(args[0]).find(str(index)) >= 0:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def reader(index: Path, log: Path, *, follows: bool, stop: Path) -> int:
    """Fork a reader; it writes down what it was told, or what went wrong."""
    child = os.fork()
    if child:
        return child
    retriever = Retriever.open(index, encoder=ENCODER)
    pick = random.Random(follows)  # noqa: S311 - as above
    with log.open("w", encoding="utf-8") as file:
        while not stop.exists():
            question = pick.choice(QUESTIONS)
            try:
                if follows:
                    hits = retriever.search(question, 8)
                else:
                    with Retriever.open(index, encoder=ENCODER) as visited:
                        hits = visited.search(question, 8)
                row: dict[str, Any] = {"texts": [hit.passage.text for hit in hits]}
            except Exception as error:  # noqa: BLE001 - whatever it is counts
                row = {"error": repr(error)}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            file.flush()
    os._exit(0)


def judge(log: Path, known: dict[str, set[int]]) -> dict[str, int]:
    """Count a reader's answers: a right one is text of one version from end to end."""
    counts = {"questions": 0, "failed": 0, "wrong": 0}
    for line in log.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        counts["questions"] += 1
        if "error" in row:
            counts["failed"] += 1
            print(row["error"])
        elif not row["texts"] or not set.intersection(*(known.get(text, set()) for text in row["texts"])):
            counts["wrong"] += 1
            print(row["texts"])
    return counts


def run(work: Path, kills: int, seed: int) -> dict[str, Any]:
    """Kill builders while readers ask."""
    pick = random.Random(seed)  # noqa: S311 - as above
    corpus, index, stop = work / "材 料", work / "索 引", work / "stop"
    states = versions(kills * 2, seed)
    known: dict[str, set[int]] = {}
    for number, files in enumerate(states):
        for file, version in enumerate(files):
            for row in range(PARAGRAPHS):
                known.setdefault(paragraph(file, row, version), set()).add(number)
    write(corpus, states[0])
    seconds, events = _measure(corpus, index, states[1])
    readers = [
        reader(index, work / f"{name}.log", follows=name == "follower", stop=stop) for name in ("follower", "visitor")
    ]
    counts = {"kills": 0, "finished": 0, "unreadable": 0, "lost": 0, "rollbacks": 0}
    for step, files in enumerate(states[2:]):
        if counts["kills"] >= kills:
            break
        write(corpus, files)
        last = step % 10 == 9
        event = pick.randint(1, events) if not last and step % 2 else None
        child = builder(corpus, index, event=event)
        if not last and event is None:
            time.sleep(pick.uniform(0, seconds))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        counts["kills"] += os.WIFSIGNALED(status)
        counts["finished"] += os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0
        counts["lost"] += os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0
        counts["unreadable"] += not _readable(index)
        if step % 17 == 16:
            counts["rollbacks"] += _rolled_back(index)
    stop.touch()
    for child in readers:
        os.waitpid(child, 0)
    build_index(corpus, index, encoder=ENCODER)
    left = sorted(path.name for path in (index / "generations").iterdir() if path.name.startswith("."))
    answers = {name: judge(work / f"{name}.log", known) for name in ("follower", "visitor")}
    return {
        **counts,
        "build_s": round(seconds, 3),
        "file_system_calls": events,
        "left_behind": left,
        "readers": answers,
    }


def _measure(corpus: Path, index: Path, files: list[int]) -> tuple[float, int]:
    """How long a build of a changed version takes, and how many file system calls it makes."""
    build_index(corpus, index, encoder=ENCODER)
    write(corpus, files)
    seen = 0

    def hook(name: str, args: tuple[object, ...]) -> None:
        nonlocal seen
        seen += name in EVENTS and str(args[0]).find(str(index)) >= 0

    sys.addaudithook(hook)
    clock = time.perf_counter()
    build_index(corpus, index, encoder=ENCODER)
    return time.perf_counter() - clock, seen


def _readable(index: Path) -> bool:
    """Whether the live generation opens with all checksums."""
    try:
        open_live(index, verify=True).close()
    except SpeechbotError as error:
        print(error)
        return False
    return True


def _rolled_back(index: Path) -> bool:
    try:
        rollback(index)
    except RollbackError:
        return False
    return True


def main() -> None:
    """Run and write ``kills.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    clock = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        found = run(Path(folder), options.kills, options.seed)
    print(found)
    record.write(
        HERE / "kills.json",
        settings={
            "kills": options.kills,
            "seed": options.seed,
            "files": FILES,
            "seconds": round(time.perf_counter() - clock),
        },
        results=found,
    )


ENCODER = open_encoder()

if __name__ == "__main__":
    main()
