"""What looks wrong in a source as it was read, for an admin to look at."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from speechbot.language.numerals import numeral
from speechbot.language.sentences import BLANK
from speechbot.parsing.annotations import unmatched
from speechbot.parsing.dropped import Drop, Lines
from speechbot.parsing.headings import LAST, clean_title, match_heading
from speechbot.parsing.titles import stem_title
from speechbot.reading.tables import BETWEEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from speechbot.models import Passage, Source, Speech
from speechbot.parsing.dropped import Dropped

# The longest paragraph of 138 speeches whose line breaks are intact has 1,253 characters; 21 of 7,729 exceed 1,000.
_LONG = 1300
_LOST = 30  # characters of a line dropped for no known reason that are too many for a stray note
_FLAT = 3000  # characters of a speech that are likely to have headings
_FLAT_POINTS = 3  # paragraphs of it that start with a number
_HEADING = 30  # characters: a longer line is no heading that was missed
_REPEATED = 30  # characters: shorter paragraphs, such as 谢谢大家, repeat by nature
_SPACED = 3  # paragraphs with blanks inside words, below which they may be names,
_BLANKS = 3  # as may fewer blanks in one paragraph
_BROKEN = 3  # paragraphs in a row that end in the middle of a sentence
_EXCERPT = 40

_GARBLED = re.compile("[\ufffd\ue000-\uf8ff\U000f0000-\U0010fffd]|锟斤拷|烫烫烫|[ÃÂ][\x80-\xbf]|â€")
_MARKUP = re.compile(r"</?[A-Za-z][^<>]{0,200}>|&(?:[A-Za-z]{2,8}|#\d{1,6});")
_BLANK_INSIDE = re.compile(r"(?<=[\u4e00-\u9fff])[ \u00a0](?=[\u4e00-\u9fff])")
_HAN = re.compile(r"[\u4e00-\u9fff]")
# A numbered point that starts a sentence: 。一、 or 。（一）
_POINT = re.compile(r"(?<=[。！？：；])\s*(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)])")
_ENDS_SENTENCE = re.compile(r"[。！？；：…!?;:.”’」』）》】)\]—\-*]$")
_GOES_ON = re.compile(r"[，、\w]$")


_FIRST = "|首先|其一"
# How a number shows that belongs to a kind of headings; kinds not named here are not judged.
_NUMBERED = {
    "第X编": "第\\s*(?:{han}|{digits})\\s*[编篇部]",
    "第X章": "第\\s*(?:{han}|{digits})\\s*章",
    "第X节": "第\\s*(?:{han}|{digits})\\s*节",
    "第X条": "第\\s*(?:{han}|{digits})\\s*条",
    "一、": "(?<![第一二三四五六七八九十]){han}(?:[、．.\\s]|$)",
    "（一）": "[（(]\\s*{han}\\s*[）)]",
    "1.": "(?<!\\d){digits}[、．.]",
    "（1）": "(?<!\\d){digits}\\s*[）)]",
    "第一，": "第{han}(?![一二三四五六七八九十])[，、,：:]{first}",
    "一是": "(?<![一二三四五六七八九十]){han}是{first}",
}
_UPPER = frozenset({"一、", "（一）"})


class Doubt(Enum):
    """What may be wrong at a line."""

    EMPTY = "no passage"
    GARBLED = "garbled"
    MARKUP = "markup"
    RUN_TOGETHER = "run together"
    BROKEN = "broken"
    LOST = "lost"
    SEVERAL = "several speeches"
    UNMATCHED = "not among the speeches"
    UNTITLED = "title from file name"
    GAP = "numbering gap"
    ASTRAY = "number astray"
    TWICE = "number twice"
    BARE = "heading without text"
    UNRECOGNISED = "unrecognised heading"
    FLAT = "no headings"
    LONG = "long paragraph"
    SPACED = "blanks in words"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Something to look at.

    Attributes:
        line: Number of the line in the file, from 1, as an editor shows it.
        kind: What may be wrong.
        text: The words that it is about.
        start: Offset in the source text.
        number: How many there are of what is counted: characters, paragraphs, times; the number that is missing.
    """

    line: int
    kind: Doubt
    text: str
    start: int
    number: int = 0


@dataclass(frozen=True, slots=True)
class _Found:
    """A doubt before its line is looked up."""

    kind: Doubt
    text: str
    start: int
    number: int = 0


