"""/remove: chosen, confirmed, moved aside, gone from the index; never deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speechbot.telegram.buttons import Task
from speechbot.telegram.staging import key
from speechbot.wording import zh_admin
from tests.admin_desk import BOSS, go, labels, office, run
from tests.test_uploads import Builder

if TYPE_CHECKING:
    from pathlib import Path

RIVER, LIBRARY = "河道治理讲话.txt", "图书馆建设讲话.txt"


def test_a_file_is_chosen_and_removed(corpus: Path, index: Path, tmp_path: Path) -> None:
    """From the list by its number, on a word; the file lies under ``removed``, the index is live without it."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            old = (corpus / RIVER).read_bytes()
            await found.command("/remove")
            assert found.texts()[0].split("\n")[1:] == [f"1. {LIBRARY}", f"2. {RIVER}"]
            await found.press("2")
            assert found.texts()[0].startswith(f"要移除 {RIVER} 吗？")
            await found.press(zh_admin.REMOVE_YES)
            await found.settle()
            assert found.texts()[0].startswith(f"✅ 移除《{RIVER}》：完成")
            assert sorted(path.name for path in corpus.iterdir()) == [LIBRARY]
            (kept,) = (tmp_path / "state" / "removed").glob("*/*")
            assert kept.read_bytes() == old
            assert found.desk.library.counts()[0] == 1

            await found.command("/remove")
            await found.press("1")
            assert found.texts()[-1] == zh_admin.REMOVE_LAST
            await found.act(go(Task.REMOVE, "y" + key(LIBRARY)))
            await found.settle()
            assert (corpus / LIBRARY).exists()

    run(work)


def test_a_file_is_named(corpus: Path, index: Path, tmp_path: Path) -> None:
    """By a part of its name in any script; several are listed, none is told, nothing happens unasked."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            await found.command("/remove 圖書館")
            assert found.texts()[0].startswith(f"要移除 {LIBRARY} 吗？")
            await found.press(zh_admin.CANCEL)
            await found.command("/remove 讲话")
            assert labels(found.outbox.latest(BOSS)) == ["1", "2"]
            await found.command("/remove <b>没有</b>")
            await found.command(f"/remove {RIVER}")
            assert found.texts()[0] == zh_admin.CANCELLED
            assert found.texts()[2] == zh_admin.REMOVE_NONE.format(name="<b>没有</b>")
            assert found.texts()[3].startswith(f"要移除 {RIVER} 吗？")
            assert len(list(corpus.iterdir())) == 2

    run(work)


def test_what_is_gone_is_told(corpus: Path, index: Path, tmp_path: Path) -> None:
    """A file that somebody removed meanwhile, a page that never was, an empty corpus."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            await found.act(go(Task.REMOVE, "a" + key("没有.txt")))
            await found.act(go(Task.REMOVE, ""))
            await found.act(go(Task.REMOVE, "px"))
            for path in corpus.iterdir():
                path.unlink()
            await found.act(go(Task.REMOVE, "a" + key(RIVER)))
            await found.command("/remove")
            assert [text for _, text, _ in found.outbox.notices[:3]] == [zh_admin.REMOVE_GONE] * 3
            assert "没有可读的材料" in found.outbox.notices[3][1]
            assert found.texts()[-1].startswith("没有成功：")

    run(work)


def test_both_files_pressed_at_once_leave_one(corpus: Path, index: Path, tmp_path: Path) -> None:
    """Two admins who each remove one of the last two: the second is told that one must stay."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            for name in (RIVER, LIBRARY):
                await found.command(f"/remove {name}")
            first, second = found.outbox.chats[BOSS]
            await found.press(zh_admin.REMOVE_YES, number=first)
            await found.press(zh_admin.REMOVE_YES, number=second)
            await found.settle()
            assert found.texts()[0].startswith("✅")
            assert zh_admin.REMOVE_LAST in found.texts()[1]
            assert [path.name for path in corpus.iterdir()] == [LIBRARY]

    run(work)


def test_a_build_that_fails_brings_the_file_back(corpus: Path, index: Path, tmp_path: Path) -> None:
    """With the reason."""

    async def work() -> None:
        async with office(corpus, index, tmp_path, errand=Builder) as found:
            await found.command(f"/remove {RIVER}")
            await found.press(zh_admin.REMOVE_YES)
            await found.settle()
            assert found.texts()[0].endswith(zh_admin.BUILD_RESTORED)
            assert (corpus / RIVER).exists()

    run(work)
