"""Pieces of a page to lines in reading order."""

from __future__ import annotations

from speechbot.reading.columns import Row, reading_order


def row(text: str, left: float, top: float, *, width: float | None = None, size: float = 10) -> Row:
    """A piece of text of square letters."""
    return Row(text, left, top - size, left + (size * len(text) if width is None else width), top, size)


def texts(*pages: list[Row]) -> list[list[str]]:
    """What is read of some pages."""
    return [[line.text for line in page] for page in reading_order(pages)]


def columns(lines: int, *, left: str = "左", right: str = "右") -> list[Row]:
    """Two columns of lines that fill them."""
    return [
        piece
        for at in range(lines)
        for piece in (
            row(f"{left}{at:02}" + "文" * 17, 50, 700 - 15 * at),
            row(f"{right}{at:02}" + "文" * 17, 310, 700 - 15 * at),
        )
    ]


def test_lines_from_top_to_bottom() -> None:
    """Pieces come in the order of the page, not of the file; those of one height are one line."""
    assert texts([row("下", 50, 100), row("后", 90, 200), row("前", 50, 200), row("紧", 60, 199)]) == [
        ["前紧 后", "下"]
    ]


def test_raised_marks_stand_on_their_line() -> None:
    """A small raised mark belongs to the line beside it."""
    assert texts([row("正文", 50, 100), row("②", 70, 102, size=5), row("下文", 75, 100)]) == [["正文②下文"]]


def test_two_columns() -> None:
    """The left column is read before the right one; what runs across both parts what is above from what is below."""
    page = [row("跨栏的大标题" * 5, 120, 760), *columns(8), row("跨栏的小标题" * 5, 120, 500)]
    page += [row(piece.text.replace("文", "章"), piece.left, piece.top - 230) for piece in columns(6)]
    (found,) = texts(page)

    assert [line[:3] for line in found] == [
        "跨栏的",
        *(f"左{at:02}" for at in range(8)),
        *(f"右{at:02}" for at in range(8)),
        "跨栏的",
        *(f"左{at:02}" for at in range(6)),
        *(f"右{at:02}" for at in range(6)),
    ]


def test_a_short_last_page_has_the_columns_of_the_others() -> None:
    """Where too little stands on a page to see its columns, those of the other pages count."""
    last = [*columns(8)[::2], row("右末", 310, 700), row("页码", 290, 40)]
    found = texts(columns(8), columns(8), last)

    assert [line[:2] for line in found[2]] == ["页码"[:2]] * 0 + [
        *(f"左{at}"[:2] for at in range(0)),
        *["左0"] * 8,
        "右末",
        "页码",
    ]


def test_tables_are_no_columns() -> None:
    """Cells do not fill their columns: rows are read across."""
    page = [
        piece
        for at in range(8)
        for piece in (row("书", 50, 700 - 15 * at), row("价" * 20, 310, 700 - 15 * at, width=200))
    ]
    page.append(row("宽" * 20, 50, 400))

    assert texts(page)[0][0] == "书 " + "价" * 20


def test_empty_pages() -> None:
    """A page may hold nothing."""
    assert texts([], [row(" ", 0, 10)]) == [[], []]
