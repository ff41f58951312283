"""The pictures in docs/: the demonstration driven in a headless Chromium, over the material in corpus/.

Run ``.venv/bin/python -m scripts.pictures`` in the repository, with an index built. Chromium and a font with emoji
(Debian: fonts-noto-color-emoji) must be installed.
"""

from __future__ import annotations

import asyncio
import base64
import json
import tempfile
from pathlib import Path

from speechbot.demo import ADMIN, demonstrate
from speechbot.settings import Settings
from tests import chromium

DOCS = Path(__file__).parent.parent / "docs"
_SIZE = (820, 720)
_PATIENCE = 120.0
# A speech made up for the picture.
_SPEECH = (
    "全县教育工作会议上的讲话\n\n（2024年3月5日）\n\n同志们：\n\n一、办好每一所学校\n\n"
    "一是改善条件。今年改造校舍二十所，年底前全部交付使用。\n\n二是配强老师。招聘教师一百名，优先补充山区学校。\n\n"
    "二、关心每一个孩子\n\n开学前走访困难家庭，一户不漏，一个孩子也不能失学。\n"
)
_QUESTIONS = ("村干部每月补贴多少钱？", "村干部一个月补贴多少？", "明年招多少公务员？")


class Visitor:
    """Somebody at the page."""

    def __init__(self, page: chromium.Page) -> None:
        self._page = page

    async def until(self, script: str) -> None:
        """Wait until an expression in the page holds, and the page is still."""
        async with asyncio.timeout(_PATIENCE):
            while not await self._page.do(f"Boolean({script})"):  # noqa: ASYNC110 - the page is another process
                await asyncio.sleep(0.1)
        await asyncio.sleep(0.8)  # animations

    async def say(self, text: str, seen: str = "") -> None:
        """Write, and wait for an answer, or for words in it."""
        before = await self._count()
        await self._page.do(
            f"(() => {{ const field = document.getElementById('text'); field.value = {json.dumps(text)};"
            " field.dispatchEvent(new Event('input')); document.getElementById('composer').requestSubmit(); })()"
        )
        await self.until(f"document.querySelectorAll('#log .bubble').length >= {before + 2}")
        if seen:
            await self.sees(seen)

    async def sees(self, text: str) -> None:
        """Wait for words on the page."""
        await self.until(f"document.getElementById('log').innerText.includes({json.dumps(text)})")

    async def press(self, label: str, seen: str = "") -> None:
        """Press the last button with a label; a new message must come of it, or words somewhere on the page."""
        before = await self._count()
        await self._page.do(
            "[...document.querySelectorAll('#log button')].filter((one) => one.textContent.trim() ==="
            f" {json.dumps(label)}).at(-1).click()"
        )
        if seen:
            await self.sees(seen)
        else:
            await self.until(f"document.querySelectorAll('#log .bubble').length > {before}")

    async def upload(self, name: str, text: str) -> None:
        """Send a file as the admin."""
        data = base64.b64encode(text.encode()).decode()
        sent = json.dumps({"user": ADMIN, "kind": "document", "name": name, "mime": "text/plain", "data": data})
        await self._page.do(
            "void fetch('/upload', {method: 'POST', headers: {'Content-Type': 'application/json'},"
            f" body: {json.dumps(sent)}}})"
        )

    async def become_admin(self) -> None:
        """Change over to the admin's chat."""
        await self._page.do("document.querySelectorAll('#personas input')[1].click()")
        await asyncio.sleep(0.8)

    async def picture(self, name: str) -> None:
        """Keep what is seen."""
        (DOCS / f"{name}.png").write_bytes(await self._page.picture())

    async def _count(self) -> int:
        return int(await self._page.do("document.querySelectorAll('#log .bubble').length"))


async def visit(page: chromium.Page) -> None:
    """One tour as a member, one as an admin."""
    await page.size(*_SIZE)
    visitor = Visitor(page)
    await visitor.until("document.getElementById('start')?.offsetParent")
    await page.do("document.getElementById('start').click()")
    await visitor.sees("比如")
    await visitor.picture("start")
    await visitor.say("党员的首要政治品格是什么？")
    await visitor.picture("answer")
    await visitor.press("看本节")
    await visitor.picture("section")
    await visitor.say(_QUESTIONS[0])
    await visitor.picture("refusal")
    await visitor.say("/outline 2")
    await visitor.picture("outline")
    for question in _QUESTIONS[1:]:
        await visitor.say(question)
    await visitor.become_admin()
    await visitor.say("/status")
    await visitor.picture("status")
    await visitor.say("/gaps")
    await visitor.picture("gaps")
    await visitor.upload("教育讲话.txt", _SPEECH)
    await visitor.sees("要加入材料吗")
    await visitor.picture("upload")
    await visitor.press("加入", "新版本已启用")
    await visitor.say("今年改造多少所校舍？", "改造校舍二十所")
    await visitor.picture("uploaded")


async def main() -> None:
    """Start the demonstration, take the pictures, stop it."""
    DOCS.mkdir(exist_ok=True)
    stop, address = asyncio.Event(), asyncio.get_running_loop().create_future()
    running = asyncio.create_task(demonstrate(Settings(), 0, ready=address.set_result, stop=stop))
    await asyncio.wait({running, address}, return_when=asyncio.FIRST_COMPLETED)
    try:
        if running.done():
            await running
        with tempfile.TemporaryDirectory() as folder, chromium.chromium(Path(folder)) as browser:
            async with chromium.opened(browser, address.result()) as page:
                await visit(page)
    finally:
        stop.set()
        await running


if __name__ == "__main__":
    asyncio.run(main())
