"""What leaves for Telegram arrives whatever the network does, once where that can be known, and says where it cannot."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from telegram.error import BadRequest, Forbidden, NetworkError

from speechbot.telegram import quoting
from speechbot.telegram.outbox import DELAYS, Outbox
from speechbot.telegram.replies import Attachment, Button, Inline, Reply
from speechbot.wording import zh_telegram
from tests.telegram_kit import ANNA, BERTA, QUESTION, marked, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from tests.telegram_kit import Rig

REPLY = Reply("<b>堤</b>要高 &lt;三尺&gt;")
TEXT = "堤要高 <三尺>"
NOTE = zh_telegram.MAY_REPEAT


@pytest.fixture
def outbox(rig: Rig) -> Outbox:
    """That of a bot to which Anna has written."""
    rig.world.private(ANNA)
    return rig.desk.outbox


def there(rig: Rig, chat: int = ANNA) -> list[str]:
    """What stands in a chat."""
    return texts(rig.world.transcript(chat))


def attempt(rig: Rig, deed: Coroutine[Any, Any, Any], error: type[Exception]) -> str:
    """What is raised."""
    with pytest.raises(error) as raised:
        rig.run(deed)
    return str(raised.value)


def test_together_the_delays_last_two_minutes() -> None:
    """Longer than Telegram's usual hiccups, and not for ever."""
    assert 3600 <= sum(DELAYS) <= 3660
    assert list(DELAYS) == sorted(DELAYS)


def test_sending(rig: Rig, outbox: Outbox) -> None:
    """In order, the first as a reply; markup, buttons, no preview of links."""
    asked = rig.world.say(ANNA, "x")
    rig.deliver()
    buttons = ((Button("甲", data="q"), Button("乙", copy="乙")), (Button("丙", url="https://t.me/x"),))
    ids = rig.run(outbox.send(ANNA, [REPLY, Reply("二", buttons)], reply_to=asked["message_id"]))
    first, second = rig.world.transcript(ANNA)[-2:]

    assert [first["message_id"], second["message_id"]] == ids
    assert (first["text"], marked(first, "bold"), first["reply_to_message"]["message_id"]) == (
        TEXT,
        ["堤"],
        asked["message_id"],
    )
    assert "reply_to_message" not in second
    assert second["reply_markup"]["inline_keyboard"] == [
        [{"text": "甲", "callback_data": "q"}, {"text": "乙", "copy_text": {"text": "乙"}}],
        [{"text": "丙", "url": "https://t.me/x"}],
    ]
    assert all(
        '"is_disabled": true' in call.params["link_preview_options"]
        for call in rig.world.calls
        if call.method == "sendMessage"
    )


@pytest.mark.parametrize(
    ("faults", "expected", "least"),
    [
        (["flood"], [TEXT], 1.0),
        (["flood"] * 15, [TEXT], 15.0),
        (["gateway"], [NOTE + TEXT], 0.5),
        (["connect"], [TEXT], 0.5),
        (["connect", "connect", "connect"], [TEXT], 3.5),
        (["reset_before"], [NOTE + TEXT], 0.5),
        (["timeout"], [NOTE + TEXT], 0.5),
        (["reset_after"], [TEXT, NOTE + TEXT], 0.5),
        (["connect", "reset_before", "flood", "connect"], [NOTE + TEXT], 1.0),
        (["gateway"] * 8, [NOTE + TEXT], 120.0),
    ],
)
def test_faults(rig: Rig, outbox: Outbox, faults: list[str], expected: list[str], least: float) -> None:
    """Tried again after a while; a word on it only where the message may have arrived before."""
    rig.faults.plan("sendMessage", *faults)
    began = rig.clock()
    (number,) = rig.run(outbox.send(ANNA, [REPLY]))

    assert there(rig) == expected
    assert rig.world.transcript(ANNA)[-1]["message_id"] == number
    assert rig.clock() - began >= least


def test_given_up_in_the_end(rig: Rig, outbox: Outbox) -> None:
    """After the last delay it is raised."""
    rig.faults.plan("sendMessage", *["timeout"] * (len(DELAYS) + 1))
    attempt(rig, outbox.send(ANNA, [REPLY]), NetworkError)

    assert there(rig) == []
    assert rig.faults.draw("sendMessage") == ""


def test_the_word_is_left_out_where_it_does_not_fit(rig: Rig, outbox: Outbox) -> None:
    """A full message comes as it is."""
    rig.faults.plan("sendMessage", "gateway", "gateway")
    full, nearly = "长" * quoting.LIMIT, "长" * (quoting.LIMIT - len(NOTE))
    rig.run(outbox.send(ANNA, [Reply(full)]))
    rig.faults.plan("sendMessage", "gateway")
    rig.run(outbox.send(ANNA, [Reply(nearly)]))

    assert there(rig) == [full, NOTE + nearly]


