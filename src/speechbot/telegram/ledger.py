"""The bot's memory: one SQLite file of people, questions, votes and updates."""

from __future__ import annotations

from speechbot.telegram.inbox import Inbox
from speechbot.telegram.ledger_figures import Figures
from speechbot.telegram.ledger_people import PeopleBook
from speechbot.telegram.ledger_questions import QuestionLog
from speechbot.telegram.records import Standing

_DAY = 86_400


class Ledger(PeopleBook, QuestionLog, Figures, Inbox):
    """All that the bot remembers; ``open`` it once, use it from any thread.

    Every method is synchronous and takes milliseconds. All times are Unix seconds. Each raises ``StateError`` where the
    file cannot be written any more.
    """

    def get(self, key: str) -> str | None:
        """A small value of the bot's; None where there is none."""
        row = self._row("SELECT value FROM pairs WHERE key = ?", key)
        return None if row is None else str(row[0])

    def put(self, key: str, value: str | None) -> None:
        """Keep a small value; None removes it."""
        with self._writing():
            if value is None:
                self._run("DELETE FROM pairs WHERE key = ?", key)
            else:
                self._run("INSERT OR REPLACE INTO pairs VALUES (?, ?)", key, value)

    def expire(self, now: float, keep_days: float) -> int:
        """Delete questions, answers, votes, tries and updates from before the last ``keep_days`` days.

        What was decided about people and groups stays. Votes go with their question.

        Returns:
            How many questions were deleted.
        """
        limit = now - keep_days * _DAY
        with self._writing():
            self._run(
                "DELETE FROM votes WHERE voted < ?1 OR question IN (SELECT id FROM questions WHERE asked < ?1)", limit
            )
            questions = self._run("DELETE FROM questions WHERE asked < ?", limit)
            self._run("DELETE FROM answers WHERE answered < ?", limit)
            self._orphans()
            # Both still protect for their time, however little is to be kept: Telegram delivers an update for a day
            self._run("DELETE FROM tries WHERE tried < ?", min(limit, now - _DAY))
            self._run("DELETE FROM updates WHERE received < ?", min(limit, now - _DAY))
        self._purge()
        return questions

    def forget(self, user_id: int, now: float) -> int:
        """Delete everything of one person, out of the file itself too; survives a power cut.

        What an admin decided about a person, or is asked to decide, stays, without a name: nobody can ask the admins again
        and again. So do their wrong tries of the join code, which are counted for an hour only.

        Args:
            user_id: The person.
            now: The time; all that is kept of when a person was last seen.

        Returns:
            How many rows of theirs were deleted or emptied; 0 where nothing was known.
        """
        mine = "(SELECT id FROM questions WHERE user_id = ?1)"
        with self._writing(durable=True):
            # A private chat has the number of its person, and all that was answered there was theirs
            count = self._run(f"DELETE FROM answers WHERE chat_id = ?1 OR question IN {mine}", user_id)  # noqa: S608
            self._orphans()
            count += self._run(f"DELETE FROM votes WHERE user_id = ?1 OR question IN {mine}", user_id)  # noqa: S608
            count += self._run("DELETE FROM questions WHERE user_id = ?", user_id)
            count += self._run("DELETE FROM people WHERE user_id = ? AND standing = ?", user_id, Standing.UNKNOWN)
            count += self._run(
                "UPDATE people SET name = '', username = NULL, seen = ? WHERE user_id = ?"
                " AND (name != '' OR username IS NOT NULL)",
                now,
                user_id,
            )
        self._purge()
        return count

    def _orphans(self) -> None:
        """Delete the messages of answers that are gone."""
        self._run(
            "DELETE FROM answer_messages WHERE NOT EXISTS (SELECT 1 FROM answers WHERE"
            " answers.chat_id = answer_messages.chat_id AND answers.message_id = answer_messages.message_id)"
        )
