"""What looks wrong in a source."""

from __future__ import annotations

import json

import pytest

from speechbot.models import Source
from speechbot.parsing.doubts import Doubt, doubts
from speechbot.parsing.dropped import Drop, Dropped, dropped
from speechbot.parsing.parser import parse
from speechbot.wording import zh_report

TITLE = "在防汛工作会上的讲话\n同志们：\n"
FIRST = "今年雨水来得早，各区要把河道、水库和低洼小区再查一遍。\n"
SECOND = "查出来的问题要登记造册，谁负责、何时改完，都要写得清清楚楚。\n"
THIRD = "汛期不结束，值守不松劲，夜里的电话要有人接。\n"


def found(text: str, *, name: str = "防汛.txt") -> list[tuple[int, Doubt, int]]:
    """Line, kind and number of each doubt about a text."""
    source = Source(name, "utf-8", "0", text)
    speeches = parse(source)
    return [(doubt.line, doubt.kind, doubt.number) for doubt in doubts(source, speeches, dropped(source, speeches))]


def test_a_sound_speech_raises_no_doubt() -> None:
    """Title, numbered headings in order, whole paragraphs."""
    assert found(f"{TITLE}今天的会开短会。\n一、查得细\n{FIRST}二、改得快\n{SECOND}三、守得住\n{THIRD}") == []


def test_a_speech_in_one_line_is_run_together() -> None:
    """All line breaks are gone, so that nothing in the line can be told apart; the number counts what its points show."""
    speech = f"{TITLE}今天讲三点。\n一、查得细\n{FIRST}二、改得快\n{SECOND}三、守得住\n{THIRD}"

    assert (1, Doubt.RUN_TOGETHER, 4) in found(speech.replace("\n", ""))


def test_a_row_of_a_table_is_no_heading() -> None:
    """Cells are short and end without a full stop, and yet nobody could mend them."""
    assert found(f"{TITLE}{FIRST}行业 | 牵头单位 | 完成时限\n{SECOND}") == []


def test_a_number_that_stands_nowhere_is_a_gap() -> None:
    """三、 after 一、 with no 二、 anywhere; the number is the one that is missing."""
    assert found(f"{TITLE}一、查得细\n{FIRST}三、守得住\n{THIRD}") == [(5, Doubt.GAP, 2)]


def test_a_number_that_starts_a_paragraph_is_astray() -> None:
    """二、 run together with its text is no heading beside 一、 and 三、."""
    text = f"{TITLE}一、查得细\n{FIRST}二、改得快问题要登记造册，{SECOND}三、守得住\n{THIRD}"

    assert found(text) == [(6, Doubt.ASTRAY, 2)]


def test_a_number_inside_a_paragraph_is_no_gap() -> None:
    """第一 in the middle of a paragraph comes before a heading 第二."""
    text = f"{TITLE}{FIRST}要做到两条。第一，查得细，一处不漏。\n第二，改得快\n{SECOND}第三，守得住\n{THIRD}"

    assert found(text) == []


def test_a_number_that_comes_twice_is_told() -> None:
    """Two headings 一、 below one another."""
    assert found(f"{TITLE}一、查得细\n{FIRST}一、改得快\n{SECOND}") == [(5, Doubt.TWICE, 1)]


def test_articles_count_on_through_chapters() -> None:
    """第三条 may be the first of its chapter."""
    text = (
        f"防汛工作规则\n第一章 总则\n第一条 {FIRST}第二条 {SECOND}"
        f"第二章 值守\n第三条 {THIRD}第四条 {FIRST.replace('各区', '各街道')}"
    )

    assert Doubt.GAP not in {kind for _, kind, _ in found(text)}


def test_a_title_from_the_file_name_is_told() -> None:
    """The text shows none; where the file is named after its title line, nothing is wrong."""
    assert found(FIRST + SECOND, name="防汛.txt") == [(1, Doubt.UNTITLED, 0)]
    assert found(TITLE + FIRST + SECOND, name="在防汛工作会上的讲话.txt") == []
    assert found("防汛讲话\n" + FIRST + SECOND, name="防汛.txt") == []


