"""Haystack as a contestant: in-memory BM25 and embedding retrievers, ``DocumentJoiner`` by reciprocal rank fusion.

The store's default pattern takes every Chinese character for a word; ``bm25_tokenization_regex`` for every two does better.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import peer_model
from peer_protocol import BIGRAMS, TOP, Peer, Text, run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"
peer_model.stand_in()
ENCODING = peer_model.watched()

from haystack import Document, Pipeline  # noqa: E402 - after the stand-in
from haystack.components.joiners import DocumentJoiner  # noqa: E402
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever  # noqa: E402
from haystack.document_stores.in_memory import InMemoryDocumentStore  # noqa: E402
from haystack_integrations.components.embedders.sentence_transformers import (  # noqa: E402
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

MODEL: dict[str, Any] = {"model": peer_model.FOLDER, "trust_remote_code": True, "progress_bar": False}


def prepare(_texts: Sequence[Text], _index: Path) -> Any:  # noqa: ANN401 - known in its own environment only
    """Load the model."""
    embedder = SentenceTransformersDocumentEmbedder(prefix=peer_model.PASSAGE, **MODEL)
    embedder.warm_up()
    return embedder


def build(embedder: Any, texts: Sequence[Text], index: Path) -> None:  # noqa: ANN401 - likewise
    """Embed, write, save."""
    documents = [Document(id=passage.id, content=passage.text) for passage in texts]
    store = InMemoryDocumentStore(
        bm25_tokenization_regex=BIGRAMS, embedding_similarity_function="cosine", return_embedding=False
    )
    store.write_documents(embedder.run(documents=documents)["documents"])
    store.save_to_disk(str(index / "store.json"))


def load(index: Path) -> Callable[[str], list[str]]:
    """Open the store, put the pipeline together."""
    store = InMemoryDocumentStore.load_from_disk(str(index / "store.json"))
    pipeline = Pipeline()
    pipeline.add_component("embedder", SentenceTransformersTextEmbedder(prefix=peer_model.QUERY, **MODEL))
    pipeline.add_component("near", InMemoryEmbeddingRetriever(document_store=store, top_k=TOP))
    pipeline.add_component("words", InMemoryBM25Retriever(document_store=store, top_k=TOP))
    pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=TOP))
    pipeline.connect("embedder.embedding", "near.query_embedding")
    pipeline.connect("near", "joiner")
    pipeline.connect("words", "joiner")
    pipeline.warm_up()

    def search(question: str) -> list[str]:
        found = pipeline.run({"embedder": {"text": question}, "words": {"query": question}})
        return [document.id for document in found["joiner"]["documents"]]

    return search


if __name__ == "__main__":
    run(Peer(prepare, build, load, ENCODING))
