"""The demonstration's chat page: what a browser gets, and what it may have the users of a world do."""

from __future__ import annotations

import base64
import html
import json
import re
from collections import deque
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, Final

from speechbot.standin.entities import cleaned, units
from speechbot.standin.rules import CAPTION_LIMIT, DOWNLOAD_LIMIT, TEXT_LIMIT
from speechbot.wording import zh_demo

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from speechbot.standin.server import Server
    from speechbot.standin.world import World

Json = dict[str, Any]

_HERE = Path(__file__).parent
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FILES = ("webchat.css", "webchat.svg", "webchat.js", "webchat_bubbles.js", "webchat_composer.js")
_MEGABYTE = 1_000_000  # bytes
_MOST_MESSAGES = 5000  # as many as a chat keeps
_KEPT_CHOICES = 500  # a user
_QUERY_LIMIT = 256  # characters of an inline query
_NAME_LIMIT = 255  # characters of a file's name
_DATA_LIMIT = 64  # bytes of a button's data
_MIME = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}", re.ASCII)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_HALVES = re.compile(r"[\ud800-\udfff]")  # half characters: no client can send them


@dataclass(frozen=True, slots=True)
class Persona:
    """One of those as whom the bot can be tried.

    Attributes:
        user: Its number, as the bot's settings may name it.
        label: What the switch on the page calls it.
        name: What the bot is told of it; "" means the label.
    """

    user: int
    label: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Choice:
    """A message that became of an inline result.

    Attributes:
        identity: Its identifier.
        after: The number of the message below which it stands.
        date: When, in seconds.
    """

    identity: str
    after: int
    date: int


class _NotDoneError(Exception):
    """Something cannot be done; says why, in words for the page."""


def install(server: Server, world: World, *, title: str, people: Sequence[Persona]) -> None:
    """Put the chat page at ``/`` of a server.

    Users that the world does not know yet are made. A deed of the page answers ``{"ok": true, "result": ...}``, or
    ``{"ok": false, "error": ...}`` with words for whoever looks at the page, never anything else.

    Args:
        server: The server of that world; may listen already.
        world: Where the page's users live.
        title: What stands in the browser's tab.
        people: As whom the page can be used; the first is who it begins with.

    Raises:
        ValueError: There is nobody, or two have one number.
    """
    if not people or len({one.user for one in people}) < len(people):
        raise ValueError("people: at least one, each with a number of its own")
    for one in people:
        if one.user not in world.users:
            world.user(one.user, one.name or one.label)
        world.private(one.user)
    server.pages |= _pages(world, title, people)
    server.deeds |= {path: partial(_answer, deed) for path, deed in _Deeds(world, people).named().items()}


def pair(member: int, admin: int) -> tuple[Persona, Persona]:
    """The two as whom the demonstration is used: a member and an admin, by their numbers."""
    return Persona(member, zh_demo.MEMBER), Persona(admin, zh_demo.ADMIN)


def _pages(world: World, title: str, people: Sequence[Persona]) -> dict[str, tuple[str, bytes]]:
    """What the browser gets, by path."""
    settings = {
        "bot": {"id": world.me["id"], "name": world.me["first_name"], "username": world.me["username"]},
        "people": [{"user": one.user, "label": one.label} for one in people],
        "limits": {"text": TEXT_LIMIT, "file": DOWNLOAD_LIMIT, "inline": _QUERY_LIMIT},
        "wording": {
            name.lower(): value for name, value in vars(zh_demo).items() if name.isupper() and isinstance(value, str)
        },
    }
    frame = Template((_HERE / "webchat.html").read_text(encoding="utf-8"))
    page = frame.substitute(title=html.escape(title), no_script=html.escape(zh_demo.NO_SCRIPT))
    pages = {
        "/": ("text/html; charset=utf-8", page.encode()),
        "/webchat.json": ("application/json", json.dumps(settings).encode()),
    }
    for name in _FILES:
        path = _HERE / name
        pages[f"/{name}"] = (f"{_KINDS[path.suffix]}; charset=utf-8", path.read_bytes())
    return pages


def _answer(deed: Callable[[Json], object], params: Json) -> Json:
    """Do a deed, or say why not."""
    try:
        return {"ok": True, "result": deed(params)}
    except _NotDoneError as problem:
        return {"ok": False, "error": str(problem)}


