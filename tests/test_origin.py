"""Date, speaker and occasion of speeches."""

from __future__ import annotations

import pytest

from speechbot.parsing.origin import Origin, further_titles, labelled, occasion_in, of_front, of_setting


@pytest.mark.parametrize(
    ("header", "origin"),
    [
        (["在全县读书会上的讲话", "（2024年3月5日）", "李大山"], Origin("2024-03-05", "李大山", "全县读书会")),
        (
            ["工作报告", "——2024年3月5日在第三届县人民代表大会第二次会议上", "县长　王 明"],
            Origin("2024-03-05", "王明", "第三届县人民代表大会第二次会议"),
        ),
        (["愚公精神", "（一九四五年六月十一日在全县代表大会上的闭幕词）"], Origin("1945-06-11", "", "全县代表大会")),
        (
            ["关于章程的决定", "（2024年1月1日某县委员会第六次全体会议通过）"],
            Origin("2024-01-01", "", "某县委员会第六次全体会议"),
        ),
        (["李大山在读书节开幕式上的致辞"], Origin("", "李大山", "读书节开幕式")),
        (["李大山同志在调研座谈会上关于读书的讲话"], Origin("", "李大山", "调研座谈会")),
        (["在会上的讲话（2024年3月5日）李大山"], Origin("2024-03-05", "李大山", "")),
        (["多读书——在全县读书论坛的主旨演讲"], Origin("", "", "全县读书论坛")),
        (
            ["学习体会", "讲话人：县委书记 李大山", "时间：2024年3月5日上午", "会议：全县读书会"],
            Origin("2024-03-05", "李大山", "全县读书会"),
        ),
        (["学习体会", "李大山（2024年3月5日）"], Origin("2024-03-05", "李大山", "")),
        (["学习体会", "（2024年3月5日　县委书记 李大山）"], Origin("2024-03-05", "李大山", "")),
        (["学习体会", "李 强  二〇二四年三月五日"], Origin("2024-03-05", "李强", "")),
        (["学习体会", "时间：2024年3月5日　　讲话人：李大山　地点：县礼堂"], Origin("2024-03-05", "李大山", "")),
        (["工作章程（2024年）", "（二〇二四年三月五日通过）"], Origin("2024-03-05", "", "")),
        (["2024年工作报告"], Origin()),
        (["在新的起点上奋力前进"], Origin()),
        (["关于2023年工作和2024年计划的报告"], Origin()),
    ],
)
def test_header(header: list[str], origin: Origin) -> None:
    """What the lines over a text say is read, and nothing is made up where they say nothing."""
    assert of_setting(header[0], header, [], []) == origin


def test_editors_note() -> None:
    """A note on where the text comes from fills what the header leaves open."""
    note = "※这是李大山同志2024年3月5日在全县读书会上讲话的一部分。"

    assert of_setting("多读书", ["多读书"], [], [note]) == Origin("2024-03-05", "李大山", "全县读书会")


def test_signature() -> None:
    """Name and date under a letter are its origin, unless the header gives a span of time."""
    signed = ["李大山", "2024年3月5日"]

    assert of_setting("回信", ["回信"], signed, []) == Origin("2024-03-05", "李大山", "")
    assert of_setting("谈话", ["谈话", "（2023年3月——2024年6月）"], signed, []).date == ""


def test_front_matter() -> None:
    """Fields of front matter count as they stand."""
    fields = {"date": "2024-03-05", "speaker": "李大山、王明", "occasion": "全县读书会"}

    assert of_front(fields) == Origin("2024-03-05", "李大山、王明", "全县读书会")


def test_labelled_lines() -> None:
    """Known labels are read, others are left to the text."""
    assert labelled("讲话人：李大山") == ("speaker", "李大山")
    assert labelled("要求：认真学习") is None
    assert labelled("**时间：2024年3月5日。**") == labelled("时间：2024年3月5日。") == ("date", "2024年3月5日。")
    assert labelled("时间：2024年3月5日我们要加强学习。再抓落实") is None
    assert labelled("时间：" + "很长" * 100) is None


@pytest.mark.parametrize("text", ["在" * 5000, "在会" * 2500 + "上", "（在会上" * 1000])
def test_occasions_take_no_time(text: str) -> None:
    """A long line of beginnings is given up at once."""
    assert len(occasion_in(text)) <= 60


def test_further_titles() -> None:
    """A second title and a subtitle that names a speech are other names; dates, speakers and notes are none."""
    header = [
        "2024年工作报告",
        "为全县发展而奋斗",
        "——2024年3月5日在全县大会上的报告",
        "——2024年3月5日在全县大会上",
        "（2024年3月5日）",
        "县长　李大山",
    ]

    assert further_titles("2024年工作报告", header) == ("为全县发展而奋斗", "在全县大会上的报告")
