"""Order: what came first in a chat is done first, chats side by side, nothing twice and nothing lost."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from speechbot.errors import StateError
from speechbot.telegram.polling import readable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from telegram import Bot

    from speechbot.telegram.ledger import Ledger

_LOGGER = logging.getLogger(__name__)

# What the bot asks Telegram for, and handles.
KINDS = (
    "message",
    "edited_message",
    "callback_query",
    "inline_query",
    "chosen_inline_result",
    "my_chat_member",
)

# Updates under way at once, waiting ones included; beyond it Telegram keeps them for us. Far above the number of chats
# that write at the same time, so that one that floods does not hold all places.
UNDER_WAY = 4096
# Times that an update which was left undone is begun again: it may itself be what ended the process.
ATTEMPTS = 3


class Intake(asyncio.Queue[object]):
    """The queue between Telegram and the handlers.

    What is put here is in the ledger before Telegram hears that it arrived, and what was put here before is not again.

    Attributes:
        again: Numbers of the updates that an earlier run left undone.
    """

    def __init__(self, ledger: Ledger, clock: Callable[[], float], count: Callable[[str], None]) -> None:
        """Keep updates in a ledger.

        Args:
            ledger: The ledger.
            clock: Unix seconds.
            count: Told the kind of each update.
        """
        super().__init__()
        self._ledger = ledger
        self._clock = clock
        self._count = count
        self._room = asyncio.Semaphore(UNDER_WAY)
        self.again: set[int] = set()

    async def put(self, item: object) -> None:
        """Take an update, once there is room; other things are python-telegram-bot's own."""
        if isinstance(item, Update):
            kind = kind_of(item)
            self._count(kind or "unknown")
            if not kind or not self._new(item):
                return
            await self._room.acquire()
        await super().put(item)

    def left(self) -> None:
        """An update is done with: there is room for another."""
        self._room.release()

    async def put_back(self, bot: Bot) -> None:
        """Take what an earlier run left undone."""
        for number, body, attempts in self._ledger.waiting():
            if attempts >= ATTEMPTS:
                _LOGGER.error("Update %s was begun %s times after a start; it is dropped", number, attempts)
                self._ledger.done(number)
                continue
            self.again.add(number)
            await self._room.acquire()
            await super().put(Update.de_json(readable(json.loads(body)) or {"update_id": number}, bot))

    def tried(self, update: object, times: int = 1) -> None:
        """An update is begun, or broken off again (-1): what an earlier run left undone is not begun for ever."""
        if isinstance(update, Update) and update.update_id in self.again:
            try:
                self._ledger.tried(update.update_id, times)
            except StateError as error:
                _LOGGER.error("A try of an update cannot be kept: %s", error)  # noqa: TRY400 - as below

    def _new(self, update: Update) -> bool:
        try:
            return self._ledger.receive(update.update_id, body_of(update), self._clock())
        except StateError as error:
            # Better answered without a net than not at all
            _LOGGER.error("An update cannot be kept: %s", error)  # noqa: TRY400 - its text says everything
        except Exception as error:  # noqa: BLE001 - what is raised here ends python-telegram-bot's receiving for good
            # Whatever is in it, such as numbers or depths that Telegram never sends
            _LOGGER.warning("An update cannot be written down (%s)", type(error).__name__)
        return True


@dataclass(slots=True)
class _Lane:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class Lanes(BaseUpdateProcessor):
    """A lane for each chat, in which one update follows the other."""

    def __init__(self, intake: Intake, ledger: Ledger) -> None:
        """Work on what the intake gives."""
        super().__init__(UNDER_WAY)
        self._intake = intake
        self._ledger = ledger
        self._lanes: dict[object, _Lane] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    async def initialize(self) -> None:
        """Nothing is needed."""

    async def shutdown(self) -> None:
        """Nothing is held."""

    async def cancel(self) -> None:
        """Break off what is under way; it stays in the ledger, for the next start."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def __len__(self) -> int:
        """How many lanes are in use."""
        return len(self._lanes)

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Do an update when those before it in its chat are done.

        What is cancelled stays in the ledger, for the next start. Of inline queries, one for each key that is pressed,
        only a person's latest is answered.
        """
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        key = _key(update)
        lane = self._lanes.setdefault(key, _Lane())
        lane.users += 1
        started = False
        try:
            async with lane.lock:
                if not (isinstance(update, Update) and update.inline_query and lane.users > 1):
                    started = True
                    self._intake.tried(update)
                    await coroutine
        except asyncio.CancelledError:
            if started:
                self._intake.tried(update, -1)
            raise
        except BaseException:
            self._done(update)
            raise
        else:
            self._done(update)
        finally:
            lane.users -= 1
            if not lane.users:
                self._lanes.pop(key, None)
            if not started:
                coroutine.close()  # type: ignore[attr-defined] # never awaited otherwise, which Python warns of
            if isinstance(update, Update):
                self._intake.left()

    def _done(self, update: object) -> None:
        if isinstance(update, Update):
            try:
                self._ledger.done(update.update_id)
            except StateError as error:
                _LOGGER.error("An update cannot be ticked off: %s", error)  # noqa: TRY400 - as above


def _key(update: object) -> object:
    """The lane of an update; one for all whose content is not what Telegram says it is."""
    try:
        key = lane_of(update)
        hash(key)
    except Exception:  # noqa: BLE001 - any part may be anything
        return None
    return key


def body_of(update: Update) -> str:
    """An update as JSON; python-telegram-bot's own ``to_json`` raises where a message that is gone stands within."""
    return json.dumps(update.to_dict(), default=_seconds)


def _seconds(value: object) -> object:
    """What ``to_dict`` leaves of times."""
    return int(value.timestamp()) if isinstance(value, datetime) else str(value)


def kind_of(update: Update) -> str:
    """What kind of update it is, for counting; "" for kinds that nothing handles."""
    return next((name for name in KINDS if getattr(update, name)), "")


def lane_of(update: object) -> object:
    """Whose turn an update has to wait for: that of its chat, or of its person where there is none."""
    if not isinstance(update, Update):
        return None
    if update.effective_chat is not None:
        return update.effective_chat.id
    person = update.effective_user.id if update.effective_user else None
    return (person, "inline") if update.inline_query else (person, "alone")
