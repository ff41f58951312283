"""The bot as a process, against the stand-in on this machine: started, stopped, started again."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
import time
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr
from telegram import Bot
from telegram.error import Conflict
from telegram.request import HTTPXRequest

from speechbot import Retriever
from speechbot.errors import IndexNotFound, SpeechbotError
from speechbot.setting_types import Endpoint
from speechbot.settings import Settings
from speechbot.standin.server import Server
from speechbot.standin.world import World
from speechbot.telegram import service
from speechbot.telegram.ledger import Ledger
from speechbot.telegram.library import Library
from speechbot.wording import zh_telegram
from tests.conftest import ToyEncoder
from tests.telegram_kit import ANNA, QUESTION, TOKEN, check_calls

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

# Seconds in which the bot has to be gone.
_STOP = 5.0


class Running:
    """A bot that runs."""

    def __init__(self, server: Server, settings: Settings) -> None:
        self.server = server
        self.world: World = server.state  # type: ignore[assignment] # as it was given
        self.settings = settings
        self.stop = asyncio.Event()
        self.ready = asyncio.Event()
        self.username = ""

    def heard(self, username: str) -> None:
        """It receives."""
        self.username = username
        self.ready.set()

    async def until(self, holds: Callable[[], object]) -> None:
        """Let it go on until something holds."""
        async with asyncio.timeout(20):
            while not holds():  # noqa: ASYNC110 - what is waited for sets no event
                await asyncio.sleep(0.005)

    def said(self) -> list[str]:
        """What it said to Anna."""
        return [one["text"] for one in self.world.transcript(ANNA) if one["from"]["id"] == self.world.me["id"]]


@pytest.fixture
def serving(
    shared_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Callable[[Callable[[Running], Awaitable[None]]], World]]:
    """Makes runs of the bot on the tiny corpus, all over the same state and the same world."""
    opened = Retriever.open
    monkeypatch.setattr(Retriever, "open", lambda index, **_: opened(index, encoder=ToyEncoder()))
    world = World(token=TOKEN)
    world.private(ANNA)

    def make(
        *, signals: bool = False, hook: str = "", **options: Any
    ) -> Callable[[Callable[[Running], Awaitable[None]]], World]:
        async def main(deed: Callable[[Running], Awaitable[None]]) -> None:
            server = Server(world)
            await server.start()
            given = {"token": SecretStr(TOKEN), "index": shared_index, "state": tmp_path / "state.sqlite", **options}
            root: Any = f"http://127.0.0.1:{server.port}"
            settings = Settings(api_url=root, messages_per_second=0, access="open", **given)
            # Addresses of webhooks must be https, which needs a certificate
            running = Running(server, settings.model_copy(update={"webhook_url": hook or None}))
            stop = None if signals else running.stop
            task = asyncio.create_task(service.serve(running.settings, stop=stop, ready=running.heard))
            waiting = asyncio.create_task(running.ready.wait())
            try:
                await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
                if not task.done():
                    await deed(running)
                    began = time.monotonic()
                    running.stop.set()
                    await task
                    assert time.monotonic() - began < _STOP
                await task
            finally:
                task.cancel()
                waiting.cancel()
                await asyncio.gather(task, waiting, return_exceptions=True)
                await server.stop()

        def run(deed: Callable[[Running], Awaitable[None]]) -> World:
            asyncio.run(main(deed))
            check_calls(world)
            return world

        return run

    return make


async def nothing(_running: Running) -> None:
    """Nothing is done."""


def test_a_question_over_the_network(serving: Callable[..., Any]) -> None:
    """Answered; menus are set; health is told; then it stops."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    async def deed(running: Running) -> None:
        assert running.username == "standin_bot"
        running.world.say(ANNA, QUESTION)
        await running.until(running.said)
        await running.until(lambda: len(running.world.commands) == 2)
        page = await asyncio.to_thread(lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz").read())
        figures = await asyncio.to_thread(lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read())
        assert b"ok" in page.lower()
        assert b"speechbot_index_passages 20" in figures

    world = serving(health_listen=Endpoint("127.0.0.1", port))(deed)
    assert [text[:1] for text in [one["text"] for one in world.transcript(ANNA)]] == ["购", "📖"]


def test_stopping_loses_nothing(serving: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes too long, and what waits behind it, is done at the next start, with a word on it; once."""
    release, ask = threading.Event(), Library.ask

    def stuck(_library: Library, *_args: Any) -> Any:
        release.wait(60)
        raise ValueError

    async def deed(running: Running) -> None:
        running.world.say(ANNA, QUESTION)
        running.world.say(ANNA, "/privacy")
        await running.until(lambda: not running.world.updates)
        await asyncio.sleep(0)

    async def again(running: Running) -> None:
        await running.until(lambda: len(running.said()) == 2)

    try:
        monkeypatch.setattr(Library, "ask", stuck)
        monkeypatch.setattr(Library, "examples", lambda _library: ())
        assert [one["from"]["id"] for one in serving()(deed).transcript(ANNA)] == [ANNA, ANNA]
        monkeypatch.setattr(Library, "ask", ask)
        world = serving()(again)
        later = serving()(nothing)
    finally:
        release.set()
    said = [one["text"] for one in world.transcript(ANNA)[2:]]
    assert said[0].startswith(f"{zh_telegram.LATE}\n📖")
    assert said[1].startswith("我会记下")
    assert len(later.transcript(ANNA)) == 4


def test_what_fails_beside_the_bot_is_logged(
    serving: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Examples that nobody finds keep no menu from being set, and what ends is not missed in silence."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Library, "examples", broken)
    monkeypatch.setattr(Ledger, "expire", broken)

    async def deed(running: Running) -> None:
        await running.until(lambda: len(running.world.commands) == 2)
        await running.until(lambda: len([one for one in caplog.records if one.exc_info]) == 2)

    serving()(deed)
    told = sorted(one.getMessage() for one in caplog.records if one.exc_info)
    assert told == ["Failed while expiring", "Failed while finding examples"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_stop_it(serving: Callable[..., Any], number: signal.Signals) -> None:
    """As system managers and Ctrl+C send them."""

    async def deed(running: Running) -> None:
        running.world.say(ANNA, QUESTION)
        os.kill(os.getpid(), number)

    before = signal.getsignal(number)
    world = serving(signals=True)(deed)
    assert signal.getsignal(number) == before

    async def again(running: Running) -> None:
        await running.until(running.said)

    serving()(again)
    assert len(world.transcript(ANNA)) == 2


def test_a_refused_token(serving: Callable[..., Any]) -> None:
    """One sentence, without the token."""
    other = "100000001:" + "x" * 35
    with pytest.raises(SpeechbotError) as raised:
        serving(token=SecretStr(other))(nothing)

    assert str(raised.value) == zh_telegram.BOT_REFUSED
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_no_index_no_contact(serving: Callable[..., Any], tmp_path: Path) -> None:
    """What is missing here is said before anything is said to Telegram."""
    worlds: list[World] = []
    with pytest.raises(IndexNotFound):
        worlds.append(serving(index=tmp_path / "none")(nothing))

    assert worlds == []


def test_health_where_somebody_listens(serving: Callable[..., Any]) -> None:
    """Is refused in one sentence that names the setting."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SpeechbotError, match="SPEECHBOT_HEALTH_LISTEN"):
            serving(health_listen=Endpoint("127.0.0.1", taken.getsockname()[1]))(nothing)


def test_two_bots_of_one_token(serving: Callable[..., Any], caplog: pytest.LogCaptureFixture) -> None:
    """The log says what to do; this one goes on when the other is gone."""

    async def deed(running: Running) -> None:
        other = Bot(TOKEN, running.server.base_url, get_updates_request=HTTPXRequest(), request=HTTPXRequest())
        try:
            while zh_telegram.CONFLICT not in caplog.text:
                try:
                    await other.get_updates(timeout=0)
                except Conflict:
                    continue
                await asyncio.sleep(0.01)
        finally:
            await other._request[0].shutdown()
            await other._request[1].shutdown()
        running.world.say(ANNA, QUESTION)
        await running.until(running.said)

    serving()(deed)
    assert TOKEN not in caplog.text


def test_telegram_comes_back(serving: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """At the start it is tried again and again."""
    monkeypatch.setattr(service, "_KNOCKS", (0.01,))
    drawn: list[str] = []

    def draw(_faults: Any, method: str) -> str:
        drawn.append(method)
        return "reset_before" if drawn.count("getMe") in range(1, 4) and method == "getMe" else ""

    monkeypatch.setattr("speechbot.standin.faults.Faults.draw", draw)
    serving()(nothing)

    assert drawn.count("getMe") >= 4


def test_stopped_before_telegram_is_there(shared_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not wait for it."""
    opened = Retriever.open
    monkeypatch.setattr(Retriever, "open", lambda index, **_: opened(index, encoder=ToyEncoder()))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        root: Any = f"http://127.0.0.1:{free.getsockname()[1]}"
    settings = Settings(
        token=SecretStr(TOKEN), index=shared_index, state=tmp_path / "state.sqlite", api_url=root, access="open"
    )

    async def main() -> None:
        stop = asyncio.Event()
        task = asyncio.create_task(service.serve(settings, stop=stop))
        await asyncio.sleep(0.1)
        began = time.monotonic()
        stop.set()
        await task
        assert time.monotonic() - began < _STOP

    asyncio.run(main())


def test_by_webhook(serving: Callable[..., Any]) -> None:
    """Telegram calls; only with the secret."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    async def deed(running: Running) -> None:
        assert running.world.webhook["secret_token"] == "geheim_geheim_geheim"  # noqa: S105 - opens nothing but this
        running.world.say(ANNA, QUESTION)
        await running.until(running.said)

    hooked = {
        "webhook_listen": Endpoint("127.0.0.1", port),
        "webhook_secret": SecretStr("geheim_geheim_geheim"),
    }
    serving(hook=f"http://127.0.0.1:{port}/hook", **hooked)(deed)


def test_threads_give_way_to_the_loop_while_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that searches may not hold the interpreter as long as Python lets it; afterwards all is as before."""
    before, during = sys.getswitchinterval(), []

    def opened(*_: object, **__: object) -> None:
        during.append(sys.getswitchinterval())
        raise IndexNotFound(tmp_path)

    monkeypatch.setattr(Retriever, "open", opened)
    settings = Settings(token=SecretStr(TOKEN), index=tmp_path, state=tmp_path / "state.sqlite")
    with pytest.raises(IndexNotFound):
        asyncio.run(service.serve(settings))

    assert during[0] < before / 5
    assert sys.getswitchinterval() == before
