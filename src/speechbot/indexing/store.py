"""The index folder: generations side by side with a pointer to the live one."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from speechbot.errors import IndexDamaged, IndexLocked, IndexMismatch, IndexNotFound, RollbackError
from speechbot.indexing.disk import broken, replace_text, sync_folder, sync_tree, writing
from speechbot.indexing.generation import MANIFEST, open_generation, write_generation
from speechbot.indexing.lease import Lease
from speechbot.wording import zh_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from speechbot.indexing.generation import Content, Generation
    from speechbot.indexing.manifest import Manifest

CURRENT = "CURRENT"
GENERATIONS = "generations"
LOCK = ".lock"
# One name is enough, since there is one builder at a time.
DRAFT = ".building"
# What the name of a generation that is being removed begins with.
REMOVED = ".removed-"

# The live generation and two to go back to.
KEPT = 3
# Vectors of a build that did not finish.
JOURNAL = "encoded.sqlite"
# Builds that may finish while a reader opens what the pointer said.
_TRIES = 5

_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Status:
    """What ``speechbot status`` tells of an index.

    Attributes:
        index: The index folder.
        generation: Name of the live generation.
        manifest: What it holds.
        size: Bytes of its files.
        generations: All generations, newest first; those before the live one were rolled back.
        files: Names of the corpus files.
        verified: Whether checksums were compared, not only sizes.
    """

    index: Path
    generation: str
    manifest: Manifest
    size: int
    generations: tuple[str, ...]
    files: tuple[str, ...]
    verified: bool

    def to_dict(self) -> dict[str, Any]:
        """The status as ``--json`` prints it; the probe vector and the checksums are left out."""
        model = self.manifest.model
        return {
            "index": str(self.index),
            "generation": self.generation,
            "created": self.manifest.created,
            "version": self.manifest.version,
            "model": {"name": model.name, "dim": model.dim},
            **asdict(self.manifest.counts),
            "files": list(self.files),
            "size": self.size,
            "generations": list(self.generations),
            "verified": self.verified,
        }


def live(index: Path) -> str:
    """Name of the live generation; cheap enough to ask before every question.

    Raises:
        IndexNotFound: There is no index.
        IndexDamaged: The pointer is not a generation's name.
        IndexMismatch: We may not read it.
    """
    pointer = index / CURRENT
    try:
        name = pointer.read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise IndexNotFound(index) from error
    except OSError as error:
        raise broken(pointer, error) from error
    except UnicodeDecodeError as error:
        raise IndexDamaged(pointer, zh_errors.DAMAGE_FOREIGN) from error
    # A name, never a path: the pointer cannot lead out of the index
    if not _NAME.fullmatch(name):
        raise IndexDamaged(pointer, zh_errors.DAMAGE_FOREIGN)
    return name


def open_live(index: Path, *, verify: bool | None = None) -> Generation:
    """Open the live generation.

    Args:
        index: The index folder.
        verify: Whether to compare checksums; None does so for a small index (``generation.VERIFY_LIMIT``).

    Raises:
        IndexNotFound: There is no index.
        IndexDamaged: A file is missing, truncated or altered.
        IndexMismatch: The index is of another format, or we may not read it.
    """
    name = live(index)
    for _ in range(_TRIES):
        try:
            return open_generation(generation_folder(index, name), verify=verify)
        except IndexMismatch:
            # Builders may have published and cleaned up since the pointer was read
            newer = live(index)
            if newer == name:
                raise
            name = newer
    return open_generation(generation_folder(index, name), verify=verify)


def history(index: Path) -> tuple[str, ...]:
    """Names of all generations, newest first.

    Raises:
        IndexMismatch: Their folder cannot be read.
    """
    folder = index / GENERATIONS
    try:
        names = os.listdir(folder)  # noqa: PTH208 - names are all that is wanted
    except (FileNotFoundError, NotADirectoryError):
        names = []
    except OSError as error:
        raise broken(folder, error) from error
    return tuple(sorted(filter(_NAME.fullmatch, names), reverse=True))


def status(index: Path, *, verify: bool = False) -> Status:
    """Describe the live generation.

    Args:
        index: The index folder.
        verify: Whether to compare all checksums, not only whether every file is there and whole.

    Errors as for ``open_live``.
    """
    with open_live(index, verify=verify) as generation:
        manifest = generation.manifest
        size = sum(stamp.size for stamp in manifest.files.values())
        names = tuple(extent.name for extent in generation.catalog.extents())
        return Status(index, generation.name, manifest, size, history(index), names, verify)


@contextmanager
def locked(index: Path) -> Iterator[None]:
    """Be the only one to change the index, which is created if need be; what a dead builder left is removed.

    The lock belongs to the process, so that the kernel frees it however the process ends.

    Raises:
        IndexLocked: Another builder is at work.
        IndexNotWritable: The folder cannot be written.
    """
    import filelock  # noqa: PLC0415 - answering takes no lock

    # Without the kernel's locks a dead builder would lock the index for good: refuse such a file system
    lock = filelock.FileLock(index / LOCK, fallback_to_soft=False)
    with writing(index):
        (index / GENERATIONS).mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout as error:
            raise IndexLocked(index) from error
    try:
        with writing(index):
            _clean(index)
        yield
    finally:
        lock.release()


def publish(index: Path, content: Content, *, check: Callable[[Generation], None] | None = None) -> str:
    """Write a generation aside, check it, then make it live; call it under ``locked``.

    A failure at any point leaves the pointer on a complete generation: the old one, or the new one if only what
    follows the swap failed.

    Args:
        index: The index folder.
        content: What is written.
        check: Called with the new generation before it is live; what it raises stops the build.

    Returns:
        Name of the new generation.

    Raises:
        IndexNotWritable: The disk is full, read-only or not ours to write.
        IndexDamaged: What was written reads back differently.
    """
    before = _current(index)
    with writing(index):
        draft = folder = index / GENERATIONS / DRAFT
        try:
            draft.mkdir()
            mark = write_generation(draft, content)
            sync_tree(draft)
            name = f"{_stamp(index, content.created)}-{mark}"
            # Tested before it has the name of a generation: what a crash leaves with such a name has passed
            tested = draft.with_name(f"{DRAFT}-{name}")
            os.replace(draft, tested)  # noqa: PTH105 - as in disk.py
            folder = tested
            with open_generation(folder, verify=True) as written:
                if check is not None:
                    check(written)
            os.replace(folder, generation_folder(index, name))  # noqa: PTH105 - as in disk.py
            folder = generation_folder(index, name)
            sync_folder(folder.parent)
            # Rolled back from, or never live: left in between, they would be what the next rollback leads to
            _remove(index, [one for one in history(index) if before is not None and before < one < name], held=True)
            _point(index, folder.name)
        except BaseException:
            if _current(index) != folder.name:
                shutil.rmtree(folder, ignore_errors=True)
            raise
    _remove(index, [one for one in history(index)[KEPT:] if one != before])
    return folder.name


def rollback(index: Path) -> str:
    """Make the newest older generation live that is intact.

    Where the live one is lost or damaged and no older one is intact, a newer one will do.

    Returns:
        Its name.

    Raises:
        IndexNotFound: There is no index.
        IndexMismatch: We may not read it.
        RollbackError: No older generation is intact.
        IndexLocked: A builder is at work.
        IndexNotWritable: The folder cannot be written.
    """
    if not history(index):
        raise IndexNotFound(index)
    with locked(index):
        for name in _fallbacks(index):
            if _is_intact(index, name):
                with writing(index):
                    _point(index, name)
                return name
    raise RollbackError(index)


def fallback(index: Path) -> tuple[str, Manifest] | None:
    """What ``rollback`` would lead to now, with what it holds; None where it would fail. Errors as for ``live``."""
    for name in _fallbacks(index):
        if _is_intact(index, name):
            with open_generation(generation_folder(index, name), verify=False) as found:
                return name, found.manifest
    return None


def _fallbacks(index: Path) -> list[str]:
    """What to go back to, best first: what is older than the live generation, what is newer only if that is lost."""
    names, current = history(index), _current(index)
    if current is None:
        return list(names)
    older = [name for name in names if name < current]
    newer = [name for name in names if name > current]
    return older if _is_intact(index, current) else older + newer


def _is_intact(index: Path, name: str) -> bool:
    """Whether a generation can be opened and its checksums agree."""
    try:
        open_generation(generation_folder(index, name), verify=True).close()
    except IndexMismatch:
        return False
    return True


def _remove(index: Path, names: Iterable[str], *, held: bool = False) -> None:
    """Remove generations but those that somebody has open, which a later build removes.

    First a generation loses its name, in one step, so that none is ever found half removed.

    Args:
        index: The index folder.
        names: The generations.
        held: Whether those that somebody has open lose their name as well: their files stay where they are read.
    """
    for name in names:
        folder, removed = generation_folder(index, name), generation_folder(index, f"{REMOVED}{name}")
        claim = Lease.claim(folder / MANIFEST)
        if claim is None and not held:
            continue
        try:
            with suppress(OSError):
                os.replace(folder, removed)  # noqa: PTH105 - as in disk.py
        finally:
            if claim is not None:
                claim.release()
        if claim is not None:
            shutil.rmtree(removed, ignore_errors=True)


def generation_folder(index: Path, name: str) -> Path:
    """Folder of a generation."""
    return index / GENERATIONS / name


def _point(index: Path, name: str) -> None:
    """Make a generation live."""
    replace_text(index / CURRENT, f"{name}\n")


def _current(index: Path) -> str | None:
    """Name of the live generation, or None where the pointer is lost."""
    try:
        return live(index)
    except (IndexNotFound, IndexMismatch):
        return None


def _stamp(index: Path, created: str) -> str:
    """Time in the name of a new generation: later than all others, though the clock may have been set back."""
    moment = datetime.fromisoformat(created).astimezone(UTC)
    names = history(index)
    if names:
        newest = datetime.strptime(names[0].partition("-")[0], _STAMP).replace(tzinfo=UTC)
        moment = max(moment, newest + timedelta(seconds=1))
    return moment.strftime(_STAMP)


def _clean(index: Path) -> None:
    """Remove what a builder that died left behind, and what is read no longer; nothing points to it."""
    for path in (index / GENERATIONS).iterdir():
        if path.name.startswith(DRAFT):
            shutil.rmtree(path)
        elif path.name.startswith(REMOVED):
            claim = Lease.claim(path / MANIFEST)
            if claim is not None:  # None: somebody still reads it
                claim.release()
                shutil.rmtree(path)
