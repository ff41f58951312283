"""What came first in a chat is done first, chats side by side, nothing twice and nothing lost."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import Bot, InaccessibleMessage, Update

from speechbot.errors import StateError
from speechbot.telegram import lanes as module
from speechbot.telegram.lanes import ATTEMPTS, KINDS, Intake, Lanes, body_of, kind_of, lane_of
from speechbot.telegram.ledger import Ledger
from tests.offline import Loop
from tests.telegram_kit import ANNA, BERTA, EPOCH, TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from pathlib import Path

    from tests.telegram_kit import Json

_NUMBERS = count(1)


def someone(user: int) -> Json:
    """A person."""
    return {"id": user, "is_bot": False, "first_name": "x"}


def message(chat: int, number: int = 0, **content: Any) -> Update:
    """Somebody writes in their chat."""
    body = {"message_id": 1, "date": 1, "chat": {"id": chat, "type": "private"}, "from": someone(chat), **content}
    return Update.de_json({"update_id": number or next(_NUMBERS), "message": body}, None)


def inline(user: int, text: str = "x") -> Update:
    """Somebody types behind the bot's name."""
    query = {"id": "1", "from": someone(user), "query": text, "offset": ""}
    return Update.de_json({"update_id": next(_NUMBERS), "inline_query": query}, None)


class Work:
    """An intake and its lanes, drained as python-telegram-bot does it."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.counted: list[str] = []
        self.began: list[int] = []
        self.ended: list[int] = []
        self.intake = Intake(ledger, lambda: EPOCH, self.counted.append)
        self.lanes = Lanes(self.intake, ledger)
        self.tasks: list[asyncio.Task[None]] = []

    async def drain(self, deed: Callable[[Any], Coroutine[Any, Any, None]]) -> None:
        """Start work on all that is there."""
        while not self.intake.empty():
            update = self.intake.get_nowait()
            work = self.lanes.process_update(update, self._noted(update, deed))
            self.tasks.append(asyncio.create_task(work))
        await asyncio.sleep(0)

    async def finish(self) -> None:
        """Wait for all of it."""
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _noted(self, update: Any, deed: Callable[[Any], Coroutine[Any, Any, None]]) -> None:
        self.began.append(update.update_id)
        await deed(update)
        self.ended.append(update.update_id)


def run(deed: Coroutine[Any, Any, None]) -> None:
    """Do something in a loop whose waiting takes no time."""
    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(deed)


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    """On a ledger of its own."""
    with Ledger.open(tmp_path / "state.sqlite") as ledger:
        yield Work(ledger)


def waiting(ledger: Ledger) -> list[int]:
    """What is not done."""
    return [number for number, _, _ in ledger.waiting()]


def test_one_after_the_other_in_a_chat_and_chats_side_by_side(work: Work) -> None:
    """The second of a chat begins when the first ends; another chat's does not wait for it."""

    async def deed() -> None:
        updates = [message(ANNA), message(ANNA), message(BERTA)]
        release = asyncio.Event()
        for update in updates:
            await work.intake.put(update)

        async def wait(update: Update) -> None:
            if update is updates[0]:
                await release.wait()

        await work.drain(wait)
        await asyncio.sleep(1)
        first, second, other = (update.update_id for update in updates)
        assert (work.began, work.ended) == ([first, other], [other])
        assert waiting(work.ledger) == [first, second]
        assert len(work.lanes) == 1
        release.set()
        await work.finish()
        assert work.ended == [other, first, second]
        assert (waiting(work.ledger), len(work.lanes)) == ([], 0)

    run(deed())


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 5), st.integers(0, 2)), max_size=40))
def test_any_arrivals(tmp_path_factory: pytest.TempPathFactory, arrivals: list[tuple[int, int, int]]) -> None:
    """Whatever comes in whatever order, repeated or failing: each once, in its chat's order, and ticked off."""

    async def deed(work: Work) -> None:
        sent = [message(chat, 1000 + place) for place, (chat, _, _) in enumerate(arrivals)]
        lasts = {update.update_id: seconds for update, (_, seconds, _) in zip(sent, arrivals, strict=True)}
        fails = {update.update_id for update, (_, _, fault) in zip(sent, arrivals, strict=True) if fault == 1}

        async def handle(update: Update) -> None:
            await asyncio.sleep(lasts[update.update_id])
            if update.update_id in fails:
                raise ValueError(update.update_id)

        for update, (_, seconds, fault) in zip(sent, arrivals, strict=True):
            await work.intake.put(update)
            if fault == 2:
                await work.intake.put(update)
            await work.drain(handle)
            await asyncio.sleep(seconds / 2)
        await work.finish()

        assert sorted(work.began) == [update.update_id for update in sent]
        for chat in range(1, 5):
            mine = [update.update_id for update in sent if update.effective_chat and update.effective_chat.id == chat]
            assert [number for number in work.began if number in mine] == mine
        assert set(work.ended) == {update.update_id for update in sent} - fails
        assert (waiting(work.ledger), len(work.lanes)) == ([], 0)

    with Ledger.open(tmp_path_factory.mktemp("lanes") / "state.sqlite") as ledger:
        run(deed(Work(ledger)))


