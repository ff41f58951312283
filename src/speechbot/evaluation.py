"""Measure a retriever on questions with known answers.

Definitions, for a set of questions of which some are answerable (``gold`` is not empty):

- Hits are those of ``search``; of a question that the structure answers, the passages that the answer names.
- A hit is *right* when its passage's text contains one of the question's gold snippets.
- **R@k**: share of answerable questions with a right hit among the first ``k`` of ``search``, refused or not.
- **MRR@10**: mean over answerable questions of 1 / rank of the first right hit among ten, 0 without one.
- **Refused**: ``ask`` says that the materials do not answer.
- **Refusal precision**: unanswerable among the refused. **Refusal recall**: refused among the unanswerable.
- A share of nothing (no question refused, none answerable) is None, neither 0 nor 1.
- **Latency**: wall-clock time of ``ask`` alone, in milliseconds; p95 by nearest rank. The first question is asked once
  before, untimed, so that what is loaded on first use counts for none.
"""

from __future__ import annotations

import json
import math
import time
from dataclasses import asdict, dataclass
from statistics import median
from typing import TYPE_CHECKING, Any, Protocol

from speechbot.errors import QuestionError, QuestionFileError, unreadable
from speechbot.language.questions import check_question
from speechbot.wording import zh_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from speechbot.models import Answer, Hit, Speech

_DEPTH = 10  # hits that are ranked, as in MRR@10


class Searcher(Protocol):
    """What is measured; ``Retriever`` is one."""

    def search(self, question: str, k: int) -> Sequence[Hit]:
        """The best ``k`` hits, best first, without refusal."""

    def ask(self, question: str) -> Answer:
        """The answer or the refusal."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its known answer.

    Attributes:
        id: Its name in the file.
        type: Kind of question, such as ``fact`` or ``paraphrase``; results are given for each.
        question: The question.
        gold: Snippets one of which a right passage contains; empty when the right answer is a refusal.
    """

    id: str
    type: str
    question: str
    gold: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one question.

    Attributes:
        question: The question.
        rank: Rank of the first right hit from 1, or None when the first ten hold none.
        refused: Whether ``ask`` refused.
        best: The first hit, or None without hits.
        seconds: Time that ``ask`` took.
    """

    question: Question
    rank: int | None
    refused: bool
    best: Hit | None
    seconds: float

    @property
    def wrong(self) -> bool:
        """Whether a user would have been served badly: misled, or refused for nothing."""
        return (self.refused or self.rank != 1) if self.question.gold else not self.refused


@dataclass(frozen=True, slots=True)
class Scores:
    """Results over some questions; shares are in [0, 1], higher is better, None where there is nothing to share.

    Attributes:
        questions: How many.
        answerable: How many of them have an answer.
        recall_at_1: R@1.
        recall_at_3: R@3.
        recall_at_5: R@5.
        mrr_at_10: MRR@10.
        refusal_precision: Unanswerable among the refused.
        refusal_recall: Refused among the unanswerable.
        answerable_refused: How many answerable questions were refused.
    """

    questions: int
    answerable: int
    recall_at_1: float | None
    recall_at_3: float | None
    recall_at_5: float | None
    mrr_at_10: float | None
    refusal_precision: float | None
    refusal_recall: float | None
    answerable_refused: int


@dataclass(frozen=True, slots=True)
class Report:
    """Results of a question file.

    Attributes:
        overall: Over all questions.
        by_type: For each type in the order of the file.
        median_ms: Median latency of ``ask`` in milliseconds.
        p95_ms: Its 95th percentile.
        outcomes: Every question in the order of the file.
    """

    overall: Scores
    by_type: tuple[tuple[str, Scores], ...]
    median_ms: float
    p95_ms: float
    outcomes: tuple[Outcome, ...]

    @property
    def wrong(self) -> tuple[Outcome, ...]:
        """The questions that a user would have been served badly on."""
        return tuple(outcome for outcome in self.outcomes if outcome.wrong)

    def to_dict(self) -> dict[str, Any]:
        """The report as ``--json`` prints it."""
        return {
            "overall": asdict(self.overall),
            "by_type": {name: asdict(scores) for name, scores in self.by_type},
            "latency_ms": {"median": round(self.median_ms, 3), "p95": round(self.p95_ms, 3)},
            "wrong": [_wrong_to_dict(outcome) for outcome in self.wrong],
        }


def _wrong_to_dict(outcome: Outcome) -> dict[str, Any]:
    return {
        "id": outcome.question.id,
        "type": outcome.question.type,
        "question": outcome.question.question,
        "gold": list(outcome.question.gold),
        "rank": outcome.rank,
        "refused": outcome.refused,
        "best": outcome.best and outcome.best.to_dict(),
    }


def load_questions(path: Path) -> tuple[Question, ...]:
    """Read a file of JSON lines ``{"id", "type", "question", "gold": [snippet, ...]}``; other keys are ignored.

    Raises:
        QuestionFileError: The file cannot be read, holds no question, a line is malformed, or an id comes twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise QuestionFileError(path, zh_errors.QUESTIONS_MISSING) from error
    except OSError as error:
        raise QuestionFileError(path, zh_errors.QUESTIONS_UNREADABLE.format(reason=unreadable(error))) from error
    except UnicodeDecodeError as error:
        raise QuestionFileError(path, zh_errors.QUESTIONS_NOT_UTF8) from error
    # Not splitlines(): JSON strings may hold U+2028 and other line ends of Unicode's as they are.
    lines = [(number, row) for number, row in enumerate(text.split("\n"), start=1) if row.strip()]
    if not lines:
        raise QuestionFileError(path, zh_errors.QUESTIONS_NONE)
    questions: dict[str, Question] = {}
    for number, row in lines:
        question = _question(row, path=path, line=number)
        if question.id in questions:
            raise QuestionFileError(path, zh_errors.QUESTIONS_TWICE.format(id=question.id), line=number)
        questions[question.id] = question
    return tuple(questions.values())


