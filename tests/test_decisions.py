"""Who may ask: decided by number, name or button, told to whom it concerns, listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import User

from speechbot.telegram.access import Verdict
from speechbot.telegram.buttons import Judge
from speechbot.telegram.records import Kind, Standing
from speechbot.wording import zh_admin
from tests.admin_desk import ANNA, BOSS, DEPUTY, HOSTILE, NOW, check, labels, office, run

if TYPE_CHECKING:
    from pathlib import Path

BEN = 6
GROUP = {"id": -100, "type": "supergroup", "title": "读书群"}


def test_people_are_allowed_and_denied(corpus: Path, index: Path, tmp_path: Path) -> None:
    """By numbers or a known user name; who is let in is told once, who is not hears nothing unless they asked."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            access, ledger = found.desk.access, found.desk.ledger
            ledger.see(ANNA, "安娜", "Anna", NOW)
            await found.command(f"/allow @anna {BEN}")
            assert found.texts()[-1] == f"✅ 已允许 安娜（编号 {ANNA}，@Anna）\n✅ 已允许 编号 {BEN}（还没见过）"
            assert access.may_ask(ANNA, ANNA, Kind.PRIVATE) is Verdict.ALLOWED
            await found.command(f"/allow {ANNA}")
            assert found.texts(ANNA) == found.texts(BEN) == [zh_admin.WELCOME]

            await found.command(f"/deny {ANNA}")
            assert access.may_ask(ANNA, ANNA, Kind.PRIVATE) is Verdict.DENIED
            assert found.texts(ANNA) == [zh_admin.WELCOME]

            assert access.request(9)
            await found.command("/deny 9")
            assert found.texts(9) == [zh_admin.REFUSED]

    run(work)


def test_a_name_that_changed_hands_means_who_has_it_now(corpus: Path, index: Path, tmp_path: Path) -> None:
    """As far as the bot has seen: whoever gave it up is not let in by it."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            access, ledger = found.desk.access, found.desk.ledger
            ledger.see(BEN, "本", "anna", NOW)
            ledger.see(ANNA, "安娜", "anna", NOW + 1)
            await found.command("/allow @anna")
            assert access.may_ask(ANNA, ANNA, Kind.PRIVATE) is Verdict.ALLOWED
            assert access.may_ask(BEN, BEN, Kind.PRIVATE) is Verdict.STRANGER

    run(work)


def test_what_cannot_be_decided_is_told(corpus: Path, index: Path, tmp_path: Path) -> None:
    """An admin, nobody, an unknown name, no number at all: with an example."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            for words in ("", f" {DEPUTY}", " 777000", " @nobody", " x", " ²", " 0", " 99999999999999999999", " -5"):
                await found.command(f"/deny{words}")
            assert found.texts() == [
                zh_admin.DENY_USAGE,
                zh_admin.JUDGE_ADMIN.format(person=f"编号 {DEPUTY}（还没见过）"),
                zh_admin.JUDGE_NOBODY.format(id=777000),
                zh_admin.UNKNOWN_NAME.format(name="@nobody"),
                *[
                    zh_admin.NOT_A_NUMBER.format(word=word) + "\n" + zh_admin.DENY_USAGE
                    for word in ("x", "²", "0", "9" * 20, "-5")
                ],
            ]
            assert {one.standing for one in found.desk.ledger.people()} == {Standing.UNKNOWN}

    run(work)


