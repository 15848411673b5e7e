"""How much of a large object reaches the ground, and over what area does it endanger people?

No demise computation of a whole station is published, so the model is a range drawn from published cases: the
surviving mass as a fraction of the mass that falls, times the casualty area each surviving kilogram brings.
:data:`PUBLISHED_CASES` holds the cases, :attr:`CasualtyAreaModel.reasoning` says how the range follows from them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeep.errors import InputError

FloatArray = NDArray[np.float64]

PERSON_WIDTH_M: Final = 0.6  # NASA-STD-8719.14C: the square root of the 0.36 m2 a person takes up seen from above

# Limits of the two factors for spacecraft up to 5 t and for stations and stages from 20 t on; between, they go over
# in the logarithm of the mass. Stations: 10-40 % of the mass (Klinkrad, ESA). The area per surviving kilogram spans
# the published cases above 5 t but for the Hubble study (0.11) and the most lenient pairing for CZ-5B (0.005). A
# heavier object leaves heavier pieces, and those endanger less area per kilogram, because the 0.36 m2 of the person
# count once per piece.
_SPACECRAFT_KG: Final = 5_000.0
_STATION_KG: Final = 20_000.0
_LIMITS: Final = {
    "lowest surviving fraction": (0.04, 0.10),
    "highest surviving fraction": (0.40, 0.40),
    "smallest area per surviving mass": (0.01, 0.01),  # m2/kg
    "largest area per surviving mass": (0.12, 0.06),  # m2/kg
}


@dataclass(frozen=True, slots=True)
class PublishedCase:
    """What was published about one fall: masses, and the casualty area stated or implied by the stated risk."""

    name: str
    year: int
    inclination_deg: float
    mass_kg: float
    surviving_mass_kg: tuple[float, float] | None
    casualty_area_m2: tuple[float, float] | None
    """As published; none where only the risk was."""
    one_in: tuple[float, float] | None
    source: str


PUBLISHED_CASES: Final = (
    PublishedCase(
        "Skylab", 1979, 50.0, 77_000, (20_000, 25_000), None, (152, 152), "press 1979; mass: Klinkrad; ~500 pieces"
    ),
    PublishedCase(
        "CGRO", 2000, 28.5, 15_400, (6_000, 6_000), None, (1000, 1000), "NASA 2000, had it fallen uncontrolled"
    ),
    PublishedCase("BeppoSAX", 2003, 4.0, 1_400, (400, 400), None, (2000, 2000), "ASI 2003; ~40 pieces"),
    PublishedCase("Hubble (study)", 2004, 28.5, 10_700, (2_100, 2_100), None, (250, 250), "NASA ODQN 8, 2004"),
    PublishedCase("UARS", 2011, 57.0, 5_668, (532, 532), (22.4, 22.4), (3200, 3200), "NASA 2011; 26 pieces"),
    PublishedCase(
        "ROSAT",
        2011,
        53.0,
        2_400,
        (1_600, 1_700),
        (13.62, 31.78),
        (2000, 2000),
        "DLR 2011; areas by ORSAT and SCARAB, Kelley et al. 2010; up to 30 pieces",
    ),
    PublishedCase("GOCE", 2013, 96.7, 1_100, (250, 275), (12.5, 17.0), None, "ESA 2013; 40-50 pieces"),
    PublishedCase("TRMM", 2015, 35.0, 2_630, (112, 112), None, (4200, 4200), "NASA 2015; 12 pieces"),
    PublishedCase(
        "CZ-5B core",
        2022,
        41.5,
        22_000,
        (5_000, 9_000),
        None,
        (230, 1000),
        "Aerospace Corporation, Kelso, Anselmo (1:500), press 2020-2022",
    ),
)


@dataclass(frozen=True, slots=True)
class CasualtyAreaRange:
    """A surviving mass and casualty area at one level of the range."""

    surviving_mass_kg: float
    casualty_area_m2: float


@dataclass(frozen=True, slots=True)
class CasualtyAreaModel:
    """The range of surviving mass and casualty area of one object.

    The surviving fraction is uniform between its limits, the area per surviving kilogram log-uniform between its
    own; the two are independent.
    """

    mass_kg: float
    surviving_fraction: tuple[float, float]
    area_per_surviving_mass_m2_kg: tuple[float, float]

    def sample(self, u_fraction: ArrayLike, u_area: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Surviving mass [kg] and casualty area [m2] for uniform random numbers, so that branches can share them.

        ``u_fraction`` and ``u_area`` lie in 0 to 1 and broadcast together; both answers rise with them.
        Raises :class:`InputError` for numbers outside.
        """
        fraction, area = (np.asarray(u, dtype=np.float64) for u in (u_fraction, u_area))
        if not all(((u >= 0.0) & (u <= 1.0)).all() for u in (fraction, area)):
            raise InputError(
                "random numbers for the casualty area must lie between 0 and 1", hint="draw them with Generator.random"
            )
        low, high = self.surviving_fraction
        surviving = self.mass_kg * (low + (high - low) * fraction)
        small, large = self.area_per_surviving_mass_m2_kg
        return np.asarray(surviving), np.asarray(surviving * small * (large / small) ** area)

    def quantile(self, probability: float) -> CasualtyAreaRange:
        """The surviving mass and the casualty area that are not exceeded with this probability, each by itself."""
        middle = (np.arange(400) + 0.5) / 400  # midpoints: 0.2 % of the area, far below what is known
        surviving, area = self.sample(middle[:, None], middle[None, :])
        return CasualtyAreaRange(float(np.quantile(surviving, probability)), float(np.quantile(area, probability)))

    @property
    def low(self) -> CasualtyAreaRange:
        """5 % of the range lies below."""
        return self.quantile(0.05)

    @property
    def median(self) -> CasualtyAreaRange:
        """The middle of the range."""
        return self.quantile(0.5)

    @property
    def high(self) -> CasualtyAreaRange:
        """5 % of the range lies above."""
        return self.quantile(0.95)

    @property
    def mean(self) -> CasualtyAreaRange:
        """The means, which belong in a casualty expectation: that is linear in the area."""
        (low, high), (small, large) = self.surviving_fraction, self.area_per_surviving_mass_m2_kg
        surviving = 0.5 * self.mass_kg * (low + high)
        per_kg = small if large <= small else (large - small) / math.log(large / small)
        return CasualtyAreaRange(surviving, surviving * per_kg)

    @property
    def reasoning(self) -> str:
        """Where the range comes from, for reports."""
        low, high = self.surviving_fraction
        small, large = self.area_per_surviving_mass_m2_kg
        median, mean = self.median, self.mean
        return (
            f"Of {self.mass_kg / 1000:,.1f} t, {100 * low:.0f} to {100 * high:.0f} % are taken to reach the ground "
            "(large spacecraft 10-40 %: Klinkrad, ESA; Skylab about 30 %, CGRO 39 %, Columbia 38 %; "
            "smaller ones less: UARS 9 %, TRMM 4 %), "
            f"and every surviving kilogram to endanger {small:.2g} to {large:.2g} m2 (CGRO 0.01, CZ-5B 0.005-0.04, "
            "Skylab 0.03, UARS 0.04, GOCE 0.06; light pieces more, TRMM and Hubble about 0.1), "
            f"0.36 m2 of a person included. Median {median.surviving_mass_kg / 1000:,.1f} t and "
            f"{median.casualty_area_m2:,.0f} m2; the mean, {mean.casualty_area_m2:,.0f} m2, is what an expectation "
            "takes. No demise computation of a whole station is published: "
            "the range is wide because the answer is not known."
        )


