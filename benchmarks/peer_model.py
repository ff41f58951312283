"""The bundled model for the peers, through sentence-transformers as each of them loads any model.

The folder's ``modules.json`` names ``speechbot.sentence.OnnxInput``. Importing ``speechbot`` would import all of it, so a
bare package of that name stands in: the peers load the model's modules and nothing else of ours.
"""

from __future__ import annotations

import functools
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from peer_protocol import Encoding

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE = Path(__file__).resolve().parent.parent / "src" / "speechbot"
FOLDER = str(SOURCE / "bundled")
QUERY, PASSAGE = "query: ", "passage: "  # what the model was trained with


def stand_in() -> None:
    """Make ``speechbot.sentence`` importable, and nothing of ours be imported with it."""
    package = ModuleType("speechbot")
    package.__path__ = [str(SOURCE)]
    sys.modules["speechbot"] = package


def watched() -> Encoding:
    """Count and time all that goes through ``SentenceTransformer.encode`` in this process."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - after the stand-in, where there is one

    encoding, encode = Encoding(), SentenceTransformer.encode

    @functools.wraps(encode)
    def clocked(self: Any, inputs: Any, *positional: Any, **options: Any) -> Any:  # noqa: ANN401 - as it comes
        clock = time.perf_counter()
        vectors = encode(self, inputs, *positional, **options)
        encoding.seconds += time.perf_counter() - clock
        encoding.texts += 1 if isinstance(inputs, str) else len(inputs)
        encoding.last = [float(value) for value in (vectors if isinstance(inputs, str) else vectors[0])]
        encoding.first = encoding.first or encoding.last
        return vectors

    wrapper: Callable[..., Any] = clocked
    SentenceTransformer.encode = wrapper  # type: ignore[method-assign]
    return encoding
