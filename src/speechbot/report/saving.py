"""Files that are written at a user's wish, where they harm nothing: the page of a check, an answer."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from speechbot.errors import ReportNotWritable, unreadable
from speechbot.indexing.disk import unwritable
from speechbot.wording import zh_report

if TYPE_CHECKING:
    from collections.abc import Callable

# Stands near the top of every page, so that no other page is overwritten by a slip of the hand.
GENERATOR = "speechbot index --report"
_HEAD = 2048  # bytes in which it stands


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file.

    Attributes:
        suffixes: What its names may end in.
        ours: Whether a file that is there already may be replaced.
        wrong_suffix: Why any other name is refused.
        foreign: Why a file that is not ours stays.
    """

    suffixes: frozenset[str]
    ours: Callable[[Path], bool]
    wrong_suffix: str
    foreign: str


def check_target(path: Path, corpus: Path) -> None:
    """Make sure, before minutes are spent on reading, that a page may be written to ``path``.

    Only an earlier page of ours is replaced. In the corpus the page would be read as a material the next time.

    Raises:
        ReportNotWritable: It may not, or cannot.
    """
    reason = objection(path, corpus, PAGE)
    if reason:
        raise ReportNotWritable(path, reason)


def save(path: Path, text: str) -> None:
    """Write a page in one step: a reader sees the page of before or the new one, never half of one.

    Raises:
        ReportNotWritable: It cannot be written.
    """
    try:
        write(path, text.encode())
    except OSError as error:
        raise ReportNotWritable(path, unwritable(error, Path(os.path.realpath(path)))) from error


def write(path: Path, data: bytes) -> None:
    """Write a file in one step.

    Raises:
        OSError: It cannot be written; what was there is as it was.
    """
    target = Path(os.path.realpath(path))  # the file behind a link is replaced, not the link
    temporary = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        temporary.write_bytes(data)
        os.replace(temporary, target)  # noqa: PTH105 - one name for tests to break
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def objection(path: Path, corpus: Path | None, kind: Kind) -> str:
    """Why a file of a kind must not be written to ``path``, least of all into the corpus; "" where it may."""
    target = Path(os.path.realpath(path))
    try:
        there = target.exists()
        objections = (
            (zh_report.REASON_FOLDER, target.is_dir()),
            (zh_report.REASON_NOT_FILE, there and not target.is_file()),
            (kind.wrong_suffix, path.suffix.lower() not in kind.suffixes),
            (zh_report.REASON_NO_FOLDER, not target.parent.is_dir()),
            (zh_report.REASON_IN_CORPUS, corpus is not None and target.is_relative_to(os.path.realpath(corpus))),
            (kind.foreign, target.is_file() and not kind.ours(target)),
        )
    except OSError as error:
        return unreadable(error)
    return next((reason for reason, holds in objections if holds), "")


def _is_ours(path: Path) -> bool:
    """Whether a file is a page of ours, or empty."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    return not head or GENERATOR.encode() in head


PAGE = Kind(frozenset({".html", ".htm"}), _is_ours, zh_report.REASON_SUFFIX, zh_report.REASON_FOREIGN)
