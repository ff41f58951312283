"""The bot as users meet it: one process, before a stand-in that refuses what Telegram refuses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from speechbot.wording import zh_telegram
from tests.bot_process import ANNA, BORIS, QUESTION, QUESTIONS, USERNAME, Json, Stage, bold, button, staged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from speechbot.standin.state import Query

pytestmark = pytest.mark.model

RIVER = "《在青石河综合治理推进会上的讲话》"
NONE = "今天天气怎么样"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, real_index: Path) -> Iterator[Stage]:
    """A stage with a bot, for all tests of this module."""
    with staged(tmp_path_factory.mktemp("bot"), real_index) as (found, _):
        yield found


def inline(stage: Stage, text: str) -> Query:
    """An inline query, answered."""
    query = stage.world.inlines[stage.world.inline(BORIS, text)]
    stage.until(lambda: query.answers, "answer to the inline query")
    return query


def test_the_menus_of_commands_are_set(stage: Stage) -> None:
    """Conversations and groups are shown commands whose names Telegram takes."""
    stage.until(lambda: len(stage.world.commands) == 2, "menus")

    shown = {scope: [one["command"] for one in menu] for scope, menu in stage.world.commands.items()}
    assert shown == {
        "all_private_chats::": [name for name, _ in zh_telegram.COMMANDS],
        "all_group_chats::": [name for name, _ in zh_telegram.COMMANDS_GROUP],
    }


def test_the_greeting_has_examples_that_are_answered(stage: Stage) -> None:
    """/start says what is there; pressing an example asks it."""
    greeting = stage.tell("/start")
    assert greeting["text"].startswith(zh_telegram.START.format(speeches=2, passages=20))

    example = button(greeting, "怎样理解")["text"]
    assert stage.press(greeting, example) == ""
    assert stage.latest()["text"].startswith(zh_telegram.QUESTION.format(question=example))
    assert "《在全市公共图书馆建设座谈会上的讲话》" in stage.latest()["text"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_answered_with_place_and_sentence(stage: Stage, question: str) -> None:
    """First where it stands, then the paragraph word for word, the sentence that answers in bold."""
    answer = stage.ask(question)

    assert re.match(r"📖 《在\w+讲话》.* · 第 \d+ 段\n把握：高\n", answer["text"])
    assert bold(answer)[0] == QUESTIONS[question]


def test_what_the_materials_do_not_say_is_not_answered(stage: Stage) -> None:
    """A refusal says so, quotes nothing, and offers the nearest passages, which come below it on request."""
    refusal = stage.ask(NONE)
    assert bold(refusal) == [zh_telegram.NOT_FOUND]
    assert "blockquote" not in str(refusal)

    assert stage.press(refusal, zh_telegram.NEAR) == ""
    assert stage.latest()["text"].startswith(f"{zh_telegram.NEAREST}\n📖 ")
    assert stage.press(refusal, zh_telegram.REPHRASE) == ""
    assert stage.latest()["text"].startswith(zh_telegram.HINTS)


def test_buttons_of_an_answer(stage: Stage) -> None:
    """Reading on, the section, the source, votes: each is answered once and shows what it says."""
    answer = stage.ask()

    assert stage.press(answer, zh_telegram.AFTER) == ""
    assert "养殖场要搬到离河五百米以外。" in stage.latest()["text"]
    page = stage.latest()
    assert stage.press(page, zh_telegram.AFTER) == ""
    assert (stage.latest()["message_id"], stage.latest()["text"]) != (page["message_id"], page["text"])
    assert stage.latest()["message_id"] == page["message_id"]
    assert stage.press(answer, zh_telegram.SECTION) == ""
    assert "化工园区的尾水实行在线监测" in stage.latest()["text"]
    assert stage.press(answer, zh_telegram.ORIGIN) == ""
    assert zh_telegram.ORIGIN_FILE.format(value="河道治理讲话.txt") in stage.latest()["text"]
    assert stage.press(answer, zh_telegram.USEFUL) == zh_telegram.VOTED_UP
    assert stage.press(answer, zh_telegram.USEFUL) == zh_telegram.VOTE_WITHDRAWN
    assert stage.press(answer, zh_telegram.USELESS) == zh_telegram.VOTED_DOWN
    assert button(answer, zh_telegram.COPY)["copy_text"]["text"].startswith(f"“{QUESTIONS[QUESTION]}”（")


def test_hits_are_leafed_through_in_one_message(stage: Stage) -> None:
    """The next hit takes the place of the first and the way back leads to it; the position itself does nothing."""
    answer = stage.ask("青石河多长")
    assert stage.press(answer, zh_telegram.POSITION.format(at=1, count=2)) == ""
    assert stage.latest() == answer

    assert stage.press(answer, zh_telegram.NEXT_HIT) == ""
    second = stage.latest()
    assert second["message_id"] == answer["message_id"]
    assert second["text"] != answer["text"]
    assert stage.press(second, zh_telegram.PREVIOUS_HIT) == ""
    assert stage.latest()["text"] == answer["text"]


def test_a_button_pressed_twice_modifies_nothing(stage: Stage) -> None:
    """What Telegram calls not modified is no error to anybody."""
    answer = stage.ask("青石河多长")
    stage.refusals.add("message is not modified")
    stage.press(answer, zh_telegram.NEXT_HIT)
    shown = stage.latest()

    assert stage.press(answer, zh_telegram.NEXT_HIT) == ""
    assert stage.latest()["text"] == shown["text"]


def test_an_edited_question_changes_its_answer(stage: Stage) -> None:
    """The answer is edited where it stands, and comes anew where it was deleted."""
    asked = stage.world.say(ANNA, "钓鱼可以吗")
    answer = stage.answer(asked)
    stage.world.edit(asked, QUESTION)
    stage.until(lambda: bold(stage.answers(asked)[0])[0] == QUESTIONS[QUESTION], "the other answer")
    assert [one["message_id"] for one in stage.answers(asked)] == [answer["message_id"]]

    stage.refusals.add("message to edit not found")
    stage.world.remove(stage.world.private(ANNA), answer["message_id"])
    stage.world.edit(asked, "青石河多长")
    assert bold(stage.answer(asked))[0] == QUESTIONS["青石河多长"]


def test_an_answer_deleted_before_its_button_is_done(stage: Stage) -> None:
    """What a button was to change comes as a message of its own."""
    answer = stage.ask("青石河多长")
    stage.refusals.add("message to edit not found")
    stage.world.remove(stage.world.private(ANNA), answer["message_id"])

    assert stage.press(answer, zh_telegram.NEXT_HIT) == ""
    assert zh_telegram.PREVIOUS_HIT in str(stage.latest())


def test_buttons_that_nobody_made(stage: Stage) -> None:
    """Callback data that cannot be read gets a word, and no more."""
    answer = stage.ask()
    before = len(stage.world.transcript(ANNA))
    for data in ("x", "h0", "rZZZZ", "é" * 32):
        query = stage.world.callbacks[stage.world.press(ANNA, answer, data)]
        stage.until(lambda query=query: query.answers, "answer")  # type: ignore[misc] # mypy cannot infer a default
        assert query.answers[0]["text"] in {zh_telegram.BUTTON_OLD, zh_telegram.GONE}
    assert len(stage.world.transcript(ANNA)) == before


@pytest.mark.parametrize("privacy", [True, False])
def test_in_groups_it_answers_who_turns_to_it(stage: Stage, monkeypatch: pytest.MonkeyPatch, *, privacy: bool) -> None:
    """A mention, a reply, /ask: answered as replies; all else is passed over, whether Telegram shows it or not."""
    monkeypatch.setattr(stage.world, "privacy", privacy)
    group = stage.world.group("读书会")
    ignored = stage.world.say(BORIS, QUESTION, chat=group)
    mentioned = stage.ask(f"@{USERNAME} {QUESTION}", BORIS, chat=group)
    assert bold(mentioned)[0] == QUESTIONS[QUESTION]
    assert (
        bold(stage.ask("钓鱼可以吗", BORIS, chat=group, reply_to=mentioned["message_id"]))[0]
        == "钓鱼可以，电鱼毒鱼不行。"
    )
    assert bold(stage.ask(f"/ask@{USERNAME} 青石河多长", BORIS, chat=group))[0] == QUESTIONS["青石河多长"]

    # What comes first in a chat is done first: the answers to these would stand before the others
    assert stage.answers(ignored) == []
    assert len([one for one in stage.world.transcript(group) if one["from"]["is_bot"]]) == 3


def test_answers_in_a_forum_go_to_their_topic(stage: Stage) -> None:
    """So do what buttons send below them."""
    forum = stage.world.group("论坛", forum=True)
    answer = stage.ask(f"@{USERNAME} {QUESTION}", BORIS, chat=forum, thread=5)
    assert answer["message_thread_id"] == 5

    stage.press(answer, zh_telegram.ORIGIN, BORIS)
    assert stage.latest(forum)["message_thread_id"] == 5


def test_it_greets_a_group_it_comes_into(stage: Stage) -> None:
    """Once, with how it is asked."""
    group = stage.world.group("新群")
    stage.world.leave(group, by=BORIS)
    stage.world.join(group, by=BORIS)
    hello = zh_telegram.GROUP_HELLO.format(bot=USERNAME)

    stage.until(lambda: stage.latest(group).get("text") == hello, "greeting")


def test_inline_queries_offer_quotations(stage: Stage) -> None:
    """The place as the title, the message with place and sentence; what is not found leads to the conversation."""
    query = inline(stage, QUESTION)
    first = query.answers[0]["results"][0]
    assert first["title"].startswith(RIVER)
    assert first["description"] == QUESTIONS[QUESTION]
    assert first["message"]["text"].startswith(f"📖 {RIVER}")
    assert bold(first["message"])[0] == QUESTIONS[QUESTION]

    stage.world.choose(str(query.payload["id"]), first["id"])
    refused = inline(stage, NONE).answers[0]
    assert (refused["results"], refused["button"]["text"]) == ([], zh_telegram.INLINE_OPEN)


def test_a_link_leads_to_its_passage(stage: Stage) -> None:
    """The link below a source opens the passage."""
    stage.press(stage.ask(), zh_telegram.ORIGIN)
    link = re.search(rf"https://t\.me/{USERNAME}\?start=(\S+)", stage.latest()["text"])
    assert link is not None

    assert QUESTIONS[QUESTION] in stage.tell(f"/start {link[1]}", BORIS)["text"]
    assert stage.tell("/start p_nosuchpassage", BORIS)["text"].startswith(zh_telegram.START[:3])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/nosuch", zh_telegram.UNKNOWN_COMMAND),
        ("/outline 没有的", zh_telegram.OUTLINE_UNKNOWN.format(title="没有的")),
        ("/join 12345678", zh_telegram.JOIN_NEEDLESS),
        ("？？", "问题里没有文字，只有符号或表情，请用文字提问。"),
    ],
)
def test_what_is_no_question(stage: Stage, text: str, said: str) -> None:
    """Commands that are none, and texts that ask nothing, get a word on what to do."""
    assert stage.tell(text, stage.somebody())["text"] == said


def test_what_is_no_text(stage: Stage) -> None:
    """A sticker, a voice message, a picture, somebody's file: each gets its sentence."""
    world = stage.world
    said = [stage.said(send(stage.somebody()))["text"] for send in (world.sticker, world.voice, world.photo)]

    assert said == [zh_telegram.STICKER, zh_telegram.VOICE, zh_telegram.PHOTO]
    assert stage.said(world.send_file(ANNA, "a.txt", b"a"))["text"] == zh_telegram.FILE


