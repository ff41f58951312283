"""What a build has to do: which files are read anew, which are taken over from the generation before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from speechbot.indexing.pieces import Fresh, Kept
from speechbot.parsing.parser import parse
from speechbot.reading.corpus import read_or_note

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from speechbot.indexing.catalog import Extent
    from speechbot.indexing.pieces import Piece
    from speechbot.reading.corpus import Listing

_RANGES = ("sources", "speeches", "passages", "windows")


@dataclass(frozen=True, slots=True)
class Plan:
    """A generation to be.

    Attributes:
        pieces: Its files by name.
        replaced: Files of the generation before that are gone or changed.
        skipped: Files left out, each ``(name, reason)``, sorted.
        failed: Files that could not be read, likewise.
    """

    pieces: tuple[Piece, ...]
    replaced: tuple[Extent, ...]
    skipped: tuple[tuple[str, str], ...]
    failed: tuple[tuple[str, str], ...]

    @property
    def fresh(self) -> list[Fresh]:
        """The files that were read anew."""
        return [piece for piece in self.pieces if isinstance(piece, Fresh)]

    @property
    def idle(self) -> bool:
        """Whether the generation before holds all of it and nothing else."""
        return not self.fresh and not self.replaced


def plan(listing: Listing, before: Sequence[Extent], *, take_over: bool) -> Plan:
    """Read and parse the files that are new or changed.

    Args:
        listing: The corpus.
        before: The files of the live generation.
        take_over: Whether what has not changed is taken over from it.
    """
    known = {extent.name: (number, extent) for number, extent in enumerate(before)} if take_over else {}
    pieces: list[Piece] = []
    kept: set[str] = set()
    skipped, failed = list(listing.skipped), list(listing.failed)
    for material in listing.materials:
        number, extent = known.get(material.name, (-1, None))
        if extent is not None and (extent.sha256, extent.notes) == (material.sha256, material.notes):
            kept.add(material.name)
            _keep(pieces, number, extent)
            continue
        source = read_or_note(material, skipped, failed)
        if source is not None:
            pieces.append(Fresh.of(source, parse(source)))
    replaced = tuple(extent for extent in before if extent.name not in kept)
    return Plan(tuple(pieces), replaced, tuple(sorted(skipped)), tuple(sorted(failed)))


def _keep(pieces: list[Piece], number: int, extent: Extent) -> None:
    """Take a file over, together with its neighbour before it where that is taken over too."""
    ranges: Mapping[str, range] = {
        "sources": range(number, number + 1),
        "speeches": extent.speeches,
        "passages": extent.passages,
        "windows": extent.windows,
    }
    last = pieces[-1] if pieces else None
    if isinstance(last, Kept) and last.sources.stop == number:
        ranges = {name: range(getattr(last, name).start, ranges[name].stop) for name in _RANGES}
        pieces.pop()
    pieces.append(Kept(**ranges))
