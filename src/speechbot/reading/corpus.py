"""The corpus folder: what is in it, and each file of it read by the reader of its format."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from speechbot.errors import CorpusError, SourceError, unreadable
from speechbot.models import Source
from speechbot.reading.decoding import decode
from speechbot.reading.sidecar import is_sidecar, read_sidecars
from speechbot.wording import zh_corpus, zh_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PLAIN = frozenset({".txt", ".md"})
PAGES = frozenset({".html", ".htm"})
OFFICE = frozenset({".doc", ".wps", ".rtf"})
READ_SUFFIXES = PLAIN | PAGES | OFFICE | {".docx", ".pdf"}
LARGEST = 200_000_000  # bytes of a file; 138 speeches have 20 MB between them
LARGEST_TEXT = 20_000_000  # of a text, as long as a library of speeches too; the parser takes minutes at worst
LARGEST_PAGE = 20_000_000  # of a web page, as large as a library of speeches; its tree takes some ten times as much
# Categories of characters that a name may not hold: controls, halves of characters (bytes that are no UTF-8), line ends.
_UNCITABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})
_STRAY = frozenset({"thumbs.db", "desktop.ini"})
_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".heic"})
_NAMED = 3  # files that an error names
_PDF = b"%PDF-"
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RTF = b"{\\rtf"
# The stream of an OLE file that holds a .docx under a password.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# Atomic: a run of comments can be read as fewer, longer ones in more ways than anybody can wait for.
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:(?><!--.{0,500}?-->)\s*)*<(?:!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)

Left = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Material:
    """A file that can be read, not read yet.

    Attributes:
        name: Path relative to the corpus folder, with ``/`` between parts.
        path: Where it lies.
        sha256: Hex digest of its bytes when it was listed.
        notes: What the sidecar files say of it, as canonical JSON; "" where they say nothing.
    """

    name: str
    path: Path
    sha256: str
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """What lies in a corpus folder.

    Attributes:
        materials: Files to read, sorted by name.
        skipped: Files and links that are left out, each ``(name, reason)``, sorted by name; control characters are escaped.
        failed: Files and folders that should be read and cannot be opened, and what is wrong in sidecar files, likewise.
        words: Words that the sidecar files add to the segmenter's dictionary.
    """

    materials: tuple[Material, ...]
    skipped: Left
    failed: Left
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Corpus:
    """All sources of a corpus folder.

    Attributes:
        sources: Files that were read, sorted by name.
        skipped: Files and links left out, each ``(name, reason)``, sorted by name; control characters are escaped.
        failed: Files and folders that should have been read and could not, likewise; the reason says how to fix it.
    """

    sources: tuple[Source, ...]
    skipped: Left
    failed: Left = ()


def list_corpus(folder: Path) -> Listing:
    """Find and hash the files under ``folder`` that can be read; none is decoded.

    Hidden files and folders and what editors leave beside a file are passed over, as are the sidecar files
    (``*.meta.yaml``, ``corpus.yaml``); links that lead to a folder or out of the corpus are not followed, since what lies
    there may be anything and of any size.

    Raises:
        CorpusError: When the folder is missing, cannot be opened or holds no file to read.
    """
    found = _found(folder, _material)
    if not found.materials:
        raise nothing_read(folder, found.skipped, found.failed)
    sidecars = read_sidecars(folder, [material.name for material in found.materials])
    materials = tuple(replace(material, notes=sidecars.notes.get(material.name, "")) for material in found.materials)
    problems = [(_printable(name), _printable(reason)) for name, reason in sidecars.problems]
    return Listing(materials, found.skipped, tuple(sorted([*found.failed, *problems])), sidecars.words)


def check_corpus(folder: Path) -> None:
    """Make sure that a corpus holds files to read, without reading them; errors as for ``list_corpus``."""
    found = _found(folder, lambda name, path: Material(name, path, ""))
    if not found.materials:
        raise nothing_read(folder, found.skipped, found.failed)


def read_material(material: Material) -> Source:
    """Read one file; its text is blank where the file holds none.

    The format is that of the content where it shows: a .doc that is a web page or a renamed .docx is read as what it is.

    Raises:
        SourceError: When it cannot be opened, or not be read as the format that it is in; the reason says what to do.
    """
    path = material.path
    try:
        _check_file(path.stat(), path)
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(zh_corpus.REASON_UNREADABLE.format(detail=unreadable(error)), path=path) from error
    try:
        text, encoding = _read(data, path)
    except OSError as error:
        # The bytes are here: what fails is the folder for temporary files, or the start of another program
        raise SourceError(zh_corpus.REASON_SCRATCH.format(detail=unreadable(error)), path=path) from error
    return Source(
        name=material.name, encoding=encoding, sha256=hashlib.sha256(data).hexdigest(), text=text, notes=material.notes
    )


def read_corpus(folder: Path) -> Corpus:
    """Read every file under ``folder`` that can be read; one that cannot does not stop the others.

    Raises:
        CorpusError: When the folder is missing, cannot be opened or holds nothing that could be read.
    """
    listing = list_corpus(folder)
    skipped, failed = [*listing.skipped], [*listing.failed]
    read = [read_or_note(material, skipped, failed) for material in listing.materials]
    sources = [source for source in read if source is not None]
    if not sources:
        raise nothing_read(folder, skipped, failed)
    return Corpus(tuple(sources), tuple(sorted(skipped)), tuple(sorted(failed)))


def read_or_note(material: Material, skipped: list[tuple[str, str]], failed: list[tuple[str, str]]) -> Source | None:
    """Read one file; one that is blank is added to ``skipped``, one that cannot be read to ``failed``."""
    try:
        source = read_material(material)
    except SourceError as error:
        failed.append((material.name, error.reason))
        return None
    if not source.text.strip():
        skipped.append((material.name, zh_corpus.SKIPPED_EMPTY))
        return None
    return source


def require_all(folder: Path, failed: Left) -> None:
    """Raise CorpusError, naming the first of them, where files could not be read."""
    if failed:
        raise CorpusError(zh_corpus.CORPUS_STRICT.format(count=len(failed), failed=_named(failed)), path=folder)


def nothing_read(folder: Path, skipped: Iterable[tuple[str, str]], failed: Iterable[tuple[str, str]]) -> CorpusError:
    """The error for a corpus without a readable text; it names what was found instead."""
    left = sorted([*failed]) + sorted([*skipped])
    if not left:
        return CorpusError(zh_corpus.CORPUS_EMPTY.format(path=folder, formats=zh_corpus.FORMATS), path=folder)
    return CorpusError(zh_corpus.CORPUS_NONE_READ.format(path=folder, skipped=_named(left)), path=folder)


def _read(data: bytes, path: Path) -> tuple[str, str]:
    """Text of a file, with the codec or format that it was read by."""
    suffix = path.suffix.lower()
    if not data:
        return "", "utf-8"
    # Each reader is loaded by the first file that needs it.
    if data.startswith(_PDF) or suffix == ".pdf":
        from speechbot.reading.paper import read_paper  # noqa: PLC0415

        return read_paper(data, path=path), "pdf"
    if data.startswith((_OLE, _RTF)):
        return _converted(data, path)
    page = _PAGE.match(data[:2000])
    if (data.startswith(_ZIP) and suffix not in PLAIN | PAGES) or (suffix == ".docx" and not page):
        from speechbot.reading.word import read_word  # noqa: PLC0415

        return read_word(data, path=path), "docx"
    if suffix not in PLAIN and (suffix in PAGES or page):
        _check_size(len(data), LARGEST_PAGE, path)
        from speechbot.reading.markup import read_markup  # noqa: PLC0415

        return read_markup(data, path=path), "html"
    _check_size(len(data), LARGEST_TEXT, path)
    try:
        return decode(data, path=path)
    except SourceError as error:
        if suffix in OFFICE:
            raise SourceError(zh_corpus.REASON_UNKNOWN_DOCUMENT, path=path) from error
        raise


def _converted(data: bytes, path: Path) -> tuple[str, str]:
    """Text of a document that LibreOffice has to convert."""
    from speechbot.reading.office import converted  # noqa: PLC0415
    from speechbot.reading.word import read_word  # noqa: PLC0415

    if data.startswith(_OLE) and _ENCRYPTED in data:
        raise SourceError(zh_corpus.REASON_LOCKED, path=path)
    kind = "rtf" if data.startswith(_RTF) else "wps" if path.suffix.lower() == ".wps" else "doc"
    return read_word(converted(data, path=path), path=path), kind


def _material(name: str, path: Path) -> Material:
    """A file, hashed; SourceError where it cannot be opened or is too large."""
    try:
        status = path.stat()
        _check_file(status, path)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(zh_corpus.REASON_UNREADABLE.format(detail=unreadable(error)), path=path) from error
    return Material(name, path, digest)


def _check_file(status: os.stat_result, path: Path) -> None:
    """Raise SourceError unless this is a file of a size that can be read; a pipe would keep a build waiting."""
    if not stat.S_ISREG(status.st_mode):
        raise SourceError(zh_corpus.REASON_PIPE, path=path)
    _check_size(status.st_size, LARGEST, path)


def _check_size(size: int, limit: int, path: Path) -> None:
    """Raise SourceError for more bytes than are read."""
    if size > limit:
        shown = {"size": size // 1_000_000, "limit": limit // 1_000_000}
        raise SourceError(zh_corpus.REASON_SIZE.format(**shown), path=path)


def _found(folder: Path, make: Callable[[str, Path], Material]) -> Listing:
    """What lies in a folder, each file to read made a material."""
    materials: list[Material] = []
    skipped: list[tuple[str, str]] = []
    entries, failed = _entries(folder)
    for name, path in entries:
        reason = _passed_over(path, folder)
        if reason:
            skipped.append((_printable(name), reason))
        elif _UNCITABLE & set(map(unicodedata.category, name)):
            failed.append((_printable(name), zh_corpus.REASON_NAME))
        else:
            try:
                materials.append(make(name, path))
            except SourceError as error:
                failed.append((name, error.reason))
    return Listing(tuple(materials), tuple(sorted(skipped)), tuple(sorted(failed)))


def _entries(folder: Path) -> tuple[list[tuple[str, Path]], list[tuple[str, str]]]:
    """Names relative to ``folder`` with paths of all visible files and links to folders below it, sorted by name.

    Beside them the folders that cannot be opened, each with the reason.
    """
    closed: list[tuple[str, str]] = []

    def note(error: OSError) -> None:
        path = Path(error.filename)
        if path == folder:
            raise _closed(folder, error) from error
        name = _printable(path.relative_to(folder).as_posix())
        closed.append((name, zh_corpus.REASON_FOLDER.format(detail=unreadable(error))))

    _check_folder(folder)
    found: list[tuple[str, Path]] = []
    for root, folders, files in os.walk(folder, onerror=note):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [path for path in (Path(root, name) for name in folders) if os.path.islink(path)]  # noqa: PTH114 - as in ``_passed_over``
        paths = [Path(root, name) for name in files if not _is_aside(name)]
        named = [(path.relative_to(folder).as_posix(), path) for path in (*links, *paths)]
        found.extend((name, path) for name, path in named if not is_sidecar(name))
    return sorted(found), closed


def _is_aside(name: str) -> bool:
    """Whether a file is hidden, or left by an editor or a file manager."""
    return name.startswith((".", "~")) or name.endswith("~") or name.lower() in _STRAY


def _check_folder(folder: Path) -> None:
    """Raise CorpusError unless ``folder`` is one."""
    try:
        mode = folder.stat().st_mode
    except (FileNotFoundError, NotADirectoryError) as error:
        message = zh_corpus.CORPUS_MISSING.format(path=folder, formats=zh_corpus.FORMATS)
        raise CorpusError(message, path=folder) from error
    except OSError as error:
        raise _closed(folder, error) from error
    if not stat.S_ISDIR(mode):
        raise CorpusError(zh_corpus.CORPUS_NOT_FOLDER.format(path=folder), path=folder)


def _passed_over(path: Path, folder: Path) -> str:
    """Why a visible file or link is left out, or "" when it is a material."""
    if os.path.isdir(path):  # noqa: PTH112 - pathlib raises where it may not look
        return zh_corpus.SKIPPED_FOLDER_LINK
    if path.suffix.lower() in _PICTURES:
        return zh_corpus.SKIPPED_PICTURE
    if path.suffix.lower() not in READ_SUFFIXES:
        return zh_corpus.SKIPPED_TYPE.format(suffix=_printable(path.suffix or path.name))
    if os.path.islink(path) and not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):  # noqa: PTH114 - likewise
        return zh_corpus.SKIPPED_OUTSIDE
    return ""


def _closed(folder: Path, error: OSError) -> CorpusError:
    """The error for a corpus folder that is there but cannot be opened."""
    return CorpusError(zh_corpus.CORPUS_UNREADABLE.format(path=folder, detail=unreadable(error)), path=folder)


def _named(left: Iterable[tuple[str, str]]) -> str:
    """The first of some files with their reasons, and how many there are."""
    files = [*left]
    shown = zh_errors.CONFIG_SEPARATOR.join(
        zh_corpus.CORPUS_SKIPPED.format(name=name, reason=reason) for name, reason in files[:_NAMED]
    )
    return shown + (zh_corpus.CORPUS_SKIPPED_MORE.format(count=len(files)) if len(files) > _NAMED else "")


def _printable(name: str) -> str:
    """A file's name as it can be shown in one line: what cannot be cited is escaped."""
    return "".join(
        char.encode("unicode_escape").decode() if unicodedata.category(char) in _UNCITABLE else char for char in name
    )
