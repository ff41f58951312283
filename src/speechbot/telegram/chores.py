"""What admins' handlers have in common: what was asked, and work that goes on after the handler has returned."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from telegram.error import TelegramError

from speechbot.errors import SpeechbotError
from speechbot.telegram import admin_views

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from telegram import CallbackQuery

    from speechbot.telegram.desk import Desk
    from speechbot.telegram.errands import Errand
    from speechbot.telegram.outbox import Outbox
    from speechbot.telegram.replies import Reply

T = TypeVar("T")

_PATIENCE = 0.6  # seconds that the end of the bot leaves for last words


@dataclass(frozen=True, slots=True)
class Asked:
    """What an admin asked for.

    Attributes:
        user: Who.
        chat: Where.
        message: In which message; None for a pressed button of a message that Telegram no longer tells us of.
        thread: In which topic of a forum.
        argument: What stands behind the command.
        group: Whether the chat is a group.
        title: Its title.
    """

    user: int
    chat: int
    message: int | None
    thread: int | None = None
    argument: str = ""
    group: bool = False
    title: str = ""


class Press:
    """A pressed button: Telegram shows it as busy until it is answered, which may be done once.

    Attributes:
        asked: Who pressed it, below which message.
        many: Whether there is more than one row of buttons.
        answered: Whether it was answered.
    """

    def __init__(self, query: CallbackQuery, outbox: Outbox) -> None:
        """Answer through an outbox."""
        user, message = query.from_user.id, query.message
        self.asked = Asked(user, user, None) if message is None else Asked(user, message.chat.id, message.message_id)
        markup = getattr(message, "reply_markup", None)  # not of a message that is too old
        self.many = markup is not None and len(markup.inline_keyboard) > 1
        self.answered = False
        self._query = query.id
        self._outbox = outbox

    async def answer(self, text: str = "", *, alert: bool = False) -> None:
        """Answer, in a word or none."""
        self.answered = True
        await self._outbox.notice(self._query, text, alert=alert)


class Chores:
    """Tasks of the loop and processes, all ended by ``close``."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk
        self._tasks: set[asyncio.Task[None]] = set()
        self._errands: set[Errand[Any]] = set()
        self._closing = False

    def begin(self, work: Coroutine[Any, Any, None], chat: int, doing: str) -> None:
        """Go on with something; what goes wrong is told in the chat.

        Args:
            work: What is to be done.
            chat: Who is told.
            doing: For the log, without anything that a user wrote.
        """
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._ended(done, chat, doing))

    async def wait(self, errand: Errand[T], seconds: float | None = None) -> T:
        """The result of a process; errors as for ``Errand.wait``."""
        self._errands.add(errand)
        if self._closing:
            errand.stop()  # what waited for its turn would begin only now, and hold up the end of the bot
        try:
            # Not in the desk's pool, where it would keep a thread from answering all the while
            return await asyncio.to_thread(errand.wait, seconds)
        finally:
            self._errands.discard(errand)

    async def say(self, chat: int, replies: Sequence[Reply]) -> None:
        """Tell somebody who may not be there any more."""
        with suppress(TelegramError):
            await self._desk.outbox.send(chat, replies)

    async def show(self, chat: int, message: int | None, reply: Reply) -> int:
        """Put a message in the place of another, or below all others where there is none; returns its number."""
        (number,) = await self._desk.outbox.replace(chat, [] if message is None else [message], [reply])
        return number

    async def close(self) -> None:
        """End everything, within a second."""
        self._closing = True
        for errand in tuple(self._errands):
            errand.stop()
        tasks = tuple(self._tasks)
        if tasks:
            await asyncio.wait(tasks, timeout=_PATIENCE)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None], chat: int, doing: str) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is None:
            return
        if isinstance(error, SpeechbotError):
            reply = admin_views.failure(str(error))
        else:
            reply = admin_views.blamed(self._desk.blame(error, doing))
        if not self._closing:
            self.begin(self.say(chat, [reply]), chat, "telling an admin")
