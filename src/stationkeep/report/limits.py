"""What is lost first and where the ways back end, in words: for the verdict of the terminal and of the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from stationkeep.campaign.document import (
    BranchDocument,
    ControlledDeorbitPoint,
    DeorbitChances,
    LostFunction,
    RunDocument,
)
from stationkeep.campaign.part import Interval, LossDates
from stationkeep.report import text
from stationkeep.report.interruptions import SHORT, interrupted_text, told_interruptions
from stationkeep.timescale import iso_utc, mjd_utc, parse_utc

Answer = Callable[[BranchDocument], str]

_WIDE_DAYS: Final = 60.0
_MOST_NAMED: Final = 3
_ALL_RUNS: Final = 0.995
_FROM_KN: Final = 950.0
_LEAST_N: Final = 0.05  # what is missing by less is rounding
_LEAST_KG: Final = 0.005


def first_lost(branch: BranchDocument) -> list[LostFunction]:
    """The functions lost first in the middle of the runs: several where they go on the same day; maybe none."""
    dated = [item for item in branch.functions_lost if item.median_utc is not None]
    return [
        item
        for item in dated
        if item.median_utc and dated[0].median_utc and item.median_utc[:10] == dated[0].median_utc[:10]
    ]


def first_lost_text(branch: BranchDocument) -> str:
    """For a cell: ``reboost, gyro unloading``; a dash where nothing is lost in half of the runs."""
    return ", ".join(SHORT[item.function] for item in first_lost(branch)) or text.NONE


def first_lost_sentence(branch: BranchDocument, *, everything: bool = False) -> str:
    """Lost first: what, when, whose it was, who else had shown that they can. Empty where half of the runs keep all.

    Where deliveries alone are lost first, which may be the branch's premise, what follows is named as well; so is the
    loss of attitude, the most dangerous one.
    """
    lost = first_lost(branch)
    if not lost:
        return ""
    when = text.day_text(lost[0].median_utc or "", long=True)
    what = _listed([item.title for item in lost])
    partners = list(dict.fromkeys(item.partner for item in lost))
    if len(partners) == 1 and partners[0]:
        by = partners[0]
    else:
        by = _listed(list(dict.fromkeys(item.provided_by for item in lost if item.provided_by)))
    said = [f"Lost first, {_about(lost[0])} {when}: {what}" + (f" (so far by {by})." if by else ".")]
    later = _next_lost(branch, lost) if {item.function for item in lost} == {"resupply"} else []
    if later:
        day = text.month_text(later[0].median_utc or "", long=True)
        said.append(f"Next, {_about(later[0])} {day}: {_listed([item.title for item in later])}.")
    attitude = next((item for item in branch.functions_lost if item.function == "attitude"), None)
    if attitude is not None and attitude.median_utc is not None and attitude not in (*lost, *later):
        said.append(f"Attitude control goes about {text.month_text(attitude.median_utc, long=True)}.")
    return " ".join([*said, *_who_else([*lost, *later], everything)])


def _about(item: LostFunction) -> str:
    return "on" if item.p05_utc == item.p95_utc else "about"


def _next_lost(branch: BranchDocument, lost: list[LostFunction]) -> list[LostFunction]:
    rest = [item for item in branch.functions_lost if item.median_utc is not None and item not in lost]
    return [item for item in rest if (item.median_utc or "")[:10] == (rest[0].median_utc or "")[:10]]


def _who_else(lost: list[LostFunction], everything: bool) -> list[str]:
    """Who else could have: the unloading of gyros first, then who might push."""
    found = []
    by_function = {item.function: item for item in lost}
    unloading = by_function.get("unloading")
    if unloading is not None:
        able = unloading.had_shown
        if able:
            found.append(f"Who else can unload the gyros: {_shortened(able, everything)}.")
        elif unloading.could_have:
            found.append("Nobody else had shown that they can unload the gyros.")
        else:
            found.append("Nobody else has gyros.")
    reboost = by_function.get("reboost") or by_function.get("resupply")
    if reboost is not None:
        able = reboost.had_shown
        found.append(
            f"For {reboost.title}: {_shortened(able, everything)}." if able else f"Nobody else for {reboost.title}."
        )
    return found


def _shortened(names: list[str], everything: bool) -> str:
    shown = names if everything else names[:_MOST_NAMED]
    told = "; ".join(
        f"{name} ({text.with_days(why, long=True)})" for name, _, why in (one.rpartition(": ") for one in shown)
    )
    return told + (f"; {len(names) - len(shown)} more" if len(shown) < len(names) else "")


def _listed(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def loss_text(dates: LossDates, horizon_utc: str) -> str:
    """Median date of a loss: to the day where the window is narrow, else the month."""
    if dates.median_utc is None:
        return f"not by {text.horizon_text(horizon_utc)}"
    return text.day_text(dates.median_utc) if known_to_the_day(dates) else text.month_text(dates.median_utc)


def known_to_the_day(dates: LossDates) -> bool:
    """Whether the window of a loss is narrow enough to name a day."""
    if dates.p05_utc is None or dates.p95_utc is None:
        return False
    return _days(dates.p05_utc, dates.p95_utc) < _WIDE_DAYS


def loss_window(dates: LossDates, horizon_utc: str) -> str:
    """The 90 % window of a loss, by months; open where it may not come by the horizon."""
    if dates.p05_utc is None:
        return text.NONE
    first = text.month_text(dates.p05_utc)
    if dates.p95_utc is None:
        return f"from {first} to after {text.horizon_text(horizon_utc)}"
    last = text.month_text(dates.p95_utc)
    return first if first == last else f"{first} – {last}"


def _days(first_utc: str, last_utc: str) -> float:
    from stationkeep.timescale import mjd_utc, parse_utc

    return mjd_utc(parse_utc(last_utc)) - mjd_utc(parse_utc(first_utc))


def deorbit_text(branch: BranchDocument, horizon_utc: str) -> str:
    """Until when a controlled fall is possible with what there was: ``never``, a date, ``in 33 % of the runs``."""
    if branch.no_return is None:
        return text.NONE
    point = branch.no_return.controlled_deorbit
    return chances_text(point.without_hindsight or point, horizon_utc, point.wait_days)


def chances_text(point: DeorbitChances, horizon_utc: str, wait_days: float | None = None) -> str:
    """Until when, and from when where that is not the beginning.

    It counts from then on if what it takes is docked within ``wait_days``; where they are given, that day is told.

    Both are medians, of runs that are not the same: where they cross, no span is told but how often it is possible.
    Where it is not possible in all of them, that is said as well.
    """
    if point.possible_share <= 0.0:
        return "never"
    if point.possible_share < 0.5 or point.from_utc is None:
        return f"in {text.percent(point.possible_share)} of the runs"
    late = f"from {text.month_text(point.from_utc)} " if point.not_at_first else ""
    if late and wait_days:
        docked = iso_utc(mjd_utc(parse_utc(point.from_utc)) + wait_days)
        late = f"{late.strip()}, for what docks by {text.month_text(docked)}{'' if point.median_utc is None else ','} "
    if late and point.median_utc is not None and point.median_utc <= point.from_utc:
        return f"at times, in {text.percent(point.possible_share)} of the runs"
    odds = "" if point.possible_share >= _ALL_RUNS else f"in {text.percent(point.possible_share)} of the runs, "
    if point.median_utc is None:
        return odds + (late.strip() or f"beyond {text.horizon_text(horizon_utc)}")
    return f"{odds}{late}until {loss_text(point, horizon_utc)}"


def hindsight_text(branch: BranchDocument, horizon_utc: str) -> str:
    """The same with what nobody had at the epoch; said where it plays no part in the branch."""
    if branch.no_return is None:
        return text.NONE
    if branch.no_return.controlled_deorbit.without_hindsight is None:
        return "not in this branch"
    point = branch.no_return.controlled_deorbit
    return chances_text(point, horizon_utc, point.wait_days)


def missing_text(branch: BranchDocument) -> str:
    """What a controlled fall lacks at the best moment, with what there was: ``8.8 t, 8.9 kN``."""
    if branch.no_return is None:
        return text.NONE
    point = branch.no_return.controlled_deorbit
    return lacking_text(point.without_hindsight or point)


def lacking_text(point: DeorbitChances) -> str:
    """Propellant and thrust that are missing at the best moment."""
    parts = [
        text.mass_text(point.missing_propellant_kg) if point.missing_propellant_kg > _LEAST_KG else "",
        thrust_text(point.missing_thrust_n) if point.missing_thrust_n > _LEAST_N else "",
    ]
    return ", ".join(part for part in parts if part) or "nothing"


def thrust_text(thrust_n: float) -> str:
    """A force: ``760 N``, ``9.8 kN``."""
    if thrust_n < _FROM_KN:
        return f"{text.significant(thrust_n)} N"
    return f"{text.significant(thrust_n / 1000.0)} kN"


def altitude_text(value_km: float | None) -> str:
    """A mean altitude: ``311 km``."""
    return text.NONE if value_km is None else f"{value_km:.0f} km"


def altitude_window(spread: Interval | None) -> str:
    """Its interval: ``290 – 330 km``."""
    if spread is None:
        return text.NONE
    low, high = f"{spread.p05:.0f}", f"{spread.p95:.0f}"
    return f"{low} km" if low == high else f"{low} – {high} km"


def limit_rows(document: RunDocument) -> list[tuple[str, Answer]]:
    """Questions and answers for the verdict; empty where a document has no points of no return."""
    horizon = document.scenario.horizon_utc
    branches = document.branches.values()
    if not any(branch.no_return for branch in branches):
        return []

    def lost(name: str) -> Answer:
        return lambda branch: next(
            (loss_text(item, horizon) for item in branch.functions_lost if item.function == name),
            f"not by {text.horizon_text(horizon)}",
        )

    rows: list[tuple[str, Answer]] = []
    if any(branch.functions_lost for branch in branches):
        rows.append(("Lost first", first_lost_text))
    if any(map(told_interruptions, branches)):
        rows.append(("Lost for a time", interrupted_text))
    if any(item.function in ("unloading", "attitude") for branch in branches for item in branch.functions_lost):
        rows.append(("Attitude lost", lost("attitude")))
    days = next(f"{b.no_return.reserve_days:.0f}" for b in branches if b.no_return)
    rows.append(
        (
            f"{days}-day reserve lost",
            lambda b: loss_text(b.no_return.reserve_lost, horizon) if b.no_return else text.NONE,
        )
    )
    rows.append(("Controlled fall possible", lambda branch: deorbit_text(branch, horizon)))
    points = [branch.no_return.controlled_deorbit for branch in branches if branch.no_return]
    if any((point.without_hindsight or point).possible_share < 1.0 for point in points):
        rows.append(("it lacks at best", missing_text))
    late = list(dict.fromkeys(name for point in points for name in point.hindsight))
    if late:
        rows.append((f"with {_listed(late)} (hindsight)", lambda branch: hindsight_text(branch, horizon)))
    if any(branch.arrays for branch in branches):
        rows.append(("Power while arrays are edge-on", _power_text))
    return rows


def _power_text(branch: BranchDocument) -> str:
    if branch.arrays is None:
        return text.NONE
    least = text.percent(branch.arrays.power_factor_least)
    return f"{text.percent(branch.arrays.power_factor)}, at worst {least}"


def criterion_text(point: ControlledDeorbitPoint) -> str:
    """What a controlled fall takes, as a sentence."""
    return (
        f"A controlled fall takes {point.delta_v_m_s:g} m/s in all, of them {point.final_burn_m_s:g} m/s in a last "
        f"burn of at most {point.longest_final_burn_s / 60.0:.0f} minutes, decided above {point.from_altitude_km:g} km "
        "while somebody holds the attitude. Counted is what can be drawn and the next load of each who is due within "
        f"{point.wait_days:g} days, comes and finds the station still held, so that 'from' a date is up to "
        f"{point.wait_days:g} days before it is there; thrusts add up where engines push the same way from ports of "
        f"their own. {point.source[:1].upper()}{point.source[1:]}."
    )
