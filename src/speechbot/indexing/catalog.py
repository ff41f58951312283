"""The catalogue of an index: a read-only SQLite file of sources, speeches, sections, passages."""

from __future__ import annotations

import json
import sqlite3
import threading
from bisect import bisect_left
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np

from speechbot.errors import FilterError, IndexDamaged
from speechbot.indexing.schema import catalog_uri
from speechbot.language.text import fold
from speechbot.models import Passage, Section, Source, Speech
from speechbot.wording import zh_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_PASSAGES = """
SELECT p.row, p.id, p.text, s.title, p.section, s.source, p.paragraph, p.start, p.end
FROM passages p JOIN speeches s ON s.number = p.speech
"""
_WORDED = _PASSAGES.replace("p.row", "p.wording, p.row", 1)

# Source texts held for comparison with what is about to be shown; a text of a million characters takes 2 MB.
_TEXTS = 8


class Extent(NamedTuple):
    """A file of an index and what it holds; the ranges count positions in the index."""

    name: str
    sha256: str
    notes: str
    speeches: range
    passages: range
    windows: range


class Entry(NamedTuple):
    """A speech as a list names it; ``rows`` are those of its passages."""

    number: int
    title: str
    source: str
    date: str
    speaker: str
    rows: range


class _Place(NamedTuple):
    """Where passages stand, folded for filters; a speech goes by its title and its other names."""

    source: str
    speech: tuple[str, ...]
    section: tuple[str, ...]


