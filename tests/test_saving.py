"""Where a page may be written."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from speechbot.errors import ReportNotWritable
from speechbot.report.saving import GENERATOR, check_target, save

if TYPE_CHECKING:
    from pathlib import Path

PAGE = f'<meta name="generator" content="{GENERATOR}">'


def objection(path: Path, corpus: Path) -> str:
    """Why a page must not be written there."""
    with pytest.raises(ReportNotWritable) as caught:
        check_target(path, corpus)
    assert str(caught.value).startswith(f"无法写检查报告 {path}（")
    assert "\n" not in str(caught.value)
    return caught.value.reason


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A corpus with what can stand in a page's place beside it."""
    (tmp_path / "材料").mkdir()
    (tmp_path / "文件夹.html").mkdir()
    (tmp_path / "别的.html").write_text("<p>别人的网页", encoding="utf-8")
    os.mkfifo(tmp_path / "管道.html")
    (tmp_path / "链接.html").symlink_to(tmp_path / "材料" / "里面.html")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("讲话.txt", "报告是网页，文件名要以 .html 结尾"),
        ("文件夹.html", "它是文件夹"),
        ("材料", "它是文件夹"),
        ("管道.html", "它是管道或设备，不是普通文件"),
        ("别的.html", "已有同名文件，不是检查报告，不能覆盖"),
        ("没有/报告.html", "所在的文件夹不存在"),
        ("别的.html/报告.html", "所在的文件夹不存在"),
        ("材料/报告.html", "在材料文件夹里，下次会当作材料读入"),
        ("链接.html", "在材料文件夹里，下次会当作材料读入"),
        ("长" * 300 + ".html", "File name too long"),
    ],
)
def test_what_must_not_be_written_is_told_before(folder: Path, name: str, reason: str) -> None:
    """Nothing that is no page of ours is overwritten, nothing lands in the corpus."""
    assert objection(folder / name, folder / "材料") == reason


@pytest.mark.parametrize("before", [None, "", PAGE])
def test_a_page_of_ours_is_replaced(folder: Path, before: str | None) -> None:
    """So is an empty file; where nothing is, a page comes."""
    path = folder / "报告.HTML"
    if before is not None:
        path.write_text(before, encoding="utf-8")

    check_target(path, folder / "材料")
    save(path, "新的")

    assert path.read_text(encoding="utf-8") == "新的"
    assert [found.name for found in folder.iterdir() if found.name.endswith(".new")] == []


def test_the_file_behind_a_link_is_replaced(folder: Path) -> None:
    """The link stays one."""
    (folder / "甲.html").write_text(PAGE, encoding="utf-8")
    (folder / "乙.html").symlink_to(folder / "甲.html")

    save(folder / "乙.html", "新的")

    assert (folder / "乙.html").is_symlink()
    assert (folder / "甲.html").read_text(encoding="utf-8") == "新的"


def test_a_failure_leaves_the_page_of_before(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is told in one line, and nothing half written stays."""
    path = folder / "报告.html"
    path.write_text(PAGE, encoding="utf-8")

    def full(*_paths: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr("os.replace", full)

    with pytest.raises(ReportNotWritable, match="磁盘空间不足"):
        save(path, "新的")
    assert path.read_text(encoding="utf-8") == PAGE
    assert [found.name for found in folder.iterdir() if found.name.endswith(".new")] == []
