"""What admins can do in Telegram: commands, files, buttons. Whoever is no admin meets with an unknown command."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from telegram.constants import ChatType

from speechbot.errors import SpeechbotError, StateError
from speechbot.indexing import store
from speechbot.telegram import admin_views, gap_groups, material_views
from speechbot.telegram.buttons import Task
from speechbot.telegram.chores import Asked, Chores, Press
from speechbot.telegram.decisions import Decisions
from speechbot.telegram.errands import Errand
from speechbot.telegram.gate import Place
from speechbot.telegram.rebuilding import PAUSE, Rebuilding
from speechbot.telegram.records import Standing
from speechbot.telegram.removals import Removals
from speechbot.telegram.staging import Staging
from speechbot.telegram.uploads import Uploads
from speechbot.terminal.render import place
from speechbot.wording import zh_admin

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from telegram import CallbackQuery, Update, User
    from telegram.ext import ContextTypes

    from speechbot.telegram.buttons import Confirm, Judge
    from speechbot.telegram.desk import Desk

    Callback = Callable[[Update, ContextTypes.DEFAULT_TYPE], Coroutine[Any, Any, None]]
    Deed = Callable[[Asked], Awaitable[None]]

# For setMyCommands in the chat of each admin.
COMMANDS_ADMIN = zh_admin.COMMANDS

_DAY = 86_400
_GAP_DAYS = 30
_STATS_DAYS = 14
_MOST_DAYS = 3650
_EXPORT = "export"
_SPEECHES = 5  # that /stats names
_PASSAGES = 200  # from which they are summed up
# In a group they decide about the group.
_IN_GROUPS = frozenset({"allow", "deny"})


class Admins:
    """The admin's side of the bot.

    Attributes:
        commands: What answers a command, by its name; each checks who asks.
        unknown: Answers a command that the bot does not know, in private chats.
    """

    def __init__(
        self,
        desk: Desk,
        unknown: Callable[[Update], Awaitable[None]],
        *,
        errand: Callable[..., Errand[Any]] = Errand,
        pause: float = PAUSE,
    ) -> None:
        """Work at a desk.

        Args:
            desk: The desk.
            unknown: See above.
            errand: What starts processes.
            pause: Seconds between two edits of a message.
        """
        self._desk = desk
        self.unknown = unknown
        self._chores = Chores(desk)
        staging = Staging(desk.settings.corpus, desk.settings.state.parent, desk.clock)
        self._rebuilding = Rebuilding(desk, self._chores, errand=errand, pause=pause)
        self._uploads = Uploads(desk, self._chores, staging, self._rebuilding, errand=errand)
        self._removals = Removals(desk, self._chores, staging, self._rebuilding)
        self._decisions = Decisions(desk, self._chores)
        deeds: dict[str, Deed] = {
            "status": self._status,
            "rebuild": self._rebuilding.command,
            "rollback": self._rebuilding.ask_rollback,
            "remove": self._removals.command,
            "gaps": self._gaps,
            "stats": self._stats,
            "allow": self._decisions.allow,
            "deny": self._decisions.deny,
            "users": self._decisions.users,
        }
        self.commands: dict[str, Callback] = {name: self._checked(name, deed) for name, deed in deeds.items()}

    async def document(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """An admin sent a file in private."""
        del context
        asked, message = self._asked(update), update.effective_message
        if asked is not None and message is not None and message.document is not None and not asked.group:
            await self._uploads.take(asked, message.document)

    async def confirm(self, query: CallbackQuery, action: Confirm) -> None:
        """A button that goes on with something, or drops it, was pressed; answers the query."""
        deeds = {
            Task.UPLOAD: self._uploads.confirm,
            Task.REMOVE: self._removals.confirm,
            Task.ROLLBACK: self._rebuilding.rollback,
            Task.EXPORT: self._export,
        }
        await self._pressed(query, lambda press: deeds[action.task](press, action))

    async def judge(self, query: CallbackQuery, action: Judge) -> None:
        """A button that lets somebody in, or does not, was pressed; answers the query."""
        await self._pressed(query, lambda press: self._decisions.judge(press, action))

    async def requested(self, user: User) -> None:
        """Somebody wants to be let in: tells all admins."""
        await self._decisions.requested(user)

    async def close(self) -> None:
        """End what goes on, within a second."""
        await self._chores.close()

    def _checked(self, name: str, deed: Deed) -> Callback:
        """A command as the application calls it."""

        async def handler(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
            del context
            asked = self._asked(update)
            if asked is None:
                chat = update.effective_chat
                if chat is not None and chat.type == ChatType.PRIVATE:
                    await self.unknown(update)
                return
            self._see(update)
            if asked.group and name not in _IN_GROUPS:
                private = admin_views.note(zh_admin.PRIVATE_ONLY)
                await self._desk.outbox.send(asked.chat, [private], reply_to=asked.message, thread=asked.thread)
                return
            try:
                await deed(asked)
            except SpeechbotError as error:
                failed = admin_views.failure(str(error))
                await self._desk.outbox.send(asked.chat, [failed], reply_to=asked.message, thread=asked.thread)

        return handler

    def _see(self, update: Update) -> None:
        """Note an admin's name, for /users; where that fails, what they asked for is done all the same."""
        who = update.effective_user
        try:
            if who is not None:
                self._desk.ledger.see(who.id, who.full_name, who.username, self._desk.clock())
        except StateError as error:
            self._desk.blame(error, "noting who asks")

    def _asked(self, update: Update) -> Asked | None:
        """What an admin asked for; None where it is no admin."""
        user, chat, message = update.effective_user, update.effective_chat, update.effective_message
        if user is None or chat is None or message is None or not self._desk.access.is_admin(Place.of(message).user_id):
            return None
        words = (message.text or "").split(maxsplit=1)
        return Asked(
            user=user.id,
            chat=chat.id,
            message=message.message_id,
            thread=message.message_thread_id if message.is_topic_message else None,
            argument=words[1].strip() if len(words) > 1 else "",
            group=chat.type != ChatType.PRIVATE,
            title=chat.title or "",
        )

    async def _pressed(self, query: CallbackQuery, deed: Callable[[Press], Awaitable[None]]) -> None:
        """Do what a button says, for admins; the query is answered whatever happens."""
        press = Press(query, self._desk.outbox)
        if not self._desk.access.is_admin(press.asked.user):
            await press.answer(zh_admin.NOT_ADMIN, alert=True)
            return
        try:
            await deed(press)
        except SpeechbotError as error:
            if press.answered:
                await self._chores.say(press.asked.chat, [admin_views.failure(str(error))])
            else:
                await press.answer(str(error), alert=True)
        finally:
            if not press.answered:
                await press.answer()

    async def _status(self, asked: Asked) -> None:
        state = await self._desk.run(self._state)
        await self._desk.outbox.send(asked.chat, [admin_views.status(state)])

    def _state(self) -> admin_views.State:
        desk, now = self._desk, self._desk.clock()
        return admin_views.State(
            index=store.status(desk.settings.index),
            answering=desk.retriever.refresh(),
            last=self._rebuilding.last(),
            building=self._rebuilding.progress,
            up=desk.metrics.up_seconds,
            today=desk.ledger.today(now),
            latency=desk.metrics.latency(),
            errors=sum(desk.metrics.errors().values()),
            pending=len(desk.ledger.people(Standing.PENDING)),
            now=now,
        )

    async def _stats(self, asked: Asked) -> None:
        days = _days(asked.argument, _STATS_DAYS)
        if days is None:
            await self._desk.outbox.send(asked.chat, [admin_views.note(zh_admin.STATS_USAGE)])
            return
        since = self._desk.clock() - days * _DAY
        usage = await self._desk.run(self._desk.ledger.usage, since)
        speeches = await self._desk.run(self._speeches, since)
        await self._desk.outbox.send(asked.chat, [admin_views.stats(usage, days, speeches)])

    def _speeches(self, since: float) -> list[tuple[str, int]]:
        """The speeches that answered most, as far as they are still there."""
        found: Counter[str] = Counter()
        for passage_id, count in self._desk.ledger.shown(since, _PASSAGES):
            passage = self._desk.library.passage(passage_id)
            if passage is not None:
                found[passage.speech] += count
        return found.most_common(_SPEECHES)

    async def _gaps(self, asked: Asked) -> None:
        words = asked.argument.lower().split()
        export = _EXPORT in words
        days = _days(" ".join(word for word in words if word != _EXPORT), _GAP_DAYS)
        if days is None:
            await self._desk.outbox.send(asked.chat, [admin_views.note(zh_admin.GAPS_USAGE)])
            return
        # Thousands of questions take seconds to compare
        self._chores.begin(self._grouped(asked.chat, days, export=export), asked.chat, "grouping questions")

    async def _export(self, press: Press, action: Confirm) -> None:
        await press.answer()
        days = _days(action.token, _GAP_DAYS) or _GAP_DAYS
        self._chores.begin(self._grouped(press.asked.chat, days, export=True), press.asked.chat, "exporting questions")

    async def _grouped(self, chat: int, days: int, *, export: bool) -> None:
        desk = self._desk
        since = desk.clock() - days * _DAY
        gaps = await desk.run(desk.ledger.gaps, since)
        some = gaps[: gap_groups.MOST]
        if len(some) > gap_groups.CHUNK:
            await desk.outbox.typing(chat)
        pieces = [
            await desk.run(desk.retriever.encode, [one.text for one in some[at : at + gap_groups.CHUNK]])
            for at in range(0, len(some), gap_groups.CHUNK)
        ]
        groups = await desk.run(gap_groups.group, some, np.concatenate(pieces)) if pieces else ()
        if not export:
            capped = len(some) if len(gaps) > len(some) else 0
            await desk.outbox.send(chat, material_views.gaps(groups, days, capped=capped))
            return
        content, count = await desk.run(self._exported, groups, since)
        date = datetime.fromtimestamp(desk.clock(), UTC).astimezone(admin_views.CHINA).strftime("%Y%m%d")
        await desk.outbox.send(chat, [material_views.export(content, count, date, days)])

    def _exported(self, groups: tuple[gap_groups.Group, ...], since: float) -> tuple[bytes, int]:
        return gap_groups.export(groups, self._desk.ledger.disliked(since), self._passage)

    def _passage(self, passage_id: str) -> dict[str, str] | None:
        """A passage for the file of questions; None where it is gone."""
        passage = self._desk.library.passage(passage_id)
        return None if passage is None else {"place": place(passage), "text": passage.text}


def _days(argument: str, default: int) -> int | None:
    """How many days are meant; None where that cannot be told."""
    if not argument:
        return default
    if not re.fullmatch(r"[0-9]{1,4}", argument):
        return None
    days = int(argument)
    return days if 1 <= days <= _MOST_DAYS else None
