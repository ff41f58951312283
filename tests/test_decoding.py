"""Bytes to text: every encoding that materials come in, and nothing that is none."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.errors import SourceError
from speechbot.reading.decoding import decode
from speechbot.wording import zh_corpus

TEXT = "同志们：\r\n今天我们召开会议，主要是研究基层工作。\r大家要认真学习，把各项要求落到实处。\n"
PROSE = st.lists(
    st.sampled_from(["我们要坚持学习，", "这是大家的工作。", "\r\n", "\r", "\n", "　", "2024年", "“好”"]), min_size=1
).map("".join)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        ("大家要认真学习，把我们的工作做好。".encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-32"), "utf-32"),
        (TEXT.encode("gb18030"), "gb18030"),
        (TEXT.encode("gbk"), "gb18030"),
    ],
)
def test_decodes_without_touching_line_ends(data: bytes, encoding: str) -> None:
    """Each known encoding gives the text back with CRLF and bare CR as they are and no byte order mark."""
    text, found = decode(data, path=Path("a.txt"))

    assert found == encoding
    assert text in {TEXT, "大家要认真学习，把我们的工作做好。"}


@given(PROSE, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]))
def test_round_trip(text: str, encoding: str) -> None:
    """Whatever Chinese prose is encoded comes back character by character."""
    assert decode(text.encode(encoding), path=Path("a.txt"))[0] == text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04\x00\x00\x00", zh_corpus.REASON_BINARY.format(position=3, code=3)),
        ("前面\0后面".encode(), zh_corpus.REASON_BINARY.format(position=3, code=0)),
        (("為人民服務，這是我們的宗旨。" * 5).encode("big5"), zh_corpus.REASON_ENCODING),
        ("今日は会議を開きます。皆さん、よろしくお願いします。".encode("shift_jis") * 3, zh_corpus.REASON_ENCODING),
        (TEXT.encode()[:-2], zh_corpus.REASON_ENCODING),
        (codecs.BOM_UTF16_LE + b"a", zh_corpus.REASON_ENCODING),
    ],
)
def test_refuses_what_is_not_text(data: bytes, reason: str) -> None:
    """Binary data, unknown encodings and truncated files are refused with their reason and the next step."""
    with pytest.raises(SourceError) as caught:
        decode(data, path=Path("x.txt"))

    assert caught.value.reason == reason
    assert str(caught.value).endswith("speechbot index")


@given(st.binary(max_size=300))
def test_bytes_are_text_as_a_whole_or_refused(data: bytes) -> None:
    """Whatever the bytes, the text that comes of them encodes back to them, or they are refused; nothing is dropped."""
    try:
        text, encoding = decode(data, path=Path("x.txt"))
    except SourceError:
        return

    mark = {"utf-8-sig": 3, "utf-16": 2, "utf-32": 4}.get(encoding, 0)
    order = "-be" if data.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)) else "-le"
    codec = encoding + order if encoding in {"utf-16", "utf-32"} else encoding
    # GB18030 gives a few characters two codes, of which Python reads both.
    assert text.encode(codec)[3 if encoding == "utf-8-sig" else 0 :] == data[mark:] or encoding == "gb18030"
