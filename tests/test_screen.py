"""Plain text in a pipe, colours on a terminal."""

from __future__ import annotations

import errno
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.errors import SpeechbotError
from speechbot.terminal.screen import Line, Node, Span, Style, Table, line, plain, progress, show, width

TREE = Node(line("甲", Style.STRONG), (Node(line("乙"), (Node(line("丙")),)), Node(line("丁"))))
TABLE = Table(("类型", "题数"), (("全部", "30"), ("fact", "7")))


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Yes."""
        return True


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal with colours, whatever the tests run in."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", "80")


def shown(stream: io.StringIO) -> str:
    """What ``show`` writes of a line, a tree and a table."""
    show([Line((Span("把握："), Span("高", Style.GOOD))), TREE, TABLE], stream=stream)
    return stream.getvalue()


def test_a_pipe_gets_plain_lines() -> None:
    """Trees are indented, columns aligned by what the characters take on a terminal; no escape anywhere."""
    assert shown(io.StringIO()) == "把握：高\n甲\n  乙\n    丙\n  丁\n类型  题数\n全部    30\nfact     7\n"


def test_a_terminal_gets_colours_and_branches() -> None:
    """Styles become escapes, trees get their lines."""
    text = shown(Terminal())

    assert "把握：\x1b[32m高\x1b[0m\n" in text
    assert "└── " in text


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_who_wants_no_colours_gets_none(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """NO_COLOR and a dumb terminal are heard."""
    monkeypatch.setenv(name, value)

    assert shown(Terminal()) == shown(io.StringIO())


def test_a_terminal_line_is_never_broken_or_interpreted() -> None:
    """What is copied from a terminal is the text: no line breaks of ours, no markup, no emoji codes."""
    text = "[bold]一段[/bold] :smile: " + "很长的话" * 100 + "\u3000总投入\t三百亿元\x0b分行\x0c分页\r\x08  "
    stream = Terminal()

    show([line(text)], stream=stream)

    assert stream.getvalue() == text + "\n"


def test_a_terminal_span_is_the_text_between_escapes() -> None:
    """Tabs and form feeds of a quote stay what they are inside a style too."""
    stream = Terminal()

    show([Line((Span("总投入\t"), Span("三百\x0c亿元\t", Style.STRONG), Span("。")))], stream=stream)

    assert stream.getvalue() == "总投入\t\x1b[1m三百\x0c亿元\t\x1b[0m。\n"


class Full(io.StringIO):
    """A stream on a full disk."""

    def write(self, _text: str) -> int:
        """Fail as the system does."""
        raise OSError(errno.ENOSPC, "No space left on device")


class Gone(io.StringIO):
    """A pipe whose reader has left."""

    def write(self, _text: str) -> int:
        """Fail as the system does."""
        raise BrokenPipeError


def test_a_stream_that_takes_nothing_is_an_error_in_chinese() -> None:
    """A full disk is told in one line; a reader that has left is no failure of ours and stays what it is."""
    with pytest.raises(SpeechbotError, match=r"^无法输出结果（磁盘空间不足），请换一个地方输出，或腾出空间后重试$"):
        shown(Full())
    with pytest.raises(BrokenPipeError):
        shown(Gone())


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
def test_a_plain_line_is_the_text(text: str) -> None:
    """A pipe gets every character as it is."""
    assert plain(Line((Span(text[:5], Style.STRONG), Span(text[5:])))) == [text]


@pytest.mark.parametrize(("text", "columns"), [("", 0), ("abc", 3), ("第3段", 5), ("，（", 4)])
def test_width_counts_columns(text: str, columns: int) -> None:
    """A Chinese character or full-width mark takes two columns."""
    assert width(text) == columns


def test_progress_says_what_comes_before() -> None:
    """Until the first is done, something else is under way."""
    stream = Terminal()

    with progress("编码", before="读取材料", stream=stream) as advance:
        before = stream.getvalue()
        advance(1, 4)

    assert "读取材料" in before
    assert "编码" not in before
    assert "编码" in stream.getvalue()


def test_progress_is_silent_in_a_pipe() -> None:
    """A log file gets no bar."""
    stream = io.StringIO()

    with progress("编码", stream=stream) as advance:
        advance(1, 2)

    assert stream.getvalue() == ""


def test_progress_does_without_a_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard error that was closed (`2>&-`) is no terminal."""
    monkeypatch.setattr("sys.stderr", None)

    with progress("编码") as advance:
        advance(1, 2)


def test_progress_shows_a_bar_on_a_terminal() -> None:
    """A terminal shows what is under way and how far it is."""
    stream = Terminal()

    with progress("编码", stream=stream) as advance:
        advance(1, 4)

    assert "编码" in stream.getvalue()
    assert "1/4" in stream.getvalue()
