"""Check that a question is text that can be asked."""

from __future__ import annotations

import unicodedata

from speechbot.errors import QuestionError
from speechbot.wording import zh_errors

# Characters. Real questions have 5 to 80, pasted paragraphs 300; the encoder reads 512 tokens, one for each Chinese
# character and a few for the prefix, so that everything up to here is really read.
MAX_LENGTH = 500

# What a keyboard or a paste puts between words; they count as spaces.
_BREAKS = frozenset("\t\n\v\f\r\x85")


def check_question(question: str) -> str:
    """Return the question on one line: ends stripped, runs of white space made one space.

    Raises:
        QuestionError: It is blank, longer than ``MAX_LENGTH`` characters, holds control characters or
            halves of broken characters, or holds no letter, digit or Chinese character.
    """
    for position, character in enumerate(question, start=1):
        category = unicodedata.category(character)
        if category == "Cs":
            raise QuestionError(zh_errors.QUESTION_BROKEN.format(position=position))
        if category == "Cc" and character not in _BREAKS:
            raise QuestionError(zh_errors.QUESTION_CONTROL.format(position=position, code=ord(character)))
    line = " ".join(question.split())
    if not line:
        raise QuestionError(zh_errors.QUESTION_EMPTY)
    if len(line) > MAX_LENGTH:
        raise QuestionError(zh_errors.QUESTION_LONG.format(length=len(line), limit=MAX_LENGTH))
    if not any(unicodedata.category(character)[0] in "LN" for character in line):
        raise QuestionError(zh_errors.QUESTION_WORDLESS)
    return line
