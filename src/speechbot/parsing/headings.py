"""What a numbered heading looks like on its own line or at the start of a paragraph."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from speechbot.language.sentences import BLANK
from speechbot.parsing.glyphs import closed_up

# Numbering styles from the top down; the order is the precedence where a speech does not show another.
KINDS = (
    "第X编",
    "第X章",
    "第X节",
    "第X条",
    "一",
    "一、",
    "（一）",
    "1.",
    "（1）",
    "①",
    "第一，",
    "一是",
    "首先，",
    "标题",
    *("#" * depth for depth in range(1, 7)),
)

# Longest title in characters. Real ones reach 45; a longer first sentence is the start of the text.
LONGEST_TITLE = 50
LONGEST_RUN_IN = 50

# Unnumbered headings that never lie inside a numbered section; the first ones hold no numbered section either.
FRONT = frozenset({"序言", "序", "前言", "引言", "导言", "总纲"})
OUTER = FRONT | {"结束语", "结语", "尾声", "附录", "附件", "附注", "注释", "名词解释", "附则", "后记"}
_ATTACHED = re.compile(r"(?:附件|附录|附表|附)\s*[0-9０-９一二三四五六七八九十]{1,2}(?:[：:、.\s].{0,40})?")

_HAN = "一二三四五六七八九十百零〇○两"
_NUMBER = rf"[{_HAN}]{{1,6}}"
_VALUES = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_DIGITS = r"[0-9０-９]{1,3}"
_CIRCLED = (
    "".join(chr(first + step) for first in (0x2460, 0x2474, 0x2488) for step in range(20)) + "㈠㈡㈢㈣㈤㈥㈦㈧㈨㈩"
)
LAST = 9  # the number of 最后, which follows any of the others
_STARTERS = {"首先": 1, "其次": 2, "再次": 3, "最后": LAST}
_DIVISION = {"编": "第X编", "篇": "第X编", "部分": "第X编", "章": "第X章", "节": "第X节", "条": "第X条"}

_DECORATION = re.compile(r"(?:>\s*)*(?P<hashes>#{1,6}\s+)?[*_]{0,3}\s*")
# 第三条所称…, 第一章的规定 are references; a real one is followed by white space, a bracket or nothing.
_DIVIDED = re.compile(
    rf"第\s*(?P<number>{_NUMBER}|{_DIGITS})\s*(?:(?P<article>条)(?=[\s【（(：:*]|$)|(?P<part>部分)(?=[\s：:、]|$)|(?P<kind>[编篇章节])(?!规定|[的之所是、，,和与至到课中]))[\s：:]*"
)
_LABELS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("一、", re.compile(rf"(?P<number>{_NUMBER})(?:\s*[、．.]|[\s\u3000]+(?=\S))\s*")),
    ("（一）", re.compile(rf"(?:[（(]\s*(?P<number>{_NUMBER})\s*[）)]|(?P<half>[㈠-㈩]))[、.．]?\s*")),
    ("1.", re.compile(rf"(?:(?P<number>{_DIGITS})(?:\s?[、．]|\.(?!\d))|(?P<half>[⒈-⒛]))\s*")),
    ("（1）", re.compile(rf"[（(]\s*(?P<number>{_DIGITS})\s*[）)]\s*|(?P<half>{_DIGITS}[）)]|[⑴-⒇])\s*")),
    ("①", re.compile(r"(?P<number>[①-⑳])\s*")),
    ("第一，", re.compile(rf"第(?P<number>{_NUMBER})[，、,：:]\s*")),
    ("一是", re.compile(rf"(?P<number>{_NUMBER})是(?!一)")),
    ("首先，", re.compile(r"(?P<number>首先|其次|再次|最后)[，,：:、]\s*")),
)
_MARKS = re.compile(r"\[\^?\d+\]|〔\d+〕|\*\*|※|(?<=[\w”》）])[①-⑳⑴-⒇]+$")
_ENDS_SENTENCE = re.compile(r"[。！？!?]")
_CONTENT = re.compile(r"[\w]")


@dataclass(frozen=True, slots=True)
class Heading:
    """A numbered line, judged by itself.

    Attributes:
        kind: One of ``KINDS``.
        number: Its number; 0 for kinds without one.
        title: What would be cited, or None for a numbered paragraph that has no title of its own.
        start: Where the title starts in the line.
        end: Where the heading ends in the line (exclusive).
        run_in: Whether the text goes on in the same line.
        stop: Whether the title ended in a full stop or colon, as sentences do.
    """

    kind: str
    number: int
    title: str | None
    start: int
    end: int
    run_in: bool = False
    stop: bool = False


@lru_cache(maxsize=4096)  # each line is asked for by several modules
def match_heading(line: str) -> Heading | None:
    """Recognise a numbered or Markdown heading at the start of a stripped line."""
    decoration = _DECORATION.match(line)
    start = decoration.end() if decoration else 0
    hashes = (decoration["hashes"] or "").strip() if decoration else ""
    divided = _DIVIDED.match(line, start)
    if divided:
        return _divided(line, start, divided)
    if line[start:].rstrip("*_ 、.") and all(char in _HAN for char in line[start:].rstrip("*_ 、.")):
        title = line[start:].rstrip("*_ 、.")
        return Heading("一", number_of(title), title, start, len(line))
    for kind, pattern in _LABELS:
        label = pattern.match(line, start)
        if label:
            return _labelled(line, start, kind, label, marked=bool(hashes))
    if hashes:
        title = clean_title(line[start:])
        fits = 0 < len(title) <= LONGEST_TITLE
        return Heading("#" * len(hashes), 0, title, start, len(line)) if fits else None
    return None


def clean_title(text: str) -> str:
    """A title as it is cited: without marks of emphasis and footnotes, spaces inside words and closing punctuation."""
    text = _MARKS.sub("", closed_up(text))
    return text.strip("*_#" + BLANK).rstrip("。：:；;.*_" + BLANK)


def is_outer(title: str) -> bool:
    """Whether a heading without a number, as it is cited, never lies inside a numbered section."""
    return title in OUTER or _ATTACHED.fullmatch(title) is not None


def number_of(digits: str) -> int:
    """Value of a Chinese or Arabic numeral, both 一百二十 and 一二〇; circled digits and 首先 too; at least 0."""
    if digits in _STARTERS:
        return _STARTERS[digits]
    if digits.isdecimal():
        return int(digits)
    if len(digits) == 1 and digits in _CIRCLED:
        return int(unicodedata.numeric(digits))
    if not set(digits) & set("十百"):
        return int("".join(str(_VALUES[char]) for char in digits))
    total = unit = 0
    for char in digits:
        if char in "十百":
            total += (unit or 1) * (10 if char == "十" else 100)
            unit = 0
        else:
            unit = _VALUES[char]
    return total + unit


def _divided(line: str, start: int, label: re.Match[str]) -> Heading | None:
    """A heading 第X章 or the like; an article's title is its number, for its text follows at once."""
    kind = _DIVISION[label["article"] or label["part"] or label["kind"]]
    number = number_of(label["number"])
    if kind == "第X条":
        end = label.end()
        return Heading(kind, number, clean_title(label[0]), start, end, run_in=end < len(line))
    if len(line) - start > LONGEST_TITLE or _ENDS_SENTENCE.search(line, start):
        return None
    return Heading(kind, number, clean_title(line[start:]), start, len(line))


