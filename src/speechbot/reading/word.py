"""Word documents (.docx) turned into text: one line a paragraph, headings and numbers as they show on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speechbot.errors import SourceError
from speechbot.reading.cleaning import clean, labelled, rewrapped
from speechbot.reading.display import LEAST_SIZE, Line, merged
from speechbot.reading.numbering import Numbering
from speechbot.reading.package import open_package
from speechbot.reading.runs import Notes, Runs
from speechbot.reading.styles import BODY, Style, Styles, points, value_at
from speechbot.reading.tables import row_lines
from speechbot.wording import zh_corpus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from speechbot.reading.package import Package

_PARTS = frozenset({"styles", "numbering", "footnotes", "endnotes"})
# A longer paragraph in a heading style is text that somebody made large.
_LONGEST_HEADING = 50
_DEEPEST = 6  # Markdown knows no deeper heading
# Elements that only hold blocks, with what they are about.
_WRAPPERS = frozenset(
    {"body", "sdtContent", "customXml", "ins", "moveTo", "smartTag", "txbxContent", "footnote", "endnote"}
)
_GONE = frozenset({"del", "moveFrom"})
_MOST_NESTED = 50  # tables in tables, boxes in boxes; no document has more than a few


def read_word(data: bytes, *, path: Path) -> str:
    """The text of a Word document, without headers, footers, comments, hidden and deleted text, or contents list.

    Headings become ``#`` lines by their outline level; automatic numbers are written out; a row of a table is one line;
    text boxes follow the paragraph they hang on; notes stand at the end as ``[^1]：…``.

    Args:
        data: The file's bytes.
        path: Where they come from, for the error.

    Raises:
        SourceError: When it is damaged, locked by a password, no Word document, or unpacks to too much.
    """
    package = open_package(data, path=path, wanted=_PARTS)
    try:
        text, whole = _Document(package).text()
        # A field that never ends would take the rest of the document with it.
        return text if whole else _Document(package, fields=False).text()[0]
    except _NestedError as error:
        raise SourceError(zh_corpus.REASON_WORD_NESTED, path=path) from error


class _NestedError(Exception):
    """Blocks lie in blocks without end."""


class _Document:
    """A document on its way to text."""

    def __init__(self, package: Package, *, fields: bool = True) -> None:
        """Set up; without ``fields`` their marks count for nothing."""
        self._main = package.main
        self._styles = Styles(package.parts.get("styles"))
        self._numbering = Numbering(package.parts.get("numbering"), self._styles.numbered())
        self._notes = Notes(package.parts.get("footnotes"), package.parts.get("endnotes"))
        self._runs = Runs(self._styles, self._notes, fields=fields)
        self._open = ""  # text of a paragraph whose end was deleted: it goes on in the next

    def text(self) -> tuple[str, bool]:
        """The text, and whether every field in it ended."""
        lines = merged(line for block in self._main.findall("body") for line in (*self._blocks(block), *self._rest()))
        return "\n".join([*lines, *self._noted()]) + "\n" if lines else "", not self._runs.unfinished

    def _rest(self) -> Iterator[Line]:
        """What is left of a paragraph whose end was deleted and that does not go on."""
        text, self._open = clean(rewrapped(self._open)), ""
        yield Line(text)

    def _noted(self) -> Iterator[str]:
        """The notes, as the parser knows them."""
        for number, note in self._notes.cited():
            # No note has notes, whatever the file says
            text = " ".join(merged(self._blocks(note)))
            if text:
                yield zh_corpus.FOOTNOTE.format(number=number, text=text)

    def _blocks(self, parent: Element, depth: int = 0) -> Iterator[Line]:
        """The lines of all blocks in an element."""
        if depth > _MOST_NESTED:
            raise _NestedError
        for node in parent:
            if node.tag == "p":
                yield from self._paragraph(node, depth)
            elif node.tag == "tbl":
                yield from self._table(node, depth)
            elif node.tag == "sdt":
                if not self._runs.is_contents(node):
                    yield from self._blocks(node, depth + 1)
            elif node.tag in _WRAPPERS:
                yield from self._blocks(node, depth + 1)
            elif node.tag == "AlternateContent":
                yield from self._blocks(node[0], depth + 1) if len(node) else ()

    def _table(self, table: Element, depth: int) -> Iterator[Line]:
        """One line a row; rows and cells may stand in wrappers themselves."""
        # No paragraph goes on in a table
        yield from self._rest()
        for row in _found(table, "tr"):
            if row.find("trPr/del") is None:
                cells = [merged(self._blocks(cell, depth + 1)) for cell in _found(row, "tc")]
                yield from map(Line, row_lines(cells))

    def _paragraph(self, node: Element, depth: int) -> Iterator[Line]:
        """The lines of a paragraph, with those of the text boxes in it."""
        properties = node.find("pPr")
        style = self._styles.style(value_at(properties, "pStyle") or self._styles.default)
        text, boxes = self._runs.text(node, hidden=style.hidden)
        text = self._open + text
        if depth == 0 and properties is not None and properties.find("rPr/del") is not None:
            self._open = text
        else:
            self._open = ""
            label = self._label(properties, style)
            if not style.contents:
                yield from _lines(text, label, _outline(properties, style), _title_size(node, style))
        for box in boxes:
            yield from self._blocks(box, depth + 1)

    def _label(self, properties: Element | None, style: Style) -> str:
        """The automatic number of a paragraph."""
        own = None if properties is None else properties.find("numPr")
        number = value_at(own, "numId") or style.number
        if number in {"", "0"}:
            return ""
        stated = value_at(own, "ilvl")
        if stated.isdecimal() and len(stated) == 1:
            level = int(stated)
        elif own is None and style.level is not None:
            level = style.level
        else:
            level = self._numbering.level_of(number, value_at(properties, "pStyle"))
        return self._numbering.label(number, level)


def _lines(text: str, label: str, outline: int, size: float) -> Iterator[Line]:
    """A paragraph's text with its number as lines: one, unless it was broken by hand and is no title."""
    whole = labelled(label, clean(rewrapped(text)))
    if whole and outline < BODY and len(whole) <= _LONGEST_HEADING:
        yield Line("#" * min(outline + 1, _DEEPEST) + " " + whole)
    elif size and whole and len(whole) <= _LONGEST_HEADING:
        yield Line(whole, size)
    else:
        lines = [line for line in map(clean, text.split("\n")) if line]
        yield Line(labelled(label, lines[0]) if lines else "")
        yield from map(Line, lines[1:])


def _outline(properties: Element | None, style: Style) -> int:
    """Outline level of a paragraph, ``BODY`` for text."""
    stated = value_at(properties, "outlineLvl")
    if stated.isdecimal() and len(stated) == 1:
        return int(stated)
    return BODY if style.outline is None else style.outline


def _title_size(node: Element, style: Style) -> float:
    """Size of a paragraph that is set like a title; 0 for any other."""
    place = value_at(node, "pPr", "jc")
    centred = place == "center" if place else style.centred
    run = next((run for run in node.findall("r") if run.find("t") is not None), None)
    size = (0 if run is None else points(run)) or style.size
    return size if centred and size >= LEAST_SIZE else 0


def _found(parent: Element, tag: str, depth: int = 0) -> Iterator[Element]:
    """Children of a kind, those in wrappers and alternatives included."""
    if depth > _MOST_NESTED:
        raise _NestedError
    for node in parent:
        if node.tag == tag:
            yield node
        elif node.tag in {"sdt", *_WRAPPERS}:
            yield from _found(node, tag, depth + 1)
