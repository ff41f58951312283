"""Work in a process of its own: its result, its failures, its end."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from speechbot.errors import QuestionError, SpeechbotError
from speechbot.telegram.errands import DiedError, Errand, StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable

    Tell = Callable[[int, int], None]


def answer(tell: Tell, number: int) -> tuple[int, list[str], bool]:
    """What a process knows."""
    tell(1, 2)
    tell(2, 2)
    names = sorted(name for name in os.environ if name.upper().startswith("SPEECHBOT"))
    return number * 2, names, multiprocessing.current_process().daemon


def complain(_tell: Tell) -> None:
    """Fail as we do."""
    message = "问题是空的"
    raise QuestionError(message)


def die(_tell: Tell, code: int) -> None:
    """End without a word."""
    os._exit(code)


def sleep(tell: Tell, seconds: float = 60.0) -> None:
    """Take long."""
    tell(1, 1)
    time.sleep(seconds)


def test_a_result_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the last progress; the process knows no setting of the bot, its token least of all."""
    monkeypatch.setenv("SPEECHBOT_TOKEN", "1:secret")
    monkeypatch.setenv("SPEECHBOT_WEBHOOK_SECRET", "secret")
    errand = Errand(answer, 21)

    assert errand.progress == (0, 0)
    assert errand.wait() == (42, [], True)
    assert errand.progress == (2, 2)


def test_failures_of_ours_come_back() -> None:
    """As an error with the same text."""
    with pytest.raises(SpeechbotError, match=r"^问题是空的$"):
        Errand(complain).wait()


def test_a_death_is_told() -> None:
    """With the exit code; by a signal with its number, negative."""
    with pytest.raises(DiedError) as died:
        Errand(die, 3).wait()
    assert died.value.code == 3

    errand = Errand(sleep)
    killer = threading.Thread(target=_when_begun, args=(errand, lambda pid: os.kill(pid, signal.SIGTERM)))
    killer.start()
    with pytest.raises(DiedError) as died:
        errand.wait()
    killer.join()
    assert died.value.code == -signal.SIGTERM


def test_stopping_ends_it_at_once() -> None:
    """Within a second from any thread; one that has not begun never does."""
    errand = Errand(sleep)
    stopped: list[float] = []

    def stop(_pid: int) -> None:
        stopped.append(time.monotonic())
        errand.stop()

    stopper = threading.Thread(target=_when_begun, args=(errand, stop))
    stopper.start()
    with pytest.raises(StoppedError):
        errand.wait()
    stopper.join()
    assert time.monotonic() - stopped[0] < 1
    errand.stop()

    with pytest.raises(StoppedError):
        errand.wait()


def test_time_has_an_end() -> None:
    """What takes too long is ended, and with it the process."""
    errand = Errand(sleep)

    with pytest.raises(TimeoutError):
        errand.wait(0.5)

    assert errand._process is not None
    assert not errand._process.is_alive()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_it_ends_with_the_bot() -> None:
    """Also where the bot is killed and can tell nobody."""
    code = (
        "from speechbot.telegram.errands import Errand\nfrom tests.test_errands import sleep\nimport threading, time\n"
        "if __name__ == '__main__':\n"
        "    e = Errand(sleep)\n    threading.Thread(target=e.wait, daemon=True).start()\n"
        "    while e.progress == (0, 0): time.sleep(0.01)\n"
        "    print(e._process.pid, flush=True)\n    time.sleep(60)\n"
    )
    root = Path(__file__).parent.parent
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root / "src"), str(root)])}
    with subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-c", code], stdout=subprocess.PIPE, env=environ, cwd=root
    ) as bot:
        assert bot.stdout is not None
        child = int(bot.stdout.readline())
        bot.kill()
    deadline = time.monotonic() + 10
    while _runs(child):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    """Whether a process is there, other than as a zombie that nobody collects."""
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat")
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def _when_begun(errand: Errand[None], deed: Callable[[int], None]) -> None:
    while errand.progress == (0, 0):
        time.sleep(0.01)
    assert errand._process is not None
    assert errand._process.pid is not None
    deed(errand._process.pid)
