"""Commands of members, and what is said to whatever is no question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import BotCommand, BotCommandScopeChat, Chat, Message, Update

from speechbot.telegram import admin_views, browse_views, guide_views, quoting, records
from speechbot.telegram.access import Verdict
from speechbot.telegram.buttons import FROM_INLINE, Walk, linked
from speechbot.telegram.gate import Place
from speechbot.telegram.guide_views import Kind
from speechbot.telegram.records import Standing
from speechbot.telegram.replies import Reply
from speechbot.wording import zh_telegram

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telegram.ext import ContextTypes

    from speechbot.telegram.desk import Desk
    from speechbot.telegram.gate import Gate

_HERE = frozenset({Chat.PRIVATE})
# Speeches whose titles are compared with what /outline asks for, at most.
_MANY = 100_000


class Greetings:
    """Greets, helps, lists the materials."""

    def __init__(self, desk: Desk, gate: Gate, admin_commands: Sequence[tuple[str, str]] = ()) -> None:
        """Speak from a desk to whom a gate lets through; admins are told of their commands."""
        self._desk = desk
        self._gate = gate
        self._admin_commands = tuple(admin_commands)

    async def start(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """/start: the greeting, the passage that a link leads to, or a join code."""
        message = update.message
        if message is None:
            return
        place = Place.of(message)
        payload = context.args[0] if context.args else ""
        passage = linked(payload)
        code = payload if passage is None and payload != FROM_INLINE else ""
        if code and self._joined(place, code):
            self._see(message)
            await self._gate.say(place, Reply(zh_telegram.JOINED))
        if not await self._gate.admits(place):
            return
        if passage is not None:
            found = await self._desk.run(self._desk.library.context, passage)
            replies = browse_views.reading(found, self._desk.username) if found else [browse_views.gone()]
            await self._gate.say(place, *replies)
            return
        admin = place.kind is records.Kind.PRIVATE and self._desk.access.is_admin(place.user_id)
        replies = [await self._desk.run(self._greeting, admin)]
        if admin and (waiting := await self._desk.run(self._desk.ledger.people, Standing.PENDING)):
            replies.append(admin_views.pending(waiting))  # who asked before an admin could be reached
        await self._gate.say(place, *replies)
        if admin:
            # At the bot's start there may have been no chat yet that could have a menu of its own
            menu = [BotCommand(*command) for command in (*zh_telegram.COMMANDS, *self._admin_commands)]
            await self._desk.outbox.menu(menu, BotCommandScopeChat(place.chat_id))

    async def join(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """/join: let in who knows the code."""
        message = update.message
        if message is None or message.chat.type not in _HERE:
            return  # a code does not belong where others read it
        place = Place.of(message)
        if not context.args:
            await self._gate.say(place, Reply(zh_telegram.JOIN_USAGE))
        elif self._desk.access.may_ask(place.user_id, place.chat_id, place.kind) is Verdict.ALLOWED:
            await self._gate.say(place, Reply(zh_telegram.JOIN_NEEDLESS))
        elif not self._joined(place, context.args[0]):
            await self._gate.say(place, Reply(zh_telegram.JOIN_WRONG))
        else:
            self._see(message)
            await self._gate.say(place, Reply(zh_telegram.JOINED), await self._desk.run(self._greeting))

    async def guide(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """/help: what can be done."""
        if update.message is None:
            return
        place = Place.of(update.message)
        if await self._gate.admits(place):
            if place.kind is records.Kind.GROUP:
                await self._gate.say(place, guide_views.guide_group(self._desk.username))
                return
            admin = self._desk.access.is_admin(place.user_id)
            commands = self._admin_commands if admin else ()
            await self._gate.say(place, guide_views.guide(self._desk.username, commands))

    async def privacy(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """/privacy: what is kept. Strangers may know too: their number is."""
        if update.message is not None:
            settings = self._desk.settings
            reply = guide_views.privacy(settings.keep_days, logged=settings.log_questions)
            await self._gate.say(Place.of(update.message), reply)

    async def forget(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """/forget: delete what is kept of who asks."""
        message = update.message
        if message is not None and message.from_user is not None and message.sender_chat is None:
            count = await self._desk.run(self._desk.ledger.forget, message.from_user.id, self._desk.clock())
            await self._gate.say(Place.of(message), guide_views.forgotten(count))

    async def sources(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """/sources: the list of speeches."""
        if update.message is not None and await self._gate.admits(place := Place.of(update.message)):
            await self._gate.say(place, await self._desk.run(self._sources))

    async def outline(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """/outline: the headings of the speech whose title or number is given, or of the only one; else the list."""
        if update.message is not None and await self._gate.admits(place := Place.of(update.message)):
            await self._gate.say(place, *await self._desk.run(self._outline, " ".join(context.args or ())))

    async def unknown(self, update: Update) -> None:
        """A command that is none; in groups it may be another bot's."""
        message = update.message
        if message is not None and message.chat.type in _HERE and await self._gate.admits(Place.of(message)):
            await self._gate.say(Place.of(message), Reply(zh_telegram.UNKNOWN_COMMAND))

    async def unreadable(self, message: Message) -> None:
        """What is no text."""
        place = Place.of(message)
        if await self._gate.admits(place) and await self._gate.in_time(place):
            await self._gate.say(place, guide_views.unreadable(kind_of(message)))

    async def unasked(self, message: Message, *, command: bool) -> None:
        """Somebody turned to the bot without a question."""
        place = Place.of(message)
        if await self._gate.admits(place):
            text = zh_telegram.ASK_USAGE if command else zh_telegram.ASK_MENTION
            shown = text.format(bot=self._desk.username, example=zh_telegram.ASK_EXAMPLE)
            await self._gate.say(place, Reply(quoting.escape(shown)))

    async def entered(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """The bot came into a group, or somebody blocked or unblocked it."""
        change = update.my_chat_member
        if change is None or change.chat.type not in {Chat.GROUP, Chat.SUPERGROUP}:
            return
        self._desk.ledger.see_group(change.chat.id, change.chat.title or "")
        here = {"member", "administrator"}
        if change.new_chat_member.status in here and change.old_chat_member.status not in here:
            place = Place(change.chat.id, None, None, change.from_user.id, records.Kind.GROUP)
            if await self._gate.admits(place):
                await self._gate.say(place, Reply(zh_telegram.GROUP_HELLO.format(bot=self._desk.username)))

    def _joined(self, place: Place, code: str) -> bool:
        known = place.user_id is not None and place.kind is records.Kind.PRIVATE
        return known and self._desk.access.join(place.user_id or 0, code)

    def _see(self, message: Message) -> None:
        """Note who let themselves in: admins see names, not numbers."""
        if message.from_user is not None:
            who = message.from_user
            self._desk.ledger.see(who.id, who.full_name, who.username, self._desk.clock())

    def _greeting(self, admin: bool = False) -> Reply:  # noqa: FBT001, FBT002 - run in a thread, by position
        library = self._desk.library
        return guide_views.start(*library.counts(), library.examples(), admin=admin)

    def _sources(self) -> Reply:
        return browse_views.sources(self._desk.library.listing(0, browse_views.PAGE), 0)

    def _outline(self, asked: str) -> list[Reply]:
        library = self._desk.library
        listing = library.listing(0, _MANY if asked else 1)
        found = [(key, entry) for key, entry in listing.entries if not asked or asked in entry.title]
        if asked.isdecimal() and 1 <= int(asked) <= listing.total:
            found = [listing.entries[int(asked) - 1]]
        if len(found) == 1 and (asked or listing.total == 1):
            key = found[0][0]
            outline = library.outline(key)
            return [browse_views.outline(outline, Walk(key)) if outline else browse_views.outline_gone()]
        if asked and not found:
            text = zh_telegram.OUTLINE_UNKNOWN.format(title=asked[:100])
            return [Reply(quoting.escape(text)), self._sources()]
        return [self._sources()]


def kind_of(message: Message) -> Kind:
    """What a message is, that is no text."""
    if message.photo or message.video or message.animation:
        return Kind.PHOTO
    if message.sticker or message.dice:
        return Kind.STICKER
    if message.voice or message.audio or message.video_note:
        return Kind.VOICE
    return Kind.FILE if message.document else Kind.OTHER
