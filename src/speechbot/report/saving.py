"""The page of a check, written where it harms nothing."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from speechbot.errors import ReportNotWritable, unreadable
from speechbot.indexing.disk import unwritable
from speechbot.wording import zh_report

# Stands near the top of every page, so that no other page is overwritten by a slip of the hand.
GENERATOR = "speechbot index --report"
_HEAD = 2048  # bytes in which it stands
_SUFFIXES = frozenset({".html", ".htm"})


def check_target(path: Path, corpus: Path) -> None:
    """Make sure, before minutes are spent on reading, that a page may be written to ``path``.

    Only an earlier page of ours is replaced. In the corpus the page would be read as a material the next time.

    Raises:
        ReportNotWritable: It may not, or cannot.
    """
    reason = _objection(path, corpus)
    if reason:
        raise ReportNotWritable(path, reason)


def save(path: Path, text: str) -> None:
    """Write a page in one step: a reader sees the page of before or the new one, never half of one.

    Raises:
        ReportNotWritable: It cannot be written.
    """
    target = Path(os.path.realpath(path))  # the file behind a link is replaced, not the link
    temporary = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        os.replace(temporary, target)  # noqa: PTH105 - one name for tests to break
    except OSError as error:
        raise ReportNotWritable(path, unwritable(error, target)) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _objection(path: Path, corpus: Path) -> str:
    """Why a page must not be written to ``path``; "" where it may."""
    target = Path(os.path.realpath(path))
    try:
        there = target.exists()
        objections = (
            (zh_report.REASON_FOLDER, target.is_dir()),
            (zh_report.REASON_NOT_FILE, there and not target.is_file()),
            (zh_report.REASON_SUFFIX, path.suffix.lower() not in _SUFFIXES),
            (zh_report.REASON_NO_FOLDER, not target.parent.is_dir()),
            (zh_report.REASON_IN_CORPUS, target.is_relative_to(os.path.realpath(corpus))),
            (zh_report.REASON_FOREIGN, target.is_file() and not _is_ours(target)),
        )
    except OSError as error:
        return unreadable(error)
    return next((reason for reason, holds in objections if holds), "")


def _is_ours(path: Path) -> bool:
    """Whether a file is a page of ours, or empty."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    return not head or GENERATOR.encode() in head
