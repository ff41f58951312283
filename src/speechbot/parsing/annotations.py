"""What an admin says of a speech, laid over what its text says."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from speechbot.models import Speech

_SCALARS = ("date", "speaker", "occasion")


def annotated(speeches: Sequence[Speech], notes: str) -> tuple[Speech, ...]:
    """The speeches of a source with what its sidecar says.

    What the sidecar says of the file holds for each of its speeches, except a title and other names, which can only be
    those of a single speech; what it says of one speech goes before that.

    Args:
        speeches: As the parser found them.
        notes: ``Source.notes``, see ``sidecar.read_sidecars``; "" changes nothing.
    """
    if not notes:
        return tuple(speeches)
    said: dict[str, Any] = json.loads(notes)
    single = len(speeches) == 1
    whole = {key: value for key, value in said.items() if key in _SCALARS or single}
    return tuple(
        _laid_over(speech, {**whole, **_own(said.get("speeches"), at, speech.title)})
        for at, speech in enumerate(speeches)
    )


def unmatched(speeches: Sequence[Speech], notes: str) -> tuple[str, ...]:
    """What a sidecar says of speeches that are not there: their titles, or their numbers where it lists them.

    Args:
        speeches: As ``annotated`` gives them.
        notes: What it was given.
    """
    entries = json.loads(notes).get("speeches") if notes else None
    if isinstance(entries, list):
        return tuple(str(number) for number in range(len(speeches) + 1, len(entries) + 1))
    called = {_plain(name) for speech in speeches for name in (speech.title, *speech.aliases)}
    return tuple(title for title in entries or () if _plain(title) not in called)


def _own(entries: object, at: int, title: str) -> Mapping[str, Any]:
    """What is said of one speech: by its place in the list, or by its title."""
    found: object = None
    if isinstance(entries, list):
        found = entries[at] if at < len(entries) else None
    elif isinstance(entries, dict):
        found = next((value for key, value in entries.items() if _plain(key) == _plain(title)), None)
    return found if isinstance(found, dict) else {}


def _laid_over(speech: Speech, said: Mapping[str, Any]) -> Speech:
    """The speech with the values given; another title makes the one in the text one more name."""
    title = said.get("title") or speech.title
    aliases = dict.fromkeys(
        (*said.get("aliases", ()), *((speech.title,) if title != speech.title else ()), *speech.aliases)
    )
    aliases.pop(title, None)
    return replace(
        speech,
        title=title,
        aliases=tuple(aliases),
        passages=tuple(replace(passage, speech=title) for passage in speech.passages)
        if title != speech.title
        else speech.passages,
        **{key: said[key] for key in _SCALARS if key in said},
    )


def _plain(title: str) -> str:
    """A title without white space, as two of them are compared."""
    return "".join(title.split())
