"""The methods of the Bot API: plain dicts in, plain results out, or ``Refused``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from speechbot.standin import rules, sending
from speechbot.standin.entities import units
from speechbot.standin.rules import DOWNLOAD_LIMIT, TOO_OLD, Refused, bad, integer, structure, text_of
from speechbot.standin.state import Call, Query
from speechbot.standin.world import member

if TYPE_CHECKING:
    from collections import OrderedDict
    from collections.abc import Callable

    from speechbot.standin.state import State

Json = dict[str, Any]
_MOST_CONNECTIONS = 100


def call(state: State, method: str, params: Json) -> object:
    """Do what the bot asks; names of methods are not case-sensitive.

    Raises:
        Refused: It is not granted.
    """
    known = _METHODS.get(method.lower())
    if known is None:
        raise Refused(404, "Not Found")
    name, function = known
    if name == "getUpdates":  # asks for news, does nothing: kept, it would drown what the bot does
        return function(state, params)
    try:
        result = function(state, params)
    except Refused as refused:
        state.note(Call(name, params, refused=refused))
        raise
    state.note(Call(name, params, result))
    return result


def get_updates(state: State, params: Json) -> list[Json]:
    """What getUpdates answers now; waiting for more is the server's part."""
    if state.webhook:
        reason = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
        raise Refused(409, f"Conflict: {reason}")
    wanted = structure(params, "allowed_updates")
    if isinstance(wanted, list):
        state.allowed = [str(kind) for kind in wanted]
    offset = integer(params, "offset")
    waiting = state.updates
    if offset < 0:
        while len(waiting) > -offset:
            waiting.popleft()
    else:
        while waiting and waiting[0][0] < offset:
            waiting.popleft()
    limit = integer(params, "limit", 100)
    limit = limit if 1 <= limit <= 100 else 100
    return [written(update) for update, _ in zip(waiting, range(limit), strict=False)]


def written(update: tuple[int, str, Json]) -> Json:
    """An update as the bot gets it."""
    number, kind, payload = update
    return {"update_id": number, kind: payload} if kind else payload


def _get_me(state: State, _: Json) -> Json:
    abilities = {"can_join_groups": True, "can_read_all_group_messages": not state.privacy}
    return {**state.me, **abilities, "supports_inline_queries": True, "can_connect_to_business": False}


def _set_webhook(state: State, params: Json) -> bool:
    url = text_of(params, "url")
    if not url:
        return _delete_webhook(state, params)
    if not url.startswith("https://") and not url.startswith("http://127.0.0.1"):  # the latter is for tests
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    connections = integer(params, "max_connections", 40)
    if not 1 <= connections <= _MOST_CONNECTIONS:
        raise bad("max_connections must be in the range 1-100")
    wanted = structure(params, "allowed_updates")
    if isinstance(wanted, list):
        state.allowed = [str(kind) for kind in wanted]
    state.webhook = {"url": url, "max_connections": connections, "secret_token": text_of(params, "secret_token")}
    return _forget(state, params)


def _delete_webhook(state: State, params: Json) -> bool:
    state.webhook = {}
    return _forget(state, params)


def _forget(state: State, params: Json) -> bool:
    if rules.flag(params, "drop_pending_updates"):
        state.updates.clear()
    for wake in state.wake:
        wake()
    return True


def _get_webhook_info(state: State, _: Json) -> Json:
    info: Json = {
        "url": state.webhook.get("url", ""),
        "has_custom_certificate": False,
        "pending_update_count": len(state.updates),
    }
    if state.webhook:
        info["max_connections"] = state.webhook["max_connections"]
    if state.allowed:
        info["allowed_updates"] = state.allowed
    return info


def _done(_: State, __: Json) -> bool:
    return True


def _answer_callback_query(state: State, params: Json) -> bool:
    answer = rules.callback_answer(params)
    asked = _open(state, state.callbacks, text_of(params, "callback_query_id"), state.callback_expiry)
    asked.answers.append(answer)
    state.tell("callback_answer", {"callback_query": asked.payload, **answer})
    return True


def _answer_inline_query(state: State, params: Json) -> bool:
    results = rules.inline_results(params)
    asked = _open(state, state.inlines, text_of(params, "inline_query_id"), state.inline_expiry)
    button = structure(params, "button")
    asked.answers.append({"results": results, "next_offset": text_of(params, "next_offset"), "button": button})
    state.tell("inline_answer", {"inline_query": asked.payload, **asked.answers[-1]})
    return True


