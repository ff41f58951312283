"""What the commands say of materials and index that are checked: pages, files that fail, gold questions, checksums."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from speechbot.encoder import BUNDLED
from speechbot.indexing.store import GENERATIONS, live
from speechbot.settings import names
from tests.conftest import ToyEncoder
from tests.test_cli import run
from tests.test_generation import flip
from tests.test_indexer import RIVER, edit
from tests.test_selftest import HOPELESS, gold

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of the developer's, an empty working directory, a toy encoder for the bundled one."""
    for name in names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    toy = ToyEncoder(name=BUNDLED)
    monkeypatch.setattr("speechbot.indexing.embedding.open_encoder", lambda *_args, **_options: toy)


@pytest.fixture
def built(corpus: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An index of the corpus."""
    monkeypatch.setenv("SPEECHBOT_CORPUS", str(corpus))
    assert run("index").exit_code == 0
    return tmp_path / "index"


def test_a_file_that_fails_is_told(corpus: Path, built: Path) -> None:
    """Exit 0, the file is named with the reason; ``--strict`` is exit 1, one line, and nothing is published."""
    (corpus / "坏.txt").write_bytes(b"\x00\x01\x02" * 100)
    before = live(built)

    strict = run("index", "--strict")
    plain = run("index")

    assert (plain.exit_code, plain.stderr) == (0, "")
    assert "坏.txt" in plain.stdout
    assert (strict.exit_code, strict.stdout, strict.stderr.count("\n")) == (1, "", 1)
    assert "坏.txt" in strict.stderr
    assert live(built) == before


def test_a_lost_gold_question_is_one_line(corpus: Path, built: Path, tmp_path: Path) -> None:
    """Exit 1, the question is named, the old generation stays; the file may be named in the settings as well."""
    edit(corpus / RIVER, "全长七十八公里", "全长八十七公里")
    before = live(built)

    result = run("index", "--gold", str(gold(tmp_path, "河长")))

    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert "河长 青石河全长多少公里？" in result.stderr
    assert live(built) == before


def test_gold_questions_that_were_never_answered_are_told(corpus: Path, built: Path, tmp_path: Path) -> None:
    """Exit 0, published, and named."""
    edit(corpus / RIVER, "三年就能成荫", "五年才能成荫")
    before = live(built)

    result = run("index", "--gold", str(gold(tmp_path, "经费", extra=[HOPELESS])))

    assert result.exit_code == 0
    assert "火星" in result.stdout
    assert live(built) != before


def test_a_status_is_checked_on_request(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With ``--verify`` it says that it was, names gold questions without an answer, and finds a wrong bit."""
    monkeypatch.setenv("SPEECHBOT_GOLD", str(gold(tmp_path, "经费", extra=[HOPELESS])))

    plain, checked = run("status"), run("status", "--verify")
    data = json.loads(run("status", "--verify", "--json").stdout)

    assert "校验和与自检无误" not in plain.stdout
    assert "校验和与自检无误" in checked.stdout
    assert "火星" in checked.stdout
    assert (data["verified"], data["missed"]) == (True, ["火星"])
    monkeypatch.setattr("speechbot.indexing.generation.VERIFY_LIMIT", 0)
    flip(built / GENERATIONS / live(built) / "windows.moments.npy")
    assert run("status").exit_code == 0
    damaged = run("status", "--verify")
    assert (damaged.exit_code, damaged.stdout, damaged.stderr.count("\n")) == (1, "", 1)
    assert "windows.moments.npy" in damaged.stderr


@pytest.mark.parametrize("check", [(), ("--check",)])
def test_a_report_is_written_and_nothing_indexed(corpus: Path, tmp_path: Path, check: tuple[str, ...]) -> None:
    """The page holds what would be indexed; on the terminal the trees stand only where they are asked for."""
    result = run("index", *check, "--report", "检查.html", "--corpus", str(corpus), "--index", "neu")

    rows = result.stdout.splitlines()
    assert (result.exit_code, result.stderr) == (0, "")
    assert rows[-2:] == ["2 个文件，2 篇讲话，20 段；没有建索引", "检查报告已写入 检查.html，请用浏览器打开"]
    assert ("    一、办好家门口的阅读空间（4 段）" in rows) == bool(check)
    assert "一、办好家门口的阅读空间" in (tmp_path / "检查.html").read_text(encoding="utf-8")
    assert not (tmp_path / "neu").exists()


def test_a_report_as_json(corpus: Path, tmp_path: Path) -> None:
    """Both are written: data here, the page there."""
    found = json.loads(run("index", "--report", "检查.html", "--json", "--corpus", str(corpus)).stdout)

    assert len(found["sources"]) == 2
    assert (tmp_path / "检查.html").exists()


def test_a_report_that_cannot_be_written_fails_before_anything_is_read(tmp_path: Path) -> None:
    """Status 1 and one line about the page, though there is no corpus either."""
    result = run("index", "--report", str(tmp_path))

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"无法写检查报告 {tmp_path}（它是文件夹），请换一个文件名或文件夹后重试\n"


def test_status_describes_the_index(index: Path) -> None:
    """Generation, counts, model, size, older generations."""
    rows = run("status", "--index", str(index)).stdout.splitlines()

    assert rows[0].startswith(f"当前版本：{live(index)}（建于 ")
    assert rows[1:3] == ["内容：2 个文件，2 篇讲话，20 段，20 个检索窗口", "模型：toy（64 维）"]
    assert rows[3].startswith("大小：0.")
    assert rows[4] == "其他版本：无"


def test_status_as_json(index: Path) -> None:
    """Programs get the same facts."""
    found = json.loads(run("status", "--index", str(index), "--json").stdout)

    assert (found["generation"], found["passages"], found["model"]) == (live(index), 20, {"name": "toy", "dim": 64})


def test_rollback_goes_back(corpus: Path, index: Path) -> None:
    """The generation before is live again, and named."""
    before = live(index)
    (corpus / "河道治理讲话.txt").unlink()
    run("index", "--corpus", str(corpus), "--index", str(index))

    result = run("rollback", "--index", str(index), "--json")

    assert json.loads(result.stdout) == {"generation": before}
    assert live(index) == before
