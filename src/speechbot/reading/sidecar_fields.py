"""The fields of a sidecar, checked one by one."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from speechbot.parsing.dates import first_date
from speechbot.wording import zh_sidecars

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# What can be said of a speech, under the names that admins may use.
SPEECH = {
    "title": "title", "date": "date", "speaker": "speaker", "occasion": "occasion", "aliases": "aliases",
    "题目": "title", "标题": "title", "日期": "date", "讲话人": "speaker", "场合": "occasion", "会议": "occasion", "别名": "aliases",
}  # fmt: skip
FILE = {**SPEECH, "speeches": "speeches", "讲话": "speeches"}
CORPUS = {"files": "files", "words": "words", "文件": "files", "词": "words", "词语": "words"}
_ISO = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_WORD = re.compile(r"(?P<word>\S{1,40})(?:\s+(?P<count>[1-9]\d{0,8}))?")


@dataclass(slots=True)
class Fields:
    """Reads the fields of one sidecar and keeps what is wrong with them.

    Attributes:
        problems: What is wrong, in the order of the file.
    """

    problems: list[str] = field(default_factory=list)

    def of_file(self, said: object, place: str = "") -> dict[str, Any]:
        """What is said of a file; mistakes are left out and told."""
        return self._read(said, FILE, place)

    def of_corpus(self, said: object) -> dict[str, Any]:
        """The parts of a ``corpus.yaml``, not yet looked into."""
        return {name: value for name, _, value in self._known(said, CORPUS, "")}

    def words(self, said: object) -> tuple[str, ...]:
        """Words for the segmentation, each plain or with its frequency after a space; none twice."""
        if not isinstance(said, list):
            self.problems.append(zh_sidecars.WRONG_WORDS.format(key="words"))
            return ()
        found: dict[str, str] = {}
        for item in said:
            pair = next(iter(item.items())) if isinstance(item, dict) and len(item) == 1 else (item, "")
            match = _WORD.fullmatch(" ".join(str(part) for part in pair if part is not None).strip())
            if match is None or isinstance(item, (list, bool)) or item is None:
                self.problems.append(zh_sidecars.WRONG_WORD.format(key="words", value=item))
            else:
                found.setdefault(match["word"], " ".join(part for part in match.groups() if part))
        return tuple(found.values())

    def _read(self, said: object, names: Mapping[str, str], place: str) -> dict[str, Any]:
        """The known fields of a mapping, each as it is kept."""
        found: dict[str, Any] = {}
        for name, key, value in self._known(said, names, place):
            kept = self._kept(name, key, value, place)
            if kept is not None:
                found[name] = kept
        return found

    def _known(self, said: object, names: Mapping[str, str], place: str) -> Iterable[tuple[str, str, object]]:
        """Name, key as written and value of every field that is known and not empty."""
        if not isinstance(said, dict):
            wide = isinstance(said, str) and "：" in said
            self.problems.append(
                place + zh_sidecars.FULL_WIDTH if wide else zh_sidecars.WRONG_ENTRY.format(place=place)
            )
            return
        for key, value in said.items():
            name = names.get(key.strip().lower()) if isinstance(key, str) else None
            if name is None:
                self.problems.append(_unknown(str(key), names, place))
            elif value is not None:
                yield name, key, value

    def _kept(self, name: str, key: str, value: object, place: str) -> object:
        """A field as it is kept, or None where it is wrong."""
        if name == "date":
            return self._date(value, place)
        if name == "aliases":
            return self._aliases(key, value, place)
        if name == "speeches":
            return self._speeches(key, value, place)
        if name == "speaker" and isinstance(value, list) and all(isinstance(item, str) for item in value):
            return zh_sidecars.SEPARATOR.join(item.strip() for item in value)
        text = _line(value)
        if text is None or (name == "title" and not text):
            self.problems.append(zh_sidecars.WRONG_TEXT.format(place=place, key=key))
            return None
        return text

    def _date(self, value: object, place: str) -> str | None:
        """A date as ISO 8601; YAML has made objects and numbers of some already."""
        if isinstance(value, dt.datetime):
            value = value.date()
        text = value.isoformat() if isinstance(value, dt.date) else _line(value)
        date = first_date(text) if text else ""
        # 2024-3-5 and 2024年3月5日 are understood; a date with more around it is a mistake.
        whole = text is not None and (_ISO.fullmatch(text) or re.fullmatch(r"[\d\s年月日号./-]+", text))
        # Of 2024-13-05 only the year is a date
        if text == "" or (date and whole and len(re.findall(r"\d+", text or "")) <= date.count("-") + 1):
            return date
        if whole and text is not None and re.fullmatch(r"\d{4}", text):
            return text
        self.problems.append(zh_sidecars.WRONG_DATE.format(place=place, value=value))
        return None

    def _aliases(self, key: str, value: object, place: str) -> list[str] | None:
        """Other names as a list, none twice."""
        items = value if isinstance(value, list) else [value]
        lines = [_line(item) for item in items]
        if all(lines):
            return list(dict.fromkeys(line for line in lines if line))
        self.problems.append(zh_sidecars.WRONG_ALIASES.format(place=place, key=key))
        return None

    def _speeches(self, key: str, value: object, place: str) -> object:
        """What is said of each speech of a file, in order or under its title."""
        if isinstance(value, list):
            return [
                self._read(item, SPEECH, place + zh_sidecars.PLACE_SPEECH.format(number=number))
                if item is not None
                else {}
                for number, item in enumerate(value, 1)
            ]
        if isinstance(value, dict) and all(isinstance(title, str) for title in value):
            return {
                title.strip(): self._read(item, SPEECH, place + zh_sidecars.PLACE_TITLED.format(title=title))
                for title, item in value.items()
            }
        self.problems.append(zh_sidecars.WRONG_SPEECHES.format(place=place, key=key))
        return None


def near(name: str, known: Iterable[str]) -> str | None:
    """The known name that ``name`` is most likely a slip for."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)), None)


def _unknown(key: str, names: Mapping[str, str], place: str) -> str:
    """What to say of a key that is not known."""
    close = near(key.lower(), names)
    if close is not None:
        return zh_sidecars.UNKNOWN_KEY_NEAR.format(place=place, key=key, near=close)
    known = zh_sidecars.SEPARATOR.join(dict.fromkeys(names.values()))
    return zh_sidecars.UNKNOWN_KEY.format(place=place, key=key, known=known)


def _line(value: object) -> str | None:
    """A value as one line of text, or None where it is none."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    text = str(value).strip()
    return None if re.search(r"[\x00-\x1f\x7f\u2028\u2029]", text) else text
