"""Who has a generation open keeps it: builders remove what nobody reads."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from speechbot.errors import IndexDamaged, IndexMismatch
from speechbot.indexing import lease, store
from speechbot.indexing.generation import MANIFEST
from speechbot.indexing.lease import Lease
from speechbot.indexing.store import (
    DRAFT,
    GENERATIONS,
    KEPT,
    REMOVED,
    generation_folder,
    history,
    live,
    open_live,
    rollback,
)
from tests.test_store import build, version

if TYPE_CHECKING:
    from speechbot.indexing.generation import Content


@pytest.fixture
def index(tmp_path: Path, content: Content) -> Path:
    """An index with one generation, of version 1, under a name with blanks."""
    build(tmp_path / "我的 索引 %20#?", content, version="1")
    return tmp_path / "我的 索引 %20#?"


def names(index: Path) -> set[str]:
    """Everything that lies in the folder of generations."""
    return {path.name for path in (index / GENERATIONS).iterdir()}


def test_an_open_generation_survives_any_number_of_builds(index: Path, content: Content) -> None:
    """However old it gets it stays whole, and the others are removed as ever; once closed it goes with a build."""
    with open_live(index) as opened:
        built = [build(index, content, version=str(n)) for n in range(2, 10)]

        assert names(index) == {opened.name, *built[-KEPT:]}
        assert {path.name for path in opened.path.iterdir()} >= {MANIFEST, "passages.sqlite", "lexical"}
        assert opened.catalog.passages()[0].text == "先截污水。再种柳树。"
    build(index, content, version="10")

    assert opened.name not in names(index)
    assert len(names(index)) == KEPT


def test_two_readers_each_hold_it(index: Path, content: Content) -> None:
    """The last one to close lets it go."""
    with ExitStack() as stack:
        first, second = (stack.enter_context(open_live(index)) for _ in range(2))
        first.close()
        for n in range(2, 7):
            build(index, content, version=str(n))
        assert second.name in names(index)
    build(index, content, version="7")

    assert second.name not in names(index)


def test_another_process_holds_it_until_it_dies(index: Path, content: Content) -> None:
    """The hold is the kernel's: it counts across processes and ends with the process, however that ends."""
    script = (
        "import pathlib, sys; from speechbot.indexing.store import open_live\n"
        "opened = open_live(pathlib.Path(sys.argv[1])); print(opened.name, flush=True); sys.stdin.readline()\n"
    )
    with subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-c", script, str(index)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as reader:
        assert reader.stdout is not None
        name = reader.stdout.readline().strip()
        for n in range(2, 7):
            build(index, content, version=str(n))
        assert name in names(index)
        reader.kill()
        reader.wait()
    build(index, content, version="7")

    assert name not in names(index)


def test_what_was_rolled_back_from_is_never_gone_back_to(index: Path, content: Content) -> None:
    """Not even where a reader had it open while the next build would have removed it."""
    good = live(index)
    build(index, content, version="坏")
    with open_live(index) as reader:
        assert rollback(index) == good
        build(index, content, version="好")

        assert rollback(index) == good
        build(index, content, version="更好")
        assert reader.catalog.passages()[0].text == "先截污水。再种柳树。"
        assert f"{REMOVED}{reader.name}" in names(index)
    build(index, content, version="最好")

    assert not [name for name in names(index) if name.startswith(REMOVED)]
    assert version(index) == "最好"


def test_a_generation_that_is_being_removed_is_not_opened(index: Path) -> None:
    """While a builder has it for itself who comes is turned away, and may come back if it was not removed."""
    manifest = generation_folder(index, live(index)) / MANIFEST
    claim = Lease.claim(manifest)
    assert claim is not None

    with pytest.raises(IndexDamaged) as caught:
        Lease.take(manifest)
    claim.release()
    claim.release()

    assert caught.value.path == manifest
    Lease.take(manifest).release()


