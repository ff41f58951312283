"""The stand-in as a web server, at the addresses of the Bot API."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.httpserver import HTTPServer
from tornado.iostream import StreamClosedError
from tornado.web import Application, RequestHandler

from speechbot.standin.faults import Faults, Floods, too_many
from speechbot.standin.methods import call, written
from speechbot.standin.rules import Refused, Upload, bad, integer

if TYPE_CHECKING:
    from collections.abc import Callable

    from speechbot.standin.state import State

Json = dict[str, Any]
_BODY_LIMIT = 100 * 1024 * 1024  # bytes; uploads above Telegram's own limit get its answer
_LONGEST_POLL = 50  # seconds
_RETRY = 0.2  # seconds until an update is offered to a webhook again
_UNHEARD = 1000  # events kept for a page that is slow
_QUIET = 15.0  # seconds
_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
_TAKEN = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
_HOOKED = "Conflict: terminated by setWebhook request"


class Server:
    """Serves one world on a port of this machine.

    Attributes:
        faults: What goes wrong; may be set at any time.
        floods: The limits on what is sent; None for none.
        port: Where it listens; 0 before ``start``.
        pages: What else is served, by path: a content type and a body. With any, ``/events`` streams what happens.
        deeds: What a page may have done, by path: functions from the JSON posted there to the JSON that answers it.
    """

    def __init__(self, state: State, *, faults: Faults | None = None, floods: Floods | None = None) -> None:
        self.state = state
        self.faults = faults or Faults()
        self.floods = floods
        self.port = 0
        self.pages: dict[str, tuple[str, bytes]] = {}
        self.deeds: dict[str, Callable[[Json], object]] = {}
        self.listeners: set[asyncio.Queue[bytes]] = set()
        self.poller: asyncio.Future[str] | None = None
        self._server: HTTPServer | None = None
        self._delivery: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def base_url(self) -> str:
        """What python-telegram-bot calls ``base_url``."""
        return f"http://127.0.0.1:{self.port}/bot"

    @property
    def base_file_url(self) -> str:
        """What python-telegram-bot calls ``base_file_url``."""
        return f"http://127.0.0.1:{self.port}/file/bot"

    async def start(self, port: int = 0) -> int:
        """Listen on a port, any free one for 0; return it."""
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        routes = [
            (r"/bot([^/]*)/([^/]*)/?", _Method, {"server": self}),
            (r"/file/bot([^/]*)/(.+)", _File, {"server": self}),
            (r"/events", _Events, {"server": self}),
            (r"(/.*)", _Page, {"server": self}),
        ]
        application = Application(routes, log_function=lambda _: None, compress_response=False)
        listening = socket.create_server(("127.0.0.1", port))
        listening.settimeout(0)
        self._server = HTTPServer(application, max_buffer_size=_BODY_LIMIT, max_body_size=_BODY_LIMIT)
        self._server.add_socket(listening)
        self.port = int(listening.getsockname()[1])
        self.state.wake.append(self._wake)
        self.state.observe(self._tell)
        self._delivery = asyncio.create_task(self._deliver())
        return self.port

    async def stop(self) -> None:
        """Listen no more, and cut off who is still waiting."""
        if self._wake in self.state.wake:
            self.state.wake.remove(self._wake)
            self.state.ignore(self._tell)
        for listener in self.listeners:
            _offer(listener, b"")
        if self._delivery is not None:
            self._delivery.cancel()
            with suppress(asyncio.CancelledError):
                await self._delivery
        if self.poller is not None and not self.poller.done():
            self.poller.set_result("")
        if self._server is not None:
            self._server.stop()
            await self._server.close_all_connections()
            await asyncio.sleep(0)  # closed sockets are let go of in the loop's next turn
            self._server = None

    def _wake(self) -> None:
        """Let waiting requests look again; from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._look)

    def _look(self) -> None:
        self._news.set()
        if self.poller is not None and not self.poller.done():
            self.poller.set_result(_HOOKED if self.state.webhook else "")

    def _tell(self, event: str, payload: Json) -> None:
        """Pass on to pages what happens."""
        if self.listeners:
            line = b"data: %b\n\n" % _json({"event": event, "payload": payload})
            for listener in self.listeners:
                _offer(listener, line)

    async def poll(self, params: Json) -> object:
        """Answer getUpdates: at once where something waits, else when it comes or the time is over."""
        if self.poller is not None and not self.poller.done():
            self.poller.set_result(_TAKEN)
        updates = call(self.state, "getUpdates", params)
        seconds = min(integer(params, "timeout"), _LONGEST_POLL)
        if updates or seconds <= 0:
            return updates
        mine = asyncio.get_running_loop().create_future()
        self.poller = mine
        try:
            reason = await asyncio.wait_for(mine, seconds)
        except TimeoutError:
            return []
        finally:
            if self.poller is mine:
                self.poller = None
        if reason:
            raise Refused(409, reason)
        await asyncio.sleep(0)  # what is said in one breath comes in one answer
        return call(self.state, "getUpdates", params)

    async def _deliver(self) -> None:
        """Post updates to the webhook, while there is one."""
        client = AsyncHTTPClient(force_instance=True)
        try:
            while True:
                while self.state.webhook and self.state.updates:
                    update = self.state.updates[0]
                    if not await self._posted(client, written(update)):
                        await asyncio.sleep(_RETRY)
                    elif self.state.updates and self.state.updates[0] is update:
                        self.state.updates.popleft()
                await self._news.wait()
                self._news.clear()
        finally:
            client.close()

    async def _posted(self, client: AsyncHTTPClient, update: Json) -> bool:
        hook = self.state.webhook
        headers = {"Content-Type": "application/json"}
        if hook["secret_token"]:
            headers["X-Telegram-Bot-Api-Secret-Token"] = hook["secret_token"]
        body = _json(update)
        try:
            answer = await client.fetch(HTTPRequest(hook["url"], method="POST", headers=headers, body=body))
        except (HTTPClientError, OSError):
            return False
        with suppress(ValueError, Refused, TypeError):  # an answer may hold a call; what is none is ignored
            params = json.loads(answer.body)
            call(self.state, str(params.pop("method")), params)
        return True


