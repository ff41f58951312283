"""Ranking compared with a naive computation of the same evidence."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from speechbot.calibration import Calibration
from speechbot.indexing.fields import lexical_fields
from speechbot.indexing.lexical import LexicalIndex
from speechbot.indexing.vectors import VectorIndex
from speechbot.language.sentences import sentence_spans
from speechbot.language.text import fold
from speechbot.language.words import Term, query_terms, tokens
from speechbot.models import Passage
from speechbot.ranking import Query, Ranked, Ranker, Terms
from tests.conftest import DATA, ToyEncoder
from tests.test_lexical import naive as bm25

if TYPE_CHECKING:
    from collections.abc import Sequence

WEIGHTS = Calibration(
    cosine=0.3,
    heading=1.2,
    slope=3.0,
    nearest=2.0,
    covered=1.5,
    log_passages=-0.7,
    intercept=-4.0,
    behind=0.4,
    gap=5.0,
    cutoff=0.5,
)
QUESTIONS = (
    "购书经费怎么花？",
    "青石河全长多少公里？",
    "谁在冬天把书捎进村？",
    "電魚毒魚怎麼處理？",
    "火星上有没有水？",
)
TEXTS = tuple(
    line
    for path in sorted((DATA / "corpus").iterdir())
    for line in path.read_text(encoding="utf-8").splitlines()
    if line.endswith("。")
)
HEADINGS = tuple(f"第{row % 4}章，{'购书经费' if row % 4 == 1 else '河长'}" for row in range(len(TEXTS)))
# One window for each sentence, so that passages have several.
PLACES = tuple((row, start, end) for row, text in enumerate(TEXTS) for start, end in sentence_spans(text))


class Pool:
    """Passages with their windows, and the evidence computed the slow way."""

    def __init__(
        self, texts: Sequence[str], *, places: Sequence[tuple[int, int, int]] = (), headings: Sequence[str] = ()
    ) -> None:
        """Index the texts; by default each is one window without a heading."""
        self.texts = texts
        self.places = places or [(row, 0, len(text)) for row, text in enumerate(texts)]
        self.headings = headings or [""] * len(texts)
        windows = np.array(self.places, np.int32)
        passages = [
            Passage(str(row), text, "讲话", (heading,), "讲话.txt", row + 1, 0, len(text))
            for row, (text, heading) in enumerate(zip(texts, self.headings, strict=True))
        ]
        index = VectorIndex.build(
            ToyEncoder().encode_passages([fold(texts[row][start:end]) for row, start, end in self.places])
        )
        self.vectors = index.vectors(range(len(index)))
        self.lexical = lexical_fields(passages)
        self.ranker = Ranker(index, windows, self.lexical, WEIGHTS)

    def rank(self, question: str, k: int, *, rows: list[int] | None = None) -> list[Ranked]:
        """What the ranker says."""
        query = Query(ToyEncoder().encode_queries([fold(question)])[0], query_terms(question))
        return self.ranker.rank(query, k, rows=None if rows is None else np.array(rows, np.int64))

    def naive(self, question: str, rows: Sequence[int]) -> list[tuple[int, list[int], float, float]]:
        """Row, windows, score and probability of each passage."""
        corpus = [tokens(text) for text in self.texts]
        weights = naive_weights(question, {token for words in corpus for token in words})
        body, mass = share(corpus, weights), weighted(corpus, weights)
        cosines = self.vectors @ ToyEncoder().encode_queries([fold(question)])[0]
        standard = (cosines - cosines.mean()) / cosines.std()
        mine = {row: [w for w, (own, _, _) in enumerate(self.places) if own == row] for row in range(len(self.texts))}
        above = [set(tokens(heading)) for heading in self.headings]
        nearest = max(float(cosines[w]) for row in rows for w in mine[row])
        covered = max(part(mass, above[row] | set(corpus[row])) for row in rows)
        scores = []
        for row in rows:
            score = WEIGHTS.cosine * max(float(standard[w]) for w in mine[row])
            score += body[row] + WEIGHTS.heading * part(mass, above[row])
            scores.append(score)
        best = max(scores)
        logit = WEIGHTS.slope * best + WEIGHTS.nearest * nearest + WEIGHTS.intercept
        logit += WEIGHTS.covered * covered + WEIGHTS.log_passages * math.log(len(rows))
        found = []
        for row, score in zip(rows, scores, strict=True):
            own = logit if score == best else logit - WEIGHTS.behind - WEIGHTS.gap * (best - score)
            found.append((row, mine[row], score, 1 / (1 + math.exp(-own))))
        return found


def naive_weights(question: str, known: set[str]) -> dict[str, float]:
    """Weight of each token: every character of the question shared by the tokens that cover it."""
    terms = [term for term in query_terms(question) if term.token in known or not term.spelt]
    weights: dict[str, float] = {}
    for term in terms:
        places = range(term.start, term.end)
        own = sum(1 / sum(other.start <= at < other.end for other in terms) for at in places)
        own *= term.width / len(places)
        weights[term.token] = max(own, weights.get(term.token, 0))
    return weights


def part(mass: dict[str, float], held: set[str]) -> float:
    """Share of the question's mass that is held."""
    return sum(weight for term, weight in mass.items() if term in held) / sum(mass.values())


