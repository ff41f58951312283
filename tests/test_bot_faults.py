"""The way to Telegram is bad: floods, error pages, broken connections, silence, a second bot, a proxy."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from speechbot.standin.faults import KINDS, Faults
from speechbot.wording import zh_telegram
from tests.bot_process import (
    ANNA,
    BORIS,
    JOIN_CODE,
    PROXY_PASSWORD,
    QUESTION,
    QUESTIONS,
    TOKEN,
    WEBHOOK_SECRET,
    Json,
    Stage,
    answered_once,
    bold,
    free_port,
    is_repeat,
    staged,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.model

LOST = zh_telegram.CONNECTION_LOST.partition("（")[0]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, real_index: Path) -> Iterator[Stage]:
    """A stage with a bot, for the tests after which all is as before."""
    with staged(tmp_path_factory.mktemp("faults"), real_index) as (found, _):
        yield found


@pytest.fixture
def stage(tmp_path: Path, real_index: Path) -> Iterator[Stage]:
    """A stage without a bot."""
    with Stage(tmp_path, real_index) as found:
        yield found


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_survives_what_befalls_its_answer(shared: Stage, kind: str) -> None:
    """Once where the first try surely failed; where it may have arrived, the repeat says so."""
    shared.server.faults = Faults(hang=0.1)
    shared.server.faults.plan("sendMessage", kind)
    asked = shared.world.say(ANNA, QUESTION)
    sends = len(shared.world.calls)
    shared.until(lambda: len(done(shared, sends)) == (2 if kind == "reset_after" else 1), "answer")
    answers = shared.answers(asked)

    assert [QUESTIONS[QUESTION] in bold(one) for one in answers] == [True] * len(answers)
    unsure = kind in {"gateway", "reset_before", "reset_after", "timeout"}
    assert [is_repeat(one) for one in answers] == {"reset_after": [False, True]}.get(kind, [unsure])


def done(stage: Stage, since: int) -> list[object]:
    """Messages sent since a number of calls."""
    return [one for one in list(stage.world.calls)[since:] if one.method == "sendMessage" and not one.refused]


@pytest.mark.parametrize("kind", KINDS)
def test_asking_for_updates_survives_what_befalls_it(shared: Stage, kind: str) -> None:
    """The next question is answered once, whatever happened to the call that waits for it."""
    shared.server.faults = Faults(hang=0.1)
    shared.server.faults.plan("getUpdates", kind)
    asked = [shared.world.say(ANNA, QUESTION), shared.world.say(BORIS, QUESTION)]
    befallen = shared.server.faults.counts
    shared.until(lambda: befallen["getupdates", kind] == 1, "fault")
    asked.append(shared.world.say(ANNA, QUESTION))

    answered_once(shared, asked)
    assert [len(shared.answers(one)) for one in asked] == [1, 1, 1]


def test_buttons_and_edits_survive_it_too(shared: Stage) -> None:
    """Each is done in the end; doing it twice shows the same."""
    shared.refusals |= {"message is not modified"}
    shared.server.faults = Faults(hang=0.1)
    answer = shared.ask("青石河多长")
    for method in ("editMessageText", "answerCallbackQuery"):
        shared.server.faults.plan(method, "reset_after", "flood")
    query = shared.world.callbacks[
        shared.world.press(ANNA, answer, answer["reply_markup"]["inline_keyboard"][0][1]["callback_data"])
    ]

    shared.until(lambda: len(query.answers) == 2, "both notices")
    assert [one["text"] for one in query.answers] == ["", ""]
    assert zh_telegram.PREVIOUS_HIT in str(shared.latest())


def test_all_at_once(shared: Stage) -> None:
    """A third of all calls fails in some way, many people ask: everybody gets the answer, repeats say so."""
    shared.server.faults = Faults(0.02, 0.06, 0.08, 0.08, 0.06, hang=0.2, seed=5)
    asked = [shared.world.say(200 + number, text) for number in range(10) for text in list(QUESTIONS)[:2]]

    answered_once(shared, asked)
    shared.server.faults = Faults()
    assert sum(len(shared.answers(one)) for one in asked) < 2 * len(asked)


def test_the_server_goes_away_and_comes_back(shared: Stage) -> None:
    """The log says so in Chinese; what was asked meanwhile, or was being answered, is answered."""
    shared.server.faults = Faults()
    port, bot = shared.server.port, shared.bots[0]
    before = bot.output.count(LOST)
    shared.run(shared.server.stop())
    bot.says(LOST, before + 1)
    asked = [shared.world.say(user, QUESTION) for user in (ANNA, BORIS)]
    shared.run(shared.server.start(port))

    answered_once(shared, asked)
    assert [len(shared.answers(one)) for one in asked] == [1, 1]


def test_it_waits_for_a_server_that_is_not_there_yet(stage: Stage) -> None:
    """It says so, comes up when the server does, and can be stopped while it waits."""
    port = free_port()
    bot = stage.start(API_URL=f"http://127.0.0.1:{port}")
    bot.says(LOST)
    assert bot.stop() == 0

    bot = stage.start(API_URL=f"http://127.0.0.1:{port}")
    bot.says(LOST)
    stage.run(stage.server.stop())
    stage.run(stage.server.start(port))
    bot.ready()
    assert bold(stage.ask())[0] == QUESTIONS[QUESTION]


def test_a_start_over_a_bad_line(stage: Stage) -> None:
    """Each call of the start fails at first."""
    stage.server.faults = Faults(hang=0.1)
    for method in ("getMe", "deleteWebhook", "setMyCommands"):
        stage.server.faults.plan(method, "gateway")
    bot = stage.start()

    bot.ready()
    assert bold(stage.ask())[0] == QUESTIONS[QUESTION]


def test_two_bots_with_one_token(stage: Stage) -> None:
    """Both live on and say what is wrong; when one is stopped the other goes on."""
    first = stage.start().ready()
    second = stage.start(STATE=stage.folder / "second.sqlite")
    first.says(zh_telegram.CONFLICT)
    second.ready().says(zh_telegram.CONFLICT)
    assert bold(stage.ask())[0] == QUESTIONS[QUESTION]

    assert second.stop() == 0
    asked = stage.world.say(BORIS, "钓鱼可以吗")
    answered_once(stage, [asked])
    assert (len(stage.answers(asked)), first.running) == (1, True)


def test_a_token_that_is_taken_back(stage: Stage) -> None:
    """Telegram refuses it all at once: the bot says which setting to look at and ends, instead of waiting for ever."""
    bot = stage.start().ready()
    stage.ask()
    stage.world.token = TOKEN[:-1] + "X"
    waiting = stage.until(lambda: stage.server.poller, "call for updates")
    assert waiting is not None
    waiting.set_result("")

    assert bot.ended() == 1
    assert bot.lines[-1].endswith(zh_telegram.BOT_REFUSED)


class Proxy:
    """A proxy for HTTP that asks for a name and a password."""

    def __init__(self) -> None:
        """Nothing asked yet."""
        self.asked: list[str] = []
        self.port = 0

    async def start(self, port: int = 0) -> None:
        """Listen."""
        proxy = self

        class Passing(RequestHandler):
            async def post(self) -> None:
                """Pass a request on to where it wants to go."""
                given = self.request.headers.pop("Proxy-Authorization", "")
                if base64.b64decode(given.removeprefix("Basic ")).decode() != "li:pass/word-kept":
                    self.set_status(407)
                    return
                proxy.asked.append(str(self.request.uri).rpartition("/")[2])
                client, headers = AsyncHTTPClient(), self.request.headers
                passed = HTTPRequest(str(self.request.uri), "POST", headers, self.request.body, request_timeout=60)
                answer = await client.fetch(passed, raise_error=False)
                self.set_status(answer.code)
                self.finish(answer.body)

        sockets = bind_sockets(port, "127.0.0.1")
        self.port = sockets[0].getsockname()[1]
        self._server = HTTPServer(Application([(r".*", Passing)], log_function=lambda _: None))
        self._server.add_sockets(sockets)

    async def stop(self) -> None:
        """Listen no more."""
        self._server.stop()
        await self._server.close_all_connections()


def test_everything_goes_through_the_proxy(stage: Stage) -> None:
    """Both what is asked for and what is sent; while the proxy is dead the log says so, and then all goes on."""
    proxy = Proxy()
    stage.run(proxy.start())
    try:
        bot = stage.start(PROXY=f"http://li:{PROXY_PASSWORD}@127.0.0.1:{proxy.port}")
        bot.ready()
        assert bold(stage.ask())[0] == QUESTIONS[QUESTION]
        assert {"getMe", "getUpdates", "sendMessage"} - set(proxy.asked) == set()

        stage.run(proxy.stop())
        bot.says(LOST)
        asked = stage.world.say(ANNA, QUESTION)
        stage.run(proxy.start(proxy.port))
        answered_once(stage, [asked])
    finally:
        stage.run(proxy.stop())


def test_no_secret_in_the_finest_log(stage: Stage) -> None:
    """At DEBUG, with every setting that is secret, over a bad line: none of them is written, and every line is JSON."""
    stage.server.faults = Faults(hang=0.1)
    for method in ("getMe", "deleteWebhook", "getUpdates", "sendMessage", "setMyCommands"):
        stage.server.faults.plan(method, "gateway")
    stage.server.faults.plan("sendMessage", "reset_after", "timeout")
    proxy = Proxy()
    stage.run(proxy.start())
    try:
        settings: Json = {"LOG_LEVEL": "DEBUG", "LOG_FORMAT": "json", "JOIN_CODE": JOIN_CODE}
        settings |= {"WEBHOOK_SECRET": WEBHOOK_SECRET, "PROXY": f"http://li:{PROXY_PASSWORD}@127.0.0.1:{proxy.port}"}
        stage.tracebacks = True
        bot = stage.start(**settings)
        bot.ready()
        stage.ask()
        assert stage.tell(f"/join {JOIN_CODE}")["text"]
        bot.stop()
    finally:
        stage.run(proxy.stop())

    assert len(bot.lines) > 50
    assert [line for line in bot.lines if set(json.loads(line)) < {"time", "level", "logger", "message"}] == []
    assert urlsplit(stage.url).netloc in bot.output or re.search("Calling Bot API endpoint", bot.output)
