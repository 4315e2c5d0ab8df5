"""The job `import`: files loaded through ingest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from wfm.domain.clock import Clock
from wfm.domain.language import say
from wfm.domain.progress import Progress
from wfm.ingest.load import load_files
from wfm.ingest.options import options_of
from wfm.store.store import Store


def run_import(
    store: Store, clock: Clock, parameters: Mapping[str, Any], progress: Progress
) -> Mapping[str, Any]:
    """What became of each file of the parameters `format` and `paths`, as counts."""
    reports = load_files(
        store,
        clock,
        parameters["format"],
        [Path(path) for path in parameters["paths"]],
        site=parameters.get("site"),
        timezone=parameters.get("timezone"),
        source_id=parameters.get("source_id"),
        progress=progress,
        options=options_of(parameters["options"]) if parameters.get("options") else None,
    )
    loaded = sum(report.loaded for report in reports)
    kept_back = sum(report.quarantined for report in reports)
    return {
        "message": say("{n:,} rows loaded, {kept:,} quarantined.", n=loaded, kept=kept_back),
        "reports": [asdict(report) for report in reports],
    }
