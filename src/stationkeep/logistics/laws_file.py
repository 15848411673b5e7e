"""The fitted laws as a data file: the counts and moments they rest on, nothing more."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from stationkeep.errors import CatalogueError
from stationkeep.logistics.book import read_book
from stationkeep.logistics.delays import DaysLaw, ShareLaw, TrafficLaws

FILE: Final = "traffic-laws.yaml"
_DIGITS: Final = 5


def document_of(laws: TrafficLaws) -> dict[str, Any]:
    """The laws as plain numbers, ready for YAML."""
    return {
        "losses": {group: _share(law) for group, law in laws.losses.items()},
        "docking_trouble": _share(laws.docking_trouble),
        "late_launch": {side: _share(law) for side, law in laws.late_launch.items()},
        "lateness_days": _days(laws.lateness_days),
        "stays_days": {group: _days(law) for group, law in laws.stays_days.items()},
        "regrounding_days": {side: _days(law) for side, law in laws.regrounding_days.items()},
        "lifeboat_failure": _share(laws.lifeboat_failure),
    }


def laws_of(document: dict[str, Any]) -> TrafficLaws:
    """The laws of such numbers; raises :class:`CatalogueError` where some are missing."""
    try:
        return TrafficLaws(
            losses={group: ShareLaw(**given) for group, given in document["losses"].items()},
            docking_trouble=ShareLaw(**document["docking_trouble"]),
            late_launch={side: ShareLaw(**given) for side, given in document["late_launch"].items()},
            lateness_days=DaysLaw(**document["lateness_days"]),
            stays_days={group: DaysLaw(**given) for group, given in document["stays_days"].items()},
            regrounding_days={side: DaysLaw(**given) for side, given in document["regrounding_days"].items()},
            lifeboat_failure=ShareLaw(**document["lifeboat_failure"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise CatalogueError(f"{FILE}: not the laws of traffic: {error}", hint="reinstall stationkeep") from None


@cache
def shipped_laws() -> TrafficLaws:
    """Losses, delays, stays and groundings after the flights to the station from 2010 to 2023."""
    return laws_of(read_book(FILE)["laws"])


def _share(law: ShareLaw) -> dict[str, int]:
    return {"hits": law.hits, "trials": law.trials}


def _days(law: DaysLaw) -> dict[str, float | int]:
    fields: dict[str, float | int] = {
        "count": law.count,
        "mean_log": round(law.mean_log, _DIGITS),
        "deviation_log": round(law.deviation_log, _DIGITS),
    }
    if law.shared_freedom is not None:
        fields["shared_freedom"] = law.shared_freedom
    return fields
