"""A source turned into speeches with sections and passages."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import count, pairwise
from typing import TYPE_CHECKING

from speechbot.language.sentences import BLANK
from speechbot.models import Passage, Section, Source, Speech
from speechbot.parsing.annotations import annotated
from speechbot.parsing.front import Front, front_matter
from speechbot.parsing.glyphs import judged
from speechbot.parsing.lines import Line, split_lines
from speechbot.parsing.origin import Origin, further_titles, of_front, of_name, of_setting
from speechbot.parsing.structure import PASSAGE, SIGNATURE, Structure, structure
from speechbot.parsing.titles import Opening, openings, stem_title

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from speechbot.parsing.outline import Node

TITLE = "title"
FRONT_MATTER = "front matter"


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
    text = judged(source.text)
    front = front_matter(text)
    lines, parts = _parts(text, front)
    starts = [lines[part.opening.first].start for part in parts]
    titles = _titles(source.name, parts, front)
    seen: Counter[str] = Counter()
    found = [
        _speech(source, part, title, (start, stop), seen)
        for part, title, start, stop in zip(parts, titles, starts, [*starts[1:], len(source.text)], strict=False)
    ]
    found = [speech for speech in found if speech.passages]
    if len(found) == 1:
        found = [_of_file(found[0], source.name, front)]
    return annotated(found, source.notes)


def roles(source: Source) -> Iterator[tuple[str, int]]:
    """For every line of a source the part it plays and its length in characters, to measure what the parser keeps."""
    text = judged(source.text)
    lines, parts = _parts(text, front_matter(text))
    kept = {line.end: role for part in parts for line, role in zip(part.lines, part.structure.roles, strict=True)}
    kept |= {line.end: TITLE for line in lines if line.end not in kept}
    for line in split_lines(text):
        yield kept.get(line.end, FRONT_MATTER), len(line.text)


def _parts(text: str, front: Front) -> tuple[list[Line], list[_Part]]:
    """All lines of a text after its front matter, with the speeches among them."""
    lines = [line for line in split_lines(text) if line.start >= front.end]
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


def _titles(name: str, parts: Sequence[_Part], front: Front) -> list[str]:
    """A title for each part; those without one are called after the file, and numbered where there are several."""
    stem = front.fields.get("title") or stem_title(name)
    bare = sum(part.opening.title is None for part in parts)
    numbers = count(1)
    return [part.opening.title or (f"{stem}（{next(numbers)}）" if bare > 1 else stem) for part in parts]


def _of_file(speech: Speech, name: str, front: Front) -> Speech:
    """The only speech of a file, with what its text leaves open and front matter or file name say."""
    own = Origin(speech.date, speech.speaker, speech.occasion)
    origin = own.or_else(of_front(front.fields))
    # A file is often named by the day on which it was published: no word against a month that the text gives.
    origin = origin if origin.date else origin.or_else(of_name(name))
    title = front.fields.get("title", speech.title)
    # The title of a web page names the site as well: 论学习 - 某某网 | 第二卷.
    known = {speech.title, *speech.aliases} | ({title} if re.search(r"[|｜]| - ", title) else set())
    aliases = speech.aliases if title in known else (*speech.aliases, title)
    return replace(speech, date=origin.date, speaker=origin.speaker, occasion=origin.occasion, aliases=aliases)


def _setting(part: _Part, title: str) -> Origin:
    """What the lines around a speech say of its origin."""
    roles = part.structure.roles
    notes = [line.text for line, role in zip(part.lines, roles, strict=True) if role == "note"]
    return of_setting(title, part.opening.setting, _signature(part), notes)


def _signature(part: _Part) -> list[str]:
    """Name and date under a letter, or the date under a text that holds no other."""
    roles = part.structure.roles
    signed = [at for at, role in enumerate(roles) if role == SIGNATURE]
    if len(signed) == 1:
        at = signed[0]
        return [
            line.text
            for line, role in zip(part.lines[at : at + 2], roles[at : at + 2], strict=True)
            if role in {SIGNATURE, "date"}
        ]
    dates = [at for at, role in enumerate(roles) if role == "date"]
    last = max((at for at, role in enumerate(roles) if role == PASSAGE), default=0)
    return [part.lines[at].text for at in dates if at > last] if len(dates) == 1 else []


def _speech(source: Source, part: _Part, title: str, place: tuple[int, int], seen: Counter[str]) -> Speech:
    """The speech between two offsets."""
    start, stop = place
    origin = _setting(part, title)
    sections = tuple(_section(node, part.lines, stop) for node in part.structure.nodes)
    paths = _paths(part.structure.nodes, len(part.lines))
    passages: list[Passage] = []
    for line, role, path in zip(part.lines, part.structure.roles, paths, strict=True):
        if role != PASSAGE:
            continue
        text = source.text[line.start : line.end]
        seen[text] += 1
        passages.append(
            Passage(
                id=passage_id(source.name, text, seen[text]),
                text=text,
                speech=title,
                section=path,
                source=source.name,
                paragraph=len(passages) + 1,
                start=line.start,
                end=line.end,
            )
        )
    return Speech(
        title,
        source.name,
        start,
        stop,
        sections,
        tuple(passages),
        date=origin.date,
        speaker=origin.speaker,
        occasion=origin.occasion,
        aliases=further_titles(title, part.opening.setting),
    )


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
