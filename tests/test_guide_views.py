"""Greetings, help, friendly words."""

from __future__ import annotations

import pytest

from speechbot.telegram import guide_views
from tests.test_answer_views import check, labels


def test_the_greeting() -> None:
    """Counts, and at most three questions."""
    reply = guide_views.start(2, 20, ["甲？", "乙？", "丙？", "丁？"])

    assert check(reply).startswith("您好！这里有 2 篇讲话，共 20 段，")
    assert labels(reply) == [["甲？"], ["乙？"], ["丙？"]]
    assert guide_views.start(0, 0, []).buttons == ()


def test_help_has_a_part_for_admins() -> None:
    """Members do not see it."""
    member = check(guide_views.guide("some_bot"))
    admin = check(guide_views.guide("some_bot", [("status", "看状态")]))

    assert "/forget 删除我的记录" in member
    assert "@some_bot" in member
    assert admin.startswith(member)
    assert ("管理员" in member, "/status 看状态" in admin) == (False, True)


@pytest.mark.parametrize("kind", guide_views.Kind)
def test_what_is_no_text_gets_a_friendly_word(kind: guide_views.Kind) -> None:
    """Every kind has its own."""
    assert check(guide_views.unreadable(kind)) == kind.value


def test_limits_and_what_is_deleted() -> None:
    """How long to wait, in whole seconds upwards; how much is gone."""
    assert check(guide_views.too_fast(6.2)) == "问得太快了，请过 7 秒再问。"
    assert "3 条" in check(guide_views.forgotten(3))
    assert check(guide_views.forgotten(0)) == "没有您的记录。"


@pytest.mark.parametrize("logged", [True, False])
def test_privacy_says_what_is_kept_and_for_how_long(*, logged: bool) -> None:
    """The text of questions only where it is kept."""
    shown = check(guide_views.privacy(45, logged=logged))

    assert "45 天" in shown
    assert ("不记问题的文字" in shown) is not logged


def test_a_stranger_learns_how_to_ask_for_access_and_nothing_else() -> None:
    """By a button where there are admins, by the code where there is one; the number only where there is neither."""
    both, neither = (guide_views.stranger(42, may_apply=one, by_code=one) for one in (True, False))

    assert (labels(both), labels(neither)) == ([["申请使用"]], [])
    assert "/join" in check(both)
    assert check(neither) == "您还不能提问。\n请把您的编号 42 告诉管理员，由管理员开通。"
