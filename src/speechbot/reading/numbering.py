"""Word's automatic numbers, counted and written out as ``numbering.xml`` says."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from speechbot.language.numerals import numeral

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.etree.ElementTree import Element

LEVELS = 9
_LONGEST = 100  # characters that a number is written with; it is repeated in each paragraph of its list
_PLACE = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list is numbered.

    Attributes:
        start: Its first number.
        style: Number format, such as ``chineseCounting``.
        text: What is written, ``%1`` to ``%9`` standing for the numbers of the levels: ``（%2）``.
        restart: It starts anew after a paragraph of a level above this one, counted from 0; 0 for never, None for any above it.
        legal: Whether the numbers of all levels are written in digits here.
        paragraph_style: Id of the style whose paragraphs are on this level; "" for none.
    """

    start: int = 1
    style: str = "decimal"
    text: str = ""
    restart: int | None = None
    legal: bool = False
    paragraph_style: str = ""


@dataclass(frozen=True, slots=True)
class _List:
    """A list as paragraphs name it: what it counts on, and what it does otherwise.

    Attributes:
        counter: Key of the counters that it shares with the other lists of one definition.
        levels: Its nine levels.
        starts: Levels that it starts anew, with the numbers.
    """

    counter: str
    levels: tuple[Level, ...]
    starts: Mapping[int, int]


class Numbering:
    """The lists of a document and how far each has counted; paragraphs are told to it in their order."""

    def __init__(self, root: Element | None, styled: Mapping[str, str]) -> None:
        """Read the definitions.

        Args:
            root: Root of ``numbering.xml``; None for a document without lists.
            styled: For each numbering style its list, which a definition may refer to.
        """
        self._lists = {} if root is None else _lists(root, styled)
        self._counters: dict[str, list[int | None]] = {}
        self._started: set[tuple[str, int]] = set()

    def level_of(self, number: str, style: str) -> int:
        """Level in list ``number`` on which paragraphs of a style are, 0 where it does not say."""
        found = self._lists.get(number)
        levels = found.levels if found else ()
        return next((at for at, level in enumerate(levels) if style and level.paragraph_style == style), 0)

    def label(self, number: str, level: int) -> str:
        """Count one paragraph and write its number; "" for a bullet, or where there is no such list."""
        found = self._lists.get(number)
        if found is None or not 0 <= level < LEVELS:
            return ""
        counters = self._counters.setdefault(found.counter, [None] * LEVELS)
        override = found.starts.get(level)
        current = counters[level]
        if override is not None and (number, level) not in self._started:
            counters[level] = override
        else:
            counters[level] = found.levels[level].start if current is None else current + 1
        self._started.add((number, level))
        for below in range(level + 1, LEVELS):
            restart = found.levels[below].restart
            if restart is None or level < restart:
                counters[below] = None
        return _written(found.levels, level, counters)


def _written(levels: tuple[Level, ...], level: int, counters: list[int | None]) -> str:
    """The number of a paragraph on ``level``."""
    here = levels[level]
    if here.style == "bullet":
        # A dash says that a point begins; the other bullets are drawn with fonts of symbols and say nothing.
        return here.text if here.text and all(unicodedata.category(char) == "Pd" for char in here.text) else ""

    def number(match: re.Match[str]) -> str:
        at = int(match[1]) - 1
        value = counters[at]
        style = "decimal" if here.legal and levels[at].style not in {"none", "decimalZero"} else levels[at].style
        return numeral(levels[at].start if value is None else value, style)

    return _PLACE.sub(number, here.text).strip()


def _lists(root: Element, styled: Mapping[str, str]) -> dict[str, _List]:
    """Every list by its id."""
    definitions = {node.get("abstractNumId", ""): node for node in root.findall("abstractNum")}
    defined = {node.get("numId", ""): _value(node, "abstractNumId") for node in root.findall("num")}
    found: dict[str, _List] = {}
    for node in root.findall("num"):
        key = defined[node.get("numId", "")]
        link = _value(definitions[key], "numStyleLink") if key in definitions else ""
        # One step is enough: what a style refers to is no reference itself.
        key = defined.get(styled.get(link, ""), key) if link else key
        if key in definitions:
            found[node.get("numId", "")] = _list(node, key, definitions[key])
    return found


def _list(node: Element, key: str, definition: Element) -> _List:
    """A list: a definition with what it overrides of it."""
    levels = [Level()] * LEVELS
    starts: dict[int, int] = {}
    for level in definition.findall("lvl"):
        _set(levels, level)
    for override in node.findall("lvlOverride"):
        at = whole(override.get("ilvl"), 0)
        for level in override.findall("lvl"):
            _set(levels, level)
        start = override.find("startOverride")
        if start is not None and 0 <= at < LEVELS:
            starts[at] = whole(start.get("val"), levels[at].start)
    return _List(key, tuple(levels), starts)


def _set(levels: list[Level], node: Element) -> None:
    """Read one level into its place."""
    at = whole(node.get("ilvl"), -1)
    if not 0 <= at < LEVELS:
        return
    level = Level(
        start=whole(_value(node, "start"), 0 if node.find("start") is not None else 1),
        style=_style(node),
        text=_value(node, "lvlText")[:_LONGEST],
        legal=node.find("isLgl") is not None,
        paragraph_style=_value(node, "pStyle"),
    )
    restart = node.find("lvlRestart")
    levels[at] = level if restart is None else replace(level, restart=whole(restart.get("val"), 0))


def _style(node: Element) -> str:
    """A level's number format; newer ones stand beside an older one in an alternative."""
    found = next(iter([*node.findall("numFmt"), *node.iter("numFmt")]), None)
    name = "decimal" if found is None else found.get("val", "decimal")
    return "decimalZero" if name == "custom" and found is not None and found.get("format", "").startswith("0") else name


def _value(node: Element, name: str) -> str:
    """The ``val`` of a child; "" where it has none."""
    child = node.find(name)
    return "" if child is None else child.get("val", "")


def whole(text: str | None, default: int) -> int:
    """A whole number as attributes hold it; ``default`` where there is none, or one that no document has."""
    return int(text) if text and len(text) < 8 and re.fullmatch(r"[+-]?[0-9]+", text) else default
