"""Which limit cannot be met first, by how much, and for want of what? One sentence instead of "infeasible"."""

from __future__ import annotations

import math
from dataclasses import replace

from stationkeep.errors import InputError
from stationkeep.strategy.planner import MOST_BURNS_IN_A_ROW, Plan, PlanProblem, Unreachable, plan_burns
from stationkeep.strategy.stores import PropellantStore
from stationkeep.timescale import iso_day

_NEEDS = {
    "floor": "the floor of {required:g} km cannot be kept on {day}: {short} too low",
    "ceiling": "the ceiling of {required:g} km cannot be kept on {day}: {short} too high",
    "altitude at the end": "{required:.2f} km cannot be had at the end on {day}: {short} too low",
}
_JUST_KM = 0.05  # the grid of a plan: less than this is no number to tell


class Infeasible(InputError):  # noqa: N818 - says what is wrong better than ...Error
    """No plan keeps the limits; ``failure`` is the first one in time that cannot be kept."""

    def __init__(self, problem: str, failure: Unreachable, *, hint: str | None = None) -> None:
        super().__init__(problem, hint=hint)
        self.failure = failure

    @property
    def wants_height(self) -> bool:
        """Whether it is for want of altitude that there is no plan."""
        return self.failure.limit in ("floor", "altitude at the end")


def plan_or_explain(problem: PlanProblem) -> Plan:
    """The cheapest plan, or an :class:`Infeasible` that names the first limit that cannot be met and by how much."""
    try:
        return plan_burns(problem)
    except Unreachable as failure:
        raise explained(problem, failure) from None


def explained(problem: PlanProblem, failure: Unreachable) -> Infeasible:
    """The failure in words: the limit, the day, the shortfall, and what is missing to meet it."""
    gap = abs(failure.required_km - failure.best_km)
    form = _NEEDS.get(failure.limit, "{limit} on {day} cannot have {required:g} km: off by {short}")
    day = iso_day(failure.time_mjd_utc)
    # "just too low": the first moment at which it fails, so that it fails by hardly anything yet
    short = f"{gap:.2f} km" if gap >= _JUST_KM else "less than 0.05 km" if failure.limit not in _NEEDS else "just"
    said = form.format(limit=failure.limit, required=failure.required_km, day=day, short=short)
    cause, hint = _cause(problem, failure)
    return Infeasible(f"{said}, because {cause}", failure, hint=hint)


def _cause(problem: PlanProblem, failure: Unreachable) -> tuple[str, str]:
    until = replace(problem, stop_mjd_utc=failure.time_mjd_utc, end_km=_end_of(problem, failure))
    pushing = [store for store in problem.stores if _ever_pushes(store, problem.start_mjd_utc, failure.time_mjd_utc)]
    if not pushing:
        return "nobody can push before that", "choose a branch or scenario with a provider that may push"
    rich = replace(until, boundless=True)
    if _works(rich):
        return _missing_propellant(until), "lower the floor, add deliveries, or shorten --months"
    if _works(replace(rich, stores=tuple(replace(store, longest_burn_s=math.inf) for store in rich.stores))):
        return _missing_thrust(problem, pushing), "allow longer burns or more opportunities (--every-days)"
    if _works(replace(rich, strategy=replace(rich.strategy, cadence_days=1.0))):
        return (
            f"burns only come every {problem.strategy.cadence_days:g} days and not when they are needed",
            "give a smaller --every-days, a lower floor or a higher ceiling",
        )
    gone = max(store.until_mjd_utc for store in pushing)
    if gone <= failure.time_mjd_utc:
        names = " and ".join(dict.fromkeys(store.label for store in pushing))
        return f"nobody can push after {iso_day(gone)} ({names} until then)", "shorten --months, or choose a branch"
    return "no push at any time reaches it from the limits before it", "widen the floor, the ceiling or the arrival"


def _end_of(problem: PlanProblem, failure: Unreachable) -> float | None:
    return problem.end_km if failure.time_mjd_utc >= problem.stop_mjd_utc else None


def _ever_pushes(store: PropellantStore, start: float, stop: float) -> bool:
    return store.opens_mjd_utc < stop and store.until_mjd_utc > start


def _works(problem: PlanProblem) -> bool:
    try:
        plan_burns(problem)
    except Unreachable:
        return False
    return True


def _missing_propellant(until: PlanProblem) -> str:
    needed = plan_burns(replace(until, boundless=True)).total_kg
    there = sum(offered_kg(store, until.stop_mjd_utc) for store in until.stores)
    attitude = sum(for_attitude_kg(store, until.start_mjd_utc, until.stop_mjd_utc) for store in until.stores)
    names = " and ".join(dict.fromkeys(store.label for store in until.stores if store.opens_mjd_utc < math.inf))
    parts = (
        f"{amount:.0f} kg of it for {what}"
        for amount, what in ((until.reserve_kg, "avoiding debris"), (attitude, "the attitude"))
        if amount
    )
    inside = ", ".join(parts)
    kept = f" ({inside})" if inside else ""
    missing = needed + until.reserve_kg + attitude - there
    if missing <= 0.0:
        return f"what {names} can spend is not there when it is needed, though {there:.0f} kg come{kept}"
    return (
        f"{names} would burn {needed:.0f} kg until then and have at most {there:.0f} kg{kept}: {missing:.0f} kg missing"
    )


def offered_kg(store: PropellantStore, until_mjd_utc: float) -> float:
    """All that is in a store or comes to it until then, at most."""
    return store.initial_kg + sum(item.propellant_kg for item in store.supplies if item.time_mjd_utc <= until_mjd_utc)


def for_attitude_kg(store: PropellantStore, start_mjd_utc: float, stop_mjd_utc: float) -> float:
    """What a store gives to the attitude between two moments, and keeps for it."""
    return store.steady_kg(start_mjd_utc, stop_mjd_utc) + store.kept_kg


def _missing_thrust(problem: PlanProblem, pushing: list[PropellantStore]) -> str:
    best = max(pushing, key=lambda store: store.longest_delta_v_m_s(problem.mass_kg))
    most = MOST_BURNS_IN_A_ROW * best.longest_delta_v_m_s(problem.mass_kg)
    return (
        f"{MOST_BURNS_IN_A_ROW} burns of {best.longest_burn_s:g} s, the longest of {best.label}, give {most:.2f} m/s "
        f"at one opportunity, and these come every {problem.strategy.cadence_days:g} days"
    )
