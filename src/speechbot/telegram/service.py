"""The bot as a process: everything opened, started, watched, and stopped again within five seconds."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import signal
import ssl
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, suppress
from functools import partial
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from telegram.error import BadRequest, Conflict, InvalidToken, TelegramError

from speechbot.errors import SpeechbotError
from speechbot.retriever import Retriever
from speechbot.telegram import memory
from speechbot.telegram.access import Access
from speechbot.telegram.application import PTB, add_handlers, build, show_commands
from speechbot.telegram.desk import Desk
from speechbot.telegram.health import Health, HealthServer
from speechbot.telegram.lanes import KINDS, Intake, Lanes
from speechbot.telegram.ledger import Ledger
from speechbot.telegram.library import Library
from speechbot.telegram.limits import Limiter
from speechbot.telegram.metrics import IndexFacts, Metrics
from speechbot.telegram.outbox import Outbox
from speechbot.wording import zh_telegram

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from telegram.ext import Updater

    from speechbot.setting_types import Endpoint
    from speechbot.settings import Settings

_LOGGER = logging.getLogger(__name__)

# Seconds that each step of stopping may take; together less than five.
_STOP_RECEIVING = 1.0
_STOP_WORKING = 2.5
# Seconds that Telegram holds a request for updates when there are none.
_POLL = 30
# Seconds for which a thread that searches may hold the interpreter while the loop waits for it. At Python's 5 ms, each of
# the dozen system calls of an update (sockets, SQLite) costs the loop that long when questions are being searched.
_SWITCH = 0.0005
# What python-telegram-bot calls the task that asks for updates.
_RECEIVING = "Updater:start_polling:polling_task"
# Seconds between two looks for memory that is free.
_TIDY = 60.0
# Seconds between two looks for what is older than it may be.
_EXPIRE = 3600.0
# Seconds before the first tries to reach Telegram at the start; the last one goes on.
_KNOCKS = (1.0, 2.0, 5.0, 10.0, 30.0)


async def serve(
    settings: Settings, *, stop: asyncio.Event | None = None, ready: Callable[[str], None] = lambda _username: None
) -> None:
    """Run the bot until it is told to stop.

    Args:
        settings: The settings; there must be a token.
        stop: Set to stop it; by default SIGINT and SIGTERM do.
        ready: Called with the bot's username when it receives.

    Raises:
        SpeechbotError: What it needs cannot be opened, or Telegram refuses the token.
    """
    # Times as timedelta, as python-telegram-bot will always give them; without it, it warns
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    memory.keep_no_large_blocks()
    async with AsyncExitStack() as opened:
        opened.callback(sys.setswitchinterval, sys.getswitchinterval())
        sys.setswitchinterval(_SWITCH)
        pool = ThreadPoolExecutor(settings.workers, "speechbot")
        opened.callback(pool.shutdown, wait=False, cancel_futures=True)
        retriever = Retriever.open(settings.index, model=settings.model, reranker=settings.reranker)
        opened.callback(retriever.close)
        ledger = opened.enter_context(Ledger.open(settings.state))
        metrics = Metrics(lambda: _facts(retriever))
        health = Health(metrics)
        if settings.health_listen is not None:
            opened.enter_context(_listening(settings.health_listen, health))
        intake = Intake(ledger, time.time, metrics.update)
        lanes = Lanes(intake, ledger)
        application = build(settings, intake, lanes)
        access = _access(settings, ledger)
        desk = Desk(
            settings=settings,
            retriever=retriever,
            library=Library(retriever),
            ledger=ledger,
            access=access,
            limiter=Limiter(settings.questions_per_minute),
            metrics=metrics,
            outbox=Outbox(application.bot, moved=access.moved),
            pool=pool,
        )
        admins = add_handlers(application, desk)
        opened.push_async_callback(admins.close)
        await _Run(desk, application, intake, lanes, health).until(stop or _signalled(), ready)


class _Run:
    """One run of the bot, from the first word to Telegram to the last."""

    def __init__(self, desk: Desk, application: PTB, intake: Intake, lanes: Lanes, health: Health) -> None:
        self._desk = desk
        self._application = application
        self._intake = intake
        self._lanes = lanes
        self._health = health

    async def until(self, stop: asyncio.Event, ready: Callable[[str], None]) -> None:
        """Run until ``stop`` is set."""
        desk = self._desk
        stopped = asyncio.create_task(stop.wait())
        started = asyncio.create_task(self._start())
        helpers = [
            self._beside(self._health.keep_beating(), "beating"),
            self._beside(self._expire(), "expiring"),
            self._beside(self._tidy(), "tidying"),
        ]
        try:
            await asyncio.wait({stopped, started}, return_when=asyncio.FIRST_COMPLETED)
            if started.done():
                started.result()
                username = desk.username
                _LOGGER.info(zh_telegram.RUNNING.format(username=username))
                ready(username)
                # What can wait until the bot receives: menus, and what the first question would otherwise wait for
                menus = show_commands(desk.outbox, sorted(desk.settings.admins))
                helpers.append(self._beside(menus, "showing the commands"))
                examples = desk.run(desk.library.examples)
                helpers.append(self._beside(examples, "finding examples"))
                receiving = {task for task in asyncio.all_tasks() if task.get_name() == _RECEIVING}
                await asyncio.wait({stopped, *receiving}, return_when=asyncio.FIRST_COMPLETED)
                if not stopped.done():
                    _ended(receiving)
        finally:
            for task in (stopped, started, *helpers):
                task.cancel()
            await asyncio.gather(stopped, started, *helpers, return_exceptions=True)
            await self._stop()

    async def _start(self) -> None:
        """Reach Telegram, and receive: what was left undone first."""
        await _insist(self._application.initialize)
        self._desk.username = self._application.bot.username
        await self._application.start()
        self._desk.late = self._intake.again  # filled before they are worked on
        await self._intake.put_back(self._application.bot)
        updater = self._application.updater
        if updater is None:
            raise AssertionError("the application was built with an updater")
        if self._desk.settings.webhook_url is None:
            await _insist(
                lambda: updater.start_polling(timeout=_POLL, allowed_updates=KINDS, error_callback=_not_received)
            )
        else:
            await _insist(partial(_visited, updater, self._desk.settings, self._desk.settings.webhook_url))

    def _beside(self, work: Coroutine[Any, Any, object], doing: str) -> asyncio.Task[object]:
        """Do something beside the bot, which goes on where that fails; nobody waits for it, so that the log must tell."""

        def ended(task: asyncio.Task[object]) -> None:
            error = None if task.cancelled() else task.exception()
            if error is not None:
                self._desk.blame(error, doing)

        task = asyncio.create_task(work)
        task.add_done_callback(ended)
        return task

    async def _tidy(self) -> None:
        """Give back memory that is free, now and then."""
        while True:
            await asyncio.sleep(_TIDY)
            await self._desk.run(memory.give_back)

    async def _expire(self) -> None:
        """Delete what is older than it may be, now and every hour."""
        while True:
            try:
                await self._desk.run(self._desk.ledger.expire, self._desk.clock(), self._desk.settings.keep_days)
            except SpeechbotError as error:
                self._desk.blame(error, "deleting old questions")
            await asyncio.sleep(_EXPIRE)

    async def _stop(self) -> None:
        """Receive no more, finish what is under way if that is soon, leave the rest to the next start."""
        updater = self._application.updater
        with suppress(TimeoutError, TelegramError):
            if updater is not None and updater.running:
                await asyncio.wait_for(updater.stop(), _STOP_RECEIVING)
        with suppress(TimeoutError):
            if self._application.running:
                await asyncio.wait_for(self._application.stop(), _STOP_WORKING)
        await self._lanes.cancel()
        with suppress(TimeoutError, TelegramError):
            await asyncio.wait_for(self._application.bot.shutdown(), _STOP_RECEIVING)


def _access(settings: Settings, ledger: Ledger) -> Access:
    return Access(
        ledger,
        admins=settings.admins,
        users=settings.users,
        groups=settings.groups,
        open=not settings.closed,
        join_code=settings.join_code.get_secret_value() if settings.join_code else None,
    )


def _signalled() -> asyncio.Event:
    """Set by SIGINT and SIGTERM; a second one ends the process as if it had no handler."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def handle(number: int) -> None:
        stop.set()
        loop.remove_signal_handler(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, handle, number)
    return stop


