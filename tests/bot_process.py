"""The whole bot as a process of its own before a stand-in of Telegram: started, waited for, watched, ended."""

from __future__ import annotations

import asyncio
import base64
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from speechbot.standin.entities import slice_units
from speechbot.standin.server import Server
from speechbot.standin.world import World, without_reply
from speechbot.wording import zh_telegram

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

T = TypeVar("T")
Json = dict[str, Any]

USERNAME = "speech_bot"
TOKEN = "123456789:AAkept-from-every-eye_0123456789abc"  # noqa: S105 - opens nothing but the stand-in
WEBHOOK_SECRET = "hook_kept_from_every_eye"  # noqa: S105 - as above
JOIN_CODE = "口令kept&hidden"
PROXY_PASSWORD = "pass%2Fword-kept"  # noqa: S105 - as above; this is how it stands in the URL
SECRETS = (TOKEN, TOKEN.partition(":")[2], WEBHOOK_SECRET, JOIN_CODE, PROXY_PASSWORD, "pass/word-kept")
ADMIN, ANNA, BORIS = 1, 7, 8

# Seconds: far more than anything takes, for machines that are busy.
PATIENCE = 40.0
SOURCES = Path(__file__).parent.parent / "src"
RUNNING = zh_telegram.RUNNING.format(username=USERNAME)

# Questions that the tiny corpus answers, and the sentence that does.
QUESTIONS = {
    "沿河的直排口什么时候封堵": "沿河还有十七个直排口，今年六月底前全部封堵。",
    "青石河多长": "青石河全长七十八公里，流经四个县，两岸住着三十万人。",
    "钓鱼可以吗": "钓鱼可以，电鱼毒鱼不行。",
    "购书经费花在哪里": "购书经费要花在读者身上。",
}
QUESTION = next(iter(QUESTIONS))


class Bot:
    """One process of the bot, and what it writes."""

    def __init__(self, stage: Stage, process: subprocess.Popen[bytes], output: Path) -> None:
        """Watch a process that was started."""
        self._stage = stage
        self._process = process
        self._output = output

    @property
    def output(self) -> str:
        """All that it wrote so far: its log, and what is printed."""
        return self._output.read_bytes().decode("utf-8", "replace")

    @property
    def lines(self) -> list[str]:
        """What it wrote, by lines."""
        return self.output.splitlines()

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def ready(self) -> Self:
        """Wait until it says that it is there."""
        self.says(RUNNING)
        return self

    def says(self, text: str, times: int = 1) -> None:
        """Wait until it wrote something."""

        def found() -> bool:
            said = self.output.count(text) >= times
            assert said or self.running, f"it ended without {text!r}:\n{self.output}"
            return said

        self._stage.until(found, f"{text!r} in the log")

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def ended(self) -> int:
        """Wait for its end; return the exit status, negative after a signal."""
        self._stage.until(lambda: not self.running, "the end of the process")
        server = self._stage.server
        # What it asked last is still being waited for until the broken connection is noticed
        self._stage.until(lambda: server.poller is None or self._stage.polled_by_others(self), "the last poll's end")
        return int(self._process.returncode)

    def stop(self) -> int:
        """Ask it to end and wait for that."""
        self.signal(signal.SIGTERM)
        return self.ended()

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        self.signal(signal.SIGKILL)
        self.ended()

    def close(self) -> None:
        """Make sure that it is gone."""
        if self.running:
            self._process.kill()
        self._process.wait()


