"""The commands check and trace on the tiny corpus."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from speechbot.cli import app
from speechbot.settings import names
from speechbot.wording import zh_quotes

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of the developer's, an empty working directory, no model."""
    for name in names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def refuse(*_arguments: object) -> None:
        raise AssertionError("no model is needed")

    monkeypatch.setattr("speechbot.retriever.open_encoder", refuse)


def run(*arguments: str, index: Path) -> Result:
    """Run a command in-process."""
    return CliRunner().invoke(app, [*arguments, "--index", str(index)], catch_exceptions=False)


def test_check(shared_index: Path) -> None:
    """Words need no quotes around them; the status is 0 whatever is found."""
    exact = run("check", "柳树固土快，芦苇净水强", index=shared_index)
    words = run("check", "柳树固土快", "芦苇净水强", index=shared_index)
    absent = run("check", "月球上种满了水稻和小麦", index=shared_index)

    assert (exact.exit_code, exact.stdout.splitlines()[0]) == (0, zh_quotes.EXACT)
    assert words.stdout.splitlines()[0] == zh_quotes.FOLDED.format(forms="标点、空格或换行")
    assert (absent.exit_code, absent.stdout.splitlines()[0]) == (0, zh_quotes.ABSENT)


def test_check_as_json(shared_index: Path) -> None:
    """Programs get places with offsets."""
    found = json.loads(run("check", "“柳树固土快，芦苇净水强”", "--json", index=shared_index).stdout)

    place = found["parts"][0]["findings"][0]["place"]
    assert (found["verdict"], found["quoted"]) == ("exact", "柳树固土快，芦苇净水强")
    assert (place["text"], place["end"] - place["start"], place["paragraphs"]) == ("柳树固土快，芦苇净水强", 11, [5])


def test_trace(shared_index: Path) -> None:
    """Counts are those of all, uses as many as asked for."""
    found = run("trace", "青石河", "-k", "1", index=shared_index)
    data = json.loads(run("trace", "青石河", "--speech", "推进会", "--json", index=shared_index).stdout)

    assert (found.exit_code, found.stdout.splitlines()[0]) == (0, "“青石河”共出现 3 处，见于 2 篇讲话中的 1 篇")
    assert found.stdout.splitlines()[-1] == "还有 2 处，加 -k 3 可以全部列出"
    assert (data["count"], data["speeches"], len(data["occurrences"])) == (3, 1, 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("check", "太短"), zh_quotes.TEXT_SHORT.format(length=2, limit=6)),
        (("check", "，。"), zh_quotes.TEXT_EMPTY),
        (("trace", "短"), zh_quotes.PHRASE_SHORT.format(length=1, limit=2)),
        (("trace", "长" * 101), zh_quotes.PHRASE_LONG.format(length=101, limit=100)),
    ],
)
def test_what_cannot_be_asked(shared_index: Path, arguments: tuple[str, ...], message: str) -> None:
    """One line that ends with what to do."""
    found = run(*arguments, index=shared_index)

    assert (found.exit_code, found.stdout, found.stderr) == (1, "", message + "\n")


def test_a_missing_argument() -> None:
    """Usage, in Chinese."""
    found = CliRunner().invoke(app, ["check"])

    assert (found.exit_code, found.stderr) == (2, "用法不对：缺少“引文”。请运行 speechbot check --help 查看用法\n")
