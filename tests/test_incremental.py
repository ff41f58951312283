"""Bringing an index up to date gives, file by file, the index that is built from nothing."""

from __future__ import annotations

import random
import shutil
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from speechbot import Retriever
from speechbot.indexing import indexer, vectors
from speechbot.indexing.generation import CATALOG
from speechbot.indexing.indexer import build_index
from speechbot.indexing.store import GENERATIONS, history, live, open_live
from speechbot.language.words import query_terms
from speechbot.reading.corpus import list_corpus, read_material
from tests.conftest import ToyEncoder
from tests.test_catalog import dump
from tests.test_indexer import RIVER, edit

if TYPE_CHECKING:
    from pathlib import Path

    from speechbot.indexing.generation import Generation
    from speechbot.indexing.manifest import FileStamp
    from speechbot.models import Source
    from speechbot.reading.corpus import Listing, Material

PLACES = ("东河口", "西柳巷", "南沙洲", "北关桥", "青石滩", "白杨渡", "马家湾", "黄泥岗")
DEEDS = ("清淤", "修堤", "种树", "截污", "架桥", "通水", "建书屋", "设岗亭", "办夜校", "装路灯")
TERMS = ("今年六月底前", "三年之内", "汛期到来以前", "入冬之前", "明年春天")
QUESTIONS = ("东河口什么时候清淤？", "谁来修堤？", "青石滩的路灯装了没有？", "夜校办在哪里？", "火星上有没有水？")


class Town:
    """A corpus that changes."""

    def __init__(self, folder: Path, seed: int) -> None:
        """Start with three files."""
        self.folder = folder
        self.random = random.Random(seed)  # noqa: S311 - a test
        self.count = 0
        folder.mkdir()
        for _ in range(3):
            self.add()

    def paragraph(self) -> str:
        """One paragraph of one to four sentences, new each time but for its words."""
        self.count += 1
        sentences = [
            f"{self.random.choice(TERMS)}，{self.random.choice(PLACES)}要{self.random.choice(DEEDS)}，"
            f"由第{self.count}组负责，每月查{n}次。"
            for n in range(1, self.random.randint(2, 5))
        ]
        return "".join(sentences)

    def speech(self) -> list[str]:
        """The lines of a speech with headings."""
        self.count += 1
        lines = [f"在第{self.count}次工作会上的讲话", "同志们："]
        for number in "一二三"[: self.random.randint(1, 3)]:
            lines += [f"{number}、{self.random.choice(DEEDS)}的事要抓紧", self.paragraph(), self.paragraph()]
        return lines

    def names(self) -> list[str]:
        """The files there are."""
        return sorted(path.name for path in self.folder.iterdir())

    def add(self) -> None:
        """A new file, anywhere in the order."""
        self.count += 1
        path = self.folder / f"{self.random.choice(PLACES)} {self.count}.txt"
        path.write_text("\n\n".join(self.speech()) + "\n", encoding="utf-8")

    def change(self) -> None:
        """A paragraph that is new, another or gone."""
        path = self.folder / self.random.choice(self.names())
        lines = path.read_text(encoding="utf-8").split("\n\n")
        at = self.random.randrange(3, len(lines))
        match self.random.randrange(4):
            case 0:
                lines.insert(at, self.paragraph())
            case 1:
                lines[at] = self.paragraph()
            case 2 if len(lines) > 5:
                del lines[at]
            case _:
                lines += self.speech()
        path.write_text("\n\n".join(lines).rstrip() + "\n", encoding="utf-8")

    def rename(self) -> None:
        """The same text under another name, elsewhere in the order."""
        self.count += 1
        path = self.folder / self.random.choice(self.names())
        path.rename(path.with_name(f"{self.random.choice(PLACES)} {self.count}.txt"))

    def copy(self) -> None:
        """The same text under two names."""
        self.count += 1
        name = self.random.choice(self.names())
        shutil.copy(self.folder / name, self.folder / f"{self.random.choice(PLACES)} 副本{self.count}.txt")

    def remove(self) -> None:
        """One file fewer, as long as there are two."""
        if len(self.names()) > 1:
            (self.folder / self.random.choice(self.names())).unlink()

    def live(self) -> None:
        """Something happens, perhaps several things."""
        for _ in range(self.random.randint(1, 3)):
            self.random.choice([self.add, self.change, self.change, self.rename, self.copy, self.remove])()


