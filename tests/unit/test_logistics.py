"""Ports, craft, tables, seats, conflicts, contingencies: one case each that a person can follow."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stationkeep.catalogue.loader import load_catalogue
from stationkeep.errors import InputError, ManifestError
from stationkeep.logistics import contingencies as trouble
from stationkeep.logistics.conflicts import conflicts_of, refuse_impossible
from stationkeep.logistics.crew import crew_time, side_of, unattended
from stationkeep.logistics.dates import mjd_of
from stationkeep.logistics.history import CREDITS, flown_history, known_contingencies
from stationkeep.logistics.lifeboat import Boat, Rider, seat_everyone
from stationkeep.logistics.manifest import Manifest, Trip
from stationkeep.logistics.plans import plan_of_entries
from stationkeep.logistics.ports import iss_ports, misfit
from stationkeep.logistics.state import StationTraffic
from stationkeep.logistics.tables import manifest_of_texts
from stationkeep.logistics.vehicles import known_fleet
from stationkeep.logistics.watch import watch
from stationkeep.timescale import iso_day

FLIGHTS = """name,vehicle_type,launch_utc,arrival_utc,first_port,last_undock_utc
Soyuz A,Soyuz,2022-01-01T00:00Z,2022-01-01T06:00Z,Rassvet nadir,2022-06-20T00:00Z
Soyuz B,Soyuz,2022-06-10T00:00Z,2022-06-10T06:00Z,Prichal nadir,2022-12-01T00:00Z
Crew C,Dragon,2022-02-01T00:00Z,2022-02-02T00:00Z,Harmony forward,2022-08-01T00:00Z
Progress D,Progress,2022-03-01T00:00Z,2022-03-03T00:00Z,Zvezda aft,2022-09-01T00:00Z
"""
CREW = """name,nationality,agency,up_vehicle,down_vehicle
Anna,RU,Roscosmos,Soyuz A,Soyuz A
Boris,RU,Roscosmos,Soyuz A,Soyuz A
Carol,US,NASA,Soyuz A,Soyuz A
Dan,US,NASA,Crew C,Crew C
Eva,DE,ESA,Crew C,Crew C
Fyodor,RU,Roscosmos,Soyuz B,Soyuz B
"""


def manifest(flights: str = FLIGHTS, crew: str | None = CREW) -> Manifest:
    return manifest_of_texts([flights, crew, None, None], ["flights.csv", "crew.csv", "", ""], title="made up")


def kinds(given: Manifest) -> list[str]:
    return [one.kind for one in conflicts_of(given)]


def test_a_sound_table_has_no_conflict() -> None:
    sound = manifest(crew=CREW + "Gina,US,NASA,Soyuz B,Soyuz B\n")  # after Crew C has left she is there
    assert conflicts_of(sound) == ()
    assert watch(sound).conflicts == ()
    refuse_impossible(conflicts_of(sound))


def test_a_table_is_looked_at_to_its_last_date() -> None:
    stays = FLIGHTS.replace("Prichal nadir,2022-12-01", "Prichal nadir,2023-12-01")
    seen = watch(manifest(stays))
    assert iso_day(seen.days[-1].time_mjd_utc) == "2023-12-01"
    assert "stay-limit" in kinds(manifest(stays))
    left = CREW.replace("Boris,RU,Roscosmos,Soyuz A,Soyuz A", "Boris,RU,Roscosmos,Soyuz A,")
    alone = watch(manifest(FLIGHTS, left))
    assert iso_day(alone.days[-1].time_mjd_utc) == "2022-12-01"
    assert any("Boris" in shortage.people for shortage in alone.shortages)  # from the 1st of December


def test_two_craft_at_one_port_are_named_with_line_and_fix() -> None:
    table = FLIGHTS.replace("Prichal nadir", "Rassvet nadir")
    (found,) = conflicts_of(manifest(table))
    assert (found.kind, found.place) == ("two-at-one-port", "flights.csv, line 3")
    assert "Soyuz B comes to Rassvet nadir on 2022-06-10 06:00 while Soyuz A is there" in found.what
    assert "another port" in found.fix
    with pytest.raises(ManifestError, match="line 3"):
        refuse_impossible(conflicts_of(manifest(table)))


def test_a_long_stay_covers_several_later_ones() -> None:
    """The port's neighbours in time are not enough: the first stay covers the third too."""
    table = FLIGHTS + (
        "Progress E,Progress,2022-04-01T00:00Z,2022-04-03T00:00Z,Zvezda aft,2022-04-10T00:00Z\n"
        "Progress F,Progress,2022-05-01T00:00Z,2022-05-03T00:00Z,Zvezda aft,2022-05-10T00:00Z\n"
    )
    assert kinds(manifest(table)) == ["two-at-one-port", "two-at-one-port"]


