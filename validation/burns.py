"""Burns found against burns flown; every figure of ``burns.md`` and of its test comes from here.

``python validation/burns.py`` writes ``validation/burns.md`` from ``burns.template.md``; ``--data FOLDER`` otherwise.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from record import Finding, record
from retold_sets import RETELLERS

from stationkeep.campaign.weather import campaign_weather
from stationkeep.orbit.burn_detection import Burn, BurnSearch, search_burns
from stationkeep.orbit.history import as_element_history, read_any_history, read_history
from stationkeep.orbit.state_history import StateHistory
from stationkeep.orbit.tle import LONGEST_GAP_DAYS
from stationkeep.timescale import iso_utc, mjd_utc, parse_utc

HERE = Path(__file__).resolve().parent
ISS_FILE = "tle/25544_iss.tle"
UNCONTROLLED = {"Tiangong-1": "tle/37820_tiangong1.tle", "Delfi-C3": "tle/32789_delfi_c3.tle"}
DENSE = (("2021-01-01", "2022-03-03T12:00"), ("2022-12-23", "2023-04-30T23:50"))
"""Where the station's element sets are at most two days apart, give or take a day at the ends."""
RECENT_MJD = mjd_utc(parse_utc("2020-01-01"))
MATCH_DAYS = 1.0
LARGE_M_S = 0.3  # the promise is made for burns above this


@dataclass(frozen=True)
class KnownBurn:
    """A burn as told. A planned one counts with its plan; a flown one with what was announced after it."""

    start_utc: str
    delta_v_m_s: float | None
    delta_h_km: float | None
    duration_s: float | None
    source: str
    flown: bool = True

    @property
    def middle_mjd_utc(self) -> float:
        """Middle of the burn."""
        return mjd_utc(parse_utc(self.start_utc)) + 0.5 * (self.duration_s or 0.0) / 86400.0

    @property
    def told_m_s(self) -> float:
        """Announced delta-v, or the one its gain of mean altitude costs (0.564 m/s a kilometre)."""
        return self.delta_v_m_s if self.delta_v_m_s is not None else 0.564 * (self.delta_h_km or 0.0)


_NASA = "NASA ephemeris header"
KNOWN = (
    KnownBurn("2021-01-21T12:00Z", 0.7, 1.25, 417.5, "Roscosmos (day)"),
    KnownBurn("2021-03-12T19:09Z", None, 0.45, 144.0, "Roscosmos 30272 via orbiter.ch, 11 Mar 2021", flown=False),
    KnownBurn("2021-04-02T12:14Z", 0.21, 0.36, 129.3, "Roscosmos via TASS, 2 Apr 2021"),
    KnownBurn("2021-05-20T17:01Z", 0.2, 0.35, 180.0, "Roscosmos via TASS, 12 May 2021", flown=False),
    KnownBurn("2021-06-24T02:40Z", None, 0.85, 466.0, "Roscosmos via G. Kowalski, 24 Jun 2021"),
    KnownBurn("2021-08-21T04:04Z", 0.71, 1.2, 50.0, "Roscosmos via TASS, fronteraespacial.com, 21 Aug 2021"),
    KnownBurn("2021-09-11T18:54Z", 0.3, None, None, _NASA, flown=False),
    KnownBurn("2021-09-24T14:38Z", -0.7, None, None, _NASA, flown=False),
    KnownBurn("2021-10-12T07:28Z", 0.5, None, None, _NASA, flown=False),
    KnownBurn("2021-11-10T20:15Z", 0.7, 1.24, 361.0, "Roscosmos via TASS and Sputnik, 10 Nov 2021"),
    KnownBurn("2021-12-03T07:58Z", None, -0.56, 161.0, "NASA, 3 Dec 2021: 0.3 and 0.4 miles down"),
    KnownBurn("2021-12-24T01:18Z", -1.1, -1.8, 539.0, "Roscosmos; NASA ephemeris header"),
    KnownBurn("2022-01-12T18:24Z", None, 1.2, 395.4, "Roscosmos via TASS, 12 Jan 2022"),
    KnownBurn("2022-02-08T07:56Z", 0.26, None, 142.3, "Roscosmos; NASA ephemeris header"),
    KnownBurn("2022-02-26T01:37Z", 0.8, None, None, _NASA, flown=False),
    KnownBurn("2023-01-18T14:57Z", 0.95, 1.6, 591.4, "Roscosmos via Interfax, 18 Jan 2023"),
    KnownBurn("2023-02-03T10:30Z", None, 2.4, None, "Roscosmos via Sputnik, 3 Feb 2023"),
    KnownBurn("2023-02-20T04:20Z", 1.8, 3.2, 958.3, "Roscosmos via Interfax, 20 Feb 2023"),
    KnownBurn("2023-03-06T12:42Z", 0.7, None, 370.0, "NASA, 6 Mar 2023: a little over 6 min (at 0.85 kN)"),
    KnownBurn("2023-03-08T20:02Z", 0.9, None, None, _NASA, flown=False),
    KnownBurn("2023-03-14T11:54Z", 0.3, 0.5, 135.0, "Roscosmos via TASS, 14 Mar 2023"),
    KnownBurn("2023-03-30T16:48Z", 0.8, None, None, f"{_NASA} (Cygnus)", flown=False),
    KnownBurn("2023-04-30T00:31Z", None, 1.95, 716.8, "Roscosmos, 30 Apr 2023"),
)
"""Burns of the station while element sets are dense, from the operators' statements and, where none was found, from
the plans in NASA's ephemerides. Two plans that were replaced are left out: 1 December 2021 (0.2 m/s; the
avoidance burn of the 3rd came instead) and 6 February 2022 (0.2 m/s, flown on the 8th)."""

