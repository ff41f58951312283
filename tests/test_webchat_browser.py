"""The chat page in a real browser, with a bot of a few fixed answers behind it."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING

import pytest

from speechbot.standin.methods import call
from speechbot.wording import zh_demo
from tests.chromium import MISSING, PROGRAM, chromium
from tests.scripted import ADMIN, MEMBER
from tests.tab import LAST, ROWS, SPOKEN, Tab, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(not PROGRAM, reason=MISSING)

AT_END = "scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 2"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A browser for all tests here."""
    with chromium(tmp_path_factory.mktemp("chromium")) as address:
        yield address


def test_a_question_is_typed_and_answered(browser: str) -> None:
    """From the first button to an answer; Enter sends, with Shift it does not, nor while a word is composed."""

    async def deed(tab: Tab) -> None:
        await tab.click("#start", zh_demo.BEGIN)
        await tab.rows(2)
        assert await tab.do(SPOKEN) == ["/start", "得到 /start"]
        await tab.write("第一行")
        enter = "{key: 'Enter', bubbles: true, cancelable: true"
        for more in ("isComposing: true", "keyCode: 229", "shiftKey: true"):
            await tab.do(
                f"document.querySelector('#text').dispatchEvent(new KeyboardEvent('keydown', {enter}, {more}}}))"
            )
        assert await tab.do("document.querySelector('#text').value") == "第一行"
        await tab.page.key("Enter", 13, "\r")
        await tab.rows(4)
        await tab.until("document.querySelector('#text').value === ''")
        assert [message["text"] for message in tab.world.transcript(MEMBER)][2] == "第一行"

    run(browser, deed)


def test_an_answer_looks_as_it_is_marked(browser: str) -> None:
    """Bold, nested marks behind characters of two units, links and a folded quote that unfolds."""

    async def deed(tab: Tab) -> None:
        await tab.say("问")
        await tab.rows(2)
        assert await tab.do(f"{LAST}.querySelector('strong').textContent") == "抓好阅读"
        quote = f"{LAST}.querySelector('blockquote.folds')"
        assert await tab.do(f"[...{quote}.querySelectorAll('strong, em')].map((one) => one.textContent)") == [
            "粗又斜",
            "又斜",
        ]
        assert str(await tab.do(f"{quote}.textContent")).startswith("𠀀开头。粗又斜江城")
        assert await tab.do(f"{LAST}.querySelector('a[target]').rel") == "noopener noreferrer"
        await tab.until(f"!{quote}.querySelector('.toggle').hidden")
        await tab.until(AT_END)
        folded = await tab.do(f"{quote}.offsetHeight")
        await tab.click(".toggle", zh_demo.UNFOLD)
        assert await tab.do(f"{quote}.offsetHeight") > folded
        assert await tab.do(f"{quote}.querySelector('.toggle').ariaExpanded") == "true"
        await tab.click(".toggle", zh_demo.FOLD)
        assert await tab.do(f"{quote}.offsetHeight") == folded

    run(browser, deed)


def test_entities_that_overlap_or_lie_are_cut(browser: str) -> None:
    """Every character is shown once, whatever the entities say."""

    async def deed(tab: Tab) -> None:
        entities = [
            {"type": "bold", "offset": 0, "length": 4},
            {"type": "italic", "offset": 3, "length": 3},
            {"type": "code", "offset": 5, "length": 99},
            {"type": "text_link", "offset": 6, "length": 2, "url": "javascript:alert(1)"},
            {"type": "nonsense", "offset": 99, "length": 1},
        ]
        call(tab.world, "sendMessage", {"chat_id": MEMBER, "text": "甲😀乙丙丁戊己", "entities": entities})
        await tab.rows(1)
        text = f"{LAST}.querySelector('.text')"
        assert str(await tab.do(f"{text}.textContent")).startswith("甲😀乙丙丁戊己")
        marked = await tab.do(f"[...{text}.querySelectorAll('strong, em')].map((one) => one.textContent)")
        assert marked == ["甲😀乙", "乙", "丙丁"]
        assert await tab.do(f"{text}.querySelectorAll('a').length") == 0

    run(browser, deed)


