"""What the bot remembers, against a plain model; killed, shared by threads, forgetting."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from speechbot.telegram import inbox
from speechbot.telegram.ledger import Ledger
from speechbot.telegram.records import Day, Gap, Kind, Question, Standing, Vote

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = 86_400
NOW = 1_760_000_000.0  # 2025-10-09 16:53 in China
ASKED = Question("怎样治水？", 7, 7, 1, Kind.PRIVATE, True, 0.9, ("ab", "cd"), 5.0, "g1", NOW)  # noqa: FBT003 - a row


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the ledger is."""
    return tmp_path / "bot.sqlite"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    """An empty ledger."""
    with Ledger.open(path) as opened:
        yield opened


def test_a_question_with_its_answer(ledger: Ledger) -> None:
    """Found by either message; answering anew replaces the messages."""
    row = ledger.ask(ASKED)
    assert ledger.answered(7, 1) is None
    ledger.record_answer(7, 1, [12, 11], row, now=NOW)
    assert ledger.answered(7, 1) == [12, 11]
    assert ledger.question_of(7, 11) == replace(ASKED, row=row) == ledger.question(row)
    assert ledger.question_of(8, 11) is None

    ledger.record_answer(7, 1, [], row, now=NOW)

    assert ledger.answered(7, 1) == []
    assert ledger.question_of(7, 11) is None


def test_inline_results_make_no_answer_look_faster(ledger: Ledger) -> None:
    """They count as questions, but how long they took is not known."""
    inline = replace(ASKED, kind=Kind.INLINE, chat_id=None, message_id=None, milliseconds=0.0)
    ledger.ask(inline)
    assert (ledger.usage(0).median_ms, ledger.usage(0).p95_ms) == (None, None)
    ledger.ask(ASKED)
    ledger.ask(inline)

    usage = ledger.usage(0)
    assert (usage.questions, usage.median_ms, usage.p95_ms) == (3, 5.0, 5.0)


def test_votes(ledger: Ledger) -> None:
    """One a person and answer: replaced by another, withdrawn by the same."""
    row = ledger.ask(ASKED)
    cast = [(1, Vote.UP), (1, Vote.DOWN), (2, Vote.DOWN), (1, Vote.DOWN), (1, Vote.UP)]

    assert [ledger.vote(row, "ab", user, vote, NOW) for user, vote in cast] == [
        Vote.UP,
        Vote.DOWN,
        Vote.DOWN,
        None,
        Vote.UP,
    ]
    usage = ledger.usage(NOW)
    assert (usage.up, usage.down) == (1, 1)
    assert [ledger.vote(None, "ab", 1, Vote.UP, NOW) for _ in range(2)] == [Vote.UP, None]


def test_what_was_shown(ledger: Ledger) -> None:
    """Which passages votes found of no use, by question; which answered best, the most frequent first."""
    row = ledger.ask(replace(ASKED, text=" 怎样治水？ "))
    ledger.ask(replace(ASKED, passages=("cd",)))
    ledger.ask(replace(ASKED, passages=("cd", "ab")))
    ledger.ask(replace(ASKED, passages=("ef",), found=False))
    ledger.ask(replace(ASKED, passages=()))
    ledger.ask(replace(ASKED, text=None, asked=NOW - DAY))
    for user, passage, vote in ((1, "cd", Vote.DOWN), (2, "cd", Vote.DOWN), (1, "ab", Vote.DOWN), (3, "ab", Vote.UP)):
        ledger.vote(row, passage, user, vote, NOW + user)

    assert ledger.shown(NOW, 9) == [("cd", 2), ("ab", 1)]
    assert ledger.shown(NOW - DAY, 1) == [("ab", 2)]
    assert ledger.disliked(NOW) == {"怎样治水？": ("ab", "cd")}
    assert ledger.disliked(NOW + 1) == {}


def test_gaps(ledger: Ledger) -> None:
    """Unanswered and badly answered ones, the most frequent first; no texts that are not kept, nothing old."""
    for text, found, asked in [("甲", False, NOW), (" 甲", False, NOW + 1), (None, False, NOW), ("旧", False, NOW - 1)]:
        ledger.ask(replace(ASKED, text=text, found=found, asked=asked))
    ledger.vote(ledger.ask(ASKED), "ab", 1, Vote.DOWN, NOW)
    ledger.vote(ledger.ask(replace(ASKED, text="好")), "ab", 1, Vote.UP, NOW)

    assert ledger.gaps(NOW) == [Gap("甲", 2, 0, NOW + 1), Gap("怎样治水？", 0, 1, NOW)]


