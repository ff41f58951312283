"""Reading on: paragraphs, sections, sources, outlines as messages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from speechbot.telegram import quoting
from speechbot.telegram.answer_views import brief, paragraph, reading_rows, shorten, source_line, with_buttons
from speechbot.telegram.buttons import ReadSection, Sources, Walk, link_payload, title_check
from speechbot.telegram.replies import Attachment, Button, Reply
from speechbot.terminal.render import place
from speechbot.wording import zh_answers, zh_telegram

if TYPE_CHECKING:
    from collections.abc import Callable

    from speechbot.browsing import Context, Extract, Outline
    from speechbot.models import Passage
    from speechbot.telegram.library import Listing

# Speeches on a page of the list, headings on one of an outline.
PAGE = 8
# Messages that a section may take before it is sent as a file.
_PARTS = 3
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u2028-\u202e\ud800-\udfff]+')


def link(passage_id: str, bot: str) -> str:
    """Permanent address of a passage."""
    return zh_telegram.LINK_URL.format(bot=bot, payload=link_payload(passage_id))


def reading(context: Context, bot: str) -> list[Reply]:
    """One paragraph to read on from."""
    tail = "\n" + quoting.escape(zh_telegram.LINK.format(link=link(context.passage.id, bot)))
    return with_buttons(paragraph(source_line(context) + "\n", context, None, tail), reading_rows(context))


def gone() -> Reply:
    """That a passage is no longer there."""
    return Reply(zh_telegram.GONE)


def outline_gone() -> Reply:
    """That a heading is no longer there."""
    return Reply(zh_telegram.OUTLINE_GONE, ((Button(zh_telegram.OUTLINE_LIST, Sources().pack()),),))


def edge(step: int) -> str:
    """That there is nothing before (-1) or after (1), for a notice."""
    return zh_telegram.NO_MORE_BEFORE if step < 0 else zh_telegram.NO_MORE_AFTER


def section(extract: Extract) -> list[Reply]:
    """A section in order: a few messages, or its beginning and a file."""
    names = (zh_answers.TITLE.format(title=extract.speech.title), *extract.path)
    head = quoting.strong(shorten(zh_answers.PATH_SEPARATOR.join(names), 600))
    messages = quoting.pack([head, *_pieces(extract)])
    rows = _upper(extract)
    if len(messages) <= _PARTS:
        return with_buttons(messages, rows)
    note = "\n" + zh_telegram.WHOLE
    beginning = quoting.pack([head, *_pieces(extract)], quoting.LIMIT - quoting.length(note))[0]
    return [Reply(beginning + note, rows, Attachment(file_name(extract), text_file(extract)))]


def text_file(extract: Extract) -> bytes:
    """A section as a text file; with a mark in front, without which Windows takes UTF-8 for its own code page."""
    names = zh_answers.PATH_SEPARATOR.join((extract.speech.title, *extract.path))
    lines = (piece if isinstance(piece, str) else piece.text for piece in _below(extract))
    return "\n\n".join([names, *lines, ""]).encode("utf-8-sig", errors="replace")


def file_name(extract: Extract) -> str:
    """Name of the file, from the title, that every system takes."""
    name = extract.path[-1] if extract.path else extract.speech.title
    # 60 characters of three bytes stay below the 255 that file systems allow
    return (_UNSAFE.sub(" ", name)[:60].strip(" .") or zh_telegram.FILE_FALLBACK) + ".txt"


def origin(context: Context, bot: str) -> list[Reply]:
    """出处: everything on where a passage stands."""
    passage = context.passage
    facts = (
        (zh_telegram.ORIGIN_FILE, passage.source),
        (zh_telegram.ORIGIN_SPEECH, passage.speech),
        (zh_telegram.ORIGIN_DATE, context.date),
        (zh_telegram.ORIGIN_SPEAKER, context.speaker),
    )
    lines = [text.format(value=value) for text, value in facts if value]
    if passage.section:
        steps = zh_answers.PATH_SEPARATOR.join(passage.section)
        lines.append(zh_telegram.ORIGIN_SECTION.format(value=steps))
    lines += [
        zh_telegram.ORIGIN_PARAGRAPH.format(value=passage.paragraph),
        # Counted from 1, both ends included, as readers count
        zh_telegram.ORIGIN_OFFSETS.format(start=passage.start + 1, end=passage.end),
        zh_telegram.LINK.format(link=link(passage.id, bot)),
        *(zh_answers.ALSO.format(place=place(one), source=one.source) for one in context.places),
    ]
    return [
        Reply(message) for message in quoting.pack([quoting.escape(shorten(one, 1500)) for one in lines], between="\n")
    ]


def sources(listing: Listing, page: int) -> Reply:
    """A page of the list of speeches, each a button to its outline."""
    if not listing.total:
        return Reply(zh_telegram.SOURCES_EMPTY)
    pages = -(-listing.total // PAGE)
    head = zh_telegram.SOURCES_PAGE if pages > 1 else zh_telegram.SOURCES
    lines = [head.format(count=listing.total, page=page + 1, pages=pages)]
    rows: list[tuple[Button, ...]] = []
    for number, (key, entry) in enumerate(listing.entries, page * PAGE + 1):
        count = zh_telegram.PARAGRAPHS.format(count=len(entry.rows))
        facts = zh_answers.GIVEN_SEPARATOR.join(filter(None, (entry.date, entry.speaker, entry.source, count)))
        title = zh_answers.TITLE.format(title=shorten(entry.title, 150))
        line = zh_telegram.SOURCE_ROW.format(number=number, title=title, facts=shorten(facts, 200))
        lines.append(quoting.escape(line))
        label = zh_answers.NUMBER.format(number=number) + entry.title
        rows.append((Button(shorten(label, 60), Walk(key).pack()),))
    turn = _turn(page, pages, lambda to: Sources(to).pack())
    return Reply("\n".join(lines), (*rows, *turn))


def outline(found: Outline, at: Walk) -> Reply:
    """The headings below one of a speech's sections, as buttons; the caller shows ``outline_gone`` for no such one."""
    speech, sections = found.speech, found.sections
    parent = at.section if 0 <= at.section < len(sections) else None
    if at.section >= 0 and (parent is None or title_check(sections[parent].title) != at.check):
        return outline_gone()
    parents = {one.parent for one in sections}
    children = [number for number, one in enumerate(sections) if one.parent == parent]
    pages = max(1, -(-len(children) // PAGE))
    page = min(at.page, pages - 1)
    name = zh_answers.TITLE.format(title=speech.title)
    lines = [quoting.strong(shorten(name, 300))]
    if parent is not None:
        lines.append(quoting.escape(shorten(sections[parent].title, 600)))
    if not children:
        lines.append(zh_telegram.OUTLINE_EMPTY)
    rows: list[tuple[Button, ...]] = []
    for number in children[page * PAGE : (page + 1) * PAGE]:
        label = zh_telegram.OUTLINE_ROW.format(title=brief(sections[number].title), count=found.counts[number])
        # What has no headings below it is read at once
        leads = _to(at.speech, found, number, text=number not in parents)
        rows.append((Button(label, leads.pack()),))
    rows += _turn(page, pages, lambda to: Walk(at.speech, at.section, at.check, page=to).pack())
    read = zh_telegram.OUTLINE_READ_WHOLE if parent is None else zh_telegram.OUTLINE_READ
    text = Button(read, Walk(at.speech, at.section, at.check, text=True).pack())
    if parent is None:
        back = Button(zh_telegram.OUTLINE_LIST, Sources().pack())
    else:
        back = Button(zh_telegram.OUTLINE_UP, _to(at.speech, found, sections[parent].parent).pack())
    return Reply("\n".join(lines), (*rows, (text, back)))


def _to(speech: str, found: Outline, number: int | None, *, text: bool = False) -> Walk:
    if number is None:
        return Walk(speech)
    return Walk(speech, number, title_check(found.sections[number].title), text=text)


def _turn(page: int, pages: int, to: Callable[[int], str]) -> list[tuple[Button, ...]]:
    turn = [Button(zh_telegram.PREVIOUS_PAGE, to(page - 1))] if page > 0 else []
    turn += [Button(zh_telegram.NEXT_PAGE, to(page + 1))] if page + 1 < pages else []
    return [tuple(turn)] if turn else []


def _upper(extract: Extract) -> tuple[tuple[Button, ...], ...]:
    if not (extract.path and extract.passages):
        return ()
    # Of the first paragraph, whose path may go deeper: the level says how far
    upper = ReadSection(extract.passages[0].id, len(extract.path) - 1)
    label = zh_telegram.UPPER if upper.level else zh_telegram.UPPER_WHOLE
    return ((Button(label, upper.pack()),),)


def _below(extract: Extract) -> tuple[str | Passage, ...]:
    """What comes below the line that names a section: without its own heading, which ends that line."""
    pieces = tuple(extract.pieces)
    return pieces[1:] if extract.path and pieces[:1] == (extract.path[-1],) and len(pieces) > 1 else pieces


def _pieces(extract: Extract) -> list[str]:
    html: list[str] = []
    for piece in _below(extract):
        whole = (0, len(piece)) if isinstance(piece, str) else None
        text = piece if isinstance(piece, str) else piece.text
        html += quoting.split_bold(text, whole, quoting.LIMIT // 2)
    return html
