"""Numbered lines judged by themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.parsing.headings import KINDS, Heading, clean_title, match_heading, number_of


@pytest.mark.parametrize(
    ("line", "kind", "number", "title"),
    [
        ("第一编　总论", "第X编", 1, "第一编　总论"),
        ("第二部分：工作安排", "第X编", 2, "第二部分：工作安排"),
        ("第三章　党员队伍建设", "第X章", 3, "第三章　党员队伍建设"),
        ("第二节 学习制度", "第X节", 2, "第二节 学习制度"),
        ("一、提高认识", "一、", 1, "一、提高认识"),
        ("十二、抓好落实", "一、", 12, "十二、抓好落实"),
        ("二　关于党员", "一、", 2, "二　关于党员"),
        ("（三）狠抓作风", "（一）", 3, "（三）狠抓作风"),
        ("(三) 狠抓作风", "（一）", 3, "(三) 狠抓作风"),
        ("２．开展调研", "1.", 2, "２．开展调研"),
        ("1、开展调研", "1.", 1, "1、开展调研"),
        ("（4）建章立制", "（1）", 4, "（4）建章立制"),
        ("③检查验收", "①", 3, "③检查验收"),
        ("第二，突出重点", "第一，", 2, "第二，突出重点"),
        ("三是建立机制", "一是", 3, "三是建立机制"),
        ("其次，抓整改", "首先，", 2, "其次，抓整改"),
        ("四", "一", 4, "四"),
        ("## 一、提高认识", "一、", 1, "一、提高认识"),
        ("**二、真抓实干**", "一、", 2, "二、真抓实干"),
        ("## 问题的提起", "##", 0, "问题的提起"),
        ("第二、合理安排收支，提高使用效益。", "第一，", 2, "第二、合理安排收支，提高使用效益"),
    ],
)
def test_stand_alone_headings(line: str, kind: str, number: int, title: str) -> None:
    """A short numbered line is a heading over its whole length, cited without closing punctuation or emphasis."""
    heading = match_heading(line)

    assert heading is not None
    assert (heading.kind, heading.number, heading.title, heading.run_in) == (kind, number, title, False)
    assert heading.end == len(line)


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("一是坚定信念。信念是本，要筑牢根基。", "一是坚定信念"),
        ("（一）加强学习。要读原著、学原文。", "（一）加强学习"),
        ("一、加强学习。要读原著、学原文。", "一、加强学习"),
        ("第一，突出重点。要抓住主要矛盾。", "第一，突出重点"),
        ("第五条　　支部每月开会一次。", "第五条"),
        ("第五条【会议】支部每月开会一次。", "第五条"),
    ],
)
def test_run_in_headings(line: str, title: str) -> None:
    """A short first sentence after a number is the heading of its paragraph; an article's heading is its number."""
    heading = match_heading(line)

    assert heading is not None
    assert (heading.title, heading.run_in) == (title, True)


@pytest.mark.parametrize(
    "line",
    [
        "第三条的规定适用于本单位",
        "第一章规定了总的原则",
        "一是抓学习，二是抓落实，三是抓检查。",
        "一是一、二是二，要实事求是。",
        "2.5亿人脱贫",
        "我们要认真学习。",
        "第二批主题教育参加单位很多",
    ],
)
def test_other_lines(line: str) -> None:
    """References, enumerations inside a sentence, decimals and ordinary text are no headings."""
    assert match_heading(line) is None


@pytest.mark.parametrize(
    "line",
    ["（五）" + "我们在实践中认识到，" * 8 + "要坚持。然后再说。", "（一）坚持学习；", "（二）" + "很长" * 30],
)
def test_numbered_paragraphs_have_no_title(line: str) -> None:
    """A number before a long sentence or a list item numbers the paragraph and makes no heading."""
    heading = match_heading(line)

    assert heading is not None
    assert heading.title is None


@pytest.mark.parametrize(
    ("digits", "value"),
    [
        ("一", 1),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("九十九", 99),
        ("一百二十", 120),
        ("一二〇", 120),
        ("１２", 12),
        ("⑳", 20),
        ("再次", 3),
    ],
)
def test_values_of_numerals(digits: str, value: int) -> None:
    """Chinese, positional, full-width, circled and worded numerals have their value."""
    assert number_of(digits) == value


def test_clean_title() -> None:
    """Emphasis, footnote marks and closing punctuation are not cited."""
    assert clean_title("**关于决议的说明[^1]：**") == "关于决议的说明"


@given(st.text(alphabet="第一二十百条章（）()1２.、，。：；#*> 　①首先其次是学习", max_size=60).map(str.strip))
def test_heading_lies_inside_its_line(line: str) -> None:
    """Whatever the line, a heading is of a known kind and its offsets lie in the line."""
    heading = match_heading(line) or Heading("一", 0, None, 0, 0)

    assert heading.kind in KINDS
    assert 0 <= heading.start <= heading.end <= len(line)
