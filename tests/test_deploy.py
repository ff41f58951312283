"""The unit and the image name folders, files and commands that there are."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from speechbot.cli import app
from speechbot.settings import FILE, Settings

ROOT = Path(__file__).parent.parent
UNIT = ROOT / "deploy" / "speechbot.service"
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
COMMANDS = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
SCRIPTS = set(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"])
ANALYZE = shutil.which("systemd-analyze")


class Unit(configparser.ConfigParser):
    """A parser that tells large letters from small, as systemd does."""

    def optionxform(self, optionstr: str) -> str:
        """A name as it is."""
        return optionstr


def unit() -> Unit:
    """The unit's sections; a name that stands twice is an error."""
    parser = Unit(interpolation=None, delimiters="=", comment_prefixes="#")
    parser.read_string(UNIT.read_text("utf-8"))
    return parser


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, continued lines joined."""
    text = re.sub(r"\\\n", " ", DOCKERFILE.read_text("utf-8"))
    rows = [row.strip() for row in text.splitlines() if row.strip() and not row.startswith("#")]
    return [(row.split(maxsplit=1)[0], row.split(maxsplit=1)[1]) for row in rows]


def only(name: str) -> str:
    """The last instruction of a name."""
    return [value for found, value in instructions() if found == name][-1]


def test_the_unit_runs_a_command_of_ours_where_make_puts_it() -> None:
    """The program is the Makefile's, the folders are the defaults, bot.env is beside them."""
    service = unit()["Service"]
    home = service["WorkingDirectory"]
    program, command = shlex.split(service["ExecStart"])

    venv = re.search(r"^VENV := (\S+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert venv is not None
    assert program == f"{home}/{venv[1]}/bin/speechbot"
    assert command in COMMANDS
    written = [f"{home}/{Settings.model_fields[name].default}" for name in ("corpus", "index")]
    assert service["ReadWritePaths"].split() == written
    assert not FILE.is_absolute()
    assert "EnvironmentFile" not in service


def test_the_unit_stops_starts_again_and_is_hardened() -> None:
    """As the bot expects it."""
    expected = {
        "User": "speechbot",
        "Restart": "on-failure",
        "KillSignal": "SIGTERM",
        "TimeoutStopSec": "10",
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "PrivateTmp": "yes",
    }
    service = unit()["Service"]

    assert {name: service.get(name) for name in expected} == expected


@pytest.mark.skipif(ANALYZE is None, reason="systemd is not installed")
def test_systemd_finds_no_fault_with_the_unit(tmp_path: Path) -> None:
    """Checked with a program and a user that this machine has."""
    text = UNIT.read_text("utf-8").replace("/opt/speechbot/.venv/bin/speechbot", sys.executable)
    text = text.replace("=speechbot\n", "=root\n")
    copy = tmp_path / "speechbot.service"
    copy.write_text(text, encoding="utf-8")

    done = subprocess.run([str(ANALYZE), "verify", str(copy)], capture_output=True, check=False, encoding="utf-8")  # noqa: S603 - our own file

    # Older systemd does not know the two names of the back-off, and says that it leaves them out
    told = [
        row
        for row in done.stderr.splitlines()
        if copy.name in row and not re.search(r"Unknown key.*Restart(Steps|MaxDelaySec)", row)
    ]
    assert told == []


def test_the_image_is_built_of_files_that_there_are() -> None:
    """What is copied exists, and the ignore file lets it through."""
    sources = [
        source
        for name, value in instructions()
        if name == "COPY" and "--from" not in value
        for source in value.split()[:-1]
    ]
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()

    assert sources == [
        "constraints.txt",
        "deploy/unneeded.txt",
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "NOTICE.md",
        "src",
    ]
    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert ignored[1] == "*"
    assert sorted(row[1:] for row in ignored if row.startswith("!")) == sorted(sources)


def test_the_image_runs_commands_of_ours() -> None:
    """By default the bot; its health is the index's."""
    check = json.loads(only("HEALTHCHECK").partition("CMD ")[2])

    assert json.loads(only("ENTRYPOINT"))[0] in SCRIPTS
    assert json.loads(only("CMD"))[0] in COMMANDS
    assert check[0] in SCRIPTS
    assert check[1] in COMMANDS
    assert only("STOPSIGNAL") == "SIGTERM"


def test_the_images_folders_are_the_settings_defaults() -> None:
    """Corpus and index are volumes in the working directory; nobody is root."""
    home = only("WORKDIR")
    defaults = [Settings.model_fields[name].default for name in ("corpus", "index")]

    assert json.loads(only("VOLUME")) == [f"{home}/{folder}" for folder in defaults]
    assert only("USER") == "10001"


def test_no_secret_is_in_a_layer() -> None:
    """No setting of ours is an argument or a variable of the image."""
    rows = [f"{name} {value}" for name, value in instructions()]

    assert [row for row in rows if "SPEECHBOT_" in row or "bot.env" in row] == []
