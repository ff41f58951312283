"""Conversations, with a scripted retriever."""

from __future__ import annotations

import io
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from prompt_toolkit.history import FileHistory, InMemoryHistory

from speechbot.errors import FilterError
from speechbot.language.questions import check_question
from speechbot.models import Answer, Hit, Passage, Section, Speech
from speechbot.terminal import chat
from speechbot.terminal.chat import Chat, converse, examples, topics
from speechbot.terminal.screen import Block, Line, Style, plain
from speechbot.wording import zh_answers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def passage(number: int) -> Passage:
    """The paragraph with this number."""
    text = f"第{number}段。"
    return Passage(str(number), text, "某讲话", (), "某.txt", number, 0, len(text))


def section(title: str) -> Section:
    """A section with this heading."""
    return Section(title, "一、", 1, 0, 1, 2)


@dataclass
class Scripted:
    """Has three hits for every question; finds an answer unless the question holds 没有."""

    titles: tuple[str, ...] = ()
    asked: list[tuple[str, int]] = field(default_factory=list)
    after: list[Answer | None] = field(default_factory=list)

    def ask(self, question: str, k: int, *, after: Answer | None = None) -> Answer:
        """Check and answer, as the real one does."""
        self.after.append(after)
        checked = check_question(question)
        self.asked.append((checked, k))
        hits = tuple(Hit(passage(n), 0.9, (0, 4)) for n in (1, 2, 3))[:k]
        return Answer(checked, hits, "没有" not in checked, 0.9)

    def speeches(self) -> tuple[Speech, ...]:
        """One speech with these headings."""
        return (Speech("某讲话", "某.txt", 0, 9, tuple(map(section, self.titles)), (passage(1), passage(2))),)


def text(blocks: list[Block]) -> str:
    """The plain lines, joined."""
    return "\n".join(row for block in blocks for row in plain(block))


def full(number: int) -> str:
    """What a hit looks like in full."""
    return f"《某讲话》 · 第 {number} 段（某.txt）\n把握：高\n答句：第{number}段。\n\n第{number}段。"


@pytest.fixture
def talk() -> Chat:
    """A conversation in a pipe."""
    return Chat(Scripted(), marked=False)


def test_next_leafs_through_the_hits(talk: Chat) -> None:
    """The best one first, the following on request, each saying how many are left."""
    replies = [text(talk.reply(typed)) for typed in ("问题", "/next", " /next\n", "/next")]

    assert replies == [
        full(1) + "\n\n还有 2 条，输入 /next 看下一条",
        full(2) + "\n\n还有 1 条，输入 /next 看下一条",
        full(3),
        "没有下一条了，请输入新的问题",
    ]


def test_after_a_refusal_next_shows_the_nearest(talk: Chat) -> None:
    """Nothing is quoted before it is asked for."""
    assert text(talk.reply("没有的事")) == (
        "材料中没有找到这个问题的答案。\n可以换一种说法，用材料里可能出现的词再问一次；想看最接近的段落，请输入 /next。"
    )
    assert text(talk.reply("/NEXT")) == (
        "下面的段落最接近，但不足以回答：\n"
        "《某讲话》 · 第 1 段（某.txt）\n最接近的一句：第1段。\n\n第1段。\n\n"
        "还有 2 条，输入 /next 看下一条"
    )
    talk.reply("问题")
    assert text(talk.reply("/next")).startswith(full(2))


def test_what_a_refusal_is_followed_by_is_never_strong() -> None:
    """Bold stands for the answer, and there is none; a terminal is no exception."""
    talk = Chat(Scripted(), marked=True)
    talk.reply("没有的事")

    spans = [span for block in talk.reply("/next") if isinstance(block, Line) for span in block.spans]

    assert "第1段。" in [span.text for span in spans]
    assert [span.text for span in spans if span.style is Style.STRONG] == []


@pytest.mark.parametrize(
    ("typed", "reply"),
    [
        ("", ""),
        (" \n", ""),
        ("/outline", "《某讲话》（2 段，某.txt）"),
        ("/outline 某讲", "《某讲话》（2 段，某.txt）"),
        ("/nxt", "没有 /nxt 这个命令，请输入 /help 查看可用的命令"),
        ("/help", "\n".join(zh_answers.CHAT_HELP)),
    ],
)
def test_commands(talk: Chat, typed: str, reply: str) -> None:
    """A blank line says nothing, a command does what its name says, a misspelt one is told."""
    assert text(talk.reply(typed)) == reply


@pytest.mark.parametrize(
    ("title", "topic"),
    [
        ("第一，认真学习领会精神", "认真学习领会精神"),
        ("一、办好家门口的阅读空间", "办好家门口的阅读空间"),
        ("（二）抓好专项整治", "抓好专项整治"),
        ("三是用好志愿者", "用好志愿者"),
        ("第十二章 保护环境", "保护环境"),
        ("3.加强组织领导", "加强组织领导"),
        ("首先，把账算清楚", "把账算清楚"),
        ("十年来的主要成就", "十年来的主要成就"),
    ],
)
def test_topics_are_headings_without_numbers(title: str, topic: str) -> None:
    """A question reads better without 一、 in it."""
    assert list(topics(Scripted((title,)).speeches())) == [topic]


@pytest.mark.parametrize("typed", ["／help", "、help", " /help"])
def test_commands_may_be_typed_through_an_input_method(talk: Chat, typed: str) -> None:
    """The key of / gives ／ or 、 while a Chinese input method is on."""
    assert text(talk.reply(typed)) == text(talk.reply("/help"))


