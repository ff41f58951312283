"""What a button carries, at most 64 bytes, so that it works after a restart and without a memory of what was asked.

Callback data comes from outside: ``unpack`` takes nothing but exactly what ``pack`` makes.
"""

from __future__ import annotations

import re
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from enum import Enum, IntEnum
from hashlib import blake2b
from typing import Any, ClassVar

# Hits that one button can name.
MOST = 5
# Number of a sentence that stands for none.
NO_SENTENCE = 63

_ID = re.compile(r"[0-9a-f]{16}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{0,40}")
_LINK = "p_"
# What /start carries that comes from inline mode; no join code is taken for it, nor it for one.
FROM_INLINE = "from-inline"


class Confidence(IntEnum):
    """How sure an answer is; ``NEAREST`` is below the cut-off: no answer at all."""

    LOW = 0
    FAIR = 1
    HIGH = 2
    NEAREST = 3


@dataclass(frozen=True, slots=True)
class HitRef:
    """A hit in nine bytes: the passage, how sure it is, the number of its highlighted sentence."""

    passage: str
    confidence: Confidence
    sentence: int = NO_SENTENCE

    def to_bytes(self) -> bytes:
        """64 bits of id, 2 of confidence, 6 of the sentence's number."""
        return bytes.fromhex(self.passage) + bytes([self.confidence << 6 | self.sentence])

    @staticmethod
    def from_bytes(data: bytes) -> HitRef:
        """What ``to_bytes`` was given."""
        return HitRef(data[:8].hex(), Confidence(data[8] >> 6), data[8] & 63)


@dataclass(frozen=True, slots=True)
class Show:
    """Show one hit of an answer's list."""

    hits: tuple[HitRef, ...]
    at: int = 0
    verb: ClassVar[str] = "h"

    def pack(self) -> str:
        """As callback data."""
        return f"{self.verb}{self.at}{_hits(self.hits)}"

    @staticmethod
    def parse(body: str) -> Show:
        """From what follows the verb."""
        hits = _read_hits(body[1:])
        at = int(body[0])
        if at >= len(hits):
            raise ValueError(body)
        return Show(hits, at)


@dataclass(frozen=True, slots=True)
class Rephrase:
    """Hints for asking differently, after the nearest passages."""

    hits: tuple[HitRef, ...]
    verb: ClassVar[str] = "w"

    def pack(self) -> str:
        """As callback data."""
        return self.verb + _hits(self.hits)

    @staticmethod
    def parse(body: str) -> Rephrase:
        """From what follows the verb."""
        return Rephrase(_read_hits(body))


@dataclass(frozen=True, slots=True)
class Read:
    """Read a passage, or the one before (-1) or after it (1)."""

    passage: str
    step: int = 0
    verb: ClassVar[str] = "r"

    def pack(self) -> str:
        """As callback data."""
        return self.verb + _pack("8sb", bytes.fromhex(self.passage), self.step)

    @staticmethod
    def parse(body: str) -> Read:
        """From what follows the verb."""
        passage, step = _unpack("8sb", body)
        if abs(step) > 1:
            raise ValueError(body)
        return Read(passage.hex(), step)


@dataclass(frozen=True, slots=True)
class ReadSection:
    """Read the section around a passage: at a level of its path, 0 being the whole speech; 255 the innermost."""

    passage: str
    level: int = 255
    verb: ClassVar[str] = "s"

    def pack(self) -> str:
        """As callback data."""
        return self.verb + _pack("8sB", bytes.fromhex(self.passage), self.level)

    @staticmethod
    def parse(body: str) -> ReadSection:
        """From what follows the verb."""
        passage, level = _unpack("8sB", body)
        return ReadSection(passage.hex(), level)


@dataclass(frozen=True, slots=True)
class Origin:
    """出处: where a passage stands, in full."""

    passage: str
    verb: ClassVar[str] = "o"

    def pack(self) -> str:
        """As callback data."""
        return self.verb + _pack("8s", bytes.fromhex(self.passage))

    @staticmethod
    def parse(body: str) -> Origin:
        """From what follows the verb."""
        (passage,) = _unpack("8s", body)
        return Origin(passage.hex())


@dataclass(frozen=True, slots=True)
class Vote:
    """Whether an answer was of use."""

    passage: str
    useful: bool
    verb: ClassVar[str] = "v"

    def pack(self) -> str:
        """As callback data."""
        return self.verb + _pack("8s?", bytes.fromhex(self.passage), self.useful)

    @staticmethod
    def parse(body: str) -> Vote:
        """From what follows the verb."""
        passage, useful = _unpack("8s?", body)
        return Vote(passage.hex(), useful)


@dataclass(frozen=True, slots=True)
class Walk:
    """A speech's outline: the headings below one of its sections, or the text of that section.

    Attributes:
        speech: ``speech_key`` of the speech.
        section: Position of the section in the speech; -1 for the whole speech.
        check: ``title_check`` of its title: after a rebuild the position may be another section's.
        text: Whether to show the text instead of the headings.
        page: Which page of the headings.
    """

    speech: str
    section: int = -1
    check: int = 0
    text: bool = False
    page: int = 0
    verb: ClassVar[str] = "t"

    def pack(self) -> str:
        """As callback data."""
        return self.verb + _pack("6shH?H", bytes.fromhex(self.speech), self.section, self.check, self.text, self.page)

    @staticmethod
    def parse(body: str) -> Walk:
        """From what follows the verb."""
        speech, section, check, text, page = _unpack("6shH?H", body)
        return Walk(speech.hex(), section, check, text, page)