def test_leaving_and_coming_in_the_same_minute_is_no_conflict() -> None:
    table = FLIGHTS.replace("Prichal nadir", "Rassvet nadir").replace("2022-06-20T00:00Z", "2022-06-10T06:00Z")
    assert "two-at-one-port" not in kinds(manifest(table))


@pytest.mark.parametrize(
    ("port", "why"),
    [
        ("Harmony forward", "is an IDSS port, it needs SSVP"),
        ("Harmony nadir", "is a CBM port"),
        ("Zarya nadir", "could not be used"),
    ],
)
def test_a_craft_at_a_port_that_does_not_fit(port: str, why: str) -> None:
    (found,) = [one for one in conflicts_of(manifest(FLIGHTS.replace("Zvezda aft", port))) if one.kind == "port-misfit"]
    assert why in found.what
    assert "Poisk zenith" in found.fix


def test_a_craft_before_its_first_and_after_its_last_flight() -> None:
    early = FLIGHTS.replace("Crew C,Dragon,2022-02-01", "Crew C,crew-dragon,2018-02-01").replace(
        "2022-02-02T00:00Z,Harmony forward,2022-08-01", "2018-02-02T00:00Z,Harmony forward,2018-08-01"
    )
    assert "before-first-flight" in kinds(manifest(early, None))
    late = FLIGHTS + "HTV-10,htv,2022-04-01T00:00Z,2022-04-05T00:00Z,Harmony nadir,2022-05-05T00:00Z\n"
    assert "after-last-flight" in kinds(manifest(late))


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("Greta,DE,ESA,Soyuz Z,Soyuz B", "the flight up, 'Soyuz Z', is not in the table"),
        ("Greta,DE,ESA,,Soyuz B", "up_vehicle is empty"),
        ("Greta,DE,ESA,Soyuz B,Soyuz A", None),
    ],
)
def test_a_person_without_a_craft(row: str, says: str | None) -> None:
    found = [one for one in conflicts_of(manifest(crew=CREW + row + "\n")) if one.kind == "person-without-vehicle"]
    if says is None:  # up with B, down with A ten days later: as guests have always flown
        assert found == []
    else:
        assert says in found[0].what
        assert found[0].place == "crew.csv, line 8"


def test_more_people_than_seats_and_a_wrong_count() -> None:
    crowd = CREW + "".join(f"P{index},US,NASA,Soyuz B,Soyuz B\n" for index in range(3))
    assert "too-many-people" in kinds(manifest(crew=crowd))
    counted = FLIGHTS.replace("last_undock_utc\n", "last_undock_utc,crew_up\n").replace(
        "2022-06-20T00:00Z\n", "2022-06-20T00:00Z,2\n"
    )
    counted = "\n".join(line if line.count(",") == 6 or not line else line + "," for line in counted.split("\n"))
    assert kinds(manifest(counted)) == ["crew-count"]


