"""Updates that Telegram delivered: kept until they are done, so that the end of a process loses none."""

from __future__ import annotations

from speechbot.telegram.statefile import Statefile

REMEMBERED = 10_000  # updates after which one that is done may be forgotten: Telegram repeats only its latest


class Inbox(Statefile):
    """Updates in the order in which they came."""

    def receive(self, update_id: int, body: str, now: float) -> bool:
        """Keep an update.

        Args:
            update_id: Telegram's number.
            body: What to do it from again.
            now: The time.

        Returns:
            False where it is here or was done already: it is not to be done again.
        """
        with self._writing():
            return (
                self._run(
                    "INSERT INTO updates (update_id, body, received) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                    update_id,
                    body,
                    now,
                )
                == 1
            )

    def done(self, update_id: int) -> None:
        """An update is done: of it, its number is kept for a while, so that it is known when it comes again."""
        with self._writing():
            self._run("UPDATE updates SET done = 1, body = '' WHERE update_id = ?", update_id)
            self._run(
                "DELETE FROM updates WHERE done = 1 AND place <= (SELECT max(place) FROM updates) - ?", REMEMBERED
            )

    def tried(self, update_id: int, times: int = 1) -> None:
        """An update is begun again; ``times`` of -1 takes that back: it was broken off, and ended nothing."""
        with self._writing():
            self._run("UPDATE updates SET attempts = attempts + ? WHERE update_id = ?", times, update_id)

    def waiting(self) -> list[tuple[int, str, int]]:
        """What is not done, oldest first, to be done (again) after a start.

        Returns:
            For each its number, its body, and how often it was ``tried``; who calls gives up on one (``done``) that was
            so too often, as it may be what ended the process.
        """
        rows = self._rows("SELECT update_id, body, attempts FROM updates WHERE done = 0 ORDER BY place")
        return [(update_id, body, attempts) for update_id, body, attempts in rows]
