"""Where the speeches of a file begin and what they are called."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from speechbot.parsing.furniture import furniture
from speechbot.parsing.headings import clean_title, is_outer, match_heading
from speechbot.parsing.joined import SPEECH, joined_title
from speechbot.parsing.origin import labelled, named_date
from speechbot.parsing.particulars import particulars
from speechbot.parsing.people import is_person, name_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speechbot.parsing.lines import Line

_LONGEST_TITLE = 60
_SHORTEST_TITLE = 4
_MOST_WORDS = 4  # lines of title, subtitles and speakers; more short lines are text
_NOTES = frozenset({"rule", "markup", "source", "page", "footnote", "note", "caption"})
_HEADER_LINES = 12  # title, subtitle, date, speaker and notes take no more

_SPEECH_TITLE = re.compile(rf".*{SPEECH}\s*(?:[（(【\[].{{0,30}}[）)】\]])?")
_COMPILATION = re.compile(
    r".*[（(【\[]?\s*(?:共|合集)?\s*[\d一二三四五六七八九十]{1,3}\s*篇\s*[）)】\]]?|.*(?:汇编|合集)"
)
_PART = re.compile(
    r"[【（(]?\s*(?:第\s*[一二三四五六七八九十\d]{1,3}\s*篇|(?:篇|范文|材料|讲话稿?)\s*[一二三四五六七八九十\d]{1,3})\s*[】）)]?"
    r"(?:[：:、\s]\s*(?P<title>.{2,60}))?"
)
_COUNT = re.compile(r"[（(【]\s*(?:共|合集)?\s*[\d一二三四五六七八九十]{1,3}\s*篇\s*[）)】]")
_SUBTITLE = re.compile(r"[*\s>]*(?:——|――|--|—|―).+")
# 在第三届代表大会第一次会议上: the occasion in a line of its own.
_AT = re.compile(r"[*\s>]*[在于].{3,50}(?:上|期间)[*\s]*")
_BRACKETED = re.compile(r"[*\s>]*[（(].*[）)][*\s]*|\*[^*].*[^*]\*")
# How a title begins that says at its end what it is, and how that end looks.
_OPENS = re.compile(r"[在于]|.{0,20}关于|.{0,12}(?:印发|转发)")
_CLOSES = re.compile(
    rf".*(?:{SPEECH}|通知|意见|决定|决议|规定|办法|条例|方案|批复|公告|通报|请示|纪要|规划|纲要|细则|章程|倡议|[的]函)\s*(?:[（(【\[].{{0,30}}[）)】\]])?"
)
_ISSUER = re.compile(r"[\u4e00-\u9fff、\s]{3,40}(?:厅|局|委|委员会|部|办公室|政府|院|会)")
_MOST_WRAPPED = 4  # lines
_UNFINISHED = frozenset("。！？；：，、,;:!?…")
# 标题（2020年9月8日）姓名 in one line, above the text or run together with it.
_SIGNED = re.compile(r"(?P<title>[^（(]{4,60})(?P<date>[（(][^（）()]{6,40}[）)])\s*[\u4e00-\u9fff·]{2,4}")
# 原标题：… stands under a text that was taken from a page of the web, and names it; at the head of a file it is the title.
# Titles have no full stop: a line with one is text that lost its line break.
_ORIGINAL = re.compile(r"原标题\s*[：:]\s*(?P<title>[^。]{2,80})$")
# A report of an agency or paper begins so: 新华社北京3月5日电, 据某网3月5日报道.
_LEAD = re.compile(
    r"(?:【[^】]{2,12}】)?据?(?:新华社|新华网|人民网|中新网|中新社|央广网|央视网|国际在线|人民日报|本报)[^，。；]{0,24}?(?:电|讯|消息|报道)[\s（(：:]"
)
_TAG = re.compile(r"<[^<>]{1,300}>|^[\[【](?:视频|图文|组图|图解|直播|转载)[\]】]")
_LEAST_ORIGINALS = 2  # in a file that is a jumble of pages
_FOLLOWING = 400  # lines in which the speaker's name is looked for
_STEM_DATE = re.compile(r"(?:\d{4}[-_.年]?\d{1,2}[-_.月]?\d{1,2}日?|\d{8}|\d{4}年?)[\s_\-—]+(?:\d{1,3}[\s_\-—]+)?")


@dataclass(frozen=True, slots=True)
class Opening:
    """The beginning of a speech.

    Attributes:
        first: Position of its first line, the title where there is one.
        body: Position of the first line after title, date and speaker.
        title: Its title, or None where the file shows none.
        skip: Characters of the line at ``body`` that belong to a title run together with the text.
        setting: What stands over the text or before it in its line, piece by piece.
    """

    first: int
    body: int
    title: str | None
    skip: int = 0
    setting: tuple[str, ...] = ()


def openings(lines: Sequence[Line]) -> list[Opening]:
    """The speeches of a file in order; at least one for a file with lines."""
    if not lines:
        return []
    found = [_opening(lines, 0)]
    jumbled = sum(_ORIGINAL.match(line.text) is not None for line in lines) >= _LEAST_ORIGINALS
    position = found[0].body
    while position < len(lines):
        original = _ORIGINAL.match(lines[position].text)
        if original:
            found[-1] = _named(found[-1], _without_tags(original["title"]))
        start = position + 1 if original else position
        if start < len(lines) and (original or _starts_speech(lines, position, found[-1].body)):
            found.append(_opening(lines, start))
            position = max(found[-1].body, position + 1)
            continue
        if jumbled and position > found[-1].body and _LEAD.match(lines[position].text):
            found.append(Opening(position, position, None))
        position += 1
    return found


def _named(opening: Opening, title: str) -> Opening:
    """The speech under the title that stands below it, where it has none of its own."""
    return opening if opening.title or not title else replace(opening, title=title, setting=(*opening.setting, title))


def _without_tags(title: str) -> str:
    """A title from a page of the web, without HTML and the kind of page."""
    return clean_title(_TAG.sub("", title))


def stem_title(name: str) -> str:
    """Title for a source without one: its file name without suffix and leading date."""
    stem = name.rsplit("/", 1)[-1]
    stem = stem.rsplit(".", 1)[0] if "." in stem[1:] else stem
    rest = _STEM_DATE.sub("", stem, count=1) if _STEM_DATE.match(stem) else stem
    return rest if re.search(r"[\u4e00-\u9fff]{2}", rest) and not furniture(rest) else stem


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
    start, told = particulars(lines, first)
    titles: list[tuple[int, str]] = []
    people: list[int] = []
    compiled = first
    position = start
    placed = False  # a date or speaker was seen: what follows is no title
    while position < len(lines) and position - start < _HEADER_LINES:
        role = _header_role(lines, position, placed=placed, titled=bool(titles))
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
    if not titles and people and people[0] == start and (len(people) > 1 or not name_in(lines[start].text)):
        # A title of four characters looks like a name until the name follows.
        titles = [(start, clean_title(lines[start].text))]
    setting = (*told, *(line.text for line in lines[max(compiled, start) : position]))
    wrapped = _wrapped([title for at, (place, title) in enumerate(titles) if place == titles[0][0] + at])
    if wrapped:
        parts = {title for _, title in titles[:wrapped]}
        whole = "".join(title for _, title in titles[:wrapped])
        setting = (whole, *(text for text in setting if clean_title(text) not in parts))
        titles[0] = (titles[0][0], whole)
    named = next((value for kind, value in filter(None, map(labelled, told)) if kind == "title"), "")
    if named:
        return Opening(first, position, clean_title(named), setting=setting)
    if titles:
        return Opening(titles[0][0] if compiled > first else first, position, titles[0][1], setting=setting)
    return _run_together(lines, first, position, setting)


def _wrapped(titles: Sequence[str]) -> int:
    """How many lines one after the other make a single title, 0 where the first is one by itself.

    A title that begins with 在 or holds 关于 says at its end what it is: 在…上的讲话, 关于…的通知.
    """
    issued = len(titles) > 1 and bool(_ISSUER.fullmatch(titles[0])) and titles[1].startswith("关于")
    if not titles or not (issued or _OPENS.match(titles[0])) or _CLOSES.fullmatch(titles[0]):
        return 0
    for count, title in enumerate(titles[1:_MOST_WRAPPED], 2):
        if _OPENS.match(title) and not (issued and count == 2):
            return 0
        if _CLOSES.fullmatch(title):
            return count
    return 0


def _header_role(lines: Sequence[Line], position: int, *, placed: bool, titled: bool) -> str | None:
    """Part that a line plays over a speech, or None where the speech has begun."""
    line = lines[position]
    kind = None if position == 0 and _ORIGINAL.fullmatch(line.text) else furniture(line.text)
    label = labelled(line.text)
    led = is_short(line) and (_SUBTITLE.fullmatch(line.text) or _AT.fullmatch(line.text))
    if kind == "date" or led or (label and label[0] != "title") or named_date(line.text):
        return "date"
    if kind is not None:
        return "note" if kind in _NOTES else None
    if not is_short(line) or is_outer(clean_title(line.text)):
        return None
    role = _short_role(lines, position)
    # After a date or a speaker only what is clearly a title is one.
    late = role == "title" and placed and (titled or not _SPEECH_TITLE.fullmatch(line.text))
    return None if late else role


def _short_role(lines: Sequence[Line], position: int) -> str | None:
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
        # Four characters that are no name we know are one only where a salutation or date follows them.
        person = is_person(text) and (name_in(text) or furniture(following) in {"salutation", "date"})
        role = "speaker" if person else "title"
    return role


def _part_title(text: str) -> str:
    """The title in a line; empty for a bare 第一篇, after which it follows."""
    label = labelled(text)
    original = _ORIGINAL.fullmatch(text)
    if label or original:
        return clean_title(label[1]) if label else _without_tags(original["title"] if original else "")
    part = _PART.fullmatch(text)
    signed = _SIGNED.fullmatch(text)
    if signed and furniture(signed["date"]) == "date":
        return clean_title(signed["title"])
    title = clean_title((part["title"] or "") if part else text)
    # Cited titles are put into 《》 anyway.
    return title[1:-1] if re.fullmatch(r"《[^《》]{2,60}》", title) else title


def _run_together(lines: Sequence[Line], first: int, body: int, setting: tuple[str, ...]) -> Opening:
    """A speech without title lines; its title may stand at the start of the text itself."""
    if body == len(lines):
        return Opening(first, body, None, setting=setting)
    line = lines[body]
    following = "\n".join(other.text for other in lines[body + 1 : body + _FOLLOWING])
    joined = joined_title(line.text, following=following, cut=line.cut)
    if joined is None:
        return Opening(first, body, None, setting=setting)
    setting = (*setting, *joined.setting)
    if joined.end == len(line.text):
        return Opening(first, body + 1, joined.title, setting=setting)
    return Opening(first, body, joined.title, joined.end, setting)


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
    if _follows_signature(lines, position):
        return True
    subtitled = _SUBTITLE.fullmatch(following) and _SPEECH_TITLE.fullmatch(following) and not is_person(line.text)
    return dated or (bool(subtitled or _SPEECH_TITLE.fullmatch(line.text)) and _is_set_off(lines, position))


def _is_set_off(lines: Sequence[Line], position: int) -> bool:
    """Whether thanks end the text before a title, or a salutation or date follows it."""
    return furniture(lines[position - 1].text) == "closing" or _leads_to_salutation(lines, position + 1)


def _follows_signature(lines: Sequence[Line], position: int) -> bool:
    """Whether a title, on up to four lines, stands below the date that ends a document: what was issued with it."""
    before = position - 1
    while before > 0 and furniture(lines[before].text) in _NOTES:
        before -= 1
    if furniture(lines[before].text) != "date" or lines[before].text[:1] in "（(":
        return False
    titles = [line.text for line in lines[position : position + _MOST_WRAPPED] if is_short(line)]
    return _CLOSES.fullmatch(titles[0]) is not None or any(
        _CLOSES.fullmatch(title) for title in titles[1:_MOST_WRAPPED] if len(titles[0]) > _SHORTEST_TITLE
    )


def _leads_to_salutation(lines: Sequence[Line], position: int) -> bool:
    """Whether only subtitle, date or speaker lie between here and a salutation or a date."""
    for line in lines[position : position + 4]:
        kind = furniture(line.text)
        if kind in {"salutation", "date"}:
            return True
        if not (_SUBTITLE.fullmatch(line.text) or is_person(line.text) or _BRACKETED.fullmatch(line.text)):
            return False
    return False
