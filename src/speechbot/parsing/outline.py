"""Sections nested by the order in which their numbering styles are found."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from speechbot.parsing.headings import FRONT, is_outer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from speechbot.parsing.series import Candidate

# Precedence between numbering styles that meet for the first time. A style that is open already goes back to its own
# level whatever its rank.
_RANKS = {
    "第X编": 0,
    "第X章": 1,
    "第X节": 2,
    "第X条": 3,
    "一": 9,
    "一、": 10,
    "（一）": 20,
    "1.": 30,
    "（1）": 40,
    "①": 50,
}
_RANKS |= {"#" * depth: depth - 10 for depth in range(1, 7)}
_POINT_RANK = 60  # points of one paragraph each lie below all else
_TOP = -100


@dataclass(slots=True)
class Node:
    """A section counted in lines: its heading stands in line ``first``, it reaches to line ``stop`` (exclusive).

    ``parent`` is the position of the enclosing node in the list, or None; ``closed`` says that the section ends with its
    own paragraph rather than where the next heading starts.
    """

    candidate: Candidate
    title: str
    first: int
    stop: int
    level: int
    parent: int | None
    closed: bool = False


@dataclass(slots=True)
class _Open:
    key: tuple[str, int]
    rank: float
    node: int
    run_in: bool
    following: int | None
    front: bool


def nest(candidates: Sequence[Candidate], stop: int, turns: Sequence[int] = (), sums: Sequence[int] = ()) -> list[Node]:
    """Nest headings into sections.

    Args:
        candidates: Headings in the order of the text; those without a title open no section but close those that
            a heading of theirs would close.
        stop: Line where the speech ends.
        turns: Lines in ascending order where the speaker turns to the audience again, each with text before it.
        sums: Lines in ascending order that sum up what was said, or begin to weigh it.

    Returns:
        Sections in the order of the text, parents before children.
    """
    nodes: list[Node] = []
    opened: list[_Open] = []
    ranks: dict[tuple[str, int], float] = {}
    sizes = Counter(candidate.series for candidate in candidates)
    for candidate in candidates:
        heading = candidate.heading
        for marks, points in ((turns, False), (sums, True)):
            mark = bisect_right(marks, nodes[-1].first) if nodes else len(marks)
            if mark < len(marks) and marks[mark] < candidate.line:
                _close_at(marks[mark], nodes, opened, sizes, points=points)
        title = None if _is_clause(opened, candidate) else heading.title
        level, rank = _place(opened, ranks, candidate)
        for entry in opened[level:]:
            nodes[entry.node].stop = candidate.line
        del opened[level:]
        if title is not None:
            parent = opened[-1].node if opened else None
            opened.append(_Open(_key(candidate), rank, len(nodes), heading.run_in, candidate.following, title in FRONT))
            nodes.append(Node(candidate, title, candidate.line, stop, len(opened), parent))
    _end_points(nodes)
    _end_at_turns(nodes, turns, points=False)
    _end_at_turns(nodes, sums, points=True)
    return nodes


def _close_at(mark: int, nodes: Sequence[Node], opened: list[_Open], sizes: Mapping[int, int], *, points: bool) -> None:
    """End the sections that a mark ends, before the next heading finds its place; see ``_end_at_turns``."""
    for level, entry in enumerate(opened):
        node = nodes[entry.node]
        last = node.candidate.following is None and sizes[node.candidate.series] > 1
        if node.level > 1 and last and (entry.run_in or not points):
            for inner in opened[level:]:
                nodes[inner.node].stop, nodes[inner.node].closed = mark, True
            del opened[level:]
            return


def _key(candidate: Candidate) -> tuple[str, int]:
    """What makes two headings siblings wherever they stand."""
    heading = candidate.heading
    return heading.kind, -1 if heading.kind == "标题" and is_outer(heading.title or "") else candidate.depth


def _is_clause(opened: Sequence[_Open], candidate: Candidate) -> bool:
    """Whether the candidate is an item of a statute's article, which is text rather than a heading."""
    heading = candidate.heading
    inside = any(entry.key[0] == "第X条" for entry in opened)
    return inside and (heading.run_in or heading.stop) and _rank(candidate) > _RANKS["第X条"]


