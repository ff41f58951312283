"""The index folder: a reader finds the old generation or the new one, whatever happens to the builder."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from speechbot.errors import (
    IndexDamaged,
    IndexLocked,
    IndexMismatch,
    IndexNotFound,
    IndexNotWritable,
)
from speechbot.indexing import store
from speechbot.indexing.generation import write_generation
from speechbot.indexing.store import (
    CURRENT,
    DRAFT,
    GENERATIONS,
    LOCK,
    history,
    live,
    locked,
    open_live,
    publish,
    rollback,
    status,
)
from tests.test_generation import flip

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from speechbot.indexing.generation import Content

# Each flush and each renaming that a publication makes, in the order in which they happen.
LAST = 24  # fsync of a build: each file, each folder, the pointer
STEPS = [("fsync", n) for n in range(1, LAST + 1)] + [("replace", n) for n in (1, 2, 3)]


class KilledError(BaseException):
    """Stands for the end of the process: no handler of ours catches it."""


class Bomb:
    """Calls a function of ``os`` until the ``countdown``-th call, which raises instead."""

    def __init__(self, name: str, countdown: int, error: BaseException) -> None:
        """Take the place of ``os.<name>``."""
        self._real = getattr(os, name)
        self._error = error
        self.left = countdown

    def __call__(self, *args: Any) -> Any:
        """Call or raise."""
        self.left -= 1
        if self.left == 0:
            raise self._error
        return self._real(*args)


def build(index: Path, content: Content, *, version: str = "0.1.0") -> str:
    """Publish a generation."""
    with locked(index):
        return publish(index, replace(content, version=version))


def version(index: Path) -> str:
    """Open the live generation, with all its checks, and say which one it is."""
    with open_live(index, verify=True) as opened:
        return opened.manifest.version


@pytest.fixture
def index(tmp_path: Path, content: Content) -> Path:
    """An index with one generation, of version 1."""
    folder = tmp_path / "深" / "索引"
    build(folder, content, version="1")
    return folder


def test_published_generation_is_live(index: Path, content: Content) -> None:
    """The newest publication is what readers open; its name tells when it was built."""
    name = build(index, content, version="2")

    assert live(index) == name
    assert version(index) == "2"
    assert name.startswith("20260101T00000")


def test_all_steps_are_tested(index: Path, content: Content, monkeypatch: pytest.MonkeyPatch) -> None:
    """A publication flushes and renames exactly as often as ``STEPS`` says, so that the crash tests miss none."""
    bombs = {name: Bomb(name, 1000, KilledError()) for name in ("fsync", "replace")}
    for name, bomb in bombs.items():
        monkeypatch.setattr(os, name, bomb)

    build(index, content, version="2")

    assert [(name, n) for name, bomb in bombs.items() for n in range(1, 1001 - bomb.left)] == STEPS


@pytest.mark.parametrize(("name", "step"), STEPS)
def test_killed_builder_loses_nothing(
    index: Path, content: Content, monkeypatch: pytest.MonkeyPatch, name: str, step: int
) -> None:
    """Killed at any step, without any clean-up, a builder leaves a whole index, and the next build works."""
    with monkeypatch.context() as patch:
        patch.setattr(os, name, Bomb(name, step, KilledError()))
        patch.setattr(shutil, "rmtree", lambda *_args, **_options: None)
        with pytest.raises(KilledError):
            build(index, content, version="2")

    # Only the flush after the swap comes too late to keep the old one
    assert version(index) == ("2" if (name, step) == ("fsync", LAST) else "1")
    build(index, content, version="3")
    assert version(index) == "3"
    assert not (index / GENERATIONS / DRAFT).exists()


@pytest.mark.parametrize(("name", "step"), STEPS)
def test_failed_builder_cleans_up(
    index: Path, content: Content, monkeypatch: pytest.MonkeyPatch, name: str, step: int
) -> None:
    """A full disk at any step is one clear error; what was half written is removed at once."""
    before = history(index)
    with monkeypatch.context() as patch:
        patch.setattr(os, name, Bomb(name, step, OSError(errno.ENOSPC, "No space left on device")))
        with pytest.raises(IndexNotWritable, match="磁盘空间不足"):
            build(index, content, version="2")

    assert version(index) == ("2" if (name, step) == ("fsync", LAST) else "1")
    assert {path.name for path in (index / GENERATIONS).iterdir()} == {*before, live(index)}


def test_self_test_comes_before_the_swap(index: Path, content: Content, monkeypatch: pytest.MonkeyPatch) -> None:
    """A generation that reads back differently from what was written never becomes live."""

    def write(folder: Path, content: Content) -> str:
        mark = write_generation(folder, content)
        (folder / "windows.npy").write_bytes(b"")
        return mark

    monkeypatch.setattr("speechbot.indexing.store.write_generation", write)

    with pytest.raises(IndexDamaged, match=r"windows\.npy"):
        build(index, content, version="2")

    assert version(index) == "1"
    assert len(history(index)) == 1


def test_self_test_compares_checksums(index: Path, content: Content, monkeypatch: pytest.MonkeyPatch) -> None:
    """A generation whose bytes changed on the way to the disk, though not their number, never becomes live."""

    def write(folder: Path, content: Content) -> str:
        mark = write_generation(folder, content)
        flip(folder / "windows.faiss")
        return mark

    monkeypatch.setattr("speechbot.indexing.generation.VERIFY_LIMIT", 0)
    monkeypatch.setattr("speechbot.indexing.store.write_generation", write)

    with pytest.raises(IndexDamaged, match=r"windows\.faiss.*校验和不符"):
        build(index, content, version="2")

    assert version(index) == "1"


def test_two_builders(index: Path, content: Content) -> None:
    """While one builder is at work another is told so at once; afterwards it may go on."""
    with locked(index), pytest.raises(IndexLocked, match="speechbot index"):
        build(index, content)

    assert build(index, content, version="2") == live(index)


def test_builder_and_rollback_exclude_each_other(index: Path, content: Content) -> None:
    """The pointer cannot be moved while a build is running."""
    build(index, content, version="2")

    with locked(index), pytest.raises(IndexLocked):
        rollback(index)


def test_lock_of_a_dead_process_is_free(index: Path, content: Content) -> None:
    """A builder that was killed holds no lock, and what it had begun is removed."""
    script = (
        "import os, pathlib, sys; from speechbot.indexing.store import locked\n"
        "index = pathlib.Path(sys.argv[1])\n"
        "with locked(index):\n"
        "    (index / 'generations' / '.building').mkdir(); (index / 'generations' / '.building' / 'x').touch()\n"
        "    os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", script, str(index)], check=False).returncode == 9  # noqa: S603
    assert (index / GENERATIONS / DRAFT / "x").exists()

    build(index, content, version="2")

    assert version(index) == "2"
    assert not (index / GENERATIONS / DRAFT).exists()


def test_last_three_generations_are_kept(index: Path, content: Content) -> None:
    """Older generations go, the live one and two before it stay."""
    names = [build(index, content, version=str(n)) for n in range(2, 7)]

    assert history(index) == tuple(reversed(names[-3:]))
    assert version(index) == "6"


def test_names_follow_publication(index: Path, content: Content) -> None:
    """A generation's name is later than all before it, even in the same second or after the clock was set back."""
    past = datetime.fromisoformat(content.created) - timedelta(days=400)

    names = [build(index, replace(content, created=past.isoformat()), version=str(n)) for n in range(2, 5)]

    assert names == sorted(names)
    assert history(index)[0] == live(index) == names[-1]


