"""Indexing that fails leaves the last good index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from typer.testing import CliRunner

from speechbot.cli import app
from speechbot.errors import CorpusError, IndexLocked, IndexNotWritable, ModelError
from speechbot.indexing import indexer
from speechbot.indexing.indexer import build_index, preview
from speechbot.indexing.store import history, live, locked, open_live
from speechbot.readers import list_corpus
from tests.conftest import ToyEncoder
from tests.test_indexer import RIVER, edit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from speechbot.readers import Listing


def empty(corpus: Path) -> None:
    """Remove all files."""
    for path in corpus.iterdir():
        path.unlink()


def headings_only(corpus: Path) -> None:
    """Leave a file without a body paragraph."""
    empty(corpus)
    (corpus / "空.txt").write_text("\n\n  \n", encoding="utf-8")


def not_text(corpus: Path) -> None:
    """Put a file there that is no text."""
    (corpus / "坏.txt").write_bytes(b"\x00\x01\x02" * 100)


def only_not_text(corpus: Path) -> None:
    """Leave nothing but a file that is no text."""
    empty(corpus)
    not_text(corpus)


def test_a_file_that_cannot_be_read_stops_nothing(corpus: Path, index: Path, encoder: ToyEncoder) -> None:
    """It is reported with the reason, the others are indexed; once it is mended it is indexed as well."""
    not_text(corpus)
    edit(corpus / RIVER, "三年就能成荫", "五年才能成荫")

    report = build_index(corpus, index, encoder=encoder)

    ((name, reason),) = report.failed
    assert name == "坏.txt"
    assert reason
    assert report.to_dict()["failed"] == [[name, reason]]
    assert (report.sources, report.passages, report.skipped) == (2, 20, ())
    assert build_index(corpus, index, encoder=encoder).failed == report.failed
    assert len(history(index)) == 2
    (corpus / "坏.txt").write_text("修好的讲话\n\n这一段讲的是修桥补路，路修好了，车才能走。\n", encoding="utf-8")
    mended = build_index(corpus, index, encoder=encoder)
    assert (mended.sources, mended.added, mended.failed) == (3, 1, ())


def test_a_corpus_of_which_nothing_can_be_read_says_why(corpus: Path, tmp_path: Path, encoder: ToyEncoder) -> None:
    """Nothing is left to index: the files that failed are named with their reasons, strict or not."""
    only_not_text(corpus)

    with pytest.raises(CorpusError, match=r"有 1 个文件没能读入（坏\.txt：.+）.*speechbot index$"):
        build_index(corpus, tmp_path / "索引", encoder=encoder)

    assert not (tmp_path / "索引" / "CURRENT").exists()


def test_a_strict_build_refuses_a_file_that_cannot_be_read(corpus: Path, index: Path, encoder: ToyEncoder) -> None:
    """The error names the files, three at most, with the reasons; nothing is encoded, the last index stays."""
    for name in "甲乙丙丁":
        not_text(corpus)
        (corpus / "坏.txt").rename(corpus / f"{name}.txt")
    before = history(index)

    with pytest.raises(CorpusError, match=r"有 4 个文件没能读入（.*）.*speechbot index$") as caught:
        build_index(corpus, index, encoder=encoder, strict=True)

    named = [name for name in "甲乙丙丁" if f"{name}.txt：" in str(caught.value)]
    assert len(named) == 3
    assert history(index) == before
    assert encoder.encoded == []


@pytest.mark.parametrize("spoil", [empty, headings_only, only_not_text])
def test_bad_corpus_keeps_the_last_index(
    corpus: Path, index: Path, encoder: ToyEncoder, spoil: Callable[[Path], None]
) -> None:
    """A corpus that cannot be indexed is one clear error; the last good index answers on."""
    before = history(index)
    spoil(corpus)

    with pytest.raises(CorpusError, match="speechbot index"):
        build_index(corpus, index, encoder=encoder)

    assert history(index) == before
    with open_live(index, verify=True) as opened:
        assert len(opened.catalog) == 20


def test_corpus_without_paragraphs_is_an_error(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files in which the parser finds no body paragraph are not indexed as nothing."""
    monkeypatch.setattr(indexer, "parse", lambda _source: ())

    with pytest.raises(CorpusError, match="没有可以建库的正文段落"):
        preview(corpus)


