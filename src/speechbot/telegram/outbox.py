"""Sends what the bot has to say, whatever the network does: floods, time-outs, broken connections, moved groups."""

from __future__ import annotations

import asyncio
import logging
import re
from html import unescape
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from telegram import (
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputFile,
    InputTextMessageContent,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from speechbot.telegram import quoting
from speechbot.wording import zh_telegram

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from telegram import Bot, BotCommand, BotCommandScope

    from speechbot.telegram.replies import Attachment, Inline, Reply

T = TypeVar("T")

_LOGGER = logging.getLogger(__name__)

# Seconds before each further try: together an hour. What fails for longer fails for a reason of its own, and must not
# hold up its chat for ever.
DELAYS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, *(60.0,) * 59)
# What httpx raises when a request did not leave this machine: trying again cannot do a thing twice.
_UNSENT = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError"})
_TAGS = re.compile(r"<[^<>]*>")
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class _Place(NamedTuple):
    """Where a message goes: a chat, the message that it answers there, the topic."""

    chat_id: int
    reply_to: int | None = None
    thread: int | None = None


class Outbox:
    """Everything that leaves for Telegram.

    ``Forbidden`` (somebody blocked the bot) and ``BadRequest`` that trying again cannot mend are raised; so is what
    still fails after an hour. Only the chat that is being answered waits meanwhile.
    """

    def __init__(
        self,
        bot: Bot,
        *,
        moved: Callable[[int, int], None] = lambda _old, _new: None,
        delays: Sequence[float] = DELAYS,
    ) -> None:
        """Send through a bot.

        Args:
            bot: Its rate limiter is the one that waits for floods.
            moved: Told when a group got another number: the old one, the new one.
            delays: Seconds before each further try.
        """
        self._bot = bot
        self._moved = moved
        self._delays = tuple(delays)

    async def send(
        self, chat_id: int, replies: Sequence[Reply], *, reply_to: int | None = None, thread: int | None = None
    ) -> list[int]:
        """Send messages in order.

        Args:
            chat_id: Where to.
            replies: What to say.
            reply_to: Message that the first one answers; where it is gone, it answers none.
            thread: Topic of a forum.

        Returns:
            Numbers of the messages with text; attachments come after their own and are not counted.
        """
        ids = []
        for place, reply in enumerate(replies):
            ids.append(await self._send(chat_id, reply, None if place else reply_to, thread))
            if reply.attachment is not None:
                await self._attach(chat_id, reply.attachment, thread)
        return ids

    async def replace(
        self,
        chat_id: int,
        old: Sequence[int],
        replies: Sequence[Reply],
        *,
        reply_to: int | None = None,
        thread: int | None = None,
    ) -> list[int]:
        """Put messages in the place of others: edit as many as there are, send the rest, delete what is left over.

        Returns:
            Numbers of the messages that now stand.
        """
        ids = []
        for place, reply in enumerate(replies):
            kept = old[place] if place < len(old) else None
            if kept is not None and await self.edit(chat_id, kept, reply):
                ids.append(kept)
            else:
                ids.append(await self._send(chat_id, reply, None if place else reply_to, thread))
            if reply.attachment is not None:
                await self._attach(chat_id, reply.attachment, thread)
        for number in old[len(replies) :]:
            await self.delete(chat_id, number)
        return ids

    async def edit(self, chat_id: int | None, message: int | str, reply: Reply) -> bool:
        """Change a message, or an inline message by its identifier; False where it can no longer be changed."""
        where: dict[str, int | str | None] = (
            {"inline_message_id": message} if isinstance(message, str) else {"chat_id": chat_id, "message_id": message}
        )

        async def change(text: str, mode: str | None) -> None:
            await self._bot.edit_message_text(
                text,
                parse_mode=mode,
                reply_markup=keyboard(reply),
                link_preview_options=_NO_PREVIEW,
                **where,  # type: ignore[arg-type] # which of the three are there depends on the kind of message
            )

        try:
            # Doing it twice does no harm: nothing needs to be said of it
            await self._persist(lambda _again: self._plain_if_refused(reply.html, change))
        except (BadRequest, ChatMigrated) as error:  # a group's messages stay behind when it moves
            if "not modified" in error.message.lower():
                return True
            _LOGGER.info("A message cannot be edited: %s", error.message)
            return False
        return True

    async def delete(self, chat_id: int, message_id: int) -> None:
        """Take a message away; one that is gone, or too old for that, stays as it is."""
        try:
            await self._persist(lambda _again: self._bot.delete_message(chat_id, message_id))
        except (BadRequest, ChatMigrated) as error:
            _LOGGER.info("A message cannot be deleted: %s", error.message)

    async def notice(self, query_id: str, text: str = "", *, alert: bool = False) -> None:
        """Answer a pressed button; one that waited too long for it is let be."""
        try:
            await self._persist(lambda _again: self._bot.answer_callback_query(query_id, text[:200], show_alert=alert))
        except BadRequest as error:
            _LOGGER.info("A button cannot be answered: %s", error.message)

    async def results(
        self, query_id: str, found: Sequence[tuple[str, Inline]], *, shared: bool, button: str = "", payload: str = ""
    ) -> None:
        """Answer an inline query.

        Args:
            query_id: The query.
            found: Results with their identifiers of at most 64 bytes.
            shared: Whether Telegram may show them to others who ask the same, for a while.
            button: Text of a button above them that opens the conversation with the bot.
            payload: What the button starts it with.
        """
        articles = [
            InlineQueryResultArticle(
                name,
                one.title,
                InputTextMessageContent(one.html, ParseMode.HTML, link_preview_options=_NO_PREVIEW),
                description=one.description,
            )
            for name, one in found
        ]
        above = InlineQueryResultsButton(button, start_parameter=payload) if button else None
        try:
            await self._persist(
                lambda _again: self._bot.answer_inline_query(
                    query_id, articles, cache_time=300 if shared else 0, is_personal=not shared, button=above
                )
            )
        except BadRequest as error:
            _LOGGER.info("An inline query cannot be answered: %s", error.message)

    async def typing(self, chat_id: int, thread: int | None = None) -> None:
        """Show that an answer is on its way; where that fails, nothing is lost."""
        try:
            await self._bot.send_chat_action(chat_id, ChatAction.TYPING, message_thread_id=thread)
        except TelegramError as error:
            _LOGGER.debug("No chat action: %s", type(error).__name__)

    async def menu(self, commands: Sequence[BotCommand], scope: BotCommandScope) -> None:
        """Say which commands Telegram's menu shows to whom; a menu that fails is a pity, not an error."""
        try:
            await self._persist(lambda _again: self._bot.set_my_commands(commands, scope=scope))
        except BadRequest as error:
            # An admin who has not written to the bot yet has no chat with it
            _LOGGER.info("A menu of commands was refused: %s", error.message)
        except TelegramError as error:
            _LOGGER.warning("A menu of commands was not set (%s)", type(error).__name__)

    async def _send(self, chat_id: int, reply: Reply, reply_to: int | None, thread: int | None) -> int:
        async def post(place: _Place, again: bool) -> int:  # noqa: FBT001 - whether it is another try
            # A repeat may come to a full message: the word goes below its own
            note = zh_telegram.MAY_REPEAT if again else ""

            async def message(text: str, mode: str | None) -> int:
                parameters = None
                if place.reply_to is not None:
                    parameters = ReplyParameters(place.reply_to, allow_sending_without_reply=True)
                sent = await self._bot.send_message(
                    place.chat_id,
                    text,
                    parse_mode=mode,
                    reply_markup=keyboard(reply),
                    reply_parameters=parameters,
                    message_thread_id=place.thread,
                    link_preview_options=_NO_PREVIEW,
                )
                return sent.message_id

            return await self._plain_if_refused(note + reply.html if _fits(note, reply) else reply.html, message)

        return await self._reach(_Place(chat_id, reply_to, thread), post)

    async def _attach(self, chat_id: int, attachment: Attachment, thread: int | None) -> None:
        async def document(place: _Place, _again: bool) -> None:  # noqa: FBT001 - as above
            file = InputFile(attachment.content, attachment.name, attach=False)
            await self._bot.send_document(place.chat_id, file, message_thread_id=place.thread)

        await self._reach(_Place(chat_id, None, thread), document)

    async def _reach(self, place: _Place, deliver: Callable[[_Place, bool], Awaitable[T]]) -> T:
        """Deliver to where a group is by now; outside of its topic where that is gone."""
        try:
            return await self._persist(lambda again: deliver(place, again))
        except ChatMigrated as error:
            self._moved(place.chat_id, error.new_chat_id)
            return await self._reach(_Place(error.new_chat_id), deliver)
        except BadRequest as error:
            if place.thread is not None and "thread not found" in error.message.lower():
                return await self._reach(_Place(place.chat_id, place.reply_to), deliver)
            raise

    @staticmethod
    async def _plain_if_refused(html: str, deliver: Callable[[str, str | None], Awaitable[T]]) -> T:
        """Deliver a message; without its markup where Telegram does not understand it, rather than not at all."""
        try:
            return await deliver(html, ParseMode.HTML)
        except BadRequest as error:
            if "can't parse entities" not in error.message.lower():
                raise
            _LOGGER.error("Telegram refused the markup of a message: %s", error.message)  # noqa: TRY400 - no traceback
            return await deliver(unescape(_TAGS.sub("", html)), None)

    async def _persist(self, attempt: Callable[[bool], Awaitable[T]]) -> T:
        """Try until it succeeds or the delays are used up.

        Args:
            attempt: Told whether an earlier try may have taken effect without our knowing.
        """
        unsure = False
        for delay in (*self._delays, None):
            try:
                return await attempt(unsure)
            except (BadRequest, Forbidden, InvalidToken, ChatMigrated):
                raise
            except RetryAfter as error:
                if delay is None:
                    raise
                wait = error.retry_after
                seconds = (wait if isinstance(wait, int) else wait.total_seconds()) + 0.1
                _LOGGER.info("Telegram asks to wait; next try in %s s", seconds)
                await asyncio.sleep(seconds)
            except NetworkError as error:
                if delay is None:
                    raise
                unsure = unsure or type(error.__cause__).__name__ not in _UNSENT
                _LOGGER.warning("Sending failed (%s); next try in %s s", type(error).__name__, delay)
                await asyncio.sleep(delay)
        raise AssertionError("the last try returns or raises")


def keyboard(reply: Reply) -> InlineKeyboardMarkup | None:
    """The buttons of a message as Telegram takes them."""
    rows = [
        [
            InlineKeyboardButton(
                one.text,
                callback_data=one.data or None,
                copy_text=CopyTextButton(one.copy) if one.copy else None,
                url=one.url or None,
            )
            for one in row
        ]
        for row in reply.buttons
    ]
    return InlineKeyboardMarkup(rows) if rows else None


def _fits(note: str, reply: Reply) -> bool:
    return bool(note) and quoting.length(note + reply.html) <= quoting.LIMIT
