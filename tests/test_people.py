"""Names of speakers."""

from __future__ import annotations

import pytest

from speechbot.parsing.people import is_name, is_person, name_at, name_in


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("李大山", "李大山"),
        ("李　强", "李强"),
        ("王 小 明", "王小明"),
        ("欧阳小明", "欧阳小明"),
        ("县人民政府副主席兼委员会主任　李大山", "李大山"),
        ("县委书记李大山", "李大山"),
        ("县委书记 李大山同志", "李大山"),
        ("**市长　王 明**", "王明"),
        ("主席 阿依·买买提", "阿依·买买提"),
    ],
)
def test_names(line: str, name: str) -> None:
    """A line of a name, with an office or without, is a person; offices and stray spaces are not part of the name."""
    assert is_person(line)
    assert name_in(line) == name


@pytest.mark.parametrize("line", ["会议纪要", "工作要点", "全面发展", "国家大事"])
def test_short_lines_that_are_no_names(line: str) -> None:
    """Words that look as short as a name are not cited as a speaker."""
    assert name_in(line) == ""


def test_office_run_together_with_other_words_is_no_person() -> None:
    """市长办公会议纪要 holds an office and no name."""
    assert not is_person("市长办公会议纪要")


@pytest.mark.parametrize(("text", "known"), [("李强", True), ("司马光明", True), ("李", False), ("李大山水", False)])
def test_is_name(text: str, *, known: bool) -> None:
    """A family name and one or two characters."""
    assert is_name(text) is known


def test_length_of_a_name_is_read_off_elsewhere() -> None:
    """A name that runs into the text is as long as where it follows an office; where it never does, nothing is known."""
    text = "讲话李大山今天开会。会上，县委书记李大山作了讲话。"

    assert name_at(text, 2) == 3
    assert name_at("讲话李大山今天开会。", 2) == 0
    assert name_at("讲话国家今天开会。国家主席讲话。", 2) == 0
