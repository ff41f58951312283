"""The text of a Word paragraph: what its runs show, without what is hidden, deleted or a field's code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from speechbot.reading.styles import is_on, value_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from speechbot.reading.styles import Styles

# Elements whose content is not shown in the text: deleted, moved away, readings over characters, codes, properties.
_UNSHOWN = frozenset(
    {"del", "moveFrom", "rt", "instrText", "delText", "pPr", "rPr", "sdtPr", "delInstrText", "Fallback"}
)
_MARKS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": " "}
_CONTENTS = re.compile(r"\s*TOC\b", re.IGNORECASE)
_SYMBOL_FONTS = re.compile(r"wingdings|webdings|symbol", re.IGNORECASE)
_NOT_NOTES = frozenset({"separator", "continuationSeparator", "continuationNotice"})


class Notes:
    """The footnotes and endnotes of a document, in the order in which the text refers to them."""

    def __init__(self, footnotes: Element | None, endnotes: Element | None) -> None:
        """Read both parts; None for one that is not there."""
        parts = {"footnote": footnotes, "endnote": endnotes}
        self._notes = {
            (kind, note.get("id", "")): note
            for kind, part in parts.items()
            if part is not None
            for note in part.findall(kind)
            if note.get("type") not in _NOT_NOTES
        }
        self._cited: dict[tuple[str, str], Element] = {}

    def cite(self, kind: str, name: str) -> None:
        """Note that the text refers to one."""
        if (kind, name) in self._notes:
            self._cited.setdefault((kind, name), self._notes[kind, name])

    def cited(self) -> Iterator[tuple[int, Element]]:
        """Those that were referred to, numbered from 1."""
        yield from enumerate([*self._cited.values()], start=1)


class Runs:
    """Reads paragraphs; fields that go on from one into the next are followed."""

    def __init__(self, styles: Styles, notes: Notes, *, fields: bool) -> None:
        """Set up; without ``fields`` their marks count for nothing, and what they show is text like any other."""
        self._styles = styles
        self._notes = notes
        self._follows = fields
        # One for each open field: its code so far, and whether its code has ended and its result is shown.
        self._fields: list[tuple[str, bool]] = []

    @property
    def unfinished(self) -> bool:
        """Whether a field is open."""
        return bool(self._fields)

    def is_contents(self, control: Element) -> bool:
        """Whether a content control holds a contents list, or only asks to be filled in."""
        gallery = value_at(control, "sdtPr", "docPartObj", "docPartGallery")
        if control.find("sdtPr/showingPlcHdr") is not None:
            return True
        return gallery == "Table of Contents"

    def text(self, paragraph: Element, *, hidden: bool) -> tuple[str, list[Element]]:
        """What a paragraph shows.

        Args:
            paragraph: The element.
            hidden: Whether its style hides it.

        Returns:
            Its text, lines that were broken by hand parted by line ends; the contents of the text boxes in it.
        """
        pieces: list[str] = []
        boxes: list[Element] = []
        self._walk(paragraph, pieces, boxes, hidden=hidden)
        return "".join(pieces), boxes

    def _walk(self, top: Element, pieces: list[str], boxes: list[Element], *, hidden: bool) -> None:
        """Collect the text below an element; without recursion, for files may nest as deep as they like."""
        stack: list[tuple[Element, bool]] = [(top, hidden)]
        while stack:
            node, unseen = stack.pop()
            if node.tag == "t":
                pieces.append("" if unseen or self._in_code else node.text or "")
            elif node.tag == "txbxContent":
                boxes.append(node)
            elif node.tag in _UNSHOWN and node is not top:
                self._code(node)
            elif (node.tag == "fldSimple" and _CONTENTS.match(node.get("instr", ""))) or (
                node.tag == "sdt" and self.is_contents(node)
            ):
                continue
            elif node.tag in {"footnoteReference", "endnoteReference"}:
                self._notes.cite(node.tag.removesuffix("Reference"), node.get("id", ""))
            elif node.tag == "fldChar":
                self._field(node.get("fldCharType", ""))
            elif node.tag in _MARKS or node.tag == "sym":
                pieces.append("" if unseen or self._in_code else _mark(node))
            else:
                unseen = self._hides(node, hidden=unseen) if node.tag == "r" else unseen
                stack.extend((child, unseen) for child in reversed(_children(node)))

    @property
    def _in_code(self) -> bool:
        """Whether what follows is a field's code, or the contents list that a field made."""
        return any(not shown or _CONTENTS.match(code) for code, shown in self._fields)

    def _code(self, node: Element) -> None:
        """Take in what a field's code says."""
        if node.tag == "instrText" and self._fields:
            code, shown = self._fields[-1]
            self._fields[-1] = (code + (node.text or ""), shown)

    def _field(self, kind: str) -> None:
        """A field begins, its result begins, or it ends."""
        if kind == "begin" and self._follows:
            self._fields.append(("", False))
        elif kind == "separate" and self._fields:
            self._fields[-1] = (self._fields[-1][0], True)
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _hides(self, run: Element, *, hidden: bool) -> bool:
        """Whether a run is hidden, by itself or by a style."""
        own = run.find("rPr/vanish")
        if own is not None:
            return is_on(own.get("val"))
        return hidden or self._styles.style(value_at(run, "rPr", "rStyle")).hidden


def _children(node: Element) -> list[Element]:
    """What to read of an element: of alternatives the first that says something."""
    if node.tag != "AlternateContent":
        return list(node)
    spoken = (child for child in node if next(child.iter("t"), None) is not None)
    found = next(spoken, None)
    return [] if found is None else list(found)


def _mark(node: Element) -> str:
    """What stands for an element without text; a page break is the layout's business, not the text's."""
    if node.tag == "sym":
        code = node.get("char", "")
        value = int(code, 16) if re.fullmatch("[0-9A-Fa-f]{1,5}", code) else 0
        drawn = _SYMBOL_FONTS.search(node.get("font", "")) or 0xE000 <= value <= 0xF8FF or 0xD800 <= value <= 0xDFFF
        return "" if drawn else chr(value)
    if node.tag == "br" and node.get("type") in {"page", "column"}:
        return ""
    return _MARKS[node.tag]
