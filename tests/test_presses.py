"""Every button on every kind of message, however old, forged, or gone what it leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speechbot import Retriever, build_index
from speechbot.telegram import quoting
from speechbot.telegram.buttons import Example, Origin, Read, ReadSection, Show, Sources, Vote, Walk, unpack
from speechbot.telegram.library import Library
from speechbot.wording import zh_telegram
from tests.conftest import ToyEncoder
from tests.telegram_kit import ANNA, BERTA, LONG_QUESTION, QUESTION, UNANSWERED, buttons, data, labels, marked, texts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.telegram_kit import Json, Rig

LEAFING = "水库的渗漏"


@pytest.fixture
def answer(rig: Rig) -> Json:
    """An answer in private."""
    return rig.say(ANNA, QUESTION)[0]


@pytest.fixture
def wide(rigged: Callable[..., Rig], wide_retriever: Retriever) -> Rig:
    """A bot whose materials do not fit."""
    return rigged(retriever=wide_retriever)


def test_reading_on_leaves_the_answer(rig: Rig, answer: Json) -> None:
    """From an answer a message to read in comes below; that one turns its pages, to the last and no further."""
    notice, (reading,) = rig.press(ANNA, answer, zh_telegram.AFTER)
    assert notice == ""
    assert rig.now(answer)["text"] == answer["text"]
    assert marked(reading, "blockquote")[0].startswith("各馆不得用购书经费")
    assert zh_telegram.USEFUL not in labels(reading)

    seen = [marked(reading, "blockquote")[0]]
    while zh_telegram.AFTER in labels(rig.now(reading)):
        assert rig.press(ANNA, rig.now(reading), zh_telegram.AFTER) == ("", [])
        seen.append(marked(rig.now(reading), "blockquote")[0])
    speech = next(one for one in rig.desk.retriever.speeches() if "图书馆" in one.title)
    assert seen == [one.text for one in speech.passages[6:]]
    while zh_telegram.BEFORE in labels(rig.now(reading)):
        rig.press(ANNA, rig.now(reading), zh_telegram.BEFORE)
    assert marked(rig.now(reading), "blockquote")[0] == speech.passages[0].text


def test_beyond_the_ends(rig: Rig, answer: Json) -> None:
    """An old button that leads beyond them says so."""
    for speech in rig.desk.retriever.speeches():
        first, last = speech.passages[0].id, speech.passages[-1].id
        assert rig.press(ANNA, answer, Read(first, -1).pack()) == (zh_telegram.NO_MORE_BEFORE, [])
        assert rig.press(ANNA, answer, Read(last, 1).pack()) == (zh_telegram.NO_MORE_AFTER, [])


def test_the_section_comes_below(rig: Rig, answer: Json) -> None:
    """All of it with its headings; the next button leads to the speech as a whole."""
    notice, (section,) = rig.press(ANNA, answer, zh_telegram.SECTION)
    lines = section["text"].split("\n\n")
    assert notice == ""
    assert lines[0] == "《在全市公共图书馆建设座谈会上的讲话》 › 二、管好每一本书的钱"
    assert [line[:5] for line in lines[1:]] == ["购书经费要", "各馆不得用", "旧书也是财"]
    assert labels(section) == [zh_telegram.UPPER_WHOLE]

    _, whole = rig.press(ANNA, section, zh_telegram.UPPER_WHOLE)
    assert "谢谢大家！" not in whole[-1]["text"]
    assert "三、让数字资源走进乡村" in marked(whole[-1], "bold")
    assert labels(whole[-1]) == []


def test_a_long_section_is_a_file(wide: Rig) -> None:
    """Its beginning, and all of it attached; an edited message cannot hold it, it comes below."""
    (answer,) = wide.say(ANNA, "第7段柳树由谁看护？")
    _, (beginning, file) = wide.press(ANNA, answer, zh_telegram.SECTION)

    assert beginning["text"].endswith(zh_telegram.WHOLE)
    name = file["document"]["file_name"]
    described, content = wide.world.files[file["document"]["file_id"]]
    assert name.endswith("柳树.txt")
    assert described["file_size"] == len(content)
    assert content.decode("utf-8-sig").count("看护，缺一棵补一棵") == 600


def test_origin_comes_below(rig: Rig, answer: Json) -> None:
    """File, speech, section, paragraph, characters, and an address that leads back."""
    _, (origin,) = rig.press(ANNA, answer, zh_telegram.ORIGIN)
    kept = rig.ledger.question_of(ANNA, answer["message_id"])
    assert kept is not None

    lines = origin["text"].split("\n")
    assert lines[0] == "文件：图书馆建设讲话.txt"
    assert lines[-1] == f"永久链接：https://t.me/standin_bot?start=p_{kept.passages[0]}"
    (linked,) = rig.say(ANNA, f"/start p_{kept.passages[0]}")
    assert marked(linked, "blockquote") == marked(answer, "blockquote")


def test_a_vote_left_undone_is_not_withdrawn(rig: Rig, answer: Json) -> None:
    """The run before had counted it and was ended while it said so: done again, it stands."""
    rig.press(ANNA, answer, zh_telegram.USEFUL)
    rig.world.press(ANNA, answer, data(answer, zh_telegram.USEFUL))
    rig.desk.late = {rig.world.updates[0][0]}
    rig.deliver()
    assert rig.ledger.usage(0.0).up == 1

    assert rig.press(ANNA, answer, zh_telegram.USEFUL)[0] == zh_telegram.VOTE_WITHDRAWN


def test_votes(rig: Rig, answer: Json) -> None:
    """Given, replaced, withdrawn; each person's own."""
    kept = rig.ledger.question_of(ANNA, answer["message_id"])
    assert kept is not None

    def stand() -> tuple[int, int]:
        usage = rig.ledger.usage(0.0)
        return usage.up, usage.down

    for user, label, notice, expected in [
        (ANNA, zh_telegram.USEFUL, zh_telegram.VOTED_UP, (1, 0)),
        (ANNA, zh_telegram.USELESS, zh_telegram.VOTED_DOWN, (0, 1)),
        (BERTA, zh_telegram.USEFUL, zh_telegram.VOTED_UP, (1, 1)),
        (ANNA, zh_telegram.USELESS, zh_telegram.VOTE_WITHDRAWN, (1, 0)),
    ]:
        assert rig.press(user, answer, label) == (notice, [])
        assert stand() == expected


