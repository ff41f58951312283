"""An index of tantivy over rows of tokens, as far as its Python binding goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tantivy
from tantivy import Occur, Query

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from repeats import Rows

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

    def write(self, writer: tantivy.IndexWriter, rows: Rows, *, first: int = 0, generation: int = 0) -> None:
        """Add rows; they are not there before ``commit``."""
        words, starts = rows.vocabulary, rows.starts.tolist()
        for row in range(len(rows)):
            document = tantivy.Document()
            document.add_text("body", " ".join([words[i] for i in rows.ids[starts[row] : starts[row + 1]].tolist()]))
            document.add_unsigned("row", first + row)
            document.add_unsigned("file", (first + row) // FILE)
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

    def of_rows(self, question: dict[str, Any], rows: list[int]) -> list[float]:
        """Score of some rows."""
        among = Query.const_score_query(Query.term_set_query(self.schema, "row", rows), 0.0)
        hits = self.searcher.search(self.either(self.weighted(question), must=[among]), len(rows), count=False).hits
        return [score for score, _ in hits]

    def rows_where(self, field: str, value: int) -> list[tantivy.DocAddress]:
        """Addresses of the rows with a value."""
        query = Query.term_query(self.schema, field, value)
        return [address for _, address in self.searcher.search(query, 10 * FILE, count=False).hits]
