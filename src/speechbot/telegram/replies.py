"""What the bot sends: text in Telegram's HTML, buttons, a file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Button:
    """A button below a message; exactly one of ``data``, ``copy`` and ``url`` is set.

    Attributes:
        text: What stands on it.
        data: Callback data, at most 64 bytes.
        copy: Text that it copies, at most 256 characters.
        url: Address that it opens.
    """

    text: str
    data: str = ""
    copy: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file sent with a message."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """One message.

    Attributes:
        html: Its text in Telegram's HTML, at most 4,096 UTF-16 units after entities.
        buttons: Rows of buttons.
        attachment: A file to send with it.
    """

    html: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    attachment: Attachment | None = None


@dataclass(frozen=True, slots=True)
class Inline:
    """One result of an inline query: what the list shows, and the message that choosing it sends."""

    title: str
    description: str
    html: str
