"""What the bot asks of an index: answers, and texts to read on in. Blocking; for any number of threads."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from speechbot.language.sentences import sentence_spans
from speechbot.telegram.buttons import MOST, NO_SENTENCE, Confidence, HitRef, speech_key, title_check
from speechbot.terminal.chat import topic
from speechbot.terminal.render import FAIR, HIGH
from speechbot.wording import zh_answers

if TYPE_CHECKING:
    from speechbot.browsing import Browser, Context, Extract, Outline
    from speechbot.indexing.catalog import Entry
    from speechbot.models import Answer, Hit, Passage
    from speechbot.retriever import Retriever

_INNERMOST = 255
_EXAMPLES = 3
# Headings tried for an example, and speeches that they are taken from; each costs a search.
_TRIES = 12


@dataclass(frozen=True, slots=True)
class Card:
    """A hit to be shown: the passage among its neighbours, how sure it is, the sentence that answers."""

    context: Context
    confidence: Confidence
    highlight: tuple[int, int] | None

    @property
    def passage(self) -> Passage:
        """The passage."""
        return self.context.passage


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list of speeches, each with its key, and how many there are in all."""

    entries: tuple[tuple[str, Entry], ...]
    total: int


class Library:
    """One index, asked by the bot."""

    def __init__(self, retriever: Retriever) -> None:
        """Ask a retriever."""
        self._retriever = retriever
        # Of one generation, replaced as a whole: two threads may both compute it, to one end
        self._keys: tuple[str, dict[str, int]] = ("", {})
        self._examples = lru_cache(2)(self._find_examples)

    @property
    def generation(self) -> str:
        """Name of the generation that answered last."""
        return self._retriever.generation

    def ask(self, question: str, k: int = MOST) -> Answer:
        """The answer; see ``Retriever.ask``."""
        return self._retriever.ask(question, k)

    def card(self, ref: HitRef) -> Card | None:
        """The hit that a button names, None when its passage is gone."""
        context = self.context(ref.passage)
        if context is None:
            return None
        spans = sentence_spans(context.passage.text)
        highlight = spans[ref.sentence] if ref.sentence < min(len(spans), NO_SENTENCE) else None
        return Card(context, ref.confidence, highlight)

    def passage(self, passage_id: str) -> Passage | None:
        """A passage, None when it is gone."""
        return self._retriever.browse(lambda browser: browser.passage(passage_id))

    def context(self, passage_id: str, step: int = 0) -> Context | None:
        """A passage among its neighbours, or one ``step`` further on; None when there is none."""
        return self._retriever.browse(lambda browser: browser.context(passage_id, step))

    def extract(self, passage_id: str, level: int = _INNERMOST) -> Extract | None:
        """The section around a passage, at most ``level`` deep; 0 is the whole speech. None when it is gone."""
        return self._retriever.browse(lambda browser: browser.extract(passage_id, level))

    def counts(self) -> tuple[int, int]:
        """How many speeches and paragraphs there are."""
        return self._retriever.browse(lambda browser: (len(self._keyed(browser)), browser.paragraphs))

    def listing(self, start: int, count: int) -> Listing:
        """Some speeches of the list."""

        def look(browser: Browser) -> Listing:
            keys = list(self._keyed(browser))
            entries = browser.entries(start, count)
            return Listing(tuple((keys[entry.number], entry) for entry in entries), len(keys))

        return self._retriever.browse(look)

    def outline(self, key: str) -> Outline | None:
        """The headings of a speech by its key, None when it is gone."""

        def look(browser: Browser) -> Outline | None:
            number = self._keyed(browser).get(key)
            return None if number is None else browser.outline(number)

        return self._retriever.browse(look)

    def section(self, key: str, section: int, check: int) -> Extract | None:
        """A section of a speech by its position, -1 for all; None when it is gone or has another title."""

        def look(browser: Browser) -> Extract | None:
            number = self._keyed(browser).get(key)
            if number is None:
                return None
            found = browser.section(number, None if section < 0 else section)
            kept = section < 0 or (found is not None and title_check(found.path[-1]) == check)
            return found if kept else None

        return self._retriever.browse(look)

    def examples(self) -> tuple[str, ...]:
        """Questions that the materials answer."""
        return self._examples(self._retriever.browse(lambda browser: browser.generation))

    def _keyed(self, browser: Browser) -> dict[str, int]:
        """Keys of all speeches, in the order of the index, with their numbers; read once for each generation."""
        generation, keys = self._keys
        if generation != browser.generation:
            seen: Counter[tuple[str, str]] = Counter()
            keys = {}
            for number, name in enumerate(browser.titles()):
                keys[speech_key(*name, seen[name])] = number
                seen[name] += 1
            self._keys = (browser.generation, keys)
        return keys

    def _find_examples(self, _generation: str) -> tuple[str, ...]:
        """Questions from headings of a few speeches, spread over the list, that are answered."""

        def look(browser: Browser) -> list[str]:
            total = len(self._keyed(browser))
            outlines = (browser.outline(number) for number in range(0, total, max(1, total // _TRIES)))
            return [topic(one.title) for found in outlines if found for one in found.sections]

        found = [text for text in dict.fromkeys(self._retriever.browse(look)) if text]
        questions = (zh_answers.CHAT_EXAMPLE.format(topic=text) for text in found[:: max(1, len(found) // _TRIES)])
        answered = (question for question in questions if self.ask(question, 1).found)
        return tuple(islice(answered, _EXAMPLES))


def confidence(score: float, *, found: bool) -> Confidence:
    """A probability in the classes that a button carries."""
    if not found:
        return Confidence.NEAREST
    if score >= HIGH:
        return Confidence.HIGH
    return Confidence.FAIR if score >= FAIR else Confidence.LOW


def reference(hit: Hit, *, found: bool) -> HitRef:
    """A hit as a button names it."""
    spans = sentence_spans(hit.passage.text)
    number = spans.index(hit.highlight) if hit.highlight in spans else NO_SENTENCE
    return HitRef(hit.passage.id, confidence(hit.score, found=found), min(number, NO_SENTENCE))


def references(answer: Answer) -> tuple[HitRef, ...]:
    """The hits of an answer as buttons name them, those of a refusal as nearest."""
    return tuple(reference(hit, found=answer.found) for hit in answer.hits[:MOST])
