"""One paragraph is one hit, wherever it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from speechbot import Retriever, build_index
from tests.conftest import ToyEncoder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARAGRAPH = "专项资金１００萬元，用來修繕圖書館。先修屋頂，後修門窗。"
ALIKE = (
    "专项资金100万元，用来修缮图书馆。先修屋顶，后修门窗。",
    "专项资金 100 万元，用来修缮图书馆。先修屋顶，后修门窗。",
)
NEARLY = "专项资金200万元，用来修缮图书馆。先修屋顶，后修门窗。"
QUESTION = "专项资金用来修什么？"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    """The paragraph in traditional and simplified characters, wide and narrow, in four files, twice in one of them."""
    corpus = tmp_path_factory.mktemp("材料")
    other = "今天的会开得很好，大家讲得实在，我都赞成。"
    write(corpus / "一.txt", other, ALIKE[0])
    write(corpus / "二.txt", PARAGRAPH, "另外，路也要修，桥也要架。")
    write(corpus / "三.txt", ALIKE[1], "种树的事放到春天。", ALIKE[1])
    write(corpus / "四.txt", NEARLY)
    write(corpus / "五.txt", ALIKE[0])
    index = tmp_path_factory.mktemp("索引")
    build_index(corpus, index, encoder=ToyEncoder())
    with Retriever.open(index, encoder=ToyEncoder()) as found:
        yield found


def write(path: Path, *paragraphs: str) -> None:
    """A speech of these paragraphs."""
    path.write_text("\n\n".join([f"在{path.stem}号会上的讲话", *paragraphs]) + "\n", encoding="utf-8")


def test_the_same_wording_is_one_hit(opened: Retriever) -> None:
    """With all its places, whatever script and width they are written in; nothing is lost and nothing comes twice."""
    hits = opened.search(QUESTION, 20)
    everything = [passage for speech in opened.speeches() for passage in speech.passages]

    shown = [place for hit in hits for place in (hit.passage, *hit.places)]
    assert sorted(map(everything.index, shown)) == list(range(len(everything)))
    (same,) = [hit for hit in hits if hit.places]
    assert {place.source for place in (same.passage, *same.places)} == {"一.txt", "二.txt", "三.txt", "五.txt"}
    assert len(same.places) == 4
    (nearly,) = [hit for hit in hits if hit.passage.text == NEARLY]
    assert nearly.places == ()


def test_places_stand_in_the_order_of_the_index(opened: Retriever) -> None:
    """The hit itself is the one that ranks first; the others follow as the materials do."""
    (same,) = [hit for hit in opened.search(QUESTION, 20) if hit.places]
    everything = [passage for speech in opened.speeches() for passage in speech.passages]
    rows = [everything.index(place) for place in same.places]

    assert rows == sorted(rows)
    assert same.passage not in same.places
    assert [place["source"] for place in same.to_dict()["places"]] == [place.source for place in same.places]


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_repetition_takes_no_hit_away(opened: Retriever, k: int) -> None:
    """As many different paragraphs come back as were asked for; those of a larger ``k`` begin with those of a smaller."""
    hits = opened.search(QUESTION, k)

    assert len(hits) == k
    assert [hit.passage for hit in hits] == [hit.passage for hit in opened.search(QUESTION, 5)][:k]


def test_a_filter_chooses_the_place_that_is_shown(opened: Retriever) -> None:
    """Within one file the hit is that file's; where else it stands is told all the same."""
    for source in ("一.txt", "二.txt", "三.txt", "五.txt"):
        hit = opened.search(QUESTION, 1, source=source)[0]

        assert hit.passage.source == source
        assert len(hit.places) == 4


def test_every_place_is_verbatim(opened: Retriever) -> None:
    """Each is quoted as it stands there, not as the hit writes it."""
    (same,) = [hit for hit in opened.search(QUESTION, 20) if hit.places]

    texts = {place.source: place.text for place in (same.passage, *same.places)}
    assert texts == {"一.txt": ALIKE[0], "二.txt": PARAGRAPH, "三.txt": ALIKE[1], "五.txt": ALIKE[0]}


def test_more_copies_than_are_looked_at(tmp_path: Path) -> None:
    """Fifty files with one paragraph are one hit, and the next hit is another paragraph."""
    corpus = tmp_path / "材料"
    corpus.mkdir()
    for number in range(50):
        write(corpus / f"{number:02}.txt", ALIKE[0])
    write(corpus / "别的.txt", "种树的事放到春天，资金另外安排。")
    build_index(corpus, tmp_path / "索引", encoder=ToyEncoder())

    with Retriever.open(tmp_path / "索引", encoder=ToyEncoder()) as opened:
        first, second = opened.search(QUESTION, 2)

    assert (first.passage.source, len(first.places)) == ("00.txt", 49)
    assert second.passage.source == "别的.txt"