def test_topics_too_short_or_long_are_left() -> None:
    """总则 says nothing, a heading of thirty characters does not fit a question."""
    assert list(topics(Scripted(("一、总则", "二、" + "很长" * 15)).speeches())) == []


def test_examples_are_questions_that_are_answered() -> None:
    """They come from headings of this index, spread over it, and each has an answer."""
    titles = ("一、没有答案的标题", *(f"一、第{n}个标题内容" for n in "甲乙丙丁"))

    assert examples(Scripted(titles)) == [f"怎样理解“第{n}个标题内容”？" for n in "甲乙丙"]


def test_the_greeting_counts_and_offers_examples() -> None:
    """Who comes in sees how much there is, how to get help, what to ask."""
    assert text(Chat(Scripted(("一、抓好专项整治",)), marked=False).greeting()) == (
        "您好！这里有 1 篇讲话，共 2 段，请用平常的话提问。\n"
        "答案都是原文。输入 /help 看命令，按 Ctrl-D 离开。\n"
        "比如：\n   怎样理解“抓好专项整治”？\n"
    )


def test_a_pipe_is_answered_line_by_line() -> None:
    """Questions with plain answers, no greeting; a bad question costs its line and no more; /quit ends."""
    out = io.StringIO()

    converse(Scripted(), stdin=io.StringIO("没有甲\n \n😀\n没有乙\n/quit\n没有丙\n"), stdout=out, environ={})

    refusal = (
        "材料中没有找到这个问题的答案。\n"
        "可以换一种说法，用材料里可能出现的词再问一次；想看最接近的段落，请输入 /next。\n\n"
    )
    assert out.getvalue() == (
        f"问> 没有甲\n{refusal}问> 😀\n问题里没有文字，只有符号或表情，请用文字提问\n\n问> 没有乙\n{refusal}"
    )


@pytest.mark.parametrize("word", ["quit", "exit", "退出", "/退出", "/QUIT", " Exit "])
def test_words_that_leave(word: str) -> None:
    """Nobody has to know the slash, and none of these is asked."""
    out = io.StringIO()

    converse(Scripted(), stdin=io.StringIO(f"{word}\n没有甲\n"), stdout=out, environ={})

    assert out.getvalue() == ""


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Yes."""
        return True


def test_a_terminal_is_greeted_and_parted_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Greeting, answers, goodbye; lines come from the line editor, their history from the user's cache."""
    histories: list[Path] = []
    monkeypatch.setenv("NO_COLOR", "1")
    out = Terminal()

    def typed(history: Path) -> Iterator[str]:
        histories.append(history)
        yield "没有甲"

    monkeypatch.setattr(chat, "_typed", typed)

    converse(Scripted(), stdin=Terminal(), stdout=out, environ={"XDG_CACHE_HOME": str(tmp_path)})

    assert histories == [tmp_path / "speechbot" / "history"]

    rows = out.getvalue().splitlines()
    assert (rows[0], rows[-1]) == ("您好！这里有 1 篇讲话，共 2 段，请用平常的话提问。", "再见！")
    assert "材料中没有找到这个问题的答案。" in rows


def test_history_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Questions are private: mode 0600, also for a file that was open to others; blank lines are not kept."""
    path = tmp_path / "speechbot" / "history"
    path.parent.mkdir()
    path.touch(mode=0o644)

    history = chat._history(path)
    history.append_string("问题")
    history.append_string(" \t")

    assert isinstance(history, FileHistory)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(history.load_history_strings()) == ["问题"]


def test_without_a_writable_cache_nothing_is_kept(tmp_path: Path) -> None:
    """A conversation does not need its history."""
    (tmp_path / "speechbot").touch()

    assert isinstance(chat._history(tmp_path / "speechbot" / "history"), InMemoryHistory)


def test_ctrl_c_gives_a_new_line_and_ctrl_d_ends(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A line given up is not the end of the conversation."""
    typed: Iterator[str | BaseException] = iter([KeyboardInterrupt(), "问题", EOFError()])

    def prompt(_session: object, _message: str) -> str:
        event = next(typed)
        if isinstance(event, str):
            return event
        raise event

    monkeypatch.setattr("prompt_toolkit.PromptSession.prompt", prompt)
    monkeypatch.setattr("prompt_toolkit.PromptSession.__init__", lambda _session, **_options: None)

    assert list(chat._typed(tmp_path / "history")) == ["问题"]


def test_many_speeches_are_listed_by_title_alone() -> None:
    """A hundred trees would flood the screen: titles, and how to see one tree; a name that none has is told."""

    class Library(Scripted):
        def speeches(self) -> tuple[Speech, ...]:
            """Eight speeches with a heading each."""
            return tuple(
                Speech(f"第{n}讲", f"{n}.txt", 0, 9, (section("一、总则"),), (passage(1),), aliases=(f"别名{n}",))
                for n in range(8)
            )

    talk = Chat(Library(), marked=False)

    rows = text(talk.reply("/outline")).splitlines()
    assert rows[0] == "《第0讲》（1 段，0.txt）"
    assert rows[8:] == ["共 8 篇；要看一篇的标题，请输入 /outline 题目的一部分"]
    assert "一、总则" in text(talk.reply("/outline 别名3"))
    with pytest.raises(FilterError):
        talk.reply("/outline 没有")
