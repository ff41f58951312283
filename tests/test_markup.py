"""Web pages to text."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from speechbot.errors import SourceError
from speechbot.reading.markup import read_markup
from speechbot.wording import zh_corpus
from tests.files import PROSE, html

PATH = Path("讲话.html")


def lines(body: str, *, head: str = '<meta charset="utf-8">') -> list[str]:
    """The lines of a page."""
    return read_markup(html(body, head=head), path=PATH).splitlines()


def test_blocks_are_lines() -> None:
    """Paragraphs, list items, captions and broken lines are lines of their own; line ends in the source are not."""
    body = f"<div>开头<p>{PROSE}</p>中间<ul><li>甲<li>乙</ul><p>上<br>下</p><p>加强\n  建设 <b>one\ntwo</b></p></div>"

    assert lines(body) == ["开头", PROSE, "中间", "甲", "乙", "上", "下", "加强建设 one two"]


def test_headings_are_markdown() -> None:
    """h1 to h6 become heading lines, whatever is in them."""
    assert lines("<h1>讲<br>话</h1><h3><span> 一、总则 </span></h3><h6></h6>") == ["# 讲话", "### 一、总则"]


def test_what_is_not_shown_is_not_read() -> None:
    """Scripts, styles, navigation, forms, comments and hidden elements go; the text behind them stays."""
    body = (
        "<nav>导航</nav><script>x</script>前<style>x</style>后<!-- 注 --><noscript>无</noscript><p hidden>藏</p>"
        "<p style='display: none'>藏</p><div role=navigation>栏</div><button>点</button><header>页头</header><footer>页脚</footer>"
        "<ruby>汉<rt>hàn</rt></ruby>字"
    )

    assert lines(body) == ["前后", "汉字"]


def test_the_heading_in_an_article_is_kept() -> None:
    """The head of an article holds its title, that of a page its navigation."""
    body = f"<header>站名</header><article><header><h1>讲话</h1></header><p>{PROSE}</p></article>"

    assert lines(body) == ["# 讲话", PROSE]


def test_main_text_of_a_page() -> None:
    """What stands around the element that holds the prose goes; title and date above it are kept."""
    links = "".join(f'<li><a href="x">相关讲话，第 {at} 篇，请看这里的全部内容。</a></li>' for at in range(5))
    body = (
        f"<div class='top-menu'>菜单</div><div><h1>在读书会上的讲话</h1><div>2024年1月5日 来源：本报</div><div>字号：大 中 小</div>"
        f"<div id='content'>{f'<p>{PROSE}</p>' * 4}<p>（完）</p></div></div><ul>{links}</ul><div class='footer'>{PROSE}</div>"
        "<div>版权所有</div>"
    )

    assert lines(body) == ["# 在读书会上的讲话", "2024年1月5日 来源：本报", *[PROSE] * 4, "（完）"]


@pytest.mark.parametrize(
    ("heading", "head"),
    [
        ("<div class='title'>在读书会上的讲话</div>", ""),
        ("<div>在读书会上的讲话</div>", "<title>在读书会上的讲话_某网站</title>"),
        ("<h1>在读书会上的讲话</h1>", "<title>某网站</title>"),
    ],
)
def test_headings_above_the_main_text(heading: str, head: str) -> None:
    """The page's heading is found by its element, its class or the page's title; dates below it are kept."""
    body = f"<div>某网站首页栏目</div>{heading}<div>2024-01-05</div><div>{f'<p>{PROSE}</p>' * 3}</div>"

    assert lines(body, head=f'<meta charset="utf-8">{head}') == ["# 在读书会上的讲话", "2024-01-05", *[PROSE] * 3]


def test_headings_do_not_stand_twice() -> None:
    """A heading that the main text begins with itself is not put above it again."""
    body = f"<div class='title'>在读书会上的讲话</div><div><p>在读书会上的讲话</p>{f'<p>{PROSE}</p>' * 3}</div>"

    assert lines(body) == ["在读书会上的讲话", *[PROSE] * 3]


def test_articles_that_a_script_shows() -> None:
    """An article that is hidden until the page's script runs is text all the same; a hidden note is not."""
    body = f"<div id='js_content' style='visibility: hidden; opacity: 0;'><p>{PROSE}</p></div><p style='display:none'>注</p>"

    assert lines(body) == [PROSE]


def test_pages_saved_by_a_word_processor() -> None:
    """Conditional marks and made-up elements leave the text as it was."""
    body = (
        "<p class=MsoNormal><![if !supportLists]><span lang=EN-US>一、<span style='font:7.0pt'>&nbsp; </span></span><![endif]>总则"
        "<o:p></o:p></p><!--[if gte mso 9]><xml><w:View>Normal</w:View></xml><![endif]--><p class=MsoNormal>"
        + PROSE
        + "</p>"
    )

    assert lines(body) == ["一、 总则", PROSE]


def test_prose_is_never_left_out() -> None:
    """A block that holds a good part of the prose is text, whatever it is called, and links in prose are text."""
    body = f"<div class='comment'><p>{PROSE}</p></div><div><p>{PROSE}<a href=x>{PROSE}</a></p></div>"

    assert lines(body) == [PROSE, PROSE + PROSE]


def test_short_pages_are_read_whole() -> None:
    """A page without any prose is not searched for its main text."""
    assert lines("<div>甲</div><div>乙</div>") == ["甲", "乙"]


