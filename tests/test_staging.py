"""Files into the corpus and out of it: nothing outside it, nothing lost."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.errors import CorpusError
from speechbot.telegram.staging import Staging, Twin, key, safe_name
from speechbot.wording import zh_admin
from tests.admin_desk import NOW

TEXT = "全市阅读工作会上的讲话\n\n同志们：\n\n今年要办好一百场读书会，让人人有书读。\n"


def staged(staging: Staging, name: str = "讲话.txt", text: str = TEXT) -> tuple[str, Path]:
    """A file that waits."""
    token, folder = staging.begin()
    (folder / name).write_text(text, encoding="utf-8")
    return token, folder / name


@pytest.fixture
def staging(corpus: Path, tmp_path: Path) -> Staging:
    """On a copy of the tiny corpus."""
    return Staging(corpus, tmp_path / "state", lambda: NOW)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("讲话.txt", "讲话.txt"),
        ("../../etc/讲话.TXT", "讲话.TXT"),
        (r"C:\桌面\讲话.docx", "讲话.docx"),
        ("..txt", f"{zh_admin.UPLOAD_NAME}.txt"),
        (".hidden.txt", "hidden.txt"),
        ("~$讲话.docx", "$讲话.docx"),
        ("讲\u202e话\x00\n.txt", "讲话 .txt".replace(" .", ".")),
        ('a<b>:"|?*.md', "a b.md"),
        ("con.txt", "_con.txt"),
        ("讲话.meta.yaml", ""),
        ("讲话.meta.yaml.txt", ""),
        ("讲话.exe", ""),
        ("讲话", ""),
        ("", ""),
        ("cafe\u0301.txt", "caf\u00e9.txt"),
        ("汉" * 100 + ".txt", "汉" * 65 + ".txt"),
    ],
)
def test_names_are_made_safe(given_name: str, kept: str) -> None:
    """Chinese is kept; paths, control characters, marks of direction, and what is no material, are not."""
    assert safe_name(given_name) == kept


@given(st.text() | st.text().map(lambda text: f"{text}.txt"))
def test_any_name_is_safe_or_none(text: str) -> None:
    """One part of a path, short, visible, and the same when it is made safe again."""
    name = safe_name(text)

    assert name == "" or (Path(name).name == name and len(name.encode()) <= 201 and not name.startswith((".", "~")))
    assert safe_name(name) == name


def test_a_file_waits_and_is_found(staging: Staging) -> None:
    """By its token alone, also by another object, as after a restart; a token that is none leads nowhere."""
    token, path = staged(staging)

    assert staging.find(token) == path
    assert staging.find("0" * 16) is None
    assert staging.find("../../../x") is None
    staging.drop(token)
    assert staging.find(token) is None


def test_yesterdays_files_are_removed(staging: Staging) -> None:
    """With the next upload; today's stay."""
    old, path = staged(staging)
    os.utime(path.parent, (NOW - 86_401, NOW - 86_401))
    young, fresh = staged(staging)
    os.utime(fresh.parent, (NOW - 80_000, NOW - 80_000))

    staging.begin()

    assert staging.find(old) is None
    assert staging.find(young) == fresh


def test_twins_are_told(staging: Staging, corpus: Path) -> None:
    """The same name, the same bytes under any name; nothing in an empty corpus."""
    text = (corpus / "河道治理讲话.txt").read_text(encoding="utf-8")

    assert staging.twin(staged(staging)[1]) == Twin(replaces=False, same="")
    assert staging.twin(staged(staging, "河道治理讲话.txt")[1]) == Twin(replaces=True, same="")
    assert staging.twin(staged(staging, "河道治理讲话.txt", text)[1]) == Twin(replaces=True, same="河道治理讲话.txt")
    assert staging.twin(staged(staging, "新.txt", text)[1]) == Twin(replaces=False, same="河道治理讲话.txt")
    for path in corpus.iterdir():
        path.unlink()
    assert staging.twin(staged(staging)[1]) == Twin(replaces=False, same="")


def test_a_new_file_comes_in_and_goes_out(staging: Staging, corpus: Path) -> None:
    """Whole, with no draft beside it; undone, the corpus is as it was and the file still waits."""
    before = sorted(corpus.iterdir())
    token, path = staged(staging)

    move = staging.bring_in(token, path)
    assert sorted(corpus.iterdir()) == sorted([*before, corpus / "讲话.txt"])
    assert (corpus / "讲话.txt").read_text(encoding="utf-8") == TEXT

    move.undo()
    assert sorted(corpus.iterdir()) == before
    assert staging.find(token) == path


