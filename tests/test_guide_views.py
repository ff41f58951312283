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
    member, admin = (check(guide_views.guide(admin=admin)) for admin in (False, True))

    assert admin.startswith(member)
    assert ("管理员" in member, "管理员" in admin) == (False, True)


@pytest.mark.parametrize("kind", guide_views.Kind)
def test_what_is_no_text_gets_a_friendly_word(kind: guide_views.Kind) -> None:
    """Every kind has its own."""
    assert check(guide_views.unreadable(kind)) == kind.value


def test_limits_strangers_privacy() -> None:
    """How long to wait, how to ask for access, what is kept."""
    assert check(guide_views.too_fast(7)) == "问得太快了，请过 7 秒再问。"
    assert "42" in check(guide_views.stranger(42))
    assert "编号" in check(guide_views.privacy())
