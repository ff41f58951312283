"""Any conversations at all: whatever people do, nothing fails, everything is answered once, nothing is invented."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from speechbot import Retriever, build_index
from speechbot.telegram.buttons import Sources
from tests.conftest import DATA, ToyEncoder
from tests.telegram_kit import ADMIN, ANNA, BERTA, QUESTION, UNANSWERED, Rig, buttons, check_calls, marked

if TYPE_CHECKING:
    import pytest

    from tests.telegram_kit import Json

PEOPLE = st.sampled_from([ANNA, BERTA])
PICK = st.integers(0, 10**6)
QUESTIONS = st.one_of(
    st.sampled_from(
        [QUESTION, UNANSWERED, "柳树", "水库的闸门要检修吗？", "旧书坏了怎么办", "？！", "问" * 501, "河长\x01"]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60),
)
COMMANDS = st.sampled_from(
    "/start /help /sources /outline /privacy /forget /join /nothing /status /rebuild /allow /ask".split()
)
ARGUMENTS = st.sampled_from(["", "1", "99", "图书馆", "p_0000000000000000", "<b>", QUESTION, "@standin_bot"])
OTHER = "在水库会上的讲话\n\n同志们：\n\n水库的闸门要年年检修，不能带病过汛。\n\n渗漏要堵住，柳树要种在坝外。\n"


class Conversations(RuleBasedStateMachine):
    """People in private and in two groups, of which the bot is shown all in one; materials that change."""

    def __init__(self, index: Path) -> None:
        """An index of its own, a bot, groups."""
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        root = Path(self.folder.name)
        self.corpus, self.index = root / "材料", root / "索引"
        shutil.copytree(DATA / "corpus", self.corpus)
        shutil.copytree(index, self.index)
        self.truths: set[str] = set()
        self.retriever = Retriever.open(self.index, encoder=ToyEncoder())
        self.learn()
        self.rig = Rig(self.retriever, root / "state.sqlite", admins=frozenset({ADMIN}), questions_per_minute=0)
        self.world = self.rig.world
        self.groups = [self.world.group(), self.world.group(kind="group")]
        self.said: list[Json] = []
        self.seen: list[Json] = []

    def learn(self) -> None:
        """Note what stands in the materials."""
        self.truths |= {passage.text for speech in self.retriever.speeches() for passage in speech.passages}

    def deliver(self) -> list[Json]:
        """Have the bot do its part."""
        sent = self.rig.deliver()
        self.seen += sent
        return sent

    @rule(user=PEOPLE, text=QUESTIONS)
    def ask(self, user: int, text: str) -> None:
        """A question in private is answered exactly once, by a reply to it."""
        message = self.world.say(user, text)
        self.said.append(message)
        sent = self.deliver()
        assert len(sent) == 1
        if message["text"] and not message["text"].startswith("/"):
            assert sent[0]["reply_to_message"]["message_id"] == message["message_id"]
            assert self.rig.ledger.answered(user, message["message_id"]) == [sent[0]["message_id"]]

    @rule(user=PEOPLE, text=QUESTIONS, where=st.booleans(), how=st.sampled_from(["/ask {}", "@standin_bot {}", "{}"]))
    def ask_in_a_group(self, user: int, text: str, how: str, *, where: bool) -> None:
        """Answered once where the bot is spoken to, else not at all."""
        message = self.world.say(user, how.format(text), chat=self.groups[where])
        self.said.append(message)
        spoken = how != "{}" or "@standin_bot" in text or text.startswith("/")
        assert len(self.deliver()) <= (1 if spoken else 0)

    @precondition(lambda self: bool(self.said))
    @rule(pick=PICK, text=QUESTIONS)
    def edit(self, pick: int, text: str) -> None:
        """Any message becomes another; in private its answer stands then, once."""
        message = self.said[pick % len(self.said)]
        chat = self.world.chats[message["chat"]["id"]]
        if message["message_id"] not in chat.messages:
            return
        before = self.rig.ledger.answered(chat.info["id"], message["message_id"])
        standing = [number for number in before or () if number in chat.messages]
        changed = self.world.edit(message, text)
        sent = self.deliver()
        assert len(sent) <= 1
        if changed["text"] and chat.private and not changed["text"].startswith("/"):
            after = self.rig.ledger.answered(chat.info["id"], message["message_id"])
            assert after is not None
            assert after == (standing or [one["message_id"] for one in sent])

    @precondition(lambda self: any(map(buttons, self.seen)))
    @rule(user=PEOPLE, pick=PICK, which=PICK)
    def press(self, user: int, pick: int, which: int) -> None:
        """Any button of any message, as it is now or as it was."""
        able = [one for one in self.seen if buttons(one)]
        message = able[pick % len(able)]
        now = self.world.chats[message["chat"]["id"]].messages.get(message["message_id"], message)
        data = [one["callback_data"] for one in buttons(now) + buttons(message) if "callback_data" in one]
        if data:
            self.world.press(user, now, data[which % len(data)])
            self.deliver()

    @rule(user=PEOPLE, command=COMMANDS, argument=ARGUMENTS, where=st.integers(0, 2))
    def command(self, user: int, command: str, argument: str, where: int) -> None:
        """A command, with anything behind it, anywhere."""
        self.world.say(user, f"{command} {argument}", chat=[0, *self.groups][where])
        self.deliver()

    @rule(user=PEOPLE, kind=st.sampled_from(["sticker", "voice", "photo"]), where=st.integers(0, 2))
    def no_text(self, user: int, kind: str, where: int) -> None:
        """A picture or a sticker: a word in private, nothing in groups."""
        getattr(self.world, kind)(user, chat=[0, *self.groups][where])
        assert len(self.deliver()) == (0 if where else 1)

    @rule(user=PEOPLE, text=QUESTIONS, choose=st.booleans())
    def inline(self, user: int, text: str, *, choose: bool) -> None:
        """A query behind the bot's name is answered once; results hold what the materials say."""
        number = self.world.inline(user, text)
        assert self.deliver() == []
        (answer,) = self.world.inlines[number].answers
        for result in answer["results"]:
            self.check_quotes(result["message"])
        if choose and answer["results"]:
            self.world.choose(number, answer["results"][0]["id"])
            assert self.deliver() == []

    @rule(user=PEOPLE, pick=PICK)
    def press_below_an_inline_message(self, user: int, pick: int) -> None:
        """Buttons that were sent elsewhere."""
        self.world.inline_messages["i"] = {"text": "x"}
        data = [one["callback_data"] for message in self.seen for one in buttons(message) if "callback_data" in one]
        self.world.press(user, "i", data[pick % len(data)] if data else Sources().pack())
        self.deliver()
        self.check_quotes(self.world.inline_messages["i"])

    @rule(user=PEOPLE, text=QUESTIONS)
    def block(self, user: int, text: str) -> None:
        """Somebody asks and blocks the bot before it answers: nothing comes of it."""
        self.world.say(user, text)
        self.world.block(user)
        assert self.deliver() == []
        self.world.unblock(user)
        self.deliver()

    @rule(pick=PICK, where=st.integers(0, 3))
    def delete(self, pick: int, where: int) -> None:
        """A message is gone, anybody's."""
        number = [ANNA, BERTA, *self.groups][where]
        messages = list(self.world.chats[number].messages) if number in self.world.chats else []
        if messages:
            self.world.remove(self.world.chats[number], messages[pick % len(messages)])

    @rule(name=st.sampled_from(["图书馆建设讲话.txt", "河道治理讲话.txt", "水库.txt"]))
    def rebuild(self, name: str) -> None:
        """A file of the materials goes, or comes (back)."""
        path = self.corpus / name
        if not path.exists():
            original = DATA / "corpus" / name
            path.write_text(original.read_text(encoding="utf-8") if original.exists() else OTHER, encoding="utf-8")
        elif len(list(self.corpus.iterdir())) > 1:
            path.unlink()
        build_index(self.corpus, self.index, encoder=ToyEncoder())
        self.learn()

    @invariant()
    def nothing_fails(self) -> None:
        """No handler raised; every button was answered once; all that was said is well-formed and stands somewhere."""
        errors = [logging.Formatter().format(one) for one in self.rig.log if one.levelno >= logging.ERROR]
        assert errors == []
        assert {len(query.answers) for query in self.world.callbacks.values()} <= {1}
        check_calls(self.world)
        self.world.calls.clear()
        for event, payload in self.rig.events:
            if event in {"message", "edited"} and payload.get("from") == self.world.me:
                self.check_quotes(payload)
        self.rig.events.clear()

    def check_quotes(self, message: Json) -> None:
        """A quotation holds a paragraph of the materials, one that is folded its neighbours."""
        for quoted in marked(message, "blockquote"):
            assert quoted in self.truths
        for folded in marked(message, "expandable_blockquote"):
            assert set(folded.split("\n")[1:]) <= self.truths

    def teardown(self) -> None:
        """Stop the bot."""
        self.rig.close()
        self.retriever.close()
        self.folder.cleanup()


def test_conversations(shared_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of thirty turns each."""
    monkeypatch.setattr(
        os, "fsync", lambda _file: None
    )  # no power cuts here: waiting for the disk took most of the time
    few = settings(max_examples=15, stateful_step_count=30)
    run_state_machine_as_test(lambda: Conversations(shared_index), settings=few)  # type: ignore[arg-type] # any factory will do
