"""One way to compile numeric kernels: cached on disk where that is possible, without the cache where it is not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any, TypeVar

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(*, fastmath: bool = False, inner: bool = False) -> Callable[[Kernel], Kernel]:
    """Decorator: compile a kernel with numba, releasing the interpreter lock while it runs.

    The machine code is kept on disk so that only the first run on a machine pays for compiling. Where neither the
    package folder nor the user's cache folder can be written (a read-only container), numba refuses to cache;
    the kernel is then compiled in memory at each start. ``fastmath`` permits reordering of sums and
    approximate division: use it only where inputs are finite and rounding differences do not matter.

    ``inner``: only other kernels call it, never Python. The code that takes Python's arguments apart is then left out,
    which for a function with thirty arrays takes as long to compile as the function (a third of the whole in all).
    """
    import numba

    def decorate(function: Kernel) -> Kernel:
        options: dict[str, Any] = {"nogil": True, "fastmath": fastmath, "error_model": "numpy"}
        if inner:
            options |= {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
        try:
            return numba.njit(cache=True, **options)(function)  # type: ignore[no-any-return]
        except RuntimeError:
            return numba.njit(**options)(function)  # type: ignore[no-any-return]

    return decorate


def inner_kernel(kernel: Kernel, *, fastmath: bool = False) -> Kernel:
    """The same kernel for other kernels to call (``inner`` above), where Python calls it as well: by tests, mostly."""
    source: Any = getattr(kernel, "py_func", kernel)
    twin = FunctionType(source.__code__, source.__globals__, source.__name__, source.__defaults__, source.__closure__)
    # Under its own name: the cache on disk goes by names, and would hand out the one for the other.
    twin.__qualname__ = f"{source.__qualname__}.inner"
    twin.__module__ = source.__module__
    return compiled(fastmath=fastmath, inner=True)(twin)  # type: ignore[return-value]


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
