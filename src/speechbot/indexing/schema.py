"""The tables of a catalogue, and how they are filled: from files read anew, and from the catalogue before."""

from __future__ import annotations

import errno
import hashlib
import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from speechbot.indexing.pieces import Fresh
from speechbot.language.text import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from speechbot.indexing.pieces import Kept, Piece
    from speechbot.models import Speech

_SCHEMA = """
CREATE TABLE sources (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, encoding TEXT NOT NULL, sha256 TEXT NOT NULL, notes TEXT NOT NULL,
    speeches INTEGER NOT NULL, passages INTEGER NOT NULL, windows INTEGER NOT NULL, text TEXT NOT NULL
);
CREATE TABLE speeches (
    number INTEGER PRIMARY KEY, title TEXT NOT NULL, source TEXT NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL,
    date TEXT NOT NULL, speaker TEXT NOT NULL, occasion TEXT NOT NULL, aliases TEXT NOT NULL
);
CREATE TABLE sections (
    speech INTEGER NOT NULL, number INTEGER NOT NULL, title TEXT NOT NULL, kind TEXT NOT NULL,
    level INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, stop INTEGER NOT NULL, parent INTEGER,
    PRIMARY KEY (speech, number)
) WITHOUT ROWID;
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL, wording INTEGER NOT NULL, speech INTEGER NOT NULL, section TEXT NOT NULL,
    paragraph INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, text TEXT NOT NULL
);
"""
_INDEXES = """
CREATE UNIQUE INDEX sources_by_name ON sources (name);
CREATE INDEX passages_by_id ON passages (id);
CREATE INDEX passages_by_wording ON passages (wording);
"""
# A run of files taken over: every number moves by the same distance.
_TAKEN = (
    (
        (
            "INSERT INTO sources SELECT number + ?, name, encoding, sha256, notes, speeches, passages, windows, text "
            "FROM before.sources WHERE number BETWEEN ? AND ?"
        ),
        ("sources", "sources"),
    ),
    (
        (
            "INSERT INTO speeches SELECT number + ?, title, source, start, stop, date, speaker, occasion, aliases "
            "FROM before.speeches WHERE number BETWEEN ? AND ?"
        ),
        ("speeches", "speeches"),
    ),
    (
        (
            "INSERT INTO sections SELECT speech + ?, number, title, kind, level, start, end, stop, parent "
            "FROM before.sections WHERE speech BETWEEN ? AND ?"
        ),
        ("speeches", "speeches"),
    ),
    (
        (
            "INSERT INTO passages SELECT row + ?, id, wording, speech + ?, section, paragraph, start, end, text "
            "FROM before.passages WHERE row BETWEEN ? AND ?"
        ),
        ("passages", "speeches", "passages"),
    ),
)


def write_catalog(path: Path, pieces: Sequence[Piece], *, before: Path | None = None) -> None:
    """Write a new catalogue; a passage's row is its position when the speeches are read one after another.

    Args:
        path: The new file.
        pieces: What it holds, by name of the files.
        before: The catalogue that runs of files are taken over from.

    Raises:
        OSError: The file cannot be written.
    """
    try:
        _write(path, pieces, before)
    except sqlite3.OperationalError as error:
        number = errno.ENOSPC if error.sqlite_errorcode == sqlite3.SQLITE_FULL else errno.EIO
        raise OSError(number, str(error), str(path)) from error


def _write(path: Path, pieces: Sequence[Piece], before: Path | None) -> None:
    """Fill a new catalogue in one transaction."""
    # Absolute: a relative path may begin with "file:", which would make it a URI
    with closing(sqlite3.connect(path.absolute(), isolation_level=None, uri=True)) as connection:
        if before is not None:
            connection.execute("ATTACH ? AS before", (catalog_uri(before),))
        # The store syncs the finished file itself; a crash before that leaves a folder that nobody points to. Sorting
        # for the indexes of a large catalogue would write into the shared temporary folder
        settings = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY;"
        connection.executescript(settings + "BEGIN;" + _SCHEMA)
        at = dict.fromkeys(("sources", "speeches", "passages"), 0)
        for piece in pieces:
            if isinstance(piece, Fresh):
                _write_source(connection, piece, at)
                added = {"sources": 1, "speeches": len(piece.speeches), "passages": len(piece.passages)}
            else:
                _take_over(connection, piece, at)
                added = {what: len(getattr(piece, what)) for what in at}
            at = {what: number + added[what] for what, number in at.items()}
        connection.execute("COMMIT")
        connection.executescript(_INDEXES)


def _write_source(connection: sqlite3.Connection, piece: Fresh, at: Mapping[str, int]) -> None:
    """Add a file with its speeches; ``at`` has the numbers of the first of each kind."""
    source, row = piece.source, at["passages"]
    counts = (len(piece.speeches), len(piece.passages), len(piece.windows))
    connection.execute(
        "INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (at["sources"], source.name, source.encoding, source.sha256, source.notes, *counts, source.text),
    )
    for number, speech in enumerate(piece.speeches, at["speeches"]):
        _write_speech(connection, number, speech, row)
        row += len(speech.passages)


def _write_speech(connection: sqlite3.Connection, number: int, speech: Speech, first: int) -> None:
    """Add a speech with its sections and passages; ``first`` is the row of its first passage."""
    said = (speech.date, speech.speaker, speech.occasion, _json(speech.aliases))
    connection.execute(
        "INSERT INTO speeches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (number, speech.title, speech.source, speech.start, speech.stop, *said),
    )
    connection.executemany(
        "INSERT INTO sections VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (number, i, s.title, s.kind, s.level, s.start, s.end, s.stop, s.parent)
            for i, s in enumerate(speech.sections)
        ),
    )
    connection.executemany(
        "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (row, p.id, wording_key(p.text), number, _json(p.section), p.paragraph, p.start, p.end, p.text)
            for row, p in enumerate(speech.passages, first)
        ),
    )


def _take_over(connection: sqlite3.Connection, piece: Kept, at: Mapping[str, int]) -> None:
    """Copy a run of files from the catalogue before."""
    for statement, (*moved, ranged) in _TAKEN:
        run: range = getattr(piece, ranged)
        shifts = [at[what] - getattr(piece, what).start for what in moved]
        connection.execute(statement, (*shifts, run.start, run.stop - 1))


def wording_key(text: str) -> int:
    """64-bit number that paragraphs of the same wording share, whatever their script, width or white space."""
    digest = hashlib.blake2b("".join(fold(text).split()).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def catalog_uri(path: Path) -> str:
    """A catalogue for reading only; immutable: no lock files, so that a read-only folder can be read."""
    return f"{path.absolute().as_uri()}?mode=ro&immutable=1"


def _json(names: Sequence[str]) -> str:
    return json.dumps(names, ensure_ascii=False)
