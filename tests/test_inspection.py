"""A corpus looked at as a whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from speechbot.errors import CorpusError
from speechbot.models import Source
from speechbot.parsing.parser import parse
from speechbot.reading.corpus import Corpus
from speechbot.report.inspection import inspect, inspection, message

TEXT = "山林防火讲话\n同志们：\n入秋以后风大物燥，山上的每一条小路都要有人看。\n"


def test_each_file_comes_with_its_speeches(corpus: Path) -> None:
    """Counts are those of the speeches in it; progress counts files."""
    steps: list[tuple[int, int]] = []

    found = inspect(corpus, progress=lambda done, total: steps.append((done, total)))

    assert [(file.source.name, len(file.speeches), file.passages) for file in found.files] == [
        ("图书馆建设讲话.txt", 1, 11),
        ("河道治理讲话.txt", 1, 9),
    ]
    assert (len(found.speeches), found.passages, found.folder) == (2, 20, corpus)
    assert steps == [(1, 2), (2, 2)]


def test_a_corpus_of_nothing_is_an_error(tmp_path: Path) -> None:
    """As for a build."""
    with pytest.raises(CorpusError, match="没有可读的"):
        inspect(tmp_path)


def test_files_with_paragraphs_in_common_are_counted(corpus: Path) -> None:
    """A copy under another name has them all in common that are long enough."""
    text = (corpus / "河道治理讲话.txt").read_text(encoding="utf-8")
    (corpus / "副本.txt").write_text(text, encoding="utf-8")

    ((files, count),) = inspect(corpus).overlaps()

    assert files == ("副本.txt", "河道治理讲话.txt")
    assert count == len(inspect(corpus).shared) > 5


def looked_at(encoding: str) -> Corpus:
    """A corpus of one file, with one left out and one not read."""
    return Corpus((Source("防火.x", encoding, "0", TEXT),), (("a.zip", "类型不支持"),), (("b.pdf", "打不开"),))


@pytest.mark.parametrize(("encoding", "extracted"), [("utf-8", False), ("gb18030", False), ("docx", True)])
def test_lines_of_formats_are_no_lines_of_an_editor(encoding: str, *, extracted: bool) -> None:
    """A codec's name means that the file is text."""
    corpus = looked_at(encoding)

    (file,) = inspection(Path("材料"), corpus, parse(corpus.sources[0])).files

    assert file.extracted is extracted


def test_data_holds_everything() -> None:
    """Lines, kinds and messages of a file; trees and every paragraph; what was not read."""
    corpus = looked_at("utf-8")

    data = inspection(Path("材料"), corpus, parse(corpus.sources[0])).to_dict()

    assert json.loads(json.dumps(data)) == data
    (file,) = data["sources"]
    assert (file["lines"], file["characters"]) == (4, 33)
    assert file["dropped"] == [{"line": 2, "kind": "salutation", "text": "同志们："}]
    assert file["doubts"] == []
    (speech,) = data["speeches"]
    assert (speech["title"], speech["line"], speech["date"], speech["speaker"]) == ("山林防火讲话", 1, "", "")
    assert [(passage["line"], passage["paragraph"]) for passage in speech["passages"]] == [(3, 1)]
    assert (data["skipped"], data["failed"]) == ([["a.zip", "类型不支持"]], [["b.pdf", "打不开"]])


def test_a_message_quotes_and_counts() -> None:
    """What is said of a doubt holds its number and its words."""
    source = Source("防火.txt", "utf-8", "0", TEXT.replace("秋", "\ufffd"))
    (doubt,) = inspection(Path("材料"), Corpus((source,), ()), parse(source)).files[0].audit.doubts

    assert (
        message(doubt) == "有 1 处乱码或无法显示的字符：火讲话 同志们： 入\ufffd以后风大物燥，山上的每一条小路都要有人"
    )
