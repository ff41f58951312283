"""The corpus folder turned into decoded sources."""

from __future__ import annotations

import codecs
import hashlib
import os
import re
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from speechbot.errors import CorpusError, SourceError, unreadable
from speechbot.models import Source
from speechbot.wording import zh_corpus, zh_errors

READ_SUFFIXES = frozenset({".txt", ".md"})
# Categories of characters that a name may not hold: controls, halves of characters (bytes that are no UTF-8), line ends.
_UNCITABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})
_NAMED = 3  # files that an error names
_BINARY = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
# The most frequent characters of Chinese prose: a real text has one in every few characters, while bytes read with
# the wrong table give rare ones. Traditional forms are included because GB18030 files may be in either script.
_FREQUENT = frozenset(
    "，。、：；“”的一是不了在人有我他这中大来上国个到说们为和会地出也时要就以生于发成经这對國個們會時說為這來產發學義"
)
# Below this share a text of some length is not Chinese; real ones measure 0.2 and more, wrong tables under 0.03.
_LEAST_FREQUENT = 0.06
_SHORT = 20  # characters; below it the share says nothing


@dataclass(frozen=True, slots=True)
class Material:
    """A file of the corpus that can be read."""

    name: str
    path: Path
    sha256: str
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """All files of a corpus folder; ``skipped`` and ``failed`` are ``(name, reason)``, sorted."""

    materials: tuple[Material, ...]
    skipped: tuple[tuple[str, str], ...]
    failed: tuple[tuple[str, str], ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Corpus:
    """All sources of a corpus folder.

    Attributes:
        sources: Decoded files, sorted by name.
        skipped: Files and links left out, each ``(name, reason)``, sorted by name; control characters are escaped.
        failed: Files that could not be read, likewise.
    """

    sources: tuple[Source, ...]
    skipped: tuple[tuple[str, str], ...]
    failed: tuple[tuple[str, str], ...] = ()


def read_corpus(folder: Path) -> Corpus:
    """Read every ``.txt`` and ``.md`` file under ``folder``.

    Hidden files and folders and what editors leave beside a file are passed over; links that lead to a folder or out of
    the corpus are not followed, since what lies there may be anything and of any size.

    Raises:
        CorpusError: When the folder is missing or holds nothing to read.
        SourceError: When one of the files or folders in it cannot be read.
    """
    materials, skipped = _listed(folder)
    sources: list[Source] = []
    for name, path in materials:
        source = read_source(path, name=name)
        if source.text.strip():
            sources.append(source)
        else:
            skipped.append((name, zh_corpus.SKIPPED_EMPTY))
    if not sources:
        raise _nothing(folder, skipped)
    return Corpus(tuple(sources), tuple(sorted(skipped)))


def list_corpus(folder: Path) -> Listing:
    """List and hash the files of a corpus."""
    materials, skipped = _listed(folder)
    failed, found = [], []
    for name, path in materials:
        if path.exists() and not path.is_file():
            failed.append((name, zh_corpus.REASON_NOT_FILE))
            continue
        try:
            found.append(Material(name, path, hashlib.sha256(path.read_bytes()).hexdigest()))
        except OSError as error:
            failed.append((name, zh_corpus.REASON_UNREADABLE.format(detail=unreadable(error))))
    return Listing(tuple(found), tuple(skipped), tuple(failed))


def read_material(material: Material) -> Source:
    """Read one file of a corpus; errors as for ``read_source``."""
    return read_source(material.path, name=material.name)


def check_corpus(folder: Path) -> None:
    """Make sure that a corpus holds files to read, without reading them; errors as for ``read_corpus``."""
    materials, skipped = _listed(folder)
    if not materials:
        raise _nothing(folder, skipped)


def read_source(path: Path, *, name: str) -> Source:
    """Read one file.

    Raises:
        SourceError: When it cannot be opened or is not text in a known encoding.
    """
    if path.exists() and not path.is_file():
        # A pipe or device would keep the build waiting.
        raise SourceError(zh_corpus.REASON_NOT_FILE, path=path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(zh_corpus.REASON_UNREADABLE.format(detail=unreadable(error)), path=path) from error
    text, encoding = decode(data, path=path)
    return Source(name=name, encoding=encoding, sha256=hashlib.sha256(data).hexdigest(), text=text)


def decode(data: bytes, *, path: Path) -> tuple[str, str]:
    """Decode a whole file strictly; line ends stay as they are.

    Args:
        data: The file's bytes.
        path: Where they come from, for the error.

    Returns:
        The text without byte order mark, with the codec's name: ``utf-8``, ``utf-8-sig``, ``utf-16`` or ``gb18030``.

    Raises:
        SourceError: When the bytes are not text in one of these encodings.
    """
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise SourceError(zh_corpus.REASON_UTF32, path=path)
    for encoding in _candidates(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        _check_text(text, data, encoding, path)
        return text, encoding
    raise SourceError(zh_corpus.REASON_UTF16 if _is_utf16(data, "") else zh_corpus.REASON_ENCODING, path=path)


def _candidates(data: bytes) -> tuple[str, ...]:
    """Encodings to try, in order; a byte order mark leaves no choice."""
    if data.startswith(codecs.BOM_UTF8):
        return ("utf-8-sig",)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    return ("utf-8", "gb18030")


def _check_text(text: str, data: bytes, encoding: str, path: Path) -> None:
    """Raise SourceError when a successful decoding is not a text all the same."""
    unmarked = encoding in {"utf-8", "gb18030"}
    binary = _BINARY.search(text)
    if unmarked and (binary or encoding == "gb18030") and _is_utf16(data, text):
        raise SourceError(zh_corpus.REASON_UTF16, path=path)
    if binary:
        raise SourceError(zh_corpus.REASON_BINARY.format(position=binary.start() + 1, code=ord(binary[0])), path=path)
    if encoding == "gb18030" and not _is_plausible(text):
        raise SourceError(zh_corpus.REASON_ENCODING, path=path)


def _is_utf16(data: bytes, text: str) -> bool:
    """Whether ``data`` reads better as UTF-16 without a byte order mark than as ``text``."""
    share = _frequent_share(text)
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            guess = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _BINARY.search(guess) and _frequent_share(guess) > max(share, _LEAST_FREQUENT):
            return True
    return False


def _is_plausible(text: str) -> bool:
    """Whether text that GB18030 accepted is Chinese, not bytes of another table."""
    strange = sum(unicodedata.category(char) in {"Co", "Cn"} for char in text)
    if strange * 20 > len(text):
        return False
    han = sum("一" <= char <= "鿿" for char in text)
    return han < _SHORT or _frequent_share(text) >= _LEAST_FREQUENT


def _frequent_share(text: str) -> float:
    """Share of ``text`` that is among the most frequent characters, in [0, 1]."""
    return sum(char in _FREQUENT for char in text) / len(text) if text else 0.0


def _listed(folder: Path) -> tuple[list[tuple[str, Path]], list[tuple[str, str]]]:
    """Name and path of each material, name and reason of each file and folder left out; both sorted by name."""
    materials: list[tuple[str, Path]] = []
    skipped: list[tuple[str, str]] = []
    for name, path in _entries(folder):
        reason = _passed_over(path, folder)
        if reason:
            skipped.append((_printable(name), reason))
        elif _UNCITABLE & set(map(unicodedata.category, name)):
            raise SourceError(zh_corpus.REASON_NAME, path=Path(_printable(name)))
        else:
            materials.append((name, path))
    return materials, skipped


def _entries(folder: Path) -> list[tuple[str, Path]]:
    """Names relative to ``folder`` with paths of all visible files and links to folders below it, sorted by name."""

    def refuse(error: OSError) -> None:
        path = Path(error.filename)
        if path == folder:
            raise _closed(folder, error) from error
        shown = folder / _printable(path.relative_to(folder).as_posix())
        raise SourceError(zh_corpus.REASON_FOLDER.format(detail=unreadable(error)), path=shown) from error

    _check_folder(folder)
    found: list[tuple[str, Path]] = []
    for root, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [path for path in (Path(root, name) for name in folders) if path.is_symlink()]
        paths = [Path(root, name) for name in files if not (name.startswith((".", "~")) or name.endswith("~"))]
        found.extend((path.relative_to(folder).as_posix(), path) for path in (*links, *paths))
    return sorted(found)


def _check_folder(folder: Path) -> None:
    """Raise CorpusError unless ``folder`` is one."""
    try:
        mode = folder.stat().st_mode
    except (FileNotFoundError, NotADirectoryError) as error:
        raise CorpusError(zh_corpus.CORPUS_MISSING.format(path=folder), path=folder) from error
    except OSError as error:
        raise _closed(folder, error) from error
    if not stat.S_ISDIR(mode):
        raise CorpusError(zh_corpus.CORPUS_NOT_FOLDER.format(path=folder), path=folder)


def _passed_over(path: Path, folder: Path) -> str:
    """Why a visible file or link is left out, or "" when it is a material."""
    if os.path.isdir(path):  # noqa: PTH112 - pathlib raises where it may not look
        return zh_corpus.SKIPPED_FOLDER_LINK
    if path.suffix.lower() not in READ_SUFFIXES:
        return zh_corpus.SKIPPED_TYPE.format(suffix=_printable(path.suffix or path.name))
    if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        return zh_corpus.SKIPPED_OUTSIDE
    return ""


def _closed(folder: Path, error: OSError) -> CorpusError:
    """The error for a corpus folder that is there but cannot be opened."""
    return CorpusError(zh_corpus.CORPUS_UNREADABLE.format(path=folder, detail=unreadable(error)), path=folder)


def _nothing(folder: Path, skipped: list[tuple[str, str]]) -> CorpusError:
    """The error for a corpus without a readable text; it names what was found instead."""
    if not skipped:
        return CorpusError(zh_corpus.CORPUS_EMPTY.format(path=folder), path=folder)
    shown = zh_errors.CONFIG_SEPARATOR.join(
        zh_corpus.CORPUS_SKIPPED.format(name=name, reason=reason) for name, reason in sorted(skipped)[:_NAMED]
    )
    more = zh_corpus.CORPUS_SKIPPED_MORE.format(count=len(skipped)) if len(skipped) > _NAMED else ""
    return CorpusError(zh_corpus.CORPUS_NONE_READ.format(path=folder, skipped=shown + more), path=folder)


def _printable(name: str) -> str:
    """A file's name as it can be shown in one line: what cannot be cited is escaped."""
    return "".join(
        char.encode("unicode_escape").decode() if unicodedata.category(char) in _UNCITABLE else char for char in name
    )
