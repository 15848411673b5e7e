"""Claims: every verdict follows from its number, and changes when the facts or the threshold do."""

from __future__ import annotations

import json
import shlex
from html import escape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from stationkeep.campaign.claim_evidence import Evidence
from stationkeep.campaign.claim_verdict import Verdict, grade, wilson
from stationkeep.campaign.claims import EVALUATORS, check_claims
from stationkeep.campaign.part import Interval
from stationkeep.campaign.run_record import first_year_drag_m_s
from stationkeep.cli.app import app
from stationkeep.errors import InputError
from stationkeep.partnership.claims_file import Claim, read_claims, shipped_claims
from stationkeep.scenario.loader import load_scenario

SHIPPED = read_claims(shipped_claims()["iss-2022"])
WITHOUT_RUNS = [
    "life-support-american-propulsion-russian", "majority-on-soyuz", "dragon-four-times", "crew-of-that-day",
    "not-over-russia", "five-hundred-tonnes", "only-russian-cargo-engines", "one-year-notice",
]  # fmt: skip


def claim(claim_id: str, **settings: Any) -> Claim:
    """A shipped claim with some settings changed."""
    found = next(one for one in SHIPPED.claims if one.id == claim_id)
    return found.model_copy(update={"settings": {**found.settings, **settings}})


def verdict(claim_id: str, **settings: Any) -> Verdict:
    asked = claim(claim_id, **settings)
    return EVALUATORS[asked.evaluator](asked, Evidence(load_scenario("iss-2022"), (), runs=1, seed=1))


@pytest.mark.parametrize(
    ("settings", "numbers", "expected"),
    [
        ({"true_from": 0.9, "partly_from": 0.5}, (0.95, 0.92, 0.99), "true"),
        ({"true_from": 0.9, "partly_from": 0.5}, (0.7, 0.6, 0.8), "partly"),
        ({"true_from": 0.9, "partly_from": 0.5}, (0.88, 0.8, 0.95), "partly"),
        ({"true_from": 0.9, "partly_from": 0.5}, (0.7, 0.4, 0.95), "not decidable"),
        ({"true_from": 0.9}, (0.5, 0.4, 0.6), "false"),
        ({"true_below": 0.05, "partly_below": 0.15}, (0.01, 0.0, 0.02), "true"),
        ({"true_below": 0.05, "partly_below": 0.15}, (0.2, 0.2, 0.2), "false"),
    ],
)
def test_numbers_become_words(settings: dict[str, float], numbers: tuple[float, ...], expected: str) -> None:
    asked = SHIPPED.claims[0].model_copy(update={"settings": settings})
    word, remark = grade(asked, *numbers)
    assert word == expected
    assert bool(remark) == (expected == "not decidable" or numbers[0] == 0.88)


def test_wilson_interval() -> None:
    # Newcombe (1998), table I: 81 of 263 gives 0.2553 to 0.3662; 0 of 20 gives 0 to 0.1611.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(20, 20)[1] == 1.0


def test_the_shipped_verdicts_that_need_no_runs() -> None:
    found = check_claims(SHIPPED, load_scenario("iss-2022"), only=WITHOUT_RUNS, runs=1)
    words = {entry["id"]: entry["verdict"] for entry in found["claims"]}
    assert words == {
        "life-support-american-propulsion-russian": "partly",
        "majority-on-soyuz": "partly",
        "dragon-four-times": "true",
        "crew-of-that-day": "true",
        "not-over-russia": "false",
        "five-hundred-tonnes": "partly",
        "only-russian-cargo-engines": "partly",
        "one-year-notice": "true",
    }
    assert all(entry["evidence"] and entry["because"] for entry in found["claims"])
    json.dumps(found, allow_nan=False)


def test_flights_that_are_not_counted_are_told() -> None:
    found = verdict("dragon-four-times")
    assert found.value == 4
    assert (
        "6 in all, with Crew Dragon Demo-1 (2019-03-02, to the station without people) and Inspiration4"
        in found.because
    )
    # Inspiration4 flew later that day; three had come by then.
    assert "4 in all, with Crew Dragon Demo-1" in verdict("dragon-four-times", date_utc="2021-09-16").because
    assert "in all" not in verdict("dragon-four-times", vehicle="Soyuz", beside=[]).because


