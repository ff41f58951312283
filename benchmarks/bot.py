"""The bot under load, under attack, on a bad line, and at its start: the real process against the stand-in.

    load      questions in 50 chats at a fixed rate for a minute, then at higher and higher ones
    hostile   100,000 updates of all kinds, a third of them malformed or hostile
    faults    10,000 questions while 10 % of all calls fail
    start     from the start of the process to its first request for updates; memory

Each part runs alone or with others and replaces its own result in ``benchmarks/bot.json``.

    python benchmarks/bot.py [load] [hostile] [faults] [start]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import bot_faults
import bot_hostile
import bot_load
import bot_start
import record
from bot_rig import index_of, say

if TYPE_CHECKING:
    from collections.abc import Sequence

PARTS = {"load": bot_load.run, "hostile": bot_hostile.run, "faults": bot_faults.run, "start": bot_start.run}


def recorded(path: Path) -> dict[str, Any]:
    """The parts that were recorded before."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["results"] if path.exists() else {}
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts that are named, all by default, and write ``bot.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="part", help="load, hostile, faults, start (default: all)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", type=Path, default=record.ROOT / "corpus", help="the real material")
    parser.add_argument("--index", type=Path, help="an index of it at hand, instead of a new one")
    parser.add_argument("--rate", type=float, default=100.0, help="load: questions a second (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=60.0, help="load: for so long (default: %(default)s)")
    parser.add_argument("--no-search", dest="search", action="store_false", help="load: no higher rates")
    parser.add_argument("--updates", type=int, default=100_000, help="hostile: how many (default: %(default)s)")
    parser.add_argument("--keep-log", type=Path, help="hostile: where to copy the bot's log")
    parser.add_argument("--questions", type=int, default=10_000, help="faults: how many (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=10, help="start: how often (default: %(default)s)")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_suffix(".json"), help="where to write")
    options = parser.parse_args(arguments)
    if unknown := [part for part in options.parts if part not in PARTS]:
        parser.error(f"there is no part {unknown[0]}")
    results = recorded(options.output)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        index = options.index.resolve() if options.index else index_of(options.corpus, folder)
        for part in options.parts or PARTS:
            say(part)
            clock = time.perf_counter()
            found = asyncio.run(PARTS[part](options, index, folder / part))
            results[part] = {
                "date": datetime.now(UTC).isoformat(timespec="seconds"),
                "commit": record.commit(),
                "took_seconds": round(time.perf_counter() - clock),
                **found,
            }
            say(json.dumps(found, ensure_ascii=False, indent=2))
    ordered = {part: results[part] for part in PARTS if part in results}
    record.write(options.output, settings={"seed": options.seed, "chats": bot_load.CHATS}, results=ordered)
    return 0


if __name__ == "__main__":
    sys.exit(main())
