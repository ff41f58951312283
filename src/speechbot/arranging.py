"""An answer arranged by a language model that may only quote: optional, and off unless configured.

The model gets the question and the passages found, numbered, and may return sentences of quotations. Nothing it writes is
shown. What is shown is cut out of our own passages, and connectives come from the list below. A sentence of its
answer is one of

    首先，材料指出：“……”[1]，同时“……”[2]。

that is: quotations in “”, each followed by the number of its passage in square brackets (several may share one number that
follows them), at most ``LEADS`` connectives in front of each, punctuation, and nothing else. Every quotation must be a part
of the passage that it cites, character for character, and at least ``LEAST`` characters long. A sentence with anything else
in it is dropped as a whole; the connectives of the others are dropped with it, since what they connect is not there any
more. Where no sentence is left there is no arrangement, and the plain answer stands alone.

A quotation is widened to the whole sentences that it was taken from: half a sentence may say the opposite of the whole
(有人认为，……，这是错误的). The same sentence is shown once.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from speechbot.errors import GeneratorError
from speechbot.language.sentences import sentence_spans
from speechbot.models import Quotation
from speechbot.wording import zh_generator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from speechbot.models import Answer, Hit

_log = logging.getLogger(__name__)

# Passages that the model sees, and characters of all of them together: a small local model reads no more in ten seconds.
MOST_PASSAGES = 5
MOST_CHARACTERS = 6000
# Characters of a quotation, at least: fewer are a word, which is found anywhere.
LEAST = 4
# Sentences shown, at most: more are no arrangement but the text again.
MOST = 8
# Connectives in front of one quotation, at most.
LEADS = 2
# Characters of the model's answer that are looked at.
_MOST_ANSWER = 20_000

# Words that order, join or introduce. None claims a cause, a contrast, a condition, a degree or a negation: these would
# say something about the content.
CONNECTIVES = tuple(
    "首先 其次 再次 然后 最后 第一 第二 第三 第四 第五 一是 二是 三是 四是 五是 一方面 另一方面 "
    "同时 此外 另外 还有 例如 比如 其中 具体来说 "
    "材料指出 材料提到 材料中指出 材料中提到 讲话指出 讲话提到 讲话中指出 讲话中提到 文中指出 文中提到 原文是".split()
)
_COMMA, _COLON = "，", "："
_SPEAKING = ("出", "到", "是", "如")  # connectives that end so have a colon behind them

_TOKEN = re.compile(
    r"(?P<quote>“)|[\[［【](?P<cite>[0-9]{1,3})[\]］】]|(?P<stop>[。！？；.!?;\n])|(?P<mark>[，、：,:\s])"
    rf"|(?P<word>{'|'.join(sorted(CONNECTIVES, key=len, reverse=True))})"
)
# What a list has at the start of a line.
_BULLET = re.compile(r"[ \t\u3000]*(?:[-*•]|[0-9]{1,2}[.、．)）])[ \t\u3000]*")
# Models that think aloud do it before they answer.
_THOUGHT = "</think>"


class Generator(Protocol):
    """A language model."""

    def complete(self, instructions: str, request: str) -> str:
        """Its answer.

        Raises:
            GeneratorError: There is none.
        """
        ...


def open_generator(url: str, model: str, *, key: str = "", timeout: float = 10) -> Generator:
    """A model behind an OpenAI-compatible server; nothing is sent yet.

    Args:
        url: The server's root, such as ``http://127.0.0.1:8000/v1``.
        model: Its name there.
        key: What the server wants to see of who asks; "" for nothing.
        timeout: Seconds that an answer may take in all.
    """
    from speechbot.generator import HttpGenerator  # noqa: PLC0415 - httpx only where it is configured

    return HttpGenerator(url, model, key=key, timeout=timeout)


def arranged(answer: Answer, generator: Generator | None) -> Answer:
    """The same answer with its arrangement, where it is none of a refusal and the model gives a usable one."""
    if generator is None or not answer.found:
        return answer
    return replace(answer, arranged=arrange(answer.corrected or answer.question, answer.hits, generator))


def arrange(question: str, hits: Sequence[Hit], generator: Generator) -> tuple[Quotation, ...]:
    """Sentences of the hits in the order of the model; none, and one line in the log, where it gives nothing usable.

    Args:
        question: The question as it was searched.
        hits: The passages that answer, best first.
        generator: The model.
    """
    seen = hits[:MOST_PASSAGES]
    try:
        reply = generator.complete(_instructions(), _request(question, seen))
    except GeneratorError as error:
        _log.warning(zh_generator.PLAIN, error.reason)
        return ()
    found = quotations(reply, [(hit.passage.id, hit.passage.text) for hit in seen])
    if not found:
        _log.warning(zh_generator.PLAIN, zh_generator.REASON_NOTHING)
    return found


def _instructions() -> str:
    return zh_generator.INSTRUCTIONS.format(words=zh_generator.WORD_SEPARATOR.join(CONNECTIVES), most=MOST)


def _request(question: str, hits: Sequence[Hit]) -> str:
    room, rows = MOST_CHARACTERS, []
    for number, hit in enumerate(hits, start=1):
        text = hit.passage.text[: max(room, 0)]
        room -= len(text)
        if text:
            rows.append(zh_generator.NUMBERED.format(number=number, text=text))
    return zh_generator.REQUEST.format(question=question, passages="\n".join(rows))


def quotations(reply: str, passages: Sequence[tuple[str, str]]) -> tuple[Quotation, ...]:
    """What of a model's answer may be shown.

    Args:
        reply: Its answer, whatever that is.
        passages: Id and text of each passage, in the order of their numbers from 1.

    Returns:
        Quotations, in the order of the answer.
    """
    sentences = list(_sentences(reply.rpartition(_THOUGHT)[2][:_MOST_ANSWER]))
    spans = [sentence_spans(text) for _, text in passages]
    checked = [_checked(sentence, passages, spans) for sentence in sentences]
    whole = all(checked)
    shown: list[Quotation] = []
    for one in (quotation for sentence in checked for quotation in sentence):
        again = any(one.passage == other.passage and one.start < other.end and other.start < one.end for other in shown)
        if not again and len(shown) < MOST:
            shown.append(one if whole else replace(one, lead=""))
    return tuple(shown)


@dataclass(slots=True)
class _Sentence:
    """A sentence as it is read.

    Attributes:
        runs: Each quotation with the connectives in front of it and the number that it cites, 0 before that is read.
        leads: Connectives that no quotation follows yet.
        clean: Whether there is nothing else in it.
        ended: Whether its full stop was read; a number may still follow.
    """

    runs: list[tuple[str, tuple[str, ...], int]] = field(default_factory=list)
    leads: list[str] = field(default_factory=list)
    clean: bool = True
    ended: bool = False

    @property
    def waiting(self) -> bool:
        """Whether the last quotation has no number yet."""
        return bool(self.runs) and self.runs[-1][2] == 0

    def cite(self, number: int) -> None:
        """Give the number to the quotations that have none; a number that belongs to none spoils the sentence."""
        self.clean = self.clean and self.waiting and number > 0
        self.runs = [(run, leads, before or number) for run, leads, before in self.runs]

    def __bool__(self) -> bool:
        """Whether anything was read."""
        return bool(self.runs or self.leads) or not self.clean


def _sentences(reply: str) -> Iterator[_Sentence]:
    """The sentences of an answer, good and bad."""
    sentence, at = _Sentence(), 0
    while at < len(reply):
        fresh = (sentence.ended or not sentence) and (at == 0 or reply[at - 1] == "\n")
        bullet = _BULLET.match(reply, at) if fresh else None
        token = _TOKEN.match(reply, at)
        kind = token.lastgroup if token else None
        if sentence.ended and (bullet or not (kind == "mark" or (kind == "cite" and sentence.waiting))):
            yield sentence
            sentence = _Sentence()
        if bullet:
            at = bullet.end()
            continue
        end = token.end() if token else at + 1
        if kind == "quote":
            end = _closing(reply, at)
            sentence.clean = sentence.clean and end > 0
            end = end or len(reply)
            sentence.runs.append((reply[at + 1 : end - 1], tuple(sentence.leads), 0))
            sentence.leads = []
        elif kind == "cite" and token:
            sentence.cite(int(token["cite"]))
        elif kind == "word" and token:
            sentence.leads.append(token["word"])
        elif kind == "stop":
            sentence.ended = bool(sentence)
        elif kind is None:
            sentence.clean = False
        at = end
    if sentence:
        yield sentence


def _closing(reply: str, opening: int) -> int:
    """Where the quotation ends that begins at ``opening``, those inside it counted; 0 where it does not."""
    depth = 0
    for at in range(opening, len(reply)):
        depth += (reply[at] == "“") - (reply[at] == "”")
        if depth == 0:
            return at + 1
    return 0


def _checked(
    sentence: _Sentence, passages: Sequence[tuple[str, str]], spans: Sequence[Sequence[tuple[int, int]]]
) -> list[Quotation]:
    """The quotations of a sentence; none where anything is wrong with it. ``spans`` are the passages' sentences."""
    if not sentence.clean or sentence.leads or sentence.waiting:
        return []
    found: list[Quotation] = []
    for run, leads, number in sentence.runs:
        if len(run.strip()) < LEAST or len(leads) > LEADS or number > len(passages):
            return []
        name, text = passages[number - 1]
        at = text.find(run)
        touched = [one for one in spans[number - 1] if one[0] < at + len(run) and at < one[1]] if at >= 0 else []
        if not touched:
            return []
        start, end = touched[0][0], touched[-1][1]
        found.append(Quotation(text[start:end], name, start, end, _lead(leads)))
    return found


def _lead(words: Sequence[str]) -> str:
    """Connectives with their punctuation."""
    if not words:
        return ""
    return _COMMA.join(words) + (_COLON if words[-1].endswith(_SPEAKING) else _COMMA)
