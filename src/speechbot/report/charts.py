"""Figures drawn as SVG, without a library and without a script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from speechbot.report.elements import Html, element
from speechbot.wording import zh_report

if TYPE_CHECKING:
    from collections.abc import Sequence

# All in CSS pixels: the figures are drawn at this size, narrow screens scroll them sideways rather than shrink the words.
_BAR_WIDTH, _BAR_HEIGHT, _BAR_STEP = 168, 14, 24
_LABEL_WIDTH, _VALUE_WIDTH = 104, 56
_COLUMN_HEIGHT, _COLUMN_LEAST, _COLUMN_MOST, _GAP = 140, 4, 28, 2
_AXIS_LEFT, _AXIS_BELOW, _ABOVE = 40, 26, 12
_WIDEST = 880
_TICK = 72  # at least between two words on the axis


@dataclass(frozen=True, slots=True)
class Column:
    """One column of many.

    Attributes:
        value: Its height, at least 0.
        hint: What is said when it is pointed at.
        target: Id of the element on the page that it leads to.
    """

    value: int
    hint: str
    target: str


def bars(rows: Sequence[tuple[str, int]], *, title: str) -> Html:
    """A few named quantities, one below the other, each with its number.

    Args:
        rows: Names, of at most seven Chinese characters, with quantities of at least 0.
        title: What is counted, for those who hear the page.
    """
    if not any(value for _, value in rows):
        return element("p", zh_report.NO_FIGURE, class_="none")
    most = max(value for _, value in rows)
    drawn = [_bar(number, label, value, most) for number, (label, value) in enumerate(rows)]
    width, height = _LABEL_WIDTH + _BAR_WIDTH + _VALUE_WIDTH, _BAR_STEP * len(rows)
    return _figure(width, height, title, *drawn)


def columns(items: Sequence[Column], *, title: str) -> Html:
    """Many quantities side by side, each a link to what it measures.

    Args:
        items: The columns, in order.
        title: What is counted, for those who hear the page.
    """
    most = max((item.value for item in items), default=0)
    if not most:
        return element("p", zh_report.NO_FIGURE, class_="none")
    step = min(max(_WIDEST / len(items), _COLUMN_LEAST + _GAP), _COLUMN_MOST + _GAP)
    width = round(_AXIS_LEFT + step * len(items) + _TICK / 2)
    base = _ABOVE + _COLUMN_HEIGHT
    every = _round_up(_TICK / step)
    parts = [_level(value, most, base, width) for value in dict.fromkeys((0, most // 2, most))]
    for number, item in enumerate(items):
        left, height = _AXIS_LEFT + number * step, _COLUMN_HEIGHT * item.value / most
        shape = element(
            "rect",
            element("title", item.hint),
            x=f"{left:.1f}",
            y=f"{base - height:.1f}",
            width=f"{step - _GAP:.1f}",
            height=f"{height:.1f}",
            class_="bar",
        )
        # The whole height can be pointed at, also where the column is low
        field = element(
            "rect",
            element("title", item.hint),
            x=f"{left:.1f}",
            y=_ABOVE,
            width=f"{step:.1f}",
            height=_COLUMN_HEIGHT,
            class_="field",
        )
        parts.append(element("a", shape, field, href=f"#{item.target}"))
        if number % every == 0:
            words = zh_report.FIGURE_AXIS.format(number=number + 1)
            parts.append(element("text", words, x=f"{left:.1f}", y=base + _AXIS_BELOW - 8))
    return _figure(width, base + _AXIS_BELOW, title, *parts)


def _bar(number: int, label: str, value: int, most: int) -> Html:
    """A name, a bar and its number."""
    top = number * _BAR_STEP + (_BAR_STEP - _BAR_HEIGHT) / 2
    length = max(_BAR_WIDTH * value / most, 1 if value else 0)
    middle = f"{number * _BAR_STEP + _BAR_STEP / 2:.0f}"
    return element(
        "g",
        element("title", zh_report.FIGURE_BAR.format(label=label, value=value)),
        element("text", label, x=_LABEL_WIDTH - 8, y=middle, class_="label"),
        element("rect", x=_LABEL_WIDTH, y=f"{top:.0f}", width=f"{length:.1f}", height=_BAR_HEIGHT, rx=2, class_="bar"),
        element("text", str(value), x=f"{_LABEL_WIDTH + length + 6:.1f}", y=middle, class_="value"),
    )


def _level(value: int, most: int, base: int, width: int) -> Html:
    """A line across with the quantity that it stands for."""
    height = f"{base - _COLUMN_HEIGHT * value / most:.1f}"
    return element(
        "g",
        element("line", x1=_AXIS_LEFT, x2=width, y1=height, y2=height, class_="grid"),
        element("text", str(value), x=_AXIS_LEFT - 6, y=height, class_="label"),
    )


def _round_up(least: float) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50, … that is not below ``least``."""
    unit = 1
    while True:
        for factor in (1, 2, 5):
            if unit * factor >= least:
                return unit * factor
        unit *= 10


def _figure(width: int, height: int, title: str, *parts: Html) -> Html:
    """A drawing in a frame that scrolls sideways."""
    drawing = element(
        "svg", *parts, width=width, height=height, viewBox=f"0 0 {width} {height}", role="img", aria_label=title
    )
    return element("div", drawing, class_="scroll")
