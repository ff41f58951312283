"""Beginnings of speeches."""

from __future__ import annotations

import pytest

from speechbot.parsing.lines import split_lines
from speechbot.parsing.titles import openings, stem_title

BODY = "我们要坚持问题导向，深入基层开展调查研究，把群众反映的突出问题一件一件解决好，让群众满意。"


def found(text: str) -> list[tuple[str | None, int, int]]:
    """Title, first line and first body line of every speech."""
    return [(opening.title, opening.first, opening.body) for opening in openings(split_lines(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"在会上的讲话\n同志们：\n{BODY}", ("在会上的讲话", 0, 1)),
        (f"政府工作报告\n——2024年1月5日在大会上\n市长　李四\n各位代表：\n{BODY}", ("政府工作报告", 0, 3)),
        (f"愚公精神\n（二〇二〇年六月）\n李大山\n{BODY}", ("愚公精神", 0, 3)),
        (f"在会上的讲话（2024年1月5日）李大山\n同志们：\n{BODY}", ("在会上的讲话", 0, 1)),
        (f"关于工作的决定（试行）\n{BODY}", ("关于工作的决定（试行）", 0, 1)),
        (f"关于工作的决定\n（2024年1月1日通过）\n序言\n{BODY}", ("关于工作的决定", 0, 2)),
        (f"在会上的讲话[^1]\n[^1]: 原题如此。\n{BODY}", ("在会上的讲话", 0, 2)),
        ("春到人间\n山花开遍\n燕子归来\n细雨绵绵\n麦苗青青", ("春到人间", 0, 4)),
        (f"在全县读书活动\n动员大会上的讲话\n李大山\n同志们：\n{BODY}", ("在全县读书活动动员大会上的讲话", 0, 3)),
        (f"在会上的讲话\n多读书的体会\n同志们：\n{BODY}", ("在会上的讲话", 0, 2)),
        (f"《在会上的讲话》\n李大山（2024年1月5日）\n同志们：\n{BODY}", ("在会上的讲话", 0, 2)),
        (f"论学习\n{BODY}", ("论学习", 0, 1)),
        (f"2024年1月5日\n在会上的讲话\n同志们：\n{BODY}", ("在会上的讲话", 0, 2)),
        (f"同志们：\n{BODY}", (None, 0, 0)),
        (f"一、抓学习\n{BODY}", (None, 0, 0)),
        (f"会议讲话材料\n（3篇）\n在动员会上的讲话\n同志们：\n{BODY}", ("在动员会上的讲话", 2, 3)),
        (f"会议讲话汇编\n在动员会上的讲话\n同志们：\n{BODY}", ("在动员会上的讲话", 1, 2)),
    ],
)
def test_first_speech(text: str, expected: tuple[str | None, int, int]) -> None:
    """The title is the first line of words over the text; dates, speakers and the name of a compilation are not."""
    assert found(text) == [expected]


@pytest.mark.parametrize("speaker", ["", "李大山", "某某市人民政府副主席 李大山"])
def test_title_run_together_with_the_text(speaker: str) -> None:
    """Title, date, speaker and salutation are left out where they share the line of the text."""
    (opening,) = openings(split_lines(f"在会上的讲话（2024年1月5日）{speaker}各位代表：{BODY}"))

    assert (opening.title, opening.body) == ("在会上的讲话", 0)
    assert opening.skip == len(f"在会上的讲话（2024年1月5日）{speaker}各位代表：")


@pytest.mark.parametrize(
    "opening",
    [
        "在总结会上的讲话\n同志们：",
        "在总结会上的发言提纲\n（2024年5月1日）",
        "关于学习的体会\n李四\n各位领导：",
        "新的纲领（修订稿）\n（2024年5月1日通过）",
        "篇二：在总结会上的讲话",
    ],
)
def test_further_speech(opening: str) -> None:
    """A title followed by salutation or date, or a numbered part, begins a speech."""
    text = f"在动员会上的讲话\n同志们：\n{BODY}\n{opening}\n{BODY}"

    assert [first for _, first, _ in found(text)] == [0, 3]


@pytest.mark.parametrize(
    "middle",
    [
        "各位代表：",
        "关于外交工作\n各位代表！",
        "李四\n2024年5月1日",
        "（2024年5月1日同负责同志的谈话）",
        "一、关于工作的报告\n同志们：",
    ],
)
def test_no_further_speech(middle: str) -> None:
    """Salutations, plain headings, signatures and dates inside a text begin none."""
    assert len(found(f"在动员会上的讲话\n同志们：\n{BODY}\n{middle}\n{BODY}")) == 1


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("a/b/在会上的讲话.txt", "在会上的讲话"),
        ("2024-03-05_在会上的讲话.txt", "在会上的讲话"),
        ("20240305 在会上的讲话.md", "在会上的讲话"),
        ("2024年工作报告.txt", "2024年工作报告"),
        ("2024-03-05.txt", "2024-03-05"),
        ("2024-03-05_同志们：.txt", "2024-03-05_同志们："),
    ],
)
def test_title_of_a_file(name: str, title: str) -> None:
    """The file's name without folder, suffix and date, unless too little is left."""
    assert stem_title(name) == title