class _Deeds:
    """What a page may have done; each takes what the page posted and checks all of it."""

    def __init__(self, world: World, people: Sequence[Persona]) -> None:
        self._world = world
        self._choices: Final = {one.user: deque[_Choice](maxlen=_KEPT_CHOICES) for one in people}

    def named(self) -> dict[str, Callable[[Json], object]]:
        """The deeds by the paths they are posted to."""
        return {
            "/chat": self.chat,
            "/commands": self.commands,
            "/say": self.say,
            "/edit": self.edit,
            "/press": self.press,
            "/inline": self.inline,
            "/choose": self.choose,
            "/upload": self.upload,
            "/download": self.download,
        }

    def chat(self, params: Json) -> Json:
        """The last messages of a user's conversation, oldest first, and what else the page shows of it."""
        user = self._user(params)
        limit = _whole(params, "limit", _MOST_MESSAGES)
        if not 1 <= limit <= _MOST_MESSAGES:
            raise _bad("limit")
        rows = [(message["message_id"], 0, message) for message in self._world.transcript(user)]
        choices = enumerate(self._choices[user], 1)
        rows += [(choice.after, place, self._chosen(user, choice)) for place, choice in choices]
        rows.sort(key=lambda row: row[:2])
        messages = [message for _, _, message in rows]
        reactions = {number: given for (chat, number), given in self._world.reactions.items() if chat == user and given}
        return {
            "messages": messages[-limit:],
            "more": len(messages) > limit,
            "reactions": reactions,
            "commands": self._commands(user),
            "description": self._world.descriptions.get("description:", ""),
        }

    def commands(self, params: Json) -> list[Json]:
        """The commands of the bot's menu in a user's conversation."""
        return self._commands(self._user(params))

    def say(self, params: Json) -> int:
        """Have a user write; the number of the message."""
        user, text = self._user(params), _message(params)
        reply_to = _whole(params, "reply_to", 0)
        if reply_to:
            self._message(user, reply_to)
        return int(self._world.say(user, text, reply_to=reply_to)["message_id"])

    def edit(self, params: Json) -> int:
        """Have a user write a message of theirs anew; the number of the message."""
        user, text = self._user(params), _message(params)
        message = self._message(user, _whole(params, "message"))
        if message["from"]["id"] != user or "text" not in message:
            raise _NotDoneError(zh_demo.NOT_YOURS)
        if message["text"] != text:  # clients send no edit that changes nothing
            self._world.edit(message, text)
        return int(message["message_id"])

    def press(self, params: Json) -> str:
        """Have a user press a button; the number of the query that it makes."""
        user, data = self._user(params), _text(params, "data")
        if not 1 <= len(data.encode()) <= _DATA_LIMIT:
            raise _bad("data")
        message = params.get("message")
        if isinstance(message, str):
            if all(choice.identity != message for choice in self._choices[user]):
                raise _NotDoneError(zh_demo.NO_MESSAGE)
            return self._world.press(user, message, data)
        return self._world.press(user, self._message(user, _whole(params, "message")), data)

    def inline(self, params: Json) -> str:
        """Have a user type behind the bot's name; the number of the query."""
        user, query, offset = self._user(params), _text(params, "query"), _text(params, "offset", "")
        if len(query) > _QUERY_LIMIT:
            raise _NotDoneError(zh_demo.TEXT_LONG.format(length=len(query), limit=_QUERY_LIMIT))
        if len(offset.encode()) > _DATA_LIMIT:
            raise _bad("offset")
        return self._world.inline(user, query, offset=offset)

    def choose(self, params: Json) -> Json:
        """Have a user choose an inline result; the message that it becomes."""
        user, query, result = self._user(params), _text(params, "query"), _text(params, "result")
        asked = self._world.inlines.get(query)
        if asked is None or asked.payload["from"]["id"] != user or not asked.answers:
            raise _NotDoneError(zh_demo.QUERY_GONE)
        if not any(one["id"] == result and "message" in one for one in asked.answers[-1]["results"]):
            raise _NotDoneError(zh_demo.QUERY_GONE)
        identity = self._world.choose(query, result)
        last = next(reversed(self._world.private(user).messages), 0)
        choice = _Choice(identity, last, int(self._world.clock()))
        self._choices[user].append(choice)
        return self._chosen(user, choice)

    def upload(self, params: Json) -> int:
        """Have a user send a file, a picture, a sticker or a voice message; the number of the message."""
        user, kind = self._user(params), _text(params, "kind")
        if kind == "sticker":
            return int(self._world.sticker(user)["message_id"])
        if kind == "voice":
            return int(self._world.voice(user)["message_id"])
        if kind not in {"document", "photo"}:
            raise _bad("kind")
        caption = cleaned(_text(params, "caption", "")).strip()
        if units(caption) > CAPTION_LIMIT:
            raise _NotDoneError(zh_demo.TEXT_LONG.format(length=units(caption), limit=CAPTION_LIMIT))
        name, mime = _file_name(params), _text(params, "mime", "")
        if mime and not _MIME.fullmatch(mime):
            mime = ""  # a browser says what it likes of a file
        data = _bytes(params)
        if kind == "photo":
            return int(self._world.photo(user, data, caption=caption)["message_id"])
        return int(self._world.send_file(user, name, data, caption=caption, mime=mime)["message_id"])

    def download(self, params: Json) -> Json:
        """The file of a message: its name, its kind and its bytes."""
        user = self._user(params)
        message = self._message(user, _whole(params, "message"))
        if "photo" in message:
            described, name, mime = message["photo"][-1], "photo.jpg", "image/jpeg"
        elif "document" in message:
            described = message["document"]
            name, mime = described["file_name"], described.get("mime_type", "")
        else:
            raise _NotDoneError(zh_demo.FILE_GONE)
        if described["file_id"] not in self._world.files:
            raise _NotDoneError(zh_demo.FILE_GONE)
        _, data = self._world.files[described["file_id"]]
        return {"name": name, "mime": mime, "data": base64.b64encode(data).decode()}

    def _user(self, params: Json) -> int:
        user = _whole(params, "user")
        if user not in self._choices:
            raise _NotDoneError(zh_demo.NO_PERSONA)
        return user

    def _message(self, user: int, number: int) -> Json:
        found: Json | None = self._world.private(user).messages.get(number)
        if found is None:
            raise _NotDoneError(zh_demo.NO_MESSAGE)
        return found

    def _chosen(self, user: int, choice: _Choice) -> Json:
        """A message that became of an inline result, as it stands now, in the shape of any other message."""
        frame = {"inline_message_id": choice.identity, "from": self._world.users[user], "via_bot": self._world.me}
        where = {"chat": self._world.private(user).info, "date": choice.date}
        return {**frame, **where, **self._world.inline_messages.get(choice.identity, {})}

    def _commands(self, user: int) -> list[Json]:
        """What Telegram would show: the narrowest scope that has any, in the user's language before any language."""
        language = self._world.users[user]["language_code"].partition("-")[0]
        scopes = (f"chat:{user}", "all_private_chats:", "default:")
        kept = (self._world.commands.get(f"{scope}:{spoken}") for scope in scopes for spoken in (language, ""))
        return next((commands for commands in kept if commands), [])


