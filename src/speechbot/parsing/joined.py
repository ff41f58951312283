"""Titles that run together with the text, as in files whose line breaks were lost."""

from __future__ import annotations

import re
from dataclasses import dataclass

from speechbot.parsing.furniture import greeting
from speechbot.parsing.headings import clean_title
from speechbot.parsing.people import name_at

SPEECH = (
    r"(?:讲话|致辞|致词|发言|演讲|报告|讲稿|党课|主持词|表态|贺信|贺电|慰问信|回信|贺词|开幕词|闭幕词|祝词|祝辞|倡议书|公开信|说明|宣讲|"
    r"述职|体会|汇报)(?:提纲|稿|材料|摘要|实录|全文|节选|要点)*"
)
# 标题（2020年9月8日）, after the lead of an agency or without one.
_DATED = re.compile(
    rf"(?:新华社[^，。]{{1,8}}\d{{1,2}}日电)?\s*(?P<title>[^。！？；\n]{{2,80}}?{SPEECH})"
    r"(?P<date>[（(][\d０-９一二三四五六七八九〇○零]{4}\s*年[^（()）]{2,40}[）)])"
)
# The speaker, with an office or without, between such a title and the salutation.
_SPEAKER = re.compile(
    r"\s*(?:(?:[\u4e00-\u9fff]{2,20}(?:主席|总理|书记|部长)\s*)?(?P<name>[\u4e00-\u9fff]{2,4}?)(?=尊敬|各位|同志|女士|先生|朋友))?"
)
# 回信乡亲们：你们好！
_LETTER = re.compile(r"(?:回信|复信|贺信|慰问信|感谢信|公开信)[^。，；！？：:]{1,60}[：:]")
_SHORTEST, _LONGEST = 8, 60
_PUNCTUATION = re.compile(r"[。，；！？：、,;:]")
# What stands before or after a name in a sentence about its bearer, not between a title and a text.
_ABOUT_BEFORE = re.compile(r"(?:主席|书记|总理|同志|[的是在和给由让对向为后日午与同])[\s※]*$")
_ABOUT_AFTER = (
    "同志",
    "主席",
    "总书记",
    "总理",
    "在",
    "给",
    "致",
    "向",
    "对",
    "出席",
    "主持",
    "强调",
    "指出",
    "来到",
    "的",
    "等",
    "会见",
)


@dataclass(frozen=True, slots=True)
class Joined:
    """A title at the start of a text.

    Attributes:
        title: The title.
        end: Where the text begins that follows title, date, speaker and salutation.
        setting: Title, date and speaker, each by itself.
    """

    title: str
    end: int
    setting: tuple[str, ...]


def joined_title(text: str, *, following: str, cut: bool) -> Joined | None:
    """The title at the start of ``text``, or None.

    Args:
        text: A line in which a text begins.
        following: The rest of the text, which tells who is spoken of.
        cut: Whether the line is a part of an overlong one, so that line breaks were lost for sure.
    """
    letter = _LETTER.match(text)
    if letter:
        return Joined(clean_title(letter[0]), letter.end(), (letter[0],))
    dated = _DATED.match(text)
    if dated and dated.end() < len(text):
        end, name = _after_speaker(text, dated.end(), following)
        return Joined(clean_title(dated["title"]), end, (dated["title"], dated["date"], name))
    return _before_speaker(text, following) if cut else None


def _after_speaker(text: str, start: int, following: str) -> tuple[int, str]:
    """Where the text begins after a title up to ``start``, and the name between."""
    speaker = _SPEAKER.match(text, start)
    spoken = speaker.end() if speaker else start
    length = greeting(text[spoken:])
    if 0 < length < len(text) - spoken:
        return spoken + length, (speaker["name"] or "") if speaker else ""
    known = name_at(text + following, start)
    return start + known, text[start : start + known]


def _before_speaker(text: str, following: str) -> Joined | None:
    """A title that ends where the speaker's name stands, with no date between: known by the name alone."""
    stop = _PUNCTUATION.search(text)
    for start in range(_SHORTEST, min(_LONGEST, stop.start() if stop else len(text))):
        known = name_at(text + following, start)
        if not known or start + known >= len(text):
            continue
        if _ABOUT_BEFORE.search(text, 0, start) or text.startswith(_ABOUT_AFTER, start + known):
            return None
        title = clean_title(text[:start])
        return Joined(title, start + known, (title, text[start : start + known]))
    return None