def test_edits_and_presses_are_repeated_without_a_word(rig: Rig, outbox: Outbox) -> None:
    """Doing them twice does no harm."""
    (number,) = rig.run(outbox.send(ANNA, [Reply("x")]))
    for fault in ("gateway", "reset_before", "reset_after", "timeout", "connect", "flood"):
        rig.faults.plan("editMessageText", fault)
        assert rig.run(outbox.edit(ANNA, number, Reply(f"<b>{fault.replace('_', ' ')}</b>"))) is True
        assert there(rig) == [fault.replace("_", " ")]
        rig.faults.plan("answerCallbackQuery", fault)
        query = rig.world.ask("callback_query", {"from": rig.world.users[ANNA], "chat_instance": "1", "data": "x"})
        rig.world.updates.clear()
        rig.run(outbox.notice(query, "好"))
        assert [answer["text"] for answer in rig.world.callbacks.pop(query).answers][-1] == "好"
        rig.faults.plan("deleteMessage", fault)
        (other,) = rig.run(outbox.send(ANNA, [Reply("y")]))
        rig.run(outbox.delete(ANNA, other))
        assert len(there(rig)) == 1


def test_markup_that_is_refused(rig: Rig, outbox: Outbox) -> None:
    """The text comes without it, rather than not at all; the log says so."""
    rig.errors = True
    broken = Reply("<u堤>要高 &amp; 要<b>厚", ((Button("甲", data="q"),),))
    (number,) = rig.run(outbox.send(ANNA, [broken]))
    assert there(rig) == ["要高 & 要厚"]
    assert rig.world.transcript(ANNA)[0]["reply_markup"] == {
        "inline_keyboard": [[{"text": "甲", "callback_data": "q"}]]
    }
    rig.run(outbox.edit(ANNA, number, Reply("<b>另一个")))
    assert there(rig) == ["另一个"]
    assert [record.exc_info for record in rig.log] == [None, None]
    rig.world.calls.clear()  # which were broken on purpose


def test_editing(rig: Rig, outbox: Outbox) -> None:
    """What stands so already is fine; what is gone, another's or no text is not."""
    said = rig.world.say(ANNA, "x")
    rig.deliver()
    (number,) = rig.run(outbox.send(ANNA, [REPLY]))
    for message, expected in [(number, True), (number, True), (999, False), (said["message_id"], False)]:
        assert rig.run(outbox.edit(ANNA, message, Reply("新"))) is expected
    assert rig.run(outbox.edit(None, "nowhere", Reply("新"))) is False
    rig.world.inline_messages["i"] = {"text": "旧"}
    assert rig.run(outbox.edit(None, "i", Reply("新"))) is True
    assert rig.world.inline_messages["i"]["text"] == "新"


@pytest.mark.parametrize(("old", "new"), [(0, 1), (1, 1), (3, 1), (1, 3), (2, 2), (2, 0)])
def test_replacing(rig: Rig, outbox: Outbox, old: int, new: int) -> None:
    """As many as there are are edited, the rest sent, what is left over deleted."""
    before = rig.run(outbox.send(ANNA, [Reply(f"旧{n}") for n in range(old)]))
    after = rig.run(outbox.replace(ANNA, before, [Reply(f"新{n}") for n in range(new)]))

    assert there(rig) == [f"新{n}" for n in range(new)]
    assert after[: min(old, new)] == before[: min(old, new)]
    assert len(after) == new


def test_replacing_what_is_gone(rig: Rig, outbox: Outbox) -> None:
    """It is sent anew, to the question."""
    asked = rig.world.say(ANNA, QUESTION)
    rig.world.updates.clear()
    after = rig.run(outbox.replace(ANNA, [998, 999], [Reply("新")], reply_to=asked["message_id"]))
    (sent,) = rig.world.transcript(ANNA)[1:]

    assert after == [sent["message_id"]]
    assert sent["reply_to_message"]["message_id"] == asked["message_id"]


def test_deleting_what_cannot_be_deleted(rig: Rig, outbox: Outbox) -> None:
    """It stays."""
    group = rig.world.group()
    said = rig.world.say(BERTA, "x", chat=group)
    rig.world.updates.clear()
    rig.run(outbox.delete(group, said["message_id"]))
    rig.run(outbox.delete(ANNA, 999))

    assert there(rig, group) == ["x"]


def test_a_group_that_moved(rigged: Callable[..., Rig]) -> None:
    """What was meant for it goes to its new number, to which its access moves as well."""
    rig = rigged(access="closed", groups=frozenset({-4_000_000}))
    old = rig.world.group(kind="group")
    rig.world.say(ANNA, "x", chat=old)
    new = rig.world.migrate(old)
    rig.world.updates.clear()
    attached = Reply("附件", attachment=Attachment("甲.txt", b"x"))
    sent = rig.run(rig.desk.outbox.send(old, [REPLY, attached], reply_to=1, thread=3))
    shown = rig.world.transcript(new)

    assert [message.get("text") for message in shown[1:]] == [TEXT, "附件", None]
    assert [message["message_id"] for message in shown[1:3]] == sent
    found = rig.ledger.group(new)
    assert found is not None
    assert found.standing == "allowed"