class Catalog:
    """Reads a catalogue; one connection behind a lock, so any number of threads may share the object."""

    def __init__(self, path: Path) -> None:
        """Open a catalogue.

        Args:
            path: The file that ``write_catalog`` wrote. It must not change while it is open.

        Raises:
            IndexDamaged: The file is missing or not a catalogue.
        """
        self._path = path
        self._lock = threading.Lock()
        # SQLite counts characters from the start of a text each time; sliced in memory, a quote costs microseconds
        self._text = lru_cache(_TEXTS)(self._load_text)
        try:
            self._connection = sqlite3.connect(catalog_uri(path), uri=True, check_same_thread=False)
        except sqlite3.Error as error:
            raise IndexDamaged(path, zh_errors.DAMAGE_UNREADABLE) from error
        try:
            self._count = int(self._query("SELECT count(*) FROM passages")[0][0])
        except IndexDamaged:
            self.close()
            raise

    def close(self) -> None:
        """Close the file; the catalogue cannot be read afterwards."""
        self._connection.close()
        self._text.cache_clear()

    def __enter__(self) -> Self:
        """Close at the end of a ``with`` block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def __len__(self) -> int:
        """Number of passages."""
        return self._count

    def run(self, rows: range) -> tuple[Passage, ...]:
        """The passages of neighbouring rows, in order."""
        found = self._query(f"{_PASSAGES} WHERE p.row BETWEEN ? AND ? ORDER BY p.row", rows.start, rows.stop - 1)
        return tuple(map(_passage, found))

    def passages(self, rows: Iterable[int] | None = None) -> tuple[Passage, ...]:
        """Return the passages of some rows, in the order asked for.

        Args:
            rows: Row numbers in [0, n), repeats allowed; None for all passages in order.

        Raises:
            IndexError: No such row.
        """
        if rows is None:
            return tuple(_passage(found) for found in self._query(f"{_PASSAGES} ORDER BY p.row"))
        wanted = [int(row) for row in rows]
        # JSON instead of one placeholder a row: SQLite limits placeholders
        clause = "WHERE p.row IN (SELECT value FROM json_each(?))"
        found = {record[0]: _passage(record) for record in self._query(f"{_PASSAGES} {clause}", json.dumps(wanted))}
        missing = [row for row in wanted if row not in found]
        if missing:
            message = f"no passage has row {missing[0]}"
            raise IndexError(message)
        return tuple(found[row] for row in wanted)

    def find(self, passage_id: str) -> int | None:
        """Row of the passage with this id, or None."""
        found = self._query("SELECT row FROM passages WHERE id = ? ORDER BY row LIMIT 1", passage_id)
        return int(found[0][0]) if found else None

    def entries(self, numbers: range) -> tuple[Entry, ...]:
        """Neighbouring speeches without what is in them; those that do not exist are left out."""
        found = self._query(
            "SELECT number, title, source, date, speaker FROM speeches WHERE number BETWEEN ? AND ? ORDER BY number",
            *(numbers.start, numbers.stop - 1),
        )
        return tuple(
            Entry(number, title, source, date, speaker, self._rows_of(number))
            for number, title, source, date, speaker in found
        )

    def titles(self) -> list[tuple[str, str]]:
        """File and title of every speech, in the order of the index."""
        return [(source, title) for source, title in self._query("SELECT source, title FROM speeches ORDER BY number")]

    def headings(self, number: int) -> tuple[Section, ...]:
        """The sections of one speech."""
        found = self._query(
            "SELECT title, kind, level, start, end, stop, parent FROM sections WHERE speech = ? ORDER BY number", number
        )
        return tuple(Section(*record) for record in found)

    def extents_of(self, rows: range) -> list[tuple[int, int]]:
        """Where the passages of neighbouring rows start and end in their source."""
        return self._query(
            "SELECT start, end FROM passages WHERE row BETWEEN ? AND ? ORDER BY row", rows.start, rows.stop - 1
        )

    def speech_of(self, row: int) -> int:
        """Number of the speech that a row is of."""
        return int(self._query("SELECT speech FROM passages WHERE row = ?", row)[0][0])

    def _rows_of(self, number: int) -> range:
        """Rows of a speech; they follow one another, speech after speech, so that a few look-ups find both ends."""
        start = bisect_left(range(len(self)), number, key=self.speech_of)
        return range(start, bisect_left(range(len(self)), number + 1, lo=start, key=self.speech_of))

    def sources(self) -> tuple[Source, ...]:
        """All sources with their text, by name."""
        records = self._query("SELECT name, encoding, sha256, text, notes FROM sources ORDER BY number")
        return tuple(Source(*record) for record in records)

    def extents(self) -> list[Extent]:
        """What each file holds, by name, without its text."""
        found = []
        starts = [0, 0, 0]
        for name, sha, notes, *counts in self._query(
            "SELECT name, sha256, notes, speeches, passages, windows FROM sources ORDER BY number"
        ):
            ranges = [range(start, start + count) for start, count in zip(starts, counts, strict=True)]
            found.append(Extent(name, sha, notes, *ranges))
            starts = [run.stop for run in ranges]
        return found

    def wordings(self, rows: Sequence[int]) -> list[int]:
        """For each of some rows a number that passages of the same wording share, whatever their script or white space."""
        found = dict(
            self._query(
                "SELECT row, wording FROM passages WHERE row IN (SELECT value FROM json_each(?))", json.dumps(rows)
            )
        )
        return [found[row] for row in rows]

    def given(self, rows: Sequence[int]) -> list[tuple[str, str, str]]:
        """For each of some rows the date, the speaker and the occasion of its speech, "" where they are not known."""
        found = {
            row: (date, speaker, occasion)
            for row, date, speaker, occasion in self._query(
                "SELECT p.row, s.date, s.speaker, s.occasion FROM passages p JOIN speeches s ON s.number = p.speech "
                "WHERE p.row IN (SELECT value FROM json_each(?))",
                json.dumps(rows),
            )
        }
        return [found[row] for row in rows]

    def worded(self, wordings: Sequence[int]) -> dict[int, dict[int, Passage]]:
        """All passages of some wordings: for each its rows, ascending, with their passages."""
        clause = "WHERE p.wording IN (SELECT value FROM json_each(?)) ORDER BY p.row"
        groups: dict[int, dict[int, Passage]] = {}
        for wording, *record in self._query(_WORDED + clause, json.dumps(wordings)):
            groups.setdefault(wording, {})[record[0]] = _passage(tuple(record))
        return groups

    def verbatim(self, passages: Iterable[Passage]) -> bool:
        """Whether the text of every passage is what stands at its place in its source."""
        grouped = sorted(passages, key=lambda one: one.source)
        return all(self._text(one.source)[one.start : one.end] == one.text for one in grouped)

    def speeches(self) -> tuple[Speech, ...]:
        """All speeches with their sections and passages, in the order of the index."""
        sections: dict[int, list[Section]] = {}
        for number, *fields in self._query(
            "SELECT speech, title, kind, level, start, end, stop, parent FROM sections ORDER BY speech, number"
        ):
            sections.setdefault(number, []).append(Section(*fields))
        passages: dict[int, list[Passage]] = {}
        numbers = self._query("SELECT speech FROM passages ORDER BY row")
        for (number,), passage in zip(numbers, self.passages(), strict=True):
            passages.setdefault(number, []).append(passage)
        records = self._query(
            "SELECT number, title, source, start, stop, date, speaker, occasion, aliases FROM speeches ORDER BY number"
        )
        return tuple(
            Speech(
                *(title, source, start, stop),
                sections=tuple(sections.get(number, ())),
                passages=tuple(passages.get(number, ())),
                date=date,
                speaker=speaker,
                occasion=occasion,
                aliases=tuple(json.loads(aliases)),
            )
            for number, title, source, start, stop, date, speaker, occasion, aliases in records
        )

    def rows(
        self, *, source: str | None = None, speech: str | None = None, section: str | None = None
    ) -> NDArray[np.int64]:
        """Rows of the passages that match every filter given.

        Each filter narrows what the one before left. Names are compared folded; those that equal the filter win,
        and only where none does is a name that contains it enough.

        Args:
            source: Name of a file.
            speech: Title of a speech.
            section: A heading anywhere on the passage's path.

        Returns:
            (m,) int64, ascending, m > 0; all rows when no filter is given.

        Raises:
            FilterError: Nothing matches; it names the filter that left nothing, and those it was to narrow.
        """
        places, of_rows = self._places
        kept, within = np.arange(len(places)), ""
        filters: tuple[tuple[str, str | None, Callable[[_Place], tuple[str, ...]]], ...] = (
            (zh_errors.FILTER_SOURCE, source, lambda place: (place.source,)),
            (zh_errors.FILTER_SPEECH, speech, lambda place: place.speech),
            (zh_errors.FILTER_SECTION, section, lambda place: place.section),
        )
        for name, value, names in filters:
            if value is not None:
                kind = zh_errors.FILTER_WITHIN.format(outer=within, kind=name) if within else name
                kept = kept[_matching([names(places[number]) for number in kept.tolist()], value)]
                if not len(kept):
                    raise FilterError(kind, value)
                within = zh_errors.FILTER_PART.format(kind=kind, value=value)
        chosen = np.zeros(len(places), bool)
        chosen[kept] = True
        return np.flatnonzero(chosen[of_rows])

    @cached_property
    def _places(self) -> tuple[list[_Place], NDArray[np.int64]]:
        """Every place that holds passages, and the place of each row; two threads may both compute it, to one end."""
        numbers: dict[tuple[int, str], int] = {}
        records = self._query("SELECT speech, section FROM passages ORDER BY row")
        of_rows = [numbers.setdefault(record, len(numbers)) for record in records]
        named = {number: names for number, *names in self._query("SELECT number, source, title, aliases FROM speeches")}
        once = cache(fold)
        places = []
        for speech, section in numbers:
            source, title, aliases = named[speech]
            called = tuple(map(once, (title, *json.loads(aliases))))
            places.append(_Place(once(source), called, tuple(map(once, json.loads(section)))))
        return places, np.array(of_rows, dtype=np.int64)

    def _load_text(self, source: str) -> str:
        """Decoded text of a source, "" where there is none of this name."""
        found = self._query("SELECT text FROM sources WHERE name = ?", source)
        return found[0][0] if found else ""

    def _query(self, sql: str, *values: str | int) -> list[tuple[Any, ...]]:
        """Run one statement and return all records."""
        try:
            with self._lock:
                return self._connection.execute(sql, values).fetchall()
        except sqlite3.ProgrammingError as error:
            message = "the index is closed"
            raise ValueError(message) from error
        except sqlite3.DatabaseError as error:
            raise IndexDamaged(self._path, zh_errors.DAMAGE_UNREADABLE) from error


def _passage(record: tuple[Any, ...]) -> Passage:
    """A record of ``_PASSAGES`` as a passage."""
    _, passage_id, text, speech, section, source, paragraph, start, end = record
    return Passage(passage_id, text, speech, tuple(json.loads(section)), source, paragraph, start, end)


def _matching(names: Sequence[tuple[str, ...]], value: str) -> NDArray[np.int64]:
    """Positions at which one of the names equals the filter, or else contains it; ascending."""
    wanted = fold(value).strip()
    if not wanted:
        # every name contains the empty string
        return np.zeros(0, np.int64)
    exact = np.flatnonzero([wanted in own for own in names])
    return exact if len(exact) else np.flatnonzero([any(wanted in name for name in own) for own in names])
