"""What an interrupted build had encoded is not encoded again."""

from __future__ import annotations

import errno
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from speechbot.errors import IndexNotWritable
from speechbot.indexing import embedding, store
from speechbot.indexing.indexer import build_index
from speechbot.indexing.journal import Journal, discard
from speechbot.indexing.manifest import ModelCard
from speechbot.indexing.store import GENERATIONS, JOURNAL, live, open_live
from tests.conftest import ToyEncoder
from tests.test_indexer import RIVER, edit
from tests.test_rollback import killed
from tests.test_store import KilledError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

TEXTS = ["先截污水。", "再种柳树。", "最后立规矩。"]


class Interrupted(ToyEncoder):
    """Encodes a few texts of an index, then the build ends."""

    def __init__(self, texts: int, error: BaseException) -> None:
        """Encode ``texts`` texts; what would be more raises ``error``."""
        super().__init__()
        self._left = texts
        self._error = error

    def encode_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """As the toy does, as long as it may."""
        if progress is not None:
            self._left -= len(texts)
            if self._left < 0:
                raise self._error
        return super().encode_passages(texts, progress=progress)


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal is written after every third text."""
    monkeypatch.setattr(embedding, "BATCH", 3)


@pytest.fixture
def card() -> ModelCard:
    """The toy's."""
    return ModelCard.of(ToyEncoder())


@pytest.fixture
def journal(tmp_path: Path, card: ModelCard) -> Iterator[Journal]:
    """A journal with the first two texts."""
    opened = Journal.open(tmp_path / "记 录.sqlite", card)
    opened.add(TEXTS[:2], ToyEncoder().encode_queries(TEXTS[:2]))
    yield opened
    opened.close()


def files(index: Path) -> dict[str, str]:
    """Checksums of the live generation's files."""
    with open_live(index, verify=True) as opened:
        return {name: stamp.sha256 for name, stamp in opened.manifest.files.items()}


def test_texts_are_given_back(journal: Journal) -> None:
    """Vectors in half precision, as the index keeps them, in the order asked for."""
    assert journal.known([*TEXTS, TEXTS[0]]) == set(TEXTS[:2])
    expected = ToyEncoder().encode_queries([TEXTS[1], TEXTS[0], TEXTS[1]]).astype(np.float16).astype(np.float32)
    np.testing.assert_array_equal(journal.vectors([TEXTS[1], TEXTS[0], TEXTS[1]]), expected)
    with pytest.raises(KeyError):
        journal.vectors([TEXTS[2]])


def test_more_texts_than_sqlite_has_placeholders(journal: Journal) -> None:
    """However many are asked for."""
    assert journal.known([*TEXTS, *map(str, range(40_000))]) == set(TEXTS[:2])


def test_a_journal_survives_its_process(tmp_path: Path, journal: Journal, card: ModelCard) -> None:
    """What was added is there although nothing was closed."""
    assert journal.known(TEXTS)
    copy = tmp_path / "死.sqlite"
    for suffix in ("", "-wal"):
        shutil.copy(tmp_path / f"记 录.sqlite{suffix}", f"{copy}{suffix}")

    with closing(Journal.open(copy, card)) as opened:
        assert opened.known(TEXTS) == set(TEXTS[:2])


@pytest.mark.parametrize("change", [{"name": "other"}, {"dim": 32}, {"weights": "ff"}, {"probe": "AAAA"}])
def test_vectors_of_another_model_are_dropped(
    tmp_path: Path, journal: Journal, card: ModelCard, change: dict[str, str]
) -> None:
    """Whatever tells the models apart; and what the other one adds is dropped in turn."""
    journal.close()

    with closing(Journal.open(tmp_path / "记 录.sqlite", replace(card, **change))) as opened:  # type: ignore[arg-type]
        assert opened.known(TEXTS) == set()
    with closing(Journal.open(tmp_path / "记 录.sqlite", card)) as opened:
        assert opened.known(TEXTS) == set()


