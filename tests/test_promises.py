"""The five promises: verbatim, placed, honest refusal, offline, never half an index."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from speechbot import Answer, IndexDamaged, Retriever, build_index
from speechbot.cli import app
from speechbot.indexing.disk import sha256
from speechbot.indexing.generation import CATALOG
from speechbot.indexing.store import CURRENT, GENERATIONS, live
from tests.conftest import DATA, ToyEncoder
from tests.test_generation import rewrite
from tests.test_store import STEPS, Bomb, KilledError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from speechbot import Hit, Passage, Speech

MATERIAL = Path(__file__).parent.parent / "corpus"
QUESTIONS = (
    "购书经费怎么花？",
    "青石河全长多少公里？",
    "三级河长每月至少巡河几次？",
    "流动书车开不进村怎么办？",
    "党员的首要政治品格是什么？",
)
ANSWERED = {
    "第二批主题教育什么时候开始，什么时候结束？": "第二批主题教育",
    "第二批主题教育的参加单位有哪些？": "参加",
}
UNANSWERABLE = ("红烧肉怎么做才好吃？", "火星上有没有水？", "世界杯冠军是哪支球队？", "电动车充电桩一度电多少钱？")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The material of this project and the tiny corpus, indexed by the bundled model."""
    corpus, folder = (tmp_path_factory.mktemp(name) for name in ("材料", "索引"))
    for path in (*MATERIAL.iterdir(), *(DATA / "corpus").iterdir()):
        shutil.copy(path, corpus)
    build_index(corpus, folder)
    return folder


@pytest.fixture(scope="module")
def opened(index: Path) -> Iterator[Retriever]:
    """A retriever on it."""
    with Retriever.open(index) as retriever:
        yield retriever


def ask(index: Path, question: str, *options: str) -> str:
    """What ``speechbot ask`` prints into a pipe."""
    result = CliRunner().invoke(app, ["ask", question, "--index", str(index), *options], catch_exceptions=False)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


# Verbatim.


def originals() -> dict[str, str]:
    """The text of each file, read without our help."""
    paths = (*MATERIAL.iterdir(), *(DATA / "corpus").iterdir())
    return {path.name: path.read_bytes().decode("utf-8") for path in paths}


@pytest.mark.model
@pytest.mark.parametrize("question", QUESTIONS)
def test_every_quote_is_verbatim(opened: Retriever, index: Path, question: str) -> None:
    """Every passage found stands at its offsets in the file, and the command prints it without change."""
    texts = originals()
    for hit in opened.search(question, 99):
        assert hit.passage.text == texts[hit.passage.source][hit.passage.start : hit.passage.end]
    answer = opened.ask(question)

    assert answer.found
    assert answer.hits[0].passage.text in ask(index, question).splitlines()


def forge(index: Path, sql: str) -> None:
    """Change the catalogue and everything that vouches for it."""
    folder = index / GENERATIONS / live(index)
    with closing(sqlite3.connect(folder / CATALOG)) as connection, connection:
        connection.execute(sql)
    stamp = {"size": (folder / CATALOG).stat().st_size, "sha256": sha256(folder / CATALOG)}
    forged = rewrite(folder, lambda stored: stored["files"].update({CATALOG: stamp}))
    (index / CURRENT).write_text(forged.name, encoding="utf-8")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE passages SET text = replace(text, '购书经费', '办公经费')",
        "UPDATE passages SET start = start + 1, end = end + 1",
        "UPDATE sources SET text = replace(text, '购书经费', '办公经费')",
    ],
    ids=["text", "offsets", "source"],
)
def test_what_is_not_verbatim_is_never_shown(shared_index: Path, tmp_path: Path, sql: str) -> None:
    """A quote that differs from its source is an error when it is about to be shown, though all checksums agree."""
    index = shutil.copytree(shared_index, tmp_path / "索引")
    forge(index, sql)

    with (
        Retriever.open(index, encoder=ToyEncoder()) as retriever,
        pytest.raises(IndexDamaged, match="有段落与原文不一致"),
    ):
        retriever.ask("购书经费怎么花？")


