"""A generation: what is written is read back, what is altered is noticed."""

from __future__ import annotations

import errno
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from speechbot.errors import IndexDamaged, IndexMismatch
from speechbot.indexing import generation
from speechbot.indexing.disk import sha256
from speechbot.indexing.generation import MANIFEST, open_catalog, open_generation, read_manifest, write_generation
from speechbot.indexing.pieces import Fresh

if TYPE_CHECKING:
    from collections.abc import Callable

    from speechbot.indexing.generation import Content

FILES = (
    *(
        f"lexical/{field}/{part}"
        for field in ("headings", "passages")
        for part in ("counts.npy", "indices.npy", "indptr.npy", "lengths.npy", "tokens.npy", "weights.npy")
    ),
    "manifest.json",
    "passages.sqlite",
    "windows.faiss",
    "windows.moments.npy",
    "windows.npy",
)


def write(parent: Path, content: Content) -> Path:
    """Write a generation and give its folder the name that belongs to it."""
    draft = parent / "draft"
    draft.mkdir()
    return draft.rename(parent / f"20260101T000000Z-{write_generation(draft, content)}")


@pytest.fixture
def path(tmp_path: Path, content: Content) -> Path:
    """A written generation."""
    return write(tmp_path, content)


def test_generation_is_read_back(path: Path, content: Content) -> None:
    """Passages, windows, vectors, tokens and manifest say what they were written from."""
    with open_generation(path) as opened:
        assert opened.name == path.name
        (piece,), (vectors,) = content.pieces, content.vectors
        assert isinstance(piece, Fresh)
        assert opened.catalog.speeches() == piece.speeches
        assert opened.catalog.sources() == (piece.source,)
        np.testing.assert_array_equal(opened.windows, piece.windows)
        np.testing.assert_allclose(opened.vectors.vectors(range(3)), vectors, atol=2.5e-4)
        assert opened.lexical.passages.rows("柳树").tolist() == [0]
        assert opened.lexical.headings.rows("规矩").tolist() == [1]
        assert opened.manifest.model == content.model
        assert opened.manifest.words == content.words == ("河长 100",)
        counts = opened.manifest.counts
        assert (counts.sources, counts.speeches, counts.passages, counts.windows) == (1, 1, 2, 3)


def test_equal_content_gives_equal_files(tmp_path: Path, content: Content) -> None:
    """Writing the same content twice gives the same bytes in every file, and so the same name."""
    folders = tmp_path / "a", tmp_path / "b"
    for folder in folders:
        folder.mkdir()
    first, second = (write(folder, content) for folder in folders)

    assert first.name == second.name
    assert {name: (first / name).read_bytes() for name in FILES} == {
        name: (second / name).read_bytes() for name in FILES
    }


def test_folder_holds_the_files_of_the_design(path: Path) -> None:
    """Nothing but the listed files is written."""
    assert tuple(sorted(file.relative_to(path).as_posix() for file in path.rglob("*.*"))) == FILES


