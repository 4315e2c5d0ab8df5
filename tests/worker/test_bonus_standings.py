"""The night's standings of a bonus: whoever changed teams keeps the seconds of every team."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from wfm.actions.bonus import set_scheme
from wfm.domain.bonus import Scheme, Standing, Tier
from wfm.domain.clock import FixedClock
from wfm.domain.scope import Scope
from wfm.facts.rebuild import rebuild_dirty
from wfm.ingest.load import load_files
from wfm.queries.bonus import read_standings, read_statements, team_scopes
from wfm.store.store import Store, open_store
from wfm.worker.bonus_job import close, run_bonus

CLOCK = FixedClock(datetime(2026, 10, 12, 13, 5, tzinfo=UTC))  # a Monday
SHIFT_S = 8 * 3600
ORG = """org_id,org_level,parent_id,name,timezone,opening_hours,valid_from
all,enterprise,,All,,,2026-01-01
home,site,all,Home,Etc/UTC,Mon-Sun 08:00-20:00,2026-01-01
d1,team,home,One,,,2026-01-01
d2,team,home,Two,,,2026-01-01
"""
# Ada goes to the second team on Wednesday the 7th; Cid is there from the 2nd to the 6th only.
PEOPLE = """agent_id,valid_from,display_name,team_id,role,skills
ada,2026-01-01T00:00:00Z,Ada,d1,agent,
ada,2026-10-07T00:00:00Z,Ada,d2,agent,
ben,2026-01-01T00:00:00Z,Ben,d1,agent,
cid,2026-01-01T00:00:00Z,Cid,d1,agent,
cid,2026-10-02T00:00:00Z,Cid,d2,agent,
cid,2026-10-07T00:00:00Z,Cid,d1,agent,
fay,2026-01-01T00:00:00Z,Fay,d2,agent,
"""
TARGETS = """kpi_id,level,key,value_lo,value_hi,amber_width,effective_from
adherence,site,home,95,,1,2026-01-01
"""
STATES = """source_id,state,reason,state_group,valid_from
acd,available,,on_queue,2015-01-01
acd,aux,coffee,other_aux,2015-01-01
"""
# Minutes away from the queue on each shift: Ada 48 in the first team and 12 in the second.
AWAY = {"ada": (48, 12), "ben": (0, 0), "cid": (24, 24), "fay": (36, 36)}
MOVED = date(2026, 10, 7)


def weekdays(first: date, end: date) -> list[date]:
    days = (first + timedelta(days=n) for n in range((end - first).days))
    return [day for day in days if day.weekday() < 5]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, store_url: Callable[..., str]) -> Store:
    """Two teams of one site in October, shifts of eight hours, worked up to Friday the 9th."""
    folder = tmp_path_factory.mktemp("bonus")
    plans = ["schedule_version,agent_id,shift_date,start_at,end_at,activity_code,published_at"]
    states = ["agent_id,start_at,end_at,state,reason"]
    for agent, (before, after) in AWAY.items():
        for day in weekdays(date(2026, 10, 1), date(2026, 11, 1)):
            plans.append(
                f"baseline,{agent},{day},{day}T08:00:00Z,{day}T16:00:00Z,on_queue,"
                "2026-09-20T09:00:00Z"
            )
            if day >= date(2026, 10, 12):
                continue
            away = before if day < MOVED else after
            if away:
                states.append(f"{agent},{day}T08:00:00Z,{day}T11:00:00Z,available,")
                states.append(f"{agent},{day}T11:00:00Z,{day}T11:{away}:00Z,aux,coffee")
            begins = f"11:{away}" if away else "08:00"
            states.append(f"{agent},{day}T{begins}:00Z,{day}T16:00:00Z,available,")
    texts = {
        "org.csv": ORG, "people.csv": PEOPLE, "targets.csv": TARGETS, "state_map.csv": STATES,
        "schedules.csv": "\n".join(plans) + "\n", "agent_states.csv": "\n".join(states) + "\n",
    }  # fmt: skip
    files = folder / "files"
    files.mkdir()
    for name, text in texts.items():
        (files / name).write_text(text)
    store = open_store(store_url(folder), folder / "data")
    for report in load_files(store, CLOCK, "csv", [files], source_id="acd"):
        assert (report.quarantined, report.rejected) == (0, None), report
    rebuild_dirty(store, CLOCK, "test")
    scheme = Scheme(
        0, "adherence", "Adherence bonus", "site", "home", "adherence", "month",
        (Tier(0, 1),), "target", date(2026, 9, 1),
    )  # fmt: skip
    set_scheme(store, CLOCK, None, scheme, reason="yearly", request_key="s")
    return store


def told(standing: Standing) -> tuple[float, ...]:
    return standing.base_s, standing.base_s - standing.good_s, standing.left_s


def test_each_night_a_person_is_noted_once_with_the_seconds_of_every_team(store: Store) -> None:
    result = run_bonus(store, CLOCK, {}, lambda stage, percent, **more: None)
    assert result["standings"] == 4
    noted = {s.agent_id: s for s in read_standings(store, Scope("home"), date(2026, 10, 1))}
    # Seven shifts are worked and fifteen lie ahead. Ada was away 4 x 48 + 3 x 12 minutes.
    worked, ahead = 7 * SHIFT_S, 15 * SHIFT_S
    assert {agent: told(s) for agent, s in noted.items()} == {
        "ada": (worked, 228 * 60, ahead),
        "ben": (worked, 0, ahead),
        "cid": (worked, 168 * 60, ahead),
        "fay": (worked, 252 * 60, ahead),
    }
    assert {s.as_of_on for s in noted.values()} == {date(2026, 10, 11)}


def test_the_close_of_the_month_pays_by_the_seconds_of_every_team(store: Store) -> None:
    november = FixedClock(datetime(2026, 11, 2, 6, tzinfo=UTC))
    done, _ = close(store, november, None, "adherence", date(2026, 10, 15), "month over")
    assert done.statements == 4
    paid = {s.agent_id: (s.team_id, s.factor) for s, _ in read_statements(store, Scope("home"))}
    # 3132 of 3360 minutes are 93.2 %; Cid's 3192 are the 95 % that are asked for.
    assert paid == {"ada": ("d2", 0.0), "ben": ("d1", 1.0), "cid": ("d1", 1.0), "fay": ("d2", 0.0)}


def test_the_teams_of_some_people_are_told_once_each_in_their_order(store: Store) -> None:
    one, two = Scope("home", "d1"), Scope("home", "d2")
    assert team_scopes(store, ["cid"]) == (one, two)
    assert team_scopes(store, ["fay"]) == (two,)
    assert team_scopes(store, ["ada", "fay"]) == (one, two)
