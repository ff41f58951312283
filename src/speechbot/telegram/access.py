"""Who may ask the bot: decisions from the settings and the ledger, nothing else."""

from __future__ import annotations

import hashlib
import hmac
import time
from enum import StrEnum
from typing import TYPE_CHECKING

from speechbot.telegram.records import Kind, Standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from speechbot.telegram.ledger import Ledger

# Numbers under which Telegram sends what has no person behind it: its own notices, channels, anonymous group admins.
# Whoever stands behind one is unknown, so that no decision about a person may hold for it.
NOBODY = frozenset({777000, 136817688, 1087968824})
TRIES = 5  # wrong join codes an hour and person
PENDING = 20  # requests that wait for an admin, of all people
_HOUR = 3600


class Verdict(StrEnum):
    """Whether a question may be answered, or why not."""

    ALLOWED = "allowed"
    DENIED = "denied"
    STRANGER = "stranger"
    GROUP_UNKNOWN = "group_unknown"


class Access:
    """What the settings list holds, unless an admin denied it since; admins cannot be denied.

    ``open`` lets every person in, in private and in any group that is not denied.
    """

    def __init__(  # noqa: PLR0913 - each a setting
        self,
        ledger: Ledger,
        *,
        admins: frozenset[int] = frozenset(),
        users: frozenset[int] = frozenset(),
        groups: frozenset[int] = frozenset(),
        open: bool = False,  # noqa: A002 - the setting's name
        join_code: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Set up; without a join code nobody can join by one."""
        self._ledger = ledger
        self._admins = admins - NOBODY
        self._users = users - NOBODY
        self._groups = groups
        self._open = open
        self._code = _digest(join_code) if join_code and join_code.strip() else None
        self._clock = clock

    def is_admin(self, user_id: int | None) -> bool:
        """Whether somebody is an admin; nobody whom Telegram does not name is."""
        return user_id in self._admins

    def may_ask(self, user_id: int | None, chat_id: int | None, chat_kind: Kind) -> Verdict:
        """Whether a question may be answered.

        Args:
            user_id: Who asks; None for a channel or an anonymous admin of a group.
            chat_id: Where; None for an inline query.
            chat_kind: What kind of chat that is; a channel counts as a group.
        """
        known = None if user_id in NOBODY else user_id
        if self.is_admin(known):
            return Verdict.ALLOWED
        standing = Standing.UNKNOWN if known is None else self._standing(known)
        if standing is Standing.DENIED:
            return Verdict.DENIED
        if chat_kind is Kind.GROUP:
            return self._in_group(known, chat_id)
        if known is not None and (self._open or standing is Standing.ALLOWED):
            return Verdict.ALLOWED
        return Verdict.STRANGER

    def join(self, user_id: int, code: str) -> bool:
        """Let a person in who knows the join code.

        A person has five wrong tries an hour, after which the right one does not help either. Whom an admin denied
        stays out.
        """
        if self._code is None or user_id in NOBODY:
            return False
        if not self.is_admin(user_id) and self._standing(user_id) is Standing.DENIED:
            return False
        now = self._clock()
        # Taken before the code is looked at: many tries at once are as many tries
        if not self._ledger.take_try(user_id, TRIES, now - _HOUR, now):
            return False
        if not hmac.compare_digest(self._code, _digest(code)):
            return False
        self._ledger.clear_tries(user_id)
        if not self.is_admin(user_id):
            self._ledger.set_standing(user_id, Standing.ALLOWED, user_id, now)
        return True

    def request(self, user_id: int) -> bool:
        """Note that a person wants in.

        Returns:
            Whether that is new, so that the admins are to be told; not where it waits already, was decided, or twenty
            others wait. ``ledger.person(user_id).standing`` tells which.
        """
        if user_id in NOBODY or self.is_admin(user_id) or user_id in self._users:
            return False
        return self._ledger.ask_in(user_id, PENDING, self._clock())

    def allow(self, user_id: int, by: int) -> bool:
        """Let a person in; False for a number without a person behind it."""
        return self._decide(user_id, Standing.ALLOWED, by)

    def deny(self, user_id: int, by: int) -> bool:
        """Keep a person out; False for an admin or a number without a person behind it."""
        return not self.is_admin(user_id) and self._decide(user_id, Standing.DENIED, by)

    def moved(self, old: int, new: int) -> None:
        """Telegram gave a group another number: what held for the old one holds for the new one."""
        listed = old in self._groups and self._ledger.group(old) is None
        self._ledger.move_group(old, new)
        if listed and self._group_standing(new) is Standing.UNKNOWN:
            self._ledger.set_group(new, Standing.ALLOWED, None, self._clock())

    def _decide(self, user_id: int, standing: Standing, by: int) -> bool:
        if user_id in NOBODY:
            return False
        self._ledger.set_standing(user_id, standing, by, self._clock())
        return True

    def _in_group(self, user_id: int | None, chat_id: int | None) -> Verdict:
        """In a group it is the group that counts: everybody in it reads the answer."""
        standing = Standing.UNKNOWN if chat_id is None else self._group_standing(chat_id)
        if standing is Standing.DENIED:
            return Verdict.DENIED
        if standing is Standing.ALLOWED or (self._open and user_id is not None):
            return Verdict.ALLOWED
        return Verdict.GROUP_UNKNOWN

    def _standing(self, user_id: int) -> Standing:
        person = self._ledger.person(user_id)
        standing = Standing.UNKNOWN if person is None else person.standing
        return Standing.ALLOWED if user_id in self._users and standing is not Standing.DENIED else standing

    def _group_standing(self, chat_id: int) -> Standing:
        group = self._ledger.group(chat_id)
        standing = Standing.UNKNOWN if group is None else group.standing
        return Standing.ALLOWED if chat_id in self._groups and standing is not Standing.DENIED else standing


def _digest(code: str) -> bytes:
    """Of one length whatever the code's: a comparison tells nothing by its time."""
    return hashlib.sha256(code.strip().encode("utf-8", "surrogatepass")).digest()