@dataclass(frozen=True, slots=True)
class Sources:
    """A page of the list of speeches."""

    page: int = 0
    verb: ClassVar[str] = "l"

    def pack(self) -> str:
        """As callback data."""
        return self.verb + _pack("I", self.page)

    @staticmethod
    def parse(body: str) -> Sources:
        """From what follows the verb."""
        return Sources(*_unpack("I", body))


@dataclass(frozen=True, slots=True)
class Example:
    """Ask an example question, by its number and a ``title_check`` of its text."""

    number: int
    check: int
    verb: ClassVar[str] = "e"

    def pack(self) -> str:
        """As callback data."""
        return self.verb + _pack("HH", self.number, self.check)

    @staticmethod
    def parse(body: str) -> Example:
        """From what follows the verb."""
        return Example(*_unpack("HH", body))


@dataclass(frozen=True, slots=True)
class Apply:
    """Ask the admins to be let in."""

    verb: ClassVar[str] = "q"

    def pack(self) -> str:
        """As callback data."""
        return self.verb

    @staticmethod
    def parse(_body: str) -> Apply:
        """From what follows the verb: nothing may."""
        return Apply()


@dataclass(frozen=True, slots=True)
class Judge:
    """An admin lets somebody in, or does not."""

    user: int
    allowed: bool
    verb: ClassVar[str] = "a"

    def pack(self) -> str:
        """As callback data."""
        return self.verb + _pack("q?", self.user, self.allowed)

    @staticmethod
    def parse(body: str) -> Judge:
        """From what follows the verb."""
        return Judge(*_unpack("q?", body))


class Task(Enum):
    """What an admin is asked to confirm, or can have done by a button."""

    UPLOAD = "u"
    REMOVE = "d"
    ROLLBACK = "b"
    EXPORT = "x"


@dataclass(frozen=True, slots=True)
class Confirm:
    """An admin goes on with something, or drops it; the token, up to 40 of A-Za-z0-9_-, says with what."""

    task: Task
    accepted: bool
    token: str = ""
    verb: ClassVar[str] = "c"

    def pack(self) -> str:
        """As callback data."""
        return f"{self.verb}{self.task.value}{self.accepted:d}{self.token}"

    @staticmethod
    def parse(body: str) -> Confirm:
        """From what follows the verb."""
        if not _TOKEN.fullmatch(body[2:]):
            raise ValueError(body)
        return Confirm(Task(body[0]), body[1] == "1", body[2:])


Action = Show | Rephrase | Read | ReadSection | Origin | Vote | Walk | Sources | Example | Apply | Judge | Confirm

_KINDS: dict[str, type[Action]] = {
    kind.verb: kind
    for kind in (Show, Rephrase, Read, ReadSection, Origin, Vote, Walk, Sources, Example, Apply, Judge, Confirm)
}


def unpack(data: str) -> Action | None:
    """The action of a button, None for anything that ``pack`` did not make."""
    kind = _KINDS.get(data[:1])
    try:
        action = kind.parse(data[1:]) if kind else None
        # Base64 reads several spellings as one; there is one of ours
        return action if action and action.pack() == data else None
    except (ValueError, IndexError, struct.error):
        return None


def link_payload(passage: str) -> str:
    """What a permanent link to a passage carries."""
    return _LINK + passage


def linked(payload: str) -> str | None:
    """The passage that a link leads to; None for any other payload."""
    found = payload.removeprefix(_LINK)
    return found if payload.startswith(_LINK) and _ID.fullmatch(found) else None


def speech_key(source: str, title: str, nth: int = 0) -> str:
    """A speech in 48 bits that outlast a rebuild: 12 hex digits.

    Args:
        source: Its file.
        title: Its title.
        nth: How many speeches of this title stand before it in the file.
    """
    return blake2b(f"{source}\0{title}\0{nth}".encode(errors="replace"), digest_size=6).hexdigest()


def title_check(title: str) -> int:
    """16 bits of a text that tell whether it is still the same."""
    return int.from_bytes(blake2b(title.encode(errors="replace"), digest_size=2).digest())


def _hits(hits: tuple[HitRef, ...]) -> str:
    return urlsafe_b64encode(b"".join(hit.to_bytes() for hit in hits[:MOST])).decode()


def _read_hits(body: str) -> tuple[HitRef, ...]:
    data = urlsafe_b64decode(body)
    if not data or len(data) % 9 or len(data) > 9 * MOST:
        raise ValueError(body)
    return tuple(HitRef.from_bytes(data[at : at + 9]) for at in range(0, len(data), 9))


def _pack(layout: str, *values: bytes | int) -> str:
    return urlsafe_b64encode(struct.pack(f">{layout}", *values)).decode().rstrip("=")


def _unpack(layout: str, body: str) -> tuple[Any, ...]:
    return struct.unpack(f">{layout}", urlsafe_b64decode(body + "=" * (-len(body) % 4)))
