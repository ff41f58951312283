"""Indexing: what changed is encoded, what did not is taken over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from speechbot.encoder import BUNDLED
from speechbot.indexing import embedding
from speechbot.indexing.generation import MANIFEST, VECTORS, WINDOWS
from speechbot.indexing.indexer import build_index, preview
from speechbot.indexing.manifest import TEXT_VERSION
from speechbot.indexing.store import CURRENT, GENERATIONS, history, live, open_live
from speechbot.language.text import fold
from tests.conftest import ToyEncoder
from tests.test_generation import flip, rewrite

if TYPE_CHECKING:
    from pathlib import Path

    from speechbot.indexing.generation import Generation
    from speechbot.models import IndexReport

RIVER = "河道治理讲话.txt"


def edit(path: Path, old: str, new: str) -> None:
    """Replace a piece of a file."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def counts(report: IndexReport) -> tuple[int, int, int, int, int]:
    """Passages added, changed, removed and unchanged, and windows encoded."""
    return report.added, report.changed, report.removed, report.unchanged, report.encoded


def vectors_by_text(opened: Generation) -> dict[str, bytes]:
    """Vector of each window, by the window's text."""
    passages = opened.catalog.passages()
    texts = [passages[row].text[start:end] for row, start, end in opened.windows.tolist()]
    return {
        text: vector.tobytes() for text, vector in zip(texts, opened.vectors.vectors(range(len(texts))), strict=True)
    }


def test_first_build_reports_everything_as_new(corpus: Path, tmp_path: Path, encoder: ToyEncoder) -> None:
    """The first build finds two speeches, encodes every window once and names the live generation."""
    report = build_index(corpus, tmp_path / "索引", encoder=encoder)

    assert (report.sources, report.speeches, report.passages) == (2, 2, 20)
    assert counts(report) == (20, 0, 0, 0, report.windows)
    assert len(encoder.encoded) == report.windows
    assert report.generation == live(tmp_path / "索引")
    assert report.skipped == ()
    assert 0 < report.seconds < 60


def test_index_holds_what_was_parsed(corpus: Path, index: Path) -> None:
    """Every passage stands verbatim in its source; windows cover the passages; vectors belong to the windows."""
    found, speeches = preview(corpus)

    with open_live(index) as opened:
        assert opened.catalog.speeches() == speeches
        assert opened.catalog.sources() == found.sources
        texts = {source.name: source.text for source in opened.catalog.sources()}
        for passage in opened.catalog.passages():
            assert texts[passage.source][passage.start : passage.end] == passage.text
        toy = ToyEncoder()
        for text, vector in vectors_by_text(opened).items():
            assert vector == toy.encode_passages([fold(text)]).astype(np.float16).astype(np.float32).tobytes()
        for row, passage in enumerate(opened.catalog.passages()):
            spans = [(start, end) for own, start, end in opened.windows.tolist() if own == row]
            assert "".join(passage.text[start:end] for start, end in spans) == passage.text
            words = [token for token in ("青石", "图书馆", "图书") if row in opened.lexical.passages.rows(token)]
            assert all(word in passage.text + "".join(passage.section) for word in words)


def test_unchanged_corpus_encodes_and_publishes_nothing(corpus: Path, index: Path, encoder: ToyEncoder) -> None:
    """A second build of the same corpus encodes nothing, writes no generation and says so."""
    before = history(index)

    report = build_index(corpus, index, encoder=encoder)

    assert counts(report) == (0, 0, 0, 20, 0)
    assert encoder.encoded == []
    assert history(index) == before == (report.generation,)


def test_changed_paragraph_is_encoded_alone(corpus: Path, index: Path, encoder: ToyEncoder) -> None:
    """One edited paragraph costs the encoding of its own window; all other passages are unchanged or moved."""
    edit(corpus / RIVER, "三年就能成荫", "五年才能成荫")

    report = build_index(corpus, index, encoder=encoder)

    assert encoder.encoded == [fold("河岸种什么，要听老农的。柳树固土快，芦苇净水强，两样搭着种，五年才能成荫。")]
    assert counts(report) == (1, 0, 1, 19, 1)


def test_inserted_paragraph_moves_the_others(corpus: Path, index: Path, encoder: ToyEncoder) -> None:
    """Paragraphs behind an inserted one keep their ids and vectors; they count as changed because their place did."""
    with open_live(index) as opened:
        ids, vectors = {passage.text: passage.id for passage in opened.catalog.passages()}, vectors_by_text(opened)
    edit(corpus / RIVER, "第二，再把河岸养绿\n", "第二，再把河岸养绿\n\n河岸三百米内不再批建新的楼房。\n")

    report = build_index(corpus, index, encoder=encoder)

    # Of nine paragraphs in this speech five stand behind the insertion
    assert counts(report) == (1, 5, 0, 15, 1)
    with open_live(index) as opened:
        assert {p.text: p.id for p in opened.catalog.passages()}.items() >= ids.items()
        assert vectors_by_text(opened).items() >= vectors.items()


