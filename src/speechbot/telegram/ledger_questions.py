"""What was asked, answered and thought of it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from speechbot.telegram.records import Kind, Question, Vote
from speechbot.telegram.statefile import Statefile

if TYPE_CHECKING:
    from collections.abc import Sequence

_QUESTION = (
    "SELECT text, user_id, chat_id, message_id, kind, found, confidence, passages, milliseconds, generation, asked, id"
    " FROM questions"
)


class QuestionLog(Statefile):
    """Questions, the messages that answered them, votes on the answers."""

    def ask(self, question: Question) -> int:
        """Keep a question.

        Returns:
            The number of its row, never that of another question.
        """
        with self._writing():
            return self._insert(question)

    def _insert(self, question: Question) -> int:
        self._run(
            "INSERT INTO questions (text, user_id, chat_id, message_id, kind, found, confidence, passages,"
            " milliseconds, generation, asked) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            question.text,
            question.user_id,
            question.chat_id,
            question.message_id,
            question.kind,
            question.found,
            question.confidence,
            json.dumps(question.passages),
            question.milliseconds,
            question.generation,
            question.asked,
        )
        row = self._row("SELECT last_insert_rowid()")
        return int(row[0]) if row else 0

    def question(self, row: int) -> Question | None:
        """A question by the number of its row; None where it is gone."""
        found = self._row(f"{_QUESTION} WHERE id = ?", row)
        return None if found is None else _question(found)

    def questions(self, since: float = 0.0) -> list[Question]:
        """All questions asked from a time on, in their order."""
        return [_question(row) for row in self._rows(f"{_QUESTION} WHERE asked >= ? ORDER BY asked, id", since)]

    def record_answer(
        self,
        chat_id: int,
        message_id: int,
        answer_ids: Sequence[int],
        question_row: int | None,
        *,
        now: float | None = None,
    ) -> None:
        """Keep which messages answered one; what answered it before is replaced.

        Args:
            chat_id: The chat.
            message_id: The message that asked.
            answer_ids: The messages that answered, in their order; none is an answer as well.
            question_row: What ``ask`` gave; None for a message that was no question.
            now: The time; the clock's by default.
        """
        with self._writing():
            self._run("DELETE FROM answer_messages WHERE chat_id = ? AND message_id = ?", chat_id, message_id)
            self._run(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)",
                chat_id,
                message_id,
                question_row,
                time.time() if now is None else now,
            )
            for place, answer_id in enumerate(answer_ids):
                self._run(
                    "INSERT OR REPLACE INTO answer_messages VALUES (?, ?, ?, ?)", chat_id, answer_id, message_id, place
                )

    def answered(self, chat_id: int, message_id: int) -> list[int] | None:
        """The messages that answered one, in their order; None where it was not answered."""
        with self._lock:
            if not self._rows("SELECT 1 FROM answers WHERE chat_id = ? AND message_id = ?", chat_id, message_id):
                return None
            rows = self._rows(
                "SELECT answer_id FROM answer_messages WHERE chat_id = ? AND message_id = ? ORDER BY place",
                chat_id,
                message_id,
            )
        return [answer_id for (answer_id,) in rows]

    def source_of(self, chat_id: int, answer_message_id: int) -> int | None:
        """The message that one answered; None where that is not known (any more)."""
        row = self._row(
            "SELECT message_id FROM answer_messages WHERE chat_id = ? AND answer_id = ?", chat_id, answer_message_id
        )
        return None if row is None else int(row[0])

    def retract(self, chat_id: int, message_id: int) -> None:
        """Forget what a message asked, with the votes on it: it was edited, and asks something else."""
        old = "(SELECT question FROM answers WHERE chat_id = ? AND message_id = ?)"
        with self._writing():
            self._run(f"DELETE FROM votes WHERE question = {old}", chat_id, message_id)  # noqa: S608 - our own
            self._run(f"DELETE FROM questions WHERE id = {old}", chat_id, message_id)  # noqa: S608 - our own

    def question_of(self, chat_id: int, answer_message_id: int) -> Question | None:
        """The question that a message answered; None where that is not known (any more)."""
        row = self._row(
            f"{_QUESTION} WHERE id = (SELECT question FROM answers WHERE chat_id = ?1 AND message_id ="  # noqa: S608 - our own
            " (SELECT message_id FROM answer_messages WHERE chat_id = ?1 AND answer_id = ?2))",
            chat_id,
            answer_message_id,
        )
        return None if row is None else _question(row)

    def vote(  # noqa: PLR0913 - a row of the table, and how to take it
        self,
        question_row: int | None,
        passage_id: str,
        user_id: int,
        verdict: Vote,
        now: float,
        *,
        again: bool = False,
    ) -> Vote | None:
        """Vote on an answer: one vote a person and answer, a later one replaces it, the same again withdraws it.

        Args:
            question_row: The question that was answered; None where it is not known.
            passage_id: What was shown.
            user_id: Who votes.
            verdict: What they think.
            now: The time.
            again: It may be the very vote that stands already: it withdraws none.

        Returns:
            What now stands.
        """
        key = (question_row or 0, passage_id, user_id)
        with self._writing():
            row = self._row("SELECT verdict FROM votes WHERE question = ? AND passage = ? AND user_id = ?", *key)
            if row == (verdict,) and not again:
                self._run("DELETE FROM votes WHERE question = ? AND passage = ? AND user_id = ?", *key)
                return None
            self._run("INSERT OR REPLACE INTO votes VALUES (?, ?, ?, ?, ?)", *key, verdict, now)
            return verdict


def _question(row: tuple[Any, ...]) -> Question:
    text, user_id, chat_id, message_id, kind, found, confidence, passages, milliseconds, generation, asked, number = row
    return Question(
        text=text,
        user_id=user_id,
        chat_id=chat_id,
        message_id=message_id,
        kind=Kind(kind),
        found=bool(found),
        confidence=confidence,
        passages=tuple(json.loads(passages)),
        milliseconds=milliseconds,
        generation=generation,
        asked=asked,
        row=number,
    )
