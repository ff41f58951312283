"""When, by whom and on what occasion a speech was given, as far as its setting says."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from speechbot.parsing.dates import first_date, name_date
from speechbot.parsing.furniture import furniture
from speechbot.parsing.glyphs import closed_up
from speechbot.parsing.headings import clean_title
from speechbot.parsing.people import is_name, is_person, name_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LONGEST = 60  # characters of a meeting's name
_SHORTEST = 4  # characters of a title
_DATE = r"(?:[\d０-９一二三四五六七八九十〇○零]{1,4}\s*[年月日号至和到、\-—－]+\s*)"
# Where the occasion may begin: at the start, after the date, a name, a title before a dash.
_BEFORE = rf"(?:(?:^|[是—―（(\s*>：:》）)-])(?P<name>[\u4e00-\u9fff]{{2,4}})?|{_DATE}|主席|总书记|总理|书记|同志)"
_SAID = (
    r"(?:重要|主旨|书面|视频|电视|开幕式?|闭幕式?|新年|总结|动员|工作|政治|即席|欢迎)*"
    r"(?:讲话|致辞|致词|发言|演讲|报告|讲演|党课|开幕词|闭幕词|祝酒辞|祝酒词|祝辞|祝词|贺词|谈话|宣讲|汇报|说明|讲稿|述职|表态|辅导|授课|主持词)"
)
_OCCASION = re.compile(
    rf"{_BEFORE}(?:在|于)(?P<occasion>[^，。；！？\n]{{2,{_LONGEST}}}?)"
    rf"(?:(?:上|期间|时)(?:的?(?:所?作的?)?{_SAID}|(?=关于|就|围绕|强调|指出|表示|发表))|[的所]?(?:作的?)?{_SAID}|上?\s*(?:[）)]|$))"
)
# Passed by a meeting: 2024年1月1日某某委员会第三次会议通过.
_PASSED = re.compile(
    rf"(?:{_DATE})+(?P<occasion>[^，。；！？（）()]{{4,{_LONGEST}}}?(?:会议|大会|全会))(?:修订|审议|表决)?通过"
)
_MEETING = re.compile(r"会|论坛|式|节|典礼|活动|学习|班|课|考察|调研|座谈|会晤|晚宴|宴会|庆典|年会|博览|校|院|时$")
# The speaker before 在…: 李大山同志在全县大会上的讲话; or before a colon.
_NAMED = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{2,4}?)(?:同志|主席|总书记|总理|书记|市长|省长|部长|校长|院长|主任)?(?:在|于|：|致|给)"
)
# An editor's note: 这是李大山同志2024年3月5日在全县大会上讲话的一部分。
_NOTE_NAME = re.compile(
    r"(?:这是|本文是|本文系)(?P<name>[\u4e00-\u9fff]{2,4}?)(?:同志|主席|总书记|总理|书记|市长|省长|部长|校长|院长|主任|\s*[\d一二在于])"
)
_LABEL = re.compile(
    r"(?:^[*\s>]*|(?<=[\s；;]))(?P<label>[\u4e00-\u9fff]{2,5}|[A-Za-z]{4,10})\s*[：:]\s*(?P<value>.{1,80}?)(?=[*；;]*$|[\s；;]+[\u4e00-\u9fff]{2,5}\s*[：:])"
)
_LONGEST_LABELLED = 120
# Whole sentences after a label are text that lost its line break: 时间：2024年3月5日我们要…，…。
_RUN_ON = re.compile(r"。.|，.*。")
# 李大山（2024年3月5日）, （2024年3月5日　李大山）, 李大山 2024年3月5日.
_NUMBER = r"[\d０-９一二三四五六七八九十〇○零]"
_DATED_NAME = re.compile(
    rf"[*\s>]*(?P<before>[^\d（(]{{2,30}}?)?[\s（(]*{_NUMBER}{{4}}\s*年\s*{_NUMBER}{{1,3}}\s*月(?:\s*{_NUMBER}{{1,3}}\s*[日号])?"
    r"(?:[）)\s]+(?P<after>[^\d（()），,]{2,30}?))?[）)*\s]*"
)
_LABELS = {
    **dict.fromkeys(("时间", "日期", "讲话时间", "发言时间", "会议时间", "成文日期", "生成日期", "date"), "date"),
    **dict.fromkeys(
        (
            "讲话人",
            "主讲人",
            "发言人",
            "报告人",
            "演讲人",
            "演讲者",
            "宣讲人",
            "作者",
            "主讲",
            "author",
            "authors",
            "speaker",
        ),
        "speaker",
    ),
    **dict.fromkeys(("会议", "会议名称", "场合", "活动", "活动名称", "occasion", "meeting"), "occasion"),
    **dict.fromkeys(("标题", "题目", "讲话题目", "title"), "title"),
}

# What leads a subtitle: its dash and its date.
_LED = re.compile(rf"^[\s—―-]+(?:{_DATE})*")


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of a speech beside its text; "" for what is not."""

    date: str = ""
    speaker: str = ""
    occasion: str = ""

    def or_else(self, other: Origin) -> Origin:
        """This one, its gaps filled from another; a year or month gives way to a day in it."""
        date = other.date if other.date.startswith(self.date) else ""
        return Origin(date or self.date, self.speaker or other.speaker, self.occasion or other.occasion)


def labelled(line: str) -> tuple[str, str] | None:
    """What a line such as 时间：2024年3月5日 names and says, or None: ``date``, ``speaker``, ``occasion`` or ``title``, with the value."""
    return next(iter(_labels(line)), None)


