"""Accounts of sources."""

from __future__ import annotations

from speechbot.models import Source
from speechbot.parsing.audit import audit, duplicates
from speechbot.parsing.doubts import Doubt
from speechbot.parsing.dropped import Drop
from speechbot.parsing.parser import parse

LONG = "入秋以后风大物燥，山上的每一条小路都要有人看、有人管、有人记。"


def source(name: str, text: str) -> Source:
    """A file."""
    return Source(name, "utf-8", "0", text)


def test_an_audit_holds_both_what_was_left_out_and_what_is_doubtful() -> None:
    """The one is an input of the other."""
    file = source("防火.txt", f"同志们：\n{LONG}\n")

    found = audit(file, parse(file))

    assert [item.kind for item in found.dropped] == [Drop.SALUTATION]
    assert [doubt.kind for doubt in found.doubts] == [Doubt.UNTITLED]


def test_paragraphs_of_several_files_are_listed_with_their_places() -> None:
    """Twice in one file alone is not in several; short ones are the same everywhere."""
    first = source("甲.txt", f"在甲会上的讲话\n{LONG}\n谢谢大家的努力。\n")
    second = source("乙.txt", f"在乙会上的讲话\n各位辛苦了，先说一件事。\n{LONG}\n{LONG}\n谢谢大家的努力。\n")
    third = source("丙.txt", f"在丙会上的讲话\n{LONG[::-1]}\n{LONG[::-1]}\n")

    (shared,) = duplicates(speech for file in (first, second, third) for speech in parse(file))

    assert shared.text == LONG
    assert [(place.source, place.paragraph) for place in shared.places] == [("甲.txt", 1), ("乙.txt", 2), ("乙.txt", 3)]
    assert shared.files == ("甲.txt", "乙.txt")
