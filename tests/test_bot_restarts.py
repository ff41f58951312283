"""The bot is ended and started again: nothing is lost, nothing comes twice without a word, old buttons go on working."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from speechbot.wording import zh_telegram
from tests.bot_process import (
    ANNA,
    BORIS,
    QUESTION,
    QUESTIONS,
    Json,
    Stage,
    answered_once,
    bold,
    staged,
)
from tests.conftest import DATA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.model

SECONDS = 5.0  # from SIGTERM to the end


@pytest.fixture
def stage(tmp_path: Path, real_index: Path) -> Iterator[Stage]:
    """A stage without a bot."""
    with Stage(tmp_path, real_index) as found:
        yield found


def many(stage: Stage, count: int) -> list[Json]:
    """Questions in several conversations, a few in each."""
    texts = list(QUESTIONS)
    return [stage.world.say(1000 + number % 7, texts[number % len(texts)]) for number in range(count)]


def several(stage: Stage, asked: list[Json], count: int) -> None:
    """Wait until so many more of the questions are answered, or all."""

    def answered() -> int:
        return sum(bool(stage.answers(one)) for one in asked)

    enough = min(answered() + count, len(asked))
    stage.until(lambda: answered() >= enough, "some answers")


def hanging(stage: Stage, count: int) -> None:
    """Wait until so many calls hang or were cut off."""
    stage.until(lambda: stage.server.faults.counts["sendmessage", "timeout"] == count, "calls that hang")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_amid_questions_loses_none(stage: Stage, number: signal.Signals) -> None:
    """It ends within five seconds, with 0; what is not answered yet is answered after the next start."""
    bot = stage.start().ready()
    asked = many(stage, 40)
    several(stage, asked, 5)
    started = time.monotonic()
    bot.signal(number)
    assert bot.ended() == 0
    assert time.monotonic() - started < SECONDS

    while_away = many(stage, 7)
    stage.start().ready()
    answered_once(stage, [*asked, *while_away])
    assert [one["text"] for one in while_away if zh_telegram.LATE in stage.answers(one)[0]["text"]] == []


def test_a_stop_amid_a_call_that_hangs(stage: Stage) -> None:
    """Telegram does not answer: the end comes within five seconds; a second signal does not wait even for that."""
    bot = stage.start().ready()
    asked = [stage.world.say(user, QUESTION) for user in (ANNA, BORIS)]
    stage.server.faults.plan("sendMessage", *["timeout"] * 20)
    hanging(stage, 2)
    started = time.monotonic()
    assert bot.stop() == 0
    assert time.monotonic() - started < SECONDS

    bot = stage.start().ready()
    hanging(stage, 4)
    bot.signal(signal.SIGTERM)
    bot.says("Application is stopping")
    started = time.monotonic()
    assert bot.stop() == -signal.SIGTERM
    assert time.monotonic() - started < 1.0

    stage.server.faults._planned.clear()
    stage.start().ready()
    answered_once(stage, asked)
    assert [zh_telegram.LATE in stage.answers(one)[0]["text"] for one in asked] == [True, True]


def test_kills_at_any_moment_lose_nothing(stage: Stage) -> None:
    """Killed again and again while questions come in: each is answered, and what may have come twice says so."""
    chance = random.Random(7)  # noqa: S311 - no secret
    asked: list[Json] = []
    for _ in range(4):
        bot = stage.start().ready()
        asked += many(stage, 24)
        several(stage, asked, chance.randrange(40))
        bot.kill()
    stage.start().ready()

    answered_once(stage, asked)


def test_starts_alone_use_up_no_question(stage: Stage) -> None:
    """A question is dropped when it was itself tried too often, not when the bot ended before it came to it."""
    bot = stage.start().ready()
    stage.server.faults.plan("sendMessage", *["timeout"] * 50)
    first, second = stage.world.say(ANNA, QUESTION), stage.world.say(ANNA, "钓鱼可以吗")
    for times in range(1, 5):
        hanging(stage, times)
        bot.kill()
        bot = stage.start()
    bot.says("it is dropped")
    stage.server.faults._planned.clear()

    answered_once(stage, [second])
    assert stage.answers(first) == []


def test_old_buttons_after_a_restart(stage: Stage) -> None:
    """What was sent before goes on working: every button holds all it needs."""
    bot = stage.start().ready()
    answer, refusal, greeting = stage.ask("青石河多长"), stage.ask("今天天气怎么样"), stage.tell("/start")
    asked = stage.world.say(ANNA, "钓鱼可以吗")
    edited = stage.answer(asked)
    assert bot.stop() == 0
    stage.start().ready()

    assert stage.press(answer, zh_telegram.NEXT_HIT) == ""
    assert stage.press(answer, zh_telegram.SECTION) == ""
    assert stage.press(answer, zh_telegram.USEFUL) == zh_telegram.VOTED_UP
    assert stage.press(refusal, zh_telegram.NEAR) == ""
    assert stage.press(greeting, "怎样理解") == ""
    stage.world.edit(asked, QUESTION)
    stage.until(lambda: bold(stage.answers(asked)[0])[0] == QUESTIONS[QUESTION], "the other answer")
    assert [one["message_id"] for one in stage.answers(asked)] == [edited["message_id"]]


def test_a_rebuild_goes_live_in_a_running_bot(tmp_path: Path, real_index: Path) -> None:
    """`speechbot index` beside it: new passages are found, buttons of passages that are gone say so."""
    index, corpus = tmp_path / "index", tmp_path / "corpus"
    shutil.copytree(real_index, index)
    shutil.copytree(DATA / "corpus", corpus)
    with staged(tmp_path, index) as (stage, bot):
        gone, kept = stage.ask("购书经费花在哪里"), stage.ask("钓鱼可以吗")
        (corpus / "图书馆建设讲话.txt").unlink()
        path = corpus / "河道治理讲话.txt"
        path.write_text(
            path.read_text("utf-8") + "\n第四，给候鸟留出栖息地\n\n上游两处湿地冬季禁航，白鹭每年十一月到达。\n",
            "utf-8",
        )
        command = [sys.executable, "-m", "speechbot", "index", "--corpus", str(corpus), "--index", str(index)]
        building = subprocess.Popen(command, env=stage.environment(), stdout=subprocess.DEVNULL)  # noqa: S603 - ours
        try:
            stage.until(lambda: building.poll() is not None, "end of the rebuild")
        finally:
            building.kill()
            building.wait()
        assert building.returncode == 0

        assert bold(stage.ask("白鹭什么时候到达"))[0] == "上游两处湿地冬季禁航，白鹭每年十一月到达。"
        assert bot.running
        assert stage.press(gone, zh_telegram.AFTER) == zh_telegram.GONE
        assert stage.press(gone, zh_telegram.ORIGIN) == zh_telegram.GONE
        assert stage.press(kept, zh_telegram.AFTER) == ""
        assert bold(stage.ask("购书经费花在哪里")) == [zh_telegram.NOT_FOUND]
