"""Files that admins send: checked, shown, added, live; or refused with the reason."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from telegram.error import BadRequest, TimedOut

from speechbot.indexing.store import live
from speechbot.telegram.buttons import Task
from speechbot.telegram.deeds import look
from speechbot.telegram.errands import DiedError, Errand
from speechbot.wording import zh_admin, zh_corpus
from tests.admin_desk import ANNA, BOSS, Here, Office, go, labels, office, run, update
from tests.test_rebuilding import NEW, Refusing
from tests.test_standin_server import run as served

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from telegram import Bot, Update

    from speechbot.standin.server import Server
    from speechbot.standin.world import World


@dataclass
class FakeBot:
    """Hands out one file, after some failures."""

    data: bytes
    failures: Sequence[Exception] = ()

    async def get_file(self, **_: object) -> FakeBot:
        """Itself."""
        if self.failures:
            error, *self.failures = self.failures
            raise error
        return self

    async def download_to_drive(self, path: Path) -> None:
        """Write the file."""
        path.write_bytes(self.data)


class Unreadable(Here):
    """Looks that end in some way."""

    end: BaseException = DiedError(-11)

    def wait(self, seconds: float | None = None) -> Any:
        """End."""
        if self._deed is look:
            raise self.end
        return super().wait(seconds)


class Builder(Here):
    """Builds are refused, looks are not."""

    def wait(self, seconds: float | None = None) -> Any:
        """Do it, or not."""
        return super().wait(seconds) if self._deed is look else Refusing(self._deed, *self._args).wait()


def sent(
    name: str | None, data: bytes = NEW.encode(), *, size: int | None = None, failures: Sequence[Exception] = ()
) -> Update:
    """An update with a file."""
    document = {"file_id": "f", "file_unique_id": "u", "file_size": len(data) if size is None else size}
    if name is not None:
        document["file_name"] = name
    return update({"document": document}, bot=FakeBot(data, failures))


async def upload(found: Office, *args: Any, **more: Any) -> None:
    """Send a file and wait until it was looked at."""
    await found.admins.document(sent(*args, **more), None)  # type: ignore[arg-type] # no context is needed
    await found.settle()


def waiting(tmp_path: Path) -> list[str]:
    """Files that wait."""
    return sorted(path.name for path in (tmp_path / "state" / "uploads").glob("*/*"))


def test_a_file_is_shown_and_added(corpus: Path, index: Path, tmp_path: Path) -> None:
    """The tree first, then 加入: one message from loading to done, and questions are answered from it at once."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            await upload(found, "../阅读\u202e.txt")
            (text,) = found.texts()
            assert text.split("\n")[:3] == [
                "📄 阅读.txt",
                "1 篇讲话，0 个标题，1 段，共 34 字（utf-8）",
                "《全市阅读工作会上的讲话》（1 段）",
            ]
            assert text.endswith(zh_admin.UPLOAD_ASK)
            assert not (corpus / "阅读.txt").exists()

            await found.press(zh_admin.UPLOAD_YES)
            await found.settle()
            assert found.outbox.notices == [("1", zh_admin.UPLOAD_GOING, False)]
            assert len(found.texts()) == 1
            assert found.texts()[0].startswith("✅ 加入《阅读.txt》：完成")
            assert (corpus / "阅读.txt").read_text(encoding="utf-8") == NEW
            assert found.desk.library.counts()[0] == 3
            assert waiting(tmp_path) == []

    run(work)


def test_a_file_waits_over_a_restart(corpus: Path, index: Path, tmp_path: Path) -> None:
    """The button of before adds it; pressed once more it says that this is done."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            await upload(found, "阅读.txt")
            reply = found.outbox.latest(BOSS)
        async with office(corpus, index, tmp_path) as found:
            found.outbox.chats[BOSS] = {101: reply}
            await found.press(zh_admin.UPLOAD_YES)
            await found.settle()
            assert (corpus / "阅读.txt").exists()
            found.outbox.chats[BOSS] = {101: reply}
            await found.press(zh_admin.UPLOAD_YES)
            await found.press(zh_admin.CANCEL)
            assert found.outbox.notices[1:] == [("2", zh_admin.UPLOAD_GONE, True), ("3", zh_admin.UPLOAD_GONE, True)]

    run(work)


def test_a_file_can_be_dropped(corpus: Path, index: Path, tmp_path: Path) -> None:
    """取消 leaves nothing behind."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            await upload(found, "阅读.txt")
            assert waiting(tmp_path) == ["阅读.txt"]
            await found.press(zh_admin.CANCEL)
            assert found.texts() == [zh_admin.UPLOAD_DROPPED]
            assert waiting(tmp_path) == []
            assert not (corpus / "阅读.txt").exists()

    run(work)


