"""Questions of all kinds, from a message to its answer and to another one when the question is edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from speechbot.errors import StateError
from speechbot.telegram import quoting
from speechbot.telegram.ledger import Ledger
from speechbot.wording import zh_errors, zh_telegram
from tests.telegram_kit import ANNA, BERTA, EPOCH, LONG_QUESTION, QUESTION, UNANSWERED, labels, marked, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from speechbot import Retriever
    from tests.telegram_kit import Json, Rig

PLACE = "📖 《在全市公共图书馆建设座谈会上的讲话》 › 二、管好每一本书的钱 · 第 6 段"
SENTENCE = "购书经费要花在读者身上。"
PARAGRAPH = SENTENCE + "今年市级购书经费一千八百万元，比去年增加两成，其中六成由读者荐购，荐购的书十五天内上架。"
MENTION = "@standin_bot"


def answered(sent: list[Json]) -> Json:
    """The one message that answers ``QUESTION``."""
    (message,) = sent
    assert message["text"].split("\n")[0] == PLACE
    return message


def test_an_answer_in_private(rig: Rig) -> None:
    """The place, how sure it is, the paragraph with its sentence bold, its neighbours folded; below the question."""
    asked = rig.world.say(ANNA, QUESTION)
    message = answered(rig.deliver())

    assert message["reply_to_message"]["message_id"] == asked["message_id"]
    assert message["text"].split("\n")[1:3] == ["把握：中", PARAGRAPH]
    assert marked(message, "bold") == [SENTENCE, "上下文"]
    assert marked(message, "blockquote") == [PARAGRAPH]
    (folded,) = marked(message, "expandable_blockquote")
    assert [line[:5] for line in folded.split("\n")] == ["上下文", "三是用好志", "各馆不得用"]
    assert labels(message) == ["上一段", "下一段", "看本节", "出处", "复制引文", "👍 有用", "👎 没用"]


def test_what_the_materials_do_not_answer(rig: Rig) -> None:
    """A refusal that offers the nearest passages and other wordings, and quotes nothing."""
    (message,) = rig.say(ANNA, UNANSWERED)

    assert message["text"].split("\n")[0] == "材料中没有找到"
    assert labels(message)[-2:] == [zh_telegram.NEAR, zh_telegram.REPHRASE]
    assert marked(message, "blockquote") == []


def test_a_question_is_remembered(rig: Rig) -> None:
    """Who asked what where, what was shown, which message answered."""
    asked = rig.world.say(ANNA, f"  {QUESTION}\n")
    (message,) = rig.deliver()
    kept = rig.ledger.question_of(ANNA, message["message_id"])

    assert kept is not None
    assert (kept.text, kept.user_id, kept.chat_id, kept.message_id) == (QUESTION, ANNA, ANNA, asked["message_id"])
    assert (kept.kind, kept.found, len(kept.passages), kept.asked) == ("private", True, 1, EPOCH)
    assert rig.metrics.questions() == {"found": 1}
    person = rig.ledger.person(ANNA)
    assert person is not None
    assert (person.name, person.seen) == ("User 5", EPOCH)


def test_questions_are_not_kept_where_that_is_off(rigged: Callable[..., Rig]) -> None:
    """Their text is nowhere in the state file once they are answered."""
    rig = rigged(log_questions=False)
    (message,) = rig.say(ANNA, QUESTION)
    kept = rig.ledger.question_of(ANNA, message["message_id"])

    assert kept is not None
    assert kept.text is None
    assert [
        path.name for path in rig.settings.state.parent.glob("state*") if QUESTION.encode() in path.read_bytes()
    ] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("问" * 501, zh_errors.QUESTION_LONG.format(length=501, limit=500)),
        ("什么？\x01", zh_errors.QUESTION_CONTROL.format(position=4, code=1)),
        ("……", zh_errors.QUESTION_WORDLESS),
        ("😀", zh_errors.QUESTION_WORDLESS),
    ],
)
def test_what_cannot_be_asked(rig: Rig, text: str, expected: str) -> None:
    """One sentence says why."""
    rig.world.send(ANNA, {"text": text})

    assert texts(rig.deliver()) == [expected + "。"]


def test_captions_are_questions(rig: Rig) -> None:
    """Below a picture or a file as well."""
    rig.world.photo(ANNA, caption=QUESTION)
    answered(rig.deliver())
    rig.world.send_file(ANNA, "a.txt", b"x", caption=QUESTION)
    answered(rig.deliver())


@pytest.mark.parametrize(
    "text",
    [
        f"/ask {QUESTION}",
        f"/ask\n{QUESTION}",
        f"/ask@standin_bot {QUESTION}",
        f"/ask@STANDIN_BOT   {QUESTION}",
        f"{MENTION} {QUESTION}",
        f"{QUESTION} {MENTION}",
        f"😀😀 {MENTION} {QUESTION}",
        f"@Standin_BOT\n{QUESTION}",
        f"{MENTION} {QUESTION} {MENTION}",
    ],
)
def test_asked_in_a_group(rig: Rig, text: str) -> None:
    """By command or mention, wherever it stands and however it is written."""
    group = rig.world.group()
    rig.world.say(ANNA, text, chat=group)
    (message,) = rig.deliver()
    kept = rig.ledger.question_of(group, message["message_id"])

    assert message["text"].split("\n")[0] == PLACE
    assert message["chat"]["id"] == group
    assert kept is not None
    assert kept.text is not None
    assert kept.text.replace("😀😀 ", "") == QUESTION
    assert kept.kind == "group"


def test_a_reply_to_the_bot_asks(rig: Rig) -> None:
    """In a group without a mention."""
    group = rig.world.group()
    (message,) = rig.say(ANNA, f"{MENTION} {UNANSWERED}", chat=group)

    answered(rig.say(BERTA, QUESTION, chat=group, reply_to=message["message_id"]))


@pytest.mark.parametrize("text", ["/ask", "/ask@standin_bot", MENTION])
def test_a_reply_to_somebody_asks_what_that_one_said(rig: Rig, text: str) -> None:
    """With nothing but the command or the mention."""
    group = rig.world.group()
    asked = rig.world.say(BERTA, QUESTION, chat=group)
    rig.deliver()

    answered(rig.say(ANNA, text, chat=group, reply_to=asked["message_id"]))


def test_a_mention_in_a_caption_asks(rig: Rig) -> None:
    """As in a text."""
    rig.world.privacy = False
    group = rig.world.group()
    caption = f"{MENTION} {QUESTION}"
    entity = {"type": "mention", "offset": 0, "length": len(MENTION)}
    rig.world.send(ANNA, {"photo": [], "caption": caption, "caption_entities": [entity]}, chat=group)

    answered(rig.deliver())


def test_silent_in_groups_unless_spoken_to(rig: Rig) -> None:
    """Talk, other bots' mentions and commands, replies to others; even where the bot is shown all of it."""
    rig.world.privacy = False
    group = rig.world.group()
    said = rig.world.say(BERTA, QUESTION, chat=group)
    for text in (QUESTION, f"@other_bot {QUESTION}", "/ask@other_bot x", "/nothing", "x@standin_bot", MENTION + "x"):
        rig.world.say(ANNA, text, chat=group, reply_to=said["message_id"])
    rig.world.sticker(ANNA, chat=group)
    rig.world.photo(ANNA, chat=group, caption=QUESTION)

    assert rig.deliver() == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/ask", "请把问题写在命令后面，例如：/ask 怎样抓落实"),
        (MENTION, "请问您想问什么？例如：@standin_bot 怎样抓落实"),
    ],
)
def test_spoken_to_without_a_question(rig: Rig, text: str, expected: str) -> None:
    """It says how to ask."""
    assert texts(rig.say(ANNA, text, chat=rig.world.group())) == [expected]


