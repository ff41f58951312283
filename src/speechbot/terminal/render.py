"""What is said, as styled text: answers, outlines, reports."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from speechbot.errors import FilterError
from speechbot.language.text import fold
from speechbot.terminal.screen import Block, Line, Node, Span, Style, Table, line
from speechbot.wording import zh_answers, zh_citations, zh_commands, zh_errors, zh_generator

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from speechbot.evaluation import Outcome, Report, Scores
    from speechbot.indexing.store import Status
    from speechbot.models import Answer, Hit, IndexReport, Passage, Section, Speech

# Confidence is a calibrated probability, an estimate: where the calibration holds, eight of ten answers at 0.8 hold
# what was asked for; on materials of another kind it may be more or fewer.
HIGH = 0.8
FAIR = 0.6

_PLACES = 3  # further places of a paragraph that are written out
_NOTHING = "—"  # a measure that has nothing to measure


def place(passage: Passage) -> str:
    """Where a passage stands: 《题目》 › 一、… › 一是… · 第 N 段."""
    path = zh_answers.PATH_SEPARATOR.join((zh_answers.TITLE.format(title=passage.speech), *passage.section))
    return zh_answers.PLACE.format(path=path, paragraph=passage.paragraph)


def confidence(probability: float) -> Span:
    """A probability in words: 高 from ``HIGH``, 中 from ``FAIR``, else 低."""
    if probability >= HIGH:
        return Span(zh_answers.CONFIDENCE_HIGH, Style.GOOD)
    if probability >= FAIR:
        return Span(zh_answers.CONFIDENCE_FAIR, Style.FAIR)
    return Span(zh_answers.CONFIDENCE_LOW, Style.BAD)


def answer(found: Answer, *, near: bool = False, marked: bool) -> list[Block]:
    """An answer: the best passage in full, further ones by their sentence; or that there is none.

    Args:
        found: The answer.
        near: Show the nearest passages below a refusal.
        marked: Mark the answering sentence inside the paragraph (a terminal can) instead of repeating it above.
    """
    if not found.found:
        hint = zh_answers.NOT_FOUND_HINT if near or not found.hits else zh_answers.NOT_FOUND_HINT_NEAR
        return [*correction(found), *refusal(hint), *(_nearest(found.hits) if near else [])]
    best, *further = found.hits
    blocks = [*arranged(found), *passage(best, marked=marked), *correction(found)]
    if further:
        blocks += [line(), line(zh_answers.FURTHER, Style.FAINT), *_brief(further, first=2)]
    return blocks


def arranged(found: Answer) -> list[Block]:
    """What a language model arranged, with the sources, and that the answer itself follows; nothing where there is nothing.

    The numbers are the places of the hits.
    """
    if not found.arranged:
        return []
    numbers = {hit.passage.id: number for number, hit in enumerate(found.hits, start=1)}
    cited = dict.fromkeys(one.passage for one in found.arranged)
    return [
        line(zh_generator.ARRANGED, Style.FAINT),
        *(
            line(zh_generator.QUOTED.format(lead=one.lead, text=one.text, number=numbers[one.passage]))
            for one in found.arranged
        ),
        line(zh_generator.SOURCES, Style.FAINT),
        *(place_line(found.hits[numbers[one] - 1], zh_generator.SOURCE.format(number=numbers[one])) for one in cited),
        line(),
        line(zh_generator.ANSWER, Style.FAINT),
    ]


def citations(texts: Sequence[str]) -> list[Block]:
    """Citations ready to copy, each with a blank line above."""
    rows = [line(row) for text in texts for row in ("", *text.split("\n"))]
    return [line(), line(zh_citations.CITATIONS, Style.FAINT), *rows[1:]] if texts else []


def correction(found: Answer) -> list[Block]:
    """What was searched in place of a question with typing errors; nothing where there were none."""
    if found.corrected is None:
        return []
    return [line(zh_answers.CORRECTED.format(question=found.corrected), Style.FAINT)]


def passage(hit: Hit, *, marked: bool) -> list[Block]:
    """A hit in full: its place, how sure it is, the sentence, the paragraph."""
    lines = [
        place_line(hit),
        Line((Span(zh_answers.CONFIDENCE, Style.FAINT), confidence(hit.score))),
    ]
    lines += _places(hit)
    if not marked:
        lines.append(_sentence(hit))
    return [*lines, line(), quote(hit) if marked else line(hit.passage.text)]


def quote(hit: Hit) -> Line:
    """The paragraph, character for character, its answering sentence strong."""
    text, (start, end) = hit.passage.text, hit.highlight
    return Line((Span(text[:start]), Span(text[start:end], Style.STRONG), Span(text[end:])))


def place_line(hit: Hit, prefix: str = "") -> Line:
    """Where a hit stands; when and by whom it was said, as far as known, since many speeches share a title."""
    given = zh_answers.GIVEN_SEPARATOR.join(filter(None, (hit.date, hit.speaker, hit.passage.source)))
    return Line(
        (
            Span(prefix + place(hit.passage), Style.PLACE),
            Span(zh_answers.IN_FILE.format(source=given), Style.FAINT),
        )
    )


def _places(hit: Hit) -> list[Line]:
    """Where else the paragraph stands in the same wording: all places where they are few, then their number."""
    shown = [line(zh_answers.ALSO.format(place=place(other), source=other.source)) for other in hit.places[:_PLACES]]
    more = len(hit.places) - len(shown)
    return [*shown, line(zh_answers.ALSO_MORE.format(count=more), Style.FAINT)] if more > 0 else shown


def _sentence(hit: Hit, *, indent: str = "", found: bool = True) -> Line:
    """The sentence that answers, strong; below a refusal none does, so that it is neither called so nor strong."""
    label, style = (zh_answers.SENTENCE, Style.STRONG) if found else (zh_answers.NEAREST_SENTENCE, Style.PLAIN)
    start, end = hit.highlight
    return Line((Span(indent + label, Style.FAINT), Span(hit.passage.text[start:end].strip(), style)))


def _brief(hits: Iterable[Hit], *, first: int, found: bool = True) -> list[Block]:
    blocks: list[Block] = []
    for number, hit in enumerate(hits, start=first):
        blocks += [
            place_line(hit, zh_answers.NUMBER.format(number=number)),
            _sentence(hit, indent=zh_answers.INDENT, found=found),
        ]
    return blocks


def refusal(hint: str) -> list[Block]:
    """That the materials do not answer, and what to do about it."""
    return [line(zh_answers.NOT_FOUND, Style.STRONG), line(hint, Style.FAINT)]


def _nearest(hits: Sequence[Hit]) -> list[Block]:
    if not hits:
        return []
    return [line(), line(zh_answers.NEAREST, Style.FAIR), *_brief(hits, first=1, found=False)]


def near(hit: Hit) -> list[Block]:
    """A hit below a refusal in full: what it is, its place, its nearest sentence, the paragraph."""
    return [
        line(zh_answers.NEAREST, Style.FAIR),
        place_line(hit),
        _sentence(hit, found=False),
        line(),
        line(hit.passage.text),
    ]


def outline(speeches: Iterable[Speech]) -> list[Block]:
    """The tree of each speech, with the number of paragraphs under every heading."""
    return [_speech(speech) for speech in speeches]


def titles(speeches: Iterable[Speech]) -> list[Block]:
    """The speeches without their headings."""
    return [_speech(speech).label for speech in speeches]


def chosen(speeches: Sequence[Speech], *, title: str | None) -> list[Speech]:
    """The speeches of which a name holds ``title``, width, case and traditional forms aside; all for None.

    Raises:
        FilterError: No name does.
    """
    wanted = fold(title or "").strip()
    found = [one for one in speeches if any(wanted in fold(name) for name in (one.title, *one.aliases))]
    if title is not None and not (wanted and found):
        raise FilterError(zh_errors.FILTER_SPEECH, title)
    return found


def speech_data(speech: Speech) -> dict[str, Any]:
    """A speech's tree as ``--json`` prints it; ``parent`` is a position in ``sections``."""
    return {
        **speech.to_dict(),
        "sections": [{**section.to_dict(), "paragraphs": paragraphs(speech, section)} for section in speech.sections],
    }


