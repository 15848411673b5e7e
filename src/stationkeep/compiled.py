"""One way to compile numeric kernels: cached on disk where that is possible, without the cache where it is not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(*, fastmath: bool = False) -> Callable[[Kernel], Kernel]:
    """Decorator: compile a kernel with numba, releasing the interpreter lock while it runs.

    The machine code is kept on disk so that only the first run on a machine pays for compiling. Where neither the
    package folder nor the user's cache folder can be written (a read-only container), numba refuses to cache;
    the kernel is then compiled in memory at each start. ``fastmath`` permits reordering of sums and
    approximate division: use it only where inputs are finite and rounding differences do not matter.
    """
    import numba

    def decorate(function: Kernel) -> Kernel:
        options: dict[str, Any] = {"nogil": True, "fastmath": fastmath, "error_model": "numpy"}
        try:
            return numba.njit(cache=True, **options)(function)  # type: ignore[no-any-return]
        except RuntimeError:
            return numba.njit(**options)(function)  # type: ignore[no-any-return]

    return decorate


def spare_linear_algebra() -> None:
    """Make numba start as on a machine without SciPy, a quarter of a second sooner; no kernel of ours uses its BLAS.

    For processes that are ours alone, the commands: kernels of others in the same process could not call ``np.dot``.
    """
    if "scipy.linalg" in sys.modules:
        return
    sys.modules["scipy.linalg"] = None  # type: ignore[assignment]
    try:
        # numba looks for BLAS while this part of it is imported, and only then.
        import numba.np.arraymath  # noqa: F401
    finally:
        del sys.modules["scipy.linalg"]
