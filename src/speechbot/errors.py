"""The exception tree.

::

    SpeechbotError
    ├── CorpusError            the corpus folder is missing, empty or holds nothing to index
    │   └── SourceError        one file cannot be read
    ├── IndexNotFound          no index where one was expected
    ├── IndexMismatch          the index was built by another model or format
    │   └── IndexDamaged       a file of the index is missing, truncated or altered
    ├── IndexLocked            another build is running
    ├── IndexNotWritable       the index folder cannot be written
    ├── ReportNotWritable      the page of a check cannot be written
    ├── ExportNotWritable      an answer cannot be written there
    ├── SelfTestFailed         a new generation is worse than the live one
    ├── RollbackError          no older generation to go back to
    ├── ModelError             a model cannot be loaded or used
    ├── GeneratorError         the language model gives no arrangement
    ├── QuestionError          the question is empty, too long or not text
    ├── FilterError            a filter matches nothing in the index
    ├── QuestionFileError      an evaluation file is malformed
    ├── StateError             the file of the bot's state cannot be used
    └── ConfigError            settings are missing or malformed

The text of each is one line of Chinese that ends with what to do; all texts stand in ``wording``.
The facts behind it are attributes.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from speechbot.wording import zh_citations, zh_errors, zh_generator, zh_report

if TYPE_CHECKING:
    from pathlib import Path

_UNREADABLE = {
    errno.EACCES: zh_errors.READ_DENIED,
    errno.EPERM: zh_errors.READ_DENIED,
    errno.EISDIR: zh_errors.READ_FOLDER,
    errno.ENOENT: zh_errors.READ_MISSING,
    errno.ENOSPC: zh_errors.WRITE_FULL,
}


class SpeechbotError(Exception):
    """Root of everything speechbot raises on purpose; ``str()`` is one line that ends with the next step."""


class CorpusError(SpeechbotError):
    """The corpus folder is missing, empty or holds nothing to index."""

    def __init__(self, message: str, *, path: Path) -> None:
        super().__init__(message)
        self.path = path


class SourceError(CorpusError):
    """One file of the corpus cannot be read; ``reason`` says why, without the next step."""

    def __init__(self, reason: str, *, path: Path) -> None:
        super().__init__(zh_errors.SOURCE_ERROR.format(path=path, reason=reason), path=path)
        self.reason = reason


class IndexNotFound(SpeechbotError):
    """No index where one was expected."""

    def __init__(self, path: Path) -> None:
        super().__init__(zh_errors.INDEX_NOT_FOUND.format(path=path))
        self.path = path


class IndexMismatch(SpeechbotError):
    """The index was built by another model or another format; it must be built again."""

    def __init__(self, message: str, *, path: Path, expected: str = "", found: str = "") -> None:
        super().__init__(message)
        self.path = path
        self.expected = expected
        self.found = found


class IndexDamaged(IndexMismatch):
    """A file of the index is missing, truncated or altered; ``path`` names it."""

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(zh_errors.INDEX_DAMAGED.format(path=path, detail=detail), path=path)
        self.detail = detail


class IndexLocked(SpeechbotError):
    """Another build of the same index is running."""

    def __init__(self, path: Path) -> None:
        super().__init__(zh_errors.INDEX_LOCKED.format(path=path))
        self.path = path


class IndexNotWritable(SpeechbotError):
    """The index folder, or the disk it lies on, cannot be written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(zh_errors.INDEX_NOT_WRITABLE.format(path=path, reason=reason))
        self.path = path
        self.reason = reason


class ReportNotWritable(SpeechbotError):
    """The page of a check cannot be written there, or must not be."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(zh_report.REPORT_ERROR.format(path=path, reason=reason))
        self.path = path
        self.reason = reason


class ExportNotWritable(SpeechbotError):
    """An answer cannot be written there, or must not be."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(zh_citations.EXPORT_ERROR.format(path=path, reason=reason))
        self.path = path
        self.reason = reason


class SelfTestFailed(SpeechbotError):
    """A generation does not reproduce its vectors, or lost the answer to a gold question; the live one stays live."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(zh_errors.SELF_TEST_FAILED.format(path=path, reason=reason))
        self.path = path
        self.reason = reason


class RollbackError(SpeechbotError):
    """No older generation of the index is there to go back to, or none is intact."""

    def __init__(self, path: Path) -> None:
        super().__init__(zh_errors.INDEX_NO_OLDER.format(path=path))
        self.path = path


class ModelError(SpeechbotError):
    """A model cannot be loaded or used; ``bundled`` when it is the one that came with speechbot, ``reranker`` when it is one."""

    def __init__(self, name: str, reason: str, *, bundled: bool = False, reranker: bool = False) -> None:
        other = zh_errors.MODEL_ERROR_RERANKER if reranker else zh_errors.MODEL_ERROR
        template = zh_errors.MODEL_ERROR_BUNDLED if bundled else other
        super().__init__(template.format(name=name, reason=reason))
        self.name = name
        self.reason = reason


class GeneratorError(SpeechbotError):
    """The language model gives no arrangement; ``reason`` says why and holds nothing that was sent or received."""

    def __init__(self, reason: str) -> None:
        super().__init__(zh_generator.GENERATOR_ERROR.format(reason=reason))
        self.reason = reason


class QuestionError(SpeechbotError):
    """The question is empty, too long or not text."""


class FilterError(SpeechbotError):
    """A ``source``, ``speech`` or ``section`` filter matches nothing in the index."""

    def __init__(self, kind: str, value: str) -> None:
        super().__init__(zh_errors.FILTER_ERROR.format(kind=kind, value=value))
        self.kind = kind
        self.value = value


class QuestionFileError(SpeechbotError):
    """A file of evaluation questions is missing or malformed."""

    def __init__(self, path: Path, reason: str, *, line: int | None = None) -> None:
        where = str(path) if line is None else zh_errors.AT_LINE.format(path=path, line=line)
        super().__init__(zh_errors.QUESTION_FILE_ERROR.format(where=where, reason=reason))
        self.path = path
        self.reason = reason
        self.line = line


class StateError(SpeechbotError):
    """The file of the bot's state cannot be written, is damaged, or is none of this version's."""

    def __init__(self, message: str, *, path: Path) -> None:
        super().__init__(message)
        self.path = path


class ConfigError(SpeechbotError):
    """One or more settings are malformed; ``problems`` names them all, never with a secret's value."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(zh_errors.CONFIG_ERROR.format(problems=zh_errors.CONFIG_SEPARATOR.join(problems)))
        self.problems = problems


def unreadable(error: OSError) -> str:
    """Why a file cannot be read, in Chinese where the system's number for it is a common one."""
    return _UNREADABLE.get(error.errno or 0) or error.strerror or str(error)
