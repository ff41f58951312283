"""Files that admins send: checked, shown as they would be read, added on a word."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from telegram.error import BadRequest, TelegramError

from speechbot.errors import SpeechbotError
from speechbot.telegram import admin_views, material_views
from speechbot.telegram.admin_views import confirmation
from speechbot.telegram.buttons import Task
from speechbot.telegram.deeds import look
from speechbot.telegram.errands import DiedError, Errand, StoppedError
from speechbot.telegram.rebuilding import Change
from speechbot.telegram.staging import safe_name
from speechbot.wording import zh_admin

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from telegram import Document

    from speechbot.telegram.buttons import Confirm
    from speechbot.telegram.chores import Asked, Chores, Press
    from speechbot.telegram.deeds import Look
    from speechbot.telegram.desk import Desk
    from speechbot.telegram.rebuilding import Rebuilding
    from speechbot.telegram.replies import Reply
    from speechbot.telegram.staging import Staging

SECONDS = 120.0  # that a file may take to be read: a library of speeches takes ten
_DELAYS = (1.0, 3.0)  # seconds before another try of a download


class Uploads:
    """Files on their way into the corpus."""

    def __init__(  # noqa: PLR0913 - the last three have defaults
        self,
        desk: Desk,
        chores: Chores,
        staging: Staging,
        rebuilding: Rebuilding,
        *,
        errand: Callable[..., Errand[Look | str]] = Errand,
        seconds: float = SECONDS,
        delays: Sequence[float] = _DELAYS,
    ) -> None:
        """Take files at a desk.

        Args:
            desk: The desk.
            chores: Where downloading and looking go on.
            staging: Where files lie meanwhile.
            rebuilding: What builds.
            errand: What starts the process that looks.
            seconds: That looking may take.
            delays: Before each further try of a download.
        """
        self._desk = desk
        self._chores = chores
        self._staging = staging
        self._rebuilding = rebuilding
        self._errand = errand
        self._seconds = seconds
        self._delays = tuple(delays)
        self._looking = asyncio.Semaphore(1)  # an album is looked at file by file: each look is a process
        self._adding: set[str] = set()

    async def take(self, asked: Asked, document: Document) -> None:
        """Begin with a file that an admin sent."""
        name = safe_name(document.file_name or "")
        reply = None
        if not name:
            reply = material_views.wrong_type()
        elif document.file_size is not None and document.file_size > material_views.LIMIT:
            reply = material_views.too_large(document.file_size)
        if reply is not None:
            await self._desk.outbox.send(asked.chat, [reply], reply_to=asked.message)
            return
        self._chores.begin(self._received(asked, document, name), asked.chat, "receiving a file")

    async def _received(self, asked: Asked, document: Document, name: str) -> None:
        """Download a file, look at it, ask what to do with it."""
        waiting = material_views.about(zh_admin.UPLOAD_LOADING, name)
        (message,) = await self._desk.outbox.send(asked.chat, [waiting], reply_to=asked.message)
        async with self._looking:
            try:
                reply = await self._looked(document, name)
            except SpeechbotError as error:
                reply = material_views.about(zh_admin.UPLOAD_UNREAD, name, reason=str(error))
            except StoppedError:
                reply = material_views.about(zh_admin.UPLOAD_LOST, name)
        await self._chores.show(asked.chat, message, reply)

    async def _looked(self, document: Document, name: str) -> Reply:
        token, folder = await self._desk.run(self._staging.begin)
        path = folder / name
        kept = False
        try:
            refusal = await self._downloaded(document, path)
            if refusal is not None:
                return refusal
            found = await self._seen(folder)
            if isinstance(found, str):
                return material_views.about(zh_admin.UPLOAD_UNREAD, name, reason=found)
            twin = await self._desk.run(self._staging.twin, path)
            if twin.same == name:
                return material_views.about(zh_admin.UPLOAD_KNOWN, name)
            kept = True
            return material_views.preview(name, found, twin, token)
        finally:
            if not kept:
                await self._desk.run(self._staging.drop, token)

    async def _downloaded(self, document: Document, path: Path) -> Reply | None:
        """Fetch a file from Telegram; what to say where that fails."""
        for delay in (*self._delays, None):
            try:
                file = await document.get_file()
                await file.download_to_drive(path)
            except BadRequest as error:
                large = "too big" in error.message.lower()
                return material_views.too_large(None) if large else _lost(path.name)
            except TelegramError:
                if delay is None:
                    return _lost(path.name)
                await asyncio.sleep(delay)
            else:
                # What was said of the size may be wrong, or missing
                size = (await self._desk.run(path.stat)).st_size
                return material_views.too_large(size) if size > material_views.LIMIT else None
        raise AssertionError("the last try returns")

    async def _seen(self, folder: Path) -> Look | str:
        """A file as it would be read, in a process of its own: nobody knows what is in it."""
        try:
            return await self._chores.wait(self._errand(look, folder), self._seconds)
        except TimeoutError:
            return zh_admin.UPLOAD_SLOW.format(seconds=round(self._seconds))
        except DiedError as error:
            self._desk.blame(error, "reading a file in a process of its own")
            return admin_views.died(error.code, zh_admin.UPLOAD_DIED)

    async def confirm(self, press: Press, action: Confirm) -> None:
        """加入 or 取消 was pressed."""
        asked, token = press.asked, action.token
        if token in self._adding:
            await press.answer(zh_admin.UPLOAD_BUSY)
            return
        path = await self._desk.run(self._staging.find, token)
        if path is None:
            await press.answer(zh_admin.UPLOAD_GONE, alert=True)
            return
        if not action.accepted:
            await press.answer()
            await self._desk.run(self._staging.drop, token)
            await self._chores.show(asked.chat, asked.message, admin_views.note(zh_admin.UPLOAD_DROPPED))
            return
        if token in self._adding:  # pressed again while we looked
            await press.answer(zh_admin.UPLOAD_BUSY)
            return
        self._adding.add(token)
        self._chores.begin(self._added(asked, token, path), asked.chat, "adding a file")
        await press.answer(zh_admin.UPLOAD_GOING)

    async def _added(self, asked: Asked, token: str, path: Path) -> None:
        change = Change(
            title=zh_admin.REBUILD_ADD.format(name=path.name),
            move=lambda: self._staging.bring_in(token, path),
            retry=confirmation(Task.UPLOAD, zh_admin.UPLOAD_YES, token),
            done=lambda: self._staging.drop(token),
        )
        try:
            await self._rebuilding.run(asked.chat, message=asked.message, change=change)
        finally:
            self._adding.discard(token)


def _lost(name: str) -> Reply:
    return material_views.about(zh_admin.UPLOAD_LOST, name)
