"""A strict reader of Telegram's HTML: what tests hold replies against."""

from __future__ import annotations

import re
from html import unescape

_TOKEN = re.compile(r"<(/?)(b|i|code|blockquote)( expandable)?>|&(?:lt|gt|amp|quot);|[^<>&]", re.DOTALL)


def plain(html: str) -> str:
    """The text that is shown; an ``AssertionError`` where a tag is unknown, unclosed or crossed, or an entity is not one."""
    opened: list[str] = []
    shown: list[str] = []
    at = 0
    while at < len(html):
        found = _TOKEN.match(html, at)
        assert found, html[at : at + 40]
        at = found.end()
        if found[2] is None:
            shown.append(unescape(found[0]))
        elif found[1]:
            assert opened.pop() == found[2]
        else:
            assert found[2] not in opened, "Telegram does not nest quotations"
            opened.append(found[2])
    assert opened == []
    return "".join(shown)


def units(text: str) -> int:
    """UTF-16 units, by the codec."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2