def stamps(opened: Generation) -> dict[str, FileStamp]:
    """Sizes and checksums of all files but the catalogue, which SQLite may lay out in several ways."""
    return {name: stamp for name, stamp in opened.manifest.files.items() if name != CATALOG}


def assert_same(index: Path, fresh: Path) -> None:
    """The live generations hold the same and answer the same."""
    with open_live(index, verify=True) as mine, open_live(fresh, verify=True) as theirs:
        assert dump(mine.path / CATALOG) == dump(theirs.path / CATALOG)
        assert mine.catalog.speeches() == theirs.catalog.speeches()
        assert mine.catalog.extents() == theirs.catalog.extents()
        np.testing.assert_array_equal(mine.windows, theirs.windows)
        assert stamps(mine) == stamps(theirs)
        assert mine.manifest.counts == theirs.manifest.counts
        assert mine.manifest.words == theirs.manifest.words
    with (
        closing(Retriever.open(index, encoder=ToyEncoder())) as one,
        closing(Retriever.open(fresh, encoder=ToyEncoder())) as other,
    ):
        for question in QUESTIONS:
            assert one.search(question, 7) == other.search(question, 7)


def embedded_texts(index: Path, names: set[str]) -> set[str]:
    """The texts of the windows of some files."""
    with open_live(index) as opened:
        found: set[str] = set()
        for extent in opened.catalog.extents():
            if extent.name in names:
                passages = opened.catalog.passages()
                places = opened.windows[extent.windows.start : extent.windows.stop].tolist()
                found |= {passages[row].text[start:end].replace("，", ",") for row, start, end in places}
        return found


