"""Which message is whose matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.telegram_kit import ADMIN, ANNA, BERTA, QUESTION

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.telegram_kit import Rig


@pytest.fixture
def admins(rigged: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch) -> tuple[Rig, list[str]]:
    """A bot with an admin, and the files that the admins' part was given."""
    rig = rigged(admins=frozenset({ADMIN}), access="open")
    given: list[str] = []

    async def document(update: Any, _context: Any) -> None:
        given.append(update.message.document.file_name)

    monkeypatch.setattr(rig.admins, "document", document)
    return rig, given


def test_an_admins_file_is_no_question(admins: tuple[Rig, list[str]]) -> None:
    """With a caption or without; once, however it is edited."""
    rig, given = admins
    sent = rig.world.send_file(ADMIN, "a.txt", b"x", caption=QUESTION)
    rig.world.push("edited_message", {**sent, "edit_date": 1})
    rig.world.send_file(ADMIN, "b.txt", b"x")

    assert rig.deliver() == []
    assert given == ["a.txt", "b.txt"]


def test_files_of_others_and_in_groups(admins: tuple[Rig, list[str]]) -> None:
    """Are no material; what is written below one is a question, in a group where it names the bot."""
    rig, given = admins
    rig.world.privacy = False
    group = rig.world.group()
    rig.world.send_file(ANNA, "a.txt", b"x", caption=QUESTION)
    rig.world.send_file(ADMIN, "b.txt", b"x", chat=group)
    rig.world.send_file(ADMIN, "c.txt", b"x", chat=group, caption=QUESTION)

    assert [message["chat"]["id"] for message in rig.deliver()] == [ANNA]
    assert given == []


@pytest.mark.parametrize("kind", ["group", "supergroup"])
def test_commands_that_are_edited(rig: Rig, kind: str) -> None:
    """Are not done again, but for /ask."""
    group = rig.world.group(kind=kind)
    for text in ("/start", "/help", "/sources", "/forget", "/nothing"):
        for chat in (0, group):
            said = rig.world.say(ANNA, text, chat=chat)
            rig.deliver()
            rig.world.edit(said, text + " x")
            assert rig.deliver() == []


def test_kinds_that_nothing_handles(rig: Rig) -> None:
    """Are passed over, whatever is in them."""
    message = rig.world.say(BERTA, QUESTION)
    rig.world.updates.clear()
    for kind in ("channel_post", "business_message", "poll_answer", "message_reaction", "brand_new_kind", "poll"):
        rig.world.raw({kind: message})
    rig.world.raw({})

    assert rig.deliver() == []
    assert rig.log == [] or all(record.levelname == "WARNING" for record in rig.log)
