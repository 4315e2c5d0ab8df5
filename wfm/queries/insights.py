"""What deserves attention now, as the worker found it: inside one scope, for one role."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.store.schema import insight, insight_look
from wfm.store.store import Store

MOST = 8


@dataclass(frozen=True)
class Insights:
    """Documents of findings, the most pressing first, and when was looked last, by family."""

    found: tuple[Mapping[str, Any], ...] = ()
    looked_at: Mapping[str, int] | None = None


def read_insights(store: Store, scope: Scope, role: Role, most: int = MOST) -> Insights:
    """Findings inside a scope that a role is to see, the most pressing first.

    An agent sees their own alone. `looked_at` None: nobody has looked yet, which is not the same
    as nothing found.
    """
    if role is Role.AGENT and scope.agent is None:
        return Insights()
    where = [insight.c.roles.contains(f";{role.value};", autoescape=True)]
    for name in ("site", "team", "agent"):
        wanted = getattr(scope, name)
        if wanted is not None:
            where.append(insight.c[name] == wanted)
    with store.db.read() as connection:
        looks = connection.execute(select(insight_look.c.family, insight_look.c.found_at)).all()
        rows = connection.execute(
            select(insight.c.document)
            .where(*where)
            .order_by(insight.c.score.desc(), insight.c.insight_id)
            .limit(most)
        ).all()
    if not looks:
        return Insights()
    return Insights(
        tuple(json.loads(row.document) for row in rows),
        {look.family: look.found_at for look in looks},
    )


def look_of(store: Store, family: str) -> tuple[int, int, str] | None:
    """When a family was looked for last, at which generation, over what; None when never."""
    with store.db.read() as connection:
        row = connection.execute(
            select(insight_look).where(insight_look.c.family == family)
        ).first()
    return None if row is None else (row.found_at, row.generation, row.mark)


def insights_mark(store: Store) -> tuple[int, ...]:
    """When each family was looked for last: a page that shows insights is stale after it."""
    with store.db.read() as connection:
        found = connection.execute(
            select(insight_look.c.found_at).order_by(insight_look.c.family)
        ).scalars()
        return tuple(found)
