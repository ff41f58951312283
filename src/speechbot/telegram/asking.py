"""Questions: from a message to its answer, and to another answer when the question is edited."""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from telegram import MessageEntity

from speechbot.errors import QuestionError, StateError
from speechbot.language.questions import check_question
from speechbot.telegram import answer_views, guide_views, quoting
from speechbot.telegram.gate import Place
from speechbot.telegram.guide_views import Courtesy
from speechbot.telegram.library import references
from speechbot.telegram.records import Kind, Question
from speechbot.telegram.replies import Reply
from speechbot.wording import zh_telegram

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from telegram import Message, Update, User

    from speechbot.models import Answer
    from speechbot.telegram.desk import Desk
    from speechbot.telegram.gate import Gate
    from speechbot.telegram.library import Library

# Characters of a question among several: fewer are an interjection.
_PART = 4
# Seconds after which "typing" is shown: an answer mostly comes sooner.
_SLOW = 0.7


@dataclass(frozen=True, slots=True)
class Found:
    """An answer, ready to be sent."""

    answer: Answer
    replies: list[Reply]
    generation: str


class Questions:
    """Answers questions."""

    def __init__(self, desk: Desk, gate: Gate) -> None:
        """Answer from a desk what a gate lets through."""
        self._desk = desk
        self._gate = gate

    async def message(self, update: Update, text: str) -> None:
        """Answer a message that asks something.

        Args:
            update: A message, or one that was edited.
            text: What it asks, without commands and mentions.
        """
        message = update.effective_message
        if message is None:
            return
        desk, place = self._desk, Place.of(message)
        edited = update.edited_message is not None
        late = update.update_id in desk.late
        answered = self._answered(place)
        if answered is not None and late and not edited:
            return  # it was answered just before the end of the run that left it undone
        if not await self._gate.admits(place) or not await self._gate.in_time(place):
            return
        if message.from_user is not None and place.user_id is not None:
            self._see(message.from_user)
        try:
            question = check_question(text)
        except QuestionError as error:
            said = zh_telegram.QUESTION_BAD.format(reason=error)
            await self._put(place, answered or (), [Reply(quoting.escape(said))], None)
            return
        if courtesy := guide_views.courtesy(question):
            await self._put(place, answered or (), [await desk.run(self._courteous, courtesy, place)], None)
            return
        await self.answer(place, question, old=answered or (), head=zh_telegram.LATE if late else "")

    async def answer(
        self, place: Place, question: str, *, old: tuple[int, ...] | list[int] = (), head: str = ""
    ) -> None:
        """Answer a question.

        Args:
            place: Where it came from.
            question: The question, checked.
            old: Messages that the answer takes the place of.
            head: A line of plain text above the answer.
        """
        desk, started = self._desk, time.perf_counter()
        async with self._typing(place):
            found = await desk.run(find, desk.library, question)
        replies = _headed(found.replies, head)
        seconds = time.perf_counter() - started
        asked = Question(
            text=question if desk.settings.log_questions else None,
            user_id=place.user_id,
            chat_id=place.chat_id,
            message_id=place.message_id,
            kind=place.kind,
            found=found.answer.found,
            confidence=found.answer.confidence,
            passages=tuple(hit.passage.id for hit in found.answer.hits[:1]) if found.answer.found else (),
            milliseconds=seconds * 1000,
            generation=found.generation,
            asked=desk.clock(),
        )
        await self._put(place, old, replies, asked)
        desk.metrics.question("found" if asked.found else "not_found", seconds)

    async def _put(
        self, place: Place, old: tuple[int, ...] | list[int], replies: list[Reply], asked: Question | None
    ) -> None:
        """Send an answer, or put it in the place of the one before, and remember it."""
        desk = self._desk
        where = {"reply_to": place.message_id, "thread": place.thread}
        ids = await desk.outbox.replace(place.chat_id, old, replies, **where)
        try:
            if old and place.message_id is not None:
                desk.ledger.retract(place.chat_id, place.message_id)
            row = desk.ledger.ask(asked) if asked else None
            # The answer to an example stands for the message that nobody wrote: votes on it find their question
            source = ids[0] if place.message_id is None else place.message_id
            desk.ledger.record_answer(place.chat_id, source, ids, row, now=desk.clock())
        except StateError as error:
            desk.blame(error, "remembering an answer")  # it was given: that is what counts for who asked

    def _courteous(self, courtesy: Courtesy, place: Place) -> Reply:
        """A word in return for one that asks nothing; no question is counted."""
        library, username = self._desk.library, self._desk.username
        if courtesy is Courtesy.THANKS:
            return Reply(zh_telegram.THANKS)
        if courtesy is Courtesy.ABOUT:
            grouped = place.kind is Kind.GROUP
            return guide_views.guide_group(username) if grouped else guide_views.guide(username)
        return guide_views.start(*library.counts(), library.examples())

    def _answered(self, place: Place) -> list[int] | None:
        """The messages that answered one before; None for none, and where nobody knows: better answered twice."""
        try:
            return self._desk.ledger.answered(place.chat_id, place.message_id) if place.message_id is not None else None
        except StateError as error:
            self._desk.blame(error, "looking for an answer")
            return None

    def _see(self, person: User) -> None:
        """Note who asks; where that fails, they are answered all the same."""
        try:
            self._desk.ledger.see(person.id, person.full_name, person.username, self._desk.clock())
        except StateError as error:
            self._desk.blame(error, "noting who asks")

    @asynccontextmanager
    async def _typing(self, place: Place) -> AsyncIterator[None]:
        """Show "typing" while something takes long."""

        async def show() -> None:
            await asyncio.sleep(_SLOW)
            await self._desk.outbox.typing(place.chat_id, place.thread)

        task = asyncio.create_task(show())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def find(library: Library, question: str) -> Found:
    """The answer to a question, as messages; blocking."""
    answer = library.ask(question)
    refs = references(answer)
    if answer.found:
        card = library.card(refs[0])
        if card is None:  # a new generation went live in between, and the passage is not in it
            answer = library.ask(question)
            refs = references(answer)
            card = library.card(refs[0]) if answer.found else None
        if card is not None:
            shown = answer_views.answer(card, refs, corrected=answer.corrected, several=several(question))
            return Found(answer, shown, library.generation)
        answer = replace(answer, found=False)
    suggested = list(enumerate(library.examples())) if not refs else []
    near = [hit.passage for hit in answer.hits]
    reply = answer_views.refusal(
        refs, near=near, corrected=answer.corrected, suggestions=suggested, several=several(question)
    )
    return Found(answer, [reply], library.generation)