def _bad(field: str) -> _NotDoneError:
    return _NotDoneError(zh_demo.BAD_FIELD.format(field=field))


def _whole(params: Json, key: str, default: int | None = None) -> int:
    """A whole number."""
    value = params.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _bad(key)
    return value


def _text(params: Json, key: str, default: str | None = None) -> str:
    """A text; half characters in it become what stands for an unreadable one."""
    value = params.get(key, default)
    if not isinstance(value, str):
        raise _bad(key)
    return _HALVES.sub("\ufffd", value)


def _message(params: Json) -> str:
    """The text of a message, as it will stand in the chat."""
    text = cleaned(_text(params, "text")).strip(" \n")
    if not text:
        raise _NotDoneError(zh_demo.TEXT_EMPTY)
    if units(text) > TEXT_LIMIT:
        raise _NotDoneError(zh_demo.TEXT_LONG.format(length=units(text), limit=TEXT_LIMIT))
    return text


def _file_name(params: Json) -> str:
    """The name of a file, without folders and line ends."""
    name = _CONTROLS.sub("_", _text(params, "name").replace("\\", "/").rpartition("/")[2]).strip()
    if not name or len(name) > _NAME_LIMIT:
        raise _bad("name")
    return name


def _bytes(params: Json) -> bytes:
    """What is in a file, no more than a bot may fetch."""
    written = _text(params, "data")
    if len(written) <= (DOWNLOAD_LIMIT + 2) // 3 * 4:
        try:
            data = base64.b64decode(written, validate=True)
        except ValueError as error:
            raise _NotDoneError(zh_demo.FILE_UNREADABLE) from error
        if not data:
            raise _NotDoneError(zh_demo.FILE_EMPTY)
        if len(data) <= DOWNLOAD_LIMIT:
            return data
    raise _NotDoneError(zh_demo.FILE_LARGE.format(limit=DOWNLOAD_LIMIT // _MEGABYTE))
