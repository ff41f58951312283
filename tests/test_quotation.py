"""Quotations checked against the tiny corpus."""

from __future__ import annotations

import gc
import random
import weakref
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from speechbot import Form, IndexDamaged, QuestionError, Retriever, Verdict
from speechbot.language.skeleton import skeleton
from tests.conftest import ToyEncoder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from speechbot import Passage, QuoteCheck, Speech

HOURS = "社区书房晚上九点关门，比机关下班晚三个小时，上班的人才来得及借书还书。"
WILLOWS = "柳树固土快，芦苇净水强，两样搭着种，三年就能成荫。"
MARKS = "，。、；：“”！？（）——《》\u3000 ,."


@pytest.fixture(scope="module")
def opened(shared_index: Path) -> Iterator[Retriever]:
    """A retriever on the tiny corpus."""
    with Retriever.open(shared_index, encoder=ToyEncoder()) as found:
        yield found


@pytest.fixture(scope="module")
def speeches(opened: Retriever) -> tuple[Speech, ...]:
    """Its speeches."""
    return opened.speeches()


@pytest.fixture(scope="module")
def sources(opened: Retriever) -> dict[str, str]:
    """Texts of its files."""
    return opened.browse(lambda browser: {one.name: one.text for one in browser._catalog.sources()})


def consistent(found: QuoteCheck, sources: dict[str, str]) -> None:
    """Whatever the verdict: places prove themselves, pieces make up both texts."""
    for part in found.parts:
        assert part.text in found.text or part.text in found.quoted
        for finding in part.findings:
            place = finding.place
            assert sources[place.source][place.start : place.end] == place.text
            assert sources[place.source][place.sentence_start :].startswith(place.sentence)
            assert place.sentence[slice(*place.highlight)] == place.text
            assert "".join(piece.original for piece in finding.pieces) == place.text
            assert "".join(piece.quoted for piece in finding.pieces) == part.text
            assert all(sources[place.source].startswith(piece.original, piece.start) for piece in finding.pieces)
            assert (finding.verdict is Verdict.EXACT) == (place.text == part.text)
            assert (finding.similarity == 1) == (finding.verdict is not Verdict.NEAR)


@st.composite
def fragments(draw: st.DrawFn, speeches: tuple[Speech, ...], least: int = 6) -> tuple[Passage, int, int]:
    """A passage and a part of it with so many characters of wording."""
    passages = [one for speech in speeches for one in speech.passages if len(skeleton(one.text).text) >= least]
    passage = draw(st.sampled_from(passages))
    start = draw(st.integers(0, len(passage.text) - least))
    ends = [end for end in range(start, len(passage.text) + 1) if len(skeleton(passage.text[start:end]).text) >= least]
    return (passage, start, draw(st.sampled_from(ends))) if ends else (passage, 0, len(passage.text))


@given(st.data())
def test_every_fragment_is_exact_with_its_place(
    opened: Retriever, speeches: tuple[Speech, ...], sources: dict[str, str], data: st.DataObject
) -> None:
    """Its own place is among those found."""
    passage, start, end = data.draw(fragments(speeches))

    found = opened.check(passage.text[start:end])

    consistent(found, sources)
    (part,) = found.parts
    assert (found.verdict, part.verdict) == (Verdict.EXACT, Verdict.EXACT)
    text = passage.text[start:end]
    stripped = len(text) - len(text.lstrip())
    assert (passage.source, passage.start + start + stripped) in [
        (one.place.source, one.place.start) for one in part.findings
    ]
    assert passage in part.findings[0].place.passages or part.count > 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_another_form_is_folded(
    opened: Retriever, speeches: tuple[Speech, ...], sources: dict[str, str], data: st.DataObject
) -> None:
    """Marks dropped, changed, put in, width, script: never exact unless equal."""
    import opencc  # noqa: PLC0415 - one test

    passage, start, end = data.draw(fragments(speeches, least=10))
    original = passage.text[start:end].strip()
    kind = data.draw(st.sampled_from(["drop", "change", "insert", "wide", "script"]))
    if kind == "drop":
        text = "".join(c for c in original if c not in MARKS)
    elif kind == "change":
        text = "".join(data.draw(st.sampled_from("，。；")) if c in "，。、；" else c for c in original)
    elif kind == "insert":
        at = data.draw(st.integers(1, len(original) - 1))
        text = original[:at] + data.draw(st.sampled_from(" ，\n\u3000")) + original[at:]
    elif kind == "wide":
        text = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in original)
    else:
        text = opencc.OpenCC("s2t").convert(original)

    found = opened.check(text)

    consistent(found, sources)
    # Text without its own mark may be another fragment's, letter for letter
    texts = [passage.text for speech in speeches for passage in speech.passages]
    equal = any(text.strip() in one for one in texts)
    assert found.verdict is (Verdict.EXACT if equal else Verdict.FOLDED)


