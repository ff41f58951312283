"""Somebody at the chat page in a browser: types, clicks, looks."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from tests.chromium import Page, opened
from tests.scripted import Scripted, chatting

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from speechbot.standin.server import Server
    from speechbot.standin.world import World

ROWS = "document.querySelectorAll('.row').length"
LAST = "[...document.querySelectorAll('.row')].at(-1)"
SPOKEN = "[...document.querySelectorAll('.row .text')].map((one) => spoken(one))"
# The text of a message without the time that stands in it
SETUP = """globalThis.spoken = (node) => {
  const copy = node.cloneNode(true);
  copy.querySelector(".meta").remove();
  return copy.textContent;
}, 0"""
FIND = "[...document.querySelectorAll('{where}')].find((one) => one.textContent.startsWith({text}))"


class Tab:
    """The chat page, opened; what somebody does on it."""

    def __init__(self, page: Page, server: Server, world: World, bot: Scripted) -> None:
        """Take the page and what is behind it."""
        self.page, self.server, self.world, self.bot = page, server, world, bot
        self.do, self.until = page.do, page.until

    async def write(self, text: str) -> None:
        """Type into the composer, in place of what is there."""
        await self.do("document.querySelector('#text').focus(); document.querySelector('#text').select()")
        await self.page.call("Input.insertText", text=text)

    async def say(self, text: str) -> None:
        """Type a message and press Enter, once the one before is gone."""
        await self.until("!document.querySelector('#composer[aria-busy]')")
        await self.write(text)
        await self.page.key("Enter", 13, "\r")

    async def click(self, where: str, text: str = "") -> None:
        """Click on the first element of a selector whose text begins so, once it is there."""
        found = FIND.format(where=where, text=json.dumps(text))
        await self.until(found)
        await self.do(f"{found}.click()")

    async def rows(self, count: int) -> None:
        """Wait until so many messages are shown."""
        await self.until(f"{ROWS} === {count}")


def run(browser: str, deed: Callable[[Tab], Awaitable[None]]) -> None:
    """Do something on a page of a new world; whatever its console complains of is a failure."""

    async def main() -> None:
        async with chatting() as (server, world, bot):  # noqa: SIM117 - the port is known only then
            async with opened(browser, f"http://127.0.0.1:{server.port}/") as page:
                await page.size(900, 700)
                await page.until("document.body?.dataset.loaded")
                await page.do(SETUP)
                await deed(Tab(page, server, world, bot))

    asyncio.run(main())
