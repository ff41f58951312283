"""What the application is built of: handlers, menus of commands, limits."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest
from httpcore._synchronization import current_async_library
from pydantic import SecretStr

from speechbot.settings import Settings
from speechbot.telegram import application
from speechbot.telegram.admins import COMMANDS_ADMIN
from speechbot.telegram.application import build, show_commands
from speechbot.telegram.polling import PollingRequest
from speechbot.wording import zh_telegram
from tests.telegram_kit import ADMIN, ANNA, TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.telegram_kit import Json, Rig


def shown(rig: Rig, scope: str) -> list[tuple[str, str]]:
    """The commands of a menu."""
    return [(one["command"], one["description"]) for one in rig.world.commands.get(scope, [])]


def test_menus(rigged: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch) -> None:
    """One for private chats, one for groups, one for each admin who has written to the bot."""
    monkeypatch.setattr(application, "COMMANDS_ADMIN", [("rebuild", "重建索引")])
    rig = rigged(admins=frozenset({ADMIN}))
    rig.world.private(ADMIN)
    rig.run(show_commands(rig.desk.outbox, [ADMIN, 777]))

    assert shown(rig, "all_private_chats::") == list(zh_telegram.COMMANDS)
    assert shown(rig, "all_group_chats::") == list(zh_telegram.COMMANDS_GROUP)
    assert shown(rig, f"chat:{ADMIN}:") == [*zh_telegram.COMMANDS, ("rebuild", "重建索引")]


def test_an_admin_who_comes_later_has_the_menu_too(rigged: Callable[..., Rig]) -> None:
    """With the first /start: before, there was no chat to give one to; members and groups get none of it."""
    rig = rigged(admins=frozenset({ADMIN}))
    rig.say(ANNA, "/start")
    rig.say(ADMIN, "/start", chat=rig.world.group())
    assert rig.world.commands == {}
    rig.say(ADMIN, "/start")

    assert list(rig.world.commands) == [f"chat:{ADMIN}:"]
    assert shown(rig, f"chat:{ADMIN}:") == [*zh_telegram.COMMANDS, *COMMANDS_ADMIN]


@pytest.mark.parametrize("fault", ["gateway", "timeout", "connect", "reset_after"])
def test_a_menu_that_fails_costs_no_other(rig: Rig, fault: str) -> None:
    """Whatever the network does."""
    rig.faults.plan("setMyCommands", fault)
    rig.run(show_commands(rig.desk.outbox, []))

    assert shown(rig, "all_group_chats::") == list(zh_telegram.COMMANDS_GROUP)


def test_every_command_shown_is_handled(rig: Rig) -> None:
    """None of the menus' commands is met with the word on unknown ones."""
    for name, _ in (*zh_telegram.COMMANDS, *zh_telegram.COMMANDS_GROUP):
        sent = rig.say(ADMIN, f"/{name}")
        assert zh_telegram.UNKNOWN_COMMAND not in [message.get("text") for message in sent]


def test_there_must_be_a_token(rig: Rig) -> None:
    """Callers see to that."""
    with pytest.raises(ValueError, match="token"):
        build(Settings(), rig.intake, rig.lanes)


def test_over_the_network(rig: Rig) -> None:
    """Another root, a proxy; updates are read one by one."""
    root: Any = "http://127.0.0.1:1"
    settings = Settings(token=SecretStr(TOKEN), api_url=root, messages_per_second=0)
    made = build(settings, rig.intake, rig.lanes)

    assert made.bot.base_url == f"{root}/bot{TOKEN}"
    assert made.bot.base_file_url == f"{root}/file/bot{TOKEN}"
    assert isinstance(made.bot._request[0], PollingRequest)


def test_buttons_are_plain_text(rig: Rig) -> None:
    """What they carry outlasts a restart: nothing is kept in memory for them."""
    (answer,) = rig.say(ADMIN, "购书经费怎么花？")
    calls: list[Json] = [call.params for call in rig.world.calls if call.method == "sendMessage"]

    assert json.loads(calls[-1]["reply_markup"]) == answer["reply_markup"]


def test_sniffio_is_not_looked_for_at_each_request(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is not installed httpcore is told so at once, without a look at the disk; where it is it stays."""
    monkeypatch.delitem(sys.modules, "sniffio", raising=False)
    there = find_spec("sniffio") is not None
    build(Settings(token=SecretStr(TOKEN)), rig.intake, rig.lanes)

    assert ("sniffio" in sys.modules) is not there
    looked: list[str] = []
    monkeypatch.setattr(sys, "meta_path", [_Finder(looked), *sys.meta_path])
    assert there or current_async_library() == "asyncio"
    assert there or not looked


class _Finder:
    """Notes what the import system looks for."""

    def __init__(self, looked: list[str]) -> None:
        self._looked = looked

    def find_spec(self, name: str, *_: object) -> None:
        """Find nothing."""
        self._looked.append(name)