SPARSE_KNOWN = (
    KnownBurn("2022-03-11T19:15Z", 0.52, 0.85, 320.1, "Roscosmos"),
    KnownBurn("2022-05-14T18:20Z", 1.1, None, None, _NASA, flown=False),
    KnownBurn("2022-08-10T00:00Z", None, 0.53, None, "Roscosmos (day)"),
    KnownBurn("2022-08-25T02:20Z", None, 1.2, None, "Roscosmos via Sputnik, 25 Aug 2022"),
    KnownBurn("2022-09-15T18:10Z", 0.22, 0.41, 118.6, "Roscosmos 38236 via orbiter.ch"),
    KnownBurn("2022-10-01T12:00Z", 1.36, 2.4, 719.5, "Roscosmos (day)"),
    KnownBurn("2022-10-25T00:25Z", 0.5, 0.88, 305.0, "NASA, Roscosmos"),
    KnownBurn("2022-11-30T12:00Z", 1.2, 2.1, 712.5, "Roscosmos (day)"),
)
"""The same where the station's element sets are days apart (March to December 2022); a burn between two of them may
be dated to the gap only."""

SHUTTLE_DOCKINGS = {
    "STS-97": "2000-12-02T19:59Z", "STS-98": "2001-02-09T16:50Z", "STS-102": "2001-03-10T06:38Z",
    "STS-104": "2001-07-14T03:08Z", "STS-105": "2001-08-12T18:41Z", "STS-110": "2002-04-10T16:04Z",
    "STS-111": "2002-06-07T16:24Z", "STS-112": "2002-10-09T15:16Z", "STS-113": "2002-11-25T21:59Z",
}  # fmt: skip
"""Dockings (GCAT, J. McDowell, CC BY 4.0)."""


@cache
def station_search(data: Path, *, recent: bool = True) -> BurnSearch:
    """The station's element sets since 2021, or those before."""
    return _searched(data / ISS_FILE, *((RECENT_MJD, np.inf) if recent else (0.0, RECENT_MJD)))


@cache
def uncontrolled_search(data: Path, name: str) -> BurnSearch:
    """An object that nobody pushes."""
    return _searched(data / UNCONTROLLED[name], 0.0, np.inf)


def _searched(path: Path, start_mjd: float, stop_mjd: float) -> BurnSearch:
    elements = [item.elements for item in read_history(path).sets if start_mjd <= item.epoch_mjd_utc < stop_mjd]
    first, last = elements[0].epoch_mjd_utc, elements[-1].epoch_mjd_utc
    return search_burns(elements, campaign_weather("observed", first, last, last + 1.0).median)


@cache
def retold_search(data: Path, how: str) -> BurnSearch:
    """The station's dense sets of 2021 and 2022 as a worse catalogue would tell them; see :mod:`retold_sets`."""
    start, stop = (mjd_utc(parse_utc(text)) for text in DENSE[0])
    sets = [item.elements for item in read_history(data / ISS_FILE).sets if start <= item.epoch_mjd_utc <= stop]
    burns = [burn.moment_mjd_utc for burn in station_search(data).burns if start <= burn.moment_mjd_utc <= stop]
    return search_burns(RETELLERS[how](sets, burns), campaign_weather("observed", start, stop, stop + 1.0).median)


