"""What the tests share: a toy encoder, a tiny corpus, an index built of both."""

from __future__ import annotations

import os
import shutil
import zlib
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import settings

from speechbot import Retriever
from speechbot.indexing.generation import Content
from speechbot.indexing.indexer import build_index
from speechbot.indexing.lexical import LexicalFields
from speechbot.indexing.manifest import PROBE, ModelCard
from speechbot.indexing.pieces import Fresh
from speechbot.models import Passage, Source, Speech

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from tests.telegram_kit import Rig

pytest.register_assert_rewrite("tests.telegram_kit", "tests.telegram_html", "tests.offline")

DATA = Path(__file__).parent / "data"

# The same examples in every run, so that a failure comes back. `pytest --hypothesis-profile=explore` looks for new ones.
settings.register_profile("reproducible", derandomize=True, database=None, deadline=None)
settings.register_profile("explore", max_examples=3000, deadline=None)
settings.load_profile("reproducible")

# Times as timedelta, as python-telegram-bot will always give them; without it, it warns, which is an error here.
os.environ["PTB_TIMEDELTA"] = "true"


class ToyEncoder:
    """Counts a text's character bigrams into 64 hashed places: alike texts get alike vectors, always the same ones.

    Attributes:
        encoded: Every passage text encoded for an index so far.
        checked: Every other one: a self-test reports no progress. The manifest's probe sentence is left out of both.
    """

    def __init__(self, *, name: str = "toy", dim: int = 64, salt: int = 0) -> None:
        """Set up; another ``salt`` makes another model."""
        self.name = name
        self.dim = dim
        self.encoded: list[str] = []
        self.checked: list[str] = []
        self._salt = salt

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of questions: ``(n, dim)`` float32."""
        return np.array([self._vector(text) for text in texts], np.float32).reshape(len(texts), self.dim)

    def encode_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Unit vectors of passages: ``(n, dim)`` float32."""
        found = self.checked if progress is None else self.encoded
        found += [text for text in texts if text != PROBE]
        (progress or (lambda _done: None))(len(texts))
        return self.encode_queries(texts)

    def _vector(self, text: str) -> NDArray[np.float32]:
        vector = np.full(self.dim, 0.01, np.float32)
        for first, second in pairwise(text):
            vector[zlib.crc32((first + second).encode(), self._salt) % self.dim] += 1
        unit: NDArray[np.float32] = vector / np.linalg.norm(vector)
        return unit


@pytest.fixture
def encoder() -> ToyEncoder:
    """A fresh toy encoder."""
    return ToyEncoder()


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A copy of the tiny corpus, two speeches of about ten paragraphs each, that a test may change."""
    folder = tmp_path / "材料"
    shutil.copytree(DATA / "corpus", folder)
    return folder


@pytest.fixture(scope="session")
def shared_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the tiny corpus by the toy encoder; for reading only."""
    index = tmp_path_factory.mktemp("shared") / "索引"
    build_index(DATA / "corpus", index, encoder=ToyEncoder())
    return index


@pytest.fixture(scope="session")
def real_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the tiny corpus by the bundled model, for the bot as a process; for reading only."""
    index = tmp_path_factory.mktemp("real") / "索引"
    build_index(DATA / "corpus", index)
    return index


@pytest.fixture
def index(shared_index: Path, tmp_path: Path) -> Path:
    """A copy of ``shared_index`` that a test may change."""
    folder = tmp_path / "索引"
    shutil.copytree(shared_index, folder)
    return folder


@pytest.fixture
def content() -> Content:
    """What a generation of one speech, two passages and three windows is written from."""
    text = "治河讲话\n先截污水。再种柳树。\n最后立规矩。\n"
    passages = tuple(
        Passage(f"{n:016x}", text[start:end], "治河讲话", (), "治河.txt", n, start, end)
        for n, (start, end) in enumerate([(5, 15), (16, 22)], 1)
    )
    encoder = ToyEncoder()
    return Content(
        pieces=(
            Fresh(
                Source("治河.txt", "utf-8", "aa", text),
                (Speech("治河讲话", "治河.txt", 0, len(text), (), passages),),
                np.array([(0, 0, 5), (0, 5, 10), (1, 0, 6)], np.int32),
            ),
        ),
        before=None,
        vectors=[encoder.encode_passages(["先截污水。", "再种柳树。", "最后立规矩。"])],
        lexical=LexicalFields.build([("截", "污水", "种", "柳树"), ("立", "规矩")], [(), ("规矩",)]),
        model=ModelCard.of(encoder),
        created="2026-01-01T00:00:00+00:00",
        version="0.1.0",
        words=("河长 100",),
    )


@pytest.fixture(scope="session")
def shared_retriever(shared_index: Path) -> Iterator[Retriever]:
    """A retriever on ``shared_index``."""
    with Retriever.open(shared_index, encoder=ToyEncoder()) as found:
        yield found


@pytest.fixture(scope="session")
def wide_retriever(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    """A retriever on materials that do not fit: long paragraphs and sections, many speeches."""
    from tests.telegram_kit import wide_corpus  # noqa: PLC0415 - other tests need no Telegram

    folder = tmp_path_factory.mktemp("wide")
    wide_corpus(folder / "材料")
    build_index(folder / "材料", folder / "索引", encoder=ToyEncoder())
    with Retriever.open(folder / "索引", encoder=ToyEncoder()) as found:
        yield found


@pytest.fixture
def rigged(shared_retriever: Retriever, tmp_path: Path) -> Iterator[Callable[..., Rig]]:
    """Makes bots in process, each by its settings, on the tiny corpus unless given another ``retriever``."""
    from tests.telegram_kit import Rig  # noqa: PLC0415 - other tests need no Telegram

    made: list[Rig] = []

    def make(
        *, retriever: Retriever = shared_retriever, state: Path = tmp_path / "state.sqlite", **options: Any
    ) -> Rig:
        made.append(Rig(retriever, state, **options))
        return made[-1]

    yield make
    for rig in made:
        rig.close()


@pytest.fixture
def rig(rigged: Callable[..., Rig]) -> Rig:
    """A bot in process that is open to everybody."""
    return rigged()


@pytest.fixture(scope="module")
def shared_rig(shared_retriever: Retriever, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A bot in process, without limits, that the examples of a property share."""
    from tests.telegram_kit import Rig  # noqa: PLC0415 - other tests need no Telegram

    rig = Rig(shared_retriever, tmp_path_factory.mktemp("shared") / "state.sqlite", questions_per_minute=0)
    yield rig
    rig.close()
