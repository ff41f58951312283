"""Alike questions come together; what is exported is a file of questions as it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from speechbot.encoder import OnnxEncoder
from speechbot.evaluation import Question, load_questions
from speechbot.telegram.gap_groups import ALIKE, Group, export, group
from speechbot.telegram.records import Gap
from speechbot.wording import zh_admin

if TYPE_CHECKING:
    from pathlib import Path


def gap(text: str, unanswered: int = 1, down: int = 0) -> Gap:
    """A question without a good answer."""
    return Gap(text, unanswered, down, 0.0)


def at(*degrees: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Unit vectors in a plane."""
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_alike_questions_come_together() -> None:
    """With the nearest leader within the threshold; a chain of small steps does not lead on; most questions first."""
    gaps = [gap("a", 3), gap("b", 2), gap("c", 2), gap("d"), gap("e")]
    near = float(np.degrees(np.arccos(ALIKE))) - 0.1

    # b is a's, c is near b but not near a; d is nearer to c than to a; e stands alone
    found = group(gaps, at(0, near, 1.5 * near, near * 0.9, 180))

    assert found == (Group((gaps[0], gaps[1])), Group((gaps[2], gaps[3])), Group((gaps[4],)))
    assert (found[0].unanswered, found[0].down) == (5, 0)


def test_nothing_gives_nothing() -> None:
    """No question, no group, no row."""
    assert group([], np.zeros((0, 2), np.float32)) == ()
    assert export([], {}, lambda _: None) == (b"", 0)


def test_small_groups_add_up() -> None:
    """Several ways to ask one thing go before a single one that was asked more often than each."""
    gaps = [gap("a", 3), gap("b", 2), gap("c", 2)]

    assert [one.gaps[0].text for one in group(gaps, at(0, 90, 91))] == ["b", "a"]


@pytest.mark.model
def test_the_bundled_model_tells_ways_to_ask_from_subjects() -> None:
    """Pairs that ask the same come together, different questions do not."""
    texts = [
        "怎样防止形式主义", "如何避免搞形式主义", "差旅费怎么报销", "如何报销差旅费", "食堂几点开门", "年轻干部怎么培养", "怎样培养年轻干部",
    ]  # fmt: skip

    found = group([gap(text) for text in texts], OnnxEncoder().encode_queries(texts))

    assert [[one.text for one in some.gaps] for some in found] == [texts[0:2], texts[2:4], texts[5:7], texts[4:5]]


def test_the_export_is_a_file_of_questions(tmp_path: Path) -> None:
    """It loads without a change; ids are those of the texts; what cannot be asked is left out."""
    groups = (Group((gap('几点"开门"?\n谢谢', 2), gap("开门时间\u2028呢", 0, 1))), Group((gap("……"), gap("谁来讲"))))
    texts = {"p1": {"place": "《讲话》 · 第 1 段", "text": "早上九点。"}}

    content, count = export(groups, {"开门时间\u2028呢": ("p1", "gone")}, texts.get)
    file = tmp_path / "问题.jsonl"
    file.write_bytes(content)
    rows = [json.loads(row) for row in content.decode().split("\n") if row]

    found = load_questions(file)
    assert count == len(found) == 3
    assert [(one.type, one.question, one.gold) for one in found] == [
        (zh_admin.GAP_UNANSWERED, '几点"开门"?\n谢谢', ()),
        (zh_admin.GAP_DOWN, "开门时间\u2028呢", ()),
        (zh_admin.GAP_UNANSWERED, "谁来讲", ()),
    ]
    assert [row.get("shown") for row in rows] == [None, [texts["p1"]], None]
    assert [row["group"] for row in rows] == [1, 1, 2]
    again, _ = export(groups[::-1], {}, texts.get)
    assert {json.loads(row)["id"] for row in again.decode().split("\n") if row} == {one.id for one in found}
    assert isinstance(found[0], Question)
