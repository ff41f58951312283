"""Commands of members, and words for whatever is no question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from speechbot.telegram import application
from speechbot.telegram.records import Standing
from speechbot.wording import zh_telegram
from tests.telegram_kit import ADMIN, ANNA, BERTA, QUESTION, labels, marked, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from speechbot import Retriever
    from tests.telegram_kit import Rig

CODE = "open-sesame"
CLOSED: dict[str, Any] = {"access": "closed", "users": frozenset({ANNA}), "admins": frozenset({ADMIN})}


def test_start(rig: Rig) -> None:
    """How much there is, three questions that are answered."""
    (greeting,) = rig.say(ANNA, "/start")

    assert greeting["text"] == zh_telegram.START.format(speeches=2, passages=20) + "\n" + zh_telegram.START_EXAMPLES
    assert len(labels(greeting)) == 3
    for question in labels(greeting):
        assert rig.say(ANNA, question)[0]["text"].startswith("📖")


def test_links_lead_to_their_passage(rig: Rig) -> None:
    """Each of them; what is gone says so, what is none greets."""
    for speech in rig.desk.retriever.speeches():
        for passage in speech.passages:
            (reading,) = rig.say(ANNA, f"/start p_{passage.id}")
            assert marked(reading, "blockquote") == [passage.text]
            assert f"https://t.me/standin_bot?start=p_{passage.id}" in reading["text"]
    assert texts(rig.say(ANNA, "/start p_" + "f" * 16)) == [zh_telegram.GONE]
    for payload in ("p_x", "inline", "😀", "p_" + "F" * 16):
        assert labels(rig.say(ANNA, f"/start {payload}")[0])[0].startswith("怎样理解")


@pytest.mark.parametrize("command", ["/join", "/start"])
def test_the_code_lets_in(rigged: Callable[..., Rig], command: str) -> None:
    """By command and by link; the greeting follows, and questions are answered from then on."""
    rig = rigged(access="closed", join_code=CODE)
    sent = texts(rig.say(BERTA, f"{command} {CODE}"))

    assert sent[0] == zh_telegram.JOINED
    assert sent[1].startswith("您好！")
    assert rig.say(BERTA, QUESTION)[0]["text"].startswith("📖")


def test_who_comes_by_code_is_known_by_name(rigged: Callable[..., Rig]) -> None:
    """At once; who may ask already needs no code."""
    rig = rigged(access="closed", join_code=CODE)
    rig.say(BERTA, f"/join {CODE}")
    person = rig.ledger.person(BERTA)
    assert person is not None
    assert person.name == f"User {BERTA}"
    assert texts(rig.say(BERTA, "/join wrong1")) == [zh_telegram.JOIN_NEEDLESS]


def test_start_tells_admins_what_they_can_do(rigged: Callable[..., Rig]) -> None:
    """Nobody else, and not in a group."""
    rig = rigged(admins=frozenset({ADMIN}))
    group = rig.world.group()
    seen = [
        zh_telegram.START_ADMIN in texts(rig.say(user, "/start", chat=chat))[0]
        for user, chat in ((ADMIN, 0), (ANNA, 0), (ADMIN, group))
    ]

    assert seen == [True, False, False]


def test_start_tells_admins_who_waits(rigged: Callable[..., Rig]) -> None:
    """Who asked before the admin could be reached, with the buttons to decide."""
    rig = rigged(access="closed", admins=frozenset({ADMIN}))
    rig.say(BERTA, QUESTION)
    rig.desk.access.request(BERTA)
    _, waiting = rig.say(ADMIN, "/start")

    assert f"编号 {BERTA}" in waiting["text"]
    assert labels(waiting) == ["允许 1", "拒绝 1"]


def test_wrong_codes(rigged: Callable[..., Rig]) -> None:
    """Five tries an hour, by either way; then the right one does not help until the hour is over."""
    rig = rigged(access="closed", join_code=CODE)
    for _ in range(3):
        assert texts(rig.say(BERTA, "/join wrong1")) == [zh_telegram.JOIN_WRONG]
    for _ in range(2):
        (stranger,) = texts(rig.say(BERTA, "/start wrong1"))
        assert stranger.split("\n")[0] == zh_telegram.STRANGER
    assert texts(rig.say(BERTA, f"/join {CODE}")) == [zh_telegram.JOIN_WRONG]
    assert texts(rig.say(BERTA, f"/start {CODE}"))[0].split("\n")[0] == zh_telegram.STRANGER
    rig.wait(3601)
    assert texts(rig.say(BERTA, f"/join {CODE}"))[0] == zh_telegram.JOINED


def test_codes_elsewhere(rigged: Callable[..., Rig]) -> None:
    """Without a code it says how; in a group nothing is read; where no code is set none fits."""
    rig = rigged(access="closed", join_code=CODE)
    group = rig.world.group()
    assert texts(rig.say(BERTA, "/join")) == [zh_telegram.JOIN_USAGE]
    assert rig.say(BERTA, f"/join {CODE}", chat=group) == []
    rig.say(BERTA, f"/start {CODE}", chat=group)
    assert texts(rig.say(BERTA, QUESTION))[0].split("\n")[0] == zh_telegram.STRANGER
    rig.desk.access.deny(BERTA, ADMIN)
    assert texts(rig.say(BERTA, f"/join {CODE}")) == [zh_telegram.JOIN_WRONG]


def test_no_code_is_set(rigged: Callable[..., Rig]) -> None:
    """Nothing lets in then."""
    rig = rigged(**CLOSED)

    assert texts(rig.say(BERTA, f"/join {CODE}")) == [zh_telegram.JOIN_WRONG]


def test_help(rigged: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch) -> None:
    """Its commands, in a group how to ask there; the admins' part for admins in private only."""
    monkeypatch.setattr(application, "COMMANDS_ADMIN", [("rebuild", "重建<索引>")])
    rig = rigged(**CLOSED)
    group = rig.world.group()
    rig.ledger.set_group(group, Standing.ALLOWED, ADMIN, 0.0)
    (member,) = texts(rig.say(ANNA, "/help"))
    (admin,) = texts(rig.say(ADMIN, "/help"))

    assert all(f"/{name} {text}" in member for name, text in zh_telegram.COMMANDS)
    assert admin == f"{member}\n\n" + zh_telegram.HELP_ADMIN.format(commands="/rebuild 重建<索引>")
    assert texts(rig.say(ADMIN, "/help", chat=group)) == [zh_telegram.HELP_GROUP.format(bot="standin_bot")]