def test_an_album_is_added_file_by_file(corpus: Path, index: Path, tmp_path: Path) -> None:
    """Each waits for itself; pressed together, they are added one after the other; pressed twice, once."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            for number in range(3):
                text = NEW.replace("一百", f"{number + 2} 百")
                await found.admins.document(sent(f"{number}.txt", text.encode()), None)  # type: ignore[arg-type]
            await found.settle()
            assert waiting(tmp_path) == ["0.txt", "1.txt", "2.txt"]
            numbers = sorted(found.outbox.chats[BOSS])
            for number in (*numbers, numbers[2]):
                await found.press(zh_admin.UPLOAD_YES, number=number)
                found.outbox.chats[BOSS].setdefault(number, found.outbox.latest(BOSS))
            await found.settle()
            assert [text.split("：")[0] for text in found.texts()] == [f"✅ 加入《{n}.txt》" for n in range(3)]
            assert found.desk.library.counts()[0] == 5

    run(work)


@pytest.mark.parametrize("name", ["a.exe", "无后缀", None, "a.meta.yaml", "照片.jpg"])
def test_other_files_are_refused(corpus: Path, index: Path, tmp_path: Path, name: str | None) -> None:
    """With what can be read; nothing is downloaded."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            await upload(found, name, failures=[AssertionError()])
            assert found.texts() == [zh_admin.UPLOAD_TYPES.format(formats=zh_corpus.FORMATS, limit=20)]

    run(work)


