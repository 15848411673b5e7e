"""Which burns keep a station within its limits for the least propellant, when the Sun is known?

Dynamic programming (Bellman 1957), forward in time. A *label* is an altitude, the propellant spent to be there, and
what is left in each store. At every opportunity each label may stay, or be pushed to any altitude of a grid by one
provider; between opportunities the air takes what the loss table says. Of labels at (nearly) one altitude the cheapest
survives. With one store this is the optimum over all plans on the grid, because more in the tank at the same altitude
is never worse; with several stores the survivor is chosen by the sum, and a plan that saves one store for later at the
same sum may be missed. A linear program would need the decay to be straight and burns of any smallness; here neither is
assumed, and lowering, smallest burns and vehicles that come and go are ordinary.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_MU_KM3_S2
from stationkeep.strategy.altitude import AltitudeBand, AltitudeStrategy, ArrivalWindow
from stationkeep.strategy.losses import LossTable
from stationkeep.strategy.stores import PropellantStore

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

FINEST_STEP_KM = 0.05
MOST_TARGETS = 161
MOST_BURNS_IN_A_ROW = 3
"""What is longer than the longest burn is split over so many revolutions; more is no reboost but a campaign."""
_TOLERANCE_KM = 1.0e-6
_STAY = -1


@dataclass(frozen=True)
class PlanProblem:
    """All that a plan depends on."""

    strategy: AltitudeStrategy
    stores: tuple[PropellantStore, ...]
    losses: LossTable
    start_mjd_utc: float
    stop_mjd_utc: float
    altitude_km: float
    """At the start."""
    mass_kg: float
    """At the start, with the propellant the stores then hold."""
    reference_mass_kg: float
    """At which the loss table holds; a heavier station is braked less in proportion."""
    end_km: float | None = None
    """The station ends no lower than this: what is aboard as altitude must not be spent unseen. None: the floor."""
    smallest_burn_m_s: float = 0.1
    overhead_kg: float = 0.0
    """Spent at each opportunity that is used, besides the push: turning, and holding the attitude by thrusters."""
    reserve_kg: float = 0.0
    """Kept in the stores together at any time, for avoiding debris; besides what each keeps for the attitude."""
    boundless: bool = False
    """True: stores never run dry. Only to ask what a plan would need."""
    correction: FloatArray = field(default_factory=lambda: np.ones(0))
    """By what the losses between two nodes are to be multiplied (found by flying a plan); empty: ones."""


@dataclass(frozen=True, slots=True)
class PlannedPush:
    """A change of speed at one opportunity; it may take several burns in a row."""

    time_mjd_utc: float
    store: PropellantStore
    delta_v_m_s: float
    """Negative: lowering."""
    propellant_kg: float
    mass_kg: float
    """Before it."""
    altitude_before_km: float
    altitude_after_km: float


@dataclass(frozen=True)
class Plan:
    """The cheapest plan found, with the altitudes before and after each node of time."""

    pushes: tuple[PlannedPush, ...]
    propellant_kg: float
    """For translation."""
    overhead_kg: float
    """For turning and holding at the burns."""
    times_mjd_utc: FloatArray
    before_km: FloatArray
    after_km: FloatArray
    mass_after_kg: FloatArray

    @property
    def total_kg(self) -> float:
        """What the plan minimises."""
        return self.propellant_kg + self.overhead_kg

    @property
    def delta_v_m_s(self) -> float:
        """Sum of all changes of speed, whatever their direction."""
        return math.fsum(abs(push.delta_v_m_s) for push in self.pushes)


class Unreachable(Exception):  # noqa: N818 - not an error of the caller yet: `feasibility` turns it into one
    """No label survives a node: which limit, when, and how near the best one came."""

    def __init__(self, node: int, time_mjd_utc: float, limit: str, required_km: float, best_km: float) -> None:
        self.node = node
        self.time_mjd_utc = time_mjd_utc
        self.limit = limit
        self.required_km = required_km
        self.best_km = best_km
        super().__init__(f"{limit}: {required_km:.2f} km asked, {best_km:.2f} km possible")


@dataclass
class _Labels:
    altitude_km: FloatArray
    spent_kg: FloatArray
    content_kg: FloatArray
    """(n, n_store)"""
    parent: IntArray
    """Which label of the node before it comes from."""
    store: IntArray
    """Who pushed it here, or ``_STAY``."""
    before_km: FloatArray

    def picked(self, rows: NDArray[np.bool_] | IntArray) -> _Labels:
        return _Labels(*(values[rows] for values in vars(self).values()))


def circular_speed_m_s(altitude_km: FloatArray | float) -> FloatArray:
    """Speed on a circle at a mean altitude: small changes of altitude cost its difference (Hohmann to 1e-6)."""
    return np.asarray(1.0e3 * np.sqrt(EARTH_MU_KM3_S2 / (EARTH_EQUATORIAL_RADIUS_KM + np.asarray(altitude_km))))


def plan_burns(problem: PlanProblem) -> Plan:
    """The cheapest way to stay within the limits. Raises :class:`Unreachable` where there is none."""
    return _Search(problem).plan()


def nodes_of(problem: PlanProblem) -> list[float]:
    """The moments at which anything happens, in order: the columns of the dynamic program."""
    start, stop = problem.start_mjd_utc, problem.stop_mjd_utc
    times = {start, stop, *problem.strategy.opportunities(start, stop)}
    times |= {arrival.date_mjd_utc for arrival in problem.strategy.arrivals}
    times |= {band.from_mjd_utc for band in problem.strategy.bands}
    for store in problem.stores:
        times |= {supply.time_mjd_utc for supply in store.supplies} | {store.until_mjd_utc}
    return sorted(time for time in times if start <= time <= stop)


class _Search:
    def __init__(self, problem: PlanProblem) -> None:
        self.problem = problem
        self.strategy = problem.strategy
        self.stores = problem.stores
        self.nodes = nodes_of(problem)
        self.pushing = set(self.strategy.opportunities(problem.start_mjd_utc, problem.stop_mjd_utc))
        if problem.end_km is not None:
            self.pushing.add(problem.stop_mjd_utc)  # the books are closed with the altitude given back
        self.kept_kg = np.array([store.kept_kg for store in problem.stores], dtype=np.float64)
        self.dry_kg = problem.mass_kg - sum(store.initial_kg for store in problem.stores)
        self.risen = problem.altitude_km >= self.strategy.band_at(problem.start_mjd_utc).floor_km - _TOLERANCE_KM
        self.sunk = problem.altitude_km <= self.strategy.band_at(problem.start_mjd_utc).ceiling_km + _TOLERANCE_KM

    def plan(self) -> Plan:
        labels = self._first()
        history: list[_Labels] = []
        for index, time in enumerate(self.nodes):
            if index:
                labels = self._coasted(labels, index)
            labels = self._supplied(labels, time)
            labels = self._within(labels, index, after=False)
            if time in self.pushing:
                labels = self._pushed(labels, time)
            labels = self._within(labels, index, after=True)
            if index + 1 < len(self.nodes):
                labels = self._thinned(labels)
            history.append(labels)
        return self._traced(history, self._cheapest_end(labels))

    def _first(self) -> _Labels:
        contents = np.array([[store.initial_kg for store in self.stores]], dtype=np.float64)
        height = np.array([self.problem.altitude_km])
        none = np.array([_STAY])
        return _Labels(height, np.zeros(1), contents, none, none, height)

    # --- time ---------------------------------------------------------------------------------------------------

    def _coasted(self, labels: _Labels, index: int) -> _Labels:
        drag = self.problem.reference_mass_kg / self._mass_kg(labels)
        if self.problem.correction.size:
            drag = drag * self.problem.correction[index - 1]
        height = self.problem.losses.coast(labels.altitude_km, self.nodes[index - 1], self.nodes[index], drag)
        count = np.arange(len(height))
        stay = np.full(len(height), _STAY)
        content = self._held(labels.content_kg, self.nodes[index - 1], self.nodes[index])
        return _Labels(height, labels.spent_kg, content, count, stay, height)

    def _held(self, content: FloatArray, start: float, stop: float) -> FloatArray:
        """Contents after the attitude took its share, as far as it was there."""
        use = np.array([store.steady_kg(start, stop) for store in self.stores])
        if not use.any():
            return content
        return np.where(content > 0.0, np.maximum(content - use, 0.0), content)

    def _mass_kg(self, labels: _Labels) -> FloatArray:
        return np.asarray(self.dry_kg + labels.content_kg.sum(axis=1))

    def _supplied(self, labels: _Labels, time: float) -> _Labels:
        content = labels.content_kg
        for column, store in enumerate(self.stores):
            if store.until_mjd_utc == time:
                content = content.copy()
                content[:, column] = 0.0  # it leaves with what it has not burnt
            for supply in store.supplies:
                if supply.time_mjd_utc == time:
                    content = content.copy()
                    content[:, column] += [supply.load_kg(float(held)) for held in content[:, column]]
        return replace(labels, content_kg=content)

    # --- limits ---------------------------------------------------------------------------------------------------

    def _within(self, labels: _Labels, index: int, *, after: bool) -> _Labels:
        """Only the labels that keep the limits. A start outside them is forgiven until they can first be kept."""
        time = self.nodes[index]
        band = self.strategy.band_at(time)
        height = labels.altitude_km
        if not self.risen and not after:  # reached and held until the next node, not only touched
            self.risen = bool((height >= band.floor_km - _TOLERANCE_KM).any())
        if not self.sunk and not after:  # nobody burns only to be allowed to start
            self.sunk = bool((height <= band.ceiling_km + _TOLERANCE_KM).any())
        if self.risen:
            # Before a push it is enough to be above the floor that held until now.
            labels = self._kept(labels, index, "floor", lowest=self._floor_before(time) if not after else band.floor_km)
        if self.sunk and (after or time not in self.pushing):
            labels = self._kept(labels, index, "ceiling", highest=band.ceiling_km)
        for arrival in self.strategy.arrivals:
            if after and arrival.date_mjd_utc == time:
                labels = self._kept(labels, index, arrival.label, lowest=arrival.lowest_km)
                labels = self._kept(labels, index, arrival.label, highest=arrival.highest_km)
        return labels

    def _floor_before(self, time: float) -> float:
        return min(self.strategy.band_at(time - 1.0e-6).floor_km, self.strategy.band_at(time).floor_km)

    def _kept(
        self, labels: _Labels, index: int, limit: str, *, lowest: float | None = None, highest: float | None = None
    ) -> _Labels:
        height = labels.altitude_km
        good = np.ones(len(height), dtype=bool)
        if lowest is not None:
            good = height >= lowest - _TOLERANCE_KM
        if highest is not None:
            good &= height <= highest + _TOLERANCE_KM
        if not good.any():
            required, best = (lowest, height.max()) if lowest is not None else (highest, height.min())
            assert required is not None
            raise Unreachable(index, self.nodes[index], limit, required, float(best))
        return labels.picked(good)

    # --- pushes ---------------------------------------------------------------------------------------------------

    def _pushed(self, labels: _Labels, time: float) -> _Labels:
        band = self.strategy.band_at(time)
        targets = self._targets(band)
        found = [labels]
        for column, store in enumerate(self.stores):
            if store.pushes_at(time) and labels.altitude_km.max() >= store.lowest_altitude_km:
                pushed = self._pushed_by(labels, column, store, targets)
                if pushed is not None:
                    found.append(pushed)
        return _Labels(*(np.concatenate(parts) for parts in zip(*(vars(item).values() for item in found), strict=True)))

    def _targets(self, band: AltitudeBand) -> FloatArray:
        """Altitudes a push may aim at: the band in equal steps, and the exact ones limits ask for."""
        top = max(band.ceiling_km, self.problem.end_km or 0.0)
        count = min(max(math.ceil((top - band.floor_km) / FINEST_STEP_KM) + 1, 2), MOST_TARGETS)
        return np.linspace(band.floor_km, top, count)

    def _pushed_by(self, labels: _Labels, column: int, store: PropellantStore, targets: FloatArray) -> _Labels | None:
        if not self.risen:  # a start below the floor: it may climb in steps
            low = float(labels.altitude_km.min())
            targets = np.concatenate((np.arange(low, targets[0], FINEST_STEP_KM), targets))
        mass = self._mass_kg(labels)
        speed = circular_speed_m_s(labels.altitude_km)[:, None] - circular_speed_m_s(targets)[None, :]
        cost = mass[:, None] * -np.expm1(-np.abs(speed) / store.thruster.exhaust_velocity_m_s)
        cost += self.problem.overhead_kg
        limit = MOST_BURNS_IN_A_ROW * store.longest_delta_v_m_s(float(mass.mean()))
        content = labels.content_kg[:, column]
        free = np.maximum(labels.content_kg - self.kept_kg, 0.0)
        others = free.sum(axis=1) - free[:, column]
        usable = content - store.kept_kg - np.maximum(self.problem.reserve_kg - others, 0.0)
        possible = (np.abs(speed) >= self.problem.smallest_burn_m_s) & (np.abs(speed) <= limit)
        possible &= self.problem.boundless | store.endless | (cost <= usable[:, None])
        possible &= (labels.altitude_km >= store.lowest_altitude_km)[:, None]
        if not (self.strategy.may_lower and self.sunk):
            possible &= speed > 0.0
        total = np.where(possible, labels.spent_kg[:, None] + cost, np.inf)
        source = np.argmin(total, axis=0)
        aim = np.flatnonzero(np.isfinite(total[source, np.arange(len(targets))]))
        if not aim.size:
            return None
        source = source[aim]
        left = labels.content_kg[source].copy()
        left[:, column] -= cost[source, aim]
        store_number = np.full(len(aim), column)
        return _Labels(
            targets[aim], total[source, aim], left, labels.parent[source], store_number, labels.altitude_km[source]
        )

    def _thinned(self, labels: _Labels) -> _Labels:
        """Of labels nearer than half a grid step the cheapest; the highest one always stays."""
        cell = np.floor(labels.altitude_km / (0.5 * FINEST_STEP_KM)).astype(np.int64)
        order = np.lexsort((labels.spent_kg, cell))
        first = np.concatenate(([True], np.diff(cell[order]) > 0))
        return labels.picked(order[first])

    # --- the answer -----------------------------------------------------------------------------------------------

    def _cheapest_end(self, labels: _Labels) -> int:
        wanted = self.problem.end_km
        if not self.risen or not self.sunk:
            band = self.strategy.band_at(self.nodes[-1])
            limit, required = ("floor", band.floor_km) if not self.risen else ("ceiling", band.ceiling_km)
            best = labels.altitude_km.max() if not self.risen else labels.altitude_km.min()
            raise Unreachable(len(self.nodes) - 1, self.nodes[-1], limit, required, float(best))
        if wanted is not None:
            good = labels.altitude_km >= wanted - _TOLERANCE_KM
            if not good.any():
                best = float(labels.altitude_km.max())
                raise Unreachable(len(self.nodes) - 1, self.nodes[-1], "altitude at the end", wanted, best)
            return int(np.argmin(np.where(good, labels.spent_kg, np.inf)))
        return int(np.argmin(labels.spent_kg))

    def _traced(self, history: Sequence[_Labels], chosen: int) -> Plan:
        pushes: list[PlannedPush] = []
        count = len(history)
        before, after, mass = np.empty(count), np.empty(count), np.empty(count)
        for index in range(count - 1, -1, -1):
            labels = history[index]
            before[index], after[index] = labels.before_km[chosen], labels.altitude_km[chosen]
            mass[index] = self.dry_kg + float(labels.content_kg[chosen].sum())
            number = int(labels.store[chosen])
            if number != _STAY:
                pushes.append(self._push(index, number, before[index], after[index], mass[index]))
            chosen = int(labels.parent[chosen])
        spent = math.fsum(push.propellant_kg for push in pushes)
        overhead = self.problem.overhead_kg * len(pushes)
        return Plan(tuple(reversed(pushes)), spent, overhead, np.array(self.nodes), before, after, mass)

    def _push(self, index: int, number: int, before_km: float, after_km: float, mass_after_kg: float) -> PlannedPush:
        store = self.stores[number]
        speed = float(circular_speed_m_s(before_km) - circular_speed_m_s(after_km))
        # cost = mass * (1 - 1/ratio) + overhead, as in `_pushed_by`
        ratio = math.exp(abs(speed) / store.thruster.exhaust_velocity_m_s)
        whole = mass_after_kg + self.problem.overhead_kg
        mass = whole * ratio
        return PlannedPush(self.nodes[index], store, speed, mass - whole, mass, before_km, after_km)


def with_limits(
    problem: PlanProblem,
    *,
    floor_km: float = 0.0,
    ceiling_km: float = 0.0,
    arrivals: Sequence[ArrivalWindow] | None = None,
) -> PlanProblem:
    """The same problem with floor and ceiling moved by so much, or other arrivals."""
    strategy = problem.strategy
    bands = tuple(
        AltitudeBand(band.from_mjd_utc, band.floor_km + floor_km, band.ceiling_km + ceiling_km)
        for band in strategy.bands
    )
    kept = strategy.arrivals if arrivals is None else tuple(arrivals)
    return replace(problem, strategy=replace(strategy, bands=bands, arrivals=kept))
