"""Files whose index cannot be built, for reasons of the machine: told, and taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from speechbot.errors import StateError
from speechbot.telegram.deeds import look
from speechbot.wording import zh_admin
from tests.admin_desk import BOSS, Here, labels, office, run
from tests.test_uploads import Builder, upload, waiting

if TYPE_CHECKING:
    from pathlib import Path


class Forkless(Here):
    """Builds cannot begin, looks can."""

    def wait(self, seconds: float | None = None) -> Any:
        """Look, or fail."""
        if self._deed is look:
            return super().wait(seconds)
        raise OSError(12, "Cannot allocate memory")


def test_a_build_that_cannot_begin_leaves_everything_as_it_was(corpus: Path, index: Path, tmp_path: Path) -> None:
    """A machine without memory for one more process: the file is no material, with an id for the log."""

    async def work() -> None:
        async with office(corpus, index, tmp_path, errand=Forkless) as found:
            before = sorted(corpus.iterdir())
            await upload(found, "阅读.txt")
            await found.press(zh_admin.UPLOAD_YES)
            await found.settle()
            assert found.texts()[0].endswith(zh_admin.BUILD_RESTORED)
            assert labels(found.outbox.latest(BOSS)) == [zh_admin.UPLOAD_YES, zh_admin.CANCEL]
            assert found.desk.metrics.errors() == {"OSError": 1}
            assert sorted(corpus.iterdir()) == before
            assert waiting(tmp_path) == ["阅读.txt"]

    run(work)


@pytest.mark.parametrize(("errand", "words"), [(Builder, zh_admin.BUILD_RESTORED), (Here, zh_admin.BUILD_LIVE)])
def test_a_full_disk_hides_no_result(  # noqa: PLR0917 - fixtures
    corpus: Path,
    index: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    errand: type[Here],
    words: str,
) -> None:
    """Where the result cannot be remembered for /status, it is told all the same, and what failed is taken back."""

    def refuse(*_: object) -> None:
        raise StateError("full", path=tmp_path)

    async def work() -> None:
        async with office(corpus, index, tmp_path, errand=errand) as found:
            monkeypatch.setattr(found.desk.ledger, "put", refuse)
            await upload(found, "阅读.txt")
            await found.press(zh_admin.UPLOAD_YES)
            await found.settle()
            (text,) = found.texts()
            assert text.endswith(words)
            assert (corpus / "阅读.txt").exists() == (errand is Here)
            assert found.desk.metrics.errors() == {"StateError": 1}

    run(work)
