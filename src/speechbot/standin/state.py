"""What the stand-in remembers: users, chats, messages, waiting updates, files; in memory and within bounds."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from speechbot.standin.rules import Refused, bad

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]

_KEPT_MESSAGES = 5000  # a chat
_KEPT_UPDATES = 100_000
_KEPT_CALLS = 20_000
_KEPT_QUERIES = 10_000
_KEPT_FILES = 500
# Kinds of updates that a bot gets only when it asks for them
_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass
class Chat:
    """A chat and what was said in it.

    Attributes:
        info: What updates say of it.
        messages: By number, oldest first; an edited message is another dict under the same number.
        members: Users and their standing: creator, administrator, member, left, kicked.
        migrated_to: The supergroup that has taken its place; 0 for none.
    """

    info: Json
    messages: OrderedDict[int, Json] = field(default_factory=OrderedDict)
    members: dict[int, str] = field(default_factory=dict)
    migrated_to: int = 0
    last: int = 0
    blocked: bool = False

    @property
    def private(self) -> bool:
        """Whether it is a conversation with one user."""
        return bool(self.info["type"] == "private")


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the bot: what it asked, what it got."""

    method: str
    params: Json
    result: object = None
    refused: Refused | None = None


@dataclass
class Query:
    """A pressed button or an inline query that waits for its answer."""

    payload: Json
    asked: float
    answers: list[Json] = field(default_factory=list)