def _speech(speech: Speech) -> Node:
    count = zh_answers.OUTLINE_COUNT.format(count=len(speech.passages))
    facts = filter(None, (count, speech.date, speech.speaker, speech.source))
    label = Line(
        (
            Span(zh_answers.TITLE.format(title=speech.title), Style.STRONG),
            Span(zh_answers.OUTLINE_SPEECH.format(facts=zh_answers.GIVEN_SEPARATOR.join(facts)), Style.FAINT),
        )
    )
    return Node(label, headings(speech))


def headings(speech: Speech, *, parent: int | None = None) -> tuple[Node, ...]:
    """The headings below one of a speech's, or its topmost ones, each with all that is below it."""
    return tuple(
        Node(_section(speech, section), headings(speech, parent=number))
        for number, section in enumerate(speech.sections)
        if section.parent == parent
    )


def _section(speech: Speech, section: Section) -> Line:
    count = paragraphs(speech, section)
    note = zh_answers.OUTLINE_SECTION.format(count=count) if count else ""
    return Line((Span(section.title), Span(note, Style.FAINT)))


def paragraphs(speech: Speech, section: Section) -> int:
    """Number of body paragraphs that a section holds, whole or in part."""
    return sum(passage.start < section.stop and passage.end > section.start for passage in speech.passages)