def weighted(corpus: list[list[str]], weights: dict[str, float]) -> dict[str, float]:
    """Weight of each token times its inverse document frequency."""
    df = {term: sum(term in words for words in corpus) for term in weights}
    return {
        term: weight * math.log(1 + (len(corpus) - df[term] + 0.5) / (df[term] + 0.5))
        for term, weight in weights.items()
    }


def share(corpus: list[list[str]], weights: dict[str, float]) -> list[float]:
    """BM25 of every row over the most that a row could have."""
    rows = [bm25(corpus, [term]) for term in weights]
    most = sum(weighted(corpus, weights).values())
    return [
        sum(weight * scores[row] for weight, scores in zip(weights.values(), rows, strict=True)) / most
        for row in range(len(corpus))
    ]


@pytest.fixture(scope="module")
def pool() -> Pool:
    """The tiny corpus, twenty passages with a window for each sentence, under made-up headings."""
    return Pool(TEXTS, places=PLACES, headings=HEADINGS)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("rows", [None, [0, 1, 2], [7], list(range(10, 20))], ids=["all", "three", "one", "half"])
def test_evidence_is_that_of_a_naive_computation(pool: Pool, question: str, rows: list[int] | None) -> None:
    """Windows, score and probability of every passage, with and without a filter."""
    found = sorted(pool.rank(question, 99, rows=rows), key=lambda ranked: ranked.row)
    expected = pool.naive(question, rows or range(20))

    assert [ranked.row for ranked in found] == [evidence[0] for evidence in expected]
    assert [list(range(*ranked.windows)) for ranked in found] == [evidence[1] for evidence in expected]
    actual = [(ranked.score, ranked.probability) for ranked in found]
    np.testing.assert_allclose(actual, [evidence[2:] for evidence in expected], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("question", "row"),
    [
        ("购书经费怎么花？", "购书经费要花"),
        ("電魚毒魚怎麼處理？", "电鱼毒鱼不行"),
        ("青石河全长多少公里？", "全长七十八"),
    ],
)
def test_the_answering_passage_comes_first(pool: Pool, question: str, row: str) -> None:
    """The passage that holds the answer leads."""
    assert row in TEXTS[pool.rank(question, 1)[0].row]


def test_windows_are_supported_by_their_cosines(pool: Pool) -> None:
    """The best window's support is what its cosine adds to the passage's score."""
    question = "购书经费怎么花？"
    ranked = pool.rank(question, 1)[0]
    query = Query(ToyEncoder().encode_queries([fold(question)])[0], query_terms(question))
    evidence, support = pool.ranker.evidence(query), pool.ranker.support(query, ranked)

    assert len(support) == ranked.windows[1] - ranked.windows[0] > 1
    assert support == pytest.approx(WEIGHTS.cosine * evidence.standard[slice(*ranked.windows)])
    assert max(support) == pytest.approx(WEIGHTS.cosine * float(evidence.cosine[ranked.row]))


@pytest.mark.parametrize("k", [0, -1, 1, 3, 20, 21, 1000])
def test_at_most_k_come_back(pool: Pool, k: int) -> None:
    """``min(k, n)`` passages, each once, best first; those of a larger ``k`` begin with those of a smaller."""
    found = pool.rank("购书经费怎么花？", k)

    assert len(found) == max(0, min(k, 20))
    assert len({ranked.row for ranked in found}) == len(found)
    assert [ranked.row for ranked in found] == [ranked.row for ranked in pool.rank("购书经费怎么花？", 20)][: max(k, 0)]
    assert [ranked.score for ranked in found] == sorted((ranked.score for ranked in found), reverse=True)


