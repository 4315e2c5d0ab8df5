"""The registry of what workers can do: each kind of job with its text and its function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from wfm.domain.clock import Clock
from wfm.domain.progress import Progress
from wfm.store.store import Store

JobFunction = Callable[[Store, Clock, Mapping[str, Any], Progress], Mapping[str, Any]]


@dataclass(frozen=True)
class Kind:
    """A kind of job; `place` is `module:function`, loaded only when such a job runs."""

    name: str
    text: str
    place: str

    def load(self) -> JobFunction:
        """The function that does such a job: (store, clock, parameters, progress) -> result."""
        module, _, name = self.place.partition(":")
        function: JobFunction = getattr(import_module(module), name)
        return function


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("import", "Load files", "wfm.worker.import_job:run_import"),
        Kind("replay", "Load rejected rows again", "wfm.worker.replay_job:run_replay"),
        Kind("forecast", "Forecast contacts", "wfm.worker.forecast_job:run_forecast"),
        Kind("override", "Lay overrides on a forecast", "wfm.worker.override_job:run_override"),
        Kind("require", "Work out required staff", "wfm.worker.require_job:run_require"),
        Kind("solve", "Build a schedule", "wfm.worker.solve_job:run_solve"),
        Kind("design", "Design shifts and contracts", "wfm.worker.design_job:run_design"),
        Kind("simulate", "Simulate a schedule", "wfm.worker.simulate_job:run_simulate"),
        Kind("publish", "Publish a schedule", "wfm.worker.publish_job:run_publish"),
        Kind("bonus", "Note where bonuses stand", "wfm.worker.bonus_job:run_bonus"),
        Kind("bonus_close", "Close a bonus period", "wfm.worker.bonus_job:run_close"),
    )
}
