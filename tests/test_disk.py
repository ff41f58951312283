"""Durable files: old text or new, and one clear error when they cannot be written."""

from __future__ import annotations

import errno
import hashlib
import os
import re
from typing import TYPE_CHECKING

import pytest

from speechbot.errors import IndexDamaged, IndexMismatch, IndexNotWritable
from speechbot.indexing.disk import broken, replace_text, sha256, sync_tree, writing

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermissionError(errno.EACCES, "denied"), "没有写入权限"),
        (OSError(errno.EROFS, "read-only"), "只读"),
        (OSError(errno.ENOSPC, "full"), "磁盘空间不足"),
        (FileExistsError(errno.EEXIST, "exists"), "同名文件"),
        (IsADirectoryError(errno.EISDIR, "is a directory", "/a/锁"), "锁 应为文件，却是文件夹，请先移走它"),
        (OSError(errno.ENOTEMPTY, "not empty", "/a/针"), "文件夹 针 不是空的，请先移走它"),
        (NotADirectoryError(errno.ENOTDIR, "not a directory"), "同名文件"),
        (FileNotFoundError(errno.ENOENT, "missing"), "文件夹不存在"),
        (OSError(errno.EIO, "Input/output error"), "磁盘读写出错"),
        (OSError(errno.EMLINK, "Too many links"), "Too many links"),
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


def test_text_is_on_the_disk_before_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new text is flushed before it takes the old one's place, the folder after that: no power cut loses both."""
    steps: list[object] = []
    replace = os.replace

    def note(source: Path, target: Path) -> None:
        steps.append("replace")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", lambda handle: steps.append(os.fstat(handle).st_ino))
    monkeypatch.setattr(os, "replace", note)

    replace_text(tmp_path / "指针", "新")

    assert steps == [(tmp_path / "指针").stat().st_ino, "replace", tmp_path.stat().st_ino]


@pytest.mark.parametrize(
    ("error", "kind", "detail"),
    [
        (FileNotFoundError(errno.ENOENT, "missing"), IndexDamaged, "文件缺失"),
        (NotADirectoryError(errno.ENOTDIR, "not a directory"), IndexDamaged, "文件缺失"),
        (IsADirectoryError(errno.EISDIR, "is a directory"), IndexDamaged, "它是文件夹"),
        (OSError(errno.EIO, "Input/output error"), IndexDamaged, "磁盘读写出错"),
        (OSError(errno.ELOOP, "Too many links"), IndexDamaged, "无法读取"),
        (PermissionError(errno.EACCES, "denied"), IndexMismatch, "没有权限读取索引 .*请检查它的权限后重试$"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_failure_to_read_says_why(tmp_path: Path, error: OSError, kind: type[IndexMismatch], detail: str) -> None:
    """Every operating system error becomes one Chinese line that names the file; what is forbidden is not damaged."""
    found = broken(tmp_path / "清单", error)

    assert type(found) is kind
    assert found.path == tmp_path / "清单"
    assert re.search(detail, str(found))


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