def test_topics_of_a_forum(rig: Rig) -> None:
    """The answer stands in the topic of its question."""
    group = rig.world.group(forum=True)
    message = answered(rig.say(ANNA, f"/ask {QUESTION}", chat=group, thread=77))

    assert message["message_thread_id"] == 77


def test_an_edited_question_edits_its_answer(rig: Rig) -> None:
    """In its place, without another message; what was voted on is another question then."""
    asked = rig.world.say(ANNA, UNANSWERED)
    (refused,) = rig.deliver()
    rig.world.edit(asked, QUESTION)

    assert rig.deliver() == []
    assert rig.now(refused)["text"].startswith(PLACE)
    kept = rig.ledger.question_of(ANNA, refused["message_id"])
    assert kept is not None
    assert kept.text == QUESTION
    assert [one.text for one in rig.ledger.questions()] == [QUESTION]


def test_edited_in_a_group(rig: Rig) -> None:
    """By command and by mention."""
    group = rig.world.group()
    for text in ("/ask {}", f"{MENTION} {{}}"):
        asked = rig.world.say(ANNA, text.format(UNANSWERED), chat=group)
        (refused,) = rig.deliver()
        rig.world.edit(asked, text.format(QUESTION))

        assert rig.deliver() == []
        assert rig.now(refused)["text"].startswith(PLACE)


