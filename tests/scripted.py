"""A bot of a few fixed answers, which calls the stand-in's methods itself: what the chat page is tried with."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from speechbot.standin.methods import call
from speechbot.standin.rules import Upload
from speechbot.standin.server import Server
from speechbot.standin.webchat import Persona, install
from speechbot.standin.world import World

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

Json = dict[str, Any]
MEMBER, ADMIN = 11, 22
LONG = "江城要办好读书会，让人人有书读、读好书。" * 12
ANSWER = (
    f"<b>抓好阅读</b> 😀\n<blockquote expandable>𠀀开头。<b>粗<i>又斜</i></b>{LONG}</blockquote>\n📖 见 /sources "
    '<a href="https://example.org/a">原文</a>，<a href="https://t.me/standin_bot?start=p_7">永久链接</a>'
)
KEYS = {
    "inline_keyboard": [
        [{"text": "‹ 上一段", "callback_data": "before"}, {"text": "下一段 ›", "callback_data": "after"}],
        [{"text": "复制引文", "copy_text": {"text": "引文"}}, {"text": "提醒", "callback_data": "alert"}],
        [{"text": "打开", "url": "https://t.me/standin_bot?start=open"}, {"text": "全文", "callback_data": "file"}],
    ]
}


class Scripted:
    """Answers what users of a world do.

    Attributes:
        seen: Its updates so far, as kind and payload.
        silent: Whether it does nothing about them.
    """

    def __init__(self, world: World) -> None:
        """Work in a world from now on."""
        self.world = world
        self.seen: list[tuple[str, Json]] = []
        self.silent = False
        self._offset = 0
        world.wake.append(self._wake)

    def send(self, chat: int, text: str, **params: Any) -> Json:
        """Send a message in HTML."""
        sent: Any = call(self.world, "sendMessage", {"chat_id": chat, "text": text, "parse_mode": "HTML", **params})
        return dict(sent)

    def _wake(self) -> None:
        asyncio.get_running_loop().call_soon(self._work)

    def _work(self) -> None:
        updates: Any = call(self.world, "getUpdates", {"offset": self._offset})
        for update in updates:
            self._offset = update.pop("update_id") + 1
            ((kind, payload),) = update.items()
            self.seen.append((kind, payload))
            if not self.silent:
                self._answer(kind, payload)

    def _answer(self, kind: str, payload: Json) -> None:
        if kind == "message" and "text" in payload:
            self._answer_text(payload["chat"]["id"], payload["text"])
        elif kind == "edited_message":
            self.send(payload["chat"]["id"], f"改成了 {payload['text']}")
        elif kind == "callback_query":
            self._answer_press(payload)
        elif kind == "inline_query":
            self._answer_inline(payload)

    def _answer_text(self, chat: int, text: str) -> None:
        if text == "typing":
            call(self.world, "sendChatAction", {"chat_id": chat, "action": "typing"})
        elif text.startswith("/"):
            self.send(chat, f"得到 {text}")
        else:
            self.send(chat, ANSWER, reply_markup=KEYS)

    def _answer_press(self, query: Json) -> None:
        number, data = query["id"], query["data"]
        if data == "alert":
            call(self.world, "answerCallbackQuery", {"callback_query_id": number, "text": "请注意", "show_alert": True})
            return
        where: Json = {"inline_message_id": query.get("inline_message_id", "")}
        if "message" in query:
            where = {"chat_id": query["message"]["chat"]["id"], "message_id": query["message"]["message_id"]}
        if data == "file":
            document = Upload("全文.txt", "全文\n".encode())
            call(self.world, "sendDocument", {"chat_id": query["from"]["id"], "document": document, "caption": "全文"})
        else:
            markup = {"inline_keyboard": [[{"text": "下一段 ›", "callback_data": f"{data}+"}]]}
            call(self.world, "editMessageText", {**where, "text": f"变成 {data}", "reply_markup": markup})
        call(self.world, "answerCallbackQuery", {"callback_query_id": number, "text": f"好 {data}"})

    def _answer_inline(self, query: Json) -> None:
        content = {"message_text": f"<b>{query['query']}</b>的答案", "parse_mode": "HTML"}
        keys = {"inline_keyboard": [[{"text": "看上下文", "callback_data": "context"}]]}
        result = {"type": "article", "id": "1", "title": f"关于{query['query']}", "description": "第一段"}
        results = [{**result, "input_message_content": content, "reply_markup": keys}]
        call(self.world, "answerInlineQuery", {"inline_query_id": query["id"], "results": results})


@asynccontextmanager
async def chatting() -> AsyncIterator[tuple[Server, World, Scripted]]:
    """A world with a chat page that is served, and a bot in it."""
    world = World(name="讲话问答")
    server = Server(world)
    install(server, world, title="试用", people=(Persona(MEMBER, "成员"), Persona(ADMIN, "管理员", "老王")))
    bot = Scripted(world)
    await server.start()
    try:
        yield server, world, bot
    finally:
        await server.stop()
