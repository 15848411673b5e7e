"""When does a provider get propellant, and when is its vehicle there? Repeating entries written out as dates."""

from __future__ import annotations

from dataclasses import dataclass

from stationkeep.scenario.fields import Range
from stationkeep.scenario.schema import ExtraFlights, Provider, Scenario
from stationkeep.timescale import mjd_utc


@dataclass(frozen=True, slots=True)
class Delivery:
    """Propellant arriving in a provider's tanks."""

    time_mjd_utc: float
    propellant_kg: Range
    partner: str
    """Who delivers: its withdrawal (scope ``stop-resupply-propellant``) ends the deliveries."""
    fill_to_kg: float | None = None
    extra: ExtraFlights | None = None
    """When another flight is ordered after it; null: never."""

    def load_kg(self, content_kg: float, draw: float) -> float:
        """How much it brings to a store that holds ``content_kg``; ``draw`` (0 to 1) places a load nobody adjusts."""
        if self.fill_to_kg is None:
            return self.propellant_kg.quantile(draw)
        return min(max(self.fill_to_kg - content_kg, self.propellant_kg.low), self.propellant_kg.high)


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay of a provider's vehicle, with the propellant it may burn while it is there."""

    arrives_mjd_utc: float
    leaves_mjd_utc: float
    propellant_kg: Range
    flight: str | None


def deliveries(provider: Provider, scenario: Scenario) -> tuple[Delivery, ...]:
    """Every delivery after the epoch and up to the horizon, in order.

    What arrived up to the epoch is already in ``propellant.initial_kg``.
    """
    found: list[Delivery] = []
    for item in provider.resupply:
        last = scenario.horizon_mjd_utc if item.until_utc is None else mjd_utc(item.until_utc)
        for time in _repeated(mjd_utc(item.first_utc), item.every_days, min(last, scenario.horizon_mjd_utc)):
            if time > scenario.epoch_mjd_utc:
                partner = item.partner or provider.partner
                found.append(Delivery(time, item.propellant_kg, partner, item.fill_to_kg, item.extra))
    return tuple(sorted(found, key=lambda delivery: delivery.time_mjd_utc))


def stays(provider: Provider, scenario: Scenario) -> tuple[Stay, ...]:
    """Every stay that overlaps the time from epoch to horizon, in order of arrival."""
    found: list[Stay] = []
    for item in provider.visits:
        first, length = mjd_utc(item.arrives_utc), mjd_utc(item.leaves_utc) - mjd_utc(item.arrives_utc)
        last = scenario.horizon_mjd_utc if item.until_utc is None else mjd_utc(item.until_utc)
        for time in _repeated(first, item.every_days, min(last, scenario.horizon_mjd_utc)):
            if time + length > scenario.epoch_mjd_utc:
                found.append(Stay(time, time + length, item.propellant_kg, item.flight))
    return tuple(sorted(found, key=lambda stay: stay.arrives_mjd_utc))


def _repeated(first_mjd_utc: float, every_days: float | None, last_mjd_utc: float) -> list[float]:
    if every_days is None:
        return [first_mjd_utc] if first_mjd_utc <= last_mjd_utc else []
    count = int((last_mjd_utc - first_mjd_utc) // every_days) + 1
    # Multiples of the period rather than a running sum: no drift over decades.
    return [first_mjd_utc + index * every_days for index in range(max(count, 0))]
