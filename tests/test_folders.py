"""The user's cache folder."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from speechbot.folders import cache_folder


def test_the_folder_is_its_owners_alone(tmp_path: Path) -> None:
    """A folder that did not exist is made with mode 0700, its parents included where they miss."""
    folder = cache_folder({"XDG_CACHE_HOME": str(tmp_path / "缓存")})

    assert folder == tmp_path / "缓存" / "speechbot"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("environ", [{}, {"XDG_CACHE_HOME": ""}, {"XDG_CACHE_HOME": "cache"}])
def test_by_default_it_lies_in_the_home_folder(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without an absolute XDG_CACHE_HOME it is ~/.cache/speechbot."""
    monkeypatch.setenv("HOME", str(tmp_path))

    assert cache_folder(environ) == tmp_path / ".cache" / "speechbot"


def test_the_process_environment_counts_unless_another_is_given(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Called without arguments it reads the environment."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    assert cache_folder() == tmp_path / "speechbot"


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    """What is kept there can be made anew: the caller finds out when writing."""
    (tmp_path / "file").touch()

    folder = cache_folder({"XDG_CACHE_HOME": str(tmp_path / "file")})

    assert folder == tmp_path / "file" / "speechbot"
    assert not folder.exists()


def test_a_user_without_a_home_gets_a_folder_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that runs under an unknown number; nothing is written to the working directory."""

    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", homeless)

    assert cache_folder({}) == Path("/dev/null/.cache/speechbot")
