"""Real input files damaged at random: what the fuzz tests and the long run by hand share.

By hand, for some minutes:  python tests/fuzz_inputs.py ../shared/data --minutes 5
It prints how many cases each reader got, and its slowest; anything but a result or an ``InputError`` ends it with the
case written to ``fuzz_failure.bin``.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import json
import random
import re
import resource
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stationkeep.environment.celestrak import read_celestrak
from stationkeep.environment.msafe import read_msafe
from stationkeep.environment.sources import bundled_table_path
from stationkeep.errors import InputError
from stationkeep.orbit.history import as_element_history, read_any_history
from stationkeep.orbit.messages.opm import OrbitParameters, PlannedManoeuvre, write_opm
from stationkeep.orbit.messages.writing import write_omm, write_omm_table
from stationkeep.orbit.state_history import StateArc, StateHistory
from stationkeep.orbit.tle import ElementHistory
from stationkeep.scenario.loader import load_scenario
from stationkeep.scenario.shipped import shipped_scenarios


@dataclass(frozen=True)
class Target:
    """A reader and a sound real file for it."""

    name: str
    seed: bytes
    read: Callable[[Path], None]
    suffix: str = ""


def read_orbit(path: Path) -> None:
    """A history of finite numbers in order of time, or an error of ours."""
    history = read_any_history([path], low_orbit=False)
    times = history.epochs_mjd_utc if isinstance(history, ElementHistory) else history.times_mjd_utc
    assert np.all(np.isfinite(times))
    assert np.all(np.diff(times) > 0)
    elements = as_element_history(history)
    assert elements.sets
    assert np.all(np.isfinite(elements.mean_altitudes_km))


def read_table(path: Path) -> None:
    """A table whose days can be flown, or an error of ours."""
    table = read_celestrak(path)
    assert np.all((table.f107_sfu >= 40.0) & (table.f107_sfu <= 2000.0))
    assert table.n_days < 100_000


def read_bulletin(path: Path) -> None:
    """Percentiles in order, or an error of ours."""
    forecast = read_msafe(path)
    assert np.all(np.isfinite(forecast.f107_percentiles_sfu))
    assert np.all(np.diff(forecast.f107_percentiles_sfu, axis=1) >= 0.0)


def read_scenario(path: Path) -> None:
    """A scenario, or an error of ours."""
    load_scenario(path)


def targets(data: Path) -> tuple[Target, ...]:
    """Every reader with a real file, cut to a size that can be read a thousand times."""
    found = {
        "tle": _head(data / "tle" / "25544_iss.tle", 16),
        "tiangong.tle": _head(data / "tle/37820_tiangong1.tle", 8),
    }
    found["oem.kvn"] = _few_states(gzip.decompress((data / "oem/iss_oem_2023-03-01.txt.gz").read_bytes()).decode())
    found["oem.xml"] = _few_vectors(gzip.decompress((data / "oem/iss_oem_2022-02-18.xml.gz").read_bytes()).decode())
    with tempfile.TemporaryDirectory() as folder:
        found |= _written(Path(folder), found["tle"], found["oem.kvn"])
    orbits = tuple(Target(name, seed, read_orbit) for name, seed in found.items())
    skies = tuple(
        Target(path.name, path.read_bytes()[:9000].rpartition(b"\n")[0], read_bulletin)
        for path in sorted((data / "space_weather").glob("*f10*.txt"))[::3]
    )
    lines = bundled_table_path().read_text().splitlines()
    begin = lines.index("BEGIN OBSERVED")
    table = [*lines[: begin - 1], "NUM_OBSERVED_POINTS 30", *lines[begin : begin + 31], "END OBSERVED", ""]
    plans = tuple(
        Target(f"{name}.yaml", path.read_bytes(), read_scenario, ".yaml") for name, path in shipped_scenarios().items()
    )
    return (*orbits, *skies, Target("SW-All.txt", "\n".join(table).encode(), read_table), *plans)


def _head(path: Path, lines: int) -> bytes:
    return "".join(path.read_text().splitlines(keepends=True)[:lines]).encode()


def _few_states(text: str) -> bytes:
    lines = text.splitlines(keepends=True)
    first = next(index for index, line in enumerate(lines) if re.match(r"\d{4}-", line))
    return "".join(lines[: first + 12]).encode()


def _few_vectors(text: str) -> bytes:
    first, last = text.index("<stateVector>"), text.rindex("</stateVector>") + len("</stateVector>")
    few = re.findall(r"<stateVector>.*?</stateVector>", text, re.DOTALL)[:12]
    return (text[:first] + "\n".join(few) + text[last:]).encode()


def _written(folder: Path, tle: bytes, oem: bytes) -> dict[str, bytes]:
    """The same real orbits in the languages nobody gave them in."""
    for name, content in (("a.tle", tle), ("a.oem", oem)):
        (folder / name).write_bytes(content)
    sets, states = (read_any_history([folder / name]) for name in ("a.tle", "a.oem"))
    assert isinstance(sets, ElementHistory)
    assert isinstance(states, StateHistory)
    arc = states.arcs[0]
    one = StateArc(arc.object_id, arc.name, arc.frame, arc.times_mjd_utc[:1], arc.states[:1], arc.spacecraft)
    burn = PlannedManoeuvre(60000.0, 10.0, (1e-3, 0.0, 0.0), "RTN", -3.0)
    for suffix in ("xml", "kvn"):
        write_omm(folder / f"omm.{suffix}", sets.sets[:3])
        write_opm(folder / f"opm.{suffix}", OrbitParameters(one, (burn,)))
    for suffix in ("csv", "json"):
        write_omm_table(folder / f"omm.{suffix}", sets.sets[:3], csv=suffix == "csv")
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name[0] == "o"}


FRAGMENTS = (
    b"", b"0", b"-1", b"1e999", b"nan", b"-inf", b"\xff", b"\x00", b"<", b">", b"&", b"&lol9;", b"=", b"9" * 400, b"\n",
    b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>", b"2022-02-30T00:00:00", b"9999-12-31T23:59:60.999",
    b"<a>" * 300, b"{" * 300, b"[" * 300, b"META_START", b"META_STOP", b"UT1", b"\r", b"<![CDATA[", b"<!--", b"-->",
    b"CCSDS_OMM_VERS = 3.0", b"\xef\xbb\xbf", b"\xff\xfe", b"&anchor ", b"*anchor", b"!!python/object:os.system ",
    b"1" * 5000, b"0x10", b"1_000", b"\xd9\xa3", b"\"", b"'", b",", b": ", b"- ", b"\t",
)  # fmt: skip
OPERATIONS = (
    "replace", "flip", "cut", "swap lines", "repeat line", "drop line", "number", "splice", "repeat part",
)  # fmt: skip
NUMBERS = (b"1e308", b"-1e308", b"nan", b"inf", b"1e-320", b"9" * 30, b"0", b"-0.0", b"", b"1e5", b"-7", b"4294967296")
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")

Edit = tuple[str, float, float, int]
"""Operation, two places as fractions of the file, and which fragment or number."""


def damaged(content: bytes, edits: list[Edit], other: bytes) -> bytes:
    """The file after some edits; ``other`` is a file of another kind to splice in."""
    for operation, one, two, choice in edits:
        content = _edited(content, operation, one, two, choice, other)
    return content


def _edited(content: bytes, operation: str, one: float, two: float, choice: int, other: bytes) -> bytes:
    at, to = sorted((int(one * len(content)), int(two * len(content))))
    if operation == "replace":
        return content[:at] + FRAGMENTS[choice % len(FRAGMENTS)] + content[min(to, at + choice % 60) :]
    if operation == "flip":
        return content[:at] + bytes(value ^ 1 << choice % 8 for value in content[at : at + 1]) + content[at + 1 :]
    if operation == "cut":
        return content[:at]
    if operation == "splice":
        return content[:at] + other[int(two * len(other)) :]
    if operation == "repeat part":
        return content[:to] + content[at:to][:2000] + content[to:]
    if operation == "number":
        found = list(_NUMBER.finditer(content))
        if not found:
            return content
        hit = found[int(one * (len(found) - 1))]
        return content[: hit.start()] + NUMBERS[choice % len(NUMBERS)] + content[hit.end() :]
    return _lines_edited(content, operation, one, two)


def _lines_edited(content: bytes, operation: str, one: float, two: float) -> bytes:
    lines = content.split(b"\n")
    first, second = int(one * (len(lines) - 1)), int(two * (len(lines) - 1))
    if operation == "swap lines":
        lines[first], lines[second] = lines[second], lines[first]
    elif operation == "repeat line":
        lines.insert(second, lines[first])
    else:
        del lines[first]
    return b"\n".join(lines)


def tried(target: Target, content: bytes, scratch: Path) -> bool:
    """Whether the reader takes it; anything but a result or an ``InputError`` with words goes on up."""
    path = scratch.with_name(f"fuzz{target.suffix}")
    path.write_bytes(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a warning would stand beside the one clear message
            target.read(path)
    except InputError as error:
        if not error.problem.strip():
            raise AssertionError("a refusal without words") from error
        return False
    return True


def poisons() -> dict[str, bytes]:
    """Files made to eat memory, time or secrets."""
    aliases = "".join(f"a{n}: &a{n} [{f'*a{n - 1},' * 10}]\n" for n in range(1, 12))
    laugh = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    xml, deep = '<?xml version="1.0"?>', 200_000
    oem = '<oem id="CCSDS_OEM_VERS" version="2.0">'
    kvn = "CCSDS_OEM_VERS = 2.0\nCREATION_DATE = 2022-01-01T00:00:00\nORIGINATOR = X\n"
    return {
        "laughs.xml": f'{xml}<!DOCTYPE x [<!ENTITY l0 "lol">{laugh}]>{oem}&l9;</oem>'.encode(),
        "secrets.xml": f'{xml}<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>{oem}&a;</oem>'.encode(),
        "parameter.xml": f'{xml}<!DOCTYPE x [<!ENTITY % a SYSTEM "http://localhost/x"> %a;]>{oem}</oem>'.encode(),
        "deep.xml": (xml + oem + "<a>" * deep).encode(),
        "deep_whole.xml": (xml + oem + "<a>" * deep + "</a>" * deep + "</oem>").encode(),
        "deep_ndm.xml": (xml + "<ndm>" * deep).encode(),
        "attributes.xml": (xml + "<oem " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>").encode(),
        "comments.xml": (xml + oem + "<!-- " + "-" * 1_000_000).encode(),
        "deep.json": b"[" * 1_000_000,
        "deep_object.json": b'{"a":' * 100_000,
        "digits.json": b'[{"EPOCH": ' + b"1" * 1_000_000 + b"}]",
        "fields.csv": b"EPOCH,MEAN_MOTION" + b",x" * 200_000 + b"\n" + b"1," * 200_000,
        "quotes.csv": b'EPOCH,MEAN_MOTION\n"' + b"x" * 2_000_000,
        "lines.tle": b"1 25544U 98067A   22086.54746528  .00007553  00000+0  14224-3 0  9994\n" * 50_000,
        "blank.kvn": (kvn + "\n" * 1_000_000).encode(),
        "line.kvn": (kvn + "COMMENT " + "x" * 5_000_000).encode(),
        "starts.kvn": (kvn + "META_START\n" * 200_000).encode(),
        "spaces.kvn": b" " * 5_000_000 + b"CCSDS_OEM_VERS",
        "bomb.gz": gzip.compress(b"\n" * (300 << 20), 9),
        "aliases.yaml": f"a0: &a0 [x]\n{aliases}".encode(),
        "deep.yaml": b"[" * 100_000,
        "deep_map.yaml": "".join(" " * n + "a:\n" for n in range(1200)).encode(),
        "object.yaml": b"!!python/object/apply:os.system ['true']\n",
        "zeros": b"\0" * 1_000_000,
    }  # fmt: skip


def read_poison(path: Path) -> None:
    """Refused by every reader it might be given to."""
    readers = [read_scenario] if path.suffix == ".yaml" else [read_orbit, read_table, read_bulletin]
    for read in readers:
        try:
            read(path)
        except InputError:
            continue
        raise AssertionError(f"{path.name} was taken by {read.__name__}")


def main() -> None:
    """Fuzz for some minutes and say how many cases there were."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng, chosen = random.Random(options.seed), targets(options.data)
    counts: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    slowest: dict[str, float] = {}
    end = time.monotonic() + 60.0 * options.minutes
    importlib.import_module("ccsds_ndm")
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < end:
            target, other = rng.choice(chosen), rng.choice(chosen)
            edits = [
                (rng.choice(OPERATIONS), rng.random(), rng.random(), rng.randrange(1000))
                for _ in range(rng.choice((1, 1, 1, 2, 3, 6)))
            ]
            content = damaged(target.seed, edits, other.seed)
            start = time.process_time()
            try:
                taken[target.name] += tried(target, content, Path(folder) / "x")
            except BaseException:
                Path("fuzz_failure.bin").write_bytes(content)
                traceback.print_exc()
                raise SystemExit(f"{target.name} failed after {counts.total()} cases: {edits}") from None
            slowest[target.name] = max(slowest.get(target.name, 0.0), time.process_time() - start)
            counts[target.name] += 1
    for name in sorted(counts):
        print(f"{name:28} {counts[name]:7} cases, {taken[name]:6} still usable, slowest {slowest[name]:.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    print(json.dumps({"cases": counts.total(), "peak_mib": round(peak)}))


if __name__ == "__main__":
    main()
