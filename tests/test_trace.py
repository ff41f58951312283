"""Phrases traced through tiny corpora."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot import FilterError, QuestionError, Retriever, build_index
from speechbot.language.skeleton import skeleton
from tests.conftest import ToyEncoder

if TYPE_CHECKING:
    from collections.abc import Iterator

SPEECHES = {
    "甲.txt": "科教会议上的讲话\n\n（2003年5月1日）\n\n同志们：\n\n要坚持科教兴国。科教，兴国，两样都要抓。科敎興國是大计。\n",
    "乙.txt": "教育会议上的讲话\n\n（1995年5月6日）\n\n同志们：\n\n我们提出了科教兴国战略，要落实到每一所学校。\n\n要办好科教。\n\n兴国才有希望。\n",
    "丙.txt": "座谈会上的讲话\n\n同志们：\n\n大家都谈到了科教兴国，也谈到了人人民民的事。\n",
    "丁.txt": "农业会议上的讲话\n\n（1999年3月2日）\n\n同志们：\n\n今年的粮食收成好，明年还要更好。\n",
}


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    """Three dated speeches and one without a date."""
    folder = tmp_path_factory.mktemp("trace")
    (folder / "材料").mkdir()
    for name, text in SPEECHES.items():
        (folder / "材料" / name).write_text(text, encoding="utf-8")
    build_index(folder / "材料", folder / "索引", encoder=ToyEncoder())
    with Retriever.open(folder / "索引", encoder=ToyEncoder()) as found:
        yield found


def test_uses_in_order_of_date(dated: Retriever) -> None:
    """Undated ones last; forms as they stand; across sentences and paragraphs too."""
    found = dated.trace("科教兴国")

    assert [(one.date, one.text) for one in found.occurrences] == [
        ("1995-05-06", "科教兴国"),
        ("1995-05-06", "科教。\n\n兴国"),
        ("2003-05-01", "科教兴国"),
        ("2003-05-01", "科教，兴国"),
        ("2003-05-01", "科敎興國"),
        ("", "科教兴国"),
    ]
    assert found.first == found.occurrences[0]
    assert (found.count, found.undated, found.speeches, found.dated) == (6, 1, 4, 3)
    assert [(use.source, use.count) for use in found.by_speech] == [("乙.txt", 2), ("甲.txt", 3), ("丙.txt", 1)]
    assert [(use.year, use.count, use.used, use.speeches) for use in found.by_year] == [
        ("1995", 2, 1, 1),
        ("1999", 0, 0, 1),
        ("2003", 3, 1, 1),
    ]


def test_sentences_and_paragraphs_around(dated: Retriever) -> None:
    """The sentence, or all that a use touches."""
    first, across, *_ = dated.trace("科教兴国").occurrences

    assert first.sentence == "我们提出了科教兴国战略，要落实到每一所学校。"
    assert first.sentence[slice(*first.highlight)] == "科教兴国"
    assert across.sentence == "要办好科教。\n\n兴国才有希望。"
    assert [passage.text for passage in across.passages] == ["要办好科教。", "兴国才有希望。"]


def test_overlapping_uses_count(dated: Retriever) -> None:
    """人民 in 人人民民 once, 会上 wherever it is."""
    assert dated.trace("人民").count == 1
    assert [one.text for one in dated.trace("人人").occurrences] == ["人人"]


def test_limits_and_filters(dated: Retriever) -> None:
    """The counts are those of all that the filters leave."""
    few = dated.trace("科教兴国", 2)
    there = dated.trace("“科教兴国”", source="甲", speech="科教会议")
    none = dated.trace("从来没有的话")

    assert (few.count, len(few.occurrences), len(few.by_speech)) == (6, 2, 3)
    assert (there.count, there.speeches, there.phrase) == (3, 1, "科教兴国")
    assert (none.count, none.occurrences, none.by_speech, none.first) == (0, (), (), None)
    assert dated.trace("座谈会", source="丙").first is None
    with pytest.raises(FilterError):
        dated.trace("科教兴国", speech="没有这篇")


@pytest.mark.parametrize("phrase", ["", "人", "，。", "长" * 101, "残\udcff缺"])
def test_what_cannot_be_traced(dated: Retriever, phrase: str) -> None:
    """The error says what to do."""
    with pytest.raises(QuestionError):
        dated.trace(phrase)


@given(st.data())
def test_agrees_with_a_naive_scan(dated: Retriever, data: st.DataObject) -> None:
    """Every start at which the folded text goes on with the folded phrase, and no other."""
    name = data.draw(st.sampled_from(sorted(SPEECHES)))
    text = SPEECHES[name]
    start = data.draw(st.integers(0, len(text) - 3))
    phrase = text[start : start + data.draw(st.integers(2, 8))]
    wording = skeleton(phrase).text
    if len(wording) < 2:
        return
    naive = 0
    for whole in SPEECHES.values():
        folded = skeleton(whole).text
        naive += sum(folded.startswith(wording, at) for at in range(len(folded)))

    found = dated.trace(phrase, 1000)

    assert found.count == len(found.occurrences) == naive
    assert sum(use.count for use in found.by_speech) == naive
    for one in found.occurrences:
        assert SPEECHES[one.source][one.start : one.end] == one.text
        assert skeleton(one.text).text == wording


def test_the_json_has_everything(dated: Retriever) -> None:
    """As programs get it."""
    found = dated.trace("科教兴国", 1).to_dict()

    assert (found["count"], found["first"]["date"], len(found["occurrences"])) == (6, "1995-05-06", 1)
    assert found["by_year"][0] == {"year": "1995", "count": 2, "used": 1, "speeches": 1}
    assert found["by_speech"][0] == {
        "speech": "教育会议上的讲话",
        "source": "乙.txt",
        "date": "1995-05-06",
        "speaker": "",
        "count": 2,
    }