def test_editing_in_a_group_that_moved(rig: Rig) -> None:
    """Its messages stayed behind under the old number: an answer is sent anew to the new one."""
    old = rig.world.group(kind="group")
    asked = rig.world.say(ANNA, f"/ask {QUESTION}", chat=old)
    rig.deliver()
    new = rig.world.migrate(old)
    rig.deliver()
    rig.world.push("edited_message", {**asked, "edit_date": 1})
    rig.deliver()

    assert [message.get("text", "")[:1] for message in rig.world.transcript(new)][-1] == "📖"


def test_blocked(rig: Rig, outbox: Outbox) -> None:
    """It is theirs to decide: raised at once."""
    rig.world.block(ANNA)
    rig.deliver()
    began = rig.clock()
    for deed in (outbox.send(ANNA, [REPLY]), outbox.edit(ANNA, 1, REPLY), outbox.delete(ANNA, 1)):
        assert attempt(rig, deed, Forbidden) == "Forbidden: bot was blocked by the user"
    assert rig.clock() == began


def test_no_such_chat(rig: Rig, outbox: Outbox) -> None:
    """Trying again would not help."""
    assert "chat not found" in attempt(rig, outbox.send(777, [REPLY]), BadRequest).lower()


def test_a_topic_that_is_gone(rig: Rig, outbox: Outbox) -> None:
    """Outside of it then."""
    group = rig.world.group()
    rig.run(outbox.send(group, [REPLY, Reply("附", attachment=Attachment("甲.txt", b"x"))], thread=3))

    assert [message.get("text") for message in rig.world.transcript(group)] == [TEXT, "附", None]


def test_a_file(rig: Rig, outbox: Outbox) -> None:
    """After its message, with name and content, in the same topic; not counted among the messages."""
    group = rig.world.group(forum=True)
    rig.faults.plan("sendDocument", "gateway", "flood")
    ids = rig.run(outbox.send(group, [Reply("见附件", attachment=Attachment("河 长.txt", "全文".encode()))], thread=5))
    text, file = rig.world.transcript(group)

    assert ids == [text["message_id"]]
    assert (file["document"]["file_name"], file["message_thread_id"]) == ("河 长.txt", 5)
    assert rig.world.files[file["document"]["file_id"]][1].decode() == "全文"


def test_notices_are_cut(rig: Rig, outbox: Outbox) -> None:
    """At 200 units, which is all that Telegram shows; one that comes too late is let be."""
    query = rig.world.ask("callback_query", {"from": rig.world.user(ANNA), "chat_instance": "1", "data": "x"})
    rig.world.updates.clear()
    rig.run(outbox.notice(query, "长" * 300, alert=True))
    rig.run(outbox.notice("7", "x"))

    (answer,) = rig.world.callbacks[query].answers
    assert (answer["text"], answer["show_alert"]) == ("长" * 200, True)


@pytest.mark.parametrize("shared", [True, False])
def test_inline_results(rig: Rig, outbox: Outbox, *, shared: bool) -> None:
    """Each as it was given; for everybody for a while, or for who asked only."""
    query = rig.world.inline(ANNA, "x")
    rig.world.updates.clear()
    rig.run(
        outbox.results(query, [("a.1", Inline("题", "说明", "<b>文</b>"))], shared=shared, button="按", payload="p")
    )
    (answer,) = rig.world.inlines[query].answers
    (result,) = answer["results"]
    (call,) = [call for call in rig.world.calls if call.method == "answerInlineQuery"]

    assert (result["id"], result["title"], result["description"], result["message"]["text"]) == (
        "a.1",
        "题",
        "说明",
        "文",
    )
    assert answer["button"] == {"text": "按", "start_parameter": "p"}
    assert (call.params["cache_time"], call.params["is_personal"]) == (("300", "false") if shared else ("0", "true"))
    rig.run(outbox.results("7", [], shared=shared))


def test_typing_never_fails(rig: Rig, outbox: Outbox) -> None:
    """Whatever happens to it."""
    for fault in ("gateway", "timeout", "reset_before"):
        rig.faults.plan("sendChatAction", fault)
        rig.run(outbox.typing(ANNA))
    rig.world.block(ANNA)
    rig.deliver()
    rig.run(outbox.typing(ANNA))
    rig.run(outbox.typing(777))


def test_groups_get_twenty_messages_a_minute(rigged: Callable[..., Rig]) -> None:
    """More wait for their turn, which is what Telegram would have them do; private chats do not wait for them."""
    rig = rigged(messages_per_second=30)
    group = rig.world.group()
    rig.world.private(ANNA)

    async def flood() -> float:
        began = rig.loop.now
        task = asyncio.create_task(rig.desk.outbox.send(group, [Reply(str(n)) for n in range(40)]))
        await asyncio.sleep(0)
        await rig.desk.outbox.send(ANNA, [REPLY])
        waited = rig.loop.now - began
        await task
        assert rig.loop.now - began >= 55
        return waited

    assert rig.run(flood()) < 2
    times = [message["date"] for message in rig.world.transcript(group)]
    assert all(later - earlier >= 1 for earlier, later in zip(times, times[21:], strict=False))
