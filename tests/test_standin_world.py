"""Users of the stand-in do what users of Telegram do, and the bot hears of it what it would hear."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from speechbot.standin.methods import call
from speechbot.standin.rules import Refused
from speechbot.standin.world import World

ANNA = 5
BEN = 6


def heard(world: World) -> list[tuple[str, dict[str, Any]]]:
    """The waiting updates, taken out."""
    updates = [(kind, payload) for _, kind, payload in world.updates]
    world.updates.clear()
    return updates


def texts(world: World) -> list[str]:
    """Their messages' texts."""
    return [payload["text"] for _, payload in heard(world)]


def test_privacy_shows_a_bot_what_is_meant_for_it() -> None:
    """In a group it gets commands, mentions and answers to it; without privacy everything."""
    world = World()
    chat = world.group()
    mine = call(world, "sendMessage", {"chat_id": chat, "text": "here"})
    assert isinstance(mine, dict)
    said = ["hello", "/ask x", "/ask@standin_bot x", "/ask@other_bot x", "hi @standin_bot", "@other_bot hi"]
    for text in said:
        world.say(ANNA, text, chat=chat)
    world.say(BEN, "answer", chat=chat, reply_to=mine["message_id"])

    assert texts(world) == ["/ask x", "/ask@standin_bot x", "hi @standin_bot", "answer"]
    world.privacy = False
    world.say(ANNA, "hello", chat=chat)
    assert texts(world) == ["hello"]
    assert [one["text"] for one in world.transcript(chat)] == ["here", *said, "answer", "hello"]


def test_messages_say_where_they_belong() -> None:
    """Topics, replies, edits and entities are fields of a message."""
    world = World()
    chat = world.group(forum=True)
    first = world.say(ANNA, "/a", chat=chat, thread=7)
    second = world.say(BEN, "/b", chat=chat, thread=7, reply_to=first["message_id"])
    changed = world.edit(second, "  /c x ")

    assert (second["message_thread_id"], second["reply_to_message"]["text"]) == (7, "/a")
    assert (changed["text"], changed["entities"]) == ("/c x", [{"type": "bot_command", "offset": 0, "length": 2}])
    assert [kind for kind, _ in heard(world)] == ["message", "message", "edited_message"]
    assert world.transcript(chat)[1] == changed


def test_coming_and_going() -> None:
    """The bot is told of its own standing; of others' only by what stands in the chat, unless it asks."""
    world = World()
    chat = world.group()
    world.leave(chat, by=ANNA, kicked=True)
    world.join(chat, by=ANNA)
    world.join(chat, BEN)
    world.block(ANNA)
    kinds = [kind for kind, _ in heard(world)]

    assert kinds == ["my_chat_member", "message", "my_chat_member", "message", "my_chat_member"]
    with pytest.raises(Refused, match="bot was blocked by the user"):
        call(world, "sendMessage", {"chat_id": ANNA, "text": "a"})
    world.say(ANNA, "again")
    assert call(world, "sendMessage", {"chat_id": ANNA, "text": "a"})


def test_a_group_becomes_a_supergroup() -> None:
    """Both chats say so, and the old one answers with the new number."""
    world = World()
    old = world.group(kind="group")
    world.say(ANNA, "/a", chat=old)
    heard(world)
    new = world.migrate(old)

    assert [list(payload)[-1] for _, payload in heard(world)] == ["migrate_to_chat_id", "migrate_from_chat_id"]
    with pytest.raises(Refused) as refused:
        call(world, "sendMessage", {"chat_id": old, "text": "a"})
    assert refused.value.parameters == {"migrate_to_chat_id": new}


def test_what_else_users_send() -> None:
    """Pictures, stickers, voices and files are messages; anything at all can be pushed."""
    world = World()
    sent = [world.photo(ANNA), world.sticker(ANNA), world.voice(ANNA), world.send_file(ANNA, "a.txt", b"a")]
    world.raw({"message": {"odd": 1}})

    assert [list(message)[-1] for message in sent] == ["photo", "sticker", "voice", "document"]
    updates = call(world, "getUpdates", {})
    assert isinstance(updates, list)
    assert updates[-1]["message"] == {"odd": 1}


def test_what_the_bot_does_is_seen_and_recorded() -> None:
    """Observers are told of each event; calls are kept, refused ones too, unless they shall not be."""
    world = World()
    events: list[str] = []
    world.observe(lambda event, _: events.append(event))
    asked = world.say(ANNA, "a")
    call(world, "sendMessage", {"chat_id": ANNA, "text": "b"})
    call(world, "sendChatAction", {"chat_id": ANNA, "action": "typing"})
    number = world.press(ANNA, asked, "x")
    call(world, "answerCallbackQuery", {"callback_query_id": number, "text": "c"})
    call(world, "deleteMessage", {"chat_id": ANNA, "message_id": asked["message_id"]})
    with pytest.raises(Refused):
        call(world, "sendMessage", {"chat_id": 99, "text": "b"})
    world.record = False
    call(world, "getMe", {})

    assert events == ["message", "message", "action", "callback_answer", "deleted"]
    assert [one.method for one in world.calls if one.refused] == ["sendMessage"]
    assert len(world.calls) == 5
    assert world.callbacks[number].answers[0]["text"] == "c"


def test_menus_have_scopes() -> None:
    """Commands of one scope and language are not those of another."""
    world = World()
    given = [{"command": "ask", "description": "x"}]
    call(world, "setMyCommands", {"commands": given, "scope": {"type": "all_group_chats"}})

    assert call(world, "getMyCommands", {"scope": {"type": "all_group_chats"}}) == given
    assert call(world, "getMyCommands", {}) == []
    call(world, "deleteMyCommands", {"scope": {"type": "all_group_chats"}})
    assert call(world, "getMyCommands", {"scope": {"type": "all_group_chats"}}) == []


def test_old_messages_make_room() -> None:
    """A chat keeps a bounded number of messages."""
    world = World(record=False)
    world.private(ANNA)
    for _ in range(5010):
        call(world, "sendMessage", {"chat_id": ANNA, "text": "a"})

    assert len(world.transcript(ANNA)) == 5000


def test_a_world_needs_no_loop() -> None:
    """What is done before a server starts waits for the first poll."""
    world = World()
    world.say(ANNA, "a")

    async def poll() -> object:
        return call(world, "getUpdates", {"timeout": 0})

    assert len(asyncio.run(poll())) == 1  # type: ignore[arg-type]
