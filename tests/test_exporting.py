"""Answers as files."""

from __future__ import annotations

import errno
import os
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot import Answer, Hit, Passage, Quotation, export_answer
from speechbot.document import document, untouched
from speechbot.errors import ExportNotWritable
from speechbot.reading.word import read_word
from speechbot.terminal.screen import Line, Span, Style, line

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "治理河道，先截污水。再种柳树。"
MADE = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def hit(number: int, text: str = TEXT) -> Hit:
    """A hit of a numbered paragraph."""
    return Hit(
        Passage(f"{number:016x}", text, "治河讲话", ("一、治河",), "治河.txt", number, 0, len(text)), 0.9, (5, 10)
    )


ANSWER = Answer(
    "怎样治河？", (hit(1), replace(hit(2, "柳树要种在两岸，年年补种。"), score=0.65)), found=True, confidence=0.9
)
REFUSAL = replace(ANSWER, found=False, confidence=0.1)


def test_a_text(tmp_path: Path) -> None:
    """Question, place, confidence in words, sentence, paragraph, further hits in full, date, generation, a mark."""
    export_answer(ANSWER, tmp_path / "答案.txt", generation="20261125T-1", made=MADE)

    assert (tmp_path / "答案.txt").read_text("utf-8").splitlines()[:-1] == [
        "讲话材料问答",
        "问题：怎样治河？",
        "《治河讲话》 › 一、治河 · 第 1 段（治河.txt）",
        "把握：高",
        "答句：先截污水。",
        "",
        TEXT,
        "",
        "其他相关段落",
        "《治河讲话》 › 一、治河 · 第 2 段（治河.txt）",
        "把握：中",
        "答句：两岸，年年",
        "",
        "柳树要种在两岸，年年补种。",
        "",
        "导出日期：2026-11-25",
        "索引版本：20261125T-1",
    ]
    assert os.listdir(tmp_path) == ["答案.txt"]  # noqa: PTH208 - nothing half written beside it


def test_a_word_document(tmp_path: Path) -> None:
    """The same, the answering sentence bold where it stands; its properties say what it is."""
    export_answer(ANSWER, tmp_path / "答案.docx", generation="20261125T-1", made=MADE)

    written = docx.Document(str(tmp_path / "答案.docx"))
    paragraphs = [paragraph.text for paragraph in written.paragraphs]
    bold = [run.text for paragraph in written.paragraphs for run in paragraph.runs if run.bold]
    assert paragraphs[:2] == ["讲话材料问答", "问题：怎样治河？"]
    assert {TEXT, "把握：高", "把握：中", "其他相关段落", "导出日期：2026-11-25", "索引版本：20261125T-1"} <= set(
        paragraphs
    )
    assert bold == ["先截污水。", "两岸，年年"]
    assert (written.core_properties.author, written.core_properties.title) == ("speechbot", "怎样治河？")


def test_our_own_reader_finds_the_paragraph_again(tmp_path: Path) -> None:
    """What is exported can be read back: the paragraphs are whole lines of the text."""
    path = tmp_path / "答案.docx"
    export_answer(ANSWER, path)

    rows = read_word(path.read_bytes(), path=path).splitlines()

    assert [row for row in rows if row in {TEXT, "柳树要种在两岸，年年补种。"}] == [TEXT, "柳树要种在两岸，年年补种。"]
    assert "问题：怎样治河？" in rows


@pytest.mark.parametrize("suffix", [".txt", ".docx"])
def test_a_refusal(tmp_path: Path, suffix: str) -> None:
    """It says so, and gives the nearest passages on request only, no sentence of them marked."""
    export_answer(REFUSAL, tmp_path / f"无{suffix}")
    export_answer(REFUSAL, tmp_path / f"近{suffix}", near=True)

    plain, near = (text_of(tmp_path / f"{name}{suffix}") for name in "无近")
    assert "材料中没有找到这个问题的答案。" in plain
    assert TEXT not in plain
    assert "最接近的段落（不足以回答）" in near
    assert TEXT in near
    assert "答句" not in near
    assert "把握" not in near


def text_of(path: Path) -> str:
    """The text of an exported file."""
    if path.suffix == ".txt":
        return path.read_text("utf-8")
    return "\n".join(paragraph.text for paragraph in docx.Document(str(path)).paragraphs)


