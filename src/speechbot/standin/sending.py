"""Methods of the Bot API that send, change and remove messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from speechbot.standin.rules import (
    CAPTION_LIMIT,
    NOT_MODIFIED,
    UPLOAD_LIMIT,
    Refused,
    Upload,
    bad,
    flag,
    formatted,
    integer,
    message_text,
    reply_markup,
    structure,
    text_of,
)
from speechbot.standin.world import without_reply

if TYPE_CHECKING:
    from speechbot.standin.state import Chat, State

Json = dict[str, Any]
_DELETABLE = 48 * 3600  # seconds


def send_message(state: State, params: Json) -> Json:
    """Answer sendMessage."""
    text, entities = message_text(params)
    content: Json = {"text": text}
    if entities:
        content["entities"] = entities
    return _send(state, params, content)


def send_document(state: State, params: Json) -> Json:
    """Answer sendDocument."""
    name, described = _file(state, params, "document")
    return _send(state, params, {"document": {**described, "file_name": name}, **_caption(params)})


def send_photo(state: State, params: Json) -> Json:
    """Answer sendPhoto."""
    _, described = _file(state, params, "photo")
    return _send(state, params, {"photo": [{**described, "width": 90, "height": 90}], **_caption(params)})


def edit_message_text(state: State, params: Json) -> Json | bool:
    """Answer editMessageText."""
    text, entities = message_text(params)
    content: Json = {"text": text}
    if entities:
        content["entities"] = entities
    return _edit(state, params, content)


def edit_message_reply_markup(state: State, params: Json) -> Json | bool:
    """Answer editMessageReplyMarkup."""
    return _edit(state, params, {})


def delete_message(state: State, params: Json) -> bool:
    """Answer deleteMessage."""
    chat = state.chat_for(params.get("chat_id"))
    message = chat.messages.get(integer(params, "message_id"))
    if message is None:
        raise bad("message to delete not found")
    mine = message["from"]["id"] == state.me["id"]
    rights = chat.private or chat.members.get(state.me["id"]) == "administrator"
    if not (mine or rights) or state.clock() - message["date"] > _DELETABLE:
        raise bad("message can't be deleted for everyone" if mine else "message can't be deleted")
    state.remove(chat, message["message_id"])
    return True


def _send(state: State, params: Json, content: Json) -> Json:
    """Put a message of the bot into a chat."""
    markup = reply_markup(params)
    chat = state.chat_for(params.get("chat_id"))
    extra: Json = {}
    thread = integer(params, "message_thread_id")
    if thread:
        if not chat.info.get("is_forum"):
            raise bad("message thread not found")
        extra |= {"message_thread_id": thread, "is_topic_message": True}
    replied = _replied(chat, params)
    if replied is not None:
        extra["reply_to_message"] = without_reply(replied)
        if replied.get("is_topic_message"):
            extra |= {"message_thread_id": replied["message_thread_id"], "is_topic_message": True}
    if markup and "inline_keyboard" in markup:
        content["reply_markup"] = markup
    return state.put(chat, state.me, {**extra, **content})


def _replied(chat: Chat, params: Json) -> Json | None:
    """The message that a message answers."""
    given = structure(params, "reply_parameters")
    if isinstance(given, dict):
        number, anyway = integer(given, "message_id"), flag(given, "allow_sending_without_reply")
    else:
        number, anyway = integer(params, "reply_to_message_id"), flag(params, "allow_sending_without_reply")
    if not number:
        return None
    found = chat.messages.get(number)
    if found is None and not anyway:
        raise bad("message to be replied not found")
    return found


def _edit(state: State, params: Json, content: Json) -> Json | bool:
    """Change a message of a chat, or one that was sent inline; without ``text`` only its keyboard."""
    markup = reply_markup(params, inline_only=True)
    inline = text_of(params, "inline_message_id")
    if inline:
        old = state.inline_messages.get(inline)
        if old is None:
            raise bad("MESSAGE_ID_INVALID")
        state.inline_messages[inline] = _changed(old, content, markup)
        state.tell("edited", {"inline_message_id": inline, **state.inline_messages[inline]})
        return True
    chat = state.chat_for(params.get("chat_id"))
    if "message_id" not in params:
        raise bad("message identifier is not specified")
    old = chat.messages.get(integer(params, "message_id"))
    if old is None:
        raise bad("message to edit not found")
    if old["from"]["id"] != state.me["id"]:
        raise bad("message can't be edited")
    if content and "text" not in old:
        raise bad("there is no text in the message to edit")
    changed = _changed(old, content, markup)
    changed["edit_date"] = int(state.clock())
    return state.replace(chat, changed)


def _changed(old: Json, content: Json, markup: Json | None) -> Json:
    """A message with another text or keyboard."""
    dropped = {"reply_markup", *(("text", "entities") if content else ())}
    changed = {key: value for key, value in old.items() if key not in dropped} | content
    if markup:
        changed["reply_markup"] = markup
    same = ("text", "reply_markup")
    if all(changed.get(key) == old.get(key) for key in same) and changed.get("entities", []) == old.get("entities", []):
        raise bad(NOT_MODIFIED)
    return changed


def _caption(params: Json) -> Json:
    """The caption of a file and its entities."""
    text, entities = formatted(params, "caption", CAPTION_LIMIT)
    caption: Json = {"caption": text} if text else {}
    if entities:
        caption["caption_entities"] = entities
    return caption


def _file(state: State, params: Json, key: str) -> tuple[str, Json]:
    """The name and the description of a file that is sent: uploaded now, or known already."""
    value = params.get(key)
    if isinstance(value, str) and value.startswith("attach://"):
        value = params.get(value.removeprefix("attach://"))
    if isinstance(value, Upload):
        if len(value.data) > UPLOAD_LIMIT:
            raise Refused(413, "Request Entity Too Large")
        if not value.data:
            raise bad("file must be non-empty")
        return value.name, state.keep_file(value.name, value.data)
    if not value:
        raise bad(f"there is no {key} in the request")
    if value not in state.files:
        raise bad("wrong file identifier/HTTP URL specified")
    described, _ = state.files[value]
    return described["file_path"].partition("_")[2].partition("_")[2], described
