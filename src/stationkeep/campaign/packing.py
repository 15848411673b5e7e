"""Courses in time kept in few bytes, for thousands of runs."""

from __future__ import annotations

import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

DAYS_BETWEEN_POINTS: Final = 5
"""Days between two points of a course, of altitude or of people."""


def packed_integers(values: NDArray[np.int32]) -> bytes:
    """A slow course of whole numbers in few bytes: differences, their bytes sorted by weight, compressed."""
    differences = np.diff(values, prepend=np.int32(0)).astype("<i4")  # overflow wraps around, and back again
    return zlib.compress(differences.view(np.uint8).reshape(-1, 4).T.tobytes(), 6)


def unpacked_integers(packed: bytes) -> NDArray[np.int32]:
    """What :func:`packed_integers` packed."""
    by_weight = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(4, -1)
    return np.cumsum(np.ascontiguousarray(by_weight.T).view("<i4").ravel(), dtype=np.int32)
