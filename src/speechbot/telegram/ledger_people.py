"""Who may ask: what the ledger holds about people and groups."""

from __future__ import annotations

from typing import Any

from speechbot.telegram.records import Group, Person, Standing
from speechbot.telegram.statefile import Statefile

_PERSON = "SELECT user_id, name, username, standing, decided_by, since, seen FROM people"
_GROUP = "SELECT chat_id, title, standing, decided_by, since FROM groups"


class PeopleBook(Statefile):
    """People, groups, requests to be let in and tries of the join code."""

    def see(self, user_id: int, name: str, username: str | None, now: float) -> None:
        """Note how a person is called and when they last wrote."""
        with self._writing():
            self._run(
                "INSERT INTO people (user_id, name, username, seen) VALUES (?, ?, ?, ?) ON CONFLICT (user_id)"
                " DO UPDATE SET name = excluded.name, username = excluded.username, seen = excluded.seen",
                user_id,
                name,
                username,
                now,
            )

    def person(self, user_id: int) -> Person | None:
        """A person; None for whom nothing is known."""
        row = self._row(f"{_PERSON} WHERE user_id = ?", user_id)
        return None if row is None else _person(row)

    def people(self, standing: Standing | None = None) -> list[Person]:
        """All people, or those of one standing, in the order of the decisions."""
        rows = self._rows(f"{_PERSON} WHERE ?1 IS NULL OR standing = ?1 ORDER BY since, user_id", standing)
        return [_person(row) for row in rows]

    def set_standing(self, user_id: int, standing: Standing, by: int | None, now: float) -> None:
        """Decide about a person, seen before or not; survives a power cut."""
        with self._writing(durable=True):
            self._decide(user_id, standing, by, now)

    def ask_in(self, user_id: int, most: int, now: float) -> bool:
        """Make a person a pending one.

        Args:
            user_id: Who wants in.
            most: Pending people there may be.
            now: The time.

        Returns:
            Whether they are it from now on: not where something is decided, or asked, already, nor where too many wait.
        """
        with self._writing():
            known = self.person(user_id)
            if known is not None and known.standing is not Standing.UNKNOWN:
                return False
            if len(self.people(Standing.PENDING)) >= most:
                return False
            self._decide(user_id, Standing.PENDING, user_id, now)
            return True

    def take_try(self, user_id: int, most: int, since: float, now: float) -> bool:
        """Note a try of the join code; False where a person had ``most`` of them after ``since``."""
        with self._writing():
            rows = self._rows("SELECT 1 FROM tries WHERE user_id = ? AND tried > ?", user_id, since)
            if len(rows) >= most:
                return False
            self._run("INSERT INTO tries VALUES (?, ?)", user_id, now)
            return True

    def clear_tries(self, user_id: int) -> None:
        """Forget a person's tries: one was right."""
        with self._writing():
            self._run("DELETE FROM tries WHERE user_id = ?", user_id)

    def see_group(self, chat_id: int, title: str) -> None:
        """Note how a group is called."""
        with self._writing():
            self._run(
                "INSERT INTO groups (chat_id, title) VALUES (?, ?)"
                " ON CONFLICT (chat_id) DO UPDATE SET title = excluded.title",
                chat_id,
                title,
            )

    def group(self, chat_id: int) -> Group | None:
        """A group; None for one of which nothing is known."""
        row = self._row(f"{_GROUP} WHERE chat_id = ?", chat_id)
        return None if row is None else _group(row)

    def groups(self, standing: Standing | None = None) -> list[Group]:
        """All groups, or those of one standing, in the order of the decisions."""
        rows = self._rows(f"{_GROUP} WHERE ?1 IS NULL OR standing = ?1 ORDER BY since, chat_id", standing)
        return [_group(row) for row in rows]

    def set_group(self, chat_id: int, standing: Standing, by: int | None, now: float) -> None:
        """Decide about a group; survives a power cut."""
        with self._writing(durable=True):
            self._run(
                "INSERT INTO groups (chat_id, standing, decided_by, since) VALUES (?, ?, ?, ?) ON CONFLICT (chat_id)"
                " DO UPDATE SET standing = excluded.standing, decided_by = excluded.decided_by, since = excluded.since",
                chat_id,
                standing,
                by,
                now,
            )

    def move_group(self, old: int, new: int) -> None:
        """Take over what was decided about a group that Telegram gave another number.

        A decision about the new number stays, and the old number is forgotten; told twice, it is done once.
        """
        with self._writing(durable=True):
            found = self.group(old)
            if found is None or old == new:
                return
            known = self.group(new)
            if known is None or known.standing is Standing.UNKNOWN:
                self._run("DELETE FROM groups WHERE chat_id = ?", new)
                self._run("UPDATE groups SET chat_id = ? WHERE chat_id = ?", new, old)
            else:
                self._run("DELETE FROM groups WHERE chat_id = ?", old)
            self._run("UPDATE questions SET chat_id = ? WHERE chat_id = ?", new, old)

    def _decide(self, user_id: int, standing: Standing, by: int | None, now: float) -> None:
        self._run(
            "INSERT INTO people (user_id, standing, decided_by, since) VALUES (?, ?, ?, ?) ON CONFLICT (user_id)"
            " DO UPDATE SET standing = excluded.standing, decided_by = excluded.decided_by, since = excluded.since",
            user_id,
            standing,
            by,
            now,
        )


def _person(row: tuple[Any, ...]) -> Person:
    user_id, name, username, standing, by, since, seen = row
    return Person(user_id, name, username, Standing(standing), by, since, seen)


def _group(row: tuple[Any, ...]) -> Group:
    chat_id, title, standing, by, since = row
    return Group(chat_id, title, Standing(standing), by, since)