def test_a_flood_does_not_delay_others(work: Work) -> None:
    """A thousand messages in a chat, each slow; another chat's is done at once."""

    async def deed() -> None:
        for _ in range(1000):
            await work.intake.put(message(ANNA))
        other = message(BERTA)
        await work.intake.put(other)

        async def slow(update: Update) -> None:
            if update is not other:
                await asyncio.sleep(60)

        await work.drain(slow)
        await asyncio.sleep(1)
        assert work.ended == [other.update_id]
        await work.finish()
        assert len(work.ended) == 1001

    run(deed())


def test_room_is_limited(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Beyond it nothing is taken, so that Telegram keeps it; it is as soon as there is room."""
    monkeypatch.setattr(module, "UNDER_WAY", 2)

    async def deed() -> None:
        with Ledger.open(tmp_path / "other.sqlite") as ledger:
            small = Work(ledger)
            first, second, third = message(ANNA), message(ANNA), message(ANNA)
            await small.intake.put(first)
            await small.intake.put(second)
            more = asyncio.create_task(small.intake.put(third))
            await asyncio.sleep(1)
            assert not more.done()
            await small.drain(lambda _update: asyncio.sleep(0))
            await more
            await small.drain(lambda _update: asyncio.sleep(0))
            await small.finish()
            assert len(small.ended) == 3

    run(deed())


def test_nothing_twice(work: Work) -> None:
    """What Telegram repeats is dropped, before and after it was done; so are kinds that nothing handles."""

    async def deed() -> None:
        update = message(ANNA)
        await work.intake.put(update)
        await work.intake.put(update)
        await work.drain(lambda _update: asyncio.sleep(0))
        await work.finish()
        await work.intake.put(update)
        await work.intake.put(Update(next(_NUMBERS)))
        await work.drain(lambda _update: asyncio.sleep(0))
        assert work.ended == [update.update_id]
        assert work.counted == ["message", "message", "message", "unknown"]

    run(deed())


def test_only_the_latest_of_inline_queries(work: Work) -> None:
    """Those that others of the same person overtook are let go of; other people's are not."""

    async def deed() -> None:
        mine = [inline(ANNA, "水" * n) for n in range(1, 6)]
        other = inline(BERTA)
        release = asyncio.Event()
        for update in (*mine, other):
            await work.intake.put(update)

        async def wait(_update: Update) -> None:
            await release.wait()

        await work.drain(wait)
        release.set()
        await work.finish()
        assert sorted(work.ended) == [mine[0].update_id, mine[-1].update_id, other.update_id]
        assert waiting(work.ledger) == []

    run(deed())


def test_what_is_cancelled_is_left_for_the_next_start(work: Work) -> None:
    """What was under way and what waited behind it; it comes back in its order, and room is made."""

    async def deed() -> None:
        updates = [message(ANNA, text="一"), message(ANNA, text="二"), message(BERTA, text="三")]
        for update in updates:
            await work.intake.put(update)
        await work.drain(lambda _update: asyncio.sleep(3600))
        await work.lanes.cancel()
        await work.finish()
        assert work.ended == []
        assert len(work.lanes) == 0

        again = Work(work.ledger)
        await again.intake.put_back(Bot(TOKEN))
        numbers = again.intake.again
        assert numbers == {update.update_id for update in updates}
        texts: list[str] = []

        async def note(update: Update) -> None:
            assert update.message is not None
            texts.append(update.message.text or "")

        await again.drain(note)
        await again.finish()
        assert sorted(texts) == sorted(["一", "二", "三"])
        assert texts.index("一") < texts.index("二")
        assert waiting(work.ledger) == []

    run(deed())


def test_what_ends_the_process_is_given_up_on(work: Work, caplog: pytest.LogCaptureFixture) -> None:
    """After it was begun three times; not what only waited behind it."""

    async def deed() -> None:
        fatal, behind = message(ANNA), message(ANNA)
        await work.intake.put(fatal)
        await work.intake.put(behind)
        for _ in range(ATTEMPTS):
            again = Work(work.ledger)
            await again.intake.put_back(Bot(TOKEN))
            assert again.intake.again == {fatal.update_id, behind.update_id}
            again.intake.tried(again.intake.get_nowait())  # and here the process ends
        last = Work(work.ledger)
        await last.intake.put_back(Bot(TOKEN))
        assert last.intake.again == {behind.update_id}
        assert waiting(work.ledger) == [behind.update_id]

    run(deed())
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_what_is_broken_off_may_be_begun_for_ever(work: Work) -> None:
    """Stopping in time ends no process: the bot may be stopped as often as one likes."""

    async def deed() -> None:
        update = message(ANNA)
        await work.intake.put(update)
        for _ in range(2 * ATTEMPTS):
            again = Work(work.ledger)
            await again.intake.put_back(Bot(TOKEN))
            assert again.intake.again == {update.update_id}
            await again.drain(lambda _update: asyncio.sleep(3600))
            assert again.began == [update.update_id]
            await again.lanes.cancel()
            await again.finish()

    run(deed())


def test_a_body_that_cannot_be_read_does_not_end_the_start(work: Work) -> None:
    """What another version kept: it is done without content."""

    async def deed() -> None:
        number = next(_NUMBERS)
        work.ledger.receive(number, json.dumps({"update_id": number, "message": {"message_id": "x"}}), EPOCH)
        await work.intake.put_back(Bot(TOKEN))
        await work.drain(lambda _update: asyncio.sleep(0))
        await work.finish()
        assert waiting(work.ledger) == []

    run(deed())


@pytest.mark.parametrize("broken", ["receive", "done"])
def test_a_broken_ledger_stops_nothing(
    work: Work, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    """Updates are done all the same, and the log says why they may be lost."""

    def fail(*_args: object) -> None:
        raise StateError("磁盘已满", path=work.ledger._path)

    async def deed() -> None:
        monkeypatch.setattr(work.ledger, broken, fail)
        for _ in range(3):
            await work.intake.put(message(ANNA))
        await work.drain(lambda _update: asyncio.sleep(0))
        await work.finish()
        assert len(work.ended) == 3

    run(deed())
    assert [record.exc_info for record in caplog.records] == [None] * 3
    assert all("磁盘已满" in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize("gone", [{"message_id": 1, "date": 0, "chat": {"id": 5, "type": "private"}}])
def test_updates_come_back_as_they_were(gone: Json) -> None:
    """Messages that are gone within them included, of which python-telegram-bot makes no JSON."""
    pinned = message(ANNA, pinned_message=gone)
    again = Update.de_json(json.loads(body_of(pinned)), None)

    assert again.to_dict() == pinned.to_dict()
    assert again.message is not None
    assert isinstance(again.message.pinned_message, InaccessibleMessage)


def test_lanes_of_updates() -> None:
    """A chat's, or a person's where there is none; those of inline queries apart from all else."""
    change = {
        "chat": {"id": -7, "type": "group", "title": "x"},
        "from": someone(ANNA),
        "date": 1,
        "old_chat_member": {"user": someone(1), "status": "left"},
        "new_chat_member": {"user": someone(1), "status": "member"},
    }
    press = {"id": "1", "from": someone(ANNA), "chat_instance": "1", "data": "x", "inline_message_id": "i"}
    chosen = {"result_id": "1", "from": someone(ANNA), "query": "x"}
    made = {
        "my_chat_member": change,
        "callback_query": press,
        "chosen_inline_result": chosen,
        "edited_message": message(ANNA).to_dict()["message"],
    }
    found = {kind: Update.de_json({"update_id": 1, kind: body}, None) for kind, body in made.items()}
    updates = [message(ANNA), inline(ANNA), *found.values(), object()]

    lanes = [ANNA, (ANNA, "inline"), -7, (ANNA, "alone"), (ANNA, "alone"), ANNA, None]
    assert [lane_of(one) for one in updates] == lanes
    assert {kind_of(one) for one in updates if isinstance(one, Update)} == set(KINDS)


def test_a_cancelled_wait_leaves_no_coroutine(work: Work) -> None:
    """What never began is closed, which python would warn of otherwise."""

    async def deed() -> None:
        for _ in range(3):
            await work.intake.put(message(ANNA))
        await work.drain(lambda _update: asyncio.sleep(3600))
        work.tasks[1].cancel()
        with suppress(asyncio.CancelledError):
            await work.tasks[1]
        await work.lanes.cancel()
        assert len(work.began) == 1

    run(deed())
