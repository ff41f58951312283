"""The bot in process, in a world of its own."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Any

from telegram import Update

from speechbot.settings import Settings
from speechbot.standin.methods import written
from speechbot.standin.world import World
from speechbot.telegram.access import Access
from speechbot.telegram.application import add_handlers, build
from speechbot.telegram.buttons import unpack
from speechbot.telegram.desk import Desk
from speechbot.telegram.lanes import KINDS, Intake, Lanes
from speechbot.telegram.ledger import Ledger
from speechbot.telegram.library import Library
from speechbot.telegram.limits import Limiter
from speechbot.telegram.metrics import Metrics
from speechbot.telegram.outbox import Outbox
from speechbot.telegram.polling import readable
from tests.offline import Here, Loop, Offline
from tests.telegram_html import plain, units

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path

    from speechbot import Retriever

Json = dict[str, Any]

# Members of the tests' worlds.
ANNA, BERTA, ADMIN = 5, 6, 9
# A token of the form that the settings ask for.
TOKEN = "100000001:AAtests-token-of-no-real-bot-000000"  # noqa: S105 - opens nothing but these worlds
# When a world begins, in Unix seconds.
EPOCH = 1_800_000_000.0
QUESTION = "购书经费怎么花？"
UNANSWERED = "今晚的足球比分是多少？"
# Answered by a paragraph of several messages in the wide corpus.
LONG_QUESTION = "长堤的石料怎么运？"


def wide_corpus(folder: Path) -> None:
    """Write materials that do not fit: a paragraph of several messages, a long section, two pages of speeches."""
    folder.mkdir()
    stones = "".join(f"长堤的石料怎么运，第{n}号石料由第{n}队运到长堤第{n}段。" for n in range(1, 301))
    rows = "\n\n".join(f"第{n}段柳树由第{n}组看护，缺一棵补一棵，枯一棵换一棵。" * 12 for n in range(1, 51))
    text = f"长堤讲话\n\n同志们：\n\n一、石料\n\n{stones}\n\n二、柳树\n\n{rows}\n"
    (folder / "长堤.txt").write_text(text, encoding="utf-8")
    for n in range(1, 12):
        text = f"在第{n}次水库会上的讲话\n\n同志们：\n\n水库的闸门要年年检修，不能带病过汛。\n\n第{n}座水库的渗漏由第{n}队堵住。\n"
        (folder / f"水库{n:02}.txt").write_text(text, encoding="utf-8")


class Rig:
    """A bot with all its handlers in a world of its own; to be closed, which checks what must always hold.

    Attributes:
        errors: Whether handlers may fail.
        unanswered: Whether pressed buttons may stay without an answer.
    """

    def __init__(self, retriever: Retriever, state: Path, **options: Any) -> None:
        """Start.

        Args:
            retriever: The materials.
            state: What the bot remembers.
            options: Settings.
        """
        self.runner = asyncio.Runner(loop_factory=Loop)
        self.loop: Loop = self.runner.get_loop()  # type: ignore[assignment] # made by the factory
        self.world = World(token=TOKEN, clock=self.clock)
        self.world.allowed = list(KINDS)
        self.offline = Offline(self.world)
        self.faults = self.offline.faults
        given = {"messages_per_second": 0, "access": "open", **options}
        self.settings = Settings(
            token=TOKEN,  # type: ignore[arg-type] # read as from a file
            state=state,
            **given,
        )
        self.ledger = Ledger.open(state)
        self.metrics = Metrics()
        self.pool = Here()
        self.errors = self.unanswered = False
        self.log: list[logging.LogRecord] = []
        self._handler = _Keeping(self.log)
        self.world.observe(self._seen)
        self._sent: list[Json] = []
        self.events: list[tuple[str, Json]] = []
        self._retriever = retriever
        self._start()

    def _start(self) -> None:
        settings, ledger = self.settings, self.ledger
        self.intake = Intake(ledger, self.clock, self.metrics.update)
        self.lanes = Lanes(self.intake, ledger)
        self.application = build(settings, self.intake, self.lanes, requests=(self.offline, self.offline))
        code = settings.join_code.get_secret_value() if settings.join_code else None
        access = Access(
            ledger,
            admins=settings.admins,
            users=settings.users,
            groups=settings.groups,
            open=not settings.closed,
            join_code=code,
            clock=self.clock,
        )
        self.desk = Desk(
            settings=settings,
            retriever=self._retriever,
            library=Library(self._retriever),
            ledger=ledger,
            access=access,
            limiter=Limiter(settings.questions_per_minute),
            metrics=self.metrics,
            outbox=Outbox(self.application.bot, moved=access.moved),
            pool=self.pool,
            username=self.world.me["username"],
            clock=self.clock,
        )
        self.admins = add_handlers(self.application, self.desk)
        self.run(self.application.initialize())
        self.run(self.application.start())

    def clock(self) -> float:
        """Unix seconds of this world."""
        return EPOCH + self.loop.now

    def run(self, deed: Coroutine[Any, Any, Any]) -> Any:
        """Do something in the bot's loop."""
        logging.getLogger().addHandler(self._handler)
        try:
            return self.runner.run(deed)
        finally:
            logging.getLogger().removeHandler(self._handler)

    def wait(self, seconds: float) -> None:
        """Let time go by."""
        self.run(asyncio.sleep(seconds))

    def deliver(self) -> list[Json]:
        """Have the bot do all that waits for it.

        Returns:
            The messages that it sent since the last time.
        """

        async def all_of_it() -> None:
            while self.world.updates:
                given = readable(json.loads(json.dumps(written(self.world.updates.popleft()))))
                if given is not None:
                    await self.intake.put(Update.de_json(given, self.application.bot))
            await self.intake.join()

        self.run(all_of_it())
        sent, self._sent = self._sent, []
        return sent

    def say(self, user: int, text: str, **where: int) -> list[Json]:
        """Have a user write; what the bot sends."""
        self.world.say(user, text, **where)
        return self.deliver()

    def press(self, user: int, message: Json | str, label: str) -> tuple[str, list[Json]]:
        """Have a user press the button with a label, or with callback data; the notice, and what the bot sends."""
        data = next((one["callback_data"] for one in buttons(message) if one["text"] == label), label)
        number = self.world.press(user, message, data)
        sent = self.deliver()
        (answer,) = self.world.callbacks[number].answers
        return answer["text"], sent

    def now(self, message: Json) -> Json:
        """A message as it stands now."""
        found: Json = self.world.chats[message["chat"]["id"]].messages[message["message_id"]]
        return found

    def close(self) -> None:
        """Stop, and check what must hold whatever happened."""
        try:
            self.run(self.application.stop())
            self.run(self.admins.close())
            self.run(self.application.shutdown())
        finally:
            self.pool.shutdown()
            self.ledger.close()
            self.runner.close()
        assert self.offline.contacts == []
        failed = [logging.Formatter().format(record) for record in self.log if _bad(record)]
        assert self.errors or failed == []
        check_calls(self.world)
        asked = [len(query.answers) for query in self.world.callbacks.values()]
        assert set(asked) <= ({0, 1} if self.unanswered else {1})

    def _seen(self, event: str, payload: Json) -> None:
        self.events.append((event, payload))
        if event == "message" and payload["from"]["id"] == self.world.me["id"]:
            self._sent.append(payload)


