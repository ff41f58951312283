"""Points inside one paragraph."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.intents.inline_points import inline_points


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("抓好三件事：一是快；二是省；三是稳。然后收工。", ["一是快", "二是省", "三是稳。"]),
        ("一要快，二要省。", ["一要快", "二要省。"]),
        ("一是快。还要准。二是省。还要稳。结束。", ["一是快。还要准。", "二是省。还要稳。"]),
        ("第一，修路。第二，架桥。", ["第一，修路。", "第二，架桥。"]),
        ("首先，修路。其次，架桥。最后，通车。", ["首先，修路。", "其次，架桥。", "最后，通车。"]),
        ("分两步：（一）修路；（二）架桥。", ["（一）修路", "（二）架桥。"]),
        ("分两步：①修路；②架桥。", ["①修路", "②架桥。"]),
        ("一是快；二是省；四是稳。", ["一是快", "二是省；"]),
        ("一是快；二是省。又说：一是高；二是大；三是强。", ["一是高", "二是大", "三是强。"]),
    ],
)
def test_points(text: str, points: list[str]) -> None:
    """From one number to the next, the last as long as the others in sentences."""
    assert [text[start:end] for start, end in inline_points(text)] == points


@pytest.mark.parametrize(
    "text", ["", "一是快。", "第一是快，第三是稳。", "二是省；三是稳。", "这是统一是大势。二是二。", "三要三不要"]
)
def test_no_points(text: str) -> None:
    """Fewer than two, or not from one on, or no clause of their own."""
    assert inline_points(text) == ()


_PIECES = st.sampled_from(
    "一是 二是 三是 一要 二要 第一， 第二， （一） （二） ① ② 首先， 其次， 最后， 修路 架桥 。 ； ， “ ”".split()
)


@given(st.one_of(st.text(max_size=80), st.lists(_PIECES, max_size=20).map("".join)))
def test_points_lie_in_order_inside_the_text(text: str) -> None:
    """None is empty, none reaches into the next."""
    points = inline_points(text)
    bounds = [bound for span in points for bound in span]

    assert len(points) != 1
    assert bounds == sorted(bounds)
    assert all(text[start:end].strip() for start, end in points)
    assert not points or points[-1][1] <= len(text)
