"""Where the speeches of a file begin and what they are called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from speechbot.parsing.furniture import furniture, greeting
from speechbot.parsing.headings import OUTER, clean_title, match_heading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speechbot.parsing.lines import Line

_LONGEST_TITLE = 60
_SHORTEST_TITLE = 4
_MOST_WORDS = 4  # lines of title, subtitles and speakers; more short lines are text
_NOTES = frozenset({"rule", "markup", "source", "page", "footnote"})
_HEADER_LINES = 12  # title, subtitle, date, speaker and notes take no more

_SPEECH = (
    r"(?:讲话|致辞|致词|发言|演讲|报告|讲稿|党课|主持词|表态|贺信|贺电|慰问信|回信|贺词|开幕词|闭幕词|祝词|祝辞|倡议书|公开信|说明|宣讲|"
    r"述职|体会|汇报)(?:提纲|稿|材料|摘要|实录|全文|节选|要点)*"
)
_SPEECH_TITLE = re.compile(rf".*{_SPEECH}\s*(?:[（(【\[].{{0,30}}[）)】\]])?")
_COMPILATION = re.compile(
    r".*[（(【\[]?\s*(?:共|合集)?\s*[\d一二三四五六七八九十]{1,3}\s*篇\s*[）)】\]]?|.*(?:汇编|合集)"
)
_PART = re.compile(
    r"[【（(]?\s*(?:第\s*[一二三四五六七八九十\d]{1,3}\s*篇|(?:篇|范文|材料|讲话稿?)\s*[一二三四五六七八九十\d]{1,3})\s*[】）)]?"
    r"(?:[：:、\s]\s*(?P<title>.{2,60}))?"
)
_NAME = re.compile(r"[*\s>]*[\u4e00-\u9fff]{1,2}\s{0,4}[\u4e00-\u9fff]{1,2}[*\s]*")
_OFFICE = re.compile(
    r"[*\s>]*\S{2,40}(?:主席|总理|书记|主任|部长|委员|局长|市长|省长|县长|校长|院长|总统)[\s　]*[\u4e00-\u9fff·\s]{2,6}[*\s]*"
)
_COUNT = re.compile(r"[（(【]\s*(?:共|合集)?\s*[\d一二三四五六七八九十]{1,3}\s*篇\s*[）)】]")
_SUBTITLE = re.compile(r"[*\s>]*(?:——|--|—).+")
_BRACKETED = re.compile(r"[*\s>]*[（(].*[）)][*\s]*|\*[^*].*[^*]\*")
_UNFINISHED = frozenset("。！？；：，、,;:!?…")
# 标题（2020年9月8日）姓名 run together with the text, as in files whose line breaks were lost.
_RUN_TOGETHER = re.compile(
    rf"(?:新华社[^，。]{{1,8}}\d{{1,2}}日电)?(?P<title>[^。！？；\n]{{2,80}}?{_SPEECH})(?P<date>[（(]\d{{4}}年\d{{1,2}}月\d{{1,2}}日[^）)]{{0,20}}[）)])"
)
# 标题（2020年9月8日）姓名 in one line, above the text or run together with it.
_SIGNED = re.compile(r"(?P<title>[^（(]{4,60})(?P<date>[（(][^（）()]{6,40}[）)])\s*[\u4e00-\u9fff·]{2,4}")
# The speaker, with an office or without, between such a title and the salutation.
_SPEAKER = re.compile(
    r"\s*(?:(?:[\u4e00-\u9fff]{2,20}(?:主席|总理|书记|部长)\s*)?[\u4e00-\u9fff]{2,4}?(?=尊敬|各位|同志|女士|先生|朋友))?"
)
_STEM_DATE = re.compile(r"(?:\d{4}[-_.年]?\d{1,2}[-_.月]?\d{1,2}日?|\d{8}|\d{4}年?)[\s_\-—]+(?:\d{1,3}[\s_\-—]+)?")


@dataclass(frozen=True, slots=True)
class Opening:
    """The beginning of a speech.

    Attributes:
        first: Position of its first line, the title where there is one.
        body: Position of the first line after title, date and speaker.
        title: Its title, or None where the file shows none.
        skip: Characters of the line at ``body`` that belong to a title run together with the text.
    """

    first: int
    body: int
    title: str | None
    skip: int = 0


def openings(lines: Sequence[Line]) -> list[Opening]:
    """The speeches of a file in order; at least one for a file with lines."""
    if not lines:
        return []
    found = [_opening(lines, 0)]
    position = found[0].body
    while position < len(lines):
        if _starts_speech(lines, position, found[-1].body):
            found.append(_opening(lines, position))
            position = max(found[-1].body, position + 1)
        else:
            position += 1
    return found


def stem_title(name: str) -> str:
    """Title for a source without one: its file name without suffix and leading date."""
    stem = name.rsplit("/", 1)[-1]
    stem = stem.rsplit(".", 1)[0] if "." in stem[1:] else stem
    rest = _STEM_DATE.sub("", stem, count=1) if _STEM_DATE.match(stem) else stem
    return rest if re.search(r"[\u4e00-\u9fff]{2}", rest) and not furniture(rest) else stem


def is_person(line: str) -> bool:
    """Whether the line may be no more than a name, with an office before it or without."""
    named = _NAME.fullmatch(line) or _OFFICE.fullmatch(line)
    return bool(named) and match_heading(line) is None and clean_title(line) not in OUTER


def is_short(line: Line) -> bool:
    """Whether the line could stand over a text: short, and not a sentence."""
    text = line.text.rstrip("* ")
    return (
        not line.cut
        and len(text) <= _LONGEST_TITLE
        and text[-1:] not in _UNFINISHED
        and not re.search("[。！？；]", text)
    )


def _opening(lines: Sequence[Line], first: int) -> Opening:
    """Read title, date and speaker from position ``first`` on."""
    titles: list[tuple[int, str]] = []
    people: list[int] = []
    compiled = first
    position = first
    placed = False  # a date or speaker was seen: what follows is no title
    while position < len(lines) and position - first < _HEADER_LINES:
        role = _header_role(lines, position, placed=placed)
        if role is None or (role in {"title", "speaker"} and len(titles) + len(people) == _MOST_WORDS):
            break
        if role == "title":
            titles.append((position, _part_title(lines[position].text)))
        elif role == "compilation":
            titles.clear()
            compiled = position + 1
        elif role == "speaker":
            people.append(position)
        placed = placed or role in {"date", "speaker"}
        position += 1
    titles = [title for title in titles if title[1]]
    if not titles and len(people) > 1 and people[0] == first:
        # A title of four characters looks like a name until the name follows.
        titles = [(first, clean_title(lines[first].text))]
    if titles:
        return Opening(titles[0][0] if compiled > first else first, position, titles[0][1])
    return _run_together(lines, first, position)


def _header_role(lines: Sequence[Line], position: int, *, placed: bool) -> str | None:
    """Part that a line plays over a speech, or None where the speech has begun."""
    line = lines[position]
    kind = furniture(line.text)
    if kind == "date" or (_SUBTITLE.fullmatch(line.text) and is_short(line)):
        return "date"
    if kind is not None:
        return "note" if kind in _NOTES else None
    if not is_short(line) or clean_title(line.text) in OUTER:
        return None
    return _short_role(lines, position, placed=placed)


def _short_role(lines: Sequence[Line], position: int, *, placed: bool) -> str | None:
    """Part that a short line of words plays over a speech."""
    text = lines[position].text
    heading = match_heading(text)
    following = lines[position + 1].text if position + 1 < len(lines) else ""
    if _PART.fullmatch(text):
        role = "title"
    elif heading is not None and heading.kind != "#":
        return None
    elif _COMPILATION.fullmatch(text) or _COUNT.fullmatch(following):
        return "compilation"
    elif _BRACKETED.fullmatch(text):
        return "note"
    else:
        role = "speaker" if is_person(text) else "title"
    return None if placed and role == "title" else role


def _part_title(text: str) -> str:
    """The title in a line; empty for a bare 第一篇, after which it follows."""
    part = _PART.fullmatch(text)
    signed = _SIGNED.fullmatch(text)
    if signed and furniture(signed["date"]) == "date":
        return clean_title(signed["title"])
    return clean_title((part["title"] or "") if part else text)


def _run_together(lines: Sequence[Line], first: int, body: int) -> Opening:
    """A speech without title lines; its title may stand at the start of the text itself."""
    if body < len(lines):
        text = lines[body].text
        match = _RUN_TOGETHER.match(text)
        if match and match.end() < len(text):
            return Opening(first, body, clean_title(match["title"]), skip=_after_greeting(text, match.end()))
    return Opening(first, body, None)


def _after_greeting(text: str, start: int) -> int:
    """Where the text begins that follows a title up to ``start``: after speaker and salutation where there is one."""
    speaker = _SPEAKER.match(text, start)
    spoken = speaker.end() if speaker else start
    length = greeting(text[spoken:])
    return spoken + length if 0 < length < len(text) - spoken else start


def _starts_speech(lines: Sequence[Line], position: int, body: int) -> bool:
    """Whether another speech begins here: a title of one, with a date or salutation after it."""
    line = lines[position]
    if not is_short(line) or position <= body:
        return False
    if _PART.fullmatch(line.text):
        return True
    plain = len(line.text) >= _SHORTEST_TITLE and furniture(line.text) is None and match_heading(line.text) is None
    if not plain or _BRACKETED.fullmatch(line.text) or _SUBTITLE.fullmatch(line.text):
        return False
    following = lines[position + 1].text if position + 1 < len(lines) else ""
    dated = furniture(following) == "date" and following[:1] in "（(" and not is_person(line.text)
    return dated or (bool(_SPEECH_TITLE.fullmatch(line.text)) and _is_set_off(lines, position))


def _is_set_off(lines: Sequence[Line], position: int) -> bool:
    """Whether thanks end the text before a title, or a salutation or date follows it."""
    return furniture(lines[position - 1].text) == "closing" or _leads_to_salutation(lines, position + 1)


def _leads_to_salutation(lines: Sequence[Line], position: int) -> bool:
    """Whether only subtitle, date or speaker lie between here and a salutation or a date."""
    for line in lines[position : position + 4]:
        kind = furniture(line.text)
        if kind in {"salutation", "date"}:
            return True
        if not (_SUBTITLE.fullmatch(line.text) or is_person(line.text) or _BRACKETED.fullmatch(line.text)):
            return False
    return False
