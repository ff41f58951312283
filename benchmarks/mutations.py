"""Files damaged in all the ways that a fuzzer knows, always the same ones for the same seed."""

from __future__ import annotations

import lzma
import re
import zipfile
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

# What breaks readers: ends of number ranges, format marks, halves of characters, brackets without partner.
_SPICE = (
    b"\x00", b"\xff", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\x7f\xff\xff\xff", b"\x80\x00\x00\x00",
    b"%PDF-1.7\n", b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf1", b"<html>", b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"&#xD800;", b"&#0;", b"&amp;nbsp;", b"&b;", b"<w:p>", b"</w:p>", b"<w:tbl>", b"<![CDATA[", b"-->", b"<!--", b"99999999999999999999", b"-1",
    b"1e309", b"NaN", b" 0 R", b"endobj", b"stream\n", b"endstream", b"/Kids", b"xref", b"\r", b"\n", b"\xa3\xac", "同志们：".encode(), "一、".encode(),
    "（一）".encode("gb18030"), "第一章".encode("utf-16-le"), b"\xe2\x80\xa8", b"\xc2\x85", b"##paidbegin##", b"----\n",
)  # fmt: skip
_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "gbk", "big5", "latin-1")
_MOST_SPAN = 4096
_MOST_GROWN = 4_000_000  # bytes; what has grown beyond is cut


def mutated(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """A file with one to four things done to it, on the level of its format where it has one."""
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 4))):
        levels: list[Callable[[bytes, Sequence[bytes], Random], bytes]] = [_bytes]
        if data.startswith(b"PK\x03\x04"):
            levels += [_members] * 6
        elif data.startswith(b"%PDF-"):
            levels += [_objects] * 3
        else:
            levels += [_characters]
        data = random.choice(levels)(data, others, random)[:_MOST_GROWN]
    return data


