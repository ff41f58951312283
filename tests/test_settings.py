"""Settings from the environment and bot.env."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

import pytest
from pydantic import ValidationError

from speechbot.errors import ConfigError
from speechbot.settings import LATER, Settings, load_settings, names

BOT_TOKEN = "123456789:" + "x" * 35


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the developer's gets into a test."""
    for name in [name for name in os.environ if name.upper().startswith("SPEECHBOT_")]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def write(text: str) -> None:
    """Write the settings file of the working directory."""
    Path("bot.env").write_text(text, encoding="utf-8")


def test_without_settings_the_defaults_hold() -> None:
    """Nothing configured: folders beside the working directory, the bundled model, no Telegram."""
    settings = load_settings()

    assert (settings.corpus, settings.index, settings.model, settings.token) == (
        Path("corpus"),
        Path("index"),
        None,
        None,
    )


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that both give has the environment's value; the file gives the others."""
    write("SPEECHBOT_CORPUS=from-file\nSPEECHBOT_INDEX=from-file\n")
    monkeypatch.setenv("SPEECHBOT_INDEX", "from-environment")

    settings = load_settings()

    assert (settings.corpus, settings.index) == (Path("from-file"), Path("from-environment"))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("SPEECHBOT_MODEL=BAAI/bge-m3", "BAAI/bge-m3"),
        ("export SPEECHBOT_MODEL = BAAI/bge-m3  # 更大的模型", "BAAI/bge-m3"),
        ('SPEECHBOT_MODEL="模型 #1"', "模型 #1"),
        ("SPEECHBOT_MODEL='/srv/模型 一'\r", "/srv/模型 一"),
        ("SPEECHBOT_MODEL=a#b", "a#b"),
        ("SPEECHBOT_MODEL=", None),
        ("SPEECHBOT_MODEL= # 内置", None),
        ("# SPEECHBOT_MODEL=x", None),
        ("HTTPS_PROXY=http://localhost", None),
    ],
)
def test_lines_of_the_file_are_read_as_a_shell_would(row: str, expected: str | None) -> None:
    """Quotes, comments, white space and empty values mean what they mean elsewhere; other programs' names are left."""
    write(f"\n{row}\n")

    assert load_settings().model == expected


def test_a_home_folder_is_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    """No shell expands ``~`` in a settings file, so we do."""
    monkeypatch.setenv("HOME", "/home/li")
    write("SPEECHBOT_INDEX=~/index\n")

    assert load_settings().index == Path("/home/li/index")


def test_all_problems_are_reported_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """One error names each problem of file and environment, and never a secret's value."""
    write("SPEECHBOT_INDX=index\nnonsense\nSPEECHBOT_TOKEN=from-file\nCORPUS=讲话\nproxy=x\nSPEECHBOT_TOKEN=\n")
    monkeypatch.setenv("SPEECHBOT_TOKEN", "hunter2")
    monkeypatch.setenv("SPEECHBOT_ZZZ", "hunter2")
    monkeypatch.setenv("SPEECHBOT_MODELL", "hunter2")
    monkeypatch.setenv("SPEECHBOT_INDEX", "~nosuchuser/x")

    with pytest.raises(ConfigError) as caught:
        load_settings()

    assert caught.value.problems == (
        "没有 SPEECHBOT_INDX 这个配置项，也许想写 SPEECHBOT_INDEX",
        "bot.env 第 2 行不是“名称=值”",
        "bot.env 第 4 行的 CORPUS 要写成 SPEECHBOT_CORPUS",
        "bot.env 第 5 行的 PROXY 要写成 SPEECHBOT_PROXY",
        "bot.env 第 6 行重复了 SPEECHBOT_TOKEN",
        "没有 SPEECHBOT_MODELL 这个配置项，也许想写 SPEECHBOT_MODEL",
        "没有 SPEECHBOT_ZZZ 这个配置项",
        "SPEECHBOT_INDEX 里的 ~ 找不到对应的用户文件夹",
        "SPEECHBOT_TOKEN 不是机器人令牌，应为 @BotFather 给出的“数字:字母”",
    )
    assert str(caught.value) == (
        f"配置有误：{'；'.join(caught.value.problems)}。请对照 bot.env.example 修改 bot.env 或环境变量"
    )


