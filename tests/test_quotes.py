"""What is said about quotations and phrases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from speechbot import Occurrence, Passage, Retriever, Trace, YearUse
from speechbot.terminal.quotes import bars, place, quote_check, trace
from speechbot.terminal.screen import Block, Line, Style, plain, width
from speechbot.tracing.trace import SpeechUse
from tests.conftest import ToyEncoder
from tests.test_quotation import HOURS, WILLOWS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

LIBRARY = "《在全市公共图书馆建设座谈会上的讲话》"
LEGEND = "（方括号里箭头左边是原文，右边是所引；空着的一边没有这些字）"


@pytest.fixture(scope="module")
def opened(shared_index: Path) -> Iterator[Retriever]:
    """A retriever on the tiny corpus."""
    with Retriever.open(shared_index, encoder=ToyEncoder()) as found:
        yield found


def rows(blocks: Sequence[Block]) -> list[str]:
    """What is written without colours."""
    return [text for block in blocks for text in plain(block)]


def styled(blocks: Sequence[Block], style: Style) -> list[str]:
    """What stands in a style."""
    return [span.text for block in blocks if isinstance(block, Line) for span in block.spans if span.style is style]


def test_an_exact_quotation(opened: Retriever) -> None:
    """Verdict, what was compared, place, the sentence around."""
    blocks = quote_check(opened.check("“社区书房晚上九点关门”"), marked=False)

    assert rows(blocks) == [
        "与原文一字不差",
        "（核对的是：社区书房晚上九点关门）",
        f"{LIBRARY} › 一、办好家门口的阅读空间 › 一是延长开放时间 · 第 3 段（图书馆建设讲话.txt）",
        "   【社区书房晚上九点关门】，比机关下班晚三个小时，上班的人才来得及借书还书。",
    ]


def test_other_marks_are_bracketed(opened: Retriever) -> None:
    """A reader without colours sees what stands for what."""
    found = rows(quote_check(opened.check(HOURS.replace("门，", "门；")), marked=False))

    assert found[0] == "文字与原文相同，只有标点不同"
    assert found[2] == f"   对照：{HOURS.replace('门，', '门[，→；]')}"
    assert found[-1] == LEGEND


def test_another_script_is_told_not_marked(opened: Retriever) -> None:
    """Marks at every other character would make a text unreadable."""
    found = rows(quote_check(opened.check("社區書房晚上九點關門"), marked=False))

    assert (found[0], found[2]) == ("文字与原文相同，只有繁简不同", "   原文：社区书房晚上九点关门")
    assert LEGEND not in found


def test_a_near_quotation_in_colours_and_without(opened: Retriever) -> None:
    """Original over quotation, what differs green and red; else in brackets."""
    check = opened.check("柳树固土很快、芦苇净水强，两种搭着种，三年能成荫。")
    coloured = quote_check(check, marked=True)
    found = rows(quote_check(check, marked=False))

    assert found[0] == "与原文相近，但有出入（相似度 0.85）"
    assert found[2:4] == [
        "   对照：柳树固土[→很]快[，→、]芦苇净水强，两[样→种]搭着种，三年[就→]能成荫。",
        "   另外标点也有不同",
    ]
    assert (styled(coloured, Style.GOOD), styled(coloured, Style.BAD)) == (
        ["", "，", "样", "就"],
        ["很", "、", "种", ""],
    )
    assert rows(coloured)[2:4] == [f"   原文：{WILLOWS}", f"   所引：{check.text}"]
    assert LEGEND not in rows(coloured)


def test_nothing_found(opened: Retriever) -> None:
    """It is said, with what to do."""
    assert rows(quote_check(opened.check("月球上种满了水稻和小麦"), marked=False)) == [
        "材料中没有找到这段文字，相近的也没有",
        "想知道材料里关于它怎么说，请用 speechbot ask 提问",
    ]


def test_parts(opened: Retriever) -> None:
    """Each with its verdict and its places; the order only where all were found."""
    text = f"{WILLOWS}月球上种满了水稻和小麦。{HOURS.replace('，', '；')}河岸上种什么，要听老农民的。"
    found = rows(quote_check(opened.check(text), marked=False))

    assert found[0] == "不是一段完整的原文，由 4 部分组成，逐一核对如下"
    assert [row for row in found if row[:1].isdigit()] == [
        f"1. “{WILLOWS}”：一字不差",
        "2. “月球上种满了水稻和小麦。”：没有找到",
        f"3. “{HOURS.replace('，', '；')}”：只有标点不同",
        "4. “河岸上种什么，要听老农民的。”：相近，有出入（相似度 0.83）",
    ]
    assert not any("各部分" in row for row in found)


@pytest.mark.parametrize(
    ("text", "headline", "order"),
    [
        ("刚才五位馆长作了发言……破损的书先修后换", "省略号隔开的 2 部分都与原文一字不差", "各部分依次见于同一篇讲话"),
        (
            "破损的书先修后换……刚才五位馆长作了发言",
            "不是一段完整的原文，由 2 部分组成，逐一核对如下",
            "各部分不在同一篇讲话里，或者先后次序与讲话不符",
        ),
        (
            "我都赞成。下面我讲三点意见。旧书也是财产。破损的书先修后换，",
            "不是一段完整的原文，由 2 部分组成，逐一核对如下",
            "各部分依次见于同一篇讲话，但并不相连，所引没有写出省略",
        ),
        (
            "培训三十人，每年培训三十人。乡镇分馆离城远，新书到得慢。"[6:],
            "2 部分都与原文一字不差，中间略去了标题",
            "各部分依次见于同一篇讲话",
        ),
    ],
)
def test_parts_that_belong_together(opened: Retriever, text: str, headline: str, order: str) -> None:
    """Gaps, left out headings, what was put together."""
    found = rows(quote_check(opened.check(text), marked=False))

    assert found[:2] == [headline, order]


def test_a_long_part_is_cut(opened: Retriever) -> None:
    """Its beginning and its end tell which it is."""
    text = (
        "一是延长开放时间。社区书房晚上九点关门，比机关下班晚三个小时，上班的人才来得及借书还书。"
        "节假日不闭馆，闭馆整理放在周一上午。"
    )
    found = rows(quote_check(opened.check(f"{text}……月球上种满了水稻和小麦"), marked=False))

    assert len(text) > 60
    assert found[2] == f"1. “{text[:30]}…{text[-30:]}”：一字不差"


def test_places() -> None:
    """One paragraph, several, a heading, neither."""
    first, last = (Passage("0" * 16, "甲", "讲话", ("一、治",), "a.txt", number, 0, 1) for number in (2, 4))
    common = ("a.txt", 0, 1, "甲", "讲话", ("一、治",))

    assert [
        place(Occurrence(*common, passages=(first,))),
        place(Occurrence(*common, passages=(first, last))),
        place(Occurrence(*common, heading=True)),
        place(Occurrence("a.txt", 0, 1, "甲", "讲话")),
    ] == [
        "《讲话》 › 一、治 · 第 2 段",
        "《讲话》 › 一、治 · 第 2 段至第 4 段",
        "《讲话》 › 一、治 · 标题",
        "《讲话》 · 段落之外（题头、称呼等）",
    ]


@pytest.mark.parametrize("columns", [20, 40, 80, 200])
def test_bars_fit_the_terminal(columns: int) -> None:
    """Whatever the labels; all numbers are whole."""
    drawn = bars([("很长很长的讲话题目" * 4, 1000, ""), ("短", 1, "（3 篇）"), ("无", 0, "")], columns)

    texts = [row.text for row in drawn]
    assert all(width(text) <= max(columns, 40) for text in texts)
    assert ["1000" in texts[0], texts[1].endswith("▌ 1（3 篇）"), texts[2].endswith("  0")] == [True] * 3
    assert max(map(width, texts)) == width(texts[0])


def used(year: int, count: int) -> tuple[YearUse, SpeechUse]:
    """A year with one speech."""
    return YearUse(str(year), count, int(count > 0), 1), SpeechUse(year, f"讲话{year}", "a.txt", str(year), "", count)


def traced(years: dict[int, int], count: int = 0) -> Trace:
    """A trace of so many uses a year."""
    made = [used(year, uses) for year, uses in years.items()]
    speeches = tuple(speech for _, speech in made if speech.count)
    total = count or sum(years.values())
    one = Occurrence(
        "a.txt", 3, 5, "种树", "讲话", sentence="要" * 50 + "种树" + "好" * 50, sentence_start=-47, date="2001"
    )
    return Trace("种树", total, (one,), speeches, tuple(year for year, _ in made), len(made), len(made))


def test_a_trace() -> None:
    """Counts, bars, uses; years without a use in one row; far ends of a sentence cut."""
    found = rows(trace(traced({1999: 0, 2001: 2, 2002: 0, 2005: 0, 2006: 1, 2009: 0}), marked=False, columns=40))

    assert found == [
        "“种树”共出现 3 处，见于 6 篇讲话中的 2 篇",
        "",
        "按年（括号里是那些年的讲话篇数）：",
        "  2001       ████████████████ 2（1 篇）",
        "  2002—2005  0（2 篇）",
        "  2006       ████████ 1（1 篇）",
        "",
        "按讲话（出现最多的在前）：",
        "  2001 《讲话2001》  ████████████████ 2",
        "  2006 《讲话2006》  ████████ 1",
        "",
        "逐处（按日期先后）：",
        "1. 《讲话》 · 段落之外（题头、称呼等）（2001，a.txt） 最早的一处",
        f"   …{'要' * 40}【种树】{'好' * 40}…",
        "还有 2 处，加 -k 3 可以全部列出",
    ]


def test_many_years_are_told_by_decade() -> None:
    """Instead of a hundred rows; of many speeches the first ten, of too many uses no promise."""
    found = rows(trace(traced(dict.fromkeys(range(1995, 2025), 100)), marked=False, columns=80))

    assert [row.split()[0] for row in found[3:7]] == ["1995—1999", "2000—2009", "2010—2019", "2020—2024"]
    assert "  还有 20 篇" in found
    assert found[-1] == "还有 2999 处，加 -k 可以多列一些"


def test_dates_that_are_missing(opened: Retriever) -> None:
    """It is said that no use can be called the first."""
    found = rows(trace(opened.trace("青石河", 1), marked=True, columns=80))

    assert found[1] == "这些讲话都没有日期，按索引的次序列出，看不出哪一处最早"
    assert "逐处：" in found
    assert not any("最早的一处" in row for row in found[2:])


def test_undated_among_dated() -> None:
    """How many uses they have."""
    whole = traced({2001: 2})
    uses = (*whole.by_speech, SpeechUse(9, "无日期", "b.txt", "", "", 4))
    found = Trace("种树", 6, whole.occurrences, uses, whole.by_year, 2, 1)

    assert rows(trace(found, marked=True, columns=80))[1] == (
        "其中 4 处所在的讲话没有日期，排在最后；最早的一处只在有日期的 1 篇里算"
    )


def test_no_use(opened: Retriever) -> None:
    """It is said, with what to do."""
    assert rows(trace(opened.trace("月球"), marked=False, columns=80)) == [
        "“月球”在 2 篇讲话里没有出现过",
        "可以换一种写法再查，或用 speechbot ask 提问",
    ]
