"""A second model that orders hits anew, and nothing else."""

from __future__ import annotations

import logging
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.errors import ModelError
from speechbot.indexing.indexer import build_index
from speechbot.reranking import DEPTH, open_reranker, reranked
from speechbot.retriever import Retriever
from tests.conftest import ToyEncoder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

QUESTION = "怎样治理青石河？"
OFF_TOPIC = "火星上有没有水稻"


class Backwards:
    """Puts the last first; notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[str]]] = []

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """The later, the better."""
        self.asked.append((question, list(texts)))
        return [float(number) for number in range(len(texts))]


def toy_model(folder: Path, *, labels: int | None = 1) -> str:
    """A tiny BERT that judges pairs, of a few thousand random weights; without ``labels`` one that judges nothing."""
    import torch  # noqa: PLC0415 - only two tests need it
    from transformers import (  # noqa: PLC0415
        BertConfig,
        BertForSequenceClassification,
        BertModel,
        BertTokenizer,
    )

    folder.mkdir()
    characters = sorted(set("怎样治理青石河先截污水再种柳树最后立规矩"))
    vocabulary = {
        token: number for number, token in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters])
    }
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=128,
        initializer_range=1.0,
    )
    config.num_labels = labels or 1
    model = BertModel(config) if labels is None else BertForSequenceClassification(config)
    model.save_pretrained(folder)
    BertTokenizer(vocab=vocabulary).save_pretrained(folder)
    return str(folder)


@pytest.fixture
def plain(index: Path, encoder: ToyEncoder) -> Retriever:
    """A retriever of the tiny corpus without a reranker."""
    return Retriever.open(index, encoder=encoder)


def test_hits_come_in_its_order_with_the_probabilities_of_their_places(index: Path, plain: Retriever) -> None:
    """The passages are those of the first stage, in another order; the probabilities stay where they were."""
    second = Backwards()
    with plain, Retriever.open(index, encoder=ToyEncoder(), reranker=second) as retriever:
        before, after = plain.search(QUESTION, DEPTH + 3), retriever.search(QUESTION, DEPTH + 3)

    assert [hit.passage for hit in after[:DEPTH]] == [hit.passage for hit in reversed(before[:DEPTH])]
    assert [hit.passage for hit in after[DEPTH:]] == [hit.passage for hit in before[DEPTH:]]
    assert [hit.score for hit in after] == [hit.score for hit in before]
    assert {(hit.passage.id, hit.highlight) for hit in after} == {(hit.passage.id, hit.highlight) for hit in before}
    assert len(second.asked[0][1]) == DEPTH


def test_it_looks_deeper_than_what_is_wanted(index: Path, plain: Retriever) -> None:
    """The best one can come from place ten though only one is asked for."""
    with plain, Retriever.open(index, encoder=ToyEncoder(), reranker=Backwards()) as retriever:
        before, (best,) = plain.search(QUESTION, DEPTH), retriever.search(QUESTION, 1)

    assert best.passage == before[-1].passage


@pytest.mark.parametrize("question", [QUESTION, OFF_TOPIC, "图书馆几点关门？"])
def test_a_refusal_does_not_depend_on_it(index: Path, plain: Retriever, question: str) -> None:
    """Found, confidence and the number of hits are those of the first stage."""
    with plain, Retriever.open(index, encoder=ToyEncoder(), reranker=Backwards()) as retriever:
        before, after = plain.ask(question), retriever.ask(question)

    assert (after.found, after.confidence, len(after.hits)) == (before.found, before.confidence, len(before.hits))


def test_filters_and_no_hits(index: Path) -> None:
    """It sees what the filters leave; where nothing is wanted it is not asked."""
    second = Backwards()
    with Retriever.open(index, encoder=ToyEncoder(), reranker=second) as retriever:
        found = retriever.search(QUESTION, 3, source="图书馆建设讲话.txt")
        assert retriever.search(QUESTION, 0) == []

    assert {hit.passage.source for hit in found} == {"图书馆建设讲话.txt"}
    assert len(second.asked) == 1


def test_it_goes_on_after_a_rebuild(corpus: Path, tmp_path: Path) -> None:
    """A retriever that changes over to a new generation keeps its reranker."""
    build_index(corpus, tmp_path / "neu", encoder=ToyEncoder())
    second = Backwards()
    with Retriever.open(tmp_path / "neu", encoder=ToyEncoder(), reranker=second) as retriever:
        retriever.search(QUESTION, 1)
        (corpus / "新.txt").write_text(
            "治水讲话\n\n同志们：\n\n青石河治理要一条心，干部群众齐动手。\n", encoding="utf-8"
        )
        build_index(corpus, tmp_path / "neu", encoder=ToyEncoder())
        retriever.search(QUESTION, 1)

    assert len(second.asked) == 2


@given(st.lists(st.floats(allow_nan=False), max_size=30))
def test_nothing_is_lost_or_doubled(scores: list[float]) -> None:
    """Whatever it says, the items are the same; those beyond its depth stay where they are; equals keep their order."""
    items = list(range(len(scores)))

    class Given:
        def scores(self, _question: str, texts: Sequence[str]) -> list[float]:
            return scores[: len(texts)]

    ordered = reranked(Given(), "问", items, [str(item) for item in items])

    assert ordered[DEPTH:] == items[DEPTH:]
    assert ordered[:DEPTH] == sorted(items[:DEPTH], key=lambda item: (-scores[item], item))


def test_a_cross_encoder_from_a_folder(tmp_path: Path, index: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The real way in: a stored model is loaded and orders; a pair's score does not hang on its neighbours."""
    folder = toy_model(tmp_path / "小模型")
    caplog.set_level(logging.INFO)

    second = open_reranker(folder)
    texts = ["先截污水", "再种柳树，最后立规矩", "先截污水，再种柳树，最后立规矩"]
    scores = second.scores("怎样治理青石河", texts)
    alone = [second.scores("怎样治理青石河", [text])[0] for text in texts]
    with Retriever.open(index, encoder=ToyEncoder(), reranker=folder) as retriever:
        hits = retriever.search(QUESTION, DEPTH)

    assert len(set(scores)) == 3
    assert scores == pytest.approx(alone, abs=1e-5)
    judged = second.scores(QUESTION, [hit.passage.text for hit in hits])
    assert judged == sorted(judged, reverse=True)
    assert [record for record in caplog.records if record.name.startswith(("transformers", "sentence"))] == []


@pytest.mark.parametrize("labels", [3, None])
def test_what_is_no_reranker_is_refused(tmp_path: Path, labels: int | None) -> None:
    """Several scores for a pair, or a head that would be random: one line that names the setting."""
    with pytest.raises(
        ModelError, match=r"^无法使用重排序模型 .*（它不是给问题和段落打一个分的重排序模型），请检查 SPEECHBOT_RERANKER"
    ):
        open_reranker(toy_model(tmp_path / "别的", labels=labels))


def test_a_missing_one_is_named(tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No folder, no such name: an error, before any question."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    (tmp_path / "空").mkdir()
    for name in (str(tmp_path / "空"), "nobody/no-such-reranker"):
        with pytest.raises(ModelError, match=r"请检查 SPEECHBOT_RERANKER，留空即不用$"):
            Retriever.open(index, encoder=ToyEncoder(), reranker=name)


def test_without_a_reranker_no_torch() -> None:
    """Nothing heavy is loaded for what is off."""
    code = "import sys, speechbot, speechbot.engine, speechbot.reranking; print('torch' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8")  # noqa: S603 - our own code

    assert done.stdout == "False\n"
