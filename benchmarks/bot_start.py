"""From the start of the process to its first request for updates, and in how much memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import record
from bot_rig import FIRST_USER, TOKEN, USERNAME, Replies, Watched, questions, running, say

from speechbot.standin.world import World

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

QUESTIONS = 300


async def run(options: Namespace, index: Path, folder: Path) -> dict[str, Any]:
    """Start as often as wanted, after once that does not count; ask in the last round."""
    seconds, cpu, stopped, ready, others = [], [], [], [], []
    asked: dict[str, Any] = {}
    for number in range(options.rounds + 1):
        world = World(token=TOKEN, username=USERNAME, record=False)
        server = Watched(world)
        machine = record.machine_seconds()
        async with running(server, index, folder / str(number)) as bot:
            took = (server.polled or 0.0) - bot.started
            used = bot.cpu()
            busy = record.others(record.machine_seconds() - machine, used, took)
            if number:
                cpu.append(used)
                seconds.append(took)
                ready.append(bot.memory())
                others.append(busy)
            if number == options.rounds:
                asked = {"questions": QUESTIONS, "unanswered": await _ask(world, options.seed)}
                asked |= {"resident_mb": round(bot.memory(), 1), "most_mb": round(bot.memory("VmHWM"), 1)}
            stopped.append(await bot.stop())
        say(f"round {number} of {options.rounds}: {took:.2f} s, {used:.2f} s of processor, {busy:.0%} taken by others")
    return {
        "rounds": options.rounds,
        "ready_seconds": record.spread(seconds),
        "ready_cpu_seconds": record.spread(cpu),
        "resident_mb_ready": record.spread(ready, digits=1),
        "stop_seconds": record.spread(stopped),
        "taken_by_others": record.spread(others),
        "asked": asked,
    }


async def _ask(world: World, seed: int) -> int:
    """Ask one question after the other; how many are not answered."""
    replies, unanswered = Replies.of(world), 0
    for number, text in enumerate(questions(QUESTIONS, seed)):
        user = FIRST_USER + number % 50
        key = user, world.say(user, text)["message_id"]
        while key not in replies.to and await replies.more(10.0):
            pass
        unanswered += key not in replies.to
    return unanswered
