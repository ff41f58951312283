"""Who comes through: access and limits, looked at before anything is done, and what is said to those who do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from speechbot.telegram import guide_views
from speechbot.telegram.access import Verdict
from speechbot.telegram.limits import Limiter
from speechbot.telegram.records import Kind, Standing
from speechbot.telegram.replies import Reply
from speechbot.wording import zh_telegram

if TYPE_CHECKING:
    from telegram import CallbackQuery, Chat, Message, User

    from speechbot.telegram.desk import Desk

# Buttons pressed for each question that is allowed: reading on takes several.
_PRESSES = 3
# Limits are by person; where Telegram names none, by chat.
_PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something came from, and where its answer goes.

    Attributes:
        chat_id: The chat.
        message_id: The message that is answered; None where none is.
        thread: Topic of a forum.
        user_id: Who wrote; None for a channel or an anonymous admin of a group.
        kind: What kind of chat it is.
    """

    chat_id: int
    message_id: int | None
    thread: int | None
    user_id: int | None
    kind: Kind

    @classmethod
    def of(cls, message: Message) -> Place:
        """The place of a message."""
        thread = message.message_thread_id if message.is_topic_message else None
        # A channel, or a group in whose name its admin writes, comes with a stand-in of a person
        user = message.from_user if message.sender_chat is None else None
        return cls(message.chat.id, message.message_id, thread, user.id if user else None, kind_of(message.chat))


class Gate:
    """Lets through or says why not."""

    def __init__(self, desk: Desk) -> None:
        """Guard a desk."""
        self._desk = desk
        rate = desk.settings.questions_per_minute
        self._presses = Limiter(rate * _PRESSES)
        self._told: dict[int, float] = {}

    async def admits(self, place: Place) -> bool:
        """Whether somebody may be answered here; if not they are told, in a group only where it can be changed."""
        desk = self._desk
        verdict = desk.access.may_ask(place.user_id, place.chat_id, place.kind)
        if verdict is Verdict.ALLOWED:
            return True
        desk.metrics.question("refused")
        told = verdict is Verdict.GROUP_UNKNOWN or place.kind is Kind.PRIVATE
        # What the bot may send a second is shared by all: strangers have no more of it than members
        if not told or not await self.in_time(place):
            return False
        if verdict is Verdict.GROUP_UNKNOWN:
            await self.say(place, Reply(zh_telegram.GROUP_UNKNOWN))
        else:
            reply = Reply(zh_telegram.DENIED) if verdict is Verdict.DENIED else self.stranger(place.user_id or 0)
            await self.say(place, reply)
        return False

    async def in_time(self, place: Place) -> bool:
        """Whether somebody is within the limit of questions; if not they are told, once until it is over."""
        desk = self._desk
        who, now = place.user_id or place.chat_id, desk.clock()
        wait = desk.limiter.allow(who, now)
        if not wait:
            self._told.pop(who, None)
            return True
        desk.metrics.question("limited")
        if self._told.get(who, 0.0) <= now:
            if len(self._told) > 10_000:
                self._told = {one: until for one, until in self._told.items() if until > now}
            self._told[who] = now + wait
            # Below the very question, in private too: others may have been answered since
            await desk.outbox.send(
                place.chat_id, [guide_views.too_fast(wait)], reply_to=place.message_id, thread=place.thread
            )
        return False

    def refuses_press(self, query: CallbackQuery, chat: Chat | None) -> str | None:
        """Why a button may not be pressed, for a notice; None where it may."""
        desk, user = self._desk, query.from_user
        kind = kind_of(chat) if chat else Kind.INLINE
        if desk.access.may_ask(user.id, chat.id if chat else None, kind) is not Verdict.ALLOWED:
            return zh_telegram.STRANGER_SHORT
        wait = self._presses.allow(user.id, desk.clock())
        return guide_views.too_fast(wait).html if wait else None

    def may_inline(self, user: User) -> bool:
        """Whether an inline query is to be answered with what the materials say."""
        return self._desk.access.may_ask(user.id, None, Kind.INLINE) is Verdict.ALLOWED

    def stranger(self, user_id: int) -> Reply:
        """How to ask for access, in the ways that the settings leave open."""
        settings = self._desk.settings
        return guide_views.stranger(user_id, may_apply=bool(settings.admins), by_code=settings.join_code is not None)

    def applied(self, user: User) -> tuple[str, bool]:
        """Take a request to be let in.

        Returns:
            What to say, and whether the admins are to be told.
        """
        desk = self._desk
        if desk.access.may_ask(user.id, None, Kind.INLINE) is Verdict.ALLOWED:
            return zh_telegram.JOIN_NEEDLESS, False
        if desk.access.request(user.id):
            return zh_telegram.APPLIED, True
        person = desk.ledger.person(user.id)
        standing = person.standing if person else Standing.UNKNOWN
        if standing is Standing.DENIED:
            return zh_telegram.DENIED, False
        return (zh_telegram.APPLY_WAITING if standing is Standing.PENDING else zh_telegram.APPLY_FULL), False

    async def say(self, place: Place, *replies: Reply) -> list[int]:
        """Send to where something came from; where others write too, as a reply to it."""
        reply_to = place.message_id if place.kind is Kind.GROUP else None
        return await self._desk.outbox.send(place.chat_id, replies, reply_to=reply_to, thread=place.thread)


def kind_of(chat: Chat) -> Kind:
    """What the ledger calls a chat."""
    return Kind.PRIVATE if chat.type == _PRIVATE else Kind.GROUP
