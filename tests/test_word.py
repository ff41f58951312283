"""Word documents to text."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from speechbot.errors import SourceError
from speechbot.models import Source
from speechbot.parsing.furniture import furniture
from speechbot.parsing.parser import parse
from speechbot.reading import package as package_module
from speechbot.reading.word import read_word
from speechbot.wording import zh_corpus
from tests.files import PROSE, STYLES, docx, level, numbered, numbering, package, paragraph, styled

PATH = Path("讲话.docx")
MARK = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
CODE = "<w:r><w:instrText>{}</w:instrText></w:r>"


def lines(body: str, **parts: str) -> list[str]:
    """The lines of a document of this body."""
    return read_word(docx(body, **parts), path=PATH).splitlines()


def run(text: str, properties: str = "") -> str:
    """A run."""
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def test_paragraphs_come_in_order() -> None:
    """One line a paragraph; runs are joined, empty paragraphs count for nothing, spaces at the ends go."""
    body = (
        paragraph("在会上的讲话") + paragraph() + paragraph(runs=run("同志") + run("们：")) + paragraph("　　" + PROSE)
    )

    assert lines(body) == ["在会上的讲话", "同志们：", PROSE]


def test_headings_are_markdown() -> None:
    """The outline level of a style, its own, inherited or by its name in either language, makes a heading line."""
    body = styled("1", "总则") + styled("2", "原则") + styled("own", "任务") + styled("a", PROSE)

    assert lines(body, styles=STYLES) == ["# 总则", "## 原则", "# 任务", PROSE]


def test_a_paragraph_can_have_its_own_level() -> None:
    """What a paragraph says of its outline level goes before its style; level 9 is text."""
    raised = paragraph("要求", properties='<w:outlineLvl w:val="2"/>')
    lowered = paragraph("正文", properties='<w:pStyle w:val="1"/><w:outlineLvl w:val="9"/>')

    assert lines(raised + lowered, styles=STYLES) == ["### 要求", "正文"]


def test_long_text_in_a_heading_style_is_text() -> None:
    """Somebody who makes a paragraph large makes it no heading."""
    assert lines(styled("1", PROSE * 2), styles=STYLES) == [PROSE * 2]


def test_numbers_are_written_out() -> None:
    """Automatic numbers stand in the text as on the page, and the parser takes them for what they are."""
    lists = numbering(
        level(0, "chineseCounting", "%1、"), level(1, "chineseCounting", "（%2）"), level(2, "decimal", "第%3章")
    )
    body = "".join(
        (
            numbered("总的要求"),
            paragraph(PROSE),
            numbered("重点任务"),
            numbered("抓学习", level=1),
            paragraph(PROSE),
            numbered("抓落实", level=1),
            paragraph(PROSE),
            numbered("附则", level=2),
        )
    )
    text = read_word(docx(body, numbering=lists), path=PATH)
    (speech,) = parse(Source("讲话.docx", "docx", "0", text))

    assert text.splitlines()[::2] == ["一、总的要求", "二、重点任务", PROSE, PROSE]
    assert text.splitlines()[-1] == "第1章 附则"
    assert [section.title for section in speech.sections][:4] == [
        "一、总的要求",
        "二、重点任务",
        "（一）抓学习",
        "（二）抓落实",
    ]


def test_numbers_by_style() -> None:
    """A style can number its paragraphs; the list says on which level; number 0 takes a paragraph out."""
    styles = STYLES + (
        '<w:style w:type="paragraph" w:styleId="n"><w:name w:val="n"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    lists = numbering(level(0, "decimal", "%1."), level(1, "decimal", "（%2）", more='<w:pStyle w:val="n"/>'))
    out = paragraph("丙", properties='<w:pStyle w:val="n"/><w:numPr><w:numId w:val="0"/></w:numPr>')

    assert lines(styled("n", "甲") + styled("n", "乙") + out, styles=styles, numbering=lists) == [
        "（1）甲",
        "（2）乙",
        "丙",
    ]


def test_numbered_headings() -> None:
    """A heading's number stands behind its marks."""
    lists = numbering(level(0, "chineseCounting", "%1、"))
    heading = paragraph("总则", properties='<w:pStyle w:val="1"/><w:numPr><w:numId w:val="1"/></w:numPr>')

    assert lines(heading, styles=STYLES, numbering=lists) == ["# 一、总则"]


