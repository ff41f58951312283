"""The pieces of text on the pages of a PDF file, read by PDFium in a process of its own.

Run as a program it reads a PDF file from standard input and writes JSON to standard output; ``paper`` runs it so. PDFium is
C++ that reads whatever a file holds: should it crash, loop or eat memory, it does so away from the bot. It must not import
speechbot, which would make it slow to start.
"""

from __future__ import annotations

import ctypes
import json
import math
import statistics
import sys
from typing import TYPE_CHECKING, Any

import pypdfium2
from pypdfium2 import raw

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_PAGES = 5_000
AT_ONCE = 200  # pages that one process reads
_MOST_MEMORY = 3_000_000_000  # bytes of address space
_MOST_OBJECTS = 2_000  # of a page that are looked at for images
_WRAPPED_HYPHEN = 2  # what PDFium gives for a hyphen at a line's end
# In sizes of a letter: wider gaps part columns and cells; letters that go further back start anew.
_WIDEST_GAP = 1.5
_FURTHEST_BACK = 0.6
_WORD_GAP = 0.2
_SAMPLED = 5  # letters of a piece that are asked for their size


def pages(data: bytes, first: int = 0) -> dict[str, Any]:
    """What stands on some pages of a PDF file: on ``AT_ONCE`` of them from the one at position ``first`` on.

    Args:
        data: The file's bytes.
        first: Position of the first page, from 0.

    Returns:
        ``{"count", "pages": [{"width", "height", "images", "pieces": [[text, left, bottom, right, top, size], ...]}, ...]}``:
        how many pages the file has; lengths in points from the lower left corner of the page as it is shown, pieces in the
        order of the file. Or ``{"refused": "locked" | "damaged" | "large", "count": n}``.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}
        return {"refused": "locked" if locked else "damaged", "count": 0}
    with document:
        count = len(document)
        if not 0 < count <= MOST_PAGES:
            return {"refused": "large" if count else "damaged", "count": count}
        numbers = range(first, min(count, first + AT_ONCE))
        found = [page for number in numbers if (page := _page(document, number)) is not None]
        return {"count": count, "pages": found}


def _page(document: pypdfium2.PdfDocument, number: int) -> dict[str, Any] | None:
    """One page; None for one that cannot be loaded."""
    try:
        page = document[number]
        text = page.get_textpage()
    except pypdfium2.PdfiumError:
        return None
    box = page.get_cropbox()
    turn = page.get_rotation()
    width, height = box[2] - box[0], box[3] - box[1]
    pieces = list(_pieces(text, _letters(text, box, turn)))
    images = 0
    for seen, _ in enumerate(page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=2)):
        images = seen + 1
        if images >= _MOST_OBJECTS:
            break
    return {
        "width": height if turn in {90, 270} else width,
        "height": width if turn in {90, 270} else height,
        "images": images,
        "pieces": pieces,
    }


def _letters(text: pypdfium2.PdfTextPage, box: tuple[float, ...], turn: int) -> Iterator[tuple[str, int, list[float]]]:
    """Each letter that the file itself holds, with its position and ``[left, bottom, right, top]`` on the page as shown.

    A page holds a thousand of them and each question to PDFium takes a microsecond or two: no more are asked than needed.
    """
    rectangle = raw.FS_RECTF()
    place = ctypes.byref(rectangle)
    half = 0
    for index in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, index)
        if code <= 0x20 and raw.FPDFText_IsGenerated(text, index) == 1:
            continue
        if 0xD800 <= code < 0xDC00:
            half = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((half - 0xD800) << 10) + (code - 0xDC00) if half else 0xFFFD
        half = 0
        letter = "-" if code == _WRAPPED_HYPHEN else chr(code) if 0x20 <= code < 0x110000 else ""
        if letter and raw.FPDFText_GetLooseCharBox(text, index, place):
            yield letter, index, _turned(rectangle, box, turn)


def _size(text: pypdfium2.PdfTextPage, indices: list[int]) -> float:
    """Size in points of most of some letters."""
    matrix = raw.FS_MATRIX()
    sizes: list[float] = []
    for index in indices:
        scale = 1.0
        if raw.FPDFText_GetMatrix(text, index, ctypes.byref(matrix)):
            scale = math.hypot(matrix.c, matrix.d)
        sizes.append(raw.FPDFText_GetFontSize(text, index) * scale)
    return round(statistics.median_low(sizes), 2)


def _turned(rectangle: Any, box: tuple[float, ...], turn: int) -> list[float]:  # noqa: ANN401 - a C structure
    """A rectangle in the file's coordinates, on the page as it is shown."""
    left, right = rectangle.left - box[0], rectangle.right - box[0]
    bottom, top = rectangle.bottom - box[1], rectangle.top - box[1]
    width, height = box[2] - box[0], box[3] - box[1]
    if turn == 90:
        return [bottom, width - right, top, width - left]
    if turn == 180:
        return [width - right, height - top, width - left, height - bottom]
    if turn == 270:
        return [height - top, left, height - bottom, right]
    return [left, bottom, right, top]


def _pieces(page: pypdfium2.PdfTextPage, letters: Iterator[tuple[str, int, list[float]]]) -> Iterator[list[Any]]:
    """Letters that follow each other on a line, together; blanks at the ends are left out."""
    text = blanks = ""
    area: list[float] = []
    indices: list[int] = []
    for letter, index, (left, bottom, right, top) in letters:
        if letter.isspace():
            blanks += letter
            continue
        height = top - bottom
        if height <= 0:
            continue
        gap = left - area[2] if text else 0
        level = text and min(top, area[3]) - max(bottom, area[1]) > 0.5 * min(height, area[3] - area[1])
        if text and not (level and -_FURTHEST_BACK * height < gap < (_WIDEST_GAP + len(blanks)) * height):
            yield [text, *(round(length, 2) for length in area), _size(page, indices)]
            text = ""
        if not text:
            text, area, indices = letter, [left, bottom, right, top], [index]
        else:
            latin = letter.isascii() and text[-1].isascii()
            text += (blanks or (" " if latin and gap > _WORD_GAP * height else "")) + letter
            area = [area[0], min(area[1], bottom), max(area[2], right), max(area[3], top)]
            indices += [index] if len(indices) < _SAMPLED else []
        blanks = ""
    if text:
        yield [text, *(round(length, 2) for length in area), _size(page, indices)]


def main() -> None:
    """Read a file from standard input, write what stands on its pages from the one named on to standard output."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        pass
    else:
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    found = pages(sys.stdin.buffer.read(), int(sys.argv[1]))
    sys.stdout.buffer.write(json.dumps(found).encode("ascii"))


if __name__ == "__main__":
    main()