@pytest.mark.parametrize(
    ("said", "begins"),
    [
        ("你好！", "您好！"),
        ("Hello~ 😀", "您好！"),
        ("谢 谢", zh_telegram.THANKS),
        ("你是谁？", "直接发来问题就行"),
    ],
)
def test_courtesies_are_answered_in_kind(rig: Rig, said: str, begins: str) -> None:
    """They are no questions: nothing is searched, none is counted; a question in their place is answered there."""
    asked = rig.world.say(ANNA, said)
    (message,) = rig.deliver()
    assert message["text"].startswith(begins)
    assert rig.ledger.gaps(0.0) == []
    assert rig.ledger.today(EPOCH).questions == 0
    rig.world.edit(asked, QUESTION)
    assert rig.deliver() == []
    assert rig.now(message)["text"].startswith(PLACE)


def test_courtesies_in_groups(rig: Rig) -> None:
    """How to ask there."""
    group = rig.world.group()

    assert texts(rig.say(ANNA, f"{MENTION} 怎么用", chat=group)) == [zh_telegram.HELP_GROUP.format(bot="standin_bot")]


def test_several_questions_in_one(rig: Rig) -> None:
    """That one was answered is told, or that one at a time may be found."""
    assert texts(rig.say(ANNA, f"{QUESTION}购书经费有多少？"))[0].split("\n")[-1] == zh_telegram.SEVERAL
    assert zh_telegram.SEVERAL_NOT_FOUND in texts(rig.say(ANNA, f"{UNANSWERED}{UNANSWERED}"))[0]
    assert zh_telegram.SEVERAL not in texts(rig.say(ANNA, f"啊？{QUESTION}"))[0]


def test_edited_into_what_cannot_be_asked(rig: Rig) -> None:
    """The answer gives way to the sentence that says why, and comes back with a question."""
    asked = rig.world.say(ANNA, QUESTION)
    message = answered(rig.deliver())
    rig.world.edit(asked, "？！")
    assert rig.deliver() == []
    assert rig.now(message)["text"] == zh_errors.QUESTION_WORDLESS + "。"
    assert labels(rig.now(message)) == []
    rig.world.edit(asked, QUESTION)
    assert rig.deliver() == []
    assert rig.now(message)["text"].startswith(PLACE)


