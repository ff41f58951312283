"""What the READMEs say is what happens."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from speechbot import Answer, Retriever, build_index
from speechbot.cli import app
from speechbot.wording import (
    zh_admin,
    zh_answers,
    zh_citations,
    zh_commands,
    zh_corpus,
    zh_demo,
    zh_errors,
    zh_generator,
    zh_intents,
    zh_quotes,
    zh_report,
    zh_settings,
    zh_state,
    zh_telegram,
)

if TYPE_CHECKING:
    from typer.testing import Result

ROOT = Path(__file__).parent.parent
READMES = tuple((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md"))
WORDING = (
    zh_errors,
    zh_citations,
    zh_generator,
    zh_settings,
    zh_state,
    zh_corpus,
    zh_answers,
    zh_intents,
    zh_commands,
    zh_report,
    zh_demo,
    zh_telegram,
    zh_admin,
    zh_quotes,
)
BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
# What these commands need besides an index: a second generation, a file of questions.
QUESTIONS = "QUESTIONS.jsonl"
MORE = "全市阅读工作会上的讲话\n\n同志们：\n\n今年要办好一百场读书会，让人人有书读。\n"


def blocks(language: str) -> list[str]:
    """All code blocks of a language in both READMEs."""
    return [found["text"] for text in READMES for found in BLOCK.finditer(text) if found["language"] == language]


def commands() -> list[str]:
    """The ``speechbot`` commands in the shell blocks, without what comes before and after."""
    rows = [row.partition("#")[0].strip() for block in blocks("sh") for row in block.splitlines()]
    return [row.removeprefix(".venv/bin/") for row in rows if row.removeprefix(".venv/bin/").startswith("speechbot ")]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the project's corpus and an index of two generations by the bundled model."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "corpus", folder / "corpus")
    build_index(folder / "corpus", folder / "index")
    (folder / "corpus" / "阅读.txt").write_text(MORE, encoding="utf-8")
    build_index(folder / "corpus", folder / "index")
    (folder / QUESTIONS).write_text("".join(blocks("json")), encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings of the developer's."""
    for name in [name for name in os.environ if name.startswith("SPEECHBOT_")]:
        monkeypatch.delenv(name)


def run(row: str) -> Result:
    """Run a command as typed."""
    return CliRunner().invoke(app, shlex.split(row)[1:], input="", catch_exceptions=False)


def test_there_is_something_to_check() -> None:
    """The patterns above find the READMEs' blocks."""
    assert len(commands()) >= 7
    assert len(blocks("python")) == 1


@pytest.mark.model
@pytest.mark.parametrize("row", [*commands(), f"speechbot eval {QUESTIONS}"])
def test_commands_of_the_readmes_work(row: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each ends with status 0 and nothing on standard error."""
    monkeypatch.chdir(project)

    result = run(row)

    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.model
def test_the_python_example_works(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The README's few lines answer; the attributes it names are there."""
    monkeypatch.chdir(project)
    (example,) = blocks("python")
    variables: dict[str, object] = {}

    exec(example, variables)  # noqa: S102 - our own README

    answer = variables["answer"]
    assert isinstance(answer, Answer)
    assert answer.found
    for name in ("text", "speech", "section", "paragraph", "source"):
        assert f"`.{name}`" in READMES[0]
        assert getattr(answer.hits[0].passage, name)
    start, end = answer.hits[0].highlight
    assert "`.highlight`" in READMES[0]
    assert 0 <= start < end <= len(answer.hits[0].passage.text)


@pytest.mark.model
def test_the_question_of_make_run_is_answered_rightly(project: Path) -> None:
    """The first answer that anybody sees is the right sentence, and sure."""
    with Retriever.open(project / "index") as retriever:
        answer = retriever.ask(zh_commands.RUN_QUESTION)

    best = answer.hits[0]
    assert answer.found
    assert best.passage.text[slice(*best.highlight)] == "对党忠诚是党员的首要政治品格，是政治能力的直接体现。"
    assert answer.confidence >= 0.8


@pytest.mark.parametrize("token", [True, False])
@pytest.mark.parametrize("terminal", [True, False])
def test_make_run_starts_what_fits(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, terminal: bool, token: bool
) -> None:
    """With a token the bot, else a conversation on a terminal, else a worked example; the demonstration is offered."""
    spec = importlib.util.spec_from_file_location("run", ROOT / "scripts" / "run.py")
    assert spec is not None
    assert spec.loader is not None
    run_script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(run_script)
    started: list[tuple[str, ...]] = []
    monkeypatch.setenv("SPEECHBOT_TOKEN", "123456789:" + "x" * 35 if token else "")

    def start(*arguments: str) -> int:
        started.append(arguments)
        return 0

    monkeypatch.setattr(run_script, "speechbot", start)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: terminal)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)

    assert run_script.main() == 0

    alone = ("chat",) if terminal else ("ask", zh_commands.RUN_QUESTION)
    assert started == [("index",), ("bot",) if token else alone]
    assert (zh_commands.RUN_DEMO in capsys.readouterr().out) is not token


def test_every_command_named_exists() -> None:
    """READMEs, settings example, error texts and help name commands and options that there are."""
    chinese = [
        READMES[1],
        (ROOT / "bot.env.example").read_text("utf-8"),
        *(Path(str(room.__file__)).read_text("utf-8") for room in WORDING),
    ]
    named = {found for text in chinese for found in re.findall(r"speechbot ([a-z]+)\b", text)}
    # In English prose the word stands before any verb.
    named |= set(re.findall(r"[`/]speechbot ([a-z]+)\b", READMES[0]))
    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}

    assert known >= {"index", "ask", "chat"}
    assert named - known == set()


def test_every_make_target_named_exists() -> None:
    """READMEs and CI name targets that the Makefile has."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    texts = [*READMES, (ROOT / ".ci" / "run").read_text(encoding="utf-8")]
    named = {found for text in texts for found in re.findall(r"^\s*make (?:VENV=\S+ )?([a-z]+)\b", text, re.MULTILINE)}

    assert {"run", "test"} <= named
    assert [name for name in sorted(named) if f"\n{name}:" not in makefile] == []


def test_every_doubt_of_a_check_is_explained() -> None:
    """The table of doubts names each kind once, as the check does."""
    table = READMES[1].partition("| 存疑 | 意思 |")[2].partition("\n\n")[0]
    named = "、".join(re.findall(r"^\| (?!---)(.+?) \| ", table, re.MULTILINE)).split("、")

    assert sorted(named) == sorted(name for name, _ in zh_report.DOUBTS.values())


def test_error_texts_of_the_readme_are_ours() -> None:
    """The table of errors quotes texts that the program prints."""
    section = READMES[1].partition("## 看不懂的报错怎么办")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (?!报错|---)(.+?) \| ", section, re.MULTILINE)
    texts = [value for value in (value for room in WORDING for value in vars(room).values()) if isinstance(value, str)]

    assert len(rows) >= 6
    for row in rows:
        parts = [part for part in row.split("……") if part]
        assert any(all(part in text for part in parts) for text in texts), row


def test_every_picture_is_shown() -> None:
    """One that no README shows is not there for its readers; one that they name is there."""
    named = {name for text in READMES for name in re.findall(r"\(docs/([^)]+\.png)\)", text)}

    assert named == {path.name for path in (ROOT / "docs").glob("*.png")}
