"""The manifest: read back as written, refused when it is of another format or model."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from speechbot.errors import IndexDamaged, IndexMismatch
from speechbot.indexing import fields
from speechbot.indexing.manifest import (
    FORMAT,
    PROBE,
    SAME_MODEL,
    TEXT_VERSION,
    Counts,
    FileStamp,
    Manifest,
    ModelCard,
    check_model,
    check_name,
)
from speechbot.indexing.windows import windows
from speechbot.language.words import tokens
from speechbot.models import Passage, Source
from speechbot.parsing.parser import parse
from tests.conftest import ToyEncoder

PATH = Path("索引/generations/20260101T000000Z-abcdef/manifest.json")


@pytest.fixture
def manifest(encoder: ToyEncoder) -> Manifest:
    """A manifest by the toy encoder."""
    return Manifest(
        created="2026-01-01T00:00:00+00:00",
        version="0.1.0",
        model=ModelCard.of(encoder, weights="ff"),
        counts=Counts(sources=1, speeches=2, passages=3, windows=4),
        files={"passages.sqlite": FileStamp(5, "aa")},
        words=("苇荡净水法 100", "河长"),
    )


def test_manifest_is_read_back(manifest: Manifest) -> None:
    """Writing and reading a manifest changes nothing."""
    assert Manifest.from_json(manifest.to_json(), path=PATH) == manifest


@pytest.mark.parametrize(
    ("field", "found"), [("format", f"{FORMAT + 1}.{TEXT_VERSION}"), ("text_version", f"{FORMAT}.0")]
)
def test_other_versions_ask_for_a_rebuild(manifest: Manifest, field: str, found: str) -> None:
    """An index of another format or text processing is a mismatch that says to rebuild, even with unknown fields."""
    number = {"format": FORMAT + 1, "text_version": 0}[field]
    stored = {**json.loads(manifest.to_json()), field: number, "new": 1}

    with pytest.raises(IndexMismatch, match=r"请运行 speechbot index 重建$") as caught:
        Manifest.from_json(json.dumps(stored), path=PATH)

    assert not isinstance(caught.value, IndexDamaged)
    assert (caught.value.found, caught.value.expected) == (found, f"{FORMAT}.{TEXT_VERSION}")


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", f'{{"format": {FORMAT}, "text_version": {TEXT_VERSION}}}'],
)
def test_what_is_no_manifest_is_damage(text: str) -> None:
    """Anything that is not a manifest is damage that names the file."""
    with pytest.raises(IndexDamaged) as caught:
        Manifest.from_json(text, path=PATH)

    assert caught.value.path == PATH


@pytest.mark.parametrize("change", [{"files": []}, {"model": {"name": "toy"}}, {"counts": 3}, {"extra": 1}])
def test_malformed_fields_are_damage(manifest: Manifest, change: dict[str, object]) -> None:
    """A manifest with missing, unknown or misshapen fields is damage."""
    stored = {**json.loads(manifest.to_json()), **change}

    with pytest.raises(IndexDamaged):
        Manifest.from_json(json.dumps(stored), path=PATH)


def test_same_model_passes(manifest: Manifest) -> None:
    """The model that built the index may be used with it."""
    check_model(manifest, ToyEncoder(), path=PATH)


def test_another_name_is_refused_without_the_model(manifest: Manifest) -> None:
    """The name settles the matter before anything is loaded; the error names both and what to do."""
    check_name(manifest, manifest.model.name, path=PATH)

    with pytest.raises(
        IndexMismatch, match=r"是用模型 toy（64 维）建的，现在用的模型是 别的模型，.*speechbot index 重建"
    ):
        check_name(manifest, "别的模型", path=PATH)


@pytest.mark.parametrize(
    "other",
    [ToyEncoder(name="other"), ToyEncoder(dim=32), ToyEncoder(salt=1)],
    ids=["name", "dimension", "same name, other weights"],
)
def test_other_model_is_refused(manifest: Manifest, other: ToyEncoder) -> None:
    """Another name, dimension or other weights under the same name: the error names both and says what to do."""
    with pytest.raises(IndexMismatch, match=r"toy（64 维）.*speechbot index 重建$") as caught:
        check_model(manifest, other, path=PATH)

    assert (caught.value.expected, caught.value.found) == ("toy（64 维）", f"{other.name}（{other.dim} 维）")


@pytest.mark.parametrize(("blend", "same"), [(0.05, True), (0.3, False)])
def test_rounding_is_no_other_model(manifest: Manifest, *, blend: float, same: bool) -> None:
    """A probe vector that differs a little, as on another processor, is the same model; a larger difference is not."""
    mine, other = ToyEncoder(), ToyEncoder(salt=1)
    vector = mine.encode_passages([PROBE]) + blend * other.encode_passages([PROBE])
    mine.encode_passages = lambda _texts, **_: vector  # type: ignore[method-assign]

    assert (manifest.model.likeness(ModelCard.of(mine)) >= SAME_MODEL) is same


@pytest.mark.parametrize("probe", ["", "AAAA", "不是", "AAAAAAA="])
def test_broken_probe_is_like_nothing(manifest: Manifest, probe: str) -> None:
    """A probe that cannot be read makes the model another one instead of crashing."""
    assert manifest.model.likeness(replace(manifest.model, probe=probe)) == 0
    assert replace(manifest.model, probe=probe).likeness(manifest.model) == 0


# A file of our own with something of all that the parser judges.
SAMPLE = """---
author: 李大山
----
# 在⽂化工作会议上的讲话〔1〕
——2024年3月5日在读书节上的讲话
目录
一、抓学习……1
二、抓落实……9
同志们：
今年是关键的一年，要读书、读好书、会读书，把书中的道理用到工作中去。
一、抓学习
第一，读原著。原著是根本，要一篇一篇地读，一句一句地想。
第二，悟原理。原理是钥匙，要联系实际地悟，带着问题去悟。
总之，学习要见成效。
**二、抓落实**
各位代表！落实要见行动，见成效，见长远。
3月5日，李大山同志出席会议。新华社记者 王明 摄
（热烈鼓掌）
谢谢大家！
附件1：读书方案
1. 每月一本书，每季一堂课，每年一次会。
2. 每人一本笔记，每支部一个角落，每单位一间书屋。
"""


def test_text_version_stands_for_what_is_parsed() -> None:
    """When this material gives other speeches, if only another date, ``TEXT_VERSION`` is raised along with the digest.

    The parse of unchanged files is taken over from the index before: what reads them otherwise must not meet it.
    """
    speeches = [
        asdict(speech)
        for name, material in (("讲话.txt", SAMPLE), ("一行.txt", SAMPLE.replace("\n", "") * 4))
        for speech in parse(Source(name, "utf-8", "0" * 64, material, '{"occasion":"读书节"}'))
    ]
    digest = hashlib.sha256(json.dumps(speeches, ensure_ascii=False).encode()).hexdigest()[:8]

    assert (TEXT_VERSION, digest) == (2, "6d32dcc3")


def test_text_version_stands_for_the_text_processing() -> None:
    """When windows, embedded texts or tokens of this text change, ``TEXT_VERSION`` is raised along with the digest."""
    text = "一是要學深悟透。坚持“学思用”贯通，2023年完成率达98.5%；为什么要抓、抓什么、怎么抓，都要想清楚！" * 4
    passage = Passage("0" * 16, text, "讲话", ("一、学习", "一是要學深悟透"), "a.txt", 1, 0, len(text))
    places = windows(text)
    rows = np.array([(0, window.start, window.end) for window in places], np.int32)
    processed = [
        rows.tolist(),
        [fields.embedded(passage, window) for window in places],
        [[tokens(text)], [tokens("\n".join(passage.section))]],
    ]
    digest = hashlib.sha256(json.dumps(processed, ensure_ascii=False).encode()).hexdigest()[:8]

    assert (TEXT_VERSION, digest) == (2, "5c63e1fc")
