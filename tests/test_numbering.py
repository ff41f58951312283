"""Word's automatic numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from defusedxml import ElementTree

from speechbot.reading.numbering import Numbering, whole

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def numbering(text: str, styled: dict[str, str] | None = None) -> Numbering:
    """The lists that a text defines, names without their namespace."""
    root: Element = ElementTree.fromstring(f"<numbering>{text}</numbering>")
    return Numbering(root, styled or {})


def definition(*levels: str, key: int = 0) -> str:
    """A definition with these levels."""
    return f'<abstractNum abstractNumId="{key}">{"".join(levels)}</abstractNum>'


def level(at: int, style: str, text: str, more: str = "", start: int = 1) -> str:
    """A level."""
    return f'<lvl ilvl="{at}"><start val="{start}"/><numFmt val="{style}"/>{more}<lvlText val="{text}"/></lvl>'


def listed(number: int, more: str = "", key: int = 0) -> str:
    """A list on a definition."""
    return f'<num numId="{number}"><abstractNumId val="{key}"/>{more}</num>'


THREE = definition(
    level(0, "chineseCounting", "%1、"), level(1, "chineseCounting", "（%2）"), level(2, "decimal", "%1.%2.%3")
)


def test_deeper_levels_start_anew() -> None:
    """After a paragraph of a level above, counting starts again; a number can show those above it."""
    found = numbering(THREE + listed(1))

    assert [found.label("1", at) for at in (0, 1, 1, 2, 0, 1, 2)] == [
        "一、",
        "（一）",
        "（二）",
        "一.二.1",
        "二、",
        "（一）",
        "二.一.1",
    ]


def test_levels_may_skip() -> None:
    """A paragraph two levels down shows the first number of the level that was passed over."""
    assert numbering(THREE + listed(1)).label("1", 2) == "一.一.1"


def test_lists_of_one_definition_count_on() -> None:
    """Two lists on one definition share their numbers, unless the second one says where it starts."""
    override = '<lvlOverride ilvl="0"><startOverride val="1"/></lvlOverride>'
    found = numbering(THREE + listed(1) + listed(2) + listed(3, override))

    assert [found.label(number, 0) for number in "1123"] == ["一、", "二、", "三、", "一、"]
    assert found.label("3", 0) == "二、"


def test_a_list_may_have_levels_of_its_own() -> None:
    """What a list overrides counts for it alone."""
    own = f'<lvlOverride ilvl="0">{level(0, "upperRoman", "%1)")}</lvlOverride>'
    found = numbering(THREE + listed(1) + listed(2, own))

    assert [found.label("1", 0), found.label("2", 0)] == ["一、", "II)"]


@pytest.mark.parametrize(
    ("restart", "labels"), [("0", ["（一）", "（二）", "（三）"]), ("1", ["（一）", "（二）", "（一）"])]
)
def test_restarts_as_stated(restart: str, labels: list[str]) -> None:
    """A level can count on for ever, or start anew only after one that it names."""
    lists = definition(
        level(0, "decimal", "%1"),
        level(1, "decimal", "%2"),
        level(2, "chineseCounting", "（%3）", f'<lvlRestart val="{restart}"/>'),
    )
    found = numbering(lists + listed(1))
    found.label("1", 0)
    first = found.label("1", 2)
    found.label("1", 1)
    second = found.label("1", 2)
    found.label("1", 0)

    assert [first, second, found.label("1", 2)] == labels


def test_legal_numbering_is_in_digits() -> None:
    """A level can ask that all numbers in it are digits, whatever the levels above are."""
    lists = definition(level(0, "chineseCounting", "第%1章"), level(1, "decimal", "%1.%2", "<isLgl/>"))
    found = numbering(lists + listed(1))

    assert [found.label("1", 0), found.label("1", 1)] == ["第一章", "1.1"]


@pytest.mark.parametrize(("text", "label"), [("\uf06c", ""), ("●", ""), ("——", "——"), ("", "")])
def test_bullets(text: str, label: str) -> None:
    """Of bullets only dashes are text."""
    assert numbering(definition(level(0, "bullet", text)) + listed(1)).label("1", 0) == label


def test_definitions_by_reference() -> None:
    """A definition that refers to a numbering style is the one of that style's list."""
    lists = (
        '<abstractNum abstractNumId="0"><numStyleLink val="mine"/></abstractNum>'
        + definition(level(0, "upperLetter", "%1."), key=1)
        + listed(1)
        + listed(2, key=1)
    )

    assert numbering(lists, {"mine": "2"}).label("1", 0) == "A."


def test_levels_by_style() -> None:
    """A list knows on which level the paragraphs of a style are."""
    found = numbering(
        definition(level(0, "decimal", "%1"), level(1, "decimal", "%2", '<pStyle val="h2"/>')) + listed(1)
    )

    assert (found.level_of("1", "h2"), found.level_of("1", "?"), found.level_of("9", "h2")) == (1, 0, 0)


def test_formats_in_alternatives() -> None:
    """Newer number formats stand beside an older one; zeros in front are kept."""
    lists = definition(
        '<lvl ilvl="0"><AlternateContent><Choice><numFmt val="custom" format="001, 002"/></Choice></AlternateContent>'
        '<lvlText val="%1."/></lvl>'
    )

    assert numbering(lists + listed(1)).label("1", 0) == "01."


def test_nonsense_is_no_number() -> None:
    """Lists and levels that are not there, or whose numbers no document has, give none."""
    found = numbering(
        definition(level(0, "decimal", "%1."), '<lvl ilvl="99"/>', "<lvl/>") + listed(1) + listed(2, key=7)
    )

    assert [found.label("2", 0), found.label("?", 0), found.label("1", 9), found.label("1", -1)] == [""] * 4
    assert Numbering(None, {}).label("1", 0) == ""
    assert [whole("12", 0), whole("-3", 0), whole("x", 5), whole(None, 6), whole("9" * 50, 7)] == [12, -3, 5, 6, 7]


def test_the_words_of_a_number_are_bounded() -> None:
    """A number stands in every paragraph of its list: a book in place of it would fill the memory."""
    found = numbering(definition(level(0, "decimal", "%1字" * 10_000)) + listed(1))

    assert len(found.label("1", 0)) <= 100
