"""The International Space Station's attitude in figures, each with range and source; draws of them for an ensemble."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

import yaml
from pydantic import ValidationError

from stationkeep.attitude.gyros import Gyros
from stationkeep.attitude.inertia import Inertia
from stationkeep.attitude.model import AttitudeModel
from stationkeep.attitude.thrusters import AttitudeThrusters, DesaturationProvider
from stationkeep.catalogue.figure import Figure
from stationkeep.errors import CatalogueError
from stationkeep.timescale import mjd_utc, parse_utc

# Longest suffix first: ``_n_m_s`` is a momentum, not a speed.
_UNITS: Final = {
    "_n_m_s": "N m s", "_n_m": "N m", "_m_s": "m/s", "_kg_orbit": "kg", "_kg": "kg", "_deg": "deg", "_n": "N",
    "_m": "m", "_s": "s", "_d": "d", "_1": "1",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AttitudeFigures:
    """All that is known: figures by name, the inertia and the mass it belongs to, who can desaturate."""

    figures: Mapping[str, Figure]
    inertia: Inertia
    inertia_mass_kg: float
    inertia_source: str
    providers: tuple[DesaturationProvider, ...]
    chances: frozenset[str] = frozenset()
    """Names of the figures that matter at some moments only: failures, handovers, burns."""

    @property
    def uncertain_chances(self) -> tuple[str, ...]:
        """Names of the chances that are ranges, in a fixed order; drawn from a stream of their own."""
        return tuple(sorted(name for name in self.chances if self.figures[name].is_range))

    @property
    def uncertain(self) -> tuple[str, ...]:
        """Names of the figures that are ranges, in a fixed order, without the chances: one random number each."""
        ranges = (name for name, figure in self.figures.items() if figure.is_range)
        return tuple(sorted(name for name in ranges if name not in self.chances))

    def at(self, u: Mapping[str, float] | None = None) -> dict[str, float]:
        """All figures as numbers: at probability ``u[name]`` of their range, else the best estimate."""
        given = u or {}
        unknown = sorted(set(given) - set(self.figures))
        if unknown:
            raise CatalogueError(
                f"no attitude figure {unknown[0]!r}", hint=f"there are: {', '.join(sorted(self.figures))}"
            )
        return {
            name: figure.quantile(given[name]) if name in given else figure.best
            for name, figure in self.figures.items()
        }

    def model(
        self, values: Mapping[str, float], drag_area_m2: float, *, failed_gyros: int = 0, full_gyros: bool = False
    ) -> AttitudeModel:
        """The station with these values (from :meth:`at`); ``drag_area_m2`` is drag coefficient times area.

        ``full_gyros``: count the gyros to the brim instead of to where thrusters are called.
        """
        return AttitudeModel(
            inertia=self.inertia.scaled(values["inertia_growth_1"]),
            gyros=Gyros(
                failed=failed_gyros,
                momentum_n_m_s=values["gyro_momentum_n_m_s"],
                torque_n_m=values["gyro_torque_n_m"],
                usable_share=1.0 if full_gyros else values["usable_share_1"],
            ),
            drag_area_m2=drag_area_m2,
            pressure_centre_m=values["pressure_centre_m"],
            cyclic_share=values["cyclic_share_1"],
            pitch_band_deg=values["pitch_band_deg"],
        )

    def thrusters(self, values: Mapping[str, float]) -> AttitudeThrusters:
        """The attitude thrusters with these values."""
        return AttitudeThrusters(
            force_n=values["thruster_force_n"],
            lever_m=values["thruster_lever_m"],
            specific_impulse_s=values["thruster_specific_impulse_s"],
            efficiency=values["thruster_efficiency_1"],
        )

    def attitude_propellant_kg_year(self, values: Mapping[str, float]) -> tuple[float, float]:
        """What does keeping the attitude cost a year? (managed by gyros, thrusters for every event) [kg].

        *Managed*: arrivals and departures on gyros where they suffice, half a turn of 180 degrees for every tenth event
        by thrusters. *Every event*: an undocking's propellant for each, on thrusters. Both hold the balance attitude.
        """
        events = values["attitude_events_per_year_1"]
        managed = 0.1 * events * values["turn_180_propellant_kg"]
        return managed, events * values["undocking_propellant_kg"]


@cache
def iss_attitude() -> AttitudeFigures:
    """The shipped figures (read once, immutable); raises :class:`CatalogueError` where the file is broken."""
    text = (files("stationkeep.attitude") / "data/iss.yaml").read_text(encoding="utf-8")
    return read_attitude_figures(text)


def read_attitude_figures(text: str) -> AttitudeFigures:
    """Figures from YAML text; refuses wrong units, missing sources, unknown keys of a provider."""
    document: dict[str, Any] = yaml.safe_load(text)
    try:
        chances = document.get("chances", {})
        everything = {**document["figures"], **chances}
        figures = {name: Figure.model_validate(given) for name, given in everything.items()}
        for name, figure in figures.items():
            unit = next((unit for suffix, unit in _UNITS.items() if name.endswith(suffix)), None)
            if figure.unit != unit:
                raise CatalogueError(f"attitude figure {name} must be in {unit}, not in {figure.unit}")
        providers = tuple(_provider(name, dict(given)) for name, given in document["providers"].items())
        inertia = Inertia(*document["inertia"]["elements_kg_m2"])
    except (ValidationError, KeyError, TypeError, AttributeError) as error:
        raise CatalogueError(
            f"attitude figures: {' '.join(str(error).split())}",
            hint="needed are inertia, figures and providers; figures need value (or low, high), unit, source, quality",
        ) from None
    return AttitudeFigures(
        figures=MappingProxyType(figures),
        inertia=inertia,
        inertia_mass_kg=float(document["inertia"]["mass_kg"]),
        inertia_source=document["inertia"]["source"],
        providers=providers,
        chances=frozenset(chances),
    )


def _provider(name: str, given: dict[str, Any]) -> DesaturationProvider:
    for key in ("from", "until"):
        if f"{key}_utc" in given:
            given[f"{key}_mjd_utc"] = mjd_utc(parse_utc(given.pop(f"{key}_utc")))
    return DesaturationProvider(id=name, needs=frozenset(given.pop("needs")), **given)
