"""Older word processor formats turned into .docx by LibreOffice, where it is installed."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from speechbot.errors import SourceError
from speechbot.reading import processes
from speechbot.wording import zh_corpus

_PROGRAMS = ("soffice", "libreoffice", "lowriter")
# Where installers put it without telling the search path.
_PLACES = (
    "/usr/lib/libreoffice/program/soffice",
    "/usr/lib64/libreoffice/program/soffice",
    "/opt/libreoffice/program/soffice",
    "/snap/bin/libreoffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.exe",
)
_SECONDS = 30.0  # a start with a new profile takes 2, on a slow machine 10; a book of 700 pages takes 1
# No macro runs, no link is followed, nothing is fetched, nobody is asked.
_SETTINGS = {
    ("/org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel"): "3",
    ("/org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution"): "true",
    ("/org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks"): "true",
    ("/org.openoffice.Office.Writer/Content/Update", "Link"): "0",
    ("/org.openoffice.Office.Common/Misc", "FirstRun"): "false",
    # A proxy that is not there: pictures on the web, linked from a document, stay there.
    ("/org.openoffice.Inet/Settings", "ooInetProxyType"): "2",
    ("/org.openoffice.Inet/Settings", "ooInetHTTPProxyName"): "127.0.0.1",
    ("/org.openoffice.Inet/Settings", "ooInetHTTPProxyPort"): "9",
    ("/org.openoffice.Inet/Settings", "ooInetHTTPSProxyName"): "127.0.0.1",
    ("/org.openoffice.Inet/Settings", "ooInetHTTPSProxyPort"): "9",
}
_ITEM = '<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
_PROFILE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
    'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{items}</oor:items>\n'
)
_MAGIC = {b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": ".doc", b"{\\rtf": ".rtf"}


def converted(data: bytes, *, path: Path) -> bytes:
    """A .doc, .wps or .rtf document as .docx.

    It is converted in a temporary folder with a profile of its own: nothing is written beside the source, nothing stays.

    Args:
        data: The file's bytes.
        path: Where they come from, for the error.

    Raises:
        SourceError: When LibreOffice is not there, cannot open the document or takes too long.
    """
    suffix = next((suffix for magic, suffix in _MAGIC.items() if data.startswith(magic)), None)
    if suffix is None:
        raise SourceError(zh_corpus.REASON_UNKNOWN_DOCUMENT, path=path)
    program = _program()
    if program is None:
        raise SourceError(zh_corpus.REASON_NO_OFFICE.format(suffix=path.suffix.lower()), path=path)
    with tempfile.TemporaryDirectory(prefix="speechbot-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        result = _convert(program, data, suffix, folder, path)
        if result is None:
            raise SourceError(zh_corpus.REASON_OFFICE_FAILED, path=path)
    return result


def _program() -> str | None:
    """LibreOffice's program, or None where there is none."""
    found = next((place for name in _PROGRAMS if (place := shutil.which(name))), None)
    return found or next((place for place in _PLACES if os.access(place, os.X_OK)), None)


def _convert(program: str, data: bytes, suffix: str, folder: Path, path: Path) -> bytes | None:
    """Convert within a folder; None where nothing came out."""
    source, profile = folder / f"source{suffix}", folder / "profile"
    source.write_bytes(data)
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_profile(), encoding="utf-8")
    command = [
        program,
        f"-env:UserInstallation={profile.as_uri()}",
        "--headless",
        "--norestore",
        "--nolockcheck",
        "--nodefault",
        "--convert-to",
        "docx",
        "--outdir",
        str(folder),
        str(source),
    ]
    # The last is where its socket lies, which stays when it is killed
    environ = {**os.environ, "HOME": str(folder), "TMPDIR": str(folder), "OSL_SOCKET_PATH": str(folder)}
    try:
        processes.run(command, seconds=_SECONDS, environ=environ, folder=folder)
    except TimeoutError as error:
        raise SourceError(zh_corpus.REASON_TIMEOUT.format(seconds=round(_SECONDS)), path=path) from error
    except OSError as error:
        raise SourceError(zh_corpus.REASON_NO_OFFICE.format(suffix=path.suffix.lower()), path=path) from error
    target = folder / "source.docx"
    return target.read_bytes() if target.is_file() else None


def _profile() -> str:
    """The settings of a profile, as LibreOffice keeps them."""
    items = (_ITEM.format(path=path, name=name, value=value) for (path, name), value in _SETTINGS.items())
    return _PROFILE.format(items="".join(items))
