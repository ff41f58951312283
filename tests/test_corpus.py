"""Files to sources."""

from __future__ import annotations

import codecs
import errno
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from speechbot.readers import check_corpus, decode, read_corpus

from speechbot.errors import CorpusError, SourceError
from speechbot.wording import zh_corpus

if TYPE_CHECKING:
    from collections.abc import Callable

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
        (b"PK\x03\x04\x00\x00\x00", zh_corpus.REASON_BINARY.format(position=3, code=3)),
        ("前面\0后面".encode(), zh_corpus.REASON_BINARY.format(position=3, code=0)),
        (TEXT.encode("utf-16-le"), zh_corpus.REASON_UTF16),
        (TEXT.encode("utf-16-be"), zh_corpus.REASON_UTF16),
        ("大家要认真学习，把我们的工作做好。".encode("utf-16-le"), zh_corpus.REASON_UTF16),
        (TEXT.encode("utf-32"), zh_corpus.REASON_UTF32),
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
        ("丙.docx", zh_corpus.SKIPPED_TYPE.format(suffix=".docx")),
        ("空.txt", zh_corpus.SKIPPED_EMPTY),
    )


def test_one_unreadable_file_stops_the_build(tmp_path: Path) -> None:
    """A text file that cannot be decoded raises an error that names it."""
    (tmp_path / "好.txt").write_text("正文。", encoding="utf-8")
    (tmp_path / "坏.txt").write_bytes(b"\xff\xff\xff")

    with pytest.raises(SourceError, match=r"坏\.txt"):
        read_corpus(tmp_path)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"\xc4\xe3.txt", r"\udcc4\udce3.txt"),
        ("讲\n话.txt".encode(), r"讲\n话.txt"),
        ("讲\u2028话.txt".encode(), r"讲\u2028话.txt"),
        ("讲\x85话.txt".encode(), r"讲\x85话.txt"),
    ],
)
def test_names_that_cannot_be_cited(tmp_path: Path, name: bytes, shown: str) -> None:
    """A file whose name is not text is refused in one printable line that shows the name with escapes."""
    (tmp_path / os.fsdecode(name)).write_text("正文。", encoding="utf-8")

    with pytest.raises(SourceError) as caught:
        read_corpus(tmp_path)

    assert caught.value.reason == zh_corpus.REASON_NAME
    assert str(caught.value.path) == shown
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", ["在全市大会上的讲话\u3000（2024年）.txt", "讲话\xa0一.md", "零宽\u200b空格.txt"])
def test_names_with_unusual_spaces_are_names(tmp_path: Path, name: str) -> None:
    """The spaces that Chinese typing and copying leave in a name do not keep a material out."""
    (tmp_path / name).write_text("正文。", encoding="utf-8")

    assert [source.name for source in read_corpus(tmp_path).sources] == [name]


def test_name_of_what_is_not_read_does_not_matter(tmp_path: Path) -> None:
    """A file of another type is skipped and shown in one printable line, whatever its name."""
    (tmp_path / "甲.txt").write_text("正文。", encoding="utf-8")
    (tmp_path / "图\n片.j\tpg").touch()

    assert read_corpus(tmp_path).skipped == ((r"图\n片.j\tpg", zh_corpus.SKIPPED_TYPE.format(suffix=r".j\tpg")),)


@pytest.mark.parametrize("name", ["~$讲话.docx", "~讲话.txt", "讲话.txt~", ".~lock.讲话.docx#"])
def test_what_editors_leave_is_passed_over(tmp_path: Path, name: str) -> None:
    """Lock and backup files of editors are neither read nor reported."""
    (tmp_path / "甲.txt").write_text("正文。", encoding="utf-8")
    (tmp_path / name).write_text("看不见。", encoding="utf-8")

    corpus = read_corpus(tmp_path)

    assert [source.name for source in corpus.sources] == ["甲.txt"]
    assert corpus.skipped == ()