def test_commands_that_list(stage: Stage) -> None:
    """/sources lists the speeches, and one of them opens down to its text."""
    listing = stage.tell("/sources")
    assert RIVER.strip("《》") in listing["text"]

    stage.press(listing, "2")
    assert stage.latest()["message_id"] == listing["message_id"]
    stage.press(stage.latest(), zh_telegram.OUTLINE_READ_WHOLE)
    assert stage.latest()["message_id"] != listing["message_id"]


def test_what_is_remembered_can_be_forgotten(stage: Stage) -> None:
    """/privacy says what is kept, /forget deletes it once."""
    person = 4711
    stage.ask(QUESTION, person)
    assert "90" in stage.tell("/privacy", person)["text"]

    assert re.fullmatch(zh_telegram.FORGOTTEN.format(count=r"[1-9]\d*"), stage.tell("/forget", person)["text"])
    assert stage.tell("/forget", person)["text"] == zh_telegram.FORGOTTEN_NONE


def test_markup_in_questions_is_text(stage: Stage) -> None:
    """Whatever users write, no message is refused for its entities or its length."""
    for text in ("<b>青石河</b>多长", "/outline <i>&amp;", "&lt;" * 900, "😀" * 2000, "青石河多长" + "\u202e吗"):
        assert stage.tell(text, stage.somebody())["text"]


