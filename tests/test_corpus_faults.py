"""A corpus that is hostile, or on a machine in trouble: one file is named, nothing stops."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from speechbot.errors import SourceError
from speechbot.reading.corpus import Material, list_corpus, read_corpus, read_material
from speechbot.wording import zh_corpus


def test_a_folder_that_only_lists_names_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where names can be listed but nothing be looked at, each file and folder is named with the reason."""
    (tmp_path / "甲.txt").write_text("正文。", encoding="utf-8")
    (tmp_path / "内" / "深").mkdir(parents=True)
    for name in ("乙.txt", "乙.meta.yaml"):
        (tmp_path / "内" / name).write_text("正文。", encoding="utf-8")
    for call in ("stat", "lstat", "scandir"):
        real = getattr(os, call)

        def look(path: Any, *args: Any, real: Any = real, **options: Any) -> Any:
            if Path(path).parent == tmp_path / "内":
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
            return real(path, *args, **options)

        monkeypatch.setattr(os, call, look)

    listing = list_corpus(tmp_path)

    assert [material.name for material in listing.materials] == ["甲.txt"]
    assert [name for name, _ in listing.failed] == ["内/乙.txt", "内/深"]


def test_a_page_may_begin_with_many_comments(tmp_path: Path) -> None:
    """Comments, however many, do not keep a build waiting; the page behind them is read as one."""
    (tmp_path / "甲.txt").write_text("<!---->" * 280, encoding="utf-8")
    (tmp_path / "乙.doc").write_text(
        "<!-- 注 -->" * 9 + "<!doctype html><p>各级党组织要认真学习。</p>", encoding="utf-8"
    )

    assert [source.encoding for source in read_corpus(tmp_path).sources] == ["html", "utf-8"]


def test_what_sidecars_say_cannot_drive_a_terminal(tmp_path: Path) -> None:
    """Control characters of a sidecar that is cited in a reason are escaped."""
    (tmp_path / "甲.txt").write_text("正文。", encoding="utf-8")
    (tmp_path / "corpus.yaml").write_text('words: ["\\e[2J甲 乙"]\n', encoding="utf-8")

    ((_, reason),) = list_corpus(tmp_path).failed

    assert "\\x1b[2J" in reason
    assert reason.isprintable()


def test_a_full_disk_for_temporary_files_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file whose reader finds no room for its temporary files is named, the others are read."""

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("speechbot.reading.processes.run", full)
    (tmp_path / "甲.txt").write_text("正文。", encoding="utf-8")
    (tmp_path / "乙.pdf").write_bytes(b"%PDF-1.4")

    corpus = read_corpus(tmp_path)

    assert [source.name for source in corpus.sources] == ["甲.txt"]
    assert corpus.failed == (("乙.pdf", zh_corpus.REASON_SCRATCH.format(detail="磁盘空间不足")),)


def test_what_became_a_pipe_since_it_was_listed_is_not_opened(tmp_path: Path) -> None:
    """A pipe in place of a file would keep a build waiting for ever."""
    os.mkfifo(tmp_path / "甲.txt")

    with pytest.raises(SourceError, match="管道"):
        read_material(Material("甲.txt", tmp_path / "甲.txt", ""))
