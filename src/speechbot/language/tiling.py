"""A text covered by runs of whole sentences of about one size."""

from __future__ import annotations

import re
from itertools import pairwise

from speechbot.language.sentences import sentence_spans

# Where a clause ends.
CLAUSE = re.compile(r"[，、；：,;:]+[”’」』）》】]*")


def tiles(text: str, *, size: int) -> list[tuple[int, int]]:
    """Split ``text`` into consecutive spans that cover it without gap or overlap.

    Spans hold whole sentences; only a sentence longer than one and a half times ``size`` is cut, after ，、；：
    where there is one, else hard. Among all such splits the one whose spans are nearest to ``size`` is taken, so
    that no tiny span is left over at the end.

    Args:
        text: Any text.
        size: Wanted length in characters.

    Returns:
        Half-open spans in order; the first starts at 0, the last ends at ``len(text)``, none is longer than one and a
        half times ``size``; empty for empty text.

    Raises:
        ValueError: When ``size`` is not positive.
    """
    if size < 1:
        raise ValueError(f"size must be positive, not {size}")
    limit = size * 3 // 2
    cuts = [0]
    # White space between two sentences goes with the first, so that nothing is left out.
    for end in [start for start, _ in sentence_spans(text)[1:]] + [len(text)]:
        _cut_sentence(text, cuts, end, limit)
    return list(pairwise(_balance(cuts, size, limit)))


def _cut_sentence(text: str, cuts: list[int], end: int, limit: int) -> None:
    """Append ``end`` to ``cuts``; before it, where it is too far away, ends of clauses no more than ``limit`` apart."""
    if end - cuts[-1] > limit:
        clauses = [match.end() for match in CLAUSE.finditer(text, cuts[-1], end) if match.end() < end]
        last = cuts[-1]
        for clause in [*clauses, end]:
            if clause - cuts[-1] > limit and last > cuts[-1]:
                cuts.append(last)
            _cut_hard(cuts, clause, limit)
            last = clause
    if end > cuts[-1]:
        cuts.append(end)


def _cut_hard(cuts: list[int], end: int, limit: int) -> None:
    """Append cuts in equal steps while ``end`` is further than ``limit`` from the last one."""
    first, length = cuts[-1], end - cuts[-1]
    parts = -(-length // limit)
    cuts.extend(first + length * part // parts for part in range(1, parts))


def _balance(cuts: list[int], size: int, limit: int) -> list[int]:
    """The choice of ``cuts``, both ends included, with the least sum of squared distances from ``size``."""
    cost = [0] * len(cuts)
    back = [0] * len(cuts)
    for right in range(1, len(cuts)):
        best: int | None = None
        for left in range(right - 1, -1, -1):
            length = cuts[right] - cuts[left]
            if length > limit:
                break
            total = cost[left] + (length - size) ** 2
            if best is None or total <= best:  # on a tie the longer one: fewer spans
                best, back[right] = total, left
        cost[right] = best or 0
    chosen = [len(cuts) - 1]
    while chosen[-1]:
        chosen.append(back[chosen[-1]])
    return [cuts[index] for index in reversed(chosen)]
