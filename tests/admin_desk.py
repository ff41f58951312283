"""A desk for the tests of the admin's side: the tiny index, a ledger in memory's stead, an outbox that keeps messages."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from telegram import CallbackQuery, Message, Update
from telegram.error import Forbidden

from speechbot import IndexReport, Retriever, build_index
from speechbot.settings import Settings
from speechbot.telegram.access import Access
from speechbot.telegram.admins import Admins
from speechbot.telegram.buttons import Action, Confirm, Task, unpack
from speechbot.telegram.deeds import build
from speechbot.telegram.desk import Desk
from speechbot.telegram.errands import Errand
from speechbot.telegram.ledger import Ledger
from speechbot.telegram.library import Library
from speechbot.telegram.limits import Limiter
from speechbot.telegram.metrics import Metrics
from tests.conftest import ToyEncoder
from tests.telegram_html import plain, units

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from pathlib import Path

    from speechbot.telegram.replies import Reply

BOSS, DEPUTY, ANNA = 7, 8, 5
NOW = 1_795_000_000.0  # 2026-11-18, 19:06 in China
HOSTILE = ("<b>", "a\u202eb</blockquote>&amp;", "x" * 5000, "汉" * 5000, "\ud800", "\x00\n\n", "😀" * 3000)


def check(reply: Reply) -> str:
    """The text shown, once the reply keeps Telegram's rules."""
    text = plain(reply.html)
    assert 1 <= units(text) <= 4096
    assert sum(map(len, reply.buttons)) <= 100
    for button in (button for row in reply.buttons for button in row):
        assert button.text.strip()
        assert unpack(button.data) is not None
        assert len(button.data.encode()) <= 64
    return text


@dataclass
class FakeOutbox:
    """Keeps what stands in each chat.

    Attributes:
        chats: Messages by chat and number, as they stand now.
        said: Everything that was ever sent or put in another's place.
        notices: What pressed buttons were answered with.
        blocked: Chats that cannot be reached.
    """

    chats: dict[int, dict[int, Reply]] = field(default_factory=dict)
    said: list[tuple[int, str]] = field(default_factory=list)
    notices: list[tuple[str, str, bool]] = field(default_factory=list)
    blocked: set[int] = field(default_factory=set)
    last: int = 100

    async def send(
        self, chat_id: int, replies: Sequence[Reply], *, reply_to: int | None = None, thread: int | None = None
    ) -> list[int]:
        """Send messages."""
        del reply_to, thread
        if chat_id in self.blocked:
            message = "bot was blocked by the user"
            raise Forbidden(message)
        numbers = []
        for reply in replies:
            self.last += 1
            self._put(chat_id, self.last, reply)
            numbers.append(self.last)
        return numbers

    async def edit(self, chat_id: int | None, message: int | str, reply: Reply) -> bool:
        """Change one that is there."""
        assert isinstance(chat_id, int)
        assert isinstance(message, int)
        if message not in self.chats.get(chat_id, {}):
            return False
        self._put(chat_id, message, reply)
        return True

    async def replace(self, chat_id: int, old: Sequence[int], replies: Sequence[Reply], **more: object) -> list[int]:
        """Edit one, or send one."""
        del more
        (reply,) = replies
        if old and await self.edit(chat_id, old[0], reply):
            return list(old)
        return await self.send(chat_id, replies)

    async def notice(self, query_id: str, text: str = "", *, alert: bool = False) -> None:
        """Answer a button."""
        self.notices.append((query_id, text, alert))

    async def typing(self, chat_id: int, thread: int | None = None) -> None:
        """Show that something is on its way."""

    def latest(self, chat: int) -> Reply:
        """The message that was sent or changed last."""
        return self._order[chat]

    def _put(self, chat: int, number: int, reply: Reply) -> None:
        self.said.append((chat, check(reply)))
        self.chats.setdefault(chat, {})[number] = reply
        self._order[chat] = reply

    _order: dict[int, Reply] = field(default_factory=dict)


class Here(Errand[Any]):
    """An errand done in this process, with the toy encoder."""

    def wait(self, seconds: float | None = None) -> Any:
        """Do it."""
        del seconds

        def tell(done: int, total: int) -> None:
            self.progress = (done, total)

        if self._deed is build:
            corpus, index, _, _, full = self._args
            built: IndexReport = build_index(
                corpus,  # type: ignore[arg-type] # as they are handed over
                index,  # type: ignore[arg-type]
                encoder=ToyEncoder(),
                rebuild=bool(full),
                progress=tell,
            )
            return built
        return self._deed(tell, *self._args)


