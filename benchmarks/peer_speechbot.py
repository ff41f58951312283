"""speechbot as a contestant: files to ``build_index``, questions to ``Retriever.search``.

A passage is a file of its own: a number for a title, which no question asks for, a salutation so that what follows is body,
then the passage in one line. The parser makes one passage of each and leaves nothing out. A hit counts for the passage in
whose file it stands, a paragraph that stands in several files for all of them in turn.
"""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from measures import fresh
from peer_protocol import TOP, Encoding, Peer, Text, run

from speechbot import Retriever, build_index

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from speechbot.encoder import Encoder


def write(texts: Sequence[Text], corpus: Path) -> None:
    """A file for each passage, named after it."""
    fresh(corpus)
    for number, passage in enumerate(texts):
        body = " ".join(passage.text.split("\n"))
        page = f"第{number}号材料\n\n同志们：\n\n{body}\n"
        (corpus / f"{passage.id}.txt").write_text(page, encoding="utf-8")


def prepare(texts: Sequence[Text], index: Path) -> tuple[Encoder, Path]:
    """Write the files, load the model."""
    from speechbot.encoder import open_encoder  # noqa: PLC0415 - loads torch

    corpus = index.with_name(f"{index.name}.corpus")
    write(texts, corpus)
    return open_encoder(indexing=True), corpus


def build(ready: tuple[Encoder, Path], texts: Sequence[Text], index: Path) -> None:
    """Files to an index."""
    encoder, corpus = ready
    report = build_index(corpus, index, encoder=encoder, strict=True)
    assert report.sources == len(texts)


def load(index: Path) -> Callable[[str], list[str]]:
    """Open the index."""
    retriever = Retriever.open(index)

    def search(question: str) -> list[str]:
        hits = retriever.search(question, TOP)
        places = chain.from_iterable((hit.passage, *hit.places) for hit in hits)
        return list(dict.fromkeys(Path(place.source).stem for place in places))

    return search


def encoding() -> Encoding:
    """Watch the model where it is loaded through sentence-transformers: when building."""
    if "build" not in sys.argv:
        return Encoding()
    from peer_model import watched  # noqa: PLC0415 - loads torch

    return watched()


if __name__ == "__main__":
    run(Peer(prepare, build, load, encoding()))
