"""Bytes turned into text, strictly: what does not decode as a whole is refused."""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import TYPE_CHECKING

from speechbot.errors import SourceError
from speechbot.wording import zh_corpus

if TYPE_CHECKING:
    from pathlib import Path

_BINARY = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
# The most frequent characters of Chinese prose: a real text has one in every few characters, while bytes read with
# the wrong table give rare ones. Traditional forms are included because GB18030 files may be in either script.
_FREQUENT = frozenset(
    "，。、：；“”的一是不了在人有我他这中大来上国个到说们为和会地出也时要就以生于发成经这对國個們會時說為這來產發學義"
)
# Below this share a text of some length is not Chinese; real ones measure 0.2 and more, wrong tables under 0.03.
_LEAST_FREQUENT = 0.06
_SHORT = 20  # characters; below it the share says nothing
_UNMARKED_UTF16 = ("utf-16-le", "utf-16-be")
# By the byte order mark; the four bytes of UTF-32's little-endian mark start with the two of UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(data: bytes, *, path: Path) -> tuple[str, str]:
    """Decode a whole file strictly; line ends stay as they are.

    Without a byte order mark the encoding is judged by the content: valid UTF-8 first, then UTF-16 of either byte order
    where it reads better as Chinese, then GB18030.

    Args:
        data: The file's bytes.
        path: Where they come from, for the error.

    Returns:
        The text without byte order mark, with the codec's name: ``utf-8``, ``utf-8-sig``, ``utf-16``, ``utf-16-le``,
        ``utf-16-be``, ``utf-32`` or ``gb18030``.

    Raises:
        SourceError: When the bytes are not text in one of these encodings.
    """
    marked = byte_order_mark(data)
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        text = strictly(data, encoding)
        if text is not None:
            return _checked(text, data, encoding, path)
    unmarked = None if marked else _as_utf16(data, "")
    if unmarked is None:
        raise SourceError(zh_corpus.REASON_ENCODING, path=path)
    return unmarked


def byte_order_mark(data: bytes) -> str:
    """The codec that a byte order mark stands for, or "" where there is none."""
    return next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "")


def strictly(data: bytes, encoding: str) -> str | None:
    """The whole of ``data`` decoded, or None where one byte of it does not fit."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _checked(text: str, data: bytes, encoding: str, path: Path) -> tuple[str, str]:
    """Text and encoding, where a successful decoding is a text indeed; SourceError where it is none."""
    binary = _BINARY.search(text)
    if encoding in {"utf-8", "gb18030"} and (binary or encoding == "gb18030"):
        unmarked = _as_utf16(data, text)
        if unmarked is not None:
            return unmarked
    if binary:
        raise SourceError(zh_corpus.REASON_BINARY.format(position=binary.start() + 1, code=ord(binary[0])), path=path)
    if encoding == "gb18030" and not is_plausible(text):
        raise SourceError(zh_corpus.REASON_ENCODING, path=path)
    return text, encoding


def _as_utf16(data: bytes, text: str) -> tuple[str, str] | None:
    """Text and codec where ``data`` reads better as UTF-16 without a byte order mark than as ``text``."""
    best, found = max(_frequent_share(text), _LEAST_FREQUENT), None
    for encoding in _UNMARKED_UTF16:
        guess = strictly(data, encoding)
        if guess is not None and not _BINARY.search(guess) and _frequent_share(guess) > best:
            best, found = _frequent_share(guess), (guess, encoding)
    return found


def is_plausible(text: str) -> bool:
    """Whether text that a table of Chinese characters accepted is Chinese, not bytes of another table."""
    strange = sum(unicodedata.category(char) in {"Co", "Cn"} for char in text)
    if strange * 20 > len(text):
        return False
    han = sum("一" <= char <= "鿿" for char in text)
    return han < _SHORT or _frequent_share(text) >= _LEAST_FREQUENT


def _frequent_share(text: str) -> float:
    """Share of ``text`` that is among the most frequent characters, in [0, 1]."""
    return sum(char in _FREQUENT for char in text) / len(text) if text else 0.0
