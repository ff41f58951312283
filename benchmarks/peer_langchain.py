"""LangChain as a contestant: ``EnsembleRetriever`` over FAISS and ``BM25Retriever``, half and half.

BM25 gets bigrams through ``preprocess_func``, which is there for this; jieba's words, the usual choice, did worse. FAISS has
``save_local``; ``BM25Retriever`` has no way of saving, and is pickled.
"""

from __future__ import annotations

import pickle
import re
from typing import TYPE_CHECKING, Any

import peer_model
from peer_protocol import BIGRAMS, TOP, Peer, Text, run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

peer_model.stand_in()
ENCODING = peer_model.watched()

from langchain_classic.retrievers import EnsembleRetriever  # noqa: E402 - after the stand-in
from langchain_community.retrievers import BM25Retriever  # noqa: E402
from langchain_community.vectorstores import FAISS  # noqa: E402
from langchain_core.documents import Document  # noqa: E402
from langchain_huggingface import HuggingFaceEmbeddings  # noqa: E402


def embeddings() -> Any:  # noqa: ANN401 - known in its own environment only
    """Load the model."""
    return HuggingFaceEmbeddings(
        model_name=peer_model.FOLDER,
        model_kwargs={"device": "cpu", "trust_remote_code": True},
        encode_kwargs={"prompt": peer_model.PASSAGE},
        query_encode_kwargs={"prompt": peer_model.QUERY},
    )


def prepare(_texts: Sequence[Text], _index: Path) -> Any:  # noqa: ANN401 - likewise
    """Load the model."""
    return embeddings()


def build(model: Any, texts: Sequence[Text], index: Path) -> None:  # noqa: ANN401 - likewise
    """Both indexes, both saved."""
    documents = [Document(page_content=passage.text, metadata={"id": passage.id}) for passage in texts]
    FAISS.from_documents(documents, model).save_local(str(index))
    words = BM25Retriever.from_documents(documents, preprocess_func=re.compile(BIGRAMS).findall, k=TOP)
    (index / "bm25.pickle").write_bytes(pickle.dumps(words))


def load(index: Path) -> Callable[[str], list[str]]:
    """Open both, put them together."""
    store = FAISS.load_local(str(index), embeddings(), allow_dangerous_deserialization=True)
    words = pickle.loads((index / "bm25.pickle").read_bytes())  # noqa: S301 - ours
    near = store.as_retriever(search_kwargs={"k": TOP})
    retriever = EnsembleRetriever(retrievers=[words, near], weights=[0.5, 0.5], id_key="id")
    return lambda question: [document.metadata["id"] for document in retriever.invoke(question)]


if __name__ == "__main__":
    run(Peer(prepare, build, load, ENCODING))
