"""Going back: to the newest older generation that is intact, whatever was built, killed or lost in between."""

from __future__ import annotations

import errno
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from speechbot.errors import IndexNotFound, IndexNotWritable, RollbackError
from speechbot.indexing import store
from speechbot.indexing.store import CURRENT, GENERATIONS, history, live, rollback
from tests.test_generation import flip
from tests.test_store import Bomb, KilledError, build, version

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from speechbot.indexing.generation import Content


@pytest.fixture
def index(tmp_path: Path, content: Content) -> Path:
    """An index with one generation, of version 1."""
    build(tmp_path / "索引", content, version="1")
    return tmp_path / "索引"


def test_rollback_moves_to_the_generation_before(index: Path, content: Content) -> None:
    """Each rollback goes one generation back; the one left stays on disk."""
    names = [live(index), build(index, content, version="2"), build(index, content, version="3")]

    assert rollback(index) == names[1] == live(index)
    assert version(index) == "2"
    assert rollback(index) == names[0]
    assert version(index) == "1"
    assert len(history(index)) == 3


def test_where_rollback_leads_is_told_before(index: Path, content: Content) -> None:
    """The generation that it will make live, with what that holds; past damaged ones; None where it would fail."""
    assert store.fallback(index) is None
    names = [live(index), build(index, content, version="2"), build(index, content, version="3")]

    found = store.fallback(index)
    assert found is not None
    assert (found[0], found[1].version) == (names[1], "2")
    assert live(index) == names[2]
    (index / GENERATIONS / names[1] / "windows.npy").unlink()
    found = store.fallback(index)
    assert found is not None
    assert (found[0], found[1].version) == (names[0], "1") == (rollback(index), "1")


def test_rollback_has_an_end(index: Path) -> None:
    """With no older generation the error says so, and the live one stays."""
    with pytest.raises(RollbackError, match=r"请运行 speechbot index 重建$"):
        rollback(index)

    assert version(index) == "1"


def test_rollback_never_leads_back_to_the_future(index: Path, content: Content) -> None:
    """From the oldest generation, while it is intact, there is no way back to one that was rolled back from."""
    good = live(index)
    build(index, content, version="坏")
    rollback(index)

    with pytest.raises(RollbackError):
        rollback(index)

    assert live(index) == good


def test_rollback_skips_damaged_generations(index: Path, content: Content) -> None:
    """A damaged generation is passed over on the way back."""
    names = [live(index), build(index, content, version="2"), build(index, content, version="3")]
    (index / GENERATIONS / names[1] / "windows.npy").unlink()

    assert rollback(index) == names[0]


def test_rollback_compares_checksums(index: Path, content: Content, monkeypatch: pytest.MonkeyPatch) -> None:
    """A generation of the right size with one wrong bit is passed over, however large an index is."""
    names = [live(index), build(index, content, version="2"), build(index, content, version="3")]
    flip(index / GENERATIONS / names[1] / "windows.faiss")
    monkeypatch.setattr("speechbot.indexing.generation.VERIFY_LIMIT", 0)

    assert rollback(index) == names[0]


@pytest.mark.parametrize("lose", [shutil.rmtree, lambda path: flip(path / "windows.npy")], ids=["gone", "damaged"])
def test_rollback_from_a_lost_generation(index: Path, content: Content, lose: Callable[[Path], None]) -> None:
    """Where the live generation is lost and no older one is there, the newest other one that is intact becomes live."""
    names = [live(index), build(index, content, version="2"), build(index, content, version="3")]
    (index / CURRENT).write_text(names[0], encoding="utf-8")
    lose(index / GENERATIONS / names[0])

    assert rollback(index) == names[2] == live(index)


def test_rollback_prefers_what_is_older_than_a_lost_generation(index: Path, content: Content) -> None:
    """What was rolled back from is the last resort, also where the live generation is lost."""
    names = [live(index), build(index, content, version="2"), build(index, content, version="3")]
    rollback(index)
    shutil.rmtree(index / GENERATIONS / names[1])

    assert rollback(index) == names[0]


def killed(*_: object) -> None:
    """Die instead of moving the pointer."""
    raise KilledError


@pytest.mark.parametrize("pointer", ["", "../../..", "20260101T000000Z-zzzzzz"])
def test_rollback_mends_a_lost_pointer(index: Path, content: Content, pointer: str) -> None:
    """When the pointer is unreadable, the newest intact generation becomes live."""
    name = build(index, content, version="2")
    (index / CURRENT).write_text(pointer, encoding="utf-8")

    assert rollback(index) == name
    assert version(index) == "2"


def test_rollback_without_an_index(tmp_path: Path) -> None:
    """Where there is no index, none is created."""
    with pytest.raises(IndexNotFound):
        rollback(tmp_path / "无")

    assert not (tmp_path / "无").exists()


def test_build_after_rollback_is_newest(index: Path, content: Content) -> None:
    """What is built after a rollback becomes live and later than what was rolled back."""
    build(index, content, version="2")
    rollback(index)

    name = build(index, content, version="3")

    assert live(index) == name == history(index)[0]


def test_build_after_rollback_keeps_what_was_live(index: Path, content: Content) -> None:
    """What was rolled back from goes with the next build, so that a rollback leads to what was live before it."""
    good = live(index)
    build(index, content, version="坏一")
    build(index, content, version="坏二")
    rollback(index)
    rollback(index)

    new = build(index, content, version="新")

    assert history(index) == (new, good)
    assert rollback(index) == good


def test_killed_builders_do_not_push_out_the_live_generation(
    index: Path, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many builders die just before the swap, the next one keeps what was live and drops what never was."""
    good = live(index)
    for n in range(3):
        with monkeypatch.context() as patch:
            patch.setattr(store, "_point", killed)
            patch.setattr(shutil, "rmtree", lambda *_args, **_options: None)
            with pytest.raises(KilledError):
                build(index, content, version=f"死{n}")
    assert len(history(index)) == 2  # each removes what the one before left

    new = build(index, content, version="新")

    assert history(index) == (new, good)
    assert rollback(index) == good


def test_failed_build_after_rollback_removes_nothing(
    index: Path, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until a new generation is written and checked, every old one stays."""
    build(index, content, version="2")
    rollback(index)
    before = history(index)
    monkeypatch.setattr(os, "fsync", Bomb("fsync", 3, OSError(errno.ENOSPC, "full")))

    with pytest.raises(IndexNotWritable):
        build(index, content, version="3")

    assert history(index) == before


def test_what_cannot_be_removed_does_not_push_out_the_live_generation(
    index: Path, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where newer generations cannot be removed, as on Windows while they are read, the one before the swap stays."""
    good = live(index)
    monkeypatch.setattr(store, "_remove", lambda *_, **_options: None)
    for n in range(3):
        build(index, content, version=str(n))
    (index / CURRENT).write_text(good, encoding="utf-8")
    removed: list[str] = []
    monkeypatch.setattr(store, "_remove", lambda _, names, **_options: removed.extend(names))

    build(index, content, version="新")

    assert removed
    assert good not in removed
