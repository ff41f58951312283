"""A corpus looked at before it is indexed, as one object and as data."""

from __future__ import annotations

import codecs
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speechbot.indexing.indexer import preview
from speechbot.parsing.audit import Audit, Shared, audit, duplicates
from speechbot.parsing.dropped import Lines
from speechbot.wording import zh_report

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from speechbot.indexing.embedding import Progress
    from speechbot.models import Source, Speech
    from speechbot.parsing.doubts import Doubtful
    from speechbot.reading.corpus import Corpus


@dataclass(frozen=True, slots=True)
class Inspected:
    """One file of the corpus.

    Attributes:
        source: The file.
        speeches: What was found in it.
        lines: Where its lines start.
        audit: What was left out of it and what looks doubtful.
    """

    source: Source
    speeches: tuple[Speech, ...]
    lines: Lines
    audit: Audit

    @property
    def passages(self) -> int:
        """Number of its passages."""
        return sum(len(speech.passages) for speech in self.speeches)

    @property
    def sections(self) -> int:
        """Number of its headings."""
        return sum(len(speech.sections) for speech in self.speeches)

    @property
    def characters(self) -> int:
        """Length of its text, line ends and other white space left out."""
        return sum(not char.isspace() for char in self.source.text)

    @property
    def extracted(self) -> bool:
        """Whether an editor shows other lines than were counted, because the text was taken out of a format."""
        try:
            codecs.lookup(self.source.encoding)
        except LookupError:
            return True
        return False


@dataclass(frozen=True, slots=True)
class Inspection:
    """What an admin is shown before anything is indexed.

    Attributes:
        folder: The corpus folder.
        files: Every file that was read.
        shared: Paragraphs that stand in several files.
        skipped: Files left out, each ``(name, reason)``.
        failed: Files that could not be read, each ``(name, reason)``.
    """

    folder: Path
    files: tuple[Inspected, ...]
    shared: tuple[Shared, ...]
    skipped: tuple[tuple[str, str], ...]
    failed: tuple[tuple[str, str], ...]

    @property
    def speeches(self) -> tuple[Speech, ...]:
        """All speeches, in the order of the corpus."""
        return tuple(speech for file in self.files for speech in file.speeches)

    @property
    def passages(self) -> int:
        """Number of all passages."""
        return sum(file.passages for file in self.files)

    def doubts(self) -> Counter[str]:
        """How many doubts of each kind there are."""
        return Counter(doubt.kind.value for file in self.files for doubt in file.audit.doubts)

    def drops(self) -> Counter[str]:
        """How many lines of each kind were left out."""
        return Counter(item.kind.value for file in self.files for item in file.audit.dropped)

    def overlaps(self) -> list[tuple[tuple[str, ...], int]]:
        """Which files have paragraphs in common, with how many, most first."""
        return Counter(one.files for one in self.shared).most_common()

    def to_dict(self) -> dict[str, Any]:
        """All of it, as ``--json`` prints it."""
        return {
            "sources": [_file_data(file) for file in self.files],
            "speeches": [_speech_data(speech, file.lines) for file in self.files for speech in file.speeches],
            "shared": [
                {
                    "text": one.text,
                    "places": [{"source": place.source, "paragraph": place.paragraph} for place in one.places],
                }
                for one in self.shared
            ],
            "skipped": [list(item) for item in self.skipped],
            "failed": [list(item) for item in self.failed],
        }


def inspect(folder: str | Path, *, progress: Progress | None = None) -> Inspection:
    """Read and parse a corpus, and look at how that went; nothing is written.

    Args:
        folder: The corpus folder.
        progress: Called with the number of files parsed so far and in all.

    Raises:
        CorpusError: The folder is missing, empty or holds no body paragraph.
        SourceError: A file cannot be read.
    """
    corpus, speeches = preview(folder, progress=progress)
    return inspection(Path(folder), corpus, speeches)


def inspection(folder: Path, corpus: Corpus, speeches: Sequence[Speech]) -> Inspection:
    """What there is to say of a corpus that has been read and parsed."""
    return Inspection(
        folder=folder,
        files=tuple(_inspected(corpus, speeches)),
        shared=duplicates(speeches),
        skipped=corpus.skipped,
        failed=corpus.failed,
    )


def message(doubt: Doubtful) -> str:
    """What is said of a doubt."""
    _, template = zh_report.DOUBTS[doubt.kind.value]
    return template.format(text=doubt.text, number=doubt.number)


def _inspected(corpus: Corpus, speeches: Sequence[Speech]) -> Iterator[Inspected]:
    found: dict[str, list[Speech]] = {}
    for speech in speeches:
        found.setdefault(speech.source, []).append(speech)
    for source in corpus.sources:
        own = tuple(found.get(source.name, ()))
        yield Inspected(source, own, Lines.of(source.text), audit(source, own))


def _file_data(file: Inspected) -> dict[str, Any]:
    return {
        "name": file.source.name,
        "encoding": file.source.encoding,
        "sha256": file.source.sha256,
        "characters": file.characters,
        "lines": len(file.lines.starts),
        "dropped": [{"line": item.line, "kind": item.kind.value, "text": item.text} for item in file.audit.dropped],
        "doubts": [
            {
                "line": doubt.line,
                "kind": doubt.kind.value,
                "text": doubt.text,
                "number": doubt.number,
                "message": message(doubt),
            }
            for doubt in file.audit.doubts
        ],
    }


def _speech_data(speech: Speech, lines: Lines) -> dict[str, Any]:
    """A speech with its tree and all its paragraphs; ``parent`` is a position in ``sections``."""
    return {
        **speech.to_dict(),
        "line": lines.number(speech.start),
        "sections": [{**section.to_dict(), "line": lines.number(section.start)} for section in speech.sections],
        "passages": [{**passage.to_dict(), "line": lines.number(passage.start)} for passage in speech.passages],
    }