def _listening(endpoint: Endpoint, health: Health) -> HealthServer:
    try:
        return HealthServer(endpoint, health)
    except OSError as error:
        raise SpeechbotError(
            zh_telegram.HEALTH_TAKEN.format(endpoint=endpoint, reason=error.strerror or type(error).__name__)
        ) from error


def _facts(retriever: Retriever) -> IndexFacts | None:
    """What is open; None where nothing can be read, which is then what health says."""
    try:
        return retriever.browse(lambda browser: IndexFacts(browser.paragraphs, browser.built))
    except (SpeechbotError, ValueError):
        return None


async def _insist(attempt: Callable[[], Awaitable[object]]) -> None:
    """Turn to Telegram, as often as it takes.

    Raises:
        SpeechbotError: Telegram refuses; asking again would change nothing.
    """
    for wait in chain(_KNOCKS, repeat(_KNOCKS[-1])):
        try:
            await attempt()
        except InvalidToken:
            raise SpeechbotError(zh_telegram.BOT_REFUSED) from None  # its text may hold the token
        except BadRequest as error:
            raise SpeechbotError(zh_telegram.WEBHOOK_REFUSED.format(reason=error.message)) from None  # likewise
        except TelegramError as error:
            _LOGGER.warning(zh_telegram.CONNECTION_LOST, type(error).__name__)
            await asyncio.sleep(wait)
        else:
            return


