"""What ``make run`` does once speechbot is installed: bring the index up to date, then let someone ask."""

from __future__ import annotations

import subprocess
import sys

from speechbot.errors import SpeechbotError
from speechbot.settings import load_settings
from speechbot.wording import zh_commands


def speechbot(*arguments: str) -> int:
    """Run a command; its exit status."""
    return subprocess.call([sys.executable, "-m", "speechbot", *arguments])  # noqa: S603 - our own program


def main() -> int:
    """With a token the Telegram bot; else a conversation on a terminal; else one worked example."""
    try:
        token = load_settings().token
    except SpeechbotError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    status = speechbot("index")
    if status:
        return status
    if token is not None:
        return speechbot("bot")
    sys.stdout.write(f"{zh_commands.RUN_DEMO}\n")
    sys.stdout.flush()
    if sys.stdin.isatty() and sys.stdout.isatty():
        return speechbot("chat")
    sys.stdout.write(f"\n$ speechbot ask {zh_commands.RUN_QUESTION}\n")
    sys.stdout.flush()
    status = speechbot("ask", zh_commands.RUN_QUESTION)
    sys.stdout.write(f"\n{zh_commands.RUN_NEXT}\n")
    return status


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