def test_moved_heading_is_published_without_encoding(corpus: Path, index: Path, encoder: ToyEncoder) -> None:
    """A new heading changes passages' places, not their text: a generation is published, nothing is encoded."""
    edit(corpus / RIVER, "第三，最后把规矩立住", "第三，最后把规矩立牢")

    report = build_index(corpus, index, encoder=encoder)

    assert (report.added, report.removed, report.encoded) == (0, 0, 0)
    assert report.changed == 3
    assert len(history(index)) == 2
    with open_live(index) as opened:
        assert len(opened.catalog.rows(section="规矩立牢")) == 3


def test_removed_file_leaves_the_index(corpus: Path, index: Path, encoder: ToyEncoder) -> None:
    """The passages of a file that is gone are gone; nothing is encoded for it."""
    (corpus / RIVER).unlink()

    report = build_index(corpus, index, encoder=encoder)

    assert counts(report) == (0, 0, 9, 11, 0)
    assert report.sources == 1


def test_changed_bytes_with_equal_text_are_recorded(corpus: Path, index: Path, encoder: ToyEncoder) -> None:
    """A file saved in another encoding is published anew, since its checksum is; nothing is encoded."""
    path = corpus / RIVER
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))

    report = build_index(corpus, index, encoder=encoder)

    assert counts(report) == (0, 0, 0, 20, 0)
    assert len(history(index)) == 2
    with open_live(index) as opened:
        assert [source.encoding for source in opened.catalog.sources()] == ["utf-8", "gb18030"]


def test_repeated_text_is_encoded_once(corpus: Path, tmp_path: Path, encoder: ToyEncoder) -> None:
    """The same paragraph in two files is encoded once and found in both."""
    (corpus / "副本.txt").write_bytes((corpus / RIVER).read_bytes())

    report = build_index(corpus, tmp_path / "索引", encoder=encoder)

    assert report.passages == 29
    assert len(encoder.encoded) == len(set(encoder.encoded)) == report.encoded < report.windows


@pytest.mark.parametrize(
    "other", [ToyEncoder(name="other"), ToyEncoder(dim=32), ToyEncoder(salt=1)], ids=["name", "dimension", "weights"]
)
def test_other_model_encodes_everything(corpus: Path, index: Path, other: ToyEncoder) -> None:
    """Vectors of another model are never taken over, not even under the same name and dimension."""
    report = build_index(corpus, index, encoder=other)

    assert counts(report) == (0, 0, 0, 20, report.windows)
    with open_live(index) as opened:
        assert (opened.manifest.model.name, opened.vectors.dim) == (other.name, other.dim)


def test_other_text_processing_encodes_everything(corpus: Path, index: Path, encoder: ToyEncoder) -> None:
    """An index by an older text processing is built anew from nothing."""
    older = rewrite(index / GENERATIONS / live(index), lambda stored: stored.update(text_version=TEXT_VERSION - 1))
    (index / CURRENT).write_text(older.name, encoding="utf-8")

    report = build_index(corpus, index, encoder=encoder)

    assert counts(report) == (20, 0, 0, 0, report.windows)
    with open_live(index) as opened:
        assert opened.manifest.text_version == TEXT_VERSION


@pytest.mark.parametrize(
    ("name", "added"),
    [(VECTORS, 0), (WINDOWS, 0), ("passages.sqlite", 20), (MANIFEST, 20), ("lexical/headings/weights.npy", 0)],
)
def test_damaged_index_is_rebuilt(corpus: Path, index: Path, encoder: ToyEncoder, name: str, added: int) -> None:
    """A damaged generation does not stand in the way: everything is built anew, as its error advises.

    Passages count as new only where the old catalogue cannot be trusted to say what there was.
    """
    path = index / GENERATIONS / live(index) / name
    path.write_bytes(path.read_bytes()[:-1])

    report = build_index(corpus, index, encoder=encoder)

    assert counts(report) == (added, 0, 0, 20 - added, report.windows)
    with open_live(index, verify=True) as opened:
        assert len(opened.catalog) == 20


