"""What is done for admins in a process of its own: an index built, a file looked at. Light to import: no telegram."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from speechbot.indexing.indexer import build_index
from speechbot.parsing.parser import parse
from speechbot.reading.corpus import Corpus, list_corpus, read_or_note
from speechbot.report.inspection import inspection, message
from speechbot.terminal.render import paragraphs
from speechbot.wording import zh_admin, zh_report

if TYPE_CHECKING:
    from pathlib import Path

    from speechbot.indexing.embedding import Progress
    from speechbot.models import IndexReport, Speech
    from speechbot.report.inspection import Inspected

_HEADINGS = 25  # lines of the tree: a screen of a phone
_DOUBTS = 6  # doubts that are quoted


@dataclass(frozen=True, slots=True)
class Look:
    """What an admin is shown of a file before it becomes material.

    Attributes:
        encoding: How it was read.
        characters: Length of its text without white space.
        speeches: How many were found.
        sections: How many headings.
        passages: How many paragraphs.
        tree: The first titles and headings: depth, text, number of paragraphs; a title's depth is 0.
        more: Further titles and headings.
        doubts: The first doubts: line, kind, what is said of it.
        kinds: How many doubts of each kind there are.
    """

    encoding: str
    characters: int
    speeches: int
    sections: int
    passages: int
    tree: tuple[tuple[int, str, int], ...] = ()
    more: int = 0
    doubts: tuple[tuple[int, str, str], ...] = ()
    kinds: tuple[tuple[str, int], ...] = ()


def build(  # noqa: PLR0913, PLR0917 - those of ``build_index``, by position: they cross to another process
    tell: Progress,
    corpus: Path,
    index: Path,
    model: str | None,
    gold: Path | None,
    full: bool = False,  # noqa: FBT001, FBT002
) -> IndexReport:
    """Build the index; errors as for ``build_index``."""
    return build_index(corpus, index, model=model, gold=gold, rebuild=full, progress=tell)


def look(_tell: Progress, folder: Path) -> Look | str:
    """Look at the only file of a folder as it would be read; a text says why it cannot be.

    Raises:
        CorpusError: There is no file to read.
    """
    skipped: list[tuple[str, str]] = []
    failed: list[tuple[str, str]] = []
    source = read_or_note(list_corpus(folder).materials[0], skipped, failed)
    if source is None:
        return (skipped + failed)[0][1]
    speeches = parse(source)
    (found,) = inspection(folder, Corpus((source,), ()), speeches).files
    return _look(found) if found.passages else zh_admin.UPLOAD_NO_PASSAGE


def _look(found: Inspected) -> Look:
    tree = [row for speech in found.speeches for row in _rows(speech)]
    kinds: dict[str, int] = {}
    for doubt in found.audit.doubts:
        name = zh_report.DOUBTS[doubt.kind.value][0]
        kinds[name] = kinds.get(name, 0) + 1
    return Look(
        encoding=found.source.encoding,
        characters=found.characters,
        speeches=len(found.speeches),
        sections=found.sections,
        passages=found.passages,
        tree=tuple(tree[:_HEADINGS]),
        more=max(0, len(tree) - _HEADINGS),
        doubts=tuple(
            (doubt.line, zh_report.DOUBTS[doubt.kind.value][0], message(doubt))
            for doubt in found.audit.doubts[:_DOUBTS]
        ),
        kinds=tuple(sorted(kinds.items(), key=lambda item: -item[1])),
    )


def _rows(speech: Speech) -> list[tuple[int, str, int]]:
    return [
        (0, speech.title, len(speech.passages)),
        *((one.level, one.title, paragraphs(speech, one)) for one in speech.sections),
    ]
