"""Questions to placed passages, on the tiny corpus with the toy encoder."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from speechbot import Retriever, retriever
from speechbot.errors import FilterError, IndexDamaged, IndexMismatch, IndexNotFound, QuestionError
from speechbot.indexing.store import GENERATIONS, live
from speechbot.language.sentences import sentence_spans
from tests.conftest import ToyEncoder
from tests.test_generation import flip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from speechbot.models import Passage

RIVER = "在青石河综合治理推进会上的讲话"
LIBRARY = "在全市公共图书馆建设座谈会上的讲话"
QUESTIONS = (
    "购书经费怎么花？",
    "青石河全长多少公里？",
    "养殖场搬迁补偿怎么算？",
    "志愿者每周做什么？",
    "谁来管河？",
    "火星上有没有水？",
    "Ａ",
    "怎么样？",
)


@pytest.fixture(scope="module")
def opened(shared_index: Path) -> Iterator[Retriever]:
    """A retriever on the tiny corpus."""
    with Retriever.open(shared_index, encoder=ToyEncoder()) as found:
        yield found


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("购书经费怎么花？", "购书经费要花在读者身上。"),
        ("青石河全长多少公里？", "青石河全长七十八公里，流经四个县，两岸住着三十万人。"),
        (
            "养殖场搬迁补偿按什么计算？",
            "搬迁补偿按圈舍面积计算，每平方米三百二十元，签约之后十天内付一半，验收合格付清。",
        ),
        ("舉報屬實獎勵多少錢？", "谁举报属实，奖励五百元；"),
    ],
)
def test_the_answering_sentence_is_highlighted(opened: Retriever, question: str, words: str) -> None:
    """The first hit is the paragraph that answers, its highlight the sentence that does."""
    hit = opened.search(question)[0]
    start, end = hit.highlight

    assert hit.passage.text[start:end] == words


@pytest.mark.parametrize("question", QUESTIONS)
def test_highlights_are_whole_sentences(opened: Retriever, question: str) -> None:
    """Every highlight is one of its passage's sentences, whatever the question."""
    for hit in opened.search(question, 20):
        assert hit.highlight in sentence_spans(hit.passage.text)


@pytest.mark.parametrize("k", [-1, 0, 1, 5, 20, 99])
@pytest.mark.parametrize("question", QUESTIONS)
def test_hits_are_unique_and_best_first(opened: Retriever, question: str, k: int) -> None:
    """At most ``k``, each passage once, probabilities in [0, 1] that never rise."""
    hits = opened.search(question, k)
    scores = [hit.score for hit in hits]

    assert len(hits) == max(0, min(k, 20))
    assert len({hit.passage.id for hit in hits}) == len(hits)
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_script_width_and_case_do_not_matter(opened: Retriever) -> None:
    """A question in traditional characters or full width finds what the plain one finds, with the same scores."""
    expected = opened.search("图书馆的购书经费有多少，凭1张读者证？")

    assert opened.search("圖書館的購書經費有多少，憑１張讀者證？") == expected
    assert opened.search("  图书馆的购书经费有多少，凭1张读者证？\n") == expected


def test_typing_errors_are_set_right(opened: Retriever) -> None:
    """A question with a wrong character of the right sound is searched as it was meant, and the answer says how."""
    typed, meant = opened.ask("购书京费怎么花？"), opened.ask("购书经费怎么花？")

    assert typed.hits == meant.hits
    assert (typed.question, typed.corrected) == ("购书京费怎么花？", "购书经费怎么花？")
    assert meant.corrected is None
    assert typed.to_dict()["corrected"] == "购书经费怎么花？"


def test_the_heading_that_a_paragraph_begins_with_is_not_its_answer(opened: Retriever) -> None:
    """A run-in heading stands in the place already: another sentence is highlighted wherever there is one."""
    headed = [
        hit
        for speech in opened.speeches()
        for hit in opened.search(speech.title, 99)
        if hit.passage.section and hit.passage.text.startswith(hit.passage.section[-1])
    ]

    assert headed
    assert {hit.highlight[0] for hit in headed if len(sentence_spans(hit.passage.text)) > 1} & {0} == set()


