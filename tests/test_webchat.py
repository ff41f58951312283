"""The chat page's deeds and files: what they do in the world, and what they refuse."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from speechbot.standin import webchat
from speechbot.standin.methods import call
from speechbot.standin.server import Server
from speechbot.standin.webchat import Persona, install, pair
from speechbot.standin.world import World
from speechbot.wording import zh_demo
from tests.scripted import ADMIN, MEMBER, Scripted, chatting

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

Json = dict[str, Any]
STATIC = sorted(Path(webchat.__file__).parent.glob("webchat*.[!p]*"))


class Browser:
    """Posts what the page would post."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """Take a client of the server."""
        self.client = client

    async def answer(self, path: str, params: Json) -> Json:
        """The whole answer of a deed."""
        answer = await self.client.post(path, content=json.dumps(params), headers={"Content-Type": "application/json"})
        assert answer.status_code == 200
        return dict(answer.json())

    async def do(self, path: str, user: int = MEMBER, **params: Any) -> Any:
        """What a deed gives."""
        answer = await self.answer(path, {"user": user, **params})
        assert answer["ok"], answer
        return answer["result"]

    async def error(self, path: str, user: object = MEMBER, **params: Any) -> str:
        """Why a deed is refused."""
        answer = await self.answer(path, {"user": user, **params})
        assert answer.keys() == {"ok", "error"}
        assert answer["ok"] is False
        return str(answer["error"])


def run(deed: Callable[[Browser, World, Scripted], Awaitable[None]]) -> None:
    """Do something with a page that is served."""

    async def main() -> None:
        async with chatting() as (server, world, bot):  # noqa: SIM117 - the port is known only then
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as client:
                await deed(Browser(client), world, bot)

    asyncio.run(main())


def test_the_page_comes_with_all_that_it_needs() -> None:
    """Every file that the page names is served, as what it is; nothing comes from elsewhere."""

    async def deed(browser: Browser, _: World, __: Scripted) -> None:
        page = await browser.client.get("/")
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "<title>试用</title>" in page.text
        assert zh_demo.NO_SCRIPT in page.text
        named = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        scripts = [await browser.client.get(name) for name in named]
        named += [f"/{name}" for script in scripts for name in re.findall(r'from "\./([^"]+)"', script.text)]
        assert set(named) == {f"/{path.name}" for path in STATIC} - {"/webchat.html"}
        kinds = {name: (await browser.client.get(name)).headers["Content-Type"].partition(";")[0] for name in named}
        assert set(kinds.values()) == {"text/css", "text/javascript", "image/svg+xml"}

    run(deed)


def test_the_page_lets_nothing_foreign_in() -> None:
    """Its policy allows this server only, and no script or style within the page."""
    (page,) = [path for path in STATIC if path.suffix == ".html"]
    text = page.read_text(encoding="utf-8")

    policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:"
    assert f'content="{policy}; base-uri' in text
    assert re.findall(r"<style|<script(?! type=\"module\" src=\"/)|\son\w+=|\sstyle=", text) == []


@pytest.mark.parametrize("path", STATIC, ids=lambda path: path.name)
def test_no_file_of_the_page_words_anything(path: Path) -> None:
    """Chinese stands in the wording; nothing is put in as markup; nothing is fetched from elsewhere."""
    text = path.read_text(encoding="utf-8")

    assert re.findall(r"[\u3000-\u303f\u3400-\u9fff\uff01-\uff60]", text) == []
    assert re.findall(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function", text) == []
    assert re.findall(r"(?:src|href|url\(|import)[^\n]{0,9}https?://", text) == []
    assert len(text.splitlines()) <= 500 or path.suffix == ".css"


def test_the_page_is_told_every_wording_that_it_names() -> None:
    """Names in the page's files are names of the wording, and none of the wording is left unused."""
    texts = "\n".join(path.read_text(encoding="utf-8") for path in STATIC)
    named = set(re.findall(r"wording\.(\w+)|data-(?:text|label|hint)=\"(\w+)\"", texts))
    named = {one or other for one, other in named}
    known = {name.lower() for name in vars(zh_demo) if name.isupper()}
    module = Path(webchat.__file__).read_text(encoding="utf-8")
    python = {name.lower() for name in re.findall(r"zh_demo\.([A-Z_]+)", module)}

    assert named | python == known


