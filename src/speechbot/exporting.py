"""An answer as a file to keep or to hand on: plain text or a Word document."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from speechbot.errors import ExportNotWritable
from speechbot.indexing.disk import unwritable
from speechbot.report import saving
from speechbot.terminal import render
from speechbot.terminal.screen import Line, line, plain
from speechbot.wording import zh_answers, zh_citations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from speechbot.models import Answer, Hit
    from speechbot.terminal.screen import Block

_WORD = ".docx"
_TITLE, _HEADING, _TEXT = 0, 1, -1
_MOST_READ = 10_000_000  # bytes of a file that may be a text of ours


def check_export(path: Path, corpus: Path | None = None) -> None:
    """Make sure, before anything is asked, that an answer may be written to ``path``.

    Replaced is only an earlier answer that nobody has changed since. In the corpus it would be read as a material.

    Raises:
        ExportNotWritable: It may not, or cannot.
    """
    reason = saving.objection(path, corpus, _KIND)
    if reason:
        raise ExportNotWritable(path, reason)


def export_answer(  # noqa: PLR0913 - all but the first two have names
    answer: Answer,
    path: str | Path,
    *,
    generation: str = "",
    near: bool = False,
    corpus: Path | None = None,
    made: datetime | None = None,
) -> None:
    """Write an answer to a file in one step: question, places, paragraphs, how sure it is, when and of which index.

    The answering sentences are bold in a Word document and repeated above their paragraph in a text.

    Args:
        answer: The answer, or the refusal.
        path: A ``.txt`` or ``.docx``; an earlier answer that nobody has changed since is replaced, nothing else.
        generation: Name of the index's generation that answered; "" leaves it out.
        near: Write the nearest passages below a refusal.
        corpus: The folder of the materials, in which nothing is written; None where there is none.
        made: When; now by default.

    Raises:
        ExportNotWritable: It may not be written there, or cannot.
    """
    target, moment = Path(path), made or datetime.now(UTC).astimezone()
    check_export(target, corpus)
    word = target.suffix.lower() == _WORD
    blocks = [*_blocks(answer, near=near, marked=word), *_closing(generation, moment)]
    if word:
        from speechbot.document import document  # noqa: PLC0415 - python-docx takes 0.2 s that others do without

        # Paragraphs have room around them there
        data = document([one for one in blocks if one[1].text], title=answer.question, made=moment)
    else:
        data = _signed("".join(f"{text}\n" for _, one in blocks for text in plain(one)))
    try:
        saving.write(target, data)
    except OSError as error:
        raise ExportNotWritable(target, unwritable(error, Path(os.path.realpath(target)))) from error


def _blocks(answer: Answer, *, near: bool, marked: bool) -> Iterator[tuple[int, Line]]:
    """Paragraphs with their levels."""
    yield _TITLE, line(zh_citations.HEADING)
    yield _TEXT, line(zh_citations.QUESTION.format(question=answer.question))
    yield from _texts(render.correction(answer))
    if not answer.found:
        yield _TEXT, line(zh_answers.NOT_FOUND)
        if near and answer.hits:
            yield _HEADING, line(zh_citations.NEAREST)
            for hit in answer.hits:
                # No sentence answers, so that none is marked
                yield from _texts([render.place_line(hit), line(hit.passage.text)])
        return
    yield from _texts(render.arranged(answer))
    best, *further = answer.hits
    yield from _hit(best, marked=marked)
    if further:
        yield _HEADING, line(zh_citations.FURTHER)
    for hit in further:
        yield from _hit(hit, marked=marked)


def _hit(hit: Hit, *, marked: bool) -> Iterator[tuple[int, Line]]:
    return _texts([*render.passage(hit, marked=marked), line()])


def _texts(blocks: Iterable[Block]) -> Iterator[tuple[int, Line]]:
    return ((_TEXT, block) for block in blocks if isinstance(block, Line))


def _closing(generation: str, made: datetime) -> Iterator[tuple[int, Line]]:
    yield _TEXT, line(zh_citations.EXPORTED.format(day=made.date().isoformat()))
    if generation:
        yield _TEXT, line(zh_citations.GENERATION.format(generation=generation))


def _signed(text: str) -> bytes:
    """A text with a last line by which it is known again, unless it was changed."""
    return f"{text}{zh_citations.MARK.format(digest=_digest(text))}\n".encode()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _untouched(path: Path) -> bool:
    """Whether a file is an answer of ours that nobody has changed since, or empty."""
    if path.stat().st_size == 0:
        return True
    if path.suffix.lower() == _WORD:
        from speechbot.document import untouched  # noqa: PLC0415 - as above

        return untouched(path)
    with path.open("rb") as file:
        data = file.read(_MOST_READ)
    # Everything but the last line, as it was signed
    body = data[: data.rstrip(b"\n").rfind(b"\n") + 1]
    return data == _signed(body.decode("utf-8", "replace"))


_KIND = saving.Kind(frozenset({".txt", _WORD}), _untouched, zh_citations.REASON_SUFFIX, zh_citations.REASON_FOREIGN)
