"""An explanation in sentences: what moved, who accounts for it, and what it is not."""

from __future__ import annotations

from collections.abc import Sequence

from kpis.definition import Kpi
from kpis.display import UNITS, decimals_of, digits, format_value, shown_unit
from kpis.explain.levels import Bar, Level
from kpis.explain.naming import WORDS, plural
from kpis.explain.rate_mix import OTHERS
from kpis.explain.rounding import share_out
from kpis.needs import noun_of
from wfm.domain.language import joined as joined_said
from wfm.domain.language import listed, say

# Conventions: together the leading parts make 60 %; a rate or a mix is told from a fifth on.
LEADING, MOST_LEADING = 0.6, 3
TOLD = 0.2
# Movements that cancel: the parts that rise are this many times what is left in sum.
CANCELS = 4.0


def change_sentence(kpi: Kpi, level: Level, where: str, since: str) -> str:
    """What changed and who accounts for it.

    "Handle time rose 66 s in Phoenix, from 354 s to 420 s: tv offer accounts for 56 s of it, 24 s
    by its own value (480 s to 600 s) and 32 s by its share of contacts (10 % to 31 %)."
    """
    if cancels(level):
        return say(
            "{figure}{where} did not change in sum: {cancelling}.",
            figure=kpi.short_name,
            where=where,
            cancelling=cancelling(kpi, level),
        )
    if opposed(level):
        return simpson_sentence(kpi, level, where)
    told = {
        "figure": kpi.short_name,
        "where": where,
        "size": _size(kpi, level),
        "from_to": _from_to(kpi, level),
        "since": say(" {since}", since=since) if since else "",
        "accounts": accounts(kpi, level),
    }
    if level.delta > 0:
        return say("{figure}{where} rose {size}, {from_to}{since}: {accounts}.", **told)
    return say("{figure}{where} fell {size}, {from_to}{since}: {accounts}.", **told)


def gap_sentence(kpi: Kpi, level: Level, where: str) -> str:
    """How far from its target, and who accounts for it.

    "Contacts per hour in Team North is 9.46 /h, 0.74 /h under its target: Elio and Ina account for
    -0.81 and -0.81 /h of it, the others for +0.88 /h."
    """
    told = {
        "figure": kpi.short_name,
        "where": where,
        "size": _size(kpi, level),
        "value": value_text(kpi, level.after, decimals_for(kpi, level)),
        "accounts": accounts(kpi, level),
    }
    if level.delta > 0:
        return say("{figure}{where} is {value}, {size} over its target: {accounts}.", **told)
    return say("{figure}{where} is {value}, {size} under its target: {accounts}.", **told)


def accounts(kpi: Kpi, level: Level) -> str:
    """The leading parts of a level with their sizes, and by what a single one moved."""
    chosen = leading(level)
    if not chosen:
        return say("no part stands out")
    decimals = decimals_for(kpi, level)
    first, shown, last = level.printed(decimals)
    printed = dict(zip((bar.key for bar in level.bars), shown, strict=True))
    sizes = [printed[bar.key] for bar in chosen]
    signed = level.delta < 0 or len(chosen) > 1
    names = joined([bar.name for bar in chosen])
    told = joined([amount(kpi, size, decimals, signed) for size in sizes])
    if len(chosen) > 1 or level.dimension == "tenure":
        text = say("{names} account for {told} of it", names=names, told=told)
    else:
        text = say("{names} accounts for {told} of it", names=names, told=told)
    if len(chosen) == 1:
        text += _by_what(kpi, level, chosen[0], sizes[0], decimals)
    rest = level.delta - sum(bar.size for bar in chosen)
    if rest * level.delta < 0 and abs(rest) > TOLD * abs(level.delta):
        left = round(last - first - sum(sizes), decimals)
        text += say("; the others offset it with {amount}", amount=amount(kpi, left, decimals))
    return text


def drill_sentence(kpi: Kpi, level: Level) -> str:
    """A level inside a segment: "Within tv offer, from 480 s to 600 s: agents in their first 90
    days account for 75 s of it, by their share of contacts (0 % to 75 %)."
    """
    told = {"inside": level.inside, "accounts": accounts(kpi, level)}
    if level.ends[0] == "target":
        told["value"] = value_text(kpi, level.after, decimals_for(kpi, level))
        told["size"] = _size(kpi, level)
        if level.delta > 0:
            return say("Within {inside}, {value}, {size} over the target: {accounts}.", **told)
        return say("Within {inside}, {value}, {size} under the target: {accounts}.", **told)
    told["from_to"] = _from_to(kpi, level)
    return say("Within {inside}, {from_to}: {accounts}.", **told)


