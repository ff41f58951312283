"""Paragraphs in almost the same words."""

from __future__ import annotations

import pytest

from speechbot.language.likeness import alike, bigrams

TEXT = "航道每年淤高二十厘米，要在秋天以前挖到十二米深，挖出的泥沙用来填海堤。"


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (TEXT, True),
        (TEXT.replace("秋天", "冬天"), True),
        (TEXT.replace("，", "、"), True),
        ("新华社电 " + TEXT, True),
        (TEXT + "这件事由港务局负责，验收合格以后才付余款，拖延一天扣一成，节假日不停工。", False),
        ("航道每年淤高二十厘米。", False),
        ("校舍要经得起八级地震，屋顶先换，再修操场。", False),
        ("", False),
    ],
)
def test_alike(other: str, expected: object) -> None:
    """A word changed or a dateline added makes no other paragraph; a part of it is one."""
    assert alike(bigrams(TEXT), bigrams(other)) is expected
    assert alike(bigrams(other), bigrams(TEXT)) is expected


def test_nothing_is_like_nothing() -> None:
    """Two paragraphs without letters say nothing in common."""
    assert not alike(bigrams("……"), bigrams("——"))