def retold_row(data: Path, how: str) -> str:
    found = retold_search(data, how)
    start, stop = (mjd_utc(parse_utc(text)) for text in DENSE[0])
    known = [item for item in KNOWN if start <= item.middle_mjd_utc <= stop]
    matched = [match(found.burns, item) for item in known]
    large = [burn for item, burn in zip(known, matched, strict=True) if abs(item.told_m_s) >= LARGE_M_S]
    return (
        f"| {how} | {sum(burn is not None for burn in matched)} of {len(known)} | "
        f"{sum(burn is not None for burn in large)} of {len(large)} | "
        f"{sum(burn not in matched for burn in found.burns)} |"
    )


def passive_years(data: Path) -> float:
    """Length of the histories of objects that nobody pushes [years]."""
    spans = [read_history(data / path).epochs_mjd_utc for path in UNCONTROLLED.values()]
    return float(sum(epochs[-1] - epochs[0] for epochs in spans) / 365.25)


def in_dense_data(time_mjd_utc: float) -> bool:
    """Whether element sets are dense around this moment."""
    spans = [(mjd_utc(parse_utc(a)), mjd_utc(parse_utc(b))) for a, b in DENSE]
    return any(start <= time_mjd_utc <= stop for start, stop in spans)


def match(burns: tuple[Burn, ...], known: KnownBurn, days: float = MATCH_DAYS) -> Burn | None:
    """The burn found that is the known one: the same way, within a day of it, or with a window that holds it."""
    when = known.middle_mjd_utc
    near = [
        burn
        for burn in burns
        if burn.delta_v_m_s * known.told_m_s > 0.0
        and (abs(burn.moment_mjd_utc - when) <= days or burn.start_mjd_utc <= when <= burn.stop_mjd_utc)
    ]
    return min(near, key=lambda burn: abs(burn.moment_mjd_utc - when), default=None)


OWN_MANOEUVRES = ("2000-07-25T00:22", "2000-07-25T23:52")
"""Downward steps of the early years that the station is known to have made: its rendezvous with Zvezda."""


def early_downward(data: Path) -> tuple[list[Burn], float]:
    """Downward steps before 2020 that are no known manoeuvre, and how many years of sets they were looked for in.

    Nobody lowered the station in those years, so each is a visitor's push at best and false at worst: their number is
    an upper bound of false ones. Upward steps, of which nobody has a list, cannot be judged.
    """
    own = [mjd_utc(parse_utc(f"{text}Z")) for text in OWN_MANOEUVRES]
    down = [burn for burn in station_search(data, recent=False).burns if burn.delta_v_m_s < 0.0]
    left = [burn for burn in down if min(abs(burn.moment_mjd_utc - time) for time in own) > 0.2]
    epochs = read_history(data / ISS_FILE).epochs_mjd_utc
    apart = np.diff(epochs[epochs < RECENT_MJD])
    return left, float(apart[apart <= LONGEST_GAP_DAYS].sum() / 365.25)


def sparse_matches(data: Path) -> list[tuple[KnownBurn, Burn | None]]:
    """Known burns of the months with sparse sets, and those found."""
    burns = station_search(data).burns
    return [(known, match(burns, known, days=2.0)) for known in SPARSE_KNOWN]


def unexplained(data: Path) -> list[Burn]:
    """Burns found in the dense data that nobody told of."""
    burns = station_search(data).burns
    told = [match(burns, known) for known in KNOWN]
    return [burn for burn in burns if in_dense_data(burn.moment_mjd_utc) and burn not in told]


def dense_years() -> float:
    """Length of the dense data [years]."""
    return sum(mjd_utc(parse_utc(b)) - mjd_utc(parse_utc(a)) for a, b in DENSE) / 365.25


@dataclass(frozen=True)
class Ephemeris:
    """One NASA ephemeris: the burns planned in it and those found in its states."""

    file: str
    planned: tuple[tuple[float, float], ...]
    """(middle as planned, delta-v)."""
    found: tuple[Burn, ...]

    def pairs(self) -> list[tuple[tuple[float, float], Burn | None]]:
        """Each planned burn with the one found within a day."""
        return [
            (plan, min((b for b in self.found if abs(b.moment_mjd_utc - plan[0]) < MATCH_DAYS), default=None,
                       key=lambda burn, when=plan[0]: abs(burn.moment_mjd_utc - when)))
            for plan in self.planned
        ]  # fmt: skip


