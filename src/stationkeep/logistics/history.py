"""The flown record that ships: the International Space Station's flights, ports and people of 2020 to 2023."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Final

from stationkeep.logistics.dates import mjd_of
from stationkeep.logistics.manifest import Contingency, Manifest
from stationkeep.logistics.tables import contingencies_of, manifest_of_texts

FIRST_DAY: Final = "2020-01-01"
LAST_DAY: Final = "2023-12-31"

CREDITS: Final = (
    "Flights and ports: GCAT, J. McDowell, General Catalog of Artificial Space Objects, "
    "https://planet4589.org/space/gcat, copy of 8 November 2023, CC BY 4.0 "
    "(https://creativecommons.org/licenses/by/4.0/); modified (selected and re-keyed).",
    "Flights after 8 November 2023: public history of corquaid/international-space-station-APIs (MIT), comments of "
    "NASA's ephemerides, agency news. People: public crew lists.",
)
_FLIGHTS: Final = "iss-2020-2023-flights.csv"
_CREW: Final = "iss-2020-2023-crew.csv"
_PORTS: Final = "iss-2020-2023-ports.csv"
_CONTINGENCIES: Final = "contingencies.csv"


@cache
def flown_history() -> Manifest:
    """Who and what was aboard from 2020 to 2023: every flight, port and person, with what went wrong with seats.

    Immutable, read once per process. Craft that came in 2019 and people aboard on 1 January 2020 are in it.
    """
    names = (_FLIGHTS, _CREW, _PORTS, _CONTINGENCIES)
    texts = [_shipped(name) for name in names[:3]]
    manifest = manifest_of_texts([*texts, None], names, title="iss-2020-2023")
    dated = replace(manifest, first_mjd_utc=mjd_of(FIRST_DAY), last_mjd_utc=mjd_of(LAST_DAY), credits=CREDITS)
    return dated.with_contingencies(known_contingencies())


@cache
def known_contingencies() -> tuple[Contingency, ...]:
    """What is known to have gone wrong with seats home, of any flown craft: leaking Soyuz MS-22, the crew of Starliner.

    They hold for every table that has the flight.
    """
    return tuple(contingencies_of(_shipped(_CONTINGENCIES), _CONTINGENCIES))


def _shipped(name: str) -> str:
    return (files("stationkeep.logistics") / "data" / name).read_text(encoding="utf-8")
