"""What Telegram refuses, the stand-in refuses: as a real client library tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from telegram import Bot, BotCommand, Message
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken

from tests.test_standin_server import ANNA, BUTTON, refusal, run

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from speechbot.standin.server import Server
    from speechbot.standin.world import World


async def _unmodified(bot: Bot, _: World) -> None:
    sent = await bot.send_message(ANNA, "a", reply_markup=BUTTON)
    await bot.edit_message_text(" a ", ANNA, sent.message_id, reply_markup=BUTTON)


async def _not_mine(bot: Bot, world: World) -> None:
    await bot.edit_message_text("b", ANNA, world.say(ANNA, "a")["message_id"])


async def _blocked(bot: Bot, world: World) -> None:
    world.block(ANNA)
    await bot.send_message(ANNA, "a")


async def _kicked(bot: Bot, world: World) -> None:
    chat = world.group(kind="group")
    world.leave(chat, by=ANNA, kicked=True)
    await bot.send_message(chat, "a")


async def _left(bot: Bot, world: World) -> None:
    chat = world.group()
    await bot.leave_chat(chat)
    await bot.send_message(chat, "a")


async def _migrated(bot: Bot, world: World) -> None:
    chat = world.group(kind="group")
    world.migrate(chat)
    await bot.send_message(chat, "a")


async def _too_old(bot: Bot, world: World) -> None:
    sent = await bot.send_message(ANNA, "a", reply_markup=BUTTON)
    world.say(ANNA, "a")
    number = world.press(ANNA, sent.to_dict(), "x")
    await bot.answer_callback_query(number)
    world.callback_expiry = -1
    await bot.answer_callback_query(number)


async def _too_big(bot: Bot, world: World) -> None:
    await bot.get_file(world.send_file(ANNA, "a.txt", b"a", size=20_000_001)["document"]["file_id"])


async def _hooked(bot: Bot, _: World) -> None:
    await bot.set_webhook("https://example.org/")
    await bot.get_updates()


def _sends(*args: Any, **more: Any) -> Callable[[Bot, World], Awaitable[Message]]:
    return lambda bot, _: bot.send_message(*args, **more)


@pytest.mark.parametrize(
    ("deed", "error", "said"),
    [
        (_sends(ANNA, ""), BadRequest, "Message text is empty"),
        (_sends(ANNA, "x" * 4097), BadRequest, "Message is too long"),
        (_sends(ANNA, "<x>", "HTML"), BadRequest, 'Can\'t parse entities: unsupported start tag "x" at byte offset 0'),
        (_sends(99, "a"), BadRequest, "Chat not found"),
        (_sends(ANNA, "a", reply_to_message_id=99), BadRequest, "Message to be replied not found"),
        (_sends(ANNA, "a", message_thread_id=9), BadRequest, "Message thread not found"),
        (lambda bot, _: bot.edit_message_text("a", ANNA, 99), BadRequest, "Message to edit not found"),
        (lambda bot, _: bot.delete_message(ANNA, 99), BadRequest, "Message to delete not found"),
        (lambda bot, _: bot.edit_message_text("a", inline_message_id="x"), BadRequest, "Message_id_invalid"),
        (lambda bot, _: bot.answer_callback_query("9"), BadRequest, "Query is too old and response timeout expired"),
        (lambda bot, _: bot.answer_inline_query("9", []), BadRequest, "Query is too old and response timeout expired"),
        (lambda bot, _: bot.get_file("x"), BadRequest, "Invalid file_id"),
        (lambda bot, _: bot.set_my_commands([BotCommand("a-b", "x")]), BadRequest, "Bot_command_invalid"),
        (lambda bot, _: bot.send_document(ANNA, "nothing"), BadRequest, "Wrong file identifier/http url specified"),
        (lambda bot, _: bot.send_photo(ANNA, b"x", caption="x" * 1025), BadRequest, "Message caption is too long"),
        (lambda bot, _: bot.set_webhook("http://example.org"), BadRequest, "Bad webhook: an https url must be"),
        (
            _unmodified,
            BadRequest,
            "Message is not modified: specified new message content and reply markup are exactly",
        ),
        (_not_mine, BadRequest, "Message can't be edited"),
        (_too_old, BadRequest, "Query is too old and response timeout expired or query id is invalid"),
        (_too_big, BadRequest, "File is too big"),
        (_blocked, Forbidden, "Forbidden: bot was blocked by the user"),
        (_kicked, Forbidden, "Forbidden: bot was kicked from the group chat"),
        (_left, Forbidden, "Forbidden: bot is not a member of the supergroup chat"),
        (_migrated, ChatMigrated, "Group migrated to supergroup. New chat id: -100"),
        (_hooked, Conflict, "Conflict: can't use getUpdates method while webhook is active"),
    ],
)
def test_what_telegram_refuses_is_refused(
    deed: Callable[[Bot, World], Awaitable[Any]], error: type[Exception], said: str
) -> None:
    """The library raises the class that it raises there, with the same words."""
    assert refusal(deed, error).lower().startswith(said.lower())


@pytest.mark.parametrize(("token", "said"), [("100000001:other", "Unauthorized"), ("other", "Not Found")])
def test_other_tokens_open_nothing(token: str, said: str) -> None:
    """A token is the bot's, another one, or none at all."""
    assert refusal(lambda bot, _: bot.get_me(), InvalidToken, token=token) == said


def test_a_reply_to_nothing_may_be_allowed() -> None:
    """allow_sending_without_reply does what it says."""

    async def deed(bot: Bot, _: World, __: Server) -> None:
        sent = await bot.send_message(ANNA, "a", reply_to_message_id=99, allow_sending_without_reply=True)
        assert sent.reply_to_message is None

    run(deed)
