"""/rebuild and /rollback: one at a time, with progress in one message, live without a restart."""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from speechbot import build_index, retriever
from speechbot.errors import IndexLocked
from speechbot.indexing.store import history, live, locked, open_live
from speechbot.telegram.buttons import Task
from speechbot.telegram.errands import DiedError, Errand, StoppedError
from speechbot.wording import zh_admin
from tests.admin_desk import ANNA, BOSS, DEPUTY, Here, go, labels, office, run
from tests.conftest import DATA, ToyEncoder
from tests.test_standin_server import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from speechbot.indexing.generation import Generation

NEW = "全市阅读工作会上的讲话\n\n同志们：\n\n今年要办好一百场读书会，让人人有书读。\n"


class Held(Here):
    """An errand that begins, then waits until it is let go."""

    go = threading.Event()

    def wait(self, seconds: float | None = None) -> Any:
        """Report something, wait, then do it."""
        self.progress = (3, 10)
        while not self.go.is_set():
            if self._stopped:
                raise StoppedError
            time.sleep(0.001)
        return super().wait(seconds)


class Dying(Errand[Any]):
    """An errand that is killed."""

    def wait(self, seconds: float | None = None) -> Any:
        """Die."""
        del seconds
        raise DiedError(-9)


class Breaking(Errand[Any]):
    """An errand that fails as nobody foresaw."""

    def wait(self, seconds: float | None = None) -> Any:
        """Fail."""
        del seconds
        raise ZeroDivisionError


class Raced(Here):
    """A question comes between the end of a build and word of it."""

    ask: Callable[[], object]
    opening: threading.Event

    def wait(self, seconds: float | None = None) -> Any:
        """Build, and have somebody else ask."""
        report = super().wait(seconds)
        threading.Thread(target=type(self).ask).start()
        assert self.opening.wait(10)
        return report


class Refusing(Errand[Any]):
    """An errand that is refused."""

    def wait(self, seconds: float | None = None) -> Any:
        """Say why."""
        del seconds
        raise IndexLocked(self._args[1])  # type: ignore[arg-type] # the index folder


@pytest.fixture(autouse=True)
def _held() -> None:
    Held.go = threading.Event()


def test_a_build_goes_live(corpus: Path, index: Path, tmp_path: Path) -> None:
    """New files are answered from without a restart; the result stands in the one message; /status remembers it."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            (corpus / "新.txt").write_text(NEW, encoding="utf-8")
            assert found.desk.library.counts()[0] == 2
            await found.command("/rebuild")
            await found.settle()

            (text,) = found.texts()
            assert text.split("\n")[0].startswith("✅ 更新索引：完成，用时 ")
            assert text.split("\n")[1].startswith("新增 1 段，未变 ")
            assert text.endswith(zh_admin.BUILD_LIVE)
            assert found.desk.retriever.generation == live(index) != history(index)[1]
            assert found.desk.library.counts()[0] == 3
            await found.command("/status")
            assert "上次重建：2026-11-18 19:06（刚才），成功，用时 0 秒" in found.texts()[-1]

            await found.command("/rebuild")
            await found.settle()
            assert "材料没有变动" in found.texts()[-1]
            await found.command("/rebuild full")
            await found.settle()
            assert found.texts()[-1].startswith("✅ 全部重建：完成")
            assert len(history(index)) == 3
            await found.command("/rebuild everything")
            assert found.texts()[-1] == zh_admin.REBUILD_USAGE

    run(work)


def test_a_build_is_live_though_a_question_was_quicker(
    corpus: Path, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a question has the new generation opened, the result is not that it could not be."""
    opening = threading.Event()

    def slow(folder: Path) -> Generation:
        opening.set()
        time.sleep(0.3)
        return open_live(folder)

    async def work() -> None:
        async with office(corpus, index, tmp_path, errand=Raced) as found:
            Raced.ask = found.desk.library.counts
            Raced.opening = opening
            monkeypatch.setattr(retriever, "open_live", slow)
            (corpus / "新.txt").write_text(NEW, encoding="utf-8")
            await found.command("/rebuild")
            await found.settle()
            assert found.texts()[0].endswith(zh_admin.BUILD_LIVE)

    run(work)