class _Method(RequestHandler):
    """A call of a method."""

    def initialize(self, server: Server) -> None:
        """Take the server."""
        self._server = server
        self._gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def get(self, token: str, method: str) -> None:
        """Answer a call whose parameters stand in the address."""
        await self._answer(token, method)

    async def post(self, token: str, method: str) -> None:
        """Answer a call."""
        await self._answer(token, method)

    def on_connection_close(self) -> None:
        """Stop waiting for a client that is gone."""
        if not self._gone.done():
            self._gone.set_result(None)

    async def _answer(self, token: str, method: str) -> None:
        server = self._server
        fault = server.faults.draw(method)
        if fault == "gateway":
            self.set_status(502)
            self.finish(_GATEWAY)
            return
        if fault == "timeout":
            await asyncio.wait({self._gone}, timeout=server.faults.hang)
        if fault in {"timeout", "reset_before"}:
            self._cut()
            return
        try:
            if fault == "flood":
                raise too_many(server.faults.retry_after)
            result = await self._result(unquote(token), method)
        except Refused as refused:
            self._refuse(refused)
            return
        if fault == "reset_after":
            self._cut()
            return
        self._write(b'{"ok":true,"result":%b}' % _json(result))

    async def _result(self, token: str, method: str) -> object:
        """Do what is asked."""
        server = self._server
        if not token.partition(":")[0].isdecimal() or ":" not in token:
            raise Refused(404, "Not Found")
        if token != server.state.token:
            raise Refused(401, "Unauthorized")
        params = self._params()
        if method.lower() != "getupdates":
            if server.floods is not None:
                server.floods.check(method, params.get("chat_id"))
            return call(server.state, method, params)
        polling = asyncio.ensure_future(server.poll(params))
        polled: set[asyncio.Future[Any]] = {polling, self._gone}
        await asyncio.wait(polled, return_when=asyncio.FIRST_COMPLETED)
        if not polling.done():
            polling.cancel()
            polling.add_done_callback(lambda polled: polled.cancelled() or polled.exception())
            raise Refused(409, _TAKEN)  # nobody hears it, nor what is raised there just now
        return polling.result()

    def _params(self) -> Json:
        """The parameters, wherever they stand."""
        request = self.request
        params: Json = {key: self._text(values[-1]) for key, values in request.arguments.items()}
        for key, files in request.files.items():
            params[key] = Upload(files[-1].filename, files[-1].body, files[-1].content_type)
        if request.headers.get("Content-Type", "").startswith("application/json") and request.body:
            try:
                given = json.loads(request.body)
            except ValueError as error:
                raise bad("can't parse request: can't parse JSON object") from error
            if not isinstance(given, dict):
                raise bad("can't parse request: expected an Object")
            params |= given
        return params

    @staticmethod
    def _text(value: bytes) -> str:
        try:
            return value.decode()
        except UnicodeDecodeError as error:
            raise bad("strings must be encoded in UTF-8") from error

    def _refuse(self, refused: Refused) -> None:
        answer: Json = {"ok": False, "error_code": refused.code, "description": refused.description}
        if refused.parameters:
            answer["parameters"] = refused.parameters
        if "retry_after" in refused.parameters:
            self.set_header("Retry-After", str(refused.parameters["retry_after"]))
        self.set_status(refused.code)
        self._write(_json(answer))

    def _write(self, body: bytes) -> None:
        if not self._gone.done():
            self.set_header("Content-Type", "application/json")
            self.finish(body)

    def _cut(self) -> None:
        """Break the connection."""
        if not self._gone.done():
            self.detach().close()

    def compute_etag(self) -> None:
        """Spend no time on what no bot asks for."""


