"""A file on the page: its speeches as trees, with every passage and every line left out in its place."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from speechbot.models import Passage, Section, Speech
from speechbot.parsing.dropped import Drop, Dropped
from speechbot.report.elements import Html, element, joined
from speechbot.report.inspection import message
from speechbot.wording import zh_report

if TYPE_CHECKING:
    from collections.abc import Iterable

    from speechbot.parsing.doubts import Doubtful
    from speechbot.parsing.dropped import Lines
    from speechbot.report.inspection import Inspected


@dataclass(frozen=True, slots=True)
class Places:
    """Where on the page the parts of a file stand.

    Attributes:
        file: Id of the file's element.
        ids: For the offset in the source at which each part starts the id of its element.
        starts: These offsets, ascending.
    """

    file: str
    ids: dict[int, str]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, file: Inspected, anchor: str) -> Places:
        """The places of a file's parts; where a section starts with its paragraph, that of the paragraph."""
        ids = {section.start: f"{anchor}h{section.start}" for speech in file.speeches for section in speech.sections}
        ids |= {item.start: f"{anchor}o{item.start}" for item in _shown(file.audit.dropped)}
        ids |= {passage.start: passage_id(anchor, passage) for speech in file.speeches for passage in speech.passages}
        return cls(anchor, ids, tuple(sorted(ids)))

    def holding(self, offset: int) -> str:
        """Id of the last part that starts at or before ``offset``; of the first one, or the file, where nothing does."""
        if not self.starts:
            return self.file
        return self.ids[self.starts[max(bisect_right(self.starts, offset) - 1, 0)]]


def passage_id(file: str, passage: Passage) -> str:
    """Id of a passage's element in the file whose element has the id ``file``."""
    return f"{file}o{passage.start}"


@dataclass(slots=True)
class _Branch:
    """A section being written, or the speech itself: what is in it so far."""

    section: Section | None = None
    parts: list[Html] = field(default_factory=list)
    passages: int = 0
    branched: bool = False


def trees(file: Inspected, places: Places, *, first: int) -> Html:
    """The speeches of a file, numbered from ``first``, with what stands between them."""
    notes: dict[str, list[Doubtful]] = {}
    for doubt in file.audit.doubts:
        notes.setdefault(places.holding(doubt.start), []).append(doubt)
    writer = _Writer(file.lines, places, notes)
    dropped = _shown(file.audit.dropped)
    parts: list[Html] = []
    position = 0
    for number, speech in enumerate(file.speeches, start=first):
        parts += [writer.leaf(item) for item in dropped if position <= item.start < speech.start]
        parts.append(
            writer.speech(speech, [item for item in dropped if speech.start <= item.start < speech.stop], number)
        )
        position = speech.stop
    return joined([*parts, *(writer.leaf(item) for item in dropped if item.start >= position)])


def _shown(dropped: Iterable[Dropped]) -> list[Dropped]:
    """The lines left out that are worth a place: not the marks around headings."""
    return [item for item in dropped if item.kind is not Drop.MARK]


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the parts of a file, each with its id and with the doubts about it below."""

    lines: Lines
    places: Places
    notes: dict[str, list[Doubtful]]

    def speech(self, speech: Speech, dropped: Iterable[Dropped], number: int) -> Html:
        """A speech: title, what is known of it, tree."""
        title = element(
            "h4",
            element("span", zh_report.SPEECH_NUMBER.format(number=number), class_="faint"),
            zh_report.SPEECH_TITLE.format(title=speech.title),
            element("small", zh_report.SECTION_COUNT.format(count=len(speech.passages))),
        )
        return element("section", title, *_known(speech), self._tree(speech, dropped), class_="speech", id=f"s{number}")

    def leaf(self, item: Passage | Dropped) -> Html:
        """A passage or a line left out, in its words."""
        line = self.lines.number(item.start)
        if isinstance(item, Passage):
            kind = "passage"
            place = zh_report.PASSAGE_PLACE.format(paragraph=item.paragraph, line=line, length=len(item.text))
        else:
            kind = "dropped"
            place = zh_report.DROPPED_PLACE.format(kind=zh_report.DROPS[item.kind.value], line=line)
        anchor = self.places.ids[item.start]
        return joined([element("p", element("small", place), item.text, class_=kind, id=anchor), *self._doubts(anchor)])

    def _tree(self, speech: Speech, dropped: Iterable[Dropped]) -> Html:
        """Sections, passages and lines left out, nested as they stand."""
        opened = [_Branch()]
        # A section stands above a paragraph that starts with it, sections that start together in their own order
        items: list[Section | Passage | Dropped] = [*speech.sections, *dropped, *speech.passages]
        for item in sorted(items, key=lambda part: part.start):
            while (section := opened[-1].section) is not None and _is_over(section, item, speech):
                self._close(opened)
            if isinstance(item, Section):
                opened.append(_Branch(item))
            else:
                opened[-1].parts.append(self.leaf(item))
                opened[-1].passages += isinstance(item, Passage)
        while len(opened) > 1:
            self._close(opened)
        return joined(opened[0].parts)

    def _close(self, opened: list[_Branch]) -> None:
        """Write the innermost open section into the one around it."""
        branch, around = opened.pop(), opened[-1]
        around.passages += branch.passages
        around.branched = True
        if branch.section is None:
            return
        count = element("small", zh_report.SECTION_COUNT.format(count=branch.passages))
        anchor = f"{self.places.file}h{branch.section.start}"
        # Open where other headings lie inside: then a speech shows all of its headings and folds its paragraphs
        around.parts.append(
            element(
                "details",
                element("summary", branch.section.title, count),
                *self._doubts(anchor),
                *branch.parts,
                class_="branch",
                id=anchor,
                open=branch.branched,
            )
        )

    def _doubts(self, anchor: str) -> list[Html]:
        """What is doubtful about an element."""
        return [element("p", *doubt_words(doubt), class_="doubt") for doubt in self.notes.get(anchor, ())]


def doubt_words(doubt: Doubtful) -> tuple[Html, str]:
    """A doubt in words, its kind first."""
    name, _ = zh_report.DOUBTS[doubt.kind.value]
    return element("b", zh_report.DOUBT_NAMED.format(kind=name)), message(doubt)


def _is_over(section: Section, item: Section | Passage | Dropped, speech: Speech) -> bool:
    """Whether an open section has ended where ``item`` starts."""
    if isinstance(item, Section):
        return item.parent is None or not _lies_in(item, section, speech)
    return section.stop <= item.start


def _lies_in(item: Section, section: Section, speech: Speech) -> bool:
    """Whether a section is somewhere inside another one."""
    parent = item.parent
    while parent is not None:
        if speech.sections[parent] is section:
            return True
        parent = speech.sections[parent].parent
    return False


def _known(speech: Speech) -> list[Html]:
    """What is known of a speech besides its title."""
    facts = [
        zh_report.SPEECH_DATE.format(date=speech.date) if speech.date else "",
        zh_report.SPEECH_SPEAKER.format(speaker=speech.speaker) if speech.speaker else "",
        zh_report.SPEECH_OCCASION.format(occasion=speech.occasion) if speech.occasion else "",
        zh_report.SPEECH_ALIASES.format(aliases=zh_report.LIST_SEPARATOR.join(speech.aliases))
        if speech.aliases
        else "",
    ]
    shown = zh_report.CLAUSE_SEPARATOR.join(filter(None, facts))
    return [element("p", shown, class_="faint")] if shown else []
