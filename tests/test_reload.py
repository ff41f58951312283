"""A retriever follows the index: each question is answered by one generation from beginning to end."""

from __future__ import annotations

import logging
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from speechbot import Retriever, build_index, retriever
from speechbot.indexing.generation import Generation
from speechbot.indexing.lease import Lease
from speechbot.indexing.store import CURRENT, GENERATIONS, history, live, open_live, rollback
from tests.conftest import ToyEncoder
from tests.test_generation import flip, rewrite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from speechbot.models import Answer

QUESTION = "修桥的钱从哪里来？"


def write(corpus: Path, number: int) -> None:
    """A corpus of which every paragraph says which one it is."""
    corpus.mkdir(exist_ok=True)
    for path in corpus.iterdir():
        path.unlink()
    for name in "甲乙丙":
        lines = [f"第{number}期{name}处的讲话"]
        lines += [f"修桥的钱从第{number}期专款里来，{name}处第{n}座桥优先安排，年底前完工。" for n in range(1, 5)]
        (corpus / f"{name}{number}.txt").write_text("\n\n".join(lines) + "\n", encoding="utf-8")


def terms(answer: Answer) -> set[str]:
    """Which corpora an answer comes from, by everything that it shows."""
    passages = [place for hit in answer.hits for place in (hit.passage, *hit.places)]
    shown = [part for one in passages for part in (one.text, one.speech)]
    return {part[part.index("第") : part.index("期")] for part in shown}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """The first corpus."""
    write(tmp_path / "材料", 1)
    return tmp_path / "材料"


@pytest.fixture
def index(corpus: Path, tmp_path: Path) -> Path:
    """Its index."""
    build_index(corpus, tmp_path / "索 引", encoder=ToyEncoder())
    return tmp_path / "索 引"


@pytest.fixture
def opened(index: Path) -> Iterator[Retriever]:
    """An open retriever."""
    with Retriever.open(index, encoder=ToyEncoder()) as found:
        yield found


def rebuild(corpus: Path, index: Path, number: int, *, encoder: ToyEncoder | None = None) -> str:
    """Publish another corpus."""
    write(corpus, number)
    return build_index(corpus, index, encoder=encoder or ToyEncoder()).generation


def test_a_new_generation_answers_the_next_question(corpus: Path, index: Path, opened: Retriever) -> None:
    """Without opening anew; the one before is closed, so that a later build removes it."""
    first = opened.generation
    assert terms(opened.ask(QUESTION)) == {"第1"}

    second = rebuild(corpus, index, 2)

    assert terms(opened.ask(QUESTION)) == {"第2"}
    assert opened.generation == second
    assert {passage.text[5:8] for speech in opened.speeches() for passage in speech.passages} == {"第2期"}
    for number in (3, 4, 5):
        rebuild(corpus, index, number)
    assert first not in history(index)


def test_a_rollback_is_followed(corpus: Path, index: Path, opened: Retriever) -> None:
    """Back and forth."""
    rebuild(corpus, index, 2)
    assert terms(opened.ask(QUESTION)) == {"第2"}

    back = rollback(index)

    assert terms(opened.ask(QUESTION)) == {"第1"}
    assert opened.generation == back == live(index)
    rebuild(corpus, index, 3)
    assert terms(opened.ask(QUESTION)) == {"第3"}