def test_other_facts_give_other_verdicts() -> None:
    assert (
        verdict("dragon-four-times", date_utc="2022-05-01").verdict == "false"
    )  # Crew-4 came on 27 April, Ax-1 before
    assert verdict("dragon-four-times", date_utc="2022-05-01", expected=6).verdict == "true"
    assert verdict("crew-of-that-day", expected={"US": 4, "RU": 3}).verdict == "partly"
    assert verdict("crew-of-that-day", expected={"FR": 7}).verdict == "false"
    assert verdict("not-over-russia", country="NO").verdict == "true"  # all of Norway lies north of 57.9 degrees
    assert verdict("not-over-russia", country="BR").value == pytest.approx(1.0)
    assert verdict("five-hundred-tonnes", stated_kg=460000).verdict == "true"
    assert verdict("five-hundred-tonnes", stated_kg=300000).verdict == "false"
    # Cygnus burns were ordinary by then, so others than Russians could.
    assert verdict("only-russian-cargo-engines", date_utc="2023-01-01").verdict == "false"
    retired = verdict("only-russian-cargo-engines").because.partition("retired:")
    assert all(name in retired[2] for name in ("Zarya", "Space Shuttle", "ATV", "Progress M and M1"))
    assert not any(name in retired[0] for name in ("Zarya", "Space Shuttle", "ATV", "M1"))
    assert "Zvezda" in retired[0]
    assert "retired" not in verdict("only-russian-cargo-engines", date_utc="2000-07-20", retired=[]).because
    assert verdict("one-year-notice", least_days=400).verdict == "false"
    assert verdict("life-support-american-propulsion-russian", true_from=0.5, partly_from=0.1).verdict == "true"
    assert verdict("majority-on-soyuz", true_from=0.4).verdict == "true"
    assert verdict("majority-on-soyuz", vehicle="Dragon").verdict == "false"


def test_the_command_behind_a_share_gives_the_share() -> None:
    asked = claim("life-support-american-propulsion-russian")
    for line in EVALUATORS[asked.evaluator](asked, Evidence(load_scenario("iss-2022"), (), runs=1, seed=1)).evidence:
        name, _, owner = line["what"].partition(", share of ")
        words = line["from"].split()
        assert words[0] == "stationkeep"
        shown = CliRunner().invoke(app, words[1:])
        (function,) = json.loads(shown.stdout)["functions"]
        assert function["id"] == name
        given = [(one["owner"], one["capacity"]) for one in function["providers"]]
        share = sum(size for whose, size in given if whose == owner) / sum(size for _, size in given)
        assert round(share, 3) == line["value"]


def test_claims_that_need_runs() -> None:
    wanted = ["falls-on-us-and-europe", "spacex-dragon-of-2022", "spacex-deorbit-vehicle"]
    found = check_claims(SHIPPED, load_scenario("iss-2022"), only=wanted, runs=4, workers=1)
    entries = {entry["id"]: entry for entry in found["claims"]}
    risk = entries["falls-on-us-and-europe"]
    assert risk["verdict"] == "partly"
    assert 0.1 < risk["value"] < 0.4
    dragon = entries["spacex-dragon-of-2022"]
    assert (dragon["verdict"], dragon["value"], dragon["low"], dragon["high"]) == ("false", 0.0, 0.0, 0.0)
    year = next(line for line in dragon["evidence"] if line["what"].startswith("drag of the first year"))
    assert 0.0 < year["value"]["low"] < year["value"]["best"] < year["value"]["high"]
    assert f"{year['value']['low']:.0f} to {year['value']['high']:.0f}" in dragon["because"]
    late = entries["spacex-deorbit-vehicle"]
    assert late["low"] <= late["value"] <= late["high"]
    # a station that nobody holds cannot be docked to: what the response deorbit could do there is in the answer
    end = next(line for line in late["evidence"] if line["what"].startswith("share in which it could be brought down"))
    assert end["value"] == 0.0 <= late["value"]
    assert "0 of 4 runs are still held for it to dock and burn" in late["because"]
    assert any("--branch=withdrawal" in line["from"] for line in late["evidence"])


def test_a_year_of_drag_is_what_burns_gave_and_what_the_orbit_lost() -> None:
    # Three reboosts of 4 m/s keep it level; without them it sinks, and drag took what those 9 km are worth.
    days = np.arange(400.0)
    level = _course(np.full(400, 418.0), [(59700.5, 4.0), (59800.5, 4.0), (59900.5, 4.0), (60070.5, 4.0)])
    assert first_year_drag_m_s(level, 59671.0) == pytest.approx(12.0)
    sinking = _course(418.0 - 9.0 * days / 365.0, [])
    assert first_year_drag_m_s(sinking, 59671.0) == pytest.approx(9.0 * 0.566, rel=0.01)
    rising = _course(418.0 + 2.0 * days / 365.0, [(59700.5, 4.0)])
    assert first_year_drag_m_s(rising, 59671.0) == pytest.approx(4.0 - 2.0 * 0.565, rel=0.01)
    fallen = _course(np.where(days < 300, 418.0, np.nan), [])
    assert first_year_drag_m_s(fallen, 59671.0) is None


def test_a_dragon_that_had_pushed_is_measured_against_a_year_of_drag() -> None:
    asked = claim("spacex-dragon-of-2022", date_utc="2026-01-01")
    kept = SimpleNamespace(first_year_drag_m_s=Interval(p05=10.0, median=20.0, p95=30.0))
    never = SimpleNamespace(first_year_drag_m_s=None)
    scenario = SimpleNamespace(mass_kg=460_000.0)

    class Flown(Evidence):
        document = SimpleNamespace(branches={"cooperation": kept, "withdrawal": never}, scenario=scenario, runs=4)  # type: ignore[assignment]

    found = EVALUATORS[asked.evaluator](asked, Flown(load_scenario("iss-2022"), (), runs=4, seed=1))
    assert found.low is not None
    assert found.value is not None
    assert found.high is not None
    assert found.low < found.value * 20.0 / 30.0  # load and impulse have ranges, too
    assert found.low < found.value < found.high
    unknown = claim("spacex-dragon-of-2022", branch="withdrawal")
    got = EVALUATORS[asked.evaluator](unknown, Flown(load_scenario("iss-2022"), (), runs=4, seed=1))
    assert got.verdict == "not decidable"