def other_columns(path: Path, table: str) -> None:
    """Give a table other columns, as a later version may."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"DROP TABLE {table}")
        connection.execute(f"CREATE TABLE {table} (a TEXT)")


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"not a database at all, but long enough to be taken for one" * 99),
        lambda path: path.write_bytes(path.read_bytes()[:5000]),
        lambda path: path.write_bytes(path.read_bytes()[:4096] + b"\xff" * (len(path.read_bytes()) - 4096)),
        lambda path: other_columns(path, "model"),
        lambda path: other_columns(path, "vectors"),
    ],
    ids=["empty", "text", "cut", "overwritten", "other card", "other vectors"],
)
def test_a_damaged_journal_is_dropped(
    tmp_path: Path, journal: Journal, card: ModelCard, damage: Callable[[Path], None]
) -> None:
    """It costs the time of encoding, nothing else."""
    journal.close()
    path = tmp_path / "记 录.sqlite"
    damage(path)

    with closing(Journal.open(path, card)) as opened:
        assert opened.known(TEXTS) == set()
        opened.add(TEXTS, ToyEncoder().encode_queries(TEXTS))
        assert opened.known(TEXTS) == set(TEXTS)


def test_a_journal_is_removed_with_all_its_files(tmp_path: Path, journal: Journal) -> None:
    """SQLite's files beside it included; there need not be any."""
    assert len(list(tmp_path.iterdir())) > 1
    journal.close()
    (tmp_path / "记 录.sqlite-wal").touch()

    discard(tmp_path / "记 录.sqlite")
    discard(tmp_path / "记 录.sqlite")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [KilledError(), RuntimeError("out of memory"), KeyboardInterrupt()])
@pytest.mark.parametrize("encoded", [0, 3, 18])
def test_an_interrupted_build_resumes(corpus: Path, tmp_path: Path, encoded: int, error: BaseException) -> None:
    """Texts encoded before are not encoded again, and the index is that of a build at one go."""
    index, toy = tmp_path / "索引", ToyEncoder()
    broken = Interrupted(encoded, error)
    with pytest.raises(type(error)):
        build_index(corpus, index, encoder=broken)
    assert not (index / "CURRENT").exists()

    report = build_index(corpus, index, encoder=toy)

    assert (report.resumed, report.encoded) == (encoded, 20 - encoded)
    assert sorted([*broken.encoded, *toy.encoded]) == sorted(set(broken.encoded) | set(toy.encoded))
    build_index(corpus, tmp_path / "另", encoder=ToyEncoder())
    assert files(index) == files(tmp_path / "另")
    assert [path.name for path in index.iterdir() if path.name.startswith(JOURNAL)] == []


def test_progress_counts_what_was_encoded_before(corpus: Path, tmp_path: Path) -> None:
    """The bar goes on where it stopped."""
    with pytest.raises(KilledError):
        build_index(corpus, tmp_path / "索引", encoder=Interrupted(9, KilledError()))
    seen: list[tuple[int, int]] = []

    build_index(corpus, tmp_path / "索引", encoder=ToyEncoder(), progress=lambda *now: seen.append(now))

    assert seen[0] == (9, 20)
    assert seen[-1] == (20, 20)
    assert seen == sorted(seen)


def test_an_interrupted_update_resumes(corpus: Path, index: Path, tmp_path: Path) -> None:
    """The same where there is an index: it answers as before, then what is new is taken from the journal."""
    lines = [f"第{n}条新要求，河道每隔{n}百米立一块牌子，写明责任人。" for n in range(1, 8)]
    edit(corpus / RIVER, "第二，再把河岸养绿\n", "第二，再把河岸养绿\n\n" + "\n\n".join(lines) + "\n")
    before = live(index)
    with pytest.raises(KilledError):
        build_index(corpus, index, encoder=Interrupted(6, KilledError()))
    assert live(index) == before

    report = build_index(corpus, index, encoder=ToyEncoder())

    assert (report.resumed, report.encoded, report.added) == (6, 1, 7)
    build_index(corpus, tmp_path / "另", encoder=ToyEncoder())
    assert files(index) == files(tmp_path / "另")


