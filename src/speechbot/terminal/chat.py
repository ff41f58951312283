"""A conversation in the terminal: questions, answers, a few commands."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Protocol, TextIO

from speechbot.errors import SpeechbotError
from speechbot.folders import cache_folder
from speechbot.terminal import render
from speechbot.terminal.screen import Block, Style, is_terminal, line, show
from speechbot.wording import zh_answers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from prompt_toolkit.history import History

    from speechbot.models import Answer, Hit, Speech

# Hits that /next leafs through; who wants more had better ask again.
DEPTH = 10

_EXAMPLES = 3
# Speeches that /outline draws with their headings.
_WHOLE = 5
# Characters of a heading's text that read well in a question.
_TOPIC_LENGTH = range(4, 25)
# Headings that are tried for an example; each costs one search.
_TRIES = 12

# Numbers that headings start with; a question reads better without.
_DIGITS = "[一二三四五六七八九十百\\d]+"
_LABEL = re.compile(
    rf"(?:第{_DIGITS}[编章节条][\s：:]*|第?{_DIGITS}[、，,.．]|[（(]{_DIGITS}[）)]|{_DIGITS}(?:是|要)"
    r"|[①-⑳]|#+|(?:首先|其次|再次|最后)[，,])\s*"
)


def command_key(text: str) -> str:
    """What was typed, stripped; ／ or 、 before a command is what an input method makes of the key of /."""
    return re.sub(r"^[／、](?=[A-Za-z退])", "/", text.strip())


class Answerer(Protocol):
    """What a conversation needs; ``Retriever`` is one."""

    def ask(self, question: str, k: int) -> Answer:
        """The answer, with up to ``k`` hits."""

    def speeches(self) -> tuple[Speech, ...]:
        """All speeches of the index."""


def topics(speeches: Iterable[Speech]) -> Iterator[str]:
    """Texts of the headings that read well in a question, without their numbers."""
    for speech in speeches:
        for section in speech.sections:
            text = topic(section.title)
            if text:
                yield text


def topic(title: str) -> str:
    """Text of a heading without its number, "" where it would not read well in a question."""
    text = _LABEL.sub("", title).strip()
    return text if len(text) in _TOPIC_LENGTH else ""


def examples(retriever: Answerer, *, count: int = _EXAMPLES) -> list[str]:
    """Questions on this very index that it does answer, from headings spread over the speeches."""
    found = list(dict.fromkeys(topics(retriever.speeches())))
    tried = found[:: max(1, len(found) // _TRIES)]
    questions = (zh_answers.CHAT_EXAMPLE.format(topic=text) for text in tried)
    answered = (question for question in questions if retriever.ask(question, 1).found)
    return [question for _, question in zip(range(count), answered, strict=False)]


class Chat:
    """A conversation: it remembers the last question's hits for ``/next``, and whether they answer."""

    def __init__(self, retriever: Answerer, *, marked: bool, arrange: Callable[[Answer], Answer] | None = None) -> None:
        """Start a conversation.

        Args:
            retriever: Who answers.
            marked: Mark the answering sentence inside the paragraph, as a terminal can.
            arrange: Adds to an answer what a language model makes of it.
        """
        self._retriever = retriever
        self._arrange = arrange or (lambda answer: answer)
        self._marked = marked
        self._waiting: tuple[Hit, ...] = ()
        self._found = False

    def greeting(self) -> list[Block]:
        """What is there, how to ask, three questions to start with."""
        speeches = self._retriever.speeches()
        count = sum(len(speech.passages) for speech in speeches)
        blocks: list[Block] = [
            line(zh_answers.CHAT_GREETING.format(speeches=len(speeches), passages=count), Style.STRONG),
            line(zh_answers.CHAT_HELP_HINT, Style.FAINT),
        ]
        asked = examples(self._retriever)
        if asked:
            blocks.append(line(zh_answers.CHAT_EXAMPLES))
        return [*blocks, *(line(zh_answers.INDENT + question, Style.PLACE) for question in asked), line()]

    def reply(self, text: str) -> list[Block]:
        """What to show for a line that the user typed; nothing for a blank one.

        Raises:
            SpeechbotError: The line cannot be asked, or the index cannot be read.
        """
        typed = command_key(text)
        match typed.casefold():
            case "":
                return []
            case "/help":
                return [line(row) for row in zh_answers.CHAT_HELP]
            case command if command.partition(" ")[0] == "/outline":
                return self._outline(typed.partition(" ")[2].strip())
            case "/next":
                return self._next()
            case command if command.startswith("/"):
                return [line(zh_answers.CHAT_UNKNOWN.format(command=typed), Style.FAIR)]
            case _:
                return self._ask(typed)

    def _ask(self, question: str) -> list[Block]:
        answer = self._arrange(self._retriever.ask(question, DEPTH))
        self._found = answer.found
        if not answer.found:
            self._waiting = answer.hits
            hint = zh_answers.CHAT_NOT_FOUND_HINT if answer.hits else zh_answers.NOT_FOUND_HINT
            return [*render.correction(answer), *render.refusal(hint)]
        self._waiting = answer.hits[1:]
        shown = render.passage(answer.hits[0], marked=self._marked)
        return [*render.arranged(answer), *shown, *render.correction(answer), *self._more()]

    def _outline(self, title: str) -> list[Block]:
        """The trees of the speeches that are named so, or of all; titles alone where that would flood the screen."""
        found = render.chosen(self._retriever.speeches(), title=title or None)
        if len(found) <= _WHOLE:
            return render.outline(found)
        return [*render.titles(found), line(zh_answers.CHAT_OUTLINE.format(count=len(found)), Style.FAINT)]

    def _next(self) -> list[Block]:
        if not self._waiting:
            return [line(zh_answers.CHAT_NO_MORE, Style.FAIR)]
        hit, *rest = self._waiting
        self._waiting = tuple(rest)
        shown = render.passage(hit, marked=self._marked) if self._found else render.near(hit)
        return [*shown, *self._more()]

    def _more(self) -> list[Block]:
        if not self._waiting:
            return []
        return [line(), line(zh_answers.CHAT_MORE.format(count=len(self._waiting)), Style.FAINT)]


