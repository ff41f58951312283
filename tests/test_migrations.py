"""Ledgers of every version, and files that are none."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from speechbot.errors import StateError
from speechbot.telegram import migrations
from speechbot.telegram.ledger import Ledger
from speechbot.telegram.migrations import APPLICATION, MIGRATIONS, migrate
from speechbot.telegram.records import Standing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = 1_760_000_000.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a ledger goes, in a folder that is not there."""
    return tmp_path / "状 态" / "bot.sqlite"


def older(path: Path, version: int) -> None:
    """Write a file as an older version left it."""
    path.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in (statement for step in MIGRATIONS[:version] for statement in step):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute(f"PRAGMA application_id = {APPLICATION}")


def schema(path: Path) -> tuple[int, list[tuple[str, str]]]:
    """A file's version, tables and indexes."""
    with closing(sqlite3.connect(path)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        return version, connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS) + 1))
def test_older_files_become_new_ones(path: Path, tmp_path: Path, version: int) -> None:
    """What is in them stays, and they end with the tables of a file begun today."""
    older(path, version)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO people (user_id, name, standing) VALUES (7, '王', 'denied')")
    Ledger.open(tmp_path / "new").close()

    with Ledger.open(path) as ledger:
        person = ledger.person(7)

    assert person is not None
    assert (person.name, person.standing) == ("王", Standing.DENIED)
    assert schema(path) == schema(tmp_path / "new")
    assert schema(path)[0] == len(MIGRATIONS)


def test_a_step_that_fails_leaves_the_version_before(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it is in the file, and the next start takes it."""
    older(path, 1)
    before = schema(path)
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", (MIGRATIONS[0], (*MIGRATIONS[1], "CREATE TABLE people (a)")))
        with pytest.raises(sqlite3.OperationalError, match="already exists"):
            Ledger.open(path)
    assert schema(path) == before

    Ledger.open(path).close()

    assert schema(path)[0] == len(MIGRATIONS)


def test_a_step_that_another_process_took_is_not_taken_again(path: Path) -> None:
    """Two processes start at once: the second finds the first one's tables."""
    path.parent.mkdir()

    class Late:
        """A connection that is overtaken when it begins its first step."""

        overtaken = False

        def __init__(self) -> None:
            self.connection = sqlite3.connect(path, isolation_level=None)

        @property
        def in_transaction(self) -> bool:
            """As the connection says."""
            return self.connection.in_transaction

        def execute(self, statement: str) -> sqlite3.Cursor:
            """Let the other one go first."""
            if statement == "BEGIN IMMEDIATE" and not self.overtaken:
                self.overtaken = True
                Ledger.open(path).close()
            return self.connection.execute(statement)

    late = Late()
    migrate(late, path)  # type: ignore[arg-type]
    late.connection.close()

    Ledger.open(path.with_name("new")).close()
    assert schema(path) == schema(path.with_name("new"))


def test_a_later_version_is_left_alone(path: Path) -> None:
    """An older program would not know what it breaks."""
    Ledger.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = path.read_bytes()

    with pytest.raises(StateError, match=r"格式 99.*请升级 speechbot 后重试$") as caught:
        Ledger.open(path)

    assert caught.value.path == path
    assert path.read_bytes() == before


def foreign(path: Path) -> None:
    """Another program's database."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE people (a)")


@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (
            lambda path: path.write_text("不是数据库，只是一段文字。" * 99, encoding="utf-8"),
            "不是 speechbot 的状态文件",
        ),
        (foreign, "不是 speechbot 的状态文件"),
        (lambda path: path.mkdir(), "不是 speechbot 的状态文件"),
        (os.mkfifo, "不是 speechbot 的状态文件"),
    ],
    ids=["text", "database", "folder", "pipe"],
)
def test_what_is_no_ledger_is_left_alone(path: Path, spoil: Callable[[Path], object], text: str) -> None:
    """One line says so and what to do."""
    path.parent.mkdir()
    spoil(path)
    before = path.read_bytes() if path.is_file() else None

    with pytest.raises(StateError, match=rf"{text}.*请[^。]*$") as caught:
        Ledger.open(path)

    assert "\n" not in str(caught.value)
    assert before is None or path.read_bytes() == before


def test_an_empty_file_becomes_a_ledger(path: Path) -> None:
    """As a mounted one may be."""
    path.parent.mkdir()
    path.touch()

    with Ledger.open(path) as ledger:
        assert ledger.people() == []


def test_a_damaged_file_is_told(path: Path) -> None:
    """Damage in the middle is found when the bot starts, not at some question."""
    with Ledger.open(path) as ledger:
        for number in range(3000):
            ledger.put(f"{number}", "值" * 20)
    data = bytearray(path.read_bytes())
    for page in range(20 * 4096, len(data), 4096):
        data[page : page + 64] = b"\xff" * 64
    path.write_bytes(bytes(data))

    with pytest.raises(StateError, match=r"已损坏.*移走它后重新启动") as caught:
        Ledger.open(path)

    assert "\n" not in str(caught.value)


def test_only_the_owner_reads_it(path: Path) -> None:
    """Nor the files beside it, nor the folder that was made for it."""
    with Ledger.open(path) as ledger:
        ledger.put("a", "b")
        modes = {item.name: stat.S_IMODE(item.stat().st_mode) for item in path.parent.iterdir()}

    assert modes == {"bot.sqlite": 0o600, "bot.sqlite-wal": 0o600, "bot.sqlite-shm": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A file stands where it should be."""
    (tmp_path / "a").touch()

    with pytest.raises(StateError, match=r"无法写入状态文件.*路径上有同名文件.*后重试$"):
        Ledger.open(tmp_path / "a" / "b" / "bot.sqlite")


def test_a_read_only_place_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that SQLite opens for reading only counts as none: here the same, as root may write everything."""
    Ledger.open(path).close()
    real = sqlite3.connect

    def read_only(place: Path, **options: object) -> sqlite3.Connection:
        return real(f"file:{place}?mode=ro", uri=True, **options)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr(sqlite3, "connect", read_only)

    with pytest.raises(StateError, match=r"无法写入状态文件.*没有写入权限"):
        Ledger.open(path)


def test_a_file_that_somebody_holds_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program writes and does not end."""
    monkeypatch.setattr("speechbot.telegram.statefile._WAIT", 10)
    with Ledger.open(path) as ledger, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StateError, match=r"正被别的程序占用，请等它结束后重试$"):
            ledger.put("a", "b")
        assert ledger.get("a") is None
        other.execute("ROLLBACK")
        ledger.put("a", "b")
        assert ledger.get("a") == "b"


def test_a_full_disk_is_told_and_nothing_is_half_there(path: Path) -> None:
    """What did not fit is gone, and the ledger goes on when there is room."""
    with Ledger.open(path) as ledger:
        ledger._connection.execute("PRAGMA max_page_count = 1")
        with pytest.raises(StateError, match="磁盘空间不足"):
            ledger.put("a", "长" * 100_000)
        ledger._connection.execute("PRAGMA max_page_count = 100000")
        assert ledger.get("a") is None
        ledger.put("a", "b")
        assert ledger.get("a") == "b"
