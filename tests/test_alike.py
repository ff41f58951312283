"""Paragraphs in almost the same words are one hit, and what else would answer is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from speechbot import Retriever, build_index
from tests import talks
from tests.conftest import ToyEncoder

if TYPE_CHECKING:
    from collections.abc import Iterator

QUESTION = "航道每年淤高二十厘米"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    """A retriever on the talks, one of which is there in another version as well."""
    folder = tmp_path_factory.mktemp("talks")
    corpus = talks.write(folder / "讲话")
    version = talks.HARBOUR.replace("秋天以前", "冬天以前").replace("海湾是渔民的饭碗", "海湾是大家的饭碗")
    (corpus / "4港口另一稿.txt").write_text(version, encoding="utf-8")
    build_index(corpus, folder / "索引", encoder=ToyEncoder())
    with Retriever.open(folder / "索引", encoder=ToyEncoder()) as found:
        yield found


def test_versions_of_a_paragraph_are_one_hit(opened: Retriever) -> None:
    """The better one is shown and names the other; searching keeps both."""
    answer = opened.ask(QUESTION, 5)
    first, second = opened.search(QUESTION, 2)

    assert (answer.hits[0].passage, answer.hits[0].score) == (first.passage, first.score)
    assert [one.id for one in answer.hits[0].alike] == [second.passage.id]
    assert second.passage.id not in [hit.passage.id for hit in answer.hits]
    assert answer.to_dict()["hits"][0]["alike"][0]["id"] == second.passage.id


def test_the_room_of_a_version_goes_to_another_paragraph(opened: Retriever) -> None:
    """As many hits as were asked for, as far as they answer."""
    answer = opened.ask("海湾", 2)

    assert len({hit.passage.text[:4] for hit in answer.hits}) == len(answer.hits) == 2


def test_identical_paragraphs_stay_places(opened: Retriever) -> None:
    """Those of the very same wording are no versions."""
    hit = opened.ask("老吊机用了三十年", 1).hits[0]

    assert (len(hit.places), hit.alike) == (1, ())


def test_what_else_answers_is_counted(opened: Retriever) -> None:
    """The hits beyond those asked for, as long as they reach the cut-off."""
    one, many = opened.ask("海湾", 1), opened.ask("海湾", 20)

    assert one.more >= len(many.hits) - 1 > 0
    assert many.more == 0


def test_hits_are_joined_by_section(opened: Retriever) -> None:
    """Sections in the order of their best hit, no hit lost."""
    answer = opened.ask("海湾", 20)
    joined = answer.joined

    assert sorted(hit.score for group in joined for hit in group) == sorted(hit.score for hit in answer.hits)
    assert [group[0].score for group in joined] == sorted((group[0].score for group in joined), reverse=True)
    assert all(len({(hit.passage.speech, hit.passage.section) for hit in group}) == 1 for group in joined)


def test_a_refusal_counts_nothing(opened: Retriever) -> None:
    """The nearest passages are no further answers."""
    answer = opened.ask("火星上有没有水？", 1)

    assert (answer.found, answer.more, answer.focus) == (False, 0, None)
