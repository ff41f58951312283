"""What of a text is its wording: the characters that are read aloud, folded, without marks and white space.

Two texts with one skeleton differ in punctuation, white space, width, script or case alone. A mark is wording where it
makes another number: between two digits (1.5, 3:2), and a hyphen before a digit, which may be a minus. So the skeleton of a fragment stands in the
skeleton of any text that the fragment stands in: where nothing of the wording matches, nothing of the text does.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from speechbot.language.text import fold

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PLANE = 0x10000
_SURROGATES = range(0xD800, 0xE000)
# Categories of characters that are wording: letters, numbers, symbols; private and unknown ones, which PDF files hold in
# place of rare characters.
_KEPT = frozenset({"Sm", "Sc", "So", "Co", "Cn"})
_SIGNS = frozenset("%\u2030")  # percent, per mille: punctuation to Unicode
_BRACKETS = frozenset("<>~|")  # symbols to Unicode, written for 《》 and dashes
_HYPHENS = frozenset(map(ord, "-\uff0d\u2212"))
# Dashes that join two numbers, whichever is on the keyboard.
_RANGE = frozenset("\u2010\u2011\u2012\u2013\u2014\u2212~\u301c")


class Skeleton(NamedTuple):
    """The wording of a text.

    Attributes:
        text: Its characters.
        places: (len(text),) int64, ascending: position in the original of each of them.
    """

    text: str
    places: NDArray[np.int64]


class _Tables(NamedTuple):
    """Folding of the basic plane as arrays over code points: a hundred times faster than character by character.

    Attributes:
        sizes: (65536,) uint8: how many characters of wording a character is; 0 for a mark.
        starts: (65536,) int64: where they start in ``flat``.
        flat: uint32: the characters, one character's after the other's.
        digits: (65536,) bool: decimal digits.
        marks: (65536,) bool: neither wording nor white space.
    """

    sizes: NDArray[np.uint8]
    starts: NDArray[np.int64]
    flat: NDArray[np.uint32]
    digits: NDArray[np.bool_]
    marks: NDArray[np.bool_]


def skeleton(text: str) -> Skeleton:
    """The wording of a text, with the place of each of its characters.

    Args:
        text: Any text.
    """
    tables = _tables()
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    plane = np.where(codes < _PLANE, codes, 0) if len(codes) and int(codes.max()) >= _PLANE else codes
    sizes = tables.sizes[plane]
    astral = np.flatnonzero(codes != plane)
    sizes[astral] = 1
    joined = _joined(codes, plane, tables)
    sizes[list(joined)] = 1
    if len(sizes) and int(sizes.max()) > 1:
        places = np.repeat(np.arange(len(codes)), sizes)
        within = np.arange(len(places)) - (np.cumsum(sizes, dtype=np.int64) - sizes)[places]
        starts = tables.starts[plane[places]] + within
    else:
        places = np.flatnonzero(sizes)
        starts = tables.starts[plane[places]]
    found = tables.flat[starts]
    if len(astral):
        found[np.searchsorted(places, astral)] = codes[astral]
    for at, mark in joined.items():
        found[np.searchsorted(places, at)] = mark
    return Skeleton(found.tobytes().decode("utf-32-le", "surrogatepass"), places)


def is_mark(character: str) -> bool:
    """Whether a character is neither wording nor white space, as far as it alone can tell."""
    return ord(character) < _PLANE and bool(_tables().marks[ord(character)])


def _joined(codes: NDArray[np.uint32], plane: NDArray[np.uint32], tables: _Tables) -> dict[int, int]:
    """Marks that are part of a number: position and code point, one for all dashes."""
    digits, marks = tables.digits[plane], tables.marks[plane]
    found: dict[int, int] = {}
    for start in (np.flatnonzero(digits[:-1] & marks[1:]) + 1).tolist():
        stop = start
        while stop < len(codes) and marks[stop]:
            stop += 1
        if stop < len(codes) and digits[stop]:
            found |= {at: _canonical(int(codes[at])) for at in range(start, stop)}
    for at in np.flatnonzero(marks[:-1] & digits[1:]).tolist():
        if int(codes[at]) in _HYPHENS:
            found[at] = ord("-")
    return found


def _canonical(code: int) -> int:
    """A mark between digits, width aside; all dashes are one."""
    mark = unicodedata.normalize("NFKC", chr(code))[0]
    return ord("-" if mark in _RANGE else mark)


@cache
def _tables() -> _Tables:
    """The tables, made once (some 60 ms)."""
    characters = [chr(code) for code in range(_PLANE) if code not in _SURROGATES and not chr(code).isspace()]
    # Folded in one go; between line breaks nothing combines
    folded = fold("\n".join(characters)).split("\n")
    sizes, starts = np.zeros(_PLANE, np.uint8), np.zeros(_PLANE, np.int64)
    digits, marks = np.zeros(_PLANE, np.bool_), np.zeros(_PLANE, np.bool_)
    flat: list[int] = [0]
    for character, form in zip(characters, folded, strict=True):
        code = ord(character)
        kept = [ord(part) for part in form if _is_wording(part)]
        sizes[code], starts[code] = len(kept), len(flat)
        flat += kept
        digits[code] = character.isdecimal()
        marks[code] = not kept
    return _Tables(sizes, starts, np.array(flat, np.uint32), digits, marks)


def _is_wording(character: str) -> bool:
    category = unicodedata.category(character)
    kept = category[0] in "LN" or category in _KEPT or character in _SIGNS
    return kept and character not in _BRACKETS
