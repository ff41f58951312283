"""Titles run together with the text."""

from __future__ import annotations

import pytest

from speechbot.parsing.joined import joined_title

REST = "会上，县委书记李大山作了讲话。"


@pytest.mark.parametrize(
    ("text", "title", "begins", "setting"),
    [
        (
            "在会上的讲话（2024年3月5日）李大山各位代表：今年很好。",
            "在会上的讲话",
            "今年",
            ("在会上的讲话", "（2024年3月5日）", "李大山"),
        ),
        (
            "在会上的讲话（二〇二四年三月五日）李大山今年很好。",
            "在会上的讲话",
            "今年",
            ("在会上的讲话", "（二〇二四年三月五日）", "李大山"),
        ),
        (
            "在会上的讲话（2024年3月5日）王明今年很好。",
            "在会上的讲话",
            "王明",
            ("在会上的讲话", "（2024年3月5日）", ""),
        ),
        ("回信乡亲们：你们好！", "回信乡亲们", "你们好", ("回信乡亲们：",)),
        (
            "推动全县读书活动走深走实※李大山今年很好。",
            "推动全县读书活动走深走实",
            "今年",
            ("推动全县读书活动走深走实", "李大山"),
        ),
    ],
)
def test_joined_titles(text: str, title: str, begins: str, setting: tuple[str, ...]) -> None:
    """Title, date, speaker and salutation end where the text begins; a name that the rest does not confirm stays text."""
    joined = joined_title(text, following=REST, cut=True)

    assert joined is not None
    assert (joined.title, joined.setting) == (title, setting)
    assert text[joined.end :].startswith(begins)


@pytest.mark.parametrize(
    "text",
    [
        "今天上午全县读书活动开幕，李大山出席。",
        "在结束全县读书活动考察之后李大山回到县城。",
        "近日来自全县各地的县委书记李大山等同志读书。",
        "推动全县读书活动走深走实李大山强调要读书。",
    ],
)
def test_sentences_about_someone_are_no_titles(text: str) -> None:
    """A name inside a sentence ends no title."""
    assert joined_title(text, following=REST, cut=True) is None


def test_a_name_alone_ends_a_title_only_where_line_breaks_were_lost() -> None:
    """In a text whose lines are intact a title has a line of its own."""
    assert joined_title("推动全县读书活动走深走实李大山今年很好。", following=REST, cut=False) is None