@pytest.mark.parametrize(
    ("logged", "expected"), [(True, zh_telegram.PRIVACY_LOGGED), (False, zh_telegram.PRIVACY_UNLOGGED)]
)
def test_privacy(rigged: Callable[..., Rig], *, logged: bool, expected: str) -> None:
    """What is kept and for how many days; strangers may know."""
    rig = rigged(**CLOSED, keep_days=33, log_questions=logged)
    for user in (ANNA, BERTA):
        (text,) = texts(rig.say(user, "/privacy"))
        assert expected in text
        assert "33 天" in text


def test_forget(rigged: Callable[..., Rig]) -> None:
    """Everything of who asks is deleted, others' stays; whether they may ask stays too."""
    rig = rigged(access="closed", admins=frozenset({ADMIN}))
    rig.desk.access.allow(ANNA, ADMIN)
    rig.desk.access.allow(BERTA, ADMIN)
    (answer,) = rig.say(ANNA, QUESTION)
    rig.press(ANNA, answer, zh_telegram.USEFUL)
    (other,) = rig.say(BERTA, QUESTION)
    (told,) = texts(rig.say(ANNA, "/forget"))

    assert told == zh_telegram.FORGOTTEN.format(count=4)
    assert rig.ledger.question_of(ANNA, answer["message_id"]) is None
    assert rig.ledger.question_of(BERTA, other["message_id"]) is not None
    person = rig.ledger.person(ANNA)
    assert person is not None
    assert (person.name, person.standing) == ("", Standing.ALLOWED)
    assert rig.say(ANNA, QUESTION)[0]["text"].startswith("📖")
    assert texts(rig.say(7, "/forget")) == [zh_telegram.FORGOTTEN_NONE]


def test_sources_and_outline(rigged: Callable[..., Rig], wide_retriever: Retriever) -> None:
    """The list in pages; an outline by number, by a part of a title; the list again where that is unclear."""
    rig = rigged(retriever=wide_retriever)
    (listed,) = rig.say(ANNA, "/sources")
    assert listed["text"].split("\n")[0] == zh_telegram.SOURCES_PAGE.format(count=12, page=1, pages=2)
    assert len(labels(listed)) == 9
    for number in range(1, 13):
        (outline,) = rig.say(ANNA, f"/outline {number}")
        title = outline["text"].split("\n")[0]
        assert title == f"《{rig.desk.retriever.speeches()[number - 1].title}》"
    assert rig.say(ANNA, "/outline 长堤")[0]["text"].split("\n")[0] == "《长堤讲话》"
    for several in ("/outline", "/outline 水库"):
        assert texts(rig.say(ANNA, several)) == [listed["text"]]
    for unknown in ("没有这篇", "13", "<b>&", "²"):
        assert texts(rig.say(ANNA, f"/outline {unknown}")) == [
            zh_telegram.OUTLINE_UNKNOWN.format(title=unknown),
            listed["text"],
        ]


