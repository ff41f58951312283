"""Lines that belong to the setting of a speech rather than to what is said."""

from __future__ import annotations

import re
from functools import lru_cache

from speechbot.parsing.people import is_name

# A year in either script, with or without spaces inside: 2020年, 二〇二〇年, 一九四五年.
_YEAR = r"[\d０-９一二三四五六七八九〇○零]{2,4}\s*年"
_DAY = r"\s*[\d０-９一二三四五六七八九十]{1,3}\s*月(?:\s*[\d０-９一二三四五六七八九十]{1,3}\s*[日号])?"
_PEOPLE = (
    r"(?:同志|同胞|朋友|代表|委员|女士|先生|同学|老师|来宾|嘉宾|同事|领导人?|乡亲|战友|青年|院士|理事|团长|成员|记者|家长|校友|"
    r"兄弟姐妹|总统|总理|主席|国王|陛下|殿下|阁下|资政|书记|部长|首脑|元首|总干事|秘书长|使节|专家|企业家|工商界朋友|负责人)"
)
_NOT_HERE = r"[^，,。；！？：、\s]"
_CALL = (
    rf"(?:(?:尊敬的|亲爱的|各(?:位|国|界|代表团)|全体|大会|老|青年){_NOT_HERE}{{0,24}}?{_PEOPLE}{{1,2}}们?|{_PEOPLE}{{1,2}}们?|"
    rf"{_NOT_HERE}{{0,6}}{_PEOPLE}们|{_NOT_HERE}{{0,16}}(?:先生|女士|阁下|陛下|殿下))"
)
# One of those called, whole. Atomic, because each can be read in several ways: a long list of them that turns out to be no
# salutation would take for ever.
_CALLED = rf"(?>{_CALL}(?=[，、,\s：:！!]|$))"
_SALUTATION = re.compile(rf"{_CALLED}(?:[，、,\s]+并?{_CALLED})*\s*(?:[：:！!，,]|(?<=们))")
_LONGEST_SALUTATION = 160  # in characters

# An editor's note: ※这是李大山同志2024年3月5日在全县大会上讲话的一部分。
_NOTE = re.compile(
    r"[*※>（(\s]*(?:"
    r"(?:这是|本文是|本文系)(?P<name>[\u4e00-\u9fff]{2,4}?)(?:同志|主席|总书记|总理|书记|部长|省长|市长|县长|校长|院长|主任)?\s*"
    r"(?:[\d０-９一二三四五六七八九〇○零]{4}\s*年|在|于).{2,120}?(?:讲话|讲演|报告|谈话|发言|致辞|演讲|文章|党课|内容)的?"
    r"(?:全文|一部分|主要部分|部分内容|节选|摘要|要点|主要内容)?|"
    r"本文(?:根据|原载|译自|节选自|摘自|系根据).{2,100})[。）)*\s]*"
)
_LONGEST_NOTE = 200  # in characters

