"""What the bot asks of an index, on the tiny corpus with the toy encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from speechbot import Retriever, build_index
from speechbot.errors import IndexDamaged
from speechbot.indexing.catalog import Catalog
from speechbot.telegram.buttons import Confidence, HitRef, title_check
from speechbot.telegram.library import Library, confidence, reference
from tests.conftest import ToyEncoder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from speechbot.models import Speech


@pytest.fixture(scope="module")
def opened(shared_index: Path) -> Iterator[Retriever]:
    """A retriever on the tiny corpus."""
    with Retriever.open(shared_index, encoder=ToyEncoder()) as found:
        yield found


@pytest.fixture(scope="module")
def library(opened: Retriever) -> Library:
    """A library on it."""
    return Library(opened)


@pytest.fixture(scope="module")
def speeches(opened: Retriever) -> tuple[Speech, ...]:
    """All of it."""
    return opened.speeches()


def test_passages_stand_among_their_neighbours(library: Library, speeches: tuple[Speech, ...]) -> None:
    """The paragraphs before and after in the same speech, none beyond its ends; steps lead to them."""
    for speech in speeches:
        for at, passage in enumerate(speech.passages):
            before = speech.passages[at - 1] if at else None
            after = speech.passages[at + 1] if at + 1 < len(speech.passages) else None
            context = library.context(passage.id)
            assert context is not None
            assert (context.before, context.passage, context.after, context.places) == (before, passage, after, ())
            assert library.passage(passage.id) == passage
            for step, other in ((-1, before), (1, after)):
                found = library.context(passage.id, step)
                assert (found and found.passage) == other


def test_sections_hold_their_paragraphs(library: Library, speeches: tuple[Speech, ...]) -> None:
    """At every level exactly the paragraphs whose path begins so; at level 0 the speech."""
    for speech in speeches:
        for passage in speech.passages:
            for level in range(len(passage.section) + 1):
                found = library.extract(passage.id, level)
                path = passage.section[:level]
                assert found is not None
                assert found.path == path
                assert found.passages == tuple(one for one in speech.passages if one.section[:level] == path)


def test_what_is_gone_is_none(library: Library) -> None:
    """An unknown id, speech or section leads nowhere."""
    key = library.listing(0, 1).entries[0][0]

    assert library.context("f" * 16) is None
    assert library.passage("f" * 16) is None
    assert library.extract("f" * 16) is None
    assert library.card(HitRef("f" * 16, Confidence.HIGH)) is None
    assert library.outline("f" * 12) is None
    assert library.section("f" * 12, -1, 0) is None
    assert library.section(key, 0, 0) is None
    assert library.section(key, 999, 0) is None


def test_speeches_are_listed_in_pages(library: Library, speeches: tuple[Speech, ...]) -> None:
    """Title, file and number of paragraphs, a key each; nothing beyond the end."""
    listing = library.listing(0, 8)

    assert listing.total == len(speeches)
    assert [(entry.title, entry.source, len(entry.rows)) for _, entry in listing.entries] == [
        (speech.title, speech.source, len(speech.passages)) for speech in speeches
    ]
    assert library.listing(1, 8).entries == listing.entries[1:]
    assert library.listing(9, 8).entries == ()
    assert library.counts() == (2, 20)


def test_outlines_count_their_paragraphs(library: Library, speeches: tuple[Speech, ...]) -> None:
    """Every section of the speech with its number of paragraphs, readable by position and title."""
    for (key, _), speech in zip(library.listing(0, 8).entries, speeches, strict=True):
        outline = library.outline(key)
        assert outline is not None
        assert outline.sections == speech.sections
        for number, (section, count) in enumerate(zip(outline.sections, outline.counts, strict=True)):
            found = library.section(key, number, title_check(section.title))
            assert found is not None
            assert (found.path[-1], len(found.passages)) == (section.title, count)


def test_a_button_shows_the_hit_again(library: Library, opened: Retriever) -> None:
    """The same passage with the same sentence, from nine bytes."""
    for hit in opened.search("购书经费怎么花？", 20):
        card = library.card(reference(hit, found=True))
        assert card is not None
        assert (card.passage, card.highlight) == (hit.passage, hit.highlight)


@pytest.mark.parametrize(
    ("score", "found", "expected"),
    [
        (0.8, True, Confidence.HIGH),
        (0.6, True, Confidence.FAIR),
        (0.5, True, Confidence.LOW),
        (0.9, False, Confidence.NEAREST),
    ],
)
def test_confidence_in_words(score: float, *, found: bool, expected: Confidence) -> None:
    """As on the terminal; a refusal's hits are the nearest, whatever their score."""
    assert confidence(score, found=found) is expected


def test_examples_are_answered(library: Library) -> None:
    """Up to three, different, each with an answer."""
    questions = library.examples()

    assert len(set(questions)) == len(questions) <= 3
    assert all(library.ask(question).found for question in questions)


def test_altered_paragraphs_do_not_leave(
    library: Library, speeches: tuple[Speech, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever way they are read."""
    passage = speeches[0].passages[1].id
    monkeypatch.setattr(Catalog, "verbatim", lambda _self, passages: not list(passages))

    for read in (library.passage, library.context, library.extract):
        with pytest.raises(IndexDamaged):
            read(passage)


def test_the_same_wording_in_two_places(tmp_path: Path) -> None:
    """A paragraph of two files has the other as its place; speeches of one title in two files have keys of their own."""
    corpus = tmp_path / "材料"
    corpus.mkdir()
    for name, ending in (("甲", "今年先修堤。"), ("乙", "明年再修路。")):
        text = f"在治河会上的讲话\n\n同志们：\n\n河边的柳树要年年补种，不能断了档。\n\n{ending}大家都要来。\n"
        (corpus / f"{name}.txt").write_text(text, encoding="utf-8")
    build_index(corpus, tmp_path / "索引", encoder=ToyEncoder())

    with Retriever.open(tmp_path / "索引", encoder=ToyEncoder()) as opened:
        library = Library(opened)
        first, second = (next(one for one in speech.passages if "柳树" in one.text) for speech in opened.speeches())
        context = library.context(first.id)
        assert context is not None
        assert (context.passage, context.places) == (first, (second,))
        assert len({key for key, _ in library.listing(0, 8).entries}) == 2


def test_a_new_generation_is_listed(index: Path, corpus: Path) -> None:
    """Keys are read again with the index; what was removed is gone."""
    with Retriever.open(index, encoder=ToyEncoder()) as opened:
        library = Library(opened)
        listed = library.listing(0, 8)
        (corpus / listed.entries[0][1].source).unlink()
        build_index(corpus, index, encoder=ToyEncoder())

        assert library.outline(listed.entries[0][0]) is None
        assert [key for key, _ in library.listing(0, 8).entries] == [listed.entries[1][0]]
