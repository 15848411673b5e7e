"""How good are the numbers, all on one page? Writes ``docs/accuracy.md`` from what the validation scripts recorded.

python validation/accuracy.py                          # composes the page
python validation/accuracy.py --refresh [--data FOLDER]  # runs every validation script first (an hour and more)
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Any

from record import recorded

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "accuracy.md"

SECTIONS: tuple[tuple[str, str, str], ...] = (
    ("density_surrogate", "Density", "The fast density against the reference code of NRLMSISE-00."),
    (
        "orekit_comparison",
        "High fidelity against Orekit",
        "Same forces, same start, two codes written apart; the page takes every difference apart (frames, Earth "
        "orientation, density version, the Sun's table).",
    ),
    (
        "decay",
        "Mean engine, the station's loss, falls foretold",
        "The averaged engine against an exact integration of the same physics, and both against flights whose end is "
        "known.",
    ),
    (
        "free_decay_arcs",
        "Free-decay arcs of the station",
        "Fitted on the first 40 % and what came before, the rest foretold.",
    ),
    ("free_decay_orekit", "The same arcs by Orekit", "One constant coefficient an arc, in both engines."),
    ("density_models", "The same arcs with other densities", "Each density model with its own calibration."),
    (
        "reliability",
        "Do the windows hold what they say?",
        "Many past starts; those that share their truth are one cluster, and clusters are the independent witnesses.",
    ),
    ("reentry_window", "The last days", "Windows of the passing of 80 km, from the element sets up to each moment."),
    ("burns", "Burns", "Found in tracking, against what operators reported and planned."),
    ("history_replay", "The station's history flown again", "With the burns that were made, and with the strategy instead."),
    ("reboost", "Propellant to stay up", "Planned burns against what was planned and what tracking shows to be lost."),
    ("casualty", "Risk on the ground", "People under an orbit, published falls, whom the debris touches."),
    ("entry", "Entry and demise", "SESAM's sphere on the standard atmosphere, and what survives of whole bodies."),
    ("deorbit", "Controlled fall", "Mir flown down again, and NASA's figures for the station."),
)

HEAD = """# Accuracy

How far are the numbers from the truth, and who says so? Written by `validation/accuracy.py` from the records of the
scripts in `validation/`, which compare with something nobody here wrote: reference codes, flown objects, published
tables. A goal is what the project set itself before it measured; **missed** ones stay in the table. What is known to
be wrong is in [known-issues.md](known-issues.md), with its size.

"As known then" uses only what was published before the moment of a prediction, with one blur: a bulletin of NASA's
forecast (MSAFE) carries no date but its month and counts as known from the first of it, up to some weeks too early.

*Held out*: no constant of the package was chosen on the objects or stretches of time this was measured on. *Fitted*:
some was, so the number shows the fit and proves nothing.
"""


def page() -> str:
    """The whole report."""
    parts = [HEAD]
    for name, title, text in SECTIONS:
        document = recorded(name)
        if document is None:
            parts.append(f"## {title}\n\n{text} Not recorded yet: see the page of `validation/{name}.py`.\n")
            continue
        link = f"[{document['page']}](../validation/{document['page']})"
        parts.append(f"## {title}\n\n{text} Details: {link}.\n\n{_table(document['findings'])}\n")
    parts.append(_objects())
    found = [recorded(name) for name, _, _ in SECTIONS]
    parts.append(_versions([item for item in found if item is not None]))
    return "\n".join(parts)


def _table(findings: list[dict[str, Any]]) -> str:
    head = "| question | measured | goal | | on |\n|---|---|---|---|---|"
    return "\n".join([head, *(_row(item) for item in findings)])


def _row(item: dict[str, Any]) -> str:
    verdict = {True: "met", False: "**missed**", None: ""}[item["met"]]
    share = {True: "held out", False: "fitted", None: ""}[item["held_out"]]
    return f"| {item['question']} | {item['measured']} | {item['target'] or '–'} | {verdict} | {share} |"


def _objects() -> str:
    """Who chose constants, and who did not."""
    parts = ["## Objects used for fitting, and objects held out\n"]
    for file, title in (("objects_fitted.txt", "Used for fitting"), ("objects_held_out.txt", "Held out")):
        lines = [line for line in (HERE / file).read_text(encoding="utf-8").splitlines() if line[:1] not in ("", "#")]
        parts.append(f"{title}:\n\n" + "\n".join(f"- {line}" for line in lines) + "\n")
    return "\n".join(parts)


def _versions(documents: list[dict[str, Any]]) -> str:
    made = sorted({", ".join(f"{name} {value}" for name, value in item["made_with"].items()) for item in documents})
    return "## Made with\n\n" + "\n".join(f"- {line}" for line in made) + "\n"


def _refresh(data: Path) -> None:
    """Run every script that keeps a record; the first that fails ends it."""
    for name, title, _ in SECTIONS:
        print(f"{title}: validation/{name}.py", flush=True)
        subprocess.run([sys.executable, str(HERE / f"{name}.py"), "--data", str(data)], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--refresh", action="store_true", help="run every validation script first")
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data")
    options = parser.parse_args()
    if options.refresh:
        _refresh(options.data)
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
