"""Styled lines as a Word document."""

from __future__ import annotations

import hashlib
import re
import zlib
from datetime import UTC
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

import docx
from docx.oxml.ns import qn
from docx.shared import Pt

from speechbot.terminal.screen import Style
from speechbot.wording import zh_citations

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from docx.document import Document

    from speechbot.terminal.screen import Line

# Who wrote it; and, as its identifier, a digest of its text, which no program leaves as it is that saves it again.
_AUTHOR = "speechbot"
_IDENTIFIER = "speechbot ask --export {digest}"
_TEXT, _CORE = "word/document.xml", "docProps/core.xml"
_MOST = 20_000_000  # bytes of a part that are read
# Characters that XML cannot hold.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def document(blocks: Iterable[tuple[int, Line]], *, title: str, made: datetime) -> bytes:
    """A document of paragraphs.

    Args:
        blocks: Each paragraph with its level: 0 for the title, 1 and more for headings, -1 for text.
        title: What it is about, for its properties.
        made: When it was made.
    """
    written = docx.Document()
    _in_chinese(written)
    properties = written.core_properties
    properties.author = properties.last_modified_by = _AUTHOR
    properties.comments = ""
    properties.title = _xml(title)[:255]
    properties.created = properties.modified = made.astimezone(UTC)
    for level, line in blocks:
        paragraph = written.add_paragraph() if level < 0 else written.add_heading(level=level)
        for span in line.spans:
            run = paragraph.add_run(_xml(span.text))
            if span.style is Style.STRONG:
                run.bold = True
    properties.identifier = _identifier(_saved(written))
    return _saved(written).getvalue()


def untouched(path: Path) -> bool:
    """Whether a file is a document of ours that nobody has saved since."""
    try:
        with ZipFile(path) as package, package.open(_CORE) as core:
            return f">{_identifier(path)}<".encode() in core.read(_MOST)
    except (BadZipFile, zlib.error, EOFError, KeyError, ValueError, NotImplementedError, RuntimeError):
        return False


def _saved(written: Document) -> BytesIO:
    file = BytesIO()
    written.save(file)
    return file


def _identifier(file: Path | BytesIO) -> str:
    with ZipFile(file) as package, package.open(_TEXT) as text:
        return _IDENTIFIER.format(digest=hashlib.sha256(text.read(_MOST)).hexdigest())


def _in_chinese(written: Document) -> None:
    """Chinese type and proofing, which the library's template does not have."""
    normal = written.styles["Normal"]
    normal.font.size = Pt(12)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), zh_citations.FONT)
    for language in written.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")


def _xml(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
