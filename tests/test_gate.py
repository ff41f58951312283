"""Who is answered, what those are told who are not, and how often."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from speechbot.telegram.records import Standing
from speechbot.wording import zh_telegram
from tests.telegram_kit import ADMIN, ANNA, BERTA, QUESTION, labels, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.telegram_kit import Json, Rig

CODE = "open-sesame"
CLOSED = {"access": "closed", "users": frozenset({ANNA}), "admins": frozenset({ADMIN})}


def is_answer(sent: list[Json]) -> bool:
    """Whether it is the one message that answers ``QUESTION``."""
    return [text[:1] for text in texts(sent)] == ["📖"]


@pytest.mark.parametrize(
    ("options", "expected", "buttons"),
    [
        ({"admins": {ADMIN}}, [zh_telegram.STRANGER, zh_telegram.STRANGER_APPLY], [zh_telegram.APPLY]),
        ({"join_code": CODE}, [zh_telegram.STRANGER, zh_telegram.STRANGER_CODE], []),
        (
            {"admins": {ADMIN}, "join_code": CODE},
            [zh_telegram.STRANGER, zh_telegram.STRANGER_APPLY, zh_telegram.STRANGER_CODE],
            [zh_telegram.APPLY],
        ),
        ({"users": {ANNA}}, [zh_telegram.STRANGER, zh_telegram.STRANGER_CONTACT.format(user=BERTA)], []),
    ],
)
@pytest.mark.parametrize(
    "text", [QUESTION, "/start", "/help", "/sources", "/outline", "/nothing", "/start p_" + "0" * 16]
)
def test_strangers(
    rigged: Callable[..., Rig], options: dict[str, object], expected: list[str], buttons: list[str], text: str
) -> None:
    """Whatever they write in private, they are told how to be let in, and nothing else."""
    rig = rigged(access="closed", **options)
    (message,) = rig.say(BERTA, text)

    assert message["text"].split("\n") == expected
    assert labels(message) == buttons


def test_the_first_admin_learns_their_number(rigged: Callable[..., Rig]) -> None:
    """As the README says: with nothing but this setting, whoever writes is told it."""
    readme = (Path(__file__).parent.parent / "README.zh-CN.md").read_text(encoding="utf-8")
    name, value = readme.partition("不知道编号时先写")[2].split("`")[1].split("=")
    rig = rigged(**{name.removeprefix("SPEECHBOT_").lower(): value})

    (message,) = texts(rig.say(ADMIN, "/start"))
    assert zh_telegram.STRANGER_CONTACT.format(user=ADMIN) in message


def test_strangers_pictures(rigged: Callable[..., Rig]) -> None:
    """What is no text is met with the same words."""
    rig = rigged(**CLOSED)
    for send in (rig.world.sticker, rig.world.voice, rig.world.photo):
        send(BERTA)
        assert [text.split("\n")[0] for text in texts(rig.deliver())] == [zh_telegram.STRANGER]


def test_who_is_let_in_by_the_settings(rigged: Callable[..., Rig]) -> None:
    """Users, admins and groups that they name; in such a group everybody."""
    rig = rigged(**CLOSED)
    group = rig.world.group()
    assert is_answer(rig.say(ANNA, QUESTION))
    assert is_answer(rig.say(ADMIN, QUESTION))
    assert texts(rig.say(ANNA, f"/ask {QUESTION}", chat=group)) == [zh_telegram.GROUP_UNKNOWN]
    rig.ledger.set_group(group, Standing.ALLOWED, ADMIN, 0.0)
    assert is_answer(rig.say(BERTA, f"/ask {QUESTION}", chat=group))


def test_an_unknown_group_is_told_only_where_it_asks(rigged: Callable[..., Rig]) -> None:
    """One line for who turned to the bot, silence for all else."""
    rig = rigged(**CLOSED)
    rig.world.privacy = False
    group = rig.world.group()
    assert texts(rig.say(BERTA, f"@standin_bot {QUESTION}", chat=group)) == [zh_telegram.GROUP_UNKNOWN]
    assert texts(rig.say(BERTA, "/help", chat=group)) == [zh_telegram.GROUP_UNKNOWN]
    assert rig.say(BERTA, QUESTION, chat=group) == []
    assert rig.say(BERTA, "/nothing", chat=group) == []


def test_denied(rigged: Callable[..., Rig]) -> None:
    """A denied person is told so in private, in groups nothing; a denied group hears nothing."""
    rig = rigged()
    group = rig.world.group()
    rig.desk.access.deny(BERTA, ADMIN)
    assert texts(rig.say(BERTA, QUESTION)) == [zh_telegram.DENIED]
    assert rig.say(BERTA, f"/ask {QUESTION}", chat=group) == []
    assert is_answer(rig.say(ANNA, f"/ask {QUESTION}", chat=group))
    rig.ledger.set_group(group, Standing.DENIED, ADMIN, 0.0)
    assert rig.say(ANNA, f"/ask {QUESTION}", chat=group) == []
    assert rig.metrics.questions()["refused"] == 3


def test_who_writes_in_the_name_of_a_chat(rigged: Callable[..., Rig]) -> None:
    """A channel and an anonymous admin are nobody: answered where the group is let in, for none of the settings' people."""
    rig = rigged(**CLOSED)
    group = rig.world.group()
    content = {"text": f"/ask {QUESTION}", "entities": [{"type": "bot_command", "offset": 0, "length": 4}]}
    anonymous = {**content, "sender_chat": rig.world.chats[group].info}
    rig.world.user(1087968824, "GroupAnonymousBot", username="GroupAnonymousBot")
    rig.world.send(1087968824, anonymous, chat=group)
    assert texts(rig.deliver()) == [zh_telegram.GROUP_UNKNOWN]

    # Not even where the stand-in of a person that comes with it has a name of the settings
    rig.world.send(ADMIN, anonymous, chat=group)
    assert texts(rig.deliver()) == [zh_telegram.GROUP_UNKNOWN]

    rig.ledger.set_group(group, Standing.ALLOWED, ADMIN, 0.0)
    rig.world.send(1087968824, anonymous, chat=group)
    (answer,) = rig.deliver()
    assert is_answer([answer])
    kept = rig.ledger.question_of(group, answer["message_id"])
    assert kept is not None
    assert kept.user_id is None
    assert rig.ledger.person(1087968824) is None