@pytest.mark.parametrize("mend", [lambda index, _: rollback(index), build], ids=["rollback", "index"])
def test_folder_in_place_of_the_pointer(index: Path, content: Content, mend: Callable[[Path, Content], str]) -> None:
    """An empty folder where the pointer should be is told in Chinese and is mended by what the error advises."""
    (index / CURRENT).unlink()
    (index / CURRENT).mkdir()

    with pytest.raises(IndexDamaged, match=r"它是文件夹.*speechbot rollback"):
        open_live(index)

    assert mend(index, content) == live(index)


@pytest.mark.parametrize(
    ("name", "reason"), [(CURRENT, "文件夹 CURRENT 不是空的"), (LOCK, r"\.lock 应为文件，却是文件夹")]
)
def test_full_folder_in_place_of_a_file(index: Path, content: Content, name: str, reason: str) -> None:
    """A folder with something in it is left alone and named in the error, which says to move it."""
    (index / name).unlink()
    (index / name / "我的").mkdir(parents=True)

    with pytest.raises(IndexNotWritable, match=f"{reason}，请先移走它"):
        build(index, content)

    assert (index / name / "我的").exists()


@pytest.mark.parametrize("use", [live, status, open_live])
def test_forbidden_pointer_is_no_damage(
    index: Path, monkeypatch: pytest.MonkeyPatch, use: Callable[[Path], object]
) -> None:
    """A pointer that we may not read is not called damaged; the error says to look at the permissions."""
    monkeypatch.setattr("pathlib.Path.read_text", forbid)

    with pytest.raises(IndexMismatch, match=r"没有权限读取索引 .*CURRENT，请检查它的权限后重试$"):
        use(index)


@pytest.mark.parametrize("use", [history, status, rollback])
def test_forbidden_generations_are_one_clear_error(
    index: Path, monkeypatch: pytest.MonkeyPatch, use: Callable[[Path], object]
) -> None:
    """Generations that we may not list are an error of ours with a next step, not the system's."""
    monkeypatch.setattr(os, "listdir", forbid)

    with pytest.raises(IndexMismatch, match=r"没有权限读取索引 .*generations，请检查它的权限后重试$"):
        use(index)