def _course(heights_km: Any, burns: list[tuple[float, float]]) -> Any:
    events = [SimpleNamespace(kind="burn", time_mjd_utc=time, delta_v_m_s=speed) for time, speed in burns]
    return SimpleNamespace(first_day_mjd=59671, altitude_by_day_km=heights_km, events=events)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"country": "QQ"}, "unknown country"),
        ({"country": 3}, "'country'"),
        ({"true_below": "much"}, "'true_below'"),
    ],
)
def test_unfit_settings_are_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        verdict("not-over-russia", **settings)


def test_unknown_claims_evaluators_and_branches_are_refused(tmp_path: Path) -> None:
    loaded = load_scenario("iss-2022")
    with pytest.raises(InputError, match="did you mean 'not-over-russia'"):
        check_claims(SHIPPED, loaded, only=["not-over-rusia"])
    odd = SHIPPED.claims[0].model_copy(update={"evaluator": "risk-shares"})
    with pytest.raises(InputError, match="did you mean 'risk-share'"):
        check_claims(SHIPPED.model_copy(update={"claims": (odd,)}), loaded)
    nowhere = claim("falls-on-us-and-europe", branch="withdrawl")
    with pytest.raises(InputError, match="no branch 'withdrawl'"):
        check_claims(SHIPPED.model_copy(update={"claims": (nowhere,)}), loaded)
    broken = tmp_path / "broken.yaml"
    broken.write_text("schema: stationkeep.claims-file/1\nid: x\nscenario: iss-2022\nclaims: []\n")
    with pytest.raises(InputError, match="claims"):
        read_claims(broken)


def test_command_and_timeline() -> None:
    shown = CliRunner().invoke(app, ["claims", "iss-2022", "--claim", "not-over-russia"])
    assert shown.exit_code == 0, shown.output
    assert "FALSE" in shown.output
    assert "minutes a day" in shown.output
    dates = CliRunner().invoke(app, ["claims", "iss-2022", "--timeline"])
    assert "2022-02-24" in dates.output
    data = CliRunner().invoke(app, ["claims", "iss-2022", "--timeline", "--json", "-"])
    told = json.loads(data.stdout)
    assert told["schema"] == "stationkeep.timeline/1"
    assert told["entries"][0]["date"].startswith("2022-02-24")
    lost = CliRunner().invoke(app, ["claims", "nowhere", "--timeline"])
    assert isinstance(lost.exception, InputError)
    wrong = CliRunner().invoke(app, ["claims", "iss-2021"])
    assert isinstance(wrong.exception, InputError)
    assert "did you mean 'iss-2022'" in str(wrong.exception)


def test_each_verdict_has_the_one_command_that_gives_it_again(tmp_path: Path) -> None:
    page, data = tmp_path / "claims.html", tmp_path / "claims.json"
    chosen = ["--claim", "five-hundred-tonnes", "--claim", "one-year-notice"]
    words = ["claims", "iss-2022", *chosen, "--runs", "3", "--output", str(page), "--json", str(data)]
    shown = CliRunner().invoke(app, words)
    assert shown.exit_code == 0, shown.output
    told = json.loads(data.read_text(encoding="utf-8"))["claims"]
    html = page.read_text(encoding="utf-8")
    for claim in told:
        assert claim["reproduce"] == f"stationkeep claims iss-2022 --claim={claim['id']} --runs=3 --seed=1"
        assert claim["reproduce"] in shown.output
        assert claim["reproduce"] in html
        again = CliRunner().invoke(app, [*shlex.split(claim["reproduce"])[1:], "--json", "-"])
        assert json.loads(again.stdout)["claims"] == [claim]
        assert escape(claim["quote"]) in html
        for line in claim["evidence"]:
            assert escape(line["what"]) in html
    assert "500 t is 8.7 % more" in shown.output
    assert "8.7 % (8.2 to 9.2 %)" in shown.output
    refused = CliRunner().invoke(app, ["claims", "iss-2022", "--output", str(tmp_path / "claims.pdf")])
    assert isinstance(refused.exception, InputError)
    assert refused.exception.hint == "end it in .html"


def test_one_claim_of_runs_by_itself_is_as_among_the_others() -> None:
    # Runs share their draws, whichever other branches are flown beside.
    loaded = load_scenario("iss-2022")
    one = check_claims(SHIPPED, loaded, only=["spacex-deorbit-vehicle"], runs=2, workers=1)["claims"]
    two = check_claims(SHIPPED, loaded, only=["spacex-boost-trunk", "spacex-deorbit-vehicle"], runs=2, workers=1)
    assert one[0]["value"] == two["claims"][1]["value"]
    assert one[0]["because"] == two["claims"][1]["because"]