_PATTERNS: tuple[tuple[str, int, re.Pattern[str]], ...] = (
    # name, longest line it may be, pattern of the whole line
    ("rule", 200, re.compile(r"[^\w（）()]+")),
    ("markup", 600, re.compile(r"(?:<[^<>]{1,500}>\s*)+")),
    ("page", 12, re.compile(r"[-—－第\s]*\d{1,4}\s*[-—－页\s]*")),
    ("contents", 6, re.compile(r"目\s*[录次]")),
    ("footnote", 5000, re.compile(r"(?:\[\^\d+\]\s*[：:]|〔\d+〕|\[\d+\]).*")),
    ("date", 80, re.compile(rf"[*>\s]*[（(〔]\s*(?:{_YEAR}).*[）)〕][*\s]*")),
    ("date", 30, re.compile(rf"[*>\s]*{_YEAR}{_DAY}(?:[\s，,·•—-]*[\u4e00-\u9fff]{{0,6}})?[*\s]*")),
    ("date", 20, re.compile(r"[*>\s]*\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?")),
    ("salutation", _LONGEST_SALUTATION, _SALUTATION),
    ("applause", 30, re.compile(r"[（(〔【][^）)〕】]*(?:掌声|鼓掌|欢呼|笑声|起立)[^）)〕】]*[）)〕】][。！]?")),
    (
        "source",
        60,
        re.compile(
            r"[（(]?\s*(?:据)?(?:新华社|新华网|人民网|中新网|中新社|央视网|央广网)[^，。：]{1,20}\d{1,2}日\s*(?:电|讯)[^，。]{0,16}[）)]?"
        ),
    ),
    (
        "source",
        60,
        re.compile(
            r"(?:[（(]新华社[^）)]*[）)]\s*)?[（(]?《\s*[\u4e00-\u9fff]{2,8}报\s*》\s*(?:[（(]?\s*\d{4}.{0,30})?[）)]?"
        ),
    ),
    (
        "source",
        60,
        re.compile(
            r"(?:[（(]?\s*(?:来源|责任编辑|责编|编辑|作者|摄影|摄|记者|发布时间|发布日期|字体|打印|网址)\s*[：:]).*"
        ),
    ),
    ("source", 90, re.compile(r"[*（(]*(?:根据|据|本文|选自|摘自|录自|原载).{2,80}(?:刊印|排印|录音整理)[。）)*]*")),
    ("source", 300, re.compile(r"(?:https?://|www\.)\S+")),
    # The number of an official document, and what is said of its publication.
    ("source", 40, re.compile(r"[（(]?[\u4e00-\u9fff]{1,12}\s*[〔\[（(]\d{4}[〕\]）)]\s*(?:第\s*)?\d{1,5}\s*号[）)]?")),
    ("source", 30, re.compile(r"[（(](?:此件|此文|本文)[^（()）。]{2,20}[）)]")),
    (
        "source",
        40,
        re.compile(
            r"(?:文字|图片|图文|摄影|封面|推文封面|排版|校对|审核|初审|复审|终审|签发|供稿|供图|撰稿|通讯员)\s*[：:][\s\u4e00-\u9fff·、]{0,24}"
        ),
    ),
    ("source", 100, re.compile(r"原标题\s*[：:][^。]{2,90}")),
    ("note", 200, _NOTE),
    (
        "caption",
        300,
        re.compile(
            r"(?:(?:\d{4}年)?\d{1,2}月\d{1,2}日.{0,230}?|(?:上|下|左|右|题)?图.{0,230}?|[^。！？]{0,120}[。！？]?\s*(?:[（(]|新华社|本报)[^。！？]{0,6})"
            r"(?:记者|通讯员)[\s\u4e00-\u9fff、·]{2,24}?[/／]?\s*摄(?:影)?[）)]?[。\s]*|(?:上|下|左|右|题)?图为[^。]{2,200}。?"
        ),
    ),
    (
        "closing",
        24,
        re.compile(
            r"(?:我(?:就|的)?(?:先)?(?:讲|说|汇报|讲话)[^，。]{0,8}[，。！]*)?(?:谢谢|感谢)(?:大家|各位|同志们|你们|诸位)?[！!。.]*"
        ),
    ),
    (
        "closing",
        24,
        re.compile(
            r"(?:今天)?我(?:就|的)(?:先)?(?:讲话?|说|汇报|发言|讲演)[^，。：]{0,4}(?:这么多|这些|到这里|到这儿|到此|完了|完毕|结束)[^，。：]{0,4}[。！!]*"
        ),
    ),
)


@lru_cache(maxsize=4096)  # each line is asked for by several modules
def furniture(line: str) -> str | None:
    """Kind of setting that ``line`` (stripped, of any length) consists of, or None for anything that may be content.

    Kinds: ``rule`` (no letter in it), ``markup`` (HTML tags alone), ``page`` (a page number), ``contents`` (the word over a contents list),
    ``footnote``, ``date``, ``salutation``, ``applause``, ``source`` (agency lead, newspaper, editor, address), ``note``
    (an editor's, on where the text comes from), ``caption`` (of a photograph) and ``closing`` (thanks at the end).
    """
    length = len(line)
    for kind, longest, pattern in _PATTERNS:
        match = pattern.fullmatch(line) if length <= longest else None
        if match and (kind != "note" or _is_note(match)):
            return kind
    return None


def _is_note(match: re.Match[str]) -> bool:
    """Whether an editor's note names the speaker: 这是我们在工作中得出的主要内容 is text."""
    return match["name"] is None or is_name(match["name"])


def greeting(text: str) -> int:
    """Length of the salutation that ``text`` starts with, its colon or exclamation mark included; 0 where there is none."""
    match = _SALUTATION.match(text[:_LONGEST_SALUTATION])
    return match.end() if match and match[0][-1] in "：:！!" else 0


def closing_note(text: str) -> int:
    """Where an editor's note begins that ends ``text`` in its line; 0 where there is none."""
    tail = max(0, len(text) - _LONGEST_NOTE)
    start = max(
        text.rfind("※", tail),
        text.rfind("。这是", tail) + 1,
        text.rfind("。本文", tail) + 1,
        text.rfind("。（这是", tail) + 1,
    )
    return start if start > 0 and furniture(text[start:].strip()) == "note" else 0