def test_usage(ledger: Ledger) -> None:
    """Days begin at midnight in China; percentiles are times that were taken."""
    assert (ledger.usage(0).questions, ledger.usage(0).median_ms, ledger.usage(0).days) == (0, None, ())
    for number in range(20):
        ledger.ask(replace(ASKED, user_id=number % 3, milliseconds=number + 1.0, found=number > 4))
    ledger.ask(replace(ASKED, asked=NOW - 17 * 3600))

    usage = ledger.today(NOW)

    assert (usage.questions, usage.found, usage.people, usage.median_ms, usage.p95_ms) == (20, 15, 3, 10.0, 19.0)
    assert ledger.usage(0).days == (Day("2025-10-08", 1, 1, 1), Day("2025-10-09", 20, 15, 3))


def test_the_inbox(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each once, handed out until done; done ones are known for a while."""
    monkeypatch.setattr(inbox, "REMEMBERED", 10)
    assert [ledger.receive(5, "甲", NOW), ledger.receive(5, "乙", NOW), ledger.receive(3, "丙", NOW)] == [1, 0, 1]
    assert [ledger.waiting(), ledger.waiting()] == [[(5, "甲", 0), (3, "丙", 0)]] * 2
    for times in (1, 1, -1):
        ledger.tried(3, times)
    assert ledger.waiting() == [(5, "甲", 0), (3, "丙", 1)]

    ledger.done(5)

    assert not ledger.receive(5, "甲", NOW)
    for number in range(100, 120):
        ledger.receive(number, "", NOW)
        ledger.done(number)
    assert ledger.receive(5, "甲", NOW)
    assert not ledger.receive(119, "", NOW)
    assert ledger.waiting() == [(3, "丙", 1), (5, "甲", 0)]


def test_expiry(ledger: Ledger) -> None:
    """What is old goes, decisions stay."""
    old, new = (ledger.ask(replace(ASKED, asked=asked)) for asked in (NOW - 31 * DAY, NOW))
    for message, row, asked in [(1, old, NOW - 31 * DAY), (2, new, NOW)]:
        ledger.record_answer(7, message, [message + 10], row, now=asked)
        ledger.vote(row, "ab", 1, Vote.UP, asked)
        ledger.receive(row, "", asked)
    ledger.set_standing(7, Standing.ALLOWED, 1, NOW - 99 * DAY)

    assert ledger.expire(NOW, 30) == 1

    assert [ledger.answered(7, 1), ledger.answered(7, 2)] == [None, [12]]
    assert [question.row for question in ledger.questions()] == [new]
    assert [update for update, _, _ in ledger.waiting()] == [new]
    assert ledger.people(Standing.ALLOWED) != []
    assert ledger.ask(ASKED) > new


@pytest.mark.parametrize("standing", [Standing.ALLOWED, Standing.DENIED])
def test_a_forgotten_person(ledger: Ledger, path: Path, standing: Standing) -> None:
    """No byte of theirs is left in the files; what was decided stays; others lose nothing."""
    ledger.see(7, "王小明明", "wxmm_secret", NOW)
    ledger.see(8, "李", None, NOW)
    ledger.set_standing(7, standing, 1, NOW)
    mine, other = ledger.ask(replace(ASKED, text="我的秘密问题")), ledger.ask(replace(ASKED, user_id=8, chat_id=8))
    ledger.record_answer(7, 1, [11], mine, now=NOW)
    ledger.record_answer(8, 1, [11], other, now=NOW)
    ledger.vote(other, "ab", 7, Vote.DOWN, NOW)

    assert ledger.forget(7, NOW) == 4

    left = b"".join(item.read_bytes() for item in path.parent.iterdir())
    assert [text.encode() in left for text in ("王小明明", "wxmm_secret", "我的秘密问题")] == [False] * 3
    person = ledger.person(7)
    assert (person is not None and (person.standing, person.name)) == (standing, "")
    assert [question.row for question in ledger.questions()] == [other]
    assert [ledger.answered(7, 1), ledger.answered(8, 1), ledger.usage(0).down] == [None, [11], 0]
    assert ledger.forget(7, NOW) == 0


def test_broken_texts(ledger: Ledger) -> None:
    """Lone surrogates are replaced, pairs joined, NUL kept."""
    ledger.see(7, "a\ud800b", "\ud83d\ude00", NOW)
    ledger.put("k\udfff", "\0值")

    person = ledger.person(7)
    assert person is not None
    assert (person.name, person.username, ledger.get("k\udfff")) == ("a\ufffdb", "😀", "\0值")


def test_threads(ledger: Ledger) -> None:
    """Many at once lose nothing, and of two that deliver one update one is told that it is new."""

    def work(number: int) -> bool:
        ledger.ask(replace(ASKED, user_id=number))
        return ledger.receive(number // 2, "", NOW)

    with ThreadPoolExecutor(8) as pool:
        fresh = list(pool.map(work, range(200)))

    assert (sum(fresh), ledger.usage(0).people, len(ledger.waiting())) == (100, 200, 100)


def test_killed_in_the_middle(path: Path) -> None:
    """SIGKILL while writing: all that was told as written is there, whole."""
    script = (
        "import sys, pathlib, itertools\n"
        "from speechbot.telegram.ledger import Ledger\n"
        "ledger = Ledger.open(pathlib.Path(sys.argv[1]))\n"
        "for n in itertools.count(1):\n"
        "    ledger.receive(n, str(n) * 50, 1.0)\n"
        "    ledger.record_answer(1, n, [n * 2, n * 2 + 1], None, now=1.0)\n"
        "    print(n, flush=True)\n"
    )
    for least in (50, 300):
        path.unlink(missing_ok=True)
        with subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True) as child:  # noqa: S603
            assert child.stdout is not None
            told = [int(child.stdout.readline()) for _ in range(least)]
            os.kill(child.pid, signal.SIGKILL)
            told += [int(line) for line in child.stdout.read().splitlines() if line]
        with Ledger.open(path) as ledger:
            kept = ledger.waiting()
            assert [update for update, _, _ in kept][: len(told)] == told
            assert all(body == str(update) * 50 for update, body, _ in kept)
            assert [ledger.answered(1, n) for n in told] == [[n * 2, n * 2 + 1] for n in told]
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        for item in path.parent.iterdir():
            item.unlink()


IDS = st.integers(1, 4)


class Model(RuleBasedStateMachine):
    """People, pairs, votes and updates as plain dictionaries."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "bot.sqlite"
        self.ledger = Ledger.open(self.path)
        self.people: dict[int, tuple[str, Standing]] = {}
        self.pairs: dict[str, str] = {}
        self.votes: dict[int, Vote] = {}
        self.updates: dict[int, list[object] | None] = {}

    @rule(user=IDS, name=st.text(max_size=3))
    def see(self, user: int, name: str) -> None:
        """A person writes."""
        self.ledger.see(user, name, None, NOW)
        self.people[user] = (name, self.people.get(user, ("", Standing.UNKNOWN))[1])

    @rule(user=IDS, standing=st.sampled_from(Standing))
    def decide(self, user: int, standing: Standing) -> None:
        """An admin decides."""
        self.ledger.set_standing(user, standing, 9, NOW)
        self.people[user] = (self.people.get(user, ("", standing))[0], standing)

    @rule(user=IDS)
    def forget(self, user: int) -> None:
        """A person wants to be forgotten."""
        self.ledger.forget(user, NOW)
        self.votes.pop(user, None)
        _, standing = self.people.pop(user, ("", Standing.UNKNOWN))
        if standing is not Standing.UNKNOWN:  # what an admin decided, or is asked to decide, stays, without a name
            self.people[user] = ("", standing)

    @rule(user=IDS, vote=st.sampled_from(Vote))
    def vote(self, user: int, vote: Vote) -> None:
        """A person votes on the one answer there is."""
        stands = None if self.votes.get(user) is vote else vote
        assert self.ledger.vote(1, "ab", user, vote, NOW) == stands
        self.votes.pop(user, None)
        if stands:
            self.votes[user] = stands

    @rule(key=st.text(max_size=1), value=st.none() | st.text(max_size=3))
    def put(self, key: str, value: str | None) -> None:
        """The bot notes something."""
        self.ledger.put(key, value)
        self.pairs.pop(key, None)
        if value is not None:
            self.pairs[key] = value

    @rule(update=IDS, body=st.text(max_size=3))
    def receive(self, update: int, body: str) -> None:
        """An update comes, perhaps again."""
        assert self.ledger.receive(update, body, NOW) == (update not in self.updates)
        self.updates.setdefault(update, [body, 0])

    @rule(update=IDS)
    def done(self, update: int) -> None:
        """An update is done, perhaps one that never came."""
        self.ledger.done(update)
        if update in self.updates:
            self.updates[update] = None

    @rule(update=IDS)
    def tried(self, update: int) -> None:
        """An update is begun, perhaps one that is done."""
        self.ledger.tried(update)
        if held := self.updates.get(update):
            held[1] = int(str(held[1])) + 1

    @rule(again=st.booleans())
    def waiting(self, *, again: bool) -> None:
        """The bot starts, from the same file."""
        if again:
            self.ledger.close()
            self.ledger = Ledger.open(self.path)
        expected = [(update, *held) for update, held in self.updates.items() if held]
        assert json.dumps(self.ledger.waiting()) == json.dumps(expected)

    @invariant()
    def same(self) -> None:
        """The ledger holds what the model does."""
        assert {person.user_id: (person.name, person.standing) for person in self.ledger.people()} == self.people
        assert {key: self.ledger.get(key) for key in self.pairs} == self.pairs
        assert dict(self.ledger._rows("SELECT user_id, verdict FROM votes")) == self.votes

    def teardown(self) -> None:
        """Remove the file."""
        self.ledger.close()
        self.folder.cleanup()


TestModel = Model.TestCase
TestModel.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
