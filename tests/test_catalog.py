"""The catalogue: gives back what was written, to many threads, narrowed by filters."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from speechbot.errors import FilterError, IndexDamaged
from speechbot.indexing.catalog import Catalog, Entry, Extent
from speechbot.indexing.pieces import Fresh, Kept
from speechbot.indexing.schema import write_catalog
from speechbot.models import Passage, Section, Source, Speech

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from speechbot.indexing.pieces import Piece

TEXT = "水利讲话\n一、筑堤\n堤要高。\n堤要厚。\n图书讲话\n书要新。\n"


def passage(number: int, text: str, speech: str, section: tuple[str, ...], source: str) -> Passage:
    """A passage found in ``TEXT``."""
    start = TEXT.index(text)
    return Passage(f"{number:016x}", text, speech, section, source, number, start, start + len(text))


SOURCES = (Source("甲/水利.txt", "utf-8", "aa", TEXT, '{"讲话人": "某"}'), Source("乙.txt", "gb18030", "bb", TEXT))
SPEECHES = (
    Speech(
        "水利讲话",
        "甲/水利.txt",
        0,
        20,
        (Section("一、筑堤", "一、", 1, 5, 9, 20), Section("一是再筑", "一是", 2, 10, 13, 20, 0)),
        (
            passage(1, "堤要高。", "水利讲话", ("一、筑堤",), "甲/水利.txt"),
            passage(2, "堤要厚。", "水利讲话", ("一、筑堤", "一是再筑"), "甲/水利.txt"),
        ),
    ),
    Speech(
        *("圖書Library讲话", "乙.txt", 20, 30, (), (passage(1, "书要新。", "圖書Library讲话", (), "乙.txt"),)),
        date="2024-03-05",
        speaker="某",
        occasion="图书馆座谈会",
        aliases=("讀書會", "开馆致辞"),
    ),
    Speech("筑堤", "乙.txt", 20, 30, (), (passage(2, "书要新。", "筑堤", ("再说筑堤",), "乙.txt"),)),
    Speech("空", "乙.txt", 30, 30, (), ()),
)
PASSAGES = tuple(passage for speech in SPEECHES for passage in speech.passages)


def pieces(sources: Sequence[Source], speeches: Sequence[Speech]) -> list[Piece]:
    """Files read anew, each with its speeches; every passage is one window."""
    found: list[Piece] = []
    for source in sources:
        own = tuple(speech for speech in speeches if speech.source == source.name)
        texts = [passage.text for speech in own for passage in speech.passages]
        places = [(row, 0, len(text)) for row, text in enumerate(texts)]
        found.append(Fresh(source, own, np.array(places, np.int32).reshape(-1, 3)))
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A catalogue file under a name that must be quoted in a URI."""
    file = tmp_path / "目录 #1?.sqlite"
    write_catalog(file, pieces(SOURCES, SPEECHES))
    return file


@pytest.fixture
def catalog(path: Path) -> Iterator[Catalog]:
    """An open catalogue."""
    with Catalog(path) as opened:
        yield opened


def test_everything_is_given_back(catalog: Catalog) -> None:
    """Sources, speeches, sections and passages come back equal and in order."""
    assert catalog.sources() == SOURCES
    assert catalog.speeches() == SPEECHES
    assert catalog.passages() == PASSAGES
    assert len(catalog) == 4


def test_extents_say_what_each_file_holds(catalog: Catalog) -> None:
    """Name, checksum, notes, and which speeches, passages and windows are the file's."""
    assert catalog.extents() == [
        Extent("甲/水利.txt", "aa", '{"讲话人": "某"}', range(1), range(2), range(2)),
        Extent("乙.txt", "bb", "", range(1, 4), range(2, 4), range(2, 4)),
    ]


@pytest.mark.parametrize("rows", [range(4), range(1, 3), range(3, 4), range(2, 2)])
def test_a_run_of_rows(catalog: Catalog, rows: range) -> None:
    """Neighbouring passages in order, none for an empty run."""
    assert catalog.run(rows) == PASSAGES[rows.start : rows.stop]


def test_files_are_taken_over(path: Path, tmp_path: Path) -> None:
    """Runs of files copied from a catalogue, among files that are new, make the catalogue that is written at once."""
    new = Source("丙.txt", "utf-8", "cc", TEXT)
    speech = Speech("新讲话", "丙.txt", 0, 9, (), (passage(1, "书要新。", "新讲话", (), "丙.txt"),))
    first, second = pieces(SOURCES, SPEECHES)
    (fresh,) = pieces([new], [speech])
    kept = Kept(sources=range(1, 2), speeches=range(1, 4), passages=range(2, 4), windows=range(2, 4))
    everything = Kept(sources=range(2), speeches=range(4), passages=range(4), windows=range(4))
    cases: list[tuple[list[Piece], list[Piece]]] = [
        ([fresh, kept], [fresh, second]),
        ([kept, fresh], [second, fresh]),
        ([everything, fresh], [first, second, fresh]),
        ([first, kept], [first, second]),
    ]
    for number, (some, same) in enumerate(cases):
        taken, written = tmp_path / f"甲{number}", tmp_path / f"乙{number}"
        write_catalog(taken, some, before=path)
        write_catalog(written, same)

        assert dump(taken) == dump(written)


