"""Durable files: old text or new, and one clear error when they cannot be written."""

from __future__ import annotations

import errno
import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from speechbot.disk import replace_text, sha256, sync_tree, writing
from speechbot.errors import IndexNotWritable

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermissionError(errno.EACCES, "denied"), "没有写入权限"),
        (OSError(errno.EROFS, "read-only"), "只读"),
        (OSError(errno.ENOSPC, "full"), "磁盘空间不足"),
        (FileExistsError(errno.EEXIST, "exists"), "同名文件"),
        (OSError(errno.EIO, "Input/output error"), "Input/output error"),
        (OSError("12 requested and 3 written"), "磁盘空间不足"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_failure_to_write_says_why(tmp_path: Path, error: OSError, reason: str) -> None:
    """Every operating system error becomes one line with folder, reason and next step."""
    with pytest.raises(IndexNotWritable, match=r"请检查权限和磁盘空间后重试$") as caught, writing(tmp_path):
        raise error

    assert reason in str(caught.value)
    assert str(tmp_path) in str(caught.value)
    assert caught.value.__cause__ is error


def test_text_is_replaced(tmp_path: Path) -> None:
    """The new text stands in place of the old one, and nothing lies beside it."""
    path = tmp_path / "指针"
    path.write_text("旧", encoding="utf-8")

    replace_text(path, "新\n")

    assert path.read_bytes() == "新\n".encode()
    assert list(tmp_path.iterdir()) == [path]


def test_failed_replacement_keeps_the_old_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the new text does not reach the disk the old one stays."""
    path = tmp_path / "指针"
    path.write_text("旧", encoding="utf-8")
    monkeypatch.setattr(os, "fsync", fail)

    with pytest.raises(OSError, match="disk"):
        replace_text(path, "新")

    assert path.read_text(encoding="utf-8") == "旧"


def fail(*_: object) -> None:
    """Fail like a disk."""
    raise OSError(errno.EIO, "disk")


def test_every_file_and_folder_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files and the folders that name them are all flushed, each folder after what it holds."""
    (tmp_path / "内" / "深").mkdir(parents=True)
    (tmp_path / "一").touch()
    (tmp_path / "内" / "深" / "二").touch()
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.fstat(handle).st_ino))

    sync_tree(tmp_path)

    order = ["内/深/二", "内/深", "内", "一", ""]
    assert synced == [(tmp_path / name).stat().st_ino for name in order]


def test_digest_is_sha256(tmp_path: Path) -> None:
    """The digest is the file's SHA-256 in hex."""
    (tmp_path / "一").write_bytes(b"abc" * 100_000)

    assert sha256(tmp_path / "一") == hashlib.sha256(b"abc" * 100_000).hexdigest()
