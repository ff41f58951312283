"""Settings from the environment and bot.env."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

import pytest
from pydantic import ValidationError

from speechbot.errors import ConfigError
from speechbot.setting_types import Endpoint
from speechbot.settings import Settings, load_settings, names

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


def test_the_contracts_names_are_known() -> None:
    """DESIGN's table, in full."""
    contract = (
        "CORPUS INDEX STATE MODEL RERANKER TOKEN API_URL ADMINS USERS GROUPS ACCESS "
        "WEBHOOK_URL WEBHOOK_LISTEN WEBHOOK_SECRET PROXY"
    )

    assert {f"SPEECHBOT_{name}" for name in contract.split()} <= set(names())


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


def test_the_bots_defaults() -> None:
    """What holds where nothing is set: polling, open, Telegram's own limits, questions kept for three months."""
    settings = load_settings()

    assert settings.model_dump(exclude={"corpus", "index", "model", "gold", "token"}) == {
        "state": Path("index/state.sqlite"),
        "reranker": None,
        "workers": 2,
        "generator_url": None,
        "generator_model": None,
        "generator_key": None,
        "generator_timeout": 10,
        "api_url": None,
        "proxy": None,
        "admins": frozenset(),
        "users": frozenset(),
        "groups": frozenset(),
        "access": None,
        "join_code": None,
        "questions_per_minute": 20,
        "messages_per_second": 30,
        "webhook_url": None,
        "webhook_listen": {"host": "127.0.0.1", "port": 8443},
        "webhook_secret": None,
        "webhook_cert": None,
        "webhook_key": None,
        "log_questions": True,
        "keep_days": 90,
        "log_format": "text",
        "log_level": "INFO",
        "health_listen": None,
    }


def test_every_setting_of_the_bot_is_read_from_the_file(tmp_path: Path) -> None:
    """A bot.env with everything in it gives typed values."""
    (tmp_path / "cert.pem").touch()
    (tmp_path / "key.pem").touch()
    rows = {
        "STATE": "~/state.sqlite",
        "WORKERS": "16",
        "API_URL": "http://127.0.0.1:8081/",
        "PROXY": "socks5h://li:geheim@127.0.0.1:1080",
        "ADMINS": "1，２、3 4",
        "USERS": "5",
        "GROUPS": "-1001234567890, -7",
        "ACCESS": "Open",
        "JOIN_CODE": "开门见山大吉",
        "QUESTIONS_PER_MINUTE": "0",
        "MESSAGES_PER_SECOND": "0",
        "WEBHOOK_URL": "https://bot.example.cn/hook",
        "WEBHOOK_LISTEN": "[::]:443",
        "WEBHOOK_SECRET": "a-secret_1",
        "WEBHOOK_CERT": "cert.pem",
        "WEBHOOK_KEY": "key.pem",
        "LOG_QUESTIONS": "否",
        "KEEP_DAYS": "3650",
        "LOG_FORMAT": "JSON",
        "LOG_LEVEL": "debug",
        "HEALTH_LISTEN": "localhost:9090",
    }
    write("".join(f"SPEECHBOT_{name}={value}\n" for name, value in rows.items()))

    settings = load_settings()

    assert settings.model_dump(include={name.lower() for name in rows} - {"proxy", "join_code", "webhook_secret"}) == {
        "state": Path.home() / "state.sqlite",
        "workers": 16,
        "api_url": "http://127.0.0.1:8081",
        "admins": frozenset({1, 2, 3, 4}),
        "users": frozenset({5}),
        "groups": frozenset({-1001234567890, -7}),
        "access": "open",
        "questions_per_minute": 0,
        "messages_per_second": 0,
        "webhook_url": "https://bot.example.cn/hook",
        "webhook_listen": {"host": "::", "port": 443},
        "webhook_cert": Path("cert.pem"),
        "webhook_key": Path("key.pem"),
        "log_questions": False,
        "keep_days": 3650,
        "log_format": "json",
        "log_level": "DEBUG",
        "health_listen": {"host": "localhost", "port": 9090},
    }
    assert settings.health_listen == Endpoint("localhost", 9090)
    assert settings.secrets() == ("a-secret_1", "开门见山大吉", "geheim", "li:geheim")
    assert [secret for secret in ("a-secret_1", "开门见山大吉", "geheim") if secret in repr(settings)] == []


def test_sets_of_ids_come_from_the_environment_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are lists for people, not JSON."""
    monkeypatch.setenv("SPEECHBOT_USERS", "12,34")
    monkeypatch.setenv("SPEECHBOT_WEBHOOK_LISTEN", "0.0.0.0:80")

    settings = load_settings()

    assert (settings.users, settings.webhook_listen) == (frozenset({12, 34}), Endpoint("0.0.0.0", 80))  # noqa: S104


def test_the_state_lies_in_the_index_folder() -> None:
    """Whoever moves the index moves the bot's memory with it."""
    write("SPEECHBOT_INDEX=/srv/index\n")

    assert load_settings().state == Path("/srv/index/state.sqlite")