def _place(opened: Sequence[_Open], ranks: dict[tuple[str, int], float], candidate: Candidate) -> tuple[int, float]:
    """How many open sections stay open for ``candidate``, and its rank; what is seen about ranks is kept in ``ranks``."""
    key = _key(candidate)
    for level, entry in enumerate(opened):
        if entry.key == key:
            return level, entry.rank
    rank = ranks.get(key, _rank(candidate))
    level = 0
    while level < len(opened) and _holds(opened[level], candidate, rank):
        level += 1
    above = opened[level - 1].rank if level else 0
    if rank > _POINT_RANK or (level and rank <= above):
        floating, rank = rank > _POINT_RANK, above + 0.5
        if not floating:
            ranks[key] = rank
    return level, rank


def _holds(entry: _Open, candidate: Candidate, rank: float) -> bool:
    """Whether an open section encloses the candidate: by rank, or for sure when all of the candidate's series lies before the section's next sibling."""
    if entry.following is not None and entry.following > candidate.until:
        return True
    return entry.rank < rank and not _refuses(entry, candidate, rank)


def _refuses(entry: _Open, candidate: Candidate, rank: float) -> bool:
    """Whether an open section of lower rank cannot hold the candidate all the same."""
    return (rank > _POINT_RANK and entry.run_in) or (entry.front and candidate.heading.kind != "标题")


def _rank(candidate: Candidate) -> float:
    """Rank of a style not open yet; above ``_POINT_RANK`` it goes under whatever is open."""
    heading = candidate.heading
    if heading.kind == "标题" and is_outer(heading.title or ""):
        return _TOP
    if candidate.depth == 0 and heading.kind in _RANKS:
        return _RANKS[heading.kind]
    return _POINT_RANK if heading.run_in else _POINT_RANK + 1


def _end_points(nodes: list[Node]) -> None:
    """End the last of several one-paragraph points with its paragraph.

    Where every earlier point of a series has one paragraph, what follows the last one sums up: to cite it under the
    last point would misplace it.
    """
    series: dict[tuple[int, int | None], list[int]] = {}
    parents = {node.parent for node in nodes}
    for position, node in enumerate(nodes):
        if node.candidate.heading.run_in and node.candidate.heading.kind != "第X条" and position not in parents:
            series.setdefault((node.candidate.series, node.parent), []).append(position)
    for members in series.values():
        *earlier, last = (nodes[position] for position in members)
        if earlier and all(node.stop - node.first == 1 for node in earlier):
            last.stop = last.first + 1
            last.closed = True


def _end_at_turns(nodes: list[Node], turns: Sequence[int], *, points: bool) -> None:
    """End the last section of a series where the speaker turns to the audience again.

    No heading closes the last one. What follows such a turn is a new subject or the end of the speech: to cite it under
    the last heading would misplace it. A section that holds others at the top stays open, for such subjects belong to it.
    With ``points`` only points with text in their own line end so, below another section: there what sums up belongs.
    """
    members = Counter(node.candidate.series for node in nodes)
    reach = [node.first for node in nodes]  # line of the last heading inside
    for position in range(len(nodes) - 1, -1, -1):
        node = nodes[position]
        if node.parent is not None:
            reach[node.parent] = max(reach[node.parent], reach[position])
        if node.candidate.following is not None or members[node.candidate.series] == 1:
            continue
        if node.level == 1 and (points or reach[position] > node.first):
            continue
        if points and not node.candidate.heading.run_in:
            continue
        turn = bisect_right(turns, reach[position])
        if turn < len(turns) and turns[turn] < node.stop:
            node.stop, node.closed = turns[turn], True