def _open(state: State, queries: OrderedDict[str, Query], number: str, expiry: float) -> Query:
    """A query that can still be answered."""
    asked = queries.get(number)
    if asked is None or state.clock() - asked.asked > expiry:
        raise bad(TOO_OLD)
    return asked


def _send_chat_action(state: State, params: Json) -> bool:
    action = rules.chat_action(params)
    chat = state.chat_for(params.get("chat_id"))
    state.tell("action", {"chat": chat.info, "action": action})
    return True


def _scope(params: Json) -> str:
    """The name under which commands of a scope and a language are kept."""
    scope = structure(params, "scope") or {"type": "default"}
    if not isinstance(scope, dict):
        raise bad("can't parse BotCommandScope: Expected an Object")
    return f"{scope.get('type')}:{scope.get('chat_id', '')}:{text_of(params, 'language_code')}"


def _set_my_commands(state: State, params: Json) -> bool:
    state.commands[_scope(params)] = rules.commands(params)
    return True


def _get_my_commands(state: State, params: Json) -> list[Json]:
    return state.commands.get(_scope(params), [])


def _delete_my_commands(state: State, params: Json) -> bool:
    state.commands.pop(_scope(params), None)
    return True


def _described(key: str, limit: int) -> Callable[[State, Json], bool]:
    """A method that sets one of the bot's descriptions."""

    def describe(state: State, params: Json) -> bool:
        text = text_of(params, key)
        if units(text) > limit:
            raise bad("ABOUT_TOO_LONG" if key == "short_description" else "DESCRIPTION_TOO_LONG")
        state.descriptions[f"{key}:{text_of(params, 'language_code')}"] = text
        return True

    return describe


def _get_chat(state: State, params: Json) -> Json:
    chat = state.chat_for(params.get("chat_id"))
    return {**chat.info, "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": _NO_GIFTS}


_NO_GIFTS = dict.fromkeys(
    "unlimited_gifts limited_gifts unique_gifts premium_subscription gifts_from_channels".split(), False
)


def _get_chat_member(state: State, params: Json) -> Json:
    chat = state.chat_for(params.get("chat_id"))
    who = state.users.get(integer(params, "user_id"))
    if who is None:
        raise bad("user not found")
    return member(who, chat.members.get(who["id"], "left"))


def _leave_chat(state: State, params: Json) -> bool:
    chat = state.chat_for(params.get("chat_id"))
    if chat.private:
        raise bad("chat member status can't be changed in private chats")
    chat.members[state.me["id"]] = "left"
    return True


def _get_file(state: State, params: Json) -> Json:
    described, _ = state.files.get(text_of(params, "file_id"), ({}, b""))
    if not described:
        raise bad("invalid file_id")
    if described["file_size"] > DOWNLOAD_LIMIT:
        raise bad("file is too big")
    return described


def _set_message_reaction(state: State, params: Json) -> bool:
    chat = state.chat_for(params.get("chat_id"))
    number = integer(params, "message_id")
    if number not in chat.messages:
        raise bad("message to react not found")
    reaction = structure(params, "reaction") or []
    if not isinstance(reaction, list) or len(reaction) > 1:
        raise bad("REACTIONS_TOO_MANY")
    state.reactions[chat.info["id"], number] = reaction
    state.tell("reaction", {"chat": chat.info, "message_id": number, "reaction": reaction})
    return True


_NAMED: dict[str, Callable[[State, Json], object]] = {
    "getMe": _get_me,
    "getUpdates": get_updates,
    "setWebhook": _set_webhook,
    "deleteWebhook": _delete_webhook,
    "getWebhookInfo": _get_webhook_info,
    "close": _done,
    "logOut": _done,
    "sendMessage": sending.send_message,
    "sendDocument": sending.send_document,
    "sendPhoto": sending.send_photo,
    "editMessageText": sending.edit_message_text,
    "editMessageReplyMarkup": sending.edit_message_reply_markup,
    "deleteMessage": sending.delete_message,
    "answerCallbackQuery": _answer_callback_query,
    "answerInlineQuery": _answer_inline_query,
    "sendChatAction": _send_chat_action,
    "setMyCommands": _set_my_commands,
    "getMyCommands": _get_my_commands,
    "deleteMyCommands": _delete_my_commands,
    "setMyDescription": _described("description", 512),
    "setMyShortDescription": _described("short_description", 120),
    "getChat": _get_chat,
    "getChatMember": _get_chat_member,
    "leaveChat": _leave_chat,
    "getFile": _get_file,
    "setMessageReaction": _set_message_reaction,
}
_METHODS = {name.lower(): (name, function) for name, function in _NAMED.items()}
