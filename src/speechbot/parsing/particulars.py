"""The table of particulars that a government page sets over a document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speechbot.parsing.lines import Line

_NAMES = frozenset(
    "索引号 主题分类 发文机关 成文日期 标题 发文字号 发布日期 主题词 公开日期 文号 信息分类 公开类别 生成日期 公文时效 有效性 信息名称 "
    "内容概述 发布机构 公开方式 公开范围 关键词 来源 日期 责任部门 名称 公文种类 信息来源 发布时间 浏览次数 实施日期 失效日期".split()
)
_NAME = re.compile(r"(?P<name>[\u4e00-\u9fff](?:\s*[\u4e00-\u9fff]){1,5})\s*[：:]\s*(?P<value>.*)")
_TOLD = ("标题：", "成文日期：", "生成日期：")
_LEAST = 3  # particulars; fewer are lines of the document
_LONGEST = 120  # characters of a value


def particulars(lines: Sequence[Line], first: int) -> tuple[int, tuple[str, ...]]:
    """Where the table that begins at ``first`` ends, and what it says of title and date; ``first`` where there is none.

    What it says is given piece by piece as ``名称：值``. Name and value stand in one line, or one below the other.
    """
    found: list[str] = []
    position = first
    while position < len(lines) and (field := _field(lines[position].text)):
        name, value = field
        position += 1
        if not value and position < len(lines) and _is_value(lines[position].text):
            value = lines[position].text
            position += 1
        found.append(f"{name}：{value}")
    told = tuple(piece for piece in found if piece.startswith(_TOLD))
    return (position, told) if len(found) >= _LEAST else (first, ())


def _field(text: str) -> tuple[str, str] | None:
    """Name and value of a particular, or None."""
    match = _NAME.fullmatch(text) if len(text) <= _LONGEST + 10 else None
    name = "".join(match["name"].split()) if match else ""
    return (name, match["value"]) if match and name in _NAMES else None


def _is_value(text: str) -> bool:
    """Whether a line below a name can be its value: anything short that names nothing itself."""
    return len(text) <= _LONGEST and _field(text) is None
