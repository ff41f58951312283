"""What admins write beside their materials."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.models import Source
from speechbot.parsing.parser import parse
from speechbot.reading import sidecar
from speechbot.reading.sidecar import Sidecars, is_sidecar, read_sidecars
from speechbot.reading.sidecar_fields import Fields

README = Path(__file__).parents[1] / "README.zh-CN.md"
NAMES = ("会议/在会上的讲话.txt", "学习.md", "总结.txt")


def read(folder: Path, names: tuple[str, ...] = NAMES, **files: str) -> Sidecars:
    """The sidecars of a corpus with these files; ``__`` stands for a dot and ``___`` for a slash in their names."""
    for name, text in files.items():
        path = folder / name.replace("___", "/").replace("__", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return read_sidecars(folder, names)


def said(sidecars: Sidecars, name: str) -> dict[str, Any]:
    """What is said of a material."""
    found: dict[str, Any] = json.loads(sidecars.notes[name] or "{}")
    return found


def test_nothing_said(tmp_path: Path) -> None:
    """Without sidecars there is nothing to note, and nothing to tell."""
    assert read(tmp_path) == Sidecars(dict.fromkeys(NAMES, ""))


def test_sidecar_beside_its_material(tmp_path: Path) -> None:
    """Both names are found, in folders too, and Chinese names of fields mean the same."""
    found = read(
        tmp_path,
        会议___在会上的讲话__meta__yaml="title: 在全县读书会上的讲话\ndate: 2024-03-05\naliases: [读书讲话, 三月讲话]\n",
        学习__md__meta__yaml="讲话人: [李大山, 王明]\n日期: 2024年3月\n",
    )

    assert found.problems == ()
    assert said(found, NAMES[0]) == {
        "title": "在全县读书会上的讲话",
        "date": "2024-03-05",
        "aliases": ["读书讲话", "三月讲话"],
    }
    assert said(found, NAMES[1]) == {"speaker": "李大山、王明", "date": "2024-03"}


def test_notes_are_canonical(tmp_path: Path) -> None:
    """The order in which an admin writes the fields changes nothing, so nothing is indexed again for it."""
    one = read(tmp_path, 学习__meta__yaml="date: 2024\ntitle: 甲\n").notes["学习.md"]
    other = read(tmp_path, 学习__meta__yaml="title: 甲\n\n# 说明\ndate: '2024'\n").notes["学习.md"]

    assert one == other == '{"date":"2024","title":"甲"}'


def test_one_file_for_the_corpus(tmp_path: Path) -> None:
    """corpus.yaml speaks of many materials, by whole name, without suffix or without folder, and gives words."""
    text = "files:\n  在会上的讲话: {date: 2024-03-05}\n  学习.md:\n    speaker: 李大山\nwords: [效能建设 500, 清单闭环, 营商环境: 30]\n"
    found = read(tmp_path, corpus__yaml=text)

    assert found.problems == ()
    assert (said(found, NAMES[0]), said(found, NAMES[1])) == ({"date": "2024-03-05"}, {"speaker": "李大山"})
    assert found.words == ("效能建设 500", "清单闭环", "营商环境 30")


def test_the_own_sidecar_goes_first(tmp_path: Path) -> None:
    """Field by field, what stands beside a material goes before what corpus.yaml says of it."""
    found = read(
        tmp_path,
        corpus__yaml="files:\n  学习: {date: 2024-03-05, speaker: 李大山}\n",
        学习__meta__yaml="date: 2024-05-01\n",
    )

    assert said(found, "学习.md") == {"date": "2024-05-01", "speaker": "李大山"}


def test_several_speeches(tmp_path: Path) -> None:
    """Speeches of one file are described in order or by title."""
    by_place = read(tmp_path, 学习__meta__yaml="speeches:\n- date: 2024-03-05\n- \n- speaker: 李大山\n")
    assert said(by_place, "学习.md") == {"speeches": [{"date": "2024-03-05"}, {}, {"speaker": "李大山"}]}

    by_title = read(tmp_path, 学习__meta__yaml="讲话:\n  在会上的讲话:\n    date: 2024-03-05\n")
    assert said(by_title, "学习.md") == {"speeches": {"在会上的讲话": {"date": "2024-03-05"}}}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("tilte: 甲\n", "不认识“tilte”。是不是要写“title”？"),
        ("备注: 甲\n", "不认识“备注”。请删去，或改成 title、date、"),
        ("title: [甲]\n", "“title”应当是一行文字。请改正"),
        ("title: ''\n", "“title”应当是一行文字。请改正"),
        ("speaker: {a: 1}\n", "“speaker”应当是一行文字。请改正"),
        ("date: 三月初\n", "日期“三月初”看不懂。请写成 2024-03-05、2024-03 或 2024"),
        ("date: 2024-13-05\n", "日期“2024-13-05”看不懂"),
        ("date: 2024-2-30\n", "日期“2024-2-30”看不懂"),
        ("date: true\n", "日期“True”看不懂"),
        ("aliases: [[甲]]\n", "“aliases”应当是名称的列表，如 [甲, 乙]。请改正"),
        ("speeches: 甲\n", "“speeches”应当逐篇列出"),
        ("speeches: [{x: 1}]\n", "第 1 篇：不认识“x”"),
        ("speeches:\n  甲: {x: 1}\n", "“甲”：不认识“x”"),
        ("title：甲\n", "里面用了中文冒号“：”。请改成英文冒号加空格"),
        ("[甲]\n", "应当是“名称: 值”的形式。请改正"),
        ("title: [\n", "第 2 行不合 YAML 格式"),
    ],
)
def test_mistakes_are_told_and_the_rest_counts(tmp_path: Path, text: str, reason: str) -> None:
    """Each mistake is one problem that says how to mend it; other files are read all the same."""
    found = read(tmp_path, 学习__meta__yaml=text, 总结__meta__yaml="title: 乙\n")

    ((name, told),) = found.problems
    assert name == "学习.meta.yaml"
    assert told.startswith(reason)
    assert said(found, "总结.txt") == {"title": "乙"}


def test_a_wrong_field_spoils_no_other(tmp_path: Path) -> None:
    """Fields beside a wrong one hold."""
    found = read(tmp_path, 学习__meta__yaml="date: 三月\nspeaker: 李大山\nwords: [甲]\n")

    assert said(found, "学习.md") == {"speaker": "李大山"}
    assert len(found.problems) == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("files:\n  总节.txt: {title: 甲}\n", "写了“总节.txt”，但没有这份材料。是不是要写“总结.txt”？"),
        ("files:\n  abc: {title: 甲}\n", "写了“abc”，但没有这份材料。请改成材料的文件名，或删去这一项"),
        ("files:\n  总结: {tilte: 甲}\n", "“总结”：不认识“tilte”。是不是要写“title”？"),
        ("files: [总结]\n", "“files”下面应当写“文件名:”"),
        ("words: 甲\n", "“words”应当是词的列表"),
        ("words: [甲 乙]\n", "“words”里的“甲 乙”不是词"),
        ("words: [甲 0]\n", "“words”里的“甲 0”不是词"),
        ("word: [甲]\n", "不认识“word”。是不是要写“words”？"),
    ],
)
def test_mistakes_in_the_corpus_file(tmp_path: Path, text: str, reason: str) -> None:
    """Entries for materials that are not there, and whatever else is wrong, are told with what may have been meant."""
    ((name, told),) = read(tmp_path, corpus__yaml=text).problems

    assert name == "corpus.yaml"
    assert told.startswith(reason)


def test_sidecars_without_a_material_of_their_own(tmp_path: Path) -> None:
    """A sidecar whose material is gone, or that could belong to two, or has another suffix, is told."""
    names = (*NAMES, "总结.md")
    found = read(
        tmp_path, names, 旧的__meta__yaml="title: 甲\n", 总结__meta__yaml="title: 乙\n", 学习__meta__yml="title: 丙\n"
    )

    assert found.problems == (
        ("学习.meta.yml", "没有读取。请改名为“学习.meta.yaml”"),
        ("总结.meta.yaml", "对应多份材料：总结.txt、总结.md。请改名为“总结.txt.meta.yaml”"),
        ("旧的.meta.yaml", "没有对应的材料。请改成材料的文件名加“.meta.yaml”，或删去"),
    )


def test_two_sidecars_of_one_material(tmp_path: Path) -> None:
    """The one with the whole name goes first, and the other is told."""
    found = read(tmp_path, 学习__meta__yaml="title: 甲\ndate: 2024\n", 学习__md__meta__yaml="title: 乙\n")

    assert said(found, "学习.md") == {"title": "乙", "date": "2024"}
    assert [name for name, _ in found.problems] == ["学习.meta.yaml"]


def test_ambiguous_entry(tmp_path: Path) -> None:
    """A name that fits two materials is for neither."""
    found = read(
        tmp_path, ("甲/总结.txt", "乙/总结.txt"), corpus__yaml="files:\n  总结: {date: 2024}\n  甲/总结: {date: 2023}\n"
    )

    assert said(found, "甲/总结.txt") == {"date": "2023"}
    assert [reason for _, reason in found.problems] == [
        "“总结”：对应多份材料：甲/总结.txt、乙/总结.txt。请写全文件名（连同后缀和子文件夹）"
    ]


def test_other_encodings(tmp_path: Path) -> None:
    """Editors that write GBK or a byte order mark are understood; what is no text is told."""
    (tmp_path / "学习.meta.yaml").write_bytes("title: 甲\n".encode("gb18030"))
    (tmp_path / "总结.meta.yaml").write_bytes("title: 乙\n".encode("utf-8-sig"))
    (tmp_path / "corpus.yaml").write_bytes(b"\xff\xff\xff")
    found = read(tmp_path)

    assert (said(found, "学习.md"), said(found, "总结.txt")) == ({"title": "甲"}, {"title": "乙"})
    assert found.problems == (("corpus.yaml", "不是 UTF-8 或 GB18030 编码。请另存为 UTF-8"),)


def test_links_out_of_the_corpus_are_not_followed(tmp_path: Path) -> None:
    """What lies outside may be anything."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    (tmp_path / "outside.yaml").write_text("title: 甲\n", encoding="utf-8")
    (folder / "学习.meta.yaml").symlink_to(tmp_path / "outside.yaml")

    assert read(folder).problems == (("学习.meta.yaml", "是指向文件夹外面的链接，没有读取。请把文件本身放进来"),)