def noise(random: Random) -> bytes:
    """A file of random bytes, some of them behind the mark of a format or in the range of Chinese text."""
    size = random.choice((0, 1, 2, 3, 17, 100, 1000, 20_000))
    kind = random.randrange(4)
    if kind == 0:
        return random.randbytes(size)
    if kind == 1:
        return random.choice(_SPICE) + random.randbytes(size)
    if kind == 2:
        return "".join(chr(random.randrange(0x4E00, 0x9FFF)) for _ in range(size // 3)).encode(
            random.choice(_ENCODINGS[:7])
        )
    return b"".join(random.choice(_SPICE) for _ in range(min(size, 3000)))


def _bytes(data: bytes, others: Sequence[bytes], random: Random) -> bytes:  # noqa: C901, PLR0911 - one for each kind of damage
    """Bytes flipped, cut, doubled, moved, overwritten, or mixed with those of another file."""
    if not data:
        return random.choice(_SPICE)
    start = random.randrange(len(data))
    stop = min(len(data), start + random.randrange(1, _MOST_SPAN))
    kind = random.randrange(9)
    if kind == 0:
        flipped = bytearray(data)
        for _ in range(random.choice((1, 2, 8, 64))):
            flipped[random.randrange(len(flipped))] ^= 1 << random.randrange(8)
        return bytes(flipped)
    if kind == 1:
        return data[:start]
    if kind == 2:
        return data[:start] + data[stop:]
    if kind == 3:
        return data[:stop] + data[start:stop] * random.choice((1, 2, 50)) + data[stop:]
    if kind == 4:
        other = random.choice(others)
        cut = random.randrange(len(other) + 1)
        return data[:start] + other[cut:]
    if kind == 5:
        spice = random.choice(_SPICE)
        return data[:start] + spice + data[start:]
    if kind == 6:
        spice = random.choice(_SPICE)
        return data[:start] + spice + data[start + len(spice) :]
    if kind == 7:
        return data[:start] + random.randbytes(stop - start) + data[stop:]
    return _numbers(data, random)


def _numbers(data: bytes, random: Random) -> bytes:
    """A number written in digits replaced by one from the end of a range."""
    found = [*re.finditer(rb"\d+", data[:2_000_000])]
    if not found:
        return data
    number = random.choice(found)
    other = random.choice((b"0", b"-1", b"1", b"255", b"65536", b"2147483648", b"99999999999999999999", b""))
    return data[: number.start()] + other + data[number.end() :]


def _characters(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """Text with lines or tags doubled, dropped, nested or shuffled, in its own or another encoding."""
    del others
    try:
        text = data.decode(random.choice(("utf-8", "gb18030")))
    except UnicodeDecodeError:
        return data
    pieces = re.split(r"(?<=\n)|(?<=>)|(?<=。)", text)
    at = random.randrange(len(pieces))
    kind = random.randrange(6)
    if kind == 0:
        pieces[at : at + 1] = [pieces[at]] * random.choice((0, 2, 3000))
    elif kind == 1:
        random.shuffle(pieces)
    elif kind == 2:
        pieces.insert(
            at,
            "".join(chr(random.choice((0xD7FF, 0x2028, 0xA0, 0x3000, 0x200B, 0x2F00, 0x1F600, 7))) for _ in range(9)),
        )
    elif kind == 3:
        pieces[at] = pieces[at] * random.choice((2, 100)) if len(pieces[at]) < 10_000 else ""
    elif kind == 4:
        pieces = [piece.rstrip("\r\n") for piece in pieces]
    encoding = random.choice(_ENCODINGS) if kind == 5 else "utf-8"
    return "".join(pieces).encode(encoding, "replace")


def _members(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """A package with a part changed, dropped, renamed, doubled or made to nest."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = [(name, archive.read(name)) for name in archive.namelist()]
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        OSError,
        NotImplementedError,
        RuntimeError,
        EOFError,
        ValueError,
    ):
        return _bytes(data, others, random)
    texts = [at for at, (name, content) in enumerate(members) if name.endswith((".xml", ".rels")) and content]
    if not texts:
        return _bytes(data, others, random)
    at = random.choice(texts)
    name, content = members[at]
    kind = random.randrange(12)
    if kind == 0:
        del members[at]
    elif kind == 1:
        members[at] = (random.choice((name.upper(), name.replace("/", "\\"), "../" + name, "word/x.xml")), content)
    elif kind == 2:
        members.append((name + "x", random.choice(members)[1]))
    elif kind == 3:
        members[at] = (name, random.choice(members)[1])
    elif kind < 10:
        members[at] = (name, _tags(content, random))
    else:
        members[at] = (name, _bytes(content, [other for _, other in members], random))
    return _packed(members, random)


def _packed(members: Sequence[tuple[str, bytes]], random: Random) -> bytes:
    """Members put back into an archive."""
    target = BytesIO()
    method = random.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    with zipfile.ZipFile(target, "w", method, compresslevel=1) as archive:
        for name, content in dict(members).items():
            archive.writestr(name, content)
    return target.getvalue()


def _tags(content: bytes, random: Random) -> bytes:
    """XML that is still well-formed most of the time, but says something else."""
    kind = random.randrange(5)
    if kind == 0:  # one attribute's value everywhere, or once
        values = re.findall(rb'="([^"<]{1,30})"', content) or [b"1"]
        old, new = random.choice(values), random.choice((*values, b"", b"-1", b"99999999999", b"x", "一".encode()))
        return content.replace(b'="' + old + b'"', b'="' + new + b'"', random.choice((1, -1)))
    if kind == 1:  # one element's name for another's
        names = re.findall(rb"<(w:\w+)", content) or [b"w:p"]
        old, new = random.choice(names), random.choice(names)
        return re.sub(rb"(</?)" + old + rb"\b", rb"\g<1>" + new, content)
    if kind == 2:  # elements within elements within elements
        depth = random.choice((50, 500, 5000))
        name = random.choice((b"w:p", b"w:tbl", b"w:sdtContent", b"w:r", b"w:txbxContent", b"w:ins"))
        return re.sub(
            rb"(<w:body[^>]*>)", rb"\1" + (b"<" + name + b">") * depth + (b"</" + name + b">") * depth, content, count=1
        )
    found = [*re.finditer(rb"<w:(p|r|tc|tr|lvl|style|fldChar)\b[^>]*/?>", content)]
    if not found:
        return content
    one, other = random.choice(found), random.choice(found)
    if kind == 3:  # an element's start dropped
        return content[: one.start()] + content[one.end() :]
    low, high = sorted((one.start(), other.start()))
    return content[:high] + content[low:high] * random.choice((1, 5)) + content[high:]


def _objects(data: bytes, others: Sequence[bytes], random: Random) -> bytes:  # noqa: PLR0911 - likewise
    """A PDF file with an object changed: another's number, another's content, a stream that says something else."""
    found = [*re.finditer(rb"(\d+) 0 obj(.*?)endobj", data, re.DOTALL)]
    if not found:
        return _bytes(data, others, random)
    one, other = random.choice(found), random.choice(found)
    kind = random.randrange(5)
    if kind == 0:  # a reference leads elsewhere, in a circle perhaps
        references = [*re.finditer(rb"\d+(?= 0 R)", data)]
        if not references:
            return data
        reference = random.choice(references)
        return data[: reference.start()] + random.choice((one[1], other[1], b"0", b"99999")) + data[reference.end() :]
    if kind == 1:
        return data[: one.start(2)] + other[2] + data[one.end(2) :]
    if kind == 2:
        return data[: one.start()] + data[one.end() :]
    stream = re.search(rb"stream\r?\n(.*?)endstream", one[2], re.DOTALL)
    if kind == 3 and stream:
        try:
            content = zlib.decompress(stream[1])
        except zlib.error:
            content = stream[1]
        content = zlib.compress(_bytes(content, others, random), 1)
        start, end = one.start(2) + stream.start(1), one.start(2) + stream.end(1)
        return data[:start] + content + b"\n" + data[end:]
    return data[: one.start(2)] + _bytes(one[2], others, random) + data[one.end(2) :]
