"""Chats held several at once, against the exact table, the plain models and a plain chain."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.staffing.chat import chat
from scheduling.staffing.erlang import erlang_c
from scheduling.staffing.patience import erlang_a

DATA = Path(__file__).parent / "data"


def rows_of(name):
    with (DATA / name).open(newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.mark.parametrize("row", rows_of("chat.csv"))
def test_chat_reference(row):
    durations = [float(text) for text in row["duration_s_at_1..c"].split("|")]
    found = chat(
        float(row["chats_per_hour"]), durations, float(row["patience_s"]), int(row["agents"])
    )
    assert float(row["p_wait_exact"]) == pytest.approx(float(found.waiting.p_wait), rel=1e-10)
    assert float(row["p_abandon_exact"]) == pytest.approx(float(found.waiting.p_abandon), rel=1e-10)
    assert float(row["mean_concurrency"]) == pytest.approx(float(found.mean_concurrency), rel=1e-10)


def plain_chain(rate, durations, patience, agents, most=4000):
    """P(wait), P(abandon) and chats per agent of the chain written out state by state."""
    places, chance = agents * len(durations), [1.0]
    for i in range(1, most):
        held, over = divmod(min(i, places), agents)
        end = 0.0 if held == 0 else (agents - over) * held / durations[held - 1]
        if over:
            end += over * (held + 1) / durations[held]
        chance.append(chance[-1] * rate / 3600 / (end + max(0, i - places) / patience))
        if chance[-1] > 1e200:
            chance = [one * 1e-200 for one in chance]
    share = np.array(chance) / sum(chance)
    states = np.arange(len(share))
    queue = float((np.maximum(states - places, 0) * share).sum())
    return (
        float(share[places:].sum()),
        queue / (rate / 3600 * patience),
        float((np.minimum(states, places) * share).sum()) / agents,
    )


@settings(max_examples=25, deadline=None)
@given(
    st.floats(1, 600),
    st.lists(st.floats(60, 1200), min_size=1, max_size=5),
    st.floats(10, 900),
    st.integers(1, 15),
)
def test_chats_are_the_chain_written_out(rate, durations, patience, agents):
    found = chat(rate, durations, patience, agents)
    wait, lost, held = plain_chain(rate, durations, patience, agents)
    assert float(found.waiting.p_wait) == pytest.approx(wait, rel=1e-9, abs=1e-200)
    assert float(found.waiting.p_abandon) == pytest.approx(lost, rel=1e-9, abs=1e-200)
    assert float(found.mean_concurrency) == pytest.approx(held, rel=1e-9)


def test_one_chat_at_a_time_is_erlang_a():
    rates, agents = [200.0, 0.0, 500.0, 3000.0], [14, 3, 0, 60]
    plain, chats = erlang_a(rates, 180, 60, agents, 20), chat(rates, [180], 60, agents, 20).waiting
    for name, values in vars(plain).items():
        np.testing.assert_allclose(getattr(chats, name), values, rtol=1e-12, err_msg=name)


def test_one_chat_at_a_time_without_leaving_is_erlang_c():
    rates, agents = [200.0, 200.0, 0.0, 500.0, 200.0], [14, 9, 3, 0, 10]
    plain, chats = erlang_c(rates, 180, agents, 20), chat(rates, [180], None, agents, 20).waiting
    np.testing.assert_allclose(chats.sl_offered, plain.sl, rtol=1e-12)
    np.testing.assert_allclose(chats.asa_answered_s, plain.asa_s, rtol=1e-12)
    np.testing.assert_allclose(chats.p_wait, plain.p_wait, rtol=1e-12)


def test_chats_of_constant_length_are_so_many_servers():
    for name, values in vars(erlang_a(300, 420, 90, 36, 30)).items():
        if name != "occupancy":
            found = getattr(chat(300, [420, 420, 420], 90, 12, 30).waiting, name)
            np.testing.assert_allclose(found, values, rtol=1e-12, err_msg=name)


@pytest.mark.parametrize("durations", [[], [300, 0], [300, float("nan")], [float("inf")]])
def test_durations_that_cannot_be_are_refused(durations):
    with pytest.raises(ValueError, match="durations_s is"):
        chat(60, durations, 120, 4)
