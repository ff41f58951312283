"""LlamaIndex as a contestant: ``QueryFusionRetriever`` with reciprocal_rerank over FAISS and ``BM25Retriever``.

``BM25Retriever`` takes no tokenizer any more, only a pattern; its default takes a whole clause of Chinese for one word. The
pattern here takes every two neighbouring characters. It is not saved with the index and has to be given again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import peer_model
from peer_protocol import BIGRAMS, TOP, Peer, Text, run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

peer_model.stand_in()
ENCODING = peer_model.watched()

import faiss  # noqa: E402 - after the stand-in
from llama_index.core import StorageContext, VectorStoreIndex, load_index_from_storage  # noqa: E402
from llama_index.core.llms import MockLLM  # noqa: E402
from llama_index.core.retrievers import QueryFusionRetriever  # noqa: E402
from llama_index.core.schema import TextNode  # noqa: E402
from llama_index.embeddings.huggingface import HuggingFaceEmbedding  # noqa: E402
from llama_index.retrievers.bm25 import BM25Retriever  # noqa: E402
from llama_index.vector_stores.faiss import FaissVectorStore  # noqa: E402

DIMENSION = 384
LONGEST = 512  # tokens, where the model cuts anyway; the class wants to be told


def embeddings() -> Any:  # noqa: ANN401 - known in its own environment only
    """Load the model."""
    return HuggingFaceEmbedding(
        model_name=peer_model.FOLDER,
        trust_remote_code=True,
        device="cpu",
        max_length=LONGEST,
        query_instruction=peer_model.QUERY,
        text_instruction=peer_model.PASSAGE,
    )


def prepare(_texts: Sequence[Text], _index: Path) -> Any:  # noqa: ANN401 - likewise
    """Load the model."""
    return embeddings()


def build(model: Any, texts: Sequence[Text], index: Path) -> None:  # noqa: ANN401 - likewise
    """Both indexes, both saved."""
    nodes = [TextNode(id_=passage.id, text=passage.text) for passage in texts]
    store = FaissVectorStore(faiss_index=faiss.IndexFlatIP(DIMENSION))
    context = StorageContext.from_defaults(vector_store=store)
    vectors = VectorStoreIndex(nodes, storage_context=context, embed_model=model)
    vectors.storage_context.persist(persist_dir=str(index))
    words = BM25Retriever.from_defaults(
        nodes=nodes, similarity_top_k=TOP, token_pattern=BIGRAMS, skip_stemming=True, language="zh"
    )
    words.persist(str(index / "bm25"))


def load(index: Path) -> Callable[[str], list[str]]:
    """Open both, put them together."""
    store = FaissVectorStore.from_persist_dir(str(index))
    context = StorageContext.from_defaults(vector_store=store, persist_dir=str(index))
    vectors = load_index_from_storage(context, embed_model=embeddings())
    words = BM25Retriever.from_persist_dir(str(index / "bm25"))
    words.token_pattern, words.skip_stemming = BIGRAMS, True
    retriever = QueryFusionRetriever(
        [vectors.as_retriever(similarity_top_k=TOP), words],
        llm=MockLLM(),  # writes no further questions: one is asked
        num_queries=1,
        mode="reciprocal_rerank",
        similarity_top_k=TOP,
        use_async=False,
    )
    return lambda question: [found.node.node_id for found in retriever.retrieve(question)]


if __name__ == "__main__":
    run(Peer(prepare, build, load, ENCODING))
