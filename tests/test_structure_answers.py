"""Outlines, points and lists, on three short talks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from speechbot import Answer, Focus, Point, Retriever
from speechbot.language.sentences import sentence_spans
from tests import talks
from tests.conftest import ToyEncoder

if TYPE_CHECKING:
    from collections.abc import Iterator

HARBOUR, SCHOOL, TEA = talks.TITLES
REPAIRS = ["一是加固岸壁", "二是更新吊机", "三是疏浚航道"]
OWNERS = [
    "一是通关不过夜，晚上也有人值班",
    "二是仓库免费存放七天，过期减半收费",
    "三是铁路专线直通码头，装卸一次完成。",
]
QUESTIONS = (
    "一共几篇讲话",
    "讲话提纲",
    "第一篇讲话的提纲",
    "第一篇讲话第一部分讲了哪几点",
    "把海湾护住讲了哪几点",
    "把货主请来这部分讲了什么",
    "第二部分讲了什么",
    "把码头修好的第三点",
    "第三篇讲话讲了哪几点",
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    """A retriever on the talks."""
    with Retriever.open(talks.build(tmp_path_factory.mktemp("talks")), encoder=ToyEncoder()) as found:
        yield found


def titles(points: tuple[Point, ...]) -> list[str]:
    """What the points are called."""
    return [point.title for point in points]


def texts(answer: Answer) -> list[str]:
    """The beginnings of the hits."""
    return [hit.passage.text[:6] for hit in answer.hits]


@pytest.mark.parametrize("question", QUESTIONS)
def test_everything_shown_is_of_the_source(opened: Retriever, question: str) -> None:
    """Titles are headings or words of a passage; every hit is a passage once, with one of its sentences."""
    answer = opened.ask(question)
    speeches = {speech.title: speech for speech in opened.speeches()}

    def check(points: tuple[Point, ...]) -> None:
        for point in points:
            speech = speeches[point.speech]
            if point.kind == "speech":
                assert point.title == speech.title
            elif point.kind == "section":
                assert point.title in [section.title for section in speech.sections]
            else:
                assert point.span is not None
                (passage,) = [one for one in speech.passages if one.id == point.passage]
                assert passage.text[slice(*point.span)].strip() == point.title
            check(point.points)

    check(answer.points)
    assert (answer.found, answer.kind) != (True, "passage")
    assert answer.scope
    assert len({hit.passage.id for hit in answer.hits}) == len(answer.hits) > 0
    assert all(hit.highlight in sentence_spans(hit.passage.text) for hit in answer.hits)


def test_the_list_of_speeches(opened: Retriever) -> None:
    """All, with when and by whom; the first paragraph of each stands for it."""
    answer = opened.ask("一共几篇讲话")

    assert (answer.kind, answer.found, answer.scope) == ("speeches", True, "讲话共 3 篇")
    assert titles(answer.points) == list(talks.TITLES)
    assert [(point.date, point.speaker) for point in answer.points][1] == ("2020-03-01", "李小山")
    assert texts(answer) == ["今天专门研究", "山里的孩子上", "今年春茶比往"]


@pytest.mark.parametrize(
    ("question", "scope", "found"),
    [
        ("2020年有哪些讲话", "2020 年的讲话共 2 篇", [SCHOOL, TEA]),
        ("2020年4月有哪些讲话", "2020 年 4 月的讲话共 1 篇", [TEA]),
        ("王大海有哪些讲话", "王大海的讲话共 2 篇", [HARBOUR, TEA]),
    ],
)
def test_lists_are_limited(opened: Retriever, question: str, scope: str, found: list[str]) -> None:
    """By year, month or speaker."""
    answer = opened.ask(question)

    assert (answer.scope, titles(answer.points)) == (scope, found)


def test_the_outline_of_a_speech(opened: Retriever) -> None:
    """Its headings with those below them; the focus is the speech."""
    answer = opened.ask("第一篇讲话的提纲")

    assert answer.scope == f"《{HARBOUR}》（2019-05-06） 分 3 个部分"
    assert titles(answer.points) == ["一、把码头修好", "二、把货主请来", "三、把海湾护住"]
    assert [titles(point.points) for point in answer.points] == [REPAIRS, [], []]
    assert [point.paragraphs for point in answer.points] == [4, 1, 2]
    assert (answer.confidence, answer.focus and answer.focus.level) == (1.0, 0)


def test_a_speech_that_is_not_named_may_be_any(opened: Retriever) -> None:
    """Then each is told, and the header says so."""
    answer = opened.ask("第二部分讲了哪几点")

    assert titles(answer.points) == ["二、把货主请来", "二、把老师留住"]
    assert [point.speech for point in answer.points] == [HARBOUR, SCHOOL]
    assert "没有说明是哪一篇" in answer.scope
    assert answer.focus is None


def test_one_speech_alone_has_such_a_part(opened: Retriever) -> None:
    """Then it is that one."""
    answer = opened.ask("第一部分的第三点是什么")

    assert answer.hits[0].passage.section == ("一、把码头修好", "三是疏浚航道")
    assert "只有这一篇里有" in answer.scope


@pytest.mark.parametrize(
    ("question", "points", "kind"),
    [
        ("把码头修好讲了哪几点", REPAIRS, "section"),
        ("第一篇讲话第一部分讲了哪几点", REPAIRS, "section"),
        ("把货主请来讲了哪几点", OWNERS, "inside"),
        ("港口工作会议讲了哪几点", ["一、把码头修好", "二、把货主请来", "三、把海湾护住"], "section"),
        (
            "把老师留住这部分讲了什么",
            ["老师的宿舍要通水通网，偏远的每月补助八百元。", "补助由县里统一发放，不准拖欠，每学期公布一次。"],
            "paragraph",
        ),
    ],
)
def test_points_are_headings_or_runs_or_paragraphs(
    opened: Retriever, question: str, points: list[str], kind: str
) -> None:
    """Whatever the part has, in this order."""
    answer = opened.ask(question)

    assert (answer.kind, titles(answer.points)) == ("outline", points)
    assert {point.kind for point in answer.points} == {kind}


def test_parts_of_one_name(opened: Retriever) -> None:
    """Of several speeches all are told where no turn before says which."""
    answer = opened.ask("把海湾护住讲了哪几点")
    after = opened.ask("把海湾护住讲了哪几点", after=opened.ask("第一篇讲话的提纲"))

    assert [(point.speech, point.title) for point in answer.points] == [
        (HARBOUR, "三、把海湾护住"),
        (SCHOOL, "三、把海湾护住"),
    ]
    assert [hit.passage.speech for hit in after.hits] == [HARBOUR, HARBOUR]


def test_a_point(opened: Retriever) -> None:
    """Its paragraph in full; what follows is about it."""
    answer = opened.ask("把码头修好的第三点")

    assert (answer.kind, answer.points) == ("point", ())
    assert texts(answer) == ["三是疏浚航道"]
    assert answer.focus == Focus(answer.hits[0].passage.id, "point", 2)


def test_a_section_is_a_point_with_points(opened: Retriever) -> None:
    """Its paragraphs, and what it is divided into."""
    answer = opened.ask("第一篇讲话第一部分具体怎么说")

    assert (answer.kind, titles(answer.points)) == ("point", REPAIRS)
    assert [hit.passage.paragraph for hit in answer.hits] == [2, 3, 4, 5]


def test_a_point_inside_a_paragraph(opened: Retriever) -> None:
    """The paragraph with the words of the point, and the sentence they stand in."""
    answer = opened.ask("把货主请来的第二点是什么")
    (hit,) = answer.hits

    assert titles(answer.points) == [OWNERS[1]]
    assert hit.passage.text[slice(*hit.highlight)].startswith(OWNERS[1])
    assert answer.focus == Focus(hit.passage.id, "point", 1, 2)


def test_no_such_point(opened: Retriever) -> None:
    """Is said, with those that there are, and is no answer."""
    answer = opened.ask("第一篇讲话第九部分讲了什么")

    assert (answer.found, answer.confidence) == (False, 0.0)
    assert answer.scope.endswith("没有第 9 个，只有这 3 个")
    assert len(answer.points) == 3


def test_a_speech_without_points_says_so(opened: Retriever) -> None:
    """Its paragraphs are few, so they are told by their first sentences."""
    answer = opened.ask("第三篇讲话讲了哪几点")

    assert "没有再分标题，共 3 段" in answer.scope
    assert [point.kind for point in answer.points] == ["paragraph"] * 3


def test_a_topic_without_points_is_searched(opened: Retriever) -> None:
    """What the structure does not hold is found as ever."""
    answer = opened.ask("怎么防台风，分几个方面")
    plain = opened.search("怎么防台风，分几个方面", 3)

    assert (answer.kind, answer.scope) == ("passage", "")
    assert answer.confidence == plain[0].score


def test_filters_hold_for_outlines(opened: Retriever) -> None:
    """The one speech, or the one section, that they leave."""
    speech = opened.ask("讲话提纲", speech=SCHOOL)
    section = opened.ask("讲了哪几点", section="把码头修好")

    assert titles(speech.points) == ["一、把校舍盖牢", "二、把老师留住", "三、把海湾护住"]
    assert titles(section.points) == REPAIRS


def test_what_programs_are_told(opened: Retriever) -> None:
    """Kind, header, focus and points as JSON."""
    data = opened.ask("把货主请来讲了哪几点").to_dict()

    assert (data["kind"], data["focus"][:2]) == ("outline", "o:")
    assert data["points"][1]["title"] == OWNERS[1]
    assert data["points"][1]["focus"].startswith("n:")
    assert data["points"][1]["section"] == ["二、把货主请来"]