def test_updates_that_cannot_be_read_stop_no_others(stage: Stage) -> None:
    """In one batch: what is malformed is passed over, the questions around it are answered."""
    world = stage.world
    unread: list[Json] = [{"message": {"message_id": "x"}}, {"message": None}, {"update_id": "none"}, {"new": {}}]
    unread.append({"callback_query": []})
    asked = [world.say(ANNA, "青石河多长")]
    for broken in unread:
        world.raw(broken)
        asked.append(world.say(ANNA, "青石河多长"))

    assert [bold(stage.answer(one))[0] for one in asked] == [QUESTIONS["青石河多长"]] * 6


def test_a_press_that_waited_too_long(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its notice comes too late, what it asked for is shown all the same."""
    answer = stage.ask()
    monkeypatch.setattr(stage.world, "callback_expiry", -1.0)
    stage.refusals.add("query is too old")
    stage.world.press(ANNA, answer, button(answer, zh_telegram.ORIGIN)["callback_data"])

    stage.until(lambda: zh_telegram.ORIGIN_FILE[:3] in stage.latest()["text"], "source")


def test_who_blocked_the_bot_stops_nobody(stage: Stage) -> None:
    """An answer that nobody wants is let be, and others go on being answered."""
    stage.refusals.add("bot was blocked by the user")
    asked = stage.world.say(4712, QUESTION)
    stage.world.private(4712).blocked = True
    refused = len(stage.world.calls)

    stage.until(lambda: [one for one in list(stage.world.calls)[refused:] if one.refused], "refusal")
    assert stage.answers(asked) == []
    assert bold(stage.ask())[0] == QUESTIONS[QUESTION]


def test_a_group_that_moves_while_it_is_answered(stage: Stage) -> None:
    """The answer follows it to its new number, and the next question is answered there."""
    stage.refusals.add("group chat was upgraded")
    group = stage.world.group("搬家", kind="group")
    stage.server.faults.plan("sendMessage", "gateway")
    stage.world.say(BORIS, f"@{USERNAME} {QUESTION}", chat=group)
    stage.until(lambda: stage.server.faults.counts["sendmessage", "gateway"], "try that fails")
    new = stage.world.migrate(group)

    stage.until(lambda: bold(stage.latest(new)) and bold(stage.latest(new))[0] == QUESTIONS[QUESTION], "answer")
    assert bold(stage.ask(f"@{USERNAME} 钓鱼可以吗", BORIS, chat=new))[0] == "钓鱼可以，电鱼毒鱼不行。"
