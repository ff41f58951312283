"""Questions made from the passages themselves: a word or a short phrase, as people type into a search box.

The labelled sets hold whole sentences only. A phrase is answered by every passage that holds it, and by no other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from speechbot.language.text import fold
from speechbot.language.words import STOP_WORDS, query_terms, segment
from speechbot.ranking import Query

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from pools import Pool

    from speechbot.encoder import OnnxEncoder

_HAN = re.compile(r"[\u4e00-\u9fff]{2,}")
_LONGEST = 8  # characters; what is longer is a sentence
_WORDS = (1, 1, 2, 3)  # how many words a phrase has, each as likely as the others


@dataclass(frozen=True)
class Phrase:
    """A phrase as a question to a pool.

    Attributes:
        query: The phrase as an index sees it.
        gold: Rows of the pool that hold it; empty when none does.
    """

    query: Query
    gold: NDArray[np.int64]


def phrases(pool: Pool, elsewhere: Sequence[str], count: int, rng: random.Random, encoder: OnnxEncoder) -> list[Phrase]:
    """``count`` phrases of the pool's passages, and as many of texts ``elsewhere`` that none of them holds."""
    texts = [fold(pool.labelled.passages[row].text) for row in pool.rows.tolist()]
    inside = _drawn(texts, rng)
    outside = (phrase for phrase in _drawn([fold(text) for text in elsewhere], rng) if not _holding(texts, phrase))
    chosen = [next(source) for source in (inside, outside) for _ in range(count)]
    vectors = encoder.encode_queries(chosen)
    return [
        Phrase(Query(vector, query_terms(phrase)), np.array(_holding(texts, phrase), np.int64))
        for phrase, vector in zip(chosen, vectors, strict=True)
    ]


def _holding(texts: Sequence[str], phrase: str) -> list[int]:
    return [row for row, text in enumerate(texts) if phrase in text]


def _drawn(texts: Sequence[str], rng: random.Random) -> Iterator[str]:
    """Phrases without end: consecutive words of one passage, among them one that says something."""
    while True:
        run = rng.choice(_HAN.findall(rng.choice(texts)) or [""])
        words = segment(run)
        number = rng.choice(_WORDS)
        first = rng.randrange(max(1, len(words) - number + 1))
        chosen = words[first : first + number]
        phrase = "".join(chosen)
        if 2 <= len(phrase) <= _LONGEST and any(len(word) > 1 and word not in STOP_WORDS for word in chosen):
            yield phrase
