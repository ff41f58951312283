"""What is said, word for word."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from speechbot.errors import FilterError
from speechbot.evaluation import Outcome, Question, Report, Scores
from speechbot.indexing.manifest import Counts, Manifest
from speechbot.indexing.store import Status
from speechbot.models import Answer, Hit, IndexReport, Passage, Section, Speech
from speechbot.terminal import render
from speechbot.terminal.screen import Block, Line, Span, Style, plain
from speechbot.wording import zh_commands

if TYPE_CHECKING:
    from speechbot.indexing.generation import Content

TEXT = "开头一句。答案在这里。结尾一句。"


def hit(*, score: float = 0.9, section: tuple[str, ...] = ("一、总则", "一是带头"), paragraph: int = 3) -> Hit:
    """A hit whose second sentence answers."""
    passage = Passage("0" * 16, TEXT, "某讲话", section, "某.txt", paragraph, 0, len(TEXT))
    return Hit(passage, score, (5, 11))


def answer(*hits: Hit, found: bool = True) -> Answer:
    """An answer with these hits."""
    return Answer("问题", hits, found, hits[0].score if hits else 0.0)


def text(blocks: list[Block]) -> list[str]:
    """The plain lines."""
    return [row for block in blocks for row in plain(block)]


PLACE = "《某讲话》 › 一、总则 › 一是带头 · 第 3 段（某.txt）"


def test_a_corrected_question_is_told() -> None:
    """What was searched stands below the answer, and above a refusal."""
    corrected = "（已按“购书经费怎么花”查找）"
    found = replace(answer(hit()), corrected="购书经费怎么花")
    refused = replace(answer(hit(), found=False), corrected="购书经费怎么花")

    assert text(render.answer(found, marked=False))[-2:] == [TEXT, corrected]
    assert text(render.answer(refused, marked=False))[:2] == [corrected, "材料中没有找到这个问题的答案。"]
    assert corrected not in text(render.answer(answer(hit()), marked=False))


def test_an_answer_in_a_pipe() -> None:
    """Place first, then how sure, the sentence on a line of its own, the untouched paragraph, further hits short."""
    blocks = render.answer(answer(hit(), hit(section=(), paragraph=9)), marked=False)

    assert text(blocks) == [
        PLACE,
        "把握：高",
        "答句：答案在这里。",
        "",
        TEXT,
        "",
        "其他相关段落：",
        "2. 《某讲话》 · 第 9 段（某.txt）",
        "   答句：答案在这里。",
    ]


def test_an_answer_says_when_and_by_whom() -> None:
    """Reports of many years share one title; what is not known is left out."""
    full = replace(hit(), date="2024-03-05", speaker="某人")

    assert text(render.answer(answer(full), marked=True))[0] == PLACE.replace("某.txt", "2024-03-05，某人，某.txt")
    assert text(render.answer(answer(replace(full, date="")), marked=True))[0] == PLACE.replace(
        "某.txt", "某人，某.txt"
    )


def test_an_answer_on_a_terminal_marks_the_sentence_inside() -> None:
    """The paragraph stays whole, its answering sentence is strong and not repeated."""
    blocks = render.answer(answer(hit()), marked=True)

    assert text(blocks) == [PLACE, "把握：高", "", TEXT]
    assert render.quote(hit()).spans == (
        Span("开头一句。"),
        Span("答案在这里。", Style.STRONG),
        Span("结尾一句。"),
    )


@pytest.mark.parametrize(
    ("probability", "word"), [(1.0, "高"), (0.8, "高"), (0.79, "中"), (0.6, "中"), (0.59, "低"), (0.0, "低")]
)
def test_confidence_is_a_word(probability: float, word: str) -> None:
    """Three words, whose borders belong to the higher one."""
    assert render.confidence(probability).text == word


def test_the_help_explains_the_borders() -> None:
    """What `ask --help` says about 高 and 中 is what is done."""
    assert f"{render.HIGH} 以上为高" in zh_commands.HELP_ASK
    assert f"{render.FAIR} 以上为中" in zh_commands.HELP_ASK
    assert "估计" in zh_commands.HELP_ASK


def test_a_refusal_quotes_nothing() -> None:
    """Without --near nothing of the materials is shown, only how to get at it."""
    assert text(render.answer(answer(hit(score=0.1), found=False), marked=False)) == [
        "材料中没有找到这个问题的答案。",
        "可以换一种说法，用材料里可能出现的词再问一次；想看最接近的段落，请在命令后加 --near。",
    ]


def test_a_refusal_with_near_lists_the_nearest_places() -> None:
    """The nearest places are shown as what they are."""
    assert text(render.answer(answer(hit(score=0.1), found=False), near=True, marked=False)) == [
        "材料中没有找到这个问题的答案。",
        "可以换一种说法，用材料里可能出现的词再问一次。",
        "",
        "下面的段落最接近，但不足以回答：",
        f"1. {PLACE}",
        "   最接近的一句：答案在这里。",
    ]


def test_nothing_below_a_refusal_is_strong() -> None:
    """Bold stands for the answer; the refusal itself is all that is strong."""
    blocks = render.answer(answer(hit(score=0.1), found=False), near=True, marked=True)
    strong = [span for block in blocks if isinstance(block, Line) for span in block.spans if span.style is Style.STRONG]

    assert [span.text for span in strong] == ["材料中没有找到这个问题的答案。"]


def test_a_refusal_with_nothing_near_offers_nothing() -> None:
    """Where there are no hits, no command is offered that would show none."""
    expected = ["材料中没有找到这个问题的答案。", "可以换一种说法，用材料里可能出现的词再问一次。"]

    assert text(render.answer(answer(found=False), marked=False)) == expected
    assert text(render.answer(answer(found=False), near=True, marked=False)) == expected


def speech() -> Speech:
    """A speech with two levels of sections and three paragraphs, the first before all sections."""
    passages = tuple(
        Passage(str(n), "x" * 10, "某讲话", (), "某.txt", n, start, start + 10)
        for n, start in ((1, 0), (2, 20), (3, 40))
    )
    sections = (
        Section("一、总则", "一、", 1, 12, 18, 60),
        Section("（一）目的", "（一）", 2, 32, 38, 60, parent=0),
        Section("二、附则", "二、", 1, 60, 66, 70),
    )
    return Speech("某讲话", "某.txt", 0, 70, sections, passages)


def test_an_outline_nests_sections_with_their_paragraphs() -> None:
    """A section counts what stands under it, sub-sections included; an empty one says no number."""
    assert text(render.outline([speech()])) == [
        "《某讲话》（3 段，某.txt）",
        "  一、总则（2 段）",
        "    （一）目的（1 段）",
        "  二、附则",
    ]


def test_an_outline_tells_when_and_by_whom() -> None:
    """Date and speaker stand beside the title where they are known."""
    known = replace(speech(), date="2023-09", speaker="张三", occasion="推进会", aliases=("某会讲话",))

    assert text(render.outline([known]))[0] == "《某讲话》（3 段，2023-09，张三，某.txt）"
    data = render.speech_data(known)
    assert (data["date"], data["speaker"], data["occasion"], data["aliases"]) == (
        "2023-09",
        "张三",
        "推进会",
        ["某会讲话"],
    )


def test_an_outline_as_data() -> None:
    """Programs get the same tree with parents by position."""
    assert render.speech_data(speech()) == {
        "title": "某讲话",
        "date": "",
        "speaker": "",
        "occasion": "",
        "source": "某.txt",
        "aliases": [],
        "paragraphs": 3,
        "sections": [
            {"title": "一、总则", "kind": "一、", "level": 1, "parent": None, "paragraphs": 2},
            {"title": "（一）目的", "kind": "（一）", "level": 2, "parent": 0, "paragraphs": 1},
            {"title": "二、附则", "kind": "二、", "level": 1, "parent": None, "paragraphs": 0},
        ],
    }


@pytest.mark.parametrize("title", [None, "某讲话", "讲话", " 講話 "])
def test_speeches_are_chosen_by_a_part_of_their_title(title: str | None) -> None:
    """Traditional forms and blanks around the title make no difference."""
    assert render.chosen([speech()], title=title) == [speech()]


@pytest.mark.parametrize("title", ["别的", "", " "])
def test_a_title_that_no_speech_has_is_an_error(title: str) -> None:
    """It says where the titles can be seen; an empty title is none."""
    with pytest.raises(FilterError, match=r"索引里没有讲话“.*”，请运行 speechbot outline 查看可选的名称"):
        render.chosen([speech()], title=title)


def test_an_index_report() -> None:
    """Counts, changes, work, generation, then each file that was left out."""
    report = IndexReport(
        2, 3, 20, 31, 5, 1, 2, 14, 7, 1.26, "20261123T021500Z-1a2b3c", (("a.xls", "别的"),), (("b.docx", "坏的"),)
    )

    assert text(render.index_report(report)) == [
        "已建好索引：2 个文件，3 篇讲话，20 段，31 个检索窗口",
        "与上一个版本相比：新增 5 段，变动 1 段，移除 2 段，未变 14 段",
        "编码了 7 个窗口，用时 1.3 秒",
        "当前版本：20261123T021500Z-1a2b3c",
        "未收入：a.xls（别的）",
        "未能读取：b.docx（坏的）",
    ]


def test_a_report_of_nothing_to_do() -> None:
    """Not called a new index, and no work where there was none."""
    report = IndexReport(2, 3, 20, 31, 0, 0, 0, 20, 0, 0.5, "20261123T021500Z-1a2b3c", idle=True)

    assert text(render.index_report(report)) == [
        "材料没有变动，索引已是最新：2 个文件，3 篇讲话，20 段",
        "当前版本：20261123T021500Z-1a2b3c",
    ]


SCORES = Scores(3, 2, 0.5, 1.0, 1.0, 0.75, None, 0.0, 0)


def report() -> Report:
    """A report with one question of each way to be wrong, and one that is right."""
    outcomes = (
        Outcome(Question("1", "fact", "甲？", ("答案",)), 2, refused=False, best=hit(), seconds=0.001),
        Outcome(Question("2", "fact", "乙？", ("答案",)), None, refused=True, best=hit(), seconds=0.001),
        Outcome(Question("3", "none", "丙？", ()), None, refused=False, best=hit(), seconds=0.001),
        Outcome(Question("4", "none", "丁？", ()), None, refused=True, best=None, seconds=0.001),
    )
    return Report(SCORES, (("fact", SCORES),), 1.04, 2.06, outcomes)


def test_a_table_of_measures() -> None:
    """All questions first, then each type; what cannot be measured is a dash."""
    assert text(render.evaluation(report())) == [
        "类型  题数    R@1    R@3    R@5  MRR@10  拒答准确率  拒答召回率  误拒",
        "全部     3  0.500  1.000  1.000   0.750           —       0.000     0",
        "fact     3  0.500  1.000  1.000   0.750           —       0.000     0",
        "每题用时：中位数 1.0 毫秒，95 分位 2.1 毫秒",
    ]


def test_wrong_questions_are_listed_on_request() -> None:
    """Each with what was expected and what came."""
    place = "《某讲话》 › 一、总则 › 一是带头 · 第 3 段"

    assert text(render.evaluation(report(), errors=True))[4:] == [
        "",
        "1（fact）甲？",
        "  应答：含“答案”的段落（排在第 2）",
        f"  实答：{place}",
        "",
        "2（fact）乙？",
        "  应答：含“答案”的段落（不在前 10）",
        f"  实答：拒答，最接近 {place}",
        "",
        "3（none）丙？",
        "  应答：拒答",
        f"  实答：{place}",
    ]


def test_no_wrong_question_is_said_too() -> None:
    """A list of nothing is not an empty screen."""
    perfect = Report(SCORES, (), 1.0, 1.0, report().outcomes[3:])

    assert text(render.evaluation(perfect, errors=True))[-1] == "没有答错的题"


def test_status_tells_the_time_of_whoever_looks(monkeypatch: pytest.MonkeyPatch, content: Content) -> None:
    """The time of a build is shown on the local clock, to the minute."""
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    counts = Counts(sources=1, speeches=1, passages=2, windows=3)
    manifest = Manifest(content.created, "0.1.0", content.model, counts, files={})

    found = [
        text(render.status(Status(Path("索引"), "甲", manifest, 0, ("甲",), (), verified=verified)))[0]
        for verified in (False, True)
    ]
    monkeypatch.undo()
    time.tzset()

    # Only what was compared is called right
    assert found == [f"当前版本：甲（建于 2026-01-01 08:00，{state}）" for state in ("文件齐全", "校验和与自检无误")]
