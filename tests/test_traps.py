"""What real files do to a reader: one test for each of the traps that were counted over some 1,500 of them."""

from __future__ import annotations

import time

import pytest

from speechbot.models import Source, Speech
from speechbot.parsing.parser import parse

BODY = "我们要坚持问题导向，深入基层开展调查研究，把群众反映的突出问题一件一件解决好，让群众得到实惠。"


def read(text: str, name: str = "材料.txt") -> tuple[Speech, ...]:
    """The speeches of a text."""
    return parse(Source(name=name, encoding="utf-8", sha256="0" * 64, text=text))


def titles(speech: Speech) -> list[tuple[int, str]]:
    """Level and title of every section."""
    return [(section.level, section.title) for section in speech.sections]


def quotes(speech: Speech) -> list[str]:
    """What can be quoted."""
    return [passage.text for passage in speech.passages]


def test_1_radicals_number_headings() -> None:
    """Headings and titles that a PDF spells with radicals are recognised; passages are quoted as they stand."""
    text = f"在⽂化会议上的讲话\n同志们：\n⼀、抓学习\n{BODY}\n⼆、抓落实\n⽂化{BODY}\n"
    (speech,) = read(text)

    assert speech.title == "在文化会议上的讲话"
    assert titles(speech) == [(1, "一、抓学习"), (1, "二、抓落实")]
    assert quotes(speech)[1] == f"⽂化{BODY}"


def test_2_run_in_headings_of_all_kinds() -> None:
    """Headings that share a line with their text, or end in a full stop alone, nest as their numbers say."""
    text = (
        f"工作报告\n同志们：\n一、抓学习。{BODY}\n（一）读原著。{BODY}\n（二）悟原理。\n{BODY}\n二、抓落实。\n{BODY}\n"
    )
    (speech,) = read(text)

    assert titles(speech) == [(1, "一、抓学习"), (2, "（一）读原著"), (2, "（二）悟原理"), (1, "二、抓落实")]
    assert quotes(speech)[0] == f"一、抓学习。{BODY}"


def test_3_parentheses_that_are_no_headings() -> None:
    """（一） under an article is a clause, and one up to （一二○） numbers paragraphs."""
    articles = f"学习章程\n第一条　　{BODY}\n第二条　　任务如下：\n（一）读原著。要读懂；\n（二）悟原理。要悟透。\n"
    tens = ["", *"一二三四五六七八九", "一○", "一一"]
    numbers = [*[f"{ten}{unit}" for ten in tens for unit in "○一二三四五六七八九"][1:], "一二○"]
    essay = "论学习\n" + "\n".join(f"（{number}）要学习。{BODY}" for number in numbers)

    assert titles(read(articles)[0]) == [(1, "第一条"), (1, "第二条")]
    assert (read(essay)[0].sections, len(read(essay)[0].passages)) == ((), len(numbers))


def test_3_parentheses_without_an_upper_level() -> None:
    """（一） stands at the top where there is no 一、."""
    (speech,) = read(f"工作报告\n同志们：\n（一）抓学习\n{BODY}\n（二）抓落实\n{BODY}\n")

    assert titles(speech) == [(1, "（一）抓学习"), (1, "（二）抓落实")]


def test_4_numbers_start_again_in_an_attachment() -> None:
    """The numbers of an attachment belong to it, not to the document before."""
    text = f"关于学习的通知\n一、抓学习\n{BODY}\n二、抓落实\n{BODY}\n附件1：学习方案\n一、总体要求\n{BODY}\n二、工作安排\n{BODY}\n附件2\n{BODY}\n"
    (speech,) = read(text)

    assert titles(speech) == [
        (1, "一、抓学习"),
        (1, "二、抓落实"),
        (1, "附件1：学习方案"),
        (2, "一、总体要求"),
        (2, "二、工作安排"),
        (1, "附件2"),
    ]


def test_4_a_list_of_attachments_is_kept() -> None:
    """A line that only names an attachment is text."""
    (speech,) = read(f"关于学习的通知\n一、抓学习\n{BODY}\n二、抓落实\n{BODY}\n附件1：学习方案\n")

    assert quotes(speech)[-1] == "附件1：学习方案"


def test_4_glossary_at_the_end() -> None:
    """The words explained at the end of a report stand in a section of their own."""
    text = f"工作报告\n各位代表：\n一、抓学习\n{BODY}\n二、抓落实\n{BODY}\n名词解释\n1. 两个一：指一本书、一堂课。\n2. 三个有：指有书、有人、有时间。\n"
    (speech,) = read(text)

    assert titles(speech)[-1] == (1, "名词解释")
    assert [passage.section for passage in speech.passages][-2:] == [("名词解释",)] * 2


