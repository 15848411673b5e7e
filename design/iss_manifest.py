"""Re-keys the flown flights, port stays and trips of 2020 to 2023 into the tables the package ships.

From tables of the form ``stationkeep replay`` reads (flights.csv, port_stays.csv, crew.csv and the loads of Progress by
kind), with the bracketed source numbers of those tables replaced by names.

    python design/iss_manifest.py --data FOLDER
"""

from __future__ import annotations

import argparse
import csv
import io
from pathlib import Path

from stationkeep.files import write_atomically

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "src" / "stationkeep" / "logistics" / "data"
FIRST, LAST = "2020-01-01", "2023-12-31T24"
CREDIT = (
    "# Flights, ports and people of the International Space Station, 2020 to 2023.\n"
    "# Dates and ports to 2023-11-08: GCAT, J. McDowell, General Catalog of Artificial Space Objects,\n"
    "# https://planet4589.org/space/gcat, copy of 2023-11-08, CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/);\n"
    "# modified (selected, re-keyed, one docking date corrected). Later ones: public history of\n"
    "# corquaid/international-space-station-APIs (MIT), NASA ephemeris comments, agency news.\n"
    "# Quality: A primary data file, B operator or press, C second-hand, M widely stated, not confirmed. UTC.\n"
)
FLIGHT_COLUMNS = (
    "name", "vehicle_type", "operator", "launch_vehicle", "cospar", "launch_utc", "arrival_utc", "arrival_kind",
    "first_port", "moves", "last_undock_utc", "end_utc", "end_kind", "crew_up", "crew_down", "cargo_up_kg",
    "cargo_up_pressurised_dry_kg", "water_kg", "gas_kg", "propellant_kg", "cargo_down_kg", "outcome", "quality",
    "notes",
)  # fmt: skip
STAY_COLUMNS = ("vehicle", "port", "from_utc", "to_utc", "quality")
CREW_COLUMNS = (
    "name", "nationality", "agency", "person_key", "up_vehicle", "down_vehicle", "arrival_utc", "undock_utc", "quality",
)  # fmt: skip
NOTES = {
    "Soyuz MS-22": "coolant lost on 14-15 December 2022; went home empty",
    "Soyuz MS-23": "sent up empty to take home the crew of MS-22; docked on 26 February (25th in the catalogue's copy)",
    "Soyuz MS-13": "moved from Zvezda to Poisk in August 2019",
    "Progress MS-16": "took the Pirs module away and burnt up with it",
    "Progress MS-17": "moved from Poisk to Nauka; took away the adapter of Nauka's port",
    "Progress MS-21": "coolant lost on 11 February 2023 while docked",
    "Progress MS-25": "at Poisk by NASA's account; one public history says Prichal, which Soyuz MS-25 took next",
    "Cygnus NG-18": "one of its two solar arrays did not unfold",
    "Progress M-UM (Prichal)": "brought the module Prichal",
}
CORRECTED = {"Progress M-UM (Prichal)": {"arrival_kind": "dock"}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    folder = parser.parse_args().data
    loads = {row["vehicle"]: row for row in rows(folder / "progress_cargo_by_kind.csv")}
    flights = [flight(row, loads) for row in rows(folder / "flights.csv") if in_span(row)]
    names = {row["name"] for row in flights}
    stays = [
        row | {"quality": mark(row["quality"])} for row in rows(folder / "port_stays.csv") if row["vehicle"] in names
    ]
    crew = [
        row | {"quality": "M"} for row in rows(folder / "crew.csv") if {row["up_vehicle"], row["down_vehicle"]} & names
    ]
    # MS-15 brought one who left before 2020 with a craft outside the span; the row keeps its count of three right.
    write("iss-2020-2023-flights.csv", FLIGHT_COLUMNS, flights)
    write("iss-2020-2023-ports.csv", STAY_COLUMNS, stays)
    write("iss-2020-2023-crew.csv", CREW_COLUMNS, crew)


def in_span(row: dict[str, str]) -> bool:
    """Attached at some time of the span; what never arrived belongs to it by its launch."""
    return row["launch_utc"] <= LAST and (row["last_undock_utc"] or row["launch_utc"]) >= FIRST


def flight(row: dict[str, str], loads: dict[str, dict[str, str]]) -> dict[str, str]:
    load = loads.get(row["name"], {})
    own = {
        "water_kg": load.get("water_kg", ""), "gas_kg": load.get("gas_kg", ""),
        "propellant_kg": load.get("propellant_to_transfer_kg", ""),
        "quality": mark(row["quality"]), "notes": NOTES.get(row["name"], ""),
    }  # fmt: skip
    return row | own | CORRECTED.get(row["name"], {})


def mark(quality: str) -> str:
    """The worst mark of what the dates of a row were read from."""
    return next((letter for letter in "MCBA" if letter in quality.replace("GCAT", "").replace("CAT", "")), "A")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write(name: str, columns: tuple[str, ...], found: list[dict[str, str]]) -> None:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    write_atomically(TARGET / name, CREDIT + stream.getvalue())
    print(f"{name}: {len(found)} rows")


if __name__ == "__main__":
    main()
