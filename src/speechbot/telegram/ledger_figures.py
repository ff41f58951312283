"""What the questions say together: where the materials have gaps, how much is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from speechbot.telegram.records import Day, Gap, Kind, Usage, Vote
from speechbot.telegram.statefile import Statefile

# Readers and materials are in China, while the clock of a container mostly runs on UTC
_CHINA = timezone(timedelta(hours=8))
_OFFSET = "+8 hours"


class Figures(Statefile):
    """Sums over the questions."""

    def gaps(self, since: float) -> list[Gap]:
        """Questions that were not answered, or badly as votes say, the most frequent first.

        Questions whose text is not kept are left out: there is nothing to show of them.
        """
        rows = self._rows(
            "SELECT trim(text), sum(NOT found), sum(down), max(asked) FROM"
            " (SELECT text, found, asked, (SELECT count(*) FROM votes WHERE question = questions.id AND verdict = ?)"
            " AS down FROM questions WHERE asked >= ? AND text IS NOT NULL)"
            " WHERE NOT found OR down > 0 GROUP BY trim(text)"
            " ORDER BY sum(NOT found) + sum(down) DESC, max(asked) DESC, trim(text)",
            Vote.DOWN,
            since,
        )
        return [Gap(*row) for row in rows]

    def disliked(self, since: float) -> dict[str, tuple[str, ...]]:
        """For each question, as ``gaps`` gives it, the passages that votes found of no use."""
        rows = self._rows(
            "SELECT trim(text), passage FROM votes JOIN questions ON questions.id = votes.question"
            " WHERE verdict = ? AND asked >= ? AND text IS NOT NULL GROUP BY trim(text), passage ORDER BY min(voted), passage",
            Vote.DOWN,
            since,
        )
        found: dict[str, tuple[str, ...]] = {}
        for text, passage in rows:
            found[text] = (*found.get(text, ()), passage)
        return found

    def shown(self, since: float, most: int) -> list[tuple[str, int]]:
        """Passages that answered best, each with how many questions, the most frequent first; ``most`` of them."""
        return self._rows(
            "SELECT json_extract(passages, '$[0]') AS best, count(*) FROM questions"
            " WHERE asked >= ? AND found AND best IS NOT NULL GROUP BY best ORDER BY count(*) DESC, best LIMIT ?",
            since,
            most,
        )

    def usage(self, since: float) -> Usage:
        """Figures of the questions asked from a time on."""
        with self._lock:
            (total,) = self._rows(
                "SELECT count(*), coalesce(sum(found), 0), count(DISTINCT user_id) FROM questions WHERE asked >= ?",
                since,
            )
            votes = dict(
                self._rows(
                    "SELECT verdict, count(*) FROM votes JOIN questions ON questions.id = votes.question"
                    " WHERE asked >= ? GROUP BY verdict",
                    since,
                )
            )
            days = self._rows(
                f"SELECT date(asked, 'unixepoch', '{_OFFSET}') AS day, count(*), sum(found), count(DISTINCT user_id)"  # noqa: S608 - our own
                " FROM questions WHERE asked >= ? GROUP BY day ORDER BY day",
                since,
            )
            median, slow = (self._slower(since, percent) for percent in (50, 95))
        return Usage(
            questions=total[0],
            found=total[1],
            people=total[2],
            up=votes.get(Vote.UP, 0),
            down=votes.get(Vote.DOWN, 0),
            median_ms=median,
            p95_ms=slow,
            days=tuple(Day(*day) for day in days),
        )

    def today(self, now: float) -> Usage:
        """Figures since midnight in China."""
        moment = datetime.fromtimestamp(now, UTC).astimezone(_CHINA)
        return self.usage(moment.replace(hour=0, minute=0, second=0, microsecond=0).timestamp())

    def _slower(self, since: float, percent: int) -> float | None:
        """The time that so many of a hundred answers did not exceed: by nearest rank, so always one that was taken.

        Of inline mode it is known what was sent, not how long it was looked for.
        """
        timed = "FROM questions WHERE asked >= ? AND kind != ?"
        ((count,),) = self._rows(f"SELECT count(*) {timed}", since, Kind.INLINE)
        if not count:
            return None
        rank = -(-count * percent // 100)
        row = self._row(
            f"SELECT milliseconds {timed} ORDER BY milliseconds LIMIT 1 OFFSET ?",
            since,
            Kind.INLINE,
            rank - 1,
        )
        return None if row is None else float(row[0])