def converse(
    retriever: Answerer,
    *,
    stdin: TextIO,
    stdout: TextIO,
    environ: Mapping[str, str],
    arrange: Callable[[Answer], Answer] | None = None,
) -> None:
    """Talk until the user leaves: with line editing on a terminal, else line by line with the questions repeated."""
    chat = Chat(retriever, marked=is_terminal(stdout), arrange=arrange)
    interactive = stdin.isatty() and stdout.isatty()
    if interactive:
        show(chat.greeting(), stream=stdout)
    for text in _typed(cache_folder(environ) / "history") if interactive else stdin:
        if command_key(text).casefold() in zh_answers.CHAT_LEAVING:
            break
        if text.strip() and not interactive:
            # Nobody typed it here: without it the answers could not be told apart
            show([line(zh_answers.CHAT_PROMPT + text.strip(), Style.STRONG)], stream=stdout)
        show(_turn(chat, text), stream=stdout)
    if interactive:
        show([line(zh_answers.CHAT_GOODBYE)], stream=stdout)


def _turn(chat: Chat, text: str) -> list[Block]:
    """A reply with a blank line below; one line when the question is bad."""
    try:
        blocks = chat.reply(text)
    except SpeechbotError as error:
        blocks = [line(str(error), Style.FAIR)]
    return [*blocks, line()] if blocks else []


def _typed(history: Path) -> Iterator[str]:
    """Lines that the user types, until Ctrl-D."""
    from prompt_toolkit import PromptSession  # noqa: PLC0415 - 0.2 s that only a conversation pays

    session: PromptSession[str] = PromptSession(history=_history(history))
    while True:
        try:
            yield session.prompt(zh_answers.CHAT_PROMPT)
        except KeyboardInterrupt:
            show([line(zh_answers.CHAT_INTERRUPTED, Style.FAINT)])
        except EOFError:
            return


def _history(path: Path) -> History:
    """The history file, for its owner's eyes only; without one where it cannot be written."""
    from prompt_toolkit.history import FileHistory, InMemoryHistory  # noqa: PLC0415 - as in _typed

    try:
        os.close(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
        path.chmod(0o600)
    except OSError:
        return InMemoryHistory()

    class Lines(FileHistory):
        def append_string(self, string: str) -> None:
            if string.strip():
                super().append_string(string)

    return Lines(str(path))