def test_results_are_passages_of_the_index(opened: Retriever) -> None:
    """Hits carry the very passages that the speeches list, with their place."""
    passages = {passage.id: passage for speech in opened.speeches() for passage in speech.passages}

    assert len(passages) == 20
    for hit in opened.search("河长怎么巡河？", 20):
        assert hit.passage == passages[hit.passage.id]


@pytest.mark.parametrize(
    ("filters", "belongs"),
    [
        ({"source": "河道治理讲话.txt"}, lambda passage: passage.source == "河道治理讲话.txt"),
        ({"source": "圖書館"}, lambda passage: passage.source == "图书馆建设讲话.txt"),
        ({"speech": RIVER}, lambda passage: passage.speech == RIVER),
        ({"speech": "公共图书馆"}, lambda passage: passage.speech == LIBRARY),
        ({"section": "第二，再把河岸养绿"}, lambda passage: passage.section == ("第二，再把河岸养绿",)),
        ({"section": "家门口"}, lambda passage: passage.section[:1] == ("一、办好家门口的阅读空间",)),
        ({"source": "河道", "section": "污水"}, lambda passage: passage.section == ("第一，先把污水截住",)),
    ],
)
def test_filters_restrict(opened: Retriever, filters: dict[str, str], belongs: Callable[[Passage], bool]) -> None:
    """Exactly the passages of the file, speech and section come back, and ``ask`` looks at no others."""
    expected = {passage.id for speech in opened.speeches() for passage in speech.passages if belongs(passage)}

    hits = opened.search("钱怎么花？", 99, **filters)

    assert 2 <= len(expected) < 20
    assert {hit.passage.id for hit in hits} == expected
    assert opened.ask("钱怎么花？", 99, **filters).confidence == hits[0].score


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"source": "没有的文件.txt"}, "索引里没有文件“没有的文件.txt”，请运行 speechbot outline 查看可选的名称"),
        ({"speech": "养老讲话"}, "索引里没有讲话“养老讲话”，请运行 speechbot outline 查看可选的名称"),
        ({"section": ""}, "索引里没有章节“”，请运行 speechbot outline 查看可选的名称"),
    ],
)
def test_a_filter_that_matches_nothing_is_an_error(opened: Retriever, filters: dict[str, str], message: str) -> None:
    """A misspelt filter is told apart from a question without an answer, and says where to look."""
    with pytest.raises(FilterError) as caught:
        opened.ask("钱怎么花？", **filters)  # type: ignore[arg-type]

    assert str(caught.value) == message


def cut(opened: Retriever, monkeypatch: pytest.MonkeyPatch, cutoff: float) -> None:
    """Answer with another cut-off."""
    engine = opened._lent.engine
    monkeypatch.setattr(engine, "_calibration", replace(engine._calibration, cutoff=cutoff))