def index_report(report: IndexReport) -> list[Block]:
    """What a build did."""
    done = zh_answers.INDEX_IDLE if report.idle else zh_answers.INDEX_DONE
    counts = done.format(
        sources=report.sources, speeches=report.speeches, passages=report.passages, windows=report.windows
    )
    return [
        line(counts, Style.STRONG),
        *([] if report.idle else _work(report)),
        line(zh_answers.INDEX_GENERATION.format(generation=report.generation), Style.FAINT),
        *skipped(report.skipped),
        *failed(report.failed),
        *missed(report.missed),
    ]


def _work(report: IndexReport) -> list[Block]:
    """What became different, and what it took."""
    return [
        line(
            zh_answers.INDEX_CHANGES.format(
                added=report.added, changed=report.changed, removed=report.removed, unchanged=report.unchanged
            )
        ),
        line(
            zh_answers.INDEX_WORK.format(
                encoded=report.encoded, resumed=_resumed(report), seconds=f"{report.seconds:.1f}"
            )
        ),
    ]


def missed(ids: Sequence[str]) -> list[Block]:
    """The gold questions without their answer."""
    return [line(zh_answers.MISSED.format(ids=zh_commands.NAME_SEPARATOR.join(ids)), Style.FAIR)] if ids else []


def _resumed(report: IndexReport) -> str:
    return zh_answers.INDEX_RESUMED.format(count=report.resumed) if report.resumed else ""


def failed(files: Iterable[tuple[str, str]]) -> list[Block]:
    """Files that could not be read, each with its reason."""
    return [line(zh_answers.FAILED.format(name=name, reason=reason), Style.BAD) for name, reason in files]


def skipped(files: Iterable[tuple[str, str]]) -> list[Block]:
    """Files that were left out, each with its reason."""
    return [line(zh_answers.SKIPPED.format(name=name, reason=reason), Style.FAIR) for name, reason in files]


def _local(moment: str) -> str:
    """A moment in ISO 8601 on the clock of whoever looks."""
    return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")


def status(found: Status) -> list[Block]:
    """What the live generation holds."""
    manifest = found.manifest
    others = [name for name in found.generations if name != found.generation]
    return [
        line(
            zh_commands.STATUS_GENERATION.format(
                generation=found.generation,
                created=_local(manifest.created),
                state=zh_commands.STATUS_VERIFIED if found.verified else zh_commands.STATUS_WHOLE,
            ),
            Style.STRONG,
        ),
        line(zh_commands.STATUS_COUNTS.format(**asdict(manifest.counts))),
        line(zh_commands.STATUS_MODEL.format(name=manifest.model.name, dim=manifest.model.dim)),
        line(zh_commands.STATUS_SIZE.format(size=f"{found.size / 1e6:.1f}")),
        line(
            zh_commands.STATUS_OTHERS.format(
                names=zh_commands.NAME_SEPARATOR.join(others) or zh_commands.STATUS_NO_OTHERS
            )
        ),
    ]


def evaluation(report: Report, *, errors: bool = False) -> list[Block]:
    """Measures in all and for each type, latency, and the wrong questions where ``errors`` asks for them."""
    rows = [(zh_answers.EVAL_ALL, report.overall), *report.by_type]
    blocks: list[Block] = [
        Table(zh_answers.EVAL_HEADER, tuple((name, *_measures(scores)) for name, scores in rows)),
        line(zh_answers.EVAL_LATENCY.format(median=f"{report.median_ms:.1f}", p95=f"{report.p95_ms:.1f}")),
    ]
    if errors and not report.wrong:
        blocks.append(line(zh_answers.EVAL_NONE_WRONG))
    if errors:
        for outcome in report.wrong:
            blocks += [line(), *_wrong(outcome)]
    return blocks


def _measures(scores: Scores) -> tuple[str, ...]:
    shares = (
        scores.recall_at_1,
        scores.recall_at_3,
        scores.recall_at_5,
        scores.mrr_at_10,
        scores.refusal_precision,
        scores.refusal_recall,
    )
    drawn = (_NOTHING if share is None else f"{share:.3f}" for share in shares)
    return (str(scores.questions), *drawn, str(scores.answerable_refused))


def _wrong(outcome: Outcome) -> list[Block]:
    question = outcome.question
    rank = zh_answers.EVAL_UNRANKED if outcome.rank is None else zh_answers.EVAL_RANK.format(rank=outcome.rank)
    expected = zh_answers.EVAL_GOLD.format(gold=question.gold[0]) + rank if question.gold else zh_answers.EVAL_REFUSAL
    best = _NOTHING if outcome.best is None else place(outcome.best.passage)
    got = zh_answers.EVAL_REFUSED.format(place=best) if outcome.refused else best
    return [
        line(zh_answers.EVAL_QUESTION.format(id=question.id, type=question.type, question=question.question)),
        line(zh_answers.EVAL_EXPECTED.format(expected=expected)),
        line(zh_answers.EVAL_GOT.format(got=got)),
    ]
