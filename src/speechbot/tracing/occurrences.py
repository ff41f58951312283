"""Where a wording stands: a scan of the folded texts, and the places in the originals."""

from __future__ import annotations

import threading
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from speechbot.errors import IndexDamaged
from speechbot.language.sentences import sentence_spans
from speechbot.language.skeleton import Skeleton, skeleton
from speechbot.wording import zh_errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from speechbot.indexing.catalog import Catalog, Spoken
    from speechbot.indexing.generation import Generation
    from speechbot.models import Passage, Section

_BATCH = 64  # sources read at a time when all are
_HELD = 8  # sources whose places are kept: hits are looked at source by source


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A place in the materials.

    Attributes:
        source: Name of the file.
        start: Offset in the text of the source.
        end: Offset there (exclusive).
        text: Exactly ``source.text[start:end]``.
        speech: Title of the speech.
        section: Headings from the top down to the place, that of the first paragraph where there are several.
        passages: The paragraphs that it touches, in order; none where it stands in a heading, a title or a salutation.
        heading: Whether it stands in a heading of its own line.
        sentence: The sentence around it, or the run of sentences that it touches, as it stands in the source.
        sentence_start: Where that starts in the text of the source.
        date: When the speech was given; "" where that is not known.
        speaker: Who gave it; likewise.
    """

    source: str
    start: int
    end: int
    text: str
    speech: str
    section: tuple[str, ...] = ()
    passages: tuple[Passage, ...] = ()
    heading: bool = False
    sentence: str = ""
    sentence_start: int = 0
    date: str = ""
    speaker: str = ""

    @property
    def highlight(self) -> tuple[int, int]:
        """Where it stands in ``sentence``."""
        return self.start - self.sentence_start, self.end - self.sentence_start

    def to_dict(self) -> dict[str, Any]:
        """The place as ``--json`` prints it."""
        return {
            "source": self.source,
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "speech": self.speech,
            "date": self.date,
            "speaker": self.speaker,
            "section": list(self.section),
            "heading": self.heading,
            "paragraphs": [passage.paragraph for passage in self.passages],
            "passages": [passage.id for passage in self.passages],
            "sentence": self.sentence,
            "highlight": list(self.highlight),
        }


class Spot(NamedTuple):
    """A wording found.

    Attributes:
        speech: Number of the speech.
        at: Where it starts in the skeleton of the source.
        start: Where it starts in the text of the source.
        end: Where it ends there (exclusive).
    """

    speech: int
    at: int
    start: int
    end: int


class Texts:
    """The texts of a generation as wordings; for any number of threads.

    The skeletons of all sources are held from the first search on, two bytes a character, and searched one after the
    other: that finds everything, also what crosses paragraphs, at a gigabyte a second (benchmarks/quotes.json).
    """

    def __init__(self, generation: Generation) -> None:
        """Read an open generation."""
        catalog = self._catalog = generation.catalog
        self._sources = generation.manifest.counts.sources
        self._lock = threading.Lock()
        self._skeletons: dict[str, str] | None = None
        # A cache of a method's would be a cycle, in which a generation's files stay open until garbage is collected
        self._whole = lru_cache(_HELD)(lambda source: skeleton(catalog.text(source)))

    def find(self, wording: str, speeches: frozenset[int] | None = None) -> Iterator[Spot]:
        """Every place of a wording within a speech, overlapping ones too, in the order of the index.

        Args:
            wording: A skeleton, not empty.
            speeches: Numbers of the speeches to look in; None for all.
        """
        for source, text in self._all().items():
            at = text.find(wording)
            if at < 0:
                continue
            places = self.whole(source).places
            spoken = self.spoken_in[source]
            starts = [one.start for one in spoken]
            while at >= 0:
                start, end = int(places[at]), int(places[at + len(wording) - 1]) + 1
                number = bisect_right(starts, start) - 1
                if number >= 0 and end <= spoken[number].stop:
                    one = spoken[number].number
                    if speeches is None or one in speeches:
                        yield Spot(one, at, start, end)
                at = text.find(wording, at + 1)

    def text(self, source: str) -> str:
        """The text of a source."""
        return self._catalog.text(source)

    def whole(self, source: str) -> Skeleton:
        """The skeleton of a source with its places; the last few are kept."""
        return self._whole(source)

    def _all(self) -> dict[str, str]:
        """Skeletons by name; made by the first who asks."""
        with self._lock:
            if self._skeletons is None:
                found: dict[str, str] = {}
                for first in range(0, self._sources, _BATCH):
                    for name, text in self._catalog.texts(first, _BATCH):
                        found[name] = skeleton(text).text
                self._skeletons = found
            return self._skeletons

    @cached_property
    def spoken(self) -> list[Spoken]:
        """Every speech, at the position of its number."""
        return self._catalog.spoken()

    @cached_property
    def spoken_in(self) -> dict[str, list[Spoken]]:
        """The speeches of each source."""
        found: dict[str, list[Spoken]] = {}
        for one in self.spoken:
            found.setdefault(one.source, []).append(one)
        return found


class Places:
    """Turns offsets into places with their paragraphs; keeps what it read of a speech, so use one for each question."""

    def __init__(self, generation: Generation, texts: Texts) -> None:
        """Read an open generation."""
        catalog = self._catalog = generation.catalog
        self._path = generation.path
        self._texts = texts
        # Of a function, as in Texts
        self._inside = lru_cache(64)(lambda speech: _read(catalog, speech))

    def occurrence(self, speech: int, start: int, end: int) -> Occurrence:
        """The place of a part of a speech.

        Raises:
            IndexDamaged: A paragraph is not what its source says.
        """
        spoken = self._texts.spoken[speech]
        text = self._catalog.text(spoken.source)
        passages, sections, ends = self._inside(speech)
        touched = _touched(passages, ends, start, end)
        if not self._catalog.verbatim(touched):
            raise IndexDamaged(self._path, zh_errors.DAMAGE_NOT_VERBATIM)
        heading = not touched and any(one.start <= start and end <= one.end for one in sections)
        left, right = _sentence(text, spoken, touched, start, end)
        return Occurrence(
            *(spoken.source, start, end, text[start:end], spoken.title),
            section=touched[0].section if touched else _path(sections, start),
            passages=touched,
            heading=heading,
            sentence=text[left:right],
            sentence_start=left,
            date=spoken.date,
            speaker=spoken.speaker,
        )


def _read(catalog: Catalog, speech: int) -> tuple[tuple[Passage, ...], tuple[Section, ...], NDArray[np.int64]]:
    """Passages and sections of a speech, and where the passages end."""
    (entry,) = catalog.entries(range(speech, speech + 1))
    passages = catalog.run(entry.rows)
    return passages, catalog.headings(speech), np.array([one.end for one in passages], np.int64)


def _touched(passages: Sequence[Passage], ends: NDArray[np.int64], start: int, end: int) -> tuple[Passage, ...]:
    """The passages that overlap a span."""
    first = int(np.searchsorted(ends, start, side="right"))
    found = []
    for passage in passages[first:]:
        if passage.start >= end:
            break
        found.append(passage)
    return tuple(found)


def _sentence(text: str, spoken: Spoken, touched: Sequence[Passage], start: int, end: int) -> tuple[int, int]:
    """The sentences that a span touches; outside paragraphs its lines."""
    left = min(start, touched[0].start) if touched else max(text.rfind("\n", 0, start) + 1, spoken.start)
    stop = text.find("\n", end)
    right = max(end, touched[-1].end) if touched else min(stop if stop >= 0 else len(text), spoken.stop)
    spans = [(left + a, left + b) for a, b in sentence_spans(text[left:right])]
    touching = [span for span in spans if span[0] < end and start < span[1]]
    return min([start, *(a for a, _ in touching)]), max([end, *(b for _, b in touching)])


def _path(sections: Sequence[Section], start: int) -> tuple[str, ...]:
    """Headings around an offset, from the top down."""
    return tuple(one.title for one in sections if one.start <= start < one.stop)
