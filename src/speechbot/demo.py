"""The demonstration: the bot itself, over a copy of index and materials, with a web page in the place of Telegram."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from contextlib import AsyncExitStack, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from speechbot.errors import SpeechbotError
from speechbot.indexing.store import CURRENT, GENERATIONS, live
from speechbot.standin.server import Server
from speechbot.standin.webchat import install, pair
from speechbot.standin.world import World
from speechbot.telegram.service import serve
from speechbot.wording import zh_commands

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator

    from speechbot.settings import Settings

MEMBER, ADMIN = 1001, 1002
_BOT, _USERNAME = 100000001, "speechbot"


async def demonstrate(
    settings: Settings, port: int, *, ready: Callable[[str], None], stop: asyncio.Event | None = None
) -> None:
    """Serve the page until the bot is told to stop.

    Args:
        settings: Where corpus and index are, and what else holds for the bot; its connection to Telegram does not.
        port: Of the page, on this machine alone; 0 is any.
        ready: Called with the page's address when the bot answers.
        stop: Set to stop it; by default SIGINT and SIGTERM do.

    Raises:
        SpeechbotError: There is no index, no room for a copy, or the port is taken.
    """
    with _copies(settings) as copied:
        # A token that nobody can guess: the Bot API is on the page's port, where any web site may send a browser
        token = f"{_BOT}:{secrets.token_urlsafe(32)}"
        world = World(username=_USERNAME, name=zh_commands.DEMO_TITLE, token=token)
        server = Server(world)
        try:
            await server.start(port)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise SpeechbotError(zh_commands.DEMO_PORT_TAKEN.format(port=port, reason=reason)) from error
        async with AsyncExitStack() as opened:
            opened.push_async_callback(server.stop)
            install(server, world, title=zh_commands.DEMO_TITLE, people=pair(MEMBER, ADMIN))
            address = f"http://127.0.0.1:{server.port}/"
            connected = copied.connected_to(f"http://127.0.0.1:{server.port}", world.token)
            await serve(connected, stop=stop, ready=lambda _username: ready(address))


@contextmanager
def _copies(settings: Settings) -> Iterator[Settings]:
    """Settings for a demonstration: files that are copies, one member and one admin."""
    name = live(settings.index)
    with ExitStack() as opened:
        try:
            folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="speechbot-demo-")))
            corpus, index = folder / "corpus", folder / "index"
            if settings.corpus.is_dir():
                shutil.copytree(settings.corpus, corpus)
            shutil.copytree(settings.index / GENERATIONS / name, index / GENERATIONS / name)
            (index / CURRENT).write_bytes((settings.index / CURRENT).read_bytes())
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise SpeechbotError(zh_commands.DEMO_COPY_FAILED.format(reason=reason)) from error
        yield settings.model_copy(
            update={
                "corpus": corpus,
                "index": index,
                "state": index / "state.sqlite",
                "admins": frozenset({ADMIN}),
                "users": frozenset({MEMBER}),
                "groups": frozenset(),
                "access": "closed",
                "join_code": None,
                "health_listen": None,
            }
        )