def test_damage_in_a_large_index_is_not_taken_over(
    corpus: Path, index: Path, encoder: ToyEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before vectors are taken over their checksum is compared, however large the index is."""
    monkeypatch.setattr("speechbot.indexing.generation.VERIFY_LIMIT", 0)
    flip(index / GENERATIONS / live(index) / VECTORS)

    report = build_index(corpus, index, encoder=encoder)

    assert report.encoded == report.windows


def test_two_builds_give_identical_files(corpus: Path, tmp_path: Path) -> None:
    """Two builds of one corpus give the same bytes in every file; only the manifest holds the time."""
    files = []
    for name in "甲乙":
        build_index(corpus, tmp_path / name, encoder=ToyEncoder())
        folder = tmp_path / name / GENERATIONS / live(tmp_path / name)
        paths = [path for path in folder.rglob("*.*") if path.name != MANIFEST]
        files.append({path.relative_to(folder): path.read_bytes() for path in paths})

    assert len(files[0]) == 16
    assert files[0] == files[1]


def test_update_equals_a_fresh_build(corpus: Path, index: Path, tmp_path: Path, encoder: ToyEncoder) -> None:
    """Taking over vectors gives the very files that building from nothing gives."""
    edit(corpus / RIVER, "三年就能成荫", "五年才能成荫")
    build_index(corpus, index, encoder=encoder)
    build_index(corpus, tmp_path / "新", encoder=encoder)

    with open_live(index) as updated, open_live(tmp_path / "新") as fresh:
        assert updated.manifest.files == fresh.manifest.files


def test_progress_counts_windows(corpus: Path, tmp_path: Path, encoder: ToyEncoder) -> None:
    """The callback gets the number of windows done and of all, from none to all."""
    seen: list[tuple[int, int]] = []

    report = build_index(corpus, tmp_path / "索引", encoder=encoder, progress=lambda *now: seen.append(now))

    assert seen == [(0, report.windows), (report.windows, report.windows)]


def test_skipped_files_are_reported(corpus: Path, tmp_path: Path, encoder: ToyEncoder) -> None:
    """Files of other types are named in the report, with the reason."""
    (corpus / "照片.jpg").write_bytes(b"\xff\xd8")

    report = build_index(corpus, tmp_path / "索引", encoder=encoder)

    assert [name for name, _ in report.skipped] == ["照片.jpg"]
    assert report.sources == 2


@pytest.fixture
def opened_models(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str | None, bool]]:
    """Every model opened by configuration, as ``(model, indexing)``; each is a toy."""
    opened: list[tuple[str | None, bool]] = []

    def open_toy(model: str | None = None, *, indexing: bool = False) -> ToyEncoder:
        opened.append((model, indexing))
        return ToyEncoder(name=model or BUNDLED)

    monkeypatch.setattr(embedding, "open_encoder", open_toy)
    return opened


def test_configured_model_is_opened_for_indexing(
    corpus: Path, tmp_path: Path, opened_models: list[tuple[str | None, bool]]
) -> None:
    """Without an encoder the configured model is opened, for indexing, once."""
    build_index(corpus, tmp_path / "索引", model="某模型")

    assert opened_models == [("某模型", True)]


def test_unchanged_build_does_not_open_known_weights(
    corpus: Path, tmp_path: Path, opened_models: list[tuple[str | None, bool]]
) -> None:
    """The bundled model and a model folder are recognised by their files: a build without changes opens neither."""
    folder = tmp_path / "模型"
    folder.mkdir()
    (folder / "weights.bin").write_bytes(b"1")
    for model in (None, str(folder)):
        build_index(corpus, tmp_path / f"索引{model is None}", model=model)
    (folder / "README.md").write_text("A word on it changes no vector.", encoding="utf-8")
    opened_models.clear()

    reports = [build_index(corpus, tmp_path / f"索引{model is None}", model=model) for model in (None, str(folder))]

    assert opened_models == []
    assert [counts(report) for report in reports] == [(0, 0, 0, 20, 0)] * 2


def test_other_weights_in_the_same_folder_encode_everything(
    corpus: Path, tmp_path: Path, opened_models: list[tuple[str | None, bool]]
) -> None:
    """A model folder whose files changed is another model, however alike its vectors are."""
    folder = tmp_path / "模型"
    folder.mkdir()
    (folder / "weights.bin").write_bytes(b"1")
    build_index(corpus, tmp_path / "索引", model=str(folder))
    (folder / "weights.bin").write_bytes(b"2")

    report = build_index(corpus, tmp_path / "索引", model=str(folder))

    assert report.encoded == report.windows
    assert opened_models == [(str(folder), True)] * 2


def test_hub_model_is_recognised_by_its_vectors(
    corpus: Path, tmp_path: Path, opened_models: list[tuple[str | None, bool]]
) -> None:
    """A model known only by name is opened for one sentence, so that new weights under an old name are noticed."""
    build_index(corpus, tmp_path / "索引", model="某/模型")
    opened_models.clear()

    assert build_index(corpus, tmp_path / "索引", model="某/模型").encoded == 0
    assert opened_models == [("某/模型", False)]
