"""Updates of all kinds that no friendly client sends: malformed at every level, forged, redelivered, out of place."""

from __future__ import annotations

import copy
import json
import random
from typing import TYPE_CHECKING, Any

from bot_rig import USERNAME

if TYPE_CHECKING:
    from collections.abc import Callable

    from speechbot.standin.state import Chat
    from speechbot.standin.world import World

Json = dict[str, Any]
HUGE = (2**31, 2**53 + 1, 2**63, 2**70, -(2**31) - 1, -(2**63) - 1, -(2**70))
# Numbers that nobody in the stand-in's world has
STRANGER, NOWHERE = 66_000_000, -1_009_999_999_999
_WRONG: tuple[Any, ...] = (
    None,
    True,
    False,
    "",
    "x",
    "1001",
    0,
    -5,
    1.5,
    -1e308,
    [],
    {},
    [None],
    {"id": None},
    [[]],
    *HUGE,
)
_TEXTS = (
    "\x00\x01\x02\x07\x1b[31m红",
    "\u202e反着写的问题\u2066呢\u2069",
    "\ud800 半个字符 \udfff",
    "<b>粗</i><a href='javascript:alert(1)'>点</a> &lt; &amp;amp; <script>",
    "*粗* _斜_ [链接](tg://user?id=1) `代码` ~~~ ||暗||",
    "\u200d\u200d\u200b\u200b\u2060",
    "　 \n\t　",
    "e" + "\u0301" * 400,
    "👨\u200d👩\u200d👧\u200d👦" * 100,
    "主题教育" * 1024,
    "a" * 4096,
    "第一批包括哪些单位？" * 400,
    "'; DROP TABLE questions; --",
    "%s %d {0} {} {question} %(x)s \\N{DASH}",
    "../../../etc/passwd",
    "\r\nERROR speechbot: 假的日志行",
    "？",
    "𠀀𠀁" * 200,
    "؀مرحبا بالعالم",
    "\uffff\ufffe\ufeff问题",
)
_COMMANDS = (
    "/",
    "//",
    "/中文",
    "/ask",
    "/ask \ud83d",
    "/outline " + "九" * 4000,
    "/outline ٣",
    "/outline ²",
    "/outline 99999999999999999999999999",
    "/outline -1",
    "/outline <b>",
    "/start p_zzzzzzzzzzzzzzzz",
    "/start p_0000000000000000",
    "/start " + "x" * 4000,
    "/start inline",
    "/join",
    "/join 猜的口令",
    "/admin",
    "/reload everything",
    "/ban 1",
    "/nope",
    f"/start@{USERNAME.upper()}",
    f"/ask@{USERNAME}",
    f"/ask@{USERNAME}\n\n",
)
_SERVICE: tuple[Json, ...] = (
    {"new_chat_title": "新名"},
    {"delete_chat_photo": True},
    {"group_chat_created": True},
    {"supergroup_chat_created": True},
    {"pinned_message": {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "private"}}},
    {"left_chat_member": {"id": 5, "is_bot": False, "first_name": "x"}},
    {"new_chat_members": [{"id": 5, "is_bot": False, "first_name": "x"}]},
    {"message_auto_delete_timer_changed": {"message_auto_delete_time": 5}},
    {"video_chat_started": {}},
    {"video_chat_ended": {"duration": 5}},
    {"forum_topic_created": {"name": "x", "icon_color": 5}},
    {"forum_topic_closed": {}},
    {"web_app_data": {"data": "x" * 4096, "button_text": "x"}},
    {"users_shared": {"request_id": 1, "users": []}},
    {"successful_payment": {"currency": "XTR"}},
    {"migrate_to_chat_id": NOWHERE - 1},
    {"migrate_from_chat_id": NOWHERE - 2},
)
_MEDIA: tuple[Json, ...] = (
    {"photo": []},
    {"photo": [{"file_id": "x"}]},
    {"sticker": {"file_id": "x", "file_unique_id": "y", "type": "regular", "width": 1, "height": 1}},
    {"document": {"file_id": "x", "file_unique_id": "y", "file_name": "../../x.docx", "file_size": 2**40}},
    {"document": {}},
    {"voice": {"file_id": "x", "file_unique_id": "y", "duration": -1}},
    {"contact": {"phone_number": "+1", "first_name": "\x00"}},
    {"location": {"latitude": 1e9, "longitude": "x"}},
    {"venue": {}},
    {"dice": {"emoji": "🎲", "value": 6}},
    {"poll": {"id": "1", "question": "?", "options": []}},
    {"story": {}},
    {"paid_media": {"star_count": 1, "paid_media": [{"type": "?"}]}},
    {"giveaway": {"chats": None}},
)
_KINDS = (
    "channel_post edited_channel_post business_message edited_business_message deleted_business_messages"
    " business_connection message_reaction message_reaction_count chat_member chat_join_request chat_boost"
    " removed_chat_boost poll poll_answer shipping_query pre_checkout_query purchased_paid_media of_tomorrow"
).split()


