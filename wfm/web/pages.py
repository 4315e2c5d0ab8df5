"""The page table: what each page asks, who opens it, and how its address is read."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from urllib.parse import parse_qsl, urlsplit

from wfm.domain.errors import BadInput, PermissionDenied, ScopeDenied
from wfm.domain.language import say, to_say
from wfm.domain.principal import Principal
from wfm.domain.roles import LABEL, Role
from wfm.domain.scope import Scope
from wfm.queries.access import NOT_FOUND, KnowsScopes, authorise, default_scope

LONGEST_ADDRESS = 4096
LONGEST_SCOPE = 610


@dataclass(frozen=True)
class Page:
    """One page: its permission, the roles whose page it is, and how often it refreshes.

    Roles of `drill` open it for one named agent only, from a row of their own page: it is no page
    of theirs, and shows in no menu.
    """

    page_id: str
    path: str
    permission: str
    roles: frozenset[Role]
    title: str
    question: str
    refresh_s: int
    drill: frozenset[Role] = frozenset()


@dataclass(frozen=True)
class Address:
    """An address taken apart: the page, its query, and the scope it asks for (None: one's own)."""

    page: Page
    query: Mapping[str, str]
    scope: Scope | None

    def scope_for(self, who: Principal) -> Scope:
        """The scope asked for, or where the person stands when none is given."""
        return default_scope(who, self.page.permission) if self.scope is None else self.scope


@cache
def pages() -> tuple[Page, ...]:
    """Every page of `pages.csv`, in its order."""
    text = files("wfm").joinpath("web", "pages.csv").read_text(encoding="utf-8")
    return tuple(
        Page(
            row["page_id"],
            row["path"],
            row["permission"],
            frozenset(Role(role) for role in row["roles"].split(";")),
            to_say(row["title"]),
            to_say(row["question"]),
            int(row["refresh_s"]),
            frozenset(Role(role) for role in row["drill"].split(";") if role),
        )
        for row in csv.DictReader(text.splitlines())
    )


def page_at(path: str) -> Page | None:
    """The page at exactly this path, None when there is none: `/Team` and `/team/` are none."""
    return next((page for page in pages() if page.path == path), None)


def page_of(page_id: str) -> Page | None:
    """The page of an id."""
    return next((page for page in pages() if page.page_id == page_id), None)


def pages_for(role: Role) -> tuple[Page, ...]:
    """The pages a role may open, its home first."""
    return tuple(page for page in pages() if role in page.roles)


def home_of(role: Role) -> str:
    """The path where a role's day begins: `/team` for a team lead."""
    return pages_for(role)[0].path


def parse_scope(text: str | None) -> Scope | None:
    """The scope of a `scope=` parameter, None when it is absent or empty; `BadInput` on nonsense.

    `dublin/t-07` is team t-07 of Dublin; `*` is the whole enterprise.
    """
    if text is None or text == "":
        return None
    if len(text) > LONGEST_SCOPE or any(ord(sign) < 32 for sign in text):
        raise BadInput(say("The scope of this link cannot be read; write site/team/agent."))
    return Scope.parse(text)


def parse_href(value: object) -> Address:
    """The address of a page as a browser reports it (`dcc.Location.href`, or path and query).

    `http://127.0.0.1:8050/team?scope=dublin/t-07` is page team, scope dublin/t-07. Not text: a
    `BadInput`; no such page: `ScopeDenied`, the same as for a scope one may not see.
    """
    if not isinstance(value, str) or len(value) > LONGEST_ADDRESS:
        raise BadInput(say("The address of the page is missing or too long; open the page again."))
    try:
        parts = urlsplit(value)
    except ValueError as error:
        raise BadInput(
            say("The address of the page cannot be read; open the page again.")
        ) from error
    page = page_at(parts.path)
    if page is None:
        raise ScopeDenied(NOT_FOUND)
    try:
        pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=50)
    except ValueError as error:
        raise BadInput(
            say("The address of the page cannot be read; open the page again.")
        ) from error
    query = dict(reversed(pairs))  # of a name given twice the first counts, as on the server
    return Address(page, MappingProxyType(query), parse_scope(query.get("scope")))


def authorise_page(who: Principal, page: Page, scope: Scope, organisation: KnowsScopes) -> None:
    """Nothing when the person may open the page for the scope; else 403 or 404 as `authorise`."""
    if who.role not in page.roles and not (who.role in page.drill and scope.agent is not None):
        raise PermissionDenied(
            say(
                "The page {title} belongs to another role than yours ({label}). Your own page "
                "is {home_of}.",
                title=page.title,
                label=LABEL[who.role],
                home_of=home_of(who.role),
            )
        )
    authorise(who, page.permission, scope, organisation)