def test_a_stay_beyond_all_known_and_a_pad_in_a_hurry() -> None:
    assert "stay-limit" in kinds(manifest(FLIGHTS.replace("2022-06-20T00:00Z", "2022-10-20T00:00Z")))
    hurry = FLIGHTS + "Progress E,Progress,2022-03-04T00:00Z,2022-03-06T00:00Z,Poisk zenith,2022-05-06T00:00Z\n"
    (found,) = [one for one in conflicts_of(manifest(hurry)) if one.kind == "pad"]
    assert "Baikonur site 31/6" in found.what
    assert found.severity == "rule"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("Zvezda aft", "Zveda aft", "no port 'Zveda aft'.*did you mean zvezda-aft"),
        ("Progress D,Progress", "Progress D,Progres", "no vehicle 'Progres'.*did you mean progress"),
        ("2022-03-01T00:00Z", "2022-13-01", "line 5: launch_utc: .*is not a date"),
        ("2022-03-03T00:00Z", "2022-02-03T00:00Z", "line 5: Progress D arrives before its launch"),
        ("2022-09-01T00:00Z", "2022-03-02T00:00Z", "line 5: Progress D leaves before it arrives"),
        ("Progress D,", "Soyuz A,", "line 5: flight 'Soyuz A' is already given"),
        ("first_port", "port", "no column first_port"),
        (",Zvezda aft", "", "does not have the 6 cells"),
        ("2022-03-01", "0022-03-01", "outside 1957 to 2199"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_with_its_line(old: str, new: str, says: str) -> None:
    with pytest.raises(ManifestError) as refused:
        manifest(FLIGHTS.replace(old, new, 1))
    assert __import__("re").search(says, str(refused.value), __import__("re").S), str(refused.value)


def test_a_port_that_is_not_known_yet_is_said_not_refused() -> None:
    (found,) = conflicts_of(manifest(FLIGHTS.replace("Zvezda aft", "")))
    assert (found.kind, found.severity, found.place) == ("no-port", "rule", "flights.csv, line 5")


def test_a_flight_not_flown_yet_is_not_lost() -> None:
    table = FLIGHTS.replace("last_undock_utc\n", "last_undock_utc,outcome\n").replace("00Z\n", "00Z,\n")
    more = "Progress E,Progress,2022-08-01,,,,planned\nProgress F,Progress,2022-09-01,,,,launch failure\n"
    made = manifest(table + more)
    assert [name for name, flight in made.flights.items() if flight.lost] == ["Progress F"]
    lost = [event.flight.name for event in watch(made).events if event.kind == "lost" and event.flight]
    assert lost == ["Progress F"]  # the watch ends with the last date in the table, in December


def test_tables_that_differ_by_hours_are_one_event() -> None:
    stays = "vehicle,port,from_utc,to_utc\nProgress D,Zvezda aft,2022-03-02T22:00Z,2022-09-01T05:00Z\n"
    made = manifest_of_texts([FLIGHTS, None, stays, None], ["flights.csv", "", "ports.csv", ""], title="made up")
    (stay,) = made.flights["Progress D"].stays
    assert (stay.from_mjd_utc, stay.to_mjd_utc) == (mjd_of("2022-03-03"), mjd_of("2022-09-01"))
    far = stays.replace("2022-09-01T05:00Z", "2022-09-11T05:00Z")
    with pytest.raises(ManifestError, match="while it is not with the station"):
        manifest_of_texts([FLIGHTS, None, far, None], ["flights.csv", "", "ports.csv", ""], title="made up")


def test_moves_between_ports() -> None:
    table = FLIGHTS.replace("last_undock_utc\n", "last_undock_utc,moves\n")
    lines = [line + ("" if "moves" in line else ",") for line in table.strip().split("\n")]
    lines[1] += "Poisk zenith 2022-03-10T05:00Z..2022-06-20T00:00Z"
    flight = manifest("\n".join(lines)).flights["Soyuz A"]
    assert [(stay.port, iso_day(stay.from_mjd_utc)) for stay in flight.stays] == [
        ("rassvet-nadir", "2022-01-01"), ("poisk-zenith", "2022-03-10"),
    ]  # fmt: skip
    assert flight.stays[0].to_mjd_utc == flight.stays[1].from_mjd_utc


def test_arm_needed_and_what_fits_where() -> None:
    ports, fleet, day = iss_ports(), known_fleet(), mjd_of("2022-04-02")
    assert ports.find("Harmony nadir").arm_needed_at(day)
    assert not ports.find("Harmony fwd (IDA-2)").arm_needed_at(day)
    assert fleet.kinds["cygnus"].needs_arm
    assert not fleet.kinds["soyuz"].needs_arm
    assert {port.id for port in ports.fitting(fleet.kinds["soyuz"].standards, day)} == {
        "zvezda-aft", "poisk-zenith", "rassvet-nadir", "prichal-nadir",
    }  # fmt: skip
    # the same port took Shuttles until 2011 and Dragons since 2016
    assert misfit(ports.ports["harmony-forward"], ("APAS",), mjd_of("2010-01-01")) is None
    assert misfit(ports.ports["harmony-forward"], ("IDSS",), mjd_of("2010-01-01")) is not None


def test_names_agree_with_the_catalogue() -> None:
    """Ports, craft and owners that both this room and the catalogue have carry the same ids."""
    catalogue, fleet, ports = load_catalogue(), known_fleet(), iss_ports()
    station = catalogue.stations["iss-2022-04-02"]
    for port in station.ports:
        assert ports.ports[port.id].owner == port.owner
        assert ports.ports[port.id].standard_at(mjd_of("2022-04-02")) == port.standard
    for kind in fleet.kinds.values():
        assert kind.owner in catalogue.partners
        if kind.catalogue is not None:
            assert catalogue.vehicles[kind.catalogue].owner == kind.owner
            seats = catalogue.vehicles[kind.catalogue].crew_seats
            assert kind.seat_count == (0 if seats is None else round(seats.best))
    assert all(pad in fleet.pads for kind in fleet.kinds.values() for pad in kind.pads)


def test_seats_need_the_right_liner() -> None:
    soyuz, dragon = Boat("S", 3, "soyuz-liner"), Boat("D", 4, "dragon-suit")
    people = [Rider(f"r{index}", frozenset({"soyuz-liner"})) for index in range(4)]
    assert len(seat_everyone(people, [soyuz, dragon]).without) == 1
    fitted = [*people[:3], Rider("r3", frozenset({"soyuz-liner", "dragon-suit"}))]
    assert seat_everyone(fitted, [soyuz, dragon]).without == ()


def test_one_who_can_choose_gives_way() -> None:
    """The last comer fits the Soyuz only; whoever could also take the Dragon must move."""
    both, only = frozenset({"soyuz-liner", "dragon-suit"}), frozenset({"soyuz-liner"})
    riders = [Rider("a", both, ("S",)), Rider("b", only, ("S",))]
    seating = seat_everyone(riders, [Boat("S", 1, "soyuz-liner"), Boat("D", 1, "dragon-suit")])
    assert seating.seats == {"a": "D", "b": "S"}


def test_each_side_needs_somebody() -> None:
    anna = Trip("Anna", "RU", "Roscosmos", "S", "S")
    carol = Trip("Carol", "US", "NASA", "S", "S")
    assert (side_of(anna), side_of(carol)) == ("russian", "american")
    assert unattended([anna, carol]) == ()
    assert unattended([carol]) == ("russian",)
    assert unattended([]) == ()
    only = CREW.replace("Carol,US,NASA", "Carol,RU,Roscosmos")
    (found,) = [one for one in watch(manifest(crew=only)).conflicts if iso_day(one.from_mjd_utc) == "2022-01-01"]
    assert "American segment" in found.what
    assert found.to_mjd_utc == mjd_of("2022-02-02")


def test_a_leak_leaves_its_crew_without_seats_and_a_makeshift_place_helps_one() -> None:
    leaking = trouble.with_leak(manifest(), "Soyuz A", mjd_of("2022-04-01"))
    (short,) = watch(leaking).shortages
    assert (short.most_without, short.seats_missing, short.makeshift) == (3, False, ())
    # a relieving Soyuz comes on 10 June with one aboard: two seats are free there
    assert short.to_mjd_utc == mjd_of("2022-06-20")
    assert watch(leaking, to_mjd_utc=mjd_of("2022-07-30")).conflicts == ()  # then Crew C leaves
    helped = trouble.with_rescue_seat(leaking, "Crew C", mjd_of("2022-04-10"), None, 1, "Carol")
    assert watch(helped).shortages[0].makeshift == ("Carol",)


def test_an_empty_replacement_ends_the_shortage() -> None:
    table = FLIGHTS + "Soyuz R,Soyuz,2022-05-01T00:00Z,2022-05-03T00:00Z,Poisk zenith,2022-08-01T00:00Z\n"
    (short,) = watch(trouble.with_leak(manifest(table), "Soyuz A", mjd_of("2022-04-01"))).shortages
    assert (iso_day(short.from_mjd_utc), iso_day(short.to_mjd_utc)) == ("2022-04-01", "2022-05-03")


def test_a_lost_crew_flight_brings_nobody_and_its_passengers_home_are_rebooked() -> None:
    crew = CREW + "Gus,US,NASA,Crew C,Soyuz B\nHal,RU,Roscosmos,Soyuz A,Soyuz B\n"
    crew = crew.replace("Boris,RU,Roscosmos,Soyuz A,Soyuz A\n", "")
    lost = trouble.with_lost(manifest(crew=crew), "Soyuz B")
    home = {trip.name: trip.down_flight for trip in lost.trips}
    assert "Fyodor" not in home
    assert (home["Gus"], home["Hal"]) == ("Crew C", "Soyuz A")
    assert conflicts_of(lost) == ()
    assert max(day.aboard for day in watch(lost).days) == 6


def test_a_failed_docking_is_two_days() -> None:
    later = trouble.with_failed_docking(manifest(), "Progress D").flights["Progress D"]
    assert later.arrival_mjd_utc == mjd_of("2022-03-05")
    assert later.stays[0].from_mjd_utc == mjd_of("2022-03-05")
    assert later.departure_mjd_utc == mjd_of("2022-09-01")


def test_a_partner_that_stops_launching_leaves_the_docked_ones() -> None:
    left = trouble.without_partner(manifest(), "roscosmos", mjd_of("2022-04-01"))
    assert list(left.flights) == ["Soyuz A", "Crew C", "Progress D"]
    assert [trip.name for trip in left.trips] == ["Anna", "Boris", "Carol", "Dan", "Eva"]
    found = watch(left, to_mjd_utc=mjd_of("2022-07-15"))
    assert [one.kind for one in found.conflicts] == ["segment-unattended", "segment-unattended"][: len(found.conflicts)]
    assert "Russian" in found.conflicts[-1].what
    assert found.days[-1].aboard == 2


def test_state_goes_by_events() -> None:
    traffic = StationTraffic(manifest(), mjd_of("2022-01-01"))
    assert traffic.next_event_mjd_utc == mjd_of("2022-01-01T06:00Z")
    (arrival, docking) = traffic.advance(traffic.next_event_mjd_utc)
    assert (arrival.kind, docking.kind, docking.port) == ("arrival", "reached-port", "rassvet-nadir")
    assert [trip.name for trip in arrival.came] == ["Anna", "Boris", "Carol"]
    traffic.advance(mjd_of("2022-04-01"))
    now = traffic.snapshot()
    assert now.ports == {"rassvet-nadir": "Soyuz A", "harmony-forward": "Crew C", "zvezda-aft": "Progress D"}
    assert (now.aboard, now.seats, now.sides) == (5, 7, {"russian": 2, "american": 3})
    traffic.advance(mjd_of("2023-01-01"))
    assert traffic.snapshot().aboard == 0
    assert traffic.next_event_mjd_utc == float("inf")


def test_crew_time_goes_into_upkeep_first() -> None:
    three, four = crew_time(3), crew_time(4)
    assert three.research_hours_week == pytest.approx(26.1)  # what the figure was published for
    assert four.research_hours_week == pytest.approx(26.1 + 40.0)
    assert crew_time(1).unmet_hours_week > 0.0
    busy = crew_time(3, repair_hours_week=50.0)
    assert (busy.research_hours_week, busy.unmet_hours_week) == (0.0, pytest.approx(50.0 - 26.1))
    with pytest.raises(InputError):
        crew_time(-1)


def test_contingencies_are_known_by_designator() -> None:
    renamed = {"Sojus 68": replace(flown_history().flights["Soyuz MS-22"], name="Sojus 68")}
    found = Manifest(renamed).with_contingencies(known_contingencies()).contingencies
    assert [(item.flight, item.problem) for item in found] == [("Sojus 68", "unfit")]
    other = {"Soyuz MS-22": replace(flown_history().flights["Soyuz MS-22"], cospar="1999-001A")}
    assert Manifest(other).with_contingencies(known_contingencies()).contingencies == ()


def test_the_shipped_tables_carry_their_credit() -> None:
    assert any("GCAT" in credit and "CC BY 4.0" in credit for credit in CREDITS)
    assert flown_history().credits == CREDITS


PLAN = {
    "name": "P1",
    "vehicle": "progress",
    "port": "zvezda-aft",
    "launch_utc": "2022-03-01",
    "departure_utc": "2022-09-01",
}


def test_a_plan_by_hand() -> None:
    made = plan_of_entries(
        [PLAN, {"name": "S1", "vehicle": "soyuz", "port": "rassvet-nadir", "launch_utc": "2022-03-18"}],
        [{"name": "Anna", "nationality": "RU", "up": "S1", "down": "S1"}],
    )
    assert made.flights["P1"].stays[0].to_mjd_utc == mjd_of("2022-09-01")
    assert StationTraffic(made, mjd_of("2022-04-01")).snapshot().aboard == 1


@pytest.mark.parametrize(
    ("flights", "crew", "says"),
    [
        ([PLAN, PLAN | {"name": "P2", "launch_utc": "2022-05-01"}], [], "plan.yaml, line 9: P2 comes to Zvezda aft"),
        ([PLAN | {"port": "zveda-aft"}], [], "did you mean zvezda-aft"),
        ([PLAN | {"vehicle": "starship"}], [], "no vehicle 'starship'"),
        ([PLAN | {"vehicle": "htv-x", "port": "harmony-nadir"}], [], "HTV-X first flew on 2025-10-26"),
        ([PLAN | {"cargo": {"water_kg": -1.0}}], [], "cargo.water_kg"),
        ([PLAN | {"cargo": {"waterkg": 1.0}}], [], "did you mean water_kg"),
        ([PLAN | {"launch_utc": "soon"}], [], "'soon' is not a date"),
        ([PLAN], [{"name": "Anna", "up": "S9"}], "plan.yaml, line 20: Anna: the flight up, 'S9', is not in the table"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_with_its_line(flights: list, crew: list, says: str) -> None:  # type: ignore[type-arg]
    places = ["plan.yaml, line 5", "plan.yaml, line 9"]
    with pytest.raises(ManifestError) as refused:
        plan_of_entries(flights, crew, flight_places=places, crew_places=["plan.yaml, line 20"])
    assert says in str(refused.value)


# The summer of 2024: the crew of the first Starliner outstayed it. Dates to the hour from NASA's public reports.
STARLINER = """name,vehicle_type,cospar,launch_utc,arrival_utc,first_port,last_undock_utc
SpaceX Crew-8,Dragon,2024-042A,2024-03-04T03:53Z,2024-03-05T07:28Z,Harmony forward,2024-10-23T21:05Z
Soyuz MS-25,Soyuz,2024-055A,2024-03-23T12:36Z,2024-03-25T15:03Z,Prichal nadir,2024-09-23T08:36Z
Starliner CFT,Starliner,2024-109A,2024-06-05T14:52Z,2024-06-06T17:34Z,Harmony zenith,2024-09-06T22:04Z
Soyuz MS-26,Soyuz,2024-162A,2024-09-11T16:23Z,2024-09-11T19:32Z,Rassvet nadir,2025-04-19T21:57Z
SpaceX Crew-9,Dragon,2024-178A,2024-09-28T17:17Z,2024-09-29T21:30Z,Harmony zenith,2025-03-18T05:05Z
"""
STARLINER_CREW = "name,nationality,agency,up_vehicle,down_vehicle\n" + "".join(
    f"{name},{nation},{agency},{up},{down}\n"
    for name, nation, agency, up, down in (
        ("Dominick", "US", "NASA", "SpaceX Crew-8", "SpaceX Crew-8"),
        ("Barratt", "US", "NASA", "SpaceX Crew-8", "SpaceX Crew-8"),
        ("Epps", "US", "NASA", "SpaceX Crew-8", "SpaceX Crew-8"),
        ("Grebenkin", "RU", "Roscosmos", "SpaceX Crew-8", "SpaceX Crew-8"),
        ("Dyson", "US", "NASA", "Soyuz MS-25", "Soyuz MS-25"),
        ("Kononenko", "RU", "Roscosmos", "Soyuz MS-25", "Soyuz MS-25"),
        ("Chub", "RU", "Roscosmos", "Soyuz MS-25", "Soyuz MS-25"),
        ("Wilmore", "US", "NASA", "Starliner CFT", "SpaceX Crew-9"),
        ("Williams", "US", "NASA", "Starliner CFT", "SpaceX Crew-9"),
    )
)


def test_the_summer_of_the_first_starliner_is_found_and_named() -> None:
    """The one seat exception since 2011: a mishap while the craft is there, too few seats once it has left."""
    made = manifest(STARLINER, STARLINER_CREW).with_contingencies(known_contingencies())
    found = watch(made, mjd_of("2024-04-01"), mjd_of("2024-10-15"))
    (short,) = found.shortages
    assert (iso_day(short.from_mjd_utc), iso_day(short.to_mjd_utc)) == ("2024-06-06", "2024-09-29")
    assert set(short.people) == set(short.makeshift) == {"Wilmore", "Williams"}
    (conflict,) = found.conflicts
    assert conflict.kind == "no-seat"
    assert (iso_day(conflict.from_mjd_utc), iso_day(conflict.to_mjd_utc or 0.0)) == ("2024-09-06", "2024-09-29")
    days = {iso_day(day.time_mjd_utc): day for day in found.days}
    assert (days["2024-08-01"].aboard, days["2024-08-01"].seats) == (9, 7)
