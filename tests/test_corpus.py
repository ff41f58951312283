"""The corpus folder: what is listed, what is read, what is left out and why."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from speechbot.errors import CorpusError, SourceError
from speechbot.reading import corpus as module
from speechbot.reading.corpus import Material, check_corpus, list_corpus, read_corpus, read_material, require_all
from speechbot.wording import zh_corpus
from tests.files import samples

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = "同志们：\r\n今天我们召开会议，主要是研究基层工作。\r大家要认真学习，把各项要求落到实处。\n"


def test_reads_visible_text_files_in_order(tmp_path: Path) -> None:
    """.txt and .md files of all folders come sorted by name; hidden ones are passed over; others are named as skipped."""
    (tmp_path / "乙").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "乙" / "二.MD").write_text("# 标题\n正文。", encoding="utf-8")
    (tmp_path / "甲.txt").write_bytes(TEXT.encode("gb18030"))
    (tmp_path / "丙.xlsx").write_bytes(b"PK\x03\x04")
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
        ("丙.xlsx", zh_corpus.SKIPPED_TYPE.format(suffix=".xlsx")),
        ("空.txt", zh_corpus.SKIPPED_EMPTY),
    )


def test_one_unreadable_file_stops_nothing(tmp_path: Path) -> None:
    """A file that cannot be read is named with its reason, the others are read."""
    (tmp_path / "好.txt").write_text("正文。", encoding="utf-8")
    (tmp_path / "坏.txt").write_bytes(b"\xff\xff\xff")

    corpus = read_corpus(tmp_path)

    assert [source.name for source in corpus.sources] == ["好.txt"]
    assert corpus.failed == (("坏.txt", zh_corpus.REASON_ENCODING),)
    assert corpus.skipped == ()


def test_nothing_but_unreadable_files(tmp_path: Path) -> None:
    """Where nothing at all could be read the error names what was found."""
    (tmp_path / "坏.txt").write_bytes(b"\xff\xff\xff")
    (tmp_path / "空.md").write_text(" \n", encoding="utf-8")

    with pytest.raises(CorpusError, match=r"没有读得出来的材料（坏\.txt：不是 UTF-8.*；空\.md：文件里没有文字）"):
        read_corpus(tmp_path)


def test_all_files_can_be_required() -> None:
    """Whoever wants all files or none gets an error that names the first ones; without failures nothing happens."""
    folder = Path("材料")
    require_all(folder, ())

    with pytest.raises(
        CorpusError, match=r"有 4 个材料未能读取（1：因1；2：因2；3：因3；……共 4 个），索引没有改动.*speechbot index$"
    ):
        require_all(folder, tuple((str(at), f"因{at}") for at in range(1, 5)))


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
    """A file whose name is not text is named with escapes, in one printable line, and not read."""
    (tmp_path / os.fsdecode(name)).write_text("正文。", encoding="utf-8")
    (tmp_path / "好.txt").write_text("正文。", encoding="utf-8")

    listing = list_corpus(tmp_path)

    assert [material.name for material in listing.materials] == ["好.txt"]
    assert listing.failed == ((shown, zh_corpus.REASON_NAME),)
    assert shown.isprintable()


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


@pytest.mark.parametrize(
    "name",
    ["~$讲话.docx", "~讲话.txt", "讲话.txt~", ".~lock.讲话.docx#", "corpus.yaml", "甲.meta.yaml", "甲.txt.meta.yml"],
)
def test_what_is_no_material_is_passed_over(tmp_path: Path, name: str) -> None:
    """Lock and backup files of editors, and sidecar files, are neither read nor reported."""
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


def test_unreadable_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies in a folder that cannot be opened does not drop out in silence: the folder is named."""
    (tmp_path / "甲.txt").write_text("正文。", encoding="utf-8")
    (tmp_path / "内" / "深").mkdir(parents=True)
    forbid(tmp_path / "内" / "深", monkeypatch)

    corpus = read_corpus(tmp_path)

    assert [source.name for source in corpus.sources] == ["甲.txt"]
    assert corpus.failed == (("内/深", zh_corpus.REASON_FOLDER.format(detail="没有读取权限")),)


@pytest.mark.parametrize("read", [read_corpus, check_corpus, list_corpus])
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


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """Opening a pipe would wait for ever; a link to nothing is no reason to leave a material out in silence."""
    (tmp_path / "好.txt").write_text("正文。", encoding="utf-8")
    os.mkfifo(tmp_path / "管道.txt")
    (tmp_path / "链接.txt").symlink_to(tmp_path / "没有.txt")

    assert list_corpus(tmp_path).failed == (
        ("管道.txt", zh_corpus.REASON_PIPE),
        ("链接.txt", zh_corpus.REASON_UNREADABLE.format(detail="文件不存在，可能是失效的链接")),
    )


def test_files_of_absurd_size_are_refused(tmp_path: Path) -> None:
    """A file above the limit is neither hashed nor read; the reason says both sizes."""
    (tmp_path / "好.txt").write_text("正文。", encoding="utf-8")
    with (tmp_path / "大.txt").open("wb") as file:
        file.truncate(module.LARGEST + 1_000_000)

    assert list_corpus(tmp_path).failed == (("大.txt", zh_corpus.REASON_SIZE.format(size=201, limit=200)),)


def test_empty_files_of_every_format_are_skipped(tmp_path: Path) -> None:
    """A file of no bytes is empty, not damaged."""
    (tmp_path / "好.txt").write_text("正文。", encoding="utf-8")
    for suffix in module.READ_SUFFIXES:
        (tmp_path / f"空{suffix}").touch()

    corpus = read_corpus(tmp_path)

    assert corpus.failed == ()
    assert {reason for _, reason in corpus.skipped} == {zh_corpus.SKIPPED_EMPTY}
    assert len(corpus.skipped) == len(module.READ_SUFFIXES)


