"""Questions while a tenth of all calls fails: each answered once or marked as a possible repeat, in order."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot_rig import FIRST_USER, TOKEN, USERNAME, Bot, Replies, Watched, milliseconds, questions, running, say

from speechbot.standin.faults import Faults
from speechbot.standin.world import World
from speechbot.wording import zh_telegram

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Sequence
    from pathlib import Path

CHATS = 50
IN_FLIGHT = 4  # questions of a chat that wait for their answers
# Of all calls; together a tenth
SHARES = {"flood": 0.03, "gateway": 0.03, "reset_before": 0.015, "reset_after": 0.015, "timeout": 0.01}
# Seconds after which an unanswered call is cut off: the bot's own patience with all but getUpdates ends before
HANG = 16.0
_PATIENCE = 240.0  # seconds without any message of the bot after which what is missing counts as lost


@dataclass
class _Chat:
    """What a chat asks, and what it has asked."""

    user: int
    texts: Iterable[str]
    keys: list[tuple[int, int]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    done: bool = False

    def ask(self, world: World, replies: Replies) -> None:
        """Ask on, as long as not too many questions wait."""
        waiting = sum(key not in replies.to for key in self.keys[-2 * IN_FLIGHT :])
        while waiting < IN_FLIGHT and not self.done:
            text = next(iter(self.texts), None)
            if text is None:
                self.done = True
                return
            self.keys.append((self.user, world.say(self.user, text)["message_id"]))
            self.times.append(time.perf_counter())
            waiting += 1


async def run(options: Namespace, index: Path, folder: Path) -> dict[str, Any]:
    """Ask everything; the line is bad from the first call to the last answer."""
    world = World(token=TOKEN, username=USERNAME, record=False)
    faults = Faults(retry_after=1, hang=HANG, seed=options.seed)
    for kind, part in SHARES.items():
        setattr(faults, kind, part)
    server = Watched(world, faults)
    texts = questions(options.questions, options.seed)
    share = -(-len(texts) // CHATS)
    chats = [_Chat(FIRST_USER + n, iter(texts[n * share : (n + 1) * share])) for n in range(CHATS)]
    clock = time.perf_counter()
    async with running(server, index, folder) as bot:
        replies = Replies.of(world)
        lost = await _all(bot, replies, chats)
        seconds = time.perf_counter() - clock
        server.faults = Faults()  # it stops on a good line
        return {
            "questions": sum(len(chat.keys) for chat in chats),
            "shares": SHARES,
            "hang_seconds": HANG,
            "seconds": round(seconds),
            "alive": bot.alive,
            "silent_at_end": lost,
            **judged(chats, replies),
            "faults": _counts(faults),
            "polls": server.polls,
            "resident_mb": round(bot.memory(), 1),
            "log": bot.complaints(),
        }


async def _all(bot: Bot, replies: Replies, chats: Sequence[_Chat]) -> bool:
    """Keep every chat asking until all is answered; whether the bot fell silent before."""
    told = time.perf_counter()
    while bot.alive:
        for chat in chats:
            chat.ask(bot.server.world, replies)
        missing = sum(key not in replies.to for chat in chats for key in chat.keys)
        if all(chat.done for chat in chats) and not missing:
            # The last repeats come within the bot's patience and its first waits
            await asyncio.sleep(HANG + 5)
            return False
        if time.perf_counter() - told > 30:
            told = time.perf_counter()
            say(f"{sum(len(chat.keys) for chat in chats) - missing} answered, {missing} under way")
        if not await replies.more(_PATIENCE):
            return True
        await asyncio.sleep(0.05)
    return True


def judged(chats: Sequence[_Chat], replies: Replies) -> dict[str, Any]:
    """What is counted of every question's answers."""
    found: Counter[str] = Counter()
    took, disordered = [], 0
    for chat in chats:
        firsts = []
        for key, asked in zip(chat.keys, chat.times, strict=True):
            answers = replies.to.get(key, [])
            if not answers:
                found["lost"] += 1
                continue
            firsts.append(answers[0][0])
            took.append(answers[0][0] - asked)
            found["told_of_failure"] += answers[0][1].startswith(zh_telegram.ERROR.partition("{")[0])
            marked = [text.startswith(zh_telegram.MAY_REPEAT.strip()) for _, text in answers]
            found["once"] += len(answers) == 1
            found["repeated_and_marked"] += len(answers) > 1 and all(marked[1:])
            found["repeated_unmarked"] += len(answers) > 1 and not all(marked[1:])
            found["marked_without_need"] += marked[0]
        disordered += sum(later < earlier for earlier, later in itertools.pairwise(firsts))
    names = ("lost", "once", "repeated_and_marked", "repeated_unmarked", "marked_without_need", "told_of_failure")
    return {name: found[name] for name in names} | {"out_of_order": disordered, "ms": milliseconds(took)}


def _counts(faults: Faults) -> dict[str, Any]:
    """Faults by kind, and those of getUpdates among them."""
    counts: Counter[str] = Counter()
    polling: Counter[str] = Counter()
    for (method, kind), count in faults.counts.items():
        counts[kind] += count
        if method == "getupdates":
            polling[kind] += count
    return {"all": dict(counts), "getUpdates": dict(polling)}
