"""What is flushed when, and that nothing is written but where it belongs."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest

from speechbot import Retriever
from speechbot.indexing.indexer import build_index
from speechbot.indexing.store import CURRENT, DRAFT, GENERATIONS, JOURNAL, LOCK, live
from tests.conftest import DATA, ToyEncoder
from tests.test_indexer import RIVER, edit
from tests.test_store import build

if TYPE_CHECKING:
    from speechbot.indexing.generation import Content

# Every file opened for writing, every name made, moved or removed, as a line on the standard error stream.
_AUDIT = """
import os, sys
sys.dont_write_bytecode = True
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
NAMES = {"os.mkdir": (0,), "os.rename": (0, 1), "os.remove": (0,), "os.rmdir": (0,), "shutil.rmtree": (0,),
         "os.chmod": (0,), "os.truncate": (0,), "os.link": (0, 1), "os.symlink": (1,), "sqlite3.connect": (0,)}

def note(event, arguments):
    paths = ()
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING:
        paths = arguments[:1]
    elif event in NAMES:
        paths = [arguments[at] for at in NAMES[event]]
    for path in paths:
        if isinstance(path, (str, bytes, os.PathLike)):
            os.write(2, os.fsencode(b"@ " + os.fsencode(event) + b" " + os.fsencode(path)) + b"\\n")

sys.addaudithook(note)
import pathlib
from speechbot import Retriever, build_index
from tests.conftest import ToyEncoder
corpus, index = sys.argv[1:]
build_index(corpus, index, encoder=ToyEncoder())
first = next(pathlib.Path(corpus).iterdir())
os.write(2, b"@@\\n")
first.write_text(first.read_text(encoding="utf-8") + "\\n\\n再加一段，把桥修好。\\n", encoding="utf-8")
os.write(2, b"@@\\n")
build_index(corpus, index, encoder=ToyEncoder())
with Retriever.open(index, encoder=ToyEncoder()) as retriever:
    os.write(2, b"@@\\n")
    assert retriever.ask("购书经费怎么花？").hits
    assert retriever.speeches()
"""


def test_data_is_flushed_before_names(tmp_path: Path, content: Content, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files and folders of a generation, then its name, then the pointer's text, its name, at last its folder."""
    index = tmp_path / "索引"
    build(index, content, version="1")
    steps: list[tuple[str, str]] = []
    sync, move = os.fsync, os.replace

    def fsync(handle: int) -> None:
        path = Path(f"/proc/self/fd/{handle}").readlink()
        kind = "folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file"
        steps.append((kind, path.relative_to(tmp_path).as_posix()))
        sync(handle)

    def replace(source: Path, target: Path) -> None:
        steps.append(("replace", Path(target).relative_to(tmp_path).as_posix()))
        move(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    name = build(index, content, version="2")

    folder, draft = f"索引/{GENERATIONS}/{name}", f"索引/{GENERATIONS}/{DRAFT}"
    files = {
        path.relative_to(tmp_path / folder).as_posix() for path in (tmp_path / folder).rglob("*") if path.is_file()
    }
    moved = steps.index(("replace", folder))
    assert {path for kind, path in steps[:moved] if kind == "file"} == {f"{draft}/{file}" for file in files}
    assert [path for kind, path in steps[:moved] if kind == "folder"][-1] == draft
    for parent in ("lexical", "lexical/passages", "lexical/headings"):
        within = [at for at, (_, path) in enumerate(steps[:moved]) if path.startswith(f"{draft}/{parent}/")]
        assert steps.index(("folder", f"{draft}/{parent}")) > max(within)
    assert steps[moved + 1 :] == [
        ("folder", f"索引/{GENERATIONS}"),
        ("file", f"索引/.{CURRENT}.new"),
        ("replace", f"索引/{CURRENT}"),
        ("folder", "索引"),
    ]


@pytest.mark.parametrize("name", ["索引", "我的 索引 #1?%41", "深/更深/索引"])
def test_nothing_is_written_elsewhere(corpus: Path, tmp_path: Path, name: str) -> None:
    """A build, an update and an answer write into the index and the cache folder; an answer writes nothing at all."""
    index, cache = tmp_path / name, tmp_path / "缓存"
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", _AUDIT, str(corpus), str(index)],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env={**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=Path(__file__).parent.parent,
    )
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("@")]
    parts = "".join(f"{line}\n" for line in lines).split("@@\n")
    first, _, second, answer = ([line.split(" ", 2)[1:] for line in part.splitlines()] for part in parts)

    assert first
    assert second
    for _, path in (*first, *second):
        plain = unquote(urlsplit(path).path) if path.startswith("file:") else path
        assert plain.startswith((str(index), str(cache))) or Path(plain) in index.parents, path
    assert [path for _, path in answer] == []


@pytest.mark.parametrize(
    "name", ["file:索引", os.fsdecode(b"\xff\xfe"), "a\nb", "~", "-n", "索引?mode=memory", "长" * 80, "😀"], ids=ascii
)
def test_any_folder_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Whatever a folder is called, to SQLite, faiss or a shell, by a relative path too: it is built, updated and asked."""
    monkeypatch.chdir(tmp_path)
    corpus = shutil.copytree(DATA / "corpus", tmp_path / "材料")
    build_index(corpus, name, encoder=ToyEncoder())
    edit(corpus / RIVER, "三年就能成荫", "五年才能成荫")
    build_index(corpus, name, encoder=ToyEncoder())

    with Retriever.open(name, encoder=ToyEncoder()) as retriever:
        assert "五年才能成荫" in retriever.search("柳树几年成荫？", 1)[0].passage.text
    assert {path.name for path in tmp_path.iterdir()} == {"材料", name}


def test_a_build_leaves_what_the_design_names(corpus: Path, index: Path) -> None:
    """The pointer, the generations, the lock: no journal, no draft, no temporary file."""
    edit(corpus / RIVER, "三年就能成荫", "五年才能成荫")
    name = build_index(corpus, index, encoder=ToyEncoder()).generation

    assert {path.name for path in index.iterdir()} == {CURRENT, GENERATIONS, LOCK}
    assert len(list((index / GENERATIONS).iterdir())) == 2
    assert name == live(index)
    assert not (index / JOURNAL).exists()


def test_materials_are_only_read(tmp_path: Path, corpus: Path) -> None:
    """A build works on materials that cannot be written, and leaves them as they are."""
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in corpus.iterdir()}
    for path in (corpus, *corpus.iterdir()):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        assert build_index(corpus, tmp_path / "索引", encoder=ToyEncoder()).passages == 20
    finally:
        corpus.chmod(0o755)

    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in corpus.iterdir()} == before
    assert set(before) == {path.name for path in (DATA / "corpus").iterdir()}
