"""Updates as Telegram delivers them: those that cannot be read do not stop those that can."""

from __future__ import annotations

import logging
from typing import Any

from telegram import Update
from telegram.request import HTTPXRequest

_LOGGER = logging.getLogger(__name__)

_MOST = 2**63 - 1  # what SQLite keeps, and far more than Telegram counts


class PollingRequest(HTTPXRequest):
    """The request of getUpdates.

    python-telegram-bot reads a batch as a whole: one update of a kind that it does not know yet, and none of the batch
    is ever confirmed, so that Telegram sends the same again for ever. Here each is read for itself, and in the place of
    one that cannot be read stands one without content, which confirms it.
    """

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer of the Bot API.

        Raises:
            TelegramError: It is not JSON.
        """
        answer: dict[str, Any] = HTTPXRequest.parse_json_payload(payload)
        if isinstance(answer, dict) and isinstance(answer.get("result"), list):
            answer["result"] = [one for given in answer["result"] if (one := readable(given)) is not None]
        return answer


def readable(given: object) -> dict[str, Any] | None:
    """An update, without its content where that cannot be read; None where there is not even a number."""
    number = given.get("update_id") if isinstance(given, dict) else None
    if not isinstance(given, dict) or type(number) is not int or abs(number) > _MOST:
        _LOGGER.warning("An update without a number was dropped")
        return None
    try:
        Update.de_json(dict(given), None)
    except Exception as error:  # noqa: BLE001 - whatever python-telegram-bot does with what it does not know
        _LOGGER.warning("Update %s cannot be read (%s)", given["update_id"], type(error).__name__)
        return {"update_id": given["update_id"]}
    return given
