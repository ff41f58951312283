"""Reading on, sections, sources, outlines as messages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from speechbot import Retriever
from speechbot.browsing import Extract
from speechbot.indexing.catalog import Entry
from speechbot.telegram import browse_views
from speechbot.telegram.buttons import ReadSection, Walk, unpack
from speechbot.telegram.library import Library, Listing
from tests.conftest import ToyEncoder
from tests.test_answer_views import card, check, labels

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENTRY = Entry(0, "治河讲话", "治河.txt", "2024", "某", range(3))


@pytest.fixture(scope="module")
def library(shared_index: Path) -> Iterator[Library]:
    """A library on the tiny corpus."""
    with Retriever.open(shared_index, encoder=ToyEncoder()) as found:
        yield Library(found)


def test_reading_a_paragraph() -> None:
    """Its place, itself, its permanent link."""
    (reply,) = browse_views.reading(card("堤要高。").context, "a_bot")

    assert check(reply).split("\n")[1:] == ["堤要高。", "永久链接：https://t.me/a_bot?start=p_0123456789abcdef"]
    assert labels(reply) == [["看本节"], ["出处", "复制引文"]]


def test_origin_tells_everything() -> None:
    """File, speech, date, speaker, each heading, paragraph, characters, link."""
    (reply,) = browse_views.origin(card("堤要高。", date="2024", speaker="某").context, "a_bot")

    assert check(reply).split("\n") == [
        *["文件：治河.txt", "讲话：治河讲话", "日期：2024", "讲话人：某", "章节：一、截污 › 一是建管网"],
        *["段落：第 7 段", "位置：文件的第 1 至 4 个字", "永久链接：https://t.me/a_bot?start=p_0123456789abcdef"],
    ]


def test_a_whole_speech_is_read_in_order(library: Library) -> None:
    """Every paragraph and heading, once, in the order of the text."""
    key, _ = library.listing(0, 1).entries[0]
    found = library.section(key, -1, 0)
    assert found is not None
    text = "\n\n".join(check(reply) for reply in browse_views.section(found))

    pieces = [piece if isinstance(piece, str) else piece.text for piece in found.pieces]
    assert text.split("\n\n")[1:] == pieces


@pytest.mark.parametrize(("size", "messages"), [(2000, 3), (2600, 1)])
def test_long_sections_come_as_a_file(size: int, messages: int) -> None:
    """Up to three messages; beyond, the beginning and a file that holds it all."""
    pieces = tuple(card("堤" * size).passage for _ in range(5))
    replies = browse_views.section(Extract(ENTRY, ("一、截污<a>/乙",), pieces))
    attachment = replies[-1].attachment

    assert all(map(check, replies))
    assert len(replies) == messages
    assert unpack(replies[-1].buttons[0][0].data) == ReadSection("0123456789abcdef", 0)
    assert (attachment is None) == (messages > 1)
    if attachment:
        assert attachment.name == "一、截污 a 乙.txt"
        assert attachment.content.startswith(b"\xef\xbb\xbf")
        assert attachment.content.decode("utf-8-sig").count("堤" * size) == 5


def test_sources_in_pages() -> None:
    """Eight a page, numbered through, with the way to the others."""
    listing = Listing(tuple((f"{n:012x}", ENTRY) for n in range(8)), 20)
    reply = browse_views.sources(listing, 1)

    assert check(reply).split("\n")[:2] == [
        "共 20 篇讲话（第 2/3 页），点题目看目录：",
        "9. 《治河讲话》（2024，某，治河.txt，3 段）",
    ]
    assert labels(reply)[-1] == ["‹ 上一页", "下一页 ›"]
    assert check(browse_views.sources(Listing(((f"{0:012x}", ENTRY),), 1), 0)).startswith("共 1 篇讲话，点题目看目录：")
    assert check(browse_views.sources(Listing((), 0), 0)) == "还没有材料，请等管理员加入。"


def test_walking_an_outline(library: Library) -> None:
    """Down to every section and up again; what has no headings below it is read at once."""
    key, _ = library.listing(0, 1).entries[0]
    found = library.outline(key)
    assert found is not None
    seen, ways = set(), [Walk(key)]
    while ways:
        at = ways.pop()
        reply = browse_views.outline(found, at)
        check(reply)
        seen.add(at.section)
        actions = [unpack(button.data) for row in reply.buttons for button in row]
        walks = [one for one in actions if isinstance(one, Walk)]
        parents = {one.parent for one in found.sections}
        assert all(one.text == (one.section not in parents) for one in walks if one.section not in {-1, at.section})
        ways += [replace(one, text=False) for one in walks if one.section not in seen]

    assert seen == {-1, *range(len(found.sections))}


def test_an_old_outline_is_gone(library: Library) -> None:
    """A section of another title than the button's is not shown in its place."""
    key, _ = library.listing(0, 1).entries[0]
    found = library.outline(key)
    assert found is not None

    assert browse_views.outline(found, Walk(key, 0, 0)) == browse_views.outline_gone()
    assert browse_views.outline(found, Walk(key, 999, 0)) == browse_views.outline_gone()


def test_short_words() -> None:
    """What is gone, and the ends of a speech."""
    assert check(browse_views.gone()) == "这一段已不在材料中，材料可能更新过。请重新提问。"
    assert [browse_views.edge(step) for step in (-1, 1)] == ["这已是第一段。", "这已是最后一段。"]
