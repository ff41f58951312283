"""Who may ask: /allow, /deny, /users, and requests to be let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speechbot.telegram import admin_views
from speechbot.telegram.records import Person, Standing
from speechbot.wording import zh_admin

if TYPE_CHECKING:
    from collections.abc import Iterable

    from telegram import User

    from speechbot.telegram.buttons import Judge
    from speechbot.telegram.chores import Asked, Chores, Press
    from speechbot.telegram.desk import Desk

_LARGEST = 2**52  # numbers of users have at most 52 bits, as Telegram promises


class Decisions:
    """What admins decide about people and groups."""

    def __init__(self, desk: Desk, chores: Chores) -> None:
        """Decide at a desk."""
        self._desk = desk
        self._chores = chores

    async def allow(self, asked: Asked) -> None:
        """/allow: people by number or known name; in a group without either, that group."""
        await self._decide(asked, Standing.ALLOWED)

    async def deny(self, asked: Asked) -> None:
        """/deny, likewise."""
        await self._decide(asked, Standing.DENIED)

    async def users(self, asked: Asked) -> None:
        """/users: everybody of whom something was decided, then who waits."""
        sections, waiting = await self._desk.run(self._sections)
        replies = admin_views.users(sections, is_open=not self._desk.settings.closed)
        if waiting:
            replies.append(admin_views.pending(waiting))
        await self._desk.outbox.send(asked.chat, replies)

    async def requested(self, user: User) -> None:
        """Tell the admins that somebody wants to be let in; one who cannot be reached is passed over."""
        reply = admin_views.request(Person(user.id, user.full_name, user.username, Standing.PENDING, None, None, None))
        for admin in sorted(self._desk.settings.admins):
            await self._chores.say(admin, [reply])

    async def judge(self, press: Press, action: Judge) -> None:
        """允许 or 拒绝 was pressed: decides, unless another admin was quicker."""
        asked = press.asked
        before = await self._desk.run(self._person, action.user)
        if before.standing in {Standing.ALLOWED, Standing.DENIED}:
            await press.answer(admin_views.decided_before(before), alert=True)
        else:
            standing = Standing.ALLOWED if action.allowed else Standing.DENIED
            told = await self._desk.run(self._settle, asked.user, before, standing)
            await press.answer(told)
            await self._tell(before, standing)
        await self._refresh(press, action.user)

    async def _refresh(self, press: Press, user: int) -> None:
        """Show below the buttons what now holds: of a list what is left of it, of a request what was decided."""
        asked = press.asked
        if asked.message is None:
            return
        if press.many:
            people = await self._desk.run(self._desk.ledger.people, Standing.PENDING)
            await self._chores.show(asked.chat, asked.message, admin_views.pending(people))
            return
        now = await self._desk.run(self._person, user)
        if now.standing in {Standing.ALLOWED, Standing.DENIED}:
            await self._chores.show(asked.chat, asked.message, admin_views.decided(now, now.standing))

    async def _decide(self, asked: Asked, standing: Standing) -> None:
        words = asked.argument.split()
        outbox = self._desk.outbox
        if asked.group:
            if words:
                reply = admin_views.note(zh_admin.PRIVATE_ONLY)
            else:
                await self._desk.run(self._settle_group, asked, standing)
                allowed = standing is Standing.ALLOWED
                reply = admin_views.note(zh_admin.GROUP_ALLOWED if allowed else zh_admin.GROUP_DENIED)
            await outbox.send(asked.chat, [reply], reply_to=asked.message, thread=asked.thread)
            return
        usage = zh_admin.ALLOW_USAGE if standing is Standing.ALLOWED else zh_admin.DENY_USAGE
        people = await self._desk.run(self._named, words)
        if not people:
            await outbox.send(asked.chat, [admin_views.note(usage)])
            return
        lines = []
        for word, person in people:
            if person is None:
                unknown = zh_admin.UNKNOWN_NAME.format(name=word[:60])
                lines.append(unknown if word.startswith("@") else zh_admin.NOT_A_NUMBER.format(word=word[:60]))
                continue
            lines.append(await self._desk.run(self._settle, asked.user, person, standing))
            if person.standing is not standing:
                await self._tell(person, standing)
        if any(person is None and not word.startswith("@") for word, person in people):
            lines.append(usage)
        await outbox.send(asked.chat, [admin_views.note("\n".join(dict.fromkeys(lines)))])

    def _named(self, words: Iterable[str]) -> list[tuple[str, Person | None]]:
        """Whom an admin means by numbers and user names: None where nobody."""
        # Telegram gives a name that somebody gave up to another: it means who was seen with it last
        seen = sorted(self._desk.ledger.people(), key=lambda one: one.seen or 0.0)
        known = {(one.username or "").lower(): one for one in seen}
        found: list[tuple[str, Person | None]] = []
        for word in list(words)[:20]:
            if word.startswith("@") and len(word) > 1:
                found.append((word, known.get(word[1:].lower())))
            elif word.isascii() and word.isdecimal() and 0 < int(word[:20]) < _LARGEST:
                found.append((word, self._person(int(word))))
            else:
                found.append((word, None))
        return found

    def _person(self, user: int) -> Person:
        return self._desk.ledger.person(user) or Person(user, "", None, Standing.UNKNOWN, None, None, None)

    def _settle(self, by: int, person: Person, standing: Standing) -> str:
        """Decide about a person; what to say of it."""
        access = self._desk.access
        decide = access.allow if standing is Standing.ALLOWED else access.deny
        shown = admin_views.person(person)
        if decide(person.user_id, by):
            words = zh_admin.JUDGE_ALLOWED if standing is Standing.ALLOWED else zh_admin.JUDGE_DENIED
            return words.format(person=shown)
        if access.is_admin(person.user_id):
            return zh_admin.JUDGE_ADMIN.format(person=shown)
        return zh_admin.JUDGE_NOBODY.format(id=person.user_id)

    def _settle_group(self, asked: Asked, standing: Standing) -> None:
        ledger = self._desk.ledger
        ledger.see_group(asked.chat, asked.title)
        ledger.set_group(asked.chat, standing, asked.user, self._desk.clock())

    async def _tell(self, person: Person, standing: Standing) -> None:
        """Tell a person what was decided: who is let in, always; who is not, only where they had asked."""
        if person.user_id in self._desk.settings.admins:
            return
        if standing is Standing.ALLOWED:
            await self._chores.say(person.user_id, [admin_views.note(zh_admin.WELCOME)])
        elif person.standing is Standing.PENDING:
            await self._chores.say(person.user_id, [admin_views.note(zh_admin.REFUSED)])

    def _sections(self) -> tuple[list[tuple[str, list[str]]], list[Person]]:
        """The lists of /users, and who waits."""
        settings, ledger = self._desk.settings, self._desk.ledger
        known = {one.user_id: one for one in ledger.people()}
        denied = [one for one in known.values() if one.standing is Standing.DENIED]
        turned_away = {one.user_id for one in denied}
        allowed = [one for one in known.values() if one.standing is Standing.ALLOWED]
        listed = settings.users - turned_away - {one.user_id for one in allowed}
        allowed += [self._person(user) for user in sorted(listed)]
        sections = [
            (zh_admin.USERS_ADMINS, [self._row(user, configured=True) for user in sorted(settings.admins)]),
            (
                zh_admin.USERS_ALLOWED,
                [
                    self._row(one.user_id, configured=one.user_id in settings.users)
                    for one in allowed
                    if one.user_id not in settings.admins
                ],
            ),
            (zh_admin.USERS_DENIED, [self._row(one.user_id) for one in denied]),
            (zh_admin.USERS_GROUPS, self._groups()),
        ]
        waiting = [one for one in known.values() if one.standing is Standing.PENDING]
        return sections, waiting

    def _row(self, user: int, *, configured: bool = False) -> str:
        return admin_views.person(self._person(user), configured=configured)

    def _groups(self) -> list[str]:
        """Groups of which something was decided, and those of the settings."""
        settings, ledger = self._desk.settings, self._desk.ledger
        known = {one.chat_id: one for one in ledger.groups()}
        rows = []
        for chat in [*known, *sorted(settings.groups - known.keys())]:
            group = known.get(chat)
            denied = group is not None and group.standing is Standing.DENIED
            configured = chat in settings.groups
            if not (denied or configured or (group is not None and group.standing is Standing.ALLOWED)):
                continue
            facts = [zh_admin.USERS_CONFIGURED] if configured else []
            facts += [zh_admin.USERS_GROUP_DENIED] if denied else []
            rows.append(admin_views.group(group.title if group else "", chat, facts))
        return rows
