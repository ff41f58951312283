"""Files of every format, written by hand: packages of Word, pages of PDF, web pages, all that the readers are tried with."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_OPEN = f'xmlns:w="{_MAIN}" xmlns:r="{_OFFICE}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
# Name of each part beside the document, with its root element.
_ROOTS = {"styles": "styles", "numbering": "numbering", "footnotes": "footnotes", "endnotes": "endnotes"}

PROSE = "我们要坚持学习，把这项工作做好，让人民群众在家门口就能办成事。"

STYLES = """
<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:basedOn w:val="a"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="2"><w:name w:val="标题 2"/><w:basedOn w:val="a"/></w:style>
<w:style w:type="paragraph" w:styleId="own"><w:name w:val="我的标题"/><w:basedOn w:val="1"/></w:style>
<w:style w:type="paragraph" w:styleId="toc1"><w:name w:val="toc 1"/></w:style>
<w:style w:type="character" w:styleId="dark"><w:name w:val="hidden"/><w:rPr><w:vanish/></w:rPr></w:style>
"""


def paragraph(text: str = "", *, properties: str = "", runs: str = "") -> str:
    """A paragraph of one run, or of the runs given."""
    run = f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""
    return f"<w:p><w:pPr>{properties}</w:pPr>{run}{runs}</w:p>"


def styled(style: str, text: str) -> str:
    """A paragraph in a style."""
    return paragraph(text, properties=f'<w:pStyle w:val="{style}"/>')


def numbered(text: str, *, number: int = 1, level: int = 0) -> str:
    """A paragraph in a list."""
    return paragraph(text, properties=f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def level(at: int, style: str, text: str, *, start: int = 1, more: str = "") -> str:
    """A level of a list."""
    return f'<w:lvl w:ilvl="{at}"><w:start w:val="{start}"/><w:numFmt w:val="{style}"/>{more}<w:lvlText w:val="{text}"/></w:lvl>'


def numbering(*levels: str, more: str = "") -> str:
    """A list with these levels as number 1, and more lists."""
    return (
        f'<w:abstractNum w:abstractNumId="0">{"".join(levels)}</w:abstractNum>'
        f'<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>{more}'
    )


def docx(body: str, **parts: str) -> bytes:
    """A Word document of this body, with the content of its other parts by name."""
    relations = "".join(
        f'<Relationship Id="r{name}" Type="{_OFFICE}/{name}" Target="{name}.xml"/>' for name in parts if name in _ROOTS
    )
    return package(
        {
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" Type="{_OFFICE}/officeDocument" '
            'Target="word/document.xml"/></Relationships>',
            "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{relations}</Relationships>',
            "word/document.xml": f"<w:document {_OPEN}><w:body>{body}</w:body></w:document>",
            **{
                f"word/{name}.xml": f"<w:{_ROOTS[name]} {_OPEN}>{content}</w:{_ROOTS[name]}>"
                for name, content in parts.items()
            },
        }
    )


def package(members: dict[str, str]) -> bytes:
    """An archive of these members, the same bytes each time."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content.encode(), zipfile.ZIP_DEFLATED)
    return target.getvalue()


def pdf(
    pages: list[list[tuple[float, float, float, str]]], *, extra: str = "", rotate: int = 0, images: int = 0
) -> bytes:
    """A PDF file in A4.

    Args:
        pages: For each page what stands on it: left edge, base line, size (all in points), text.
        extra: What the trailer says besides, such as that the file is locked.
        rotate: By how many degrees the pages are turned; what stands on them is drawn so that it shows upright.
        images: How many pictures are drawn on each page.
    """
    kids = " ".join(f"{10 + 2 * at} 0 R" for at in range(len(pages)))
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode(),
        3: b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[4 0 R]>>",
        4: b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/FontDescriptor 5 0 R"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>>>",
        5: b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 4/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880"
        b"/Descent -120/CapHeight 880/StemV 93>>",
        6: _stream(b"\xff" * 3, "/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceRGB/BitsPerComponent 8"),
    }
    for at, page in enumerate(pages):
        drawn = (
            _UPRIGHT[rotate]
            + "".join(
                f"BT /F1 {size} Tf 1 0 0 1 {left} {base} Tm <{text.encode('utf-16-be').hex()}> Tj ET\n"
                for left, base, size, text in page
            )
            + "q 500 0 0 700 40 40 cm /I1 Do Q\n" * images
        )
        objects[10 + 2 * at] = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Rotate {rotate}/Contents {11 + 2 * at} 0 R"
            "/Resources<</Font<</F1 3 0 R>>/XObject<</I1 6 0 R>>>>>>"
        ).encode()
        objects[11 + 2 * at] = _stream(drawn.encode("ascii"))
    return _assembled(objects, extra)


# What turns the drawing against the page.
_UPRIGHT = {0: "", 90: "0 1 -1 0 595 0 cm\n", 180: "-1 0 0 -1 595 842 cm\n", 270: "0 -1 1 0 0 842 cm\n"}