def test_answers_grow_and_shrink(
    rigged: Callable[..., Rig], wide_retriever: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer of several messages: more are sent, those left over are deleted."""
    monkeypatch.setattr(quoting, "LIMIT", 300)
    rig = rigged(retriever=wide_retriever)
    asked = rig.world.say(ANNA, UNANSWERED)
    (first,) = rig.deliver()
    rig.world.edit(asked, LONG_QUESTION)
    more = rig.deliver()
    assert len(more) > 1
    assert rig.now(first)["text"].startswith("📖 《长堤讲话》")
    assert labels(rig.now(first)) == []
    assert "👍 有用" in labels(more[-1])
    rig.world.edit(asked, UNANSWERED)
    assert rig.deliver() == []
    assert rig.now(first)["text"].startswith("材料中没有找到")
    assert [rig.world.chats[ANNA].messages.get(one["message_id"]) for one in more] == [None] * len(more)


def test_an_answer_that_was_deleted_is_sent_anew(rig: Rig) -> None:
    """When its question is edited, below it."""
    asked = rig.world.say(ANNA, UNANSWERED)
    (gone,) = rig.deliver()
    rig.world.remove(rig.world.chats[ANNA], gone["message_id"])
    rig.world.edit(asked, QUESTION)
    message = answered(rig.deliver())

    assert message["reply_to_message"]["message_id"] == asked["message_id"]
    assert rig.ledger.answered(ANNA, asked["message_id"]) == [message["message_id"]]


def test_a_question_that_was_deleted_is_answered(rig: Rig) -> None:
    """Below nothing."""
    asked = rig.world.say(ANNA, QUESTION)
    rig.world.remove(rig.world.chats[ANNA], asked["message_id"])

    assert "reply_to_message" not in answered(rig.deliver())


def test_edited_into_a_question_only_now(rig: Rig) -> None:
    """A message that asked nothing before is answered when it does."""
    group = rig.world.group()
    asked = rig.world.say(ANNA, "/ask", chat=group)
    rig.deliver()
    rig.world.edit(asked, f"/ask {QUESTION}")

    answered(rig.deliver())


@pytest.mark.parametrize(("seconds", "expected"), [(0.0, 0), (0.5, 0), (2.0, 1)])
def test_typing_is_shown_when_it_takes_long(rig: Rig, seconds: float, expected: int) -> None:
    """And only then."""
    rig.pool.delay = seconds
    answered(rig.say(ANNA, QUESTION))

    assert [event for event, _ in rig.events].count("action") == expected


def test_a_late_question_says_so(rig: Rig) -> None:
    """What an earlier run left undone is answered with a word on it, unless it was answered just before the end."""
    asked = rig.world.say(ANNA, QUESTION)
    number = rig.world.updates[0][0]
    rig.desk.late.add(number)
    (message,) = rig.deliver()
    assert message["text"].split("\n")[:2] == [zh_telegram.LATE, PLACE]
    assert marked(message, "italic") == [zh_telegram.LATE]

    rig.world.push("message", asked)
    rig.desk.late.add(number + 1)
    rig.world.calls.clear()
    assert rig.deliver() == []
    assert list(rig.world.calls) == []


def test_a_late_edit_is_done_again(rig: Rig) -> None:
    """That the question was answered says nothing of its edit."""
    asked = rig.world.say(ANNA, UNANSWERED)
    (message,) = rig.deliver()
    rig.world.edit(asked, QUESTION)
    rig.desk.late.add(rig.world.updates[0][0])

    assert rig.deliver() == []
    assert rig.now(message)["text"].split("\n")[:2] == [zh_telegram.LATE, PLACE]


def test_a_late_word_stands_alone_where_it_does_not_fit(
    rigged: Callable[..., Rig], wide_retriever: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above an answer that fills its message."""
    monkeypatch.setattr(quoting, "LIMIT", 300)
    rig = rigged(retriever=wide_retriever)
    rig.world.say(ANNA, LONG_QUESTION)
    rig.desk.late.add(rig.world.updates[0][0])
    sent = texts(rig.deliver())

    assert sent[0] == zh_telegram.LATE
    assert sent[1].startswith("📖 《长堤讲话》")


@pytest.mark.parametrize("broken", ["receive", "done", "answered", "see", "ask", "record_answer"])
def test_a_broken_ledger_costs_no_answer(rig: Rig, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    """Whatever of it cannot be written or read: who asked is answered."""

    def fail(*_args: object, **_options: object) -> None:
        raise StateError("磁盘已满", path=rig.settings.state)

    monkeypatch.setattr(Ledger, broken, fail)
    rig.errors = True

    answered(rig.say(ANNA, QUESTION))
