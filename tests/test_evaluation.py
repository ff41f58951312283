"""Measures against numbers worked out by hand."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from speechbot.errors import QuestionFileError
from speechbot.evaluation import Question, Scores, evaluate, load_questions, unfounded
from speechbot.models import Answer, Hit, Passage, Speech

if TYPE_CHECKING:
    from pathlib import Path


def hit(text: str) -> Hit:
    """A hit with this text."""
    passage = Passage(
        id=text, text=text, speech="题目", section=(), source="a.txt", paragraph=1, start=0, end=len(text)
    )
    return Hit(passage=passage, score=0.5, highlight=(0, len(text)))


@dataclass
class Scripted:
    """Gives each question the texts written down for it, and refuses those in ``refused``."""

    texts: dict[str, list[str]]
    refused: set[str]

    def search(self, question: str, k: int) -> list[Hit]:
        """The texts, as hits."""
        return [hit(text) for text in self.texts[question]][:k]

    def ask(self, question: str) -> Answer:
        """An answer without hits: evaluation ranks what ``search`` gives."""
        return Answer(question=question, hits=(), found=question not in self.refused, confidence=0.5)


def question(name: str, kind: str, *gold: str) -> Question:
    """A question that is asked by its name."""
    return Question(id=name, type=kind, question=name, gold=gold)


QUESTIONS = (
    question("一", "fact", "甲"),  # rank 1
    question("二", "fact", "无此", "乙"),  # rank 2, by the second snippet
    question("三", "why", "丙"),  # rank 4, and refused
    question("四", "why", "丁"),  # not among the ten
    question("五", "none"),  # rightly refused
    question("六", "none"),  # answered although it has no answer
)
TEXTS = {
    "一": ["含甲的段落", "乙"],
    "二": ["甲", "乙", "丙"],
    "三": ["甲", "乙", "丁", "丙"],
    "四": [str(number) for number in range(10)] + ["丁"],
    "五": [],
    "六": ["甲"],
}


def test_measures_equal_the_numbers_worked_out_by_hand() -> None:
    """R@k, MRR and refusal count as defined, over all questions and for each type."""
    report = evaluate(Scripted(TEXTS, {"三", "五"}), QUESTIONS)

    assert report.overall == Scores(
        questions=6,
        answerable=4,
        recall_at_1=1 / 4,
        recall_at_3=2 / 4,
        recall_at_5=3 / 4,
        mrr_at_10=(1 + 1 / 2 + 1 / 4) / 4,
        refusal_precision=1 / 2,
        refusal_recall=1 / 2,
        answerable_refused=1,
    )
    assert report.by_type == (
        ("fact", Scores(2, 2, 1 / 2, 1.0, 1.0, 3 / 4, None, None, 0)),
        ("why", Scores(2, 2, 0.0, 0.0, 1 / 2, 1 / 8, 0.0, None, 1)),
        ("none", Scores(2, 0, None, None, None, None, 1.0, 1 / 2, 0)),
    )


def test_precision_of_no_refusal_is_undefined() -> None:
    """Where nothing is refused there is no share to give, while recall is 0."""
    report = evaluate(Scripted(TEXTS, set()), QUESTIONS)

    assert (report.overall.refusal_precision, report.overall.refusal_recall) == (None, 0.0)


def test_wrong_questions_are_those_that_serve_a_user_badly() -> None:
    """Not first, refused for nothing, or answered without an answer."""
    report = evaluate(Scripted(TEXTS, {"一", "五"}), QUESTIONS)

    assert [outcome.question.id for outcome in report.wrong] == ["一", "二", "三", "四", "六"]


def test_latency_is_that_of_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """Median and 95th percentile (nearest rank) of the time between the two looks at the clock."""
    moments = [moment for seconds in (0.001, 0.002, 0.010) for moment in (0.0, seconds)]
    monkeypatch.setattr("speechbot.evaluation.time.perf_counter", lambda: moments.pop(0))

    report = evaluate(Scripted(TEXTS, set()), QUESTIONS[:3])

    assert (report.median_ms, report.p95_ms) == (2.0, 10.0)


def test_percentile_is_the_nearest_rank(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of twenty times the 19th is the 95th percentile, whatever their order; the median lies between two."""
    seconds = [((7 * number) % 20 + 1) / 1000 for number in range(20)]
    moments = [moment for one in seconds for moment in (0.0, one)]
    monkeypatch.setattr("speechbot.evaluation.time.perf_counter", lambda: moments.pop(0))
    texts = {str(number): ["甲"] for number in range(20)}

    report = evaluate(Scripted(texts, set()), [question(name, "fact", "甲") for name in texts])

    assert (report.median_ms, report.p95_ms) == (10.5, 19.0)


def test_what_the_structure_answers_is_judged_by_the_passages_it_names() -> None:
    """Not by those that a search would give."""

    class Structured(Scripted):
        def ask(self, question: str) -> Answer:
            found = super().ask(question)
            return replace(found, kind="outline", hits=(hit("乙"), hit("甲"))) if question == "提纲" else found

    report = evaluate(
        Structured({"提纲": ["丙"], "问": ["甲"]}, set()),
        [question("提纲", "section", "甲"), question("问", "fact", "甲")],
    )

    assert [outcome.rank for outcome in report.outcomes] == [2, 1]
    assert report.outcomes[0].best == hit("乙")