def _question(text: str, *, path: Path, line: int) -> Question:
    try:
        row = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise QuestionFileError(path, zh_errors.QUESTIONS_NOT_JSON, line=line) from error
    if not isinstance(row, dict):
        raise QuestionFileError(path, zh_errors.QUESTIONS_NOT_OBJECT, line=line)
    for name in ("id", "type", "question"):
        if not isinstance(row.get(name), str) or not row[name].strip():
            raise QuestionFileError(path, zh_errors.QUESTIONS_FIELD.format(name=name), line=line)
    gold = row.get("gold")
    if not isinstance(gold, list) or not all(isinstance(snippet, str) and snippet for snippet in gold):
        raise QuestionFileError(path, zh_errors.QUESTIONS_GOLD, line=line)
    try:
        check_question(row["question"])
    except QuestionError as error:
        raise QuestionFileError(path, str(error), line=line) from error
    return Question(id=row["id"], type=row["type"], question=row["question"], gold=tuple(gold))


def unfounded(questions: Iterable[Question], speeches: Iterable[Speech]) -> list[Question]:
    """The questions none of whose gold snippets stands in a passage: of another corpus, or misquoted."""
    texts = [passage.text for speech in speeches for passage in speech.passages]
    return [
        question
        for question in questions
        if question.gold and not any(snippet in text for snippet in question.gold for text in texts)
    ]


def evaluate(
    retriever: Searcher,
    questions: Sequence[Question],
    *,
    k: int = _DEPTH,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Ask every question and count.

    Args:
        retriever: What is measured.
        questions: At least one question.
        k: Hits that are ranked.
        progress: Is told the number of questions done so far and in all.
    """
    retriever.ask(questions[0].question)
    outcomes = []
    for done, question in enumerate(questions, start=1):
        outcomes.append(_outcome(retriever, question, k=k))
        if progress is not None:
            progress(done, len(questions))
    types = dict.fromkeys(question.type for question in questions)
    milliseconds = sorted(outcome.seconds * 1000 for outcome in outcomes)
    return Report(
        overall=_scores(outcomes),
        by_type=tuple(
            (name, _scores([outcome for outcome in outcomes if outcome.question.type == name])) for name in types
        ),
        median_ms=median(milliseconds),
        p95_ms=milliseconds[math.ceil(0.95 * len(milliseconds)) - 1],
        outcomes=tuple(outcomes),
    )


def _outcome(retriever: Searcher, question: Question, *, k: int) -> Outcome:
    started = time.perf_counter()
    answer = retriever.ask(question.question)
    seconds = time.perf_counter() - started
    # What the structure answers is judged by the passages that it names
    hits = answer.hits if answer.kind != "passage" else retriever.search(question.question, k)
    ranks = (
        rank for rank, hit in enumerate(hits, start=1) if any(snippet in hit.passage.text for snippet in question.gold)
    )
    return Outcome(
        question=question,
        rank=next(ranks, None),
        refused=not answer.found,
        best=hits[0] if hits else None,
        seconds=seconds,
    )


def _scores(outcomes: Sequence[Outcome]) -> Scores:
    answerable = [outcome for outcome in outcomes if outcome.question.gold]
    unanswerable = [outcome for outcome in outcomes if not outcome.question.gold]
    refused = [outcome for outcome in outcomes if outcome.refused]
    rightly = sum(not outcome.question.gold for outcome in refused)
    return Scores(
        questions=len(outcomes),
        answerable=len(answerable),
        recall_at_1=_recall(answerable, k=1),
        recall_at_3=_recall(answerable, k=3),
        recall_at_5=_recall(answerable, k=5),
        mrr_at_10=_share((1 / outcome.rank if outcome.rank else 0.0 for outcome in answerable), len(answerable)),
        refusal_precision=_share([rightly], len(refused)),
        refusal_recall=_share([rightly], len(unanswerable)),
        answerable_refused=len(refused) - rightly,
    )


def _recall(answerable: Sequence[Outcome], *, k: int) -> float | None:
    found = (outcome.rank is not None and outcome.rank <= k for outcome in answerable)
    return _share(found, len(answerable))


def _share(parts: Iterable[float], whole: int) -> float | None:
    return sum(parts) / whole if whole else None
