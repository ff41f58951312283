"""What admins say of speeches, laid over what the parser found."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from speechbot.models import Source, Speech
from speechbot.parsing.annotations import annotated
from speechbot.parsing.parser import parse

BODY = "我们要坚持问题导向，深入基层开展调查研究，把群众反映的突出问题一件一件解决好。"
ONE = f"在会上的讲话\n（2024年3月5日）\n李大山\n同志们：\n{BODY}\n"
TWO = f"第一篇\n在动员会上的讲话\n同志们：\n{BODY}\n第二篇\n在总结会上的讲话\n同志们：\n{BODY}\n"


def speeches(text: str, **said: object) -> tuple[Speech, ...]:
    """The speeches of a text with what a sidecar says."""
    notes = json.dumps(said, ensure_ascii=False) if said else ""
    return parse(Source(name="材料.txt", encoding="utf-8", sha256="0" * 64, text=text, notes=notes))


def test_the_text_speaks_where_nobody_else_does() -> None:
    """Without a sidecar the origin is what the text gives."""
    (speech,) = speeches(ONE)

    assert (speech.title, speech.date, speech.speaker, speech.occasion) == ("在会上的讲话", "2024-03-05", "李大山", "")


def test_the_sidecar_goes_first() -> None:
    """Each field given replaces the one found; another title is cited by every passage and leaves the old one as a name."""
    (speech,) = speeches(ONE, title="在全县读书会上的讲话", speaker="", occasion="全县读书会", aliases=["读书讲话"])

    assert (speech.title, speech.date, speech.speaker) == ("在全县读书会上的讲话", "2024-03-05", "")
    assert (speech.occasion, speech.aliases) == ("全县读书会", ("读书讲话", "在会上的讲话"))
    assert {passage.speech for passage in speech.passages} == {speech.title}


def test_ids_do_not_depend_on_titles() -> None:
    """Links survive when an admin sets a title right."""
    assert [p.id for s in speeches(ONE) for p in s.passages] == [
        p.id for s in speeches(ONE, title="别的") for p in s.passages
    ]


def test_several_speeches_in_order() -> None:
    """What is said of the file holds for all its speeches, what is said of one goes first; a title of the file is none of theirs."""
    first, second = speeches(TWO, title="汇编", date="2024", speeches=[{}, {"date": "2024-05-01", "title": "总结讲话"}])

    assert (first.title, first.date) == ("在动员会上的讲话", "2024")
    assert (second.title, second.date) == ("总结讲话", "2024-05-01")


def test_several_speeches_by_title() -> None:
    """A speech can be named by its title, white space aside; names that fit none change nothing."""
    first, second = speeches(TWO, speeches={"在总结会上 的讲话": {"speaker": "王明"}, "别的": {"speaker": "无名"}})

    assert (first.speaker, second.speaker) == ("", "王明")


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "title": st.text(min_size=1, max_size=9),
            "date": st.just("2024"),
            "aliases": st.lists(st.text(min_size=1, max_size=5), max_size=3),
            "speeches": st.lists(
                st.fixed_dictionaries({}, optional={"title": st.text(min_size=1, max_size=9)}), max_size=4
            ),
        },
    )
)
def test_notes_change_no_text(said: dict[str, object]) -> None:
    """Whatever an admin writes, passages, sections and ids stay."""
    before = speeches(TWO)
    after = annotated(before, json.dumps(said, ensure_ascii=False) if said else "")

    assert [(p.id, p.text, p.start, p.section) for s in after for p in s.passages] == [
        (p.id, p.text, p.start, p.section) for s in before for p in s.passages
    ]
    assert all(speech.title and speech.title not in speech.aliases for speech in after)
