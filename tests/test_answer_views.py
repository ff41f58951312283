"""Answers and refusals as messages: well-formed, within limits, the quoted text verbatim."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot import Retriever
from speechbot.browsing import Context
from speechbot.models import Passage
from speechbot.telegram import answer_views, quoting
from speechbot.telegram.buttons import Confidence, Example, HitRef, ReadSection, Rephrase, Show, title_check, unpack
from speechbot.telegram.library import Card, Library, references
from tests.conftest import ToyEncoder
from tests.telegram_html import plain, units

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from speechbot.telegram.replies import Reply

ID = "0123456789abcdef"


def check(reply: Reply) -> str:
    """The text shown, once the reply keeps Telegram's rules."""
    text = plain(reply.html)
    assert 1 <= units(text) <= 4096
    for button in (button for row in reply.buttons for button in row):
        assert sum(map(bool, (button.data, button.copy, button.url))) == 1
        assert button.text
        assert not button.data or unpack(button.data)
        assert units(button.copy) <= 256
    return text


def labels(reply: Reply) -> list[list[str]]:
    """What stands on the buttons."""
    return [[button.text for button in row] for row in reply.buttons]


def card(text: str, span: tuple[int, int] | None = None, **more: object) -> Card:
    """A card of a lone paragraph."""
    passage = Passage(ID, text, "治河讲话", ("一、截污", "一是建管网"), "治河.txt", 7, 0, len(text))
    return Card(Context(passage, **more), Confidence.HIGH, span)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def library(shared_index: Path) -> Iterator[Library]:
    """A library on the tiny corpus."""
    with Retriever.open(shared_index, encoder=ToyEncoder()) as found:
        yield Library(found)


def test_an_answer(library: Library) -> None:
    """The place first, then how sure, the paragraph with its sentence bold, what stands around it folded."""
    refs = references(library.ask("购书经费怎么花？"))
    found = library.card(refs[0])
    assert found is not None
    (reply,) = answer_views.answer(found, refs)
    lines = check(reply).split("\n")

    assert lines[0].startswith("📖 《在全市公共图书馆建设座谈会上的讲话》 › 二、管好每一本书的钱 · 第 ")
    assert lines[1] in {"把握：高", "把握：中", "把握：低"}
    assert lines[2] == found.passage.text
    assert "<blockquote><b>购书经费要花在读者身上。</b>" in reply.html
    assert "<blockquote expandable><b>上下文</b>\n" in reply.html
    assert labels(reply)[-3:] == [["上一段", "下一段", "看本节"], ["出处", "复制引文"], ["👍 有用", "👎 没用"]]


def test_leafing_through_hits() -> None:
    """Back and on where there is something, and where one is."""
    refs = [HitRef(f"{n:016x}", Confidence.HIGH) for n in range(3)]
    rows = [labels(answer_views.answer(card("堤要高。"), refs, at)[0])[0] for at in range(3)]

    assert rows == [["1/3", "下一条 ›"], ["‹ 上一条", "2/3", "下一条 ›"], ["‹ 上一条", "3/3"]]
    assert labels(answer_views.answer(card("堤要高。"), refs[:1])[0])[0] == ["看本节"]


def test_date_places_and_correction_are_told() -> None:
    """When and by whom; three other places, then their number; what was searched."""
    other = card("堤要高。").passage
    found = card("堤要高。", (0, 4), places=(other,) * 5, date="2024-03-05", speaker="某<人>")
    (reply,) = answer_views.answer(found, [], corrected="堤要&多高")

    assert check(reply).split("\n") == [
        "📖 《治河讲话》 › 一、截污 › 一是建管网 · 第 7 段（2024-03-05，某<人>）",
        "把握：高",
        "堤要高。",
        "（已按“堤要&多高”查找）",
        *["同一段也见于 《治河讲话》 › 一、截污 › 一是建管网 · 第 7 段"] * 3,
        "还有 2 处",
    ]


@given(
    st.text(st.sampled_from("甲乙😀<&>。，\n"), min_size=1, max_size=60),
    st.integers(1, 400),
    st.integers(0, 900),
    st.integers(0, 900),
)
def test_answers_of_any_length_fit(piece: str, times: int, start: int, end: int) -> None:
    """Context goes first, then the paragraph is split; every message fits and the quotes joined are the paragraph."""
    text = piece * times
    around = card("后" * 2000).passage
    replies = answer_views.answer(card(text, (start, min(end, len(text))), before=around), [])
    shown = [check(reply) for reply in replies]
    quotes = [reply.html.partition("<blockquote>")[2].partition("</blockquote>")[0] for reply in replies]

    assert "".join(map(plain, quotes)) == text
    assert "把握：高" in shown[0]
    assert [bool(reply.buttons) for reply in replies] == [False] * (len(replies) - 1) + [True]


