"""A real client library gets from the stand-in what it would get from Telegram."""

from __future__ import annotations

import asyncio
import gc
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    Message,
    Update,
)
from telegram.error import (
    Conflict,
    NetworkError,
    RetryAfter,
    TimedOut,
)
from telegram.ext import Application, ContextTypes, MessageHandler, filters
from telegram.request import HTTPXRequest

from speechbot.standin.faults import Faults, Floods
from speechbot.standin.server import Server, _Method
from speechbot.standin.world import World

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

ANNA = 5
BUTTON = InlineKeyboardMarkup([[InlineKeyboardButton("a", callback_data="x")]])


@pytest.fixture(autouse=True)
def _times_as_they_will_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library warns of a change to come unless it is taken on already."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@asynccontextmanager
async def served(world: World, *, token: str = "", **options: Any) -> AsyncIterator[tuple[Bot, Server]]:
    """A bot in a world that is served."""
    world.private(ANNA)
    server = Server(world, **options)
    await server.start()
    requests = [HTTPXRequest(8, read_timeout=20), HTTPXRequest(2, read_timeout=20)]
    bot = Bot(
        token or world.token,
        server.base_url,
        server.base_file_url,
        request=requests[0],
        get_updates_request=requests[1],
    )
    try:
        yield bot, server
    finally:
        for request in requests:
            await request.shutdown()
        await server.stop()


async def until(holds: Callable[[], bool]) -> None:
    """Let others run until something holds."""
    while not holds():  # noqa: ASYNC110 - what is waited for sets no event
        await asyncio.sleep(0.001)


def run(deed: Callable[[Bot, World, Server], Awaitable[Any]], **options: Any) -> World:
    """Do something with a bot in a new world; return the world."""
    world = World()

    async def main() -> None:
        async with served(world, **options) as (bot, server):
            await deed(bot, world, server)

    asyncio.run(main())
    return world


def refusal(deed: Callable[[Bot, World], Awaitable[Any]], error: type[Exception], **options: Any) -> str:
    """What the library raises."""
    said = ""

    async def tried(bot: Bot, world: World, _: Server) -> None:
        nonlocal said
        with pytest.raises(error) as refused:
            await deed(bot, world)
        assert type(refused.value) is error
        said = str(refused.value)

    run(tried, **options)
    return said


def test_a_message_comes_back_as_the_library_reads_it() -> None:
    """Text, entities, keyboard and reply are those that were sent."""

    async def deed(bot: Bot, world: World, _: Server) -> None:
        asked = world.say(ANNA, "江")
        sent = await bot.send_message(
            ANNA, "😀<b>河</b>", "HTML", reply_markup=BUTTON, reply_to_message_id=asked["message_id"]
        )
        assert (sent.text, sent.parse_entities(), sent.reply_markup) == ("😀河", {sent.entities[0]: "河"}, BUTTON)
        assert sent.reply_to_message is not None
        assert sent.reply_to_message.text == "江"
        changed = await bot.edit_message_text("湖", ANNA, sent.message_id)
        assert isinstance(changed, Message)
        await bot.set_message_reaction(ANNA, asked["message_id"], "👍")
        await bot.send_chat_action(ANNA, "typing")

    world = run(deed)

    assert [(one["from"]["id"], one["text"]) for one in world.transcript(ANNA)] == [(ANNA, "江"), (100000001, "湖")]
    assert [call.method for call in world.calls] == [
        "sendMessage",
        "editMessageText",
        "setMessageReaction",
        "sendChatAction",
    ]


def test_an_application_polls_and_answers() -> None:
    """What a user says goes through long polling to a handler, and its answer comes back."""
    world = World()
    answered = asyncio.Event()

    async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.effective_message is not None
        await update.effective_message.reply_text(f"={update.effective_message.text}")

    def heard(event: str, message: dict[str, Any]) -> None:
        if event == "message" and message.get("text") == "=second":
            answered.set()

    async def main() -> None:
        server = Server(world)
        await server.start()
        builder = Application.builder().token(world.token)
        application = builder.base_url(server.base_url).base_file_url(server.base_file_url).build()
        application.add_handler(MessageHandler(filters.TEXT, echo))
        world.say(ANNA, "first")
        async with application:
            await application.start()
            assert application.updater is not None
            await application.updater.start_polling()
            world.say(ANNA, "second")
            await asyncio.wait_for(answered.wait(), 30)
            await application.updater.stop()
            await application.stop()
        await server.stop()

    world.observe(heard)
    asyncio.run(main())

    assert sorted(one["text"] for one in world.transcript(ANNA)) == ["=first", "=second", "first", "second"]
    assert list(world.updates) == []


def test_of_two_pollers_the_first_is_sent_away() -> None:
    """The second one takes over, and hears what comes."""

    async def deed(bot: Bot, world: World, server: Server) -> None:
        first = asyncio.create_task(bot.get_updates(timeout=20))
        await until(lambda: server.poller is not None)
        waiting = server.poller
        second = asyncio.create_task(bot.get_updates(timeout=20))
        with pytest.raises(Conflict, match="make sure that only one bot instance is running"):
            await first
        await until(lambda: server.poller not in (None, waiting))
        world.say(ANNA, "a")
        assert [update.message.text for update in await second if update.message] == ["a"]

    run(deed)