def test_tables_are_rows() -> None:
    """A row is one line; empty cells and rows go; a table of one column is text; a cell of much text too."""
    cell = "<w:tc>{}</w:tc>"
    row = "<w:tr>" + cell.format(paragraph("甲")) + cell.format(paragraph()) + cell.format(paragraph("乙")) + "</w:tr>"
    empty = "<w:tr>" + cell.format(paragraph()) + "</w:tr>"
    single = "<w:tr>" + cell.format(paragraph("丙") + paragraph("丁")) + "</w:tr>"
    layout = "<w:tr>" + cell.format(paragraph("目")) + cell.format(paragraph(PROSE * 9) + paragraph(PROSE)) + "</w:tr>"

    assert lines(f"<w:tbl>{row}{empty}{single}{layout}</w:tbl>") == ["甲 | 乙", "丙", "丁", "目", PROSE * 9, PROSE]


def test_notes_stand_at_the_end() -> None:
    """Footnotes and endnotes leave the text; those referred to come at the end, numbered, as the parser knows them."""
    mark = '<w:r><w:{}Reference w:id="{}"/></w:r>'
    notes = '<w:{0} w:type="separator" w:id="0">{1}</w:{0}><w:{0} w:id="5">{2}</w:{0}><w:{0} w:id="6">{3}</w:{0}>'
    found = lines(
        paragraph("前", runs=mark.format("endnote", 5) + run("后")) + paragraph("末", runs=mark.format("footnote", 6)),
        footnotes=notes.format("footnote", paragraph("线"), paragraph("无人"), paragraph("脚") + paragraph("注")),
        endnotes=notes.format("endnote", paragraph("线"), paragraph("尾注"), paragraph("无人")),
    )

    assert found == ["前后", "末", "[^1]：尾注", "[^2]：脚 注"]
    assert furniture(found[2]) == "footnote"


def test_changes_as_accepted() -> None:
    """Inserted text is there; deleted and moved text is not; a paragraph whose end was deleted goes on in the next."""
    joined = paragraph("上", properties="<w:rPr><w:del/></w:rPr>")
    changed = paragraph(
        runs=f"<w:ins>{run('插')}</w:ins><w:del><w:r><w:delText>删</w:delText></w:r></w:del>"
        f"<w:moveFrom>{run('走')}</w:moveFrom><w:moveTo>{run('来')}</w:moveTo>"
    )
    row = f"<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc>{paragraph('格')}</w:tc></w:tr></w:tbl>"

    assert lines(joined + changed + row) == ["上插来"]


def test_hidden_text_is_left_out() -> None:
    """Text that is hidden by its run or a style is not shown, and not read."""
    hidden = run("藏", "<w:vanish/>") + run("藏", '<w:rStyle w:val="dark"/>')
    shown = run("现", '<w:rStyle w:val="dark"/><w:vanish w:val="0"/>')

    assert lines(paragraph("明", runs=hidden + shown), styles=STYLES) == ["明现"]


def test_what_runs_hold_besides_text() -> None:
    """Links, tabs, hyphens and symbols are text; page breaks, drawn symbols and readings over characters are not."""
    runs = (
        f"<w:hyperlink>{run('链接')}</w:hyperlink><w:r><w:tab/></w:r>{run('后')}"
        '<w:r><w:br w:type="page"/></w:r><w:r><w:noBreakHyphen/></w:r><w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>'
        '<w:r><w:sym w:font="宋体" w:char="2103"/></w:r><w:r><w:sym w:font="宋体" w:char="D800"/></w:r>'
        f"<w:r><w:ruby><w:rt>{run('hàn')}</w:rt><w:rubyBase>{run('汉')}</w:rubyBase></w:ruby></w:r>"
        f"<w:smartTag>{run('签')}</w:smartTag><w:sdt><w:sdtPr/><w:sdtContent>{run('控')}</w:sdtContent></w:sdt>"
        f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{run('单击此处输入')}</w:sdtContent></w:sdt>"
    )

    assert lines(paragraph(runs=runs)) == ["链接 后-℃汉签控"]


def test_lines_broken_by_hand() -> None:
    """A break in the text ends the line; in a heading or title it does not."""
    broken = run("上") + "<w:r><w:br/></w:r>" + run("下")
    heading = paragraph(properties='<w:pStyle w:val="1"/>', runs=broken)
    title = paragraph(properties='<w:jc w:val="center"/>', runs=broken.replace("<w:rPr>", '<w:rPr><w:sz w:val="44"/>'))

    assert lines(paragraph(runs=broken) + heading + title, styles=STYLES) == ["上", "下", "# 上下", "上下"]


