"""What the bot runs on in process: a clock that need not be waited for, a request class that knows no network."""

from __future__ import annotations

import asyncio
import json
import selectors
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest

from speechbot.standin.faults import Faults, too_many
from speechbot.standin.methods import call
from speechbot.standin.rules import Refused, Upload

if TYPE_CHECKING:
    from collections.abc import Callable

    from telegram.request import RequestData

    from speechbot.standin.world import World

Json = dict[str, Any]


class Loop(asyncio.SelectorEventLoop):
    """A loop whose clock leaps to the next thing that is due, so that waiting takes no time; it opens no connection."""

    def __init__(self) -> None:
        self.now = 0.0
        super().__init__(_Leaping(self))

    def time(self) -> float:
        """The loop's own clock."""
        return self.now

    async def create_connection(self, *_args: Any, **_options: Any) -> Any:
        """Not here."""
        raise AssertionError("a test touched the network")

    async def getaddrinfo(self, *_args: Any, **_options: Any) -> Any:
        """Not here."""
        raise AssertionError("a test touched the network")


class _Leaping(selectors.DefaultSelector):
    def __init__(self, loop: Loop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        found = super().select(0)
        if not found and timeout is None:
            raise AssertionError("the loop waits for what can never come")
        if not found and timeout:
            self._loop.now += timeout
        return found


class Here(ThreadPoolExecutor):
    """Does its work in the calling thread, at once or after some of the loop's seconds."""

    def __init__(self) -> None:
        super().__init__(1)
        self.delay = 0.0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do it."""
        done: Future[Any] = Future()

        def work() -> None:
            try:
                done.set_result(fn(*args, **kwargs))
            except BaseException as error:  # noqa: BLE001 - as executors do
                done.set_exception(error)

        if self.delay:
            asyncio.get_running_loop().call_later(self.delay, work)
        else:
            work()
        return done


class Offline(BaseRequest):
    """Answers calls from a world, and knows no other address.

    Attributes:
        faults: What goes wrong. Beside those of the stand-in there is "connect": nothing left this machine.
        contacts: Addresses outside the world that were called: there must be none.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.faults = Faults()
        self.contacts: list[str] = []

    @property
    def read_timeout(self) -> float | None:
        """As by default."""
        return 5.0

    async def initialize(self) -> None:
        """Nothing is needed."""

    async def shutdown(self) -> None:
        """Nothing is held."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_timeouts: Any, **_more: Any
    ) -> tuple[int, bytes]:
        """Answer a call."""
        await asyncio.sleep(0)
        token = self.world.token
        if method == "GET" and url.startswith(f"https://api.telegram.org/file/bot{token}/"):
            return self._file(url.removeprefix(f"https://api.telegram.org/file/bot{token}/"))
        if not url.startswith(f"https://api.telegram.org/bot{token}/"):
            self.contacts.append(url)
            raise AssertionError("a test touched the network")
        name = url.rpartition("/")[2]
        fault = self.faults.draw(name)
        if fault == "gateway":
            return 502, b"<html>502 Bad Gateway</html>"
        _raise(fault, "connect", "reset_before", "timeout")
        try:
            if fault == "flood":
                raise too_many(self.faults.retry_after)
            result = call(self.world, name, _params(request_data))
        except Refused as refused:
            answer = {"ok": False, "error_code": refused.code, "description": refused.description}
            return refused.code, json.dumps({**answer, "parameters": refused.parameters}).encode()
        _raise(fault, "reset_after")
        return 200, json.dumps({"ok": True, "result": result}).encode()

    def _file(self, path: str) -> tuple[int, bytes]:
        found = [data for said, data in self.world.files.values() if said["file_path"] == path]
        return (200, found[0]) if found else (404, b"{}")


def _raise(fault: str, *kinds: str) -> None:
    """Fail as ``HTTPXRequest`` does."""
    if fault not in kinds:
        return
    causes: dict[str, httpx.HTTPError] = {
        "connect": httpx.ConnectError("refused"),
        "timeout": httpx.ReadTimeout("silence"),
    }
    cause = causes.get(fault, httpx.ReadError("reset"))
    raise (TimedOut() if fault == "timeout" else NetworkError("httpx")) from cause


def _params(data: RequestData | None) -> Json:
    params: Json = dict(data.json_parameters) if data else {}
    for key, (name, content, mime) in (data.multipart_data if data else {}).items():
        params[key] = Upload(str(name), content if isinstance(content, bytes) else content.read(), str(mime))
    return params
