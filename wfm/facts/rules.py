"""The rules of adherence and punctuality, as one frozen value with an id."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Literal

Equivalence = Literal["none", "breaks_only", "all_non_productive"]


@dataclass(frozen=True)
class FactRules:
    """Everything about facts that a centre may choose; a changed value is another rules id.

    `grace_s` forgives a whole out-of-adherence spell up to that length. `punctual_s` is the
    tolerance of shift starts, shift ends and breaks (one minute by our convention), so that a
    break begun 20 s late is on time while its 20 s stay out of adherence. `call_overrun`
    excuses a contact that runs into a break, and the break taken late because of it.
    """

    equivalence: Equivalence = "breaks_only"
    grace_s: int = 0
    count_mode: Literal["full", "excess"] = "full"
    severe_s: int = 300
    punctual_s: int = 60
    call_overrun: bool = True
    transition_s: int = 120
    acw_overrun_cap_s: int = 300
    short_contact_s: int = 20

    @property
    def rules_id(self) -> str:
        """Short id of these rules: the same values give the same id."""
        return hashlib.sha256(repr(sorted(asdict(self).items())).encode()).hexdigest()[:16]