def test_links_are_followed_within_the_corpus_only(tmp_path: Path) -> None:
    """A link to a folder, or to a file elsewhere, is left out with the reason; one to another material is read."""
    corpus, outside = tmp_path / "材料", tmp_path / "别处"
    (corpus / "内").mkdir(parents=True)
    outside.mkdir()
    (outside / "密.txt").write_text("别处的正文。", encoding="utf-8")
    (corpus / "内" / "甲.txt").write_text("正文。", encoding="utf-8")
    (corpus / "乙.txt").symlink_to("内/甲.txt")
    (corpus / "丙.txt").symlink_to(outside / "密.txt")
    (corpus / "丁").symlink_to(outside)
    (corpus / "戊").symlink_to("内")
    (corpus / "己.txt").symlink_to("/没有/这个.txt")
    (tmp_path / "链接").symlink_to(corpus)

    for folder in (corpus, tmp_path / "链接"):
        found = read_corpus(folder)

        assert [source.name for source in found.sources] == ["乙.txt", "内/甲.txt"]
        assert found.skipped == (
            ("丁", zh_corpus.SKIPPED_FOLDER_LINK),
            ("丙.txt", zh_corpus.SKIPPED_OUTSIDE),
            ("己.txt", zh_corpus.SKIPPED_OUTSIDE),
            ("戊", zh_corpus.SKIPPED_FOLDER_LINK),
        )


def forbid(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a folder unreadable, also for root."""
    real = os.scandir

    def scan(path: str | Path) -> Any:
        if Path(path) == folder:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scan)


@pytest.mark.parametrize("read", [read_corpus, check_corpus])
def test_unreadable_folder_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Callable[[Path], object]
) -> None:
    """What lies in a folder that cannot be opened does not drop out in silence: the folder is named."""
    (tmp_path / "甲.txt").write_text("正文。", encoding="utf-8")
    (tmp_path / "内" / "深").mkdir(parents=True)
    forbid(tmp_path / "内" / "深", monkeypatch)

    with pytest.raises(SourceError, match=r"内/深：这个文件夹打不开（没有读取权限）。.*speechbot index$"):
        read(tmp_path)


@pytest.mark.parametrize("read", [read_corpus, check_corpus])
def test_unreadable_corpus_is_not_called_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Callable[[Path], object]
) -> None:
    """A corpus folder that cannot be opened is reported as such."""
    forbid(tmp_path, monkeypatch)

    with pytest.raises(CorpusError, match=r"打不开（没有读取权限），请检查权限后重新运行 speechbot index$"):
        read(tmp_path)


def test_corpus_below_an_unreadable_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where not even looking at the corpus folder is allowed, the error says so too."""

    def refuse(*_args: object, **_options: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "stat", refuse)

    with pytest.raises(CorpusError, match="打不开（没有读取权限）"):
        read_corpus(tmp_path)


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
    """A folder with nothing in it is an error that says what to put there."""
    with pytest.raises(CorpusError, match=r"没有可读的 .txt 或 .md 材料，请放入材料后运行 speechbot index$"):
        read_corpus(tmp_path)


def test_folder_of_empty_files(tmp_path: Path) -> None:
    """Where all files are empty or of other types, the error names the first of them, with reasons, and the number."""
    for name in ("甲.txt", "乙.md", "丙.pdf", "丁.txt"):
        (tmp_path / name).touch()

    with pytest.raises(CorpusError, match=r"丁\.txt：文件里没有文字；丙\.pdf：暂不支持.*等 4 个）.*speechbot index$"):
        read_corpus(tmp_path)


def test_corpus_is_checked_without_reading(tmp_path: Path) -> None:
    """The check before a build looks for materials and opens none."""
    (tmp_path / "甲.pdf").touch()
    with pytest.raises(CorpusError, match=r"没有可读的.*甲\.pdf"):
        check_corpus(tmp_path)

    (tmp_path / "坏.txt").write_bytes(b"\xff\xff\xff")

    check_corpus(tmp_path)
