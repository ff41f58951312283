"""Pages beside the API: served to this machine's browser, told what happens, able to do things."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING

import httpx

from tests.test_standin_server import ANNA, run, until

if TYPE_CHECKING:
    from telegram import Bot

    from speechbot.standin.server import Server
    from speechbot.standin.world import World


def test_a_page_sees_and_does() -> None:
    """It is served, has a user say something, and is told of it."""

    async def deed(_: Bot, world: World, server: Server) -> None:
        server.pages["/"] = ("text/html; charset=utf-8", "<p>讲".encode())
        server.deeds["/say"] = lambda params: world.say(ANNA, params["text"])["message_id"]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as browser:
            page = await browser.get("/")
            assert (page.text, page.headers["Content-Type"]) == ("<p>讲", "text/html; charset=utf-8")
            async with browser.stream("GET", "/events") as events:
                lines = events.aiter_lines()
                assert await anext(lines) == ": welcome"
                said = await browser.post("/say", json={"text": "江"})
                assert said.json() == 1
                assert await anext(lines) == ""
                told = json.loads((await anext(lines)).removeprefix("data: "))
                assert (told["event"], told["payload"]["text"]) == ("message", "江")

    run(deed)


def test_a_stream_ends_with_the_server() -> None:
    """A page that listens keeps no server from stopping."""

    async def deed(_: Bot, __: World, server: Server) -> None:
        server.pages["/"] = ("text/html", b"")
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as browser:  # noqa: SIM117
            async with browser.stream("GET", "/events") as events:
                lines = events.aiter_lines()
                await anext(lines)
                stopping = asyncio.create_task(server.stop())
                with suppress(httpx.RemoteProtocolError):  # cut off, or ended a moment before
                    assert [line async for line in lines] == [""]
                await stopping
        await until(lambda: not server.listeners)

    run(deed)


def test_other_sites_are_kept_out() -> None:
    """A name that leads here, another origin and a form are refused; so is what is not there."""

    async def deed(_: Bot, world: World, server: Server) -> None:
        server.pages["/"] = ("text/html", b"")
        server.deeds["/say"] = lambda params: world.say(ANNA, params["text"])
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as browser:
            foreign = [
                await browser.get("/", headers={"Host": "evil.example"}),
                await browser.get("/events", headers={"Host": "evil.example"}),
                await browser.post("/say", json={"text": "a"}, headers={"Origin": "http://evil.example"}),
                await browser.post("/say", data={"text": "a"}),
                await browser.post("/say", json=["a"]),
                await browser.get("/other"),
            ]
        assert [answer.status_code for answer in foreign] == [403, 403, 403, 404, 400, 404]
        assert world.transcript(ANNA) == []

    run(deed)