def split_sentence(kpi: Kpi, level: Level) -> str:
    """The whole by own values and by mix: "Of it +24 s come from how long each contact type takes,
    and +42 s from how many there are of which."
    """
    decimals = decimals_for(kpi, level)
    first, _, last = level.printed(decimals)
    rate, mix = share_out([level.rate, level.mix], decimals, last - first)
    return say(
        "Of it {rate} come from how long each {word} takes, and {mix} from how many there are of "
        "which.",
        rate=amount(kpi, rate, decimals),
        word=WORDS.get(level.dimension, level.dimension),
        mix=amount(kpi, mix, decimals),
    )


def channels_sentence(kpi: Kpi, level: Level) -> str:
    """What a figure mixes: "It mixes 3 channels: voice 412 s, chat 610 s and mail 540 s; read each
    for itself."
    """
    told = [
        say("{name} {value}", name=bar.name, value=format_value(kpi, bar.after))
        for bar in level.bars
        if bar.after is not None
    ]
    return say(
        "It mixes {n} channels: {joined}; read each for itself.", n=len(told), joined=joined(told)
    )


def component_sentence(kpi: Kpi, level: Level) -> str:
    """A figure's components: "By component: talk +38 s, hold +6 s, after-contact work +18 s."."""
    decimals = decimals_for(kpi, level)
    shown = level.printed(decimals)[1]
    parts = [
        joined_said(" ", (bar.name, amount(kpi, size, decimals)))
        for bar, size in zip(level.bars, shown, strict=True)
        if size or len(level.bars) <= 3
    ]
    listing = joined_said(", ", parts)
    if level.dimension == "component":
        return say("By component: {parts}.", parts=listing)
    return say("By factor: {parts}.", parts=listing)


def simpson_sentence(kpi: Kpi, level: Level, where: str) -> str:
    """Every segment moved one way and the whole the other: the mix did it.

    "Every contact type moved the other way (-21 s); the mix moved handle time +117 s: look at what
    there is more of, claim, not at how it is done."
    """
    word = WORDS.get(level.dimension, level.dimension)
    most = max(level.bars, key=lambda bar: bar.mix * (1 if level.delta > 0 else -1))
    decimals = decimals_for(kpi, level)
    first, _, last = level.printed(decimals)
    rate, mix = share_out([level.rate, level.mix], decimals, last - first)
    return say(
        "{figure}{where} went {from_to} though every {word} moved the other way ({rate}): the mix "
        "made it {mix}. Look at what there is more of, {most}, not at how it is done.",
        figure=kpi.short_name,
        where=where,
        from_to=_from_to(kpi, level),
        word=word,
        rate=amount(kpi, rate, decimals),
        mix=amount(kpi, mix, decimals),
        most=most.name,
    )


def cancelling(kpi: Kpi, level: Level) -> str:
    """Movements that cancel: "tv offer +18.6 s and billing -18.6 s cancel"."""
    up = max(level.bars, key=lambda bar: bar.size)
    down = min(level.bars, key=lambda bar: bar.size)
    more, less = (amount(kpi, bar.size, decimals_of(kpi)) for bar in (up, down))
    return say(
        "two movements cancel, {up} {more} and {down} {less}",
        up=up.name,
        more=more,
        down=down.name,
        less=less,
    )


def cancels(level: Level) -> bool:
    """Whether the parts are large and nothing is left of them in sum."""
    up = sum(bar.size for bar in level.bars if bar.size > 0)
    scale = max(abs(level.before), abs(level.after))
    return up > CANCELS * abs(level.delta) and up > 0.05 * scale


def opposed(level: Level) -> bool:
    """Whether every segment moved against the whole, so that only the mix explains it."""
    rates = [bar.rate for bar in level.bars if bar.before is not None and bar.after is not None]
    return (
        len(rates) > 1
        and abs(level.delta) > 0
        and all(rate * level.delta < 0 for rate in rates)
        and level.mix * level.delta > 0
    )


def leading(level: Level) -> tuple[Bar, ...]:
    """The fewest parts that together make most of the change (60 %), three at most."""
    chosen: list[Bar] = []
    total = 0.0
    for bar in level.ranked:
        if bar.size * level.delta <= 0 or (bar.key == OTHERS and chosen):
            break
        chosen.append(bar)
        total += bar.size
        if abs(total) >= LEADING * abs(level.delta) or len(chosen) == MOST_LEADING:
            break
    return tuple(chosen)


