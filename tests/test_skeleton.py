"""What of a text is wording."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from speechbot.language.skeleton import is_mark, skeleton

# Characters on which the rules turn, next to any others.
TEXTS = st.text(
    st.one_of(st.sampled_from("12０９.,．，。-－—～:：%％ \n人民國國Ａa㎡①…“”《》<>🙂𠀀"), st.characters()), max_size=40
)


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("人民，只有人民。", "人民只有人民"),
        ("中華人民共和國", "中华人民共和国"),
        ("ＷＴＯ　规则", "wto规则"),
        ("“三体”<三体>《三体》", "三体三体三体"),
        ("增长1.5%，不是15%", "增长1.5%不是15%"),
        ("增长１．５％", "增长1.5%"),
        ("2012—2020年", "2012-2020年"),
        ("2012～2020年", "2012-2020年"),
        ("增长-3℃", "增长-3°c"),
        ("——3个", "3个"),
        ("1、2", "1、2"),
        ("一、二", "一二"),
        ("面积５㎡", "面积5m2"),
        ("𠀀🙂", "𠀀🙂"),
        ("……", ""),
        ("", ""),
    ],
)
def test_wording(text: str, wording: str) -> None:
    """Marks and spaces go, unless they make another number; width, script and case fold."""
    assert skeleton(text).text == wording


@given(TEXTS)
def test_places_point_at_what_each_character_came_from(text: str) -> None:
    """Ascending, one for each character; the skeleton of the character there has it, or it is a mark of a number."""
    found = skeleton(text)

    assert len(found.places) == len(found.text)
    assert sorted(found.places.tolist()) == found.places.tolist()
    for character, place in zip(found.text, found.places.tolist(), strict=True):
        assert character in skeleton(text[place]).text or is_mark(text[place])


@given(TEXTS, st.data())
@example("3。-5人民", None)
def test_a_fragment_s_wording_stands_in_the_text_s(text: str, data: st.DataObject | None) -> None:
    """So a scan of skeletons misses nothing."""
    start = data.draw(st.integers(0, len(text))) if data else 1
    end = data.draw(st.integers(start, len(text))) if data else len(text)

    assert skeleton(text[start:end]).text in skeleton(text).text


@given(TEXTS)
def test_folding_twice_changes_nothing_but_marks_of_numbers(text: str) -> None:
    """A wording is its own wording where no mark lost its neighbour."""
    once = skeleton(text).text

    assert skeleton(once).text in once or any(is_mark(character) for character in once)


def test_marks() -> None:
    """Neither letters nor white space."""
    assert [is_mark(character) for character in "，“%人 1\n🙂"] == [
        True,
        True,
        False,
        False,
        False,
        False,
        False,
        False,
    ]
