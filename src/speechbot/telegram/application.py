"""The python-telegram-bot application: which handler gets what, how messages leave, which commands are shown to whom."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.ext import (
    AIORateLimiter,
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    ChatMemberHandler,
    ChosenInlineResultHandler,
    CommandHandler,
    InlineQueryHandler,
    MessageHandler,
    filters,
)
from telegram.request import HTTPXRequest

from speechbot.http_client import limits
from speechbot.telegram.admins import COMMANDS_ADMIN, Admins
from speechbot.telegram.asking import Questions
from speechbot.telegram.gate import Gate
from speechbot.telegram.greetings import Greetings
from speechbot.telegram.inline import InlineMode
from speechbot.telegram.polling import PollingRequest
from speechbot.telegram.presses import Presses
from speechbot.telegram.reports import Reports
from speechbot.telegram.routes import Routes
from speechbot.wording import zh_telegram

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telegram.request import BaseRequest

    from speechbot.settings import Settings
    from speechbot.telegram.desk import Desk
    from speechbot.telegram.lanes import Intake, Lanes
    from speechbot.telegram.outbox import Outbox

PTB = Application[Any, Any, Any, Any, Any, Any]

_GROUP_RATE = 20  # messages a minute and group: Telegram's own limit
_CONNECTIONS = 128  # at once; more chats than that wait a few milliseconds
# Of them kept open: httpcore looks through all at each call, and a burst of chats would slow down every later one.
_KEPT_OPEN = 16
# Seconds: without an answer after that, Telegram is taken to be gone, and what was sent may or may not have arrived.
_PATIENCE = 15.0


def build(settings: Settings, intake: Intake, lanes: Lanes, *, requests: Sequence[BaseRequest] | None = None) -> PTB:
    """The application, without handlers.

    Args:
        settings: The settings; there must be a token.
        intake: Its queue.
        lanes: What works on it.
        requests: Instead of those over the network: that of getUpdates, that of everything else.
    """
    if settings.token is None:
        raise ValueError("there is no token")
    polling, other = requests or _requests(settings)
    rate = settings.messages_per_second
    builder = (
        ApplicationBuilder()
        .token(settings.token.get_secret_value())
        .update_queue(intake)
        .concurrent_updates(lanes)
        .get_updates_request(polling)
        .request(other)
        # A flood is waited out by the outbox: the limiter would have all chats wait for one
        .rate_limiter(AIORateLimiter(overall_max_rate=rate, group_max_rate=_GROUP_RATE if rate else 0, max_retries=0))
    )
    if settings.api_url is not None:
        builder = builder.base_url(f"{settings.api_url}/bot").base_file_url(f"{settings.api_url}/file/bot")
    return builder.job_queue(None).build()


def add_handlers(application: PTB, desk: Desk) -> Admins:
    """Give the application its handlers.

    Returns:
        The admins' part, which has tasks of its own to be closed in the end.
    """
    gate = Gate(desk)
    greetings = Greetings(desk, gate, COMMANDS_ADMIN)
    admins = Admins(desk, unknown=greetings.unknown)
    questions = Questions(desk, gate)
    routes = Routes(desk, questions, greetings, admins)
    inline = InlineMode(desk, gate)
    new = filters.UpdateType.MESSAGE
    commands = {
        "start": greetings.start,
        "help": greetings.guide,
        "join": greetings.join,
        "privacy": greetings.privacy,
        "forget": greetings.forget,
        "sources": greetings.sources,
        "outline": greetings.outline,
        **admins.commands,
    }
    for name, callback in commands.items():
        application.add_handler(CommandHandler(name, callback, filters=new))
    either = filters.UpdateType.MESSAGES
    application.add_handler(CommandHandler("ask", routes.ask, filters=either))
    application.add_handler(MessageHandler(new & filters.COMMAND, routes.command))
    application.add_handler(MessageHandler(either & ~filters.COMMAND, routes.message))
    application.add_handler(CallbackQueryHandler(Presses(desk, gate, questions, admins).press))
    application.add_handler(InlineQueryHandler(inline.query))
    application.add_handler(ChosenInlineResultHandler(inline.chosen))
    application.add_handler(ChatMemberHandler(greetings.entered, ChatMemberHandler.MY_CHAT_MEMBER))
    application.add_error_handler(Reports(desk).failed)
    return admins


async def show_commands(outbox: Outbox, admins: Sequence[int]) -> None:
    """Tell Telegram which commands its menus show to whom."""
    scopes: list[tuple[BotCommandScope, Sequence[tuple[str, str]]]] = [
        (BotCommandScopeAllPrivateChats(), zh_telegram.COMMANDS),
        (BotCommandScopeAllGroupChats(), zh_telegram.COMMANDS_GROUP),
        *((BotCommandScopeChat(admin), (*zh_telegram.COMMANDS, *COMMANDS_ADMIN)) for admin in admins),
    ]
    for scope, commands in scopes:
        await outbox.menu([BotCommand(*command) for command in commands], scope)


def _requests(settings: Settings) -> tuple[BaseRequest, BaseRequest]:
    _look_once_for_sniffio()
    proxy = settings.proxy.get_secret_value() if settings.proxy else None
    polling = PollingRequest(connection_pool_size=2, proxy=proxy, read_timeout=_PATIENCE, connect_timeout=_PATIENCE)
    other = HTTPXRequest(
        connection_pool_size=_CONNECTIONS,
        proxy=proxy,
        read_timeout=_PATIENCE,
        write_timeout=_PATIENCE,
        connect_timeout=_PATIENCE,
        pool_timeout=4 * _PATIENCE,
        httpx_kwargs={
            "limits": limits(most=_CONNECTIONS, kept=_KEPT_OPEN),
        },
    )
    return polling, other


def _look_once_for_sniffio() -> None:
    """Spare a third of the work of a request.

    httpcore asks sniffio which event loop there is, about ten times a request, and where it is not installed each of these
    imports goes through all folders of ``sys.path`` again. None in its place says at once that there is none.
    """
    if "sniffio" not in sys.modules and find_spec("sniffio") is None:
        sys.modules["sniffio"] = None  # type: ignore[assignment] # what the import system takes for "not there"
