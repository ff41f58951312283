"""``python -m speechbot``: quiet on Ctrl-C from the first line on."""

from __future__ import annotations

import sys


def main() -> None:
    """Load the program and run it; Ctrl-C ends it without a word, with status 130 as shells have it."""
    try:
        from speechbot.cli import main as run  # noqa: PLC0415 - loading takes long enough to be interrupted

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