def test_buttons_edit_in_place_and_say_so(browser: str) -> None:
    """A pressed button waits, the message changes where it stands, a note or a window says what the bot answers."""

    async def deed(tab: Tab) -> None:
        await tab.say("问")
        await tab.rows(2)
        tab.bot.silent = True
        await tab.click(".key", "下一段")
        await tab.until("document.querySelector('.key[aria-busy]')")
        await tab.until("document.querySelector('.key[aria-busy]').textContent === '下一段 ›'")
        tab.bot.silent = False
        ((kind, query),) = [one for one in tab.bot.seen if one[0] == "callback_query"]
        tab.bot._answer(kind, query)
        await tab.until("document.querySelector('.toast.shown')?.textContent === '好 after'")
        await tab.until("!document.querySelector('.key[aria-busy]')")
        assert await tab.do(ROWS) == 2
        assert await tab.do(SPOKEN) == ["问", "变成 after"]
        assert await tab.do("document.querySelectorAll('.edited').length") == 0
        await tab.say("再问")
        await tab.rows(4)
        await tab.click(".key", "提醒")
        await tab.until("document.querySelector('dialog').open")
        assert await tab.do("document.querySelector('#alert_text').textContent") == "请注意"
        await tab.click("#alert_close")
        await tab.until("!document.querySelector('dialog').open")

    run(browser, deed)


def test_links_to_the_bot_stay_on_the_page(browser: str) -> None:
    """On buttons and in texts they send the start that they carry; so do commands; a copy button copies."""

    async def deed(tab: Tab) -> None:
        await tab.do("navigator.clipboard.writeText = async (text) => { globalThis.copied = text; }")
        await tab.say("问")
        await tab.rows(2)
        await tab.click(".key", "打开")
        await tab.rows(4)
        await tab.click(".link", "永久链接")
        await tab.rows(6)
        await tab.click(".command", "/sources")
        await tab.rows(8)
        said = [message["text"] for message in tab.world.transcript(MEMBER) if message["from"]["id"] == MEMBER]
        assert said == ["问", "/start open", "/start p_7", "/sources"]
        await tab.click(".key", "复制引文")
        await tab.until(f"document.querySelector('.toast.shown')?.textContent === '{zh_demo.COPIED}'")
        assert await tab.do("copied") == "引文"

    run(browser, deed)


def test_each_persona_has_a_conversation_and_a_draft(browser: str) -> None:
    """The switch shows the other's, keeps what was typed, and marks news of who is away."""

    async def deed(tab: Tab) -> None:
        await tab.say("问")
        await tab.rows(2)
        await tab.write("没写完")
        await tab.click("[data-user] input + span", "管理员")
        await tab.until("!document.querySelector('#begin').hidden")
        assert await tab.do("document.querySelector('#text').value") == ""
        await tab.say("/users")
        await tab.rows(2)
        tab.bot.send(MEMBER, "新消息")
        await tab.until(f"document.querySelector('[data-user=\"{MEMBER}\"].news')")
        assert await tab.do(ROWS) == 2
        await tab.click("[data-user] input + span", "成员")
        await tab.rows(3)
        assert await tab.do("document.querySelector('#text').value") == "没写完"
        assert await tab.do("document.querySelectorAll('.news').length") == 0
        assert [message["text"] for message in tab.world.transcript(ADMIN)] == ["/users", "得到 /users"]

    run(browser, deed)


def test_questions_are_edited_and_answered_to(browser: str) -> None:
    """By the menu of a message; an edited question is marked, and a reply shows what it replies to."""

    async def deed(tab: Tab) -> None:
        await tab.say("/a")
        await tab.rows(2)
        await tab.click(".mine .more")
        await tab.click("#context button", zh_demo.EDIT)
        assert await tab.do("document.querySelector('#text').value") == "/a"
        await tab.say("改问")
        await tab.rows(3)
        await tab.until("document.querySelector('.mine .edited')")
        assert await tab.do(SPOKEN) == ["改问", "得到 /a", "改成了 改问"]
        await tab.until("document.querySelector('#mode').hidden")
        await tab.click(".theirs .more")
        await tab.click("#context button", zh_demo.REPLY)
        await tab.say("/b")
        await tab.rows(5)
        assert await tab.do("document.querySelector('.mine .replied .excerpt').textContent") == "得到 /a"
        await tab.until("document.querySelector('#text').value === ''")
        await tab.page.key("ArrowUp", 38)
        await tab.until("document.querySelector('#text').value === '/b'")
        await tab.page.key("Escape", 27)
        await tab.until("document.querySelector('#text').value === '' && document.querySelector('#mode').hidden")

    run(browser, deed)


