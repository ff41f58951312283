"""Sources to speeches with sections and passages."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from speechbot.models import Source, Speech
from speechbot.parsing.parser import parse, roles

MATERIAL = Path(__file__).parents[1] / "corpus" / "第二批主题教育推进会讲话材料.txt"
BODY = "我们要坚持问题导向，深入基层开展调查研究，把群众反映的突出问题一件一件解决好，把经验做法一条一条总结好，让人民群众真正得到实惠。"

FRAGMENTS = [
    "##paidbegin##", "##paidend##", "\n", "\r\n", "\r", "\f", " ", "　", "\u200b", "\xa0", "\0", "# ", "## ", "**", "一、", "二、", "三、",
    "（一）", "（二）", "1. ", "2. ", "（1）", "①", "第一，", "第二，", "一是", "二是", "三是", "首先，", "其次，", "最后，", "第一章　", "第一条　", "第二条　",
    "序言", "结束语", "目录", "四", "在座谈会上的讲话", "第一篇", "（2篇）", "（2024年3月5日）", "2024年3月5日", "李四", "同志们：", "各位代表！",
    "谢谢大家！", "（热烈鼓掌）", "[^1]: 注", "原标题：谈学习", "图为会场\n", "附件1", "李 四", "⼀、", "㈠", "⒈", "时间：2024年3月5日", "※",
    "——在读书节上的致辞", "---\ntitle: 甲\n---\n", "\t12", "回信", "——", "抓好学习", "狠抓落实。", "我们要加强学习。", "强调“要实干。”", BODY, "。", "；", "：", "<td>",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(FRAGMENTS), max_size=60).map("".join)


def source(text: str, name: str = "材料.txt") -> Source:
    """A source with ``text``."""
    return Source(name=name, encoding="utf-8", sha256="0" * 64, text=text)


def outline(speech: Speech) -> list[tuple[int, str, str]]:
    """Level, kind and title of every section."""
    return [(section.level, section.kind, section.title) for section in speech.sections]


def paths(speech: Speech) -> list[tuple[str, ...]]:
    """Section path of every passage."""
    return [passage.section for passage in speech.passages]


def test_first_material() -> None:
    """The compilation holds two speeches with seven and thirteen paragraphs, each under the headings it stands under."""
    first, second = parse(source(MATERIAL.read_bytes().decode(), MATERIAL.name))

    assert (first.title, second.title) == ("第二批主题教育推进会讲话材料", "在第二批主题教育推进会上的讲话")
    assert outline(first) == [
        (1, "第一，", "第一，认真学习领会XX精神和XX委要求，切实增强推动第二批主题教育的政治自觉"),
        (1, "第一，", "第二，充分学习借鉴运用第一批主题教育有效做法，提高推动主题教育的精准性实效性"),
        (1, "第一，", "第三，深刻认识第二批主题教育面临的形势，持续夯实高质量推动落实的思想基础行动基础"),
        (1, "第一，", "第四，认真贯彻落实第二批主题教育工作各项要求，确保工作出彩出新"),
    ]
    assert [len(path) for path in paths(first)] == [0, 0, 1, 1, 1, 1, 1]
    assert paths(first)[-1] == (first.sections[3].title,)
    assert outline(second) == [
        (1, "一、", "一、认真学习铸忠魂"),
        (2, "一是", "一是坚定理想信念"),
        (2, "一是", "二是筑牢绝对忠诚"),
        (2, "一是", "三是强化政治自觉"),
        (1, "一、", "二、知重负重勇担当"),
        (2, "一是", "一是推进效能建设转型发展"),
        (2, "一是", "二是建立“清单+闭环”工作落实机制"),
        (2, "一是", "三是推动效能建设法治化"),
        (1, "一、", "三、聚焦实际抓落实"),
        (2, "一是", "一是真情为民办实事"),
        (2, "一是", "二是真心为企优环境"),
        (2, "一是", "三是完善制度严管理"),
    ]
    assert [len(path) for path in paths(second)] == [0, 1, 2, 2, 2, 1, 2, 2, 2, 1, 2, 2, 2]
    assert second.passages[2].text.startswith("一是坚定理想信念。理想信念是")
    assert second.passages[-1].text.endswith("相关单位核心职能履行效果。")


@given(TEXTS)
def test_passages_are_verbatim(text: str) -> None:
    """Every passage is its span of the source, trimmed, in order, apart from the others and free of marks."""
    passages = [passage for speech in parse(source(text)) for passage in speech.passages]
    bounds = [edge for passage in passages for edge in (passage.start, passage.end)]

    assert all(passage.text == text[passage.start : passage.end] for passage in passages)
    assert all(passage.text.strip(" \t\r\n　\xa0\u200b") == passage.text != "" for passage in passages)
    assert bounds == sorted(bounds)
    assert not any(re.search(r"##\w+##|[\x00-\x08\n\r\f]", passage.text) for passage in passages)


@given(TEXTS)
def test_passages_are_placed(text: str) -> None:
    """The section path of a passage names exactly the sections around it; numbers run from 1; ids differ."""
    speeches = parse(source(text))
    ids = [passage.id for speech in speeches for passage in speech.passages]

    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[0-9a-f]{16}", name) for name in ids)
    for speech in speeches:
        assert [passage.paragraph for passage in speech.passages] == list(range(1, len(speech.passages) + 1))
        for passage in speech.passages:
            around = [s.title for s in speech.sections if s.start <= passage.start and passage.end <= s.stop]
            assert passage.section == tuple(around)
            assert speech.start <= passage.start <= passage.end <= speech.stop


@given(TEXTS)
def test_sections_are_nested(text: str) -> None:
    """Sections lie in their parent one level up, siblings apart, and none is empty."""
    for speech in parse(source(text)):
        for section in speech.sections:
            outer = [speech.sections[section.parent]] if section.parent is not None else []
            assert speech.start <= section.start <= section.end <= section.stop <= speech.stop
            assert all(
                o.start <= section.start and section.stop <= o.stop and section.level == o.level + 1 for o in outer
            )
            assert section.level == 1 or outer
            assert any(section.start <= passage.start < section.stop for passage in speech.passages)
            assert section.title == section.title.strip() != ""


@given(TEXTS.map(lambda text: text.replace("[^1]: ", "")))
@example("原标题：谈学习" + BODY)
@example("时间：2024年3月5日" + BODY + "##paidbegin##（一）")
@example("时间：2024年3月5日我们要加强学习。" + BODY)
def test_content_is_not_lost(text: str) -> None:
    """Every body sentence of the source is in a passage, but for those in footnotes."""
    passages = [passage.text for speech in parse(source(text)) for passage in speech.passages]

    assert sum(passage.count(BODY) for passage in passages) == text.count(BODY)


def test_ids_survive_changes_elsewhere() -> None:
    """A paragraph keeps its id when others come before it; equal paragraphs and other files have ids of their own."""
    before = parse(source(f"同志们：\n{BODY}\n{BODY}\n"))[0].passages
    after = parse(source(f"同志们：\n先说形势，形势总体是好的。\n{BODY}\n{BODY}\n"))[0].passages
    elsewhere = parse(source(f"同志们：\n{BODY}\n", "别的.txt"))[0].passages

    assert [passage.id for passage in after[1:]] == [passage.id for passage in before]
    assert len({before[0].id, before[1].id, elsewhere[0].id}) == 3


def test_marks_break_lines() -> None:
    """A download mark ends a line and is in neither title nor quote."""
    speech = parse(source(f"在会上的讲话\n{BODY}\n##paidbegin##一、抓学习\n{BODY}##paidend##\n二、抓落实\n{BODY}"))[0]

    assert outline(speech) == [(1, "一、", "一、抓学习"), (1, "一、", "二、抓落实")]
    assert [passage.text for passage in speech.passages] == [BODY] * 3


def test_what_is_no_passage() -> None:
    """Title, date, speaker, salutation, applause, contents, thanks and agency lines are left out; the text stays."""
    text = (
        "在全县教育大会上的讲话\n（2024年3月5日）\n张三丰\n目录\n一、抓学习……1\n二、抓落实……2\n各位代表：\n"
        f"{BODY}\n一、抓学习\n{BODY}\n（热烈鼓掌）\n二、抓落实\n同志们！\n{BODY}\n我就讲这些，谢谢大家！\n（新华社北京3月5日电）\n"
    )
    speech = parse(source(text))[0]

    assert speech.title == "在全县教育大会上的讲话"
    assert [passage.text for passage in speech.passages] == [BODY] * 3
    assert paths(speech) == [(), ("一、抓学习",), ("二、抓落实",)]


def test_last_point_does_not_hold_the_summary() -> None:
    """After points of one paragraph each, what follows the last belongs to the section above."""
    text = f"讲话\n同志们：\n一、抓学习\n一是读原著。{BODY}\n二是悟原理。{BODY}\n总之，{BODY}\n二、抓落实\n{BODY}"

    assert paths(parse(source(text))[0])[:3] == [
        ("一、抓学习", "一是读原著"),
        ("一、抓学习", "二是悟原理"),
        ("一、抓学习",),
    ]


def test_last_section_does_not_hold_what_follows_a_salutation() -> None:
    """Text after a renewed salutation, alone or before more words, is not cited under the last heading."""
    for salutation in ("同志们！\n", "同志们！"):
        (speech,) = parse(source(f"在会上的讲话\n同志们：\n一、抓学习\n{BODY}\n二、抓落实\n{BODY}\n{salutation}{BODY}"))

        assert paths(speech) == [("一、抓学习",), ("二、抓落实",), ()]
        assert speech.sections[1].stop == speech.passages[1].end


def test_salutation_below_a_heading_leaves_the_section() -> None:
    """A salutation between a heading and its text ends no section."""
    (speech,) = parse(source(f"在会上的讲话\n一、抓学习\n{BODY}\n二、抓落实\n同志们！\n{BODY}\n同志们！{BODY}"))

    assert paths(speech) == [("一、抓学习",), ("二、抓落实",), ()]


def test_untitled_point_closes_the_one_before() -> None:
    """A numbered paragraph without a short title is not placed under its predecessor."""
    long = "二是" + "要在学懂弄通做实上持续下功夫，" * 5 + "见到实效。再接再厉。"
    text = f"讲话\n同志们：\n一、抓学习\n一是读原著。{BODY}\n{long}\n三是勤实践。{BODY}"

    assert paths(parse(source(text))[0]) == [
        ("一、抓学习", "一是读原著"),
        ("一、抓学习",),
        ("一、抓学习", "三是勤实践"),
    ]


def test_order_found_decides_the_level() -> None:
    """Where 一、 restarts between （二） and （三）, it lies below, against the usual rank."""
    text = f"讲话\n同志们：\n（一）形势\n{BODY}\n（二）任务\n一、抓学习\n{BODY}\n二、抓落实\n{BODY}\n（三）要求\n{BODY}"

    assert [(level, title) for level, _, title in outline(parse(source(text))[0])] == [
        (1, "（一）形势"),
        (1, "（二）任务"),
        (2, "一、抓学习"),
        (2, "二、抓落实"),
        (1, "（三）要求"),
    ]


def test_same_numbering_on_two_levels() -> None:
    """一、二、 inside the second section do not end it: its sibling 三、 continues the outer numbering."""
    text = f"讲话\n同志们：\n一、形势\n{BODY}\n二、任务\n（一）总体\n一、抓学习\n{BODY}\n二、抓落实\n{BODY}\n（二）分工\n{BODY}\n三、要求\n{BODY}"

    assert paths(parse(source(text))[0]) == [
        ("一、形势",),
        ("二、任务", "（一）总体", "一、抓学习"),
        ("二、任务", "（一）总体", "二、抓落实"),
        ("二、任务", "（二）分工"),
        ("三、要求",),
    ]


def test_unnumbered_headings() -> None:
    """A short line without punctuation over a paragraph is a heading, and numbered ones lie below it."""
    text = f"工作报告\n各位代表：\n过去五年的回顾\n{BODY}\n今后五年的任务\n（一）抓发展\n{BODY}\n（二）抓民生\n{BODY}\n"

    assert paths(parse(source(text))[0]) == [
        ("过去五年的回顾",),
        ("今后五年的任务", "（一）抓发展"),
        ("今后五年的任务", "（二）抓民生"),
    ]


def test_articles() -> None:
    """Articles are sections of their chapter; their items are text of the article."""
    text = f"工作条例\n（2024年1月1日通过）\n第一章　总则\n第一条　{BODY}\n第二条　支部的任务是：\n（一）抓学习；\n（二）抓落实。\n第二章　附则\n第三条　{BODY}"

    assert paths(parse(source(text))[0]) == [
        ("第一章　总则", "第一条"),
        *[("第一章　总则", "第二条")] * 3,
        ("第二章　附则", "第三条"),
    ]


def test_numbered_paragraphs_are_no_headings() -> None:
    """Paragraphs numbered far up, as （一二〇） in a long essay, make no sections."""
    numerals = list("一二三四五六七八九")
    numbers = [*numerals, *[f"{tens}{unit}" for tens in "一二三" for unit in "〇一二三四五六七八九"]]
    text = "论学习\n（一九三八年五月）\n" + "\n".join(f"（{number}）要学习。{BODY}" for number in numbers)
    speech = parse(source(text))[0]

    assert speech.sections == ()
    assert len(speech.passages) == len(numbers)


def test_list_items_stay_passages() -> None:
    """Numbered lines without text under them are a list: each is a passage, none an empty section."""
    text = "工作纲领\n（2024年1月）\n一、本会定名为“读书会”。\n二、本会设在机关。\n三、本会每月活动一次。\n"
    speech = parse(source(text))[0]

    assert speech.sections == ()
    assert [passage.text[:2] for passage in speech.passages] == ["一、", "二、", "三、"]


def test_several_speeches() -> None:
    """A title with a salutation after it begins another speech; paragraph numbers start again."""
    text = f"第一篇\n在动员会上的讲话\n同志们：\n{BODY}\n谢谢大家！\n第二篇\n在总结会上的讲话\n（2024年5月1日）\n各位领导、同志们：\n{BODY}\n{BODY}"
    first, second = parse(source(text))

    assert (first.title, second.title) == ("在动员会上的讲话", "在总结会上的讲话")
    assert [passage.paragraph for passage in second.passages] == [1, 2]
    assert (first.start, first.stop, second.stop) == (0, text.index("第二篇"), len(text))


def test_salutation_in_the_middle_starts_nothing() -> None:
    """A salutation after a heading or a paragraph does not begin a speech."""
    text = f"工作报告\n各位代表：\n{BODY}\n关于外交工作\n各位代表！\n{BODY}\n{BODY}"

    assert len(parse(source(text))) == 1


def test_title_from_the_file_name() -> None:
    """Without a title the file's name serves, without its date; a name that says nothing else stays whole."""
    assert parse(source(f"同志们：\n{BODY}", "讲话/2024-03-05_春季开学讲话.txt"))[0].title == "春季开学讲话"
    assert parse(source(f"同志们：\n{BODY}", "2024-03-05_同志们：.txt"))[0].title == "2024-03-05_同志们："


