"""What a check of the corpus says on a terminal."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from speechbot.report.inspection import message
from speechbot.terminal.render import headings, skipped
from speechbot.terminal.screen import Block, Line, Node, Span, Style, line
from speechbot.wording import zh_answers, zh_commands, zh_report

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Sequence

    from speechbot.models import Speech
    from speechbot.parsing.doubts import Doubtful
    from speechbot.parsing.dropped import Dropped
    from speechbot.report.inspection import Inspected, Inspection

FULL = 12  # files up to which each is shown with its trees: what fits a few screens
_DROPPED = 3  # lines of a kind that are quoted
_DOUBTS = 5  # doubts of a kind that are shown where the tree is
_OVERLAPS = 5  # groups of files with paragraphs in common
_LINES = 10  # line numbers in a row
_QUOTED = 20  # characters of a dropped line


def check(found: Inspection, *, hint: bool) -> list[Block]:
    """How a corpus is cut up: file by file, then what was not read, then how much there is.

    Up to ``FULL`` files come with their trees; more come with a line each and what is doubtful, which is what one looks
    for in many.

    Args:
        found: What was looked at.
        hint: Say where the whole can be seen when only a part is shown.
    """
    full = len(found.files) <= FULL
    blocks: list[Block] = [_full(file) if full else _brief(file) for file in found.files]
    if hint and not full:
        return [*blocks, *summary(found), line(zh_report.CHECK_HINT, Style.FAINT)]
    return [*blocks, *summary(found)]


def summary(found: Inspection) -> list[Block]:
    """What concerns the corpus as a whole: files in common, files not read, numbers of doubts, of files, of passages."""
    speeches = found.speeches
    done = zh_commands.CHECK_DONE.format(sources=len(found.files), speeches=len(speeches), passages=found.passages)
    return [
        *_overlaps(found),
        *skipped(found.skipped),
        *(line(zh_report.CHECK_FAILED.format(name=name, reason=reason), Style.BAD) for name, reason in found.failed),
        *_unknown(speeches),
        _total(found.doubts()),
        line(done, Style.STRONG),
    ]


def _full(file: Inspected) -> Node:
    """A file with its trees."""
    facts = zh_report.CHECK_FACTS.format(
        encoding=file.source.encoding, characters=file.characters, lines=len(file.lines.starts)
    )
    label = Line((Span(file.source.name, Style.PLACE), Span(facts, Style.FAINT)))
    children = [Node(_speech(speech), headings(speech)) for speech in file.speeches]
    if file.extracted:
        children.append(Node(line(zh_report.CHECK_EXTRACTED, Style.FAINT)))
    if file.audit.dropped:
        count = zh_report.CHECK_DROPPED.format(count=len(file.audit.dropped))
        children.append(Node(line(count, Style.FAINT), tuple(_drops(file.audit.dropped))))
    if file.audit.doubts:
        count = zh_report.CHECK_DOUBTS.format(count=len(file.audit.doubts))
        children.append(Node(line(count, Style.FAIR), tuple(_doubts(file.audit.doubts, shown=_DOUBTS))))
    return Node(label, tuple(children))


def _brief(file: Inspected) -> Node:
    """A file in a line, with one doubt of each kind."""
    counts = zh_report.CHECK_COUNTS.format(
        speeches=len(file.speeches), passages=file.passages, sections=file.sections, dropped=len(file.audit.dropped)
    )
    facts = zh_report.FACT_SEPARATOR.join((file.source.encoding, counts))
    label = Line((Span(file.source.name, Style.PLACE), Span(zh_report.CHECK_SPEECH.format(facts=facts), Style.FAINT)))
    return Node(label, tuple(_doubts(file.audit.doubts, shown=1)))


def _speech(speech: Speech) -> Line:
    """A speech with what is known of it."""
    count = zh_report.CHECK_PARAGRAPHS.format(count=len(speech.passages))
    facts = zh_report.FACT_SEPARATOR.join(filter(None, (count, speech.date, speech.speaker, speech.occasion)))
    return Line(
        (
            Span(zh_answers.TITLE.format(title=speech.title), Style.STRONG),
            Span(zh_report.CHECK_SPEECH.format(facts=facts), Style.FAINT),
        )
    )


def _drops(dropped: Iterable[Dropped]) -> Iterable[Node]:
    """The dropped lines of each kind: how many, and the first of them."""
    ordered = sorted(dropped, key=lambda item: list(zh_report.DROPS).index(item.kind.value))
    for kind, group in groupby(ordered, key=lambda item: item.kind):
        items = list(group)
        shown = zh_report.LIST_SEPARATOR.join(
            zh_report.CHECK_DROPPED_LINE.format(line=item.line, text=_short(item.text)) for item in items[:_DROPPED]
        )
        more = zh_report.CHECK_MORE if len(items) > _DROPPED else ""
        text = zh_report.CHECK_DROPS.format(kind=zh_report.DROPS[kind.value], count=len(items), lines=shown + more)
        yield Node(line(text, Style.FAINT))


def _short(text: str) -> str:
    """The start of a text, as one line."""
    words = " ".join(text.split())
    return words if len(words) <= _QUOTED else words[:_QUOTED] + "…"


def _doubts(doubts: Sequence[Doubtful], *, shown: int) -> Iterable[Node]:
    """The first doubts of each kind in the order of the text, then the lines of the others."""
    seen: dict[str, list[Doubtful]] = {}
    for doubt in doubts:
        same = seen.setdefault(doubt.kind.value, [])
        same.append(doubt)
        if len(same) <= shown:
            kind, _ = zh_report.DOUBTS[doubt.kind.value]
            text = zh_report.CHECK_DOUBT.format(line=doubt.line, kind=kind, message=message(doubt))
            yield Node(line(text, Style.FAIR))
    for name, same in seen.items():
        rest = same[shown:]
        if rest:
            numbers = list(dict.fromkeys(doubt.line for doubt in rest))
            lines = zh_report.LIST_SEPARATOR.join(map(str, numbers[:_LINES]))
            lines += zh_report.CHECK_MORE if len(numbers) > _LINES else ""
            kind, _ = zh_report.DOUBTS[name]
            yield Node(line(zh_report.CHECK_MORE_DOUBTS.format(kind=kind, count=len(rest), lines=lines), Style.FAINT))


def _overlaps(found: Inspection) -> list[Block]:
    """Which files have paragraphs in common."""
    groups = found.overlaps()
    if not groups:
        return []
    nodes = [
        Node(
            line(zh_report.CHECK_OVERLAP.format(count=count), Style.FAINT),
            tuple(Node(line(name, Style.PLACE)) for name in files),
        )
        for files, count in groups[:_OVERLAPS]
    ]
    if len(groups) > _OVERLAPS:
        more = zh_report.CHECK_MORE_OVERLAPS.format(count=len(groups) - _OVERLAPS)
        nodes.append(Node(line(more, Style.FAINT)))
    return [Node(line(zh_report.CHECK_SHARED.format(count=len(found.shared)), Style.FAIR), tuple(nodes))]


def _unknown(speeches: Sequence[Speech]) -> list[Block]:
    """How many speeches have no date and no speaker: worth a word only where others have."""
    undated = sum(not speech.date for speech in speeches)
    unsigned = sum(not speech.speaker for speech in speeches)
    counts = ((zh_report.CHECK_UNDATED, undated), (zh_report.CHECK_UNSIGNED, unsigned))
    parts = [template.format(count=count) for template, count in counts if 0 < count < len(speeches)]
    return [line(zh_report.CLAUSE_SEPARATOR.join(parts), Style.FAINT)] if parts else []


def _total(doubts: Counter[str]) -> Line:
    """How many doubts of which kinds."""
    if not doubts:
        return line(zh_report.CHECK_NO_DOUBTS, Style.GOOD)
    kinds = zh_report.LIST_SEPARATOR.join(
        zh_report.CHECK_KIND.format(kind=zh_report.DOUBTS[kind][0], count=count) for kind, count in doubts.most_common()
    )
    return line(zh_report.CHECK_TOTAL_DOUBTS.format(count=doubts.total(), kinds=kinds), Style.FAIR)
