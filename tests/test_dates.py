"""Dates in texts and file names."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.parsing.dates import first_date, name_date


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("（2024年3月5日）", "2024-03-05"),
        ("——2024年11月30日和12月1日在全县大会上", "2024-11-30"),
        ("2024 年 3 月 5 日", "2024-03-05"),
        ("二〇二四年十二月三十一日", "2024-12-31"),
        ("二○二四年三月", "2024-03"),
        ("一九九八年", "1998"),
        ("２０２４年３月５日", "2024-03-05"),
        ("2024-3-5 09:30", "2024-03-05"),
        ("2024/03/05", "2024-03-05"),
        ("2024.3", "2024-03"),
        ("2024年13月5日", "2024"),
        ("二〇二四年二月三十日", "2024-02"),
        ("一九八〇年三月——一九八一年六月", ""),
        ("2024年3月——2024年6月", "2024"),
        ("2024年3月5日——6日", "2024-03-05"),
        ("2024-03-05至2024-04-01", "2024"),
        ("2024年3月5日至2024.3.8", "2024-03"),
        ("2024.3.5—1234人参加", "2024-03-05"),
        ("3月5日", ""),
        ("12024年", ""),
        ("9999年1月1日", ""),
        ("", ""),
    ],
)
def test_first_date(text: str, iso: str) -> None:
    """All manners of writing give ISO 8601 as far as they go and make sense; a span gives what its ends share."""
    assert first_date(text) == iso


@pytest.mark.parametrize(
    ("name", "iso"),
    [
        ("会议/2024-03-05_在会上的讲话.txt", "2024-03-05"),
        ("20240305 在会上的讲话.md", "2024-03-05"),
        ("李大山2024年3月讲话.txt", "2024-03"),
        ("1998-关于章程的说明.txt", "1998"),
        ("2024年工作报告.txt", ""),
        ("2024-03-05/在会上的讲话.txt", ""),
        ("讲话20241.txt", ""),
    ],
)
def test_date_of_a_file_name(name: str, iso: str) -> None:
    """A file's name gives a full date or a year set off at its start; the year of a report's subject is no date."""
    assert name_date(name) == iso


@given(st.text(alphabet="0123456789一二三四五六七八九十〇○年月日号至—-/. ２", max_size=40))
def test_any_date_is_iso(text: str) -> None:
    """Whatever stands there, the result is a date in ISO 8601 or nothing."""
    assert re.fullmatch(r"(?:\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?)?", first_date(text))
