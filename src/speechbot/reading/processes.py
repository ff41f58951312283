"""Other programs run with an end to their time."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_GRACE = 5.0  # seconds in which a killed program must have gone


def run(
    command: Sequence[str], *, seconds: float, data: bytes = b"", environ: Mapping[str, str] | None = None, folder: Path
) -> tuple[int, bytes]:
    """Run a program and wait for its end; what it started ends with it when the time is over.

    Args:
        command: The program with its arguments; no shell reads them.
        seconds: How long it may take.
        data: What it reads from standard input.
        environ: Its environment; ours for None.
        folder: Its working directory.

    Returns:
        Exit status (negative: the number of the signal that ended it) and standard output; standard error is dropped.

    Raises:
        TimeoutError: It was still running after ``seconds``, and was killed with all of its group.
        OSError: It cannot be started.
    """
    process = subprocess.Popen(  # noqa: S603 - the caller's own words
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=None if environ is None else dict(environ),
        cwd=folder,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(data, timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise TimeoutError from error
    finally:
        _end(process)
    return process.returncode, output


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of a process and of what it started."""
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    with suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=_GRACE)
