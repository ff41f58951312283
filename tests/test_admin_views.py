"""What admins are shown: well-formed and within limits, whatever names and reasons hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from speechbot.indexing.manifest import Counts, Manifest, ModelCard
from speechbot.indexing.store import Status
from speechbot.models import IndexReport
from speechbot.telegram import admin_views as views
from speechbot.telegram import material_views
from speechbot.telegram.admin_views import Built, Progress, State
from speechbot.telegram.buttons import Confirm, Judge, Task, unpack
from speechbot.telegram.deeds import Look
from speechbot.telegram.gap_groups import Group
from speechbot.telegram.metrics import Latency
from speechbot.telegram.records import Day, Gap, Person, Standing, Usage
from speechbot.telegram.staging import Twin, key
from tests.admin_desk import HOSTILE, NOW, check, labels

MANIFEST = Manifest("2026-11-18T08:06:40+00:00", "0.1.0", ModelCard("小模型", 384, ""), Counts(3, 12, 240, 300), {})
STATUS = Status(Path("索引"), "20261118T080640Z-abcdef", MANIFEST, 12_345_678, ("a", "b", "c"), (), verified=False)
TODAY = Usage(40, 30, 6, 1, 0, 5.0, 9.0, ())
REPORT = IndexReport(3, 12, 240, 300, 5, 4, 3, 228, 9, 12.3, "g")


def state(**changes: object) -> State:
    """What /status tells on a plain day."""
    plain = State(STATUS, STATUS.generation, None, None, 90_000.0, TODAY, Latency(40, 0.0049, 0.1), 0, 0, NOW)
    return replace(plain, **changes)  # type: ignore[arg-type] # as the test names them


def someone(name: str = "张三", username: str | None = "zhang", standing: Standing = Standing.PENDING) -> Person:
    """Somebody."""
    return Person(2**52 - 1, name, username, standing, None, None, None)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 秒"), (-3, "0 秒"), (59.4, "59 秒"), (60, "1 分钟"), (3599, "59 分钟"), (3600, "1 小时"), (90_000, "1 天"), (86_400 * 400, "400 天")],
)  # fmt: skip
def test_spans(seconds: float, words: str) -> None:
    """The largest unit, rounded down."""
    assert views.span(seconds) == words


def test_moments_are_chinas() -> None:
    """The clock in China and how long ago; what is in the future is just now."""
    assert views.when(NOW - 10_800, NOW) == "2026-11-18 16:06（3 小时前）"
    assert views.when(NOW + 60, NOW) == "2026-11-18 19:07（刚才）"


def test_status() -> None:
    """Everything asked for, in words."""
    assert check(views.status(state())).split("\n") == [
        "📚 索引",
        "版本：20261118T080640Z-abcdef",
        "建于：2026-11-18 16:06（3 小时前）",
        "内容：3 个文件，12 篇讲话，240 段，300 个检索窗口",
        "大小：12.3 MB，另存 2 个旧版本",
        "模型：小模型（384 维）",
        "上次重建：机器人还没有重建过",
        "",
        "🤖 机器人",
        "已运行：1 天",
        "今天：40 个问题，答出 30 个，6 人提问",
        "答题用时：一半在 5 毫秒内，95% 在 100 毫秒内（最近 40 次）",
    ]


def test_status_tells_what_is_unusual() -> None:
    """A build under way, one that failed, a generation that does not open, errors, requests, no answer yet."""
    shown = check(
        views.status(
            state(
                answering="old",
                last=Built(NOW - 120, 3.0, "没有成功"),
                building=Progress("更新索引", 12.0, 30, 40, 4.0),
                latency=None,
                errors=2,
                pending=3,
            )
        )
    )

    assert "上次重建：2026-11-18 19:04（2 分钟前），没有成功" in shown
    assert "仍用 old 回答" in shown
    assert "\n⏳ 更新索引：▓▓▓▓▓▓▓░░░ 75%\n编码 30/40，已用 12 秒，还需约 4 秒" in shown
    assert "启动后还没有答过题" in shown
    assert "出错 2 次" in shown
    assert "有 3 人等待允许" in shown


def test_progress() -> None:
    """Reading, encoding, checking; an estimate only where there is one."""
    assert check(views.building(Progress("甲", 1.0))) == "⏳ 甲：正在读取材料（1 秒）"
    assert check(views.building(Progress("甲", 5.0, 0, 8))) == "⏳ 甲：░░░░░░░░░░ 0%\n编码 0/8，已用 5 秒"
    assert check(views.building(Progress("甲", 5.0, 8, 8))) == "⏳ 甲：▓▓▓▓▓▓▓▓▓▓ 100%\n正在自检并启用新版本，已用 5 秒"


def test_what_a_build_did() -> None:
    """Counts, how long, files that could not be read with their number; nothing changed is said so."""
    failed = tuple((f"{n}.pdf", "扫描件") for n in range(7))
    shown = check(views.built("更新索引", replace(REPORT, failed=failed, missed=("m1",)), 61.0, live=True)).split("\n")

    assert shown[:3] == [
        "✅ 更新索引：完成，用时 1 分钟",
        "新增 5 段，变动 4 段，移除 3 段，未变 228 段",
        "现在共 3 个文件，12 篇讲话，240 段",
    ]
    assert shown[3:9] == ["⚠️ 有 7 个文件没能读取：", *(f"• {n}.pdf：扫描件" for n in range(5))]
    assert shown[9:] == ["……", "⚠️ 没有答对的必答题：m1", "新版本已启用，不必重启。"]
    full = check(views.built("全部重建", replace(REPORT, added=0, changed=0, removed=0), 1.0, live=True))
    assert "\n228 段都没有变动\n" in full
    added = check(views.built("加入", replace(REPORT, changed=0, removed=0), 1.0, live=True))
    assert "\n新增 5 段，未变 228 段\n" in added
    idle = check(views.built("更新索引", replace(REPORT, idle=True), 0.2, live=True))
    assert idle.split("\n") == ["✅ 更新索引：材料没有变动，索引已是最新（0 秒）", "现在共 3 个文件，12 篇讲话，240 段"]
    assert "没能启用" in check(views.built("更新索引", REPORT, 1.0, live=False))


def test_how_a_process_died() -> None:
    """By a signal or with a code."""
    assert "（信号 9）" in views.died(-9)
    assert "（退出码 3）" in views.died(3)
    assert "（退出码 0）" in views.died(None)


def test_rollback_names_where_it_leads() -> None:
    """The generation, its age and size; the button carries its name."""
    reply = views.rollback("20261117T000000Z-abcdef", MANIFEST, "20261118T080640Z-abcdef", NOW)

    assert check(reply) == (
        "要退回到 20261117T000000Z-abcdef 吗？\n它建于 2026-11-18 16:06（3 小时前），有 3 个文件，12 篇讲话，240 段。\n"
        "现在的版本是 20261118T080640Z-abcdef。"
    )
    assert [unpack(one.data) for one in reply.buttons[0]] == [
        Confirm(Task.ROLLBACK, accepted, "20261117T000000Z-abcdef") for accepted in (True, False)
    ]


def test_stats() -> None:
    """Figures, a bar for each day, the longest of ten, none empty; at most 31 days."""
    days = tuple(Day(f"2026-11-{n:02}", n * 10, n, 1) for n in (1, 2, 20))
    shown = check(views.stats(Usage(230, 115, 4, 3, 1, 4.6, 20.2, days), 30, [("治河讲话", 9)]))

    assert shown.split("\n") == [
        "最近 30 天：230 个问题，4 人提问",
        "答出 115 个（50%）",
        "评价：有用 3，没用 1",
        "用时：一半在 5 毫秒内，95% 在 20 毫秒内",
        "",
        "11-01 █ 10",
        "11-02 █ 20",
        "11-20 ██████████ 200",
        "",
        "答案最多来自：",
        "1. 《治河讲话》9 次",
    ]
    many = tuple(Day(f"2026-01-{n:02}", 1, 1, 1) for n in range(40))
    assert "只画最后 31 个" in check(views.stats(Usage(40, 40, 1, 0, 0, 1.0, 1.0, many), 40, []))
    assert check(views.stats(Usage(0, 0, 0, 0, 0, None, None, ()), 7, [])) == "最近 7 天没有人提问。"


def test_requests_carry_both_decisions() -> None:
    """Who, with number and user name; a list numbers its buttons."""
    reply = views.request(someone())

    assert check(reply) == f"🙋 张三（编号 {2**52 - 1}，@zhang）想要提问。"
    assert [unpack(one.data) for one in reply.buttons[0]] == [Judge(2**52 - 1, allowed) for allowed in (True, False)]
    assert labels(views.pending([someone(), someone()])) == ["允许 1", "拒绝 1", "允许 2", "拒绝 2"]
    assert check(views.pending([])) == "没有人在等待允许。"


def test_users_take_several_messages() -> None:
    """Each within the limit, all rows in order; beyond two hundred their number."""
    rows = [views.person(someone("汉" * 200)) for _ in range(250)]
    replies = views.users([("可以提问（{count}）", rows), ("群（{count}）", [])], is_open=True)

    shown = [check(reply) for reply in replies]
    assert shown[0].startswith("现在对所有人开放")
    assert len(shown) > 3
    assert "\n".join(shown).count("汉" * 77) == 200
    assert shown[-1].endswith("还有 50 个，这里不列了。")
    assert [check(one) for one in views.users([], is_open=False)] == ["还没有别人。"]


LOOK = Look(
    "gb18030", 1234, 1, 3, 20, ((0, "治河讲话", 20), (1, "一、截污", 8)), 4, ((7, "缺号", "前面"),), (("缺号", 3),)
)


def test_a_preview() -> None:
    """What was found, the tree, doubts, what the corpus has of it, and the question."""
    reply = material_views.preview("治河.txt", LOOK, Twin(replaces=True, same="旧.txt"), "0123456789abcdef")

    assert check(reply).split("\n") == [
        "📄 治河.txt",
        "1 篇讲话，3 个标题，20 段，共 1234 字（gb18030）",
        "《治河讲话》（20 段）",
        "　一、截污（8 段）",
        "……还有 4 个标题",
        "⚠️ 存疑 3 处（缺号 3）：",
        "第 7 行　缺号：前面",
        "材料里已有同名文件，加入后会替换它；原文件另存，不会丢。",
        "注意：材料里的 旧.txt 与它内容完全相同。",
        "要加入材料吗？",
    ]
    assert [unpack(one.data) for one in reply.buttons[0]] == [
        Confirm(Task.UPLOAD, accepted, "0123456789abcdef") for accepted in (True, False)
    ]


def test_sizes_in_words() -> None:
    """Rounded up, so that nothing too large looks small enough."""
    assert "有 21 MB，超过 20 MB" in check(material_views.too_large(20_000_001))
    assert "超过 20 MB" in check(material_views.too_large(None))
    assert ".docx" in check(material_views.wrong_type())


def test_files_to_remove_in_pages() -> None:
    """Sixteen on a page, numbered through, with ways to turn; a page beyond the end is the last."""
    files = [(f"{n}.txt", key(f"{n}.txt")) for n in range(40)]

    first, last = material_views.removal_list(files, 0), material_views.removal_list(files, 99)
    assert check(first).split("\n")[:2] == ["共 40 个文件（第 1/3 页），点编号移除，或发 /remove 名称：", "1. 0.txt"]
    assert labels(first) == [*map(str, range(1, 17)), "下一页 ›"]
    assert labels(last) == [*map(str, range(33, 41)), "‹ 上一页"]
    assert unpack(last.buttons[0][0].data) == Confirm(Task.REMOVE, accepted=True, token="a" + key("32.txt"))
    assert labels(material_views.removal_list(files[:20], 0, "txt")) == [*map(str, range(1, 17))]


def test_gaps() -> None:
    """Groups with counts and at most three further ways to ask, then a button for the file."""
    groups = (Group(tuple(Gap(f"问题{n}", 2, 1, 0.0) for n in range(6))), Group((Gap("另一个", 1, 0, 0.0),)))
    (reply,) = material_views.gaps(groups, 30, capped=7)

    assert check(reply).split("\n\n") == [
        "最近 30 天没答好的问题：7 种问法，合成 2 组",
        "1. 问题0\n没找到 12 次，没用 6 次\n　也问：问题1\n　也问：问题2\n　也问：问题3",
        "2. 另一个\n没找到 1 次",
        "问法太多，只看了最常见的 7 种。",
    ]
    assert unpack(reply.buttons[0][0].data) == Confirm(Task.EXPORT, accepted=True, token=str(30))
    assert len(check(material_views.gaps((), 30)[0])) < 100
    shown = material_views.gaps(tuple(Group((Gap("汉" * 500, 1, 0, 0.0),)) for _ in range(60)), 30)
    assert "还有 20 组" in "".join(map(check, shown))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_within_the_rules(text: str) -> None:
    """Whatever a name, a title or a reason holds, Telegram takes the message."""
    person = someone(text, text)
    failed = tuple((text, text) for _ in range(9))
    doubts = tuple((n, "缺号", text) for n in range(6))
    look = Look("utf-8", 1, 1, 1, 1, tuple((n, text, 1) for n in range(25)), 1, doubts, (("缺号", 150),))
    replies = [
        views.failure(text),
        views.built(text, replace(REPORT, failed=failed, skipped=failed, missed=(text,)), 1.0, live=True),
        views.refused(text, text),
        views.queued(text),
        views.stopped(text),
        views.building(Progress(text, 1.0)),
        views.request(person),
        views.pending([person] * 20),
        views.decided(person, Standing.DENIED),
        views.stats(Usage(1, 1, 1, 0, 0, 1.0, 1.0, (Day("2026-11-18", 1, 1, 1),)), 1, [(text, 1)] * 5),
        *views.users([("{count}", [views.person(person), views.group(text, -1, ["配置"])] * 9)], is_open=False),
        material_views.preview(text, look, Twin(replaces=True, same=text), "0" * 16),
        material_views.about("{name}", text) if text.strip("\x00\n") else views.note("x"),
        material_views.removal_list([(text, key("a"))] * 16, 0, text),
        material_views.removal(text, key("a")),
        *material_views.gaps([Group((Gap(text, 1, 1, 0.0),) * 5)] * 40, 30),
    ]

    assert all(map(check, replies))
