"""The guard of every callback and route: who asks, may they, and there?

One callback of a page, guarded directly below `@callback` (never above, where it would not run):

    from dash import Input, Output, callback
    from wfm.web.guard import Address, Principal, asked_page, asked_scope, guarded, parse_href

    @callback(Output("tiles", "children"), Input("url", "href"), Input("refresh", "n_intervals"))
    @guarded(asked_page("href"), parse={"href": parse_href, "ticks": whole_number},
             scope=asked_scope("href"))
    def tiles(who: Principal, href: Address, ticks: int | None) -> list:
        scope = href.scope_for(who)            # already authorised: read with it
        ...

- `permission` is the name of a row of `permissions.csv`, or a function of the parsed values that
  gives a name or a `Page` (whose roles then count too); `asked_page("href")` is that function.
- `parse` maps argument names to functions that check and convert; whatever they raise of
  `BadInput`, `TypeError`, `ValueError`, `LookupError` answers 400. An argument without a parser
  must be None, a bool, a number or a short text; anything else answers 400.
- `scope` gives, from the parsed values, the `Scope` asked for, or None for the person's own.
  Without it, the person's own scope for that permission is authorised.
- The function gets `who` first, then the parsed values. It may raise `ScopeDenied` (404) and
  `PermissionDenied` (403) itself; `allow(who, permission, scope)` asks again for a second object.

A team lead's own scope is the team, a manager's the site, an agent's the agent. An agent holds
`team.read` for the own team's total only: use it for averages over five people or more.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from flask import current_app, g, request

from wfm.domain.errors import BadInput, PermissionDenied, ScopeDenied, WfmError
from wfm.domain.language import say
from wfm.domain.principal import Principal
from wfm.domain.scope import Scope
from wfm.queries.access import KnowsScopes, authorise, default_scope
from wfm.queries.permissions import permission_table
from wfm.web.pages import Address, Page, authorise_page, pages, parse_href, parse_scope

__all__ = [
    "Address",
    "NotSignedIn",
    "Page",
    "PermissionDenied",
    "Principal",
    "ScopeDenied",
    "allow",
    "asked_page",
    "asked_scope",
    "authorise",
    "current_principal",
    "guard_of",
    "guarded",
    "guarded_route",
    "pages",
    "parse_href",
]

MARK = "wfm_guard"
EXTENSION = "wfm"  # where the web server keeps what the guard asks: `server.extensions["wfm"]`
LONGEST_TEXT = 4096
Values = Mapping[str, Any]
Permission = str | Callable[[Values], str | Page]
Guarded = TypeVar("Guarded", bound=Callable[..., Any])


class NotSignedIn(WfmError):
    """No session, or one that ended: the answer is 401, or the sign-in page."""


@dataclass(frozen=True)
class Guard:
    """The mark a guarded function carries: what it asks for, and which function it stands on."""

    owner: Callable[..., Any]
    permission: Permission

    @property
    def label(self) -> str:
        """The permission as the listing of all doors shows it."""
        if isinstance(self.permission, str):
            return self.permission
        return str(getattr(self.permission, "label", self.permission.__name__))


def current_principal() -> Principal:
    """The person of this request, read from the database by the door; `NotSignedIn` when none."""
    who = g.get("principal")
    if not isinstance(who, Principal):
        raise NotSignedIn("You are not signed in, or your session ended. Sign in again.")
    return who


def organisation() -> KnowsScopes:
    """What tells whether a scope exists, as the running server knows it."""
    return cast(KnowsScopes, current_app.extensions[EXTENSION].directory)


def allow(who: Principal, permission: str, scope: Scope) -> None:
    """Nothing when the person may do it there; for a second object inside a guarded function."""
    authorise(who, permission, scope, organisation())


def guarded(
    permission: Permission,
    scope: Callable[[Values], Scope | None] | None = None,
    parse: Mapping[str, Callable[[Any], Any]] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator that lets a callback run only for a person who may, with checked values."""
    parsers = dict(parse or {})
    _check_name(permission)

    def put_on(function: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(function)
        unknown = set(parsers) - set(list(signature.parameters)[1:])
        if unknown:
            raise LookupError(f"{function.__name__} has no argument {', '.join(sorted(unknown))}.")

        @wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            who = current_principal()
            values = _parsed(signature.bind(who, *args, **kwargs).arguments, parsers)
            asked = scope(values) if scope else None
            _authorise(who, permission, values, asked)
            bound = signature.bind(who, *args, **kwargs)
            bound.arguments.update(values)
            return function(*bound.args, **bound.kwargs)

        setattr(run, MARK, Guard(run, permission))
        return run

    return put_on


def guarded_route(
    permission: Permission, scope: Callable[[], Scope | None] | None = None
) -> Callable[[Guarded], Guarded]:
    """The same guard for a Flask view: `who` comes first, then the parts of the path.

    The scope is that of the query (`?scope=dublin/t-07`) unless a function gives another.
    """
    _check_name(permission)

    def put_on(view: Guarded) -> Guarded:
        @wraps(view)
        def run(**parts: Any) -> Any:
            who = current_principal()
            asked = scope() if scope else parse_scope(request.args.get("scope"))
            _authorise(who, permission, parts, asked)
            return view(who, **parts)

        setattr(run, MARK, Guard(run, permission))
        return cast(Guarded, run)

    return put_on


def guard_of(function: Callable[..., Any]) -> Guard | None:
    """The guard a function really stands behind, None when it has none.

    The mark counts only on the function that made it: `functools.wraps` copies marks about.
    """
    mark = getattr(function, MARK, None)
    return mark if isinstance(mark, Guard) and mark.owner is function else None


def asked_page(argument: str) -> Callable[[Values], Page]:
    """A permission function: the page named by an `Address` argument, with its roles."""

    def page(values: Values) -> Page:
        return cast(Address, values[argument]).page

    page.label = f"page of {argument}"  # type: ignore[attr-defined]
    return page


def asked_scope(argument: str) -> Callable[[Values], Scope | None]:
    """A scope function: the scope named by an `Address` argument."""
    return lambda values: cast(Address, values[argument]).scope


def _check_name(permission: Permission) -> None:
    if isinstance(permission, str) and permission not in permission_table().rows:
        raise LookupError(f"No permission {permission!r} in permissions.csv: add its row first.")


def _parsed(
    arguments: Mapping[str, Any], parsers: Mapping[str, Callable[[Any], Any]]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in list(arguments.items())[1:]:
        parser = parsers.get(name, plain)
        try:
            values[name] = parser(value)
        except (BadInput, TypeError, ValueError, LookupError, OverflowError) as error:
            raise BadInput(
                say(
                    "The value of {name} cannot be used. Load the page again; if it happens again, "
                    "report the request id.",
                    name=name,
                )
            ) from error
    return values


def plain(value: Any) -> Any:
    """A value without structure, as sent; a list, object or long text needs its own parser."""
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise BadInput(say("The text is too long."))
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise BadInput(say("The value has a structure that nothing here reads."))


def _authorise(who: Principal, permission: Permission, values: Values, asked: Scope | None) -> None:
    wanted = permission if isinstance(permission, str) else permission(values)
    name = wanted.permission if isinstance(wanted, Page) else wanted
    scope = default_scope(who, name) if asked is None else asked
    if isinstance(wanted, Page):
        authorise_page(who, wanted, scope, organisation())
    else:
        authorise(who, name, scope, organisation())
