"""Chinese words with character bigrams, the tokens of lexical search."""

from __future__ import annotations

import logging
import re
import sys
import warnings
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from speechbot.folders import cache_folder
from speechbot.language.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    import jieba

# A run of Han characters, or a Latin word or number with its decimal point and percent sign.
_RUN = re.compile(r"(?P<han>[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]+)|[^\W_\u3400-\u9fff]+(?:\.\d+)*%?")
# Marks a bigram, so that it is not counted together with a word of two characters.
_BIGRAM = "_"
# A Latin word or number counts as much as a Chinese word of this many characters, the length of most.
_FOREIGN_WIDTH = 2

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
    里 内 外 时 时候 做 去 来 用 使 指 叫 干 干嘛 算 好的 主要 要点 这部分 方面 内容 东西 意思 情况 问题 事 事儿 点 条 部分
    """.split()
)


_loading = Lock()


@dataclass(frozen=True, slots=True)
class Term:
    """A token of a question.

    Attributes:
        token: As ``tokens`` gives it for passages.
        start: Where it stands in the folded question.
        end: Where it ends there (exclusive).
        width: How many characters it counts for.
        spelt: Whether it is a Chinese word whose bigrams are terms of the question as well.
    """

    token: str
    start: int
    end: int
    width: int
    spelt: bool = False


def _segmenter(words: tuple[str, ...] = ()) -> jieba.Tokenizer:
    """The segmenter, its dictionary loaded once (0.7 s, or 0.3 s from the private cache), by one thread.

    Args:
        words: Words that a corpus adds to the dictionary, each alone or with a blank and its frequency.
    """
    with _loading:
        return _loaded(words)


@lru_cache(3)
def _loaded(words: tuple[str, ...]) -> jieba.Tokenizer:
    """A segmenter; one with own words for the index that answers and one for the index that is built."""
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
    for entry in words:
        word, _, frequency = fold(entry).partition(" ")
        segmenter.add_word(word, int(frequency) if frequency.strip().isdecimal() else None)
    return segmenter


def segment(text: str) -> list[str]:
    """The words of a text in order, each character in one of them."""
    return list(_segmenter().cut(text))


def dictionary_words(text: str, *, words: tuple[str, ...] = ()) -> list[str]:
    """The words of a text in order, none of which is made up: what the dictionary does not know stays single characters."""
    return list(_segmenter(words).cut(text, HMM=False))


def in_dictionary(word: str, *, words: tuple[str, ...] = ()) -> bool:
    """Whether the segmenter's dictionary has the word."""
    return bool(_segmenter(words).FREQ.get(word))


def han_runs(folded: str) -> list[tuple[str, int]]:
    """Runs of Chinese characters of a folded text, each with its offset."""
    return [(match[0], match.start()) for match in _RUN.finditer(folded) if match["han"] is not None]


def bigram(pair: str) -> str:
    """The token of two neighbouring characters."""
    return _BIGRAM + pair


def tokens(text: str, *, words: tuple[str, ...] = ()) -> list[str]:
    """Tokens of a passage: search-mode words and every bigram of its Han runs, repeated as often as they occur.

    Bigrams find what the segmenter cuts differently in question and passage.

    Args:
        text: Any text.
        words: Words that the corpus adds to the segmenter's dictionary.
    """
    segmenter = _segmenter(words)
    found: list[str] = []
    for match in _RUN.finditer(fold(text)):
        run = match[0]
        if match["han"] is None:
            found.append(run)
        else:
            found += segmenter.cut_for_search(run)
            found += (bigram(run[at : at + 2]) for at in range(len(run) - 1))
    return found


def query_terms(question: str, *, words: tuple[str, ...] = ()) -> list[Term]:
    """Tokens of a question in place, words that only ask or join left out, and the bigrams across them.

    A question of nothing but such words has none: every passage holds them, which answers nothing.

    Args:
        question: Any text.
        words: Those that the index was built with.
    """
    segmenter = _segmenter(words)
    return [term for run in _RUN.finditer(fold(question)) for term in _terms(run, segmenter)]


def occurs(token: str, folded: str) -> bool:
    """Whether a token stands in a folded text, wherever the segmenter would cut it."""
    return token.removeprefix(_BIGRAM) in folded


def _terms(run: re.Match[str], segmenter: jieba.Tokenizer) -> Iterator[Term]:
    """Terms of a run: its words and their parts but stop words, and the bigrams of what stands between those."""
    text, offset = run[0], run.start()
    if run["han"] is None:
        yield Term(text, *run.span(), width=_FOREIGN_WIDTH)
        return
    between = 0
    for word, first, last in segmenter.tokenize(text):
        if word in STOP_WORDS:
            yield from _bigrams(text, between, first, offset)
            between = last
        else:
            for part, start, end in segmenter.tokenize(word, mode="search"):
                if part not in STOP_WORDS:
                    at, width = offset + first + start, end - start
                    yield Term(part, at, at + width, width, spelt=width > 1)
    yield from _bigrams(text, between, len(text), offset)


def _bigrams(text: str, start: int, end: int, offset: int) -> Iterator[Term]:
    """Bigrams of a part of a run that starts at ``offset``."""
    return (Term(bigram(text[at : at + 2]), offset + at, offset + at + 2, width=2) for at in range(start, end - 1))
