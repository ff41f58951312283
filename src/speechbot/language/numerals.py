"""Numbers written in the ways that Word numbers paragraphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_DIGITS = "〇一二三四五六七八九"
_FORMAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)
# First character and number of the runs of Unicode that hold circled, bracketed and dotted numbers.
_CIRCLED = ((1, 20, 0x2460), (21, 35, 0x3251), (36, 50, 0x32B1))
_LARGEST = 99_999  # in Chinese words; what is larger is written in digits


def numeral(value: int, style: str) -> str:
    """A number in one of the number formats of ``numbering.xml`` (ECMA-376, 17.18.59); in digits where it has none there.

    Args:
        value: The number; one below 1 is written in digits.
        style: Name of the format, such as ``chineseCounting``; "none" and "bullet" write nothing.
    """
    if style in {"none", "bullet"}:
        return ""
    write = _STYLES.get(style)
    return str(value) if write is None or value < 1 else write(value)


def _counted(value: int, *, digits: str = "零一二三四五六七八九", units: str = "十百千万") -> str:
    """A number in words, 一百零五; 十五 without the 一 that 一百一十五 has."""
    if value > _LARGEST:
        return str(value)
    text, gap = "", False
    for size, unit in zip((10_000, 1_000, 100, 10, 1), (*reversed(units), ""), strict=True):
        digit = value // size % 10
        if digit:
            text += (digits[0] if gap and text else "") + digits[digit] + unit
        gap = not digit
    return text.removeprefix(digits[1]) if text.startswith(digits[1] + units[0]) and digits[1] == "一" else text


def _spelled(value: int) -> str:
    """A number digit by digit, 一〇五."""
    return "".join(_DIGITS[int(digit)] for digit in str(value))


def _counting(value: int) -> str:
    """chineseCounting: in words up to ninety-nine, then digit by digit, as Word does."""
    return _counted(value) if value < 100 else _spelled(value)


def _formal(value: int) -> str:
    return _counted(value, digits=_FORMAL, units="拾佰仟万")


def _circled(value: int) -> str:
    return next((chr(code + value - low) for low, high, code in _CIRCLED if low <= value <= high), str(value))


def _run(code: int, last: int) -> Callable[[int], str]:
    """Writes the numbers from 1 to ``last`` as the characters from ``code`` on."""
    return lambda value: chr(code + value - 1) if value <= last else str(value)


def _roman(value: int) -> str:
    if value >= 4000:
        return str(value)
    text = ""
    for size, letters in _ROMAN:
        text += letters * (value // size)
        value %= size
    return text


def _letter(value: int) -> str:
    """Letters, a … z, aa … zz, aaa …: the letter is repeated, not counted on."""
    times, letter = divmod(value - 1, 26)
    return chr(ord("a") + letter) * (times + 1) if times < 30 else str(value)


def _wide(value: int) -> str:
    return str(value).translate({ord("0") + digit: ord("０") + digit for digit in range(10)})


def _ordinal(value: int) -> str:
    suffix = "th" if value % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{suffix}"


_STYLES: dict[str, Callable[[int], str]] = {
    "chineseCounting": _counting,
    "chineseCountingThousand": _counted,
    "chineseLegalSimplified": _formal,
    "japaneseCounting": _counted,
    "japaneseDigitalTenThousand": _spelled,
    "koreanDigital": _spelled,
    "taiwaneseCounting": _counting,
    "taiwaneseCountingThousand": _counted,
    "taiwaneseDigital": _spelled,
    "ideographDigital": _spelled,
    "ideographLegalTraditional": lambda value: _counted(value, digits="零壹貳參肆伍陸柒捌玖", units="拾佰仟萬"),
    "ideographEnclosedCircle": _run(0x3280, 10),
    "ideographTraditional": lambda value: _STEMS[value - 1] if value <= 10 else str(value),
    "ideographZodiac": lambda value: _BRANCHES[value - 1] if value <= 12 else str(value),
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedParen": _run(0x2474, 20),
    "decimalEnclosedFullstop": _run(0x2488, 20),
    "decimalFullWidth": _wide,
    "decimalFullWidth2": _wide,
    "decimalZero": lambda value: f"{value:02}",
    "lowerLetter": _letter,
    "upperLetter": lambda value: _letter(value).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda value: _roman(value).upper(),
    "ordinal": _ordinal,
}
