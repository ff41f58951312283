"""Dates as Chinese texts write them, turned into ISO 8601."""

from __future__ import annotations

import re
from datetime import date

from speechbot.parsing.headings import number_of

# Digits that texts use side by side; 〇 is also written with a circle or a capital letter.
_DIGITS = str.maketrans("０１２３４５６７８９○Ｏ", "0123456789〇〇")
_HAN = "一二三四五六七八九〇零"
_SMALL = rf"\d{{1,2}}|[{_HAN}十]{{1,3}}"
_WRITTEN = re.compile(
    rf"(?<![\d{_HAN}])(?P<year>\d{{4}}|[{_HAN}]{{4}})\s*年"
    rf"(?:\s*(?P<month>{_SMALL})\s*月(?:\s*(?P<day>{_SMALL})\s*[日号])?)?"
)
_NUMERIC = re.compile(
    r"(?<!\d)(?P<year>\d{4})(?:(?P<mark>[-/._])(?P<month>\d{1,2})(?:(?P=mark)(?P<day>\d{1,2}))?)(?!\d)"
)
_COMPACT = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})(?!\d)")
# 一九八〇年三月——一九八一年六月 is a time, not a day.
_UNTIL = re.compile(r"\s*(?:[—–―~～]+|-{1,2}|至|到)\s*")
_FIRST, _LAST = 1840, 2100  # years that a speech can be of


def first_date(text: str) -> str:
    """The first date in ``text`` as ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; "" where there is none.

    Of a span of time it is what both ends have in common, which may be nothing; of several days (5日至6日) the first one.
    """
    text = text.translate(_DIGITS)
    found = _found(text)
    if found is None:
        return ""
    start = _iso(found)
    until = _UNTIL.match(text, found.end())
    ends = (pattern.match(text, until.end()) for pattern in (_WRITTEN, _NUMERIC)) if until else ()
    # In digits a year alone may be any number
    following = next((end for end in ends if end and (end["month"] or end.re is _WRITTEN)), None)
    return _common(start, _iso(following)) if following else start


def name_date(name: str) -> str:
    """The date in a file's name: a full one anywhere, else a year that the name starts with and a mark sets off."""
    text = name.rsplit("/", 1)[-1].translate(_DIGITS)
    compact = _COMPACT.search(text)
    full = _found(text) or compact
    if full is not None and full["month"]:
        return _iso(full)
    year = re.match(r"((?:18|19|20)\d{2})(?=[-_—\s])", text)
    return year[1] if year else ""


def _found(text: str) -> re.Match[str] | None:
    """The first date in either manner of writing."""
    dates = [match for match in (_WRITTEN.search(text), _NUMERIC.search(text)) if match]
    return min(dates, key=lambda match: match.start(), default=None)


def _iso(match: re.Match[str]) -> str:
    """As much of the date as is possible: a thirteenth month is no month."""
    year = number_of(match["year"])
    if not _FIRST <= year <= _LAST:
        return ""
    month = number_of(match["month"]) if match["month"] else 0
    day = number_of(match["day"]) if match["day"] else 0
    if not 1 <= month <= 12:
        return f"{year}"
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return f"{year}-{month:02}"


def _common(start: str, end: str) -> str:
    """The part of two dates that both share, whole years and months only."""
    shared: list[str] = []
    for one, other in zip(start.split("-"), end.split("-"), strict=False):
        if one != other:
            break
        shared.append(one)
    return "-".join(shared)
