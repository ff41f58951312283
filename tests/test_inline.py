"""Questions typed behind the bot's name in any chat."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from speechbot.telegram.records import Standing
from speechbot.wording import zh_telegram
from tests.telegram_kit import ADMIN, ANNA, BERTA, QUESTION, UNANSWERED, marked

if TYPE_CHECKING:
    from collections.abc import Callable

    from speechbot import Retriever
    from tests.telegram_kit import Json, Rig

CLOSED = {"access": "closed", "users": frozenset({ANNA}), "admins": frozenset({ADMIN})}
SEVERAL = "水库的渗漏"


def ask(rig: Rig, user: int, text: str) -> Json:
    """The one answer to an inline query."""
    number = rig.world.inline(user, text)
    assert rig.deliver() == []
    answer: Json
    (answer,) = rig.world.inlines[number].answers
    return answer


def sharing(rig: Rig) -> tuple[str, str]:
    """How long the latest answer may be kept, and whether it is one person's."""
    call = [call for call in rig.world.calls if call.method == "answerInlineQuery"][-1]
    return call.params["cache_time"], call.params["is_personal"]


def test_results_are_answers(rig: Rig) -> None:
    """The sentence in the list; the message that choosing it sends names the place and quotes the paragraph."""
    (result,) = ask(rig, ANNA, QUESTION)["results"]

    assert result["description"] == "购书经费要花在读者身上。"
    assert result["title"].startswith("《在全市公共图书馆建设座谈会上的讲话》")
    message = result["message"]
    assert message["text"].split("\n")[0].startswith("📖 《在全市公共图书馆建设座谈会上的讲话》 › 二、管好每一本书的钱")
    assert marked(message, "bold") == ["购书经费要花在读者身上。", zh_telegram.CONTEXT]
    assert "reply_markup" not in message


def test_several_results(rigged: Callable[..., Rig], wide_retriever: Retriever) -> None:
    """Each another passage."""
    rig = rigged(retriever=wide_retriever)
    results = ask(rig, ANNA, SEVERAL)["results"]

    assert len(results) == len({result["message"]["text"] for result in results}) > 1


def test_open_results_are_shared(rig: Rig) -> None:
    """Telegram may show them to others; what is no answer it asks for anew."""
    ask(rig, ANNA, QUESTION)
    assert sharing(rig) == ("300", "false")
    ask(rig, ANNA, UNANSWERED)
    assert sharing(rig) == ("0", "true")


def test_closed_results_are_personal(rigged: Callable[..., Rig]) -> None:
    """Nobody else is shown what is answered to who may ask."""
    rig = rigged(**CLOSED)
    assert len(ask(rig, ANNA, QUESTION)["results"]) == 1
    assert sharing(rig) == ("0", "true")


def test_strangers_get_a_way_in(rigged: Callable[..., Rig]) -> None:
    """No results, a button that opens the conversation, where it is said how to apply; likewise whoever was denied."""
    rig = rigged(**CLOSED)
    rig.ledger.set_standing(7, Standing.DENIED, ADMIN, 0.0)
    for user in (BERTA, 7):
        answer = ask(rig, user, QUESTION)
        assert answer["results"] == []
        assert answer["button"] == {"text": zh_telegram.INLINE_APPLY, "start_parameter": "from-inline"}
        assert sharing(rig) == ("0", "true")
    (told,) = rig.say(BERTA, "/start from-inline")
    assert told["text"].startswith(zh_telegram.STRANGER)


def test_coming_in_by_the_button_is_no_try_of_the_code(rigged: Callable[..., Rig]) -> None:
    """However often."""
    rig = rigged(access="closed", join_code="open-sesame")
    for _ in range(6):
        rig.say(BERTA, "/start from-inline")

    assert rig.say(BERTA, "/join open-sesame")[0]["text"] == zh_telegram.JOINED


@pytest.mark.parametrize(
    ("text", "button"),
    [
        ("", zh_telegram.INLINE_ASK),
        ("   ", zh_telegram.INLINE_ASK),
        ("？", zh_telegram.INLINE_ASK),
        ("x\x01", zh_telegram.INLINE_ASK),
        ("问" * 501, zh_telegram.INLINE_ASK),
        (UNANSWERED, zh_telegram.INLINE_OPEN),
    ],
)
def test_no_results(rig: Rig, text: str, button: str) -> None:
    """Before anything is asked, and where nothing is found, a button opens the conversation."""
    answer = ask(rig, ANNA, text)

    assert answer["results"] == []
    assert answer["button"] == {"text": button, "start_parameter": "from-inline"}


def test_typing_answers_only_the_newest(rig: Rig) -> None:
    """Keys pressed while an answer is on its way are not all answered, which would only show too late."""
    rig.pool.delay = 1.0
    numbers = [rig.world.inline(ANNA, QUESTION[:length]) for length in range(1, len(QUESTION) + 1)]
    other = rig.world.inline(BERTA, QUESTION)
    rig.deliver()
    answered = [number for number in (*numbers, other) if rig.world.inlines[number].answers]

    assert answered in ([numbers[0], numbers[-1], other], [numbers[-1], other])
    assert len(rig.world.inlines[numbers[-1]].answers[0]["results"]) == 1


def test_only_chosen_results_are_questions(rig: Rig) -> None:
    """What is typed on the way to one is not counted; where questions are not kept, its text is not."""
    number = rig.world.inline(ANNA, QUESTION)
    rig.deliver()
    assert rig.ledger.usage(0.0).questions == 0
    (result,) = rig.world.inlines[number].answers[0]["results"]
    rig.world.choose(number, result["id"])
    rig.deliver()

    assert rig.ledger.usage(0.0).questions == 1
    assert rig.metrics.questions() == {"inline": 1}
    rows = rig.ledger._rows("SELECT text, user_id, chat_id, kind, passages FROM questions")
    assert rows == [(QUESTION, ANNA, None, "inline", json.dumps([result["id"].partition(".")[0]]))]


def test_chosen_results_without_their_text(rigged: Callable[..., Rig]) -> None:
    """Where questions are not kept."""
    rig = rigged(log_questions=False)
    number = rig.world.inline(ANNA, QUESTION)
    rig.deliver()
    rig.world.choose(number, rig.world.inlines[number].answers[0]["results"][0]["id"])
    rig.deliver()

    assert rig.ledger._rows("SELECT text FROM questions") == [(None,)]


def test_messages_sent_by_way_of_the_bot_are_no_questions(rig: Rig) -> None:
    """They come back to it, in private and in groups; those by way of other bots are somebody's words."""
    group = rig.world.group()
    rig.world.privacy = False
    for chat in (0, group):
        content: Json = {"text": f"@standin_bot {QUESTION}", "via_bot": rig.world.me}
        content["entities"] = [{"type": "mention", "offset": 0, "length": 12}]
        rig.world.send(ANNA, content, chat=chat)
    assert rig.deliver() == []
    rig.world.send(ANNA, {"text": QUESTION, "via_bot": {"id": 77, "is_bot": True, "first_name": "x", "username": "x"}})
    assert len(rig.deliver()) == 1


def test_too_many_keys(rigged: Callable[..., Rig]) -> None:
    """Five for each question that is allowed a minute; beyond it no results, and no message either."""
    rig = rigged(questions_per_minute=1)
    found = [len(ask(rig, ANNA, QUESTION)["results"]) for _ in range(6)]

    assert found == [1] * 5 + [0]