@given(st.integers(0, 10**6), st.data())
def test_a_long_fragment_with_some_edits_is_near(
    opened: Retriever, speeches: tuple[Speech, ...], sources: dict[str, str], seed: int, data: st.DataObject
) -> None:
    """Found where it comes from; the alignment reproduces both texts."""
    passage, start, end = data.draw(fragments(speeches, least=24))
    draw = random.Random(seed)  # noqa: S311 - no secret
    letters = list(passage.text[start:end].strip())
    for _ in range(3):
        at = draw.randrange(len(letters))
        letters[at] = draw.choice(["", "龘", letters[at] + "龘"])
    text = "".join(letters)
    if text == passage.text[start:end].strip():
        return

    found = opened.check(text)

    consistent(found, sources)
    assert found.verdict in (Verdict.NEAR, Verdict.FOLDED)
    assert passage in found.parts[0].findings[0].place.passages


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=6, max_size=60))
def test_unrelated_text_is_absent(opened: Retriever, text: str) -> None:
    """No place, no part of it near."""
    found = opened.check(text)

    assert (found.verdict, [part.findings for part in found.parts]) == (Verdict.ABSENT, [()])


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        (HOURS.replace("，", ","), [Form.WIDTH]),
        (HOURS.replace("，", "、"), [Form.PUNCTUATION]),
        (HOURS.replace("，", "， "), [Form.SPACE]),
        ("社區書房晚上九點關門", [Form.SCRIPT]),
    ],
)
def test_in_what_a_form_differs(opened: Retriever, text: str, forms: list[Form]) -> None:
    """One kind each."""
    found = opened.check(text)

    assert (found.verdict, list(found.parts[0].findings[0].forms)) == (Verdict.FOLDED, forms)


def test_across_paragraphs_and_headings(opened: Retriever, sources: dict[str, str]) -> None:
    """As it stands in the file it is exact; where the heading is left out, so is each part, and the check says so."""
    source = sources["图书馆建设讲话.txt"]
    start, end = source.index("破损的书先修后换"), source.index("，新书到得慢")
    whole = source[start:end]
    without = whole.replace("三、让数字资源走进乡村", "").replace("\n", "")

    exact, parts = opened.check(whole), opened.check(without)

    consistent(parts, sources)
    assert exact.verdict is Verdict.EXACT
    assert len(exact.parts[0].findings[0].place.passages) == 2
    assert (parts.verdict, parts.ordered, parts.headings) == (Verdict.EXACT, True, True)
    assert [part.text for part in parts.parts] == [
        "破损的书先修后换，修复师傅由市馆统一培训，每年培训三十人。",
        "乡镇分馆离城远",
    ]


def test_long_paragraphs_without_the_heading_between(opened: Retriever, speeches: tuple[Speech, ...]) -> None:
    """However near the whole is, each part is to the letter, and only the heading is left out."""
    texts = [passage.text for passage in speeches[0].passages]
    found = opened.check("".join(texts[7:9]))
    joined = opened.check("".join(texts[7:10]))
    gap = opened.check("".join(texts[7:9] + texts[10:12]))

    assert (found.verdict, found.headings) == (Verdict.EXACT, True)
    assert [part.text for part in found.parts] == texts[7:9]
    # Two paragraphs without the line break between are another form
    assert (joined.verdict, joined.headings) == (Verdict.FOLDED, True)
    assert [part.text for part in joined.parts] == [texts[7], "".join(texts[8:10])]
    # A paragraph left out is what differs
    assert (gap.verdict, gap.headings) == (Verdict.NEAR, False)


def test_headings_and_titles_are_original_too(opened: Retriever) -> None:
    """They have a place without a paragraph."""
    heading = opened.check("让数字资源走进乡村").parts[0].findings[0].place
    title = opened.check("在青石河综合治理推进会上的讲话").parts[0].findings[0].place

    assert (heading.passages, heading.heading, heading.section) == ((), True, ("三、让数字资源走进乡村",))
    assert (title.passages, title.heading, title.section) == ((), False, ())
    assert title.speech == title.text


def test_parts_of_several_speeches(opened: Retriever, sources: dict[str, str]) -> None:
    """Each is told by itself; the whole is none of the original."""
    found = opened.check(f"{WILLOWS}巡河记录一律上墙公开展示。{HOURS}月球上也要种满水稻和小麦。")

    consistent(found, sources)
    assert (found.verdict, found.gaps, found.ordered) == (Verdict.MIXED, False, False)
    assert [part.verdict for part in found.parts] == [Verdict.EXACT, Verdict.ABSENT, Verdict.EXACT, Verdict.ABSENT]
    assert [part.text for part in found.parts][::2] == [WILLOWS, HOURS]


def test_a_half_of_a_sentence(opened: Retriever) -> None:
    """The first half stands there, the second does not."""
    found = opened.check("柳树固土快，芦苇净水强，银杏和水杉要种在村口的广场旁边")

    assert [(part.text, part.verdict) for part in found.parts] == [
        ("柳树固土快，芦苇净水强，", Verdict.EXACT),
        ("银杏和水杉要种在村口的广场旁边", Verdict.ABSENT),
    ]
    assert found.verdict is Verdict.MIXED