class Hostile:
    """Makes them, from a seed."""

    def __init__(self, world: World, seed: int, users: list[int], groups: list[int]) -> None:
        """Attack among these users and groups of a world."""
        self._world = world
        self.pick = random.Random(seed)  # noqa: S311 - the same on every run is the point
        self._users = users
        self._groups = groups
        self._kinds: dict[str, Callable[[], None]] = {
            "mutated": self._mutated,
            "unknown kind": self._unknown,
            "text": self._text,
            "entities": self._entities,
            "command": self._command,
            "other bot's": self._others,
            "group talk": self._talk,
            "service": self._service,
            "media": self._media,
            "button": self._button,
            "forged button": self._forged,
            "inline": self._inline,
            "chosen": self._chosen,
            "edited": self._edited,
            "edited unknown": self._edited_unknown,
            "membership": self._membership,
            "nowhere": self._nowhere,
            "nested": self._nested,
        }

    def attack(self) -> str:
        """Send one; its kind."""
        kind = self.pick.choice([*self._kinds, "mutated", "mutated", "mutated"])
        self._kinds[kind]()
        return kind

    def _chat(self) -> tuple[int, Chat]:
        """A user and the chat in which something is said."""
        user = self.pick.choice(self._users)
        group = self.pick.random() < 0.3
        return user, self._world.chats[self.pick.choice(self._groups)] if group else self._world.private(user)

    def _message(self, content: Json) -> Json:
        """A message that is part of a chat, so that it can be answered."""
        user, chat = self._chat()
        world = self._world
        return world.put(chat, world.users.get(user) or world.user(user), content)

    def _whole(self) -> Json:
        """An update with nothing wrong yet."""
        pick, message = self.pick, self._message({"text": "第二批主题教育从几月份开始"})
        person = message["from"]
        query = {"id": str(pick.randrange(10**18)), "from": person, "chat_instance": "1", "data": "o" + "A" * 11}
        change = {"chat": message["chat"], "from": person, "date": message["date"]}
        me = {"user": self._world.me, "status": "member"}
        return pick.choice(
            [
                {"message": message},
                {"message": {**message, "entities": [{"type": "mention", "offset": 0, "length": 5}]}},
                {"message": {**message, "reply_to_message": copy.deepcopy(message)}},
                {"edited_message": {**message, "edit_date": message["date"]}},
                {"callback_query": {**query, "message": message}},
                {"inline_query": {"id": query["id"], "from": person, "query": "主题教育", "offset": ""}},
                {"chosen_inline_result": {"result_id": "x.1", "from": person, "query": "主题教育"}},
                {"my_chat_member": {**change, "old_chat_member": me, "new_chat_member": me}},
            ]
        )

    def _mutated(self) -> None:
        update: Json = json.loads(json.dumps(self._whole()))
        for _ in range(self.pick.choice((1, 1, 1, 2, 4))):
            places = _places(update)
            if places:
                holder, key = self.pick.choice(places)
                if self.pick.random() < 0.35:
                    del holder[key]
                else:
                    holder[key] = copy.deepcopy(self.pick.choice(_WRONG))
        self._world.raw(update)

    def _unknown(self) -> None:
        payload: Any = self.pick.choice([self._message({"text": "x"}), {}, {"id": 5}, None, [], "x", 5])
        self._world.raw({self.pick.choice(_KINDS): payload})

    def _text(self) -> None:
        text = self.pick.choice(_TEXTS)
        self._world.raw({"message": self._message({"text": text})})

    def _entities(self) -> None:
        pick = self.pick
        kinds = ("mention", "bot_command", "text_mention", "text_link", "custom_emoji", "of_tomorrow", "")
        offsets = (0, 1, 7, 4095, -1, *HUGE)
        entities = [
            {"type": pick.choice(kinds), "offset": pick.choice(offsets), "length": pick.choice(offsets)}
            for _ in range(pick.choice((1, 3, 1000)))
        ]
        self._world.raw({"message": self._message({"text": f"@{USERNAME} 😀主题教育", "entities": entities})})

    def _command(self) -> None:
        text = self.pick.choice(_COMMANDS)
        command = {"type": "bot_command", "offset": 0, "length": len(text.split()[0]) if text.split() else 1}
        self._world.raw({"message": self._message({"text": text, "entities": [command]})})

    def _others(self) -> None:
        user, chat = self._chat()
        text = self.pick.choice(("/start@other_bot", "/ask@other_bot 主题教育", "@other_bot 主题教育分几批"))
        self._world.say(user, text, chat=chat.info["id"])

    def _talk(self) -> None:
        user, group = self.pick.choice(self._users), self.pick.choice(self._groups)
        message = self._world.put(self._world.chats[group], self._world.users[user], {"text": "中午吃什么"})
        self._world.raw({"message": message})  # as a bot without privacy gets it

    def _service(self) -> None:
        chat = {"id": NOWHERE, "type": "supergroup", "title": "x"}
        content = copy.deepcopy(self.pick.choice(_SERVICE))
        message = self._message(content)
        self._world.raw({"message": {**message, "chat": chat} if "migrate" in str(content) else message})

    def _media(self) -> None:
        content = copy.deepcopy(self.pick.choice(_MEDIA))
        if self.pick.random() < 0.2:
            content["caption"] = self.pick.choice(_TEXTS)
        self._world.raw({"message": self._message(content)})

    def _button(self) -> None:
        """Data that never was a button's."""
        pick = self.pick
        letters = "hwrsovtleqac0123456789ABCxyz-_=\x00\U0001f600\ud800"
        data = "".join(pick.choice(letters) for _ in range(pick.choice((0, 1, 2, 12, 64, 65, 4096))))
        self._press(data)

    def _forged(self) -> None:
        """A real button's data, changed in a place; or an admin's button."""
        pick = self.pick
        real = pick.choice(
            ("o" + "A" * 11, "rAAAAAAAAAAAA", "h0" + "A" * 12, "lAAAAAA", "eAAAAAA", "aAAAAAAAAAAEB", "cu1x", "q")
        )
        place = pick.randrange(len(real))
        self._press(real if pick.random() < 0.3 else real[:place] + pick.choice("Az09-_=b") + real[place + 1 :])

    def _press(self, data: str) -> None:
        user, chat = self._chat()
        pick, world = self.pick, self._world
        shown = pick.choice(list(chat.messages.values())) if chat.messages else {"message_id": 1, "chat": chat.info}
        kind = pick.randrange(4)
        if kind == 0:
            world.press(user, shown, data)
        elif kind == 1:
            world.press(user, {"message_id": 2**40, "chat": chat.info}, data)  # gone
        elif kind == 2:
            world.press(user, f"inline-{pick.randrange(10**9)}", data)
        else:  # a query that nobody knows
            query = {"id": str(pick.randrange(10**18)), "from": world.users[user], "chat_instance": "1", "data": data}
            world.raw({"callback_query": {**query, "message": shown} if pick.random() < 0.5 else query})

    def _inline(self) -> None:
        pick = self.pick
        query = pick.choice((*_TEXTS, "", "主题教育分几批开展"))
        world, user = self._world, pick.choice(self._users)
        if pick.random() < 0.5:
            world.inline(user, query[:256], offset=pick.choice(("", "x", "9" * 64)))
        else:
            world.raw({"inline_query": {"id": "5", "from": world.users[user], "query": query, "offset": ""}})

    def _chosen(self) -> None:
        pick, world = self.pick, self._world
        result = pick.choice(("", "x", "0" * 64, "\ud800", "0000000000000000.63", "..."))
        person = world.users[pick.choice(self._users)]
        world.raw({"chosen_inline_result": {"result_id": result, "from": person, "query": pick.choice(_TEXTS)}})

    def _edited(self) -> None:
        """Somebody's message of this attack, written anew."""
        message = self._message({"text": "主题教育"})
        self._world.raw({"message": message})
        self._world.edit(message, self.pick.choice(("第一批主题教育包括哪些单位", "改成别的", "/start", " x ")))

    def _edited_unknown(self) -> None:
        message = self._message(self.pick.choice(({"text": "从没问过的问题"}, {"dice": {"emoji": "🎲", "value": 1}})))
        number = self.pick.choice((message["message_id"], 2**31 - 1, 0))
        self._world.raw({"edited_message": {**message, "message_id": number, "edit_date": 1}})

    def _membership(self) -> None:
        pick, world = self.pick, self._world
        chat = {"id": NOWHERE - pick.randrange(50), "type": pick.choice(("group", "supergroup", "channel", "x"))}
        states = ("member", "kicked", "left", "administrator", "restricted", "of_tomorrow")
        sides = [{"user": world.me, "status": pick.choice(states)} for _ in range(2)]
        change = {"chat": chat, "from": world.users[pick.choice(self._users)], "date": 1}
        world.raw({"my_chat_member": {**change, "old_chat_member": sides[0], "new_chat_member": sides[1]}})

    def _nowhere(self) -> None:
        """From chats that do not exist or do not let the bot in."""
        number = self.pick.choice((STRANGER, NOWHERE, 0, 2**52))
        chat = {"id": number, "type": self.pick.choice(("private", "group", "channel", "of_tomorrow"))}
        person = {"id": STRANGER, "is_bot": False, "first_name": "\u202e"}
        text = self.pick.choice(("/help", "主题教育分几批开展", f"@{USERNAME} 主题教育"))
        self._world.raw({"message": {"message_id": 1, "from": person, "chat": chat, "date": 0, "text": text}})

    def _nested(self) -> None:
        deep: Any = "x"
        for _ in range(self.pick.choice((50, 200, 400))):
            deep = [deep] if self.pick.random() < 0.5 else {"reply_to_message": deep}
        where = self.pick.choice(("reply_to_message", "of_tomorrow", "entities", "text", "external_reply"))
        self._world.raw({"message": {**self._message({"text": "x"}), where: deep}})


def _places(value: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401 - any JSON
    """Every place in a JSON value that can be changed: what holds it, and its key."""
    found: list[tuple[Any, Any]] = []
    for key, part in list(value.items()) if isinstance(value, dict) else list(enumerate(value)):
        found.append((value, key))
        if isinstance(part, (dict, list)):
            found += _places(part)
    return found
