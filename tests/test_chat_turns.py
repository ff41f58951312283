"""Conversations that go on from an answer, on three short talks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from speechbot import Retriever
from speechbot.terminal.chat import Chat
from speechbot.terminal.screen import Block, plain
from tests import talks
from tests.conftest import ToyEncoder

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chat]:
    """A conversation about the talks."""
    index = talks.build(tmp_path_factory.mktemp("talks"))
    with Retriever.open(index, encoder=ToyEncoder()) as retriever:
        yield Chat(retriever, marked=False)


def text(blocks: list[Block]) -> str:
    """The plain lines, joined."""
    return "\n".join(row for block in blocks for row in plain(block))


def test_the_place_is_kept(talk: Chat) -> None:
    """From an outline to its points, over a refusal, to the paragraph before."""
    outline, point, refusal, fellow, before = (
        text(talk.reply(typed))
        for typed in ("把码头修好讲了哪几点", "那第二点呢", "怎么做红烧肉最好吃呢师傅", "第三点", "上一段")
    )

    assert outline.splitlines()[1:] == [
        "1. 一是加固岸壁（第 3 段）",
        "2. 二是更新吊机（第 4 段）",
        "3. 三是疏浚航道（第 5 段）",
    ]
    assert "二是更新吊机。老吊机用了三十年" in point
    assert refusal.startswith("材料中没有找到")
    assert "三是疏浚航道。航道每年淤高" in fellow
    assert "上一段，" in before
    assert "二是更新吊机。老吊机用了三十年" in before


def test_more_goes_on_behind_what_was_shown(talk: Chat) -> None:
    """/next and 还有吗 leaf through the same hits."""
    first = text(talk.reply("海湾"))
    second = text(talk.reply("/next"))
    third = text(talk.reply("还有吗"))

    shown = [one.rpartition("\n\n")[0] for one in (first, second)]
    assert shown[0] != shown[1]
    assert "后面的相关段落" in third or "没有更多" in third
    assert all(row not in third for row in first.splitlines() if row.startswith("《"))


def test_the_header_says_where_it_looks(talk: Chat) -> None:
    """Above answers and refusals."""
    found = text(talk.reply("2020年的讲话里怎么说补助"))
    refused = text(talk.reply("2020年4月的讲话里怎么说火箭卫星"))

    assert found.startswith("只在 2020 年的讲话（2 篇）里找\n")
    assert refused.startswith("只在《茶农座谈会上的致辞》（2020-04-08）里找\n材料中没有找到")


def test_help_tells_of_it(talk: Chat) -> None:
    """Nobody would guess."""
    assert "那第二点呢" in text(talk.reply("/help"))
