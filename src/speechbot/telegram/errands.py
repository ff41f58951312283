"""Work in a process of its own: it may load torch, take memory, break; the bot goes on, and takes it along at its end."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from speechbot.errors import SpeechbotError
from speechbot.settings_file import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

T = TypeVar("T")

# Spawned, not forked: a copy of a process with threads and open connections may hang, and knows the bot's token.
_SPAWN = multiprocessing.get_context("spawn")
_NICE = 10  # answers go first where cores are few
_LEAVE = 5.0  # seconds in which one that is done puts away what it has open
_GRACE = 0.3  # seconds in which a process that was told to end must have gone


class DiedError(Exception):
    """The process ended without a word: killed, out of memory, or by an error that nobody foresaw."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"exit code {code}")
        self.code = code


class StoppedError(Exception):
    """The process was ended by ``stop``."""


class Errand(Generic[T]):
    """One piece of work, done once.

    Attributes:
        progress: What is done and what there is in all, as last told; (0, 0) before.
    """

    def __init__(self, deed: Callable[..., T], *args: object) -> None:
        """Name the work.

        Args:
            deed: A function that a module holds by its name; called with a function to tell its progress by, and
                ``args``.
            args: What it needs: it is copied to the process, as its result is copied back.
        """
        self.progress = (0, 0)
        self._deed = deed
        self._args = args
        self._lock = threading.Lock()
        self._process: SpawnProcess | None = None
        self._stopped = False

    def wait(self, seconds: float | None = None) -> T:
        """Do it and wait for the result; to be called in a thread.

        Raises:
            SpeechbotError: The work raised one; its text is that one's.
            DiedError: The process ended without a result.
            StoppedError: ``stop`` was called.
            TimeoutError: It took longer than ``seconds``, and was ended.
        """
        mine, theirs = _SPAWN.Pipe(duplex=False)
        try:
            with self._lock:
                if self._stopped:
                    raise StoppedError
                process = _SPAWN.Process(target=_work, args=(theirs, self._deed, self._args), daemon=True)
                process.start()
                self._process = process
        finally:
            theirs.close()  # the child's alone now: it ends with the child
        try:
            return self._listen(mine, process, None if seconds is None else time.monotonic() + seconds)
        finally:
            mine.close()
            _end(process)

    def stop(self) -> None:
        """End the process now, or never start it; from any thread."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                with suppress(ValueError):  # closed: it has ended
                    self._process.terminate()

    def _listen(self, connection: Connection[Any, Any], process: SpawnProcess, end: float | None) -> T:
        while True:
            if not connection.poll(None if end is None else max(0.0, end - time.monotonic())):
                raise TimeoutError
            try:
                kind, value = connection.recv()
            except (EOFError, OSError):
                process.join(_GRACE)
                if self._stopped:
                    raise StoppedError from None
                raise DiedError(process.exitcode) from None
            if kind == "done":
                result: T = value
                process.join(_LEAVE)
                return result
            if kind == "failed":
                raise SpeechbotError(value)
            self.progress = value


def _end(process: SpawnProcess) -> None:
    """See a process off, with force where it does not go by itself."""
    process.join(_GRACE)
    if process.is_alive():
        process.terminate()
        process.join(_GRACE)
    if process.is_alive():
        process.kill()
        process.join()


def _work(connection: Connection[Any, Any], deed: Callable[..., Any], args: tuple[object, ...]) -> None:
    """What the process does."""
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        del os.environ[name]  # the token: what this process and its helpers print must not hold it
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the bot's, which ends this process in its turn
    threading.Thread(target=_follow, daemon=True).start()
    with suppress(AttributeError, OSError):  # not on Windows
        os.nice(_NICE)
    try:
        result = deed(lambda done, total: connection.send(("progress", (done, total))), *args)
    except SpeechbotError as error:
        connection.send(("failed", str(error)))
    else:
        connection.send(("done", result))


def _follow() -> None:
    """End with the bot, also where it was killed and could tell nobody."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
