"""How many questions a person may ask in a while."""

from __future__ import annotations

import threading

_MANY = 1024  # buckets kept before full ones are looked for
_ROUNDING = 1e-5  # seconds: Unix time in a float is exact to less than a microsecond


class Limiter:
    """A token bucket a person: ``burst`` questions at once, then ``per_minute`` in each minute.

    Only buckets that are not full are kept, so that memory follows who asked lately, not who ever asked.
    """

    def __init__(self, per_minute: int, burst: int | None = None) -> None:
        """Set up.

        Args:
            per_minute: Questions a minute; 0 is no limit.
            burst: Questions at once; as many as a minute's by default.
        """
        self._interval = 60 / per_minute if per_minute > 0 else 0.0
        self._depth = max(1, per_minute if burst is None else burst) * self._interval
        # A bucket is one number: the time at which it will be full again
        self._full: dict[int, float] = {}
        self._most = _MANY
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many buckets are kept."""
        return len(self._full)

    def allow(self, user_id: int, now: float) -> float:
        """Take one token, if there is one.

        Args:
            user_id: Who asks.
            now: Seconds of any clock, always the same one; where it was set back, nobody waits longer than from empty.

        Returns:
            Seconds to wait; 0.0 is go. A question that has to wait costs nothing.
        """
        if not self._interval:
            return 0.0
        with self._lock:
            full = min(max(self._full.get(user_id, now), now), now + self._depth)
            wait = full + self._interval - self._depth - now
            if wait > _ROUNDING:
                self._full[user_id] = full  # nearer than it was where the clock was set back
                return wait
            self._full[user_id] = full + self._interval
            if len(self._full) > self._most:
                self._forget(now)
            return 0.0

    def _forget(self, now: float) -> None:
        """Drop full buckets, and look again when there are twice as many as are left."""
        self._full = {user_id: full for user_id, full in self._full.items() if now < full <= now + self._depth + 1}
        self._most = max(_MANY, 2 * len(self._full))
