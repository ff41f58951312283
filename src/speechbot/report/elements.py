"""HTML put together so that text can never be taken for markup."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# What no HTML document may hold, escaped or not: control characters other than white space, halves of characters.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_VOID = frozenset({"br", "input", "meta", "hr"})


@dataclass(frozen=True, slots=True)
class Html:
    """Markup. Only this module, with ``trusted`` of program text of our own, makes it out of strings."""

    text: str


def text(value: str) -> Html:
    """Any text as what it is: nothing in it is markup."""
    return Html(escape(_FORBIDDEN.sub("\ufffd", value).replace("\r", "\n")))


def trusted(value: str) -> Html:
    """Style sheet or script of the program's own, never anything that comes from a file of the user's."""
    return Html(value)


def element(name: str, /, *children: Html | str, **attributes: str | int | bool) -> Html:
    """An element; its strings, in it and in its attributes, are escaped.

    Args:
        name: The element's name.
        *children: What is in it.
        **attributes: Its attributes: ``_`` stands for ``-`` and one at the end is dropped (``class_``); True is an attribute without a value,
            False and "" none.
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{joined(children).text}</{name}>")


def joined(parts: Iterable[Html | str]) -> Html:
    """Several parts, one after the other."""
    return Html("".join((part if isinstance(part, Html) else text(part)).text for part in parts))


def _attribute(key: str, value: str | int | bool) -> str:  # noqa: FBT001 - a value like others
    if value is False or value == "":
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{text(str(value)).text}"'
