"""A quotation with its source, ready to paste.

What is not known is left out, never made up. GB/T 7714—2015 wants 佚名 for an unknown author only in the author-date system; in
the numeric system, which is used here, the entry then begins with the title. Place and publisher are no part of the
entry of a speech that was not published, and a date that is not known leaves nothing but the paragraph. A speech is of the
kind 其他 (Z), or part of a collection (G) where its file holds several; with a link it is an online document (OL), whose
entry needs the day on which it was looked up.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal, get_args
from urllib.parse import quote

from speechbot.models import Hit
from speechbot.wording import zh_citations

if TYPE_CHECKING:
    from speechbot.models import Passage

Style = Literal["footnote", "gbt7714", "markdown"]
STYLES: tuple[Style, ...] = get_args(Style)

# Marks of notes: ① to ⑳, then numbers in brackets.
_CIRCLED = 0x2460
_MOST_CIRCLED = 20
# What Markdown takes for its own anywhere, and what at the start of a line only.
_SPECIAL = re.compile(r"[\\`*_\[\]<>&~|$]")
_AT_START = re.compile(r"^([ \t]*)(?:([#+=-])|([0-9]+)([.)]))", re.MULTILINE)
# What a link may hold; anything else is written as %XX. A per cent sign stays: the link may be written so already.
_IN_LINK = "!#$%&'()*+,/:;=?@[]~"


def citation(  # noqa: PLR0913 - all but the first two have names
    found: Hit | Passage,
    style: Style,
    *,
    span: tuple[int, int] | None = None,
    link: str = "",
    number: int = 1,
    collection: bool = False,
    cited: date | None = None,
) -> str:
    """A sentence, character for character, with its source.

    Args:
        found: A hit, which knows date, speaker and occasion; or a passage alone.
        style: ``footnote``, ``gbt7714`` or ``markdown``.
        span: What of the passage's text is quoted; the hit's ``highlight`` by default, all of a passage alone.
        link: Permanent link to the passage; "" where there is none.
        number: Number of the note, from 1.
        collection: Whether the speech's file holds several; GB/T 7714 then cites it as a part of that.
        cited: When the link was looked up; today by default.

    Raises:
        ValueError: There is no such style, or ``span`` lies outside the text.
    """
    hit = found if isinstance(found, Hit) else Hit(found, 0.0, (0, len(found.text)))
    text, (start, end) = hit.passage.text, span or hit.highlight
    if not 0 <= start < end <= len(text):
        raise ValueError(f"span ({start}, {end}) lies outside a text of {len(text)} characters")
    sentence, address = text[start:end].strip(), quote(link, safe=_IN_LINK)
    if style == "footnote":
        return _footnote(hit, sentence, address, number)
    if style == "gbt7714":
        day = cited or date.today()  # noqa: DTZ011 - the day where the reader is
        online = f"[{day.isoformat()}]. {address}" if address else ""
        return _entry(hit, sentence, number, _host(hit) if collection else "", online)
    if style == "markdown":
        return _markdown(hit, sentence, address)
    raise ValueError(f"style must be one of {STYLES}, not {style!r}")


def _footnote(hit: Hit, sentence: str, link: str, number: int) -> str:
    mark = chr(_CIRCLED + number - 1) if 0 < number <= _MOST_CIRCLED else f"[{number}]"
    note = zh_citations.FOOTNOTE.format(
        mark=mark,
        speaker=zh_citations.SPEAKER.format(speaker=hit.speaker) if hit.speaker else "",
        title=zh_citations.TITLE.format(title=hit.passage.speech),
        given=_given(hit),
        place=_place(hit.passage),
        source=hit.passage.source,
        link=link,
    )
    return f"{zh_citations.QUOTED.format(sentence=sentence, mark=mark)}\n{note}"


def _entry(hit: Hit, sentence: str, number: int, host: str, online: str) -> str:
    author = f"{_authors(hit.speaker)}. " if hit.speaker else ""
    occasion = _occasion(hit)
    title = f"{hit.passage.speech}: {occasion}" if occasion else hit.passage.speech
    kind = ("G" if host else "Z") + ("/OL" if online else "")
    published = f". {hit.date}" if hit.date else ""
    paragraph = zh_citations.PARAGRAPH.format(paragraph=hit.passage.paragraph)
    entry = f"[{number}] {author}{title}[{kind}]{host and f'//{host}'}{published}: {paragraph}{online}."
    return f"{zh_citations.QUOTED.format(sentence=sentence, mark=f'[{number}]')}\n{entry}"


def _markdown(hit: Hit, sentence: str, link: str) -> str:
    title = _escaped(zh_citations.TITLE.format(title=hit.passage.speech))
    attribution = zh_citations.ATTRIBUTION.format(
        speaker=_escaped(zh_citations.SPEAKER.format(speaker=hit.speaker)) if hit.speaker else "",
        title=f"[{title}](<{link}>)" if link else title,
        given=_escaped(_given(hit)),
        place=_escaped(_place(hit.passage)),
        source=_escaped(hit.passage.source),
    )
    return "\n".join(f"> {row}".rstrip() for row in (*_escaped(sentence).split("\n"), "", attribution))


def _authors(speaker: str) -> str:
    """The first three of several speakers, as the standard has it."""
    names = speaker.split(zh_citations.SPEAKERS)
    return ", ".join(names if len(names) <= 3 else [*names[:3], zh_citations.AND_OTHERS])


def _host(hit: Hit) -> str:
    """The collection goes by the name of its file: no other is known."""
    return PurePosixPath(hit.passage.source).stem


def _occasion(hit: Hit) -> str:
    """The occasion, unless the title names it."""
    return "" if hit.occasion in hit.passage.speech else hit.occasion


def _given(hit: Hit) -> str:
    """In brackets where and when, as far as known."""
    given = zh_citations.SEPARATOR.join(filter(None, (_occasion(hit), _spoken(hit.date))))
    return zh_citations.GIVEN.format(given=given) if given else ""


def _spoken(iso: str) -> str:
    """2024-03-05 as 2024年3月5日, likewise without day or month."""
    parts = zip((zh_citations.YEAR, zh_citations.MONTH, zh_citations.DAY), iso.split("-") if iso else (), strict=False)
    return "".join(template.format(part.lstrip("0")) for template, part in parts)


def _place(passage: Passage) -> str:
    paragraph = zh_citations.PARAGRAPH.format(paragraph=passage.paragraph)
    return zh_citations.SEPARATOR.join(filter(None, (zh_citations.STEP.join(passage.section), paragraph)))


def _escaped(text: str) -> str:
    """A text that Markdown shows as it is."""
    safe = _SPECIAL.sub(r"\\\g<0>", text)
    return _AT_START.sub(lambda at: f"{at[1]}\\{at[2]}" if at[2] else f"{at[1]}{at[3]}\\{at[4]}", safe)
