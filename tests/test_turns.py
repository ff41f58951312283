"""Questions that go on from an answer, on three short talks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot import Answer, Focus, Retriever, build_index
from tests import talks
from tests.conftest import ToyEncoder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HARBOUR, SCHOOL, TEA = talks.TITLES


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    """A retriever on the talks."""
    with Retriever.open(talks.build(tmp_path_factory.mktemp("talks")), encoder=ToyEncoder()) as found:
        yield found


def talk(retriever: Retriever, *questions: str, written: bool = True) -> list[Answer]:
    """The answers to questions that each go on from the answer before, by its written focus or by itself."""
    answers: list[Answer] = []
    for question in questions:
        last = answers[-1] if answers else None
        after = str(last.focus or "") if last and written else last
        answers.append(retriever.ask(question, after=after))
    return answers


def places(answers: list[Answer]) -> list[str]:
    """The innermost headings of the first hits, and their paragraphs."""
    hits = [answer.hits[0].passage for answer in answers if answer.hits]
    return [f"{passage.section[-1][:3] if passage.section else ''}{passage.paragraph}" for passage in hits]


@pytest.mark.parametrize("written", [True, False])
def test_points_of_the_last_answer(opened: Retriever, written: object) -> None:
    """第二点 counts in what was answered last; 第二部分 in its speech."""
    questions = ("把码头修好讲了哪几点", "那第二点呢", "第三点", "上一点", "下一点", "第三部分讲了什么", "第二点呢")
    answers = talk(opened, *questions, written=bool(written))

    assert places(answers) == ["一是加3", "二是更4", "三是疏5", "二是更4", "三是疏5", "三、把7", "二、把6"]
    assert all(answer.found for answer in answers)
    assert all(answer.scope.startswith("接着上一个回答：") for answer in answers[1:])


def test_points_inside_a_paragraph(opened: Retriever) -> None:
    """They have neighbours as sections do."""
    answers = talk(opened, "把货主请来讲了哪几点", "第一点", "下一点", "下一点", "下一点", "上一点")

    assert [answer.points[0].number for answer in answers[1:4]] == [1, 2, 3]
    assert (answers[4].found, answers[4].hits) == (False, ())
    assert answers[5].points[0].number == 2


def test_paragraphs_that_stand_for_points(opened: Retriever) -> None:
    """第二点 is the second of those that were told."""
    answers = talk(opened, "把老师留住这部分讲了什么", "第二点")

    assert answers[1].hits[0].passage.text.startswith("补助由县里")


def test_after_a_search(opened: Retriever) -> None:
    """第二点 counts around the paragraph that was found: in it, or else among its fellows."""
    inside = talk(opened, "铁路专线直通码头", "第一点是什么")
    fellow = talk(opened, "老吊机用了几年", "第三点呢")

    assert inside[1].points[0].title.startswith("一是通关")
    assert places(fellow) == ["二是更4", "三是疏5"]


def test_neighbouring_paragraphs(opened: Retriever) -> None:
    """One on, one back, and where the speech ends."""
    answers = talk(opened, "茶园要少用农药", "下一段", "下一段", "上一段", "上一段", "上一段")

    assert [(answer.found, answer.kind) for answer in answers[1:]] == [
        (True, "point"),
        (False, "point"),
        (True, "point"),
        (True, "point"),
        (False, "point"),
    ]
    assert places(answers) == ["2", "3", "2", "1"]
    assert "已经是最后一段" in answers[2].scope
    assert "已经是第一段" in answers[5].scope


def test_the_paragraph_after_a_section(opened: Retriever) -> None:
    """下一段 goes on behind what was shown."""
    answers = talk(opened, "第二篇讲话第二部分具体怎么说", "下一段")

    assert places(answers) == ["二、把3", "三、把5"]


def test_more_hits_of_the_last_question(opened: Retriever) -> None:
    """With the answer itself at hand, the next ones are shown, and none again."""
    first = opened.ask("海湾", 1)
    second = opened.ask("还有吗", 1, after=first)
    third = opened.ask("还有吗", 1, after=second)
    shown = [answer.hits[0].passage.id for answer in (first, second)]

    assert (first.found, second.asked, second.skipped) == (True, "海湾", 1)
    assert len(set(shown)) == 2
    assert (third.asked, third.skipped) == ("海湾", 2) or "没有更多" in third.scope


def test_more_without_the_answer_reads_on(opened: Retriever) -> None:
    """The focus alone knows no question, so that the text goes on."""
    first = opened.ask("码头是港口的根本")
    second = opened.ask("还有吗", after=first.focus)

    assert first.hits[0].passage.paragraph == 2
    assert [hit.passage.paragraph for hit in second.hits] == [3, 4, 5]
    assert "往下读" in second.scope


def test_more_after_an_outline(opened: Retriever) -> None:
    """All points were told: the next part comes."""
    answers = talk(opened, "把码头修好讲了哪几点", "还有吗", "还有吗", "还有吗")

    assert "已经列全" in answers[1].scope
    assert [answer.hits[0].passage.section[0] if answer.hits else "" for answer in answers] == [
        "一、把码头修好",
        "二、把货主请来",
        "三、把海湾护住",
        "",
    ]


def test_details(opened: Retriever) -> None:
    """Of an outline its paragraphs; of a paragraph its points, or the sentence that says what to do."""
    outline = talk(opened, "把码头修好讲了哪几点", "具体怎么做")
    inside = talk(opened, "铁路专线直通码头", "具体怎么做")
    sentence = talk(opened, "把码头修好的第三点", "具体怎么做")
    hit = sentence[1].hits[0]

    assert [one.passage.paragraph for one in outline[1].hits] == [2, 3, 4, 5]
    assert (inside[1].kind, len(inside[1].points)) == ("outline", 3)
    assert "要在秋天以前" in hit.passage.text[slice(*hit.highlight)]


def test_details_begin_with_what_was_shown(opened: Retriever) -> None:
    """The paragraph itself, then the others of its section."""
    last = opened.ask("压舱水也要管")
    answer = opened.ask("具体怎么做", after=last)

    assert last.hits[0].passage.paragraph == 8
    assert [hit.passage.paragraph for hit in answer.hits] == [8, 7]
    assert answer.scope.endswith("三、把海湾护住 的具体内容")


def test_details_of_what_is_divided_further(opened: Retriever) -> None:
    """The paragraph that leads in to points asks for these."""
    answer = opened.ask("具体怎么做", after=opened.ask("码头是港口的根本，根本不牢就停不了大船"))

    assert (answer.kind, len(answer.points)) == ("outline", 3)


@pytest.mark.parametrize("question", ["下一段", "上一段", "下一点", "还有吗", "具体怎么做", "这一部分讲了哪几点"])
@pytest.mark.parametrize("after", [None, "", "p:0000000000000000:1:0", "nonsense", Focus("gone")])
def test_without_a_place_the_question_is_searched(opened: Retriever, question: str, after: Focus | str | None) -> None:
    """A focus that is gone is as good as none."""
    answer = opened.ask(question, after=after)

    assert answer.kind == "passage"
    assert [hit.passage.id for hit in answer.hits] == [hit.passage.id for hit in opened.search(question, 3)][
        : len(answer.hits)
    ]


def test_a_new_question_is_no_turn(opened: Retriever) -> None:
    """What came before changes nothing."""
    last = opened.ask("把码头修好讲了哪几点")

    assert opened.ask("老师每月补助多少", after=last) == opened.ask("老师每月补助多少")


def test_a_focus_survives_a_rebuild(tmp_path: Path) -> None:
    """Files before it come and go; the place stays."""
    folder = talks.write(tmp_path / "讲话")
    build_index(folder, tmp_path / "索引", encoder=ToyEncoder())
    with Retriever.open(tmp_path / "索引", encoder=ToyEncoder()) as retriever:
        focus = str(retriever.ask("把老师留住这部分讲了什么").focus)
        (folder / "0新.txt").write_text("在新会上的讲话\n\n同志们：\n\n今天天气很好，大家来开会。\n", encoding="utf-8")
        (folder / "1港口.txt").unlink()
        build_index(folder, tmp_path / "索引", encoder=ToyEncoder())
        answer = retriever.ask("第二点", after=focus)

    assert len(focus) <= 60
    assert focus.isascii()
    assert answer.hits[0].passage.text.startswith("补助由县里")


@given(
    st.builds(
        Focus,
        st.from_regex(r"[0-9a-f]{16}", fullmatch=True),
        st.sampled_from(["passage", "outline", "point", "speeches"]),
        st.integers(0, 20),
        st.integers(0, 99),
    )
)
def test_focuses_are_written_and_read(focus: Focus) -> None:
    """In few ASCII characters, without a loss."""
    assert Focus.parse(str(focus)) == focus
    assert len(str(focus)) <= 60


@given(st.text(max_size=70))
def test_anything_else_is_no_focus(text: str) -> None:
    """Nothing raises; what is read is written the same."""
    found = Focus.parse(text)

    assert found is None or found.passage in text
