"""What is said of outlines, points and lists, word for word."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from speechbot.models import Answer, Hit, Passage
from speechbot.points import Point
from speechbot.terminal import outlines
from speechbot.terminal.screen import Block, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

TEXT = "一是带头。要先学一步。"


def passage(paragraph: int = 3, section: tuple[str, ...] = ("一、总则",)) -> Passage:
    """A paragraph."""
    return Passage("0" * 16, TEXT, "某讲话", section, "某.txt", paragraph, 0, len(TEXT))


def point(title: str, number: int, *, points: tuple[Point, ...] = (), **changed: object) -> Point:
    """A section of four paragraphs."""
    plain_point = Point(title, "section", "某讲话", "某.txt", (title,), "0" * 16, 1, number, 4, None, points, 3)
    return replace(plain_point, **changed)  # type: ignore[arg-type] # fields by name


def answer(kind: str, points: Sequence[Point] = (), hits: Sequence[Hit] = (), *, found: bool = True) -> Answer:
    """An answer about structure."""
    return Answer("问", tuple(hits), found, 1.0 if found else 0.0, kind=kind, points=tuple(points), scope="某处")


def text(blocks: list[Block]) -> list[str]:
    """The plain lines."""
    return [row for block in blocks for row in plain(block)]


def test_an_outline() -> None:
    """Numbered, what is below set in, each with its place."""
    inner = point("一是带头", 1, paragraphs=1)
    rows = text(
        outlines.answer(answer("outline", [point("一、总则", 1, points=(inner,)), point("二、附则", 2)]), marked=False)
    )

    assert rows == [
        "某处",
        "1. 一、总则（第 3 段起，4 段）",
        "   1. 一是带头（第 3 段）",
        "2. 二、附则（第 3 段起，4 段）",
    ]


def test_an_uncertain_outline_says_how_sure_it_is() -> None:
    """The part that was meant may be another one."""
    found = replace(answer("outline", [point("一、总则", 1)]), confidence=0.7)

    assert text(outlines.answer(found, marked=False))[:2] == ["某处", "把握：中"]


def test_parts_of_several_speeches_are_told_with_them() -> None:
    """The heading alone would not say whose it is."""
    other = point("二、丙", 2, speech="又一讲话", date="2020")
    rows = text(outlines.answer(answer("outline", [point("一、乙", 1), other]), marked=False))

    assert rows[1:] == [
        "1. 《某讲话》（某.txt） › 一、乙（第 3 段起，4 段）",
        "2. 《又一讲话》（2020，某.txt） › 二、丙（第 3 段起，4 段）",
    ]


def test_a_list_of_speeches() -> None:
    """When, by whom, from which file; a heading that holds nothing says so."""
    speech = point("某讲话", 1, kind="speech", date="2020", speaker="某人")
    empty = point("二、空", 2, passage="", paragraphs=0, speech="某讲话")

    assert text(outlines.answer(answer("speeches", [speech, empty]), marked=False))[1:] == [
        "1. 《某讲话》（4 段，2020，某人，某.txt）",
        "2. 二、空（只有标题）",
    ]


@pytest.mark.parametrize("marked", [False, True])
def test_a_point_in_full(marked: object) -> None:
    """All its paragraphs, each with its place."""
    hits = [Hit(passage(number), 1.0, (5, 11)) for number in (3, 4)]
    place = "《某讲话》 › 一、总则 · 第 {} 段（某.txt）"

    assert text(outlines.answer(answer("point", hits=hits), marked=bool(marked))) == [
        "某处",
        "",
        place.format(3),
        TEXT,
        "",
        place.format(4),
        TEXT,
    ]


def test_a_divided_point_begins() -> None:
    """What it is divided into, its first paragraph, and how many there are besides."""
    hits = [Hit(passage(number), 1.0, (5, 11)) for number in (3, 4, 5)]
    found = replace(answer("point", [point("一是甲", 1), point("二是乙", 2)], hits), more=2)
    rows = text(outlines.answer(found, marked=False))

    assert rows[1:3] == ["1. 一是甲（第 3 段起，4 段）", "2. 二是乙（第 3 段起，4 段）"]
    assert rows[-1].startswith("还有 4 段")


def test_what_is_not_there_shows_what_is() -> None:
    """The header says it; no paragraph is quoted."""
    rows = text(
        outlines.answer(
            answer("outline", [point("一、总则", 1)], [Hit(passage(), 0.0, (0, 5))], found=False), marked=False
        )
    )

    assert rows == ["某处", "1. 一、总则（第 3 段起，4 段）"]


def test_hits_of_one_section_stand_under_one_place() -> None:
    """With the numbers of all their paragraphs, and how many more there are."""
    hits = [Hit(passage(number), 0.9, (5, 11)) for number in (3, 7, 9)] + [Hit(passage(4, ("二、附则",)), 0.9, (5, 11))]
    found = replace(answer("passage", hits=hits), confidence=0.9, scope="", more=2)
    rows = text(outlines.answer(found, marked=False))

    assert rows[-6:] == [
        "2. 《某讲话》 › 一、总则 · 第 7、9 段（某.txt）",
        "   答句：要先学一步。",
        "   答句：要先学一步。",
        "3. 《某讲话》 › 二、附则 · 第 4 段（某.txt）",
        "   答句：要先学一步。",
        "至少还有 2 段也相关，用 -k 可以多看几段",
    ]


def test_paragraphs_alike_are_told() -> None:
    """As those of the same wording are."""
    hit = Hit(passage(), 0.9, (5, 11), alike=(passage(8),))
    rows = text(
        outlines.answer(replace(answer("passage", hits=[hit]), confidence=0.9, scope="只在某处找"), marked=False)
    )

    assert rows[0] == "只在某处找"
    assert "相近的一段也见于：《某讲话》 › 一、总则 · 第 8 段（某.txt）" in rows
