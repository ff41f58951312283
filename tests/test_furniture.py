"""Lines of the setting of a speech."""

from __future__ import annotations

import pytest

from speechbot.parsing.furniture import furniture, greeting


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("同志们：", "salutation"),
        ("各位代表！", "salutation"),
        ("女士们、先生们，朋友们：", "salutation"),
        ("尊敬的王校长书记，各位老师、同学们：", "salutation"),
        ("主席先生，国际组织总干事先生，各位代表：", "salutation"),
        ("尊敬的各国领导人，各代表团团长，并各界朋友们：", "salutation"),
        ("（2020年1月8日）", "date"),
        ("（二〇二〇年一月八日在全市大会上的讲话）", "date"),
        ("2020年1月8日", "date"),
        ("二〇二〇年一月", "date"),
        ("2020-01-08", "date"),
        ("（热烈鼓掌）", "applause"),
        ("（新华社北京1月8日电）", "source"),
        ("新华社北京1月8日电", "source"),
        ("《人民日报》（2020年01月09日 02版）", "source"),
        ("《工人日报》（2020年01月09日 02版）", "source"),
        ("责任编辑：李四", "source"),
        ("*根据会议记录稿刊印。*", "source"),
        ("https://example.org/a/b.html", "source"),
        ("谢谢大家！", "closing"),
        ("我就讲到这里。", "closing"),
        ("我就讲这么多，谢谢大家！", "closing"),
        ("我的汇报完了，谢谢各位！", "closing"),
        ("〔1〕见前注。", "footnote"),
        ("[^12]: 这是注释。", "footnote"),
        ("目　录", "contents"),
        ("- 12 -", "page"),
        ("——————", "rule"),
        ("<tr><td>", "markup"),
    ],
)
def test_setting(line: str, kind: str) -> None:
    """Salutations, dates, applause, agency lines, thanks, footnotes and the like are recognised as what they are."""
    assert furniture(line) == kind


@pytest.mark.parametrize(
    "line",
    [
        "同志们！让我们为实现目标而奋斗！",
        "各位代表！过去五年成绩很大。",
        "感谢大家一年来的支持，我们要继续努力。",
        "2020年是极不平凡的一年",
        "新华社北京1月8日电 会议今天召开，研究下一步工作。",
        "《人民日报》发表社论，强调要实事求是。",
        "我就讲三点意见。",
        "（一）抓学习",
        "代表",
        "一",
        "中国人民万岁！",
        "（摘自工作简报）",
    ],
)
def test_content_is_no_setting(line: str) -> None:
    """A line that says something is never taken for setting."""
    assert furniture(line) is None


def test_long_salutation_takes_no_time() -> None:
    """A long line that begins like a salutation is given up at once."""
    assert furniture("尊敬的各位领导、" * 20_000) is None


def test_list_of_people_takes_no_time() -> None:
    """A line of many salutations that ends as none is given up at once, though each can be read in several ways."""
    assert furniture("同志们、" * 39 + "甲") is None


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("同志们！今年任务很重。", 4),
        ("女士们，先生们：大家好。", 8),
        ("同志们，今年任务很重。", 0),
        ("同志们要带头学习：第一，", 0),
        ("今年任务很重。", 0),
    ],
)
def test_greeting(text: str, length: int) -> None:
    """A salutation before a text counts up to its colon or exclamation mark; one with a comma is part of a sentence."""
    assert greeting(text) == length