def test_what_is_loaded_on_first_use_is_not_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    """One question is asked before the clock is looked at for the first time."""
    events: list[str] = []

    class Slow(Scripted):
        def ask(self, question: str) -> Answer:
            events.append(question)
            return super().ask(question)

    def look() -> float:
        events.append("clock")
        return 0.0

    monkeypatch.setattr("speechbot.evaluation.time.perf_counter", look)

    evaluate(Slow(TEXTS, set()), QUESTIONS[:2])

    assert events == ["一", "clock", "一", "clock", "clock", "二", "clock"]


def test_questions_that_nothing_can_answer_are_found() -> None:
    """Those none of whose snippets stands in a passage; one snippet is enough, refusals need none."""
    passages = (hit("含甲的段落").passage, hit("乙").passage)
    speech = Speech("题目", "a.txt", 0, 9, (), passages)

    found = unfounded([question("1", "a", "无", "乙"), question("2", "a", "丙"), question("3", "a")], [speech])

    assert [one.id for one in found] == ["2"]


def test_progress_counts_the_questions() -> None:
    """Whoever waits is told how far it is."""
    told: list[tuple[int, int]] = []

    evaluate(Scripted(TEXTS, set()), QUESTIONS[:2], progress=lambda done, total: told.append((done, total)))

    assert told == [(1, 2), (2, 2)]


def test_the_report_is_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs read measures, latency and the wrong questions with what came first instead."""
    monkeypatch.setattr("speechbot.evaluation.time.perf_counter", lambda: 0.0)
    report = evaluate(Scripted(TEXTS, set()), (question("二", "fact", "乙"), question("五", "none")))

    found = json.loads(json.dumps(report.to_dict()))

    fact = {
        "questions": 1,
        "answerable": 1,
        "recall_at_1": 0.0,
        "recall_at_3": 1.0,
        "recall_at_5": 1.0,
        "mrr_at_10": 0.5,
        "refusal_precision": None,
        "refusal_recall": None,
        "answerable_refused": 0,
    }
    assert found["overall"] == {**fact, "questions": 2, "refusal_recall": 0.0}
    assert found["by_type"]["fact"] == fact
    assert found["latency_ms"] == {"median": 0.0, "p95": 0.0}
    assert found["wrong"] == [
        {
            "id": "二",
            "type": "fact",
            "question": "二",
            "gold": ["乙"],
            "rank": 2,
            "refused": False,
            "best": hit("甲").to_dict(),
        },
        {"id": "五", "type": "none", "question": "五", "gold": [], "rank": None, "refused": False, "best": None},
    ]


def test_question_files_are_read_line_by_line(tmp_path: Path) -> None:
    """Blank lines, a byte order mark, further keys and line separators inside strings are fine."""
    path = tmp_path / "q.jsonl"
    rows = [
        {"id": "1", "type": "fact", "question": "问\u2028题", "gold": ["甲", "乙"], "speech": "题目"},
        {"id": "2", "type": "none", "question": "问题", "gold": []},
    ]
    lines = "\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("\ufeff" + lines + "\r\n", encoding="utf-8")

    assert load_questions(path) == (
        Question(id="1", type="fact", question="问\u2028题", gold=("甲", "乙")),
        Question(id="2", type="none", question="问题", gold=()),
    )


@pytest.mark.parametrize(
    ("content", "where", "reason"),
    [
        (b"", "", "里面没有问题"),
        (b"\n \n", "", "里面没有问题"),
        (b"\xff\xfe", "", "不是 UTF-8 编码"),
        (b"\n{", " 第 2 行", "不是 JSON"),
        (b"[" * 100_000, " 第 1 行", "不是 JSON"),
        (b"[1]", " 第 1 行", "不是 JSON 对象"),
        (
            b'{"id": "1", "type": "a", "question": "b", "gold": []}\n\n{"id": "1", "type": "b", "question": "c", "gold": []}',
            " 第 3 行",
            "id 1 与前面的重复",
        ),
        (
            b'{"id": "1", "type": "a", "question": "b\\u0007", "gold": []}',
            " 第 1 行",
            "问题的第 2 个字符是控制字符（U+0007），请删掉它再问",
        ),
        (b'{"type": "a", "question": "b", "gold": []}', " 第 1 行", "缺少文字字段 id"),
        (b'{"id": "1", "type": 2, "question": "b", "gold": []}', " 第 1 行", "缺少文字字段 type"),
        (b'{"id": "1", "type": "a", "question": " ", "gold": []}', " 第 1 行", "缺少文字字段 question"),
        (
            b'{"id": "1", "type": "a", "question": "b"}',
            " 第 1 行",
            "字段 gold 应为文字的列表，拒答题写成空列表 []",
        ),
        (
            b'{"id": "1", "type": "a", "question": "b", "gold": [""]}',
            " 第 1 行",
            "字段 gold 应为文字的列表，拒答题写成空列表 []",
        ),
    ],
)
def test_malformed_question_files_name_the_line(tmp_path: Path, content: bytes, where: str, reason: str) -> None:
    """Each defect gets one line with the file, the line in it and what to do."""
    path = tmp_path / "q.jsonl"
    path.write_bytes(content)

    with pytest.raises(QuestionFileError) as caught:
        load_questions(path)

    assert str(caught.value) == f"问题文件 {path}{where} 有误：{reason}。请按 README 的格式改正后重试"


def test_a_question_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A file that is not there is said so; anything else has the system's reason."""
    with pytest.raises(QuestionFileError, match="有误：文件不存在。"):
        load_questions(tmp_path / "q.jsonl")
    with pytest.raises(QuestionFileError, match="读不到文件（它是文件夹）"):
        load_questions(tmp_path)