def test_no_row_to_choose_from_gives_nothing(pool: Pool) -> None:
    """An empty filter is no error."""
    assert pool.rank("购书经费怎么花？", 3, rows=[]) == []


def test_equal_passages_keep_the_order_of_the_corpus() -> None:
    """Ties are settled by row, the same way every time."""
    texts = ["购书经费要公开。", "河长每月巡河。", "购书经费要公开。", "购书经费要公开。"]
    pool = Pool(texts)

    assert [[ranked.row for ranked in pool.rank("购书经费", 4)] for _ in range(3)] == [[0, 2, 3, 1]] * 3


def test_headings_lift_what_stands_under_them() -> None:
    """Of two equal paragraphs the one under a heading of the question's words leads."""
    pool = Pool(["要公开透明。", "要公开透明。"], headings=["管河", "购书经费"])

    assert [ranked.row for ranked in pool.rank("购书经费要公开吗？", 2)] == [1, 0]


def test_probabilities_fall_with_scores(pool: Pool) -> None:
    """For one question the order by score is the order by probability."""
    found = [ranked.probability for ranked in pool.rank("购书经费怎么花？", 20)]

    assert found == sorted(found, reverse=True)
    assert all(0 <= probability <= 1 for probability in found)


def test_unknown_words_lower_the_shares(pool: Pool) -> None:
    """A word that no passage holds counts to the question's weight: nothing covers it all then."""
    passages = pool.lexical.passages
    known, extended = (Terms(query_terms(text), passages) for text in ("购书经费", "购书经费，航天飞机"))
    text = "购书经费要花在读者身上。"

    assert known.coverage(text) == pytest.approx(1)
    assert 0.1 < extended.coverage(text) < 0.6
    assert extended.match(passages).max() < known.match(passages).max() <= 1


def test_every_character_of_a_question_weighs_the_same() -> None:
    """A word of three characters, with its parts and bigrams, has half as much again as one of two, not more."""
    passages = LexicalIndex.build([tokens("图书馆"), tokens("河长")])
    terms = Terms(query_terms("图书馆，河长"), passages)

    # Every token stands in one of two passages, so that all have one inverse document frequency.
    assert terms.presence(passages).tolist() == pytest.approx([3 / 5, 2 / 5])


def test_words_that_are_cut_differently_are_matched_by_their_bigrams() -> None:
    """A word of the question that no passage holds as such takes nothing from a passage that spells it."""
    passages = LexicalIndex.build([["_大呼", "_呼隆"], ["_河长"]])
    question = [Term("大呼隆", 0, 3, 3, spelt=True), Term("_大呼", 0, 2, 2), Term("_呼隆", 1, 3, 2)]

    assert Terms(question, passages).presence(passages).tolist() == pytest.approx([1, 0])


def test_a_repeated_token_has_the_weight_of_its_weightiest_occurrence() -> None:
    """Once alone, once shared with a longer word: it weighs what it weighs alone."""
    passages = LexicalIndex.build([["甲"], ["乙"]])
    question = [Term("甲", 0, 1, 1), Term("甲", 1, 2, 1), Term("乙", 1, 2, 1)]

    assert Terms(question, passages).presence(passages).tolist() == pytest.approx([1 / 1.5, 0.5 / 1.5])


def test_presence_adds_up_over_fields() -> None:
    """What stands in either field counts once."""
    passages, headings = LexicalIndex.build([["甲"], ["乙"]]), LexicalIndex.build([["甲", "乙"], []])
    terms = Terms([Term("甲", 0, 1, 1), Term("乙", 1, 2, 1)], passages)

    assert terms.presence(passages, headings).tolist() == pytest.approx([1, 0.5])


def test_a_question_without_tokens_has_no_lexical_evidence(pool: Pool) -> None:
    """All shares are 0 instead of a division by zero."""
    evidence = pool.ranker.evidence(Query(ToyEncoder().encode_queries(["？！"])[0], query_terms("？！")))

    for values in (evidence.body, evidence.heading, evidence.presence):
        np.testing.assert_array_equal(values, np.zeros_like(values))