def test_titles_in_several_paragraphs() -> None:
    """Centred paragraphs of one large size are one title; a smaller one below, or one after a gap, is not part of it."""
    place = '<w:jc w:val="center"/>'
    large, small = '<w:sz w:val="44"/>', '<w:sz w:val="32"/>'
    body = "".join(
        (
            paragraph(properties=place, runs=run("关于推进全民阅读", large)),
            paragraph(properties=place, runs=run("工作的意见", large)),
            paragraph(properties=place, runs=run("（2024年）", small)),
            paragraph(),
            paragraph(properties=place, runs=run("附件", large)),
        )
    )

    assert lines(body) == ["关于推进全民阅读工作的意见", "（2024年）", "附件"]


def test_contents_lists_are_dropped() -> None:
    """A contents list, by field, by style or in a control of its own, is not text; other fields show their result."""
    gallery = '<w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
    nested = MARK.format("begin") + CODE.format("PAGEREF _1") + MARK.format("separate") + run("3") + MARK.format("end")
    body = "".join(
        (
            paragraph(runs=MARK.format("begin") + CODE.format(" TOC \\o ") + MARK.format("separate") + run("一、总则")),
            paragraph(runs=run("二、任务") + nested),
            paragraph(runs=MARK.format("end")),
            styled("toc1", "三、附则"),
            f"<w:sdt>{gallery}<w:sdtContent>{paragraph('四、其他')}</w:sdtContent></w:sdt>",
            paragraph(
                runs=f'<w:fldSimple w:instr="TOC">{run("五")}</w:fldSimple><w:fldSimple w:instr="DATE">{run("今日")}</w:fldSimple>'
            ),
            paragraph("正文", runs=nested),
        )
    )

    assert lines(body, styles=STYLES) == ["今日", "正文3"]


@pytest.mark.parametrize("code", [" TOC \\o ", "PAGE"])
def test_fields_without_end_take_nothing_along(code: str) -> None:
    """A contents list that never ends, or a field that never shows its result, does not swallow the text."""
    body = paragraph(runs=MARK.format("begin") + CODE.format(code)) + paragraph(PROSE)

    assert lines(body) == [PROSE]


def test_text_boxes_follow_their_paragraph() -> None:
    """Text in a box is read once, after the paragraph that it hangs on, whichever form of it says something."""
    box = f"<w:txbxContent>{paragraph('框中')}</w:txbxContent>"
    both = f"<w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
    second = f"<w:r><mc:AlternateContent><mc:Choice/><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"

    assert lines(paragraph("甲", runs=both) + paragraph("乙", runs=second)) == ["甲", "框中", "乙", "框中"]


def test_blocks_in_wrappers() -> None:
    """Paragraphs in controls, custom XML and alternatives are read like any other, rows and cells too."""
    cell = f"<w:sdt><w:sdtContent><w:tc>{paragraph('格')}</w:tc></w:sdtContent></w:sdt>"
    body = (
        f"<w:sdt><w:sdtContent>{paragraph('控')}</w:sdtContent></w:sdt><w:customXml>{paragraph('客')}</w:customXml>"
        f"<mc:AlternateContent><mc:Choice>{paragraph('选')}</mc:Choice></mc:AlternateContent>"
        f"<w:tbl><w:tr>{cell}<w:tc>{paragraph('元')}</w:tc></w:tr></w:tbl>"
    )

    assert lines(body) == ["控", "客", "选", "格 | 元"]


def test_nothing_in_it() -> None:
    """A document without text is blank, not an error."""
    assert read_word(docx(paragraph()), path=PATH) == ""


def test_the_main_part_is_found_by_its_relation() -> None:
    """The name of the document's part does not matter, nor do case and slashes of names, nor the strict namespaces."""
    strict = "http://purl.oclc.org/ooxml"
    data = package(
        {
            "_rels/.rels": f'<R><X Type="{strict}/officeDocument/relationships/officeDocument" Target="/Word\\Main.XML"/></R>',
            "word/main.xml": f'<w:document xmlns:w="{strict}/wordprocessingml/main"><w:body>{paragraph(PROSE)}</w:body></w:document>',
        }
    )

    assert read_word(data, path=PATH) == PROSE + "\n"


def test_broken_relations_do_no_harm() -> None:
    """A relation to a part that is not there, or outside, is none."""
    data = docx(paragraph(PROSE), styles=STYLES)
    broken = package(
        {
            "word/document.xml": f'<w:document xmlns:w="w"><w:body>{paragraph(PROSE)}</w:body></w:document>',
            "word/_rels/document.xml.rels": '<R><X Type="a/styles" Target="NULL"/><X Type="a/numbering" Target="http://x/"'
            ' TargetMode="External"/></R>',
        }
    )

    assert read_word(data, path=PATH) == read_word(broken, path=PATH)


