"""The part that each line of a speech plays."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from speechbot.parsing.contents import contents_lines
from speechbot.parsing.furniture import furniture, greeting
from speechbot.parsing.headings import LONGEST_TITLE, OUTER, Heading, clean_title, is_outer, match_heading
from speechbot.parsing.outline import Node, nest
from speechbot.parsing.people import is_person
from speechbot.parsing.series import Candidate, in_series
from speechbot.parsing.titles import is_short

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from speechbot.parsing.lines import Line

PASSAGE = "passage"
HEADING = "heading"
CONTENTS = "contents"
SIGNATURE = "signature"
LABEL = "label"
# Longest unnumbered heading in characters, and shortest paragraph that can follow one.
_LONGEST_UNNUMBERED = 40
_LEAST_TEXT = 40
_ENDS_TEXT = frozenset("。！？!?：:；;…”）)】—")
# How a paragraph begins that sums up the points before it, or weighs what they told.
_SUMS_UP = re.compile(
    r"总之，|总的看|总的来看|总的来说|总起来说|总体来看|综上|归纳起来|总结我们|以上(?:这|所|几|各|[一二三四五六七八九十])|"
    r"(?:我们)?取得(?:的|这些|上述)(?:成绩|成就)|(?:这些|上述)成绩|在(?:充分)?肯定成绩|在看到成绩|(?:我们)?(?:同时)?(?:也要|也|必须|要)清醒"
)
# Who issues a document: 县人民政府办公室, one or two side by side.
_BODY = re.compile(
    r"[\u4e00-\u9fff]{2,24}(?:厅|局|委|委员会|部|办公室|政府|支部|中心|学院|公司|协会|院|会|组|国务院)(?:[\s　]+[\u4e00-\u9fff]{2,24}(?:厅|局|委|会|部|室|府|院))?"
)
_MOST_PARTS = 12  # of a speech; what counts further numbers its paragraphs
# Sections without text are turned into text from the innermost outwards; deeper nesting is not seen.
_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Structure:
    """The lines of one speech, judged.

    Attributes:
        roles: For each line ``passage``, ``heading`` (stand-alone), ``contents``, ``signature``, ``label`` or a kind of
            ``furniture``.
        nodes: Sections counted in lines, parents before children; each holds a passage.
    """

    roles: tuple[str, ...]
    nodes: tuple[Node, ...]


def structure(lines: Sequence[Line]) -> Structure:
    """Find sections and passages among the lines of one speech, its title left out."""
    contents = contents_lines(lines)
    roles = [CONTENTS if at in contents else furniture(line.text) or PASSAGE for at, line in enumerate(lines)]
    _mark_signatures(lines, roles)
    candidates = _with_numbers(lines, in_series(_candidates(lines, roles)))
    turns = _turns(lines, roles, {item.line for item in candidates if not item.heading.run_in})
    sums = [at for at, role in enumerate(roles) if role == PASSAGE and _SUMS_UP.match(lines[at].text)]
    nodes = nest(candidates, len(lines), turns, sums)
    for _ in range(_ROUNDS):
        empty = _empty(nodes, roles)
        if not empty:
            break
        for node in empty:
            if _is_label(node):
                roles[node.first] = LABEL
        candidates = _without(candidates, {node.first for node in empty})
        nodes = nest(candidates, len(lines), turns, sums)
    for node in nodes:
        if not node.candidate.heading.run_in:
            roles[node.first] = HEADING
    return Structure(tuple(roles), tuple(nodes))


def _mark_signatures(lines: Sequence[Line], roles: list[str]) -> None:
    """Mark a name that stands alone over a date or a salutation, and the body that issued a document over its date."""
    content = [at for at, role in enumerate(roles) if role not in {"rule", "page"}]
    for at, following in zip(content, [*content[1:], None], strict=False):
        below = roles[following] if following is not None else "date"
        if roles[at] != PASSAGE or below not in {"date", "salutation"}:
            continue
        issued = following is not None and below == "date" and _BODY.fullmatch(lines[at].text)
        if issued or is_person(lines[at].text):
            roles[at] = SIGNATURE


def _turns(lines: Sequence[Line], roles: Sequence[str], headings: Collection[int]) -> list[int]:
    """Lines that salute the audience in the middle of a text, alone or before more words."""
    found: list[int] = []
    spoken = False  # text stands before, with no heading between
    for at, role in enumerate(roles):
        if spoken and (role == "salutation" or (role == PASSAGE and greeting(lines[at].text))):
            found.append(at)
        if role == PASSAGE:
            spoken = at not in headings
    return found


def _candidates(lines: Sequence[Line], roles: Sequence[str]) -> list[Candidate]:
    """Numbered lines with the unnumbered ones that look like headings where they stand."""
    found: dict[int, Heading] = {}
    content = [at for at, role in enumerate(roles) if role == PASSAGE]
    for at in content:
        heading = match_heading(lines[at].text)
        if heading is not None and _fits(lines[at], heading):
            found[at] = heading
    for previous, at, following in zip([None, *content[:-1]], content, [*content[1:], None], strict=False):
        if at not in found and _is_unnumbered(lines, found, previous, at, following):
            title = clean_title(lines[at].text)
            found[at] = Heading("标题", 0, title, 0, len(lines[at].text))
    return [Candidate(at, found[at]) for at in sorted(found)]


def _fits(line: Line, heading: Heading) -> bool:
    """Whether a line may be the heading: the parts of an overlong paragraph hold no stand-alone ones."""
    return not line.cut or heading.run_in


def _with_numbers(lines: Sequence[Line], candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, with their number for title where 一、 or （一） heads a section whose title ran into the text.

    That is so among headings that stand alone, and in the parts of a line whose breaks were lost. Where the title ends
    cannot be told then, but what follows still stands in that part of the speech.
    """
    series: dict[int, list[Candidate]] = {}
    for item in candidates:
        if item.heading.kind in {"一、", "（一）"}:
            series.setdefault(item.series, []).append(item)
    numbered: dict[int, str] = {}
    for members in series.values():
        bare = [item for item in members if item.heading.title is None]
        # Headings with text below them; lines that follow each other are the items of a list.
        alone = sum(not item.heading.run_in and item.line + 1 != item.following for item in members)
        cut = members[0].heading.kind == "一、" and all(lines[item.line].cut for item in bare)
        if (alone > 1 and alone + len(bare) == len(members) and alone > len(bare)) or (
            cut and 1 < len(members) <= _MOST_PARTS
        ):
            numbered |= {item.line: _number(lines[item.line], item.heading) for item in bare}
    return [
        replace(item, heading=replace(item.heading, title=numbered[item.line])) if numbered.get(item.line) else item
        for item in candidates
    ]