def several(question: str) -> bool:
    """Whether a question asks several things, each with its own mark."""
    return sum(len(part) >= _PART for part in re.split(zh_telegram.QUESTION_MARK, question)[:-1]) > 1


def asked_in_group(message: Message, username: str) -> str | None:
    """What a message in a group asks the bot; None where it does not speak to it.

    It does with a mention of the bot, or as a reply to it. A mention alone, in reply to somebody's message, asks what
    that one says.
    """
    text = message.text or message.caption or ""
    entities = message.parse_entities if message.text else message.parse_caption_entities
    mention = f"@{username}".lower()
    named = [entity for entity, shown in entities([MessageEntity.MENTION]).items() if shown.lower() == mention]
    to = message.reply_to_message
    if not named:
        return text if to and to.from_user and to.from_user.username == username else None
    # Offsets count UTF-16 units
    units = text.encode("utf-16-le", "surrogatepass")
    for entity in sorted(named, key=lambda one: -one.offset):
        units = units[: entity.offset * 2] + units[(entity.offset + entity.length) * 2 :]
    rest = units.decode("utf-16-le", "surrogatepass").strip()
    if not rest and to and not (to.from_user and to.from_user.username == username):
        return to.text or to.caption or ""
    return rest


def _headed(replies: list[Reply], head: str) -> list[Reply]:
    """Messages with a line above the first, or in one of its own where it does not fit."""
    if not head:
        return replies
    line = f"<i>{quoting.escape(head)}</i>"
    joined = f"{line}\n{replies[0].html}"
    if quoting.length(joined) > quoting.LIMIT:
        return [Reply(line), *replies]
    return [replace(replies[0], html=joined), *replies[1:]]
