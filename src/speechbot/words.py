"""Chinese words with character bigrams, the tokens of lexical search."""

from __future__ import annotations

import logging
import re
import sys
import warnings
from functools import cache
from typing import TYPE_CHECKING

from speechbot.folders import cache_folder
from speechbot.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    import jieba

# A run of Han characters, or a Latin word or number with its decimal point and percent sign.
_RUN = re.compile(r"(?P<han>[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]+)|[^\W_\u3400-\u9fff]+(?:\.\d+)*%?")
# Marks a bigram, so that it is not counted together with a word of two characters.
_BIGRAM = "_"
# A bigram says half as much as a word: every word of two characters comes with one. On the three public sets any factor
# from 0.5 to 1 gives the same R@1 within 0.2 points (benchmarks/ablation.json).
_BIGRAM_WEIGHT = 0.5

# Words that ask, point or join and say nothing about the subject; a question is matched without them.
STOP_WORDS = frozenset(
    """
    什么 甚么 啥 怎么 怎样 怎么样 怎么办 咋 咋样 咋办 如何 为什么 为何 为啥 何 何时 何地 何种 何人 谁 谁的 哪 哪些 哪个 哪里
    哪儿 哪几 哪种 哪位 哪年 哪一 哪一个 几 几个 几点 几条 几种 几年 多 多少 多久 多大 多长 是否 能否 可否 有没有 是不是 能不能
    会不会 到底 究竟 请 请问 告诉 一下 介绍 谈谈 说说 讲讲 讲 说 讲到 说到 提到 讲了 说了
    的 地 得 了 着 过 吗 呢 吧 啊 呀 么 嘛 哦 啦 呗 之 所 者 们 其 该 此 这 那 这个 那个 这些 那些 这样 那样 这里 那里 这回 这次
    它 他 她 我 你 您 我们 你们 他们 咱 咱们 大家 自己
    是 在 有 和 与 及 以及 或 或者 而 而且 并 并且 但 但是 也 都 就 才 又 还 再 很 更 最 不 没 没有 要 会 能 可 可以 能够 应 应该
    应当 将 被 把 让 给 对 对于 关于 为 为了 以 从 向 到 由 于 按 按照 根据 因 因为 所以 如果 比 跟 同 等 等等 个 一个 种 上 下 中
    里 内 外 时 时候 做 去 来 用 使 指 叫 干 干嘛 算 主要 要点 这部分 方面 内容 东西 意思 情况 问题 事 事儿 点 条 部分
    """.split()
)


@cache
def _segmenter() -> jieba.Tokenizer:
    """The segmenter, its dictionary loaded (0.7 s, or 0.3 s from the private cache)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes in jieba's own source (fxsjy/jieba issue 1050)
        # jieba looks for pkg_resources, which is slow and warns where it exists; None makes it use plain files.
        known = sys.modules.get("pkg_resources")
        sys.modules["pkg_resources"] = None  # type: ignore[assignment] # documented way to forbid an import
        try:
            import jieba  # noqa: PLC0415 - only texts that are searched pay for it
        finally:
            if known is None:
                del sys.modules["pkg_resources"]
            else:
                sys.modules["pkg_resources"] = known
    jieba.setLogLevel(logging.CRITICAL)  # it reports its start on stderr
    segmenter = jieba.Tokenizer()
    # By default jieba trusts a file in the world-writable temporary folder (fxsjy/jieba issue 26).
    segmenter.tmp_dir = str(cache_folder())
    segmenter.initialize()
    return segmenter


def tokens(text: str) -> list[str]:
    """Tokens of a passage: search-mode words and every bigram of its Han runs, repeated as often as they occur.

    Bigrams find what the segmenter cuts differently in question and passage.
    """
    return [token for run, han in _runs(text) for token in _run_tokens(run, han=han)]


def query_terms(question: str) -> dict[str, float]:
    """Distinct tokens of a question with their weights, words that only ask or join left out.

    A question of nothing but such words keeps them all, so that it can still match itself.
    """
    found = [term for run, han in _runs(question) for term in _content_terms(run, han=han)]
    return {token: _BIGRAM_WEIGHT if is_bigram(token) else 1.0 for token in found or tokens(question)}


def is_bigram(token: str) -> bool:
    """Whether a token is a pair of characters rather than a word."""
    return token.startswith(_BIGRAM)


def occurs(token: str, folded: str) -> bool:
    """Whether a token stands in a folded text, wherever the segmenter would cut it."""
    return token.removeprefix(_BIGRAM) in folded


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    """Runs of a text, each with whether it is Han."""
    return ((match[0], match["han"] is not None) for match in _RUN.finditer(fold(text)))


def _bigrams(run: str) -> Iterator[str]:
    return (_BIGRAM + run[start : start + 2] for start in range(len(run) - 1))


def _run_tokens(run: str, *, han: bool) -> list[str]:
    return [*_segmenter().cut_for_search(run), *_bigrams(run)] if han else [run]


def _content_terms(run: str, *, han: bool) -> Iterator[str]:
    """Words of a run that are no stop words, and the bigrams of what stands between stop words."""
    if not han:
        yield run
        return
    between = ""
    for word in _segmenter().cut(run):
        if word in STOP_WORDS:
            yield from _bigrams(between)
            between = ""
        else:
            between += word
            yield from (part for part in _segmenter().cut_for_search(word) if part not in STOP_WORDS)
    yield from _bigrams(between)