@pytest.mark.parametrize(
    "prepare",
    [
        lambda _: None,
        lambda path: path.mkdir(),
        lambda path: path.touch(),
        lambda path: (path / "甲.pdf").mkdir(parents=True),
    ],
    ids=["missing", "empty", "file", "nothing to read"],
)
def test_bad_corpus_creates_no_index(tmp_path: Path, encoder: ToyEncoder, prepare: Callable[[Path], object]) -> None:
    """Where there was no index, a build without materials leaves none, not even an empty folder."""
    prepare(tmp_path / "无")

    with pytest.raises(CorpusError):
        build_index(tmp_path / "无", tmp_path / "索引", encoder=encoder)

    assert not (tmp_path / "索引").exists()


def test_corpus_is_read_under_the_lock(
    corpus: Path, index: Path, encoder: ToyEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No other build can publish between reading and publishing: an older reading never replaces a newer one."""
    others: list[str] = []

    listed: list[Path] = []

    def list_while_another_comes(folder: Path) -> Listing:
        listed.append(folder)
        with pytest.raises(IndexLocked), locked(index):
            others.append("published in between")
        return list_corpus(folder)

    monkeypatch.setattr(indexer, "list_corpus", list_while_another_comes)
    edit(corpus / RIVER, "三年就能成荫", "五年才能成荫")

    build_index(corpus, index, encoder=encoder)

    assert others == []
    assert listed == [corpus]


def test_second_builder_is_turned_away_before_encoding(corpus: Path, index: Path, encoder: ToyEncoder) -> None:
    """While a build is running another one stops at once."""
    edit(corpus / RIVER, "三年就能成荫", "五年才能成荫")

    with locked(index), pytest.raises(IndexLocked):
        build_index(corpus, index, encoder=encoder)

    assert encoder.encoded == []


def test_unwritable_index_is_one_clear_error(corpus: Path, tmp_path: Path, encoder: ToyEncoder) -> None:
    """A file in place of the index folder is left alone and reported."""
    (tmp_path / "索引").write_text("别的文件", encoding="utf-8")

    with pytest.raises(IndexNotWritable):
        build_index(corpus, tmp_path / "索引", encoder=encoder)

    assert (tmp_path / "索引").read_text(encoding="utf-8") == "别的文件"


@pytest.mark.parametrize(
    "spoil",
    [lambda rows: rows * 2, lambda rows: rows * np.nan, lambda rows: rows[:-1], lambda rows: rows[:, :-1]],
    ids=["not unit", "nan", "too few", "other dimension"],
)
def test_bad_vectors_are_a_model_error(corpus: Path, index: Path, spoil: Callable[[np.ndarray], np.ndarray]) -> None:
    """A model that gives no unit vectors of its dimension is refused, and the last good index stays."""
    broken = ToyEncoder(name="broken")
    real = broken.encode_passages
    broken.encode_passages = lambda texts, **options: spoil(real(texts, **options))  # type: ignore[method-assign]
    before = live(index)

    with pytest.raises(ModelError, match="broken"):
        build_index(corpus, index, encoder=broken)

    assert live(index) == before


def test_the_command_fails_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Status 1, one line on stderr, nothing written."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["index", "--corpus", "nichts", "--index", "neu"])

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1
    assert "nichts" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_bad_settings_fail_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A malformed setting is told before anything is done, without its value."""
    monkeypatch.setenv("SPEECHBOT_TOKEN", "hunter2")

    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["index"])

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "配置有误：SPEECHBOT_TOKEN 不是机器人令牌，应为 @BotFather 给出的“数字:字母”。"
        "请对照 bot.env.example 修改 bot.env 或环境变量\n"
    )