def test_nothing_is_opened_while_the_index_stays(opened: Retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking costs a look at the pointer."""
    monkeypatch.setattr(retriever, "open_live", None)

    assert opened.ask(QUESTION) == opened.ask(QUESTION)


def test_a_refresh_waits_for_who_changes_over_already(
    corpus: Path, index: Path, opened: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Questions do not; a refresh says what answers from now on, not what did until just now."""
    entered, go = threading.Event(), threading.Event()

    def slow(folder: Path) -> Generation:
        entered.set()
        assert go.wait(10)
        return open_live(folder)

    monkeypatch.setattr(retriever, "open_live", slow)
    second = rebuild(corpus, index, 2)
    with ThreadPoolExecutor(2) as pool:
        pool.submit(opened.ask, QUESTION)
        assert entered.wait(10)
        refreshed = pool.submit(opened.refresh)
        assert terms(opened.ask(QUESTION)) == {"第1"}
        go.set()

        assert refreshed.result(10) == second == opened.generation


def test_threads_are_each_answered_by_one_generation(corpus: Path, index: Path, opened: Retriever) -> None:
    """While a builder publishes one corpus after another: no error, no answer from two of them, the last one wins."""
    done = threading.Event()
    builds = 8

    def ask() -> list[set[str]]:
        found = []
        while not done.is_set():
            found.append(terms(opened.ask(QUESTION, 5)))
            found.append({speech.title[: speech.title.index("期")] for speech in opened.speeches()})
        return found

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask) for _ in range(4)]
        try:
            for number in range(2, builds + 1):
                rebuild(corpus, index, number)
                if number % 3 == 0:
                    rollback(index)
        finally:
            done.set()
        answers = [found for one in asking for found in one.result()]

    assert all(len(found) == 1 for found in answers)
    assert len(set(map(frozenset, answers))) > 1
    assert terms(opened.ask(QUESTION)) == {f"第{builds}"}
    assert opened.generation == live(index)


