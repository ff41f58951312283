"""PDF files turned into text: one line a paragraph."""

from __future__ import annotations

import json
import re
import sys
import tempfile
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speechbot.errors import SourceError
from speechbot.reading import processes
from speechbot.reading.columns import Row, reading_order
from speechbot.reading.layout import paragraphs
from speechbot.wording import zh_corpus

if TYPE_CHECKING:
    from collections.abc import Sequence

# Run by its path: as a module of ours it would load all of speechbot first.
_PROGRAM = Path(__file__).with_name("page_glyphs.py")
_SECONDS = 8.0  # for as many pages as are read at once: full pages of text take one, a picture of many megabytes longer
_SECONDS_PER_MB = 1.0
# As ``page_glyphs`` has them, which is not loaded here: PDFium stays in its own process.
_MOST_PAGES = 5_000
_AT_ONCE = 200
_REFUSALS = {
    "locked": zh_corpus.REASON_PDF_LOCKED,
    "damaged": zh_corpus.REASON_PDF_DAMAGED,
    "large": zh_corpus.REASON_PDF_LARGE,
}
_BARE = 10  # letters: what a page without text holds at most, stamped on by the scanner
_MOST_STRANGE = 0.1  # share of letters that are none, in a text that can be read


def read_paper(data: bytes, *, path: Path) -> str:
    """The text of a PDF file, without running heads, running feet and page numbers.

    Args:
        data: The file's bytes.
        path: Where they come from, for the error.

    Raises:
        SourceError: When it is locked by a password, damaged, too long, scanned without a text layer, or has one that says
            nothing.
    """
    pages = _pages(data, path)
    _check(pages, path)
    rows = reading_order([_rows(page, number) for number, page in enumerate(pages)])
    lines = paragraphs(rows, [page["height"] for page in pages])
    return "\n".join(lines) + "\n" if lines else ""


def _rows(page: dict[str, Any], number: int) -> list[Row]:
    """The pieces of text on a page."""
    return [
        Row(text, left, bottom, right, top, size, page=number)
        for text, left, bottom, right, top, size in page["pieces"]
    ]


def _pages(data: bytes, path: Path) -> list[dict[str, Any]]:
    """What ``page_glyphs`` finds on all pages; it reads some at a time, so that a long file may take longer than a broken one."""
    pages: list[dict[str, Any]] = []
    first, count = 0, 1
    while first < count:
        found = _run(data, first, path)
        count = found["count"]
        if "refused" in found:
            raise SourceError(_REFUSALS[found["refused"]].format(pages=count, limit=_MOST_PAGES), path=path)
        pages += found["pages"]
        first += _AT_ONCE
    return pages


def _run(data: bytes, first: int, path: Path) -> dict[str, Any]:
    """What ``page_glyphs`` finds on some pages, in a process of its own: see there why."""
    seconds = _SECONDS + _SECONDS_PER_MB * len(data) / 1e6
    command = [sys.executable, "-P", "-X", "utf8", str(_PROGRAM), str(first)]
    try:
        status, output = processes.run(command, seconds=seconds, data=data, folder=Path(tempfile.gettempdir()))
        found: dict[str, Any] = json.loads(output) if status == 0 else {"refused": "damaged", "count": 0}
    except TimeoutError as error:
        raise SourceError(zh_corpus.REASON_TIMEOUT.format(seconds=round(seconds)), path=path) from error
    except ValueError as error:
        raise SourceError(zh_corpus.REASON_PDF_DAMAGED, path=path) from error
    return found


def _check(pages: Sequence[dict[str, Any]], path: Path) -> None:
    """Raise SourceError where there is no text to read, though there are pages to look at."""
    texts = ["".join(piece[0] for piece in page["pieces"]) for page in pages]
    pictures = sum(page["images"] > 0 and len(text) <= _BARE for page, text in zip(pages, texts, strict=True))
    if not pages or pictures * 2 > len(pages):
        raise SourceError(zh_corpus.REASON_PDF_SCANNED if pages else zh_corpus.REASON_PDF_DAMAGED, path=path)
    letters = re.sub(r"\s", "", "".join(texts))
    strange = sum(unicodedata.category(char) in {"Co", "Cn", "Cc", "Cs"} or char == "\ufffd" for char in letters)
    if strange > _MOST_STRANGE * len(letters):
        raise SourceError(zh_corpus.REASON_PDF_GARBLED, path=path)
