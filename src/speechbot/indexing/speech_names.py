"""Speeches of a catalogue by title, date and speaker."""

from __future__ import annotations

import json
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from speechbot.language.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray


class SpeechNames:
    """What speeches go by; numbers count them in the order of the index."""

    def __init__(self, query: Callable[..., list[tuple[Any, ...]]]) -> None:
        """Ask with a function that runs one statement."""
        self._query = query

    def count(self) -> int:
        """How many speeches there are."""
        return int(self._query("SELECT count(*) FROM speeches")[0][0])

    def dated(self, start: str) -> list[int]:
        """Numbers of the speeches whose date begins so, as 2020 or 2020-03 does, ascending."""
        found = self._query(
            "SELECT number FROM speeches WHERE substr(date, 1, ?) = ? ORDER BY number", len(start), start
        )
        return [number for (number,) in found]

    def titled(self, title: str) -> list[int]:
        """Numbers of the speeches one of whose names is this, or else holds it, ascending."""
        return [int(number) for number in matching(self._names, title)]

    @cached_property
    def speakers(self) -> dict[str, list[int]]:
        """Numbers of the speeches of each speaker, by folded name; speeches whose speaker is not known are of nobody."""
        once, found = cache(fold), dict[str, list[int]]()
        for speaker, number in self._query("SELECT speaker, number FROM speeches WHERE speaker != '' ORDER BY number"):
            found.setdefault(once(speaker), []).append(number)
        return found

    @cached_property
    def _names(self) -> list[tuple[str, ...]]:
        """Folded title and other names of every speech."""
        once = cache(fold)
        found = self._query("SELECT title, aliases FROM speeches ORDER BY number")
        return [tuple(map(once, (title, *json.loads(aliases)))) for title, aliases in found]


def matching(names: Sequence[tuple[str, ...]], value: str) -> NDArray[np.int64]:
    """Positions at which one of the names equals the filter, or else contains it; ascending."""
    wanted = fold(value).strip()
    if not wanted:
        # every name contains the empty string
        return np.zeros(0, np.int64)
    exact = np.flatnonzero([wanted in own for own in names])
    return exact if len(exact) else np.flatnonzero([any(wanted in name for name in own) for own in names])
