"""The demonstration: answers on a page, on copies, of this machine alone."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPRequest

from speechbot import build_index
from speechbot.demo import ADMIN, MEMBER, demonstrate
from speechbot.errors import IndexNotFound, SpeechbotError
from speechbot.settings import Settings
from speechbot.standin.state import State

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

TEXT = "全县治水工作会议上的讲话\n\n同志们：\n\n一、抓好截污\n\n全县今年铺设污水管网八十公里，年底前通水。\n"
pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A corpus of one file and its index."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "治水.txt").write_text(TEXT, encoding="utf-8")
    build_index(folder / "corpus", folder / "index")
    return Settings(corpus=folder / "corpus", index=folder / "index")


def digest(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content, but for locks, which readers touch."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[str]:
    """The demonstration; gives its address."""
    stop, up = asyncio.Event(), asyncio.get_running_loop().create_future()
    task = asyncio.create_task(demonstrate(settings, 0, ready=up.set_result, stop=stop))
    try:
        await asyncio.wait({task, up}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            await task
        yield up.result()
    finally:
        stop.set()
        await task


async def post(address: str, path: str, **params: Any) -> Any:
    """Have the page do something; what comes of it."""
    request = HTTPRequest(
        f"{address}{path}", "POST", {"Content-Type": "application/json"}, json.dumps(params), request_timeout=20
    )
    answer = json.loads((await AsyncHTTPClient().fetch(request)).body)
    assert answer["ok"], answer
    return answer["result"]


async def answered(address: str, user: int, text: str) -> dict[str, Any]:
    """Say something; the bot's first message after it."""
    number = await post(address, "say", user=user, text=text)
    for _ in range(2000):
        found = (await post(address, "chat", user=user))["messages"]
        later = [one for one in found if one["message_id"] > number and one["from"]["is_bot"]]
        if later:
            return dict(later[0])
        await asyncio.sleep(0.01)
    raise AssertionError(f"no answer to {text}")


def test_the_real_bot_answers_and_nothing_of_the_users_is_touched(settings: Settings) -> None:
    """A member is answered with the paragraph, an admin's command works, corpus and index stay byte for byte."""
    before = digest(settings.index.parent)

    async def talk() -> tuple[str, str]:
        async with running(settings) as address:
            assert address.startswith("http://127.0.0.1:")
            member = await answered(address, MEMBER, "污水管网铺设多少公里？")
            admin = await answered(address, ADMIN, "/status")
            return member["text"], admin["text"]

    asked, state = asyncio.run(talk())

    assert "《全县治水工作会议上的讲话》 › 一、抓好截污 · 第 1 段" in asked
    assert "全县今年铺设污水管网八十公里，年底前通水。" in asked
    assert "1 篇讲话" in state
    assert digest(settings.index.parent) == before


def test_no_web_site_can_call_the_bot_api_of_the_page(settings: Settings) -> None:
    """It is on the same port, and a form of any site may be posted there: its token is nowhere to be read."""

    async def call() -> list[int]:
        async with running(settings) as address:
            known = State().token
            urls = [f"{address}bot{known}/setWebhook?url=https://evil.example/", f"{address}file/bot{known}/photos/1"]
            return [(await AsyncHTTPClient().fetch(url, raise_error=False)).code for url in urls]

    assert asyncio.run(call()) == [401, 404]


def test_what_fails_later_is_not_taken_for_a_failed_copy(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the bot stays what it is; one of the copy says what to do."""

    async def fail(*_: object, **__: object) -> None:
        raise ConnectionError("later")

    monkeypatch.setattr("speechbot.demo.serve", fail)
    with pytest.raises(ConnectionError, match="later"):
        asyncio.run(demonstrate(settings, 0, ready=lambda _: None))
    monkeypatch.setattr("speechbot.demo.tempfile.tempdir", "/nowhere")
    with pytest.raises(SpeechbotError, match="请检查临时文件夹"):
        asyncio.run(demonstrate(settings, 0, ready=lambda _: None))


def test_a_taken_port_is_told(settings: Settings) -> None:
    """With what to do about it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(SpeechbotError, match=rf"端口 {port} 打不开（.+），请用 --port 换一个"):
            asyncio.run(demonstrate(settings, port, ready=lambda _: None))


def test_without_an_index_it_says_what_to_run(settings: Settings, tmp_path: Path) -> None:
    """As every other command does."""
    missing = settings.model_copy(update={"index": tmp_path / "none"})

    with pytest.raises(IndexNotFound, match="speechbot index"):
        asyncio.run(demonstrate(missing, 0, ready=lambda _: None))