def flip(path: Path) -> None:
    """Change one bit in the middle of a file, not its size."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("damage", "detail"),
    [
        (lambda file: file.unlink(), "文件缺失"),
        (lambda file: file.write_bytes(b""), "(大小|校验和)不符"),
        (lambda file: file.write_bytes(file.read_bytes()[:-1]), "(大小|校验和)不符"),
        (lambda file: file.write_bytes(file.read_bytes() + b"\0"), "(大小|校验和)不符"),
        (flip, "校验和不符"),
        (lambda file: (file.unlink(), file.mkdir()), "它是文件夹"),
    ],
    ids=["missing", "empty", "truncated", "longer", "one bit", "folder"],
)
def test_any_altered_file_is_noticed(path: Path, name: str, damage: Callable[[Path], object], detail: str) -> None:
    """One altered file, whichever it is, makes an error that names it and says what to do."""
    damage(path / name)

    with pytest.raises(IndexDamaged, match=f"({detail}).*speechbot index 重建$") as caught:
        open_generation(path)

    assert caught.value.path == path / name


@pytest.mark.parametrize("name", set(FILES) - {MANIFEST})
def test_sizes_are_checked_without_checksums(path: Path, name: str) -> None:
    """A file of the wrong size is noticed even where checksums are not compared."""
    (path / name).write_bytes((path / name).read_bytes() + b"\0")

    with pytest.raises(IndexDamaged, match="大小不符"):
        open_generation(path, verify=False)


@pytest.mark.parametrize(
    ("limit", "verify", "noticed"), [(10**9, None, 1), (10, None, 0), (10, True, 1), (10**9, False, 0)]
)
def test_large_index_is_hashed_on_request(
    path: Path, monkeypatch: pytest.MonkeyPatch, *, limit: int, verify: bool | None, noticed: int
) -> None:
    """Checksums are compared for a small index, and for a large one when asked for."""
    monkeypatch.setattr(generation, "VERIFY_LIMIT", limit)
    hashed: list[Path] = []

    def digest(file: Path) -> str:
        hashed.append(file)
        return sha256(file)

    monkeypatch.setattr(generation, "sha256", digest)

    open_generation(path, verify=verify).close()

    assert len(hashed) == noticed * (len(FILES) - 1)


@pytest.mark.parametrize("name", FILES)
def test_forbidden_file_is_no_damage(path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A file that we may not read is not called damaged, whichever it is; the error says to look at the permissions."""
    real = Path.open

    def refuse(file: Path, *args: Any, **options: Any) -> Any:
        if file == path / name:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(file, *args, **options)

    monkeypatch.setattr(Path, "open", refuse)

    with pytest.raises(IndexMismatch, match=f"没有权限读取索引 .*{Path(name).name}，请检查它的权限后重试$") as caught:
        open_generation(path, verify=False)

    assert not isinstance(caught.value, IndexDamaged)


def test_catalogue_is_opened_alone(path: Path, content: Content) -> None:
    """The passages can be read though the vectors are damaged, and are not read where they are damaged themselves."""
    (path / "windows.faiss").unlink()

    with open_catalog(path) as catalog:
        assert catalog.passages() == tuple(passage for piece in content.pieces for passage in piece.passages)
    flip(path / "passages.sqlite")
    with pytest.raises(IndexDamaged, match="校验和不符"):
        open_catalog(path)


def test_manifest_of_another_generation_is_noticed(path: Path, tmp_path: Path, content: Content) -> None:
    """A valid manifest that was copied from another generation does not pass."""
    (tmp_path / "other").mkdir()
    other = write(tmp_path / "other", replace(content, version="0.2.0"))
    (other / MANIFEST).rename(path / MANIFEST)

    with pytest.raises(IndexDamaged) as caught:
        read_manifest(path)

    assert caught.value.path == path / MANIFEST


def rewrite(path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """Alter the manifest and give the folder the name that goes with it, as a forger would."""
    stored = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    change(stored)
    data = json.dumps(stored).encode()
    (path / MANIFEST).write_bytes(data)
    return path.rename(path.with_name(f"20260101T000000Z-{generation._mark(data)}"))


@pytest.mark.parametrize(
    "change",
    [
        lambda stored: stored["files"].pop("windows.npy"),
        lambda stored: stored["files"].update({"../../outside": {"size": 1, "sha256": ""}}),
        lambda stored: stored["counts"].update(passages=3),
        lambda stored: stored["counts"].update(windows=2),
        lambda stored: stored["model"].update(dim=63),
    ],
    ids=["file left out", "file outside", "passages", "windows", "dimension"],
)
def test_manifest_must_describe_the_files(path: Path, change: Callable[[dict[str, object]], object]) -> None:
    """A manifest that lists other files or counts than there are is refused."""
    forged = rewrite(path, change)

    with pytest.raises(IndexDamaged):
        open_generation(forged)


@pytest.mark.parametrize(
    "array",
    [np.zeros((3, 2), np.int32), np.zeros(3, np.int32), np.zeros((3, 3), np.int64), np.array([{}])],
    ids=["columns", "flat", "type", "pickle"],
)
def test_windows_of_another_shape_are_refused(path: Path, array: np.ndarray) -> None:
    """The windows' file must hold what its contract says, and no pickle is read."""
    np.save(path / "windows.npy", array, allow_pickle=True)

    with pytest.raises(IndexDamaged):
        generation._windows(path / "windows.npy")