# Placed.


def path_of(passage: Passage, speech: Speech) -> tuple[str, ...]:
    """Headings above a passage, by offset."""
    return tuple(section.title for section in speech.sections if section.start <= passage.start < section.stop)


@pytest.mark.model
def test_every_quote_is_placed(opened: Retriever) -> None:
    """Every hit carries speech, headings, number and file, and they are where the passage stands."""
    speeches = {(speech.title, speech.source, speech.start): speech for speech in opened.speeches()}
    hits = opened.search(QUESTIONS[0], 99)

    assert len(hits) == 40
    for hit in hits:
        passage = hit.passage
        (speech,) = [
            speech
            for (title, source, start), speech in speeches.items()
            if (title, source) == (passage.speech, passage.source) and start <= passage.start < speech.stop
        ]
        text = originals()[passage.source]
        assert passage.speech in text[speech.start : speech.stop]
        assert speech.passages[passage.paragraph - 1] == passage
        assert passage.section == path_of(passage, speech)
        assert all(heading in text[: passage.end] for heading in passage.section)
    assert max(len(hit.passage.section) for hit in hits) >= 1


def place(hit: Hit) -> list[str]:
    """What a citation must name."""
    passage = hit.passage
    return [f"《{passage.speech}》", *passage.section, f"第 {passage.paragraph} 段", passage.source]


@pytest.mark.model
@pytest.mark.parametrize("question", QUESTIONS)
def test_every_answer_shows_its_place(opened: Retriever, index: Path, question: str) -> None:
    """The first line is the citation of the best passage; further passages and JSON carry theirs as well."""
    answer = opened.ask(question)
    shown = ask(index, question)
    data = json.loads(ask(index, question, "--json"))

    assert [part for part in place(answer.hits[0]) if part not in shown.partition("\n")[0]] == []
    assert [part for hit in answer.hits for part in place(hit) if part not in shown] == []
    for hit, record in zip(answer.hits, data["hits"], strict=True):
        assert [record[name] for name in ("speech", "section", "paragraph", "source")] == [
            hit.passage.speech,
            list(hit.passage.section),
            hit.passage.paragraph,
            hit.passage.source,
        ]


# Honest refusal.


@pytest.mark.model
@pytest.mark.parametrize("question", UNANSWERABLE)
def test_what_the_materials_do_not_answer_is_refused(opened: Retriever, index: Path, question: str) -> None:
    """The command says so and quotes nothing; the nearest passages come only on request."""
    answer = opened.ask(question)
    shown = ask(index, question)
    texts = [hit.passage.text for hit in answer.hits]

    assert not answer.found
    assert shown.startswith("材料中没有找到这个问题的答案。\n")
    assert [text for text in texts if text in shown] == []
    assert [part for hit in answer.hits for part in place(hit) if part in shown] == []
    assert [part for part in place(answer.hits[0]) if part not in ask(index, question, "--near")] == []


@pytest.mark.model
@pytest.mark.parametrize("question", ANSWERED)
def test_what_the_materials_answer_is_not_refused(opened: Retriever, question: str) -> None:
    """Refusing everything would be no honesty; the confidence is a probability."""
    answer = opened.ask(question)

    assert answer.found
    assert ANSWERED[question] in answer.hits[0].passage.text
    assert 0.5 <= answer.confidence <= 1


# Offline.

# Run before anything else in a process: whatever reaches for the network ends it.
_NO_NETWORK = """
import os, sys

def refuse(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}:
        os.write(2, f"network: {event} {arguments}".encode())
        os._exit(99)

sys.addaudithook(refuse)
"""


