"""Windows over passages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from speechbot.indexing.windows import windows
from speechbot.models import Window

SENTENCE = "我们要坚持问题导向，把调查研究和解决问题结合起来，把工作做深做细做实。"


def test_short_passage_is_one_window() -> None:
    """A passage of about the size is not cut."""
    assert windows(SENTENCE * 3, size=120) == [Window(0, 3 * len(SENTENCE))]


def test_windows_hold_whole_sentences_of_about_the_size() -> None:
    """A long passage is cut at sentence ends into windows of similar length near the size."""
    found = windows(SENTENCE * 10, size=120)

    assert found == [Window(0, 105), Window(105, 210), Window(210, 350)]


def test_empty_text_has_no_window() -> None:
    """Nothing to embed, no window."""
    assert windows("") == []


@given(st.text(alphabet="学习工作，。；“”\n　", min_size=1), st.integers(1, 200))
def test_windows_cover_the_passage(text: str, size: int) -> None:
    """The first window starts at 0, each starts where the one before ends, the last ends with the passage."""
    found = windows(text, size=size)

    assert [window.start for window in found] == [0, *[window.end for window in found[:-1]]]
    assert found[-1].end == len(text)
