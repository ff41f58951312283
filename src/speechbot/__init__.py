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
from speechbot.points import Focus, Point
from speechbot.retriever import Retriever
from speechbot.tracing.alignment import Change, Form, Piece
from speechbot.tracing.occurrences import Occurrence
from speechbot.tracing.quotation import Finding, QuoteCheck, QuotePart, Verdict
from speechbot.tracing.trace import SpeechUse, Trace, YearUse

__all__ = [
    "Answer",
    "Change",
    "ConfigError",
    "CorpusError",
    "ExportNotWritable",
    "FilterError",
    "Finding",
    "Focus",
    "Form",
    "GeneratorError",
    "Hit",
    "IndexDamaged",
    "IndexLocked",
    "IndexMismatch",
    "IndexNotFound",
    "IndexNotWritable",
    "IndexReport",
    "ModelError",
    "Occurrence",
    "Passage",
    "Piece",
    "Point",
    "QuestionError",
    "QuestionFileError",
    "Quotation",
    "QuoteCheck",
    "QuotePart",
    "ReportNotWritable",
    "Retriever",
    "RollbackError",
    "Section",
    "SelfTestFailed",
    "Source",
    "SourceError",
    "Speech",
    "SpeechUse",
    "SpeechbotError",
    "StateError",
    "Trace",
    "Verdict",
    "YearUse",
    "arranged",
    "build_index",
    "citation",
    "export_answer",
    "open_generator",
]
