"""Texts to read on in, by number of speech and section; what the bot asks stands in test_library."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from speechbot import Retriever
from tests.conftest import ToyEncoder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def opened(shared_index: Path) -> Iterator[Retriever]:
    """A retriever on the tiny corpus."""
    with Retriever.open(shared_index, encoder=ToyEncoder()) as found:
        yield found


def test_headings_that_begin_paragraphs_are_not_repeated(opened: Retriever) -> None:
    """一是… stands in its paragraph alone, 一、… above its paragraphs."""
    found = opened.browse(lambda browser: browser.section(0, 0))
    assert found is not None
    starts = [piece if isinstance(piece, str) else piece.text[:4] for piece in found.pieces]

    assert starts == ["一、办好家门口的阅读空间", "图书馆离", "一是延长", "二是配好", "三是用好"]
    assert found.path == ("一、办好家门口的阅读空间",)


@pytest.mark.parametrize(("number", "section"), [(-1, None), (2, None), (0, -1), (0, 99), (2, 0)])
def test_no_such_section(opened: Retriever, number: int, section: int | None) -> None:
    """A number beyond either end is none, not another one."""
    assert opened.browse(lambda browser: browser.section(number, section)) is None


@pytest.mark.parametrize("number", [-1, 2])
def test_no_such_outline(opened: Retriever, number: int) -> None:
    """Likewise."""
    assert opened.browse(lambda browser: browser.outline(number)) is None


def test_what_a_browser_is_of(opened: Retriever) -> None:
    """The generation that answers, with the number of its paragraphs."""
    assert opened.browse(lambda browser: (browser.generation, browser.paragraphs)) == (opened.generation, 20)


def test_a_closed_retriever_does_not_browse(shared_index: Path) -> None:
    """As it does not answer."""
    with Retriever.open(shared_index, encoder=ToyEncoder()) as found:
        pass

    with pytest.raises(ValueError, match="closed"):
        found.browse(lambda browser: browser.paragraphs)
