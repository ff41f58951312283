"""Constraints in the question, on three short talks."""

from __future__ import annotations

import shutil
import sqlite3
from typing import TYPE_CHECKING

import pytest

from speechbot import IndexDamaged, Retriever
from speechbot.indexing.catalog import Catalog
from speechbot.indexing.store import GENERATIONS, live
from tests import talks
from tests.conftest import ToyEncoder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HARBOUR, SCHOOL, TEA = talks.TITLES


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the talks."""
    return talks.build(tmp_path_factory.mktemp("talks"))


@pytest.fixture(scope="module")
def opened(built: Path) -> Iterator[Retriever]:
    """A retriever on it."""
    with Retriever.open(built, encoder=ToyEncoder()) as found:
        yield found


@pytest.mark.parametrize(
    ("question", "rest", "speeches", "scope"),
    [
        ("在第二篇讲话里，屋顶怎么办", "屋顶怎么办", {SCHOOL}, f"只在《{SCHOOL}》（2020-03-01）里找"),
        ("最后一篇讲话里，屋顶怎么办", "屋顶怎么办", {TEA}, f"只在《{TEA}》（2020-04-08）里找"),
        ("2020年的讲话里怎么说补助", "怎么说补助", {SCHOOL, TEA}, "只在 2020 年的讲话（2 篇）里找"),
        ("2020年4月的讲话里怎么说补助", "怎么说补助", {TEA}, f"只在《{TEA}》（2020-04-08）里找"),
        ("王大海怎么讲茶叶", "怎么讲茶叶", {HARBOUR, TEA}, "只在王大海的讲话（2 篇）里找"),
        ("王大海2020年的讲话里怎么讲茶叶", "怎么讲茶叶", {TEA}, f"只在《{TEA}》（2020-04-08）里找"),
        ("《港口工作》里怎么说油污", "怎么说油污", {HARBOUR}, f"只在《{HARBOUR}》（2019-05-06）里找"),
        ("《讲话》里怎么说油污", "怎么说油污", {HARBOUR, SCHOOL}, "只在题为《讲话》的讲话（2 篇）里找"),
    ],
)
def test_constraints_are_filters(opened: Retriever, question: str, rest: str, speeches: set[str], scope: str) -> None:
    """The hits are those of the rest of the question in the speeches that are left; the header says which."""
    answer = opened.ask(question, 20)
    hits = [hit for hit in opened.search(rest, 20) if hit.passage.speech in speeches]

    assert answer.scope == scope
    assert [hit.passage.id for hit in answer.hits] == [hit.passage.id for hit in hits][: len(answer.hits)]


def test_a_part_is_a_filter(opened: Retriever) -> None:
    """By words of its heading."""
    answer = opened.ask("关于把老师留住的部分里，补助多少", 20)

    assert {hit.passage.section for hit in answer.hits} == {("二、把老师留住",)}
    assert answer.scope.endswith("二、把老师留住里找")


@pytest.mark.parametrize(
    ("question", "scope"),
    [
        ("在第九篇讲话里，屋顶怎么办", "没有第 9 篇讲话（共 3 篇），改在全部材料里找"),
        ("1999年的讲话里怎么说补助", "没有 1999 年的讲话，改在全部材料里找"),
        ("《茶农座谈会》里，李小山怎么讲补助", "没有李小山题为《茶农座谈会》的讲话，改在全部材料里找"),
        ("《天书》里怎么说油污", ""),
        ("关于火星移民的部分里，补助多少", ""),
        ("张三怎么讲茶叶", ""),
    ],
)
def test_what_is_not_there_is_searched_everywhere(opened: Retriever, question: str, scope: str) -> None:
    """As it stands; the header says so where a speech was named beyond doubt."""
    answer = opened.ask(question)
    plain = opened.search(question, 3)

    assert answer.scope == scope
    assert [hit.passage.id for hit in answer.hits] == [hit.passage.id for hit in plain][: len(answer.hits)]


def test_filters_of_the_caller_narrow_constraints(opened: Retriever) -> None:
    """Both hold; where nothing is left, the caller's do."""
    both = opened.ask("2020年的讲话里怎么说补助", 20, speech=SCHOOL)
    none = opened.ask("2019年的讲话里怎么说补助", 20, speech=SCHOOL)

    assert {hit.passage.speech for hit in both.hits} == {SCHOOL}
    assert {hit.passage.speech for hit in none.hits} == {SCHOOL}
    assert none.scope.startswith("没有 2019 年的讲话")


def damaged(built: Path, folder: Path, sql: str) -> Path:
    """A copy of an index whose catalogue was tampered with."""
    shutil.copytree(built, folder)
    with sqlite3.connect(folder / GENERATIONS / live(folder) / "passages.sqlite") as connection:
        connection.execute(sql)
    connection.close()
    return folder


@pytest.mark.parametrize(
    ("sql", "question"),
    [
        ("UPDATE sections SET title = '一、把码头拆掉' WHERE speech = 0 AND number = 0", "第一篇讲话的提纲"),
        ("UPDATE passages SET text = '一是拆除岸壁' || substr(text, 7) WHERE row = 2", "把码头修好讲了哪几点"),
        ("UPDATE passages SET text = replace(text, '七天', '九天') WHERE row = 5", "把货主请来讲了哪几点"),
    ],
)
def test_nothing_is_shown_that_the_source_does_not_say(
    built: Path, tmp_path: Path, sql: str, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Headings, passages and points are compared with it."""
    folder = damaged(built, tmp_path / "索引", sql)
    monkeypatch.setattr("speechbot.indexing.generation.check_files", lambda *_, **_options: None)

    with Retriever.open(folder, encoder=ToyEncoder()) as retriever, pytest.raises(IndexDamaged):
        retriever.ask(question)


def test_what_the_catalogue_knows_of_speeches(built: Path) -> None:
    """Numbers by date, speaker, name; rows of numbers and back."""
    with Catalog(built / GENERATIONS / live(built) / "passages.sqlite") as catalog:
        assert catalog.names.count() == 3
        assert catalog.names.dated("2020") == [1, 2]
        assert catalog.names.dated("2020-04") == [2]
        assert catalog.names.dated("20200") == []
        assert catalog.names.speakers == {"王大海": [0, 2], "李小山": [1]}
        assert catalog.names.titled(SCHOOL) == [1]
        assert catalog.names.titled("讲话") == [0, 1]
        assert catalog.names.titled(" ") == []
        assert catalog.rows_of([2, 0, 0]).tolist() == [*range(8), *range(13, 16)]
        assert catalog.rows_of([]).tolist() == []
        assert catalog.numbers_of(catalog.rows_of([0, 2])) == [0, 2]
        assert catalog.numbers_of(catalog.rows_of([])) == []


def test_many_speeches_are_found_as_few_are(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading the speech of every row gives what looking each up does."""
    with Catalog(built / GENERATIONS / live(built) / "passages.sqlite") as catalog:
        few = catalog.rows_of([2, 0]), catalog.numbers_of(catalog.rows_of([0, 2]))
        monkeypatch.setattr("speechbot.indexing.catalog._LOOKED_UP", 0)
        many = catalog.rows_of([2, 0]), catalog.numbers_of(catalog.rows_of([0, 2]))

    assert few[0].tolist() == many[0].tolist()
    assert few[1] == many[1] == [0, 2]