@pytest.mark.model
def test_indexing_and_answering_need_no_network(tmp_path: Path) -> None:
    """With a new home, no model cache and a network that must not be touched, the commands index and answer."""
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(_NO_NETWORK, encoding="utf-8")
    shutil.copytree(DATA / "corpus", tmp_path / "corpus")
    (tmp_path / "home").mkdir()
    search = os.pathsep.join(filter(None, [str(tmp_path / "hook"), os.environ.get("PYTHONPATH")]))
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"), "PYTHONPATH": search, "PYTHONUTF8": "1"}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own program
            [sys.executable, *arguments], cwd=tmp_path, env=environ, capture_output=True, check=False, encoding="utf-8"
        )

    control = run("-c", "import socket; socket.create_connection(('127.0.0.1', 9), 1)")
    built = run("-m", "speechbot", "index")
    answered = run("-m", "speechbot", "ask", "青石河全长多少公里？")

    kept = {path.relative_to(tmp_path / "home").as_posix() for path in (tmp_path / "home").rglob("*") if path.is_file()}

    assert control.returncode == 99
    assert (built.returncode, built.stderr) == (0, "")
    assert (answered.returncode, answered.stderr) == (0, "")
    assert "青石河全长七十八公里" in answered.stdout
    # Native code is not seen by the hook; onnxruntime, when it reports home, leaves an identifier there.
    assert kept == {".cache/speechbot/jieba.cache"}


# Never half an index.

OLD, NEW = "去年全市新开了四十二家社区书房", "去年全市新开了九十九家社区书房"
LIBRARY = "图书馆建设讲话.txt"


def revise(corpus: Path, old: str, new: str) -> None:
    """Change a sentence of the material."""
    path = corpus / LIBRARY
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def reader(index: Path) -> Answer:
    """Open the index and ask, as a program that starts now would."""
    with Retriever.open(index, encoder=ToyEncoder()) as retriever:
        return retriever.ask("去年新开了多少家社区书房？", 1)


@pytest.fixture
def versions(corpus: Path, tmp_path: Path) -> tuple[Path, set[Answer]]:
    """An index of the old material, and the two answers that any reader may get."""
    index, other = tmp_path / "索引", tmp_path / "另一个"
    build_index(corpus, index, encoder=ToyEncoder())
    revise(corpus, OLD, NEW)
    build_index(corpus, other, encoder=ToyEncoder())
    answers = {reader(index), reader(other)}
    assert len(answers) == 2
    return index, answers


@pytest.mark.parametrize(("name", "step"), STEPS)
def test_a_crash_at_any_point_leaves_a_whole_index(
    corpus: Path, versions: tuple[Path, set[Answer]], monkeypatch: pytest.MonkeyPatch, name: str, step: int
) -> None:
    """Wherever a build is killed, the next reader gets the old answer or the new one, and the next build succeeds."""
    index, answers = versions
    with monkeypatch.context() as patch:
        patch.setattr(os, name, Bomb(name, step, KilledError()))
        patch.setattr(shutil, "rmtree", lambda *_args, **_options: None)
        with pytest.raises(KilledError):
            build_index(corpus, index, encoder=ToyEncoder())

    assert reader(index) in answers
    build_index(corpus, index, encoder=ToyEncoder())
    assert NEW in reader(index).hits[0].passage.text


def test_readers_see_the_old_index_or_the_new(corpus: Path, versions: tuple[Path, set[Answer]]) -> None:
    """While builds follow one another, every reader gets a whole answer of one version."""
    index, answers = versions
    seen: list[Answer | Exception] = []
    done = Event()

    def read() -> None:
        while not done.is_set():
            try:
                seen.append(reader(index))
            except Exception as error:  # noqa: BLE001 - reported below, whatever it is
                seen.append(error)

    thread = Thread(target=read)
    thread.start()
    for _ in range(6):
        build_index(corpus, index, encoder=ToyEncoder())
        revise(corpus, NEW, OLD)
        build_index(corpus, index, encoder=ToyEncoder())
        revise(corpus, OLD, NEW)
    done.set()
    thread.join()

    assert len(seen) > 3
    assert [one for one in seen if one not in answers] == []
