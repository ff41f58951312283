"""Makes ``src/speechbot/language/sounds.txt`` again: the characters of each syllable, from the PyPI package pypinyin.

Run from the repository root, with the ``model`` dependency group installed::

    python scripts/build_sounds.py

Kept are the 6,763 Chinese characters of GB 2312, each under all of its readings, without tones: what an input method offers for
one syllable. The package's licence is MIT; it stands in ``NOTICE.md``.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

from pypinyin.pinyin_dict import pinyin_dict

PATH = Path(__file__).resolve().parents[1] / "src" / "speechbot" / "language" / "sounds.txt"


def plain(reading: str) -> str:
    """A reading without its tone; ü is v, as it is typed."""
    letters = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def characters() -> list[str]:
    """The Chinese characters of GB 2312: rows 16 to 87 of 94 places."""
    pairs = (bytes((row, place)) for row in range(0xB0, 0xF8) for place in range(0xA1, 0xFF))
    return [char for char in (pair.decode("gb2312", "replace") for pair in pairs) if len(char) == 1 and char.isalpha()]


def main() -> None:
    """Write one line for each syllable: its letters, a space, its characters."""
    sounds: dict[str, list[str]] = {}
    for char in sorted(characters()):
        for reading in dict.fromkeys(map(plain, pinyin_dict[ord(char)].split(","))):
            sounds.setdefault(reading, []).append(char)
    lines = [f"{sound} {''.join(chars)}\n" for sound, chars in sorted(sounds.items())]
    PATH.write_text("".join(lines), encoding="utf-8")
    print(f"{PATH}: {len(lines)} syllables, {sum(map(len, sounds.values()))} readings")


if __name__ == "__main__":
    main()
