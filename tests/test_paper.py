"""PDF files to text."""

from __future__ import annotations

import resource
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from speechbot.errors import SourceError
from speechbot.reading import page_glyphs, paper, processes
from speechbot.reading.paper import read_paper
from speechbot.wording import zh_corpus
from tests.files import PROSE, pdf, samples, set_text

PATH = Path("讲话.pdf")
LOCKED = "/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<{0}>/U<{0}>>>/ID[<00><00>]".format("00" * 32)


def read(data: bytes) -> str:
    """What is read of a file."""
    return read_paper(data, path=PATH)


def test_text_of_pages() -> None:
    """Paragraphs are put together over lines and pages; heads, feet and page numbers go."""
    longer = PROSE.replace("。", "，") + PROSE
    pages = [
        [
            (270, 800, 10, "读书会材料"),
            *set_text(["　　" + PROSE[:18], PROSE[18:], "　　" + longer[:18], longer[18:38]]),
            (290, 40, 10, "1"),
        ],
        [
            (270, 800, 10, "读书会材料"),
            *set_text([longer[38:58], longer[58:], "　　" + PROSE[:18], PROSE[18:]]),
            (290, 40, 10, "2"),
        ],
    ]

    assert read(pdf(pages)).splitlines() == [PROSE, longer, PROSE]


def test_radicals_become_characters() -> None:
    """Look-alikes that fonts put in place of characters are folded; full-width marks are not."""
    assert read(pdf([set_text(["⼤⼒推进⽂化建设：（１）"])])) == "大力推进文化建设：（１）\n"


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_turned_pages(rotate: int) -> None:
    """A page is read as it is shown, whichever way it was drawn."""
    found = page_glyphs.pages(pdf([[(100, 500, 16, "甲乙丙")]], rotate=rotate))["pages"][0]
    ((text, left, bottom, right, top, size),) = found["pieces"]

    assert (found["width"], found["height"]) == ((595, 842) if rotate in {0, 180} else (842, 595))
    assert (text, round(left), round(right), size) == ("甲乙丙", 100, 148, 16)
    assert bottom < 500 < top


def test_pieces_have_place_and_size() -> None:
    """Letters that follow each other are one piece, with blanks between words; wide gaps part pieces."""
    data = pdf([[(100, 700, 16, "甲乙　丙"), (300, 700, 16, "丁"), (100, 600, 20, "戊")]])
    pieces = page_glyphs.pages(data)["pages"][0]["pieces"]

    assert [(piece[0], round(piece[1]), round(piece[5])) for piece in pieces] == [
        ("甲乙\u3000丙", 100, 16),
        ("丁", 300, 16),
        ("戊", 100, 20),
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", zh_corpus.REASON_PDF_DAMAGED),
        (b"%PDF-1.7\nnothing", zh_corpus.REASON_PDF_DAMAGED),
        (pdf([]), zh_corpus.REASON_PDF_DAMAGED),
        (pdf([[]], images=1), zh_corpus.REASON_PDF_SCANNED),
        (pdf([[(20, 20, 9, "第1页")]] * 3, images=2), zh_corpus.REASON_PDF_SCANNED),
        (pdf([set_text(["\ue000\ue001\ue002" * 5])]), zh_corpus.REASON_PDF_GARBLED),
        (pdf([set_text([PROSE])], extra=LOCKED), zh_corpus.REASON_PDF_LOCKED),
    ],
)
def test_refused_with_reason(data: bytes, reason: str) -> None:
    """Damaged, scanned, garbled and locked files are refused, and the reason says what to do."""
    with pytest.raises(SourceError) as caught:
        read(data)

    assert caught.value.reason == reason


def test_pages_without_anything_are_blank() -> None:
    """A file without text or picture is blank; a picture in a text is no scan."""
    assert read(pdf([[]])) == ""
    assert read(pdf([set_text([PROSE[:20]])], images=1)) == PROSE[:20] + "\n"


def test_too_many_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of absurdly many pages is refused before one is read."""
    monkeypatch.setattr(page_glyphs, "MOST_PAGES", 2)
    monkeypatch.setattr(paper, "_run", lambda data, first, _path: page_glyphs.pages(data, first))

    with pytest.raises(SourceError, match="PDF 有 3 页"):
        read(pdf([[]] * 3))


def test_long_files_are_read_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are read some at a time, each once; a paragraph goes on from one part into the next."""
    monkeypatch.setattr(page_glyphs, "AT_ONCE", 2)
    monkeypatch.setattr(paper, "_AT_ONCE", 2)
    monkeypatch.setattr(paper, "_run", lambda data, first, _path: page_glyphs.pages(data, first))
    longer = PROSE.replace("。", "，") * 15 + PROSE
    lines = ["　　" + longer[:18], *(longer[at : at + 20] for at in range(18, len(longer), 20))]
    pages = [set_text(lines[at : at + 6]) for at in range(0, len(lines), 6)]

    assert len(pages) == 5
    assert read(pdf(pages)) == longer + "\n"


def test_limits_are_the_same_in_both_processes() -> None:
    """What one process counts is what the other tells of."""
    assert (paper._MOST_PAGES, paper._AT_ONCE) == (page_glyphs.MOST_PAGES, page_glyphs.AT_ONCE)


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        ((-11, b""), "PDF 已损坏"),
        ((0, b"not JSON"), "PDF 已损坏"),
        (TimeoutError(), "秒内没有读完"),
    ],
)
def test_whatever_happens_to_the_process(monkeypatch: pytest.MonkeyPatch, outcome: Any, reason: str) -> None:
    """A process that crashes, says nothing or takes too long is an error of that file, no more."""

    def run(*_words: object, **_options: object) -> tuple[int, bytes]:
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome  # type: ignore[no-any-return]

    monkeypatch.setattr(processes, "run", run)

    with pytest.raises(SourceError, match=reason):
        read(samples()["样.pdf"])


def test_the_process_is_light() -> None:
    """What reads the pages loads nothing of speechbot, which would take ten times as long as the pages do."""
    code = f"import runpy, sys; runpy.run_path({str(paper._PROGRAM)!r}); print('speechbot' in sys.modules)"

    found = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, check=True, encoding="utf-8")  # noqa: S603

    assert found.stdout == "False\n"


def test_the_program_is_found_by_its_path_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in the folder that it runs in is imported (-P), and its memory has a limit."""
    commands: list[tuple[str, ...]] = []

    def run(command: Any, **_: object) -> tuple[int, bytes]:
        commands.append(tuple(command))
        return 0, b'{"count": 0, "refused": "damaged"}'

    monkeypatch.setattr(processes, "run", run)
    with pytest.raises(SourceError):
        read_paper(b"%PDF-1.4", path=PATH)

    limits: list[object] = []
    monkeypatch.setattr("resource.setrlimit", lambda kind, limit: limits.append((kind, limit)))
    monkeypatch.setattr(sys, "argv", ["page_glyphs.py", "0"])
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=BytesIO(b"")))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=BytesIO()))
    page_glyphs.main()

    assert "-P" in commands[0]
    assert limits == [(resource.RLIMIT_AS, (page_glyphs._MOST_MEMORY,) * 2)]
