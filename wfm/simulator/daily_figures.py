"""Figures that other systems of the centre hand over: once a day, and with each contact.

Finance tells cost, personnel the people, the telephone system its self-service, the customer
system cases, orders and sales; customers answer surveys, and some contacts are evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import polars as pl

from wfm.simulator.centre import CONTRACTS, ENTERPRISE, VOICE, Centre, Site
from wfm.simulator.chance import stream
from wfm.simulator.csv_files import Row
from wfm.simulator.plans import Roster

MEASURES = ("day", "level", "key", "measure", "value")
_HOUR_COST = {"new_york": 31.0, "phoenix": 26.0, "dublin": 29.0, "kolkata": 9.5}
_SURVEYED, _EVALUATED = 40, 3  # of 1,000 answered contacts
_NEW_DAYS = 90


def day_measures(roster: Roster, site: Site, day: date) -> Iterator[Row]:
    """Rows of measures.csv for a local day of a site."""
    centre = roster.centre
    rng = stream(centre.seed, "measures", site.site_id, day.toordinal())
    yield from _personnel(centre, site, day)
    yield from _finance(roster, site, day, rng)
    voice = next(g for g in centre.groups if g.site_id == site.site_id and g.kind == VOICE)
    contacts = roster.volume.mean(voice, day)
    for queue in voice.queues:
        mean = contacts * queue.share
        closed = int(rng.poisson(mean * 0.4))
        first = int(rng.binomial(closed, 0.74))
        yield from _rows(
            day, "queue", queue.queue_id,
            case_closed_n=closed, case_first_n=first,
            case_s=int(closed * 3600 * (8 + 40 * (1 - first / max(closed, 1)))),
            case_reopen_n=int(rng.binomial(closed, 0.06)),
            case_open_n=int(rng.poisson(mean * 0.9)),
            complaint_n=int(rng.poisson(mean * 0.006)),
        )  # fmt: skip
        if queue.kind == "tv_offer":
            orders = int(rng.poisson(mean * 0.42))
            right = int(rng.binomial(orders, 0.965))
            yield from _rows(
                day, "queue", queue.queue_id, order_n=orders, order_ok_n=right,
                order_ful_n=int(rng.binomial(orders, 0.93)), order_s=int(orders * 86_400 * 2.4),
                order_repl_n=orders - right, order_repl_amt=round((orders - right) * 34.5, 2),
                sale_opp_n=int(rng.poisson(mean)), sales_n=orders,
                rev_amt=round(float(rng.gamma(max(orders, 1), 58.0)), 2),
            )  # fmt: skip


def centre_measures(roster: Roster, day: date) -> Iterator[Row]:
    """Rows of measures.csv that belong to no site: the self-service all callers pass first."""
    rng = stream(roster.centre.seed, "self-service", day.toordinal())
    calls = sum(roster.volume.mean(g, day) for g in roster.centre.groups if g.kind == VOICE)
    entered = int(rng.poisson(calls * 1.38))
    done = int(rng.binomial(entered, 0.21))
    quit_n = int(rng.binomial(entered - done, 0.05))
    yield from _rows(
        day, "enterprise", ENTERPRISE, ivr_n=entered, ivr_done_n=done,
        ivr_noagent_n=done + quit_n, ivr_quit_n=quit_n,
        selfserv_cost_amt=round(entered * 0.19, 2),
    )  # fmt: skip


def _personnel(centre: Centre, site: Site, day: date) -> Iterator[Row]:
    for team in (t for t in centre.teams if t.site_id == site.site_id):
        people = [a for a in centre.members[team.group_id]
                  if a.team_id == team.team_id and a.is_employed(day)]  # fmt: skip
        tenure = [(day - a.hire_on).days for a in people]
        left = sum(a.leave_on == day for a in people)
        yield from _rows(
            day, "team", team.team_id,
            headcount_pd=len(people), new_pd=sum(t < _NEW_DAYS for t in tenure),
            tenure_pd=sum(tenure), hire_n=tenure.count(0), leaver_n=left, leaver_vol_n=left,
            skill_pd=sum(len(a.skills) for a in people),
        )  # fmt: skip


def _finance(roster: Roster, site: Site, day: date, rng: np.random.Generator) -> Iterator[Row]:
    centre = roster.centre
    paid_h = 0.0
    for shift in roster.worked_on(site.site_id, day):
        rules = CONTRACTS[centre.agents[shift.agent].contract_id].breaks
        paid_h += (shift.end - shift.start - sum(r.minutes for r in rules if not r.paid)) / 60
    labour = paid_h * _HOUR_COST[site.site_id]
    yield from _rows(
        day, "site", site.site_id, labour_amt=round(labour, 2),
        opcost_amt=round(labour * float(rng.uniform(1.38, 1.44)), 2),
        ot_amt=round(labour * float(rng.uniform(0.004, 0.012)), 2),
    )  # fmt: skip


def _rows(day: date, level: str, key: str, **values: float) -> Iterator[Row]:
    for measure, value in values.items():
        yield day, level, key, measure, value


def surveys_of(contacts: pl.DataFrame) -> pl.DataFrame:
    """Rows of surveys.csv: of one in 25 answered contacts, satisfaction that falls with waiting."""
    asked = _picked(contacts, "survey", _SURVEYED)
    waited = ((pl.col("connected_at") - pl.col("enqueued_at")) / 60).clip(0, 10)
    luck = _luck("csat")
    score = (5.3 - 0.22 * waited - 4.2 * luck**3).round().clip(1, 5).cast(pl.Int64)
    return asked.select(
        pl.format("sv-{}-{}", "contact_id", "leg_no").alias("response_id"),
        "contact_id", "agent_id", "queue_id",
        pl.from_epoch("wrap_ended_at").alias("sent_at"),
        pl.from_epoch("wrap_ended_at").alias("answered_at"),
        score.alias("csat"),
        (score * 2 + (_luck("nps") * 2).floor().cast(pl.Int64) - 1).clip(0, 10)
        .alias("nps"),
        (score + (_luck("ces") * 3).floor().cast(pl.Int64)).clip(1, 7).alias("ces"),
        pl.when(_luck("fcr") < 0.45 + 0.08 * score).then(pl.lit("yes"))
        .otherwise(pl.lit("no")).alias("resolved_first"),
        pl.when((score == 1) & (_luck("hot") < 0.4)).then(pl.lit("service"))
        .when((score == 5) & (_luck("hot") < 0.03)).then(pl.lit("opportunity"))
        .otherwise(pl.lit("none")).alias("hotline"),
    )  # fmt: skip


def evaluations_of(contacts: pl.DataFrame) -> pl.DataFrame:
    """Rows of quality.csv: three of 1,000 answered contacts, marked out of 100."""
    heard = _picked(contacts, "quality", _EVALUATED)
    luck = _luck("marks")
    points = (96 - 34 * luck**2.2).round().cast(pl.Int64)
    return heard.select(
        pl.format("qm-{}-{}", "contact_id", "leg_no").alias("evaluation_id"),
        "agent_id", pl.from_epoch("wrap_ended_at").alias("evaluated_at"), "contact_id",
        pl.lit("standard").alias("form"), points.alias("points"),
        pl.lit(100).alias("max_points"), (_luck("critical") < 0.02).alias("critical_error"),
        pl.when(_luck("calibrated") < 0.1)
        .then((points + (_luck("second") * 9 - 4).round()).clip(0, 100).cast(pl.Int64))
        .alias("reference_points"),
    )  # fmt: skip


def _picked(contacts: pl.DataFrame, purpose: str, of_1000: int) -> pl.DataFrame:
    return contacts.filter(pl.col("outcome") == "answered", _luck(purpose) < of_1000 / 1000)


def _luck(purpose: str) -> pl.Expr:
    """A number from 0 to 1 that belongs to the contact and the purpose, whenever it is asked."""
    # The end of a contact is chance enough, so that no seed is needed here.
    parts = pl.format("{}-{}-{}-{}", "contact_id", "leg_no", "wrap_ended_at", pl.lit(purpose))
    return parts.hash().cast(pl.Float64) / 2.0**64