def test_files_arrive_with_their_bytes(browser: str, tmp_path: Path) -> None:
    """A file that is picked arrives whole, with what is typed; one of the bot's is saved whole; a picture is seen."""

    async def deed(tab: Tab) -> None:
        data = bytes(range(256)) * 5
        (tmp_path / "材料.bin").write_bytes(data)
        root = (await tab.page.call("DOM.getDocument"))["root"]["nodeId"]
        picker = (await tab.page.call("DOM.querySelector", nodeId=root, selector="#pick_document"))["nodeId"]
        await tab.write("说明")
        await tab.page.call("DOM.setFileInputFiles", nodeId=picker, files=[str(tmp_path / "材料.bin")])
        await tab.rows(1)
        (sent,) = tab.world.transcript(MEMBER)
        assert tab.world.files[sent["document"]["file_id"]][1] == data
        assert (sent["document"]["file_name"], sent["caption"]) == ("材料.bin", "说明")
        await tab.page.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
        call(tab.world, "deleteMessage", {"chat_id": MEMBER, "message_id": sent["message_id"]})
        await tab.until("!document.querySelector('#begin').hidden")
        await tab.say("问")
        await tab.click(".key", "全文")
        await tab.click(".file")
        while not (tmp_path / "全文.txt").exists():  # noqa: ASYNC110 - a browser sets no event
            await asyncio.sleep(0.01)
        assert (tmp_path / "全文.txt").read_text(encoding="utf-8") == "全文\n"
        tab.world.photo(MEMBER, base64.b64decode(PIXEL))
        await tab.until("document.querySelector('.photo')?.naturalWidth === 1")

    run(browser, deed)


def test_hostile_texts_stay_text(browser: str) -> None:
    """Markup is shown as it is written, and runs nothing; a longest text is shown whole; nothing widens the page."""
    hostile = "<script>globalThis.bad = 1</script><img src=x onerror='globalThis.bad = 1'>\u2066\u2067<b>&amp;"
    full = "长" * 4096

    async def deed(tab: Tab) -> None:
        tab.bot.silent = True
        name = "<img src=x onerror=1>.txt"
        tab.world.user(MEMBER, hostile)
        await tab.say(hostile)
        await tab.rows(1)
        tab.world.send_file(MEMBER, name, b"a", caption=hostile)
        call(tab.world, "sendMessage", {"chat_id": MEMBER, "text": full})
        call(tab.world, "sendMessage", {"chat_id": MEMBER, "text": "w" * 4096})
        keys = {"inline_keyboard": [[{"text": hostile, "callback_data": '"]\\'}]]}
        call(tab.world, "sendMessage", {"chat_id": MEMBER, "text": hostile, "reply_markup": keys})
        await tab.rows(5)
        assert await tab.do(SPOKEN) == [hostile, hostile, full, "w" * 4096, hostile]
        assert await tab.do("document.querySelector('.file .name').textContent") == name
        await tab.click(".key")
        await tab.until("document.querySelector('.key[aria-busy]')")
        assert await tab.do("globalThis.bad ?? 0") == 0
        assert await tab.do("document.querySelectorAll('.row script, .row img').length") == 0
        await tab.page.size(320, 600, phone=True)
        await tab.until("innerWidth === 320")
        assert await tab.do("document.documentElement.scrollWidth <= 320 && scroller.scrollWidth <= 320")

    run(browser, deed)


