"""Which numbered lines of a speech belong together as 1, 2, 3."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from speechbot.parsing.headings import LAST, Heading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Words that also begin ordinary sentences: alone they prove nothing.
_WEAK = frozenset({"1.", "（1）", "①", "第一，", "一是", "首先，"})
_MOST = 30  # points with a title of their own; a series that counts further numbers paragraphs
_GAP = 2  # from one member's number to the next
_DEEPEST = 8  # open series of one kind; the bound keeps long files linear


@dataclass(frozen=True, slots=True)
class Candidate:
    """A numbered line in its speech.

    Attributes:
        line: Its position among the speech's lines.
        heading: What it looks like by itself.
        series: Number of the series it belongs to; series are numbered per speech.
        depth: How many series of the same kind enclose it.
        until: Line of the last member of its series.
        following: Line of the next member of its series, or None for the last.
    """

    line: int
    heading: Heading
    series: int = 0
    depth: int = 0
    until: int = 0
    following: int | None = None


@dataclass(slots=True)
class _Series:
    kind: str
    styles: set[tuple[bool, bool]]
    number: int
    outer: int | None
    members: list[int] = field(default_factory=list)
    nested: bool = False


def in_series(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Number the series and drop what turns out to be no numbering.

    A lone 一是 or 1. is dropped. In a series where most paragraphs have no title of their own, none has one: they are
    numbered paragraphs. Candidates keep their order.
    """
    found = _grouped([candidate.heading for candidate in candidates])
    result: list[Candidate] = []
    for number, series in enumerate(found):
        members = _judged(series, [candidates[position] for position in series.members])
        depth = _depth(found, number)
        for member, following in zip(members, [*[other.line for other in members[1:]], None], strict=False):
            until = members[-1].line
            result.append(replace(member, series=number, depth=depth, until=until, following=following))
    return sorted(result, key=lambda candidate: candidate.line)


def _grouped(headings: Sequence[Heading]) -> list[_Series]:
    """All series, in the order in which they begin; members are positions in ``headings``."""
    found: list[_Series] = []
    opened: dict[str, list[int]] = {}
    for position, heading in enumerate(headings):
        same = opened.setdefault(heading.kind, [])
        level = _continued(found, opened, heading)
        if level is None:
            del same[: -_DEEPEST + 1]
            found.append(_Series(heading.kind, set(), 0, same[-1] if same else None))
            same.append(len(found) - 1)
            level = len(same) - 1
        for inner in same[level + 1 :]:
            found[inner].nested = True
        del same[level + 1 :]
        found[same[level]].number = heading.number
        found[same[level]].members.append(position)
        found[same[level]].styles.add((heading.run_in, heading.stop))
    return found


def _continued(found: Sequence[_Series], opened: Mapping[str, Sequence[int]], heading: Heading) -> int | None:
    """Which of the open series of its kind goes on with ``heading``, counted from outside; None for a new one.

    The innermost that fits, best one with a member in the same style, unless the section it stands in has ended since.
    """
    if heading.number == 1:
        return None
    same = [found[number] for number in opened[heading.kind]]
    fitting = [level for level, series in enumerate(same) if _follows(series, heading)]
    style = (heading.run_in, heading.stop)
    choice = [level for level in fitting if style in same[level].styles] or fitting
    others = [found[number] for numbers in opened.values() for number in numbers] if len(choice) > 1 else []
    while len(choice) > 1 and _is_left(same[choice[-1]], same[choice[-2]], others):
        choice.pop()
    return choice[-1] if choice else None


def _is_left(inner: _Series, outer: _Series, others: Sequence[_Series]) -> bool:
    """Whether ``inner`` lies between two members of another series that itself began inside ``outer``."""
    return any(
        outer.members[-1] < other.members[0] < inner.members[0] and inner.members[-1] < other.members[-1]
        for other in others
    )


def _follows(series: _Series, heading: Heading) -> bool:
    """Whether the heading's number comes next, small gaps allowed for headings that were not recognised."""
    last = heading.kind == "首先，" and heading.number == LAST
    return last or heading.number == 0 or 0 < heading.number - series.number <= _GAP


def _depth(found: Sequence[_Series], number: int) -> int:
    """How many series of the same kind enclose this one."""
    depth = 0
    series = found[number]
    while series.nested and series.outer is not None:
        depth += 1
        series = found[series.outer]
    return depth


def _judged(series: _Series, members: Sequence[Candidate]) -> list[Candidate]:
    """The members that count; without titles where most have none."""
    if series.kind in _WEAK and len(members) == 1:
        return []
    run_in = [member for member in members if member.heading.run_in]
    titled = sum(member.heading.title is not None for member in run_in)
    if series.kind == "第X条" or (titled * 2 > len(run_in) and series.number <= _MOST):
        return list(members)
    return [
        replace(member, heading=replace(member.heading, title=None)) if member.heading.run_in else member
        for member in members
    ]
