"""A store in use: a site with calls, states, a shift, rejected rows, accounts, targets, facts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from wfm.actions.audit import note_head
from wfm.actions.users import NewUser, add_user, set_disabled
from wfm.domain.clock import FixedClock
from wfm.domain.roles import Role
from wfm.domain.scope import ENTERPRISE
from wfm.facts.rebuild import rebuild_dirty
from wfm.ingest.load import load_files
from wfm.store.store import Store

CLOCK = FixedClock(datetime(2026, 10, 13, 6, tzinfo=UTC))
FILES = {
    "org.csv": "org_id,org_level,parent_id,name,timezone,opening_hours,valid_from,valid_to\n"
    "all,enterprise,,Enterprise,Europe/Madrid,,2026-01-01,\n"
    "madrid,site,all,Madrid “centro” – ñ,Europe/Madrid,Mon-Sun 08:00-20:00,2026-01-01,\n"
    "m1,team,madrid,Team M1,,,2026-01-01,\n",
    "people.csv": "agent_id,valid_from,display_name,team_id,role,skills\n"
    "a1,2026-01-01T00:00:00+01:00,Ana,m1,agent,billing:80\n"
    "A2,2026-01-01T00:00:00+01:00,Ben,m1,agent,billing:80\n",
    "queues.csv": "queue_id,valid_from,name,channel,skill_group,sl_threshold_s,short_abandon_s,"
    "site_id\nbilling,2026-01-01T00:00:00+01:00,Billing,voice,billing,20,5,madrid\n",
    "targets.csv": "kpi_id,level,key,value_lo,value_hi,amber_width,effective_from\n"
    "abandonment_rate,site,madrid,,20,5,2026-01-01\n",
    "calls.csv": "contact_id,leg_no,channel,direction,queue_id,agent_id,enqueued_at,connected_at,"
    "ended_at,outcome,talk_s\n"
    + "".join(
        f"c{n},1,voice,inbound,billing,{'a1' if n % 3 else 'A2'},2026-10-12T08:{n:02}:00Z,"
        f"2026-10-12T08:{n:02}:10Z,2026-10-12T08:{n:02}:50Z,answered,40\n"
        for n in range(60)
    )
    + "bad,1,voice,inbound,nowhere,a1,2026-10-12T08:00:00Z,,,answered,\n",
    "agent_states.csv": "agent_id,start_at,end_at,state\n"
    "a1,2026-10-12T08:00:00Z,2026-10-12T11:00:00Z,available\n"
    "a1,2026-10-12T11:00:00Z,,offline\n",
    "schedules.csv": "schedule_version,agent_id,shift_date,start_at,end_at,activity_code,paid\n"
    "baseline,a1,2026-10-12,2026-10-12T08:00:00Z,2026-10-12T11:00:00Z,on_queue,yes\n",
}


def fill(store: Store, folder: Path) -> None:
    """The files loaded, the day built, two accounts, and the audit log's head noted."""
    files = folder / "incoming"
    files.mkdir()
    for name, text in FILES.items():
        (files / name).write_text(text)
    load_files(store, CLOCK, "csv", [files])
    rebuild_dirty(store, CLOCK, "test")
    for login in ("ops", "gone"):
        new = NewUser(login, login.title(), Role.CONTROL_DESK, ENTERPRISE, password="long enough")
        add_user(store, CLOCK, new, actor="test", actor_role="operator")
    set_disabled(
        store, CLOCK, "gone", True, actor="test", actor_role="operator", reason="left in May"
    )
    note_head(store, CLOCK, every_s=0)
    key = store.files.path("secret-key")
    key.write_text("Zk3vQ8mT1xWc9LrYp0aGhNsE5uJbD7fRi2oK4tVe")
    key.chmod(0o600)
