"""Answers and refusals as messages."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from speechbot.language.sentences import sentence_spans
from speechbot.telegram import quoting
from speechbot.telegram.buttons import (
    Confidence,
    Example,
    HitRef,
    Origin,
    Read,
    ReadSection,
    Rephrase,
    Show,
    Vote,
    title_check,
)
from speechbot.telegram.replies import Button, Inline, Reply
from speechbot.terminal.render import place
from speechbot.wording import zh_answers, zh_telegram

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speechbot.browsing import Context
    from speechbot.models import Passage
    from speechbot.telegram.library import Card

Rows = tuple[tuple[Button, ...], ...]

_PLACES = 3
# Sections that a refusal leads to.
_SECTIONS = 3
# UTF-16 units that a place takes at most; a heading may be a whole sentence.
_PLACE_LENGTH = 600
# UTF-16 units of a heading on a button: what a phone shows on one line; what is left of it at least when it is cut.
_LABEL = 24
_LABEL_LEAST = 8
# Units that Telegram lets a copy button hold.
_COPY = 256
_WORDS = {
    Confidence.HIGH: zh_answers.CONFIDENCE_HIGH,
    Confidence.FAIR: zh_answers.CONFIDENCE_FAIR,
    Confidence.LOW: zh_answers.CONFIDENCE_LOW,
}


def answer(
    card: Card, hits: Sequence[HitRef], at: int = 0, *, corrected: str | None = None, several: bool = False
) -> list[Reply]:
    """A hit in full: where it stands, how sure it is, the paragraph; what stands around it where there is room.

    Args:
        card: The hit.
        hits: All hits of the answer, for leafing.
        at: Which of them it is.
        corrected: The question as it was searched, where typing errors were set right.
        several: Whether several things were asked at once.
    """
    near = card.confidence is Confidence.NEAREST
    sure = "" if near else zh_answers.CONFIDENCE + _WORDS[card.confidence]
    first = [zh_telegram.NEAREST] if near else []
    head = "\n".join([*map(quoting.escape, first), source_line(card.context), *filter(None, [sure])]) + "\n"
    notes = [zh_answers.CORRECTED.format(question=shorten(corrected, 300))] if corrected else []
    notes += [zh_telegram.SEVERAL] if several else []
    tail = "".join("\n" + quoting.escape(note) for note in [*notes, *_also(card.context)])
    span = None if near else card.highlight
    return with_buttons(paragraph(head, card.context, span, tail), _buttons(card, hits, at))


def paragraph(head: str, context: Context, span: tuple[int, int] | None, tail: str = "") -> list[str]:
    """A paragraph below its head, with its neighbours folded where they fit; several messages where it does not."""
    text = context.passage.text
    quoted = quoting.quote(quoting.bold(text, span))
    around = [quoting.escape(one.text) for one in (context.before, context.after) if one]
    if around:
        folded = "\n" + quoting.fold("\n".join([quoting.strong(zh_telegram.CONTEXT), *around]))
        if quoting.length(head + quoted + folded + tail) <= quoting.LIMIT:
            return [head + quoted + folded + tail]
    if quoting.length(head + quoted + tail) <= quoting.LIMIT:
        return [head + quoted + tail]
    room = quoting.LIMIT - quoting.length(head) - quoting.length(tail)
    parts = [quoting.quote(part) for part in quoting.split_bold(text, span, room)]
    return [head + parts[0], *parts[1:-1], parts[-1] + tail] if len(parts) > 1 else [head + parts[0] + tail]


def with_buttons(messages: Sequence[str], rows: Rows) -> list[Reply]:
    """Messages, the last with the buttons."""
    *before, last = messages
    return [*map(Reply, before), Reply(last, rows)]


def source_line(context: Context) -> str:
    """Where a passage stands; when and by whom it was said, as far as known."""
    given = zh_answers.GIVEN_SEPARATOR.join(filter(None, (context.date, context.speaker)))
    note = zh_telegram.GIVEN.format(given=shorten(given, 200)) if given else ""
    where = shorten(place(context.passage), _PLACE_LENGTH)
    return quoting.escape(zh_telegram.PLACE.format(place=where) + note)


def shorten(text: str, most: int) -> str:
    """A text of at most ``most`` UTF-16 units as Telegram shows it."""
    shown = quoting.visible(text)
    if quoting.utf16(shown) <= most:
        return shown
    while shown and quoting.utf16(shown) + len(zh_telegram.SHORTENED) > most:
        shown = shown[: min(len(shown) - 1, most)]
    return shown + zh_telegram.SHORTENED


def brief(title: str) -> str:
    """A heading for a button, which shows one line: a long one ends where a clause does."""
    cut = enumerate(title[: _LABEL + 1])
    ends = [at for at, character in cut if at >= _LABEL_LEAST and character in zh_telegram.CLAUSE_ENDS]
    if quoting.utf16(title) <= _LABEL or not ends:
        return shorten(title, _LABEL)
    return shorten(title[: ends[-1]] + zh_telegram.SHORTENED, _LABEL + len(zh_telegram.SHORTENED))


def citation(passage: Passage, span: tuple[int, int] | None) -> str:
    """A ready quotation with its place, shortened to what a copy button holds."""
    title = zh_answers.TITLE.format(title=passage.speech)
    steps = zh_telegram.CITATION_STEP.join(passage.section)
    path = zh_telegram.CITATION_SPEECH.format(title=title) + steps if steps else title
    where = zh_telegram.CITATION_PLACE.format(path=path, paragraph=passage.paragraph)
    bare = zh_telegram.CITATION_BARE.format(place=where)
    marks = zh_telegram.CITATION_MARKS.format(sentence="")
    room = _COPY - quoting.utf16(zh_telegram.CITATION.format(sentence=marks, place=where))
    if room < len(zh_telegram.SHORTENED) + 1:
        return shorten(bare, _COPY)
    sentence = passage.text[slice(*span)] if span else _beginning(passage.text, room)
    return zh_telegram.CITATION.format(sentence=_quoted(shorten(sentence.strip(), room)), place=where)


def _beginning(text: str, most: int) -> str:
    """As many whole sentences as fit, at least one: a first one alone is often but a heading."""
    first, *others = sentence_spans(text) or [(0, len(text))]
    ends = [end for _, end in others if quoting.utf16(text[first[0] : end].strip()) <= most]
    return text[first[0] : max([first[1], *ends])]


def _quoted(sentence: str) -> str:
    """A sentence in quotation marks, character for character; one that is a quotation as a whole keeps its own."""
    opening, closing = zh_telegram.CITATION_MARKS.format(sentence=" ").split()
    inside = sentence[1:-1]
    if sentence.startswith(opening) and sentence.endswith(closing) and opening not in inside and closing not in inside:
        return sentence
    marked = opening in sentence or closing in sentence
    marks = zh_telegram.CITATION_CORNERS if marked else zh_telegram.CITATION_MARKS
    return marks.format(sentence=sentence)


def reading_rows(context: Context, span: tuple[int, int] | None = None) -> Rows:
    """Buttons for reading on from a passage, its source and its quotation."""
    passage = context.passage
    steps = (
        *((Button(zh_telegram.BEFORE, Read(passage.id, -1).pack()),) if context.before else ()),
        *((Button(zh_telegram.AFTER, Read(passage.id, 1).pack()),) if context.after else ()),
        Button(zh_telegram.SECTION, ReadSection(passage.id).pack()),
    )
    cited = Button(zh_telegram.COPY, copy=citation(passage, span))
    return (steps, (Button(zh_telegram.ORIGIN, Origin(passage.id).pack()), cited))


def refusal(
    hits: Sequence[HitRef],
    *,
    near: Sequence[Passage] = (),
    corrected: str | None = None,
    suggestions: Sequence[tuple[int, str]] = (),
    several: bool = False,
) -> Reply:
    """That the materials do not answer, and what to do about it.

    Args:
        hits: The nearest passages.
        near: The same, for the headings that they stand under.
        corrected: The question as it was searched, where typing errors were set right.
        suggestions: Example questions, each with its number.
        several: Whether several things were asked at once.
    """
    hint = zh_telegram.SEVERAL_NOT_FOUND if several else zh_telegram.NOT_FOUND_HINT
    lines = [quoting.strong(zh_telegram.NOT_FOUND), hint]
    if corrected:
        lines.append(quoting.escape(zh_answers.CORRECTED.format(question=shorten(corrected, 300))))
    rows: list[tuple[Button, ...]] = []
    sections: dict[str, Passage] = {}
    for one in near:
        if one.section:
            sections.setdefault(one.section[-1], one)
    if sections:
        lines.append(zh_telegram.NEAR_SECTIONS)
        chosen = list(sections.items())[:_SECTIONS]
        rows += [(Button(brief(title), ReadSection(one.id).pack()),) for title, one in chosen]
    if hits:
        nearest = tuple(HitRef(hit.passage, Confidence.NEAREST, hit.sentence) for hit in hits)
        show = Button(zh_telegram.NEAR, Show(nearest).pack())
        rows.append((show, Button(zh_telegram.REPHRASE, Rephrase(nearest).pack())))
    if suggestions:
        lines.append(zh_telegram.SUGGESTIONS)
    return Reply("\n".join(lines), (*rows, *examples(suggestions)))


def examples(questions: Sequence[tuple[int, str]]) -> Rows:
    """Example questions as buttons, one a row."""
    return tuple((Button(shorten(text, 60), Example(number, title_check(text)).pack()),) for number, text in questions)


def hints(nearest: Sequence[Passage]) -> Reply:
    """How to ask differently, with what the nearest passages are about."""
    topics = list(dict.fromkeys(chain.from_iterable((one.section[-1:] or (one.speech,)) for one in nearest)))
    rows = [zh_telegram.TOPIC.format(topic=quoting.escape(shorten(topic, 200))) for topic in topics]
    return Reply("\n".join([zh_telegram.HINTS, *([zh_telegram.HINT_TOPICS, *rows] if rows else [])]))


def inline(card: Card) -> Inline:
    """A hit as an inline result: the sentence in the list, one message of paragraph and place."""
    start, end = card.highlight or (0, len(card.passage.text))
    messages = paragraph(source_line(card.context) + "\n", card.context, card.highlight)
    sentence = shorten(card.passage.text[start:end].strip(), 200)
    return Inline(shorten(place(card.passage), 100), sentence, messages[0])


def _also(context: Context) -> list[str]:
    """Where else the paragraph stands: a few places, then their number."""
    shown = [zh_telegram.ALSO.format(place=shorten(place(one), 300)) for one in context.places[:_PLACES]]
    more = len(context.places) - len(shown)
    return [*shown, zh_telegram.ALSO_MORE.format(count=more)] if more > 0 else shown


def _buttons(card: Card, hits: Sequence[HitRef], at: int) -> Rows:
    passage, listed = card.passage, tuple(hits)
    leaf: list[Button] = []
    if len(listed) > 1:
        if at > 0:
            leaf.append(Button(zh_telegram.PREVIOUS_HIT, Show(listed, at - 1).pack()))
        position = zh_telegram.POSITION.format(at=at + 1, count=len(listed))
        leaf.append(Button(position, Show(listed, at).pack()))
        if at + 1 < len(listed):
            leaf.append(Button(zh_telegram.NEXT_HIT, Show(listed, at + 1).pack()))
    votes = (
        Button(zh_telegram.USEFUL, Vote(passage.id, useful=True).pack()),
        Button(zh_telegram.USELESS, Vote(passage.id, useful=False).pack()),
    )
    return (*((tuple(leaf),) if leaf else ()), *reading_rows(card.context, card.highlight), votes)
