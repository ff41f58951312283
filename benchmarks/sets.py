"""Labelled sets: passages, questions, and which passages answer which question.

Three public sets and the reports come from ``../shared/bench`` (see its README for origin and licence); none of their
text is kept here. Encoding them takes minutes, so vectors are cached under ``.cache/benchmarks``.
"""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from speechbot.indexing import fields
from speechbot.indexing.windows import windows
from speechbot.language.text import fold
from speechbot.language.words import query_terms
from speechbot.models import Passage, Source
from speechbot.onnx_model import FOLDER, OnnxModel, pool
from speechbot.parsing.parser import parse
from speechbot.reading.corpus import read_corpus
from speechbot.reading.decoding import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from speechbot.language.words import Term

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT.parent / "shared" / "bench"
CACHE = ROOT / ".cache" / "benchmarks"
QUESTIONS = Path(__file__).resolve().parent / "questions"
PUBLIC = ("cmrc2018_dev", "drcd_dev", "stard_law")


class FieldTokens(NamedTuple):
    """Tokens of each passage and of the headings above it."""

    passages: list[list[str]]
    headings: list[list[str]]


@dataclass(frozen=True)
class LabelledSet:
    """One pool of passages with its questions.

    Attributes:
        name: Its name.
        passages: The pool.
        questions: The questions.
        gold: For each question the rows that answer; empty when none does.
        window_size: Wanted length of a window in characters; None for the size that is shipped.
    """

    name: str
    passages: tuple[Passage, ...]
    questions: tuple[str, ...]
    gold: tuple[frozenset[int], ...]
    window_size: int | None = None

    @cached_property
    def windows(self) -> NDArray[np.int32]:
        """(n, 3) int32: row of the passage, start and end, as in an index."""
        size = {} if self.window_size is None else {"size": self.window_size}
        found = [(row, w.start, w.end) for row, p in enumerate(self.passages) for w in windows(p.text, **size)]
        return np.array(found, np.int32)

    @cached_property
    def window_texts(self) -> list[str]:
        """What is embedded."""
        return [fold(self.passages[row].text[start:end]) for row, start, end in self.windows.tolist()]

    @cached_property
    def vectors(self) -> NDArray[np.float32]:
        """(n, dim) float32, row i is window i."""
        return encode([f"passage: {text}" for text in self.window_texts], label=f"{self.name} windows")

    @cached_property
    def passage_vectors(self) -> NDArray[np.float32]:
        """(passages, dim) float32: whole paragraphs, for the plain dense peer."""
        return encode([f"passage: {fold(p.text)}" for p in self.passages], label=f"{self.name} passages")

    @cached_property
    def question_vectors(self) -> NDArray[np.float32]:
        """(questions, dim) float32."""
        return encode([f"query: {fold(question)}" for question in self.questions], label=f"{self.name} questions")

    @cached_property
    def tokens(self) -> FieldTokens:
        """Tokens of every field, as in an index."""
        return FieldTokens(*map(list, fields.tokens_of(self.passages)))

    @cached_property
    def terms(self) -> list[list[Term]]:
        """Tokens of each question in place."""
        return [query_terms(question) for question in self.questions]


def encode(texts: Sequence[str], *, label: str) -> NDArray[np.float32]:
    """Encode with the bundled model on all cores, or take the vectors from the cache."""
    digest = hashlib.sha256()
    digest.update((FOLDER / "model.onnx").read_bytes())
    digest.update("\0".join(texts).encode())
    path = CACHE / f"{digest.hexdigest()[:24]}.npy"
    if not path.exists():
        print(f"encoding {len(texts)} {label}", file=sys.stderr)
        model = OnnxModel()
        ids = [model.token_ids(text) for text in texts]
        # Pooled at once: the token embeddings of a whole set would fill the memory.
        vectors = [pool(output) for output in model.many_token_embeddings(ids)]
        CACHE.mkdir(parents=True, exist_ok=True)
        np.save(path, np.array(vectors, np.float32))
    found: NDArray[np.float32] = np.load(path)
    return found


def public_set(name: str) -> LabelledSet:
    """One of ``PUBLIC``, whole passages as the pool, all questions."""
    rows = list(_json_lines(BENCH / f"{name}.corpus.jsonl"))
    number = {row["id"]: place for place, row in enumerate(rows)}
    passages = tuple(
        Passage(r["id"], r["text"], r["title"], (), name, i + 1, 0, len(r["text"])) for i, r in enumerate(rows)
    )
    questions = list(_json_lines(BENCH / f"{name}.queries.jsonl"))
    gold = tuple(frozenset(number[found] for found in row["gold"]) for row in questions)
    return LabelledSet(name, passages, tuple(row["question"] for row in questions), gold)


def paragraphs(bench: Path = BENCH) -> list[str]:
    """Every paragraph of the public sets and of the speeches once, very short ones left out."""
    return list(dict.fromkeys(text.strip() for text in _texts(bench) if len(text.strip()) > 20))


def _texts(bench: Path) -> Iterator[str]:
    for name in PUBLIC:
        for row in _json_lines(bench / f"{name}.corpus.jsonl"):
            yield from row["text"].split("\n")
    for path in sorted((bench / "speeches").rglob("*.txt")):
        text, encoding = decode(path.read_bytes(), path=path)
        for speech in parse(Source(path.name, encoding, "", text)):
            yield from (passage.text for passage in speech.passages)


def questions(count: int, bench: Path = BENCH) -> list[str]:
    """Questions of the public sets, one of each in turn."""
    found = [
        [row["question"] for row in islice(_json_lines(bench / f"{name}.queries.jsonl"), count)] for name in PUBLIC
    ]
    return [question for group in zip(*found, strict=True) for question in group][:count]


def report_sets() -> list[LabelledSet]:
    """One set for each speech or report that ``questions/reports.jsonl`` asks about."""
    rows = sorted(_json_lines(QUESTIONS / "reports.jsonl"), key=lambda row: row["source"])
    return [_report(source, list(group)) for source, group in groupby(rows, key=lambda row: row["source"])]


def material_sets() -> list[LabelledSet]:
    """The first material with the public questions on it, and with our own."""
    corpus = read_corpus(ROOT / "corpus")
    passages = tuple(p for source in corpus.sources for speech in parse(source) for p in speech.passages)
    files = (BENCH / "indomain.jsonl", QUESTIONS / "material.jsonl")
    return [_material(path, passages) for path in files]


def _material(path: Path, passages: tuple[Passage, ...]) -> LabelledSet:
    rows = list(_json_lines(path))
    gold = [frozenset(i for i, p in enumerate(passages) if any(g in p.text for g in row["gold"])) for row in rows]
    return LabelledSet(path.stem, passages, tuple(row["question"] for row in rows), tuple(gold))


def _report(name: str, rows: list[dict[str, Any]]) -> LabelledSet:
    path = BENCH / "speeches" / name
    text, encoding = decode(path.read_bytes(), path=path)
    passages = tuple(p for speech in parse(Source(name, encoding, "", text)) for p in speech.passages)
    gold = []
    for row in rows:
        spans: list[tuple[int, int]] = row["gold"]
        gold.append(frozenset(i for i, p in enumerate(passages) for a, b in spans if p.start < b and a < p.end))
    return LabelledSet(name, passages, tuple(str(row["question"]) for row in rows), tuple(gold))


def _json_lines(path: Path) -> Iterable[dict[str, Any]]:
    if not path.exists():
        sys.exit(f"{path} is not there: this benchmark needs the shared bench data beside the checkout")
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)
