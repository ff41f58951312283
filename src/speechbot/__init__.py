"""Question answering over Chinese speech materials that quotes, places and never invents."""

from __future__ import annotations

from speechbot.errors import (
    ConfigError,
    CorpusError,
    FilterError,
    IndexDamaged,
    IndexLocked,
    IndexMismatch,
    IndexNotFound,
    IndexNotWritable,
    ModelError,
    QuestionError,
    QuestionFileError,
    ReportNotWritable,
    RollbackError,
    SelfTestFailed,
    SourceError,
    SpeechbotError,
    StateError,
)
from speechbot.indexing.indexer import build_index
from speechbot.models import Answer, Focus, Hit, IndexReport, Passage, Point, Section, Source, Speech
from speechbot.retriever import Retriever

__all__ = [
    "Answer",
    "ConfigError",
    "CorpusError",
    "FilterError",
    "Focus",
    "Hit",
    "IndexDamaged",
    "IndexLocked",
    "IndexMismatch",
    "IndexNotFound",
    "IndexNotWritable",
    "IndexReport",
    "ModelError",
    "Passage",
    "Point",
    "QuestionError",
    "QuestionFileError",
    "ReportNotWritable",
    "Retriever",
    "RollbackError",
    "Section",
    "SelfTestFailed",
    "Source",
    "SourceError",
    "Speech",
    "SpeechbotError",
    "StateError",
    "build_index",
]
