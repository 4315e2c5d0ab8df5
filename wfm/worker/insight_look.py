"""The worker's look at the whole centre for what deserves attention, now and then."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from datetime import timedelta

from kpis.explain.finding import Finding, to_document
from kpis.insights.centre import Centre, Plans
from kpis.insights.find import FINDERS, find_insights
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.grid import local_day
from wfm.domain.organisation import Organisation
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.facts.reader import FactReader
from wfm.queries.activities import activities_known
from wfm.queries.facts import open_facts
from wfm.queries.health import feeds_of
from wfm.queries.insights import look_of
from wfm.queries.organisation import read_organisation
from wfm.queries.schedules import read_shifts
from wfm.queries.targets import read_targets
from wfm.store.store import Store
from wfm.store.writers.insights import FoundRow, Look, replace_insights

# The running half-hour is looked at whenever facts are new, finished days now and then, and soon
# after more of them arrived.
AGAIN_S = {"live": 60, "settled": 900}
MORE_DAYS_S = 120
RESTS = 9.0  # a look may take a tenth of a worker's time
EVENTS = ("contact_leg", "agent_state")

log = logging.getLogger(__name__)


@dataclass
class Looks:
    """Looks for insights in turns with a rest: where a look takes long, the next one waits."""

    store: Store
    clock: Clock
    _rests_until: dict[str, float] = field(default_factory=dict)

    def step(self) -> bool:
        """False, once every family that is due has been looked for."""
        facts = open_facts(self.store)
        for family in FINDERS:
            began = time.monotonic()
            if began < self._rests_until.get(family, began):
                continue
            if is_due(self.store, self.clock, facts, family):
                look_for(self.store, self.clock, family)
                ended = time.monotonic()
                self._rests_until[family] = ended + RESTS * (ended - began)
        return False


def is_due(store: Store, clock: Clock, facts: FactReader, family: str) -> bool:
    """Whether a family is to be looked for: facts are new, and enough time has passed."""
    last = look_of(store, family)
    if last is None:
        return True
    found_at, generation, mark = last
    if facts.generation == generation:
        return False
    passed = epoch_s(clock.now()) - found_at
    wait = AGAIN_S[family]
    if family == "settled" and mark != mark_of(facts):
        wait = MORE_DAYS_S
    return not 0 <= passed < wait


def look_for(store: Store, clock: Clock, family: str) -> tuple[Finding, ...]:
    """What a look over the whole centre finds in a family, written in place of the last one."""
    now_at = epoch_s(clock.now())
    facts = open_facts(store)
    centre = centre_of(store, facts, now_at, live=family == "live")
    found = find_insights(centre, family)
    rows = [
        FoundRow(one.scope, [role.value for role in one.roles], one.score, to_document(one))
        for one in found
    ]
    look = Look(family, now_at, facts.generation, mark_of(facts))
    store.db.retry(lambda connection: replace_insights(connection, look, rows))
    log.info("insights, %s: %d found", family, len(found))
    return found


def centre_of(store: Store, facts: FactReader, now_at: int, *, live: bool) -> Centre:
    """Everything that insights are read from; shifts of today only for the running half-hour."""
    organisation = read_organisation(store, ENTERPRISE)
    data = [f.last_at for f in feeds_of(store) if f.table in EVENTS and f.last_at is not None]
    return Centre(
        facts,
        organisation,
        read_targets(store, ENTERPRISE),
        now_at,
        min(now_at, max(data, default=now_at)),
        {activity.code: activity.category for activity in activities_known(store)},
        _plans(store, organisation, now_at) if live else {},
    )


def mark_of(facts: FactReader) -> str:
    """Which days there are facts of: their number, the first and the last."""
    files = facts.by_table.get("agent_day", [])
    if not files:
        return "none"
    return f"{len(files)} {files[0].day.isoformat()} {files[-1].day.isoformat()}"


def _plans(store: Store, organisation: Organisation, now_at: int) -> dict[str, Plans]:
    found = {}
    for unit in organisation.sites:
        scope = Scope(unit.org_id)
        day = local_day(now_at, organisation.zone(unit.org_id))
        span = (day - timedelta(days=1), day + timedelta(days=1))
        found[unit.org_id] = Plans(
            read_shifts(store, scope, *span, "baseline"), read_shifts(store, scope, *span)
        )
    return found
