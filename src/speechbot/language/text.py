"""Folding: what search sees of a text."""

from __future__ import annotations

import unicodedata
from functools import cache

# Han characters that have a simplified form live in these blocks (CJK Unified Ideographs and Extension A).
_HAN = (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))
# Radicals that PDF files hold in place of characters and that NFKC leaves as they are.
RADICALS: dict[int, str] = dict(
    zip(
        map(
            ord,
            "⺁⺄⺆⺇⺈⺊⺌⺍⺕⺜⺝⺥⺧⺪⺫⺬⺮⺶⺸⺻⺼⻁⻄⻅⻆⻉⻋⻌⻍⻑⻓⻔⻖⻘⻙⻚⻛⻜⻝⻟⻠⻢⻣⻤⻥⻦⻧⻨⻩⻫⻬⻮⻯⻰⻳",
        ),
        "厂乙冂几勹卜小小彐日月爪牛疋目示竹羊羊聿肉虎西见角贝车辶辶长长门阜青韦页风飞食食饣马骨鬼鱼鸟卤麦黄齐齐齿龙龙龟",
        strict=True,
    )
)


@cache
def _simplified() -> dict[int, str]:
    """Map each traditional character to its simplified form, character by character, and radicals to what they look like.

    OpenCC's phrase rules are left out on purpose: both sides of a search are folded alike, and one character for one
    keeps the table a plain ``str.translate``.
    """
    import opencc  # noqa: PLC0415 - only texts that are searched pay for it

    characters = "\n".join(map(chr, _HAN))
    converted: str = opencc.OpenCC("t2s").convert(characters)
    return RADICALS | {ord(old): new for old, new in zip(characters, converted, strict=True) if old != new}


def fold(text: str) -> str:
    """Fold a text for search: width and compatibility forms, traditional to simplified, case.

    Args:
        text: Any text.

    Returns:
        The folded text; its length may differ (NFKC turns ``…`` into three dots), so its offsets say nothing about
        the original. What users see is never folded.
    """
    return unicodedata.normalize("NFKC", text).translate(_simplified()).casefold()
