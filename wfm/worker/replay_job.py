"""The job `replay`: quarantined rows loaded again once what they lacked has come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wfm.domain.clock import Clock
from wfm.domain.language import say
from wfm.domain.progress import Progress
from wfm.ingest.replay import replay_waiting
from wfm.store.store import Store


def run_replay(
    store: Store, clock: Clock, parameters: Mapping[str, Any], progress: Progress
) -> Mapping[str, Any]:
    """How many rows of the parameters `codes` or `row_ids` passed; the others wait on."""
    reports = replay_waiting(
        store, clock, parameters.get("codes") or (), parameters.get("row_ids") or ()
    )
    loaded = sum(report.loaded + report.duplicates for report in reports)
    return {"message": say("{n:,} rejected rows were loaded.", n=loaded), "loaded": loaded}