def test_leafing(wide: Rig) -> None:
    """Through all hits and back in one message; the position itself says nothing and changes nothing."""
    (answer,) = wide.say(ANNA, LEAFING)
    count = int(next(one for one in labels(answer) if one.startswith("1/")).partition("/")[2])
    assert count > 1
    wide.world.calls.clear()
    assert wide.press(ANNA, answer, f"1/{count}") == ("", [])
    assert [call.method for call in wide.world.calls] == ["answerCallbackQuery"]

    firsts = [answer["text"].split("\n")[0]]
    for at in range(2, count + 1):
        assert wide.press(ANNA, wide.now(answer), zh_telegram.NEXT_HIT) == ("", [])
        assert f"{at}/{count}" in labels(wide.now(answer))
        firsts.append(wide.now(answer)["text"].split("\n")[0])
    assert len(set(firsts)) == count
    for _ in range(count - 1):
        wide.press(ANNA, wide.now(answer), zh_telegram.PREVIOUS_HIT)
    assert wide.now(answer)["text"] == answer["text"]


def test_from_a_refusal(rig: Rig) -> None:
    """The nearest passages and hints come below it; it stays a refusal."""
    (refusal,) = rig.say(ANNA, UNANSWERED)
    _, (near,) = rig.press(ANNA, refusal, zh_telegram.NEAR)
    _, (hints,) = rig.press(ANNA, refusal, zh_telegram.REPHRASE)

    assert near["text"].startswith(zh_telegram.NEAREST)
    assert marked(near, "bold") == [zh_telegram.CONTEXT]
    assert hints["text"].startswith(zh_telegram.HINTS)
    assert rig.now(refusal) == refusal


def test_a_vote_on_what_is_nearest_is_one_on_the_question(rig: Rig) -> None:
    """The member is told that admins see it; they do."""
    (refusal,) = rig.say(ANNA, UNANSWERED)
    _, (near,) = rig.press(ANNA, refusal, zh_telegram.NEAR)
    rig.press(ANNA, near, zh_telegram.USELESS)

    assert [(one.text, one.down) for one in rig.ledger.gaps(0.0)] == [(UNANSWERED, 1)]


