"""The composition root: settings → store → identity → dashboards → server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy.exc import OperationalError

from wfm.actions.audit import note_export
from wfm.actions.sessions import Sessions
from wfm.cli.context import clock_of
from wfm.domain.clock import Clock, SystemClock
from wfm.domain.principal import Principal
from wfm.domain.scope import Scope
from wfm.domain.users import User
from wfm.queries.users import Directory, count_users, demo_users
from wfm.settings import Settings
from wfm.store.store import Store, open_store
from wfm.web.config import WebConfig, checked_config
from wfm.web.exports import BuildTable
from wfm.web.server import make_server, open_doors

# From the server and what the pages read to the Dash application on it.
BuildDashboards = Callable[[Flask, Store, Clock], Any]


@dataclass
class Parts:
    """What the doors ask of the store. Signing in goes by the machine's clock, always."""

    store: Store
    config: WebConfig
    sessions: Sessions
    directory: Directory
    clock: Clock
    callback_map: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def accounts_of_demo(self) -> tuple[User, ...]:
        return demo_users(self.store)

    def note_export(self, who: Principal, page_id: str, scope: Scope, request_id: str) -> None:
        note_export(self.store, self.clock, who, page_id, scope, request_id)


def create_server(
    settings: Settings | None = None,
    *,
    clock: Clock | None = None,
    identity_clock: Clock | None = None,
    dashboards: BuildDashboards | None = None,
    build_table: BuildTable | None = None,
) -> Flask:
    """The web server for the settings, audited and ready for requests.

    `clock` is the product's (default: what WFM_NOW says), `identity_clock` that of sessions and
    waits (default: the machine's). Without `dashboards` it serves the product's own pages.
    """
    settings = settings or Settings()
    store = open_store(settings.url, settings.data_dir, follow=settings.demo)
    config = checked_config(
        host=settings.host,
        port=settings.port,
        public_origin=settings.public_origin,
        secret=settings.secret_key,
        demo=settings.demo,
        data_dir=settings.data_dir,
        users=count_users(store),
        language=settings.language,
    )
    machine = identity_clock or SystemClock()
    parts = Parts(store, config, Sessions(store, machine), Directory(store), machine)
    clock = clock or clock_of(settings, store)
    if dashboards is None or build_table is None:
        sources = _sources(settings, store, clock)
    server = make_server(parts, build_table or _tables(sources), (OperationalError,))
    app = _dashboards(server, sources) if dashboards is None else dashboards(server, store, clock)
    open_doors(server, app)
    # Connections are opened anew by the process that serves: none may cross a fork.
    store.db.close()
    return server


def _sources(settings: Settings, store: Store, clock: Clock) -> Any:
    from dashboards.sources import Sources
    from wfm.cli.doctor import settings_shown
    from wfm.worker.forecaster import Forecaster
    from wfm.worker.planner import Planner

    helps = {f"WFM_{name.upper()}": one.description or "" for name, one in
             type(settings).model_fields.items()}  # fmt: skip
    told = tuple((name, value, helps[name]) for name, value in settings_shown(settings).items())
    return Sources(store, clock, Planner(store), Forecaster(store), told)


def _dashboards(server: Flask, sources: Any) -> Any:
    from dashboards.build import build_dashboards

    return build_dashboards(server, sources)


def _tables(sources: Any) -> BuildTable:
    from dashboards.export import table_builder

    return table_builder(sources)


def main() -> None:
    """The product's web server, as `wfm serve` runs it."""
    from wfm.cli.serve import serve_until_stopped

    serve_until_stopped(Settings())


if __name__ == "__main__":
    main()
