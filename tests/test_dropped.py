"""What of a source is in no passage."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.language.sentences import BLANK
from speechbot.models import Source
from speechbot.parsing.dropped import Drop, Lines, dropped
from speechbot.parsing.furniture import _PATTERNS
from speechbot.parsing.parser import parse
from speechbot.wording import zh_report

SPEECH = (
    "在园林工作会上的讲话\n"
    "——全市园林系统\n"
    "（2024年3月12日）\n"
    "李青山\n"
    "\n"
    "同志们：\n"
    "今天我们专门研究公园怎样管得更好，我讲三点意见。\n"
    "## 一、把树种好\n"
    "种一棵活一棵，春天栽下去的树，秋天要数一遍。\n"
    "（掌声）\n"
    "- 2 -\n"
    "## 二、把路修好\n"
    "公园里的路要让老人和孩子走得放心。\n"
    "我就讲这些，谢谢大家！\n"
)


def source(text: str) -> Source:
    """A file with this text."""
    return Source("园林.txt", "utf-8", "0", text)


def kinds(text: str) -> list[tuple[int, Drop, str]]:
    """Line, kind and text of what is left out."""
    file = source(text)
    return [(item.line, item.kind, item.text) for item in dropped(file, parse(file))]


def test_every_line_left_out_is_named() -> None:
    """Each with its line number and kind; title, headings and paragraphs are not among them."""
    assert kinds(SPEECH) == [
        (2, Drop.HEADER, "——全市园林系统"),
        (3, Drop.DATE, "（2024年3月12日）"),
        (4, Drop.PERSON, "李青山"),
        (6, Drop.SALUTATION, "同志们："),
        (8, Drop.MARK, "##"),
        (10, Drop.APPLAUSE, "（掌声）"),
        (11, Drop.PAGE, "- 2 -"),
        (12, Drop.MARK, "##"),
        (14, Drop.CLOSING, "我就讲这些，谢谢大家！"),
    ]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_editors_count_them(ending: str) -> None:
    """Whatever ends a line, it ends one."""
    assert [line for line, _, _ in kinds(SPEECH.replace("\n", ending))] == [2, 3, 4, 6, 8, 10, 11, 12, 14]


def test_mixed_line_ends_count_each_once() -> None:
    """CR LF is one end, CR CR are two, a form feed is none."""
    lines = Lines.of("一\r\n二\r\r三\f四\n")

    assert [lines.number(offset) for offset in (0, 2, 3, 5, 6, 8, 10)] == [1, 1, 2, 3, 4, 4, 5]


def test_front_matter_is_told_from_the_title_over_a_compilation() -> None:
    """Both stand above all speeches."""
    front = "---\nlayout: post\n---\n" + SPEECH
    compiled = "园林讲话汇编\n（2篇）\n" + SPEECH + SPEECH.replace("园林工作会", "绿化推进会")

    assert kinds(front)[:3] == [(1, Drop.FRONT, "---"), (2, Drop.FRONT, "layout: post"), (3, Drop.FRONT, "---")]
    assert kinds(compiled)[:2] == [(1, Drop.HEADER, "园林讲话汇编"), (2, Drop.HEADER, "（2篇）")]


def test_entries_of_a_contents_list_are_no_headings() -> None:
    """The word 目录 and what stands below it, up to where the text begins."""
    text = SPEECH.replace("## ", "").replace("同志们：\n", "目录\n一、把树种好\n二、把路修好\n同志们：\n")

    assert [item for item in kinds(text) if item[1] is Drop.CONTENTS] == [
        (6, Drop.CONTENTS, "目录"),
        (7, Drop.CONTENTS, "一、把树种好"),
        (8, Drop.CONTENTS, "二、把路修好"),
    ]


def test_marks_of_a_download_site_are_markup() -> None:
    """They end a line wherever they stand."""
    assert (1, Drop.MARKUP, "##paidbegin##") in kinds("##paidbegin##\n" + SPEECH)


def test_what_the_parser_loses_is_found() -> None:
    """Speeches without a paragraph that the file has leave it to be listed as what nobody knows a reason for."""
    file = source(SPEECH)
    (speech,) = parse(file)
    lost = type(speech)(speech.title, file.name, speech.start, speech.stop, speech.sections, speech.passages[:-1])

    assert [(item.line, item.kind) for item in dropped(file, [lost])][-2:] == [(13, Drop.OTHER), (14, Drop.CLOSING)]


def test_a_file_without_speeches_is_left_out_as_a_whole() -> None:
    """Each of its lines is listed."""
    assert [(item.line, item.text) for item in dropped(source("甲\n\n乙"), [])] == [(1, "甲"), (3, "乙")]


@given(st.lists(st.sampled_from([*SPEECH.splitlines(), "一", "　", "\x0c", "# 题", "<p>", "1", "。"]), max_size=20))
def test_nothing_is_lost_unseen(lines: list[str]) -> None:
    """Every character that is not blank is in a passage, a heading, a line left out, or part of a title."""
    file = source("\n".join(lines))
    speeches = parse(file)
    seen = [False] * len(file.text)
    for item in dropped(file, speeches):
        assert file.text[item.start : item.start + len(item.text)] == item.text
        seen[item.start : item.start + len(item.text)] = [True] * len(item.text)
    for speech in speeches:
        parts = [(part.start, part.end) for part in speech.passages]
        for start, end in [*parts, *((part.start, part.end) for part in speech.sections)]:
            seen[start:end] = [True] * (end - start)
    rest = "".join(char for char, known in zip(file.text, seen, strict=True) if not known and char not in BLANK)

    assert all(any(line in speech.title or speech.title in line for speech in speeches) for line in rest.split())


def test_every_kind_has_a_name() -> None:
    """Kinds of ``furniture`` are kinds here, and each kind has its word."""
    assert {name for name, _, _ in _PATTERNS} <= {kind.value for kind in Drop}
    assert set(zh_report.DROPS) == {kind.value for kind in Drop}
