"""Insights written: what a look found takes the place of what the look before had found."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert

from wfm.domain.scope import Scope
from wfm.store.schema import insight, insight_look


@dataclass(frozen=True)
class Look:
    """One look: of which family, when, at which generation of the facts, and over what."""

    family: str
    found_at: int
    generation: int
    mark: str


@dataclass(frozen=True)
class FoundRow:
    """One finding as it is stored: where it is, who may see it, how pressing, and its document."""

    scope: Scope
    roles: Sequence[str]
    score: float
    document: Mapping[str, Any]


def replace_insights(connection: Connection, look: Look, found: Sequence[FoundRow]) -> None:
    """Nothing; afterwards exactly these stand in the family."""
    connection.execute(delete(insight).where(insight.c.family == look.family))
    connection.execute(delete(insight_look).where(insight_look.c.family == look.family))
    connection.execute(
        insert(insight_look).values(
            family=look.family, found_at=look.found_at, generation=look.generation, mark=look.mark
        )
    )
    if found:
        connection.execute(
            insert(insight),
            [
                {
                    "family": look.family, "site": row.scope.site, "team": row.scope.team,
                    "agent": row.scope.agent, "roles": f";{';'.join(row.roles)};",
                    "score": row.score, "document": json.dumps(row.document, ensure_ascii=False),
                }
                for row in found
            ],
        )  # fmt: skip
