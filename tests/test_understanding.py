"""What questions ask of the structure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.intents.understanding import (
    LAST,
    Constraints,
    FollowUp,
    OutlineAsked,
    Part,
    Plain,
    PointAsked,
    PointsAsked,
    SpeechesAsked,
    read,
)
from speechbot.language.text import fold

SPEAKERS = frozenset({"王大海", "李小山"})


@pytest.mark.parametrize(
    "question",
    [
        "第二批主题教育什么时候开始",
        "两个维护是什么",
        "三个务必讲的是什么",
        "第二部分工作由谁负责",
        "“两个确立”怎么讲的",
        "《实施意见》从哪些方面对主题教育作了安排",
        "“新春第一会”部署了什么工作",
        "党员的首要政治品格是什么？",
        "嘉兴南站由哪几个部分组成？",
        "佛洛依德將主導行動的人格分為哪幾個部分？",
        "刪減孟子部分內容的是誰",
        "主题教育分几批",
        "第一篇文章是谁写的",
        "2019年有多少贫困劳动力出去打工",
        "今年GDP增长目标是多少",
        "租赁合同一般包括哪些内容？",
        "“孔雀女”这一称呼的所指是什么？",
        "第二次中山十景的评选活动在何时举办",
        "上一段历史教训是什么",
        "第一条主线是什么",
        "第一书记是谁",
        "第二个百年目标是什么",
        "第二点意见由谁落实",
        "三个方面是什么",
        "下一步怎么做",
        "上一次会议讲了什么",
        "具体时间是什么时候",
        "还有哪些单位参加",
        "继续深化改革的重点是什么",
        "有哪些材料可以学",
        "有哪些要求",
        "怎么抓落实",
        "讲话是什么时候讲的",
        "Ａ",
        "怎么样？",
        "第",
    ],
)
def test_what_only_looks_like_it_is_plain(question: str) -> None:
    """Such questions are searched as they stand."""
    found = read(question, speakers=SPEAKERS)

    assert found.plain
    assert isinstance(found.intent, Plain)


@pytest.mark.parametrize(
    "question", ["一共几篇讲话", "有哪些讲话？", "请问有多少篇材料", "讲话列表", "列出所有讲话", "一共有幾篇講話"]
)
def test_lists_of_speeches(question: str) -> None:
    """In simplified or traditional characters."""
    assert read(question).intent == SpeechesAsked()


@pytest.mark.parametrize(
    "question", ["讲话提纲", "请列一下讲话的提纲", "这篇讲话讲了哪几点", "全文分几部分", "讲话分为几个部分？", "提纲"]
)
def test_outlines(question: str) -> None:
    """Of a whole speech."""
    assert read(question).intent == OutlineAsked()


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("第二部分讲了哪几点", PointsAsked((Part(2, "部分"),))),
        ("第三章有哪些内容", PointsAsked((Part(3, "章"),))),
        ("分几个方面", PointsAsked()),
        ("有哪几点", PointsAsked()),
        ("这一部分讲了哪几点", PointsAsked(here=True)),
        ("怎么抓落实，分几个方面", PointsAsked(topic="抓落实")),
        ("围绕优化营商环境讲了哪几点", PointsAsked(topic="优化营商环境")),
        ("聚焦实际抓落实有哪几点", PointsAsked(topic="聚焦实际抓落实")),
        ("对党员干部有哪几点要求", PointsAsked(topic="党员干部")),
        ("知重负重勇担当这部分的主要内容", PointsAsked(topic="知重负重勇担当", named=True)),
        ("「全面实施乡村振兴战略」这块讲了哪些内容", PointsAsked(topic="全面实施乡村振兴战略", named=True)),
        ("“抓落实”讲了什么", PointsAsked(topic="抓落实", named=True)),
        ("第四部分「加强领导」讲了哪些要求", PointsAsked(topic="加强领导", named=True)),
        ("第十章党团讲了哪些规定", PointsAsked(topic="第十章党团", named=True)),
        ("座谈会讲话的提纲", OutlineAsked("座谈会讲话")),
    ],
)
def test_points_of_a_part(question: str, expected: PointsAsked | OutlineAsked) -> None:
    """By number, by subject, or where one is."""
    assert read(question).intent == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("第二点具体怎么说", PointAsked((Part(2, "点"),))),
        ("那第二点呢？", PointAsked((Part(2, "点"),))),
        ("最后一点呢", PointAsked((Part(LAST, "点"),))),
        ("第十二个方面讲了什么", PointAsked((Part(12, "方面"),))),
        ("第2部分", PointAsked((Part(2, "部分"),))),
        ("第三部分的第二点是什么", PointAsked((Part(3, "部分"), Part(2, "点")))),
        ("抓落实的第二点是什么", PointAsked((Part(2, "点"),), "抓落实")),
    ],
)
def test_points(question: str, expected: PointAsked) -> None:
    """One of them, from the outside in."""
    assert read(question).intent == expected


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("还有吗", "more"),
        ("还有什么", "more"),
        ("继续", "more"),
        ("具体怎么做", "detail"),
        ("那具体要怎么做呢？", "detail"),
        ("展开说说", "detail"),
        ("上一段", "previous"),
        ("下一段說了什麼", "next"),
        ("下一点", "next point"),
        ("上一部分讲了什么", "previous point"),
    ],
)
def test_turns(question: str, kind: str) -> None:
    """What goes on from an answer."""
    assert read(question).intent == FollowUp(kind)


@pytest.mark.parametrize(
    ("question", "constraints", "rest"),
    [
        ("在第二篇讲话里，怎样优化营商环境", Constraints(speech=2), "怎样优化营商环境"),
        ("营商环境在第二篇讲话里是怎么说的", Constraints(speech=2), "营商环境是怎么说的"),
        ("最后一篇讲话里怎么说", Constraints(speech=LAST), "怎么说"),
        ("2020年的讲话里怎么说脱贫", Constraints(date="2020"), "怎么说脱贫"),
        ("二〇二〇年三月的报告里，怎么说脱贫", Constraints(date="2020-03"), "怎么说脱贫"),
        ("2020年3月5日的讲话里怎么说脱贫", Constraints(date="2020-03-05"), "怎么说脱贫"),
        ("2021年是怎么说疫苗的", Constraints(date="2021"), "是怎么说疫苗的"),
        ("《某某讲话》里怎么说就业", Constraints(title="某某讲话"), "怎么说就业"),
        ("王大海是怎么讲就业的", Constraints(speaker="王大海"), "怎么讲就业的"),
        ("王大海2019年的报告里怎么讲就业", Constraints(speaker="王大海", date="2019"), "怎么讲就业"),
        ("关于优化环境的部分里，怎么督查", Constraints(topic="优化环境"), "怎么督查"),
    ],
)
def test_constraints(question: str, constraints: Constraints, rest: str) -> None:
    """They leave the rest of the question."""
    found = read(question, speakers=SPEAKERS)

    assert (found.intent, found.constraints, found.rest) == (Plain(), constraints, rest)


@pytest.mark.parametrize(
    ("question", "constraints", "intent"),
    [
        ("第二篇讲话讲了哪几点", Constraints(speech=2), PointsAsked()),
        ("第二篇讲话第二部分讲了哪几点", Constraints(speech=2), PointsAsked((Part(2, "部分"),))),
        ("第二篇", Constraints(speech=2), OutlineAsked()),
        ("2020年有哪些讲话", Constraints(date="2020"), SpeechesAsked()),
        ("王大海有哪些讲话", Constraints(speaker="王大海"), SpeechesAsked()),
        ("请问一下2015年的政府工作报告分为几个部分？", Constraints(date="2015"), PointsAsked()),
    ],
)
def test_constraints_on_structure(question: str, constraints: Constraints, intent: object) -> None:
    """Both at once."""
    found = read(question, speakers=SPEAKERS)

    assert (found.intent, found.constraints) == (intent, constraints)


def test_a_name_that_nobody_has_is_no_speaker() -> None:
    """Only those of the index count."""
    assert read("张三是怎么讲就业的", speakers=SPEAKERS).plain


_WORDS = st.sampled_from(
    "第 二 十 百 点 部分 篇 讲话 里 中 ， 《 》 “ ” 年 月 2020 哪几 几 讲了 什么 的 关于 呢 那 具体 怎么 最后一 王大海 这 〇 0".split()
)


@given(st.one_of(st.text(max_size=120), st.lists(_WORDS, max_size=14).map("".join)))
def test_any_text_is_understood_somehow(question: str) -> None:
    """Nothing raises, and a plain question is left as it is."""
    found = read(question, speakers=SPEAKERS)

    assert found.plain == (isinstance(found.intent, Plain) and not found.constraints)
    assert not found.plain or found.rest == fold(question).strip()