def forbid(*_args: object, **_options: object) -> None:
    """Refuse like a file system."""
    raise PermissionError(errno.EACCES, "Permission denied")


@pytest.mark.parametrize("prepare", [lambda _: None, lambda path: path.mkdir(), lambda path: path.touch()])
def test_no_index(tmp_path: Path, prepare: Callable[[Path], None]) -> None:
    """A missing folder, an empty one or a file says that there is no index and how to make one."""
    prepare(tmp_path / "索引")

    with pytest.raises(IndexNotFound, match=r"请先运行 speechbot index$"):
        open_live(tmp_path / "索引")


@pytest.mark.parametrize(
    "pointer",
    [b"", b"\xff\xfe", b"..", b"../generations", b"/etc", b"20260101T000000Z-abcdef/../x", b"20260101T000000Z-ABCDEF"],
)
def test_pointer_must_be_a_name(index: Path, pointer: bytes) -> None:
    """A pointer that is no generation's name is damage; above all it leads nowhere outside the index."""
    (index / CURRENT).write_bytes(pointer)

    with pytest.raises(IndexDamaged) as caught:
        open_live(index)

    assert caught.value.path == index / CURRENT


def test_pointer_to_nothing(index: Path) -> None:
    """A pointer to a generation that is gone is damage that names what is missing."""
    (index / CURRENT).write_text("20260101T000000Z-abcdef\n", encoding="utf-8")

    with pytest.raises(IndexDamaged, match="文件缺失"):
        open_live(index)


def test_reader_follows_a_swap(index: Path, content: Content, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader whose generation is cleaned away between pointer and files opens the one that took its place."""
    old = live(index)
    build(index, content, version="2")
    shutil.rmtree(index / GENERATIONS / old)
    answers = iter([old, live(index)])
    monkeypatch.setattr(store, "live", lambda _: next(answers))

    with open_live(index) as opened:
        assert opened.manifest.version == "2"


def test_open_generation_outlives_its_files(index: Path, content: Content) -> None:
    """A reader goes on reading the generation it opened, though its folder is removed by hand."""
    with open_live(index) as opened:
        shutil.rmtree(opened.path)

        assert opened.catalog.passages() == tuple(passage for piece in content.pieces for passage in piece.passages)
        assert opened.lexical.passages.scores(["柳树"])[0] > 0
        assert opened.vectors.vectors([2]).shape == (1, 64)


def test_status_describes_the_live_generation(index: Path) -> None:
    """The status names generation, model, counts, files and size, without vectors or checksums."""
    folder = index / GENERATIONS / live(index)
    size = sum(path.stat().st_size for path in folder.rglob("*.*") if path.name != "manifest.json")

    assert status(index).to_dict() == {
        "index": str(index),
        "generation": live(index),
        "created": "2026-01-01T00:00:00+00:00",
        "version": "1",
        "model": {"name": "toy", "dim": 64},
        "sources": 1,
        "speeches": 1,
        "passages": 2,
        "windows": 3,
        "files": ["治河.txt"],
        "size": size,
        "generations": [live(index)],
        "verified": False,
    }


def test_status_compares_checksums(index: Path) -> None:
    """Asking for the status finds damage: a file of another size always, a wrong bit on request."""
    path = index / GENERATIONS / live(index) / "windows.moments.npy"
    flip(path)

    assert status(index).verified is False
    with pytest.raises(IndexDamaged, match="校验和不符"):
        status(index, verify=True)
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(IndexDamaged, match="大小不符"):
        status(index)


@pytest.mark.parametrize("where", ["索引", "索引/generations"])
def test_file_in_place_of_a_folder(tmp_path: Path, content: Content, where: str) -> None:
    """A file where a folder should be is one clear error, and the file stays."""
    path = tmp_path / where
    path.parent.mkdir(exist_ok=True)
    path.write_text("我的文件", encoding="utf-8")

    with pytest.raises(IndexNotWritable, match="同名文件"):
        build(tmp_path / "索引", content)

    assert path.read_text(encoding="utf-8") == "我的文件"


@pytest.mark.parametrize(("number", "reason"), [(errno.EROFS, "只读"), (errno.EACCES, "没有写入权限")])
def test_folder_that_cannot_be_written(
    index: Path, content: Content, monkeypatch: pytest.MonkeyPatch, number: int, reason: str
) -> None:
    """A read-only or forbidden folder is one clear error; the old generation stays."""

    def refuse(*_args: object, **_options: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.mkdir", refuse)
        with pytest.raises(IndexNotWritable, match=reason):
            build(index, content, version="2")

    assert version(index) == "1"
