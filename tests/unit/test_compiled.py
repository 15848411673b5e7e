"""Kernels for other kernels: the same numbers as their twins for Python, under names of their own."""

from __future__ import annotations

import math

import numpy as np

from stationkeep.compiled import compiled, inner_kernel
from stationkeep.orbit.averaged_drag import is_averaged, is_averaged_inner


@compiled()
def _asks_the_twin(state: np.ndarray) -> bool:
    return bool(is_averaged_inner(state))


def test_a_twin_answers_as_the_kernel_does() -> None:
    for axis_km in (6478.0, 6600.0, 6795.0, 7200.0):
        state = np.array([axis_km, 0.0, 0.001, math.radians(51.6), 1.0])
        assert _asks_the_twin(state) == is_averaged(state)


def test_a_twin_is_cached_under_a_name_of_its_own() -> None:
    # The cache on disk goes by file, name and line: under one name it would hand Python the kernel it cannot call.
    twin = inner_kernel(is_averaged, fastmath=True)
    assert twin.py_func.__qualname__ == "is_averaged.inner"  # type: ignore[attr-defined]
    assert is_averaged.py_func.__qualname__ == "is_averaged"  # type: ignore[attr-defined]
    assert twin.targetoptions["no_cpython_wrapper"]  # type: ignore[attr-defined]
    assert "no_cpython_wrapper" not in is_averaged.targetoptions  # type: ignore[attr-defined]
