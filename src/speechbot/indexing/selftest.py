"""What a generation has to pass before it is published, and may be asked again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from speechbot.engine import Engine, Filters
from speechbot.errors import SelfTestFailed
from speechbot.indexing.embedding import window_texts
from speechbot.indexing.manifest import SAME_MODEL
from speechbot.wording import zh_errors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from speechbot.encoder import Encoder
    from speechbot.evaluation import Question
    from speechbot.indexing.generation import Generation

# Windows that are encoded again: a model that changed unnoticed shows in any, a damaged stretch in one of many.
_SAMPLE = 16
# Hits among which a question's gold passage counts as found: what ``ask`` gives by default.
_DEPTH = 3
_NAMED = 3  # questions that an error names


def reproduces(generation: Generation, encoder: Encoder) -> bool:
    """Whether a few windows, evenly spread, that are encoded again give the stored vectors."""
    rows = np.unique(np.linspace(0, len(generation.windows) - 1, _SAMPLE).astype(np.int64))
    places = generation.windows[rows].copy()
    passages = generation.catalog.passages(places[:, 0].tolist())
    places[:, 0] = np.arange(len(rows))
    stored, again = generation.vectors.vectors(rows), encoder.encode_passages(window_texts(passages, places))
    # NaN is no likeness either
    return stored.shape == again.shape and bool((np.einsum("ij,ij->i", stored, again) >= SAME_MODEL).all())


def check_vectors(generation: Generation, encoder: Encoder, *, index: Path) -> None:
    """Raise SelfTestFailed unless the vectors reproduce: the model, its runtime or the file has changed otherwise."""
    if not reproduces(generation, encoder):
        raise SelfTestFailed(index, zh_errors.SELF_TEST_VECTORS)


class Compared(NamedTuple):
    """What a new generation is compared with.

    Attributes:
        before: The live generation, None where there is none or another model made it.
        first: Whether there is no live generation.
    """

    before: Generation | None
    first: bool


def check_gold(
    generation: Generation, compared: Compared, encoder: Encoder, gold: Sequence[Question], *, index: Path
) -> tuple[str, ...]:
    """Ask the gold questions: what the live generation finds, the new one must find as well.

    Of a live generation by another model nothing can be asked: the new one must find everything. A first generation
    may miss some, since any answer is better than none.

    Args:
        generation: The new generation.
        compared: What it must not fall behind.
        encoder: The model of both.
        gold: Questions with their known answers; an unanswerable one must be refused.
        index: The index folder, for the error.

    Returns:
        Ids of the questions that it does not answer as it should, but that stop nothing.

    Raises:
        SelfTestFailed: A question lost its answer.
    """
    missed = [question for question in gold if not _holds(Engine(generation, encoder), question)]
    lost = [] if compared.first else missed
    if compared.before is not None:
        lost = [one for one in missed if _holds(Engine(compared.before, encoder), one)]
    if lost:
        names = zh_errors.CONFIG_SEPARATOR.join(f"{one.id} {one.question}" for one in lost[:_NAMED])
        raise SelfTestFailed(index, zh_errors.SELF_TEST_GOLD.format(count=len(lost), questions=names))
    return tuple(question.id for question in missed)


def _holds(engine: Engine, question: Question) -> bool:
    """Whether a question gets what it should: one of its passages among the first hits, or a refusal."""
    if not question.gold:
        return not engine.ask(question.question, _DEPTH, Filters()).found
    hits = engine.search(question.question, _DEPTH, Filters())
    return any(snippet in hit.passage.text for hit in hits for snippet in question.gold)
