"""Updates of all kinds, a third of them malformed or hostile: nothing breaks, and who asks properly is answered."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot_rig import FIRST_USER, TOKEN, USERNAME, Bot, Json, Replies, Watched, questions, running, say
from bot_updates import Hostile

from speechbot.standin.world import World
from speechbot.wording import zh_telegram

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable
    from pathlib import Path

USERS, GROUPS = 40, 10
COMMANDING = 5001  # the first of those who send commands only
WARM = 10_000  # updates after which memory is measured first
GROWTH = 0.05  # of memory since then that is allowed
_UNDER_WAY = 200  # well-formed updates without an answer
_WAITING = 400  # updates that the bot has not fetched
_SAMPLE = 1000  # updates between two looks at memory
_PATIENCE = 60.0  # seconds without any message of the bot after which it hangs
_STRAYS: tuple[Any, ...] = (
    None,
    5,
    "x",
    [],
    {},
    {"update_id": None},
    {"update_id": "5"},
    {"update_id": 1.5},
    {"update_id": True},
)


class Redelivering(Watched):
    """The stand-in, which delivers some updates once more and puts things among them that are none."""

    def __init__(self, world: World, seed: int) -> None:
        super().__init__(world)
        self._pick = random.Random(seed)  # noqa: S311 - the same on every run is the point
        self._earlier: deque[Json] = deque(maxlen=2000)
        self.share = 0.0
        self.strays: Counter[str] = Counter()

    async def poll(self, params: Json) -> object:
        """Answer getUpdates; the last update is always a new one, by which the bot confirms all before."""
        updates = await super().poll(params)
        if not isinstance(updates, list) or not updates:
            return updates
        known = [update for update in updates if isinstance(update, dict)]
        mixed = list(updates)
        for _ in updates:
            if self._pick.random() < self.share:
                again = self._pick.random() < 0.7 and self._earlier
                stray = self._pick.choice(self._earlier) if again else self._pick.choice(_STRAYS)
                mixed.insert(self._pick.randrange(len(mixed)), stray)
                self.strays["redelivered" if again else "without a number"] += 1
        self._earlier.extend(known)
        return mixed


@dataclass
class Wellformed:
    """Sends what friendly users send, and knows what must come of it."""

    world: World
    users: list[int]
    groups: list[int]
    texts: list[str]
    pick: random.Random
    asked: list[tuple[int, int]] = field(default_factory=list)
    commands: list[tuple[int, int]] = field(default_factory=list)
    alone: Counter[int] = field(default_factory=Counter)
    presses: list[str] = field(default_factory=list)
    pressed: dict[str, bool] = field(default_factory=dict)
    sent: Counter[str] = field(default_factory=Counter)
    _next: int = 0

    def send(self) -> str:
        """Send one; its kind."""
        kinds: dict[str, Callable[[], None]] = {
            "question": self._question,
            "question in a group": self._mention,
            "/ask": self._ask,
            "command": self._command,
            "button": self._button,
        }
        kind = self.pick.choices(list(kinds), (55, 15, 8, 7, 15))[0]
        kinds[kind]()
        self.sent[kind] += 1
        return kind

    def _text(self) -> str:
        self._next += 1
        return self.texts[self._next % len(self.texts)]

    def _question(self) -> None:
        user = self.pick.choice(self.users)
        self.asked.append((user, self.world.say(user, self._text())["message_id"]))

    def _mention(self) -> None:
        user, group = self.pick.choice(self.users), self.pick.choice(self.groups)
        text = f"@{USERNAME} {self._text()}" if self.pick.random() < 0.5 else f"{self._text()} @{USERNAME}"
        self.asked.append((group, self.world.say(user, text, chat=group)["message_id"]))

    def _ask(self) -> None:
        user = self.pick.choice(self.users)
        if self.pick.random() < 0.5:
            self.asked.append((user, self.world.say(user, f"/ask {self._text()}")["message_id"]))
            return
        group = self.pick.choice(self.groups)
        said = self.world.say(user, f"/ask@{USERNAME} {self._text()}", chat=group)
        self.asked.append((group, said["message_id"]))

    def _command(self) -> None:
        """In a group, where the answer is a reply, or by somebody who sends nothing else, where it is not."""
        text = self.pick.choice(("/start", "/help", "/sources", "/outline", "/outline 1", "/privacy"))
        if self.pick.random() < 0.5:
            user = COMMANDING + self.pick.randrange(USERS)
            self.world.say(user, text)
            self.alone[user] += 1
            return
        name, blank, rest = text.partition(" ")
        group = self.pick.choice(self.groups)
        said = self.world.say(self.pick.choice(self.users), f"{name}@{USERNAME}{blank}{rest}", chat=group)
        self.commands.append((group, said["message_id"]))

    def _button(self) -> None:
        """Press one of the buttons that hang below the bot's latest messages in a chat."""
        user = self.pick.choice(self.users)
        latest = list(self.world.private(user).messages.values())[-30:]
        buttons = [
            (message, button["callback_data"])
            for message in latest
            for row in message.get("reply_markup", {}).get("inline_keyboard", ())
            for button in row
            if button.get("callback_data")
        ]
        if not buttons:
            self._question()
            return
        self.presses.append(self.world.press(user, *self.pick.choice(buttons)))

    def missing(self, replies: Replies) -> int:
        """How many of the latest were not answered yet."""
        late = [key for key in self.asked[-2000:] + self.commands[-500:] if key not in replies.to]
        alone = sum(max(0, count - replies.alone[user]) for user, count in self.alone.items())
        return alone + len(late) + sum(not self._noticed(number) for number in self.presses[-500:])

    def _noticed(self, number: str) -> bool:
        """Whether a press was answered; the stand-in forgets old ones, so that is noted."""
        if not self.pressed.get(number):
            query = self.world.callbacks.get(number)
            self.pressed[number] = query is not None and bool(query.answers)
        return self.pressed[number]


