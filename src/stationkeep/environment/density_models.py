"""Which density models are there? One registry, by name; nothing is imported before it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from stationkeep.errors import InputError

if TYPE_CHECKING:
    from stationkeep.environment.atmosphere import Atmosphere

NRLMSISE00: Final = "NRLMSISE-00"
MSIS21: Final = "NRLMSIS-2.1"
JB2008_FROM_F107: Final = "JB2008-from-F10.7"
"""Not plain ``JB2008``: a coefficient fitted with the real indices is another one."""
DEFAULT_DENSITY_MODEL: Final = NRLMSISE00

MSIS_TERMS: Final = (
    "NRLMSIS 2.1 is property of the US Government (Naval Research Laboratory), licensed for academic, non-commercial "
    "use only; MSIS is its registered trademark. Any other use needs NRL's written consent."
)
"""What everyone who chooses the model has to be told, in our words."""


@dataclass(frozen=True, slots=True)
class DensityModelEntry:
    """One choice of ``--density-model``."""

    name: str
    summary: str
    make: Callable[[], Atmosphere]


def _surrogate() -> Atmosphere:
    from stationkeep.environment.surrogate import Nrlmsise00Surrogate

    return Nrlmsise00Surrogate()


def _reference() -> Atmosphere:
    from stationkeep.environment.nrlmsise00 import Nrlmsise00Reference

    return Nrlmsise00Reference()


def _thermonet_nrlmsise00() -> Atmosphere:
    from stationkeep.environment.thermonet import ThermoNetNrlmsise00

    return ThermoNetNrlmsise00()


def _thermonet_jb2008() -> Atmosphere:
    from stationkeep.environment.thermonet import ThermoNetJb2008

    return ThermoNetJb2008()


def _msis21() -> Atmosphere:
    from stationkeep.environment.msis21 import Nrlmsis21

    return Nrlmsis21()


DENSITY_MODELS: tuple[DensityModelEntry, ...] = (
    DensityModelEntry(DEFAULT_DENSITY_MODEL, "surrogate network, compiled; the default", _surrogate),
    DensityModelEntry("NRLMSISE-00-reference", "the authors' code through pymsis", _reference),
    DensityModelEntry("NRLMSISE-00-thermoNET", "heyoka's network (extra precise)", _thermonet_nrlmsise00),
    DensityModelEntry("JB2008", "heyoka's network (extra precise), indices guessed from F10.7", _thermonet_jb2008),
    DensityModelEntry("MSIS-2.1", "through pymsis; academic, non-commercial use only", _msis21),
)


def terms_of(density_model: str) -> str | None:
    """What the licence of this model asks a user to know; null: nothing beyond the package's own."""
    return MSIS_TERMS if density_model == MSIS21 else None


def density_model_named(name: str) -> Atmosphere:
    """The atmosphere of this name, letters of either case; :class:`InputError` with all names for another one.

    Raises :class:`MissingExtraError` where its package is not installed.
    """
    for entry in DENSITY_MODELS:
        if entry.name.casefold() == name.strip().casefold():
            return entry.make()
    raise InputError(
        f"no density model {name!r}",
        hint=f"give one of {', '.join(entry.name for entry in DENSITY_MODELS)}; your own function: "
        "stationkeep.environment.callable_atmosphere, from Python",
    )
