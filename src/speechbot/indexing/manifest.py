"""The manifest of an index generation: what it holds, with which model it was built."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from speechbot.errors import IndexDamaged, IndexMismatch
from speechbot.wording import zh_errors

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from speechbot.encoder import Encoder

# Raise when the files of a generation change in name or meaning; older indexes are then built anew.
FORMAT = 2
# Raise when the same material gives other speeches, passages, windows, embedded texts or tokens: files that have not
# changed are taken over as they were read, and stored tokens would not fit new questions.
TEXT_VERSION = 2

# A sentence whose vector tells models apart; any would do, but it must never change.
PROBE = "各级党组织要坚持以学铸魂、以学增智、以学正风、以学促干。"
# Lowest cosine between two probe vectors of one model. Equality would be too much to ask: 8-bit kernels round
# differently on other processors, which a hash cannot forgive while the direction hardly changes.
SAME_MODEL = 0.99


@dataclass(frozen=True, slots=True)
class ModelCard:
    """The embedding model of an index.

    Attributes:
        name: ``Encoder.name``.
        dim: Length of its vectors.
        probe: Vector of ``PROBE`` as base64 of ``dim`` little-endian float32.
        weights: SHA-256 of the weights, or "" where it is not known.
    """

    name: str
    dim: int
    probe: str
    weights: str = ""

    @classmethod
    def of(cls, encoder: Encoder, *, weights: str = "") -> Self:
        """Describe an encoder; encodes one sentence."""
        return cls(encoder.name, encoder.dim, _pack(encoder.encode_passages([PROBE])[0]), weights)

    def likeness(self, other: ModelCard) -> float:
        """Cosine of the two probe vectors in [-1, 1]; 0 for another name or dimension, or a broken probe."""
        mine, theirs = _unpack(self.probe), _unpack(other.probe)
        if (self.name, self.dim) != (other.name, other.dim) or not len(mine) == len(theirs) == self.dim:
            return 0.0
        norm = float(np.linalg.norm(mine) * np.linalg.norm(theirs))
        return float(mine @ theirs) / norm if norm > 0 else 0.0


@dataclass(frozen=True, slots=True)
class FileStamp:
    """Size in bytes and SHA-256 of a file."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How much an index holds."""

    sources: int
    speeches: int
    passages: int
    windows: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation holds.

    Attributes:
        created: When it was built, UTC, ISO 8601.
        version: Version of speechbot that built it.
        model: The embedding model.
        counts: How much it holds.
        files: Every file but the manifest itself, by path relative to the generation, with ``/`` between parts.
        words: Words that the corpus adds to the segmenter's dictionary.
        format: Version of the files' layout.
        text_version: Version of the text processing.
    """

    created: str
    version: str
    model: ModelCard
    counts: Counts
    files: Mapping[str, FileStamp]
    words: tuple[str, ...] = ()
    format: int = FORMAT
    text_version: int = TEXT_VERSION

    def to_json(self) -> str:
        """The manifest as it is stored; equal manifests give equal texts."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str, *, path: Path) -> Self:
        """Read a stored manifest.

        Args:
            text: What ``to_json`` gave.
            path: Where it comes from, for the error.

        Raises:
            IndexMismatch: It is of another format or text version.
            IndexDamaged: It is not a manifest.
        """
        try:
            stored = json.loads(text)
            _check_version(stored, path)
            return cls(
                **{
                    **stored,
                    "model": ModelCard(**stored["model"]),
                    "counts": Counts(**stored["counts"]),
                    "files": {str(name): FileStamp(**stamp) for name, stamp in stored["files"].items()},
                    "words": tuple(map(str, stored["words"])),
                }
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise IndexDamaged(path, zh_errors.DAMAGE_FOREIGN) from error


def check_name(manifest: Manifest, name: str, *, path: Path) -> None:
    """Refuse a model by its name alone, which spares loading it, or asking a model hub for it.

    Raises:
        IndexMismatch: The index was built by another model.
    """
    built = manifest.model
    if built.name != name:
        raise _mismatch(zh_errors.MODEL_SHOWN.format(name=built.name, dim=built.dim), name, path)


def check_model(manifest: Manifest, encoder: Encoder, *, path: Path) -> None:
    """Make sure that an encoder's vectors may be compared with those of an index; encodes one sentence.

    Args:
        manifest: What the index says of itself.
        encoder: The encoder that will encode questions.
        path: The index, for the error.

    Raises:
        IndexMismatch: The index was built by another model.
    """
    built = manifest.model
    # The name alone spares encoding where it already settles the matter
    if (built.name, built.dim) == (encoder.name, encoder.dim) and built.likeness(ModelCard.of(encoder)) >= SAME_MODEL:
        return
    expected, found = (zh_errors.MODEL_SHOWN.format(name=one.name, dim=one.dim) for one in (built, encoder))
    raise _mismatch(expected, found, path)


def _mismatch(expected: str, found: str, path: Path) -> IndexMismatch:
    """The error for another model, or for the same one with other weights."""
    template = zh_errors.INDEX_MODEL_CHANGED if expected == found else zh_errors.INDEX_MODEL
    message = template.format(path=path, expected=expected, found=found)
    return IndexMismatch(message, path=path, expected=expected, found=found)


def _check_version(stored: dict[str, Any], path: Path) -> None:
    """Refuse an index of another format or text version."""
    found, expected = (stored["format"], stored["text_version"]), (FORMAT, TEXT_VERSION)
    if found == expected:
        return
    names = [".".join(map(str, version)) for version in (expected, found)]
    message = zh_errors.INDEX_FORMAT.format(path=path.parent, expected=names[0], found=names[1])
    raise IndexMismatch(message, path=path, expected=names[0], found=names[1])


def _pack(vector: NDArray[np.float32]) -> str:
    """A vector as base64 of little-endian float32."""
    return base64.b64encode(np.asarray(vector, dtype="<f4").tobytes()).decode("ascii")


def _unpack(text: str) -> NDArray[np.float32]:
    """The vector of ``_pack``; empty when the text is none."""
    try:
        return np.frombuffer(base64.b64decode(text, validate=True), dtype="<f4").astype(np.float32)
    except (binascii.Error, ValueError):
        return np.zeros(0, np.float32)