def _number(line: Line, heading: Heading) -> str:
    """The number of a paragraph as it stands, without the mark after it; "" where it is no paragraph with more text."""
    return line.text[heading.start : heading.end].strip("*_、．.: ") if heading.end < len(line.text) else ""


def _is_unnumbered(
    lines: Sequence[Line], found: Collection[int], previous: int | None, at: int, following: int | None
) -> bool:
    """Whether a line without a number is a heading: short, between two texts, no sentence, no signature."""
    line = lines[at]
    if len(line.text) <= LONGEST_TITLE and is_outer(clean_title(line.text)):
        return True
    if following is None or not is_short(line) or not _reads_as_title(line.text):
        return False
    if previous is not None and previous not in found and lines[previous].text[-1] not in _ENDS_TEXT:
        return False
    after = lines[following].text
    # In a text wrapped by hand the first line of a paragraph has no full stop either, but the second is no longer.
    longer = len(after) * 2 >= len(line.text) * 3
    return following in found or (longer and (len(after) >= _LEAST_TEXT or after[-1] in _ENDS_TEXT))


def _reads_as_title(text: str) -> bool:
    """Whether a short line has the characters of a title: Chinese words without dashes, columns or brackets around."""
    if len(text) > _LONGEST_UNNUMBERED or re.search(r"——|\t|[|=]|\s{2,}|[\[］\]]", text):
        return False
    return len(re.findall(r"[\u4e00-\u9fff]", text)) * 2 > len(text) and not re.match(r"[（(“‘\d]|注[：:]", text)


def _empty(nodes: Sequence[Node], roles: Sequence[str]) -> list[Node]:
    """Innermost sections without a passage, with those that only follow such ones in a list."""
    count = [0]
    headings = {node.first for node in nodes if not node.candidate.heading.run_in}
    for at, role in enumerate(roles):
        count.append(count[-1] + (role == PASSAGE and at not in headings))
    parents = {node.parent for node in nodes}
    leaves = [node for position, node in enumerate(nodes) if position not in parents]
    bare = [node for node in leaves if count[node.stop] == count[node.first]]
    gone = {node.first for node in bare}
    ends = {node.first for node in leaves} - gone  # leaves with text
    series: dict[int, list[Node]] = {}
    for node in nodes:
        series.setdefault(node.candidate.series, []).append(node)
    for members in series.values():
        *earlier, last = members
        if earlier and last.first in ends and all(node.first in gone for node in earlier):
            bare.append(last)
    return bare


def _is_label(node: Node) -> bool:
    """Whether a heading without text under it says nothing by itself."""
    return node.candidate.heading.kind == "一" or node.title in OUTER


def _without(candidates: Sequence[Candidate], lines: Collection[int]) -> list[Candidate]:
    """The candidates, those in ``lines`` turned into numbered paragraphs without a title."""
    return [
        replace(item, heading=replace(item.heading, title=None, run_in=True)) if item.line in lines else item
        for item in candidates
        if item.line not in lines or item.heading.number
    ]