def test_4_a_bare_number_is_a_heading() -> None:
    """A line of a number alone heads what follows."""
    assert titles(read(f"谈学习\n一\n{BODY}\n二\n{BODY}\n")[0]) == [(1, "一"), (1, "二")]


def test_4_several_documents_in_one_file() -> None:
    """Documents with titles and dates of their own are speeches of their own, each with its own origin."""
    text = "\n".join(
        f"{title}\n（2024年{month}月5日）\n{name}\n同志们：\n一、抓学习\n{BODY}\n二、抓落实\n{BODY}"
        for title, month, name in [("在动员会上的讲话", 3, "李大山"), ("在总结会上的讲话", 6, "王明")]
    )

    assert [(s.title, s.date, s.speaker, len(s.passages)) for s in read(text, "2020-01-01.txt")] == [
        ("在动员会上的讲话", "2024-03-05", "李大山", 2),
        ("在总结会上的讲话", "2024-06-05", "王明", 2),
    ]


def test_4_title_over_a_subtitle_that_names_the_speech() -> None:
    """A title whose subtitle says 在…上的讲话 begins a speech."""
    text = f"在动员会上的讲话\n同志们：\n{BODY}\n读书让生活更美好\n——在读书节上的致辞\n（2024年4月23日）\n朋友们：\n{BODY}\n"
    _, second = read(text)

    assert (second.title, second.aliases, second.date) == ("读书让生活更美好", ("在读书节上的致辞",), "2024-04-23")
    assert second.occasion == "读书节"


def test_4_text_run_together_with_the_name_of_its_page() -> None:
    """A line of 原标题 that goes on into the text is text, and names nothing."""
    (speech,) = read(f"{BODY}\n原标题：谈学习{BODY}\n{BODY}\n", "网页.txt")

    assert (speech.title, len(speech.passages)) == ("网页", 3)


def test_4_pages_of_the_web_one_after_the_other() -> None:
    """原标题 stands under the page that it names; the next one is not called by it."""
    lead = "新华社某县3月5日电 县委书记李大山出席会议。"
    text = (
        f"{BODY}\n{lead}\n{BODY}\n原标题：李大山在读书会上的讲话\n{lead}\n{BODY}\n原标题：[视频]李大山谈读书\n{BODY}\n"
    )

    assert [(speech.title, len(speech.passages)) for speech in read(text, "网页.txt")] == [
        ("网页（1）", 1),
        ("李大山在读书会上的讲话", 2),
        ("李大山谈读书", 2),
        ("网页（2）", 1),
    ]


