"""Outlines as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speechbot import Retriever, export_answer
from tests import talks
from tests.conftest import ToyEncoder

if TYPE_CHECKING:
    from pathlib import Path


def test_an_outline_is_exported_as_it_is_shown(tmp_path: Path) -> None:
    """The header, then the points with their places; no paragraph that was not asked for."""
    with Retriever.open(talks.build(tmp_path), encoder=ToyEncoder()) as retriever:
        export_answer(retriever.ask("把码头修好讲了哪几点"), tmp_path / "答.txt")
        export_answer(retriever.ask("2020年的讲话里怎么说补助"), tmp_path / "限.txt")
    outline = (tmp_path / "答.txt").read_text("utf-8")

    assert "一、把码头修好 讲了 3 点\n1. 一是加固岸壁（第 3 段）\n" in outline
    assert "去年台风" not in outline
    assert "只在 2020 年的讲话（2 篇）里找\n" in (tmp_path / "限.txt").read_text("utf-8")