async def run(options: Namespace, index: Path, folder: Path) -> dict[str, Any]:
    """Send everything, and judge what came of it."""
    world = World(token=TOKEN, username=USERNAME, record=False, callback_expiry=1e9)
    server = Redelivering(world, options.seed)
    users = [FIRST_USER + number for number in range(USERS)]
    for user in users:
        world.user(user)
    clock = time.perf_counter()
    async with running(server, index, folder) as bot:
        groups = [world.group(f"Group {number}", forum=number % 5 == 0) for number in range(GROUPS)]
        pick = random.Random(options.seed)  # noqa: S311 - the same on every run is the point
        friendly = Wellformed(world, users, groups, questions(20_000, options.seed), pick)
        hostile = Hostile(world, options.seed, users, groups)
        server.share = 0.03
        replies = Replies.of(world)
        run = _Run(bot, replies, friendly, hostile)
        await run.all(options.updates)
        # Those that come with nobody to wait for them
        await asyncio.sleep(5)
        return {
            "seconds": round(time.perf_counter() - clock),
            "updates": run.sent + sum(server.strays.values()),
            "well_formed": dict(friendly.sent),
            "hostile": dict(run.kinds) | dict(server.strays),
            "alive": bot.alive,
            "hung": run.hung,
            **_judged(friendly, replies),
            "resident_mb": run.memory(),
            "log": bot.complaints() if not options.keep_log else bot.complaints() | {"kept": _kept(bot, options)},
        }


def _kept(bot: Bot, options: Namespace) -> str:
    options.keep_log.write_bytes(bot.log.read_bytes())
    return str(options.keep_log)


class _Run:
    """The sending of all updates, as fast as the bot works them off."""

    def __init__(self, bot: Bot, replies: Replies, friendly: Wellformed, hostile: Hostile) -> None:
        self._bot = bot
        self._replies = replies
        self._friendly = friendly
        self._hostile = hostile
        self._pick = random.Random(friendly.pick.random())  # noqa: S311 - as above
        self.kinds: Counter[str] = Counter()
        self.sent = 0
        self.hung = False
        self._samples: list[float] = []
        self._warm = 0.0
        self._end = 0.0

    async def all(self, count: int) -> None:
        """Send them; memory is measured when everything is answered."""
        warm = min(WARM, count // 10)
        # One in three is hostile; strays of the stand-in come on top
        while self.sent < count and self._bot.alive and not self.hung:
            if self._pick.random() < 0.32:
                self.kinds[self._hostile.attack()] += 1
            else:
                self._friendly.send()
            self.sent += 1
            if self.sent == warm:
                await self._until(0, 0)
                self._warm = self._bot.memory()
            if self.sent % _SAMPLE == 0 and self._bot.alive:
                self._samples.append(self._bot.memory())
                if self.sent % (10 * _SAMPLE) == 0:
                    say(f"{self.sent} updates, {self._samples[-1]:.0f} MB")
            if self.sent % 20 == 0:
                await self._until(_UNDER_WAY, _WAITING)
        await self._until(0, 0)
        self._end = self._bot.memory() if self._bot.alive else 0.0

    async def _until(self, under_way: int, waiting: int) -> None:
        """Wait until no more than so many are unanswered and not fetched."""
        world, quiet = self._friendly.world, time.perf_counter()
        while self._bot.alive and not self.hung:
            await asyncio.sleep(0)
            # The last batch is confirmed with the next request only, and that waits for news
            left = len(world.updates) if waiting else 0
            if left <= waiting and self._friendly.missing(self._replies) <= under_way:
                return
            if await self._replies.more(0.05):
                quiet = time.perf_counter()
            self.hung = time.perf_counter() - quiet > _PATIENCE

    def memory(self) -> Json:
        """Resident memory after the warm-up and at the end, and how much it grew."""
        if not self._warm:
            return {}
        return {
            "warm": round(self._warm, 1),
            "end": round(self._end, 1),
            "growth": round(self._end / self._warm - 1, 4),
            "most": round(max(self._samples, default=0.0), 1),
            "by_thousands": [round(one, 1) for one in self._samples],
        }


def _judged(friendly: Wellformed, replies: Replies) -> Json:
    """How often everything well-formed was answered."""
    failure = zh_telegram.ERROR.partition("{")[0]
    found: Json = {}
    for name, keys in (("questions", friendly.asked), ("commands", friendly.commands)):
        times = Counter(len(replies.to.get(key, ())) for key in keys)
        failed = sum(text.startswith(failure) for key in keys for _, text in replies.to.get(key, ()))
        found[name] = {"asked": len(keys), "once": times[1], "never": times[0], "failed": failed}
        found[name]["more_than_once"] = len(keys) - times[1] - times[0]
    alone = {user: replies.alone[user] for user in friendly.alone}
    found["commands in private"] = {
        "sent": sum(friendly.alone.values()),
        "answered": sum(alone.values()),
        "chats_with_another_number": sum(count != friendly.alone[user] for user, count in alone.items()),
    }
    answered = sum(friendly._noticed(number) for number in friendly.presses)  # noqa: SLF001 - the same module's
    found["buttons"] = {"pressed": len(friendly.presses), "answered": answered}
    found["secrets_shown"] = len(replies.secrets)
    found["secrets"] = replies.secrets[:5]
    return found
