"""What counts as a question, what does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.errors import QuestionError
from speechbot.language.questions import MAX_LENGTH, check_question


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("怎样优化营商环境？", "怎样优化营商环境？"),
        ("  怎样优化\n营商环境？\t", "怎样优化 营商环境？"),
        ("\u3000怎样\r\n\u3000优化", "怎样 优化"),
        ("第①步😀", "第①步😀"),
        ("12", "12"),
        ("为" * MAX_LENGTH, "为" * MAX_LENGTH),
        (" " + "为" * MAX_LENGTH + "\n" * 600, "为" * MAX_LENGTH),
    ],
)
def test_a_question_comes_back_on_one_line(question: str, expected: str) -> None:
    """Ends are stripped and white space inside counts as one space; nothing else changes."""
    assert check_question(question) == expected


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("", "问题是空的，请输入一句想问的话，例如：党员的首要政治品格是什么？"),
        (" \t\u3000\n", "问题是空的，请输入一句想问的话，例如：党员的首要政治品格是什么？"),
        ("为" * 501, "问题有 501 个字，超过 500 个字的上限，请只保留想问的那一句"),
        ("问" * 100_000, "问题有 100000 个字，超过 500 个字的上限，请只保留想问的那一句"),
        ("怎样\x00优化", "问题的第 3 个字符是控制字符（U+0000），请删掉它再问"),
        ("\x1b[31m怎样", "问题的第 1 个字符是控制字符（U+001B），请删掉它再问"),
        ("怎样\x1f", "问题的第 3 个字符是控制字符（U+001F），请删掉它再问"),
        ("怎样\udce4", "问题的第 3 个字符是残缺的编码，请重新输入问题，并确认终端使用 UTF-8 编码"),
        ("😀👍", "问题里没有文字，只有符号或表情，请用文字提问"),
        ("？！……——", "问题里没有文字，只有符号或表情，请用文字提问"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(question: str, message: str) -> None:
    """Each kind of bad question has its own line, which ends with what to do."""
    with pytest.raises(QuestionError) as caught:
        check_question(question)

    assert str(caught.value) == message


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=MAX_LENGTH))
def test_checking_twice_changes_nothing(text: str) -> None:
    """What one check returns passes the next check unaltered."""
    once = check_question("问" + text[1:])

    assert check_question(once) == once
