"""Files on their way into the corpus and out of it: kept aside, moved in one step, never deleted."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import time
import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from speechbot.errors import CorpusError
from speechbot.indexing.disk import sha256, sync_folder, unwritable
from speechbot.reading.corpus import READ_SUFFIXES, list_corpus
from speechbot.reading.sidecar import SUFFIX, is_sidecar
from speechbot.wording import zh_admin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_DAY = 86_400
_LONGEST = 200  # bytes of a name: 255 is what file systems take, and sidecars and drafts have longer ones
_TOKEN = re.compile(r"[0-9a-f]{16}")
_UNSAFE = re.compile(r'[<>:"/\\|?*]+')
# Control characters, marks of direction and the like, halves of characters, private ones, line ends
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")  # devices, on Windows
_CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Twin:
    """What the corpus has of a file that is to come.

    Attributes:
        replaces: Whether a file has its name.
        same: Name of a file with the same bytes; "" for none.
    """

    replaces: bool
    same: str


@dataclass(slots=True)
class Move:
    """Files moved, so that they can be moved back; steps are undone in turn, the last one first."""

    steps: list[Callable[[], None]] = field(default_factory=list)

    def undo(self) -> None:
        """Put everything back where it was."""
        while self.steps:
            self.steps.pop()()


class Staging:
    """Files aside; everything here blocks.

    Folders ``uploads`` and ``removed`` lie beside the file of the bot's state, outside the corpus. Each method raises
    ``CorpusError`` where a folder cannot be written, with the reason.
    """

    def __init__(self, corpus: Path, aside: Path, clock: Callable[[], float] = time.time) -> None:
        """Set up.

        Args:
            corpus: The corpus folder.
            aside: Where ``uploads`` and ``removed`` are.
            clock: Unix seconds.
        """
        self._corpus = corpus
        self._uploads = aside / "uploads"
        self._removed = aside / "removed"
        self._clock = clock

    def begin(self) -> tuple[str, Path]:
        """A token and its new folder, for one file; folders of yesterday's files are removed."""
        self._sweep()
        token = secrets.token_hex(8)
        folder = self._uploads / token
        with _explained(folder):
            folder.mkdir(mode=0o700, parents=True)
        return token, folder

    def find(self, token: str) -> Path | None:
        """The file of a token; None where it is gone."""
        folder = self._folder(token)
        if folder is None or not folder.is_dir():
            return None
        return next((path for path in sorted(folder.iterdir()) if path.is_file()), None)

    def drop(self, token: str) -> None:
        """Forget the file of a token."""
        folder = self._folder(token)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def twin(self, path: Path) -> Twin:
        """What the corpus has already of a file; an empty or missing corpus has nothing."""
        try:
            materials = list_corpus(self._corpus).materials
        except CorpusError:
            return Twin(replaces=False, same="")
        digest = sha256(path)
        same = sorted((one.name != path.name, one.name) for one in materials if one.sha256 == digest)
        return Twin(replaces=any(one.name == path.name for one in materials), same=same[0][1] if same else "")

    def bring_in(self, token: str, path: Path) -> Move:
        """Put a copy of a file into the corpus, in one step; what had its name is kept under ``removed``.

        Not into a corpus without materials: there was one to build the index from, it is not mounted or was moved away,
        and an index of the new file alone would go live.
        """
        try:
            self.names()
        except CorpusError as error:
            raise CorpusError(zh_admin.CORPUS_GONE.format(path=self._corpus), path=self._corpus) from error
        target = self._corpus / path.name
        move = Move()
        with _explained(self._corpus):
            if target.is_file():
                kept = self._aside() / path.name
                shutil.copy2(target, kept)
                move.steps.append(lambda: self._place(kept, target, token))
            else:
                move.steps.append(lambda: target.unlink(missing_ok=True))  # the copy: the file itself is aside
            self._place(path, target, token)
        return move

    def names(self) -> tuple[str, ...]:
        """Names of the materials, sorted.

        Raises:
            CorpusError: The corpus is missing, empty or unreadable.
        """
        return tuple(one.name for one in list_corpus(self._corpus).materials)

    def take_out(self, name: str) -> Move:
        """Move a material, with what is written beside it, to ``removed``; ``name`` is one of ``names``."""
        move = Move()
        with _explained(self._corpus):
            folder = self._aside()
            try:
                for one in (name, *self._sidecars(name)):
                    source, target = self._corpus / one, folder / one
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.move(source, target)
                    move.steps.append(lambda source=source, target=target: _restore(target, source))  # type: ignore[misc]
            except OSError:
                move.undo()
                raise
        return move

    def _sidecars(self, name: str) -> list[str]:
        """Sidecars of a material alone: of its whole name, or of its name without suffix where no other has that."""
        path = self._corpus / name
        stem = name.removesuffix(path.suffix)
        others = [one for one in self.names() if one != name and one.removesuffix(Path(one).suffix) == stem]
        calls = [name] if others else [name, stem]
        return [call + SUFFIX for call in calls if (self._corpus / (call + SUFFIX)).is_file()]

    def _place(self, source: Path, target: Path, token: str) -> None:
        """Copy a file to its place in one step: the corpus may lie on another disk, and be read meanwhile."""
        draft = target.with_name(f".{token}.new")  # hidden: no build takes it for a material
        try:
            with source.open("rb") as given, draft.open("wb") as taken:
                shutil.copyfileobj(given, taken)
                taken.flush()
                os.fsync(taken.fileno())
            os.replace(draft, target)  # noqa: PTH105 - as in disk.py
        finally:
            draft.unlink(missing_ok=True)
        sync_folder(target.parent)

    def _aside(self) -> Path:
        """A new folder for what leaves the corpus, named after the time in China."""
        moment = datetime.fromtimestamp(self._clock(), UTC).astimezone(_CHINA)
        base = moment.strftime("%Y%m%d-%H%M%S")
        self._removed.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = 1
        while True:
            folder = self._removed / (base if number == 1 else f"{base}-{number}")
            try:
                folder.mkdir()
            except FileExistsError:
                number += 1
            else:
                return folder

    def _folder(self, token: str) -> Path | None:
        return self._uploads / token if _TOKEN.fullmatch(token) else None

    def _sweep(self) -> None:
        """Remove what nobody decided about for a day."""
        if not self._uploads.is_dir():
            return
        for folder in self._uploads.iterdir():
            try:
                old = folder.stat().st_mtime < self._clock() - _DAY
            except OSError:
                continue  # another upload was quicker
            if old and _TOKEN.fullmatch(folder.name):
                shutil.rmtree(folder, ignore_errors=True)


