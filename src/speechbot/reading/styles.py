"""What Word's styles say of a paragraph or a run, inherited properties included."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from speechbot.reading.numbering import whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from xml.etree.ElementTree import Element

BODY = 9  # outline level of what is no heading
_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|目录)\s*(?:[1-9]|heading|标题)|contents \d", re.IGNORECASE)
_OFF = frozenset({"0", "false", "off", "none"})


@dataclass(frozen=True, slots=True)
class Style:
    """A style with all that it inherits.

    Attributes:
        outline: Outline level, 0 for the top; ``BODY`` for text, None where nothing says.
        number: Id of the list that its paragraphs are in; "" for none.
        level: Level in that list; None where only the list says.
        hidden: Whether its text is hidden.
        contents: Whether its paragraphs are entries of a contents list.
        size: Size of its letters in points; 0 where nothing says.
        centred: Whether its paragraphs are centred.
    """

    outline: int | None = None
    number: str = ""
    level: int | None = None
    hidden: bool = False
    contents: bool = False
    size: float = 0
    centred: bool = False


class Styles:
    """The styles of a document by their ids."""

    def __init__(self, root: Element | None) -> None:
        """Read ``styles.xml``; None for a document without styles."""
        nodes = [] if root is None else root.findall("style")
        self._nodes = {node.get("styleId", ""): node for node in nodes}
        self._found: dict[str, Style] = {}
        self.default = next(
            (
                node.get("styleId", "")
                for node in nodes
                if node.get("type") == "paragraph" and is_on(node.get("default"), absent=False)
            ),
            "",
        )

    def numbered(self) -> Mapping[str, str]:
        """For each style its own list, as far as it names one."""
        found = {name: value_at(node, "pPr", "numPr", "numId") for name, node in self._nodes.items()}
        return {name: number for name, number in found.items() if number}

    def style(self, name: str) -> Style:
        """A style; one that says nothing for an unknown name."""
        if name not in self._found:
            self._found[name] = _merged([*self._ancestry(name)])
        return self._found[name]

    def _ancestry(self, name: str) -> Iterator[Element]:
        """A style and those it is based on, nearest first; a circle ends where it closes."""
        seen: set[str] = set()
        while name in self._nodes and name not in seen:
            seen.add(name)
            yield self._nodes[name]
            name = value_at(self._nodes[name], "basedOn")


def _merged(nodes: list[Element]) -> Style:
    """What the first of these says, and for what it leaves open the next."""
    outlines = [_outline(node) for node in nodes]
    numbers = [value_at(node, "pPr", "numPr", "numId") for node in nodes]
    levels = [value_at(node, "pPr", "numPr", "ilvl") for node in nodes]
    hidden = [node.find("rPr/vanish") for node in nodes]
    sizes = [points(node) for node in nodes]
    places = [value_at(node, "pPr", "jc") for node in nodes]
    level = next((level for level in levels if level), "")
    return Style(
        outline=next((outline for outline in outlines if outline is not None), None),
        number=next((number for number in numbers if number), ""),
        level=whole(level, 0) if level else None,
        hidden=next((is_on(node.get("val")) for node in hidden if node is not None), False),
        contents=bool(nodes) and bool(_CONTENTS.fullmatch(value_at(nodes[0], "name"))),
        size=next((size for size in sizes if size), 0),
        centred=next((place for place in places if place), "") == "center",
    )


def _outline(node: Element) -> int | None:
    """The outline level that a style itself says, in its properties or by being one of the heading styles."""
    stated = value_at(node, "pPr", "outlineLvl")
    heading = _HEADING.fullmatch(value_at(node, "name").strip())
    if stated:
        return whole(stated, BODY)
    return int(heading[1]) - 1 if heading else None


def points(node: Element) -> float:
    """Size of the letters that an element's run properties say, in points; 0 where they say none."""
    return whole(value_at(node, "rPr", "sz"), 0) / 2


def value_at(node: Element | None, *path: str) -> str:
    """The ``val`` of the element at the end of a path; "" where there is none."""
    found = None if node is None else node.find("/".join(path))
    return "" if found is None else found.get("val", "")


def is_on(text: str | None, *, absent: bool = True) -> bool:
    """What a switch says; an element without a value stands for yes."""
    return absent if text is None else text.lower() not in _OFF
