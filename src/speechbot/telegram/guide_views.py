"""Greetings, help, and friendly words for what cannot be answered."""

from __future__ import annotations

from enum import Enum
from math import ceil
from typing import TYPE_CHECKING

from speechbot.telegram import quoting
from speechbot.telegram.answer_views import examples
from speechbot.telegram.buttons import Apply
from speechbot.telegram.replies import Button, Reply
from speechbot.wording import zh_telegram

if TYPE_CHECKING:
    from collections.abc import Sequence


class Kind(Enum):
    """What somebody sent instead of a question."""

    PHOTO = zh_telegram.PHOTO
    STICKER = zh_telegram.STICKER
    VOICE = zh_telegram.VOICE
    FILE = zh_telegram.FILE
    OTHER = zh_telegram.OTHER


class Courtesy(Enum):
    """What people say to a bot as they would to a person."""

    HELLO = zh_telegram.HELLO_WORDS
    THANKS = zh_telegram.THANKS_WORDS
    ABOUT = zh_telegram.ABOUT_WORDS


def start(speeches: int, passages: int, questions: Sequence[str], *, admin: bool = False) -> Reply:
    """The greeting: what is there, for admins what they can do, three questions to start with."""
    lines = [zh_telegram.START.format(speeches=speeches, passages=passages)]
    if admin:
        lines.append(zh_telegram.START_ADMIN)
    asked = list(enumerate(questions))[:3]
    if asked:
        lines.append(zh_telegram.START_EXAMPLES)
    return Reply("\n".join(lines), examples(asked))


def guide(bot: str, admin_commands: Sequence[tuple[str, str]] = ()) -> Reply:
    """What can be done, for admins with their part."""
    parts = [zh_telegram.HELP.format(bot=bot, commands=_listed(zh_telegram.COMMANDS))]
    if admin_commands:
        parts.append(zh_telegram.HELP_ADMIN.format(commands=_listed(admin_commands)))
    return Reply(quoting.escape("\n\n".join(parts)))


def guide_group(bot: str) -> Reply:
    """What can be done in a group."""
    return Reply(quoting.escape(zh_telegram.HELP_GROUP.format(bot=bot)))


def courtesy(text: str) -> Courtesy | None:
    """What somebody means who says something that is no question; None where it may be one."""
    said = "".join(character for character in text.lower() if character.isalnum())
    return next((kind for kind in Courtesy if said in kind.value), None)


def privacy(days: int, *, logged: bool) -> Reply:
    """What is kept of whoever asks, and for how many days."""
    questions = zh_telegram.PRIVACY_LOGGED if logged else zh_telegram.PRIVACY_UNLOGGED
    return Reply(zh_telegram.PRIVACY.format(questions=questions, days=days))


def forgotten(count: int) -> Reply:
    """How much was deleted."""
    return Reply(zh_telegram.FORGOTTEN.format(count=count) if count else zh_telegram.FORGOTTEN_NONE)


def unreadable(kind: Kind) -> Reply:
    """A friendly word for what is no text."""
    return Reply(kind.value)


def too_fast(seconds: float) -> Reply:
    """That a limit is reached, and for how long."""
    return Reply(zh_telegram.TOO_FAST.format(seconds=ceil(seconds)))


def stranger(user: int, *, may_apply: bool, by_code: bool) -> Reply:
    """How to ask for access; nothing else."""
    lines = [zh_telegram.STRANGER]
    if may_apply:
        lines.append(zh_telegram.STRANGER_APPLY)
    if by_code:
        lines.append(zh_telegram.STRANGER_CODE)
    if not may_apply and not by_code:
        lines.append(zh_telegram.STRANGER_CONTACT.format(user=user))
    rows = ((Button(zh_telegram.APPLY, Apply().pack()),),) if may_apply else ()
    return Reply("\n".join(lines), rows)


def _listed(commands: Sequence[tuple[str, str]]) -> str:
    return "\n".join(zh_telegram.HELP_COMMAND.format(name=name, text=text) for name, text in commands)
