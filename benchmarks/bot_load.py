"""Questions at a fixed rate, whatever the bot does: how long from an update to its answer."""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING, Any

import record
from bot_rig import FIRST_USER, TOKEN, USERNAME, Bot, Replies, Watched, milliseconds, own_cpu, questions, running, say

from speechbot.standin.world import World

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence
    from pathlib import Path

CHATS = 50
LIMIT = 300.0  # milliseconds that p95 may take
_PATIENCE = 20.0  # seconds after the last question in which answers may still come
_WARM = 300


async def run(options: Namespace, index: Path, folder: Path) -> dict[str, Any]:
    """The wanted rate for the wanted time, then higher and higher ones for a fourth of it, until p95 is too long."""
    world = World(token=TOKEN, username=USERNAME, record=False)
    server = Watched(world)
    texts = iter(questions(20_000, options.seed))
    steps: list[dict[str, Any]] = []
    async with running(server, index, folder) as bot:
        replies = Replies.of(world)
        ready = bot.memory()
        await _burst(bot, replies, [next(texts) for _ in range(_WARM)], options.rate / 2, options.seed)
        rate, seconds = options.rate, options.seconds
        while True:
            wanted = [text for text, _ in zip(texts, range(int(rate * seconds)), strict=False)]
            if len(wanted) < rate * seconds * 0.9:
                break
            steps.append(await _burst(bot, replies, wanted, rate, options.seed + len(steps)))
            say(f"{steps[-1]}")
            if not options.search or steps[-1]["unanswered"] or steps[-1]["ms"]["p95"] > LIMIT:
                break
            rate, seconds = rate * 1.15, options.seconds / 4
        held = [step["rate"] for step in steps if not step["unanswered"] and step["ms"]["p95"] <= LIMIT]
        return {
            "wanted": steps[0],
            "higher": steps[1:],
            "highest_rate_within_limit": max(held, default=None),
            "resident_mb": {
                "ready": round(ready, 1),
                "end": round(bot.memory(), 1),
                "most": round(bot.memory("VmHWM"), 1),
            },
            "log": bot.complaints(),
        }


async def _burst(bot: Bot, replies: Replies, texts: Sequence[str], rate: float, seed: int) -> dict[str, Any]:
    """Ask at random moments, so many a second on average, each in a random chat; wait for the answers."""
    pick, world = random.Random(seed), bot.server.world  # noqa: S311 - the same on every run is the point
    asked: dict[tuple[int, int], float] = {}
    late: list[float] = []
    machine, cpu, own = record.machine_seconds(), bot.cpu(), own_cpu()
    before = cpu
    started = due = time.perf_counter()
    for text in texts:
        due += pick.expovariate(rate)
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        late.append(max(0.0, time.perf_counter() - due))
        user = FIRST_USER + pick.randrange(CHATS)
        message = world.say(user, text)
        asked[user, message["message_id"]] = time.perf_counter()
    asking = time.perf_counter() - started
    cpu, own, machine = bot.cpu() - cpu, own_cpu() - own, record.machine_seconds() - machine
    patience = time.perf_counter() + _PATIENCE
    while any(key not in replies.to for key in asked) and time.perf_counter() < patience and bot.alive:
        await replies.more(0.2)
    await asyncio.sleep(0.2)
    took = [replies.to[key][0][0] - at for key, at in asked.items() if key in replies.to]
    return {
        "rate": round(len(asked) / asking, 1),
        "seconds": round(asking, 1),
        "questions": len(asked),
        "unanswered": len(asked) - len(took),
        "answered_twice": sum(len(replies.to[key]) > 1 for key in asked if key in replies.to),
        "ms": milliseconds(took),
        "driver_late_ms": milliseconds(late),
        "bot_cores": round(cpu / asking, 2),
        "standin_cores": round(own / asking, 2),
        "bot_cpu_ms_a_question": round(1000 * (bot.cpu() - before) / len(asked), 2),
        "taken_by_others": round(record.others(machine, cpu + own, asking), 3),
        "resident_mb": round(bot.memory(), 1),
    }
