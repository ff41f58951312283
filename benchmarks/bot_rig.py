"""The real bot as a process, against the stand-in of the Bot API in this one, for the benchmarks of ``bot.py``."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import re
import resource
import signal
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import record

from speechbot import build_index
from speechbot.standin.server import Server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from typing import Self

    from speechbot.standin.faults import Faults
    from speechbot.standin.world import World

Json = dict[str, Any]
TOKEN = "123456789:AAbenchmarksTokenOfNoRealBotXXXXXXX"  # noqa: S105 - opens nothing but the stand-in
USERNAME = "bench_bot"
FIRST_USER = 1001
_QUESTIONS = Path(__file__).resolve().parent / "questions"
# Around a real question, so that hardly any is asked twice and nothing remembered can answer
_BEFORE = "|请问|我想问|想了解一下|麻烦问下|您好，|查一下|材料里|帮我看看|关于这个，|再问一句，|同事问："
_AFTER = "|？|呢|，谢谢|，请说明|，原文怎么说|？急"
_START = 60.0  # seconds until a bot that does not begin to receive has failed
_STOP = 15.0
# What no chat may ever be shown
_SECRETS = re.compile(rf"{TOKEN.partition(':')[2]}|Traceback|File \"|\.py\b|site-packages", re.IGNORECASE)


def questions(count: int, seed: int) -> list[str]:
    """As many different questions as wanted: real ones, answered by the material and not, in many wordings."""
    real = []
    for path in sorted(_QUESTIONS.glob("*.jsonl")):
        real += [json.loads(line)["question"] for line in path.read_text(encoding="utf-8").splitlines()]
    wordings = [
        f"{before}{text.rstrip('？?')}{after}"
        for before in _BEFORE.split("|")
        for after in _AFTER.split("|")
        for text in real
    ]
    found = list(dict.fromkeys(wordings))
    random.Random(seed).shuffle(found)  # noqa: S311 - the same on every run is the point
    if count > len(found):
        raise ValueError(f"there are {len(found)} questions only")
    return found[:count]


def index_of(corpus: Path, folder: Path) -> Path:
    """An index of the first material."""
    index = folder / "index"
    build_index(corpus, index)
    return index


class Watched(Server):
    """The stand-in, which notes when the bot first asked for updates."""

    def __init__(self, world: World, faults: Faults | None = None) -> None:
        super().__init__(world, faults=faults)
        self.world = world
        self.polled: float | None = None
        self.polls = 0

    async def poll(self, params: Json) -> object:
        """Answer getUpdates."""
        self.polls += 1
        if self.polled is None:
            self.polled = time.perf_counter()
        return await super().poll(params)


@dataclass
class Replies:
    """What the bot said, by the message that it answers.

    Attributes:
        to: Times and texts by chat and message.
        secrets: Texts that no chat may be shown.
        alone: How many messages of a chat answer none in particular.
    """

    to: dict[tuple[int, int], list[tuple[float, str]]] = field(default_factory=lambda: defaultdict(list))
    secrets: list[str] = field(default_factory=list)
    alone: Counter[int] = field(default_factory=Counter)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def of(cls, world: World) -> Self:
        """Listen to a world from now on."""
        replies = cls()
        me = world.me["id"]

        def heard(event: str, payload: Json) -> None:
            if event == "message" and payload["from"]["id"] == me:
                if answered := payload.get("reply_to_message"):
                    key = payload["chat"]["id"], answered["message_id"]
                    replies.to[key].append((time.perf_counter(), payload.get("text", "")))
                else:
                    replies.alone[payload["chat"]["id"]] += 1
                replies.news.set()
            if event in {"message", "edited", "callback_answer", "inline_answer"}:
                said = json.dumps(_said(payload, me), ensure_ascii=False)
                if _SECRETS.search(said):
                    replies.secrets.append(said[:300])

        world.observe(heard)
        return replies

    async def more(self, seconds: float) -> bool:
        """Wait until the bot says something; False where it says nothing so long."""
        self.news.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.news.wait(), seconds)
            return True
        return False


def _said(payload: Json, me: int) -> Json:
    """What of an event is the bot's own."""
    if "from" in payload and payload["from"]["id"] != me:
        return {}
    return {
        key: value
        for key, value in payload.items()
        if key not in {"reply_to_message", "callback_query", "inline_query"}
    }