@dataclass
class Office:
    """A desk, its admins and what a test looks at."""

    desk: Desk
    outbox: FakeOutbox
    admins: Admins
    unknown: list[Update]
    queries: int = 0

    async def command(self, text: str, *, user: int = BOSS, chat: dict[str, Any] | None = None) -> None:
        """Have somebody send a command."""
        await self.admins.commands[text.split(maxsplit=1)[0][1:]](update({"text": text}, user=user, chat=chat), None)  # type: ignore[arg-type]

    async def press(self, label: str, *, user: int = BOSS, number: int | None = None) -> None:
        """Have somebody press a button of the last message that has it; answered exactly once."""
        messages = self.outbox.chats[user]
        at = number or max(one for one, reply in messages.items() if label in labels(reply))
        data = next(button.data for row in messages[at].buttons for button in row if button.text == label)
        await self.act(unpack(data), user=user, message=at, reply=messages[at])

    async def act(
        self, action: Action | None, *, user: int = BOSS, message: int = 1, reply: Reply | None = None
    ) -> None:
        """Have somebody press a button that does something."""
        self.queries += 1
        rows = (
            [[{"text": one.text, "callback_data": one.data} for one in row] for row in reply.buttons] if reply else []
        )
        data: dict[str, Any] = {
            "id": str(self.queries),
            "from": person(user),
            "chat_instance": "1",
            "message": {
                "message_id": message,
                "date": int(NOW),
                "chat": private(user),
                "reply_markup": {"inline_keyboard": rows},
            },
        }
        query = CallbackQuery.de_json(data, None)
        deed: Any = self.admins.judge if type(action).__name__ == "Judge" else self.admins.confirm
        await deed(query, action)
        assert [one[0] for one in self.outbox.notices].count(str(self.queries)) == 1

    async def settle(self) -> None:
        """Wait for all that goes on."""
        chores = self.admins._chores
        while chores._tasks:
            await asyncio.gather(*chores._tasks, return_exceptions=True)

    def texts(self, chat: int = BOSS) -> list[str]:
        """What stands in a chat."""
        return [plain(reply.html) for reply in self.outbox.chats.get(chat, {}).values()]


def go(task: Task, token: str) -> Confirm:
    """A button that goes on with something."""
    return Confirm(task, accepted=True, token=token)


def labels(reply: Reply) -> list[str]:
    """What stands on the buttons."""
    return [button.text for row in reply.buttons for button in row]


def person(user: int, name: str = "", username: str = "") -> dict[str, Any]:
    """Somebody, as updates say it."""
    named = {"username": username} if username else {}
    return {"id": user, "is_bot": False, "first_name": name or f"人{user}", **named}


def private(user: int) -> dict[str, Any]:
    """A private chat, likewise."""
    return {"id": user, "type": "private", "first_name": f"人{user}"}


def update(content: dict[str, Any], *, user: int = BOSS, chat: dict[str, Any] | None = None, bot: Any = None) -> Update:
    """A message as the application hands it over."""
    message = {"message_id": 50, "date": int(NOW), "chat": chat or private(user), "from": person(user), **content}
    found = Update.de_json({"update_id": 1, "message": message}, bot)
    assert isinstance(found.effective_message, Message)
    return found


@asynccontextmanager
async def office(
    corpus: Path,
    index: Path,
    tmp_path: Path,
    *,
    errand: Callable[..., Errand[Any]] = Here,
    toy: bool = True,
    **settings: Any,
) -> AsyncIterator[Office]:
    """An office on the tiny corpus."""
    given = Settings(
        corpus=corpus,
        index=index,
        state=tmp_path / "state" / "state.sqlite",
        admins=frozenset({BOSS, DEPUTY}),
        **settings,
    )
    outbox, unknown = FakeOutbox(), list[Update]()

    async def note(given: Update) -> None:
        unknown.append(given)

    with (
        Retriever.open(index, encoder=ToyEncoder() if toy else None) as retriever,
        Ledger.open(given.state) as ledger,
        ThreadPoolExecutor(2) as pool,
    ):
        access = Access(
            ledger,
            admins=given.admins,
            users=given.users,
            groups=given.groups,
            open=not given.closed,
            clock=lambda: NOW,
        )
        desk = Desk(
            settings=given,
            retriever=retriever,
            library=Library(retriever),
            ledger=ledger,
            access=access,
            limiter=Limiter(0),
            metrics=Metrics(),
            outbox=outbox,  # type: ignore[arg-type] # has what is used of one
            pool=pool,
            clock=lambda: NOW,
        )
        found = Office(desk, outbox, Admins(desk, note, errand=errand, pause=0.01), unknown)
        try:
            yield found
        finally:
            await found.admins.close()


def run(work: Callable[[], Awaitable[None]]) -> None:
    """Run a test's own coroutine."""

    async def main() -> None:
        await work()

    asyncio.run(main())
