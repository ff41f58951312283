"""Which message is whose matter: questions, files, what is no text, groups that speak of other things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import Chat, Message, Update
from telegram.ext import filters

from speechbot.telegram.asking import asked_in_group
from speechbot.telegram.gate import Place

if TYPE_CHECKING:
    from telegram.ext import ContextTypes

    from speechbot.telegram.admins import Admins
    from speechbot.telegram.asking import Questions
    from speechbot.telegram.desk import Desk
    from speechbot.telegram.greetings import Greetings


class Routes:
    """Passes messages on."""

    def __init__(self, desk: Desk, questions: Questions, greetings: Greetings, admins: Admins) -> None:
        """Pass on to these."""
        self._desk = desk
        self._questions = questions
        self._greetings = greetings
        self._admins = admins

    async def ask(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """/ask, new or edited."""
        message = update.effective_message
        if message is None:
            return
        # The question may begin on a line of its own
        _, *rest = (message.text or message.caption or "").split(maxsplit=1)
        to = message.reply_to_message
        text = rest[0] if rest else (to.text or to.caption or "") if to is not None else ""
        if text.strip():
            await self._questions.message(update, text)
        elif update.message is not None:
            await self._greetings.unasked(message, command=True)

    async def message(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A message that is no command."""
        message = update.effective_message
        if message is None or (message.via_bot is not None and message.via_bot.id == context.bot.id):
            return  # what inline mode sent comes back here
        if message.migrate_to_chat_id is not None:
            self._desk.access.moved(message.chat.id, message.migrate_to_chat_id)
        elif message.chat.type == Chat.PRIVATE:
            await self._private(update, context, message)
        elif message.text or message.caption:
            text = asked_in_group(message, self._desk.username)
            if text:
                await self._questions.message(update, text)
            elif text is not None and update.message is not None:
                await self._greetings.unasked(message, command=False)

    async def command(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """A command that is none of ours."""
        await self._greetings.unknown(update)

    async def _private(self, update: Update, context: ContextTypes.DEFAULT_TYPE, message: Message) -> None:
        fresh = update.message is not None
        if message.document is not None and self._desk.access.is_admin(Place.of(message).user_id):
            if fresh:
                await self._admins.document(update, context)
        elif text := message.text or message.caption:
            await self._questions.message(update, text)
        elif fresh and not filters.StatusUpdate.ALL.check_update(
            update
        ):  # Telegram's word on the chat: nobody wrote it
            await self._greetings.unreadable(message)