@pytest.mark.parametrize(
    ("rows", "closed"),
    [
        ("", False),
        ("SPEECHBOT_ADMINS=1", True),
        ("SPEECHBOT_USERS=1", True),
        ("SPEECHBOT_GROUPS=-1", True),
        ("SPEECHBOT_JOIN_CODE=abcdef", True),
        ("SPEECHBOT_ACCESS=closed", True),
        ("SPEECHBOT_ADMINS=1\nSPEECHBOT_ACCESS=open", False),
    ],
)
def test_the_bot_is_closed_once_anybody_is_named(rows: str, closed: bool) -> None:  # noqa: FBT001 - a table's column
    """Naming someone means the others are not meant, unless the admin says otherwise."""
    write(rows)

    assert load_settings().closed is closed


def test_what_is_malformed_or_missing_is_told_at_once_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each wrong value, and each that another needs, with what it should be; no value in the text."""
    rows = {
        "API_URL": "telegram",
        "PROXY": "socks4://li:hunter2@host:1080",
        "ADMINS": "1,hunter2",
        "USERS": "-5",
        "GROUPS": "-1, 1234567890",
        "ACCESS": "hunter2",
        "JOIN_CODE": "hunt2",
        "QUESTIONS_PER_MINUTE": "-1",
        "WEBHOOK_URL": "http://hunter2",
        "WEBHOOK_LISTEN": "hunter2",
        "WEBHOOK_KEY": "hunter2.pem",
        "LOG_QUESTIONS": "hunter2",
        "KEEP_DAYS": "0",
        "HEALTH_LISTEN": "0.0.0.0:9090",
    }
    write("".join(f"SPEECHBOT_{name}={value}\n" for name, value in rows.items()))
    monkeypatch.setenv("SPEECHBOT_INDEX", "~nosuchuser/x")
    monkeypatch.setenv("SPEECHBOT_WEBHOOKURL", "x")

    with pytest.raises(ConfigError) as caught:
        load_settings()

    assert caught.value.problems == (
        "没有 SPEECHBOT_WEBHOOKURL 这个配置项，也许想写 SPEECHBOT_WEBHOOK_URL",
        "SPEECHBOT_INDEX 里的 ~ 找不到对应的用户文件夹",
        "SPEECHBOT_API_URL 应为 http:// 或 https:// 开头的网址，不带用户名、问号和井号，例如 http://127.0.0.1:8081",
        (
            "SPEECHBOT_PROXY 应为 http、https、socks5 或 socks5h 代理的网址，例如 socks5://127.0.0.1:1080；"
            "用户名、密码里的特殊字符要写成 %XX 的形式"
        ),
        "SPEECHBOT_ADMINS 的第 2 个编号有误，用户编号是正整数，多个用逗号分开",
        "SPEECHBOT_USERS 的第 1 个编号有误，用户编号是正整数，多个用逗号分开",
        "SPEECHBOT_GROUPS 的第 2 个编号是正数，群组编号是负数：超级群是 -100 后面接这个数，普通群是 - 后面接这个数",
        "SPEECHBOT_ACCESS 应为 open、closed 之一",
        "SPEECHBOT_JOIN_CODE 应为 6 到 64 个字符，中间没有空格",
        "SPEECHBOT_QUESTIONS_PER_MINUTE 应为 0 到 10000 的整数",
        "SPEECHBOT_WEBHOOK_URL 应为 https:// 开头的网址，不带用户名和井号，例如 https://bot.example.cn/hook",
        "SPEECHBOT_WEBHOOK_LISTEN 应为“地址:端口”，例如 127.0.0.1:8443，IPv6 地址写在方括号里，例如 [::1]:8443",
        "SPEECHBOT_WEBHOOK_KEY 写的文件不存在",
        "SPEECHBOT_LOG_QUESTIONS 应为 true（是）或 false（否）",
        "SPEECHBOT_KEEP_DAYS 应为 1 到 3650 的整数",
        "SPEECHBOT_HEALTH_LISTEN 只能是本机地址，例如 127.0.0.1:9090：这个页面没有密码，不能让别的机器看到",
        "SPEECHBOT_WEBHOOK_SECRET 没有填写，设置了 SPEECHBOT_WEBHOOK_URL 时必须填写",
        "SPEECHBOT_WEBHOOK_CERT 没有填写，设置了 SPEECHBOT_WEBHOOK_KEY 时必须填写",
    )
    assert "hunt" not in "".join(traceback.format_exception(caught.value))


def test_an_empty_variable_takes_nothing_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the file gives is given, though the environment has the name without a value."""
    write("SPEECHBOT_WEBHOOK_URL=https://a.cn\nSPEECHBOT_WEBHOOK_SECRET=abc\n")
    monkeypatch.setenv("SPEECHBOT_WEBHOOK_SECRET", "")

    settings = load_settings()

    assert settings.secrets() == ("abc",)


def test_the_state_stays_out_of_the_corpus(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Files that wait for an admin's word, and those removed, lie beside it: they would be material."""
    monkeypatch.setenv("SPEECHBOT_CORPUS", str(tmp_path / "corpus"))
    monkeypatch.setenv("SPEECHBOT_STATE", str(tmp_path / "corpus" / "bot" / "state.sqlite"))

    with pytest.raises(ConfigError, match="SPEECHBOT_STATE 在材料文件夹里面"):
        load_settings(tmp_path / "none.env")