@pytest.mark.parametrize("there", [True, False])
def test_nothing_comes_into_a_corpus_that_is_gone(staging: Staging, corpus: Path, *, there: bool) -> None:
    """An index of the new file alone would go live."""
    token, folder = staging.begin()
    (folder / "讲话.txt").write_text(TEXT, encoding="utf-8")
    for path in corpus.iterdir():
        path.unlink()
    if not there:
        corpus.rmdir()

    with pytest.raises(CorpusError, match="可能没有挂载"):
        staging.bring_in(token, folder / "讲话.txt")
    assert corpus.exists() is there
    assert staging.find(token) is not None


def test_what_is_replaced_is_kept(staging: Staging, corpus: Path, tmp_path: Path) -> None:
    """The old file lies under ``removed``, and comes back when the replacement is undone."""
    old = (corpus / "河道治理讲话.txt").read_bytes()
    token, path = staged(staging, "河道治理讲话.txt")

    move = staging.bring_in(token, path)
    (kept,) = (tmp_path / "state" / "removed").rglob("*.txt")
    assert kept.read_bytes() == old
    assert kept.parent.name == "20261118-190640"
    assert (corpus / "河道治理讲话.txt").read_text(encoding="utf-8") == TEXT

    move.undo()
    assert (corpus / "河道治理讲话.txt").read_bytes() == old


def test_a_material_leaves_with_its_sidecars(staging: Staging, corpus: Path, tmp_path: Path) -> None:
    """To ``removed``, never deleted; undone, all is back; a sidecar that another file shares stays."""
    (corpus / "子").mkdir()
    for name in ("子/a.txt", "子/a.txt.meta.yaml", "子/a.meta.yaml", "子/b.txt", "子/b.md", "子/b.meta.yaml"):
        (corpus / name).write_text(TEXT, encoding="utf-8")
    everything = sorted(corpus.rglob("*"))

    first, second = staging.take_out("子/a.txt"), staging.take_out("子/b.txt")
    left = sorted(path.name for path in (corpus / "子").iterdir())
    moved = sorted(
        path.relative_to(tmp_path / "state" / "removed").as_posix() for path in tmp_path.rglob("removed/*/子/*")
    )
    assert left == ["b.md", "b.meta.yaml"]
    assert moved == [
        "20261118-190640-2/子/b.txt",
        "20261118-190640/子/a.meta.yaml",
        "20261118-190640/子/a.txt",
        "20261118-190640/子/a.txt.meta.yaml",
    ]

    second.undo()
    first.undo()
    assert sorted(corpus.rglob("*")) == everything


def test_undoing_spares_what_came_meanwhile(staging: Staging, corpus: Path) -> None:
    """A file that somebody has put in the place of a removed one stays."""
    move = staging.take_out("河道治理讲话.txt")
    (corpus / "河道治理讲话.txt").write_text("新", encoding="utf-8")

    move.undo()

    assert (corpus / "河道治理讲话.txt").read_text(encoding="utf-8") == "新"


def test_a_corpus_that_cannot_be_written_says_so(
    staging: Staging, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the reason, as an error of ours, and nothing half done."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    before = sorted(corpus.iterdir())
    token, path = staged(staging)
    monkeypatch.setattr("speechbot.telegram.staging.os.replace", refuse)

    with pytest.raises(CorpusError, match="没有写入权限"):
        staging.bring_in(token, path)

    assert sorted(corpus.iterdir()) == before
    assert staging.find(token) == path


def test_a_folder_in_the_place_is_not_replaced(staging: Staging, corpus: Path) -> None:
    """It is an error, and the folder stays."""
    (corpus / "讲话.txt").mkdir()
    token, path = staged(staging)

    with pytest.raises(CorpusError):
        staging.bring_in(token, path)

    assert (corpus / "讲话.txt").is_dir()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_nothing_is_written_through_a_link(staging: Staging, corpus: Path, tmp_path: Path) -> None:
    """A link out of the corpus is replaced itself; what it leads to stays as it is."""
    outside = tmp_path / "外.txt"
    outside.write_text("外", encoding="utf-8")
    (corpus / "讲话.txt").symlink_to(outside)
    token, path = staged(staging)

    staging.bring_in(token, path)

    assert outside.read_text(encoding="utf-8") == "外"
    assert not (corpus / "讲话.txt").is_symlink()


def test_keys_are_short_and_of_the_name() -> None:
    """16 characters that a button can carry, another name another key."""
    names = ["a.txt", "b.txt", "子/" * 100 + "a.txt", "\udcff.txt"]

    assert {len(key(name)) for name in names} == {16}
    assert len({key(name) for name in names}) == len(names)
