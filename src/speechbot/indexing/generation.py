"""One generation of the index: a folder of files that are written once, then only read."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from speechbot.errors import IndexDamaged
from speechbot.indexing.catalog import Catalog, write_catalog
from speechbot.indexing.disk import broken, sha256
from speechbot.indexing.lexical import FILES as LEXICAL_FILES
from speechbot.indexing.lexical import LexicalFields
from speechbot.indexing.manifest import Counts, FileStamp, Manifest, ModelCard
from speechbot.indexing.vectors import VectorIndex, moments_path
from speechbot.wording import zh_errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from speechbot.indexing.lexical import FieldTokens
    from speechbot.models import Source, Speech

MANIFEST = "manifest.json"
CATALOG = "passages.sqlite"
VECTORS = "windows.faiss"
WINDOWS = "windows.npy"
LEXICAL = "lexical"

# Bytes up to which opening an index hashes its files: at about 1 ms for each MB (measured), 0.05 s at most. A small
# index, such as one of 30 paragraphs, is 1 MB.
VERIFY_LIMIT = 50_000_000


@dataclass(frozen=True, slots=True)
class Content:
    """What a generation is written from.

    Attributes:
        sources: The corpus files.
        speeches: The speeches in them; passages are numbered (row) as they stand here, one speech after another.
        windows: (n, 3) int32: row of the passage, start and end of the window in the passage's text.
        vectors: (n, dim) float32, unit rows; row ``i`` belongs to window ``i``.
        tokens: Tokens of each passage and of the headings above it.
        model: The model that made the vectors.
        created: UTC time, ISO 8601.
        version: Version of speechbot.
    """

    sources: Sequence[Source]
    speeches: Sequence[Speech]
    windows: NDArray[np.int32]
    vectors: NDArray[np.float32]
    tokens: FieldTokens
    model: ModelCard
    created: str
    version: str


@dataclass(frozen=True, slots=True)
class Generation:
    """An opened generation; read-only, for any number of threads.

    Attributes:
        path: Its folder, whose name is the generation's.
        manifest: What it holds.
        catalog: Sources, speeches and passages.
        vectors: Vectors of the windows.
        windows: (n, 3) int32: row of the passage, start and end of the window in the passage's text.
        lexical: BM25 of passages and headings.
    """

    path: Path
    manifest: Manifest
    catalog: Catalog
    vectors: VectorIndex
    windows: NDArray[np.int32]
    lexical: LexicalFields

    @property
    def name(self) -> str:
        """Name of the generation."""
        return self.path.name

    def close(self) -> None:
        """Close the files; nothing can be read from the catalogue afterwards."""
        self.catalog.close()

    def __enter__(self) -> Self:
        """Close at the end of a ``with`` block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()


def write_generation(folder: Path, content: Content) -> str:
    """Write all files of a generation into an empty folder.

    Returns:
        Six hex digits of the manifest's SHA-256: the end of the generation's name, which so vouches for the
        manifest as the manifest does for the other files.
    """
    (folder / LEXICAL).mkdir()
    write_catalog(folder / CATALOG, content.sources, content.speeches)
    VectorIndex.build(content.vectors).save(folder / VECTORS)
    with (folder / WINDOWS).open("wb") as file:
        np.save(file, content.windows, allow_pickle=False)
    LexicalFields.build(content.tokens).save(folder / LEXICAL)
    manifest = Manifest(
        created=content.created,
        version=content.version,
        model=content.model,
        counts=Counts(
            sources=len(content.sources),
            speeches=len(content.speeches),
            passages=len(content.tokens.passages),
            windows=len(content.windows),
        ),
        files={name: FileStamp((folder / name).stat().st_size, sha256(folder / name)) for name in _names()},
        sources={source.name: source.sha256 for source in content.sources},
    )
    data = manifest.to_json().encode()
    (folder / MANIFEST).write_bytes(data)
    return _mark(data)