def test_a_file_name_cut_from_the_first_words_is_no_title() -> None:
    """Download tools name files so."""
    assert found(FIRST + SECOND, name="今年雨水来得早，各区要.txt") == [(1, Doubt.UNTITLED, 0)]


def test_a_text_without_line_breaks_is_told_once() -> None:
    """All paragraphs of the line are one doubt, with their number."""
    line = "".join(FIRST.strip().replace("今年", f"{year}年") for year in range(1990, 2050))

    assert found(TITLE + line + "\n" + SECOND) == [(3, Doubt.RUN_TOGETHER, 3)]


def test_lines_broken_inside_sentences_are_told_once() -> None:
    """Text wrapped to the width of a page: one doubt for the run, at its start."""
    wrapped = "\n".join(f"各区要把第{n}段河道和水库以及低洼小区全部再查一" for n in (11, 12, 13, 14))

    assert found(f"{TITLE}{FIRST}{wrapped}\n{SECOND}") == [(4, Doubt.BROKEN, 5)]


def test_a_long_paragraph_is_told_with_its_length() -> None:
    """Longer than any that was written as one."""
    text = TITLE + FIRST.strip() * 50 + "\n" + SECOND

    assert found(text) == [(3, Doubt.LONG, 1350)]


def test_unreadable_characters_are_counted() -> None:
    """One doubt for the file, at the first of them, also where the line is left out."""
    text = (
        TITLE + FIRST.replace("河道", "河\ufffd") + SECOND.replace("登记", "锟斤拷") + THIRD.replace("值守", "\ue000守")
    )

    assert found(text) == [(3, Doubt.GARBLED, 3)]


def test_markup_counts_inside_paragraphs_only() -> None:
    """A line of tags alone was left out already."""
    text = f"{TITLE}<p>\n{FIRST}{SECOND.replace('登记', '登记&nbsp;<b>造册</b>')}"

    assert found(text) == [(5, Doubt.MARKUP, 3)]


def test_blanks_inside_words_are_told_once() -> None:
    """Several in several paragraphs; a name with a blank is nothing."""
    spaced = [" ".join(paragraph[:9]) + paragraph[9:] for paragraph in (FIRST, SECOND, THIRD)]

    assert found(TITLE + "".join(spaced)) == [(3, Doubt.SPACED, 3)]
    assert found(TITLE + FIRST + "主持人 李青山\n" + SECOND.replace("谁", "李 青山")) == []


def test_a_paragraph_that_comes_again_is_told_where_it_does() -> None:
    """With how often it stands in the file."""
    assert found(TITLE + SECOND + THIRD + SECOND + FIRST + SECOND) == [(5, Doubt.REPEATED, 3)]


def test_a_date_in_the_middle_may_start_another_speech() -> None:
    """Not one over or below the speech."""
    text = f"{TITLE}{FIRST}（2024年7月1日同值班人员的谈话）\n{SECOND}"

    assert found(text) == [(4, Doubt.SEVERAL, 0)]
    assert found(f"在防汛工作会上的讲话\n（2024年7月1日）\n{FIRST}（2024年7月2日）\n") == []


def test_a_short_line_without_a_sentence_may_be_a_heading() -> None:
    """A heading that stands over nothing but another such line was taken for text."""
    text = f"{TITLE}{FIRST}查出问题以后各单位（含街道）怎么办\n[表一]\n{SECOND}"

    assert (4, Doubt.UNRECOGNISED, 0) in found(text)


def test_a_numbered_heading_over_nothing_is_told() -> None:
    """It became a paragraph, for there is nothing to cite under it."""
    assert found(f"{TITLE}一、查得细\n{FIRST}二、改得快\n{SECOND}三、守得住\n") == [(7, Doubt.BARE, 0)]


