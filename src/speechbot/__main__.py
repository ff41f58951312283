"""``python -m speechbot``."""

from __future__ import annotations

from speechbot.cli import main

if __name__ == "__main__":
    main()
