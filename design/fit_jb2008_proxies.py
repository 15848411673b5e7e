"""Fits the guesses of JB2008's solar indices from F10.7 (``stationkeep.environment.solar_proxies``).

    python design/fit_jb2008_proxies.py SOLFSMY.TXT          # your own copy, from Space Environment Technologies

The shipped coefficients came from 95 of its days (release 5_3g), in seven stretches: the first half of 1997, June 1999
to January 2000, November 2001 to May 2002, April to October 2004, September 2008 to March 2009, November 2011 to June
2012, May to December 2014. The means of S10 and Y10 are quadratic in that of F10.7, of M10 linear; the daily deviations
are in proportion to F10.7's. All days weigh alike; given a whole file this script uses every tenth day.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

DEGREES = {"S10": 2, "M10": 1, "Y10": 2}
EVERY = 10


def read_solfsmy(path: Path) -> np.ndarray:
    """(n_day, 8): F10, its mean, S10, mean, M10, mean, Y10, mean [sfu]."""
    rows = [line.split()[3:11] for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
    table = np.array(rows, dtype=np.float64)
    return table[(table > 0.0).all(axis=1)]


def fit(table: np.ndarray) -> dict[str, tuple[np.ndarray, float, float, float]]:
    """For each index: polynomial of its mean, share of the daily deviation, 1 sigma of both [sfu]."""
    f10, f81 = table[:, 0], table[:, 1]
    found = {}
    for column, (name, degree) in enumerate(DEGREES.items(), start=1):
        daily, mean = table[:, 2 * column], table[:, 2 * column + 1]
        polynomial = np.polyfit(f81, mean, degree)
        deviation = f10 - f81
        share = float(deviation @ (daily - mean) / (deviation @ deviation))
        errors = mean - np.polyval(polynomial, f81), daily - mean - share * deviation
        found[name] = polynomial, share, float(errors[0].std()), float(errors[1].std())
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    table = read_solfsmy(parser.parse_args().file)[::EVERY]
    for name, (polynomial, share, mean_sigma, daily_sigma) in fit(table).items():
        print(f"{name}: mean {polynomial.round(5).tolist()} +-{mean_sigma:.1f} sfu", end="; ")
        print(f"share of the daily deviation {share:.3f} +-{daily_sigma:.1f} sfu")


if __name__ == "__main__":
    main()