@pytest.mark.parametrize("suffix", [".txt", ".docx"])
def test_what_is_arranged_stands_above(tmp_path: Path, suffix: str) -> None:
    """Quotations with their numbers and sources, then the answer."""
    quoted = Quotation("先截污水。", ANSWER.hits[1].passage.id, 5, 10, lead="首先，")

    export_answer(replace(ANSWER, arranged=(quoted,)), tmp_path / f"甲{suffix}")

    rows = text_of(tmp_path / f"甲{suffix}").splitlines()
    assert rows.index("首先，“先截污水。”[2]") < rows.index("[2] 《治河讲话》 › 一、治河 · 第 2 段（治河.txt）")
    assert rows.index("完整的答案：") < rows.index(TEXT)


@pytest.mark.parametrize("name", ["甲.txt", "甲.docx", "甲.DOCX"])
def test_an_earlier_one_is_replaced_unless_it_was_changed(tmp_path: Path, name: str) -> None:
    """What somebody wrote into an export is not lost by the next."""
    path = tmp_path / name
    export_answer(REFUSAL, path)
    export_answer(ANSWER, path)
    assert TEXT in (
        text_of(path) if name != "甲.DOCX" else "".join(p.text for p in docx.Document(str(path)).paragraphs)
    )
    if name == "甲.txt":
        path.write_text(path.read_text("utf-8").replace("高", "低"), "utf-8")
    else:
        changed = docx.Document(str(path))
        changed.paragraphs[1].add_run("我的批注")
        changed.save(str(path))
    before = path.read_bytes()

    with pytest.raises(
        ExportNotWritable,
        match=r"^无法导出到 .*（已有同名文件，不是导出的答案，或导出后改动过，不能覆盖），请换一个文件名或文件夹后重试$",
    ):
        export_answer(ANSWER, path)

    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("甲.txt", b"my own notes"),
        ("甲.txt", b"\xff\xfe\n"),
        ("甲.txt", b"\n\n"),
        ("甲.docx", b"my own notes"),
        ("甲.docx", b"PK\x05\x06" + bytes(18)),
    ],
)
def test_a_file_of_somebody_else_stays(tmp_path: Path, name: str, content: bytes) -> None:
    """Nor is any other file replaced, whole or broken; an empty one may be."""
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(ExportNotWritable):
        export_answer(ANSWER, path)
    assert path.read_bytes() == content

    path.write_bytes(b"")
    export_answer(ANSWER, path)
    assert TEXT in text_of(path)


def test_a_damaged_package_is_not_ours(tmp_path: Path) -> None:
    """Parts that are missing or cannot be unpacked are no mark."""
    path = tmp_path / "甲.docx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("docProps/core.xml", "speechbot ask --export")
    assert not untouched(path)

    export_answer(ANSWER, tmp_path / "乙.docx")
    data = bytearray((tmp_path / "乙.docx").read_bytes())
    at = data.index(b"word/document.xml") + 60
    data[at : at + 40] = bytes(40)
    path.write_bytes(data)
    assert not untouched(path)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("甲.pdf", "文件名要以 .txt 或 .docx 结尾"),
        ("甲", "文件名要以 .txt 或 .docx 结尾"),
        ("没有/甲.txt", "所在的文件夹不存在"),
        ("夹.txt", "它是文件夹"),
        ("材料/甲.txt", "在材料文件夹里，下次会当作材料读入"),
    ],
)
def test_places_where_nothing_is_written(tmp_path: Path, name: str, reason: str) -> None:
    """The error names the file and the reason."""
    (tmp_path / "夹.txt").mkdir()
    (tmp_path / "材料").mkdir()

    with pytest.raises(ExportNotWritable) as caught:
        export_answer(ANSWER, tmp_path / name, corpus=tmp_path / "材料")

    assert caught.value.reason == reason


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The earlier export is whole, and nothing half written lies beside it."""
    export_answer(REFUSAL, tmp_path / "甲.txt")
    before = (tmp_path / "甲.txt").read_bytes()

    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(ExportNotWritable, match="磁盘空间不足"):
        export_answer(ANSWER, tmp_path / "甲.txt")

    assert [path.name for path in tmp_path.iterdir()] == ["甲.txt"]
    assert (tmp_path / "甲.txt").read_bytes() == before


@given(st.lists(st.text(), max_size=5))
def test_any_text_makes_a_document(texts: list[str]) -> None:
    """What XML cannot hold is shown as unreadable; the rest is as it was."""
    blocks = [(-1, Line((Span(text), Span("粗", Style.STRONG)))) for text in texts]

    data = document([(0, line("题")), *blocks], title="".join(texts), made=MADE)

    _, *paragraphs = docx.Document(BytesIO(data)).paragraphs
    shown = [re.sub("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text) for text in texts]
    # A line break is one, whichever character made it
    assert [one.text for one in paragraphs] == [f"{text}粗".replace("\r\n", "\n").replace("\r", "\n") for text in shown]
