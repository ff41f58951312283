"""An index of tantivy over rows of tokens, as far as its Python binding goes, and what is left of it after kills.

For the kills a process replaces the same file again and again and says what it begins and what it has committed:

    python benchmarks/tantivy_rows.py ROWS INDEX

It is killed at a random moment of a commit, then the index is opened: it must be that of the last commit that was
announced, or of the next one, and whole. The kernel outlives a killed writer, so this says nothing about loss of power.
(benchmarks/kills.py does the like to a whole index of ours.)
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tantivy
from repeats import Rows
from tantivy import Occur, Query

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Rows of a file, rows that are asked for, memory that a writer may fill.
FILE, TOP, HEAP = 100, 256, 500_000_000


class Tantivy:
    """An index of tantivy: the tokens of a row as one text, its row, its file and when the file was written."""

    def __init__(self, folder: Path) -> None:
        """Open the index in a folder, a new one if there is none."""
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("body", tokenizer_name="whitespace", index_option="freq")
        for name in ("row", "file", "generation"):
            builder.add_unsigned_field(name, indexed=True, fast=True)
        self.schema = builder.build()
        self.index = tantivy.Index(self.schema, str(folder))
        self.searcher = self.index.searcher()

    def writer(self) -> tantivy.IndexWriter:
        """A writer of one thread."""
        return self.index.writer(HEAP, 1)

    def write(self, writer: tantivy.IndexWriter, rows: Rows, *, generation: int = 0) -> None:
        """Add rows; they are not there before ``commit``."""
        for row, tokens in enumerate(rows):
            document = tantivy.Document()
            document.add_text("body", " ".join(tokens))
            document.add_unsigned("row", row)
            document.add_unsigned("file", row // FILE)
            document.add_unsigned("generation", generation)
            writer.add_document(document)

    def replace(self, writer: tantivy.IndexWriter, rows: Rows, generation: int) -> None:
        """Put other rows where file 0 was, and commit."""
        # delete_documents_by_term silently deletes nothing by an unsigned field (0.27)
        writer.delete_documents_by_query(Query.term_query(self.schema, "file", 0))
        self.write(writer, rows, generation=generation)
        writer.commit()

    def term(self, token: str) -> Query:
        """Rows that hold a token."""
        return Query.term_query(self.schema, "body", token, "freq")

    def either(self, parts: Iterable[Query], *, must: Sequence[Query] = ()) -> Query:
        """Rows that match any of the parts, their scores summed."""
        return Query.boolean_query([(Occur.Must, q) for q in must] + [(Occur.Should, q) for q in parts])

    def weighted(self, question: dict[str, Any]) -> list[Query]:
        """The tokens of a question by weight."""
        boost = Query.boost_query
        return [boost(self.term(t), w) for t, w in zip(question["tokens"], question["weights"], strict=True)]

    def present(self, question: dict[str, Any]) -> list[Query]:
        """The tokens of a question by share."""
        const = Query.const_score_query
        return [const(self.term(t), w) for t, w in zip(question["tokens"], question["shares"], strict=True)]

    def values(self, field: str, addresses: list[tantivy.DocAddress]) -> list[int]:
        """Value of a field of some rows."""
        return [int(value or 0) for value in self.searcher.fast_field_values(field, addresses)]

    def best(self, question: dict[str, Any]) -> list[int]:
        """The best rows."""
        hits = self.searcher.search(self.either(self.weighted(question)), TOP, count=False).hits
        return self.values("row", [address for _, address in hits])

    def most_present(self, question: dict[str, Any]) -> float:
        """The largest presence."""
        hits = self.searcher.search(self.either(self.present(question)), 1, count=False).hits
        return float(hits[0][0]) if hits else 0.0

    def frequencies(self, question: dict[str, Any]) -> list[int]:
        """How many rows hold each token."""
        return [self.searcher.doc_freq("body", token) for token in question["tokens"]]

    def of_rows(self, question: dict[str, Any], rows: list[int]) -> list[float]:
        """Score of some rows."""
        among = Query.const_score_query(Query.term_set_query(self.schema, "row", rows), 0.0)
        hits = self.searcher.search(self.either(self.weighted(question), must=[among]), len(rows), count=False).hits
        return [score for score, _ in hits]

    def generations(self) -> list[int]:
        """Which generation each row of file 0 is of."""
        hits = self.searcher.search(Query.term_query(self.schema, "file", 0), 10 * FILE, count=False).hits
        return self.values("generation", [address for _, address in hits])

    def whole(self, words: Sequence[str], number: int) -> bool:
        """Whether every row is there once, file 0 is of one generation, and some words can be searched."""
        hits = self.searcher.search(Query.all_query(), number + FILE, count=False).hits
        found = self.best({"tokens": words, "weights": [1.0] * len(words)})
        rows = sorted(self.values("row", [address for _, address in hits]))
        return bool(found) and rows == list(range(number)) and len(set(self.generations())) == 1


def killed(folder: Path, rows: Path, kills: int) -> dict[str, int]:
    """Kill a writer at random moments of its third commit; count what was whole afterwards."""
    moments, found = random.Random(0), {"kills": kills, "whole": 0, "last_announced": 0, "the_next": 0}  # noqa: S311 - no secret
    words, number = Rows.load(rows).vocabulary, Tantivy(folder).searcher.num_docs
    for _ in range(kills):
        command = [sys.executable, __file__, str(rows), str(folder)]
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
        index = Tantivy(folder)
        generation = max(index.generations(), default=0)
        found["whole"] += index.whole(words[:: len(words) // 20], number)
        found["last_announced"] += generation == announced
        found["the_next"] += generation == announced + 1
    return found


def write_on(rows: Rows, folder: Path) -> None:
    """Commit generation after generation of file 0."""
    index = Tantivy(folder)
    writer, last = index.writer(), max(index.generations(), default=0)
    for generation in count(last + 1):
        print("begin", flush=True)
        first = generation * FILE % (len(rows) - FILE)
        index.replace(writer, rows.some(first, first + FILE), generation)
        print(generation, flush=True)


if __name__ == "__main__":
    write_on(Rows.load(Path(sys.argv[1])), Path(sys.argv[2]))