ENTITY = '<!DOCTYPE a [<!ENTITY b "c">]><w:document xmlns:w="w"><w:body>&b;</w:body></w:document>'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", zh_corpus.REASON_WORD_DAMAGED),
        (b"PK\x03\x04" + bytes(50), zh_corpus.REASON_WORD_DAMAGED),
        (docx(paragraph(PROSE))[:-40], zh_corpus.REASON_WORD_DAMAGED),
        (package({"word/document.xml": "<a>"}), zh_corpus.REASON_WORD_DAMAGED),
        (package({"word/document.xml": ENTITY}), zh_corpus.REASON_WORD_DAMAGED),
        (package({"word/document.xml": '<?xml version="1.0" encoding="rId7"?><a/>'}), zh_corpus.REASON_WORD_DAMAGED),
        (package({"xl/workbook.xml": "<a/>"}), zh_corpus.REASON_NOT_WORD),
    ],
)
def test_refused_with_reason(data: bytes, reason: str) -> None:
    """What is damaged, no document, or tries to expand entities is refused, and the reason says what to do."""
    with pytest.raises(SourceError) as caught:
        read_word(data, path=PATH)

    assert caught.value.reason == reason


def test_bombs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that unpacks to too much is refused after no more than that was unpacked, whatever its directory says."""
    monkeypatch.setattr(package_module, "MOST_XML", 10_000)

    with pytest.raises(SourceError, match="解压后大得不正常"):
        read_word(docx(paragraph("啊" * 20_000)), path=PATH)


def test_locked_members_are_named_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive under a password of its own is refused as locked."""
    real: Any = zipfile.ZipFile.infolist

    def locked(archive: Any) -> Any:
        for info in real(archive):
            info.flag_bits |= 1
            yield info

    monkeypatch.setattr(zipfile.ZipFile, "infolist", lambda archive: list(locked(archive)))

    with pytest.raises(SourceError, match="有密码保护"):
        read_word(docx(paragraph(PROSE)), path=PATH)


def test_nesting_has_an_end() -> None:
    """Elements nested without end are refused, or read where that takes nothing; they end no process."""
    for name in ("p", "r", "hyperlink"):
        deep = f"<w:{name}>" * 3000 + f"</w:{name}>" * 3000

        assert lines(deep + paragraph(PROSE)) == [PROSE]
    for opening in ("<w:sdtContent>", "<w:tbl><w:tr><w:tc>", "<w:tbl>" + "<w:sdt>" * 60):
        closing = "".join(f"</w:{name}>" for name in reversed(opening.replace("<w:", "").split(">")[:-1]))

        with pytest.raises(SourceError, match="嵌套得不正常"):
            lines(opening * 300 + closing * 300)


def test_a_paragraph_without_an_end_does_not_go_on_in_a_table() -> None:
    """Before a table, and at the end of the document, such a paragraph is a line of its own."""
    end = "<w:rPr><w:del/></w:rPr>"
    table = f"<w:tbl><w:tr><w:tc>{paragraph('格')}</w:tc></w:tr></w:tbl>"
    body = paragraph("甲", properties=end) + table + paragraph("乙 \u3000", properties=end)

    assert read_word(docx(body), path=PATH) == "甲\n格\n乙\n"


def test_packages_of_absurdly_many_members(monkeypatch: pytest.MonkeyPatch) -> None:
    """The directory of an archive alone can fill the memory."""
    monkeypatch.setattr(package_module, "_MOST_MEMBERS", 2)

    with pytest.raises(SourceError, match="大得不正常"):
        read_word(docx(paragraph("甲")), path=PATH)


def test_no_more_is_unpacked_than_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an archive unpacks to is bounded before it lies in memory."""
    sizes: list[int] = []
    real = zipfile.ZipExtFile.read

    def read(self: zipfile.ZipExtFile, n: int = -1) -> bytes:
        sizes.append(n)
        return real(self, n)

    monkeypatch.setattr(zipfile.ZipExtFile, "read", read)
    read_word(docx(paragraph("甲")), path=PATH)

    assert len(sizes) > 1
    assert all(0 < size <= package_module.MOST_XML + 1 for size in sizes)


def test_lines_over_notes_are_no_notes() -> None:
    """What Word draws between text and notes is never one of them, even where the text refers to it."""
    notes = f'<w:footnote w:id="1" w:type="separator">{paragraph("线")}</w:footnote>'
    body = paragraph("甲", runs='<w:r><w:footnoteReference w:id="1"/></w:r>')

    assert read_word(docx(body, footnotes=notes), path=PATH) == "甲\n"
