"""Two texts side by side."""

from __future__ import annotations

from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.language.skeleton import skeleton
from speechbot.tracing.alignment import Change, Form, Piece, aligned, distance, forms, pieces, steps

SHORT = st.text(st.sampled_from("甲乙丙丁"), min_size=1, max_size=12)


def edits(first: str, second: str) -> int:
    """Levenshtein's distance, by its definition."""

    @lru_cache(None)
    def of(a: int, b: int) -> int:
        if not a or not b:
            return a + b
        return min(of(a - 1, b) + 1, of(a, b - 1) + 1, of(a - 1, b - 1) + (first[a - 1] != second[b - 1]))

    return of(len(first), len(second))


def compared(quoted: str, original: str) -> list[tuple[str, str, str]]:
    """Kind, original, quoted of each piece."""
    own, other = skeleton(quoted), skeleton(original)
    _, found = steps(own.text, other.text)
    assert found[0].c == 0
    return [
        (piece.change.value, piece.original, piece.quoted)
        for piece in pieces(quoted, original, found, of=(own, other), start=0)
    ]


@given(SHORT, SHORT)
def test_the_distance_is_that_to_the_best_stretch(quoted: str, original: str) -> None:
    """No stretch is nearer, and the steps lead to one that near."""
    best = min(edits(quoted, original[a:b]) for a in range(len(original) + 1) for b in range(a, len(original) + 1))
    count, found = steps(quoted, original)

    assert distance(quoted, original) == count == best
    assert "".join(quoted[step.a : step.b] for step in found) == quoted
    stretch = original[found[0].c : found[-1].d]
    assert "".join(original[step.c : step.d] for step in found) == stretch
    assert edits(quoted, stretch) == best
    assert all(quoted[s.a : s.b] == original[s.c : s.d] for s in found if s.change is Change.SAME)


@pytest.mark.parametrize(
    ("quoted", "original", "expected"),
    [
        ("江山就是老百姓", "江山就是人民", [("same", "江山就是", "江山就是"), ("changed", "人民", "老百姓")]),
        ("以人民中心", "以人民为中心", [("same", "以人民", "以人民"), ("missing", "为", ""), ("same", "中心", "中心")]),
        (
            "打铁还需要自身硬",
            "打铁还需自身硬",
            [("same", "打铁还需", "打铁还需"), ("extra", "", "要"), ("same", "自身硬", "自身硬")],
        ),
        (
            "不忘初心,牢记使命",
            "不忘初心、牢记使命",
            [("same", "不忘初心", "不忘初心"), ("form", "、", ","), ("same", "牢记使命", "牢记使命")],
        ),
    ],
)
def test_what_differs(quoted: str, original: str, expected: list[tuple[str, str, str]]) -> None:
    """Changed, left out, put in, and form alone."""
    assert compared(quoted, original) == expected


@pytest.mark.parametrize(
    ("quoted", "original", "changes"),
    [
        ("就业1100万人", "就业1200万人", [("1200", "1100")]),
        ("增长15%左右", "增长5%左右", [("5", "15")]),
        ("增长5%左右", "增长5.5%左右", [("5.5", "5")]),
        ("从3年到15年", "从30年到150年", [("30", "3"), ("150", "15")]),
        ("今年2成，明年", "今年的2成，明年", [("的", "")]),
    ],
)
def test_numbers_change_as_a_whole(quoted: str, original: str, changes: list[tuple[str, str]]) -> None:
    """A reader compares numbers, not figures."""
    found = compared(quoted, original)

    assert [(old, new) for kind, old, new in found if kind in ("changed", "missing", "extra")] == changes


def test_a_lone_common_character_between_changes_is_no_agreement() -> None:
    """As a reader sees it: one change, not two around a chance."""
    assert compared("始终坚持物美的价廉不动摇", "始终坚持公平的原则不动摇") == [
        ("same", "始终坚持", "始终坚持"),
        ("changed", "公平的原则", "物美的价廉"),
        ("same", "不动摇", "不动摇"),
    ]


@pytest.mark.parametrize(
    ("quoted", "original", "breaks", "stretch"),
    [
        ("我讲过立志千秋伟业", "初心方得始终立志千秋伟业百年", [2, 6], "立志千秋伟业"),
        ("我讲过立志千秋伟业", "初心方得始终立志千秋伟业百年", [2, 5], "终立志千秋伟业"),
        ("立志千秋伟业不变", "立志千秋伟业百年风华", [6], "立志千秋伟业"),
        ("江山就是老百姓", "江山就是人民啊", [4], "江山就是"),
    ],
)
def test_what_differs_at_an_end_stays_in_its_clause(
    quoted: str, original: str, breaks: list[int], stretch: str
) -> None:
    """The original does not run on into the neighbouring sentence to have something to differ from."""
    count, found = steps(quoted, original, breaks=breaks)

    assert original[found[0].c : found[-1].d] == stretch
    assert "".join(quoted[step.a : step.b] for step in found) == quoted
    assert count == distance(quoted, original)


@given(st.text(max_size=30), st.text(max_size=30))
def test_pieces_make_up_both_texts(quoted: str, original: str) -> None:
    """Whatever is in them, and each piece stands where it says."""
    own, other = skeleton(quoted), skeleton(original)
    if not own.text or not other.text:
        return
    _, found = steps(own.text, other.text)
    stretch = original[int(other.places[found[0].c]) if found[0].c < len(other.places) else len(original) :]
    moved = [step._replace(c=step.c - found[0].c, d=step.d - found[0].c) for step in found]

    made = pieces(quoted, stretch, moved, of=(own, skeleton(stretch)), start=7)

    assert "".join(piece.quoted for piece in made) == quoted
    assert "".join(piece.original for piece in made) == stretch
    for piece in made:
        assert quoted[piece.at : piece.at + len(piece.quoted)] == piece.quoted
        assert stretch[piece.start - 7 : piece.start - 7 + len(piece.original)] == piece.original
        assert (piece.change is Change.SAME) == (piece.original == piece.quoted)


@pytest.mark.parametrize(
    ("quoted", "original", "expected"),
    [
        ("人民，江山", "人民、江山", [Form.PUNCTUATION]),
        ("人民江山", "人民，江山", [Form.PUNCTUATION]),
        ("人民,江山", "人民，江山", [Form.WIDTH]),
        ("人民 江山", "人民江山", [Form.SPACE]),
        ("人民。江山", "人民。\n\n江山", [Form.SPACE]),
        ("ＡＰＥＣ会议", "APEC会议", [Form.WIDTH]),
        ("apec会议", "APEC会议", [Form.CASE]),
        ("人民國家", "人民国家", [Form.SCRIPT]),
        ("國家，１", "国家。1", [Form.PUNCTUATION, Form.WIDTH, Form.SCRIPT]),
        ("面积5m2", "面积5㎡", [Form.WIDTH]),
        ("人民江山", "人民江山", []),
    ],
)
def test_forms(quoted: str, original: str, expected: list[Form]) -> None:
    """In what texts of one wording differ."""
    assert list(forms(aligned(quoted, original, start=0))) == expected


def test_a_piece_for_programs() -> None:
    """All of its fields."""
    assert Piece(Change.EXTRA, "", "了", 3, 2).to_dict() == {
        "change": "extra",
        "original": "",
        "quoted": "了",
        "start": 3,
        "at": 2,
    }