def test_a_question_under_way_keeps_its_generation(
    corpus: Path, index: Path, opened: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow question is answered by the generation that it began with, though that is replaced and removed meanwhile."""
    encoder = opened._encoder
    waiting, go_on = threading.Event(), threading.Event()
    real = encoder.encode_queries

    def slow(texts: list[str]) -> object:
        monkeypatch.setattr(encoder, "encode_queries", real)
        waiting.set()
        assert go_on.wait(60)
        return real(texts)

    monkeypatch.setattr(encoder, "encode_queries", slow)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(opened.ask, QUESTION)
        assert waiting.wait(60)
        for number in range(2, 7):
            rebuild(corpus, index, number)
            assert terms(opened.ask(QUESTION)) == {f"第{number}"}
        go_on.set()

        assert terms(asked.result()) == {"第1"}


def test_closing_waits_for_questions_under_way(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked before is answered; what is asked afterwards is refused; closing again does nothing."""
    opened = Retriever.open(index, encoder=ToyEncoder())
    waiting, go_on = threading.Event(), threading.Event()
    real = opened._encoder.encode_queries

    def slow(texts: list[str]) -> object:
        waiting.set()
        assert go_on.wait(60)
        return real(texts)

    monkeypatch.setattr(opened._encoder, "encode_queries", slow)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(opened.ask, QUESTION)
        assert waiting.wait(60)
        opened.close()
        with pytest.raises(ValueError, match="closed"):
            opened.ask(QUESTION)
        go_on.set()

        assert terms(asked.result()) == {"第1"}
    opened.close()


def test_closing_while_a_generation_is_opened_closes_that_too(
    corpus: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the old generation nor the new one stays open."""
    opened = Retriever.open(index, encoder=ToyEncoder())
    first, second = opened.generation, rebuild(corpus, index, 2)

    def closing(folder: Path) -> object:
        found = open_live(folder)
        opened.close()
        return found

    monkeypatch.setattr(retriever, "open_live", closing)
    with pytest.raises(ValueError, match="closed"):
        opened.ask(QUESTION)

    for name in (first, second):
        claim = Lease.claim(index / GENERATIONS / name / "manifest.json")
        assert claim is not None
        claim.release()


def damaged(corpus: Path, index: Path) -> None:
    """Publish a generation and damage it."""
    name = rebuild(corpus, index, 2)
    flip(index / GENERATIONS / name / "windows.faiss")


def other_model(corpus: Path, index: Path) -> None:
    """Publish a generation of another model."""
    rebuild(corpus, index, 2, encoder=ToyEncoder(salt=1))


def other_format(corpus: Path, index: Path) -> None:
    """Publish a generation of another format."""
    folder = index / GENERATIONS / rebuild(corpus, index, 2)
    forged = rewrite(folder, lambda stored: stored.update(format=99))
    (index / CURRENT).write_text(forged.name, encoding="utf-8")


@pytest.mark.parametrize("spoil", [damaged, other_model, other_format])
def test_what_cannot_be_opened_leaves_the_old_one(
    corpus: Path,
    index: Path,
    opened: Retriever,
    caplog: pytest.LogCaptureFixture,
    spoil: object,
) -> None:
    """The log is told once, in Chinese; the next generation is taken up."""
    assert callable(spoil)
    before = opened.generation
    caplog.set_level(logging.WARNING)
    spoil(corpus, index)

    assert [terms(opened.ask(QUESTION)) for _ in range(3)] == [{"第1"}] * 3
    (record,) = caplog.records
    assert record.getMessage().startswith("新的索引打不开，继续用原来的版本回答：")
    assert opened.generation == before
    rebuild(corpus, index, 3)
    assert terms(opened.ask(QUESTION)) == {"第3"}
    assert len(caplog.records) == 1


@pytest.mark.parametrize("pointer", [None, "..", "20250101T000000Z-abcdef"])
def test_a_lost_pointer_leaves_the_old_one(index: Path, opened: Retriever, pointer: str | None) -> None:
    """Whatever happens to the pointer, who answered goes on answering."""
    (index / CURRENT).unlink()
    if pointer is not None:
        (index / CURRENT).write_text(pointer, encoding="utf-8")

    assert terms(opened.ask(QUESTION)) == {"第1"}


def test_a_relative_index_is_followed_from_anywhere(
    corpus: Path, index: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The working directory may change after opening."""
    monkeypatch.chdir(index.parent)
    with Retriever.open(index.name, encoder=ToyEncoder()) as opened:
        (tmp_path / "别处").mkdir()
        monkeypatch.chdir(tmp_path / "别处")
        rebuild(corpus, index, 2)

        assert terms(opened.ask(QUESTION)) == {"第2"}


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts open files")  # noqa: PTH112 - at import
def test_no_file_stays_open(corpus: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many generations were followed, refused ones included."""

    def files() -> int:
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208

    # pytest keeps what is logged, and so the errors, and so all that was open
    monkeypatch.setattr(retriever._log, "disabled", True)
    with Retriever.open(index, encoder=ToyEncoder()) as opened:
        rebuild(corpus, index, 2)
        opened.ask(QUESTION)
        before = files()
        for number in range(3, 9):
            rebuild(corpus, index, number, encoder=ToyEncoder(salt=number % 2))
            opened.ask(QUESTION)
        assert files() == before


def test_an_error_of_a_library_leaves_the_old_one(
    corpus: Path, index: Path, opened: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever keeps the new generation shut, the question is answered, and the files of the new one are closed."""

    def fail(*_: object, **__: object) -> None:
        message = "out of memory"
        raise RuntimeError(message)

    closed: list[str] = []
    real = Generation.close

    def close(self: Generation) -> None:
        closed.append(self.name)
        real(self)

    monkeypatch.setattr(Generation, "close", close)
    before, name = opened.generation, rebuild(corpus, index, 2)
    closed.clear()
    monkeypatch.setattr(retriever, "check_model", fail)

    assert terms(opened.ask(QUESTION)) == {"第1"}
    assert opened.generation == before
    assert closed == [name]


def test_what_did_not_open_is_tried_again(
    corpus: Path, index: Path, opened: Retriever, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What kept a generation shut may pass: it is tried now and then, which the log is not told each time."""
    caplog.set_level(logging.WARNING)
    monkeypatch.setattr(retriever, "_RETRY", -1.0)
    file = index / GENERATIONS / rebuild(corpus, index, 2) / "windows.faiss"
    file.rename(file.with_name("aside"))

    assert [terms(opened.ask(QUESTION)) for _ in range(3)] == [{"第1"}] * 3
    assert len(caplog.records) == 1
    file.with_name("aside").rename(file)
    assert terms(opened.ask(QUESTION)) == {"第2"}


def test_nobody_waits_while_a_generation_is_opened(
    corpus: Path, index: Path, opened: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One thread changes over; a question that another one asks meanwhile is answered by the generation before."""
    opening, go_on = threading.Event(), threading.Event()

    def slow(folder: Path) -> Generation:
        opening.set()
        assert go_on.wait(10)
        return open_live(folder)

    monkeypatch.setattr(retriever, "open_live", slow)
    rebuild(corpus, index, 2)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(opened.ask, QUESTION)
        assert opening.wait(10)
        second = pool.submit(opened.ask, QUESTION)
        try:
            assert terms(second.result(5)) == {"第1"}
        finally:
            go_on.set()
        assert terms(first.result(10)) == {"第2"}
