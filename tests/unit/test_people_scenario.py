"""The sections ``life_support`` and ``traffic`` of a scenario: what is refused, with line and way to fix it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from people_runs import events, station_text
from stationkeep.cli import main
from stationkeep.errors import ScenarioError
from stationkeep.scenario.flights import counted, flight_plan
from stationkeep.scenario.loader import load_scenario, read_scenario
from stationkeep.timescale import iso_utc


def refused(text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(text, "mine.yaml")
    return str(caught.value)


def changed(old: str, new: str, count: int = 1) -> str:
    text = station_text()
    assert old in text
    return text.replace(old, new, count)


def test_a_mistake_of_a_repeated_flight_is_told_once() -> None:
    # Five people in each Soyuz of a pattern: too many up, too many down, each told once and counted.
    crew = "crew: [{agency: Roscosmos, nationality: RU, count: %d}]"
    said = refused(changed(crew % 3, crew % 5))
    assert "mine.yaml has 2 problems" in said
    assert said.count("(and 1 more like it there)") == 2


AX_1 = "    - name: Axiom Ax-1\n      vehicle: crew-dragon\n      partner: nasa\n      ports: harmony-zenith\n"
# ruff: noqa: E501
BAD = [
    # more than the tank holds
    ("    us-food: {low: 1320, high: 1760}", "    us-water: {low: 9000, high: 9900}\n    us-food: {low: 1320, high: 1760}", ["us-water: 9,900 kg given, more than it holds (3,000 kg)"]),
    # a field where an amount stands
    ("    us-food: {low: 1320, high: 1760}", "    us-food: {low: 1320, high: 1760, unit: lb}", ["us-food.unit: unknown field; allowed here: low, high"]),
    # two vehicles on one port
    (AX_1, AX_1.replace("harmony-zenith", "harmony-forward"), ["flights[0]", "Harmony forward", "Crew-3 is there"]),
    # a port that does not exist, one that does not fit
    (AX_1, AX_1.replace("harmony-zenith", "harmony-zenit"), ["no port 'harmony-zenit'; did you mean 'harmony-zenith'"]),
    (AX_1, AX_1.replace("harmony-zenith", "poisk-zenith"), ["Axiom Ax-1", "cannot be at Poisk zenith", "ports that fit"]),
    # a vehicle nobody knows, one that did not fly yet
    (AX_1, AX_1.replace("crew-dragon", "crew-dragn"), ["no vehicle 'crew-dragn'; did you mean 'crew-dragon'"]),
    ("      vehicle: starliner\n", "      vehicle: htv-x\n", ["HTV-X first flew on 2025-10-26"]),
    # people without a craft
    ("      vehicle: progress\n      provider", "      crew: [{agency: Roscosmos}]\n      vehicle: progress\n      provider",
     ["Progress carries no people"]),
    ("agency: Axiom, nationality: CA}", "agency: Axiom, nationality: CA, down: Axiom Ax-9}", ["no flight 'Axiom Ax-9'"]),
    ("crew: [{agency: Axiom, nationality: US, count: 4}]", "crew: [{agency: Axiom, count: 5}]", ["5 people but has 4 seats"]),
    # dates
    ("      provider: progress\n      ports", "      provider: progress\n      launch_utc: 2022-06-01\n      ports",
     ["launch_utc: its dates are those of its provider 'progress'"]),
    ("      stay_days: 179\n", "", ["stay_days", "is missing"]),
    ("  docked:\n    - flight: Progress MS-18", "  docked:\n    - flight: Progress MS-81",
     ["no craft docked at the epoch 'Progress MS-81'"]),
    ("history: iss-2020-2023", "history: iss-2020-2033", ["no history 'iss-2020-2033'; did you mean 'iss-2020-2023'"]),
    ("      provider: cygnus\n      ports", "      provider: cygnu\n      ports", ["no provider 'cygnu'; did you mean 'cygnus'"]),
    # stores
    ("  habitat: iss-2022-04-02", "  habitat: iss-2022-04-20", ["unknown habitat 'iss-2022-04-20'; did you mean"]),
    ("oxygen: {candles: 0.15", "oxigen: {candles: 0.15", ["no substance with a reserve 'oxigen'; did you mean 'oxygen'"]),
    ("oxygen: {candles: 0.15", "oxygen: {candels: 0.15", ["candels", "candles"]),
    ("russian-food: 0.33, toilet", "russian-fod: 0.33, toilet", ["no store 'russian-fod'; did you mean 'russian-food'"]),
    ("water: {russian-water: 1}", "water: {russian-food: 1}", ["russian-food holds food; water is water"]),
    ("russian-food: 0.33, toilet", "russian-food: 0.95, toilet", ["the shares add up to", "more than all of it"]),
    ("waste: [trash,", "waste: [rash,", ["no store 'rash'; did you mean 'trash'"]),
    ("us-food: {low: 1320, high: 1760}", "us-food: 1320 kg", ["must be a number"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), BAD)
def test_what_cannot_be_is_refused_with_its_line(old: str, new: str, expected: list[str]) -> None:
    message = refused(changed(old, new))
    assert "line " in message
    for part in expected:
        assert part in message, message


def test_one_section_needs_the_other() -> None:
    text = station_text()
    a, b = text.index("life_support:  "), text.index("traffic:   ")
    message = refused(text[:a] + text[b:])
    assert "needs a life_support section" in message
    assert "line " in message


def test_more_people_than_the_air_can_carry() -> None:
    """Sixty people brought by craft that came before the epoch: the message says how many the air carries."""
    more = "".join(
        f"    - name: Ferry {number}\n      vehicle: crew-dragon\n      ports: port-{number}\n"
        f"      launch_utc: 2022-03-20\n      arrival_utc: 2022-03-21\n      stay_days: 100\n"
        "      crew: [{agency: NASA, count: 4}]\n      source: made up\n"
        for number in range(15)
    )
    ports = "".join(f"    port-{number}: {{standard: IDSS, owner: nasa, source: made up}}\n" for number in range(15))
    text = station_text()
    start = text.index("  docked:\n")
    end = text.index("\nbranches:\n")
    text = text[:start] + "  ports:\n" + ports + "  flights:\n" + more + text[end:]
    text = text.replace("  history: iss-2020-2023", "  # nobody else")
    message = refused(text)
    line = text[: text.index("    - name: Ferry 0\n")].count("\n") + 1
    assert f"line {line}: traffic.flights[0]" in message  # the first that brings somebody
    assert "60 people are more than the air can carry" in message
    assert "at most" in message
    assert "line " in message


def test_events_of_flights_must_name_one() -> None:
    message = refused(station_text(events("{type: craft-unfit, date_utc: 2022-12-15, flight: Soyuz MS-222}")))
    assert "no flight 'Soyuz MS-222'; did you mean 'Soyuz MS-22'" in message
    assert "branches.stay.events[0].flight" in message


def test_a_flight_event_needs_flights() -> None:
    text = station_text(events("{type: flight-lost, date_utc: 2022-12-15, flight: Soyuz MS-22}"))
    a, b = text.index("life_support:  "), text.index("\nbranches:\n")
    assert "needs a traffic section" in refused(text[:a] + text[b:])


def test_the_command_says_it_with_exit_code_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(changed(AX_1, AX_1.replace("harmony-zenith", "harmony-forward")), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["stationkeep", "run", str(path), "--runs", "1"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "Harmony forward" in said
    assert "line " in said


def test_flights_are_written_out_with_their_numbers() -> None:
    assert counted("Progress MS-20", 0) == "Progress MS-20"
    assert counted("Progress MS-20", 3) == "Progress MS-23"
    assert counted("Ferry", 1) == "Ferry 2"
    plan = flight_plan(load_scenario("iss-2022").scenario)
    names = list(plan.manifest.flights)
    assert {"Progress MS-18", "Soyuz MS-21", "SpaceX Crew-3", "Cygnus NG-17", "Progress MS-19"} <= set(names)
    arrivals = [plan.manifest.flights[f"Progress MS-{number}"].arrival_mjd_utc for number in (20, 21, 22)]
    assert [iso_utc(time)[:10] for time in arrivals if time is not None] == ["2022-06-03", "2022-09-02", "2022-12-02"]
    assert plan.craft["Progress MS-20"].provider == "progress"
    assert plan.craft["SpaceX Crew-4"].partners == ("spacex", "nasa")
    aboard = [trip.name for trip in plan.manifest.trips if trip.up_flight in ("SpaceX Crew-3", "Soyuz MS-21")]
    assert len(aboard) == 7


def test_a_lowest_altitude_for_people_above_the_station_is_refused() -> None:
    """It was at 417.5 km: with 500 all would leave at the first moment."""
    message = refused(station_text().replace("lowest_altitude_km: 330 ", "lowest_altitude_km: 500 "))
    assert "500 km given, but the station is at 41" in message
    assert "line " in message
    assert "traffic.lowest_altitude_km" in message
