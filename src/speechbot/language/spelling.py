"""Typing errors of pinyin input, set right before searching: 营伤环境 was meant to be 营商环境."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from speechbot.language.words import STOP_WORDS, bigram, dictionary_words, han_runs, in_dictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    Frequency = Callable[[Sequence[str]], NDArray[np.int64]]

# The characters of each syllable, made by scripts/build_sounds.py.
PATH = Path(__file__).parent / "sounds.txt"
LONGEST = 4  # characters of a word that is looked for; few are longer


def corrected(question: str, frequency: Frequency, *, words: tuple[str, ...] = ()) -> str:
    """Replace characters that were picked wrongly among those of one sound.

    A character is wrong when the dictionary knows no word with it there, no passage holds it beside either of its neighbours,
    and another character of the same sound makes a dictionary word that the passages do hold. Of several such words
    the longest wins, then the most frequent. (A noisy channel, Kernighan, Church and Gale 1990, whose channel is the
    input method and whose source is the index.) Words that only ask or join are neither wrong nor meant.

    Args:
        question: The folded question.
        frequency: How many passages hold each of some tokens, ``LexicalIndex.frequency``.
        words: Words that the corpus adds to the dictionary.

    Returns:
        The question, of the same length; the very same where nothing is wrong.
    """
    found = list(question)
    for run, offset in han_runs(question):
        cut = dictionary_words(run, words=words)
        at = 0
        for word in cut:
            if len(word) == 1 and word not in STOP_WORDS and _is_odd(run, at, frequency):
                found[offset + at] = _meant(run, at, cut, frequency, words) or word
            at += len(word)
    return "".join(found)


def _is_odd(run: str, at: int, frequency: Frequency) -> bool:
    """Whether no passage holds the character beside either of its neighbours."""
    pairs = [run[start : start + 2] for start in (at - 1, at) if 0 <= start <= len(run) - 2]
    return bool(pairs) and not frequency([bigram(pair) for pair in pairs]).any()


def _meant(run: str, at: int, cut: Sequence[str], frequency: Frequency, words: tuple[str, ...]) -> str | None:
    """The character of the same sound that makes a word of the passages, if any."""
    candidates = [
        (run[start:at] + char + run[at + 1 : end], char)
        for start, end in _spans(at, cut)
        for char in homophones(run[at])
    ]
    known = [(word, char) for word, char in candidates if word not in STOP_WORDS and in_dictionary(word, words=words)]
    held = frequency([word for word, _ in known]).tolist() if known else []
    best = max(((len(word), rows, char) for (word, char), rows in zip(known, held, strict=True) if rows), default=None)
    return best[2] if best else None


def _spans(at: int, words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Stretches of two to ``LONGEST`` characters around ``at`` that begin and end where words do."""
    bounds = [0]
    for word in words:
        bounds.append(bounds[-1] + len(word))
    for start in bounds:
        for end in bounds:
            if start <= at < end and 2 <= end - start <= LONGEST:
                yield start, end


def homophones(char: str) -> tuple[str, ...]:
    """Other characters with one of the readings of ``char``, tones aside; none for one that is not in common use."""
    sounds = _sounds()
    return tuple(dict.fromkeys(other for sound in sounds.get(char, ()) for other in sound if other != char))


@cache
def _sounds() -> dict[str, list[str]]:
    """For each character the character sets of its readings."""
    sounds: dict[str, list[str]] = {}
    for line in PATH.read_text(encoding="utf-8").splitlines():
        chars = line.partition(" ")[2]
        for char in chars:
            sounds.setdefault(char, []).append(chars)
    return sounds
