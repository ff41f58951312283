"""Inline mode: questions typed behind the bot's name in any chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speechbot.errors import QuestionError
from speechbot.language.questions import check_question
from speechbot.telegram import answer_views
from speechbot.telegram.buttons import FROM_INLINE
from speechbot.telegram.library import references
from speechbot.telegram.limits import Limiter
from speechbot.telegram.records import Kind, Question
from speechbot.wording import zh_telegram

if TYPE_CHECKING:
    from telegram import Update
    from telegram.ext import ContextTypes

    from speechbot.telegram.desk import Desk
    from speechbot.telegram.gate import Gate
    from speechbot.telegram.library import Library
    from speechbot.telegram.replies import Inline

# A query comes with nearly every key: so many for each question that is allowed.
_KEYS = 5


class InlineMode:
    """Answers inline queries."""

    def __init__(self, desk: Desk, gate: Gate) -> None:
        """Answer from a desk to whom a gate lets through."""
        self._desk = desk
        self._gate = gate
        self._limiter = Limiter(desk.settings.questions_per_minute * _KEYS)

    async def query(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Offer the passages that answer; to strangers only a way to ask for access."""
        query, desk = update.inline_query, self._desk
        if query is None:
            return
        if not self._gate.may_inline(query.from_user):
            await desk.outbox.results(query.id, [], shared=False, button=zh_telegram.INLINE_APPLY, payload=FROM_INLINE)
            return
        shared = not desk.settings.closed
        found: list[tuple[str, Inline]] = []
        button = zh_telegram.INLINE_ASK
        try:
            question = check_question(query.query)
        except QuestionError:
            question = ""
        if question and not self._limiter.allow(query.from_user.id, desk.clock()):
            found = await desk.run(offered, desk.library, question)
            button = "" if found else zh_telegram.INLINE_OPEN
        await desk.outbox.results(query.id, found, shared=shared and bool(found), button=button, payload=FROM_INLINE)

    async def chosen(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Count a result that was sent: what is typed on the way to it is no question."""
        result, desk = update.chosen_inline_result, self._desk
        if result is None:
            return
        passage = result.result_id.partition(".")[0]
        asked = Question(
            text=result.query if desk.settings.log_questions else None,
            user_id=result.from_user.id,
            chat_id=None,
            message_id=None,
            kind=Kind.INLINE,
            found=True,
            confidence=0.0,
            passages=(passage,),
            milliseconds=0.0,
            generation=desk.library.generation,
            asked=desk.clock(),
        )
        desk.ledger.ask(asked)
        desk.metrics.question("inline")


def offered(library: Library, question: str) -> list[tuple[str, Inline]]:
    """The passages that answer, as inline results with their identifiers; blocking."""
    answer = library.ask(question)
    if not answer.found:
        return []
    cards = ((ref, library.card(ref)) for ref in references(answer))
    return [(f"{ref.passage}.{ref.sentence}", answer_views.inline(card)) for ref, card in cards if card]
