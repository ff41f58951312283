"""What the Bot API refuses, and in which words: checks of parameters that know nothing of chats."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from speechbot.standin.entities import EntityError, cleaned, parse_html, trimmed, units

Json = dict[str, Any]

TEXT_LIMIT = 4096  # UTF-16 units, after the markup is read
CAPTION_LIMIT = 1024
UPLOAD_LIMIT = 50_000_000  # bytes
DOWNLOAD_LIMIT = 20_000_000
_MOST_BUTTONS = 100
_MOST_RESULTS = 50
_MOST_COMMANDS = 100
_LONGEST_INTEGER = 20
_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), 0x2060, 0xFEFF, 0xAD])
_ACTIONS = frozenset(
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker"
    " find_location record_video_note upload_video_note".split()
)
_WORK = tuple(
    "url callback_data copy_text switch_inline_query switch_inline_query_current_chat web_app login_url"
    " switch_inline_query_chosen_chat callback_game pay".split()
)
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content"
    " and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


class Refused(Exception):
    """The answer to a call that is not granted.

    Attributes:
        code: The HTTP status.
        description: Why, in Telegram's words.
        parameters: What else a client may know: retry_after, migrate_to_chat_id.
    """

    def __init__(self, code: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters or {}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a call."""

    name: str
    data: bytes = field(repr=False)
    mime: str = "application/octet-stream"


def bad(reason: str) -> Refused:
    """A 400 answer."""
    return Refused(400, f"Bad Request: {reason}")


def text_of(params: Json, key: str) -> str:
    """A text parameter; "" where it is absent."""
    value = params.get(key, "")
    if isinstance(value, Upload):
        return value.data.decode("utf-8", "replace")
    return value if isinstance(value, str) else json.dumps(value)


def integer(params: Json, key: str, default: int = 0) -> int:
    """A whole number; what is none counts as absent, as it does there."""
    value = params.get(key)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str) and len(value) <= _LONGEST_INTEGER and re.fullmatch(r"-?[0-9]+", value.strip()):
        return int(value)
    return default


def flag(params: Json, key: str) -> bool:
    """A yes or no; absent is no."""
    value = params.get(key)
    return value if isinstance(value, bool) else str(value).lower() in {"true", "yes", "1"}


def structure(params: Json, key: str) -> Any:  # noqa: ANN401 - JSON is anything
    """A parameter written in JSON; None where it is absent or empty."""
    value = params.get(key)
    if isinstance(value, Upload):
        value = text_of(params, key)
    if not isinstance(value, str):
        return value
    if not value:
        return None
    try:
        return json.loads(value)
    except ValueError as error:
        raise bad(f"can't parse {key.replace('_', ' ')} JSON object") from error


def formatted(params: Json, key: str, limit: int) -> tuple[str, list[Json]]:
    """A text and its entities, by markup or as given.

    Raises:
        Refused: The markup cannot be read, or the text is too long.
    """
    source = text_of(params, key)
    entities_key = "entities" if key in {"text", "message_text"} else "caption_entities"
    mode = text_of(params, "parse_mode").lower()
    try:
        source.encode()
    except UnicodeEncodeError as error:
        raise bad("strings must be encoded in UTF-8") from error
    if mode == "html":
        try:
            text, entities = parse_html(source)
        except EntityError as error:
            raise bad(f"can't parse entities: {error}") from error
    elif mode in {"", "none"}:
        given = structure(params, entities_key) or []
        text, entities = trimmed(cleaned(source), _given(given))
    elif mode in {"markdown", "markdownv2"}:
        raise bad("the stand-in reads no Markdown, only HTML")
    else:
        raise bad("unsupported parse_mode")
    if units(text) > limit:
        raise bad("message is too long" if limit == TEXT_LIMIT else "message caption is too long")
    return text, entities


def _given(entities: object) -> list[Json]:
    """Entities that a call brings along."""
    if not isinstance(entities, list) or not all(isinstance(entity, dict) for entity in entities):
        raise bad("can't parse entities JSON object")
    if any(not isinstance(entity.get(key), int) for entity in entities for key in ("offset", "length")):
        raise bad("can't parse entities: Can't find field \"offset\"")
    return [entity for entity in entities if entity["length"] > 0 and entity["offset"] >= 0]


def message_text(params: Json, key: str = "text") -> tuple[str, list[Json]]:
    """The text of a message, which must not be empty."""
    if not text_of(params, key):
        raise bad("message text is empty")
    text, entities = formatted(params, key, TEXT_LIMIT)
    if not text.translate(_INVISIBLE).strip():
        raise bad("text must be non-empty")
    return text, entities


def reply_markup(params: Json, *, inline_only: bool = False) -> Json | None:
    """The keyboard of a message; None without one."""
    markup = structure(params, "reply_markup")
    if markup is None or markup == {}:
        return None
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" in markup:
        return _inline_keyboard(markup)
    if inline_only:
        raise bad("inline keyboard expected")
    if "keyboard" in markup:
        if not isinstance(markup["keyboard"], list) or not all(isinstance(row, list) for row in markup["keyboard"]):
            raise bad('field "keyboard" of the ReplyKeyboardMarkup must be an Array of Arrays')
    elif not markup.get("remove_keyboard") and not markup.get("force_reply"):
        raise bad("object expected as reply markup")
    return markup