def test_unknown_commands(rig: Rig) -> None:
    """A word in private, silence in groups, even where they name the bot; other bots' commands too."""
    group = rig.world.group()
    assert texts(rig.say(ANNA, "/nothing")) == [zh_telegram.UNKNOWN_COMMAND]
    assert texts(rig.say(ANNA, "/startx")) == [zh_telegram.UNKNOWN_COMMAND]
    for text in ("/nothing", "/nothing@standin_bot", "/start@other_bot"):
        assert rig.say(ANNA, text, chat=group) == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"photo": [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]}, zh_telegram.PHOTO),
        ({"dice": {"emoji": "🎲", "value": 3}}, zh_telegram.STICKER),
        ({"document": {"file_id": "f", "file_unique_id": "u"}}, zh_telegram.FILE),
        ({"location": {"latitude": 1.0, "longitude": 2.0}}, zh_telegram.OTHER),
        ({"contact": {"phone_number": "1", "first_name": "x"}}, zh_telegram.OTHER),
        ({"video_note": {"file_id": "f", "file_unique_id": "u", "length": 1, "duration": 1}}, zh_telegram.VOICE),
        ({}, zh_telegram.OTHER),
    ],
)
def test_what_is_no_text(rig: Rig, content: dict[str, Any], expected: str) -> None:
    """A friendly word for each kind."""
    rig.world.send(ANNA, content)

    assert texts(rig.deliver()) == [expected]


def test_stickers_and_voice(rig: Rig) -> None:
    """Likewise; an edited picture is not met again."""
    rig.world.sticker(ANNA)
    rig.world.voice(ANNA)
    photo = rig.world.photo(ANNA)
    assert texts(rig.deliver()) == [zh_telegram.STICKER, zh_telegram.VOICE, zh_telegram.PHOTO]
    rig.world.push("edited_message", {**photo, "edit_date": 1})
    assert rig.deliver() == []


@pytest.mark.parametrize(
    "content",
    [
        {"pinned_message": {"message_id": 1, "date": 0, "chat": {"id": ANNA, "type": "private"}}},
        {"message_auto_delete_timer_changed": {"message_auto_delete_time": 60}},
        {"write_access_allowed": {}},
        {"chat_background_set": {"type": {"type": "chat_theme", "theme_name": "x"}}},
        {
            "proximity_alert_triggered": {
                "traveler": {"id": 1, "is_bot": False, "first_name": "x"},
                "watcher": {"id": 2, "is_bot": False, "first_name": "y"},
                "distance": 1,
            }
        },
        {"users_shared": {"request_id": 1, "users": []}},
        {
            "gift": {
                "gift": {
                    "id": "g",
                    "sticker": {
                        "file_id": "f",
                        "file_unique_id": "u",
                        "width": 1,
                        "height": 1,
                        "is_animated": False,
                        "is_video": False,
                        "type": "regular",
                    },
                    "star_count": 1,
                }
            }
        },
        {"new_chat_title": "x"},
    ],
)
def test_service_messages_are_silent(rig: Rig, content: dict[str, Any]) -> None:
    """Nobody wrote them."""
    rig.world.send(ANNA, content)
    rig.world.send(ANNA, content, chat=rig.world.group())

    assert rig.deliver() == []


def test_coming_into_a_group(rigged: Callable[..., Rig]) -> None:
    """It greets where it may answer, else says how it can be let in; whoever else comes or goes is not met."""
    rig = rigged(**CLOSED)
    known, unknown = rig.world.group(), rig.world.group("甲<乙>")
    rig.ledger.set_group(known, Standing.ALLOWED, ADMIN, 0.0)
    for group, expected in [
        (known, zh_telegram.GROUP_HELLO.format(bot="standin_bot")),
        (unknown, zh_telegram.GROUP_UNKNOWN),
    ]:
        rig.world.chats[group].members.clear()
        rig.world.join(group, by=ANNA)
        assert texts(rig.deliver()) == [expected]
        rig.world.join(group, BERTA)
        rig.world.leave(group, BERTA)
        rig.world.join(group, standing="administrator", by=ANNA)
        assert rig.deliver() == []
        rig.world.leave(group, by=ANNA, kicked=True)
        assert rig.deliver() == []
    found = rig.ledger.group(unknown)
    assert found is not None
    assert found.title == "甲<乙>"


def test_blocked_and_let_in_again(rig: Rig) -> None:
    """Nothing is said to that."""
    rig.say(ANNA, QUESTION)
    rig.world.block(ANNA)
    rig.world.unblock(ANNA)

    assert rig.deliver() == []


def test_a_group_that_moves_takes_its_access_along(rigged: Callable[..., Rig]) -> None:
    """What held for the old number holds for the new one, by decision or by the settings."""
    rig = rigged(access="closed", groups=frozenset({-4_000_000}))
    listed, decided = rig.world.group(kind="group"), rig.world.group(kind="group")
    assert listed == -4_000_000
    rig.ledger.set_group(decided, Standing.ALLOWED, ADMIN, 0.0)
    for old in (listed, decided):
        rig.world.say(ANNA, "x", chat=old)
        new = rig.world.migrate(old)
        assert rig.deliver() == []
        assert rig.say(ANNA, f"/ask {QUESTION}", chat=new)[0]["text"].startswith("📖")
