"""Front matter at the head of a Markdown file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from speechbot.parsing.origin import labelled

_LINE = r"[^\r\n]{0,500}(?:\r\n|\r|\n)"
# The block ends with three dashes or more; the line that opens it has been lost in some files.
_BLOCK = re.compile(
    rf"\A\s*(?:-{{3,}}[ \t]*(?:\r\n|\r|\n)\s*(?=[\w-]{{1,30}}[ \t]*[:：])|(?=(?:title|date|author)[ \t]*:))"
    rf"(?P<fields>(?:{_LINE}){{0,60}}?)-{{3,}}[ \t]*(?=[\r\n]|\Z)"
)
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,29}[ \t]*:.*")
_ITEM = re.compile(r"[ \t]+-?.*|-[ \t].*|#.*")


@dataclass(frozen=True, slots=True)
class Front:
    """What stands before a text.

    Attributes:
        end: Where it ends in the text; 0 where there is none.
        fields: What it says under the names that we know, see ``origin.labelled``.
    """

    end: int = 0
    fields: dict[str, str] = field(default_factory=dict)


def front_matter(text: str) -> Front:
    """The front matter of ``text``; a rule with plain words below it is none."""
    match = _BLOCK.match(text)
    if match is None:
        return Front()
    rows = [row for row in re.split(r"[\r\n]+", match["fields"]) if row.strip()]
    if not all(_KEY.fullmatch(row) or _ITEM.fullmatch(row) or labelled(row) for row in rows):
        return Front()
    fields: dict[str, str] = {}
    for at, row in enumerate(rows):
        items = [item.strip(" \t-") for item in _items(rows[at + 1 :])]
        found = labelled(row if row.rstrip()[-1] not in ":：" else f"{row}{'、'.join(items)}")
        if found is not None:
            fields.setdefault(*found)
    return Front(match.end(), fields)


def _items(rows: list[str]) -> list[str]:
    """The rows of a list at the start of ``rows``."""
    found: list[str] = []
    for row in rows:
        if not _ITEM.fullmatch(row):
            break
        found.append(row)
    return found
