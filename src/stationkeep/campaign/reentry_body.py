"""A body whose parts are flown to the ground: as it most probably falls, and many times with the unknown drawn.

What is drawn and how far is said in :mod:`stationkeep.descent.entry_spread`: heating, drag, the altitude of the
break-up, how much there is of each part, how heavy one piece is where a list says that it is not known, when thin walls
tear. Not drawn, because nobody knows how: into how many harmful pieces a torn structure breaks.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.campaign.fallen_body import Fallen
from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_MU_KM3_S2, EARTH_ROTATION_RAD_S
from stationkeep.descent.body import Body, read_body, shipped_bodies, shipped_body
from stationkeep.descent.entry import EntryResult, EntryState, fly_entry
from stationkeep.descent.entry_spread import entry_spread
from stationkeep.descent.pieces import CasualtyLaw, GroundPiece, surviving_mass_kg, total_casualty_area_m2
from stationkeep.errors import InputError
from stationkeep.orbit.precise_tables import geodetic_from_itrs

if TYPE_CHECKING:
    from stationkeep.campaign.reentry_last_days import LastFalls

FloatArray = NDArray[np.float64]

INTERFACE_KM: Final = 120.0
NOMINAL_FLIGHT_PATH_DEG: Final = -0.1  # of a natural decay at 120 km


def named_body(name: str) -> Body:
    """A body's part list from a file, or one that ships. Raises :class:`InputError` with the names there are."""
    path = Path(name)
    if path.exists() or path.suffix in (".yaml", ".yml"):
        return read_body(path)
    if name not in shipped_bodies():
        raise InputError(
            f"there is no body file {name}", hint=f"give a YAML file, or one that ships: {', '.join(shipped_bodies())}"
        )
    return shipped_body(name)


def fly_body(
    body: Body,
    inclination_deg: float,
    *,
    draws: int = 100,
    law: CasualtyLaw = "nasa",
    seed: int = 1,
    last: LastFalls | None = None,
    progress: Callable[[], None] | None = None,
) -> Fallen:
    """What of this body reaches the ground after a natural decay from an orbit of this inclination?

    ``last``: its foreseen falls; the parts then set out from where those pass the break-up altitude, so that their way
    downrange belongs to that place. Otherwise the entry begins at 120 km. The air is the U.S. Standard Atmosphere.
    ``progress`` is called after each draw.
    """
    state = decay_state(inclination_deg, 0.0) if last is None else state_of(last)
    pieces = ground_pieces(fly_entry(body, state))
    share = surviving_mass_kg(pieces) / body.mass_kg
    note = (
        f"{body.name}: {len(body.parts)} kinds of parts, {body.mass_kg / 1000.0:,.1f} t, flown to the ground; "
        f"{100.0 * share:.0f} % of the mass arrives. Published for large spacecraft: 10 to 40 %, Columbia 38 %."
    )
    spread = entry_spread(body, state, draws=draws, seed=seed, advance=progress) if draws else None
    if spread is not None:
        note += (
            f" Interval: {draws} flights with heating, drag, break-up, tearing, amounts and sizes of pieces drawn; the "
            "expectation is their mean, parts and fragments are those of the most probable fall."
        )
    # The draws count by NASA's rule; another rule changes all of them by about the ratio it changes the nominal fall.
    counted = total_casualty_area_m2(pieces, "nasa")
    ratio = total_casualty_area_m2(pieces, law) / counted if counted > 0.0 else 1.0
    return Fallen(
        name=body.name,
        casualty_area_m2=total_casualty_area_m2(pieces, law),
        law=law,
        area_draws_m2=None if spread is None else ratio * spread.casualty_area_m2,
        mass_draws_kg=None if spread is None else spread.surviving_mass_kg,
        pieces=tuple(pieces),
        entry_mass_kg=body.mass_kg,
        notes=(note, *([body.source] if body.source else [])),
        details={"body": body.name, "break_ups": draws, "air": "us76"},
    )


def ground_pieces(result: EntryResult) -> list[GroundPiece]:
    """The parts of an entry that strike the ground, as pieces that endanger people."""
    pieces = []
    for part in result.parts:
        if part.impact is not None and part.impact.mass_kg > 0.0:
            pieces.append(
                GroundPiece(
                    name=part.name,
                    mass_kg=part.impact.mass_kg,
                    energy_j=part.impact.energy_j,
                    mean_area_m2=part.mean_area_m2,
                    downrange_km=part.impact.downrange_km,
                    count=part.count,
                    owner=part.owner,
                )
            )
    return pieces


# --- Where it sets out from -------------------------------------------------------------------------------------------


def decay_state(
    inclination_deg: float, argument_deg: float, flight_path_deg: float = NOMINAL_FLIGHT_PATH_DEG
) -> EntryState:
    """A natural decay at 120 km: circular speed, this far past the equator along the orbit, this flight path [deg]."""
    tilt, along = math.radians(inclination_deg), math.radians(argument_deg)
    outward = np.array([math.cos(along), math.sin(along) * math.cos(tilt), math.sin(along) * math.sin(tilt)])
    forward = np.array([-math.sin(along), math.cos(along) * math.cos(tilt), math.cos(along) * math.sin(tilt)])
    position = outward * (EARTH_EQUATORIAL_RADIUS_KM + INTERFACE_KM)
    for _ in range(4):  # geodetic height on the flattened Earth
        position += outward * (INTERFACE_KM - float(geodetic_from_itrs(position[None, :])[0, 2]))
    speed = math.sqrt(EARTH_MU_KM3_S2 / float(np.linalg.norm(position)))
    climb = math.radians(flight_path_deg)
    velocity = speed * (math.cos(climb) * forward + math.sin(climb) * outward)
    return _state(position, velocity - np.cross([0.0, 0.0, EARTH_ROTATION_RAD_S], position))


def state_of(last: LastFalls) -> EntryState:
    """Where the fall in the middle of the window passes the break-up altitude."""
    return _state(last.falls.position_km[last.middle], last.falls.velocity_km_s[last.middle])


def _state(position_km: FloatArray, moving_km_s: FloatArray) -> EntryState:
    """Earth-fixed place and velocity as speed and angles through air that turns with the Earth."""
    latitude, longitude, height = (float(value) for value in geodetic_from_itrs(position_km[None, :])[0])
    north_rad, east_rad = math.radians(latitude), math.radians(longitude)
    east = np.array([-math.sin(east_rad), math.cos(east_rad), 0.0])
    up = np.array(
        [math.cos(north_rad) * math.cos(east_rad), math.cos(north_rad) * math.sin(east_rad), math.sin(north_rad)]
    )
    north = np.cross(up, east)
    speed = float(np.linalg.norm(moving_km_s))
    return EntryState(
        latitude_deg=latitude,
        longitude_deg=longitude,
        altitude_km=height,
        speed_m_s=1.0e3 * speed,
        flight_path_deg=math.degrees(math.asin(float(moving_km_s @ up) / speed)),
        heading_deg=math.degrees(math.atan2(float(moving_km_s @ east), float(moving_km_s @ north))) % 360.0,
    )
