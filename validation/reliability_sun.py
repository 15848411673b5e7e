"""Are the random futures of the Sun right on the scale of a decay? Rows for ``reliability.md``."""

from __future__ import annotations

import numpy as np
from reliability_starts import Judged

from stationkeep.environment.msafe import forecast_known_at, shipped_forecasts
from stationkeep.environment.realisations import realise
from stationkeep.environment.sources import bundled_space_weather

DAYS = (30, 90, 180, 365, 730)
FUTURES = 400


def futures(days: tuple[int, ...] = DAYS) -> dict[str, list[Judged]]:
    """Mean F10.7 less 60 sfu, and mean Ap, over some days after each shipped bulletin, beside what came."""
    table = bundled_space_weather()
    found: dict[str, list[Judged]] = {"F10.7": [], "Ap": []}
    for issued, forecast in shipped_forecasts().items():
        start = int(forecast.issued_mjd)
        assert forecast_known_at(float(start)).issued == issued  # nothing later is known on its first day
        known = table.observed_before(float(start))
        rng = np.random.default_rng(start)
        drawn = np.array([realise(forecast, known, start, max(days), rng)[:, (0, 2)] for _ in range(FUTURES)])
        came = table.drivers(start, min(max(days), table.last_observed_mjd - 40 - start))[:, (0, 2)]
        for horizon in days:
            if horizon > len(came):
                continue
            for column, (name, floor) in enumerate((("F10.7", 60.0), ("Ap", 0.0))):
                draws = drawn[:, :horizon, column].mean(axis=1) - floor
                truth = float(came[:horizon, column].mean()) - floor
                found[name].append(Judged("as-known", issued[:4], float(start), horizon, horizon, True, truth, draws))
    return found