def test_pages_of_absurd_size_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A web page has a limit of its own."""
    monkeypatch.setattr(module, "LARGEST_PAGE", 100)
    path = tmp_path / "大.html"
    path.write_bytes(b"<p>" * 100)

    with pytest.raises(SourceError, match="请拆成几个文件"):
        read_material(Material("大.html", path, ""))


def test_file_that_goes_between_listing_and_reading(tmp_path: Path) -> None:
    """What was listed and is gone is an error of that file."""
    with pytest.raises(SourceError, match=r"打不开（文件不存在"):
        read_material(Material("甲.txt", tmp_path / "甲.txt", ""))


def test_materials_are_listed_without_reading(tmp_path: Path) -> None:
    """Listing gives name, place and hash of each file, whatever is in it."""
    (tmp_path / "内").mkdir()
    (tmp_path / "内" / "坏.txt").write_bytes(b"\xff\xff")
    (tmp_path / "甲.pdf").write_bytes(b"x")

    assert list_corpus(tmp_path).materials == (
        Material("内/坏.txt", tmp_path / "内" / "坏.txt", hashlib.sha256(b"\xff\xff").hexdigest()),
        Material("甲.pdf", tmp_path / "甲.pdf", hashlib.sha256(b"x").hexdigest()),
    )


def test_notes_travel_with_the_material(tmp_path: Path) -> None:
    """What sidecar files say of a file is handed on; the hash is that of the bytes that were read."""
    path = tmp_path / "甲.txt"
    path.write_text("正文。", encoding="utf-8")

    source = read_material(Material("甲.txt", path, "old", notes='{"date":"2024"}'))

    assert (source.notes, source.sha256) == ('{"date":"2024"}', hashlib.sha256("正文。".encode()).hexdigest())


@pytest.mark.parametrize(
    ("name", "like", "encoding"),
    [
        ("网页.doc", "样.html", "html"),
        ("改名.doc", "样.docx", "docx"),
        ("改名.wps", "样.docx", "docx"),
        ("改名.txt", "样.pdf", "pdf"),
        ("改名.docx", "样.pdf", "pdf"),
        ("文字.doc", "样.txt", "utf-8"),
        ("旧.HTM", "旧.htm", "html"),
        ("网页.docx", "样.html", "html"),
    ],
)
def test_content_decides_where_it_shows_the_format(tmp_path: Path, name: str, like: str, encoding: str) -> None:
    """A file under the name of another format is read as what it is."""
    path = tmp_path / name
    path.write_bytes(samples()[like])

    source = read_material(Material(name, path, ""))

    assert source.encoding == encoding
    assert "把这项工作做好" in source.text


def test_what_is_no_document_is_named_as_such(tmp_path: Path) -> None:
    """A .doc that is neither a document nor a page nor text is not said to be in a wrong encoding."""
    path = tmp_path / "乱.doc"
    path.write_bytes(b"\xff\xff\x00\x01" * 9)

    with pytest.raises(SourceError, match="不是 Word、WPS 或 RTF 文档"):
        read_material(Material("乱.doc", path, ""))


@pytest.mark.parametrize("name", ["密.doc", "密.docx"])
def test_locked_documents_are_named_as_such(tmp_path: Path, name: str) -> None:
    """A document under a password is an OLE file with one stream of that name, whatever its suffix."""
    path = tmp_path / name
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le"))

    with pytest.raises(SourceError, match="有密码保护"):
        read_material(Material(name, path, ""))


def test_reasons_say_what_to_do() -> None:
    """Each reason of a failure names a way to put it right."""
    others = {"REASON_NOT_FILE"}  # said of bot.env too, where something else follows
    reasons = [value for name, value in vars(zh_corpus).items() if name.startswith("REASON_") and name not in others]

    assert len(reasons) > 15
    assert [reason for reason in reasons if "请" not in reason] == []


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
    with pytest.raises(CorpusError, match=r"没有可读的材料（.*\.docx .*），请放入材料后运行 speechbot index$"):
        read_corpus(tmp_path)


def test_folder_of_empty_files(tmp_path: Path) -> None:
    """Where all files are empty or of other types, the error names the first of them, with reasons, and the number."""
    for name in ("甲.txt", "乙.md", "丙.xlsx", "丁.txt"):
        (tmp_path / name).touch()

    with pytest.raises(CorpusError, match=r"丁\.txt：文件里没有文字；丙\.xlsx：不支持.*共 4 个）.*speechbot index$"):
        read_corpus(tmp_path)


def test_pictures_and_strays(tmp_path: Path) -> None:
    """A picture needs its text recognised; what file managers leave behind is no material."""
    for name in ("照片.JPG", "Thumbs.db", "desktop.ini"):
        (tmp_path / name).touch()
    (tmp_path / "甲.txt").write_text("在会上的讲话\n今天讲一件事。\n", encoding="utf-8")

    ((name, reason),) = read_corpus(tmp_path).skipped
    assert (name, reason[:4]) == ("照片.JPG", "是图片，")


def test_corpus_is_checked_without_reading(tmp_path: Path) -> None:
    """The check before a build looks for materials and opens none."""
    (tmp_path / "甲.xlsx").touch()
    with pytest.raises(CorpusError, match=r"没有读得出来的材料.*甲\.xlsx"):
        check_corpus(tmp_path)

    (tmp_path / "坏.txt").write_bytes(b"\xff\xff\xff")

    check_corpus(tmp_path)