def test_text_without_line_breaks() -> None:
    """A file of one line yields its title, points as sections and passages of bearable length."""
    title = "在全县教育大会上的讲话"
    text = f"{title}（2024年3月5日）张三{BODY * 20}第一，办好学校。{BODY * 20}第二，建好队伍。{BODY * 20}"
    speech = parse(source(text))[0]

    assert speech.title == title
    assert [section.title for section in speech.sections] == ["第一，办好学校", "第二，建好队伍"]
    assert "".join(passage.text for passage in speech.passages) == text[text.index("张三") :]
    assert max(len(passage.text) for passage in speech.passages) <= 1200


def test_paragraphs_joined_with_their_indent() -> None:
    """In an overlong line the indents of the joined paragraphs show where they began."""
    text = "　　".join(["工作讲话", "一、抓学习", BODY * 15, "二、抓落实", BODY * 15])
    speech = parse(source(text))[0]

    assert [section.title for section in speech.sections] == ["一、抓学习", "二、抓落实"]
    assert [passage.text for passage in speech.passages] == [BODY * 15] * 2


def test_markdown() -> None:
    """Front matter is left out; # is the title, ## and bold numbered lines are headings."""
    text = f"---\ntitle: 讲话\n---\n# 在会上的讲话\n\n## 形势\n\n{BODY}\n\n## 任务\n\n**一、抓学习**\n\n{BODY}\n\n**二、抓落实**\n\n{BODY}\n"
    speech = parse(source(text, "讲话.md"))[0]

    assert speech.title == "在会上的讲话"
    assert paths(speech) == [("形势",), ("任务", "一、抓学习"), ("任务", "二、抓落实")]


def test_file_of_one_short_line() -> None:
    """A file that looks like nothing but a title still says what it says."""
    speech = parse(source("明天上午九点开会", "通知.txt"))[0]

    assert (speech.title, [passage.text for passage in speech.passages]) == ("通知", ["明天上午九点开会"])


def test_blank_file_has_no_speech() -> None:
    """White space and marks alone are no speech."""
    assert parse(source(" \n　##paidbegin##\n")) == ()


def test_roles_account_for_every_line() -> None:
    """The roles give each line of the source once, in order, with its length."""
    text = f"在会上的讲话\n同志们：\n一、抓学习\n{BODY}\n谢谢大家！\n"

    assert list(roles(source(text))) == [
        ("title", 6),
        ("salutation", 4),
        ("heading", 5),
        ("passage", len(BODY)),
        ("closing", 5),
    ]
