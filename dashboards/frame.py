"""What a page is asked and what it answers; one answer is drawn, tabled and exported."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, TypeVar
from zlib import crc32

from dashboards.forms import FormRoom
from dashboards.parts.answer import Answer
from dashboards.parts.table import Sheet
from dashboards.parts.tile import Tile
from dashboards.sources import Sources
from dashboards.theme import Palette, palette_of
from dashboards.view_state import ViewState
from kpis import reading
from kpis.catalogue.load import CATALOGUE
from kpis.dashboards import PAGES
from kpis.query import kpi_series, kpi_sums, kpi_values
from kpis.value import KpiValue
from wfm.domain.grid import QUARTER_S, QUARTERS_A_DAY, local_day
from wfm.domain.language import language_code, say_many
from wfm.domain.organisation import Organisation
from wfm.domain.periods import Period, period_of
from wfm.domain.principal import Principal
from wfm.domain.scope import Scope
from wfm.domain.targets import TargetBook
from wfm.queries.access import default_scope
from wfm.queries.facts import open_facts
from wfm.queries.loading import Loading, loading_of
from wfm.queries.pulse import Pulse, pulse_of
from wfm.queries.targets import read_targets
from wfm.web.pages import Page

LASTING = 5  # minutes for which what hardly ever changes by itself is held
HELD_SIZE = 8  # of what is held for the minute, in readings of the pulse
Held = TypeVar("Held")
FACTS_S = 15  # for which pages that wait for the minute read one generation of the facts
LIVE_FEEDS = ("contact_leg", "agent_state", "interval_stats")


@dataclass(frozen=True)
class Spec:
    """What a page offers in its header: ranges, comparisons, and which of them it begins with."""

    grains: tuple[tuple[str, str], ...]
    grain: str
    comparisons: tuple[tuple[str, str], ...] = ()
    compare: str = ""
    ahead: bool = False  # the period may lie in the future
    # Begins with the period before while the running one has none of the figures of this page.
    falls_back: str = ""


@dataclass(frozen=True)
class Look:
    """How the browser shows it: colour scheme, and whether it is a phone."""

    scheme: str = "light"
    narrow: bool = False

    @classmethod
    def parse(cls, text: object) -> Look:
        """The look as the browser tells it: "dark narrow"; anything else is light and wide."""
        words = text.split() if isinstance(text, str) else []
        return cls("dark" if "dark" in words else "light", "narrow" in words)

    @property
    def palette(self) -> Palette:
        """The colours of the scheme."""
        return palette_of(self.scheme)


def minute_of(now_at: int, scope: Scope) -> int:
    """The number of the minute that holds an instant for who looks at a scope.

    Each scope has its own second at which a minute begins, so that a server does not draw all its
    readers' pages in the first seconds of every minute.
    """
    return (now_at + crc32(scope.path.encode()) % 60) // 60


@dataclass(frozen=True)
class Ask:
    """One question to a page: who asks, in which state, for which already authorised scope.

    Reads are cached for the one answer, so that all its figures are of one generation.
    """

    who: Principal
    page: Page
    spec: Spec
    state: ViewState
    scope: Scope
    sources: Sources
    look: Look
    seen: Pulse | None = None  # the pulse, where the request has read it already
    waits: bool = False  # no new facts have to show before the minute is over
    fell_back: bool = False  # the period before stands where the asked one has no figure yet

    @cached_property
    def now(self) -> int:
        """The product's now, the same for the whole answer."""
        return self.sources.now()

    @cached_property
    def root(self) -> Scope:
        """Where this person's breadcrumb begins."""
        return default_scope(self.who, self.page.permission)

    @cached_property
    def pulse(self) -> Pulse:
        """What changed last in the store, and the small readings that hold since then."""
        return self.seen or pulse_of(self.sources.store)

    @cached_property
    def organisation(self) -> Organisation:
        """Units, people and queues inside the person's own scope."""
        return self.pulse.organisation(self.root)

    @cached_property
    def facts(self) -> Any:
        """The facts of one generation; those who wait for the minute share it for some seconds.

        Today is built every few seconds, and each build ends what is kept of its figures. So all
        of them read what the first reads in each quarter of a minute, until somebody does anything.
        """
        if not self.waits:
            return open_facts(self.sources.store)
        on = (self.now // FACTS_S, *self._marks)
        return self.pulse.once("facts", on, lambda: open_facts(self.sources.store))

    @cached_property
    def targets(self) -> TargetBook:
        """Targets that hold in the scope."""
        marks, store, root = self.pulse.marks, self.sources.store, self.root
        on = (marks.delivery, self.pulse.people_mark, language_code())
        return self.pulse.once(("targets", root), on, lambda: read_targets(store, root))

    @cached_property
    def zone(self) -> str:
        """The zone that labels times: the site's own; for several sites the first one's."""
        site = self.scope.site
        if site is not None:
            return self.organisation.zone(site)
        sites = self.organisation.sites
        return (sites[0].timezone or "UTC") if sites else "UTC"

    @cached_property
    def today(self) -> date:
        """The local day that holds now."""
        return local_day(self.now, self.zone)

    @cached_property
    def grain(self) -> str:
        """The range in force."""
        return self.state.grain or ("custom" if self.state.first else self.spec.grain)

    @cached_property
    def period(self) -> Period:
        """The local days in force."""
        return self.state.period(self.spec.grain, self.today)

    @cached_property
    def compare(self) -> str:
        """The comparison in force."""
        return self.state.compare or self.spec.compare

    @cached_property
    def loading(self) -> Loading | None:
        """How far history is loaded, None when it is all there."""
        marks, store = self.pulse.marks, self.sources.store
        on = (marks.generation, marks.build, marks.deed, self.now // 60)
        return self.pulse.once(("loading", self.today), on, lambda: loading_of(store, self.today))

    @cached_property
    def not_compared(self) -> str:
        """Why the period has nothing to stand beside while days of either load; else empty."""
        end = min(self.period.end, self.today)
        own = [Period(self.period.first, end)] if self.period.first < end else []
        return self.lacking(*own, Period(self.before["first"], self.before["end"]))

    def lacking(self, *periods: Period) -> str:
        """That days of periods are not all loaded, empty when they are: missing is not zero."""
        known = self.loading
        n = sum(known.lacks(one.first, one.end) for one in periods) if known is not None else 0
        if not n:
            return ""
        days = sum(period.days for period in periods)
        return say_many(
            "not compared yet: {n} of {days} days is still loading",
            "not compared yet: {n} of {days} days are still loading",
            n,
            days=days,
        )

    @cached_property
    def data_at(self) -> int | None:
        """The latest event of the live feeds, None when nothing ever came."""
        times = [f.last_at for f in self.pulse.feeds() if f.table in LIVE_FEEDS]
        return max(times, default=None)

    def held(
        self, name: Hashable, read: Callable[[], Held], scope: Scope | None = None, minutes: int = 1
    ) -> Held:
        """What was read of a scope since the minute began and since anybody did anything.

        For what does not hang on the view, of pages that wait for the minute anyway: the shifts
        ahead are the same for today and for the quarter. What only deeds change, or a month's sums
        that a minute hardly moves, is held for more `minutes`.
        """
        scope = scope or self.scope
        on = (minute_of(self.now, scope) // minutes, *self._marks)
        key = ("held", scope, name, language_code())
        return self.pulse.once(key, on, read, HELD_SIZE)

    @property
    def _marks(self) -> tuple[Hashable, ...]:
        """What differs as soon as anybody has done anything."""
        return (self.pulse.deeds_mark, self.pulse.places_mark, self.pulse.insights_mark)

    def of_figures(self) -> Ask:
        """This question, or that of the period before where none was named and it has no figure.

        Before the centre opens on a Monday its week is empty; what is of use then is last week.
        """
        if not self._not_begun:
            return self
        state = self.state.but(grain=self.grain, day=self._earlier.first)
        return replace(self, state=state, fell_back=True)

    @property
    def _earlier(self) -> Period:
        """The period of the same kind that ends where this one begins."""
        return period_of(self.grain, self.period.first - timedelta(days=1))

    @property
    def _not_begun(self) -> bool:
        state = self.state
        if not self.spec.falls_back or state.grain or state.day or state.first:
            return False
        tiles = PAGES[self.spec.falls_back].kpi_ids
        return self.held(
            ("not begun", self.period.first),
            lambda: all(v.value is None for v in self.values(tiles)) and self._known_before(tiles),
        )

    def _known_before(self, kpi_ids: tuple[str, ...]) -> bool:
        found = self.values(kpi_ids, first=self._earlier.first, end=self._earlier.end)
        return any(value.value is not None for value in found)

    @property
    def live(self) -> bool:
        """Whether the period holds now."""
        return self.period.first <= self.today < self.period.end

    @cached_property
    def before(self) -> dict[str, Any]:
        """The comparison period as `values` takes it: the same weekdays, and as far as today is.

        On Monday at noon the week is held against last Monday up to noon, not against a whole week.
        """
        earlier = self.period.previous()
        if not self.live:
            return {"first": earlier.first, "end": earlier.end}
        gone = (self.today - self.period.first).days + 1
        span: dict[str, Any] = {
            "first": earlier.first, "end": earlier.first + timedelta(days=gone),
        }  # fmt: skip
        if self.period.days <= 7:
            weeks = (self.period.first - earlier.first).days // 7
            span["q_to"] = (self.now // QUARTER_S) - weeks * 7 * QUARTERS_A_DAY
        return span

    def link(self, **changes: object) -> str:
        """The address of this page with some of its state changed."""
        return self.state.but(**changes).link(self.page.path)

    def scope_link(self, scope: Scope, **changes: object) -> str:
        """The address of this page for another scope, everything else kept."""
        return self.state.but(scope=scope, **changes).link(self.page.path)

    def values(self, kpi_ids: tuple[str, ...], **more: Any) -> tuple[KpiValue, ...]:
        """Values of KPIs in this scope; `first` and `end` default to the period."""
        scope = more.pop("scope", self.scope)
        first, end = more.pop("first", self.period.first), more.pop("end", self.period.end)

        def read() -> tuple[KpiValue, ...]:
            return kpi_values(self.facts, scope, kpi_ids, first, end, targets=self.targets, **more)

        asked = ("values", kpi_ids, first, end, *sorted(more.items()))
        found = self._once(asked, scope, read) if self.waits else read()
        changes = {k for k in kpi_ids if CATALOGUE[k].kind == "compare"}
        if not changes or not self.not_compared:
            return found
        lacks = self.not_compared
        return tuple(unknown(v.kpi_id, lacks, v.key) if v.kpi_id in changes else v for v in found)

    def _once(self, asked: Hashable, scope: Scope, read: Callable[[], Held]) -> Held:
        """What was read for a question since the minute began.

        Targets are those of the rights of who asks, which begin at their root.
        """
        return self.held((self.root, asked), read, scope)

    def values_before(self, kpi_ids: tuple[str, ...]) -> tuple[KpiValue, ...]:
        """Values of the comparison period; not known, with the reason, while days of it load."""
        if self.not_compared:
            return tuple(unknown(kpi_id, self.not_compared) for kpi_id in kpi_ids)
        return self.values(kpi_ids, **self.before)

    def sums(self, kpi_id: str, *by: str) -> Mapping[reading.Key, tuple[float, float | None]]:
        """Numerator and denominator of a ratio by key, for many keys without targets."""
        period = reading.Ask(self.scope, self.period.first, self.period.end, by)

        def read() -> Mapping[reading.Key, tuple[float, float | None]]:
            return kpi_sums(self.facts, period, CATALOGUE[kpi_id])

        return self._once(("sums", kpi_id, period), self.scope, read) if self.waits else read()

    def series(self, kpi_ids: tuple[str, ...], grain: str, **more: Any) -> Any:
        """Trends of KPIs by grain, as `kpi_series`; a day that is still loading is a gap.

        Steps that are over hardly change, so they are read once in the minute.
        """
        scope = more.pop("scope", self.scope)
        first, end = more.pop("first", self.period.first), more.pop("end", self.period.end)
        found: Mapping[str, tuple[KpiValue, ...]] = self._once(
            ("series", kpi_ids, first, end, grain, *sorted(more.items())), scope,
            lambda: kpi_series(
                self.facts, scope, kpi_ids, first, end, grain, targets=self.targets, **more
            ),
        )  # fmt: skip
        waiting = self.loading.waiting if self.loading is not None else frozenset()
        if not waiting:
            return found
        return {
            kpi_id: tuple(value for value in steps if value.at("day") not in waiting)
            for kpi_id, steps in found.items()
        }


def unknown(kpi_id: str, reason: str, key: reading.Key = ()) -> KpiValue:
    """A figure that is not known, and why."""
    kpi = CATALOGUE[kpi_id]
    return KpiValue(kpi.id, kpi.name, kpi.unit, kpi.better, key, reason=reason)


@dataclass(frozen=True)
class View:
    """The answer of a page: its sentence, and how tiles, panels and tables are made.

    None of these is made before it is wanted: a reader sees the panels or the tables, and what
    stands since the last answer is not drawn again.
    """

    answer: Answer
    count: Callable[[], tuple[Tile, ...]]
    draw: Callable[[], Any]
    tell: Callable[[], tuple[Sheet, ...]]
    css: str = ""

    @cached_property
    def tiles(self) -> tuple[Tile, ...]:
        """The figures at a glance."""
        return self.count()

    @cached_property
    def body(self) -> Any:
        """The panels below the tiles."""
        return self.draw()

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """The tables with the numbers of the panels, the main one first."""
        return self.tell()


def by_the_minute(ask: Ask) -> object:
    """For a page of which no event has to show before the minute is over."""
    return None


@dataclass(frozen=True)
class PageRoom:
    """A page of the product: its id in `pages.csv`, what its header offers, and its answer.

    `forms` are what its drawer can show. `sign` is what the answer depends on beside feeds and
    facts (the newest plan, target or job): while it is the same, a tick draws nothing anew.
    `events` is what of the events has to show at once; the rest of the page then waits for the next
    minute. None: it shows whatever arrives. `shared`: the main part hangs on nothing but rights,
    view and store, so that it is drawn once for all who look at the same.
    """

    page_id: str
    spec: Spec
    view: Callable[[Ask], View]
    forms: tuple[FormRoom, ...] = ()
    sign: Callable[[Ask], object] | None = None
    events: Callable[[Ask], object] | None = None
    shared: bool = False
