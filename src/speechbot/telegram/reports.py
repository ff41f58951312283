"""Errors of handlers: in full to the log, one sentence to whom it concerns, a short word to the admins."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from telegram import Message, Update
from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError

from speechbot.errors import IndexDamaged, IndexNotFound
from speechbot.telegram import quoting
from speechbot.telegram.gate import Place
from speechbot.telegram.lanes import kind_of
from speechbot.telegram.replies import Reply
from speechbot.wording import zh_telegram

if TYPE_CHECKING:
    from telegram.ext import ContextTypes

    from speechbot.telegram.desk import Desk

_LOGGER = logging.getLogger(__name__)

# Seconds between two reports to the admins: what fails, fails for many.
_QUIET = 60.0
# What Telegram says of a group in which the bot may not write; anybody can add it to one of theirs and ask there.
_NO_RIGHT = ("not enough rights", "no rights to send", "chat_write_forbidden", "chat_restricted", "topic_closed")


class Reports:
    """Says what went wrong, without a word of what was asked and without a secret."""

    def __init__(self, desk: Desk) -> None:
        """Report to the people of a desk."""
        self._desk = desk
        self._last = -_QUIET
        self._silent = 0

    async def failed(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        """What python-telegram-bot calls when a handler raises."""
        error = context.error
        if error is None:
            return
        if _unwanted(error):
            # Somebody blocked the bot, threw it out or took its right to write: theirs to decide
            self._desk.metrics.error("Forbidden")
            _LOGGER.info("A message was not wanted: %s", error)
            return
        doing = kind_of(update) if isinstance(update, Update) else "something"
        error_id = self._desk.blame(error, f"handling {doing or 'an update'}")
        if isinstance(update, Update) and (isinstance(error, BadRequest) or not isinstance(error, NetworkError)):
            await self._tell(update, error, error_id)
        await self._report(error, error_id, doing)

    async def _tell(self, update: Update, error: BaseException, error_id: str) -> None:
        """Tell who wrote or pressed; in a group only who turned to the bot, which whoever comes here did."""
        unopened = isinstance(error, (IndexNotFound, IndexDamaged))
        text = zh_telegram.INDEX_GONE if unopened else zh_telegram.ERROR.format(id=error_id)
        try:
            message = update.effective_message
            if not isinstance(message, Message) or update.my_chat_member is not None:
                return
            place = Place.of(message)
            await self._desk.outbox.send(place.chat_id, [Reply(text)], reply_to=place.message_id, thread=place.thread)
        except Exception as failure:  # noqa: BLE001 - what could not be handled may not be a message at all
            _LOGGER.warning("Nobody could be told of error %s (%s)", error_id, type(failure).__name__)

    async def _report(self, error: BaseException, error_id: str, doing: str) -> None:
        now = self._desk.clock()
        if now - self._last < _QUIET:
            self._silent += 1
            return
        lines = [zh_telegram.ERROR_REPORT.format(id=error_id, kind=type(error).__name__, doing=doing)]
        if self._silent:
            lines.append(zh_telegram.ERROR_REPORT_MORE.format(count=self._silent))
        self._last, self._silent = now, 0
        for admin in sorted(self._desk.settings.admins):
            try:
                await self._desk.outbox.send(admin, [Reply(quoting.escape("\n".join(lines)))])
            except TelegramError as failure:
                _LOGGER.info("An admin could not be told of error %s (%s)", error_id, type(failure).__name__)


def _unwanted(error: BaseException) -> bool:
    """Whether a chat does not let the bot write; of a right that is missing in a group, Telegram says 400, not 403."""
    said = error.message.lower() if isinstance(error, BadRequest) else ""
    return isinstance(error, Forbidden) or any(words in said for words in _NO_RIGHT)