@pytest.mark.parametrize("name", ["plain", "points", "quotes", "names", "letters"])
def test_5_a_million_characters_in_one_line(name: str) -> None:
    """A text that lost all its line breaks is read in seconds, and cut into passages that can be shown."""
    unit = {
        "plain": BODY,
        "points": "一是抓学习。二是抓落实。",
        "quotes": "“（《",
        "names": "李大山在会上",
        "letters": "同志们，",
    }[name]
    started = time.perf_counter()
    (speech,) = read(unit * (1_000_000 // len(unit)))

    assert time.perf_counter() - started < 20
    assert max(len(passage.text) for passage in speech.passages) <= 1500


def test_5_sections_whose_titles_ran_into_the_text() -> None:
    """Without its line breaks 一、 keeps its number as title, for where the title ends is not known; its points lie below."""
    part = f"、抓学习{BODY * 2}第一，读原著。{BODY * 2}第二，悟原理。{BODY * 2}"
    (speech,) = read(f"今天讲几点意见。{''.join(number + part for number in '一二三')}")

    assert [title for level, title in titles(speech) if level == 1] == ["一", "二", "三"]
    assert [level for level, _ in titles(speech)] == [1, 2, 2] * 3


def test_5_title_date_and_speaker_in_the_line_of_the_text() -> None:
    """What stands before the text in its line is not quoted."""
    text = f"在读书会上的讲话（2024年3月5日）李大山{BODY * 20}会上，县委书记李大山作了讲话。"
    (speech,) = read(text)

    assert (speech.title, speech.date, speech.speaker) == ("在读书会上的讲话", "2024-03-05", "李大山")
    assert quotes(speech)[0].startswith(BODY)


def test_6_line_ends_of_all_kinds_and_wide_digits() -> None:
    """Bare CR, CRLF and LF end lines; wide digits number headings and dates; 〇 and ○ write years."""
    text = f"在会上的讲话\r（２０２４年３月５日）\r\n同志们：\r１．抓学习\r{BODY}\n\r２．抓落实\r\n{BODY}"
    (speech,) = read(text)

    assert (speech.date, titles(speech)) == ("2024-03-05", [(1, "１．抓学习"), (1, "２．抓落实")])
    assert {read(f"在会上的讲话\n（二{zero}二四年三月五日）\n{BODY}")[0].date for zero in "〇○"} == {"2024-03-05"}


@pytest.mark.parametrize("gap", [" ", "\u3000", "\xa0", "\u200b", "\xa0\u200b"])
def test_7_spaces_inside_words(gap: str) -> None:
    """Names and titles are cited without stray spaces and marks of no width; what is quoted keeps them."""
    text = f"李{gap}强在学习会上的讲话\n（2024年3月5日）\n李{gap}强\n同志们：\n一{gap}、抓学习\n{BODY}李{gap}强{BODY}\n二、抓落实\n{BODY}\n"
    (speech,) = read(text)

    assert (speech.title, speech.speaker, speech.occasion) == ("李强在学习会上的讲话", "李强", "学习会")
    assert titles(speech) == [(1, speech.sections[0].title), (1, "二、抓落实")]
    assert quotes(speech)[0] == f"{BODY}李{gap}强{BODY}"


@pytest.mark.parametrize("form", ["## {}", "**{}**", "{}", "### **{}**", "> {}"])
@pytest.mark.parametrize("fence", ["---", "----"])
def test_8_markdown_in_all_styles(form: str, fence: str) -> None:
    """Headings of any style are the same headings; front matter gives what the text leaves open and is not quoted."""
    heads = [form.format(head) for head in ("一、抓学习", "二、抓落实")]
    text = f"---\ntitle: 在会上的讲话\ndate: 2024-03-05\nauthor: 李大山\n{fence}\n\n{heads[0]}\n\n{BODY}\n\n{heads[1]}\n\n{BODY}\n"
    (speech,) = read(text, "讲话.md")

    assert (speech.title, speech.date, speech.speaker) == ("在会上的讲话", "2024-03-05", "李大山")
    assert titles(speech) == [(1, "一、抓学习"), (1, "二、抓落实")]
    assert quotes(speech) == [BODY] * 2


@pytest.mark.parametrize("leader", ["……", "\t", "..........", " ", "　　"])
def test_9_contents_with_page_numbers(leader: str) -> None:
    """Entries that end in page numbers are no headings."""
    heads = ("一、抓学习", "二、抓落实", "三、抓检查")
    entries = "\n".join(f"{head}{leader}{page}" for page, head in enumerate(heads, 1))
    (speech,) = read(f"工作报告\n目  录\n{entries}\n" + "".join(f"{head}\n{BODY}\n" for head in heads))

    assert titles(speech) == [(1, head) for head in heads]
    assert quotes(speech) == [BODY] * 3


def test_9_contents_of_headings_without_their_numbers() -> None:
    """Where a word processor counted the headings, the entries do not come back as they stand."""
    entries = "一、抓学习\t1\n二、抓落实\t4\n三、抓检查\t9\n"
    (speech,) = read(f"工作报告\n{entries}抓学习\n{BODY}\n抓落实\n{BODY}\n抓检查\n{BODY}\n")

    assert titles(speech) == [(1, "抓学习"), (1, "抓落实"), (1, "抓检查")]
    assert quotes(speech) == [BODY] * 3


def test_10_footnote_marks_are_not_cited() -> None:
    """Marks at headings and titles go, those in quoted text stay."""
    text = f"在会上的讲话〔1〕\n同志们：\n一、抓学习⑴\n{BODY}〔2〕\n二、抓落实[3]\n{BODY}⑵\n〔1〕见前。\n"
    (speech,) = read(text)

    assert speech.title == "在会上的讲话"
    assert titles(speech) == [(1, "一、抓学习"), (1, "二、抓落实")]
    assert quotes(speech) == [f"{BODY}〔2〕", f"{BODY}⑵"]


@pytest.mark.parametrize(
    "line",
    [
        "各位代表！",
        "（长时间热烈鼓掌）",
        "新华社某县3月5日电",
        "3月5日，李大山同志出席会议并讲话。新华社记者 王明 摄",
        "图为会场一角。",
        "※这是李大山同志2024年3月5日在读书会上讲话的节选。",
        "（本报记者 王明摄）",
    ],
)
def test_10_setting_between_paragraphs(line: str) -> None:
    """Salutations, applause, agency lines, captions and editors' notes are not quoted."""
    assert quotes(read(f"在会上的讲话\n同志们：\n{BODY}\n{line}\n{BODY}\n")[0]) == [BODY] * 2


def test_10_captions_in_a_text_that_lost_its_line_breaks() -> None:
    """A caption between two paragraphs goes, from its date to its photographer, and nothing else does."""
    caption = "2024年3月5日至6日，李大山同志出席会议。图中右一为李大山。新华社记者 王明/摄"
    (speech,) = read(f"{BODY * 20}{caption}{BODY * 20}")

    assert "".join(quotes(speech)) == BODY * 40


def test_10_letter_and_signature() -> None:
    """The addressee of a letter makes its title, name and date under it its origin."""
    (speech,) = read(f"回信全县读书会会员：\n{BODY}\n{BODY}\n李大山\n2024年3月5日\n", "信.txt")

    assert (speech.title, speech.speaker, speech.date) == ("回信全县读书会会员", "李大山", "2024-03-05")
    assert quotes(speech) == [BODY] * 2


def test_a_date_in_the_text_is_not_the_date_of_the_speech() -> None:
    """What the text tells of happened at other times; without a setting the file's name is the last resort."""
    text = f"在会上的讲话\n同志们：\n2019年5月1日，我们开了会。{BODY}\n{BODY}2018年是难忘的一年。\n"

    assert [read(text, name)[0].date for name in ("讲话.txt", "2024-03-05_讲话.txt")] == ["", "2024-03-05"]
    assert read(f"在会上的讲话\n（2024年2月）\n{BODY}", "2024-02-29_讲话.txt")[0].date == "2024-02"


def test_a_title_that_ran_into_its_text_among_others() -> None:
    """Among headings that stand alone 二、 heads its part all the same, cited by its number; what follows is not the first part's."""
    text = f"工作报告\n各位代表：\n一、抓学习\n{BODY}\n二、抓落实{BODY}\n第一，建台账。{BODY}\n第二，勤检查。{BODY}\n三、抓检查\n{BODY}\n"
    (speech,) = read(text)

    assert titles(speech) == [(1, "一、抓学习"), (1, "二"), (2, "第一，建台账"), (2, "第二，勤检查"), (1, "三、抓检查")]


@pytest.mark.parametrize("mark", ["总的来看，", "我们也清醒地看到，", "各位代表！"])
def test_what_sums_up_is_not_cited_under_the_last_point(mark: str) -> None:
    """Sum-ups after points of several paragraphs, and points that follow them, belong to the section above."""
    text = (
        f"工作报告\n各位代表：\n一、回顾\n（一）抓学习。{BODY}\n{BODY}\n（二）抓落实。{BODY}\n{BODY}\n"
        f"{mark}{BODY}\n一是人手不足。{BODY}\n二是办法不多。{BODY}\n二、展望\n{BODY}\n"
    )
    (speech,) = read(text)

    assert [passage.section[1:] for passage in speech.passages][4:] == [(), ("一是人手不足",), ("二是办法不多",), ()]


@pytest.mark.parametrize(
    "line",
    [
        "这是我们在工作中得出的主要内容。",
        "这是李大山同志一贯的作风。",
        "图书要多读。",
        "3月5日，我在会上讲了三点。",
        "本文不谈这个问题。",
        "附件里有说明。",
        "（一）",
        "在学习中进步",
    ],
)
def test_what_looks_like_setting_is_quoted(line: str) -> None:
    """Sentences that begin like notes, captions or headings stay text, be it as a heading."""
    (speech,) = read(f"在会上的讲话\n同志们：\n{BODY}\n{line}\n{BODY}\n")

    assert line in quotes(speech) or [title for _, title in titles(speech)] == [line]


def test_official_document() -> None:
    """A title on several lines is one; number, table of particulars, issuing body and date are not quoted; the date is its date."""
    table = "索 引 号：\n1234/2024-00001\n标　　题：\n县人民政府办公室关于推进全民读书的通知\n成文日期：\n2024年03月01日\n发布日期：\n2024年03月09日\n"
    head = "县人民政府办公室关于推进\n全民读书的通知\n县办发〔2024〕1号\n"
    foot = "县人民政府办公室\n2024年3月5日\n（此件公开发布）\n"
    body = f"一、抓学习\n{BODY}\n二、抓落实\n{BODY}\n"
    issued = f"全民读书实施方案\n一、抓学习\n{BODY}\n二、抓落实\n{BODY}\n"

    for text, date in (
        (head + body + foot, "2024-03-05"),
        (table + head + body + foot, "2024-03-01"),
        (table + body, "2024-03-01"),
    ):
        (speech,) = read(text)
        assert (speech.title, speech.date) == ("县人民政府办公室关于推进全民读书的通知", date)
        assert quotes(speech) == [BODY] * 2
    assert [speech.title for speech in read(head + body + foot + issued)] == [
        "县人民政府办公室关于推进全民读书的通知",
        "全民读书实施方案",
    ]