@dataclass
class Bot:
    """The running bot.

    Attributes:
        process: The process.
        started: When it was started, by ``time.perf_counter``.
        log: Its log, one JSON object a line.
        server: What it talks to.
    """

    process: asyncio.subprocess.Process
    started: float
    log: Path
    server: Watched

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.process.returncode is None

    def memory(self, name: str = "VmRSS") -> float:
        """Memory of the process in MB: ``VmRSS`` now, ``VmHWM`` at most so far."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024

    def cpu(self) -> float:
        """Processor seconds of the process so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def lines(self) -> Iterator[Json]:
        """What it logged so far; a line that is no JSON as an error of its own."""
        for line in self.log.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                yield {"level": "CRITICAL", "logger": "stderr", "message": line}

    def complaints(self) -> Json:
        """Warnings and errors that it logged, each kind with how often."""
        kinds: dict[str, Counter[str]] = {"WARNING": Counter(), "ERROR": Counter(), "CRITICAL": Counter()}
        for line in self.lines():
            if line["level"] in kinds:
                last = str(line.get("exception", "")).rpartition("\n")[2]
                kinds[line["level"]][re.sub(r"[0-9]+", "N", f"{line['message']} {last}".strip())[:300]] += 1
        return {level.lower(): dict(found.most_common(30)) for level, found in kinds.items()}

    async def stop(self) -> float:
        """Stop it as an admin does; seconds that took."""
        clock = time.perf_counter()
        if self.alive:
            self.process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self.process.wait(), _STOP)
            except TimeoutError:
                self.process.kill()
                await self.process.wait()
        return time.perf_counter() - clock


@contextlib.asynccontextmanager
async def running(server: Watched, index: Path, folder: Path, **settings: str) -> AsyncIterator[Bot]:
    """The stand-in served, and the bot started against it and receiving.

    Args:
        server: The stand-in.
        index: The index.
        folder: For the bot's memory and log, which are new.
        settings: Further settings, without ``SPEECHBOT_``.
    """
    folder.mkdir(parents=True)  # noqa: ASYNC240 - nothing runs yet
    await server.start()
    server.polled = None
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SPEECHBOT_")}
    environ |= {f"SPEECHBOT_{name}": value for name, value in {**_settings(server, index, folder), **settings}.items()}
    environ |= {"HF_HUB_OFFLINE": "1"}
    log = folder / "bot.log"
    with log.open("wb") as output:
        started = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "speechbot", "bot", env=environ, cwd=folder, stdout=output, stderr=output
        )
    bot = Bot(process, started, log, server)
    try:
        while server.polled is None:
            if not bot.alive or time.perf_counter() - started > _START:
                sys.exit(f"the bot did not start: {log.read_text(encoding='utf-8')}")
            await asyncio.sleep(0.002)
        yield bot
    finally:
        await bot.stop()
        await server.stop()


def _settings(server: Server, index: Path, folder: Path) -> dict[str, str]:
    return {
        "TOKEN": TOKEN,
        "API_URL": f"http://127.0.0.1:{server.port}",
        "INDEX": str(index),
        "STATE": str(folder / "state.sqlite"),
        "ACCESS": "open",
        "MESSAGES_PER_SECOND": "0",
        "QUESTIONS_PER_MINUTE": "0",
        "LOG_FORMAT": "json",
    }


def own_cpu() -> float:
    """Processor seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def milliseconds(seconds: list[float]) -> dict[str, float]:
    """Median, p95, p99 and largest of some times, in milliseconds."""
    if not seconds:
        return {}
    found = {f"p{share}": record.percentile(seconds, share) for share in (50, 95, 99, 100)}
    named = zip(("median", "p95", "p99", "max"), found.values(), strict=True)
    return {name: round(1000 * value, 1) for name, value in named}


def say(text: str) -> None:
    """Tell who watches how far it is."""
    print(text, file=sys.stderr, flush=True)