def test_tables() -> None:
    """A row is a line; a table that only lays out a page is no table."""
    data = "<table><tr><td>项目</td><td>单价</td></tr><tr><td><p>书</p></td><td>8元</td></tr></table>"
    layout = f"<table><tr><td><p>{PROSE}</p><p>{PROSE}</p></td></tr></table>"

    assert lines(data) == ["项目 | 单价", "书 | 8元"]
    assert lines(layout) == [PROSE, PROSE]


def test_entities_and_spaces() -> None:
    """Entities that were escaped twice are resolved; spaces that nobody sees go."""
    assert lines("<p>&amp;nbsp;&nbsp;　　同志们&amp;ldquo;好&amp;rdquo;&#12288;</p>") == ["同志们“好”"]


def test_titles_in_several_lines() -> None:
    """Centred lines of one large size are one title."""
    part = "<p style='text-align: center'><span style='font-size: {}'>{}</span></p>"
    body = (
        part.format("18pt", "关于推进全民阅读<br>工作") + part.format("24px", "的意见") + part.format("12pt", "2024年")
    )

    assert lines(body) == ["关于推进全民阅读工作的意见", "2024年"]


def test_preformatted_text_keeps_its_lines() -> None:
    """Line ends count where the page says so."""
    assert lines("<pre>甲\n乙\n\n丙</pre>") == ["甲", "乙", "丙"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "gb18030", "utf-8"])
def test_undeclared_encodings(encoding: str) -> None:
    """Without a declaration the content says what the encoding is."""
    assert read_markup(f"<p>{PROSE}</p>".encode(encoding), path=PATH) == PROSE + "\n"


@pytest.mark.parametrize(
    ("declaration", "encoding"),
    [
        ('<meta charset="gb2312">', "gb18030"),
        ("<meta http-equiv=content-type content='text/html; charset=GBK'>", "gb18030"),
        ('<?xml version="1.0" encoding="gb2312"?>', "gb18030"),
        ('<meta charset="utf-8">', "gb18030"),
        ('<meta charset="iso-8859-1">', "utf-8"),
        ('<meta charset="gb2312">', "utf-8"),
    ],
)
def test_declared_encodings(declaration: str, encoding: str) -> None:
    """A declaration is believed where the bytes allow it; a wrong one does no harm."""
    assert read_markup(f"{declaration}<p>{PROSE * 3}</p>".encode(encoding), path=PATH) == PROSE * 3 + "\n"


def test_traditional_pages() -> None:
    """Big5 is read where a page declares it."""
    text = "為人民服務，這是我們的宗旨，大家都要學習。"

    assert read_markup(f'<meta charset="big5"><p>{text}</p>'.encode("big5"), path=PATH) == text + "\n"


def test_undecodable_pages_are_refused() -> None:
    """One byte that fits no encoding refuses the page: nothing is dropped."""
    with pytest.raises(SourceError) as caught:
        read_markup(html(f"<p>{PROSE}</p>") + b"\xff", path=PATH)

    assert caught.value.reason == zh_corpus.REASON_ENCODING


def test_pages_without_text() -> None:
    """A page that says nothing is blank."""
    assert [read_markup(data, path=PATH) for data in (b"", b" ", b"<br>", html(""))] == [""] * 4


def test_endless_nesting_is_refused() -> None:
    """What nests deeper than the parser goes would be cut off in silence: it is refused."""
    with pytest.raises(SourceError, match="不是可以解析的网页"):
        lines("<div>" * 5000 + PROSE)


def test_tables_in_tables() -> None:
    """Tables nested as deep as the parser goes are read, and end no process."""
    assert lines("<table><tr><td>" * 600 + PROSE) == [PROSE]


def test_many_blocks_take_no_time() -> None:
    """A page of many short blocks and links is read in a moment."""
    assert len(lines("<div><a href=x>甲</a>乙</div>" * 20_000)) == 20_000


def test_head_and_foot_of_an_article_are_text() -> None:
    """What stands in the head and foot of an article is kept, whatever the same elements mean around it."""
    body = (
        f"<header>站名</header><article><header><h2>讲话</h2><p>2024年1月5日</p></header><p>{PROSE}</p>"
        f"<footer>{PROSE}</footer></article><footer>版权</footer>"
    )

    assert lines(body) == ["## 讲话", "2024年1月5日", PROSE, PROSE]


@pytest.mark.parametrize("piece", ["<script></script>字", "<b>字</b>"])
def test_many_small_elements_take_no_longer_each(piece: str) -> None:
    """A page of thousands of elements in one paragraph is read at the same speed as a small one."""

    def seconds(count: int) -> float:
        body = f"<p>{PROSE}{piece * count}</p>"
        started = time.process_time()
        assert lines(body) == [PROSE + "字" * count]
        return time.process_time() - started

    assert seconds(48_000) < 40 * max(seconds(6_000), 0.01)


def test_a_page_in_a_form_is_read() -> None:
    """Some servers put the whole page into a form; a form beside the text is none of it."""
    search = "<form><label>请输入关键词</label><input><button>搜索</button></form>"

    assert lines(f"<form id='aspnetForm'>{search}<div><h1>讲话</h1><p>{PROSE}</p></div></form>") == ["# 讲话", PROSE]
    assert lines(f"{search}<p>{PROSE}</p>") == [PROSE]


def test_the_short_items_of_a_list_are_kept() -> None:
    """An item that holds all of the prose is not taken for the main text, which would leave out the others."""
    assert lines(f"<ul><li>甲<li>{PROSE}<li>乙</ul>") == ["甲", PROSE, "乙"]
    assert lines(f"<dl><dt>甲<dd>{PROSE}</dl>") == ["甲", PROSE]