def test_updates_are_confirmed_by_their_numbers() -> None:
    """An offset forgets what is before it, a negative one all but the last; kinds can be chosen."""

    async def deed(bot: Bot, world: World, _: Server) -> None:
        for text in "abcd":
            world.say(ANNA, text)
        first = await bot.get_updates(limit=2)
        rest = await bot.get_updates(offset=first[-1].update_id + 1)
        last = await bot.get_updates(offset=-1, allowed_updates=["callback_query"])
        await bot.get_updates(offset=last[-1].update_id + 1)
        world.say(ANNA, "e")
        world.press(ANNA, world.transcript(ANNA)[0], "x")
        (pressed,) = await bot.get_updates()
        shown = [[update.message.text for update in some if update.message] for some in (first, rest, last)]
        assert shown == [["a", "b"], ["c", "d"], ["d"]]
        assert pressed.callback_query is not None
        assert pressed.callback_query.data == "x"

    run(deed)


def test_files_go_both_ways() -> None:
    """What a user sent is downloaded, what the bot sends is kept and can be sent again."""

    async def deed(bot: Bot, world: World, _: Server) -> None:
        document = world.send_file(ANNA, "讲话 1.txt", "江河".encode(), caption="c")["document"]
        file = await bot.get_file(document["file_id"])
        assert bytes(await file.download_as_bytearray()).decode() == "江河"
        sent = await bot.send_document(ANNA, b"\x00\xff", filename="答.bin", caption="<i>x</i>", parse_mode="HTML")
        assert sent.document is not None
        assert (sent.document.file_name, sent.document.file_size, sent.caption) == ("答.bin", 2, "x")
        again = await bot.send_document(ANNA, sent.document.file_id)
        assert again.document is not None
        assert again.document.file_name == "答.bin"
        photo = await bot.send_photo(ANNA, b"\xff\xd8", caption="p")
        assert photo.photo[0].file_size == 2

    run(deed)


def test_inline_messages() -> None:
    """A chosen result becomes a message that the bot can change."""

    async def deed(bot: Bot, world: World, _: Server) -> None:
        number = world.inline(ANNA, "江")
        (asked,) = await bot.get_updates()
        assert asked.inline_query is not None
        content = InputTextMessageContent("<b>河</b>", "HTML")
        await asked.inline_query.answer([InlineQueryResultArticle("1", "t", content, BUTTON)])
        identity = world.choose(number, "1")
        assert await bot.edit_message_text("湖", inline_message_id=identity) is True
        world.press(ANNA, identity, "x")
        assert world.inline_messages[identity] == {"text": "湖"}

    run(deed)


@pytest.mark.parametrize(
    ("kind", "error", "sent"),
    [
        ("flood", RetryAfter, 0),
        ("gateway", NetworkError, 0),
        ("reset_before", NetworkError, 0),
        ("reset_after", NetworkError, 1),
        ("timeout", TimedOut, 0),
    ],
)
def test_faults(kind: str, error: type[Exception], sent: int) -> None:
    """A planned fault reaches the bot as the error that it meets in the world; the next call goes through."""
    faults = Faults()
    faults.plan("sendMessage", kind)

    async def deed(bot: Bot, world: World, _: Server) -> None:
        with pytest.raises(error):
            await bot.send_message(ANNA, "a", read_timeout=0.2)
        assert len(world.transcript(ANNA)) == sent
        await bot.send_message(ANNA, "b")

    world = run(deed, faults=faults)

    assert [one["text"] for one in world.transcript(ANNA)] == ["a", "b"][1 - sent :]
    assert faults.counts == {("sendmessage", kind): 1}


def test_limits_of_what_is_sent() -> None:
    """With limits on, a chat gets its burst and then has to wait."""

    async def deed(bot: Bot, _: World) -> None:
        for _number in range(4):
            await bot.send_message(ANNA, "a")

    said = refusal(deed, RetryAfter, floods=Floods(clock=lambda: 0.0))

    assert said == "Flood control exceeded. Retry in 0:00:03"


def test_a_webhook_is_posted_to() -> None:
    """Updates go to the address that was set, with its secret; here it is a stand-in's own address that takes all."""

    async def deed(bot: Bot, world: World, server: Server) -> None:
        heard = asyncio.Event()
        received: list[bytes] = []

        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            received.extend([head, await reader.readexactly(length)])
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            writer.close()
            heard.set()

        listener = await asyncio.start_server(take, "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]
        await bot.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token="s3")  # noqa: S106 - of this test
        world.say(ANNA, "hello")
        await asyncio.wait_for(heard.wait(), 30)
        await until(lambda: not world.updates)
        assert b"X-Telegram-Bot-Api-Secret-Token: s3" in received[0]
        assert b'"text":"hello"' in received[1]
        assert (await bot.get_webhook_info()).pending_update_count == 0
        listener.close()
        assert server.port != port

    run(deed)


def test_a_client_that_goes_as_its_request_is_refused_leaves_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who hangs up at the moment at which another request takes its place is forgotten without a word."""
    said: list[str] = []
    handlers: list[Any] = []
    begun = _Method.initialize

    def noted(handler: _Method, server: Server) -> None:
        begun(handler, server)
        handlers.append(handler)

    async def scenario() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: said.append(context["message"]))
        world = World()
        server = Server(world)
        await server.start()
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(f"GET /bot{world.token}/getUpdates?timeout=5 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        while server.poller is None:  # noqa: ASYNC110 - the server has no event for that
            await asyncio.sleep(0.001)
        handlers[0].on_connection_close()
        await asyncio.sleep(0)
        await server.poll({})
        await asyncio.sleep(0.01)
        writer.close()
        await server.stop()

    monkeypatch.setattr(_Method, "initialize", noted)
    asyncio.run(scenario())
    gc.collect()  # tells of errors that nobody looked at

    assert said == []
