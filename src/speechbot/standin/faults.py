"""What goes wrong on the way to Telegram: drawn from a seed, so that a run can be repeated."""

from __future__ import annotations

import math
import random
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from speechbot.standin.rules import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

# Too many requests; a proxy's error page; the connection broken before or after the call took effect; no answer at all
KINDS = ("flood", "gateway", "reset_before", "reset_after", "timeout")
_MINUTE = 60.0


@dataclass
class Faults:
    """The share of calls that each fault befalls; all 0 at first.

    Attributes:
        methods: Which methods they befall, by name in lower case; empty means all.
        retry_after: Seconds that a flood answer asks to wait.
        hang: Seconds after which a call without an answer is cut off.
        counts: How often each befell, by method and kind.
    """

    flood: float = 0.0
    gateway: float = 0.0
    reset_before: float = 0.0
    reset_after: float = 0.0
    timeout: float = 0.0
    methods: frozenset[str] = frozenset()
    retry_after: int = 1
    hang: float = 30.0
    seed: int = 0
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _planned: dict[str, deque[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Seed the draw."""
        self._random = random.Random(self.seed)  # noqa: S311 - no secret

    def plan(self, method: str, *kinds: str) -> None:
        """Have the next calls of a method befallen by these, one each; "" lets one through."""
        self._planned.setdefault(method.lower(), deque()).extend(kinds)

    def draw(self, method: str) -> str:
        """What befalls a call; "" for nothing."""
        method = method.lower()
        planned = self._planned.get(method)
        kind = planned.popleft() if planned else self._drawn(method)
        if kind:
            self.counts[method, kind] += 1
        return kind

    def _drawn(self, method: str) -> str:
        shares = [getattr(self, kind) for kind in KINDS]
        if not any(shares) or (self.methods and method not in self.methods):
            return ""
        place = self._random.random()
        for kind, share in zip(KINDS, shares, strict=True):
            if place < share:
                return kind
            place -= share
        return ""


class Floods:
    """Telegram's limits on what a bot sends: about a message a second and chat, 20 a minute and group, 30 a second.

    Where the real limits lie is not published to the message; these are the figures of its FAQ, with a short burst.
    """

    def __init__(self, *, burst: int = 3, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with nothing sent.

        Args:
            burst: Messages that a chat may get at once.
            clock: The time.
        """
        self._burst = burst
        self._clock = clock
        self._all: deque[float] = deque()
        self._chats: dict[str, deque[float]] = {}

    def check(self, method: str, chat_id: object) -> None:
        """Count a message.

        Raises:
            Refused: It is one too many; it is not counted.
        """
        if not method.lower().startswith(("send", "editmessage")) or method.lower() == "sendchataction":
            return
        now = self._clock()
        chat = self._chats.setdefault(str(chat_id), deque(maxlen=20))
        while self._all and now - self._all[0] >= 1:
            self._all.popleft()
        waits = [1 - (now - self._all[0])] if len(self._all) >= 30 else []
        if len(chat) >= self._burst:
            waits.append(self._burst - (now - chat[-self._burst]))
        if str(chat_id).startswith(("-", "@")) and len(chat) == 20:
            waits.append(_MINUTE - (now - chat[0]))
        wait = max(waits, default=0.0)
        if wait > 0:
            raise too_many(math.ceil(wait))
        self._all.append(now)
        chat.append(now)


def too_many(seconds: int) -> Refused:
    """The answer to a client that asks too often."""
    return Refused(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