def _inline_keyboard(markup: Json) -> Json | None:
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list):
        raise bad('field "inline_keyboard" must be of type Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad('field "inline_keyboard" must be an Array of Arrays')
    buttons = [button for row in rows for button in row]
    for button in buttons:
        _check_button(button)
    if len(buttons) > _MOST_BUTTONS:
        raise bad("REPLY_MARKUP_TOO_LONG")
    kept = [row for row in rows if row]
    return {"inline_keyboard": kept} if kept else None


def _check_button(button: object) -> None:
    """Make sure that a button says something and does one thing."""
    if not isinstance(button, dict):
        raise bad("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    text = button.get("text")
    if not isinstance(text, str) or not text.strip():
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    work = [key for key in _WORK if key in button and button[key] is not None]
    if len(work) != 1:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    value = button[work[0]]
    if work == ["callback_data"]:
        if not isinstance(value, str) or not 1 <= len(value.encode("utf-8", "replace")) <= 64:
            raise bad("BUTTON_DATA_INVALID")
    elif work == ["url"]:
        check_url(value)
    elif work == ["copy_text"]:
        copied = value.get("text") if isinstance(value, dict) else None
        if not isinstance(copied, str) or not 1 <= units(copied) <= 256:
            raise bad("BUTTON_COPY_TEXT_INVALID")


def check_url(url: object) -> None:
    """Make sure that the address of a button can be opened."""
    shown = url if isinstance(url, str) else ""
    try:
        parts = urlsplit(shown)
    except ValueError:
        parts = urlsplit("")
    reason = ""
    if parts.scheme not in {"http", "https", "tg"}:
        reason = "Unsupported URL protocol" if parts.scheme else "Wrong HTTP URL"
    elif not parts.netloc and parts.scheme != "tg":
        reason = "URL host is empty"
    elif parts.scheme != "tg" and "." not in (parts.hostname or "") and ":" not in (parts.hostname or ""):
        reason = "Wrong HTTP URL"  # names of machines at home, localhost among them, are refused
    if reason or re.search(r"\s", shown):
        raise bad(f"inline keyboard button URL '{shown}' is invalid: {reason or 'Wrong HTTP URL'}")


def chat_action(params: Json) -> str:
    """What a bot is seen doing."""
    action = text_of(params, "action")
    if action not in _ACTIONS:
        raise bad("wrong parameter action in request")
    return action


def callback_answer(params: Json) -> Json:
    """What is shown to a user who pressed a button."""
    text = text_of(params, "text")
    if units(text) > 200:
        raise bad("MESSAGE_TOO_LONG")
    return {"text": text, "show_alert": flag(params, "show_alert"), "url": text_of(params, "url")}


def commands(params: Json) -> list[Json]:
    """The commands of a bot's menu."""
    given = structure(params, "commands")
    if not isinstance(given, list):
        raise bad("expected an Array of BotCommand")
    for command in given:
        name = command.get("command") if isinstance(command, dict) else None
        if not isinstance(name, str) or not re.fullmatch(r"/?[a-z0-9_]{1,32}", name):
            raise bad("BOT_COMMAND_INVALID")
        description = command.get("description")
        if not isinstance(description, str) or not 1 <= units(description.strip()) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    if len(given) > _MOST_COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    return [{"command": one["command"].removeprefix("/"), "description": one["description"].strip()} for one in given]


def inline_results(params: Json) -> list[Json]:
    """Results of an inline query, the messages in them read.

    Returns:
        Each as it was given, with ``message`` (text, entities, reply_markup) beside it.
    """
    given = structure(params, "results")
    if not isinstance(given, list):
        raise bad("can't parse inline query results JSON object")
    if len(given) > _MOST_RESULTS:
        raise bad("RESULTS_TOO_MUCH")
    if len(text_of(params, "next_offset").encode()) > 64:
        raise bad("NEXT_OFFSET_INVALID")
    results = [_inline_result(result) for result in given]
    if len({result["id"] for result in results}) < len(results):
        raise bad("RESULT_ID_DUPLICATE")
    return results


def _inline_result(result: object) -> Json:
    if not isinstance(result, dict):
        raise bad("can't parse inline query result: Inline query result must be an object")
    identity = result.get("id")
    if not isinstance(identity, str) or not 1 <= len(identity.encode()) <= 64:
        raise bad("RESULT_ID_INVALID")
    if result.get("type") != "article":
        return result  # files and the like: the stand-in shows none
    if not result.get("title"):
        raise bad("can't parse inline query result: Can't find field \"title\"")
    content = result.get("input_message_content")
    if not isinstance(content, dict):
        raise bad("can't parse inline query result: Can't find field \"input_message_content\"")
    try:
        text, entities = message_text(content, "message_text")
        markup = reply_markup(result, inline_only=True)
    except Refused as refused:
        reason = refused.description.removeprefix("Bad Request: ")
        if reason.isupper():
            raise
        raise bad(f"can't parse inline query result: {reason[0].upper()}{reason[1:]}") from refused
    message: Json = {"text": text, "entities": entities}
    if markup:
        message["reply_markup"] = markup
    return {**result, "message": message}
