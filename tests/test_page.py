"""The page, as a browser would read it."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speechbot.models import Source
from speechbot.parsing.parser import parse
from speechbot.reading.corpus import Corpus
from speechbot.report.inspection import Inspection, inspect, inspection
from speechbot.report.page import page
from speechbot.report.saving import GENERATOR

MADE = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
VOID = {"meta", "input"}
TEXT = (
    "在防火会上的讲话\n同志们：\n入秋以后风大物燥，每一条小路都要有人看。\n## 一、看住山头\n进山的路口要设卡，火种不许带上山。\n"
    "一是设卡。路口都要有人。\n二是巡山。早晚各走一遍。\n- 1 -\n三、备好水源\n水池要满，水泵要试，水带要晒干。\n"
)


class Browser(HTMLParser):
    """Checks that elements are closed in order and keeps what can be seen and followed."""

    def __init__(self, markup: str) -> None:
        """Read a page to its end."""
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words: list[str] = []
        self.feed(markup)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element opens."""
        values = dict(attrs)
        self.tags.add(tag)
        self.attributes.update(values)
        self.ids += [values["id"] or ""] if "id" in values else []
        self.links += [values["href"] or ""] if "href" in values else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """The innermost element closes."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text, without style and script."""
        if self.open and self.open[-1] not in {"style", "script"}:
            self.words.append(data)


def looked_at(text: str, *, name: str = "防火.txt", copies: int = 1) -> Inspection:
    """A corpus of one text."""
    sources = tuple(Source(f"{number or ''}{name}", "utf-8", "0", text) for number in range(copies))
    speeches = [speech for source in sources for speech in parse(source)]
    return inspection(Path("材料"), Corpus(sources, (("a.zip", "类型不支持"),), (("b.pdf", "打不开"),)), speeches)


def test_everything_stands_on_the_page() -> None:
    """Titles, headings, paragraphs with number, line and length, lines left out, doubts, files not read."""
    words = "\n".join(Browser(page(looked_at(TEXT), made=MADE)).words)

    for expected in (
        "材料文件夹 材料，2026-01-02 03:04 检查，还没有建索引。",
        "《在防火会上的讲话》",
        "一、看住山头",
        "第 5 段 · 第 10 行 · 16 字",
        "进山的路口要设卡，火种不许带上山。",
        "略去 · 称呼 · 第 2 行",
        "同志们：",
        "前面没有编号 2，可能漏了内容：三、备好水源",
        "a.zip：类型不支持",
        "b.pdf：打不开",
    ):
        assert expected in words


def test_every_passage_is_there_word_for_word(corpus: Path) -> None:
    """An admin reads what would be quoted."""
    found = inspect(corpus)
    words = set(Browser(page(found, made=MADE)).words)

    assert [p.text for speech in found.speeches for p in speech.passages if p.text not in words] == []


def test_links_lead_somewhere() -> None:
    """Every id is there once, every link of the page has its target; doubts lead to their spot."""
    browser = Browser(page(looked_at(TEXT, copies=3), made=MADE))

    assert len(browser.ids) == len(set(browser.ids))
    assert {link.removeprefix("#") for link in browser.links} <= set(browser.ids)
    assert f"#f1h{TEXT.index('三、')}" in browser.links


def test_headings_nest_and_hold_their_paragraphs() -> None:
    """A section is folded inside the one above it; where others lie inside it is open, so that all headings show."""
    markup = page(looked_at(TEXT), made=MADE)
    outer = markup.index('<details class="branch" id="f1h')
    inner = markup.index("一是设卡<small>")

    assert markup[outer:inner].count("<details") == 2
    assert markup[outer:inner].count("</details>") == 0
    assert " open>" in markup[outer : markup.index(">", outer) + 1]
    assert "三、备好水源<small>1 段</small>" in markup
    assert "一、看住山头<small>3 段</small>" in markup


def test_nothing_is_fetched_and_only_our_script_runs() -> None:
    """The policy names the hashes of our style and script; no attribute could load or run anything."""
    markup = page(looked_at(TEXT), made=MADE)
    browser = Browser(markup)
    policy = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', markup)[0].replace("&#x27;", "'")

    assert policy.startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        inside = re.findall(rf"<{tag}>(.*?)</{tag}>", markup, re.DOTALL)
        digests = [base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in inside]
        assert [f"{tag}-src 'sha256-{digest}'" in policy for digest in digests] == [True]
    assert browser.attributes & {"src", "style", "onclick", "onload", "srcset", "action"} == set()
    assert all(link.startswith("#") for link in browser.links)
    assert not re.search(r"url\(|@import|https?:", markup)


def test_a_page_is_known_as_ours() -> None:
    """``saving`` looks for it near the top."""
    assert GENERATOR in page(looked_at(TEXT), made=MADE)[:2048]


def test_few_files_are_unfolded_and_many_are_not() -> None:
    """A page of a hundred files starts as a list."""
    assert re.search(r'class="file" id="f1" open', page(looked_at(TEXT, copies=3), made=MADE))
    assert not re.search(r'class="file" id="f\d+" open', page(looked_at(TEXT, copies=4), made=MADE))


def test_files_in_common_are_grouped() -> None:
    """The same paragraphs in the same files stand together."""
    long = "入秋以后风大物燥，山上的每一条小路都要有人看、有人管、有人记。"
    browser = Browser(page(looked_at(f"在会上的讲话\n{long}\n", copies=2), made=MADE))

    assert "几个文件里都有的段落" in browser.words
    assert {"防火.txt · 第 1 段", "1防火.txt · 第 1 段"} <= set(browser.words)
    assert {"#f1o7", "#f2o7"} <= set(browser.links) <= {f"#{anchor}" for anchor in browser.ids}


def test_what_is_known_of_a_speech_is_shown() -> None:
    """Date, speaker, occasion, other names; nothing where nothing is known."""
    found = looked_at(TEXT)
    (file,) = found.files
    known = replace(file.speeches[0], date="2024-10-01", speaker="李青山", occasion="防火会", aliases=("甲", "乙"))
    shown = page(replace(found, files=(replace(file, speeches=(known,)),)), made=MADE)

    assert "日期：2024-10-01；讲话人：李青山；场合：防火会；又名：甲、乙" in shown
    assert "日期：" not in page(found, made=MADE)


@pytest.mark.parametrize("name", ["<b>.txt", '"><script>alert(1)</script>.txt', "a&b.txt", "'.txt"])
def test_names_of_files_are_text(name: str) -> None:
    """A file may be called anything."""
    browser = Browser(page(looked_at(TEXT, name=name), made=MADE))

    assert name in browser.words
    assert "b" not in browser.tags or name != "<b>.txt" or browser.words.count(name) >= 2


USUAL = Browser(page(looked_at(TEXT, copies=2), made=MADE))
PIECES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            *TEXT.splitlines(),
            "</details>",
            "<script>alert(1)</script>",
            "<!--",
            "]]>",
            "&lt;",
            '" onload="x',
            "\x00",
            "一是",
        ]
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=12), st.text(max_size=20))
def test_no_text_breaks_the_page(lines: list[str], name: str) -> None:
    """Whatever a file holds and is called: elements close in order, and there are no others than on any page."""
    browser = Browser(page(looked_at("\n".join(lines), name=name), made=MADE))

    assert browser.tags <= USUAL.tags
    assert browser.attributes <= USUAL.attributes
    assert len(browser.ids) == len(set(browser.ids))
