"""How a delivery is to be read: what its manifest, or the command line, says about it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from wfm.domain.errors import BadInput


@dataclass(frozen=True)
class ReadOptions:
    """Source, zone and notation of a delivery; nothing of it is guessed from the content."""

    source_id: str
    timezone: str | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: str = "."
    time_format: str | None = None  # strptime text, `epoch_s` or `epoch_ms`; None = ISO 8601
    acw_reasons: tuple[str, ...] = ()  # pause reasons that are after-contact work (queue logs)

    def text(self) -> str:
        """The options as JSON, kept beside quarantined rows so that they replay alike."""
        return json.dumps(asdict(self), sort_keys=True)


def options_of(text: str) -> ReadOptions:
    """Options of their JSON text."""
    values = json.loads(text)
    return ReadOptions(**{**values, "acw_reasons": tuple(values["acw_reasons"])})


class RejectedFile(BadInput):
    """A file cannot be read at all; nothing of it was loaded."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
