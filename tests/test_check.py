"""What a check says on a terminal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from speechbot.models import Source, Speech
from speechbot.parsing.parser import parse
from speechbot.reading.corpus import Corpus
from speechbot.report.inspection import Inspection, inspection
from speechbot.terminal.check import FULL, check, summary
from speechbot.terminal.screen import Block, plain

PARAGRAPH = "入秋以后风大物燥，山上的每一条小路都要有人看、有人管、有人记。"
TEXT = (
    f"在防火会上的讲话\n同志们：\n{PARAGRAPH}\n一、看住山头\n进山的路口要设卡，火种不许带上山。\n"
    "- 1 -\n三、备好水源\n水池要满，水泵要试，水带要晒干。\n- 2 -\n谢谢大家！\n"
)
BRIEF = "（utf-8，1 篇，3 段，2 个标题，略去 4 行）"


def looked_at(*names: str, text: str = TEXT, encoding: str = "utf-8") -> Inspection:
    """A corpus with the same text in each file."""
    sources = tuple(Source(name, encoding, "0", text.replace("三、备", f"三、{name}备")) for name in names)
    speeches = [speech for source in sources for speech in parse(source)]
    return inspection(Path("材料"), Corpus(sources, (("a.zip", "类型不支持"),), (("b.pdf", "打不开"),)), speeches)


def text(blocks: list[Block]) -> list[str]:
    """The plain lines."""
    return [row for block in blocks for row in plain(block)]


def test_a_small_corpus_is_shown_in_full() -> None:
    """Each file with its trees, what was left out by kind, what is doubtful; then the files not read, then counts."""
    assert text(check(looked_at("防火.txt"), hint=True)) == [
        "防火.txt（utf-8，105 字，11 行）",
        "  《在防火会上的讲话》（3 段，防火会）",
        "    一、看住山头（1 段）",
        "    三、防火.txt备好水源（1 段）",
        "  略去 4 行",
        "    页码 2 行：第 6 行“- 1 -”、第 9 行“- 2 -”",
        "    称呼 1 行：第 2 行“同志们：”",
        "    结束语 1 行：第 10 行“谢谢大家！”",
        "  存疑 1 处",
        "    第 7 行　缺号：前面没有编号 2，可能漏了内容：三、防火.txt备好水源",
        "未收入：a.zip（类型不支持）",
        "未能读取：b.pdf（打不开）",
        "存疑 1 处：缺号 1",
        "1 个文件，1 篇讲话，3 段；没有建索引",
    ]


def test_a_large_corpus_is_shown_in_brief() -> None:
    """A line for each file with what is doubtful below, and where the whole can be seen unless it was asked for."""
    found = looked_at(*(f"{n:02}.txt" for n in range(FULL + 1)))

    rows = text(check(found, hint=True))

    assert rows[:4] == [
        f"00.txt{BRIEF}",
        "  第 7 行　缺号：前面没有编号 2，可能漏了内容：三、00.txt备好水源",
        f"01.txt{BRIEF}",
        "  第 7 行　缺号：前面没有编号 2，可能漏了内容：三、01.txt备好水源",
    ]
    assert rows[-1].startswith("文件较多")
    assert "--report" not in text(check(found, hint=False))[-1]


def test_many_doubts_of_a_kind_are_counted() -> None:
    """The first ones are shown, of the others the lines."""
    many = "".join(f"（2024年7月{day}日同大家的谈话）\n{day}日，{PARAGRAPH}\n" for day in range(1, 20))
    found = looked_at("防火.txt", text=f"{TEXT[: TEXT.index('一、')]}{many}")

    rows = [row.strip() for row in text(check(found, hint=False)) if "未分篇" in row]

    assert len(rows) == 5 + 1 + 1
    assert rows[5] == "“未分篇”还有 14 处，行号 14、16、18、20、22、24、26、28、30、32 等"


def test_long_lines_left_out_are_quoted_in_part() -> None:
    """Twenty characters of each, three of a kind."""
    notes = "".join(f"〔{n}〕见某年某月某日的报纸第一版，题目是讲防火的\n" for n in range(1, 6))

    rows = text(check(looked_at("防火.txt", text=TEXT + notes), hint=False))

    (row,) = [row.strip() for row in rows if "注释" in row]
    assert row.startswith("注释 5 行：第 11 行“〔1〕见某年某月某日的报纸第一版，题目是…”、第 12 行")
    assert row.endswith("” 等")


def test_lines_of_a_format_are_marked() -> None:
    """Nobody looks for line 7 in a word processor."""
    rows = text(check(looked_at("防火.docx", encoding="docx"), hint=False))

    assert "  行号按提取出的文字计" in rows


def test_what_is_known_of_a_speech_is_shown() -> None:
    """Date, speaker and occasion beside the number of paragraphs; how many have none where others have."""
    found = looked_at("甲.txt", "乙.txt")
    first, second = found.files
    known: Speech = replace(first.speeches[0], date="2024-10-01", speaker="李青山", occasion="防火会")
    found = replace(found, files=(replace(first, speeches=(known,)), second))

    rows = text(check(found, hint=False))

    assert "  《在防火会上的讲话》（3 段，2024-10-01，李青山，防火会）" in rows
    assert "有 1 篇没有认出日期；有 1 篇没有认出讲话人" in rows


def test_files_in_common_are_named() -> None:
    """Which files, how many paragraphs, five groups at most."""
    rows = text(summary(looked_at("甲.txt", "乙.txt")))

    assert rows[:4] == ["有 1 段在几个文件里都有：", "  1 段相同：", "    甲.txt", "    乙.txt"]


def test_more_groups_of_files_are_counted() -> None:
    """A corpus of copies must not fill the screen."""
    texts = [f"在会上的讲话\n{PARAGRAPH}{n}\n" for n in range(7)]
    sources = [Source(f"{n}{part}.txt", "utf-8", "0", texts[n]) for n in range(7) for part in "甲乙"]
    speeches = [speech for source in sources for speech in parse(source)]

    rows = text(summary(inspection(Path("材料"), Corpus(tuple(sources), ()), speeches)))

    assert rows[0] == "有 7 段在几个文件里都有："
    assert "  还有 2 组" in rows


@pytest.mark.parametrize("text_", [TEXT[: TEXT.index("三、")]])
def test_no_doubt_is_said_too(text_: str) -> None:
    """An admin need not wonder whether anybody looked."""
    assert "没有发现存疑的地方" in text(check(looked_at("防火.txt", text=text_), hint=False))
