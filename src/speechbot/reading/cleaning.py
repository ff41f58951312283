"""What formats other than plain text leave in a line that nobody wrote."""

from __future__ import annotations

import html
import re
import unicodedata

from speechbot.language.text import RADICALS

# A character of Chinese text, punctuation included: between two of them a space or line end means nothing.
WIDE = r"[\u2e80-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef“”‘’—…·]"
# The blocks that fonts of PDF files put in place of the characters they look like. Nothing else is folded: NFKC on the
# whole text would turn ，：（） into half-width marks, which is not what was written.
_LOOKALIKE = re.compile(r"[\u2e80-\u2fdf\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe4f\U0002f800-\U0002fa1f]")
# Where NFKC gives the half-width mark for the vertical one.
_ALIKE = RADICALS | dict(zip(map(ord, "︐︑︓︰︔︕︖︱︵︶︷︸"), "，、：：；！？—（）｛｝", strict=True))
# No width: zero-width marks, soft hyphens, direction marks, controls (tab apart), halves of characters, non-characters.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0a-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufff9-\ufffb\ud800-\udfff\ufffe\uffff]"
)
_SPACE = re.compile(r"[ \t\xa0\u2000-\u200a\u202f\u205f]+")
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_WRAPPED = re.compile(rf"(?<={WIDE})[^\S\u3000]*\n[^\S\u3000]*(?={WIDE})")
_LABEL_END = frozenset("、）)．，：。；—")


def clean(text: str) -> str:
    """A line without invisible marks, its spaces made plain, stripped; line breaks in it are dropped.

    Look-alikes of Chinese characters (Kangxi radicals, compatibility forms) become the characters; full-width
    punctuation and digits stay.
    """
    return _SPACE.sub(" ", _UNSEEN.sub("", folded(text))).strip(" \u3000")


def folded(text: str) -> str:
    """Look-alikes of Chinese characters replaced by the characters, one for one where Unicode knows which."""
    if not _LOOKALIKE.search(text):
        return text
    return _LOOKALIKE.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text.translate(_ALIKE))


def unescaped(text: str) -> str:
    """Text in which ``&nbsp;`` and the like still stand, escaped twice or never resolved, with what they mean."""
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text)


def rewrapped(text: str) -> str:
    """Text whose line ends are only layout, in one line; between Chinese characters they vanish, else a space stays."""
    return _SPACE.sub(" ", _WRAPPED.sub("", text).replace("\n", " "))


def labelled(label: str, text: str) -> str:
    """A number written by a program in front of its text, as typists write it: 一、总则 but 第一章 总则 and 1. 总则."""
    if not label or not text:
        return label or text
    tight = label[-1] in _LABEL_END or "①" <= label[-1] <= "⓿" or label.endswith(" ")
    return label + text if tight else f"{label} {text}"


def joined(*pieces: str) -> str:
    """Pieces of one line; a space stays between them unless a Chinese character or nothing is on either side."""
    text = ""
    for piece in pieces:
        close = not text or not piece or re.match(WIDE, text[-1]) or re.match(WIDE, piece[0])
        text += piece if close else f" {piece}"
    return text