def test_a_corpus_that_changed_meanwhile_takes_what_it_can(corpus: Path, tmp_path: Path) -> None:
    """Texts that are gone are not needed; the others are not encoded again."""
    broken = Interrupted(18, KilledError())
    with pytest.raises(KilledError):
        build_index(corpus, tmp_path / "索引", encoder=broken)
    (corpus / "图书馆建设讲话.txt").unlink()

    toy = ToyEncoder()
    report = build_index(corpus, tmp_path / "索引", encoder=toy)

    assert report.windows == 9 == report.resumed + report.encoded
    assert set(toy.encoded) & set(broken.encoded) == set()


@pytest.mark.parametrize("other", [ToyEncoder(salt=1), ToyEncoder(name="other"), ToyEncoder(dim=32)])
def test_another_model_takes_nothing(corpus: Path, tmp_path: Path, other: ToyEncoder) -> None:
    """Vectors of the interrupted build's model are dropped."""
    with pytest.raises(KilledError):
        build_index(corpus, tmp_path / "索引", encoder=Interrupted(9, KilledError()))

    report = build_index(corpus, tmp_path / "索引", encoder=other)

    assert (report.resumed, report.encoded) == (0, 20)


def test_a_killed_process_resumes(corpus: Path, tmp_path: Path) -> None:
    """SIGKILL in the middle of encoding: the next build goes on from the last batch."""
    script = (
        "import os, signal, sys\n"
        "from speechbot import build_index\n"
        "from speechbot.indexing import embedding\n"
        "from tests.conftest import ToyEncoder\n"
        "embedding.BATCH = 3\n"
        "def progress(done, total):\n"
        "    if done >= 12: os.kill(os.getpid(), signal.SIGKILL)\n"
        "build_index(sys.argv[1], sys.argv[2], encoder=ToyEncoder(), progress=progress)\n"
    )
    index = tmp_path / "索 引"
    done = subprocess.run([sys.executable, "-c", script, str(corpus), str(index)], check=False)  # noqa: S603
    assert done.returncode == -9

    report = build_index(corpus, index, encoder=ToyEncoder())

    assert (report.resumed, report.encoded) == (9, 11)
    build_index(corpus, tmp_path / "另", encoder=ToyEncoder())
    assert files(index) == files(tmp_path / "另")


