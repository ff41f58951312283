"""txtai as a contestant: hybrid search by its own BM25 and faiss, scores added at its default weights.

Its default tokenizer takes every Chinese character for a word; ``ngrams`` of two do better.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import peer_model
from peer_protocol import TOP, Peer, Text, run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

peer_model.stand_in()
ENCODING = peer_model.watched()

from txtai import Embeddings  # noqa: E402 - after the stand-in

SETTINGS: dict[str, Any] = {
    "path": peer_model.FOLDER,
    "method": "sentence-transformers",  # prompts are the model's own: txtai calls encode_query and encode_document
    "vectors": {"trust_remote_code": True},
    # hybrid=True, spelt out: only so can the tokenizer be chosen
    "scoring": {"method": "bm25", "terms": True, "normalize": True, "tokenizer": {"ngrams": 2}},
    "content": True,
}


def prepare(_texts: Sequence[Text], _index: Path) -> Any:  # noqa: ANN401 - txtai publishes no types
    """Load the model."""
    return Embeddings(**SETTINGS)


def build(embeddings: Any, texts: Sequence[Text], index: Path) -> None:  # noqa: ANN401 - likewise
    """Index and save."""
    embeddings.index((passage.id, passage.text, None) for passage in texts)
    embeddings.save(str(index))


def load(index: Path) -> Callable[[str], list[str]]:
    """Open the index."""
    embeddings = Embeddings()
    embeddings.load(str(index))
    return lambda question: [row["id"] for row in embeddings.search(question, TOP)]


if __name__ == "__main__":
    run(Peer(prepare, build, load, ENCODING))