def doubts(source: Source, speeches: Sequence[Speech], dropped: Sequence[Dropped]) -> tuple[Doubtful, ...]:
    """All that looks wrong in a source, in the order of the text.

    Args:
        source: The file.
        speeches: The speeches found in it.
        dropped: What of it is in none of their passages.
    """
    lines = Lines.of(source.text)
    passages = [passage for speech in speeches for passage in speech.passages]
    runs = _runs(passages, lines)
    broken = {passage.start for run in runs for passage in run}
    found = [
        *_of_file(source, passages),
        *(_Found(Doubt.UNMATCHED, name, 0, len(speeches)) for name in unmatched(speeches, source.notes)),
        *(_Found(Doubt.BROKEN, run[0].text, run[0].start, len(run)) for run in runs),
        *_of_dropped(speeches, dropped),
        *_of_lines(passages, lines),
        *_of_passages(passages),
        *(item for speech in speeches for item in _of_speech(source, speech)),
        *(item for speech in speeches for item in _of_headings(speech) if item.start not in broken),
    ]
    return tuple(
        Doubtful(lines.number(item.start), item.kind, _excerpt(item.text), item.start, item.number)
        for item in sorted(found, key=lambda item: item.start)
    )


def _excerpt(text: str) -> str:
    return text if len(text) <= _EXCERPT else text[:_EXCERPT] + "…"


def _of_file(source: Source, passages: Sequence[Passage]) -> Iterator[_Found]:
    """A file of nothing, or of one line with the points of a speech; characters that no Chinese text holds."""
    if not passages:
        yield _Found(Doubt.EMPTY, source.text.strip(), 0)
    if len(passages) == 1 and "\n" not in source.text.strip():
        points = len(_POINT.findall(passages[0].text))
        if points >= _FLAT_POINTS:
            yield _Found(Doubt.RUN_TOGETHER, passages[0].text, passages[0].start, points + 1)
    garbled = [match.start() for match in _GARBLED.finditer(source.text)]
    marked = [passage.start + match.start() for passage in passages for match in _MARKUP.finditer(passage.text)]
    for kind, places in ((Doubt.GARBLED, garbled), (Doubt.MARKUP, marked)):
        if places:
            around = source.text[max(places[0] - 10, 0) : places[0] + 20]
            yield _Found(kind, " ".join(around.split()), places[0], len(places))


def _of_dropped(speeches: Sequence[Speech], dropped: Iterable[Dropped]) -> Iterator[_Found]:
    """Text that was lost; dates in the middle of a speech, which is where another one may start."""
    for item in dropped:
        # A subtitle is no sentence
        known = item.kind is not Drop.OTHER and not (item.kind is Drop.HEADER and "。" in item.text)
        if not known and len(item.text) >= _LOST:
            yield _Found(Doubt.LOST, item.text, item.start, len(item.text))
        elif item.kind is Drop.DATE and item.text[0] in "（(" and _is_inside(speeches, item.start):
            yield _Found(Doubt.SEVERAL, item.text, item.start)


def _is_inside(speeches: Sequence[Speech], offset: int) -> bool:
    """Whether a speech has passages on both sides."""
    at = bisect_right(speeches, offset, key=lambda one: one.start) - 1
    passages = speeches[at].passages if at >= 0 else ()
    return bool(passages) and passages[0].start < offset < passages[-1].start


def _of_lines(passages: Sequence[Passage], lines: Lines) -> Iterator[_Found]:
    """Lines that hold several paragraphs."""
    held = Counter(lines.number(passage.start) for passage in passages)
    first = {lines.number(passage.start): passage for passage in reversed(passages)}
    for line, count in held.items():
        if count > 1:
            yield _Found(Doubt.RUN_TOGETHER, first[line].text, first[line].start, count)


def _runs(passages: Sequence[Passage], lines: Lines) -> list[list[Passage]]:
    """Paragraphs that are the lines of one, in the order of the text: all but the last of each end inside a sentence."""
    held = Counter(lines.number(passage.start) for passage in passages)
    found: list[list[Passage]] = []
    run: list[Passage] = []
    for passage, following in zip(passages, [*passages[1:], None], strict=False):
        run.append(passage)
        if following is None or not _is_broken(passage, following, held, lines):
            if len(run) > _BROKEN:
                found.append(run)
            run = []
    return found


def _is_broken(passage: Passage, following: Passage, held: Counter[int], lines: Lines) -> bool:
    """Whether a paragraph ends in the middle of a sentence, with the next one close below."""
    number = lines.number(passage.start)
    close = lines.number(following.start) - number
    if held[number] > 1 or not 0 < close <= 2 or not _GOES_ON.search(passage.text):
        return False
    return (
        match_heading(passage.text) is None
        and match_heading(following.text) is None
        and len(_HAN.findall(passage.text)) >= 15
    )