def test_found_is_a_matter_of_the_cut_off(opened: Retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    """``found`` says whether the best probability reaches the cut-off; what follows must reach it as well."""
    hits = opened.search("购书经费怎么花？", 5)
    scores = [hit.score for hit in hits]
    for cutoff, kept in ((scores[0], 1), (scores[2], 3), (scores[4], 5)):
        cut(opened, monkeypatch, cutoff)
        answer = opened.ask("购书经费怎么花？", 5)

        assert (answer.found, answer.hits, answer.confidence) == (True, tuple(hits[:kept]), scores[0])


def test_below_the_cut_off_the_nearest_are_kept(opened: Retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal carries the nearest passages, to be shown on request."""
    hits = opened.search("购书经费怎么花？", 3)
    cut(opened, monkeypatch, hits[0].score + 1e-9)

    answer = opened.ask("购书经费怎么花？", 3)

    assert (answer.found, answer.hits, answer.confidence) == (False, tuple(hits), hits[0].score)


def test_asking_for_no_hits_still_says_whether_there_is_an_answer(opened: Retriever) -> None:
    """``k=0`` gives the verdict without passages."""
    answer, full = opened.ask("购书经费怎么花？", 0), opened.ask("购书经费怎么花？")

    assert answer.hits == ()
    assert (answer.found, answer.confidence) == (full.found, full.confidence)


@pytest.mark.parametrize("question", ["", " \n", "🎉", "问\x00题", "\ud800", "问" * 100_000])
def test_bad_questions_are_refused(opened: Retriever, question: str) -> None:
    """What cannot be asked is an error for ``search`` and ``ask`` alike."""
    with pytest.raises(QuestionError):
        opened.search(question)
    with pytest.raises(QuestionError):
        opened.ask(question)


def test_threads_share_a_retriever(opened: Retriever) -> None:
    """Many threads asking at once get the answers that one gets."""
    questions = QUESTIONS * 10
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(opened.ask, questions))

    assert answers == [opened.ask(question) for question in questions]


def test_a_closed_retriever_says_so(index: Path) -> None:
    """Asking after closing is the caller's mistake: no damage to the index is claimed."""
    with Retriever.open(index, encoder=ToyEncoder()) as found:
        name = found.generation

    assert name == live(index)
    with pytest.raises(ValueError, match="closed"):
        found.search("购书经费怎么花？")
    with pytest.raises(ValueError, match="closed"):
        found.speeches()


def test_no_index_says_what_to_run(tmp_path: Path) -> None:
    """The error names the folder and the command."""
    with pytest.raises(IndexNotFound) as caught:
        Retriever.open(tmp_path / "索引", encoder=ToyEncoder())

    assert str(caught.value) == f"在 {tmp_path / '索引'} 没有找到索引，请先运行 speechbot index"


def test_another_model_says_what_to_run(index: Path) -> None:
    """The error names both models and both ways out; the index's files are closed again."""
    with pytest.raises(IndexMismatch) as caught:
        Retriever.open(index, encoder=ToyEncoder(name="另一个"))

    assert str(caught.value) == (
        f"索引 {index} 是用模型 toy（64 维）建的，现在用的模型是 另一个（64 维），两者的向量不能混用，"
        "请改回原来的 SPEECHBOT_MODEL，或运行 speechbot index 重建"
    )


def test_other_weights_under_the_same_name_say_what_to_run(index: Path) -> None:
    """Naming one model twice would explain nothing: the error says that its weights changed."""
    with pytest.raises(IndexMismatch) as caught:
        Retriever.open(index, encoder=ToyEncoder(salt=1))

    assert str(caught.value) == (
        f"模型 toy（64 维）在索引 {index} 建好之后换了权重，两者的向量不能混用，请运行 speechbot index 重建"
    )


def test_damage_is_noticed_on_opening(index: Path) -> None:
    """An altered file never answers."""
    flip(index / GENERATIONS / live(index) / "windows.faiss")

    with pytest.raises(IndexDamaged, match=r"windows\.faiss 已损坏（校验和不符）"):
        Retriever.open(index, encoder=ToyEncoder())


def test_the_configured_model_is_opened_for_answering(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an encoder the model is opened by name, the way that does without torch where there is one."""
    opened_models: list[tuple[object, object]] = []

    def open_encoder(model: str | None = None, *, indexing: bool = False) -> ToyEncoder:
        opened_models.append((model, indexing))
        return ToyEncoder()

    monkeypatch.setattr(retriever, "open_encoder", open_encoder)
    with Retriever.open(index, model="toy") as found:
        found.ask("购书经费怎么花？")

    assert opened_models == [("toy", False)]


def test_questions_are_encoded_as_they_are_searched(opened: Retriever) -> None:
    """Unit vectors, one a question; none for none."""
    vectors = opened.encode(QUESTIONS[:3])

    assert vectors.tolist() == ToyEncoder().encode_queries(QUESTIONS[:3]).tolist()
    assert opened.encode([]).shape == (0, 64)