def casualty_area_model(mass_kg: float) -> CasualtyAreaModel:
    """How much of an object of this mass survives, and how large is its casualty area?

    Meant for crewed stations and large stages (from 20 t); smaller objects get the wider range of single spacecraft,
    where materials decide and a computation of the actual object is better. Raises :class:`InputError` for a
    mass that is not positive.
    """
    if not (math.isfinite(mass_kg) and mass_kg > 0.0):
        raise InputError(f"a falling mass of {mass_kg} kg cannot be", hint="give the mass at entry in kilograms")
    lightest, heaviest = math.log(_SPACECRAFT_KG), math.log(_STATION_KG)
    weight = min(max((math.log(mass_kg) - lightest) / (heaviest - lightest), 0.0), 1.0)
    low, high, small, large = ((1.0 - weight) * light + weight * heavy for light, heavy in _LIMITS.values())
    return CasualtyAreaModel(mass_kg, (low, high), (small, large))


def nasa_casualty_area_m2(piece_areas_m2: ArrayLike) -> float:
    """Casualty area of surviving pieces with these mean projected areas: the sum of ``(0.6 + sqrt(A))^2`` [m2].

    NASA-STD-8719.14C; only pieces that strike with more than 15 J belong in the list.
    """
    areas = np.asarray(piece_areas_m2, dtype=np.float64)
    if not (np.isfinite(areas).all() and (areas >= 0.0).all()):
        raise InputError("a piece has a negative or unknown area", hint="give the mean projected area in square metres")
    return float(((PERSON_WIDTH_M + np.sqrt(areas)) ** 2).sum())
