"""What the values of settings mean."""

from __future__ import annotations

import pytest

from speechbot import setting_types as types
from speechbot.setting_types import Endpoint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:8443", Endpoint("127.0.0.1", 8443)),
        ("[::1]:1", Endpoint("::1", 1)),
        ("bot.example.cn:65535", Endpoint("bot.example.cn", 65535)),
    ],
)
def test_an_endpoint_is_read_and_written(text: str, expected: Endpoint) -> None:
    """What is read is written the same."""
    assert types.endpoint(text) == expected
    assert str(expected) == text


@pytest.mark.parametrize("text", ["8443", ":8443", "::1:8443", "[::1]", "[1.2]:1", "a:0", "a:65536", "a b:1", "a:+1"])
def test_what_is_no_endpoint_is_refused(text: str) -> None:
    """No port is guessed, and brackets are for IPv6."""
    with pytest.raises(ValueError, match="地址:端口"):
        types.endpoint(text)


@pytest.mark.parametrize("text", ["127.0.0.1:1", "127.8.9.1:1", "[::1]:1", "localhost:1"])
def test_loopback_addresses_are_this_machine(text: str) -> None:
    """All of 127/8 and ::1."""
    assert str(types.loopback(text)) == text


@pytest.mark.parametrize("text", ["0.0.0.0:1", "[::]:1", "192.168.1.2:1", "localhost.example.cn:1"])
def test_other_addresses_are_not(text: str) -> None:
    """Nor is a name that may lead anywhere."""
    with pytest.raises(ValueError, match="只能是本机地址"):
        types.loopback(text)


@pytest.mark.parametrize("text", ["1,,2", " 1 , 2 ", "1，2", "1、2", "１;2", ",1 2,"])
def test_ids_may_be_separated_as_people_do(text: str) -> None:
    """Chinese and Western commas, spaces, empty parts."""
    assert types.user_ids(text) == frozenset({1, 2})


@pytest.mark.parametrize("text", ["0", "-1", "+1", "1.5", "12345678901234567", "@li", "1 @li"])
def test_what_is_no_user_is_refused(text: str) -> None:
    """A user's id is a positive number of at most 16 digits; a name is none."""
    with pytest.raises(ValueError, match="用户编号是正整数"):
        types.user_ids(text)


def test_a_group_may_be_typed_full_width() -> None:
    """Input methods for Chinese make such digits and minus signs."""
    assert types.group_ids("－１００１２") == frozenset({-10012})


def test_a_group_of_no_number_is_refused() -> None:
    """With what a group's id looks like."""
    with pytest.raises(ValueError, match="第 2 个编号有误，群组编号是负整数"):
        types.group_ids("-1,@group")


@pytest.mark.parametrize("text", ["https://a.cn", "http://[::1]:8081/root/", "https://a.cn:8443/b"])
def test_roots_of_an_api_lose_their_last_slash(text: str) -> None:
    """Paths are put behind them."""
    assert types.api_url(text) == text.rstrip("/")


@pytest.mark.parametrize(
    "text",
    [
        "a.cn",
        "ftp://a.cn",
        "https://",
        "https://a.cn?x",
        "https://a.cn/#x",
        "https://u@a.cn",
        "http://a:0",
        "http://a:x",
        "http://[::1",
        "http://a b",
    ],
)
def test_what_is_no_root_of_an_api_is_refused(text: str) -> None:
    """Nothing that could send the token elsewhere than it looks."""
    with pytest.raises(ValueError, match="开头的网址"):
        types.api_url(text)


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("socks5://a:1", ()),
        ("http://u@a:1", ()),
        ("http://u:p%40ss@a:1", ("p@ss", "p%40ss", "u:p@ss")),
        ("https://u:pass@[::1]:1/", ("pass", "u:pass")),
    ],
)
def test_a_proxys_password_is_found(url: str, secrets: tuple[str, ...]) -> None:
    """As its owner knows it, as it is written, and together with the user as the proxy gets it."""
    assert types.proxy_secrets(types.proxy(url)) == secrets


@pytest.mark.parametrize("text", ["socks4://a:1", "a:1", "http://u:p#ss@a:1", "http://a:1/x", "http://a:1?x"])
def test_what_is_no_proxy_is_refused(text: str) -> None:
    """A password with a bare # would end there."""
    with pytest.raises(ValueError, match="代理的网址"):
        types.proxy(text)


@pytest.mark.parametrize("text", ["a" * 257, "a b", "a.b", "密"])
def test_what_telegram_cannot_send_is_no_webhook_secret(text: str) -> None:
    """Telegram's own rule."""
    with pytest.raises(ValueError, match="1 到 256 个"):
        types.webhook_secret(text)


@pytest.mark.parametrize("text", ["", "1.5", "-1", "11", "9" * 5000, "１"])
def test_a_number_has_bounds(text: str) -> None:
    """And digits only, however many."""
    with pytest.raises(ValueError, match="应为 1 到 10 的整数"):
        types.whole(text, 1, 10)


@pytest.mark.parametrize(("text", "expected"), [("TRUE", True), ("是", True), ("0", False), ("off", False)])
def test_yes_and_no_in_two_languages(text: str, expected: bool) -> None:  # noqa: FBT001 - a table's column
    """Whoever writes 是 means it."""
    assert types.yes_no(text) is expected