def _stream(content: bytes, about: str = "") -> bytes:
    packed = zlib.compress(content)
    return f"<</Filter/FlateDecode/Length {len(packed)}{about}>>\nstream\n".encode() + packed + b"\nendstream"


def _assembled(objects: dict[int, bytes], extra: str) -> bytes:
    """Objects with their table."""
    data, places = b"%PDF-1.7\n", {}
    for number, content in objects.items():
        places[number] = len(data)
        data += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    rows = "".join(f"{number} 1\n{place:010} 00000 n \n" for number, place in places.items())
    trailer = f"trailer\n<</Size {max(objects) + 1}/Root 1 0 R{extra}>>\nstartxref\n{len(data)}\n%%EOF\n"
    return data + f"xref\n0 1\n0000000000 65535 f \n{rows}{trailer}".encode()


def set_text(
    lines: list[str], *, left: float = 90, top: float = 760, size: float = 16, leading: float = 28
) -> list[tuple[float, float, float, str]]:
    """Lines of a page one under the other; each 　 at the start of one moves it in by a letter."""
    return [
        (left + size * (len(line) - len(line.lstrip("　"))), top - at * leading, size, line.lstrip("　"))
        for at, line in enumerate(lines)
    ]


def html(body: str, *, head: str = '<meta charset="utf-8">') -> bytes:
    """A web page."""
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode()


RTF = (
    rb"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fnil\fcharset134 SimSun;}}\f0 "
    + "".join(rf"\u{ord(char)}?" for char in PROSE).encode()
    + rb"\par}"
)


def samples() -> dict[str, bytes]:
    """A small file of each format by name, with as much of the format in it as fits."""
    list_of_all = numbering(
        level(0, "chineseCounting", "%1、"),
        level(1, "chineseCountingThousand", "（%2）"),
        level(2, "decimal", "%3.", more='<w:lvlRestart w:val="1"/>'),
        level(3, "decimalEnclosedCircle", "%4"),
    )
    field = "".join(
        f"<w:r>{mark}</w:r>"
        for mark in (
            '<w:fldChar w:fldCharType="begin"/>',
            "<w:instrText>TOC \\o</w:instrText>",
            '<w:fldChar w:fldCharType="separate"/>',
            "<w:t>目录项</w:t>",
            '<w:fldChar w:fldCharType="end"/>',
        )
    )
    cell = f"<w:tc>{paragraph('格')}</w:tc>"
    body = "".join(
        (
            paragraph("在读书会上的讲话", properties='<w:jc w:val="center"/>'),
            paragraph(runs=field),
            styled("1", "总的要求"),
            *(numbered(PROSE, level=at) for at in (0, 1, 2, 3, 1, 0)),
            paragraph(
                PROSE,
                runs='<w:r><w:footnoteReference w:id="2"/></w:r><w:del><w:r><w:delText>删</w:delText></w:r></w:del>',
            ),
            f"<w:tbl><w:tr>{cell}{cell}</w:tr></w:tbl>",
            "<w:sdt><w:sdtContent>" + paragraph(PROSE) + "</w:sdtContent></w:sdt>",
            paragraph(
                runs="<w:r><mc:AlternateContent><mc:Choice><w:txbxContent>"
                + paragraph("框")
                + "</w:txbxContent></mc:Choice></mc:AlternateContent></w:r>"
            ),
        )
    )
    note = f'<w:footnote w:id="2">{paragraph("注")}</w:footnote>'
    pages = [set_text(["　　" + PROSE[at : at + 20], PROSE[20:], "　　" + PROSE[at:20]]) for at in (1, 2, 3)]
    return {
        "样.docx": docx(body, styles=STYLES, numbering=list_of_all, footnotes=note),
        "样.pdf": pdf(
            [[(270, 800, 10, "页眉"), *page, (290, 40, 10, str(at))] for at, page in enumerate(pages, start=1)]
        ),
        "样.html": html(
            f"<nav><a href=x>首页</a></nav><h1>讲话</h1><div><p>{PROSE}</p><h2>一、总则</h2><p>{PROSE}<br>{PROSE}</p>"
            f"<table><tr><td>甲</td><td>乙</td></tr></table><ul><li>{PROSE}&amp;nbsp;</li></ul></div>"
        ),
        "旧.htm": f"<html><meta http-equiv=Content-Type content='text/html; charset=gb2312'><p>{PROSE}".encode(
            "gb18030"
        ),
        "样.txt": f"讲话\r\n\r\n同志们：\r\n{PROSE}\r一、总则\n{PROSE}\n".encode(),
        "样.md": f"# 讲话\n\n## 一、总则\n\n{PROSE}\n".encode("utf-8-sig"),
        "国标.txt": (PROSE * 3).encode("gb18030"),
        "宽.txt": (PROSE * 3).encode("utf-16-be"),
        "样.rtf": RTF,
    }