class _Keeping(logging.Handler):
    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__(logging.WARNING)
        self._records = records

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append(record)


def _bad(record: logging.LogRecord) -> bool:
    """Whether a record is an error, other than python-telegram-bot's on floods and web pages in the place of answers."""
    harmless = record.name == "telegram.ext.AIORateLimiter" or "invalid JSON" in record.getMessage()
    return record.levelno >= logging.ERROR and not harmless


def check_calls(world: World) -> None:
    """Make sure that all the bot sent is well-formed, fits, and has buttons that mean something."""
    for one in world.calls:
        texts = [(one.params.get("text", ""), one.params.get("reply_markup"), one.params.get("parse_mode"))]
        for result in json.loads(one.params.get("results", "[]")):
            content = result["input_message_content"]
            texts.append((content["message_text"], None, content.get("parse_mode")))
        for html, markup, mode in texts:
            if mode == "HTML":
                assert 1 <= units(plain(html)) <= 4096
            for row in json.loads(markup)["inline_keyboard"] if markup else ():
                for button in row:
                    data = button.get("callback_data")
                    assert data is None or unpack(data) is not None


def buttons(message: Json | str) -> list[Json]:
    """All buttons of a message."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", []) if isinstance(message, dict) else []
    return [button for row in rows for button in row]


def labels(message: Json) -> list[str]:
    """What stands on them."""
    return [button["text"] for button in buttons(message)]


def data(message: Json, label: str) -> str:
    """What a button carries."""
    return str(next(one["callback_data"] for one in buttons(message) if one["text"] == label))


def texts(messages: list[Json]) -> list[str]:
    """What messages say."""
    return [message["text"] for message in messages]


def marked(message: Json, kind: str) -> list[str]:
    """The parts of a message with an entity: bold, blockquote, expandable_blockquote."""
    wide = message["text"].encode("utf-16-le")
    return [
        wide[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")
        for entity in message.get("entities", [])
        if entity["type"] == kind
    ]
