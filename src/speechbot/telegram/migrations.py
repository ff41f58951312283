"""The ledger's tables, and how a file of an older version gets those of this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speechbot.errors import StateError
from speechbot.wording import zh_state

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

APPLICATION = 0x53706242  # "SpbB" in the file's header: another program's database is not taken for ours

# Each brings a file from the version before to its own, the first one an empty file to version 1. What was released is
# never edited: a change is one more entry. AUTOINCREMENT where a number must not come back for another row.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        (
            "CREATE TABLE people (user_id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT '', username TEXT,"
            " standing TEXT NOT NULL DEFAULT 'unknown', decided_by INTEGER, since REAL, seen REAL)"
        ),
        (
            "CREATE TABLE groups (chat_id INTEGER PRIMARY KEY, title TEXT NOT NULL DEFAULT '',"
            " standing TEXT NOT NULL DEFAULT 'unknown', decided_by INTEGER, since REAL)"
        ),
        "CREATE TABLE tries (user_id INTEGER NOT NULL, tried REAL NOT NULL)",
        (
            "CREATE TABLE questions (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT, user_id INTEGER, chat_id INTEGER,"
            " message_id INTEGER, kind TEXT NOT NULL, found INTEGER NOT NULL, confidence REAL NOT NULL,"
            " passages TEXT NOT NULL, milliseconds REAL NOT NULL, generation TEXT NOT NULL, asked REAL NOT NULL)"
        ),
        (
            "CREATE TABLE answers (chat_id INTEGER NOT NULL, message_id INTEGER NOT NULL, question INTEGER,"
            " answered REAL NOT NULL, PRIMARY KEY (chat_id, message_id)) WITHOUT ROWID"
        ),
        (
            "CREATE TABLE answer_messages (chat_id INTEGER NOT NULL, answer_id INTEGER NOT NULL,"
            " message_id INTEGER NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (chat_id, answer_id)) WITHOUT ROWID"
        ),
        # Question 0 stands for one that is not known any more: NULLs would all differ in a primary key
        (
            "CREATE TABLE votes (question INTEGER NOT NULL, passage TEXT NOT NULL, user_id INTEGER NOT NULL,"
            " verdict TEXT NOT NULL, voted REAL NOT NULL, PRIMARY KEY (question, passage, user_id)) WITHOUT ROWID"
        ),
        (
            "CREATE TABLE updates (place INTEGER PRIMARY KEY AUTOINCREMENT, update_id INTEGER NOT NULL UNIQUE,"
            " body TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0,"
            " received REAL NOT NULL)"
        ),
        "CREATE TABLE pairs (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    ),
    (
        "CREATE INDEX people_standing ON people (standing)",
        "CREATE INDEX tries_user ON tries (user_id, tried)",
        "CREATE INDEX questions_asked ON questions (asked)",
        "CREATE INDEX questions_user ON questions (user_id)",
        "CREATE INDEX answers_answered ON answers (answered)",
        "CREATE INDEX answers_question ON answers (question)",
        "CREATE INDEX answer_messages_message ON answer_messages (chat_id, message_id)",
        "CREATE INDEX votes_user ON votes (user_id)",
        "CREATE INDEX updates_waiting ON updates (place) WHERE done = 0",
    ),
)


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring a file's tables to this version, each step whole or not at all.

    Raises:
        StateError: A later version wrote the file, or another program.
    """
    while _version(connection, path) < len(MIGRATIONS):
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Asked again under the lock: another process may have taken the step meanwhile
            version = _version(connection, path)
            for statement in MIGRATIONS[version] if version < len(MIGRATIONS) else ():
                connection.execute(statement)
            # Both stand in the file's header and come and go with the transaction
            connection.execute(f"PRAGMA user_version = {min(version + 1, len(MIGRATIONS))}")
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """The version of a file, 0 for an empty one."""
    # One statement sees one state of the file; three would see what another process does in between
    version, application, tables = connection.execute(
        "SELECT user_version, application_id, (SELECT count(*) FROM sqlite_master)"
        " FROM pragma_user_version, pragma_application_id"
    ).fetchone()
    if application != APPLICATION and (application, version, tables) != (0, 0, 0):
        raise StateError(zh_state.STATE_FOREIGN.format(path=path), path=path)
    if version > len(MIGRATIONS):
        message = zh_state.STATE_NEWER.format(path=path, found=version, known=len(MIGRATIONS))
        raise StateError(message, path=path)
    return int(version)
