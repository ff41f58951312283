"""What a generation has to pass before it answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from speechbot.errors import IndexDamaged, IndexMismatch, QuestionFileError, SelfTestFailed
from speechbot.indexing.indexer import build_index, verify_index
from speechbot.indexing.store import GENERATIONS, history, live, open_live
from tests.conftest import ToyEncoder
from tests.test_generation import flip
from tests.test_indexer import RIVER, edit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

ASKED = {
    "经费": ("购书经费怎么花？", ["购书经费要花在读者身上"]),
    "河长": ("青石河全长多少公里？", ["全长七十八公里"]),
}

HOPELESS = {"id": "火星", "type": "fact", "question": "火星上有没有水？", "gold": ["火星上没有水"]}


class Changeable(ToyEncoder):
    """Keeps name, dimension and probe while its other vectors change, as a runtime does after an update."""

    def encode_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Vectors of texts that begin with another character, but for the probe."""
        found = super().encode_passages(texts, progress=progress)
        if len(texts) > 1:
            found = self.encode_queries([text[::-1] + "变" for text in texts])
        return found


def gold(folder: Path, *names: str, extra: Sequence[Mapping[str, object]] = ()) -> Path:
    """A file of questions that must keep their answers."""
    asked = [{"id": name, "type": "fact", "question": ASKED[name][0], "gold": ASKED[name][1]} for name in names]
    path = folder / "必答.jsonl"
    path.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in [*asked, *extra]), encoding="utf-8")
    return path


def test_vectors_that_do_not_reproduce_are_refused(corpus: Path, index: Path) -> None:
    """A model that gives other vectors than those that would be taken over: the old generation stays live."""
    before = history(index)
    edit(corpus / RIVER, "三年就能成荫", "五年才能成荫")

    with pytest.raises(SelfTestFailed, match="抽查的向量与重新编码的结果不一致") as caught:
        build_index(corpus, index, encoder=Changeable())

    assert caught.value.path == index
    assert history(index) == before
    assert {path.name for path in (index / GENERATIONS).iterdir()} == set(before)


def test_after_a_refusal_the_right_model_builds(corpus: Path, index: Path, tmp_path: Path) -> None:
    """What the changed model had encoded is not taken for the right one's."""
    lines = [f"第{n}条新要求，河道每隔{n}百米立一块牌子，写明责任人。" for n in range(1, 4)]
    edit(corpus / RIVER, "第二，再把河岸养绿\n", "第二，再把河岸养绿\n\n" + "\n\n".join(lines) + "\n")
    with pytest.raises(SelfTestFailed):
        build_index(corpus, index, encoder=Changeable())

    report = build_index(corpus, index, encoder=ToyEncoder())

    build_index(corpus, tmp_path / "另", encoder=ToyEncoder())
    assert (report.resumed, report.encoded) == (0, 3)
    with open_live(index) as opened, open_live(tmp_path / "另") as fresh:
        assert opened.manifest.files == fresh.manifest.files


def test_a_lost_answer_keeps_the_old_generation(corpus: Path, index: Path) -> None:
    """The error names the question; what was encoded is not lost."""
    before = live(index)
    edit(corpus / RIVER, "全长七十八公里", "全长八十七公里")
    questions = gold(corpus.parent, "经费", "河长")

    with pytest.raises(SelfTestFailed, match="有 1 道必答题丢了答案：河长 青石河全长多少公里？"):
        build_index(corpus, index, encoder=ToyEncoder(), gold=questions)
    assert live(index) == before
    assert len(history(index)) == 1

    report = build_index(corpus, index, encoder=ToyEncoder())

    assert (report.resumed, report.encoded, report.missed) == (1, 0, ())
    assert live(index) != before


def test_answers_that_are_kept_pass(corpus: Path, index: Path) -> None:
    """Other changes are published, with nothing missed."""
    edit(corpus / RIVER, "三年就能成荫", "五年才能成荫")

    report = build_index(corpus, index, encoder=ToyEncoder(), gold=gold(corpus.parent, "经费", "河长"))

    assert report.missed == ()
    assert live(index) == report.generation


def test_what_was_missed_before_stops_nothing(corpus: Path, index: Path) -> None:
    """A question that the live generation does not answer either is reported by its id."""
    edit(corpus / RIVER, "三年就能成荫", "五年才能成荫")

    report = build_index(corpus, index, encoder=ToyEncoder(), gold=gold(corpus.parent, "经费", extra=[HOPELESS]))

    assert report.missed == ("火星",)
    assert report.to_dict()["missed"] == ["火星"]
    assert live(index) == report.generation


