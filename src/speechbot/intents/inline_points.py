"""Points inside one paragraph: 一是…；二是…；三是…, with their places in it."""

from __future__ import annotations

import re
from itertools import pairwise

from speechbot.language.sentences import sentence_spans
from speechbot.parsing.headings import number_of

_NUMBER = "[一二三四五六七八九十]{1,3}"
# Each style by itself; a number counts where a clause begins.
_STYLES = tuple(
    re.compile(rf"(?:(?<=[。；;：:，,、！!？?—”」\s])|^)(?P<mark>{mark})")
    for mark in (
        rf"(?P<number>{_NUMBER})是(?!一)",
        rf"(?P<number>{_NUMBER})要",
        rf"第(?P<number>{_NUMBER})[，,、：:]",
        rf"[（(](?P<number>{_NUMBER})[）)]",
        r"[（(](?P<number>[0-9]{1,2})[）)]",
        r"(?P<number>[①-⑳])",
        r"(?P<number>首先|其次|再次|最后)[，,：:]",
    )
)
_ENDS = "；;，,、 \u3000\n\r\t"


def inline_points(text: str) -> tuple[tuple[int, int], ...]:
    """Where the points of a paragraph start and end in it, in order; none where there are fewer than two.

    They are numbered 1, 2, 3 without a gap in one style; 最后 may follow any number. A point reaches to the next one,
    the last as many sentences as the longest before it.
    """
    best: tuple[tuple[int, int], ...] = ()
    for style in _STYLES:
        starts = _counted([(match.start("mark"), match["number"]) for match in style.finditer(text)])
        if len(starts) >= 2 and len(starts) > len(best):
            best = _spans(text, starts)
    return best


def _counted(found: list[tuple[int, str]]) -> list[int]:
    """Where the longest run of numbers from 1 on starts its members."""
    best: list[int] = []
    run: list[int] = []
    for start, digits in found:
        number = number_of(digits)
        if number == 1:
            run = [start]
        elif run and (number == len(run) + 1 or digits == "最后"):
            run.append(start)
        if len(run) > len(best):
            best = list(run)
    return best


def _spans(text: str, starts: list[int]) -> tuple[tuple[int, int], ...]:
    spans = []
    most = 1
    for start, following in pairwise(starts):
        piece = text[start:following]
        most = max(most, len(sentence_spans(piece)))
        spans.append((start, start + len(piece.rstrip(_ENDS))))
    last = starts[-1]
    # 一是…；二是…； are clauses of one sentence, which a semicolon does not end for a reader
    closing = [end for _, end in sentence_spans(text[last:])][:most]
    return (*spans, (last, last + (closing[-1] if closing else len(text) - last)))