@cache
def ephemerides(data: Path, stride: int = 1) -> tuple[Ephemeris, ...]:
    """NASA's ephemerides (every ``stride``-th), each searched by itself; plans within its span."""
    return tuple(_ephemeris(path) for path in sorted((data / "oem").glob("iss_oem_*.gz"))[::stride])


def _ephemeris(path: Path) -> Ephemeris:
    history = read_any_history([path])
    assert isinstance(history, StateHistory)
    elements = [item.elements for item in as_element_history(history).sets]
    first, last = elements[0].epoch_mjd_utc, elements[-1].epoch_mjd_utc
    found = search_burns(elements, campaign_weather("observed", first, last, last + 1.0).median)
    planned = tuple(
        (event.time_mjd_utc, event.delta_v_m_s)
        for event in history.events
        if event.is_burn and first < event.time_mjd_utc < last
    )
    return Ephemeris(path.name, planned, found.burns)


# --- the page ---------------------------------------------------------------------------------------------------------


def row(known: KnownBurn, burn: Burn | None) -> str:
    told_h = "" if known.delta_h_km is None else f"{known.delta_h_km:+.2f}"
    told_v = "" if known.delta_v_m_s is None else f"{known.delta_v_m_s:+.2f}"
    kind = "flown" if known.flown else "planned"
    if burn is None:
        return f"| {known.start_utc[:16]} | {kind} | {told_v} | {told_h} | – | | | | {known.source} |"
    minutes = (burn.moment_mjd_utc - known.middle_mjd_utc) * 1440.0
    off = f"{minutes:+.0f} min" if abs(minutes) < 600 else f"{minutes / 1440:+.1f} d"
    return (
        f"| {known.start_utc[:16]} | {kind} | {told_v} | {told_h} | {off} | {burn.delta_v_m_s:+.2f} | "
        f"{burn.delta_mean_altitude_km:+.2f} | {100 * burn.confidence:.1f} % | {known.source} |"
    )


HEAD = (
    "| told (UTC) | | delta-v [m/s] | gain [km] | found: middle | delta-v [m/s] | gain [km] | confidence | source |\n"
    "|---|---|---:|---:|---:|---:|---:|---:|---|\n"
)


def early_row(burn: Burn) -> str:
    return (
        f"| {iso_utc(burn.moment_mjd_utc)[:16]} | {iso_utc(burn.start_mjd_utc)[:16]} to "
        f"{iso_utc(burn.stop_mjd_utc)[:16]} | {burn.delta_mean_altitude_km:+.2f} | {burn.delta_v_m_s:+.2f} | "
        f"{100 * burn.confidence:.1f} % |"
    )


def findings(data: Path, large_found: int, large_known: int, planned_found: int, planned: int) -> list[Finding]:
    """For the accuracy report."""
    sparse, (odd, early_years) = sparse_matches(data), early_downward(data)
    extra = len(unexplained(data)) + sum(len(uncontrolled_search(data, name).burns) for name in UNCONTROLLED)
    years = dense_years() + passive_years(data)
    enough = large_found >= 0.9 * large_known
    return [
        Finding(
            f"known burns of the station of {LARGE_M_S:g} m/s and more, found in its dense element sets",
            f"{large_found} of {large_known}", "90 %", enough, False,
        ),
        Finding("planned burns found in NASA's ephemerides", f"{planned_found} of {planned}", "90 %",
                planned_found >= 0.9 * planned, True),
        Finding("known burns of the station (0.2 to 1.4 m/s) found in its sparse element sets of 2022, days apart",
                f"{sum(burn is not None for _, burn in sparse)} of {len(sparse)}, largest missed "
                f"{largest_missed(sparse):.1f} m/s"),
        Finding("false burns, the station's dense years and objects that nobody pushes",
                f"{extra} in {years:.1f} years", "1 a year", extra <= years, False),
        Finding("downward steps reported for the station in 1998-2004 and 2016, its own manoeuvres left out: false at "
                "worst", f"{len(odd)} in {early_years:.1f} years", "1 a year", len(odd) <= early_years, True),
    ]  # fmt: skip


def largest_missed(pairs: list[tuple[KnownBurn, Burn | None]]) -> float:
    """Delta-v of the largest known burn that was not found [m/s]."""
    return max((abs(known.told_m_s) for known, burn in pairs if burn is None), default=0.0)


def by_year(burns: list[Burn]) -> Counter[str]:
    """How many in each year."""
    return Counter(iso_utc(burn.moment_mjd_utc)[:4] for burn in burns)


