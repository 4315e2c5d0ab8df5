"""The audit before the first request: everything that can be asked for stands behind a guard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dash._callback import GLOBAL_API_PATHS
from flask import Flask

from wfm.web.config import UnguardedEntry
from wfm.web.door import CALLBACK, PUBLIC, SESSION_ONLY
from wfm.web.guard import Guard, guard_of

# Rules of Flask and Dash that serve files or the empty frame of a page; the door decides on them.
FILE_RULES = frozenset(
    {
        "/assets/<path:filename>",
        "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>",
    }
)
PAGE_RULE = "/<path:path>"


@dataclass(frozen=True)
class Entry:
    """One thing that can be asked for, and the permission it asks back (None: unguarded)."""

    kind: str  # callback or route
    name: str
    permission: str | None


def list_entries(callback_map: Mapping[str, Mapping[str, Any]], server: Flask) -> tuple[Entry, ...]:
    """Every server callback and route, by name, with the permission in front of it."""
    callbacks = [
        Entry("callback", name, _label(_guard_below(entry["callback"])))
        for name, entry in callback_map.items()
        if entry.get("callback") is not None  # None: runs in the browser
    ]
    routes = [
        Entry(
            "route",
            f"{'|'.join(sorted((rule.methods or set()) - {'HEAD', 'OPTIONS'}))} {rule.rule}",
            _route_label(rule.rule, server.view_functions[rule.endpoint]),
        )
        for rule in server.url_map.iter_rules()
    ]
    return tuple(sorted(callbacks + routes, key=lambda e: (e.kind, e.name)))


def refuse_unguarded(callback_map: Mapping[str, Mapping[str, Any]], server: Flask) -> None:
    """Nothing when every entry is guarded; else `UnguardedEntry` with the names of the others."""
    open_ones = [e for e in list_entries(callback_map, server) if e.permission is None]
    names = [f"{entry.kind} {entry.name}" for entry in open_ones]
    names += [f"callback API path {path}" for path in GLOBAL_API_PATHS]
    if names:
        raise UnguardedEntry(
            f"{len(names)} unguarded: {'; '.join(names)}. Put @guarded(...) directly below "
            "@callback, and @guarded_route(...) on each route."
        )


def _guard_below(callback: Callable[..., Any]) -> Guard | None:
    """The guard directly below Dash's own wrapper; one above `@callback` would never run."""
    inner = getattr(callback, "__wrapped__", None)
    return None if inner is None else guard_of(inner)


def _label(guard: Guard | None) -> str | None:
    return None if guard is None else guard.label


def _route_label(rule: str, view: Callable[..., Any]) -> str | None:
    if rule in PUBLIC or rule in FILE_RULES:
        return "public"
    if rule in SESSION_ONLY:
        return "session"
    if rule == PAGE_RULE:
        return "page"
    if rule == CALLBACK:
        return "callback"
    return _label(guard_of(view))