def test_groups_are_decided_in_the_group(corpus: Path, index: Path, tmp_path: Path) -> None:
    """Without a number; with one it belongs in private; whoever is no admin hears nothing."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            access = found.desk.access
            await found.command("/allow", chat=GROUP, user=ANNA)
            assert -100 not in found.outbox.chats
            await found.command("/allow", chat=GROUP)
            assert access.may_ask(ANNA, -100, Kind.GROUP) is Verdict.ALLOWED
            await found.command("/deny 5", chat=GROUP)
            assert access.may_ask(ANNA, -100, Kind.GROUP) is Verdict.ALLOWED
            await found.command("/deny", chat=GROUP)
            assert access.may_ask(ANNA, -100, Kind.GROUP) is Verdict.DENIED
            assert found.texts(-100) == [zh_admin.GROUP_ALLOWED, zh_admin.PRIVATE_ONLY, zh_admin.GROUP_DENIED]
            await found.command("/users")
            assert "群（1）\n读书群（编号 -100，不回答）" in found.texts()[0]

    run(work)


def test_admins_are_asked_and_one_decides(corpus: Path, index: Path, tmp_path: Path) -> None:
    """All admins who can be reached; the first decides, the second is told so and changes nothing."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            found.desk.ledger.see(ANNA, "安娜 <b>", None, NOW)
            assert found.desk.access.request(ANNA)
            found.outbox.blocked.add(BOSS)
            await found.admins.requested(User(ANNA, "安娜 <b>", is_bot=False))
            found.outbox.blocked.clear()
            await found.admins.requested(User(ANNA, "安娜 <b>", is_bot=False))
            assert found.texts() == [f"🙋 安娜 <b>（编号 {ANNA}）想要提问。"]
            assert len(found.texts(DEPUTY)) == 2

            await found.press(zh_admin.JUDGE_YES)
            assert found.texts() == [f"✅ 已允许 安娜 <b>（编号 {ANNA}）"]
            assert labels(found.outbox.latest(BOSS)) == []
            assert found.texts(ANNA) == [zh_admin.WELCOME]
            await found.press(zh_admin.JUDGE_NO, user=DEPUTY)
            assert found.outbox.notices[-1] == (
                "2",
                f"安娜 <b>（编号 {ANNA}）已经被允许了。要改变请发 /deny {ANNA}",
                True,
            )
            assert found.texts(DEPUTY)[-1] == f"✅ 已允许 安娜 <b>（编号 {ANNA}）"
            person = found.desk.ledger.person(ANNA)
            assert person is not None
            assert person.standing is Standing.ALLOWED

    run(work)


def test_refused_requests_are_told(corpus: Path, index: Path, tmp_path: Path) -> None:
    """To whoever asked; a person who has blocked the bot stops nothing; strangers judge nobody."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            for user in (ANNA, BEN):
                found.desk.access.request(user)
                await found.admins.requested(User(user, "x", is_bot=False))
            found.outbox.blocked.add(BEN)
            first, second = found.outbox.chats[BOSS]
            await found.press(zh_admin.JUDGE_NO, number=first)
            await found.press(zh_admin.JUDGE_NO, number=second)
            assert found.texts(ANNA) == [zh_admin.REFUSED]
            await found.act(Judge(9, allowed=True), user=ANNA)
            assert found.outbox.notices[-1] == ("3", zh_admin.NOT_ADMIN, True)
            assert found.desk.access.may_ask(9, 9, Kind.PRIVATE) is Verdict.STRANGER

    run(work)


def test_the_list_of_who_waits_gets_shorter(corpus: Path, index: Path, tmp_path: Path) -> None:
    """Each decision takes its row away, the last one leaves a word."""

    async def work() -> None:
        async with office(corpus, index, tmp_path, users=frozenset({4}), groups=frozenset({-9})) as found:
            for user in (ANNA, BEN):
                found.desk.ledger.see(user, f"人{user}", None, NOW)
                found.desk.access.request(user)
            found.desk.access.deny(3, BOSS)
            await found.command("/users")
            lists, waiting = found.texts()
            assert lists.split("\n") == [
                "管理员（2）",
                f"人{BOSS}（编号 {BOSS}，由设置指定）",
                f"编号 {DEPUTY}（还没见过，由设置指定）",
                "可以提问（1）",
                "编号 4（还没见过，由设置指定）",
                "不能提问（1）",
                "编号 3（还没见过）",
                "群（1）",
                "编号 -9（还没见过，由设置指定）",
            ]
            assert waiting == f"等待允许（2）\n1. 人{ANNA}（编号 {ANNA}）\n2. 人{BEN}（编号 {BEN}）"
            await found.press("拒绝 1")
            assert found.texts()[1] == f"等待允许（1）\n1. 人{BEN}（编号 {BEN}）"
            await found.press("允许 1")
            assert found.texts()[1] == f"✅ 已允许 人{BEN}（编号 {BEN}）"

    run(work)


def test_hostile_names_are_shown_as_they_are(corpus: Path, index: Path, tmp_path: Path) -> None:
    """Every list stays within Telegram's rules."""

    async def work() -> None:
        async with office(corpus, index, tmp_path) as found:
            for number, name in enumerate(HOSTILE, 1000):
                found.desk.ledger.see(number, name, name, NOW)
                found.desk.access.request(number)
                found.desk.ledger.see(number + 100, name, name, NOW)
                found.desk.access.deny(number + 100, BOSS)
            await found.command("/users")
            assert len([check(reply) for reply in found.outbox.chats[BOSS].values()]) == 2
            await found.command("/allow @<b>")
            assert "<b>" in found.texts()[-1]

    run(work)