def page(data: Path) -> str:
    burns = station_search(data).burns
    matched = [(known, match(burns, known)) for known in KNOWN]
    hits = [(known, burn) for known, burn in matched if burn is not None]
    flown = [(k, b) for k, b in hits if k.flown]
    dated = [(k, b) for k, b in flown if "(day)" not in k.source]
    large = [(k, b) for k, b in matched if abs(k.told_m_s) >= LARGE_M_S]
    extra = unexplained(data)
    files = ephemerides(data)
    pairs = [pair for item in files for pair in item.pairs()]
    seen = [(plan, burn) for plan, burn in pairs if burn is not None]
    early = station_search(data, recent=False).burns
    docked = [mjd_utc(parse_utc(text)) for text in SHUTTLE_DOCKINGS.values()]
    sparse, (odd, early_years) = sparse_matches(data), early_downward(data)
    large_seen = sum(burn is not None for _, burn in large)
    record("burns", findings(data, large_seen, len(large), len(seen), len(pairs)), "burns.md")
    return (
        (HERE / "burns.template.md")
        .read_text(encoding="utf-8")
        .format(
            span=", ".join(f"{a[:10]} to {b[:10]}" for a, b in DENSE),
            years=dense_years(),
            found=len(hits),
            known=len(KNOWN),
            large=LARGE_M_S,
            large_known=len(large),
            large_found=sum(burn is not None for _, burn in large),
            unexplained="No other burn is reported."
            if not extra
            else f"{len(extra)} reported that nobody told of: {', '.join(iso_utc(b.moment_mjd_utc) for b in extra)}.",
            minutes=np.median([abs(b.moment_mjd_utc - k.middle_mjd_utc) * 1440 for k, b in dated]),
            worst=max(abs(b.moment_mjd_utc - k.middle_mjd_utc) * 1440 for k, b in dated),
            gain_m=1e3
            * np.median([abs(b.delta_mean_altitude_km - k.delta_h_km) for k, b in flown if k.delta_h_km is not None]),
            table=HEAD + "\n".join(row(k, b) for k, b in matched),
            sparse=HEAD + "\n".join(row(k, b) for k, b in sparse),
            sparse_found=sum(burn is not None for _, burn in sparse),
            sparse_known=len(sparse),
            sparse_missed=largest_missed(sparse),
            odd=len(odd),
            early_years=early_years,
            odd_year=len(odd) / early_years,
            odd_most=max(by_year(odd).values()),
            odd_which=max(by_year(odd), key=lambda year: by_year(odd)[year]),
            retold="\n".join(retold_row(data, how) for how in RETELLERS),
            false=len(extra) + sum(len(uncontrolled_search(data, name).burns) for name in UNCONTROLLED),
            all_years=dense_years() + passive_years(data),
            uncontrolled="\n".join(
                f"- {name}: {uncontrolled_search(data, name).sets_used} sets, "
                f"{len(uncontrolled_search(data, name).burns)} burns found"
                for name in UNCONTROLLED
            ),
            oem_files=len(files),
            oem_planned=len(pairs),
            oem_found=len(seen),
            oem_false=sum(len(item.found) for item in files) - len(seen),
            oem_minutes=np.median([abs(b.moment_mjd_utc - plan[0]) * 1440 for plan, b in seen]),
            oem_dv=np.median([abs(b.delta_v_m_s - plan[1]) for plan, b in seen]),
            oem="| file | planned | delta-v [m/s] | found | delta-v [m/s] |\n|---|---|---:|---|---:|\n"
            + "\n".join(
                f"| {item.file} | {iso_utc(plan[0])[:16]} | {plan[1]:+.1f} | "
                + (f"{iso_utc(burn.moment_mjd_utc)[:16]} | {burn.delta_v_m_s:+.2f} |" if burn else "– | |")
                for item in files
                for plan, burn in item.pairs()
            ),
            early=len(early),
            down=", ".join(iso_utc(burn.moment_mjd_utc)[:10] for burn in early if burn.delta_v_m_s < 0),
            dockings=sum(
                any(abs(burn.moment_mjd_utc - time) < 0.35 and burn.delta_v_m_s < 0 for burn in early)
                for time in docked
            ),
            early_table="\n".join(early_row(burn) for burn in early),
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data")
    (HERE / "burns.md").write_text(page(parser.parse_args().data), encoding="utf-8")


if __name__ == "__main__":
    main()
