"""Where speechbot may keep what it can make again."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def cache_folder(environ: Mapping[str, str] | None = None) -> Path:
    """The user's own cache folder for speechbot, created for nobody else to read or write where that is possible.

    ``$XDG_CACHE_HOME/speechbot``, by default ``~/.cache/speechbot`` (XDG Base Directory Specification, by which a
    relative path counts as none). Where it cannot be created, what would be kept there is made anew each time.
    """
    root = Path((os.environ if environ is None else environ).get("XDG_CACHE_HOME", ""))
    folder = (root if root.is_absolute() else _home() / ".cache") / "speechbot"
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _home() -> Path:
    """The home folder; for a user who has none, as in some containers, a path where nothing can be created."""
    try:
        return Path.home()
    except RuntimeError:
        return Path(os.devnull)