def test_a_near_passage_is_no_answer() -> None:
    """It says so first, no confidence is named, no sentence is bold."""
    found = Card(card("堤要高。").context, Confidence.NEAREST, (0, 4))
    (reply,) = answer_views.answer(found, [])

    assert check(reply).startswith("下面的段落最接近，但不足以回答：\n📖 ")
    assert "把握" not in reply.html
    assert "<b>" not in reply.html


def test_a_refusal_offers_ways_on() -> None:
    """The sections nearby, each once, the nearest passages, hints, example questions as buttons."""
    near = HitRef(ID, Confidence.NEAREST, 2)
    passage = card("堤要高。").passage
    reply = answer_views.refusal(
        [HitRef(ID, Confidence.LOW, 2)], near=[passage, passage], suggestions=[(0, "怎样理解“截污”？")]
    )

    assert check(reply).startswith("材料中没有找到\n")
    assert labels(reply)[0] == ["一是建管网"]
    assert [unpack(button.data) for row in reply.buttons for button in row] == [
        ReadSection(ID),
        Show((near,)),
        Rephrase((near,)),
        Example(0, title_check("怎样理解“截污”？")),
    ]
    assert check(answer_views.refusal([])) == "材料中没有找到\n可以换个说法再问，用材料里可能出现的词。"


def test_hints_name_what_is_near() -> None:
    """The nearest sections, each once."""
    passage = card("堤要高。").passage

    assert check(answer_views.hints([passage, passage])).endswith("\n材料里与此相近的内容：\n• 一是建管网")


@pytest.mark.parametrize(
    ("text", "span", "expected"),
    [
        ("堤要高。堤要厚。", (4, 8), "“堤要厚。”（《治河讲话》，一、截污 › 一是建管网，第 7 段）"),
        ("堤要高。堤要厚。", None, "“堤要高。堤要厚。”（《治河讲话》，一、截污 › 一是建管网，第 7 段）"),
        ("堤要“高”。", None, "「堤要“高”。」（《治河讲话》，一、截污 › 一是建管网，第 7 段）"),
        ("“堤要‘高’。”", (0, 8), "“堤要‘高’。”（《治河讲话》，一、截污 › 一是建管网，第 7 段）"),
        ("“堤”要“高”", (0, 7), "「“堤”要“高”」（《治河讲话》，一、截污 › 一是建管网，第 7 段）"),
    ],
)
def test_citations(text: str, span: tuple[int, int] | None, expected: str) -> None:
    """The sentence, or as many as fit, with the place, ready to paste, character for character; where it has marks of its own, others stand around it."""
    assert answer_views.citation(card(text).passage, span) == expected


def test_long_citations_are_shortened() -> None:
    """First the sentence with ……, then it is left out."""
    long = answer_views.citation(card("高" * 999).passage, None)
    title = Passage(ID, "堤要高。", "讲" * 400, (), "治河.txt", 7, 0, 4)

    assert long.endswith("高……”（《治河讲话》，一、截污 › 一是建管网，第 7 段）")
    assert units(long) == 256
    assert answer_views.citation(title, None) == "（《" + "讲" * 252 + "……"


def test_citations_of_a_paragraph_end_with_a_sentence() -> None:
    """The last that fits."""
    cited = answer_views.citation(card("一是筑堤。" + "堤要高。" * 99).passage, None)

    assert cited.startswith("“一是筑堤。堤要高。堤要高。")
    assert cited.endswith("堤要高。”（《治河讲话》，一、截污 › 一是建管网，第 7 段）")
    assert units(cited) > 240


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("一、截污", "一、截污"),
        ("第三，深刻认识治河面临的形势，持续夯实治河的思想基础", "第三，深刻认识治河面临的形势……"),
        ("一是，" + "高" * 30, "一是，" + "高" * 19 + "……"),
    ],
)
def test_long_headings_on_buttons_end_with_a_clause(title: str, expected: str) -> None:
    """Where there is one to end with."""
    assert answer_views.brief(title) == expected


def test_an_inline_result_is_one_message() -> None:
    """However long the paragraph is."""
    found = answer_views.inline(card("堤要高。" * 3000, (0, 4)))

    assert quoting.length(found.html) <= 4096
    assert found.description == "堤要高。"
