"""The application: its connections to Telegram."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
from httpcore._synchronization import current_async_library
from pydantic import SecretStr

from speechbot.settings import Settings
from speechbot.telegram.application import build
from speechbot.telegram.lanes import Intake, Lanes
from speechbot.telegram.ledger import Ledger

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A new ledger."""
    return Ledger.open(tmp_path / "state.sqlite")


def test_sniffio_is_not_looked_for_at_each_request(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is not installed httpcore is told so at once, without a look at the disk; where it is it stays."""
    monkeypatch.delitem(sys.modules, "sniffio", raising=False)
    there = find_spec("sniffio") is not None
    with ledger:
        intake = Intake(ledger, lambda: 0.0, lambda _: None)
        build(Settings(token=SecretStr("123456789:" + "A" * 35)), intake, Lanes(intake, ledger))

    assert ("sniffio" in sys.modules) is not there
    looked: list[str] = []
    monkeypatch.setattr(sys, "meta_path", [_Finder(looked), *sys.meta_path])
    assert there or current_async_library() == "asyncio"
    assert there or not looked


class _Finder:
    """Notes what the import system looks for."""

    def __init__(self, looked: list[str]) -> None:
        self._looked = looked

    def find_spec(self, name: str, *_: object) -> None:
        """Find nothing."""
        self._looked.append(name)
