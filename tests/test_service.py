"""The bot as a process: what it changes for the whole process, and changes back."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from speechbot.errors import IndexNotFound
from speechbot.settings import Settings
from speechbot.telegram import service

if TYPE_CHECKING:
    from pathlib import Path


def test_threads_give_way_to_the_loop_while_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that searches may not hold the interpreter as long as Python lets it; afterwards all is as before."""
    before, during = sys.getswitchinterval(), []

    def opened(*_: object, **__: object) -> None:
        during.append(sys.getswitchinterval())
        raise IndexNotFound(tmp_path)

    monkeypatch.setattr("speechbot.telegram.service.Retriever.open", opened)
    settings = Settings(token=SecretStr("123456789:" + "A" * 35), index=tmp_path, state=tmp_path / "state.sqlite")
    with pytest.raises(IndexNotFound):
        asyncio.run(service.serve(settings))

    assert during[0] < before / 5
    assert sys.getswitchinterval() == before