def open_generation(path: Path, *, verify: bool | None = None) -> Generation:
    """Open a generation for reading.

    Args:
        path: Its folder.
        verify: Whether to compare the files' checksums, not only their sizes; None does so for a small index, where
            it takes milliseconds.

    Raises:
        IndexDamaged: A file is missing, truncated or altered.
        IndexMismatch: It is of another format, or we may not read it.
    """
    manifest = read_manifest(path)
    check_files(path, manifest, verify=verify)
    vectors, lexical = VectorIndex.load(path / VECTORS), LexicalFields.load(path / LEXICAL)
    windows = _windows(path / WINDOWS)
    catalog = Catalog(path / CATALOG)
    of_passages = {len(catalog), len(lexical.passages), len(lexical.headings)}
    of_windows = {len(windows), len(vectors)}
    counted = ({manifest.counts.passages}, {manifest.counts.windows})
    if counted != (of_passages, of_windows) or vectors.dim != manifest.model.dim:
        catalog.close()
        raise IndexDamaged(path, zh_errors.DAMAGE_COUNT)
    return Generation(path, manifest, catalog, vectors, windows, lexical)


def read_manifest(path: Path) -> Manifest:
    """Read the manifest of the generation in folder ``path``.

    Raises:
        IndexDamaged: It is missing or altered.
        IndexMismatch: It is of another format.
    """
    file = path / MANIFEST
    try:
        data = file.read_bytes()
    except OSError as error:
        raise broken(file, error) from error
    if _mark(data) != path.name.rpartition("-")[2]:
        raise IndexDamaged(file, zh_errors.DAMAGE_CHECKSUM)
    return Manifest.from_json(data.decode(errors="replace"), path=file)


def open_catalog(path: Path) -> Catalog:
    """Open only the catalogue of the generation in folder ``path``, whatever state its other files are in.

    Raises:
        IndexDamaged: It is missing or altered.
        IndexMismatch: It is of another format.
    """
    stamp = read_manifest(path).files.get(CATALOG)
    if stamp is None:
        raise IndexDamaged(path / MANIFEST, zh_errors.DAMAGE_FOREIGN)
    _check_file(path / CATALOG, stamp, verify=True)
    return Catalog(path / CATALOG)


def check_files(path: Path, manifest: Manifest, *, verify: bool | None = None) -> None:
    """Compare the files of a generation with its manifest; arguments and errors as for ``open_generation``."""
    if set(manifest.files) != set(_names()):
        raise IndexDamaged(path / MANIFEST, zh_errors.DAMAGE_FOREIGN)
    if verify is None:
        verify = sum(stamp.size for stamp in manifest.files.values()) <= VERIFY_LIMIT
    for name, stamp in manifest.files.items():
        _check_file(path / name, stamp, verify=verify)


def _check_file(path: Path, stamp: FileStamp, *, verify: bool) -> None:
    """Compare one file with its stamp."""
    try:
        # Opened even where only the size counts: whether we may read it is settled here, not in each library
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
        digest = sha256(path) if verify and size == stamp.size else stamp.sha256
    except OSError as error:
        raise broken(path, error) from error
    if size != stamp.size:
        raise IndexDamaged(path, zh_errors.DAMAGE_SIZE)
    if digest != stamp.sha256:
        raise IndexDamaged(path, zh_errors.DAMAGE_CHECKSUM)


def _names() -> tuple[str, ...]:
    """Every file of a generation but the manifest, relative to it."""
    vectors = moments_path(Path(VECTORS)).name
    return (CATALOG, VECTORS, vectors, WINDOWS, *(f"{LEXICAL}/{name}" for name in LEXICAL_FILES))


def _windows(path: Path) -> NDArray[np.int32]:
    """Read the windows' places."""
    try:
        windows: NDArray[np.int32] = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise IndexDamaged(path, zh_errors.DAMAGE_UNREADABLE) from error
    if windows.ndim != 2 or windows.shape[1] != 3 or windows.dtype != np.int32:
        raise IndexDamaged(path, zh_errors.DAMAGE_SHAPE)
    return windows


def _mark(manifest: bytes) -> str:
    """The end of a generation's name, from its manifest."""
    return hashlib.sha256(manifest).hexdigest()[:6]
