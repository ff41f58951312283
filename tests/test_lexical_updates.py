"""A lexical index in which some rows were replaced is, bit for bit, the one built from scratch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.indexing.lexical import LexicalFields, LexicalIndex, Postings

if TYPE_CHECKING:
    from pathlib import Path

Row = tuple[list[str], list[str]]

TOKENS = st.sampled_from("甲乙丙丁戊己庚")
ROWS = st.tuples(st.lists(TOKENS, max_size=6), st.lists(TOKENS, max_size=3))
# What happens to a row: it stays, it goes, or it is new; None of the last two leaves the order of those that stay.
STEPS = st.lists(st.tuples(st.sampled_from(["stays", "goes", "comes"]), ROWS), max_size=14)


def built(rows: list[Row]) -> LexicalFields:
    """The fields of some rows, from scratch."""
    return LexicalFields.build([body for body, _ in rows], [heading for _, heading in rows])


def assert_same(found: LexicalFields, expected: LexicalFields) -> None:
    """Every array of both fields is equal, its type included."""
    for mine, theirs in ((found.passages, expected.passages), (found.headings, expected.headings)):
        for name in ("tokens", "indptr", "indices", "counts", "lengths"):
            one, other = getattr(mine.postings, name), getattr(theirs.postings, name)
            assert one.dtype == other.dtype, name
            np.testing.assert_array_equal(one, other, err_msg=name)
        assert mine._weights.tobytes() == theirs._weights.tobytes()


def replaced(before: LexicalFields, steps: list[tuple[str, Row]]) -> LexicalFields:
    """The fields after some rows went and others came."""
    after = [what for what, _ in steps if what != "goes"]
    rows = iter(range(len(after)))
    numbers = [-1 if what == "goes" else next(rows) for what, _ in steps]
    places = [number for number, (what, _) in zip(numbers, steps, strict=True) if what != "comes"]
    fresh = [number for number, (what, _) in zip(numbers, steps, strict=True) if what == "comes"]
    new = built([row for what, row in steps if what == "comes"])
    return before.replaced(np.array(places, np.int64), new, np.array(fresh, np.int64))


@given(steps=STEPS)
def test_replaced_rows_equal_a_build_from_scratch(steps: list[tuple[str, Row]]) -> None:
    """Whatever rows stay, go and come, in whatever mixture."""
    before = built([row for what, row in steps if what != "comes"])

    found = replaced(before, steps)

    assert_same(found, built([row for what, row in steps if what != "goes"]))


@given(first=STEPS, seed=st.integers(0, 2**32 - 1))
def test_many_replacements_equal_one_build(first: list[tuple[str, Row]], seed: int) -> None:
    """Replacing again and again adds up to nothing: no trace of what is gone, no rounding."""
    random = np.random.default_rng(seed)
    rows = [row for _, row in first]
    fields = built(rows)
    for _ in range(4):
        steps: list[tuple[str, Row]] = []
        for row in rows:
            steps.append((["stays", "goes"][random.integers(2)], row))
            if random.integers(2):
                fresh = [str(token) for token in random.choice(list("甲乙辛壬"), random.integers(5))]
                steps.append(("comes", (fresh, fresh[:1])))
        fields = replaced(fields, steps)
        rows = [row for what, row in steps if what != "goes"]

    assert_same(fields, built(rows))


def test_a_loaded_index_is_replaced_alike(tmp_path: Path) -> None:
    """What is mapped from files gives what is in memory gives, and the files are not touched."""
    rows: list[Row] = [(["甲", "乙"], ["丙"]), (["乙"], []), ([], ["丙"])]
    built(rows).save(tmp_path)
    files = {path: path.read_bytes() for path in tmp_path.rglob("*.npy")}
    steps = [("goes", rows[0]), ("stays", rows[1]), ("comes", (["乙", "丁"], ["丙", "丙"])), ("stays", rows[2])]

    found = replaced(LexicalFields.load(tmp_path), steps)

    assert_same(found, built([row for what, row in steps if what != "goes"]))
    assert {path: path.read_bytes() for path in files} == files


@pytest.mark.parametrize("distance", [1, 2])
def test_neighbouring_keys_are_different_tokens(distance: int) -> None:
    """Keys are compared as whole numbers: two that share their first 53 bits are two tokens."""
    key = 2**63 + 2**40

    def postings(own: int, rows: list[int], count: int) -> Postings:
        lengths = np.zeros(count, np.int32)
        lengths[rows] = 1
        entries = np.array(rows, np.int32)
        return Postings(
            np.array([own], np.uint64),
            np.array([0, len(rows)], np.int64),
            entries,
            np.ones(len(rows), np.uint16),
            lengths,
        )

    # The token that comes second has the earlier rows, so that a mix-up puts them into the middle of the first
    found = postings(key + distance, [2, 3], 4).joined(postings(key, [0, 1], 4))

    assert found.tokens.tolist() == [key, key + distance]
    assert found.indptr.tolist() == [0, 2, 4]
    assert found.indices.tolist() == [0, 1, 2, 3]
    other = postings(key + distance, [0, 1], 4).joined(postings(key, [2, 3], 4))
    assert other.indices.tolist() == [2, 3, 0, 1]


def test_scores_after_a_replacement() -> None:
    """The index answers by what it holds now: the rarity of a token and the mean length as well."""
    rows: list[Row] = [(["河长"], []), (["河长", "巡河"], []), (["购书"], [])]
    fields = replaced(built(rows), [("stays", rows[0]), ("goes", rows[1]), ("stays", rows[2])])

    assert isinstance(fields.passages, LexicalIndex)
    assert fields.passages.frequency(["河长", "巡河", "购书"]).tolist() == [1, 0, 1]
    expected = LexicalIndex.build([["河长"], ["购书"]]).scores(["河长", "购书"])
    np.testing.assert_array_equal(fields.passages.scores(["河长", "购书"]), expected)
