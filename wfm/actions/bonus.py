"""Bonus schemes set, standings noted, results frozen at a period's end, differences added."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from wfm.actions.audit import write_audit
from wfm.actions.targets import LEAST_REASON, OPERATOR, OPERATOR_ROLE
from wfm.domain.bonus import Scheme, Standing, Statement, check_scheme
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.errors import BadInput
from wfm.domain.language import say
from wfm.domain.principal import Principal
from wfm.domain.scope import Scope
from wfm.domain.targets import key_of
from wfm.queries.access import authorise
from wfm.queries.users import Directory
from wfm.store.schema import (
    bonus_difference,
    bonus_scheme,
    bonus_standing,
    bonus_statement,
    org_unit,
)
from wfm.store.store import Store


@dataclass(frozen=True)
class Result:
    """What the close of a period found for one agent; `document` is inputs, formula and result."""

    agent_id: str
    team_id: str
    state: str
    factor: float
    document: Mapping[str, Any]


@dataclass(frozen=True)
class Closed:
    """What a close wrote: new statements, differences to old ones, and results as they were."""

    statements: int
    differences: int
    unchanged: int


def set_scheme(
    store: Store,
    clock: Clock,
    who: Principal | None,
    scheme: Scheme,
    *,
    reason: str,
    request_key: str,
) -> int:
    """The id of the new version of a scheme; earlier versions stay and keep their periods.

    A manager sets those of the own site; None as `who` is the command line. A version cannot
    begin inside a period that was closed already.
    """
    scope = _scope_of(store, scheme)
    if who is not None:
        authorise(who, "bonus.scheme", scope, Directory(store))
    check_scheme(scheme)
    if len(reason.strip()) < LEAST_REASON:
        raise BadInput(say("A scheme needs a reason: say in a few words why it is set."))
    at = epoch_s(clock.now())

    def work(connection: Connection) -> int:
        known = connection.scalar(
            select(bonus_scheme.c.scheme_id).where(bonus_scheme.c.request_key == request_key)
        )
        if known is not None:
            return int(known)
        closed = connection.scalar(
            select(bonus_statement.c.end_on)
            .where(bonus_statement.c.scheme_key == scheme.scheme_key)
            .order_by(bonus_statement.c.end_on.desc())
            .limit(1)
        )
        if closed is not None and scheme.effective_from < closed:
            raise BadInput(
                say(
                    "The periods of {scheme_key} are closed up to {closed}; a new version holds "
                    "from then on. What was closed is changed by a difference only.",
                    scheme_key=scheme.scheme_key,
                    closed=closed,
                )
            )
        values = {
            "scheme_key": scheme.scheme_key, "name": scheme.name, "level": scheme.level,
            "key": scheme.key, "kpi_id": scheme.kpi_id, "period": scheme.period,
            "terms": json.dumps(scheme.terms(), sort_keys=True),
            "effective_from": scheme.effective_from, "effective_to": scheme.effective_to,
        }  # fmt: skip
        made = connection.execute(
            insert(bonus_scheme),
            {
                **values, "recorded_at": at, "author": who.user_key if who else OPERATOR,
                "reason": reason.strip(), "request_key": request_key,
            },
        )  # fmt: skip
        scheme_id = int(made.inserted_primary_key[0])  # type: ignore[index]
        write_audit(
            connection,
            at=at,
            actor=who.user_key if who else OPERATOR,
            role=who.role.value if who else OPERATOR_ROLE,
            action="bonus.scheme",
            object=f"bonus:{scheme.scheme_key}:{scheme_id}",
            scope_path=scope.path,
            new=values,
            reason=reason.strip(),
            request_id=request_key,
        )
        return scheme_id

    return store.db.retry(work)


_ONE_STANDING = ("scheme_key", "agent_id", "first_on", "as_of_on")


def note_standings(store: Store, standings: Sequence[Standing]) -> int:
    """How many standings were noted; those of the same person and day are replaced.

    They are what was shown at the end of a day, so that a later restatement can be told from it.
    """

    def work(connection: Connection) -> int:
        if standings:
            rows = [dict(one.__dict__) for one in standings]
            same = [bonus_standing.c[name] == bindparam(f"_{name}") for name in _ONE_STANDING]
            connection.execute(
                delete(bonus_standing).where(*same),
                [{f"_{name}": row[name] for name in _ONE_STANDING} for row in rows],
            )
            connection.execute(insert(bonus_standing), rows)
        return len(standings)

    return store.db.retry(work)


def close_period(
    store: Store,
    clock: Clock,
    who: Principal | None,
    scheme: Scheme,
    first: date,
    end: date,
    results: Sequence[Result],
    *,
    reason: str,
    cause: str = "",
) -> Closed:
    """The results of a period frozen; where a statement stands already, a difference follows it.

    A result that says the same as the newest line of its statement writes nothing, so closing
    twice changes nothing. Each line is signed by a hash that the audit log keeps too.
    """
    scope = _scope_of(store, scheme)
    if who is not None:
        authorise(who, "bonus.scheme", scope, Directory(store))
    if len(reason.strip()) < LEAST_REASON:
        raise BadInput(say("A close needs a reason: say in a few words why it is done."))
    at = epoch_s(clock.now())
    actor = who.user_key if who else OPERATOR

    def work(connection: Connection) -> Closed:
        stand = _standing_lines(connection, scheme.scheme_key, first)
        new, later, same = 0, 0, 0
        signatures: dict[str, str] = {}
        for result in results:
            document = dict(result.document)
            text = _canonical(document)
            line = {
                "state": result.state, "factor": result.factor, "document": text,
                "signature": sign(document, result.agent_id, actor, at), "author": actor,
            }  # fmt: skip
            known = stand.get(result.agent_id)
            if known is None:
                connection.execute(
                    insert(bonus_statement),
                    {
                        **line, "scheme_key": scheme.scheme_key, "scheme_id": scheme.scheme_id,
                        "agent_id": result.agent_id, "team_id": result.team_id,
                        "first_on": first, "end_on": end, "closed_at": at,
                    },
                )  # fmt: skip
                new += 1
            elif _numbers(json.loads(known[1])) == _numbers(json.loads(text)):
                same += 1
                continue
            else:
                connection.execute(
                    insert(bonus_difference),
                    {
                        **line, "statement_id": known[0], "recorded_at": at,
                        "cause": cause or reason.strip(),
                    },
                )  # fmt: skip
                later += 1
            signatures[result.agent_id] = str(line["signature"])
        if signatures:
            write_audit(
                connection,
                at=at,
                actor=actor,
                role=who.role.value if who else OPERATOR_ROLE,
                action="bonus.close",
                object=f"bonus:{scheme.scheme_key}:{first.isoformat()}",
                scope_path=scope.path,
                new={"end": end, "signatures": signatures},
                reason=reason.strip(),
            )
        return Closed(new, later, same)

    return store.db.retry(work)


def sign(document: Mapping[str, Any], agent_id: str, author: str, at: int) -> str:
    """The hash that signs a line: of its document, whose it is, who closed it and when."""
    text = _canonical({"document": document, "agent": agent_id, "author": author, "at": at})
    return hashlib.sha256(text.encode()).hexdigest()


def signature_holds(statement: Statement) -> bool:
    """Whether a statement still says what was signed."""
    signed = sign(statement.document, statement.agent_id, statement.author, statement.closed_at)
    return signed == statement.signature


def _standing_lines(
    connection: Connection, scheme_key: str, first: date
) -> dict[str, tuple[int, str]]:
    """For each agent the statement's id and the newest text that stands: its own or the last
    difference's.
    """
    found = {
        r.agent_id: (int(r.statement_id), str(r.document))
        for r in connection.execute(
            select(bonus_statement).where(
                bonus_statement.c.scheme_key == scheme_key, bonus_statement.c.first_on == first
            )
        )
    }
    owner = {statement_id: agent for agent, (statement_id, _) in found.items()}
    for r in connection.execute(
        select(bonus_difference).order_by(bonus_difference.c.difference_id)
    ):
        if r.statement_id in owner:
            found[owner[r.statement_id]] = (int(r.statement_id), str(r.document))
    return found


def _scope_of(store: Store, scheme: Scheme) -> Scope:
    """The scope of a scheme's unit; `BadInput` when there is none of that level and key."""
    if scheme.level == "enterprise":
        return Scope()
    with store.db.read() as connection:
        row = connection.execute(
            select(org_unit)
            .where(org_unit.c.org_id == scheme.key, org_unit.c.org_level == scheme.level)
            .order_by(org_unit.c.valid_from.desc())
        ).first()
    if row is None or scheme.level not in ("site", "team"):
        raise BadInput(
            say(
                "No {level} {key!r} is known; a scheme is of the enterprise, a site or a team.",
                level=scheme.level,
                key=scheme.key,
            )
        )
    return Scope(scheme.key) if scheme.level == "site" else Scope(row.parent_id, scheme.key)


def place_of(scope: Scope) -> tuple[str, str]:
    """Level and key of a scheme for a scope: ("site", "dublin"), ("enterprise", "*")."""
    return scope.level, key_of(scope) or "*"


def _numbers(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document without what does not change the result: which build the facts came from."""
    return {name: value for name, value in document.items() if name != "rules"}


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