def test_settings_tell_who_is_there() -> None:
    """The page learns of the bot, of those as whom it can be used, and of the limits."""

    async def deed(browser: Browser, world: World, _: Scripted) -> None:
        settings = (await browser.client.get("/webchat.json")).json()
        assert settings["people"] == [{"user": MEMBER, "label": "成员"}, {"user": ADMIN, "label": "管理员"}]
        assert settings["bot"] == {"id": world.me["id"], "name": "讲话问答", "username": "standin_bot"}
        assert settings["limits"] == {"text": 4096, "file": 20_000_000, "inline": 256}
        assert settings["wording"]["edited"] == zh_demo.EDITED

    run(deed)
    assert pair(1, 2) == (Persona(1, zh_demo.MEMBER), Persona(2, zh_demo.ADMIN))


def test_a_title_is_text() -> None:
    """Whatever stands in it, it is no markup."""
    world = World()
    server = Server(world)
    install(server, world, title="<script>$x", people=pair(1, 2))

    assert b"<title>&lt;script&gt;$x</title>" in server.pages["/"][1]


def test_people_are_made_unless_they_are_known() -> None:
    """A user that the world knows stays; there must be one at least, and no two of one number."""
    world = World()
    world.user(1, "小李")
    install(
        Server(world), world, title="", people=(Persona(1, "成员"), Persona(2, "管理员", "老王"), Persona(3, "别人"))
    )

    assert [world.users[user]["first_name"] for user in (1, 2, 3)] == ["小李", "老王", "别人"]
    for people in ((), pair(1, 1)):
        with pytest.raises(ValueError, match="people"):
            install(Server(world), world, title="", people=people)


def test_what_users_do_happens_in_the_world() -> None:
    """They say, answer, edit and press, each in a conversation of their own."""

    async def deed(browser: Browser, world: World, bot: Scripted) -> None:
        bot.silent = True
        number = await browser.do("/say", text=" 问 \r\n")
        assert await browser.do("/say", ADMIN, text="/users") == number + 1
        sent = bot.send(MEMBER, "答", reply_markup={"inline_keyboard": [[{"text": "a", "callback_data": "x"}]]})
        await browser.do("/say", text="再问", reply_to=sent["message_id"])
        await browser.do("/edit", message=number, text="改问")
        await browser.do("/edit", message=number, text="改问")  # changes nothing: nothing is sent
        query = await browser.do("/press", message=sent["message_id"], data="x")
        chat = await browser.do("/chat", limit=3)
        assert [message["text"] for message in chat["messages"]] == ["改问", "答", "再问"]
        assert chat["messages"][2]["reply_to_message"]["text"] == "答"
        assert chat["more"] is False
        assert (await browser.do("/chat", limit=2))["more"] is True
        assert [message["text"] for message in world.transcript(ADMIN)] == ["/users"]
        assert [kind for kind, _ in bot.seen] == ["message", "message", "message", "edited_message", "callback_query"]
        assert bot.seen[-1][1]["id"] == query
        assert bot.seen[-1][1]["from"]["id"] == MEMBER

    run(deed)


def test_files_come_and_go_whole() -> None:
    """A file, a picture, a sticker and a voice message are sent; what was sent can be fetched, byte for byte."""

    async def deed(browser: Browser, world: World, bot: Scripted) -> None:
        data = bytes(range(256))
        given: Json = {"data": base64.b64encode(data).decode(), "caption": " 说明 "}
        file = await browser.do("/upload", kind="document", name="C:\\a\\材料\n.txt", mime="text/plain", **given)
        picture = await browser.do("/upload", kind="photo", name="a.png", mime="bad", **given)
        await browser.do("/upload", kind="sticker")
        await browser.do("/upload", kind="voice")
        messages = world.transcript(MEMBER)
        assert [key for message in messages for key in ("document", "photo", "sticker", "voice") if key in message] == [
            *("document", "photo", "sticker", "voice")
        ]
        assert (messages[0]["document"]["file_name"], messages[0]["document"]["mime_type"]) == (
            "材料_.txt",
            "text/plain",
        )
        assert [message["caption"] for message in messages[:2]] == ["说明", "说明"]
        assert bot.seen[0][1]["document"]["file_size"] == 256
        fetched = await browser.do("/download", message=file)
        assert (fetched["name"], fetched["mime"]) == ("材料_.txt", "text/plain")
        assert base64.b64decode(fetched["data"]) == data
        assert base64.b64decode((await browser.do("/download", message=picture))["data"]) == data

    run(deed)


