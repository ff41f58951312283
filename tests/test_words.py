"""Tokens of passages and questions."""

from __future__ import annotations

import stat
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.language import words
from speechbot.language.text import fold
from speechbot.language.words import STOP_WORDS, Term, occurs, query_terms, segment, tokens

if TYPE_CHECKING:
    from pathlib import Path


def test_passages_give_words_and_bigrams() -> None:
    """Search-mode words first, then every pair of neighbouring characters, marked, for each run of characters."""
    assert tokens("社区书房，晚上开门") == [
        "社区",
        "书房",
        "_社区",
        "_区书",
        "_书房",
        "晚上",
        "开门",
        "_晚上",
        "_上开",
        "_开门",
    ]


def test_long_words_give_their_parts_too() -> None:
    """The segmenter's search mode also gives the short words inside a long one."""
    assert tokens("图书馆") == ["图书", "书馆", "图书馆", "_图书", "_书馆"]


def test_repeated_tokens_are_repeated() -> None:
    """BM25 counts them."""
    assert Counter(tokens("河长，河长。"))["_河长"] == 2


def test_latin_and_numbers_stay_whole() -> None:
    """A number keeps its decimal point and percent sign; Latin words are folded; none gives bigrams."""
    assert tokens("增长 98.5%，GDP 排第 3") == ["增长", "_增长", "98.5%", "gdp", "排第", "_排第", "3"]


def test_traditional_text_gives_the_tokens_of_simplified() -> None:
    """Both scripts are one to search."""
    assert tokens("認真學習圖書館經費") == tokens("认真学习图书馆经费")
    assert query_terms("圖書館的經費怎麼花？") == query_terms("图书馆的经费怎么花？") != []


def test_questions_lose_the_words_that_only_ask() -> None:
    """Question words, particles and the bigrams across them are left out; what stays knows its place."""
    assert query_terms("购书经费怎么花3.5？") == [
        Term("购书", 0, 2, 2, spelt=True),
        Term("经费", 2, 4, 2, spelt=True),
        Term("_购书", 0, 2, 2),
        Term("_书经", 1, 3, 2),
        Term("_经费", 2, 4, 2),
        Term("花", 6, 7, 1),
        Term("3.5", 7, 10, 2),
    ]


@pytest.mark.parametrize("question", ["为什么？", "的", "是什么"])
def test_a_question_of_stop_words_has_no_terms(question: str) -> None:
    """Every passage holds such words, which must not look like an answer."""
    assert query_terms(question) == []


@pytest.mark.parametrize("text", ["", "。！？", "…… ——", "\n\t"])
def test_text_without_words_gives_no_token(text: str) -> None:
    """Punctuation is no token."""
    assert tokens(text) == []
    assert query_terms(text) == []


@given(st.text("河长图书馆的是什么怎么经费学習ＡＢ12.5%，。 ", max_size=40))
def test_every_token_of_a_question_stands_in_it(text: str) -> None:
    """Each is where it says, and ``occurs`` finds it, so that a passage equal to its question covers it whole."""
    folded = fold(text)

    for term in query_terms(text):
        assert folded[term.start : term.end] == term.token.removeprefix("_")
        assert occurs(term.token, folded)
    assert [token for token in tokens(text) if not occurs(token, folded)] == []


def test_occurs_looks_across_word_ends() -> None:
    """A word counts where it stands, however the segmenter cuts the passage; the bigram mark does not."""
    assert occurs("书房", "社区书房里")
    assert occurs("_区书", "社区书房里")
    assert not occurs("书屋", "社区书房里")


def test_words_cover_the_text() -> None:
    """Segmenting loses no character."""
    assert segment("社区书房，晚上开门") == ["社区", "书房", "，", "晚上", "开门"]


def test_stop_words_say_nothing_about_a_subject() -> None:
    """They are folded words, and nothing that a speech is about."""
    assert {word for word in STOP_WORDS if fold(word) != word} == set()
    assert STOP_WORDS & {"党员", "安排", "时间", "问题整改", "第一", "目标", "重要"} == set()


def test_the_dictionary_is_cached_for_its_owner_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The cache that jieba loads with ``marshal`` never lies in the shared temporary folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    segmenter = words._loaded.__wrapped__(())

    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")] == [
        "speechbot",
        "speechbot/jieba.cache",
    ]
    assert stat.S_IMODE((tmp_path / "speechbot").stat().st_mode) == 0o700
    assert list(segmenter.cut("社区书房")) == ["社区", "书房"]


def test_threads_may_load_the_dictionary_together() -> None:
    """A new process whose first questions come in many threads at once answers them all."""
    code = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from speechbot.language.words import tokens\n"
        "with ThreadPoolExecutor(12) as pool:\n"
        "    found = list(pool.map(tokens, ['社区书房'] * 12))\n"
        "assert found == [found[0]] * 12, found\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, encoding="utf-8")  # noqa: S603 - our own code

    assert (done.returncode, done.stderr) == (0, "")


def test_segmenting_is_silent(tmp_path: Path) -> None:
    """Loading the dictionary writes nothing to the terminal, with the cache or where none can be kept."""
    (tmp_path / "file").touch()
    code = "from speechbot.language.words import tokens; tokens('社区书房')"
    for cache in (tmp_path, tmp_path, tmp_path / "file"):
        done = subprocess.run(  # noqa: S603 - our own code
            [sys.executable, "-W", "error", "-c", code],
            capture_output=True,
            check=True,
            encoding="utf-8",
            env={"XDG_CACHE_HOME": str(cache), "PYTHONUTF8": "1"},
        )

        assert (done.stdout, done.stderr) == ("", "")