class Stage:
    """A world, its server, and the bots before it; a context manager that at its end looks for what must not be.

    The world's loop runs only while something is waited for: between that, tests may touch the world as they like.

    Attributes:
        bots: All that were started.
        refusals: Parts of refusals that a test brings about; any other refusal of a call fails it.
        tracebacks: Whether errors with tracebacks are expected in the log.
    """

    def __init__(self, folder: Path, index: Path, **world: Any) -> None:
        """Set up; nothing runs yet.

        Args:
            folder: Where everything is written.
            index: The index folder.
            world: Arguments of the world.
        """
        self.folder = folder
        self.index = index
        self.world = World(token=TOKEN, username=USERNAME, **world)
        self.server = Server(self.world)
        self.refusals: set[str] = set()
        self.tracebacks = False
        self._runner = asyncio.Runner()
        self.bots: list[Bot] = []

    def __enter__(self) -> Self:
        """Serve."""
        self._runner.__enter__()
        self.run(self.server.start())
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        """End every process and the server, then look."""
        for bot in self.bots:
            bot.close()
        try:
            self.run(self.server.stop())
        finally:
            self._runner.__exit__(kind, None, None)
        if kind is None:
            self.look()

    @property
    def url(self) -> str:
        """The root of this world's Bot API."""
        return f"http://127.0.0.1:{self.server.port}"

    def environment(self, **settings: object) -> dict[str, str]:
        """The environment of a bot: nothing of ours but where Python is, and the settings (names without prefix)."""
        given: dict[str, object] = {
            "TOKEN": TOKEN,
            "API_URL": self.url,
            "ACCESS": "open",
            "INDEX": self.index,
            "STATE": self.folder / "state.sqlite",
            "MESSAGES_PER_SECOND": 0,
            "QUESTIONS_PER_MINUTE": 0,
            **settings,
        }
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        named = {f"SPEECHBOT_{name}": str(value) for name, value in given.items() if value is not None}
        return {**kept, "PYTHONPATH": str(SOURCES), "PYTHONUTF8": "1", **named}

    def start(self, **settings: object) -> Bot:
        """Start a bot, without waiting for it."""
        output = self.folder / f"output-{len(self.bots)}.log"
        with output.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "speechbot", "bot"],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=self.environment(**settings),
            )
        bot = Bot(self, process, output)
        self.bots.append(bot)
        return bot

    def refused(self, **settings: object) -> str:
        """What a bot says that cannot start: one line, a status that tells of failure, and no more."""
        bot = self.start(**settings)
        assert bot.ended() == 1, bot.output
        assert len(bot.lines) == 1, bot.output
        return bot.output.rstrip("\n")

    def polled_by_others(self, bot: Bot) -> bool:
        """Whether another bot is there to ask for updates."""
        return any(other.running for other in self.bots if other is not bot)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the world's loop."""
        return self._runner.run(work)

    def until(self, holds: Callable[[], T], what: str = "what is waited for") -> T:
        """Let the world go on until something holds; return it."""

        async def wait() -> T:
            end = time.monotonic() + PATIENCE
            while not (found := holds()):
                await asyncio.sleep(0.002)
                if time.monotonic() > end:
                    said = "\n".join(bot.output for bot in self.bots)
                    raise AssertionError(f"no {what} within {PATIENCE} s; the bots say:\n{said[-5000:]}")
            return found

        return self.run(wait())

    def answers(self, asked: Json) -> list[Json]:
        """The bot's messages that answer one, so far."""
        return [
            message
            for message in self.world.transcript(asked["chat"]["id"])
            if message["from"]["id"] == self.world.me["id"]
            and message.get("reply_to_message", {}).get("message_id") == asked["message_id"]
        ]

    def answer(self, asked: Json) -> Json:
        """The bot's answer, waited for."""
        return self.until(lambda: self.answers(asked), f"answer to {asked.get('text')!r}")[0]

    def said(self, sent: Json) -> Json:
        """What the bot says next in the chat of a message, waited for: to commands it does not reply in private."""
        chat, number, me = sent["chat"]["id"], sent["message_id"], self.world.me["id"]

        def found() -> list[Json]:
            since = (one for one in self.world.transcript(chat) if one["message_id"] > number)
            return [one for one in since if one["from"]["id"] == me]

        return self.until(found, f"word on {sent.get('text')!r}")[0]

    def tell(self, text: str, user: int = ANNA) -> Json:
        """Have somebody write what is no question, and wait for what the bot says."""
        return self.said(self.world.say(user, text))

    def somebody(self) -> int:
        """A user who has not written yet."""
        return 50_000 + len(self.world.chats)

    def ask(self, text: str = QUESTION, user: int = ANNA, **where: Any) -> Json:
        """Have somebody write something, and wait for the answer."""
        return self.answer(self.world.say(user, text, **where))

    def press(self, message: Json, label: str, user: int = ANNA) -> str:
        """Have a button pressed, and wait for the bot's answer to that: what is shown on top of the chat."""
        query = self.world.callbacks[self.world.press(user, message, button(message, label)["callback_data"])]
        self.until(lambda: query.answers, f"answer to the button {label!r}")
        assert len(query.answers) == 1
        return str(query.answers[0]["text"])

    def latest(self, chat: int = ANNA) -> Json:
        """The last message of a chat."""
        return self.world.transcript(chat)[-1]

    def look(self) -> None:
        """Find secrets and tracebacks where none may be, and calls that were refused."""
        sent = chain.from_iterable(map(self.world.transcript, self.world.chats))
        mine = [without_reply(message) for message in sent if message["from"]["is_bot"]]
        shown = "\n".join(map(str, mine))
        for secret in SECRETS:
            hidden = (secret, base64.b64encode(secret.encode()).decode(), secret.encode().hex())
            for bot in self.bots:
                assert [row for row in bot.lines if any(form in row for form in hidden)] == []
            assert secret not in shown
        assert "Traceback" not in shown
        assert ".py" not in shown
        if not self.tracebacks:
            assert [bot.output for bot in self.bots if "Traceback" in bot.output] == []
        refused = [call.refused.description for call in self.world.calls if call.refused]
        assert [said for said in refused if not any(part in said for part in self.refusals)] == []


@contextmanager
def staged(folder: Path, index: Path, **settings: object) -> Iterator[tuple[Stage, Bot]]:
    """A stage with one bot that is ready."""
    with Stage(folder, index) as stage:
        bot = stage.start(**settings)
        bot.ready()
        yield stage, bot


def button(message: Json, label: str) -> Json:
    """The button of a message whose text begins with a label."""
    rows: list[list[Json]] = message.get("reply_markup", {}).get("inline_keyboard", [])
    found = [one for row in rows for one in row if one["text"].startswith(label)]
    assert found, f"no button {label!r} among {rows}"
    return found[0]


def bold(message: Json) -> list[str]:
    """What stands in bold in a message."""
    entities = [entity for entity in message.get("entities", ()) if entity["type"] == "bold"]
    return [slice_units(message["text"], entity["offset"], entity["length"]) for entity in entities]


def is_repeat(message: Json) -> bool:
    """Whether a message says of itself that it may have come before."""
    return zh_telegram.LATE in message["text"] or zh_telegram.MAY_REPEAT.strip() in message["text"]


def answered_once(stage: Stage, asked: list[Json]) -> None:
    """Wait until every question is answered; no answer came twice without saying so, each is the right one."""
    for one in asked:
        stage.answer(one)
    for one in asked:
        first, *others = stage.answers(one)
        assert QUESTIONS[one["text"]] in bold(first)
        assert [bold(other) for other in others if not is_repeat(other)] == []


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