def dump(path: Path) -> list[str]:
    """Everything that a catalogue holds, as SQL."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def test_the_same_wording_is_found_everywhere(tmp_path: Path) -> None:
    """Whatever its script, width and white space; in the order of the index, the one asked for included."""
    texts = (
        "水利專項資金１００萬。",
        "书要新。",
        "水利专项资金100万。",
        " 水利专项资金　100万。",
        "水利专项资金100万!",
    )
    passages = [Passage(f"{n:016x}", text, "讲", (), "甲.txt", n, 0, len(text)) for n, text in enumerate(texts)]
    write_catalog(
        tmp_path / "c",
        pieces([Source("甲.txt", "utf-8", "aa", "")], [Speech("讲", "甲.txt", 0, 0, (), tuple(passages))]),
    )

    with Catalog(tmp_path / "c") as catalog:
        same, other, last = catalog.wordings([2, 1, 4])
        assert catalog.wordings([0, 1, 2, 3, 2]) == [same, other, same, same, same]
        assert len({same, other, last}) == 3
        found = catalog.worded([other, same])
        assert found == {same: {row: passages[row] for row in (0, 2, 3)}, other: {1: passages[1]}}
        assert list(found[same]) == [0, 2, 3]
        assert catalog.worded([last]) == {last: {4: passages[4]}}
        assert catalog.worded([]) == {}


def test_when_and_by_whom_a_row_was_said(catalog: Catalog) -> None:
    """In the order asked for; nothing where the speech does not say it."""
    assert catalog.given([2, 0]) == [("2024-03-05", "某", "图书馆座谈会"), ("", "", "")]


def test_rows_follow_the_speeches(catalog: Catalog) -> None:
    """A passage's row is its position in the corpus; rows come in the order asked for, repeats included."""
    assert catalog.passages([3, 0, 3]) == (PASSAGES[3], PASSAGES[0], PASSAGES[3])
    assert catalog.passages([]) == ()


def test_entries_name_speeches_and_their_rows(catalog: Catalog) -> None:
    """Neighbouring speeches, the one without passages too, nothing beyond the last."""
    entries = [Entry(n, s.title, s.source, s.date, s.speaker, range(0)) for n, s in enumerate(SPEECHES)]
    rows = [range(2), range(2, 3), range(3, 4), range(4, 4)]

    assert catalog.entries(range(9)) == tuple(
        entry._replace(rows=own) for entry, own in zip(entries, rows, strict=True)
    )
    assert catalog.entries(range(1, 2))[0].title == SPEECHES[1].title
    assert catalog.entries(range(4, 9)) == ()
    assert catalog.titles() == [(speech.source, speech.title) for speech in SPEECHES]


def test_one_speech_at_a_time(catalog: Catalog) -> None:
    """Its sections, where its passages stand, and which speech a row is of."""
    assert [catalog.headings(number) for number in range(5)] == [*(speech.sections for speech in SPEECHES), ()]
    assert catalog.extents_of(range(1, 3)) == [(one.start, one.end) for one in PASSAGES[1:3]]
    assert [catalog.speech_of(row) for row in range(4)] == [0, 0, 1, 2]


def test_more_rows_than_sqlite_has_placeholders(catalog: Catalog) -> None:
    """A list of rows may be as long as it likes."""
    assert len(catalog.passages([1] * 50_000)) == 50_000


@pytest.mark.parametrize("row", [-1, 4])
def test_unknown_row_is_an_error(catalog: Catalog, row: int) -> None:
    """A row that does not exist is an error, not another passage."""
    with pytest.raises(IndexError):
        catalog.passages([0, row])


@pytest.mark.parametrize(
    "change", [{"text": "堤要宽。"}, {"start": 11, "end": 15}, {"end": 99}, {"source": "丙.txt"}, {"text": "堤要高"}]
)
def test_one_altered_passage_is_not_verbatim(catalog: Catalog, change: dict[str, Any]) -> None:
    """Passages are verbatim when each stands at its place in its source; one that does not is enough."""
    assert catalog.verbatim(PASSAGES)
    assert catalog.verbatim([])

    assert not catalog.verbatim([*PASSAGES, replace(PASSAGES[0], **change)])


