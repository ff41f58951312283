"""Buttons: what each does, wherever its message stands and however old it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telegram import CallbackQuery, InaccessibleMessage, Message, Update

from speechbot.telegram import answer_views, browse_views
from speechbot.telegram.browse_views import PAGE
from speechbot.telegram.buttons import (
    Action,
    Apply,
    Confirm,
    Example,
    Judge,
    Origin,
    Read,
    ReadSection,
    Rephrase,
    Show,
    Sources,
    Vote,
    Walk,
    title_check,
    unpack,
)
from speechbot.telegram.gate import Place, kind_of
from speechbot.telegram.records import Kind
from speechbot.telegram.records import Vote as Verdict
from speechbot.wording import zh_telegram

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from telegram.ext import ContextTypes

    from speechbot.telegram.admins import Admins
    from speechbot.telegram.asking import Questions
    from speechbot.telegram.desk import Desk
    from speechbot.telegram.gate import Gate
    from speechbot.telegram.replies import Reply

# What is shown on top of the chat when a button was pressed; "" for nothing.
Notice = str


class Presses:
    """Does what buttons say."""

    def __init__(self, desk: Desk, gate: Gate, questions: Questions, admins: Admins) -> None:
        """Work at a desk for whom a gate lets through; admins' buttons are the admins' matter."""
        self._desk = desk
        self._gate = gate
        self._questions = questions
        self._admins = admins
        self._deeds: dict[type, Callable[[CallbackQuery, Any], Awaitable[Notice]]] = {
            Show: self._show,
            Rephrase: self._rephrase,
            Read: self._read,
            ReadSection: self._section,
            Origin: self._origin,
            Vote: self._vote,
            Walk: self._walk,
            Sources: self._sources,
            Example: self._example,
        }

    async def press(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """A button was pressed; it is answered once, whatever comes of it."""
        query = update.callback_query
        if query is None:
            return
        action = unpack(query.data or "")
        if isinstance(action, Judge):
            await self._admins.judge(query, action)
            return
        if isinstance(action, Confirm):
            await self._admins.confirm(query, action)
            return
        notice, alert = "", False
        try:
            if action is None:
                notice = zh_telegram.BUTTON_OLD
            elif isinstance(action, Apply):
                notice, alert = await self._apply(query), True
            else:
                refused = self._gate.refuses_press(query, query.message.chat if query.message else None)
                deed = self._deeds[type(action)]
                if isinstance(action, Vote) and update.update_id in self._desk.late:
                    deed = self._vote_again
                notice = refused or await deed(query, action)
        finally:
            await self._desk.outbox.notice(query.id, notice, alert=alert)

    async def _apply(self, query: CallbackQuery) -> Notice:
        notice, new = self._gate.applied(query.from_user)
        if new:
            self._desk.ledger.see(
                query.from_user.id, query.from_user.full_name, query.from_user.username, self._desk.clock()
            )
            await self._admins.requested(query.from_user)
        return notice

    async def _show(self, query: CallbackQuery, action: Show) -> Notice:
        if _is_position(query, action):
            return ""
        card = await self._desk.run(self._desk.library.card, action.hits[action.at])
        if card is None:
            return zh_telegram.GONE
        replies = answer_views.answer(card, action.hits, action.at)
        ledger, message = self._desk.ledger, query.message
        # From a refusal the nearest passages come below it, so that it stays what it is
        below = not _has(query, Vote) and not query.inline_message_id
        if message is None:
            await self._put(query, replies)
            return ""
        chat = message.chat.id
        asked = ledger.question_of(chat, message.message_id)
        source = None if below else ledger.source_of(chat, message.message_id)
        old = ledger.answered(chat, source) if source is not None else None
        ids = await self._put(query, replies, below=below, old=old)
        if asked is not None:  # votes on what is shown now find their question, and so does the next leaf
            ledger.record_answer(chat, ids[0] if source is None else source, ids, asked.row, now=self._desk.clock())
        return ""

    async def _rephrase(self, query: CallbackQuery, action: Rephrase) -> Notice:
        library = self._desk.library
        found = await self._desk.run(lambda: [library.passage(hit.passage) for hit in action.hits])
        await self._put(query, [answer_views.hints([one for one in found if one])], below=True)
        return ""

    async def _read(self, query: CallbackQuery, action: Read) -> Notice:
        library = self._desk.library
        context = await self._desk.run(library.context, action.passage, action.step)
        if context is None:
            there = await self._desk.run(library.passage, action.passage)
            return browse_views.edge(action.step) if there else zh_telegram.GONE
        replies = browse_views.reading(context, self._desk.username)
        # An answer stays, reading on is one message that turns its pages
        await self._put(query, replies, below=_has(query, Vote))
        return ""

    async def _section(self, query: CallbackQuery, action: ReadSection) -> Notice:
        extract = await self._desk.run(self._desk.library.extract, action.passage, action.level)
        if extract is None:
            return zh_telegram.GONE
        await self._put(query, browse_views.section(extract), below=True)
        return ""

    async def _origin(self, query: CallbackQuery, action: Origin) -> Notice:
        context = await self._desk.run(self._desk.library.context, action.passage)
        if context is None:
            return zh_telegram.GONE
        await self._put(query, browse_views.origin(context, self._desk.username), below=True)
        return ""

    async def _vote(self, query: CallbackQuery, action: Vote, *, again: bool = False) -> Notice:
        ledger, message = self._desk.ledger, query.message
        asked = ledger.question_of(message.chat.id, message.message_id) if message else None
        verdict = Verdict.UP if action.useful else Verdict.DOWN
        row = asked.row if asked else None
        now = ledger.vote(row, action.passage, query.from_user.id, verdict, self._desk.clock(), again=again)
        if now is None:
            return zh_telegram.VOTE_WITHDRAWN
        return zh_telegram.VOTED_UP if now is Verdict.UP else zh_telegram.VOTED_DOWN

    async def _vote_again(self, query: CallbackQuery, action: Vote) -> Notice:
        """A vote that the run before may have counted, and left undone while it said so."""
        return await self._vote(query, action, again=True)

    async def _walk(self, query: CallbackQuery, action: Walk) -> Notice:
        library = self._desk.library
        if action.text:
            extract = await self._desk.run(library.section, action.speech, action.section, action.check)
            replies = browse_views.section(extract) if extract else [browse_views.outline_gone()]
            await self._put(query, replies, below=True)
            return ""
        outline = await self._desk.run(library.outline, action.speech)
        shown = browse_views.outline(outline, action) if outline else browse_views.outline_gone()
        await self._put(query, [shown])
        return ""

    async def _sources(self, query: CallbackQuery, action: Sources) -> Notice:
        listing = await self._desk.run(self._desk.library.listing, action.page * PAGE, PAGE)
        last = max(0, -(-listing.total // PAGE) - 1)
        page = min(action.page, last)
        if page != action.page:
            listing = await self._desk.run(self._desk.library.listing, page * PAGE, PAGE)
        await self._put(query, [browse_views.sources(listing, page)])
        return ""

    async def _example(self, query: CallbackQuery, action: Example) -> Notice:
        examples = await self._desk.run(self._desk.library.examples)
        place = _place(query)
        if place is None or action.number >= len(examples) or title_check(examples[action.number]) != action.check:
            return zh_telegram.EXAMPLES_CHANGED
        question = examples[action.number]
        if await self._gate.in_time(place):
            await self._questions.answer(place, question, head=zh_telegram.QUESTION.format(question=question))
        return ""

    async def _put(
        self, query: CallbackQuery, replies: Sequence[Reply], *, below: bool = False, old: Sequence[int] | None = None
    ) -> list[int]:
        """Show in the place of the pressed message, or of all that answered with it (``old``), or below it.

        An inline message has no below.

        Returns:
            The messages that now show it; none for an inline message.
        """
        outbox = self._desk.outbox
        if query.inline_message_id:
            await outbox.edit(None, query.inline_message_id, replies[0])
            return []
        message = query.message
        if message is None:
            return []
        thread = message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None
        if below or isinstance(message, InaccessibleMessage):
            reply_to = message.message_id if kind_of(message.chat) is Kind.GROUP else None
            return await outbox.send(message.chat.id, replies, reply_to=reply_to, thread=thread)
        return await outbox.replace(message.chat.id, old or [message.message_id], replies, thread=thread)


def _place(query: CallbackQuery) -> Place | None:
    """Where the answer to a pressed example goes: below no message, since it is not who asks that wrote it."""
    message = query.message
    if message is None:
        return None
    found = Place.of(message) if isinstance(message, Message) else None
    thread = found.thread if found else None
    return Place(message.chat.id, None, thread, query.from_user.id, kind_of(message.chat))


def _data(query: CallbackQuery) -> list[str]:
    """Callback data of the buttons below the pressed message."""
    message = query.message
    markup = message.reply_markup if isinstance(message, Message) else None
    rows = markup.inline_keyboard if markup else ()
    return [str(button.callback_data) for row in rows for button in row if button.callback_data]


def _has(query: CallbackQuery, kind: type[Action]) -> bool:
    """Whether the pressed message has a button of a kind; answers alone have those for votes."""
    return any(isinstance(unpack(data), kind) for data in _data(query))


def _is_position(query: CallbackQuery, action: Show) -> bool:
    """Whether the button is the one that says which hit is shown: it leads to where it is."""
    message = query.message
    markup = message.reply_markup if isinstance(message, Message) else None
    label = zh_telegram.POSITION.format(at=action.at + 1, count=len(action.hits))
    rows = markup.inline_keyboard if markup else ()
    return any(one.callback_data == query.data and one.text == label for row in rows for one in row)