def test_progress_in_one_message_while_others_are_served(corpus: Path, index: Path, tmp_path: Path) -> None:
    """The handler returns at once; a second build is refused with the progress of the first; /status shows it too."""

    async def work() -> None:
        async with office(corpus, index, tmp_path, errand=Held) as found:
            await found.command("/rebuild")
            await until(lambda: any("30%" in text for text in found.texts()))
            await found.command("/rebuild", user=DEPUTY)
            await found.command("/status", user=DEPUTY)
            await found.act(go(Task.ROLLBACK, "x"))
            Held.go.set()
            await found.settle()

            assert len(found.texts()) == 1
            assert found.texts()[0].startswith("✅ 更新索引")
            busy, status = found.texts(DEPUTY)
            assert busy.startswith("已经在做了，请等它完成：\n⏳ 更新索引：▓▓▓░░░░░░░ 30%\n编码 3/10")
            assert "⏳ 更新索引" in status
            assert found.outbox.notices == [("1", zh_admin.ROLLBACK_BUSY, True)]

    run(work)


def test_unchanged_progress_is_not_sent_again(
    corpus: Path, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within a second the text is the same, and Telegram is spared it."""
    monkeypatch.setattr("speechbot.telegram.rebuilding.time", SimpleNamespace(monotonic=lambda: 1000.0))

    async def work() -> None:
        async with office(corpus, index, tmp_path, errand=Held) as found:
            await found.command("/rebuild")
            await asyncio.sleep(0.2)
            Held.go.set()
            await found.settle()
            assert len([text for _, text in found.outbox.said if "30%" in text]) == 1

    run(work)


def test_known_failures_are_told(corpus: Path, index: Path, tmp_path: Path) -> None:
    """With their reason; nothing is blamed, the index stays, and the next build is possible."""

    async def work() -> None:
        async with office(corpus, index, tmp_path, errand=Refusing) as found:
            await found.command("/rebuild")
            await found.settle()
            assert found.texts()[0].startswith("❌ 更新索引：没有成功，原来的索引照常使用。\n原因：另一个建库进程")
            assert found.desk.metrics.errors() == {}
            await found.command("/rebuild")
            await found.settle()
            assert len(found.texts()) == 2
            await found.command("/status")
            assert zh_admin.OUTCOME_FAILED in found.texts()[-1]

    run(work)


def test_a_death_is_told_and_logged(corpus: Path, index: Path, tmp_path: Path) -> None:
    """With the signal."""

    async def work() -> None:
        async with office(corpus, index, tmp_path, errand=Dying) as found:
            await found.command("/rebuild")
            await found.settle()
            assert "建索引的进程意外结束（信号 9）" in found.texts()[0]
            assert found.desk.metrics.errors() == {"DiedError": 1}

    run(work)


def test_what_nobody_foresaw_gets_an_id(
    corpus: Path, index: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Which stands in the log, and the next build is possible."""

    async def work() -> None:
        async with office(corpus, index, tmp_path, errand=Breaking) as found:
            await found.command("/rebuild")
            await found.settle()
            (record,) = [one for one in caplog.records if one.exc_info]
            error_id: str = record.__dict__["error_id"]
            assert found.texts()[-1] == zh_admin.BLAMED.format(id=error_id)
            await found.command("/rebuild")
            await found.settle()
            assert found.desk.metrics.errors() == {"ZeroDivisionError": 2}

    run(work)


def test_closing_stops_a_build_and_says_so(corpus: Path, index: Path, tmp_path: Path) -> None:
    """Within a second, with a last word in the message; nothing goes on."""

    async def work() -> None:
        async with office(corpus, index, tmp_path, errand=Held) as found:
            await found.command("/rebuild")
            await until(lambda: any("30%" in text for text in found.texts()))
            began = time.monotonic()
            await found.admins.close()
            assert time.monotonic() - began < 1
            assert found.texts() == [zh_admin.BUILD_STOPPED.format(title="更新索引")]
            assert not found.admins._chores._tasks

    run(work)


def test_closing_stops_what_waits_for_its_turn(corpus: Path, index: Path, tmp_path: Path) -> None:
    """A build that would begin because the one before was stopped does not hold up the end of the bot."""

    async def work() -> None:
        async with office(corpus, index, tmp_path, errand=Held) as found:
            await found.command("/rebuild")
            await until(lambda: any("30%" in text for text in found.texts()))
            admins = found.admins
            admins._chores.begin(admins._rebuilding.run(BOSS, title="又一次"), BOSS, "rebuilding")
            await until(lambda: len(found.texts()) == 2)
            await admins.close()
            Held.go.set()
            assert found.texts() == [zh_admin.BUILD_STOPPED.format(title=title) for title in ("更新索引", "又一次")]

    run(work)


def test_an_admin_who_blocks_the_bot_stops_no_build(corpus: Path, index: Path, tmp_path: Path) -> None:
    """What cannot be told is logged; the next build is possible."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            found.outbox.blocked.add(BOSS)
            await found.command("/rebuild")
            await found.settle()
            found.outbox.blocked.clear()
            await found.command("/rebuild")
            await found.settle()
            assert len(found.texts()) == 1
            assert found.texts()[0].startswith("✅")

    run(work)


@pytest.fixture
def twice(corpus: Path, index: Path) -> Path:
    """An index of two generations."""
    (corpus / "新.txt").write_text(NEW, encoding="utf-8")
    build_index(corpus, index, encoder=ToyEncoder())
    return index


def test_rollback_asks_and_goes_back(corpus: Path, twice: Path, tmp_path: Path) -> None:
    """It names where it leads; 退回 goes there and is live; pressed again it has nowhere to go."""

    async def work() -> None:
        async with office(corpus, twice, tmp_path) as found:
            new, old = history(twice)
            await found.command("/rollback")
            assert found.texts()[0].startswith(f"要退回到 {old} 吗？")
            assert "有 2 个文件" in found.texts()[0]
            assert found.texts()[0].endswith(f"现在的版本是 {new}。")
            reply = found.outbox.latest(BOSS)
            await found.press(zh_admin.ROLLBACK_YES)
            assert live(twice) == found.desk.retriever.generation == old
            assert found.texts() == [zh_admin.ROLLBACK_DONE.format(name=old)]
            await found.act(go(Task.ROLLBACK, old), message=101, reply=reply)
            assert found.texts() == [zh_admin.ROLLBACK_NONE]

    run(work)


def test_rollback_can_be_dropped(corpus: Path, twice: Path, tmp_path: Path) -> None:
    """取消 changes nothing; a question that is out of date is asked anew; an index that is locked is told."""

    async def work() -> None:
        async with office(corpus, twice, tmp_path) as found:
            new, old = history(twice)
            await found.command("/rollback")
            await found.press(zh_admin.CANCEL)
            assert found.texts() == [zh_admin.CANCELLED]
            await found.act(go(Task.ROLLBACK, "20200101T000000Z-abcdef"))
            assert found.texts()[-1].startswith(f"{zh_admin.ROLLBACK_CHANGED}\n要退回到 {old} 吗？")
            assert labels(found.outbox.latest(BOSS)) == [zh_admin.ROLLBACK_YES, zh_admin.CANCEL]
            with locked(twice):
                await found.press(zh_admin.ROLLBACK_YES)
            assert "另一个建库进程" in found.texts()[-1]
            assert live(twice) == new

    run(work)


def test_strangers_press_in_vain(corpus: Path, twice: Path, tmp_path: Path) -> None:
    """Whoever is no admin, or no more, is told so."""

    async def work() -> None:
        async with office(corpus, twice, tmp_path) as found:
            _, old = history(twice)
            await found.act(go(Task.ROLLBACK, old), user=ANNA)
            assert found.outbox.notices == [("1", zh_admin.NOT_ADMIN, True)]
            assert live(twice) != old

    run(work)


@pytest.mark.model
def test_a_real_build_in_a_process_of_its_own(tmp_path: Path) -> None:
    """With the bundled model; the bot answers from what was built."""
    corpus, index = tmp_path / "材料", tmp_path / "索引"
    shutil.copytree(DATA / "corpus", corpus)
    build_index(corpus, index)
    (corpus / "新.txt").write_text(NEW, encoding="utf-8")

    async def work() -> None:
        async with office(corpus, index, tmp_path, errand=Errand, toy=False) as found:
            await found.command("/rebuild")
            await found.settle()
            assert found.texts()[0].startswith("✅ 更新索引：完成")
            assert found.desk.library.ask("今年办多少场读书会").hits[0].passage.source == "新.txt"

    run(work)
