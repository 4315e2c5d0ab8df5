"""What holds for every load: more agents serve better, and one fewer than required fails."""

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.staffing.erlang import erlang_b, erlang_c
from scheduling.staffing.offered_load import split_halves
from scheduling.staffing.patience import erlang_a
from scheduling.staffing.requirement import Targets, achieved, required_agents

rates = st.floats(0.5, 3000)
handle = st.floats(20, 1200)
patience = st.floats(10, 1200)
levels = st.floats(0.05, 0.99)
definitions = st.sampled_from(
    ["offered", "answered", "abandon_ignored", "abandon_positive", "short_excluded"]
)


@settings(max_examples=60, deadline=None)
@given(rates, handle, patience, st.integers(1, 60), st.floats(0, 120))
def test_one_more_agent_answers_more_and_loses_fewer(rate, aht, wait, agents, within):
    few, more = (erlang_a(rate, aht, wait, n, within) for n in (agents, agents + 1))
    assert more.sl_offered >= few.sl_offered - 1e-12
    assert more.p_abandon <= few.p_abandon + 1e-12
    assert 0 <= few.p_wait <= 1


@settings(max_examples=60, deadline=None)
@given(rates, handle, patience, levels, definitions)
def test_required_agents_meet_the_target_and_one_fewer_does_not(rate, aht, wait, level, name):
    found = required_agents(rate, aht, wait, Targets(name, sl=level, target_s=20))
    agents = int(found.agents)
    assert achieved(rate, aht, wait, agents, sl_definition=name, target_s=20).sl >= level
    if agents > 1:
        fewer = achieved(rate, aht, wait, agents - 1, sl_definition=name, target_s=20)
        assert not fewer.sl >= level
    assert agents - 1 <= found.required <= agents


@settings(max_examples=60, deadline=None)
@given(rates, handle, levels)
def test_required_agents_without_abandonment_are_above_the_load_and_minimal(rate, aht, level):
    found = required_agents(rate, aht, None, Targets("offered", sl=level, target_s=20))
    agents, load = int(found.agents), rate * aht / 3600
    assert agents > load
    assert found.required >= load
    assert erlang_c(rate, aht, agents, 20).sl >= level
    assert erlang_c(rate, aht, agents - 1, 20).sl < level


@settings(max_examples=15, deadline=None)
@given(rates, handle, st.integers(1, 80))
def test_patience_without_end_is_erlang_c(rate, aht, over):
    agents = int(rate * aht / 3600) + over
    a, c = erlang_a(rate, aht, 1e9, agents, 20), erlang_c(rate, aht, agents, 20)
    if rate * aht / 3600 < 0.95 * agents:
        assert abs(float(a.sl_offered) - float(c.sl)) < 1e-5


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 500), st.integers(0, 600))
def test_blocking_is_a_share_that_falls_with_servers(load, servers):
    here, one_more = erlang_b(load, servers), erlang_b(load, servers + 1)
    assert 0 <= one_more <= here <= 1


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=40))
def test_splitting_cells_keeps_every_sum_and_no_part_is_negative(cells):
    halves = split_halves(cells)
    assert all(half >= 0 for half in halves)
    for i, whole in enumerate(cells):
        assert abs(halves[2 * i] + halves[2 * i + 1] - whole) < 1e-9
