"""An account of how a source was read: what was left out, what looks wrong, what stands in several files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from speechbot.parsing.doubts import doubts
from speechbot.parsing.dropped import dropped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from speechbot.models import Passage, Source, Speech
    from speechbot.parsing.doubts import Doubtful
    from speechbot.parsing.dropped import Dropped

_SHORTEST = 30  # characters: shorter paragraphs, such as 谢谢大家, are the same everywhere by nature


@dataclass(frozen=True, slots=True)
class Audit:
    """How one source was read.

    Attributes:
        dropped: What of it is in no passage, heading or title, in the order of the text.
        doubts: What an admin should look at, in the order of the text.
    """

    dropped: tuple[Dropped, ...]
    doubts: tuple[Doubtful, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """A paragraph that stands in several files; ``places`` are all its passages in the order of the corpus."""

    text: str
    places: tuple[Passage, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files, each once."""
        return tuple(dict.fromkeys(place.source for place in self.places))


def audit(source: Source, speeches: Sequence[Speech]) -> Audit:
    """Look at how a source was read.

    Args:
        source: The file.
        speeches: What ``parse`` found in it.
    """
    left_out = dropped(source, speeches)
    return Audit(left_out, doubts(source, speeches, left_out))


def duplicates(speeches: Iterable[Speech]) -> tuple[Shared, ...]:
    """Paragraphs that stand in several files, word for word: an answer can cite only one of the places first."""
    found: dict[str, list[Passage]] = {}
    for speech in speeches:
        for passage in speech.passages:
            if len(passage.text) >= _SHORTEST:
                found.setdefault(passage.text, []).append(passage)
    shared = (Shared(text, tuple(places)) for text, places in found.items())
    return tuple(one for one in shared if len(one.files) > 1)
