"""A meaning given to a state and its reason code: from a date on, with the days made again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, delete, insert, select

from wfm.actions.audit import write_audit
from wfm.actions.once import done_before, remember
from wfm.domain.activities import STATE_GROUPS, STATES
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.errors import BadInput
from wfm.domain.language import say
from wfm.domain.principal import Principal
from wfm.domain.scope import ENTERPRISE
from wfm.queries.access import authorise
from wfm.queries.users import Directory
from wfm.store.manifest import mark_dirty
from wfm.store.schema import partition, state_map
from wfm.store.store import Store

ACTION = "mapping.state"
GROUPS = tuple(group for group in STATE_GROUPS if group != "unknown")


@dataclass(frozen=True)
class Mapping:
    """Aux with the reason "yoga" is a break from a day on, whatever source tells it."""

    state: str
    reason_code: str
    group: str
    valid_from: date
    reason: str
    request_key: str


def map_state(store: Store, clock: Clock, who: Principal, wish: Mapping) -> int:
    """How many days are made again with the new meaning; the same key again writes nothing."""
    authorise(who, "mapping.write", ENTERPRISE, Directory(store))
    if wish.state not in STATES:
        raise BadInput(
            say(
                "The state {state!r} is not known; one of {known}.",
                state=wish.state,
                known=", ".join(STATES),
            )
        )
    if wish.group not in GROUPS:
        raise BadInput(
            say(
                "The meaning {group!r} is not known; one of {known}.",
                group=wish.group,
                known=", ".join(GROUPS),
            )
        )
    if len(wish.reason.strip()) < 3:
        raise BadInput(say("A meaning needs a reason: say in a few words why it is right."))
    at = epoch_s(clock.now())

    def work(connection: Connection) -> int:
        known = done_before(connection, wish.request_key, ACTION)
        if known is not None:
            return int(known)
        place = {
            "source_id": "", "state": wish.state, "reason": wish.reason_code,
            "valid_from": wish.valid_from,
        }  # fmt: skip
        same = [state_map.c[name] == value for name, value in place.items()]
        old = connection.scalar(select(state_map.c.state_group).where(*same))
        connection.execute(delete(state_map).where(*same))
        connection.execute(insert(state_map).values(**place, state_group=wish.group))
        days = connection.scalars(
            select(partition.c.day)
            .where(
                # A shift over midnight is told with the day before.
                partition.c.day >= wish.valid_from - timedelta(days=1),
                partition.c.sealed.is_(False),
            )
            .order_by(partition.c.day)
        ).all()
        mark_dirty(connection, days)
        write_audit(
            connection, at=at, actor=who.user_key, role=who.role.value, action=ACTION,
            object=f"state:{wish.state}:{wish.reason_code}", scope_path="",
            old=None if old is None else {"state_group": old},
            new={"state_group": wish.group, "from": str(wish.valid_from)},
            reason=wish.reason.strip(), request_id=wish.request_key,
        )  # fmt: skip
        remember(
            connection, wish.request_key, ACTION, len(days), at=at, by=who.user_key
        )  # fmt: skip
        return len(days)

    return store.db.retry(work)
