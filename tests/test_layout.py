"""Lines of pages to paragraphs."""

from __future__ import annotations

import pytest

from speechbot.reading.columns import Row
from speechbot.reading.layout import paragraphs
from tests.files import PROSE

HEIGHT = 842.0
WIDTH = 20  # letters of a full line


def page(lines: list[str], number: int = 0, *, top: float = 760, leading: float = 28, size: float = 16) -> list[Row]:
    """A page of lines one under the other; each 　 at the start moves one in, an empty line leaves a gap."""
    return [
        Row(
            line.strip("　"),
            90 + size * (len(line) - len(line.lstrip("　"))),
            top - leading * at - size,
            90 + size * len(line),
            top - leading * at,
            size,
            number,
        )
        for at, line in enumerate(lines)
        if line
    ]


def wrapped(text: str, *, indent: int = 2) -> list[str]:
    """A paragraph set in lines of ``WIDTH`` letters."""
    whole = "　" * indent + text
    return [whole[at : at + WIDTH] for at in range(0, len(whole), WIDTH)]


def read(*pages: list[Row]) -> list[str]:
    """The paragraphs of some pages."""
    return paragraphs(pages, [HEIGHT] * len(pages))


def test_indented_paragraphs() -> None:
    """Each indent begins a paragraph, wherever the one before it ends; lines are joined without a space."""
    full = "我" * (2 * WIDTH - 2)

    assert read(page([*wrapped(PROSE), *wrapped(full), *wrapped(PROSE), "　　一、总则", *wrapped(PROSE)])) == [
        PROSE,
        full,
        PROSE,
        "一、总则",
        PROSE,
    ]


def test_paragraphs_set_apart() -> None:
    """Without indents the gap between two paragraphs parts them, even where the first one ends at the margin."""
    full = "我们" * (WIDTH - 1) + "的。"
    lines = [line for text in (PROSE, full, PROSE, PROSE) for line in (*wrapped(text, indent=0), "")]

    assert read(page(lines, leading=20)) == [PROSE, full, PROSE, PROSE]


def test_paragraphs_go_on_over_pages() -> None:
    """A paragraph goes on in the next column or page, unless that begins with an indent."""
    first, second = wrapped(PROSE * 3)[:3], wrapped(PROSE * 3)[3:]

    assert read(page([*wrapped(PROSE), *first], 0), page([*second, *wrapped(PROSE)], 1)) == [PROSE, PROSE * 3, PROSE]


@pytest.mark.parametrize("foot", ["- {} -", "第 {} 页", "{}/9", "第{}页 共9页", "— {} —", "{}"])
def test_running_heads_and_page_numbers(foot: str) -> None:
    """What stands at the edge of page after page is no text, whatever the numbers in it; the same words elsewhere are."""
    pages = []
    for at in range(3):
        head = Row(f"读书会材料汇编（{at}）", 200, 800, 400, 812, 12, at)
        number = Row(foot.format(at + 1), 280, 40, 300, 52, 12, at)
        pages.append([head, *page([*wrapped(f"第{'一二三'[at]}页。" + PROSE), "　　读书会材料汇编"], at), number])

    assert read(*pages) == [text for at in "一二三" for text in (f"第{at}页。" + PROSE, "读书会材料汇编")]


def test_a_single_page_keeps_its_head() -> None:
    """What stands once is no running head."""
    head = Row("读书会材料汇编", 200, 800, 400, 812, 12, 0)

    assert read([head, *page(wrapped(PROSE))])[0] == "读书会材料汇编"


def test_titles() -> None:
    """Centred lines of one larger size are one title; the date below it stands alone."""
    title = [Row("关于推进全民阅读", 162, 700, 338, 722, 22), Row("工作的意见", 195, 660, 305, 682, 22)]
    date = Row("（2024年1月5日）", 180, 620, 320, 636, 16)

    assert read([*title, date, *page(wrapped(PROSE), top=580)]) == [
        "关于推进全民阅读工作的意见",
        "（2024年1月5日）",
        PROSE,
    ]


def test_divided_words() -> None:
    """A Latin word that was divided at a line's end is one word again; others keep their space."""
    lines = ["　　我们学习 good and useful exam-", "ples of the kind that is often", "used. " + "好" * 6]
    rows = [Row(row.text, row.left, row.bottom, 410, row.top, row.size) for row in page(lines)[:2]] + page(lines)[2:]

    assert (
        read([*rows, *page(wrapped(PROSE), top=600)])[0]
        == "我们学习 good and useful examples of the kind that is often used. 好好好好好好"
    )


def test_no_lines() -> None:
    """Pages without a line give no paragraph."""
    assert read([], []) == []
