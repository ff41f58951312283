"""Citing, exporting and arranging on the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from speechbot import cli
from speechbot.arranging import arranged
from speechbot.retriever import Retriever
from speechbot.settings import Settings, names
from speechbot.terminal.chat import Chat
from tests.conftest import ToyEncoder
from tests.test_arranging import Saying
from tests.test_cli import PLACE, Scripted, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

QUESTION = "图书馆怎么办"


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of the developer's, an empty working directory."""
    for name in names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


class Answering(Scripted):
    """The scripted retriever over a real one, for what only that has."""

    def __init__(self, index: Path) -> None:
        super().__init__(index)
        self._real = Retriever.open(index, encoder=ToyEncoder())
        self.browse = self._real.browse

    def finish(self) -> None:
        """Close the real one; every command closes what it opened."""
        self._real.close()


@pytest.fixture
def retriever(monkeypatch: pytest.MonkeyPatch, index: Path) -> Iterator[Answering]:
    """What the commands open instead of a real retriever."""
    scripted = Answering(index)
    monkeypatch.setattr(cli, "_retriever", lambda _index: scripted)
    yield scripted
    scripted.finish()


@pytest.fixture
def saying(monkeypatch: pytest.MonkeyPatch, retriever: Answering) -> Saying:
    """A language model that quotes the first paragraph."""
    text = retriever.speeches()[0].passages[0].text
    model = Saying(f"首先，“{text[:6]}”[1]。")
    monkeypatch.setattr(cli, "_generator", lambda _settings: model)
    return model


@pytest.mark.usefixtures("retriever")
@pytest.mark.parametrize(
    ("style", "first"),
    [("footnote", "“今天我们开”①"), ("gbt7714", "“今天我们开”[1]"), ("markdown", "> 今天我们开")],
)
def test_ask_cites(style: str, first: str) -> None:
    """Below the answer, one for each hit, numbered."""
    rows = run("ask", QUESTION, "-k", "2", "--cite", style).stdout.splitlines()

    at = rows.index("引文：")
    assert rows[at - 1] == ""
    assert rows[at + 1] == first
    assert sum(row.startswith(("①", "②", "[1]", "[2]", "> ——")) for row in rows[at:]) == 2


@pytest.mark.usefixtures("retriever")
def test_citations_for_programs() -> None:
    """--json carries them; without --cite the key is not there; a refusal has none to give."""
    cited = json.loads(run("ask", QUESTION, "--cite", "gbt7714", "--json").stdout)
    refused = json.loads(run("ask", "没有的事", "--cite", "gbt7714", "--json", "--near").stdout)

    assert len(cited["citations"]) == len(cited["hits"]) == 3
    assert cited["citations"][0].endswith("在全市公共图书馆建设座谈会上的讲话[Z]: 第 1 段.")
    assert "citations" not in json.loads(run("ask", QUESTION, "--json").stdout)
    assert refused["citations"] == []


def test_an_unknown_style_is_a_usage_error() -> None:
    """In one Chinese line that names those that there are."""
    result = run("ask", QUESTION, "--cite", "apa")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "选项 --cite 的值应为 footnote、gbt7714、markdown 之一" in result.stderr


@pytest.mark.parametrize("name", ["答案.txt", "答案.docx"])
def test_ask_exports(retriever: Answering, tmp_path: Path, name: str) -> None:
    """The file is written and named; what is printed besides is as ever."""
    result = run("ask", QUESTION, "--export", name)

    assert result.stdout.endswith(f"\n\n已导出到 {name}\n")
    assert result.stdout.startswith(PLACE)
    assert (tmp_path / name).stat().st_size > 0
    if name == "答案.txt":
        assert f"索引版本：{retriever.generation}\n" in (tmp_path / name).read_text("utf-8")
    assert json.loads(run("ask", QUESTION, "--export", name, "--json").stdout)["found"]


@pytest.mark.parametrize("name", ["答案.pdf", "corpus/答案.txt", "别人.txt"])
def test_a_place_where_nothing_may_be_written_is_told_before_anything_is_opened(tmp_path: Path, name: str) -> None:
    """Status 1 and one line, though there is no index here."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "别人.txt").write_text("别人的", "utf-8")

    result = run("ask", QUESTION, "--export", name)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"无法导出到 {name}（")
    assert result.stderr.count("\n") == 1


def test_ask_shows_the_arrangement_above_the_answer(retriever: Answering, saying: Saying) -> None:
    """Quotations, sources, then the plain answer; --json carries them."""
    text = retriever.speeches()[0].passages[0].text
    sentence = text[: text.index("。") + 1]

    rows = run("ask", QUESTION).stdout.splitlines()
    data = json.loads(run("ask", QUESTION, "--json").stdout)

    assert rows[:4] == [
        "原文摘编（由语言模型挑选、排列，每句都是原文，编号见下）：",
        f"首先，“{sentence}”[1]",
        "以上出处：",
        f"[1] {PLACE} · 第 1 段（图书馆建设讲话.txt）",
    ]
    assert rows[4:8] == ["", "完整的答案：", f"{PLACE} · 第 1 段（图书馆建设讲话.txt）", "把握：高"]
    assert [one["text"] for one in data["arranged"]] == [sentence]
    assert len(saying.requests) == 2


def test_a_refusal_is_not_arranged(saying: Saying) -> None:
    """Nor is the model asked."""
    assert run("ask", "没有的事", "--near").stdout.startswith("材料中没有找到")
    assert saying.requests == []


def test_chat_shows_it_too(saying: Saying) -> None:
    """Above the first hit of each answer; neither the examples nor /next ask the model."""
    result = run("chat", stdin=f"{QUESTION}\n/next\n没有的事\n")

    assert result.stdout.count("原文摘编（") == 1
    assert result.stdout.index("原文摘编（") < result.stdout.index("把握：高")
    assert len(saying.requests) == 1


def test_a_conversation_without_a_model(retriever: Answering) -> None:
    """Is as it ever was."""
    chat, other = Chat(retriever, marked=False), Chat(retriever, marked=False, arrange=lambda one: arranged(one, None))

    assert chat.reply(QUESTION) == other.reply(QUESTION)


def test_the_settings_make_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Address, name, key and time go where they belong; without an address there is none."""
    made: list[tuple[object, ...]] = []
    monkeypatch.setattr(cli, "open_generator", lambda *given, **named: made.append((*given, named)))
    monkeypatch.setenv("SPEECHBOT_GENERATOR_URL", "http://127.0.0.1:8000/v1/")
    monkeypatch.setenv("SPEECHBOT_GENERATOR_MODEL", "qwen")
    monkeypatch.setenv("SPEECHBOT_GENERATOR_KEY", "geheim")

    cli._generator(Settings())
    monkeypatch.delenv("SPEECHBOT_GENERATOR_KEY")
    cli._generator(Settings())
    monkeypatch.delenv("SPEECHBOT_GENERATOR_URL")

    assert cli._generator(Settings()) is None
    assert made == [
        ("http://127.0.0.1:8000/v1", "qwen", {"key": "geheim", "timeout": 10}),
        ("http://127.0.0.1:8000/v1", "qwen", {"key": "", "timeout": 10}),
    ]
