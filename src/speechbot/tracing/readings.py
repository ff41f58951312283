"""What of a pasted text is the quotation: without the marks around it, the source behind it, the gaps in it."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from speechbot.errors import QuestionError
from speechbot.language.sentences import BLANK, sentence_spans
from speechbot.language.skeleton import is_mark, skeleton
from speechbot.language.tiling import CLAUSE
from speechbot.wording import zh_quotes

# Characters of wording. Below six any text stands somewhere; a page has 800, and what is longer is a text, not a quotation.
SHORTEST, LONGEST = 6, 2000
# Of a phrase: one character is no phrase, 100 is a sentence.
SHORTEST_PHRASE, LONGEST_PHRASE = 2, 100
# Characters of wording of the smallest clause that is looked for by itself: shorter ones are common property.
CLAUSE_LENGTH = 8

_QUOTES = {"“": "”", "‘": "’", "「": "」", "『": "』", "〝": "〞", '"': '"', "'": "'", "＂": "＂"}
# （《…》，第 3 段）, (2018年1月5日), 〔1〕 at the end
_CITATION = re.compile(
    r"[（(\[【〔][^（）()\[\]【】〔〕]*(?:《[^》]*》|\d{4}\s*年|第\s*\d+\s*[段页])[^（）()\[\]【】〔〕]*[）)\]】〕]\s*[。.]?$|[\[〔【]\d+[\]〕】]$"
)
# ——某某 behind the end of a sentence or a quotation
_SIGNED = re.compile(r"(?<=[。！？!?”’」』\"\n\s])\s*(?:[—–―]+|--+|－－+)\s*[^。！？!?；;\n]{2,60}$")
# 他指出：“…”
_INTRODUCED = re.compile(
    r"^[^。！？!?；;“”「」\"]{0,60}(?:[：:]|(?:指出|强调|强調|说|說|讲|講|讲到|提出|要求|认为)[，,]?)\s*([“「\"].+[”」\"])[。.]?$",
    re.DOTALL,
)
_GAP = re.compile(r"\s*(?:…+|\.{3,}|。{3,}|·{3,}|⋯+)\s*")
_SPACE = BLANK + "\n\r\t"


def checked(text: str, *, shortest: int = SHORTEST, longest: int = LONGEST, phrase: bool = False) -> str:
    """The text without white space around it.

    Raises:
        QuestionError: It is empty, too short, too long, or holds broken characters; the error says what to do.
    """
    stripped = text.strip(_SPACE)
    for position, character in enumerate(stripped, start=1):
        if unicodedata.category(character) == "Cs" or character == "\0":
            raise QuestionError(zh_quotes.TEXT_BROKEN.format(position=position))
    length = len(skeleton(stripped).text)
    if not length:
        raise QuestionError(zh_quotes.PHRASE_EMPTY if phrase else zh_quotes.TEXT_EMPTY)
    if length < shortest:
        template = zh_quotes.PHRASE_SHORT if phrase else zh_quotes.TEXT_SHORT
        raise QuestionError(template.format(length=length, limit=shortest))
    if length > longest:
        template = zh_quotes.PHRASE_LONG if phrase else zh_quotes.TEXT_LONG
        raise QuestionError(template.format(length=length, limit=longest))
    return stripped


def readings(text: str) -> list[str]:
    """What the quotation may be, the text as it is first: without quotation marks, citation, introduction."""
    found = [text]
    for _ in range(3):
        last = found[-1]
        bare = unquoted(_SIGNED.sub("", _CITATION.sub("", last).rstrip(_SPACE)).strip(_SPACE))
        if bare == last or len(skeleton(bare).text) < SHORTEST:
            break
        found.append(bare)
    introduced = _INTRODUCED.match(found[-1])
    if introduced:
        bare = unquoted(introduced[1])
        if bare != introduced[1] and len(skeleton(bare).text) >= SHORTEST:
            found.append(bare)
    return found


def unquoted(text: str) -> str:
    """A text without the quotation marks around all of it, or a lone one at an end."""
    while text:
        opening, closing = text[0], text[-1]
        if len(text) > 1 and _QUOTES.get(opening) == closing and _balanced(text[1:-1], opening, closing):
            text = text[1:-1].strip(_SPACE)
        elif opening in _QUOTES and _QUOTES[opening] not in text[1:]:
            text = text[1:].lstrip(_SPACE)
        elif closing in _QUOTES.values() and not any(
            mark in text[:-1] for mark, end in _QUOTES.items() if end == closing
        ):
            text = text[:-1].rstrip(_SPACE)
        else:
            break
    return text


def segments(text: str) -> list[str]:
    """The parts between ellipses, those without wording left out."""
    return [part for part in (piece.strip(_SPACE) for piece in _GAP.split(text)) if skeleton(part).text]


def units(text: str) -> tuple[list[tuple[int, int]], bool]:
    """Spans that a text may be put together of: its sentences, or, where it is one, its clauses; and whether they are clauses.

    The spans cover the text. Sentences with less than ``SHORTEST`` characters of wording, clauses with less than ``CLAUSE_LENGTH``, go with the one
    after, the last with the one before.
    """
    found = _grouped(text, [start for start, _ in sentence_spans(text)[1:]], SHORTEST)
    if len(found) > 1:
        return found, False
    return _grouped(text, [match.end() for match in CLAUSE.finditer(text)], CLAUSE_LENGTH), True


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without white space at its ends."""
    while start < end and text[start] in _SPACE:
        start += 1
    while end > start and text[end - 1] in _SPACE:
        end -= 1
    return start, end


def marks_before(text: str, at: int, most: int) -> int:
    """How many marks, at most so many, stand directly before an offset."""
    count = 0
    while count < most and at > count and is_mark(text[at - count - 1]):
        count += 1
    return count


def marks_after(text: str, at: int, most: int) -> int:
    """How many marks, at most so many, stand directly after an offset."""
    count = 0
    while count < most and at + count < len(text) and is_mark(text[at + count]):
        count += 1
    return count


def _balanced(inner: str, opening: str, closing: str) -> bool:
    """Whether no pair is closed in a text that it does not open."""
    if opening == closing:
        return opening not in inner
    depth = 0
    for character in inner:
        depth += (character == opening) - (character == closing)
        if depth < 0:
            return False
    return depth == 0


def _grouped(text: str, starts: list[int], least: int) -> list[tuple[int, int]]:
    places = skeleton(text).places
    bounds = [0]
    for start in [*starts, len(text)]:
        inside = int(((places >= bounds[-1]) & (places < start)).sum())
        if start == len(text):
            if inside < least and len(bounds) > 1:
                bounds.pop()
            bounds.append(start)
        elif inside >= least:
            bounds.append(start)
    return list(pairwise(bounds))
