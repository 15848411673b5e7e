"""The coefficient, its drift and its spread, on histories and losses whose truth is known; and what is refused."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

import synthetic_history as made
from stationkeep.errors import DensityModelMismatch, ElementSetError, SpaceWeatherRangeError
from stationkeep.orbit.axis_losses import AxisLosses, axis_losses, axis_noise_km, pair_slope, typical_coefficient
from stationkeep.orbit.calibration import OUTLOOK_DAYS, Calibration, calibrate
from stationkeep.orbit.drag_drift import fit_drift
from stationkeep.orbit.drift_model import DriftModel, angle_weights
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import BallisticCoefficient, WeatherTrack, fly_ensemble, fly_mean
from stationkeep.orbit.sun_angle import node_rate_rad_day, sun_angle_deg, sun_angles_by_day
from stationkeep.timescale import mjd_utc, parse_utc

PUSH = made.Push(made.START_MJD + 31.0, 1.2)


# --- the whole way, on a made-up history ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sky() -> WeatherTrack:
    return made.weather(80)


@pytest.fixture(scope="module")
def elements(sky: WeatherTrack) -> list[MeanElements]:
    return made.flown(60.0, sky, [PUSH], every_days=0.5)


@pytest.fixture(scope="module")
def fitted(sky: WeatherTrack, elements: list[MeanElements]) -> Calibration:
    return calibrate(made.as_history(elements), sky)


def test_the_coefficient_is_found_again(fitted: Calibration) -> None:
    coefficient = fitted.coefficient
    # 60 days lose 3 km; noise of 8 m a set and one burn in between leave less than 2 %.
    assert coefficient.value_m2_kg == pytest.approx(made.BALLISTIC_M2_KG, rel=0.02)
    assert coefficient.density_model == "NRLMSISE-00"
    assert fitted.burns_seen == 1


def test_its_spread_is_that_of_a_drift_not_yet_seen(fitted: Calibration) -> None:
    # 60 days do not tell how it will drift in the 60 to come: far more than the 1 % of the fit, less than the prior.
    assert 0.08 < fitted.coefficient.spread_fraction < 0.4
    course = fitted.forecast(math.floor(fitted.last_set_mjd_utc) - 20, 20 + OUTLOOK_DAYS)
    assert course.spread_fraction[5] < 0.06
    assert course.spread_fraction[5] < course.spread_fraction[25] < course.spread_fraction[-1]


def test_arcs_stop_at_the_burn(fitted: Calibration) -> None:
    assert len(fitted.arcs) >= 2
    assert not any(arc.start_mjd_utc < PUSH.time_mjd_utc < arc.stop_mjd_utc for arc in fitted.arcs)
    for arc in fitted.arcs:
        assert arc.days <= 30.0
        # 8 m at both ends of an arc that lost hundreds
        assert arc.value_m2_kg == pytest.approx(made.BALLISTIC_M2_KG, rel=3.0 * 0.012 / arc.loss_km)


def test_bad_sets_count_little(sky: WeatherTrack, elements: list[MeanElements], fitted: Calibration) -> None:
    spoilt = list(elements)
    for index in (9, 40, 77, 101):
        spoilt[index] = replace(spoilt[index], semi_major_axis_km=spoilt[index].semi_major_axis_km + 0.4)
    again = calibrate(made.as_history(spoilt), sky)
    assert again.coefficient.value_m2_kg == pytest.approx(fitted.coefficient.value_m2_kg, rel=0.03)


def test_weather_after_the_last_set_does_not_matter(elements: list[MeanElements], fitted: Calibration) -> None:
    longer = calibrate(made.as_history(elements), made.weather(300))
    assert longer.coefficient.value_m2_kg == pytest.approx(fitted.coefficient.value_m2_kg, rel=1.0e-9)


@pytest.mark.parametrize(
    ("count", "words"),
    [(3, "no burn-free arc of 3 days with 4 sets .*3 sets"), (6, "no burn-free arc of 3 days with 4 sets")],
    ids=["sets", "days"],
)
def test_too_little_is_refused(sky: WeatherTrack, elements: list[MeanElements], count: int, words: str) -> None:
    with pytest.raises(ElementSetError, match=words):
        calibrate(made.as_history(elements[:count]), sky)


def test_noise_is_refused(sky: WeatherTrack) -> None:
    # At 900 km nothing is lost in ten days that 30 m of noise would not hide.
    high = made.flown(10.0, sky, altitude_km=900.0, axis_noise_m=30.0, every_days=0.5)
    with pytest.raises(ElementSetError, match="within the noise"):
        calibrate(made.as_history(high), sky)


def test_no_drag_no_coefficient(sky: WeatherTrack, elements: list[MeanElements]) -> None:
    far = [replace(item, semi_major_axis_km=42164.0) for item in elements]
    with pytest.raises(ElementSetError, match="where drag cannot be told from noise"):
        calibrate(made.as_history(far), sky)


def test_weather_of_another_year_is_refused(elements: list[MeanElements]) -> None:
    with pytest.raises(SpaceWeatherRangeError, match="covers none of the element sets"):
        calibrate(made.as_history(elements), WeatherTrack(50000, np.tile([120.0, 120.0, 8.0], (100, 1))))


def test_another_density_model_is_refused(sky: WeatherTrack, elements: list[MeanElements]) -> None:
    other = BallisticCoefficient(0.008, "JB2008")
    until = elements[0].epoch_mjd_utc + 1.0
    with pytest.raises(DensityModelMismatch, match="fitted with JB2008, the engine flies NRLMSISE-00"):
        fly_mean(elements[0], until, sky, other)
    with pytest.raises(DensityModelMismatch):
        fly_ensemble(elements[0], until, [sky], [other])


def test_high_fidelity_refuses_another_density_model() -> None:
    pytest.importorskip("heyoka", reason="needs the extra 'precise'")
    from stationkeep.orbit.high_fidelity import HighFidelityPropagator, HighFidelitySettings
    from stationkeep.orbit.precise_dynamics import Density

    settings = HighFidelitySettings(gravity_degree=0, gravity_order=0, density=Density.NONE)
    engine = HighFidelityPropagator(settings)
    with pytest.raises(DensityModelMismatch, match="fitted with NRLMSISE-00"):
        engine.propagate(
            [6800.0, 0.0, 0.0], [0.0, 4.7, 6.0], 59000.0, 59000.1, BallisticCoefficient(0.008, "NRLMSISE-00")
        )


# --- the drift, on losses made up from it ----------------------------------------------------------------------------

DAYS = 200
ANGLES = 60.0 * np.sin(2.0 * np.pi * np.arange(DAYS + 60) / 60.0)


def losses_of(log: np.ndarray, *, noise_km: float = 0.005, seed: int = 1, cuts: Sequence[int] = ()) -> AxisLosses:
    """One set a day; 10 km per m2/kg a day; a new piece at each cut."""
    rng = np.random.default_rng(seed)
    begins = [0, *cuts]
    rows, loss, piece = [], [], []
    for day in range(DAYS):
        number = sum(day >= cut for cut in cuts)
        unit = np.zeros(DAYS)
        unit[begins[number] : day] = 10.0
        rows.append(unit)
        loss.append(float(unit @ (0.008 * np.exp(log))) + noise_km * rng.standard_normal())
        piece.append(number)
    return AxisLosses(59000, 59000.0 + np.arange(DAYS), np.array(piece), np.array(loss), np.array(rows))


def test_a_slow_drift_is_followed() -> None:
    log = 0.25 * np.sin(2.0 * np.pi * np.arange(DAYS) / 180.0)
    drift = fit_drift(losses_of(log, cuts=[70, 130]), ANGLES[:DAYS])
    course = drift.forecast(59000, ANGLES[:DAYS])
    error = np.log(course.median_m2_kg / 0.008) - log
    # 5 m of noise against 80 m a day, smoothed over the fast part's memory
    assert np.sqrt(np.mean(error[5:-5] ** 2)) < 0.05
    assert np.mean(np.abs(error) < 2.0 * course.spread_fraction) > 0.9


def test_the_suns_angle_is_learnt_and_foreseen() -> None:
    log = -0.3 * (np.abs(ANGLES) > 45.0)
    model = DriftModel(sun_angle_fraction=0.2, sun_angle_width_deg=20.0)
    drift = fit_drift(losses_of(log[:DAYS]), ANGLES[:DAYS], model)
    ahead = drift.forecast(59000 + DAYS, ANGLES[DAYS:])
    high, low = np.abs(ANGLES[DAYS:]) > 50.0, np.abs(ANGLES[DAYS:]) < 30.0
    ratio = np.exp(np.log(ahead.median_m2_kg[high]).mean() - np.log(ahead.median_m2_kg[low]).mean())
    assert ratio == pytest.approx(math.exp(-0.3), abs=0.1)
    factor, spread = drift.sun_angle_effect(np.array([0.0, 60.0]))
    assert factor[1] < factor[0]
    assert (spread < 0.2).all()


def test_an_angle_that_does_not_matter_is_not_made_to() -> None:
    drift = fit_drift(losses_of(np.zeros(DAYS)), ANGLES[:DAYS])
    factor, _ = drift.sun_angle_effect(np.array([0.0, 30.0, 60.0]))
    assert factor == pytest.approx(1.0, abs=0.05)  # 5 m of noise in 80 m a day, and seven cycles


def test_draws_agree_with_the_median_and_spread() -> None:
    drift = fit_drift(losses_of(np.zeros(DAYS), cuts=[100]), ANGLES[:DAYS])
    course = drift.forecast(59000 + DAYS - 10, ANGLES[DAYS - 10 :])
    draws = np.log([course.draw(np.random.default_rng(index)) for index in range(2000)])
    # 2000 draws: 4.5 sigma of the mean and of the spread at the worst of 70 days
    off = draws.mean(axis=0) - np.log(course.median_m2_kg)
    assert off == pytest.approx(0.0, abs=0.1 * course.spread_fraction.max())
    assert draws.std(axis=0) == pytest.approx(course.spread_fraction, rel=0.08)
    one, other = (course.draw(np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(one, other)
    assert (draws[0] != draws[1]).any()


def test_a_longer_look_begins_alike() -> None:
    drift = fit_drift(losses_of(np.zeros(DAYS)), ANGLES[:DAYS])
    short, long = (drift.forecast(59000 + DAYS - 5, ANGLES[DAYS - 5 :][:days]) for days in (20, 60))
    assert short.median_m2_kg == pytest.approx(long.median_m2_kg[:20], rel=1.0e-9)
    assert short.mean_over(20)[0] == pytest.approx(long.mean_over(20)[0], rel=1.0e-9)
    assert drift.forecast(58990, ANGLES[:20]).draw(np.random.default_rng(1)).shape == (20,)


def test_the_model_goes_back_to_what_is_usual() -> None:
    # Far ahead nothing of today's excess is left, and the spread is that of the model.
    log = np.where(np.arange(DAYS) > DAYS - 40, 0.3, 0.0)
    drift = fit_drift(losses_of(log), ANGLES[:DAYS])
    far = drift.forecast(59000 + DAYS, np.zeros(3000))
    assert far.median_m2_kg[0] > 1.1 * far.median_m2_kg[-1]
    model = drift.model
    most = math.sqrt(
        model.level_fraction**2 + model.slow_fraction**2 + model.fast_fraction**2 + model.sun_angle_fraction**2
    )
    assert 0.3 < far.spread_fraction[-1] <= most


# --- parts ------------------------------------------------------------------------------------------------------------


def test_losses_add_up_over_days(sky: WeatherTrack, elements: list[MeanElements]) -> None:
    sets = made.as_history(elements[:20]).sets
    losses = axis_losses([sets], sky)
    assert losses.loss_km[-1] == sets[0].elements.semi_major_axis_km - sets[-1].elements.semi_major_axis_km
    track = fly_mean(sets[0].elements, sets[-1].epoch_mjd_utc, sky, made.BALLISTIC_M2_KG)
    flown = sets[0].elements.semi_major_axis_km - track.elements.semi_major_axis_km
    # along the observed orbit or along a computed one: the same but for the noise of the sets
    assert losses.unit_km[-1] * made.BALLISTIC_M2_KG == pytest.approx(flown, rel=0.01)
    assert (np.diff(losses.unit_loss_km, axis=0) >= -1.0e-12).all()
    assert typical_coefficient(losses) == pytest.approx(made.BALLISTIC_M2_KG, rel=0.05)


def test_noise_is_measured() -> None:
    for noise in (0.01, 0.05):
        assert axis_noise_km(losses_of(np.zeros(DAYS), noise_km=noise)) == pytest.approx(noise, rel=0.3)


def test_slope_shrugs_off_outliers() -> None:
    x = np.arange(30.0)
    y = 0.008 * x
    y[[3, 17, 29]] += 5.0
    assert pair_slope(x, y) == pytest.approx(0.008, rel=1.0e-6)


def test_angle_weights_are_shares() -> None:
    weights = angle_weights(np.array([-90.0, -47.3, 0.0, 2.5, 90.0]))
    assert weights.sum(axis=1) == pytest.approx(1.0)
    assert weights[3, :2] == pytest.approx([0.5, 0.5])
    assert np.array_equal(angle_weights(np.array([33.0])), angle_weights(np.array([-33.0])))


def test_sun_angle_at_the_seasons() -> None:
    equinox, solstice = (mjd_utc(parse_utc(day)) for day in ("2024-03-20T03:06Z", "2024-06-20T20:51Z"))
    tilt, right = math.radians(51.6), math.pi / 2.0

    def angle(time: float, inclination: float, node: float) -> float:
        return float(sun_angle_deg(np.array([time]), np.array([inclination]), np.array([node]))[0])

    assert angle(equinox, 0.0, 0.0) == pytest.approx(0.0, abs=0.05)  # the Sun is in the equator
    assert angle(solstice, 0.0, 0.0) == pytest.approx(23.44, abs=0.02)
    # at the equinox the Sun is at longitude 0: an orbit with its node at 90 degrees faces it by its inclination
    assert angle(equinox, tilt, right) == pytest.approx(51.6, abs=0.05)
    assert angle(equinox, tilt, -right) == pytest.approx(-51.6, abs=0.05)
    # at the solstice, node at 180 degrees: the momentum leans from the pole towards the Sun's side
    assert angle(solstice, tilt, math.pi) == pytest.approx(51.6 + 23.44, abs=0.05)


def test_the_plane_turns_with_the_engine(sky: WeatherTrack, elements: list[MeanElements]) -> None:
    start = elements[0]
    track = fly_mean(start, start.epoch_mjd_utc + 50.5, sky, made.BALLISTIC_M2_KG)
    first = math.floor(start.epoch_mjd_utc)
    altitude = track.altitude_by_day_km[first - sky.first_day_mjd :][:51]
    by_altitude = sun_angles_by_day([start], first, 51, altitude)
    end = track.elements
    turned = sun_angle_deg(np.array([end.epoch_mjd_utc]), np.array([end.inclination_rad]), np.array([end.raan_rad]))[0]
    assert by_altitude[50] == pytest.approx(turned, abs=0.1)
    assert sun_angles_by_day(elements, first, 51)[:45] == pytest.approx(by_altitude[:45], abs=0.3)
    # lower is faster, by (a1/a2)^3.5
    fast, slow = (float(node_rate_rad_day(start, altitude)) for altitude in (200.0, 400.0))
    assert fast / slow == pytest.approx((6778.137 / 6578.137) ** 3.5, rel=1.0e-6)