def test_a_secret_is_in_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither our error nor pydantic's, which stands behind it and is left out, holds the value."""
    monkeypatch.setenv("SPEECHBOT_TOKEN", "hunter2")

    with pytest.raises(ConfigError) as caught:
        load_settings()

    shown = "".join(traceback.format_exception(caught.value))
    assert "ConfigError" in shown
    assert "ValidationError" not in shown
    assert "hunter2" not in shown
    assert "hunter2" not in str(caught.value.__context__)


@pytest.mark.parametrize("name", LATER)
def test_names_of_the_contract_are_accepted_before_they_are_used(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Whoever has the Telegram frontend's settings in bot.env or the environment can run this version."""
    write(f"SPEECHBOT_{name}=1\nSPEECHBOT_MODEL=甲\n")
    monkeypatch.setenv(f"SPEECHBOT_{name}", "2")

    assert load_settings().model == "甲"


def test_the_contracts_names_are_known() -> None:
    """DESIGN's table, in full."""
    contract = (
        "CORPUS INDEX STATE MODEL RERANKER TOKEN API_URL ADMINS USERS GROUPS ACCESS "
        "WEBHOOK_URL WEBHOOK_LISTEN WEBHOOK_SECRET PROXY"
    )

    assert {f"SPEECHBOT_{name}" for name in contract.split()} <= {*names(), *(f"SPEECHBOT_{name}" for name in LATER)}


def test_a_pipe_named_like_the_file_is_refused() -> None:
    """What is no regular file is not waited for."""
    os.mkfifo("bot.env")

    with pytest.raises(ConfigError, match=r"无法读取 bot\.env（它是管道或设备，不是普通文件）"):
        load_settings()


@pytest.mark.parametrize("row", ["SPEECHBOT_INDEX=a\0b", "SPEECHBOT_INDEX='a\0b'"])
def test_a_null_character_is_refused(row: str) -> None:
    """No path can hold one."""
    write(row)

    with pytest.raises(ConfigError, match=r"bot\.env 第 1 行不是“名称=值”"):
        load_settings()


def test_a_file_in_another_encoding_is_refused() -> None:
    """A settings file that is not UTF-8 is a problem, not a guess."""
    Path("bot.env").write_bytes("SPEECHBOT_MODEL=模型".encode("gb18030"))

    with pytest.raises(ConfigError, match=r"bot\.env 不是 UTF-8 编码"):
        load_settings()


def test_a_folder_named_like_the_file_is_refused() -> None:
    """What cannot be read is said, with the system's reason."""
    Path("bot.env").mkdir()

    with pytest.raises(ConfigError, match=r"无法读取 bot\.env（它是文件夹）"):
        load_settings()


def test_a_token_is_accepted_but_never_shown() -> None:
    """The token is there for the bot; no repr shows it."""
    write(f"SPEECHBOT_TOKEN={BOT_TOKEN}\n")

    settings = load_settings()

    assert settings.token is not None
    assert settings.token.get_secret_value() == BOT_TOKEN
    assert BOT_TOKEN not in repr(settings)


def test_settings_cannot_be_changed() -> None:
    """Settings enter once."""
    with pytest.raises(ValidationError, match="frozen"):
        Settings().index = Path("other")


def test_all_names_have_the_prefix() -> None:
    """The environment's names are the contract's."""
    assert names() == ("SPEECHBOT_CORPUS", "SPEECHBOT_INDEX", "SPEECHBOT_MODEL", "SPEECHBOT_GOLD", "SPEECHBOT_TOKEN")
