"""What admins can do, who may, and what the others get."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from speechbot.errors import StateError
from speechbot.evaluation import load_questions
from speechbot.telegram import gap_groups
from speechbot.telegram.admins import COMMANDS_ADMIN
from speechbot.telegram.buttons import Judge
from speechbot.telegram.records import Kind, Question, Vote
from speechbot.wording import zh_admin
from tests.admin_desk import ANNA, BOSS, NOW, office, person, run, update

if TYPE_CHECKING:
    from pathlib import Path

    from speechbot.telegram.desk import Desk

NAMES = ["status", "rebuild", "rollback", "remove", "gaps", "stats", "users", "allow", "deny"]


def ask(desk: Desk, text: str, *, found: bool = False, passages: tuple[str, ...] = (), asked: float = NOW) -> int:
    """Keep a question of Anna's."""
    return desk.ledger.ask(
        Question(text, ANNA, ANNA, 1, Kind.PRIVATE, found, 0.9, passages, 5.0, "g", asked),
    )


def test_commands_are_those_of_the_menu(corpus: Path, index: Path, tmp_path: Path) -> None:
    """Each that is shown is there, with a description that Telegram takes."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            assert [name for name, _ in COMMANDS_ADMIN] == NAMES
            assert sorted(found.admins.commands) == sorted(NAMES)
            assert all(3 <= len(words) <= 30 for _, words in COMMANDS_ADMIN)

    run(work)


@pytest.mark.parametrize("name", NAMES)
def test_strangers_meet_an_unknown_command(corpus: Path, index: Path, tmp_path: Path, name: str) -> None:
    """In private what any unknown command gets; in groups, and from channels, nothing at all."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            group = {"id": -100, "type": "group", "title": "群"}
            await found.command(f"/{name} 5", user=ANNA)
            await found.command(f"/{name}", user=ANNA, chat=group)
            await found.command(f"/{name}", user=1087968824, chat=group)
            # Not even where the stand-in of a person that comes with a channel's word is an admin's
            spoken = {"text": f"/{name}", "sender_chat": {"id": -200, "type": "channel", "title": "频道"}}
            await found.admins.commands[name](update(spoken, chat=group), None)  # type: ignore[arg-type]
            await found.settle()
            assert len(found.unknown) == 1
            assert found.outbox.said == []

    run(work)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in {"allow", "deny"}])
def test_admins_are_sent_to_private(corpus: Path, index: Path, tmp_path: Path, name: str) -> None:
    """What shows questions and people does not stand in a group."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            await found.command(f"/{name}", chat={"id": -100, "type": "group", "title": "群"})
            await found.settle()
            assert found.outbox.said == [(-100, zh_admin.PRIVATE_ONLY)]

    run(work)


def test_status(corpus: Path, index: Path, tmp_path: Path) -> None:
    """The live generation, today's questions, latency; a lost index is an error that says what to do."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            ask(found.desk, "问", found=True)
            ask(found.desk, "昨天", asked=NOW - 86_400)
            found.desk.metrics.question("found", 0.012)
            found.desk.access.request(ANNA)
            await found.command("/status")
            text = found.texts()[0]
            assert f"版本：{found.desk.retriever.generation}" in text
            assert "内容：2 个文件，2 篇讲话" in text
            assert "模型：toy（64 维）" in text
            assert "今天：1 个问题，答出 1 个，1 人提问" in text
            assert "一半在 12 毫秒内，95% 在 12 毫秒内（最近 1 次）" in text
            assert "有 1 人等待允许" in text
            (index / "CURRENT").unlink()
            await found.command("/status")
            assert found.texts()[-1].startswith("没有成功：在 ")

    run(work)


