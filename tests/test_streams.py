"""Commands whose streams are closed, full or broken."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def program(*arguments: str, index: Path) -> list[str]:
    """A command line of the program as a process of its own."""
    return [sys.executable, "-m", "speechbot", *arguments, "--index", str(index)]


def buffered() -> dict[str, str]:
    """An environment in which output waits in a buffer, as it does for users, until the end of the program."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}


def test_a_closed_pipe_is_quiet(index: Path) -> None:
    """`speechbot outline | head` ends without a word and with status 0."""
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(  # noqa: S603 - our own program
        program("outline", index=index),
        stdout=writing,
        env=buffered(),
        stderr=subprocess.PIPE,
        check=False,
        encoding="utf-8",
    )
    os.close(writing)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("redirection", "arguments", "message"),
    [
        (">/dev/full", "outline", "无法输出结果（磁盘空间不足），请换一个地方输出，或腾出空间后重试\n"),
        (">/dev/full", "status --json", "无法输出结果（磁盘空间不足），请换一个地方输出，或腾出空间后重试\n"),
        (">/dev/full", "status --help", "无法输出结果（磁盘空间不足），请换一个地方输出，或腾出空间后重试\n"),
        (">/dev/full", "--help", "无法输出结果（磁盘空间不足），请换一个地方输出，或腾出空间后重试\n"),
        (">&-", "status", "标准输出已关闭，结果无处可写，请不要关闭它；不需要输出时请写 >/dev/null\n"),
        ("<&-", "chat", "标准输入已关闭，读不到问题，请在终端里运行 speechbot chat，或从文件读入问题\n"),
    ],
)
def test_closed_or_full_streams_fail_in_one_line(redirection: str, arguments: str, message: str, index: Path) -> None:
    """Status 1 and one line on stderr, also from what the interpreter does with its buffers at the end."""
    command = f'"$0" -m speechbot {arguments} {redirection}'

    done = subprocess.run(  # noqa: S603 - our own program
        ["/bin/sh", "-c", command, sys.executable],
        env={**buffered(), "SPEECHBOT_INDEX": str(index)},
        capture_output=True,
        check=False,
        encoding="utf-8",
    )

    assert (done.returncode, done.stderr) == (1, message)
