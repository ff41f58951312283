"""/remove: which file, whether really, and then the index without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speechbot.errors import CorpusError
from speechbot.language.text import fold
from speechbot.telegram import admin_views, material_views
from speechbot.telegram.admin_views import confirmation
from speechbot.telegram.buttons import Task
from speechbot.telegram.rebuilding import Change
from speechbot.telegram.staging import key
from speechbot.wording import zh_admin

if TYPE_CHECKING:
    from speechbot.telegram.buttons import Confirm
    from speechbot.telegram.chores import Asked, Chores, Press
    from speechbot.telegram.desk import Desk
    from speechbot.telegram.rebuilding import Rebuilding
    from speechbot.telegram.replies import Reply
    from speechbot.telegram.staging import Move, Staging

_FOUND = 16  # files that are listed for a part of a name


class Removals:
    """Files on their way out of the corpus."""

    def __init__(self, desk: Desk, chores: Chores, staging: Staging, rebuilding: Rebuilding) -> None:
        """Work at a desk."""
        self._desk = desk
        self._chores = chores
        self._staging = staging
        self._rebuilding = rebuilding
        self._removing: set[str] = set()

    async def command(self, asked: Asked) -> None:
        """/remove, with or without a part of a name."""
        files = await self._files()
        reply = material_views.removal_list(files, 0)
        if asked.argument:
            wanted = fold(asked.argument)
            exact = [one for one in files if one[0] == asked.argument]
            some = exact or [one for one in files if wanted in fold(one[0])]
            if not some:
                reply = material_views.about(zh_admin.REMOVE_NONE, asked.argument)
            elif len(some) == 1:
                reply = self._ask(some[0], len(files))
            else:
                reply = material_views.removal_list(some[:_FOUND], 0, asked.argument)
        await self._desk.outbox.send(asked.chat, [reply])

    async def confirm(self, press: Press, action: Confirm) -> None:
        """A button was pressed: another page (p), one file (a), really (y), or not."""
        asked = press.asked
        step, rest = action.token[:1], action.token[1:]
        if not action.accepted:
            await press.answer()
            await self._chores.show(asked.chat, asked.message, admin_views.note(zh_admin.CANCELLED))
            return
        if rest in self._removing:
            await press.answer(zh_admin.UPLOAD_BUSY)
            return
        try:
            files = await self._files()
        except CorpusError as error:
            await press.answer(str(error), alert=True)
            return
        found = next((one for one in files if one[1] == rest), None)
        if step == "p" and rest.isascii() and rest.isdecimal():
            await press.answer()
            await self._chores.show(asked.chat, asked.message, material_views.removal_list(files, int(rest)))
        elif found is None:
            await press.answer(zh_admin.REMOVE_GONE, alert=True)
        elif step == "y" and len(files) > 1:
            await self._go(press, asked, found)
        else:
            await press.answer()
            await self._chores.show(asked.chat, asked.message, self._ask(found, len(files)))

    async def _go(self, press: Press, asked: Asked, found: tuple[str, str]) -> None:
        name, token = found
        if token in self._removing:  # pressed again while we looked
            await press.answer(zh_admin.UPLOAD_BUSY)
            return
        self._removing.add(token)
        self._chores.begin(self._removed(asked, name, token), asked.chat, "removing a file")
        await press.answer(zh_admin.REMOVE_GOING)

    async def _removed(self, asked: Asked, name: str, token: str) -> None:
        change = Change(
            title=zh_admin.REBUILD_REMOVE.format(name=name),
            move=lambda: self._take_out(name),
            retry=confirmation(Task.REMOVE, zh_admin.REMOVE_YES, f"y{token}"),
        )
        try:
            await self._rebuilding.run(asked.chat, message=asked.message, change=change)
        finally:
            self._removing.discard(token)

    def _take_out(self, name: str) -> Move:
        """Take a file out, once it is its turn: others may have gone meanwhile."""
        names = self._staging.names()
        if name not in names or len(names) < 2:
            message = zh_admin.REMOVE_LAST if name in names else zh_admin.REMOVE_GONE
            raise CorpusError(message, path=self._desk.settings.corpus)
        return self._staging.take_out(name)

    async def _files(self) -> list[tuple[str, str]]:
        """Names of the materials, with what a button carries of each."""
        return [(name, key(name)) for name in await self._desk.run(self._staging.names)]

    @staticmethod
    def _ask(found: tuple[str, str], count: int) -> Reply:
        """Whether to remove a file; the last one stays."""
        return material_views.removal(*found) if count > 1 else admin_views.note(zh_admin.REMOVE_LAST)
