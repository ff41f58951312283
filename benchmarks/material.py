"""The whole product on the first material: what ``speechbot eval`` prints, recorded.

    python benchmarks/material.py

Indexes ``corpus/`` afresh and asks the public questions on it (``../shared/bench/indomain.jsonl``) and our own
(``questions/material.jsonl``). Neither file is learnt from.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from record import BENCH, ROOT, write

from speechbot import Retriever, build_index
from speechbot.evaluation import evaluate, load_questions

HERE = Path(__file__).resolve().parent
FILES = (BENCH / "indomain.jsonl", HERE / "questions" / "material.jsonl")


def main() -> None:
    """Measure, print, record."""
    missing = [str(path) for path in FILES if not path.is_file()]
    if missing:
        sys.exit(f"{missing[0]} is not there: this benchmark needs the shared bench data beside the checkout")
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        build_index(ROOT / "corpus", folder)
        with Retriever.open(folder) as retriever:
            for path in FILES:
                report = evaluate(retriever, load_questions(path)).to_dict()
                # Numbers only: the questions' text stays where it is.
                report["wrong"] = [
                    {name: row[name] for name in ("id", "type", "rank", "refused")} for row in report["wrong"]
                ]
                results[path.stem] = report
                print(path.stem, report["overall"], report["latency_ms"])
    write(Path(__file__).with_suffix(".json"), settings={}, results=results)


if __name__ == "__main__":
    main()