def test_large_files_are_not_read(tmp_path: Path) -> None:
    """A sidecar of many megabytes is some other file."""
    with (tmp_path / "学习.meta.yaml").open("wb") as file:
        file.truncate(9_000_000)

    assert read(tmp_path).problems == (("学习.meta.yaml", "超过 8 MB。请检查内容是否放错了文件"),)


@pytest.mark.parametrize(
    ("name", "sidecar"),
    [
        ("corpus.yaml", True),
        ("甲.meta.yaml", True),
        ("甲.meta.yml", True),
        ("甲/corpus.yaml", False),
        ("甲.yaml", False),
        ("甲.txt", False),
    ],
)
def test_what_is_a_sidecar(name: str, *, sidecar: bool) -> None:
    """Whoever lists the materials can tell sidecars from them."""
    assert is_sidecar(name) is sidecar


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates() | st.datetimes(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["title", "date", "甲", ""]) | st.integers(), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["title", "date", "speaker", "occasion", "aliases", "speeches"]), VALUES))
def test_whatever_stands_in_a_sidecar_the_parser_can_use_what_is_kept(values: dict[str, object]) -> None:
    """Values of any type are kept as the parser takes them, or told."""
    fields = Fields()
    notes = json.dumps(fields.of_file(values), ensure_ascii=False)
    (speech,) = parse(Source("学习.md", "utf-8", "0" * 64, "同志们：\n今天讲三点意见，大家要认真学习。\n", notes))

    assert all(
        isinstance(value, str)
        for value in (speech.title, speech.date, speech.speaker, speech.occasion, *speech.aliases)
    )
    assert re.fullmatch(r"(?:\d{4}(?:-\d\d){0,2})?", speech.date)
    assert all(isinstance(reason, str) for reason in fields.problems)