def _of_passages(passages: Sequence[Passage]) -> Iterator[_Found]:
    """Overlong, spaced and repeated paragraphs."""
    for passage in passages:
        if len(passage.text) > _LONG:
            yield _Found(Doubt.LONG, passage.text, passage.start, len(passage.text))
    spaced = [passage for passage in passages if len(_BLANK_INSIDE.findall(passage.text)) >= _BLANKS]
    if len(spaced) >= _SPACED:
        blank = _BLANK_INSIDE.search(spaced[0].text)
        at = blank.start() if blank else 0
        yield _Found(Doubt.SPACED, spaced[0].text[max(at - 8, 0) : at + 12], spaced[0].start, len(spaced))
    times = Counter(passage.text for passage in passages if len(passage.text) >= _REPEATED)
    again = set()
    for passage in passages:
        if times[passage.text] > 1 and passage.text in again:
            yield _Found(Doubt.REPEATED, passage.text, passage.start, times[passage.text])
            times[passage.text] = 0
        again.add(passage.text)


def _of_speech(source: Source, speech: Speech) -> Iterator[_Found]:
    """Title, headings and numbering of a speech."""
    if speech.title == stem_title(source.name) and not _shows(source, speech):
        yield _Found(Doubt.UNTITLED, speech.title, speech.start)
    yield from _of_numbers(source, speech)
    length = sum(len(passage.text) for passage in speech.passages)
    numbered = [passage for passage in speech.passages if match_heading(passage.text) is not None]
    if not speech.sections and length >= _FLAT and len(numbered) >= _FLAT_POINTS:
        yield _Found(Doubt.FLAT, numbered[0].text, numbered[0].start, len(numbered))


def _of_headings(speech: Speech) -> Iterator[_Found]:
    """Paragraphs that look like headings."""
    for passage in speech.passages:
        kind = _missed(passage, speech)
        if kind is not None:
            yield _Found(kind, passage.text, passage.start)


def _shows(source: Source, speech: Speech) -> bool:
    """Whether the title is a line above the text; file names are often cut from its first words, which make no title."""
    start = speech.passages[0].start if speech.passages else speech.stop
    above = source.text[speech.start : start].splitlines()
    return re.sub(r"[\W_]", "", speech.title) in {re.sub(r"[\W_]", "", clean_title(line)) for line in above}


def _missed(passage: Passage, speech: Speech) -> Doubt | None:
    """Whether a short paragraph looks like a heading."""
    text = passage.text
    if len(text) > _HEADING or _ENDS_SENTENCE.search(text) or "——" in text or not _HAN.search(text):
        return None
    if BETWEEN in text:
        return None  # a row of a table
    heading = match_heading(text)
    if heading is not None and heading.title is not None:
        return Doubt.BARE
    return Doubt.UNRECOGNISED if passage is not speech.passages[-1] and text[-1] not in "，、" else None


def _of_numbers(source: Source, speech: Speech) -> Iterator[_Found]:
    """Headings whose number comes twice, or without the number before it."""
    latest: dict[tuple[int | None, str], tuple[int, int]] = {}
    for section in speech.sections:
        heading = match_heading(section.title)
        number = heading.number if heading is not None else 0
        if heading is None or number == 0:
            continue
        key = section.parent, section.kind
        before, start = latest.get(key, (0, speech.start))
        latest[key] = number, section.end
        if number == before:
            yield _Found(Doubt.TWICE, section.title, section.start, number)
        elif number not in {1, before + 1, LAST}:
            kind = _missing(source.text[start : section.start], heading.kind, number - 1)
            if kind is not None:
                yield _Found(kind, section.title, section.start, number - 1)


def _missing(text: str, kind: str, number: int) -> Doubt | None:
    """What to think of a heading before which ``text`` has no heading with the number before beside it.

    A number that stands in the text belongs to a paragraph without a heading, which is common. Among the upper kinds
    it is not where that paragraph starts with the number, for those have headings throughout: then one was not
    recognised, or stands at another level.
    """
    pattern = _NUMBERED.get(kind)
    if pattern is None:
        return None
    first = _FIRST if number == 1 else ""
    places = list(
        re.finditer(pattern.format(han=numeral(number, "chineseCountingThousand"), digits=number, first=first), text)
    )
    if not places:
        return Doubt.GAP
    at_start = any(not text[: match.start()].rpartition("\n")[2].strip(BLANK + "*#") for match in places)
    return Doubt.ASTRAY if kind in _UPPER and at_start else None
