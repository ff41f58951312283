"""The driving side of the stand-in: what users do, for tests, load runs and the demonstration page."""

from __future__ import annotations

from typing import Any

from speechbot.standin.entities import cleaned, find_entities, slice_units, trimmed
from speechbot.standin.state import Chat, State

Json = dict[str, Any]

_FIRST_GROUP = -4_000_000
_FIRST_SUPERGROUP = -1_002_000_000_000
# The smallest pictures that are some, to stand for those that users send
_JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


class World(State):
    """A world whose users can be made to do things.

    Users and conversations come into being when they are first named; a chat that is not given is the user's
    conversation with the bot.
    """

    def user(self, user: int, name: str = "", *, username: str = "", language: str = "zh-hans") -> Json:
        """Make a user, or change one."""
        known: Json = {"id": user, "is_bot": False, "first_name": name or f"User {user}", "language_code": language}
        if username:
            known["username"] = username
        self.users[user] = known
        return known

    def private(self, user: int) -> Chat:
        """The conversation of a user with the bot."""
        if user not in self.chats:
            someone = self._someone(user)
            info = {"id": user, "type": "private", "first_name": someone["first_name"]}
            if "username" in someone:
                info["username"] = someone["username"]
            self.chats[user] = Chat(info, members={user: "member", self.me["id"]: "member"})
        return self.chats[user]

    def group(self, title: str = "Group", *, kind: str = "supergroup", forum: bool = False, username: str = "") -> int:
        """Make a group with the bot in it; return its number. ``kind`` is "group", "supergroup" or "channel"."""
        number = (_FIRST_GROUP if kind == "group" else _FIRST_SUPERGROUP) - len(self.chats)
        info: Json = {"id": number, "type": kind, "title": title}
        if forum:
            info["is_forum"] = True
        if username:
            info["username"] = username
        self.chats[number] = Chat(info, members={self.me["id"]: "member"})
        return number

    def say(self, user: int, text: str, *, chat: int = 0, reply_to: int = 0, thread: int = 0) -> Json:
        """Have a user write a text, in a chat, as a reply to a message, in a topic of a forum."""
        clean, entities = trimmed(cleaned(text), find_entities(text))
        content: Json = {"text": clean}
        if entities:
            content["entities"] = find_entities(clean)
        return self.send(user, content, chat=chat, reply_to=reply_to, thread=thread)

    def send(self, user: int, content: Json, *, chat: int = 0, reply_to: int = 0, thread: int = 0) -> Json:
        """Have a user send a message of any content."""
        place = self._place(user, chat)
        place.blocked = False  # whoever writes to a bot has let it in again
        extra: Json = {}
        if thread:
            extra |= {"message_thread_id": thread, "is_topic_message": True}
        if reply_to and reply_to in place.messages:
            extra["reply_to_message"] = without_reply(place.messages[reply_to])
        place.members.setdefault(user, "member")
        message = self.put(place, self._someone(user), {**extra, **content})
        if self._shown(place, message):
            self.push("message", message)
        return message

    def edit(self, message: Json, text: str) -> Json:
        """Have the author of a message write it anew."""
        place = self.chats[message["chat"]["id"]]
        clean, _ = trimmed(cleaned(text), [])
        kept = {key: value for key, value in message.items() if key != "entities"}
        changed = {**kept, "text": clean, "edit_date": int(self.clock())}
        if entities := find_entities(clean):
            changed["entities"] = entities
        self.replace(place, changed)
        if self._shown(place, changed):
            self.push("edited_message", changed)
        return changed

    def press(self, user: int, message: Json | str, data: str) -> str:
        """Have a user press a button of a message, or of an inline message given by its identifier.

        Returns:
            The query's number: ``callbacks[number].answers`` holds what the bot answered.
        """
        payload: Json = {"from": self._someone(user), "chat_instance": "1", "data": data}
        if isinstance(message, str):
            payload["inline_message_id"] = message
        else:
            place = self.chats[message["chat"]["id"]]
            number = message["message_id"]
            # One that was deleted, or is too old, is shown as a message of no date
            gone = {"message_id": number, "chat": place.info, "date": 0}
            payload["message"] = place.messages.get(number, gone)
            payload["chat_instance"] = str(place.info["id"])
        return self.ask("callback_query", payload)

    def inline(self, user: int, query: str, *, offset: str = "", chat_type: str = "sender") -> str:
        """Have a user type behind the bot's name in any chat.

        Returns:
            The query's number: ``inlines[number].answers`` holds what the bot answered.
        """
        payload = {"from": self._someone(user), "query": query, "offset": offset, "chat_type": chat_type}
        return self.ask("inline_query", payload)

    def choose(self, query: str, result: str) -> str:
        """Have a user choose a result of an answered inline query.

        Returns:
            The identifier of the message that it became: see ``inline_messages``.
        """
        asked = self.inlines[query]
        chosen = next(one for one in asked.answers[-1]["results"] if one["id"] == result)
        identity = f"standin-inline-{len(self.inline_messages) + 1}"
        self.inline_messages[identity] = dict(chosen.get("message", {}))
        payload = {"result_id": result, "from": asked.payload["from"], "query": asked.payload["query"]}
        if "reply_markup" in chosen.get("message", {}):  # others cannot be edited: the bot is told no identifier
            payload["inline_message_id"] = identity
        self.push("chosen_inline_result", payload)
        return identity

    def send_file(  # noqa: PLR0913 - each has its default
        self, user: int, name: str, data: bytes, *, chat: int = 0, caption: str = "", mime: str = "", size: int = 0
    ) -> Json:
        """Have a user send a file; ``size`` is what is said of it where that is not its length."""
        document = {**self.keep_file(name, data, size), "file_name": name}
        document["mime_type"] = mime or "application/octet-stream"
        content: Json = {"document": document}
        if caption:
            content["caption"] = caption
        return self.send(user, content, chat=chat)

    def photo(self, user: int, data: bytes = _JPEG, *, chat: int = 0, caption: str = "") -> Json:
        """Have a user send a picture."""
        size = {**self.keep_file("photo.jpg", data), "width": 90, "height": 90}
        return self.send(user, {"photo": [size], **({"caption": caption} if caption else {})}, chat=chat)

    def sticker(self, user: int, *, chat: int = 0) -> Json:
        """Have a user send a sticker."""
        shape = {"width": 512, "height": 512, "is_animated": False, "is_video": False, "type": "regular"}
        return self.send(user, {"sticker": {**self.keep_file("sticker.webp", b"RIFF"), **shape}}, chat=chat)

    def voice(self, user: int, *, chat: int = 0, seconds: int = 3) -> Json:
        """Have a user send a voice message."""
        return self.send(user, {"voice": {**self.keep_file("voice.ogg", b"OggS"), "duration": seconds}}, chat=chat)

    def join(self, chat: int, user: int = 0, *, by: int = 0, standing: str = "member") -> None:
        """Have a user, or the bot (0), come into a group."""
        self._move(chat, user, by, standing)

    def leave(self, chat: int, user: int = 0, *, by: int = 0, kicked: bool = False) -> None:
        """Have a user, or the bot (0), leave a group, or be kicked out of it."""
        self._move(chat, user, by, "kicked" if kicked else "left")

    def block(self, user: int) -> None:
        """Have a user block the bot."""
        place = self.private(user)
        place.blocked = True
        self._standing(place, self._someone(user), self.me, "member", "kicked")

    def unblock(self, user: int) -> None:
        """Have a user let the bot in again."""
        place = self.private(user)
        place.blocked = False
        self._standing(place, self._someone(user), self.me, "kicked", "member")

    def migrate(self, chat: int) -> int:
        """Have a group become a supergroup; return its new number."""
        old = self.chats[chat]
        new = self.group(old.info["title"], kind="supergroup")
        self.chats[new].members = dict(old.members)
        old.migrated_to = new
        someone = next((self._someone(user) for user in old.members if user != self.me["id"]), self.me)
        self.push("message", self.put(old, someone, {"migrate_to_chat_id": new}))
        self.push("message", self.put(self.chats[new], someone, {"migrate_from_chat_id": chat}))
        return new

    def raw(self, update: Json) -> None:
        """Send the bot any update, malformed ones too."""
        self.push_raw(update)

    def transcript(self, chat: int) -> list[Json]:
        """The messages of a chat as a client shows them now."""
        return list(self.chats[chat].messages.values()) if chat in self.chats else []

    def _someone(self, user: int) -> Json:
        return self.users.get(user) or self.user(user)

    def _place(self, user: int, chat: int) -> Chat:
        return self.chats[chat] if chat and chat != user else self.private(user)

    def _move(self, chat: int, user: int, by: int, standing: str) -> None:
        """Change who is in a group, and tell the bot what it is told."""
        place, mine = self.chats[chat], not user
        who = self.me if mine else self._someone(user)
        actor = self._someone(by) if by else who
        before = place.members.get(who["id"], "left")
        place.members[who["id"]] = standing
        here = standing not in {"left", "kicked"}
        was_here = before not in {"left", "kicked"}
        if here != was_here:
            content = {"new_chat_members": [who]} if here else {"left_chat_member": who}
            message = self.put(place, actor, content)
            if here or not mine:
                self.push("message", message)
        self._standing(place, actor, who, before, standing)

    def _standing(self, place: Chat, actor: Json, who: Json, before: str, after: str) -> None:
        mine = who["id"] == self.me["id"]
        change = {"chat": place.info, "from": actor, "date": int(self.clock())}
        change |= {"old_chat_member": member(who, before), "new_chat_member": member(who, after)}
        self.push("my_chat_member" if mine else "chat_member", change)

    def _shown(self, place: Chat, message: Json) -> bool:
        """Whether the bot gets a message: in a group not every one, when its privacy is on."""
        if place.private:
            return True
        standing = place.members.get(self.me["id"], "left")
        if standing in {"left", "kicked"} or place.migrated_to:
            return False
        sees_all = not self.privacy or standing == "administrator"
        return sees_all or self._answers_me(message) or self._named_in(message)

    def _answers_me(self, message: Json) -> bool:
        return bool(message.get("reply_to_message", {}).get("from", {}).get("id") == self.me["id"])

    def _named_in(self, message: Json) -> bool:
        """Whether a text mentions the bot, or holds a command that may be its own."""
        mine = f"@{self.me['username']}".lower()
        for entity in message.get("entities", ()):
            shown = slice_units(message["text"], entity["offset"], entity["length"]).lower()
            if entity["type"] == "mention" and shown == mine:
                return True
            if entity["type"] == "bot_command" and ("@" not in shown or shown.endswith(mine)):
                return True
        return False


def without_reply(message: Json) -> Json:
    """A message as it stands within another: what it replied to itself is not repeated."""
    return {key: value for key, value in message.items() if key != "reply_to_message"}


def member(who: Json, standing: str) -> Json:
    """A member of a chat, with the fields that go with a standing."""
    described: Json = {"user": who, "status": standing}
    if standing == "kicked":
        described["until_date"] = 0
    elif standing == "creator":
        described["is_anonymous"] = False
    elif standing == "administrator":
        rights = "can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members can_promote_members"
        rights += " can_change_info can_invite_users can_post_stories can_edit_stories can_delete_stories can_be_edited"
        described |= dict.fromkeys(rights.split(), True) | {"is_anonymous": False}
    return described