def test_leafing_takes_the_place_of_the_whole_answer(
    rigged: Callable[..., Rig], wide_retriever: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it took several messages: none of what stood before is left."""
    monkeypatch.setattr(quoting, "LIMIT", 300)
    rig = rigged(retriever=wide_retriever)
    before = rig.say(ANNA, LONG_QUESTION)
    assert len(before) > 1
    after = rig.press(ANNA, before[-1], zh_telegram.NEXT_HIT)[1]

    standing = rig.world.chats[ANNA].messages
    left = [standing[one["message_id"]] for one in before if one["message_id"] in standing]
    assert [one["text"] for one in left if one in before] == []
    assert zh_telegram.PREVIOUS_HIT in labels([*left, *after][-1])
    last = [*left, *after][-1]
    rig.press(ANNA, last, zh_telegram.PREVIOUS_HIT)
    assert texts(before) == [
        standing[number]["text"] for number in sorted(standing) if standing[number]["from"]["is_bot"]
    ]


def test_lists_and_outlines_turn_in_place(wide: Rig) -> None:
    """Pages on and back, down into a speech and its sections, up again; texts come below."""
    (listed,) = wide.say(ANNA, "/sources")
    assert listed["text"].startswith("共 12 篇讲话（第 1/2 页）")
    wide.press(ANNA, listed, zh_telegram.NEXT_PAGE)
    second = wide.now(listed)
    assert second["text"].startswith("共 12 篇讲话（第 2/2 页）")
    wide.press(ANNA, second, zh_telegram.PREVIOUS_PAGE)
    assert wide.now(listed)["text"] == listed["text"]

    long = next(label for label in labels(listed) + labels(second) if "长堤" in label)
    wide.press(ANNA, listed if long in labels(listed) else second, long)
    outline = wide.now(listed)
    assert marked(outline, "bold") == ["《长堤讲话》"]
    section = next(label for label in labels(outline) if "柳树" in label)
    _, text = wide.press(ANNA, outline, section)
    assert text[0]["text"].startswith("《长堤讲话》 › 二、柳树\n\n第1段柳树")
    assert wide.now(listed)["text"] == outline["text"]
    wide.press(ANNA, wide.now(listed), zh_telegram.OUTLINE_LIST)
    assert wide.now(listed)["text"] == listed["text"]


def test_a_page_that_is_no_more(rig: Rig) -> None:
    """The last one there is is shown."""
    (listed,) = rig.say(ANNA, "/sources")
    rig.press(ANNA, listed, Sources(99).pack())

    assert rig.now(listed)["text"] == listed["text"]


def test_examples_are_asked(rig: Rig) -> None:
    """Each is answered below, with the question above the answer, and is remembered."""
    (greeting,) = rig.say(ANNA, "/start")
    assert len(labels(greeting)) == 3
    for label in labels(greeting):
        notice, (answer,) = rig.press(ANNA, greeting, label)
        assert notice == ""
        assert answer["text"].split("\n")[0] == f"问：{label}"
        assert answer["text"].split("\n")[1].startswith("📖")


def test_votes_on_the_answer_to_an_example(rig: Rig) -> None:
    """Belong to that question, whichever was asked last."""
    (greeting,) = rig.say(ANNA, "/start")
    _, (answer,) = rig.press(ANNA, greeting, labels(greeting)[0])
    rig.press(ANNA, greeting, labels(greeting)[1])
    rig.press(ANNA, answer, zh_telegram.USELESS)

    assert [gap.text for gap in rig.ledger.gaps(0.0)] == [labels(greeting)[0]]


def test_other_materials(rigged: Callable[..., Rig], index: Path, corpus: Path) -> None:
    """After a rebuild every button that leads to what is gone says so; the rest goes on."""
    with Retriever.open(index, encoder=ToyEncoder()) as opened:
        rig = rigged(retriever=opened)
        (answer,) = rig.say(ANNA, QUESTION)
        (greeting,) = rig.say(ANNA, "/start")
        (outline,) = rig.say(ANNA, "/outline 图书馆")
        _, (reading,) = rig.press(ANNA, answer, zh_telegram.AFTER)
        (corpus / "图书馆建设讲话.txt").unlink()
        build_index(corpus, index, encoder=ToyEncoder())

        for label in (zh_telegram.BEFORE, zh_telegram.AFTER, zh_telegram.SECTION, zh_telegram.ORIGIN):
            assert rig.press(ANNA, answer, label) == (zh_telegram.GONE, [])
            assert label not in labels(reading) or rig.press(ANNA, reading, label) == (zh_telegram.GONE, [])
        assert rig.press(ANNA, answer, zh_telegram.USEFUL)[0] == zh_telegram.VOTED_UP
        assert rig.press(ANNA, greeting, labels(greeting)[0]) == (zh_telegram.EXAMPLES_CHANGED, [])
        rig.press(ANNA, outline, labels(outline)[0])
        assert rig.now(outline)["text"] == zh_telegram.OUTLINE_GONE
        rig.press(ANNA, rig.now(outline), zh_telegram.OUTLINE_LIST)
        assert rig.now(outline)["text"].startswith("共 1 篇讲话")


def test_hits_that_are_gone(wide: Rig) -> None:
    """A list that leads to them says so."""
    (answer,) = wide.say(ANNA, LEAFING)
    action = unpack(data(answer, zh_telegram.NEXT_HIT))
    assert isinstance(action, Show)
    gone = Show(tuple(type(hit)("f" * 16, hit.confidence, hit.sentence) for hit in action.hits), action.at)

    assert wide.press(ANNA, answer, gone.pack()) == (zh_telegram.GONE, [])


@pytest.mark.parametrize(
    "bad",
    ["", "x", "hello", "h9", "r", "😀", "v" * 64, "q1", "lAAAAAA==", "c", "c?1", "zAAAA", "0", " "],
)
def test_garbage_is_called_outdated(rig: Rig, answer: Json, bad: str) -> None:
    """Whatever a client sends."""
    assert rig.press(ANNA, answer, bad) == (zh_telegram.BUTTON_OLD, [])


@settings(max_examples=60)
@given(st.data())
def test_forged_buttons(shared_rig: Rig, draw: st.DataObject) -> None:
    """Data altered in any character or put together of any numbers is answered once, and nothing fails."""
    rig = shared_rig
    (answer,) = rig.say(ANNA, QUESTION)
    genuine = [one["callback_data"] for one in buttons(answer) if "callback_data" in one]
    ids = st.sampled_from(["f" * 16, *(one.id for one in rig.desk.retriever.speeches()[0].passages)])
    made = st.one_of(
        st.builds(Read, ids, st.integers(-1, 1)),
        st.builds(ReadSection, ids, st.integers(0, 255)),
        st.builds(Walk, st.just("f" * 12), st.integers(-9, 9), st.integers(0, 65535), st.booleans(), st.integers(0, 9)),
        st.builds(Sources, st.integers(0, 2**32 - 1)),
        st.builds(Example, st.integers(0, 65535), st.integers(0, 65535)),
        st.builds(Vote, ids, st.booleans()),
        st.builds(Origin, ids),
    ).map(lambda action: action.pack())
    letters = st.characters(min_codepoint=32, max_codepoint=126)
    altered = st.tuples(st.sampled_from(genuine), st.integers(0, 63), letters).map(
        lambda parts: (parts[0][: parts[1]] + parts[2] + parts[0][parts[1] + 1 :])[:64]
    )
    number = rig.world.press(ANNA, answer, draw.draw(st.one_of(made, altered, st.text(max_size=16))))
    rig.deliver()

    assert len(rig.world.callbacks[number].answers) == 1


def test_a_button_is_answered_even_when_its_deed_fails(rig: Rig, answer: Json, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once; who pressed is told the number of the error."""

    def fail(*_args: object) -> None:
        raise ValueError(QUESTION)

    rig.errors = True
    monkeypatch.setattr(Library, "context", fail)
    notice, sent = rig.press(ANNA, answer, zh_telegram.AFTER)

    assert notice == ""
    assert [text[:5] for text in texts(sent)] == [zh_telegram.ERROR[:5]]


def test_buttons_of_inline_messages(rig: Rig, answer: Json) -> None:
    """Edited by their identifier, whatever chat they are in; what would come below takes their place."""
    rig.world.inline_messages["i1"] = {"text": "x"}
    for label in (zh_telegram.AFTER, zh_telegram.SECTION, zh_telegram.ORIGIN):
        notice, sent = rig.press(ANNA, "i1", data(answer, label))
        assert (notice, sent) == ("", [])
        assert rig.world.inline_messages["i1"]["text"] != "x"
    assert rig.press(ANNA, "i1", data(answer, zh_telegram.USEFUL)) == (zh_telegram.VOTED_UP, [])
    (greeting,) = rig.say(ANNA, "/start")
    assert rig.press(ANNA, "i1", data(greeting, labels(greeting)[0])) == (zh_telegram.EXAMPLES_CHANGED, [])
    assert rig.press(ANNA, "gone", data(answer, zh_telegram.AFTER)) == ("", [])


def test_messages_that_are_too_old_or_gone(rig: Rig, answer: Json) -> None:
    """What their buttons show comes as a message of its own."""
    rig.world.remove(rig.world.chats[ANNA], answer["message_id"])
    _, (reading,) = rig.press(ANNA, answer, zh_telegram.AFTER)
    _, (listed,) = rig.press(ANNA, answer, Sources().pack())

    assert marked(reading, "blockquote")[0].startswith("各馆不得用购书经费")
    assert listed["text"].startswith("共 2 篇讲话")
    assert rig.press(ANNA, answer, zh_telegram.USEFUL)[0] == zh_telegram.VOTED_UP


def test_in_topics(rig: Rig) -> None:
    """What comes below comes in the same topic, as a reply."""
    group = rig.world.group(forum=True)
    (answer,) = rig.say(ANNA, f"/ask {QUESTION}", chat=group, thread=77)
    _, (origin,) = rig.press(BERTA, answer, zh_telegram.ORIGIN)

    assert origin["message_thread_id"] == 77
    assert origin["reply_to_message"]["message_id"] == answer["message_id"]
