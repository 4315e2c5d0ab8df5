"""Adherence rules put in force from a date: authorised, checked, audited, never edited."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select

from wfm.actions.audit import write_audit
from wfm.domain.adherence import AdherenceRules, rules_from
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.errors import BadInput
from wfm.domain.grid import local_day
from wfm.domain.language import say
from wfm.domain.principal import Principal
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.queries.access import authorise
from wfm.store.manifest import mark_dirty
from wfm.store.readers.organisation import read_organisation
from wfm.store.schema import adherence_rule, partition
from wfm.store.store import Store

OPERATOR, OPERATOR_ROLE = "command line", "operator"


def set_rules(
    store: Store, clock: Clock, who: Principal | None, scope: Scope, valid_from: date,
    preset: str, changes: Mapping[str, Any], reason: str,
) -> AdherenceRules:  # fmt: skip
    """The rules in force at a site (or everywhere) from a day on, today at the earliest.

    Days before keep the rules they were judged by: a preset applies from a date, never backwards.
    Days from then on that have facts already are made again.
    """
    rules = rules_from(preset, changes)
    if len(reason.strip()) < 3:
        raise BadInput(say("Rules need a reason: say in a few words why they change."))
    if scope.level not in ("enterprise", "site"):
        raise BadInput(
            say("Rules hold for a site or everywhere, not for the {level}.", level=scope.level)
        )
    with store.db.read() as connection:
        org = read_organisation(connection, ENTERPRISE)
    if who is not None:
        authorise(who, "mapping.write", scope, org)
    elif not org.has(scope):
        raise BadInput(say("No site {path!r} is known; load org.csv first.", path=scope.path))
    at = epoch_s(clock.now())
    zones = [org.zone(site.org_id) for site in org.sites if scope.site in (None, site.org_id)]
    today = min((local_day(at, zone) for zone in zones), default=local_day(at, "UTC"))
    if valid_from < today:
        raise BadInput(
            say(
                "Rules from {valid_from} would change days already judged; the earliest is "
                "{today}.",
                valid_from=valid_from,
                today=today,
            )
        )
    actor = who.user_key if who else OPERATOR

    def work(connection: Connection) -> AdherenceRules:
        connection.execute(
            insert(adherence_rule).values(
                site_id=scope.site or "", valid_from=valid_from, preset=preset,
                changes=json.dumps(changes, sort_keys=True), recorded_at=at, author=actor,
                reason=reason.strip(),
            )
        )  # fmt: skip
        built = connection.scalars(
            select(partition.c.day).where(partition.c.day >= valid_from).order_by(partition.c.day)
        ).all()
        mark_dirty(connection, built)
        write_audit(
            connection, at=at, actor=actor, role=who.role.value if who else OPERATOR_ROLE,
            action="adherence.rules", object=f"rules:{scope.site or '*'}", scope_path=scope.path,
            new={"preset": preset, "changes": dict(changes), "from": str(valid_from)},
            reason=reason.strip(),
        )  # fmt: skip
        return rules

    return store.db.retry(work)