@pytest.mark.parametrize("seed", range(10))
def test_an_update_equals_a_build_from_nothing(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After any sequence of files added, changed, renamed, copied and removed, in indexes small and large."""
    if seed % 2:
        monkeypatch.setattr(vectors, "EXACT_LIMIT", 20)
    town, index, toy = Town(tmp_path / "材 料", seed), tmp_path / "索 引", ToyEncoder()
    build_index(town.folder, index, encoder=toy)
    for step in range(6):
        before = {path.name: path.read_bytes() for path in town.folder.iterdir()}
        town.live()
        after = {path.name: path.read_bytes() for path in town.folder.iterdir()}
        gone = embedded_texts(index, {name for name, data in before.items() if after.get(name) != data})
        toy.encoded.clear()

        report = build_index(town.folder, index, encoder=toy)

        assert len(toy.encoded) == len(set(toy.encoded)) == report.encoded
        assert set(toy.encoded) & gone == set()
        fresh = tmp_path / f"新{step}"
        first = build_index(town.folder, fresh, encoder=ToyEncoder())
        assert_same(index, fresh)
        totals = ("sources", "speeches", "passages", "windows")
        assert [getattr(report, what) for what in totals] == [getattr(first, what) for what in totals]
        assert report.added + report.changed + report.unchanged == report.passages
        assert_idle(town.folder, index)


def assert_idle(corpus: Path, index: Path) -> None:
    """Another build writes nothing and encodes nothing."""
    toy = ToyEncoder()
    before = {path: path.stat().st_mtime_ns for path in (index / GENERATIONS).rglob("*")}
    pointer = (index / "CURRENT").stat()

    report = build_index(corpus, index, encoder=toy)

    assert (report.encoded, report.added, report.changed, report.removed) == (0, 0, 0, 0)
    assert (report.unchanged, report.generation) == (report.passages, live(index))
    assert toy.encoded == toy.checked == []
    assert {path: path.stat().st_mtime_ns for path in (index / GENERATIONS).rglob("*")} == before
    assert (index / "CURRENT").stat() == pointer


def listing_with(
    monkeypatch: pytest.MonkeyPatch, *, words: tuple[str, ...] = (), notes: dict[str, str] | None = None
) -> None:
    """Let the corpus say more of itself than its files do."""

    def listed(folder: Path) -> Listing:
        found = list_corpus(folder)
        materials = tuple(replace(one, notes=(notes or {}).get(one.name, "")) for one in found.materials)
        return replace(found, materials=materials, words=words)

    monkeypatch.setattr(indexer, "list_corpus", listed)


def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read from now on; each is given the notes of its listing."""
    read: list[str] = []

    def note(material: Material) -> Source:
        read.append(material.name)
        return replace(read_material(material), notes=material.notes)

    monkeypatch.setattr("speechbot.reading.corpus.read_material", note)
    return read


def test_other_words_cut_everything_anew(
    corpus: Path, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words that the corpus adds to the dictionary change the tokens of every file; no vector is made again."""
    listing_with(monkeypatch, words=("净水法 1000", "柳树固土 1000"))
    toy = ToyEncoder()

    report = build_index(corpus, index, encoder=toy)

    assert (report.encoded, report.unchanged) == (0, 20)
    assert toy.encoded == []
    with open_live(index) as opened:
        assert opened.manifest.words == ("净水法 1000", "柳树固土 1000")
        assert len(opened.lexical.passages.rows("柳树固土")) == 1
    build_index(corpus, tmp_path / "新", encoder=ToyEncoder())
    assert_same(index, tmp_path / "新")
    assert_idle(corpus, index)
    listing_with(monkeypatch)
    build_index(corpus, index, encoder=toy)
    with open_live(index) as opened:
        assert opened.manifest.words == ()
        assert len(opened.lexical.passages.rows("柳树固土")) == 0


def test_questions_are_cut_with_the_words_of_the_index(
    corpus: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question is segmented as the passages were: by the words of the generation that answers."""
    cut: list[tuple[str, ...]] = []
    listing_with(monkeypatch, words=("柳树固土 1000",))
    build_index(corpus, index, encoder=ToyEncoder())

    def note(question: str, *, words: tuple[str, ...] = ()) -> object:
        cut.append(words)
        return query_terms(question, words=words)

    monkeypatch.setattr("speechbot.engine.query_terms", note)
    with Retriever.open(index, encoder=ToyEncoder()) as retriever:
        assert "柳树固土" in retriever.search("柳树固土快不快？", 1)[0].passage.text

    assert cut == [("柳树固土 1000",)]


def test_other_notes_read_a_file_anew(corpus: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What sidecar files say of a file counts as part of it; the other files are taken over."""
    listing_with(monkeypatch, notes={RIVER: '{"讲话人":"某"}'})
    read = readings(monkeypatch)

    report = build_index(corpus, index, encoder=ToyEncoder())

    assert read == [RIVER]
    assert report.encoded == 0
    with open_live(index) as opened:
        assert {one.name: one.notes for one in opened.catalog.extents()}[RIVER] == '{"讲话人":"某"}'
    read.clear()
    build_index(corpus, index, encoder=ToyEncoder())
    assert read == []


def test_another_model_encodes_what_is_taken_over(corpus: Path, index: Path, tmp_path: Path) -> None:
    """No file is read anew for a new model: its texts are those of the live generation; every vector is new."""
    other = ToyEncoder(name="other", dim=48, salt=3)
    edit(corpus / RIVER, "三年就能成荫", "五年才能成荫")

    report = build_index(corpus, index, encoder=other)

    assert len(other.encoded) == report.encoded == report.windows == 20
    build_index(corpus, tmp_path / "新", encoder=ToyEncoder(name="other", dim=48, salt=3))
    with open_live(index) as mine, open_live(tmp_path / "新") as theirs:
        assert mine.manifest.files == theirs.manifest.files


def test_unchanged_files_are_not_read(corpus: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the file that changed is parsed."""
    read = readings(monkeypatch)
    edit(corpus / RIVER, "三年就能成荫", "五年才能成荫")

    build_index(corpus, index, encoder=ToyEncoder())
    build_index(corpus, index, encoder=ToyEncoder())

    assert read == [RIVER]
    assert len(history(index)) == 2


def test_a_file_that_became_empty_is_skipped(corpus: Path, index: Path) -> None:
    """It leaves the index and is named; the build after it changes nothing."""
    (corpus / RIVER).write_text("\n  \n", encoding="utf-8")

    report = build_index(corpus, index, encoder=ToyEncoder())

    assert [name for name, _ in report.skipped] == [RIVER]
    assert (report.sources, report.removed, report.encoded) == (1, 9, 0)
    assert_idle(corpus, index)