def test_a_broken_stream_is_taken_up_again(browser: str) -> None:
    """What was said, edited and deleted meanwhile is there afterwards, once and in order."""

    async def deed(tab: Tab) -> None:
        await tab.say("/a")
        await tab.rows(2)
        first, second = tab.world.transcript(MEMBER)
        await tab.until("globalThis.kept = document.querySelector('.row'), true")
        port = tab.server.port
        await tab.server.stop()
        await tab.until("!document.querySelector('#offline').hidden")
        await tab.say("/lost")
        await tab.until("!document.querySelector('#notice').hidden")
        assert await tab.do("[notice.textContent, text.value]") == [zh_demo.UNREACHABLE, "/lost"]
        call(tab.world, "deleteMessage", {"chat_id": MEMBER, "message_id": second["message_id"]})
        later = tab.bot.send(MEMBER, "后来")
        call(tab.world, "editMessageText", {"chat_id": MEMBER, "message_id": later["message_id"], "text": "改了"})
        tab.page.problems.clear()  # that the server is gone
        await tab.server.start(port)
        await tab.until("document.querySelector('#offline').hidden")
        await tab.until(f'JSON.stringify({SPOKEN}) === \'["/a","改了"]\'')
        assert await tab.do("kept === document.querySelector('.row')")  # untouched
        await tab.page.key("Enter", 13, "\r")
        await tab.rows(4)
        assert await tab.do(SPOKEN) == ["/a", "改了", "/lost", "得到 /lost"]
        tab.page.problems.clear()
        assert first in tab.world.transcript(MEMBER)

    run(browser, deed)


def test_inline_results_are_listed_and_chosen(browser: str) -> None:
    """Behind the bot's name; what is chosen stands in the chat, and its buttons edit it there."""

    async def deed(tab: Tab) -> None:
        await tab.click("#attach_button")
        await tab.click("#attach button", zh_demo.ATTACH_INLINE.partition("{")[0])
        await tab.write("@standin_bot 读书")
        await tab.click(".result", "关于读书")
        await tab.rows(1)
        assert await tab.do(f"{LAST}.querySelector('.via').textContent") == "通过 @standin_bot"
        assert await tab.do("[text.value, results.hidden]") == ["", True]
        await tab.click(".key", "看上下文")
        await tab.until(f"{SPOKEN}[0] === '变成 context'")
        assert await tab.do(ROWS) == 1

    run(browser, deed)


def test_menus_typing_and_reactions_are_shown(browser: str) -> None:
    """The bot's commands can be picked; what it does is said in the header, until it has spoken."""

    async def deed(tab: Tab) -> None:
        commands = [{"command": "help", "description": "看帮助"}]
        call(tab.world, "setMyCommands", {"commands": commands})
        await tab.click("#menu_button")
        await tab.click("#menu button", "/help看帮助")
        await tab.rows(2)
        await tab.say("typing")
        await tab.until(f"document.querySelector('#status').textContent === '{zh_demo.TYPING}'")
        sent = tab.bot.send(MEMBER, "好")
        await tab.until(f"document.querySelector('#status').textContent === '{zh_demo.ROBOT}'")
        reaction = [{"type": "emoji", "emoji": "👍"}]
        call(
            tab.world, "setMessageReaction", {"chat_id": MEMBER, "message_id": sent["message_id"], "reaction": reaction}
        )
        await tab.until(f"{LAST}.querySelector('.reaction')?.textContent === '👍'")

    run(browser, deed)


def test_long_conversations_stay_where_they_are_read(browser: str) -> None:
    """The end is followed only by who is there; earlier messages come on request, without a jump."""

    async def deed(tab: Tab) -> None:
        tab.bot.silent = True
        for number in range(450):
            tab.bot.send(MEMBER, f"第{number}条")
        await tab.until(f"{ROWS} === 450")
        await tab.page.call("Page.reload")
        await tab.until(f"document.body?.dataset.loaded && {ROWS} === 200")
        await tab.until(AT_END)
        await tab.do("scroller.scrollTop = 300")
        await tab.until("!document.querySelector('#bottom').hidden")
        tab.bot.send(MEMBER, "新的")
        await tab.rows(201)
        assert await tab.do("[scroller.scrollTop, unread.textContent]") == [300, "1"]
        where = await tab.do("document.querySelector('.row').getBoundingClientRect().top")
        await tab.do("globalThis.first = document.querySelector('.row'); 0")
        await tab.click("#earlier")
        await tab.rows(400)
        assert abs(await tab.do("first.getBoundingClientRect().top") - where) < 50
        await tab.click("#bottom")
        await tab.until("document.querySelector('#bottom').hidden")
        await tab.click("#earlier")
        await tab.until("document.querySelector('#earlier').hidden")
        assert await tab.do(ROWS) == 451

    run(browser, deed)