def test_an_unchanged_corpus_is_asked_as_well(corpus: Path, index: Path) -> None:
    """Where nothing is published the report says all the same which gold questions have no answer."""
    before = history(index)

    report = build_index(corpus, index, encoder=ToyEncoder(), gold=gold(corpus.parent, "经费", extra=[HOPELESS]))

    assert report.missed == ("火星",)
    assert history(index) == before


def test_a_first_generation_may_miss_some(corpus: Path, tmp_path: Path) -> None:
    """Any answer is better than none."""
    report = build_index(corpus, tmp_path / "新", encoder=ToyEncoder(), gold=gold(tmp_path, "经费", extra=[HOPELESS]))

    assert report.missed == ("火星",)
    assert live(tmp_path / "新") == report.generation


def test_another_model_must_find_everything(corpus: Path, index: Path) -> None:
    """The live generation cannot be asked with the new model, so that no miss is forgiven."""
    before = live(index)

    with pytest.raises(SelfTestFailed, match="火星"):
        build_index(corpus, index, encoder=ToyEncoder(salt=1), gold=gold(corpus.parent, extra=[HOPELESS]))

    assert live(index) == before


def test_a_question_without_an_answer_must_be_refused(corpus: Path, index: Path) -> None:
    """An unanswerable question that is answered with confidence now is a loss as well."""
    asked = {"id": "无解", "type": "none", "question": "购书经费怎么花？", "gold": []}
    with open_live(index) as opened:
        assert opened.catalog.passages()
    (corpus / "图书馆建设讲话.txt").rename(corpus.parent / "别处.txt")
    build_index(corpus, index, encoder=ToyEncoder())
    refused = build_index(corpus, index, encoder=ToyEncoder(), gold=gold(corpus.parent, extra=[asked]))
    (corpus.parent / "别处.txt").rename(corpus / "图书馆建设讲话.txt")
    before = live(index)

    assert refused.generation == before
    with pytest.raises(SelfTestFailed, match="无解 购书经费怎么花？"):
        build_index(corpus, index, encoder=ToyEncoder(), gold=gold(corpus.parent, extra=[asked]))
    assert live(index) == before


def test_a_malformed_file_of_questions_changes_nothing(corpus: Path, tmp_path: Path) -> None:
    """It is told before the index folder is made."""
    (tmp_path / "坏.jsonl").write_text("{", encoding="utf-8")

    with pytest.raises(QuestionFileError):
        build_index(corpus, tmp_path / "新", encoder=ToyEncoder(), gold=tmp_path / "坏.jsonl")

    assert not (tmp_path / "新").exists()


def test_a_live_generation_is_checked_on_request(index: Path, tmp_path: Path) -> None:
    """It says which gold questions have no answer, whatever was so before; nothing is written."""
    before = {path: path.stat().st_mtime_ns for path in index.rglob("*")}

    assert verify_index(index, encoder=ToyEncoder()) == ()
    questions = gold(tmp_path, "经费", "河长", extra=[HOPELESS])
    assert verify_index(index, encoder=ToyEncoder(), gold=questions) == ("火星",)
    assert {path: path.stat().st_mtime_ns for path in index.rglob("*")} == before


def test_a_check_finds_vectors_that_do_not_reproduce(index: Path) -> None:
    """A runtime that gives other vectors than the index holds."""
    with pytest.raises(SelfTestFailed):
        verify_index(index, encoder=Changeable())


@pytest.mark.parametrize("other", [ToyEncoder(name="other"), ToyEncoder(salt=1)], ids=["name", "weights"])
def test_a_check_finds_another_model(index: Path, other: ToyEncoder) -> None:
    """Told as when it is asked."""
    with pytest.raises(IndexMismatch):
        verify_index(index, encoder=other)


def test_a_check_finds_a_wrong_bit(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However large the index."""
    monkeypatch.setattr("speechbot.indexing.generation.VERIFY_LIMIT", 0)
    flip(index / GENERATIONS / live(index) / "windows.moments.npy")

    with pytest.raises(IndexDamaged, match="校验和不符"):
        verify_index(index, encoder=ToyEncoder())


def test_a_rebuild_takes_nothing_over(corpus: Path, index: Path) -> None:
    """Where the vectors no longer reproduce, everything is read and encoded anew; without a reason it is as well."""
    edit(corpus / RIVER, "三年就能成荫", "五年才能成荫")
    changed = Changeable()

    report = build_index(corpus, index, encoder=changed, rebuild=True)

    assert (report.encoded, report.unchanged, report.changed) == (report.windows, 19, 0)
    assert verify_index(index, encoder=changed) == ()
    assert build_index(corpus, index, encoder=changed).encoded == 0
