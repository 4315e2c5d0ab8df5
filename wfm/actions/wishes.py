"""What somebody would like, recorded by themselves: authorised, audited, kept, taken back."""

from __future__ import annotations

import json

from sqlalchemy import Connection, insert

from wfm.actions.audit import write_audit
from wfm.actions.once import done_before, remember
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.principal import Principal
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.domain.wishes import Wish, wish_document, wish_of
from wfm.queries.access import authorise
from wfm.store.readers.organisation import read_organisation
from wfm.store.readers.wishes import read_wishes
from wfm.store.schema import agent_wish
from wfm.store.store import Store

ACTION = "wish.record"


def record_wish(
    store: Store,
    clock: Clock,
    who: Principal,
    agent: Scope,
    wish: Wish,
    *,
    request_key: str | None = None,
) -> bool:
    """Whether anything changed: the wish is the person's newest; an empty one takes it back.

    The next schedule that is solved weighs it; what is published stays.
    """
    document = wish_document(wish_of(wish_document(wish)))
    at = epoch_s(clock.now())

    def work(connection: Connection) -> bool:
        authorise(who, "request.create", agent, read_organisation(connection, ENTERPRISE))
        if done_before(connection, request_key, ACTION) is not None:
            return False
        known = read_wishes(connection, agent).get(str(agent.agent))
        before = wish_document(known.wish if known is not None else Wish())
        if before == document or (known is None and wish.is_empty):
            return False
        connection.execute(
            insert(agent_wish),
            {
                "agent_id": agent.agent, "recorded_at": at, "author": who.user_key,
                "document": json.dumps(document, sort_keys=True),
            },
        )  # fmt: skip
        write_audit(
            connection, at=at, actor=who.user_key, role=who.role.value, action=ACTION,
            object=f"wish:{agent.agent}", scope_path=agent.path, old=before, new=document,
        )  # fmt: skip
        remember(connection, request_key, ACTION, {"recorded": True}, at=at, by=who.user_key)
        return True

    return store.db.retry(work)