class _File(RequestHandler):
    """A download."""

    def initialize(self, server: Server) -> None:
        """Take the server."""
        self._server = server

    def get(self, token: str, path: str) -> None:
        """Answer with a file."""
        state = self._server.state
        wanted = unquote(path)
        found = next((data for said, data in state.files.values() if said["file_path"] == wanted), None)
        if unquote(token) != state.token or found is None:
            self.set_status(404)
            self.finish(b'{"ok":false,"error_code":404,"description":"Not Found"}')
            return
        self.set_header("Content-Type", "application/octet-stream")
        self.finish(found)


class _Page(RequestHandler):
    """What is served beside the API, to this machine's own browser only."""

    def initialize(self, server: Server) -> None:
        """Take the server."""
        self._server = server

    def prepare(self) -> None:
        """Let no page of another site in: one whose name leads here, or that posts across sites."""
        own = {f"127.0.0.1:{self._server.port}", f"localhost:{self._server.port}"}
        origin = self.request.headers.get("Origin")
        if self.request.host not in own or (origin and origin.removeprefix("http://") not in own):
            self._nothing(403, "Forbidden")

    def get(self, path: str) -> None:
        """Answer with a page."""
        if path not in self._server.pages:
            self._nothing(404, "Not Found")
            return
        kind, body = self._server.pages[path]
        self.set_header("Content-Type", kind)
        self.set_header("Cache-Control", "no-store")
        self.finish(body)

    def post(self, path: str) -> None:
        """Do what a page asks."""
        deed = self._server.deeds.get(path)
        # This type cannot be posted across sites without being asked for first, which nobody here grants
        if deed is None or self.request.headers.get("Content-Type", "").partition(";")[0] != "application/json":
            self._nothing(404, "Not Found")
            return
        try:
            params = json.loads(self.request.body)
        except ValueError:
            params = None
        if not isinstance(params, dict):
            self._nothing(400, "Bad Request")
            return
        self.set_header("Content-Type", "application/json")
        self.finish(_json(deed(params)))

    def _nothing(self, code: int, reason: str) -> None:
        self.set_status(code)
        self.set_header("Content-Type", "application/json")
        self.finish(_json({"ok": False, "error_code": code, "description": reason}))


class _Events(_Page):
    """A stream of what happens, as browsers read it."""

    async def get(self) -> None:  # type: ignore[override]
        """Send each event as it comes, until either side ends."""
        if not self._server.pages:
            self._nothing(404, "Not Found")
            return
        self.set_header("Content-Type", "text/event-stream")
        self.set_header("Cache-Control", "no-store")
        mine: asyncio.Queue[bytes] = asyncio.Queue(_UNHEARD)
        self._server.listeners.add(mine)
        try:
            line = b": welcome\n\n"
            while line:
                self.write(line)
                await self.flush()
                try:
                    line = await asyncio.wait_for(mine.get(), _QUIET)
                except TimeoutError:
                    line = b": still here\n\n"  # which also finds out who is gone
        except StreamClosedError:
            return
        finally:
            self._server.listeners.discard(mine)


def _offer(listener: asyncio.Queue[bytes], line: bytes) -> None:
    """Give a listener a line; one that has long not listened is let go, and its page asks anew."""
    if listener.full():
        while not listener.empty():
            listener.get_nowait()
        line = b""
    listener.put_nowait(line)


def _json(value: object) -> bytes:
    """JSON in as few bytes as there need be; half characters, which are no text, become question marks."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()
