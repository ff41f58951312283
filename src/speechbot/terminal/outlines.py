"""What is said of outlines, points and lists, as styled text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speechbot.terminal import render
from speechbot.terminal.screen import Block, Line, Span, Style, line
from speechbot.wording import zh_answers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from speechbot.models import Answer
    from speechbot.points import Point


def answer(found: Answer, *, near: bool = False, marked: bool) -> list[Block]:
    """An answer of any kind; see ``render.answer`` on those that were searched for."""
    if found.kind == "passage":
        return render.answer(found, near=near, marked=marked)
    return structured(found, marked=marked)


def structured(found: Answer, *, marked: bool) -> list[Block]:
    """What the structure answers: the points in order with their places; the paragraphs of a point in full."""
    blocks: list[Block] = [line(found.scope, Style.STRONG)]
    if found.found and found.confidence < 1:
        blocks.append(Line((Span(zh_answers.CONFIDENCE, Style.FAINT), render.confidence(found.confidence))))
    words = found.kind == "point" and len(found.points) == 1  # they stand in the paragraph below
    blocks += (
        [] if words else _points(found.points, named=len({point.source + point.speech for point in found.points}) > 1)
    )
    if found.kind != "point" or not found.found:
        return blocks
    shown = found.hits[:1] if len(found.points) > 1 else found.hits
    for hit in shown:
        blocks += [line(), render.place_line(hit), render.quote(hit) if marked else line(hit.passage.text)]
    left = len(found.hits) - len(shown) + found.more
    return [*blocks, line(zh_answers.POINT_MORE.format(count=left), Style.FAINT)] if left else blocks


def _points(points: Iterable[Point], indent: str = "", *, named: bool = False) -> list[Block]:
    """Points one a line, what they are divided into below them; with their speech where that differs."""
    blocks: list[Block] = []
    for point in points:
        speech = zh_answers.TITLE.format(title=point.speech)
        text = speech if point.kind == "speech" else point.title
        if named and point.kind != "speech":
            given = zh_answers.GIVEN_SEPARATOR.join(filter(None, (point.date, point.source)))
            text = zh_answers.PATH_SEPARATOR.join((speech + zh_answers.IN_FILE.format(source=given), text))
        title = zh_answers.POINT.format(number=point.number, title=text)
        blocks.append(Line((Span(indent + title), Span(_point_place(point), Style.FAINT))))
        blocks += _points(point.points, indent + zh_answers.INDENT)
    return blocks


def _point_place(point: Point) -> str:
    """Where a point begins and how long it is; of a speech who gave it when."""
    if point.kind == "speech":
        facts = (zh_answers.OUTLINE_COUNT.format(count=point.paragraphs), point.date, point.speaker, point.source)
        return zh_answers.POINT_SPEECH.format(facts=zh_answers.GIVEN_SEPARATOR.join(filter(None, facts)))
    if not point.passage:
        return zh_answers.POINT_EMPTY
    form = zh_answers.POINT_ONE if point.paragraphs == 1 else zh_answers.POINT_PLACE
    return form.format(paragraph=point.paragraph, count=point.paragraphs)