async def _visited(updater: Updater, settings: Settings, url: str) -> None:
    """Listen for Telegram, and tell it where."""
    if settings.webhook_cert is not None and settings.webhook_key is not None:
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
                settings.webhook_cert,
                settings.webhook_key,
                password="",  # a key that needs one is refused, instead of asked for on the terminal
            )
        except OSError as error:
            raise SpeechbotError(zh_telegram.WEBHOOK_CERTIFICATE) from error
    try:
        await updater.start_webhook(
            listen=settings.webhook_listen.host,
            port=settings.webhook_listen.port,
            url_path=re.escape(urlsplit(url).path.lstrip("/")),  # python-telegram-bot makes a pattern of it
            cert=settings.webhook_cert,
            key=settings.webhook_key,
            webhook_url=url,
            secret_token=settings.webhook_secret.get_secret_value() if settings.webhook_secret else None,
            allowed_updates=KINDS,
        )
    except OSError as error:
        where, reason = settings.webhook_listen, error.strerror or type(error).__name__
        raise SpeechbotError(zh_telegram.WEBHOOK_TAKEN.format(endpoint=where, reason=reason)) from error


def _ended(receiving: set[asyncio.Task[Any]]) -> None:
    """Receiving came to an end by itself: so does the bot, as nobody would notice otherwise.

    Raises:
        SpeechbotError: Telegram does not take the token any more.
    """
    for task in receiving:
        try:
            task.result()
        except InvalidToken:
            raise SpeechbotError(zh_telegram.BOT_REFUSED) from None  # as above


def _not_received(error: TelegramError) -> None:
    """Say why nothing is received; python-telegram-bot goes on trying, at longer and longer intervals."""
    if isinstance(error, Conflict):
        _LOGGER.error(zh_telegram.CONFLICT)
    else:
        _LOGGER.warning(zh_telegram.CONNECTION_LOST, type(error).__name__)
