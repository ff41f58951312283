"""What flows through speechbot: sources, speeches, sections, passages, windows, hits, answers.

All offsets count characters (Unicode code points) and are half-open: ``text[start:end]``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the corpus, decoded.

    Attributes:
        name: Path relative to the corpus folder, with ``/`` between parts.
        encoding: How the whole file was read: the codec that decoded it strictly, such as ``utf-8`` or ``gb18030``, or
            the format, such as ``docx``.
        sha256: Hex digest of the file's bytes.
        text: The text that was read from it; every offset in the index counts into it.
        notes: What the sidecar files say of it, as canonical JSON; "" where they say nothing.
    """

    name: str
    encoding: str
    sha256: str
    text: str = field(repr=False)
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and all that stands under it, sub-sections included.

    Attributes:
        title: The heading as it is cited, without the full stop that ends a run-in heading.
        kind: Numbering style, one of ``headings.KINDS`` such as ``第X章`` or ``一、``.
        level: Depth below the speech, 1 is the top.
        start: Where the heading starts in the source text.
        end: Where the heading ends (exclusive).
        stop: Where the section ends: the next heading of the same or a higher level, or the speech's end. The last of
            several one-paragraph points (一是…。二是…。) ends with its paragraph, and the last section of a series at a
            renewed salutation: what follows sums up.
        parent: Position of the enclosing section in ``Speech.sections``, or None.
    """

    title: str
    kind: str
    level: int
    start: int
    end: int
    stop: int
    parent: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """What programs are told of it, wherever its speech is listed."""
        return {"title": self.title, "kind": self.kind, "level": self.level, "parent": self.parent}


@dataclass(frozen=True, slots=True)
class Passage:
    """One body paragraph: the unit that is shown and cited.

    Attributes:
        id: 16 hex digits from source name and text, so that links survive a rebuild.
        text: Exactly ``source.text[start:end]``.
        speech: Title of the speech.
        section: Headings from the top down to the paragraph.
        source: Name of the source file.
        paragraph: Number of the paragraph in its speech, from 1.
        start: Offset in the source text.
        end: Offset in the source text (exclusive).
    """

    id: str
    text: str
    speech: str
    section: tuple[str, ...]
    source: str
    paragraph: int
    start: int
    end: int

    def to_dict(self) -> dict[str, Any]:
        """The passage as ``--json`` prints it."""
        return {**asdict(self), "section": list(self.section)}


@dataclass(frozen=True, slots=True)
class Speech:
    """One talk in a source; its paragraphs are numbered from 1.

    Attributes:
        title: The title as it is cited.
        source: Name of the source file.
        start: Where the speech, title included, starts in the source text.
        stop: Where it ends (exclusive).
        sections: All sections in the order of the text, parents before children.
        passages: All body paragraphs in the order of the text.
        date: When it was given, as far as known: ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; "" where it is not.
        speaker: Who gave it; "" where that is not known.
        occasion: The meeting or event; "" where that is not known.
        aliases: Other names that it is asked for by.
    """

    title: str
    source: str
    start: int
    stop: int
    sections: tuple[Section, ...]
    passages: tuple[Passage, ...]
    date: str = ""
    speaker: str = ""
    occasion: str = ""
    aliases: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """What programs are told of it, wherever it is listed; its sections and passages are told there."""
        names = ("title", "source", "date", "speaker", "occasion")
        return {
            **{name: getattr(self, name) for name in names},
            "aliases": list(self.aliases),
            "paragraphs": len(self.passages),
        }


@dataclass(frozen=True, slots=True)
class Window:
    """Whole sentences of one passage: the unit that is embedded.

    Attributes:
        start: Offset in the passage's text.
        end: Offset in the passage's text (exclusive).
    """

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question.

    Attributes:
        passage: The passage.
        score: Calibrated probability in [0, 1] that the passage answers the question; higher is better. Where a reranker
            orders the hits, it is that of the place in the order: see ``reranking``.
        highlight: ``(start, end)`` of the sentence in ``passage.text`` that answers best.
        places: The other passages of the same wording, in the order of the index: one paragraph is one hit, wherever
            it stands.
        date: When the speech was given, as in ``Speech``; "" where that is not known.
        speaker: Who gave it; "" where that is not known.
        occasion: The meeting or event; "" where that is not known.
    """

    passage: Passage
    score: float
    highlight: tuple[int, int]
    places: tuple[Passage, ...] = ()
    date: str = ""
    speaker: str = ""
    occasion: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The hit as ``--json`` prints it."""
        start, end = self.highlight
        return {
            **self.passage.to_dict(),
            "date": self.date,
            "speaker": self.speaker,
            "occasion": self.occasion,
            "score": round(self.score, 4),
            "highlight": [start, end],
            "sentence": self.passage.text[start:end],
            "places": [place.to_dict() for place in self.places],
        }


@dataclass(frozen=True, slots=True)
class Quotation:
    """Whole sentences of a hit, picked and put in their place by a language model.

    Attributes:
        text: Exactly ``passage.text[start:end]`` of the hit's passage.
        passage: Id of that passage, one of the answer's hits.
        start: Offset in the passage's text.
        end: Offset in the passage's text (exclusive).
        lead: Connectives in front with their punctuation, from a short closed list, such as 其次，; mostly "".
    """

    text: str
    passage: str
    start: int
    end: int
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What ``ask`` returns: quoted passages, or an honest "not in the materials".

    Attributes:
        question: The question as asked.
        hits: The best passages, best first. When ``found`` is false they are only the nearest ones.
        found: Whether the best hit's probability reaches the calibrated cut-off.
        confidence: Probability in [0, 1] of the best hit; 0 without hits.
        corrected: The question as it was searched, where typing errors were set right in it; else None.
        arranged: Sentences of the hits as a language model arranged them; none where none is configured.
    """

    question: str
    hits: tuple[Hit, ...]
    found: bool
    confidence: float
    corrected: str | None = None
    arranged: tuple[Quotation, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The answer as ``--json`` prints it."""
        return {
            "question": self.question,
            "found": self.found,
            "confidence": round(self.confidence, 4),
            "corrected": self.corrected,
            "hits": [hit.to_dict() for hit in self.hits],
            "arranged": [asdict(one) for one in self.arranged],
        }


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a build did.

    Attributes:
        sources: Files indexed.
        speeches: Speeches found in them.
        passages: Passages indexed.
        windows: Windows indexed.
        added: Passages that the previous generation did not have.
        changed: Passages kept by id whose place (section, number, offsets) changed.
        removed: Passages of the previous generation that are gone.
        unchanged: Passages that are the same in every field.
        encoded: Windows that were encoded in this build; the others' vectors were taken over.
        seconds: Wall-clock time of the build.
        generation: Name of the live generation after the build.
        skipped: Files left out because of what they are, each ``(name, reason)``.
        failed: Files that could not be read, likewise.
        resumed: Windows that an interrupted build had encoded already.
        missed: Ids of the gold questions that neither this generation nor the one before answers.
        idle: Whether the index was up to date already, so that no generation was written.
    """

    sources: int
    speeches: int
    passages: int
    windows: int
    added: int
    changed: int
    removed: int
    unchanged: int
    encoded: int
    seconds: float
    generation: str
    skipped: tuple[tuple[str, str], ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    resumed: int = 0
    missed: tuple[str, ...] = ()
    idle: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The report as ``--json`` prints it."""
        pairs = {name: [list(item) for item in getattr(self, name)] for name in ("skipped", "failed")}
        return {**asdict(self), "seconds": round(self.seconds, 3), **pairs, "missed": list(self.missed)}