def test_a_long_speech_with_numbered_paragraphs_alone_is_told() -> None:
    """Long, without a heading, yet numbered: were they headings?"""
    paragraphs = [f"{number}、{FIRST.strip()[:-1] * 10}。\n" for number in "一二三四五六七八九十"]
    text = TITLE + "".join(paragraphs) + "".join(paragraphs).replace("、今年", "、明年")

    assert (3, Doubt.FLAT, 20) in found(text)


def test_lost_text_is_told_with_its_length() -> None:
    """What was left out for no known reason, where it is more than a stray note; a sentence is no subtitle."""
    text = TITLE + FIRST + SECOND + THIRD
    source = Source("防汛.txt", "utf-8", "0", text)
    start = text.index(SECOND)
    lost = [
        Dropped(1, Drop.HEADER, SECOND.strip(), 0),
        Dropped(2, Drop.HEADER, SECOND.strip()[:-1], 12),
        Dropped(4, Drop.OTHER, SECOND.strip() * 2, start),
        Dropped(5, Drop.OTHER, "（略）", start + 40),
    ]

    found = [(doubt.line, doubt.kind, doubt.number) for doubt in doubts(source, parse(source), lost)]

    assert found == [(1, Doubt.LOST, 30), (4, Doubt.LOST, 60)]


def test_a_file_without_passages_is_told() -> None:
    """It was read, and nothing of it would be found."""
    source = Source("空.txt", "utf-8", "0", "- 1 -")

    assert [doubt.kind for doubt in doubts(source, (), ())] == [Doubt.EMPTY]


def test_doubts_come_in_the_order_of_the_text_with_an_excerpt() -> None:
    """Short ones whole, long ones up to 40 characters."""
    text = f"{TITLE}{SECOND}一、查得细\n{FIRST}三、守得住\n{SECOND}"
    source = Source("防汛.txt", "utf-8", "0", text)
    speeches = parse(source)

    gap, again = doubts(source, speeches, dropped(source, speeches))

    assert (gap.line, gap.text, again.line) == (6, "三、守得住", 7)
    assert again.text == SECOND.strip()


@pytest.mark.parametrize("kind", Doubt)
def test_every_kind_has_its_words(kind: Doubt) -> None:
    """A name, and a sentence that quotes."""
    name, sentence = zh_report.DOUBTS[kind.value]

    assert name
    assert "{text}" in sentence
    assert len(zh_report.DOUBTS) == len(Doubt)


def test_numbers_over_a_hundred_are_told_too() -> None:
    """Articles are numbered into the hundreds; a gap there is a gap, told by the number that is missing."""
    rows = "".join(f"第{number}条\n{FIRST}" for number in ("一百零一", "一百零二", "一百零四"))

    assert found(f"防汛条例\n\n{rows}") == [(3, Doubt.GAP, 100), (7, Doubt.GAP, 103)]


def test_a_date_outside_all_speeches_starts_none() -> None:
    """A date in a file without a speech, or above the first one, is not inside anything."""
    item = Dropped(1, Drop.DATE, "（2024年3月5日）", 0)

    assert doubts(Source("空.txt", "utf-8", "0" * 64, "（2024年3月5日）"), (), [item])[0].kind is Doubt.EMPTY


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"speeches": {"防汛": {"date": "2024"}, "在防汛工作会上的 讲话": {"title": "新题目"}}}, ["防汛"]),
        ({"speeches": [{"date": "2024"}, {"date": "2025"}, {}]}, ["2", "3"]),
        ({"date": "2024"}, []),
    ],
)
def test_what_is_said_of_a_speech_that_is_not_there_is_told(said: dict[str, object], words: list[str]) -> None:
    """A slip in a title, or an entry too many, would be lost without a word."""
    source = Source("防汛.txt", "utf-8", "0", TITLE + FIRST, json.dumps(said))

    found = doubts(source, parse(source), ())

    assert [(doubt.text, doubt.number) for doubt in found if doubt.kind is Doubt.UNMATCHED] == [
        (one, 1) for one in words
    ]
