"""The rules facts are made by, as one frozen value with an id."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from datetime import date

from wfm.domain.adherence import AdherenceRules, RulesFrom, in_force


@dataclass(frozen=True)
class FactRules(AdherenceRules):
    """Everything about facts that a centre may choose; a changed value is another rules id.

    `punctual_s` is the tolerance of shift starts, shift ends and breaks (one minute by our
    convention), so that a break begun 20 s late is on time while its 20 s stay out of adherence.
    `by_site` holds the adherence rules of sites that have their own.
    """

    punctual_s: int = 60
    short_contact_s: int = 20
    by_site: tuple[tuple[str, AdherenceRules], ...] = ()

    @property
    def rules_id(self) -> str:
        """Short id of these rules: the same values give the same id."""
        return hashlib.sha256(repr(sorted(asdict(self).items())).encode()).hexdigest()[:16]

    def of_site(self, site_id: str | None) -> AdherenceRules:
        """The adherence rules of a site: its own, else those of the centre."""
        return dict(self.by_site).get(site_id or "", self)


def rules_of_day(rules: FactRules, recorded: Iterable[RulesFrom], day: date) -> FactRules:
    """The rules with what the centre had put in force by a day, everywhere and by site.

    Rules recorded for every site from 1 March replace the given ones from that day on, and leave
    February as it was.
    """
    chosen = in_force(recorded, day)
    common = chosen.pop("", None)
    if common is not None:
        values = {f.name: getattr(common, f.name) for f in fields(AdherenceRules)}
        rules = replace(rules, **values)
    return replace(rules, by_site=tuple(sorted(chosen.items()))) if chosen else rules