def test_parts_that_do_not_follow_each_other(opened: Retriever) -> None:
    """In order in one speech, but not put down as left out: no original."""
    found = opened.check("刚才五位馆长作了发言，讲得实在，我都赞成。旧书也是财产。破损的书先修后换，")

    assert (found.verdict, found.ordered, len(found.parts)) == (Verdict.MIXED, True, 2)


@pytest.mark.parametrize(
    ("text", "verdict", "ordered"),
    [
        ("刚才五位馆长作了发言……破损的书先修后换", Verdict.EXACT, True),
        ("“刚才五位馆长作了发言……破损的書先修后换”", Verdict.FOLDED, True),
        ("刚才五位馆长作了发言...破损的书先修好再换", Verdict.NEAR, True),
        ("破损的书先修后换……刚才五位馆长作了发言", Verdict.MIXED, False),
        ("刚才五位馆长作了发言……柳树固土快，芦苇净水强", Verdict.MIXED, False),
        ("刚才五位馆长作了发言……月球上种满了水稻", Verdict.MIXED, False),
        ("火星上住满了宇航员……月球上种满了水稻", Verdict.ABSENT, False),
    ],
)
def test_ellipses(opened: Retriever, text: str, verdict: Verdict, *, ordered: bool) -> None:
    """The parts must stand in this order in one speech."""
    found = opened.check(text)

    assert (found.verdict, found.gaps, found.ordered) == (verdict, True, ordered)


@pytest.mark.parametrize(
    "text",
    [
        f"“{HOURS}”（《在全市公共图书馆建设座谈会上的讲话》，第 3 段）",
        f"{HOURS}——某馆长",
        f"  「{HOURS}」\n",
        f"某馆长指出：“{HOURS}”",
    ],
)
def test_what_is_around_a_quotation(opened: Retriever, text: str) -> None:
    """Is left out, and the check says what it compared."""
    found = opened.check(text)

    assert (found.verdict, found.quoted, found.text) == (Verdict.EXACT, HOURS, text)


def test_every_place_is_found(corpus: Path, tmp_path: Path) -> None:
    """A sentence in several speeches; exact places first, as many looked up as asked for, all counted."""
    from speechbot import build_index  # noqa: PLC0415 - another index

    for number in range(4):
        mark = "，" if number % 2 else "、"
        text = f"第{number}次会议上的讲话\n\n同志们：\n\n要让老人看得见往事{mark}让孩子知道脚下的土地。\n"
        (corpus / f"会议{number}.txt").write_text(text, encoding="utf-8")
    build_index(corpus, tmp_path / "neu", encoder=ToyEncoder())
    with Retriever.open(tmp_path / "neu", encoder=ToyEncoder()) as retriever:
        found = retriever.check("让老人看得见往事，让孩子知道脚下的土地。", 4)
        near = retriever.check("让老人望得见往事，让孩子知道脚下的土地。", 9)

    (part,) = found.parts
    assert (part.verdict, part.count, part.exact, len(part.findings)) == (Verdict.EXACT, 5, 3, 4)
    assert [one.verdict.value for one in part.findings] == ["exact"] * 3 + ["folded"]
    assert (near.verdict, near.parts[0].count, len(near.parts[0].findings)) == (Verdict.NEAR, 5, 5)


def test_the_json_has_everything(opened: Retriever) -> None:
    """As programs get it."""
    found = opened.check("柳树固土很快，芦苇净水强").to_dict()

    (part,) = found["parts"]
    (finding,) = part["findings"]
    assert (found["verdict"], part["count"], finding["similarity"]) == ("near", 1, 0.9091)
    assert finding["place"]["text"] == "柳树固土快，芦苇净水强"
    assert [piece["change"] for piece in finding["pieces"]] == ["same", "extra", "same"]


def test_what_is_shown_is_checked_against_the_source(opened: Retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in answers."""
    monkeypatch.setattr("speechbot.indexing.catalog.Catalog.verbatim", lambda *_: False)

    with pytest.raises(IndexDamaged):
        opened.check(WILLOWS)


def test_too_short_a_text(opened: Retriever) -> None:
    """The error says what to do."""
    with pytest.raises(QuestionError, match="speechbot trace"):
        opened.check("柳树固土快")


def test_no_generation_outlives_its_questions(index: Path) -> None:
    """Its files are closed with it, not when garbage is collected."""
    retriever = Retriever.open(index, encoder=ToyEncoder())
    retriever.check(WILLOWS)
    retriever.trace("青石河")
    generation = weakref.ref(retriever._lent.engine.generation.lexical.passages.postings.indices)
    gc.disable()
    try:
        retriever.close()
        del retriever
        assert generation() is None
    finally:
        gc.enable()