def test_menus_are_those_of_the_narrowest_scope() -> None:
    """A chat's own commands beat those of all conversations, those the default ones; its language beats any."""

    async def deed(browser: Browser, world: World, _: Scripted) -> None:
        async def menu(user: int) -> list[str]:
            return [command["command"] for command in await browser.do("/commands", user)]

        def put(name: str, **params: Any) -> None:
            call(world, "setMyCommands", {"commands": [{"command": name, "description": "x"}], **params})

        assert await menu(MEMBER) == []
        put("default")
        assert await menu(MEMBER) == ["default"]
        put("chinese", language_code="zh")
        assert await menu(MEMBER) == ["chinese"]
        put("private", scope={"type": "all_private_chats"})
        put("own", scope={"type": "chat", "chat_id": ADMIN})
        assert (await menu(MEMBER), await menu(ADMIN)) == (["private"], ["own"])
        assert (await browser.do("/chat", ADMIN, limit=1))["commands"] == [{"command": "own", "description": "x"}]
        call(world, "setMyCommands", {"commands": [], "scope": {"type": "chat", "chat_id": ADMIN}})
        assert await menu(ADMIN) == ["private"]

    run(deed)


def test_inline_results_become_messages() -> None:
    """A result that is chosen stands where it was sent, can be pressed and is edited there."""

    async def deed(browser: Browser, _: World, bot: Scripted) -> None:
        await browser.do("/say", text="/one")
        query = await browser.do("/inline", query="读书")
        sent = await browser.do("/choose", query=query, result="1")
        await browser.do("/say", text="/two")
        assert (sent["text"], sent["via_bot"]["username"]) == ("读书的答案", "standin_bot")
        await browser.do("/press", message=sent["inline_message_id"], data="context")
        chat = await browser.do("/chat", limit=9)
        texts = [message["text"] for message in chat["messages"]]
        assert texts == ["/one", "得到 /one", "变成 context", "/two", "得到 /two"]
        assert [kind for kind, _ in bot.seen].count("chosen_inline_result") == 1
        assert await browser.error("/choose", query=query, result="2") == zh_demo.QUERY_GONE
        assert await browser.error("/choose", ADMIN, query=query, result="1") == zh_demo.QUERY_GONE
        refused = await browser.error("/press", ADMIN, message=sent["inline_message_id"], data="context")
        assert refused == zh_demo.NO_MESSAGE

    run(deed)


def test_chats_show_reactions_and_what_the_bot_says_of_itself() -> None:
    """Both come with the transcript."""

    async def deed(browser: Browser, world: World, _: Scripted) -> None:
        number = await browser.do("/say", text="/a")
        reaction = [{"type": "emoji", "emoji": "👍"}]
        call(world, "setMessageReaction", {"chat_id": MEMBER, "message_id": number, "reaction": reaction})
        call(world, "setMyDescription", {"description": "问讲话"})
        chat = await browser.do("/chat", limit=9)
        assert (chat["reactions"], chat["description"]) == ({str(number): reaction}, "问讲话")
        assert (await browser.do("/chat", ADMIN, limit=9))["reactions"] == {}

    run(deed)


def bad(field: str) -> str:
    """What is said of a field that is not as the page would write it."""
    return zh_demo.BAD_FIELD.format(field=field)