def _labels(line: str) -> list[tuple[str, str]]:
    """All that a line of labels says: 讲话人：李大山　时间：2024年3月5日; empty for a line that begins otherwise."""
    if len(line) > _LONGEST_LABELLED or _RUN_ON.search(line.rstrip("*_ ")) or not _LABEL.match(line):
        return []
    found = [(_LABELS.get(match["label"].lower()), match["value"]) for match in _LABEL.finditer(line)]
    if found and found[0][0] is None:
        return []
    return [(kind, value.strip("*_ \u3000'\"")) for kind, value in found if kind]


def named_date(line: str) -> tuple[str, str] | None:
    """Name and date of a line that holds both and nothing else, 李大山（2024年3月5日） or the other way round; else None."""
    match = _DATED_NAME.fullmatch(line) if len(line) <= _LONGEST else None
    name = name_in((match["before"] or match["after"] or "").strip()) if match else ""
    return (name, first_date(line)) if name and first_date(line) else None


def of_setting(title: str, header: Sequence[str], signature: Sequence[str], notes: Sequence[str]) -> Origin:
    """The origin that the setting of a speech gives.

    Args:
        title: Its title.
        header: The lines over the text, title lines included.
        signature: Name and date under the text.
        notes: Notes by an editor, such as 这是李大山同志2024年3月5日在全县大会上的讲话。

    Returns:
        What the header says, else what the notes, else what the signature says. A year in the title is no date: it may be
        the year that the speech is about.
    """
    found = Origin()
    header = [closed_up(line) for line in header]
    for line in header:
        found = found.or_else(_of_note(line) if furniture(line) == "note" else _of_line(line, title))
    # A header that gives a span of time leaves the day open on purpose.
    spanned = not found.date and any(furniture(line) == "date" for line in header)
    for note in notes:
        found = found.or_else(_of_note(note))
    for line in map(closed_up, signature):
        found = found.or_else(Origin(date=_own_date(line), speaker=name_in(line) if is_person(line) else ""))
    return replace(found, date="") if spanned else found


def further_titles(title: str, header: Sequence[str]) -> tuple[str, ...]:
    """What else the lines over a text call it: a second title, a subtitle without its date."""
    found: list[str] = []
    for line in header:
        plain = line.strip("*#> 　")
        name = clean_title(_LED.sub("", plain))
        said = name != clean_title(plain)
        if said and not re.search(rf"{_SAID}$", name):
            continue
        setting = labelled(line) or furniture(line) or is_person(line) or re.search(r"[（(].*[）)]|[。！？]", plain)
        if not setting and len(name) >= _SHORTEST and name not in found and name not in title:
            found.append(name)
    return tuple(found)


def of_front(fields: Mapping[str, str]) -> Origin:
    """The origin in the front matter of a file; its fields are named as by ``labelled``."""
    speaker = fields.get("speaker", "")
    return Origin(first_date(fields.get("date", "")), _people(speaker), fields.get("occasion", ""))


def of_name(name: str) -> Origin:
    """The origin in a file's name: the date, and nothing else, for the rest may be anything."""
    return Origin(date=name_date(name))


def occasion_in(text: str) -> str:
    """The meeting or event that a title or a line under it names; "" where there is none."""
    passed = _PASSED.search(text)
    if passed:
        return _trimmed(passed["occasion"])
    for match in _OCCASION.finditer(text):
        if match["name"] is not None and not is_name(match["name"]):
            continue
        occasion = _trimmed(match["occasion"])
        if _MEETING.search(match["occasion"]) and occasion:
            return occasion
    return ""


def _of_line(line: str, title: str) -> Origin:
    """What one line over the text says."""
    labels = dict(_labels(line))
    if labels:
        return Origin(**{kind: _value(kind, text) for kind, text in labels.items() if kind != "title"})
    named_on = named_date(line)
    if named_on is not None:
        return Origin(date=named_on[1], speaker=named_on[0])
    if is_person(line) and line.strip("* >") != title:
        return Origin(speaker=name_in(line))
    named = _NAMED.match(line.lstrip("*#> "))
    speaker = named["name"] if named and is_name(named["name"]) else _signed(line)
    return Origin(_own_date(line), speaker, occasion_in(line.strip("*#> ")))


def _of_note(note: str) -> Origin:
    """What an editor's note says; of two dates none is taken."""
    named = _NOTE_NAME.search(note)
    speaker = named["name"] if named and is_name(named["name"]) else ""
    return Origin(first_date(note), speaker, occasion_in(note))


def _own_date(line: str) -> str:
    """The date that a line gives the speech: alone, in brackets or after a dash, not inside a title."""
    if furniture(line) == "date":
        return first_date(line)
    for match in re.finditer(r"[（(]([^（()）]{4,60})[）)]|(?:——|――|--|—)(.{4,80})$", line):
        inner = (match[1] or match[2]).strip()
        if re.match(r"[\d０-９一二三四五六七八九〇○零]{4}", inner):
            return first_date(inner)
    return ""


def _signed(line: str) -> str:
    """The name after the date in 标题（2024年3月5日）李大山; "" where there is none."""
    match = re.search(r"[）)]\s*([\u4e00-\u9fff\s]{2,6})$", line)
    return name_in(match[1]) if match and _own_date(line) else ""


def _value(kind: str, text: str) -> str:
    """What is written after a label, as it is kept."""
    return first_date(text) if kind == "date" else _people(text) if kind == "speaker" else text


def _people(text: str) -> str:
    """One or several speakers, as they are cited."""
    names = [name_in(part) or part.strip() for part in re.split(r"[,，、;；\[\]]+", text) if part.strip(" '\"")]
    return "、".join(name.strip(" '\"") for name in names)


def _trimmed(occasion: str) -> str:
    """The occasion without what only leads to or from it."""
    occasion = re.sub(r"(?:上|期间|时)$", "", occasion.strip(" 　*"))
    return occasion if 2 <= len(occasion) <= _LONGEST else ""