def safe_name(given: str) -> str:
    """A name under which every system can keep a file, Chinese kept; "" where speechbot reads no such files."""
    base = unicodedata.normalize("NFC", re.split(r"[/\\]", given)[-1])
    visible = "".join(" " if char.isspace() else char for char in base)
    shown = "".join(char for char in visible if unicodedata.category(char) not in _INVISIBLE)
    stem, dot, suffix = " ".join(_UNSAFE.sub(" ", shown).split()).rpartition(".")
    if not dot or f".{suffix.lower()}" not in READ_SUFFIXES:
        return ""
    # Hidden files, and what editors leave behind, are passed over
    stem = stem.strip(" .~")
    room = _LONGEST - len(suffix) - 1
    stem = stem.encode()[:room].decode(errors="ignore").strip(" .~") or zh_admin.UPLOAD_NAME
    if _RESERVED.fullmatch(stem):
        stem = f"_{stem}"
    name = f"{stem}.{suffix}"
    return "" if is_sidecar(name) else name


def key(name: str) -> str:
    """A material's name as a button can carry it, of any length."""
    return hashlib.blake2b(name.encode(errors="surrogateescape"), digest_size=8).hexdigest()


def _restore(kept: Path, source: Path) -> None:
    """Move a file back, unless somebody has put another one there meanwhile."""
    if not source.exists():
        source.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(kept, source)


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = zh_admin.NOT_WRITABLE.format(path=folder, reason=unwritable(error, folder))
        raise CorpusError(message, path=folder) from error
