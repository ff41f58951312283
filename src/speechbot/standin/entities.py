"""Telegram's HTML as its servers read it, and the commands and mentions in what users write."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

_KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "blockquote": "blockquote",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#(?:[xX]([0-9a-fA-F]+)|([0-9]+))|(lt|gt|amp|quot)(?![A-Za-z]));?")
_MARK = re.compile("[<&]")
_SPACE = " \t\n\r\0\x0b"
_BLANK = " \n"  # the white space that is left in a cleaned text; the indent of a Chinese paragraph is none
_NAME = re.compile(r"[^\s>]*")
_ATTRIBUTE = re.compile(r"[^\s=>]*")
_TOKEN = re.compile(r"[A-Za-z0-9.\-]*")
# Nothing else is found in what a user writes: a bot has no use for hashtags and links here.
_FOUND = re.compile(
    r"(?P<bot_command>(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/]))"
    r"|(?P<mention>(?<![\w@])@[A-Za-z][A-Za-z0-9_]{3,31}(?![\w@]))"
)
_MOST_ENTITIES = 100
_SURROGATES = (
    "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units"
)
# What servers take out of every text: carriage returns, marks that turn lines around, marks that run over other lines
_REMOVED = re.compile("[\r\u2028-\u202e\u0333\u033f\u030a]")
_CONTROLS = {code: " " for code in range(0x20) if code != 0x0A}


class EntityError(ValueError):
    """A text whose markup cannot be read; says so as Telegram does."""


@dataclass(frozen=True, slots=True)
class _Open:
    """A tag that waits for its end.

    Attributes:
        tag: Its name.
        argument: An address, a language or a class; "" without one.
        offset: Where its text begins, in UTF-16 units.
    """

    tag: str
    argument: str
    offset: int


def units(text: str) -> int:
    """The length of a text in UTF-16 units, in which Telegram counts."""
    return len(text) + sum(character > "\uffff" for character in text) if not text.isascii() else len(text)


def slice_units(text: str, offset: int, length: int) -> str:
    """A part of a text whose place is given in UTF-16 units."""
    encoded = text.encode("utf-16-le", "surrogatepass")
    return encoded[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")


def find_entities(text: str) -> list[Json]:
    """Commands and mentions in what a user wrote."""
    if "/" not in text and "@" not in text:
        return []
    return [
        {"type": found.lastgroup, "offset": units(text[: found.start()]), "length": units(found[0])}
        for found in _FOUND.finditer(text)
    ]


def cleaned(text: str) -> str:
    """A text without the characters that servers take out."""
    return _REMOVED.sub("", text).translate(_CONTROLS)


def trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Take white space off both ends; entities are moved and cut with it.

    What an entity begins with stays, which is how servers keep the indent of code.
    """
    kept = text.rstrip(_BLANK)
    lead = len(kept) - len(kept.lstrip(_BLANK))
    lead = min(lead, min((entity["offset"] for entity in entities), default=lead))
    kept = kept[lead:]
    end = units(kept)
    moved = []
    for entity in entities:
        offset = entity["offset"] - lead  # white space has one unit a character
        length = min(entity["length"], end - offset)
        if length > 0:
            moved.append({**entity, "offset": offset, "length": length})
    return kept, moved[:_MOST_ENTITIES]


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Read Telegram's HTML.

    Returns:
        The text, trimmed, and its entities with offsets in UTF-16 units, outer ones first; more than 100 are dropped.

    Raises:
        EntityError: It is none.
    """
    reader = _Reader(cleaned(source))
    text = reader.read()
    found = sorted(reader.entities, key=lambda entity: (entity["offset"], -entity["length"]))
    return trimmed(text, found)


class _Reader:
    """Reads one text from its beginning to its end."""

    def __init__(self, source: str) -> None:
        """Stand before a text."""
        self._source = source
        self._open: list[_Open] = []
        self._parts: list[str] = []
        self._length = 0  # of the text so far, in UTF-16 units
        self.entities: list[Json] = []

    def read(self) -> str:
        """Read it all."""
        source, place = self._source, 0
        while mark := _MARK.search(source, place):
            self._add(source[place : mark.start()])
            if mark[0] == "&":
                text, place = _reference(source, mark.start())
                self._add(text)
            elif source.startswith("</", mark.start()):
                place = self._end(mark.start())
            else:
                place = self._start(mark.start())
        self._add(source[place:])
        if self._open:
            raise EntityError(f'Can\'t find end tag corresponding to start tag "{self._open[-1].tag}"')
        return "".join(self._parts)

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self._length += units(text)

    def _at(self, place: int) -> int:
        """A place as messages name it: in bytes."""
        return len(self._source[:place].encode("utf-8", "surrogatepass"))

    def _start(self, begin: int) -> int:
        """Read a start tag; return where its text begins."""
        source = self._source
        name = _NAME.match(source, begin + 1)
        place = name.end() if name else begin + 1
        if place == len(source):
            raise EntityError(f"Unclosed start tag at byte offset {self._at(begin)}")
        tag = source[begin + 1 : place].lower()
        if tag not in _KINDS:
            raise EntityError(f'Unsupported start tag "{tag}" at byte offset {self._at(begin)}')
        attributes, place = self._attributes(begin, tag, place)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise EntityError(f'Tag "span" must have class "tg-spoiler" at byte offset {self._at(begin)}')
        argument = ""
        if tag == "a":
            argument = attributes.get("href", "")
        elif tag == "code" and attributes.get("class", "").startswith("language-"):
            argument = attributes["class"].removeprefix("language-")
        elif tag == "blockquote" and "expandable" in attributes:
            argument = "expandable"
        self._open.append(_Open(tag, argument, self._length))
        return place

    def _attributes(self, begin: int, tag: str, place: int) -> tuple[dict[str, str], int]:
        """The attributes of a start tag, and the place behind it."""
        source, found = self._source, dict[str, str]()
        while True:
            place = self._behind_space(place, begin, tag)
            if source[place] == ">":
                return found, place + 1
            name = _ATTRIBUTE.match(source, place)
            end = name.end() if name else place
            if end == place:
                raise EntityError(f'Empty attribute name in the tag "{tag}" at byte offset {self._at(begin)}')
            attribute = source[place:end].lower()
            place = self._behind_space(end, begin, tag)
            if source[place] != "=":
                found[attribute] = ""
                continue
            place = self._behind_space(place + 1, begin, tag)
            found[attribute], place = self._value(begin, place)

    def _behind_space(self, place: int, begin: int, tag: str) -> int:
        while place < len(self._source) and self._source[place] in _SPACE:
            place += 1
        if place == len(self._source):
            raise EntityError(f'Unclosed start tag "{tag}" at byte offset {self._at(begin)}')
        return place

    def _value(self, begin: int, place: int) -> tuple[str, int]:
        """The value of an attribute, and the place behind it."""
        source = self._source
        quote = source[place]
        if quote not in "'\"":
            token = _TOKEN.match(source, place)
            end = token.end() if token else place
            if end == len(source) or source[end] not in _SPACE + ">":
                raise EntityError(f"Unexpected end of name token at byte offset {self._at(place)}")
            return source[place:end].lower(), end
        end = source.find(quote, place + 1)
        if end < 0 or end + 1 == len(source):
            raise EntityError(f"Unclosed start tag at byte offset {self._at(begin)}")
        return _REFERENCE.sub(lambda found: _reference(found[0], 0)[0], source[place + 1 : end]), end + 1

    def _end(self, begin: int) -> int:
        """Read an end tag; return the place behind it."""
        source = self._source
        if not self._open:
            raise EntityError(f"Unexpected end tag at byte offset {self._at(begin)}")
        name = _NAME.match(source, begin + 2)
        place = name.end() if name else begin + 2
        tag = source[begin + 2 : place].lower()
        while place < len(source) and source[place] in _SPACE:
            place += 1
        if place == len(source) or source[place] != ">":
            raise EntityError(f"Unclosed end tag at byte offset {self._at(begin)}")
        opened = self._open.pop()
        if tag not in ("", opened.tag):
            expected = f'expected "</{opened.tag}>", found "</{tag}>"'
            raise EntityError(f"Unmatched end tag at byte offset {self._at(begin)}, {expected}")
        if self._length > opened.offset:
            self._close(opened)
        return place + 1

    def _close(self, opened: _Open) -> None:
        """Note the entity of a tag that has ended."""
        kind, argument, length = _KINDS[opened.tag], opened.argument, self._length - opened.offset
        entity: Json = {"type": kind, "offset": opened.offset, "length": length}
        last = self.entities[-1] if self.entities else {}
        whole = last.get("offset") == opened.offset and last.get("length") == length
        if opened.tag == "a":
            shown = argument or slice_units("".join(self._parts), opened.offset, length)
            if not re.match(r"(?:https?|tg|ton|mailto|tel):", shown, re.IGNORECASE):
                if "." not in shown or re.search(r"\s", shown) or ":" in shown.split("/")[0].rstrip("0123456789:"):
                    return  # servers show the text of a link that leads nowhere, without the link
                shown = f"http://{shown}"
            entity["url"] = shown
        elif opened.tag == "blockquote" and argument:
            entity["type"] = "expandable_blockquote"
        elif opened.tag == "pre" and whole and last["type"] == "code" and "language" in last:
            self.entities[-1] = {**entity, "language": last["language"]}
            return
        elif opened.tag == "code" and argument and self._open and self._open[-1].tag == "pre":
            entity["language"] = argument
        self.entities.append(entity)


def _reference(source: str, place: int) -> tuple[str, int]:
    """The character that a reference stands for, and the place behind it; an unknown one stands for itself."""
    found = _REFERENCE.match(source, place)
    if found is None:
        return "&", place + 1
    if found[3]:
        return _NAMED[found[3]], found.end()
    code = int(found[1], 16) if found[1] else int(found[2])
    if code == 0 or code > 0x10FFFF:
        return found[0], found.end()
    if 0xD800 <= code <= 0xDFFF:
        raise EntityError(_SURROGATES)
    return chr(code), found.end()
