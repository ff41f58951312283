"""A headless Chromium, driven over its DevTools protocol."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import os
import shutil
import signal
import subprocess
import time
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from tornado.websocket import WebSocketClientConnection, websocket_connect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

Json = dict[str, Any]
NAMES = ("chromium", "chromium-browser", "google-chrome")
PROGRAM = next((found for name in NAMES if (found := shutil.which(name))), "")
MISSING = f"none of {', '.join(NAMES)} is installed"
# One process where there could be many: starts sooner, needs less
_OPTIONS = (
    "--headless=new --no-sandbox --disable-gpu --remote-debugging-port=0 --no-first-run --disable-extensions "
    "--disable-background-networking --disable-component-update --disable-sync --mute-audio --hide-scrollbars "
    "--disable-dev-shm-usage --force-color-profile=srgb --lang=zh-CN about:blank"
).split()
_STARTING = 20.0  # seconds
_PATIENCE = 10.0  # seconds until something that is waited for should hold
_LARGEST = 64 * 1024 * 1024  # bytes of an answer: screenshots are large


class PageError(AssertionError):
    """What a page's script raised."""


@contextmanager
def chromium(folder: Path) -> Iterator[str]:
    """A browser that keeps its files in a folder; gives the address at which it is driven, without the scheme."""
    command = [PROGRAM, f"--user-data-dir={folder}", *_OPTIONS]
    process = subprocess.Popen(  # noqa: S603 - a browser from the PATH
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield _address(folder / "DevToolsActivePort", process)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _address(said: Path, process: subprocess.Popen[bytes]) -> str:
    """Where the browser says that it listens."""
    end = time.monotonic() + _STARTING
    while time.monotonic() < end:
        if process.poll() is not None:
            raise PageError(f"the browser ended with {process.returncode}")
        port, _, path = said.read_text(encoding="ascii").partition("\n") if said.exists() else ("", "", "")
        if path:
            return f"127.0.0.1:{port}{path.strip()}"
        time.sleep(0.02)
    raise PageError("the browser does not start")


class Page:
    """A page in the browser.

    Attributes:
        problems: Errors on its console and exceptions that nobody caught.
    """

    def __init__(self, socket: WebSocketClientConnection) -> None:
        """Take the connection to its target."""
        self.problems: list[str] = []
        self._socket = socket
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[Json]] = {}

    async def listen(self) -> None:
        """Hand answers to who asked, as long as there is a connection."""
        while (line := await self._socket.read_message()) is not None:
            said = json.loads(line)
            asked = self._asked.pop(said.get("id", 0), None)
            if asked is not None and not asked.done():
                asked.set_result(said)
            params = said.get("params", {})
            if said.get("method") == "Runtime.exceptionThrown":
                self.problems.append(_described(params["exceptionDetails"]))
            elif said.get("method") == "Runtime.consoleAPICalled" and params["type"] == "error":
                self.problems.append(str([one.get("value") for one in params["args"]]))
            elif said.get("method") == "Log.entryAdded" and params["entry"]["level"] == "error":
                self.problems.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")

    async def call(self, method: str, **params: Any) -> Json:
        """Ask the browser for something."""
        number = next(self._numbers)
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        await self._socket.write_message(json.dumps({"id": number, "method": method, "params": params}))
        said = await asyncio.wait_for(answer, _PATIENCE)
        if "error" in said:
            raise PageError(f"{method}: {said['error']['message']}")
        result: Json = said["result"]
        return result

    async def do(self, script: str) -> Any:
        """The value of an expression in the page; a promise is awaited."""
        options: Json = {"awaitPromise": True, "returnByValue": True, "userGesture": True}
        answer = await self.call("Runtime.evaluate", expression=script, **options)
        if "exceptionDetails" in answer:
            raise PageError(_described(answer["exceptionDetails"]))
        return answer["result"].get("value")

    async def until(self, script: str) -> None:
        """Wait until an expression in the page holds."""
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            if await self.do(f"Boolean({script})"):
                return
            await asyncio.sleep(0.01)
        raise PageError(
            f"never held: {script}\n{await self.do('document.body?.innerText.slice(-800)')}\n{self.problems}"
        )

    async def size(self, width: int, height: int, *, dark: bool = False, phone: bool = False) -> None:
        """Give the window a size, in pixels of the page, and a scheme of colours."""
        shape: Json = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone}
        await self.call("Emulation.setDeviceMetricsOverride", **shape)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.call("Emulation.setEmulatedMedia", features=[scheme])

    async def picture(self) -> bytes:
        """A screenshot, as PNG."""
        return base64.b64decode((await self.call("Page.captureScreenshot", format="png"))["data"])

    async def key(self, name: str, code: int, text: str = "") -> None:
        """Press a key."""
        key: Json = {"key": name, "windowsVirtualKeyCode": code}
        await self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **key)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **key)


@asynccontextmanager
async def opened(browser: str, address: str) -> AsyncIterator[Page]:
    """A new page at an address, closed afterwards; problems on it are failures unless the test has taken them."""
    root = await websocket_connect(f"ws://{browser}", max_message_size=_LARGEST)
    control = Page(root)
    driving = asyncio.create_task(control.listen())
    target = (await control.call("Target.createTarget", url="about:blank"))["targetId"]
    socket = await websocket_connect(
        f"ws://{browser.partition('/')[0]}/devtools/page/{target}", max_message_size=_LARGEST
    )
    page = Page(socket)
    listening = asyncio.create_task(page.listen())
    try:
        for domain in ("Runtime", "Log", "Page"):
            await page.call(f"{domain}.enable")
        await page.call("Page.navigate", url=address)
        yield page
        assert page.problems == []
    finally:
        await control.call("Target.closeTarget", targetId=target)
        socket.close()
        root.close()
        await asyncio.gather(listening, driving)


def _described(details: Json) -> str:
    return str(details.get("exception", {}).get("description") or details.get("text"))
