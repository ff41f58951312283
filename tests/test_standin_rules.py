"""Parameters are refused as the Bot API refuses them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from speechbot.standin.rules import Refused, commands, formatted, inline_results, message_text, reply_markup


def keyboard(*buttons: dict[str, Any]) -> dict[str, Any]:
    """Parameters with a keyboard of one button a row."""
    return {"reply_markup": json.dumps({"inline_keyboard": [[button] for button in buttons]})}


def article(**more: Any) -> dict[str, Any]:
    """A result of an inline query."""
    return {"type": "article", "id": "1", "title": "t", "input_message_content": {"message_text": "x"}, **more}


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({}, "message text is empty"),
        ({"text": ""}, "message text is empty"),
        ({"text": " \n\u200b"}, "text must be non-empty"),
        ({"text": "<b></b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "<x>", "parse_mode": "html"}, 'can\'t parse entities: Unsupported start tag "x" at byte offset 0'),
        ({"text": "x", "parse_mode": "odd"}, "unsupported parse_mode"),
        ({"text": "\ud800"}, "strings must be encoded in UTF-8"),
        ({"text": "x", "entities": "["}, "can't parse entities JSON object"),
    ],
)
def test_texts(params: dict[str, Any], reason: str) -> None:
    """A message says something, in markup that can be read, within its length."""
    with pytest.raises(Refused) as refused:
        message_text(params)

    assert (refused.value.code, refused.value.description) == (400, f"Bad Request: {reason}")


def test_length_is_counted_after_markup() -> None:
    """Tags do not count; a caption has its own limit."""
    text, _ = message_text({"text": f"<b>{'&lt;' * 4096}</b>", "parse_mode": "HTML"})

    assert text == "<" * 4096
    with pytest.raises(Refused, match="message caption is too long"):
        formatted({"caption": "x" * 1025}, "caption", 1024)


@pytest.mark.parametrize(
    ("button", "reason"),
    [
        ({"text": "a", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "callback_data": "x" * 65}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "callback_data": "江" * 22}, "BUTTON_DATA_INVALID"),
        ({"text": "", "callback_data": "x"}, "can't parse inline keyboard button: "),
        ({"text": "a"}, "can't parse inline keyboard button: "),
        ({"text": "a", "callback_data": "x", "url": "https://a.org"}, "can't parse inline keyboard button: "),
        ({"text": "a", "copy_text": {"text": ""}}, "BUTTON_COPY_TEXT_INVALID"),
        ({"text": "a", "copy_text": {"text": "x" * 257}}, "BUTTON_COPY_TEXT_INVALID"),
        ({"text": "a", "url": "ftp://a.org"}, "inline keyboard button URL 'ftp://a.org' is invalid: Unsupported"),
        ({"text": "a", "url": "http://localhost/"}, "inline keyboard button URL 'http://localhost/' is invalid: "),
    ],
)
def test_buttons(button: dict[str, Any], reason: str) -> None:
    """A button says something and does one thing."""
    with pytest.raises(Refused) as refused:
        reply_markup(keyboard(button))

    assert refused.value.description.startswith(f"Bad Request: {reason}")


def test_keyboards() -> None:
    """A hundred buttons fit; an empty keyboard is none."""
    button = {"text": "a", "callback_data": "江" * 21 + "x"}

    kept = reply_markup(keyboard(*[button] * 100))

    assert kept is not None
    assert len(kept["inline_keyboard"]) == 100
    assert reply_markup({"reply_markup": '{"inline_keyboard": []}'}) is None
    with pytest.raises(Refused, match="REPLY_MARKUP_TOO_LONG"):
        reply_markup(keyboard(*[button] * 101))


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ([{"command": "Ask", "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "a" * 33, "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "ask", "description": ""}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([{"command": "ask", "description": "x" * 257}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([{"command": "ask", "description": "x"}] * 101, "BOT_COMMANDS_TOO_MUCH"),
        ('"ask"', "expected an Array of BotCommand"),
    ],
)
def test_menus(given: Any, reason: str) -> None:
    """Commands have names that clients can send, and a word on each."""
    with pytest.raises(Refused, match=reason):
        commands({"commands": given})


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ([article(id=str(number)) for number in range(51)], "RESULTS_TOO_MUCH"),
        ([article(), article()], "RESULT_ID_DUPLICATE"),
        ([article(id="")], "RESULT_ID_INVALID"),
        ([article(id="江" * 22)], "RESULT_ID_INVALID"),
        ([article(title="")], 'Can\'t find field "title"'),
        ([article(input_message_content={"message_text": ""})], "inline query result: Message text is empty"),
        ([article(reply_markup={"inline_keyboard": [[{"text": "a", "callback_data": ""}]]})], "BUTTON_DATA_INVALID"),
    ],
)
def test_inline_results(given: list[dict[str, Any]], reason: str) -> None:
    """Results can be told apart, and each becomes a message that could be sent."""
    with pytest.raises(Refused, match=reason):
        inline_results({"results": given})
