"""Callback data: there and back, within 64 bytes, whatever comes from outside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.telegram.buttons import (
    Action,
    Confidence,
    Confirm,
    Example,
    HitRef,
    Judge,
    Origin,
    Read,
    ReadSection,
    Rephrase,
    Show,
    Sources,
    Task,
    Vote,
    Walk,
    link_payload,
    linked,
    speech_key,
    title_check,
    unpack,
)

IDS = st.binary(min_size=8, max_size=8).map(bytes.hex)
HITS = st.lists(st.builds(HitRef, IDS, st.sampled_from(Confidence), st.integers(0, 63)), min_size=1, max_size=5).map(
    tuple
)
SHORT = st.integers(0, 65535)
ACTIONS: st.SearchStrategy[Action] = st.one_of(
    HITS.flatmap(lambda hits: st.builds(Show, st.just(hits), st.integers(0, len(hits) - 1))),
    st.builds(Rephrase, HITS),
    st.builds(Read, IDS, st.sampled_from([-1, 0, 1])),
    st.builds(ReadSection, IDS, st.integers(0, 255)),
    st.builds(Origin, IDS),
    st.builds(Vote, IDS, st.booleans()),
    st.builds(
        Walk, st.binary(min_size=6, max_size=6).map(bytes.hex), st.integers(-1, 32767), SHORT, st.booleans(), SHORT
    ),
    st.builds(Sources, st.integers(0, 2**32 - 1)),
    st.builds(Example, SHORT, SHORT),
    st.builds(Judge, st.integers(-(2**63), 2**63 - 1), st.booleans()),
    st.builds(Confirm, st.sampled_from(Task), st.booleans(), st.from_regex(r"[A-Za-z0-9_-]{0,40}", fullmatch=True)),
)


@given(ACTIONS)
def test_there_and_back(action: Action) -> None:
    """What is packed is unpacked equal, and fits."""
    data = action.pack()

    assert 1 <= len(data.encode()) <= 64
    assert unpack(data) == action


@given(st.one_of(st.text(max_size=70), st.text("hwrsovtleac0123456789AZaz_-=", max_size=70)))
def test_hostile_data_is_nothing(data: str) -> None:
    """Any other string is None, or exactly what an action packs; nothing raises."""
    action = unpack(data)

    assert action is None or action.pack() == data


@pytest.mark.parametrize(
    "data", ["", "h", "h0", "h9AAAAAAAAAAAA", "r", "rAAAAAAAAAAAC!", "c", "cz1", "cu2", "zz", "o\ud800"]
)
def test_what_is_not_ours(data: str) -> None:
    """Empty, cut short, out of range, of an unknown kind."""
    assert unpack(data) is None


@given(IDS)
def test_links_lead_to_their_passage(passage: str) -> None:
    """A link's payload gives back its passage."""
    assert linked(link_payload(passage)) == passage


@pytest.mark.parametrize(
    "payload", ["", "p_", "p_123", "0123456789abcdef", "p_0123456789ABCDEF", "p_0123456789abcdef\n"]
)
def test_other_payloads_lead_nowhere(payload: str) -> None:
    """Only a whole id after the mark is a link."""
    assert linked(payload) is None


def test_keys_stay_the_same() -> None:
    """Buttons sent today work with tomorrow's version."""
    assert speech_key("甲.txt", "讲话") != speech_key("甲.txt", "讲话", 1)
    assert len(speech_key("甲.txt", "讲话")) == 12
    assert title_check("一、筑堤") != title_check("二、种树")
    assert Read("0123456789abcdef", -1).pack() == "rASNFZ4mrze__"
