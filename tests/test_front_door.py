"""What can be imported from speechbot, and what importing it costs."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys

import speechbot
from tests.test_architecture import tree


def test_the_front_door_is_sorted_and_complete() -> None:
    """``__all__`` is what can be imported, in order, and all that ``__init__`` takes in."""
    taken = {
        alias.name for node in tree("__init__").body if isinstance(node, ast.ImportFrom) for alias in node.names
    } - {"annotations"}

    assert speechbot.__all__ == sorted(taken)
    assert all(hasattr(speechbot, name) for name in speechbot.__all__)


def test_what_the_contract_names_goes_through_the_front_door() -> None:
    """DESIGN's names are there."""
    contract = {"Answer", "Hit", "IndexReport", "Passage", "Retriever", "Section", "Source", "Speech", "build_index"}

    assert contract - set(speechbot.__all__) == set()


def test_every_error_goes_through_the_front_door() -> None:
    """Whoever uses the library can catch what it raises."""
    errors = importlib.import_module("speechbot.errors")
    own_classes = [value for value in vars(errors).values() if isinstance(value, type)]
    raised = {value.__name__ for value in own_classes if value.__module__ == errors.__name__}

    assert raised - set(speechbot.__all__) == set()


def test_importing_the_library_is_light() -> None:
    """``import speechbot`` and the command line load no heavy library, nor what only some commands need."""
    heavy = (
        "torch faiss onnxruntime bm25s jieba opencc tokenizers sentence_transformers pydantic_settings prompt_toolkit "
        "lxml defusedxml pypdfium2 httpx docx"
    )
    code = f"import sys, speechbot.cli; print(*sorted(set(sys.modules) & set({heavy.split()})))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8")  # noqa: S603 - our own code

    assert done.stdout == "\n"
