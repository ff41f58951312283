"""Settings of the optional models."""

from __future__ import annotations

import os
import traceback
from typing import TYPE_CHECKING

import pytest

from speechbot.errors import ConfigError
from speechbot.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the developer's gets into a test."""
    for name in [name for name in os.environ if name.upper().startswith("SPEECHBOT_")]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def given(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    """Set some of them."""
    for name, value in values.items():
        monkeypatch.setenv(f"SPEECHBOT_{name}", value)


def test_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Typed values; the key is a secret and no repr shows it."""
    given(
        monkeypatch,
        RERANKER="BAAI/bge-reranker-base",
        GENERATOR_URL="https://llm.example.cn/v1/",
        GENERATOR_MODEL="qwen",
        GENERATOR_KEY="sk-geheim",
        GENERATOR_TIMEOUT="120",
    )

    settings = load_settings()

    assert (settings.reranker, settings.generator_url, settings.generator_model, settings.generator_timeout) == (
        "BAAI/bge-reranker-base",
        "https://llm.example.cn/v1",
        "qwen",
        120,
    )
    assert settings.secrets() == ("sk-geheim",)
    assert "sk-geheim" not in repr(settings)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (
            {"GENERATOR_URL": "http://a/v1"},
            "SPEECHBOT_GENERATOR_MODEL 没有填写，设置了 SPEECHBOT_GENERATOR_URL 时必须填写",
        ),
        (
            {"GENERATOR_MODEL": "hunter2"},
            "SPEECHBOT_GENERATOR_URL 没有填写，设置了 SPEECHBOT_GENERATOR_MODEL 时必须填写",
        ),
        ({"GENERATOR_KEY": "hunter2"}, "SPEECHBOT_GENERATOR_URL 没有填写，设置了 SPEECHBOT_GENERATOR_KEY 时必须填写"),
        (
            {"GENERATOR_URL": "ftp://hunter2/v1", "GENERATOR_MODEL": "m"},
            "SPEECHBOT_GENERATOR_URL 应为 http:// 或 https:// 开头的网址，不带用户名、问号和井号，例如 http://127.0.0.1:8000/v1",
        ),
        (
            {"GENERATOR_URL": "http://li:hunter2@a/v1", "GENERATOR_MODEL": "m"},
            "SPEECHBOT_GENERATOR_URL 应为 http:// 或 https:// 开头的网址，不带用户名、问号和井号，例如 http://127.0.0.1:8000/v1",
        ),
        (
            {"GENERATOR_URL": "http://a/v1", "GENERATOR_MODEL": "m", "GENERATOR_KEY": "hunter2\r\nX: y"},
            "SPEECHBOT_GENERATOR_KEY 应为 1 到 1000 个英文字母、数字或符号，中间没有空格",
        ),
        (
            {"GENERATOR_URL": "http://a/v1", "GENERATOR_MODEL": "m", "GENERATOR_TIMEOUT": "0"},
            "SPEECHBOT_GENERATOR_TIMEOUT 应为 1 到 120 的整数",
        ),
    ],
)
def test_what_is_wrong_is_told_without_a_value(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], problem: str
) -> None:
    """Each needs its other, and has its form."""
    given(monkeypatch, **values)

    with pytest.raises(ConfigError) as caught:
        load_settings()

    assert caught.value.problems == (problem,)
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))