LONG = zh_demo.TEXT_LONG.format
REFUSED: tuple[tuple[str, Json, str], ...] = (
    ("/say", {"user": 33, "text": "a"}, zh_demo.NO_PERSONA),
    *(("/say", {"user": user, "text": "a"}, bad("user")) for user in (None, "11", True, 1.5, [11], float("nan"))),
    *((path, {"user": 33}, zh_demo.NO_PERSONA) for path in ("/chat", "/commands", "/edit", "/inline", "/download")),
    *(("/say", {"text": wrong}, bad("text")) for wrong in (None, 5, ["a"])),
    *(("/say", {"text": text}, zh_demo.TEXT_EMPTY) for text in ("", " \n ", "\r\u202e")),
    ("/say", {"text": "😀" * 2049}, LONG(length=4098, limit=4096)),
    ("/say", {"text": "a", "reply_to": 999}, zh_demo.NO_MESSAGE),
    ("/say", {"text": "a", "reply_to": "1"}, bad("reply_to")),
    *(("/chat", {"limit": limit}, bad("limit")) for limit in (0, -1, 5001, 10**30, "5", None)),
    ("/edit", {"message": 10**400, "text": "a"}, zh_demo.NO_MESSAGE),
    ("/edit", {"text": "a"}, bad("message")),
    ("/edit", {"message": 2, "text": "a"}, zh_demo.NOT_YOURS),  # the bot's
    ("/edit", {"message": 3, "text": "a"}, zh_demo.NOT_YOURS),  # a sticker
    ("/edit", {"message": 4, "text": "a"}, zh_demo.NO_MESSAGE),  # the admin's
    ("/press", {"message": 1, "data": ""}, bad("data")),
    ("/press", {"message": 1, "data": "讲" * 22}, bad("data")),
    ("/press", {"message": 1}, bad("data")),
    ("/press", {"message": None, "data": "a"}, bad("message")),
    ("/press", {"message": "standin-inline-1", "data": "a"}, zh_demo.NO_MESSAGE),
    ("/inline", {"query": "a" * 257}, LONG(length=257, limit=256)),
    ("/inline", {"query": "a", "offset": "a" * 65}, bad("offset")),
    ("/inline", {"query": 1}, bad("query")),
    ("/choose", {"query": "1", "result": "1"}, zh_demo.QUERY_GONE),
    ("/choose", {"query": [], "result": "1"}, bad("query")),
    ("/download", {"message": 1}, zh_demo.FILE_GONE),
    ("/upload", {"kind": "video"}, bad("kind")),
    ("/upload", {}, bad("kind")),
    *(("/upload", {"kind": "document", "name": name}, bad("name")) for name in ("", "a/", "a" * 256, None)),
    *(("/upload", {"kind": "photo", "name": "a", "data": data}, bad("data")) for data in (None, 1, ["a"])),
    *(
        ("/upload", {"kind": "document", "name": "a", "data": data}, zh_demo.FILE_UNREADABLE)
        for data in ("a", "讲", "a b=", "YQ==YQ==", "\ud800")
    ),
    ("/upload", {"kind": "document", "name": "a", "data": ""}, zh_demo.FILE_EMPTY),
    ("/upload", {"kind": "photo", "name": "a", "data": "YQ==", "caption": "a" * 1025}, LONG(length=1025, limit=1024)),
)


def test_what_cannot_be_done_is_refused_in_words() -> None:
    """Whatever is posted, the answer is JSON that says why, and nothing happens."""

    async def deed(browser: Browser, world: World, bot: Scripted) -> None:
        bot.silent = True
        world.say(MEMBER, "问")
        bot.send(MEMBER, "答")
        world.sticker(MEMBER)
        world.say(ADMIN, "问")
        found = [(path, params, await browser.error(path, **params)) for path, params, _ in REFUSED]
        assert [one[2] for one in found] == [reason for _, _, reason in REFUSED]
        assert len(world.transcript(MEMBER)) == 3
        assert [kind for kind, _ in bot.seen] == ["message"] * 3

    run(deed)


def test_files_over_the_limit_are_refused() -> None:
    """A file may be as large as a bot may fetch, not a byte larger."""

    async def deed(browser: Browser, world: World, bot: Scripted) -> None:
        bot.silent = True
        for size in (20_000_000, 20_000_001, 20_000_010):
            data = base64.b64encode(bytes(size)).decode()
            answer = await browser.answer("/upload", {"user": MEMBER, "kind": "document", "name": "a", "data": data})
            assert answer["ok"] is (size == 20_000_000)
            assert answer.get("error", "") in ("", zh_demo.FILE_LARGE.format(limit=20))
        assert len(world.transcript(MEMBER)) == 1

    run(deed)


def test_files_that_are_forgotten_are_refused() -> None:
    """The world keeps a few hundred files only."""

    async def deed(browser: Browser, world: World, _: Scripted) -> None:
        number = await browser.do("/upload", kind="document", name="a", data="YQ==")
        world.files.clear()
        assert await browser.error("/download", message=number) == zh_demo.FILE_GONE

    run(deed)


def test_half_characters_are_replaced() -> None:
    """No client can send them, so no bot gets them."""

    async def deed(browser: Browser, world: World, _: Scripted) -> None:
        await browser.do("/say", text="/a\ud800b")
        assert world.transcript(MEMBER)[0]["text"] == "/a\ufffdb"

    run(deed)