def test_large_files_are_refused(corpus: Path, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By what is said of the size, by what Telegram says, and by what came."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            await upload(found, "a.txt", size=20_000_001)
            await upload(found, "a.txt", failures=[BadRequest("File is too big")])
            monkeypatch.setattr("speechbot.telegram.material_views.LIMIT", 50)
            await upload(found, "a.txt", size=0)
            assert [text.split("：")[0] for text in found.texts()] == [
                "文件有 21 MB，超过 20 MB",
                "文件超过 20 MB，Telegram 不让机器人下载。请拆成几个，或直接放进材料文件夹后发 /rebuild。",
                "文件有 1 MB，超过 0 MB",
            ]
            assert waiting(tmp_path) == []

    run(work)


def test_downloads_are_tried_again(corpus: Path, index: Path, tmp_path: Path) -> None:
    """After a hiccup; what fails for good is told."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            found.admins._uploads._delays = (0.0, 0.0)
            await upload(found, "a.txt", failures=[TimedOut(), TimedOut()])
            assert labels(found.outbox.latest(BOSS)) == [zh_admin.UPLOAD_YES, zh_admin.CANCEL]
            await upload(found, "b.txt", failures=[TimedOut(), TimedOut(), TimedOut()])
            await upload(found, "c.txt", failures=[BadRequest("wrong file_id")])
            assert found.texts()[1:] == [zh_admin.UPLOAD_LOST.format(name=name) for name in ("b.txt", "c.txt")]
            assert waiting(tmp_path) == ["a.txt"]

    run(work)


@pytest.mark.parametrize(
    "broken",
    [
        ("空.txt", b" \n", zh_corpus.SKIPPED_EMPTY),
        ("坏.docx", b"PK\x03\x04broken", zh_corpus.REASON_WORD_DAMAGED),
        ("坏.pdf", b"%PDF-1.7 broken", zh_corpus.REASON_PDF_DAMAGED),
        ("坏.txt", bytes(range(256)), zh_corpus.REASON_ENCODING),
    ],
)
def test_broken_files_are_refused(corpus: Path, index: Path, tmp_path: Path, broken: tuple[str, bytes, str]) -> None:
    """In a clear sentence, without buttons, and nothing is kept."""
    name, data, said = broken

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            await upload(found, name, data)
            (text,) = found.texts()
            assert text == zh_admin.UPLOAD_UNREAD.format(name=name, reason=said)
            assert labels(found.outbox.latest(BOSS)) == []
            assert waiting(tmp_path) == []

    run(work)


@pytest.mark.parametrize(
    "ended", [(DiedError(-11), "信号 11"), (TimeoutError(), zh_admin.UPLOAD_SLOW.format(seconds=120))]
)
def test_files_that_break_their_reader_are_refused(
    corpus: Path, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended: tuple[BaseException, str]
) -> None:
    """A process that dies or does not end is told; the bot goes on."""
    end, said = ended
    monkeypatch.setattr(Unreadable, "end", end)

    async def work() -> None:
        async with office(corpus, index, tmp_path, errand=Unreadable) as found:
            await upload(found, "a.txt")
            assert said in found.texts()[0]
            assert waiting(tmp_path) == []

    run(work)


def test_files_without_a_passage_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should the parser ever find none."""
    (tmp_path / "a.txt").write_text(NEW, encoding="utf-8")
    monkeypatch.setattr("speechbot.telegram.deeds.parse", lambda _: ())

    assert look(lambda _done, _total: None, tmp_path) == zh_admin.UPLOAD_NO_PASSAGE


def test_known_files_are_told(corpus: Path, index: Path, tmp_path: Path) -> None:
    """The same file need not be added; another one of its name replaces it, and the old one is kept."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            old = (corpus / "河道治理讲话.txt").read_bytes()
            await upload(found, "河道治理讲话.txt", old)
            assert found.texts() == [zh_admin.UPLOAD_KNOWN.format(name="河道治理讲话.txt")]
            assert waiting(tmp_path) == []
            await upload(found, "河道治理讲话.txt")
            assert zh_admin.UPLOAD_REPLACES in found.texts()[1]
            await found.press(zh_admin.UPLOAD_YES)
            await found.settle()
            assert found.desk.library.counts()[0] == 2
            (kept,) = (tmp_path / "state" / "removed").glob("*/*")
            assert kept.read_bytes() == old

    run(work)


def test_a_build_that_fails_leaves_everything_as_it_was(corpus: Path, index: Path, tmp_path: Path) -> None:
    """The corpus is restored, the file still waits, and can be added again."""

    async def work() -> None:
        async with office(corpus, index, tmp_path, errand=Builder) as found:
            before, generation = sorted(corpus.iterdir()), live(index)
            await upload(found, "阅读.txt")
            await found.press(zh_admin.UPLOAD_YES)
            await found.settle()
            (text,) = found.texts()
            assert text.startswith("❌ 加入《阅读.txt》：没有成功，原来的索引照常使用。\n原因：另一个建库进程")
            assert text.endswith(zh_admin.BUILD_RESTORED)
            assert labels(found.outbox.latest(BOSS)) == [zh_admin.UPLOAD_YES, zh_admin.CANCEL]
            assert (sorted(corpus.iterdir()), live(index)) == (before, generation)
            assert waiting(tmp_path) == ["阅读.txt"]

    run(work)


def test_a_corpus_that_is_read_only_is_told(
    corpus: Path, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the reason; the file still waits."""

    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            await upload(found, "阅读.txt")
            monkeypatch.setattr("speechbot.telegram.staging.os.replace", refuse)
            await found.press(zh_admin.UPLOAD_YES)
            await found.settle()
            assert len(found.texts()) == 1
            assert "文件系统是只读的" in found.texts()[0]
            assert waiting(tmp_path) == ["阅读.txt"]
            assert found.desk.metrics.errors() == {}

    run(work)


def test_strangers_add_nothing(corpus: Path, index: Path, tmp_path: Path) -> None:
    """Neither with a file nor with a button that they came by."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            stranger = update({"document": {"file_id": "f", "file_unique_id": "u", "file_name": "a.txt"}}, user=ANNA)
            await found.admins.document(stranger, None)  # type: ignore[arg-type]
            await upload(found, "阅读.txt")
            (folder,) = (tmp_path / "state" / "uploads").iterdir()
            await found.act(go(Task.UPLOAD, folder.name), user=ANNA)
            await found.settle()
            assert found.outbox.notices == [("1", zh_admin.NOT_ADMIN, True)]
            assert not (corpus / "阅读.txt").exists()
            assert ANNA not in found.outbox.chats

    run(work)


def test_a_file_from_telegram_itself(
    corpus: Path, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Downloaded by the real client library, looked at in a real process."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")

    async def work(bot: Bot, world: World, _: Server) -> None:
        async with office(corpus, index, tmp_path, errand=Errand) as found:
            message = world.send_file(BOSS, "阅读.txt", NEW.encode())
            found_update = update({"document": message["document"]}, bot=bot)
            await found.admins.document(found_update, None)  # type: ignore[arg-type]
            await asyncio.wait_for(found.settle(), 60)
            assert found.texts()[0].endswith(zh_admin.UPLOAD_ASK)
            (folder,) = (tmp_path / "state" / "uploads").iterdir()
            assert (folder / "阅读.txt").read_text(encoding="utf-8") == NEW

    served(work)
