"""/rebuild and /rollback: builds in a process of their own, one after the other, with live progress in one message."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from telegram.error import TelegramError

from speechbot.errors import SpeechbotError
from speechbot.indexing import store
from speechbot.telegram import admin_views
from speechbot.telegram.admin_views import Built, Progress
from speechbot.telegram.deeds import build
from speechbot.telegram.errands import DiedError, Errand, StoppedError
from speechbot.wording import zh_admin

if TYPE_CHECKING:
    from collections.abc import Callable

    from speechbot.models import IndexReport
    from speechbot.telegram.admin_views import Rows
    from speechbot.telegram.buttons import Confirm
    from speechbot.telegram.chores import Asked, Chores, Press
    from speechbot.telegram.desk import Desk
    from speechbot.telegram.replies import Reply
    from speechbot.telegram.staging import Move

PAUSE = 2.0  # seconds between two edits of a message; Telegram lets a bot change one about once a second
_LAST = "last_build"
_FULL = frozenset({"full", "all"})


@dataclass(frozen=True, slots=True)
class Change:
    """What is done to the corpus before a build, and taken back where the build fails.

    Attributes:
        title: What it is, as the progress is headed.
        move: Does it; blocking.
        retry: Buttons below the word that it failed.
        done: Called once the build has succeeded; blocking.
    """

    title: str
    move: Callable[[], Move]
    retry: Rows = ()
    done: Callable[[], None] = lambda: None


@dataclass(slots=True)
class _Run:
    """A build under way."""

    title: str
    errand: Errand[IndexReport]
    began: float = field(default_factory=time.monotonic)
    # What was done when the first windows were reported: taken over from an interrupted build, not measured
    base: tuple[float, int] | None = None

    def progress(self) -> Progress:
        now = time.monotonic()
        done, total = self.errand.progress
        if total and self.base is None:
            self.base = (now, done)
        left = None
        if self.base is not None and done > self.base[1]:
            left = (now - self.base[0]) / (done - self.base[1]) * (total - done)
        return Progress(self.title, now - self.began, done, total, left)


class Rebuilding:
    """Builds, one after the other."""

    def __init__(
        self,
        desk: Desk,
        chores: Chores,
        *,
        errand: Callable[..., Errand[IndexReport]] = Errand,
        pause: float = PAUSE,
    ) -> None:
        """Build for a desk.

        Args:
            desk: The desk.
            chores: Where builds go on.
            errand: What starts the process.
            pause: Seconds between two edits of a message.
        """
        self._desk = desk
        self._chores = chores
        self._errand = errand
        self._pause = pause
        self._lock = asyncio.Lock()
        self._now: _Run | None = None
        self._asked = False

    @property
    def progress(self) -> Progress | None:
        """How far the build under way is; None where there is none."""
        return None if self._now is None else self._now.progress()

    def last(self) -> Built | None:
        """The last build; blocking."""
        stored = self._desk.ledger.get(_LAST)
        return None if stored is None else Built(**json.loads(stored))

    async def command(self, asked: Asked) -> None:
        """/rebuild: starts one, unless one is under way or about to be."""
        word = asked.argument.lower()
        if word and word not in _FULL:
            await self._desk.outbox.send(asked.chat, [admin_views.note(zh_admin.REBUILD_USAGE)])
            return
        if self._lock.locked() or self._asked:
            found = self.progress or Progress(zh_admin.REBUILD, 0.0)
            await self._desk.outbox.send(asked.chat, [admin_views.busy(found)])
            return
        self._asked = True
        title = zh_admin.REBUILD_FULL if word else zh_admin.REBUILD
        self._chores.begin(self._rebuild(asked.chat, title, full=bool(word)), asked.chat, "rebuilding")

    async def _rebuild(self, chat: int, title: str, *, full: bool) -> None:
        try:
            await self.run(chat, title=title, full=full)
        finally:
            self._asked = False

    async def run(
        self,
        chat: int,
        *,
        title: str = "",
        full: bool = False,
        message: int | None = None,
        change: Change | None = None,
    ) -> None:
        """Build, when all builds before are done, and tell how it goes in one message.

        Args:
            chat: Where.
            title: What it is for; that of ``change`` by default.
            full: Whether to read and encode everything anew.
            message: The message to tell it in; a new one by default.
            change: What is to be done first.
        """
        heading = change.title if change else title
        if self._lock.locked():
            message = await self._chores.show(chat, message, admin_views.queued(heading))
        async with self._lock:
            settings = self._desk.settings
            errand = self._errand(build, settings.corpus, settings.index, settings.model, settings.gold, full)
            self._now = run = _Run(heading, errand)
            try:
                # Before anything is done: where nobody can be told, nothing is changed
                message = await self._chores.show(chat, message, admin_views.building(run.progress()))
                try:
                    move = await self._desk.run(change.move) if change else None
                except SpeechbotError as error:
                    reply = admin_views.refused(heading, str(error), rows=change.retry if change else ())
                else:
                    reply = await self._outcome(chat, message, run, move, change)
            finally:
                self._now = None
        await self._chores.show(chat, message, reply)

    async def _outcome(self, chat: int, message: int, run: _Run, move: Move | None, change: Change | None) -> Reply:
        """Wait for a build; what came of it."""
        ticking = asyncio.create_task(self._tick(chat, message, run))
        try:
            report = await self._chores.wait(run.errand)
        except StoppedError:
            return admin_views.stopped(run.title)
        except DiedError as error:
            self._desk.blame(error, "building the index in a process of its own")
            reason = admin_views.died(error.code)
        except SpeechbotError as error:
            reason = str(error)
        except OSError as error:  # there is no memory for one more process, or no number
            self._desk.blame(error, "starting a process to build the index")
            reason = zh_admin.BUILD_UNSTARTED.format(reason=error.strerror or type(error).__name__)
        else:
            seconds = time.monotonic() - run.began
            await self._remember(seconds, report)
            if change is not None:
                await self._desk.run(change.done)
            live = await self._desk.run(self._desk.retriever.refresh) == report.generation
            await self._freshen()
            return admin_views.built(run.title, report, seconds, live=live)
        finally:
            ticking.cancel()
            with suppress(asyncio.CancelledError):
                await ticking
        if move is not None:
            await self._desk.run(move.undo)
        await self._remember(time.monotonic() - run.began, None)
        return admin_views.refused(
            run.title, reason, restored=move is not None, rows=change.retry if change is not None else ()
        )

    async def _tick(self, chat: int, message: int, run: _Run) -> None:
        """Keep a message up to date; less and less often, since a long build is looked at less and less often."""
        shown: Reply | None = None
        while True:
            await asyncio.sleep(max(self._pause, (time.monotonic() - run.began) / 60))
            reply = admin_views.building(run.progress())
            if reply != shown:
                with suppress(TelegramError):  # the next one will do
                    await self._desk.outbox.edit(chat, message, reply)
                shown = reply

    async def _remember(self, seconds: float, report: IndexReport | None) -> None:
        """Keep what became of a build, for /status."""
        if report is None:
            outcome = zh_admin.OUTCOME_FAILED
        elif report.idle:
            outcome = zh_admin.OUTCOME_IDLE
        else:
            outcome = zh_admin.OUTCOME_DONE.format(span=admin_views.span(seconds))
        row: dict[str, Any] = {"when": self._desk.clock(), "seconds": seconds, "outcome": outcome}
        try:
            await self._desk.run(self._desk.ledger.put, _LAST, json.dumps(row, ensure_ascii=False))
        except SpeechbotError as error:  # the disk may be full: what became of the build is told all the same
            self._desk.blame(error, "remembering a build")

    async def _freshen(self) -> None:
        """Have the new generation opened, and its examples found, before anybody asks."""
        with suppress(SpeechbotError):  # what is wrong with it stands in the log, and is told by what answers
            await self._desk.run(self._desk.library.examples)

    async def ask_rollback(self, asked: Asked) -> None:
        """/rollback: says where it would lead, and asks."""
        await self._desk.outbox.send(asked.chat, [await self._target()])

    async def _target(self, *, changed: bool = False) -> Reply:
        index = self._desk.settings.index
        found = await self._desk.run(store.fallback, index)
        if found is None:
            return admin_views.note(zh_admin.ROLLBACK_NONE)
        current = await self._desk.run(store.live, index)
        return admin_views.rollback(*found, current, self._desk.clock(), changed=changed)

    async def rollback(self, press: Press, action: Confirm) -> None:
        """The answer to the question: goes back, if that still leads where it was said."""
        asked = press.asked
        if not action.accepted:
            await press.answer()
            await self._chores.show(asked.chat, asked.message, admin_views.note(zh_admin.CANCELLED))
            return
        if self._lock.locked():
            await press.answer(zh_admin.ROLLBACK_BUSY, alert=True)
            return
        async with self._lock:
            await press.answer(zh_admin.ROLLBACK_DOING)
            try:
                reply = await self._rolled_back(action.token)
            except SpeechbotError as error:
                reply = admin_views.failure(str(error))
        await self._chores.show(asked.chat, asked.message, reply)

    async def _rolled_back(self, name: str) -> Reply:
        index = self._desk.settings.index
        found = await self._desk.run(store.fallback, index)
        if found is None or found[0] != name:
            return await self._target(changed=True)
        there = await self._desk.run(store.rollback, index)
        await self._freshen()
        return admin_views.note(zh_admin.ROLLBACK_DONE.format(name=there))
