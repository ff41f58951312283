"""Quotations ready to paste."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from speechbot import Hit, Passage, citation
from speechbot.citations import STYLES
from speechbot.retriever import Retriever

if TYPE_CHECKING:
    from pathlib import Path

    from speechbot.citations import Style
    from tests.conftest import ToyEncoder

PASSAGE = Passage(
    "a" * 16, "先截污水。再种柳树。", "在全县教育大会上的讲话", ("一、治河", "一是截污"), "2024/汇编.txt", 3, 0, 10
)
KNOWN = Hit(PASSAGE, 0.9, (0, 5), date="2024-03-05", speaker="张三", occasion="全县教育大会")
BARE = Hit(PASSAGE, 0.9, (0, 5))
LINK = "https://t.me/speechbot?start=p_7"
TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("hit", "options", "expected"),
    [
        (
            KNOWN,
            {},
            "“先截污水。”①\n① 张三：《在全县教育大会上的讲话》（2024年3月5日），一、治河 › 一是截污，第 3 段，2024/汇编.txt。",
        ),
        (BARE, {}, "“先截污水。”①\n① 《在全县教育大会上的讲话》，一、治河 › 一是截污，第 3 段，2024/汇编.txt。"),
        (
            replace(KNOWN, occasion="推进会", date="2024-03"),
            {"link": LINK, "number": 20},
            "“先截污水。”⑳\n⑳ 张三：《在全县教育大会上的讲话》（推进会，2024年3月），一、治河 › 一是截污，第 3 段，2024/汇编.txt。"
            + LINK,
        ),
        (
            replace(BARE, passage=replace(PASSAGE, section=()), date="2024"),
            {"number": 21},
            "“先截污水。”[21]\n[21] 《在全县教育大会上的讲话》（2024年），第 3 段，2024/汇编.txt。",
        ),
    ],
)
def test_footnotes(hit: Hit, options: dict[str, Any], expected: str) -> None:
    """The sentence with its mark, and the note; what is not known or said by the title already is left out."""
    assert citation(hit, "footnote", **options) == expected


@pytest.mark.parametrize(
    ("hit", "options", "expected"),
    [
        (KNOWN, {}, "[1] 张三. 在全县教育大会上的讲话[Z]. 2024-03-05: 第 3 段."),
        (BARE, {}, "[1] 在全县教育大会上的讲话[Z]: 第 3 段."),
        (
            replace(KNOWN, occasion="推进会", date="2024-03"),
            {"number": 7},
            "[7] 张三. 在全县教育大会上的讲话: 推进会[Z]. 2024-03: 第 3 段.",
        ),
        (KNOWN, {"collection": True}, "[1] 张三. 在全县教育大会上的讲话[G]//汇编. 2024-03-05: 第 3 段."),
        (
            KNOWN,
            {"link": LINK, "cited": TODAY},
            f"[1] 张三. 在全县教育大会上的讲话[Z/OL]. 2024-03-05: 第 3 段[2026-11-25]. {LINK}.",
        ),
        (
            BARE,
            {"link": LINK, "cited": TODAY, "collection": True},
            f"[1] 在全县教育大会上的讲话[G/OL]//汇编: 第 3 段[2026-11-25]. {LINK}.",
        ),
        (replace(KNOWN, speaker="甲、乙、丙"), {}, "[1] 甲, 乙, 丙. 在全县教育大会上的讲话[Z]. 2024-03-05: 第 3 段."),
        (
            replace(KNOWN, speaker="甲、乙、丙、丁"),
            {},
            "[1] 甲, 乙, 丙, 等. 在全县教育大会上的讲话[Z]. 2024-03-05: 第 3 段.",
        ),
    ],
)
def test_entries_of_the_national_standard(hit: Hit, options: dict[str, Any], expected: str) -> None:
    """GB/T 7714—2015, numeric: neither 佚名 nor a date that nobody knows; online documents with the day of looking up."""
    assert citation(hit, "gbt7714", **options) == f"“先截污水。”[{options.get('number', 1)}]\n{expected}"


def test_today_is_the_day_of_looking_up() -> None:
    """Unless another is given."""
    assert f"[{date.today().isoformat()}]. {LINK}." in citation(KNOWN, "gbt7714", link=LINK)  # noqa: DTZ011 - as in citations


def test_markdown() -> None:
    """A block quotation with its attribution, the title a link where there is one."""
    hit = replace(KNOWN, passage=replace(PASSAGE, source="a_b_c.txt"))

    assert citation(hit, "markdown") == (
        "> 先截污水。\n>\n> ——张三：《在全县教育大会上的讲话》（2024年3月5日），一、治河 › 一是截污，第 3 段，a\\_b\\_c.txt"
    )
    assert f"[《在全县教育大会上的讲话》](<{LINK}>)（2024年" in citation(hit, "markdown", link=LINK)


def test_what_is_quoted() -> None:
    """A hit's answering sentence, all of a passage alone, or what is asked for."""
    for style in STYLES:
        assert "先截污水。" in citation(KNOWN, style)
        assert "再种柳树" not in citation(KNOWN, style)
        assert "先截污水。再种柳树。" in citation(PASSAGE, style)
        assert "截污水" not in citation(KNOWN, style, span=(5, 10))


