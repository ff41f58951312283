"""What of a pasted text is the quotation."""

from __future__ import annotations

import pytest

from speechbot.errors import QuestionError
from speechbot.tracing.readings import LONGEST, checked, readings, segments, units, unquoted
from speechbot.wording import zh_quotes


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("“两山三水四田五湖”", "两山三水四田五湖"),
        ("「两山三水四田五湖」", "两山三水四田五湖"),
        ('"两山三水四田五湖"', "两山三水四田五湖"),
        ("“‘两山三水四田五湖’”", "两山三水四田五湖"),
        ("“两山三水四田五湖", "两山三水四田五湖"),
        ("两山三水四田五湖”", "两山三水四田五湖"),
        ("“两山三水四田五湖。”（《在座谈会上的讲话》，第 3 段）", "两山三水四田五湖。"),
        ("两山三水四田五湖。（2018年1月5日）", "两山三水四田五湖。"),
        ("两山三水四田五湖。[1]", "两山三水四田五湖。"),
        ("两山三水四田五湖。——某某", "两山三水四田五湖。"),
        ("“两山三水四田五湖。”——某某《讲话》", "两山三水四田五湖。"),
        ("某某指出：“两山三水四田五湖。”", "两山三水四田五湖。"),
        ("某某强调，“两山三水四田五湖”。", "两山三水四田五湖"),
    ],
)
def test_what_is_around_a_quotation_is_left_out(text: str, bare: str) -> None:
    """The text as it is comes first, the bare one last."""
    assert (readings(text)[0], readings(text)[-1]) == (text, bare)


@pytest.mark.parametrize(
    "text",
    [
        "“两山”理念和“三水”格局",
        "要弘扬“伟大建党精神”",
        "山水林田湖草沙（统筹治理）",
        "江山就是人民——人民就是江山",
        "“短”",
    ],
)
def test_what_belongs_to_a_quotation_stays(text: str) -> None:
    """Quotation marks and brackets of its own, a dash in it, and a rest that would be too short."""
    assert readings(text) == [text]


def test_quotes_around_nothing() -> None:
    """Nothing is left of marks alone."""
    assert [unquoted(text) for text in ("“”", "“", "''")] == ["", "", ""]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("甲乙……丙丁", ["甲乙", "丙丁"]),
        ("甲乙...丙丁", ["甲乙", "丙丁"]),
        ("甲乙。。。丙丁", ["甲乙", "丙丁"]),
        ("……甲乙…丙丁……", ["甲乙", "丙丁"]),
        ("甲乙。丙丁", ["甲乙。丙丁"]),
        ("甲乙……，……丙丁", ["甲乙", "丙丁"]),
    ],
)
def test_ellipses_are_gaps(text: str, parts: list[str]) -> None:
    """Those at the ends and marks between them count for nothing."""
    assert segments(text) == parts


def test_units_are_sentences_or_clauses_of_some_length() -> None:
    """They cover the text; short ones go with a neighbour."""
    sentences = "今天我们开一次座谈会。好。专门商量公共图书馆的事。完。"
    clauses = "今天我们开一次座谈会，专门商量公共图书馆的事"

    assert [sentences[a:b] for a, b in units(sentences)[0]] == [
        "今天我们开一次座谈会。",
        "好。专门商量公共图书馆的事。完。",
    ]
    assert [clauses[a:b] for a, b in units(clauses)[0]] == ["今天我们开一次座谈会，", "专门商量公共图书馆的事"]
    assert (units(sentences)[1], units(clauses)[1], units("一句")) == (False, True, ([(0, 2)], True))


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ("", zh_quotes.TEXT_EMPTY),
        ("。……", zh_quotes.TEXT_EMPTY),
        ("五个字太短", zh_quotes.TEXT_SHORT),
        ("长" * (LONGEST + 1), zh_quotes.TEXT_LONG),
        ("残缺\udcff的编码文字", zh_quotes.TEXT_BROKEN),
    ],
)
def test_what_cannot_be_checked(text: str, template: str) -> None:
    """It is said what to do."""
    with pytest.raises(QuestionError) as caught:
        checked(text)

    assert str(caught.value)[:4] == template.format(length=len(text), limit=0, position=3)[:4]


def test_what_can_be_checked() -> None:
    """Six characters up to two thousand, marks not counted."""
    assert checked("\u3000六个字就够了。\n") == "六个字就够了。"
    assert checked("长，" * LONGEST) == "长，" * LONGEST
