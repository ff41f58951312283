"""Settings from the environment and bot.env."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from speechbot.errors import ConfigError
from speechbot.settings import Settings, load_settings, names

BOT_TOKEN = "123456789:" + "x" * 35


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the developer's gets into a test."""
    for name in names():
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
    write("SPEECHBOT_INDX=index\nnonsense\nSPEECHBOT_TOKEN=from-file\n")
    monkeypatch.setenv("SPEECHBOT_TOKEN", "hunter2")

    with pytest.raises(ConfigError) as caught:
        load_settings()

    assert caught.value.problems == (
        "没有 SPEECHBOT_INDX 这个配置项，是否想写 SPEECHBOT_INDEX",
        "bot.env 第 2 行不是“名称=值”",
        "SPEECHBOT_TOKEN 不是机器人令牌，应为 @BotFather 给出的“数字:字母”",
    )
    assert str(caught.value) == (
        f"配置有误：{'；'.join(caught.value.problems)}。请对照 bot.env.example 修改 bot.env 或环境变量"
    )
    assert caught.value.__cause__ is None


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
    assert names() == ("SPEECHBOT_CORPUS", "SPEECHBOT_INDEX", "SPEECHBOT_MODEL", "SPEECHBOT_TOKEN")
