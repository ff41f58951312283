"""Lexical search: BM25 as its formula says, stored without change."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.errors import IndexDamaged
from speechbot.indexing import lexical
from speechbot.indexing.lexical import FILES, K1, PARTS, B, LexicalFields, LexicalIndex, Postings, token_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CORPUS = [
    ["治河", "河长", "巡河", "河长"],
    ["购书", "经费", "图书馆"],
    [],
    ["河长", "图书馆", "图书馆", "图书馆", "志愿者", "经费"],
]
TOKENS = st.sampled_from("甲乙丙丁戊")


def naive(corpus: list[list[str]], question: list[str]) -> list[float]:
    """BM25 by the book, one row and one token at a time."""
    average = sum(map(len, corpus)) / len(corpus)
    scores = []
    for row in corpus:
        score = 0.0
        for token in set(question) & set(row):
            df, tf = sum(token in other for other in corpus), row.count(token)
            idf = math.log(1 + (len(corpus) - df + 0.5) / (df + 0.5))
            score += idf * tf / (tf + K1 * (1 - B + B * len(row) / average))
        scores.append(score)
    return scores


@pytest.fixture(scope="module")
def index() -> LexicalIndex:
    """An index of ``CORPUS``."""
    return LexicalIndex.build(CORPUS)


@given(corpus=st.lists(st.lists(TOKENS, max_size=8), min_size=1, max_size=8), question=st.lists(TOKENS, max_size=6))
def test_scores_follow_the_formula(corpus: list[list[str]], question: list[str]) -> None:
    """Every row's score is that of a naive BM25; repeated and unknown tokens change nothing."""
    question = [*question, *question, "己"]

    scores = LexicalIndex.build(corpus).scores(question)

    np.testing.assert_allclose(scores, naive(corpus, question), rtol=1e-5)


def test_weights_scale_tokens(index: LexicalIndex) -> None:
    """A token's share of the score is multiplied by its weight; a repeated token keeps its first weight."""
    expected = 2 * index.scores(["河长"]) + 0.5 * index.scores(["经费"])

    np.testing.assert_allclose(index.scores(["河长", "经费", "河长"], [2, 0.5, 9]), expected, rtol=1e-6)


def test_weights_must_match_tokens(index: LexicalIndex) -> None:
    """A weight for each token, no more and no less."""
    with pytest.raises(ValueError, match="zip"):
        index.scores(["河长"], [1, 2])


def test_idf_counts_rows(index: LexicalIndex) -> None:
    """Rarer tokens weigh more, repeats within a row do not count, unknown tokens weigh most."""
    expected = [math.log(1 + (4 - df + 0.5) / (df + 0.5)) for df in (2, 1, 0)]

    np.testing.assert_allclose(index.idf(["图书馆", "志愿者", "没有"]), expected, rtol=1e-6)
    assert index.frequency(["图书馆", "志愿者", "没有"]).tolist() == [2, 1, 0]


def test_rows_of_a_token(index: LexicalIndex) -> None:
    """The rows that hold a token come in order; an unknown token has none."""
    assert index.rows("河长").tolist() == [0, 3]
    assert index.rows("没有").tolist() == []


@pytest.mark.parametrize("corpus", [[], [[], []]], ids=["no rows", "no tokens"])
def test_nothing_to_index(corpus: list[list[str]], tmp_path: Path) -> None:
    """Without rows or without any token the index still builds, saves, loads and scores 0."""
    LexicalIndex.build(corpus).save(tmp_path)

    loaded = LexicalIndex.load(tmp_path)

    assert len(loaded) == len(corpus)
    assert loaded.scores(["河长"]).tolist() == [0.0] * len(corpus)
    assert np.isfinite(loaded.idf(["河长"])).all()


def test_saved_index_is_loaded_alike(index: LexicalIndex, tmp_path: Path) -> None:
    """Saving and loading changes no score, no frequency and not the number of rows."""
    index.save(tmp_path)

    loaded = LexicalIndex.load(tmp_path)

    assert len(loaded) == 4
    np.testing.assert_array_equal(loaded.scores(["河长", "经费"]), index.scores(["河长", "经费"]))
    assert loaded.rows("购书").tolist() == index.rows("购书").tolist() == [1]


