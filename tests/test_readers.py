"""Files to sources."""

from __future__ import annotations

import codecs
import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot import wording
from speechbot.errors import CorpusError, SourceError
from speechbot.readers import decode, read_corpus

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
        (TEXT.encode("gb18030"), "gb18030"),
        (TEXT.encode("gbk"), "gb18030"),
    ],
)
def test_decodes_without_touching_line_ends(data: bytes, encoding: str) -> None:
    """Each known encoding gives the text back with CRLF and bare CR as they are and no byte order mark."""
    assert decode(data, path=Path("a.txt")) == (TEXT, encoding)


@given(PROSE, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]))
def test_round_trip(text: str, encoding: str) -> None:
    """Whatever Chinese prose is encoded comes back character by character."""
    assert decode(text.encode(encoding), path=Path("a.txt"))[0] == text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04\x00\x00\x00", wording.REASON_BINARY.format(position=3, code=3)),
        ("前面\0后面".encode(), wording.REASON_BINARY.format(position=3, code=0)),
        (TEXT.encode("utf-16-le"), wording.REASON_UTF16),
        (TEXT.encode("utf-16-be"), wording.REASON_UTF16),
        ("大家要认真学习，把我们的工作做好。".encode("utf-16-le"), wording.REASON_UTF16),
        (TEXT.encode("utf-32"), wording.REASON_UTF32),
        (("為人民服務，這是我們的宗旨。" * 5).encode("big5"), wording.REASON_ENCODING),
        ("今日は会議を開きます。皆さん、よろしくお願いします。".encode("shift_jis") * 3, wording.REASON_ENCODING),
        (TEXT.encode()[:-2], wording.REASON_ENCODING),
        (codecs.BOM_UTF16_LE + b"a", wording.REASON_ENCODING),
    ],
)
def test_refuses_what_is_not_text(data: bytes, reason: str) -> None:
    """Binary data, unknown encodings and truncated files are refused with their reason and the next step."""
    with pytest.raises(SourceError) as caught:
        decode(data, path=Path("x.txt"))

    assert caught.value.reason == reason
    assert str(caught.value).endswith("speechbot index")


def test_reads_visible_text_files_in_order(tmp_path: Path) -> None:
    """.txt and .md files of all folders come sorted by name; hidden ones are passed over; others are named as skipped."""
    (tmp_path / "乙").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "乙" / "二.MD").write_text("# 标题\n正文。", encoding="utf-8")
    (tmp_path / "甲.txt").write_bytes(TEXT.encode("gb18030"))
    (tmp_path / "丙.docx").write_bytes(b"PK\x03\x04")
    (tmp_path / "空.txt").write_text(" \n", encoding="utf-8")
    (tmp_path / ".隐藏.txt").write_text("看不见", encoding="utf-8")
    (tmp_path / ".git" / "甲.txt").write_text("看不见", encoding="utf-8")

    corpus = read_corpus(tmp_path)

    assert [(source.name, source.encoding) for source in corpus.sources] == [
        ("乙/二.MD", "utf-8"),
        ("甲.txt", "gb18030"),
    ]
    assert corpus.sources[1].text == TEXT
    assert corpus.sources[1].sha256 == hashlib.sha256(TEXT.encode("gb18030")).hexdigest()
    assert corpus.skipped == (
        ("丙.docx", wording.SKIPPED_TYPE.format(suffix=".docx")),
        ("空.txt", wording.SKIPPED_EMPTY),
    )


def test_one_unreadable_file_stops_the_build(tmp_path: Path) -> None:
    """A text file that cannot be decoded raises an error that names it."""
    (tmp_path / "好.txt").write_text("正文。", encoding="utf-8")
    (tmp_path / "坏.txt").write_bytes(b"\xff\xff\xff")

    with pytest.raises(SourceError, match=r"坏\.txt"):
        read_corpus(tmp_path)


@pytest.mark.parametrize("name", [b"\xc4\xe3.txt", b"a\nb.txt"])
def test_names_that_cannot_be_cited(tmp_path: Path, name: bytes) -> None:
    """A file whose name is not text is refused in one printable line."""
    Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name))).write_text("正文。", encoding="utf-8")  # noqa: PTH118 - bytes

    with pytest.raises(SourceError) as caught:
        read_corpus(tmp_path)

    assert caught.value.reason == wording.REASON_NAME
    assert str(caught.value).isprintable()


def test_pipes_are_refused(tmp_path: Path) -> None:
    """Opening a pipe would wait for ever."""
    os.mkfifo(tmp_path / "管道.txt")

    with pytest.raises(SourceError, match=r"管道\.txt：它是管道或设备，不是普通文件"):
        read_corpus(tmp_path)


def test_dangling_links_are_refused(tmp_path: Path) -> None:
    """A link to nothing is no reason to leave a material out in silence."""
    (tmp_path / "甲.txt").symlink_to(tmp_path / "没有.txt")

    with pytest.raises(SourceError, match=r"甲\.txt：打不开（文件不存在，可能是失效的链接）"):
        read_corpus(tmp_path)


def test_file_in_place_of_the_folder(tmp_path: Path) -> None:
    """Whoever names a file is told to name its folder."""
    (tmp_path / "甲.txt").write_text("正文。", encoding="utf-8")

    with pytest.raises(CorpusError, match=r"甲\.txt 是文件，不是材料文件夹，请用 --corpus 写出它所在的文件夹$"):
        read_corpus(tmp_path / "甲.txt")


def test_missing_folder(tmp_path: Path) -> None:
    """A folder that does not exist is an error that says what to make."""
    with pytest.raises(CorpusError, match="不存在，请新建"):
        read_corpus(tmp_path / "没有")


def test_folder_without_text(tmp_path: Path) -> None:
    """A folder without readable material is an error that says what to put there."""
    (tmp_path / "甲.pdf").write_bytes(b"%PDF")

    with pytest.raises(CorpusError, match="没有可读的"):
        read_corpus(tmp_path)