def test_channels(rig: Rig) -> None:
    """Posts of a channel that the bot is in are no questions."""
    channel = rig.world.group(kind="channel")
    post = rig.world.put(rig.world.chats[channel], rig.world.user(ANNA), {"text": f"@standin_bot {QUESTION}"})
    bare = {key: value for key, value in post.items() if key != "from"}
    for kind in ("channel_post", "edited_channel_post"):
        rig.world.raw({kind: bare})

    assert rig.deliver() == []


def test_asking_too_fast(rigged: Callable[..., Rig]) -> None:
    """Once it is said how long to wait, then nothing until that is over; others are not concerned."""
    rig = rigged(questions_per_minute=2)
    assert is_answer(rig.say(ANNA, QUESTION))
    assert is_answer(rig.say(ANNA, QUESTION))
    assert texts(rig.say(ANNA, QUESTION)) == [zh_telegram.TOO_FAST.format(seconds=30)]
    rig.wait(10)
    assert rig.say(ANNA, QUESTION) == []
    assert is_answer(rig.say(BERTA, QUESTION))
    rig.wait(20)
    assert is_answer(rig.say(ANNA, QUESTION))
    assert texts(rig.say(ANNA, QUESTION)) == [zh_telegram.TOO_FAST.format(seconds=30)]
    assert rig.metrics.questions() == {"found": 4, "limited": 3}


def test_the_word_on_the_limit_stands_below_the_question(rigged: Callable[..., Rig]) -> None:
    """So that it is clear which one is not answered."""
    rig = rigged(questions_per_minute=1)
    rig.say(ANNA, QUESTION)
    asked = rig.world.say(ANNA, QUESTION)
    (told,) = rig.deliver()

    assert told["reply_to_message"]["message_id"] == asked["message_id"]


def test_the_limit_is_of_a_person_not_of_a_chat(rigged: Callable[..., Rig]) -> None:
    """In a group each has their own; edits and stickers count as well."""
    rig = rigged(questions_per_minute=1)
    group = rig.world.group()
    assert is_answer(rig.say(ANNA, f"/ask {QUESTION}", chat=group))
    assert is_answer(rig.say(BERTA, f"/ask {QUESTION}", chat=group))
    assert texts(rig.say(ANNA, QUESTION)) == [zh_telegram.TOO_FAST.format(seconds=60)]
    rig.world.sticker(ANNA)
    assert rig.deliver() == []


def test_strangers_have_the_same_limit(rigged: Callable[..., Rig]) -> None:
    """Whoever is told that they may not, in private or in a group, is not told for each of a thousand messages."""
    rig = rigged(**CLOSED, questions_per_minute=2)
    group = rig.world.group()
    told = [texts(rig.say(BERTA, text)) for text in (QUESTION, "/start", "/help", QUESTION)]

    assert [len(some) for some in told] == [1, 1, 1, 0]
    assert told[2] == [zh_telegram.TOO_FAST.format(seconds=30)]
    assert rig.say(BERTA, f"/ask {QUESTION}", chat=group) == []


def test_no_limit(rigged: Callable[..., Rig]) -> None:
    """Where it is off."""
    rig = rigged(questions_per_minute=0)

    assert all(is_answer(rig.say(ANNA, QUESTION)) for _ in range(30))
