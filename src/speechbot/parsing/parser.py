"""A source turned into speeches with sections and passages."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING

from speechbot.language.sentences import BLANK
from speechbot.models import Passage, Section, Source, Speech
from speechbot.parsing.lines import Line, split_lines
from speechbot.parsing.structure import PASSAGE, Structure, structure
from speechbot.parsing.titles import Opening, openings, stem_title

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from speechbot.parsing.outline import Node

TITLE = "title"
FRONT_MATTER = "front matter"
_FRONT_MATTER = re.compile(r"\A-{3,}[ \t]*\r?\n(?:[^\r\n]{0,500}\r?\n){0,60}?-{3,}[ \t]*(?=\r?\n|\Z)")


@dataclass(frozen=True, slots=True)
class _Part:
    """One speech: the lines after its title, judged."""

    opening: Opening
    lines: Sequence[Line]
    structure: Structure


def parse(source: Source) -> tuple[Speech, ...]:
    """Read the speeches of a source; sections and passages are placed by character offset.

    Args:
        source: A decoded file.

    Returns:
        Speeches in the order of the text, without those that hold no passage.
    """
    lines, parts = _parts(source)
    starts = [lines[part.opening.first].start for part in parts]
    seen: Counter[str] = Counter()
    found = [
        _speech(source, part, start, stop, seen)
        for part, start, stop in zip(parts, starts, [*starts[1:], len(source.text)], strict=False)
    ]
    return tuple(speech for speech in found if speech.passages)


def roles(source: Source) -> Iterator[tuple[str, int]]:
    """For every line of a source the part it plays and its length in characters, to measure what the parser keeps."""
    lines, parts = _parts(source)
    kept = {line.end: role for part in parts for line, role in zip(part.lines, part.structure.roles, strict=True)}
    kept |= {line.end: TITLE for line in lines if line.end not in kept}
    for line in split_lines(source.text):
        yield kept.get(line.end, FRONT_MATTER), len(line.text)


def _parts(source: Source) -> tuple[list[Line], list[_Part]]:
    """All lines of a source after its front matter, with the speeches among them."""
    front = _FRONT_MATTER.match(source.text)
    lines = [line for line in split_lines(source.text) if front is None or line.start >= front.end()]
    parts: list[_Part] = []
    for opening, following in pairwise([*openings(lines), None]):
        if opening is not None:
            stop = following.first if following is not None else len(lines)
            body = _after_title(lines[opening.body : stop], opening.skip)
            parts.append(_Part(opening, body, structure(body)))
    if lines and not any(PASSAGE in part.structure.roles for part in parts):
        # Nothing but what looks like titles and greetings: then that is what the file has to say.
        parts = [_Part(Opening(0, 0, None), lines, Structure((PASSAGE,) * len(lines), ()))]
    return lines, parts


def _after_title(lines: Sequence[Line], skip: int) -> Sequence[Line]:
    """The lines without the first ``skip`` characters, which are a title run together with the text."""
    if not skip:
        return lines
    first = lines[0]
    text = first.text[skip:].lstrip(BLANK)
    return [Line(first.end - len(text), first.end, text, first.cut), *lines[1:]]


def _speech(source: Source, part: _Part, start: int, stop: int, seen: Counter[str]) -> Speech:
    """The speech between two offsets."""
    title = part.opening.title or stem_title(source.name)
    sections = tuple(_section(node, part.lines, stop) for node in part.structure.nodes)
    paths = _paths(part.structure.nodes, len(part.lines))
    passages: list[Passage] = []
    for line, role, path in zip(part.lines, part.structure.roles, paths, strict=True):
        if role != PASSAGE:
            continue
        seen[line.text] += 1
        passages.append(
            Passage(
                id=passage_id(source.name, line.text, seen[line.text]),
                text=line.text,
                speech=title,
                section=path,
                source=source.name,
                paragraph=len(passages) + 1,
                start=line.start,
                end=line.end,
            )
        )
    return Speech(title, source.name, start, stop, sections, tuple(passages))


def passage_id(source: str, text: str, occurrence: int) -> str:
    """16 hex digits that a passage keeps through rebuilds: from source name, text and number among equal texts."""
    key = f"{source}\0{occurrence}\0{text}".encode("utf-8", "surrogatepass")
    return blake2b(key, digest_size=8).hexdigest()


def _section(node: Node, lines: Sequence[Line], stop: int) -> Section:
    """A section in offsets; it ends where the line after it starts, or with its paragraph or its speech."""
    heading = node.candidate.heading
    first = lines[node.first]
    following = lines[node.stop].start if node.stop < len(lines) else stop
    return Section(
        title=node.title,
        kind=heading.kind,
        level=node.level,
        # The paragraph of a run-in heading lies in its section, marks of emphasis before the number included.
        start=first.start if heading.run_in else first.start + heading.start,
        end=first.start + heading.end,
        stop=lines[node.stop - 1].end if node.closed else following,
        parent=node.parent,
    )


def _paths(nodes: Sequence[Node], length: int) -> Iterator[tuple[str, ...]]:
    """For each line the titles of the sections it lies in, outermost first."""
    opened: list[Node] = []
    pending = iter(nodes)
    following = next(pending, None)
    for at in range(length):
        opened = [node for node in opened if node.stop > at]
        while following is not None and following.first == at:
            opened.append(following)
            following = next(pending, None)
        yield tuple(node.title for node in opened)
