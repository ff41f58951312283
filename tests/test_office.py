"""Older documents, through LibreOffice or a program that plays it."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

import pytest

from speechbot.errors import SourceError
from speechbot.reading import office
from speechbot.reading.corpus import Material, read_material
from speechbot.reading.office import converted
from tests.files import PROSE, RTF, docx, paragraph

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
PATH = Path("讲话.doc")
# Writes what it was given beside what it makes, as LibreOffice would.
FAKE = """#!/bin/sh
echo "$@" > {log}
while [ "$1" != --outdir ]; do shift; done
{act}
"""


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files that a test can look into."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: str) -> Path:
    """Put a program on the search path that does this instead of converting; where it notes its arguments."""
    programs = tmp_path / "bin"
    programs.mkdir()
    log = tmp_path / "arguments"
    (programs / "soffice").write_text(FAKE.format(log=log, act=act), encoding="utf-8")
    (programs / "soffice").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    return log


def test_converts_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scratch: Path) -> None:
    """The document is converted in a temporary folder, without macros, with a profile of its own; nothing stays behind."""
    made = tmp_path / "made.docx"
    made.write_bytes(docx(paragraph(PROSE)))
    act = f'cp {made} "$2/source.docx"; cat "$2/profile/user/registrymodifications.xcu" > {tmp_path}/profile'
    log = play(tmp_path, monkeypatch, act)
    source = tmp_path / "讲话.wps"
    source.write_bytes(OLE)

    found = read_material(Material("讲话.wps", source, ""))

    assert (found.text, found.encoding) == (PROSE + "\n", "wps")
    assert f"-env:UserInstallation=file://{scratch}" in log.read_text(encoding="utf-8")
    assert "source.doc" in log.read_text(encoding="utf-8")
    assert "DisableMacrosExecution" in (tmp_path / "profile").read_text(encoding="utf-8")
    assert [*scratch.iterdir()] == []
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "arguments",
        "bin",
        "made.docx",
        "profile",
        "tmp",
        "讲话.wps",
    ]


def test_nothing_comes_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scratch: Path) -> None:
    """A document that LibreOffice cannot open is refused, with what to do."""
    play(tmp_path, monkeypatch, "exit 0")

    with pytest.raises(SourceError, match=r"LibreOffice 打不开它.*另存为 \.docx"):
        converted(OLE, path=PATH)
    assert [*scratch.iterdir()] == []


def test_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scratch: Path) -> None:
    """When the time is over the program is killed with all that it started, and the folder goes."""
    monkeypatch.setattr(office, "_SECONDS", 0.5)
    play(tmp_path, monkeypatch, f"sleep 30 & echo $! > {tmp_path}/child; wait")

    with pytest.raises(SourceError, match="秒内没有读完"):
        converted(OLE, path=PATH)
    child = int((tmp_path / "child").read_text(encoding="utf-8"))
    time.sleep(0.1)

    assert "sleep" not in _command(child)
    assert [*scratch.iterdir()] == []


def _command(process: int) -> str:
    """The command of a running process; "" where there is none, or none that still runs."""
    path = Path(f"/proc/{process}/cmdline")
    return path.read_text(encoding="utf-8") if path.exists() else ""


def test_its_socket_goes_with_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scratch: Path) -> None:
    """LibreOffice opens a socket in the shared temporary folder, which would stay there when it is killed."""
    play(tmp_path, monkeypatch, f'echo "$HOME $TMPDIR $OSL_SOCKET_PATH" > {tmp_path}/places')

    with pytest.raises(SourceError):
        converted(OLE, path=PATH)

    (place,) = set((tmp_path / "places").read_text(encoding="utf-8").split())
    assert Path(place).parent == scratch


@pytest.mark.parametrize("suffix", [".doc", ".rtf"])
def test_no_office(monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    """Without LibreOffice the reason names what to install, and how to do without."""
    monkeypatch.setattr(office, "_PROGRAMS", ())
    monkeypatch.setattr(office, "_PLACES", ())

    with pytest.raises(
        SourceError, match=rf"读取 \{suffix} 文件需要 LibreOffice.*apt install libreoffice-writer.*另存为 .docx"
    ):
        converted(OLE, path=Path("讲话" + suffix))


def test_program_that_cannot_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that is no program is as good as none; default places are looked at where the search path has none."""
    broken = tmp_path / "soffice"
    broken.write_bytes(b"\x7fnothing")
    broken.chmod(0o755)
    monkeypatch.setattr(office, "_PROGRAMS", ())
    monkeypatch.setattr(office, "_PLACES", ("/nowhere/soffice", str(broken)))

    with pytest.raises(SourceError, match="需要 LibreOffice"):
        converted(OLE, path=PATH)


def test_what_is_no_document() -> None:
    """A file that is no document of these kinds is not handed to LibreOffice, which would take it for text."""
    with pytest.raises(SourceError, match="不是 Word、WPS 或 RTF 文档"):
        converted(b"anything", path=PATH)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_the_real_one(tmp_path: Path) -> None:
    """LibreOffice itself converts a document, and leaves nothing beside it."""
    path = tmp_path / "讲话.rtf"
    path.write_bytes(RTF)

    found = read_material(Material("讲话.rtf", path, ""))

    assert (found.text, found.encoding) == (PROSE + "\n", "rtf")
    assert [*tmp_path.iterdir()] == [path]


def test_documents_can_do_nothing() -> None:
    """No macro runs whatever it is signed with, no link is followed, and pictures on the web stay there."""
    settings = office._profile()

    for name, value in {
        "MacroSecurityLevel": "3",
        "DisableMacrosExecution": "true",
        "BlockUntrustedRefererLinks": "true",
        "Link": "0",
        "ooInetProxyType": "2",
        "ooInetHTTPProxyName": "127.0.0.1",
        "ooInetHTTPSProxyName": "127.0.0.1",
    }.items():
        assert f'<prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop>' in settings