def test_a_build_that_died_before_the_swap_encodes_nothing_again(
    corpus: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All was encoded and written, only the pointer not moved: the next build takes every vector from the journal."""
    lines = [f"第{n}条新要求，河道每隔{n}百米立一块牌子，写明责任人。" for n in range(1, 8)]
    edit(corpus / RIVER, "第二，再把河岸养绿\n", "第二，再把河岸养绿\n\n" + "\n\n".join(lines) + "\n")
    before = live(index)
    with monkeypatch.context() as patch:
        patch.setattr(store, "_point", killed)
        with pytest.raises(KilledError):
            build_index(corpus, index, encoder=ToyEncoder())
    assert live(index) == before
    toy = ToyEncoder()

    report = build_index(corpus, index, encoder=toy)

    assert (report.resumed, report.encoded, toy.encoded) == (7, 0, [])
    assert live(index) == report.generation != before


def test_a_journal_without_use_goes(corpus: Path, index: Path) -> None:
    """Where the corpus went back to what the index holds, what was encoded is dropped and nothing is published."""
    text = (corpus / RIVER).read_text(encoding="utf-8")
    edit(corpus / RIVER, "三年就能成荫", "五年才能成荫")
    with pytest.raises(KilledError):
        build_index(corpus, index, encoder=Interrupted(0, KilledError()))
    assert (index / JOURNAL).exists()
    (corpus / RIVER).write_text(text, encoding="utf-8")
    before = live(index)

    assert build_index(corpus, index, encoder=ToyEncoder()).generation == before
    assert not (index / JOURNAL).exists()
    assert len(list((index / GENERATIONS).iterdir())) == 1


def test_a_full_disk_is_one_clear_error(corpus: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal cannot be written: the old generation stays."""
    edit(corpus / RIVER, "三年就能成荫", "五年才能成荫")
    before = live(index)
    real = Journal.add

    def full(self: Journal, _texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        self._connection.execute("PRAGMA max_page_count = 1")
        real(self, [f"{n}" for n in range(4000)], np.repeat(vectors, 4000, axis=0))

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "add", full)
        with pytest.raises(IndexNotWritable, match="磁盘空间不足"):
            build_index(corpus, index, encoder=ToyEncoder())

    assert live(index) == before
    report = build_index(corpus, index, encoder=ToyEncoder())
    assert (report.added, report.encoded + report.resumed) == (1, 1)


def test_a_folder_in_place_of_the_journal_is_one_clear_error(corpus: Path, index: Path) -> None:
    """It is left alone, and the index stays."""
    edit(corpus / RIVER, "三年就能成荫", "五年才能成荫")
    (index / JOURNAL / "我的").mkdir(parents=True)

    with pytest.raises(IndexNotWritable):
        build_index(corpus, index, encoder=ToyEncoder())

    assert (index / JOURNAL / "我的").exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_failures_of_sqlite_are_those_of_the_system(journal: Journal, number: int) -> None:
    """What SQLite says of the disk leaves as an ``OSError``."""
    if number == errno.ENOSPC:
        journal._connection.execute("PRAGMA max_page_count = 1")
    else:
        journal._connection.execute("DROP TABLE vectors")
    many = [str(n) for n in range(4000)]

    with pytest.raises(OSError, match=r"full|no such table") as caught:
        journal.add(many, np.zeros((4000, 64), np.float32))

    assert caught.value.errno == number


def test_a_page_damaged_in_the_middle_drops_the_journal(tmp_path: Path, card: ModelCard) -> None:
    """Damage that the first question would not meet is found when the journal is opened, not in the middle of a build."""
    path = tmp_path / JOURNAL
    with closing(Journal.open(path, card)) as journal:
        journal.add([f"第{n}段。" for n in range(3000)], np.zeros((3000, card.dim), np.float32))
    data = bytearray(path.read_bytes())
    for page in range(8 * 4096, len(data), 16 * 4096):
        data[page : page + 64] = b"\xff" * 64
    path.write_bytes(bytes(data))

    with closing(Journal.open(path, card)) as journal:
        assert journal.known([f"第{n}段。" for n in range(3000)]) == set()
        journal.add(TEXTS, np.zeros((3, card.dim), np.float32))


def test_a_vector_of_another_length_is_none(tmp_path: Path, journal: Journal, card: ModelCard) -> None:
    """A text whose vector was cut short is encoded again."""
    journal.add(TEXTS, np.zeros((3, card.dim), np.float32))
    journal.close()
    with closing(sqlite3.connect(tmp_path / "记 录.sqlite")) as connection, connection:
        connection.execute("UPDATE vectors SET vector = x'00' WHERE key = (SELECT min(key) FROM vectors)")

    with closing(Journal.open(tmp_path / "记 录.sqlite", card)) as again:
        assert len(again.known(TEXTS)) == 2


def test_a_rebuild_takes_nothing_from_an_interrupted_build(corpus: Path, tmp_path: Path) -> None:
    """Who asks for everything anew gets it: vectors that were kept may be what is wrong."""
    index = tmp_path / "index"
    with pytest.raises(KeyboardInterrupt):
        build_index(corpus, index, encoder=Interrupted(5, KeyboardInterrupt()))
    assert (index / JOURNAL).exists()

    report = build_index(corpus, index, encoder=ToyEncoder(), rebuild=True)

    assert (report.resumed, report.encoded) == (0, report.windows)