@pytest.mark.parametrize("span", [(0, 0), (3, 2), (-1, 2), (0, 11)])
def test_a_span_outside_the_text_is_a_mistake(span: tuple[int, int]) -> None:
    """Nothing would be quoted, or something else."""
    with pytest.raises(ValueError, match="span"):
        citation(KNOWN, "footnote", span=span)


def test_no_such_style() -> None:
    """The message names those that there are."""
    with pytest.raises(ValueError, match="gbt7714"):
        citation(KNOWN, "apa")  # type: ignore[arg-type]


def test_a_link_cannot_break_out() -> None:
    """Blanks, line ends, brackets and quotation marks in it are written by their numbers; what is so already stays."""
    link = 'https://x.cn/a%20b c>\n"<'

    assert "(<https://x.cn/a%20b%20c%3E%0A%22%3C>)" in citation(KNOWN, "markdown", link=link)
    assert citation(KNOWN, "footnote", link=link).count("\n") == 1


SENTENCES = st.text(
    st.sampled_from("先截污水。\\`*_{}[]()<>#+-.!|~&;$=1 \n\"'：“”") | st.characters(exclude_categories=["C", "Z"]),
    min_size=1,
).filter(lambda text: text.strip() and not any(char.isspace() and char not in " \n" for char in text))


def rendered(markdown: str) -> str:
    """What a reader of Markdown sees."""
    tokens = MarkdownIt("commonmark").parse(markdown)
    assert {token.type for token in tokens} <= {
        "blockquote_open",
        "blockquote_close",
        "paragraph_open",
        "paragraph_close",
        "inline",
    }
    rows = []
    for token in tokens:
        for child in token.children or []:
            assert child.type in {"text", "text_special", "softbreak", "hardbreak"}
            rows.append(child.content if child.type.startswith("text") else "\n")
        rows.append("\n")
    return "".join(rows)


@given(SENTENCES)
def test_markdown_shows_the_very_characters(text: str) -> None:
    """Whatever stands in a sentence, it is shown as text, character for character; blanks at line ends aside."""
    passage = Passage("a" * 16, text, "题", (), "x.txt", 1, 0, len(text))

    seen = rendered(citation(passage, "markdown"))

    wanted = [row.strip() for row in text.strip().split("\n") if row.strip()]
    got = [row.strip() for row in seen.split("\n") if row.strip()]
    assert got[:-1] == wanted


@given(SENTENCES, st.sampled_from(STYLES[:2]))
def test_sentences_are_verbatim(text: str, style: Style) -> None:
    """As they stand in the passage, white space around them aside."""
    passage = Passage("a" * 16, text, "题", (), "x.txt", 1, 0, len(text))

    assert citation(passage, style).startswith(f"“{text.strip()}”")


def test_a_hit_of_an_index_knows_its_occasion(index: Path, encoder: ToyEncoder) -> None:
    """What the text says of the meeting comes with the hit, and with the context of a passage."""
    with Retriever.open(index, encoder=encoder) as retriever:
        (hit,) = retriever.search("怎样治理青石河？", 1)
        context = retriever.browse(lambda browser: browser.context(hit.passage.id))
        (speech,) = (one for one in retriever.speeches() if one.title == hit.passage.speech)

    assert hit.occasion == speech.occasion != ""
    assert context is not None
    assert context.occasion == hit.occasion
    assert hit.to_dict()["occasion"] == hit.occasion