def test_loading_maps_the_weights(index: LexicalIndex, tmp_path: Path) -> None:
    """A loaded index leaves its weights and its vocabulary on disk and cannot write them."""
    index.save(tmp_path)

    loaded = LexicalIndex.load(tmp_path)

    for array in (loaded._weights, loaded.postings.tokens, loaded.postings.indices):
        assert isinstance(array.base, np.memmap)
        assert not array.flags.writeable


@given(corpus=st.lists(st.lists(TOKENS, max_size=8), min_size=1, max_size=8).filter(any))
def test_weights_are_those_of_bm25s(corpus: list[list[str]]) -> None:
    """An independent implementation gives the same weight to every token in every row."""
    vocabulary = sorted({token for row in corpus for token in row})
    columns = {token: column for column, token in enumerate(vocabulary)}
    oracle = bm25s.BM25(method="lucene", k1=K1, b=B, dtype="float32", int_dtype="int32")
    ids = [[columns[token] for token in row] for row in corpus]
    oracle.index((ids, columns), create_empty_token=False, show_progress=False)

    index = LexicalIndex.build(corpus)

    for token in vocabulary:
        np.testing.assert_allclose(index.scores([token]), oracle.get_scores([token]), rtol=1e-5, err_msg=token)


@pytest.mark.parametrize("block", [1, 2, 3, 1000])
def test_weights_do_not_depend_on_the_block(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    """They are computed a block of entries at a time; where a block ends changes no bit."""
    whole = Postings.count(CORPUS).weights()
    monkeypatch.setattr(lexical, "_BLOCK", block)

    np.testing.assert_array_equal(Postings.count(CORPUS).weights(), whole)


def test_tokens_are_in_order_of_their_hash(index: LexicalIndex, tmp_path: Path) -> None:
    """A set's order would change from one run of Python to the next; a token's 64-bit key never does."""
    index.save(tmp_path)

    stored = np.load(tmp_path / "tokens.npy")
    assert stored.tolist() == sorted({token_key(token) for row in CORPUS for token in row})
    assert token_key("治河") == 7625416856617366665


def test_occurrences_are_counted_up_to_a_limit() -> None:
    """A token that stands in a row more often than 16 bits can say counts as often as they can."""
    counted = Postings.count([["啊"] * 70_000, ["啊"]])

    assert counted.counts.tolist() == [65_535, 1]
    assert counted.lengths.tolist() == [70_000, 1]


def test_building_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing is printed."""
    LexicalIndex.build(CORPUS)

    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(b'{"rows": "x"}'),
        lambda path: np.save(path, np.array([{}]), allow_pickle=True),
        lambda path: np.save(path, np.zeros(9, np.int8)),
        lambda path: np.save(path, np.load(path)[None]),
    ],
    ids=["missing", "empty", "cut", "foreign", "pickle", "other type", "other shape"],
)
def test_damaged_file_is_named(index: LexicalIndex, tmp_path: Path, name: str, damage: Callable[[Path], None]) -> None:
    """A missing, cut or foreign file is an error that names it; a pickled array is never read."""
    index.save(tmp_path)
    damage(tmp_path / name)

    with pytest.raises(IndexDamaged, match="已损坏") as caught:
        LexicalIndex.load(tmp_path)

    assert caught.value.path == tmp_path / name


@pytest.mark.parametrize("name", ["tokens.npy", "indptr.npy", "indices.npy", "counts.npy", "weights.npy"])
def test_files_that_do_not_fit_are_refused(index: LexicalIndex, tmp_path: Path, name: str) -> None:
    """Files that do not fit together are damage, not a later crash."""
    index.save(tmp_path)
    np.save(tmp_path / name, np.load(tmp_path / name)[:-1])

    with pytest.raises(IndexDamaged):
        LexicalIndex.load(tmp_path)


def test_fields_are_given_back(tmp_path: Path) -> None:
    """Passages and headings are stored apart, in the files that are listed."""
    fields = LexicalFields.build([["河长", "河长"], ["购书"]], [["治河", "治河", "规矩"], ["治河"]])
    fields.save(tmp_path)

    loaded = LexicalFields.load(tmp_path)

    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.npy")} == set(FILES)
    assert [len(field) for field in (loaded.passages, loaded.headings)] == [2, 2]
    np.testing.assert_array_equal(loaded.passages.scores(["河长"]), fields.passages.scores(["河长"]))
    assert [loaded.headings.rows(token).tolist() for token in ("治河", "规矩", "河长")] == [[0, 1], [0], []]
