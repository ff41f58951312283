"""One generation of the index: a folder of files that are written once, then only read."""

from __future__ import annotations

import hashlib
import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from speechbot.errors import IndexDamaged
from speechbot.indexing.catalog import Catalog
from speechbot.indexing.disk import broken, sha256
from speechbot.indexing.lease import Lease
from speechbot.indexing.lexical import FILES as LEXICAL_FILES
from speechbot.indexing.lexical import LexicalFields
from speechbot.indexing.manifest import Counts, FileStamp, Manifest, ModelCard
from speechbot.indexing.pieces import count, new_rows, window_places
from speechbot.indexing.schema import write_catalog
from speechbot.indexing.vectors import VectorIndex, moments_path, scan_path, scanned
from speechbot.wording import zh_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from speechbot.indexing.pieces import Piece

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
        pieces: The corpus files by name, those that did not change taken over from ``before``; passages are numbered
            (row) as they stand there, one speech after another.
        before: The generation that files are taken over from, if any are.
        vectors: Pieces of (m, dim) float32, unit rows, together one row for each window of ``pieces``.
        lexical: The fresh passages' tokens, in their order.
        model: The model that made the vectors.
        created: UTC time, ISO 8601.
        version: Version of speechbot.
        words: Words that the corpus adds to the segmenter's dictionary.
    """

    pieces: Sequence[Piece]
    before: Generation | None
    vectors: Iterable[NDArray[np.float32]]
    lexical: LexicalFields
    model: ModelCard
    created: str
    version: str
    words: tuple[str, ...] = ()


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
        lease: Keeps builders from removing the files.
    """

    path: Path
    manifest: Manifest
    catalog: Catalog
    vectors: VectorIndex
    windows: NDArray[np.int32]
    lexical: LexicalFields
    lease: Lease

    @property
    def name(self) -> str:
        """Name of the generation."""
        return self.path.name

    def close(self) -> None:
        """Close the files; nothing can be read afterwards."""
        self.catalog.close()
        self.vectors.close()
        self.lease.release()

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
    before = content.before
    (folder / LEXICAL).mkdir()
    write_catalog(folder / CATALOG, content.pieces, before=None if before is None else before.path / CATALOG)
    VectorIndex.collect(content.vectors, dim=content.model.dim).save(folder / VECTORS)
    windows = window_places(content.pieces, None if before is None else before.windows)
    with (folder / WINDOWS).open("wb") as file:
        np.save(file, windows, allow_pickle=False)
    lexical = content.lexical
    if before is not None:
        places, fresh = new_rows(content.pieces, len(before.catalog))
        lexical = before.lexical.replaced(places, lexical, fresh)
    lexical.save(folder / LEXICAL)
    counts = Counts(**{what: count(content.pieces, what) for what in ("sources", "speeches", "passages", "windows")})
    manifest = Manifest(
        created=content.created,
        version=content.version,
        model=content.model,
        counts=counts,
        files={
            name: FileStamp((folder / name).stat().st_size, sha256(folder / name))
            for name in _names(counts.windows, content.model.dim)
        },
        words=content.words,
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
    lease = Lease.take(path / MANIFEST)
    with ExitStack() as opened:
        opened.callback(lease.release)
        manifest = read_manifest(path)
        check_files(path, manifest, verify=verify)
        vectors = VectorIndex.load(path / VECTORS)
        opened.callback(vectors.close)
        lexical, windows = LexicalFields.load(path / LEXICAL), _windows(path / WINDOWS)
        catalog = Catalog(path / CATALOG)
        opened.callback(catalog.close)
        of_passages = {len(catalog), len(lexical.passages), len(lexical.headings)}
        of_windows = {len(windows), len(vectors)}
        counted = ({manifest.counts.passages}, {manifest.counts.windows})
        if counted != (of_passages, of_windows) or vectors.dim != manifest.model.dim:
            raise IndexDamaged(path, zh_errors.DAMAGE_COUNT)
        opened.pop_all()
    return Generation(path, manifest, catalog, vectors, windows, lexical, lease)


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
    if set(manifest.files) != set(_names(manifest.counts.windows, manifest.model.dim)):
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


def _names(windows: int, dim: int) -> tuple[str, ...]:
    """Every file of a generation but the manifest, relative to it; one for many windows has codes to scan."""
    beside = [moments_path(Path(VECTORS)).name]
    if scanned(windows, dim):
        beside.append(scan_path(Path(VECTORS)).name)
    return (CATALOG, VECTORS, *beside, WINDOWS, *(f"{LEXICAL}/{name}" for name in LEXICAL_FILES))


def _windows(path: Path) -> NDArray[np.int32]:
    """Read the windows' places."""
    try:
        windows: NDArray[np.int32] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise IndexDamaged(path, zh_errors.DAMAGE_UNREADABLE) from error
    if windows.ndim != 2 or windows.shape[1] != 3 or windows.dtype != np.int32:
        raise IndexDamaged(path, zh_errors.DAMAGE_SHAPE)
    return np.asarray(windows)


def _mark(manifest: bytes) -> str:
    """The end of a generation's name, from its manifest."""
    return hashlib.sha256(manifest).hexdigest()[:6]
