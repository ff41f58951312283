"""Greetings, help, and friendly words for what cannot be answered."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from speechbot.telegram.answer_views import examples
from speechbot.telegram.replies import Reply
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


def start(speeches: int, passages: int, questions: Sequence[str]) -> Reply:
    """The greeting: what is there, three questions to start with."""
    greeting = zh_telegram.START.format(speeches=speeches, passages=passages)
    asked = list(enumerate(questions))[:3]
    return Reply("\n".join([greeting, *([zh_telegram.START_EXAMPLES] if asked else [])]), examples(asked))


def guide(*, admin: bool) -> Reply:
    """What can be done, for admins with their part."""
    return Reply("\n\n".join([zh_telegram.HELP, *([zh_telegram.HELP_ADMIN] if admin else [])]))


def privacy() -> Reply:
    """What is kept of whoever asks."""
    return Reply(zh_telegram.PRIVACY)


def unreadable(kind: Kind) -> Reply:
    """A friendly word for what is no text."""
    return Reply(kind.value)


def too_fast(seconds: int) -> Reply:
    """That a limit is reached, and for how long."""
    return Reply(zh_telegram.TOO_FAST.format(seconds=seconds))


def stranger(user: int) -> Reply:
    """How to ask for access; nothing else."""
    return Reply(zh_telegram.STRANGER.format(user=user))
