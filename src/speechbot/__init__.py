"""Question answering over Chinese speech materials that quotes, places and never invents."""

from __future__ import annotations

from speechbot.arranging import arranged, open_generator
from speechbot.citations import citation
from speechbot.errors import (
    ConfigError,
    CorpusError,
    ExportNotWritable,
    FilterError,
    GeneratorError,
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
from speechbot.exporting import export_answer
from speechbot.indexing.indexer import build_index
from speechbot.models import Answer, Hit, IndexReport, Passage, Quotation, Section, Source, Speech
from speechbot.retriever import Retriever

__all__ = [
    "Answer",
    "ConfigError",
    "CorpusError",
    "ExportNotWritable",
    "FilterError",
    "GeneratorError",
    "Hit",
    "IndexDamaged",
    "IndexLocked",
    "IndexMismatch",
    "IndexNotFound",
    "IndexNotWritable",
    "IndexReport",
    "ModelError",
    "Passage",
    "QuestionError",
    "QuestionFileError",
    "Quotation",
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
    "arranged",
    "build_index",
    "citation",
    "export_answer",
    "open_generator",
]