def test_stats(corpus: Path, index: Path, tmp_path: Path) -> None:
    """Of so many days, with the speeches that answered; wrong numbers get an example."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            passage = found.desk.retriever.speeches()[0].passages[0]
            ask(found.desk, "一", found=True, passages=(passage.id, "f" * 16))
            ask(found.desk, "二", found=True, passages=(passage.id,))
            ask(found.desk, "三", found=True, passages=("f" * 16,))
            ask(found.desk, "旧", asked=NOW - 5 * 86_400)
            await found.command("/stats 3")
            await found.command("/stats")
            assert found.texts()[0].startswith("最近 3 天：3 个问题，1 人提问\n答出 3 个（100%）")
            assert found.texts()[0].endswith(f"答案最多来自：\n1. 《{passage.speech}》2 次")
            assert found.texts()[1].startswith("最近 14 天：4 个问题")
            for wrong in ("0", "-1", "x", "3651", "99999", "²", "1 2"):
                await found.command(f"/stats {wrong}")
            assert found.texts()[2:] == [zh_admin.STATS_USAGE] * 7

    run(work)


def test_gaps_and_their_file(corpus: Path, index: Path, tmp_path: Path) -> None:
    """Grouped, most frequent first, nobody named; the file loads as it is and shows what was voted down."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            passage = found.desk.retriever.speeches()[0].passages[0]
            await found.command("/gaps 7")
            await found.settle()
            assert found.texts() == [zh_admin.GAPS_NONE.format(days=7)]

            found.desk.ledger.see(ANNA, "安娜", "anna", NOW)
            for text in (
                "机关大院的地下停车位应该怎么申请",
                "机关大院的地下停车位应该怎么申请呢",
                "机关大院的地下停车位应该怎么申请",
                "<b>食堂</b>几点开门",
            ):
                ask(found.desk, text)
            row = ask(found.desk, "河里有几处排口", found=True, passages=(passage.id,))
            found.desk.ledger.vote(row, passage.id, ANNA, Vote.DOWN, NOW)
            ask(found.desk, "很久以前", asked=NOW - 40 * 86_400)
            await found.command("/gaps")
            await found.settle()
            text = found.texts()[-1]
            assert text.split("\n\n")[:2] == [
                "最近 30 天没答好的问题：4 种问法，合成 3 组",
                "1. 机关大院的地下停车位应该怎么申请\n没找到 3 次\n　也问：机关大院的地下停车位应该怎么申请呢",
            ]
            assert "\n没用 1 次" in text
            assert "安娜" not in text
            assert "很久以前" not in text

            await found.command("/gaps export 60")
            await found.settle()
            attachment = found.outbox.latest(BOSS).attachment
            assert attachment is not None
            assert attachment.name == "问题-20261118.jsonl"
            file = tmp_path / "gaps.jsonl"
            file.write_bytes(attachment.content)
            assert [one.question for one in load_questions(file)][:2] == [
                "机关大院的地下停车位应该怎么申请",
                "机关大院的地下停车位应该怎么申请呢",
            ]
            assert len(load_questions(file)) == 5
            assert passage.text[:20] in attachment.content.decode()
            assert "安娜" not in attachment.content.decode()
            await found.press(zh_admin.GAPS_FILE_BUTTON)
            await found.settle()
            assert found.outbox.latest(BOSS).attachment is not None
            await found.command("/gaps 0")
            assert found.texts()[-1] == zh_admin.GAPS_USAGE

    run(work)


def test_many_gaps_are_capped(corpus: Path, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The most frequent ones are compared, a few at a time, and it is said."""
    monkeypatch.setattr(gap_groups, "MOST", 100)

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            for number in range(120):
                ask(found.desk, f"第{number}个{chr(0x4E00 + number * 7)}{chr(0x5E00 + number * 5)}问题")
            sizes: list[int] = []
            encode = found.desk.retriever.encode

            def counted(texts: list[str]) -> object:
                sizes.append(len(texts))
                return encode(texts)

            monkeypatch.setattr(found.desk.retriever, "encode", counted)
            await found.command("/gaps")
            await found.settle()
            assert sizes == [64, 36]
            assert zh_admin.GAPS_CAPPED.format(count=100) in "".join(found.texts())

    run(work)


def test_buttons_are_answered_whatever_happens(
    corpus: Path, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, with the reason where it is known; what is not known goes on to the application."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            error: Exception = StateError("满了", path=tmp_path)

            def fail(*_: object) -> None:
                raise error

            monkeypatch.setattr(found.desk.ledger, "person", fail)
            await found.act(Judge(ANNA, allowed=True))
            error = ZeroDivisionError()
            with pytest.raises(ZeroDivisionError):
                await found.act(Judge(ANNA, allowed=True))
            assert found.outbox.notices == [("1", "满了", True), ("2", "", False)]
            assert found.outbox.said == []

    run(work)


def test_an_update_without_a_person_is_nobodys(corpus: Path, index: Path, tmp_path: Path) -> None:
    """A channel's post, a document without one: nothing happens."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            post = update(
                {"text": "/status", "from": person(BOSS)}, chat={"id": -1, "type": "channel", "title": "频道"}
            )
            await found.admins.commands["status"](post, None)  # type: ignore[arg-type]
            await found.admins.document(update({"text": "没有文件"}), None)  # type: ignore[arg-type]
            await found.settle()
            assert found.outbox.said == [(-1, zh_admin.PRIVATE_ONLY)]

    run(work)
