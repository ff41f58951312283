"""What is said about quotations and phrases, as styled text."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from speechbot.terminal.render import place as passage_place
from speechbot.terminal.screen import Block, Line, Span, Style, line, width
from speechbot.tracing.alignment import Change, Form
from speechbot.tracing.quotation import Verdict
from speechbot.wording import zh_answers, zh_quotes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from speechbot.tracing.alignment import Piece
    from speechbot.tracing.occurrences import Occurrence
    from speechbot.tracing.quotation import Finding, QuoteCheck, QuotePart
    from speechbot.tracing.trace import Trace, YearUse

_STYLES = {
    Verdict.EXACT: Style.GOOD,
    Verdict.FOLDED: Style.FAIR,
    Verdict.NEAR: Style.FAIR,
    Verdict.MIXED: Style.FAIR,
    Verdict.ABSENT: Style.BAD,
}
_AROUND = 40  # characters of a sentence shown on either side
_LONGEST = 60  # characters of a part that are repeated
_SPEECHES = 10  # speeches with a bar
_YEARS = 24  # rows of years, at most
_LABEL = 40  # columns of a bar's label, at most
_LEAST = 10  # columns of the longest bar, at least
_MANY = 1000  # places that can be asked for


def place(found: Occurrence) -> str:
    """Where something stands: 《题目》 › 一、… · 第 N 段, or what it stands in instead of a paragraph."""
    if len(found.passages) == 1:
        return passage_place(found.passages[0])
    path = zh_answers.PATH_SEPARATOR.join((zh_answers.TITLE.format(title=found.speech), *found.section))
    if found.passages:
        first, last = found.passages[0].paragraph, found.passages[-1].paragraph
        return zh_quotes.PARAGRAPHS.format(path=path, first=first, last=last)
    return (zh_quotes.HEADING if found.heading else zh_quotes.OUTSIDE).format(path=path)


def quote_check(found: QuoteCheck, *, marked: bool) -> list[Block]:
    """A check: what the quotation is, then each part with its places.

    Args:
        found: The check.
        marked: Colours tell original and quotation apart (a terminal can) instead of brackets.
    """
    blocks: list[Block] = [line(_headline(found), _STYLES[found.verdict])]
    if found.quoted != found.text.strip():
        blocks.append(line(zh_quotes.COMPARED.format(text=_flat(found.quoted)), Style.FAINT))
    several = len(found.parts) > 1
    if several and all(part.findings for part in found.parts):
        blocks.append(line(_order(found), Style.FAINT))
    for number, part in enumerate(found.parts, 1):
        if several:
            blocks += [line(), _part_line(number, part)]
        blocks += _places(part, marked=marked)
    if not marked and any(_differs(piece) for piece in _shown(found)):
        blocks += [line(), line(zh_quotes.LEGEND, Style.FAINT)]
    if found.verdict is Verdict.ABSENT:
        blocks.append(line(zh_quotes.ABSENT_HINT, Style.FAINT))
    return blocks


def trace(found: Trace, *, marked: bool, columns: int) -> list[Block]:
    """A trace: counts, bars by year and by speech, each use in its sentence.

    Args:
        found: The trace.
        marked: The phrase is strong (a terminal can) instead of in brackets.
        columns: Width of the terminal.
    """
    if not found.count:
        text = zh_quotes.TRACE_NONE.format(phrase=found.phrase, speeches=found.speeches)
        return [line(text, Style.STRONG), line(zh_quotes.TRACE_NONE_HINT, Style.FAINT)]
    used = len(found.by_speech)
    text = zh_quotes.TRACE_COUNT.format(phrase=found.phrase, count=found.count, speeches=found.speeches, used=used)
    blocks: list[Block] = [line(text, Style.STRONG)]
    years = _years(found)
    if not years:
        blocks.append(line(zh_quotes.TRACE_NO_DATES, Style.FAINT))
    elif found.undated:
        blocks.append(line(zh_quotes.TRACE_UNDATED.format(count=found.undated, dated=found.dated), Style.FAINT))
    if years:
        blocks += [line(), line(zh_quotes.BY_YEAR, Style.FAINT), *bars(years, columns)]
    blocks += [line(), line(zh_quotes.BY_SPEECH, Style.FAINT), *_speeches(found, columns)]
    heading = zh_quotes.OCCURRENCES if years else zh_quotes.OCCURRENCES_UNDATED
    blocks += [line(), line(heading, Style.FAINT)]
    for number, one in enumerate(found.occurrences, 1):
        first = Span(f" {zh_quotes.FIRST}", Style.GOOD) if one == found.first else Span("")
        blocks += [
            Line((*_place_spans(one, zh_quotes.NUMBER.format(number=number)), first)),
            _sentence(one, marked=marked),
        ]
    return blocks + _more(found.count, len(found.occurrences))


def bars(rows: Sequence[tuple[str, int, str]], columns: int) -> list[Line]:
    """A bar for each row, as long as the terminal is wide; labels of wide characters keep the columns straight.

    Args:
        rows: Label, number and what is said behind the number of each.
        columns: Width of the terminal.
    """
    labels = [_cut(label, min(_LABEL, columns // 2)) for label, _, _ in rows]
    column, most = max(map(width, labels)), max(count for _, count, _ in rows)
    room = max(_LEAST, columns - column - max(width(f"{count}{behind}") for _, count, behind in rows) - 6)
    drawn = []
    for label, (_, count, behind) in zip(labels, rows, strict=True):
        halves = max(1, round(2 * room * count / most)) if count else 0
        bar = zh_quotes.BAR * (halves // 2) + zh_quotes.HALF_BAR * (halves % 2)
        space = " " * (column - width(label) + 2)
        drawn.append(
            Line(
                (
                    Span(f"  {label}{space}"),
                    Span(f"{bar} " if bar else "", Style.PLACE),
                    Span(str(count)),
                    Span(behind, Style.FAINT),
                )
            )
        )
    return drawn


def _headline(found: QuoteCheck) -> str:
    first = found.parts[0]
    if found.verdict is Verdict.MIXED:
        return zh_quotes.MIXED.format(count=len(found.parts))
    if len(found.parts) > 1:
        texts = zh_quotes.HEADED if found.headings and not found.gaps else zh_quotes.GAPPED
        return texts[found.verdict.value].format(count=len(found.parts))
    if found.verdict is Verdict.EXACT:
        return zh_quotes.EXACT
    if found.verdict is Verdict.FOLDED:
        return zh_quotes.FOLDED.format(forms=_names(first.findings[0].forms if first.findings else ()))
    if found.verdict is Verdict.NEAR:
        return zh_quotes.NEAR.format(similarity=_similarity(first))
    return zh_quotes.ABSENT


def _order(found: QuoteCheck) -> str:
    if not found.ordered:
        return zh_quotes.SCATTERED
    return zh_quotes.ORDERED if found.gaps or found.headings else zh_quotes.APART


def _part_line(number: int, part: QuotePart) -> Line:
    text = _flat(part.text)
    if len(text) > _LONGEST:
        text = text[: _LONGEST // 2] + zh_quotes.CUT + text[-_LONGEST // 2 :]
    if part.verdict is Verdict.FOLDED:
        verdict = zh_quotes.PART_FOLDED.format(forms=_names(part.findings[0].forms if part.findings else ()))
    elif part.verdict is Verdict.NEAR:
        verdict = zh_quotes.PART_NEAR.format(similarity=_similarity(part))
    else:
        verdict = zh_quotes.PART_VERDICTS[part.verdict.value]
    return Line(
        (
            Span(zh_quotes.PART.format(number=number, text=text), Style.STRONG),
            Span(zh_quotes.PART_VERDICT.format(verdict=verdict), _STYLES[part.verdict]),
        )
    )


def _places(part: QuotePart, *, marked: bool) -> list[Block]:
    """The places of a part, how many there are, what differs."""
    blocks: list[Block] = []
    if part.count > 1:
        template = zh_quotes.COUNT_EXACT if 0 < part.exact < part.count else zh_quotes.COUNT
        template = zh_quotes.COUNT_NEAR if part.verdict is Verdict.NEAR else template
        blocks.append(line(template.format(count=part.count, exact=part.exact), Style.FAINT))
    told: tuple[object, ...] = ()
    for finding in part.findings:
        blocks.append(Line(_place_spans(finding.place)))
        # Further places of the same original differ in the same way
        differences = tuple((piece.original, piece.quoted) for piece in finding.pieces)
        if finding.verdict is Verdict.EXACT:
            blocks.append(_sentence(finding.place, marked=marked))
        elif differences != told:
            blocks += _comparison(finding, marked=marked, alone=finding.verdict is part.verdict)
        told = differences
    return blocks + _more(part.count, len(part.findings))


def _comparison(finding: Finding, *, marked: bool, alone: bool) -> list[Block]:
    """Original and quotation, what differs between them coloured or in brackets."""
    blocks: list[Block] = []
    if not marked:
        texts = [
            zh_quotes.CHANGE.format(original=piece.original, quoted=piece.quoted) if _differs(piece) else piece.original
            for piece in finding.pieces
        ]
        label = zh_quotes.COMPARISON if any(map(_differs, finding.pieces)) else zh_quotes.ORIGINAL
        blocks.append(line(zh_answers.INDENT + label + _flat("".join(texts))))
    else:
        for label, style, own in ((zh_quotes.ORIGINAL, Style.GOOD, False), (zh_quotes.QUOTED, Style.BAD, True)):
            spans = [Span(zh_answers.INDENT + label, Style.FAINT)]
            for piece in finding.pieces:
                text = _flat(piece.quoted if own else piece.original)
                spans.append(Span(text, style if _differs(piece) else Style.PLAIN))
            blocks.append(Line(tuple(spans)))
    if finding.forms and finding.verdict is Verdict.NEAR:
        text = zh_quotes.ALSO_FORMS.format(forms=_names(finding.forms))
        blocks.append(line(zh_answers.INDENT + text, Style.FAINT))
    elif finding.forms and not alone:
        text = zh_quotes.FINDING_FOLDED.format(forms=_names(finding.forms))
        blocks.append(line(zh_answers.INDENT + text, Style.FAINT))
    return blocks


def _differs(piece: Piece) -> bool:
    """Whether a piece is pointed out: other words, other marks; 繁简 and width would make a text unreadable."""
    if piece.change is not Change.FORM:
        return piece.change is not Change.SAME
    return not any(map(str.isalnum, piece.original + piece.quoted)) and bool((piece.original + piece.quoted).strip())


def _shown(found: QuoteCheck) -> Iterable[Piece]:
    return (piece for part in found.parts for finding in part.findings for piece in finding.pieces)


def _place_spans(found: Occurrence, prefix: str = "") -> tuple[Span, ...]:
    given = zh_answers.GIVEN_SEPARATOR.join(filter(None, (found.date, found.speaker, found.source)))
    return (
        Span(prefix + place(found), Style.PLACE),
        Span(zh_answers.IN_FILE.format(source=given), Style.FAINT),
    )


def _sentence(found: Occurrence, *, marked: bool) -> Line:
    """A place in its sentence, the place strong or in brackets; far ends are cut."""
    start, end = found.highlight
    before, after = found.sentence[:start], found.sentence[end:]
    if len(before) > _AROUND:
        before = zh_quotes.CUT + before[-_AROUND:]
    if len(after) > _AROUND:
        after = after[:_AROUND] + zh_quotes.CUT
    inner = _flat(found.text)
    whole = not before and not after
    strong = Span(inner, Style.STRONG) if marked or whole else Span(zh_quotes.MARKED.format(text=inner))
    return Line((Span(zh_answers.INDENT + _flat(before)), strong, Span(_flat(after))))


def _years(found: Trace) -> list[tuple[str, int, str]]:
    """Uses by year, from the first with one to the last, or by decade where that makes too many rows.

    Years without a use that follow each other are one row; how many speeches there are stands behind the number.
    """
    used = [use.year for use in found.by_year if use.count]
    years = [use for use in found.by_year if used and used[0] <= use.year <= used[-1]]
    runs = [list(run) for _, run in groupby(years, key=lambda use: use.year if use.count else "")]
    if len(runs) > _YEARS:
        runs = [list(run) for _, run in groupby(years, key=lambda use: use.year[:3])]
    return [_period(run) for run in runs]


def _period(years: Sequence[YearUse]) -> tuple[str, int, str]:
    """Some years as one row."""
    first, last = years[0].year, years[-1].year
    label = first if first == last else zh_quotes.PERIOD.format(first=first, last=last)
    behind = zh_quotes.OF_SPEECHES.format(count=sum(use.speeches for use in years))
    return label, sum(use.count for use in years), behind


def _speeches(found: Trace, columns: int) -> list[Line]:
    """The speeches with most uses, then how many others there are."""
    uses = sorted(found.by_speech, key=lambda use: -use.count)
    rows = [
        (
            (zh_quotes.SPEECH_DATED if use.date else zh_quotes.SPEECH).format(date=use.date, title=use.speech),
            use.count,
            "",
        )
        for use in uses[:_SPEECHES]
    ]
    drawn = bars(rows, columns)
    more = len(uses) - len(rows)
    return [*drawn, line("  " + zh_quotes.BY_SPEECH_MORE.format(count=more), Style.FAINT)] if more else drawn


def _more(count: int, shown: int) -> list[Line]:
    if count <= shown:
        return []
    template = zh_quotes.MORE if count <= _MANY else zh_quotes.MORE_MANY
    return [line(template.format(count=count - shown, all=count), Style.FAINT)]


def _names(forms: Iterable[Form]) -> str:
    return zh_quotes.FORM_SEPARATOR.join(zh_quotes.FORMS[form.value] for form in forms)


def _similarity(part: QuotePart) -> str:
    # Rounded down: what differs is not 1.00
    return f"{int(100 * part.findings[0].similarity) / 100:.2f}" if part.findings else ""


def _flat(text: str) -> str:
    """A text on one line, its line breaks shown."""
    return re.sub(r"\s*[\r\n]\s*", zh_quotes.LINE_BREAK, text)


def _cut(text: str, columns: int) -> str:
    """A text cut to some columns."""
    if width(text) <= columns:
        return text
    while text and width(text) > columns - 1:
        text = text[:-1]
    return text + zh_quotes.CUT
