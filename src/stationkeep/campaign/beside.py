"""What the Sun that came makes of a campaign flown as known then: the fall dates beside the forecast ones."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from stationkeep.campaign.document import Reentry
from stationkeep.campaign.execution import map_runs
from stationkeep.campaign.quantiles import date_quantiles
from stationkeep.campaign.sampling import draw_inputs
from stationkeep.campaign.weather import OBSERVED, campaign_weather
from stationkeep.environment.sources import observed_space_weather
from stationkeep.environment.space_weather import HALF_WINDOW_DAYS
from stationkeep.simulation.engine import simulate
from stationkeep.timescale import datetime_utc, iso_utc

if TYPE_CHECKING:
    from stationkeep.campaign.prepare import Campaign
    from stationkeep.campaign.run_record import RunRecord
    from stationkeep.simulation.timeline import Timeline

FEWEST_DAYS = 30.0


@dataclass(frozen=True)
class Beside:
    """Fall dates under the observed Sun, by branch, and which table they rest on."""

    reentry: Mapping[str, Reentry]
    provenance: dict[str, Any] | None


def under_the_sun_that_came(
    campaign: Campaign, flown: Mapping[str, Sequence[RunRecord]], seed: int, workers: int | None
) -> Beside:
    """When would each branch have come down under the Sun that really shone?

    Only for branches that fall in half of the as-known runs, and only where the bundled (or the user's) table is
    observed until 95 % of the runs have fallen: no outlook enters. Seeds, and with them all other draws, are those of
    the as-known runs. Empty for a campaign flown under an observed Sun.
    """
    scenario = campaign.mission.scenario
    table = observed_space_weather()
    stop = min(scenario.horizon_mjd_utc, float(table.last_observed_mjd - HALF_WINDOW_DAYS))
    names = [name for name, runs in flown.items() if date_quantiles(falls_of(runs))[1] is not None]
    if campaign.weather.forecast is None or not names or stop < scenario.epoch_mjd_utc + FEWEST_DAYS:
        return Beside({}, None)
    weather = campaign_weather(OBSERVED, scenario.epoch_mjd_utc, scenario.epoch_mjd_utc, math.floor(stop))
    shorter = scenario.model_copy(update={"horizon_utc": datetime_utc(math.floor(stop))})
    mission = replace(campaign.mission, scenario=shorter)

    def one(index: int) -> list[float | None]:
        inputs = draw_inputs(scenario, weather, seed, index)
        return falls_of([simulate(mission, name, inputs, limits=False) for name in names])

    falls = map_runs(one, range(len(flown[names[0]])), workers=workers, interpreted=True)
    found = {name: reentry_of([row[column] for row in falls]) for column, name in enumerate(names)}
    found = {name: reentry for name, reentry in found.items() if reentry.p95_utc is not None}
    return Beside(found, weather.provenance if found else None)


def reentry_of(falls: Sequence[float | None]) -> Reentry:
    """Dates and quantiles of the falls of one branch [MJD UTC]; null: that run does not fall."""
    p05, median, p95 = (None if date is None else iso_utc(date) for date in date_quantiles(falls))
    return Reentry(
        probability=sum(date is not None for date in falls) / len(falls),
        p05_utc=p05,
        median_utc=median,
        p95_utc=p95,
        dates_utc=[None if date is None else iso_utc(date) for date in falls],
    )


def falls_of(runs: Sequence[RunRecord | Timeline]) -> list[float | None]:
    """When each run falls [MJD UTC]; null: not by the horizon."""
    return [run.outcome.time_mjd_utc if run.outcome.reentered else None for run in runs]
