"""What every handler works with: one object instead of a dozen arguments."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import ThreadPoolExecutor

    from speechbot.retriever import Retriever
    from speechbot.settings import Settings
    from speechbot.telegram.access import Access
    from speechbot.telegram.ledger import Ledger
    from speechbot.telegram.library import Library
    from speechbot.telegram.limits import Limiter
    from speechbot.telegram.metrics import Metrics
    from speechbot.telegram.outbox import Outbox

P = ParamSpec("P")
T = TypeVar("T")

_LOGGER = logging.getLogger("speechbot.telegram")


@dataclass
class Desk:
    """What handlers share.

    Attributes:
        settings: The settings.
        retriever: The open index, which follows rebuilds by itself.
        library: What the bot asks of it.
        ledger: What the bot remembers.
        access: Who may ask.
        limiter: How often.
        metrics: What is counted.
        outbox: What sends.
        pool: Threads for all that takes longer than a few milliseconds.
        username: The bot's, without the @.
        late: Numbers of updates that an earlier run of the bot left undone.
        clock: Unix seconds.
    """

    settings: Settings
    retriever: Retriever
    library: Library
    ledger: Ledger
    access: Access
    limiter: Limiter
    metrics: Metrics
    outbox: Outbox
    pool: ThreadPoolExecutor
    username: str = ""
    late: set[int] = field(default_factory=set)
    clock: Callable[[], float] = time.time

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do something in a thread of the pool: the loop goes on meanwhile."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.pool, lambda: work(*args, **kwargs))

    def blame(self, error: BaseException, doing: str) -> str:
        """Log an error in full.

        Args:
            error: The error.
            doing: What was being done, in a few words without anything that a user wrote.

        Returns:
            An id of six characters that stands in the log and may be told to users.
        """
        error_id = secrets.token_hex(3)
        self.metrics.error(type(error).__name__)
        _LOGGER.error("Failed while %s", doing, exc_info=error, extra={"error_id": error_id})
        return error_id