def test_the_example_of_the_readme(tmp_path: Path) -> None:
    """What the README shows admins is read without a problem and reaches the speeches."""
    text = README.read_text(encoding="utf-8")
    own, corpus = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    names = ("讲话.txt", "汇编.txt", "简报.md")
    found = read(tmp_path, names, 讲话__meta__yaml=own, corpus__yaml=corpus)
    speech = "在会上的讲话\n同志们：\n今天讲三点意见，大家要认真学习。\n"
    sources = [
        Source(name, "utf-8", "0" * 64, speech * (2 if name == "汇编.txt" else 1), found.notes[name]) for name in names
    ]
    (first,), (second, third), (fourth,) = map(parse, sources)

    assert found.problems == ()
    assert (first.title, first.date, first.speaker) == ("在全县教育大会上的讲话", "2024-03-05", "张三")
    assert (first.occasion, first.aliases) == ("全县教育大会", ("教育大会讲话", "三月讲话", "在会上的讲话"))
    assert [(s.title, s.date) for s in (second, third)] == [("动员会讲话", "2024-03"), ("总结会讲话", "2024-06")]
    assert (fourth.speaker, found.words) == ("李四", ("效能建设", "清单闭环 500"))


def test_likely_names_are_looked_up_a_few_times_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that was renamed makes every entry miss its material: each is told, few with what may have been meant."""
    asked: list[str] = []
    monkeypatch.setattr(sidecar, "near", lambda name, _: asked.append(name))
    entries = "".join(f"  旧/讲话{at}.txt: {{date: 2024}}\n" for at in range(50))

    assert len(read(tmp_path, corpus__yaml="files:\n" + entries).problems) == 50
    assert len(asked) == 10