def test_each_text_is_read_once(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many quotes are compared, in whatever order, the text of a source is read from the file once."""
    read: list[str] = []
    query = catalog._query

    def note(sql: str, *values: str) -> list[tuple[Any, ...]]:
        read.extend(values)
        return query(sql, *values)

    monkeypatch.setattr(catalog, "_query", note)

    assert catalog.verbatim(PASSAGES * 20)

    assert sorted(read) == ["乙.txt", "甲/水利.txt"]


def test_few_texts_are_held(tmp_path: Path) -> None:
    """Comparing quotes of many sources holds the texts of the last few in memory, and of none once closed."""
    names = [f"{n}.txt" for n in range(20)]
    speeches = [Speech("讲", name, 0, 1, (), (passage(n, "书要新。", "讲", (), name),)) for n, name in enumerate(names)]
    write_catalog(tmp_path / "c", pieces([Source(name, "utf-8", "aa", TEXT) for name in names], speeches))

    with Catalog(tmp_path / "c") as catalog:
        assert catalog.verbatim(catalog.passages() * 2)
        assert catalog._text.cache_info().misses == 20
        assert catalog._text.cache_info().currsize == 8
    assert catalog._text.cache_info().currsize == 0


def test_passage_is_found_by_id(catalog: Catalog) -> None:
    """An id leads to its first row, an unknown one to None."""
    assert catalog.find(f"{2:016x}") == 1
    assert catalog.find("ffffffffffffffff") is None


@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        ({}, [0, 1, 2, 3]),
        ({"source": "乙.txt"}, [2, 3]),
        ({"source": "水利"}, [0, 1]),
        ({"speech": "水利讲话"}, [0, 1]),
        ({"speech": "图书ＬＩＢＲＡＲＹ讲话"}, [2]),
        ({"speech": " 讲话 "}, [0, 1, 2]),
        ({"speech": "读书会"}, [2]),
        ({"speech": "致辭"}, [2]),
        ({"section": "再筑"}, [1]),
        ({"section": "一、筑堤"}, [0, 1]),
        ({"section": "筑堤"}, [0, 1, 3]),
        ({"source": "乙", "section": "筑堤"}, [3]),
        ({"source": "乙", "speech": "筑堤"}, [3]),
        ({"source": "甲", "speech": "水利", "section": "筑堤"}, [0, 1]),
    ],
)
def test_filters_narrow(catalog: Catalog, filters: dict[str, str], rows: list[int]) -> None:
    """Names are compared folded, any heading of the path counts, several filters must all hold."""
    assert catalog.rows(**filters).tolist() == rows


def test_exact_name_wins_over_containment(tmp_path: Path) -> None:
    """A name that equals the filter hides the names that merely contain it."""
    speeches = [
        Speech(title, "乙.txt", 0, 1, (), (passage(n, "书要新。", title, (), "乙.txt"),))
        for n, title in enumerate(["讲话", "再讲话"])
    ]
    write_catalog(tmp_path / "c", pieces(SOURCES, speeches))

    with Catalog(tmp_path / "c") as catalog:
        assert catalog.rows(speech="讲话").tolist() == [0]
        assert catalog.rows(speech="话").tolist() == [0, 1]


@pytest.mark.parametrize(
    ("filters", "kind", "value"),
    [
        ({"source": "丙"}, "文件", "丙"),
        ({"speech": "  "}, "讲话", "  "),
        ({"section": ""}, "章节", ""),
        ({"speech": "空"}, "讲话", "空"),
        ({"source": "甲", "speech": "图书"}, "文件“甲”里的讲话", "图书"),
        ({"speech": "水利", "section": "再说"}, "讲话“水利”里的章节", "再说"),
        ({"source": "甲", "speech": "水利", "section": "再说"}, "文件“甲”里的讲话“水利”里的章节", "再说"),
    ],
)
def test_filter_that_leaves_nothing_is_named(catalog: Catalog, filters: dict[str, str], kind: str, value: str) -> None:
    """When nothing is left the error names the filter that did it, where, and the outline; blank matches nothing.

    It must not say that the index lacks what only the speech or file asked for lacks.
    """
    with pytest.raises(FilterError, match="speechbot outline") as caught:
        catalog.rows(**filters)

    assert (caught.value.kind, caught.value.value) == (kind, value)


def test_threads_share_a_catalogue(catalog: Catalog) -> None:
    """Many threads reading at once each get their own answer."""
    rows = [n % 4 for n in range(400)]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda row: catalog.passages([row]), rows))

    assert found == [(PASSAGES[row],) for row in rows]


def test_catalogue_cannot_be_written(catalog: Catalog) -> None:
    """The file is open for reading only."""
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        catalog._connection.execute("DELETE FROM passages")


def test_reading_leaves_no_files(path: Path) -> None:
    """Reading creates no journal or lock file, so that a read-only folder can be read."""
    with Catalog(path) as catalog:
        catalog.passages()

        assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("data", [None, b"", b"not a database at all, but long enough to be taken for one" * 20])
def test_damaged_file_is_named(tmp_path: Path, data: bytes | None) -> None:
    """A missing, empty or foreign file is an error that names it."""
    path = tmp_path / "目录.sqlite"
    [path.write_bytes(found) for found in (data,) if found is not None]

    with pytest.raises(IndexDamaged) as caught:
        Catalog(path)

    assert caught.value.path == path


def test_damage_found_while_reading_is_named(path: Path) -> None:
    """Damage that shows only on reading is the same error."""
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))

    with pytest.raises(IndexDamaged) as caught, Catalog(path) as catalog:
        catalog.speeches()

    assert caught.value.path == path


def test_unwritable_file_is_an_os_error(tmp_path: Path) -> None:
    """SQLite's own errors leave as the operating system's, which the store explains."""
    with pytest.raises(OSError, match="unable to open"):
        write_catalog(tmp_path / "没有" / "目录.sqlite", pieces(SOURCES, SPEECHES))