def _labelled(line: str, start: int, kind: str, label: re.Match[str], *, marked: bool) -> Heading | None:
    """A heading whose number is followed by its title, or a numbered paragraph without one."""
    groups = label.groupdict()
    number = number_of((groups["number"] or groups["half"]).rstrip("）)"))
    spaced = kind == "一、" and label[0].rstrip() == label["number"]
    rest = label.end()
    # 一是…，二是… in one sentence enumerates inside the paragraph.
    sentence = _ENDS_SENTENCE.search(line, rest)
    first = sentence.start() if sentence else len(line)
    if kind == "一是" and re.search(rf"[，、；]{_NUMBER}是", line[rest:first]):
        return None
    body = line[first + 1 :].strip("*_ 　") if sentence else ""
    if not body:
        return _standalone(line, (start, rest), kind, number, marked=marked)
    if spaced:
        return None
    if first - start <= LONGEST_RUN_IN and line[first] == "。" and _CONTENT.search(line, rest, first):
        return Heading(kind, number, clean_title(line[start:first]), start, first, run_in=True)
    return Heading(kind, number, None, start, rest, run_in=True)


def _standalone(line: str, label: tuple[int, int], kind: str, number: int, *, marked: bool) -> Heading | None:
    """A numbered line of one sentence at most: a heading if short, else a numbered paragraph."""
    start, rest = label
    end = line.rstrip("*_ ")[-1:]
    if len(line) - start <= LONGEST_TITLE and end not in set("；;，,、") and _CONTENT.search(line, start):
        return Heading(
            kind, number, clean_title(line[start:]), start, len(line), stop=not marked and end in set("。：:！!")
        )
    return Heading(kind, number, None, start, rest, run_in=True)