def joined(words: Sequence[str]) -> str:
    """Words as a sentence lists them: "a", "a and b", "a, b and c"."""
    return listed(words)


def share_text(part: float, whole: float) -> str:
    """A share as whole percent: 400 of 1,300 is "31 %"."""
    return (
        say("{part:.0f} %", part=100 * part / whole) if whole > 0 else say("{part:.0f} %", part=0)
    )


def _by_what(kpi: Kpi, level: Level, bar: Bar, size: float, decimals: int) -> str:
    """By its own value, by its share, or by both, each from a fifth of the part on."""
    if kpi.kind != "ratio" or level.dimension in ("component", "factor") or not bar.mix:
        return ""
    rate, mix = share_out([bar.rate, bar.mix], decimals, size)
    own = bar.before is not None and bar.after is not None
    values: str = ""
    if own:
        ends = {"before": format_value(kpi, bar.before), "after": format_value(kpi, bar.after)}
        values = say(" ({before} to {after})", **ends)
    total0, total1 = (sum(getattr(b, name) for b in level.bars) for name in ("base0", "base1"))
    noun = noun_of(kpi.bottom.measures if kpi.bottom is not None else kpi.measures)
    shares = {"before": share_text(bar.base0, total0), "after": share_text(bar.base1, total1)}
    if level.dimension == "tenure":
        by_rate = say("by their own value{values}", values=values)
        by_mix = say("by their share of {noun} ({before} to {after})", noun=noun, **shares)
    else:
        by_rate = say("by its own value{values}", values=values)
        by_mix = say("by its share of {noun} ({before} to {after})", noun=noun, **shares)
    both = abs(bar.size) or 1.0
    if abs(bar.mix) < TOLD * both:
        return say(", {by}", by=by_rate)
    if abs(bar.rate) < TOLD * both:
        return say(", {by}", by=by_mix)
    own_part, mix_part = (amount(kpi, part, decimals, False) for part in (rate, mix))
    return say(
        ", {own} {by_rate} and {mix} {by_mix}",
        own=own_part, by_rate=by_rate, mix=mix_part, by_mix=by_mix,
    )  # fmt: skip


def decimals_for(kpi: Kpi, level: Level) -> int:
    """Decimals with which a change still has two figures: 0.74 contacts an hour, not 0.7."""
    decimals = decimals_of(kpi)
    while decimals < 3 and level.delta and abs(level.delta) * 10**decimals < 10:
        decimals += 1
    return decimals


def value_text(kpi: Kpi, value: float, decimals: int) -> str:
    """A value with its unit and so many decimals: "9.46 /h"."""
    unit = shown_unit(UNITS[kpi.unit].text)
    return say("{value}{unit}", value=_digits(value, decimals), unit=unit)


def amount(kpi: Kpi, size: float, decimals: int, signed: bool = True) -> str:
    """A part with its unit, signed unless it may stand without: "+12.0 s", "-0.81 /h"."""
    text = _digits(size, decimals)
    plus = "+" if signed and size > 0 and text.strip("0.,") else ""
    unit = shown_unit(UNITS[kpi.unit].gap_text)
    return say("{plus}{value}{unit}", plus=plus, value=text, unit=unit)


def _size(kpi: Kpi, level: Level) -> str:
    decimals = decimals_for(kpi, level)
    first, _, last = level.printed(decimals)
    return amount(kpi, abs(last - first), decimals, False)


def _from_to(kpi: Kpi, level: Level) -> str:
    decimals = decimals_for(kpi, level)
    first, last = (value_text(kpi, v, decimals) for v in (level.before, level.after))
    return say("from {first} to {last}", first=first, last=last)


def _digits(value: float, decimals: int) -> str:
    text = digits(value, decimals)
    return say("−{text}", text=text) if value < 0 and text.strip("0.,") else text


def no_parts(kpi: Kpi, value: float | None, reason: str) -> str:
    """Why a figure has no explanation: "Longest wait is 95 s; it cannot be taken apart here: a max
    has no parts that sum."
    """
    if value is None:
        return say("{short} is not known: {reason}.", short=kpi.short_name, reason=reason)
    told = say("{short} is {value}", short=kpi.short_name, value=format_value(kpi, value))
    return say("{told}; it cannot be taken apart here: {reason}.", told=told, reason=reason)


def dimension_words(names: Sequence[str]) -> str:
    """Dimensions in the plural, as a sentence lists them: "queues, teams and tenure"."""
    return joined([plural(name) for name in names])