def test_a_generation_is_never_found_half_removed(
    index: Path, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It loses its name before its first file goes: nothing under a generation's name is ever incomplete."""
    whole = {path.name for path in generation_folder(index, live(index)).iterdir()}
    seen: list[str] = []
    real = shutil.rmtree

    def watch(path: Path, **options: Any) -> None:
        for name in history(index):
            assert {part.name for part in generation_folder(index, name).iterdir()} == whole
        seen.append(path.name)
        real(path, **options)

    monkeypatch.setattr(shutil, "rmtree", watch)
    for n in range(2, 6):
        build(index, content, version=str(n))

    assert len(seen) == 2
    assert all(name.startswith(REMOVED) for name in seen)


def test_leftovers_are_removed_by_the_next_build(index: Path, content: Content) -> None:
    """A draft and a generation half removed by a builder that died; what is neither is left alone."""
    folder = index / GENERATIONS
    for name in (DRAFT, f"{REMOVED}20250101T000000Z-abcdef"):
        (folder / name / "lexical").mkdir(parents=True)
        (folder / name / "lexical" / "x.npy").touch()
    (folder / "我的笔记").mkdir()
    before = live(index)

    new = build(index, content, version="2")

    assert names(index) == {before, new, "我的笔记"}


def test_a_reader_that_loses_the_race_tries_again(
    index: Path, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading the pointer and opening, builders may remove what it said: again and again, up to a limit."""
    real = store.live
    names = [live(index), *(build(index, content, version=str(n)) for n in range(2, 2 + KEPT + 3))]
    answers = iter([*names[:3], names[-1], names[-1]])
    monkeypatch.setattr(store, "live", lambda _: next(answers))

    with open_live(index) as opened:
        assert opened.name == names[-1] == real(index)


def test_a_file_system_without_locks_is_no_obstacle(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be locked reading and removing go on."""

    def refuse(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("speechbot.indexing.lease.fcntl.flock", refuse)
    take = Lease.take(generation_folder(index, live(index)) / MANIFEST)
    claim = Lease.claim(generation_folder(index, live(index)) / MANIFEST)

    assert claim is not None
    take.release()
    claim.release()


def test_a_forbidden_manifest_is_no_damage(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says to look at the permissions."""

    def refuse(*_: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(IndexMismatch, match="没有权限读取索引") as caught:
        Lease.take(generation_folder(index, live(index)) / MANIFEST)

    assert not isinstance(caught.value, IndexDamaged)


def test_a_read_only_index_can_be_read(index: Path) -> None:
    """Opening and asking writes nothing: folders and files may all be without write permission."""
    before = {path: path.stat().st_mtime_ns for path in index.rglob("*")}
    for path in (index, *before):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        with open_live(index, verify=True) as opened:
            assert len(opened.catalog.passages()) == 2
            assert opened.lexical.passages.frequency(["柳树"]).tolist() == [1]
    finally:
        for path in (index, *before):
            path.chmod(0o755 if path.is_dir() else 0o644)

    assert {path: path.stat().st_mtime_ns for path in index.rglob("*")} == before


def test_a_relative_path_survives_a_change_of_folder(
    index: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: Content
) -> None:
    """What was opened by a relative path is read on after the working directory changed."""
    monkeypatch.chdir(index.parent)
    relative = Path(index.name)
    build(relative, content, version="2")
    with open_live(relative) as opened:
        (tmp_path / "别处").mkdir()
        monkeypatch.chdir(tmp_path / "别处")

        assert opened.manifest.version == "2"
        assert opened.catalog.speeches()[0].title == "治河讲话"
        assert len(opened.vectors.vectors(range(3))) == 3


def test_readers_that_come_and_go_never_fail(index: Path, content: Content) -> None:
    """Opening again and again while builders publish, remove and go back: always a whole generation."""
    done = threading.Event()

    def read() -> int:
        opened = 0
        while not done.is_set():
            with open_live(index, verify=True) as found:
                assert found.catalog.passages()[1].text == "最后立规矩。"
                assert len(found.vectors.vectors(range(3))) == 3
            opened += 1
        return opened

    with ThreadPoolExecutor(4) as pool:
        reading = [pool.submit(read) for _ in range(4)]
        try:
            for n in range(12):
                build(index, content, version=str(n))
                if n % 4 == 3:
                    rollback(index)
        finally:
            done.set()
        assert all(one.result() > 0 for one in reading)


def test_what_is_removed_between_opening_and_locking_is_not_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock on a file that has no name any more keeps nobody from anything."""
    manifest = tmp_path / MANIFEST
    manifest.write_text("{}", encoding="utf-8")

    def lock(_handle: int, *, shared: bool) -> bool:
        manifest.unlink()
        return shared

    monkeypatch.setattr(lease, "_lock", lock)

    with pytest.raises(IndexDamaged):
        Lease.take(manifest)


def test_a_claim_is_taken_for_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """File systems over a network lock nothing for oneself that is open for reading only."""
    modes: list[int] = []
    real = os.open
    monkeypatch.setattr(os, "open", lambda path, flags: modes.append(flags) or real(path, flags))  # type: ignore[func-returns-value]
    (tmp_path / MANIFEST).write_text("{}", encoding="utf-8")

    claim = Lease.claim(tmp_path / MANIFEST)

    assert claim is not None
    claim.release()
    assert modes == [os.O_RDWR]