class State:
    """Everything that is true in the stand-in's world.

    All of it belongs to the thread of the server's event loop.
    """

    def __init__(  # noqa: PLR0913 - each has its default
        self,
        *,
        token: str = "100000001:standin-token-of-no-real-bot",  # noqa: S107 - opens nothing but this
        username: str = "standin_bot",
        name: str = "standin",
        privacy: bool = True,
        record: bool = True,
        callback_expiry: float = 3600.0,
        inline_expiry: float = 300.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Begin an empty world.

        Args:
            token: The only token that opens it.
            username: The bot's.
            name: The bot's, as users see it.
            privacy: Whether the bot is shown, in groups, only what is meant for it.
            record: Whether calls are kept in ``calls``.
            callback_expiry: Seconds after which a pressed button is too old to be answered.
            inline_expiry: Likewise an inline query.
            clock: The time.
        """
        self.token = token
        self.clock = clock
        self.privacy = privacy
        self.record = record
        self.callback_expiry = callback_expiry
        self.inline_expiry = inline_expiry
        self.me: Json = {"id": int(token.partition(":")[0]), "is_bot": True, "first_name": name, "username": username}
        self.users: dict[int, Json] = {self.me["id"]: self.me}
        self.chats: dict[int, Chat] = {}
        self.calls: deque[Call] = deque(maxlen=_KEPT_CALLS)
        self.updates: deque[tuple[int, str, Json]] = deque(maxlen=_KEPT_UPDATES)
        self.callbacks: OrderedDict[str, Query] = OrderedDict()
        self.inlines: OrderedDict[str, Query] = OrderedDict()
        self.inline_messages: OrderedDict[str, Json] = OrderedDict()
        self.files: OrderedDict[str, tuple[Json, bytes]] = OrderedDict()
        self.commands: dict[str, list[Json]] = {}
        self.descriptions: dict[str, str] = {}
        self.reactions: dict[tuple[int, int], list[Json]] = {}
        self.webhook: Json = {}
        self.allowed: list[str] = []
        self.wake: list[Callable[[], None]] = []
        self._observers: list[Callable[[str, Json], None]] = []
        self._update = 500_000_000
        self._message = 0
        self._query = 7_000_000_000_000
        self._file = 0

    def observe(self, observer: Callable[[str, Json], None]) -> None:
        """Have a function told what happens, as a client would see it.

        It is called with "message", "edited", "deleted", "callback_answer", "inline_answer", "action" or "reaction",
        and a dict.
        """
        self._observers.append(observer)

    def ignore(self, observer: Callable[[str, Json], None]) -> None:
        """Tell a function no more."""
        self._observers.remove(observer)

    def tell(self, event: str, payload: Json) -> None:
        """Tell the observers."""
        for observer in self._observers:
            observer(event, payload)

    def push(self, kind: str, payload: Json) -> None:
        """Put an update into the bot's queue, unless it does not want its kind."""
        if kind not in self.allowed if self.allowed else kind in _ON_REQUEST:
            return
        self._update += 1
        self.updates.append((self._update, kind, payload))
        for wake in self.wake:
            wake()

    def push_raw(self, update: Json) -> None:
        """Put an update into the queue as it is, malformed or not; only its number is set where it has none."""
        self._update += 1
        self.updates.append((self._update, "", {"update_id": self._update, **update}))
        for wake in self.wake:
            wake()

    def chat_for(self, chat_id: object) -> Chat:
        """The chat that a call is about, if the bot may speak there.

        Raises:
            Refused: There is none, or the bot is not let in.
        """
        if chat_id in ("", None):
            raise bad("chat_id is empty")
        chat = self.chats.get(number) if (number := _number(chat_id)) else self._named(str(chat_id))
        if chat is None:
            raise bad("chat not found")
        if chat.migrated_to:
            reason = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refused(400, reason, {"migrate_to_chat_id": chat.migrated_to})
        if chat.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        if not chat.private:
            kind = {"group": "group chat", "channel": "channel chat"}.get(chat.info["type"], "supergroup chat")
            standing = chat.members.get(self.me["id"], "left")
            if standing == "kicked":
                raise Refused(403, f"Forbidden: bot was kicked from the {kind}")
            if standing == "left":
                raise Refused(403, f"Forbidden: bot is not a member of the {kind}")
        return chat

    def _named(self, name: str) -> Chat | None:
        wanted = name.removeprefix("@").lower()
        named = (chat for chat in self.chats.values() if not chat.private)
        return next((chat for chat in named if str(chat.info.get("username", "")).lower() == wanted), None)

    def put(self, chat: Chat, sender: Json, content: Json) -> Json:
        """Add a message to a chat and tell the observers."""
        if chat.info["type"] in {"supergroup", "channel"}:
            chat.last += 1
            number = chat.last
        else:  # conversations and basic groups share one row of numbers
            self._message += 1
            number = self._message
        message = {"message_id": number, "from": sender, "chat": chat.info, "date": int(self.clock()), **content}
        chat.messages[number] = message
        if len(chat.messages) > _KEPT_MESSAGES:
            chat.messages.popitem(last=False)
        if self._observers:
            self.tell("message", message)
        return message

    def replace(self, chat: Chat, message: Json) -> Json:
        """Put another version of a message in its place and tell the observers."""
        chat.messages[message["message_id"]] = message
        self.tell("edited", message)
        return message

    def remove(self, chat: Chat, number: int) -> None:
        """Take a message away and tell the observers."""
        del chat.messages[number]
        self.tell("deleted", {"chat": chat.info, "message_id": number})

    def ask(self, kind: str, payload: Json) -> str:
        """Note a query that waits for an answer, and push it; return its number."""
        self._query += 1
        number = str(self._query)
        queries = self.callbacks if kind == "callback_query" else self.inlines
        full = {"id": number, **payload}
        queries[number] = Query(full, self.clock())
        if len(queries) > _KEPT_QUERIES:
            queries.popitem(last=False)
        self.push(kind, full)
        return number

    def keep_file(self, name: str, data: bytes, size: int = 0) -> Json:
        """Keep a file; ``size`` is what is said of it where that is not its length."""
        self._file += 1
        identity = f"standin-file-{self._file}"
        described = {"file_id": identity, "file_unique_id": f"unique-{self._file}", "file_size": size or len(data)}
        folder = "photos" if name.lower().endswith((".jpg", ".png")) else "documents"
        self.files[identity] = ({**described, "file_path": f"{folder}/file_{self._file}_{name}"}, data)
        if len(self.files) > _KEPT_FILES:
            self.files.popitem(last=False)
        return described

    def note(self, call: Call) -> None:
        """Keep a call, if calls are kept."""
        if self.record:
            self.calls.append(call)


def _number(value: object) -> int:
    """A chat's number; 0 for what is a name."""
    if isinstance(value, int):
        return value
    text = str(value)
    return int(text) if text.removeprefix("-").isdecimal() and len(text) < 20 else 0
