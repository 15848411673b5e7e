"""Eight points at a time: formulas written once in plain Python, compiled to vector instructions.

A formula over anything that knows ``+ - * /`` (numbers, numpy arrays, heyoka expressions) also runs on
:class:`Lanes`, which records each operation as one LLVM instruction on eight floats. Numba alone leaves such code
scalar: it cannot prove that the arrays written do not overlap those read, which costs a factor of ten here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import cgutils
from numba.np.arrayobj import make_array

LANES = 8
"""Points per block: one AVX register of float32, two of SSE or NEON; LLVM splits or joins as the machine allows."""

_FAST = ("fast",)
_INT = ir.IntType(64)
_SINGLE = ir.VectorType(ir.FloatType(), LANES)
_DOUBLE = ir.VectorType(ir.DoubleType(), LANES)


class Lanes:
    """Eight values of one quantity inside the kernel being built; arithmetic emits instructions."""

    def __init__(self, builder: Any, value: Any) -> None:
        self.builder = builder
        self.value = value

    def _operand(self, other: Lanes | float) -> Any:
        if isinstance(other, Lanes):
            return other.value
        return ir.Constant(self.value.type, [float(other)] * LANES)

    def __add__(self, other: Lanes | float) -> Lanes:
        return Lanes(self.builder, self.builder.fadd(self.value, self._operand(other), flags=_FAST))

    def __sub__(self, other: Lanes | float) -> Lanes:
        return Lanes(self.builder, self.builder.fsub(self.value, self._operand(other), flags=_FAST))

    def __rsub__(self, other: float) -> Lanes:
        return Lanes(self.builder, self.builder.fsub(self._operand(other), self.value, flags=_FAST))

    def __mul__(self, other: Lanes | float) -> Lanes:
        return Lanes(self.builder, self.builder.fmul(self.value, self._operand(other), flags=_FAST))

    def __truediv__(self, other: Lanes | float) -> Lanes:
        return Lanes(self.builder, self.builder.fdiv(self.value, self._operand(other), flags=_FAST))

    def __rtruediv__(self, other: float) -> Lanes:
        return Lanes(self.builder, self.builder.fdiv(self._operand(other), self.value, flags=_FAST))

    __radd__ = __add__
    __rmul__ = __mul__

    def sqrt(self) -> Lanes:
        """Square root."""
        return self._intrinsic("llvm.sqrt", self)

    def least(self, other: float) -> Lanes:
        """Not above ``other``."""
        return self._intrinsic("llvm.minnum", self, Lanes(self.builder, self._operand(other)))

    def most(self, other: float) -> Lanes:
        """Not below ``other``."""
        return self._intrinsic("llvm.maxnum", self, Lanes(self.builder, self._operand(other)))

    def rounded(self) -> Lanes:
        """Nearest whole number."""
        return self._intrinsic("llvm.rint", self)

    def single(self) -> Lanes:
        """As float32."""
        return Lanes(self.builder, self.builder.fptrunc(self.value, _SINGLE))

    def double(self) -> Lanes:
        """As float64."""
        return Lanes(self.builder, self.builder.fpext(self.value, _DOUBLE))

    def _intrinsic(self, name: str, *arguments: Lanes) -> Lanes:
        kind = self.value.type
        overload = f"{name}.v{LANES}{'f32' if kind == _SINGLE else 'f64'}"
        signature = ir.FunctionType(kind, [kind] * len(arguments))
        function = cgutils.get_or_insert_function(self.builder.module, signature, overload)
        return Lanes(self.builder, self.builder.call(function, [a.value for a in arguments], fastmath=_FAST))


def sine_cosine(angle_rad: Lanes) -> tuple[Lanes, Lanes]:
    """Sine and cosine (float32) of any angle (float64), to 2e-7.

    Whole turns are removed in double precision; the series of the half angle, within a quarter turn, need no fitted
    coefficients, and the double-angle formulas finish.
    """
    turns = angle_rad * (0.5 / math.pi)
    half = ((turns - turns.rounded()) * math.pi).single()
    square = half * half
    sine = half * _series(square, [(-1) ** k / math.factorial(2 * k + 1) for k in range(7)])
    cosine = _series(square, [(-1) ** k / math.factorial(2 * k) for k in range(8)])
    return 2.0 * sine * cosine, 1.0 - 2.0 * sine * sine


def exponential(x: Lanes) -> Lanes:
    """``exp(x)`` for -60 <= x <= 10 to 1e-10 (float64): series of x/64, squared six times."""
    result = _series(x * (1.0 / 64.0), [1.0 / math.factorial(k) for k in range(13)])
    for _ in range(6):
        result = result * result
    return result


def _series(x: Lanes, coefficients: Sequence[float]) -> Lanes:
    total = x * coefficients[-1] + coefficients[-2]
    for coefficient in reversed(coefficients[:-2]):
        total = total * x + coefficient
    return total


class Block:
    """One block of eight points inside an intrinsic: reading arrays, scratch memory and dense layers."""

    def __init__(self, context: Any, builder: Any) -> None:
        self.context = context
        self.builder = builder

    def data(self, array_type: Any, value: Any) -> Any:
        """Pointer to the first element of a numba array."""
        return make_array(array_type)(self.context, self.builder, value).data

    def tuple_data(self, tuple_type: Any, value: Any) -> list[Any]:
        """Pointers to the first elements of a tuple of numba arrays."""
        members = cgutils.unpack_tuple(self.builder, value)
        return [self.data(kind, member) for kind, member in zip(tuple_type.types, members, strict=True)]

    def offset(self, pointer: Any, elements: int) -> Any:
        """The same array, some elements further."""
        return self.builder.gep(pointer, [_INT(elements)])

    def read(self, pointer: Any, index: Any) -> Lanes:
        """Eight float64 from ``index`` on."""
        place = self.builder.bitcast(self.builder.gep(pointer, [index]), _DOUBLE.as_pointer())
        return Lanes(self.builder, self.builder.load(place, align=8))

    def write(self, lanes: Lanes, pointer: Any, index: Any) -> None:
        """Eight float64 to ``index`` on."""
        place = self.builder.bitcast(self.builder.gep(pointer, [index]), _DOUBLE.as_pointer())
        self.builder.store(lanes.value, place, align=8)

    def scalar(self, pointer: Any, index: int) -> Lanes:
        """One element, in all lanes."""
        return self._splat(pointer, _INT(index))

    def scratch(self, rows: int) -> Any:
        """Memory on the stack for ``rows`` quantities (float32)."""
        return cgutils.alloca_once(self.builder, _SINGLE, size=_INT(rows))

    def keep(self, memory: Any, row: int, quantity: Lanes | float) -> None:
        """Store a quantity (float32) as a row of scratch memory."""
        value = quantity.value if isinstance(quantity, Lanes) else ir.Constant(_SINGLE, [quantity] * LANES)
        self.builder.store(value, self.builder.gep(memory, [_INT(row)]))

    def recall(self, memory: Any, row: int) -> Lanes:
        """A row of scratch memory."""
        return Lanes(self.builder, self.builder.load(self.builder.gep(memory, [_INT(row)])))

    def dense(
        self,
        weights: Any,
        bias: Any | None,
        inputs: Any,
        outputs: Any,
        shape: tuple[int, int],
        activation: Callable[[Lanes], Lanes] | None = None,
    ) -> None:
        """``outputs = activation(inputs @ weights + bias)``; ``shape`` of the weights is (inputs, outputs).

        Several outputs are summed side by side in registers: one sum alone would wait for its own last addition.
        """
        n_in, n_out = shape
        together = next(size for size in (8, 4, 2, 1) if n_out % size == 0)
        builder = self.builder
        with cgutils.for_range(builder, _INT(n_out // together)) as blocks:
            first = builder.mul(blocks.index, _INT(together))
            rows = [builder.add(first, _INT(r)) for r in range(together)]
            zero = Lanes(builder, ir.Constant(_SINGLE, [0.0] * LANES))
            starts = [self._splat(bias, row) if bias is not None else zero for row in rows]
            sums = [cgutils.alloca_once(builder, _SINGLE) for _ in rows]
            for start, total in zip(starts, sums, strict=True):
                builder.store(start.value, total)
            with cgutils.for_range(builder, _INT(n_in)) as columns:
                x = Lanes(builder, builder.load(builder.gep(inputs, [columns.index])))
                for row, total in zip(rows, sums, strict=True):
                    w = self._splat(weights, builder.add(builder.mul(columns.index, _INT(n_out)), row))
                    builder.store((Lanes(builder, builder.load(total)) + w * x).value, total)
            for row, total in zip(rows, sums, strict=True):
                result = Lanes(builder, builder.load(total))
                builder.store((activation(result) if activation else result).value, builder.gep(outputs, [row]))

    def combine_rows(
        self,
        factors: Any,
        table: Any,
        out: Any,
        shape: tuple[int, int],
        bias: Any | None = None,
        activation: Callable[[Lanes], Lanes] | None = None,
    ) -> None:
        """``out[j] = activation(bias[j] + sum_i factors[i] * table[i, j])``; ``shape``: (rows, at least 8 columns)."""
        n_rows, n_columns = shape
        builder = self.builder
        width = min(8, n_columns // LANES)
        stride = width * LANES
        with cgutils.for_range(builder, _INT(-(-n_columns // stride))) as blocks:
            # The last block is moved back to end with the table; what it repeats comes out the same.
            begin = builder.mul(blocks.index, _INT(stride))
            last = _INT(n_columns - stride)
            begin = builder.select(builder.icmp_signed("<", begin, last), begin, last)
            starts = [builder.add(begin, _INT(part * LANES)) for part in range(width)]
            sums = [cgutils.alloca_once(builder, _SINGLE) for _ in range(width)]
            for start, total in zip(starts, sums, strict=True):
                zero = ir.Constant(_SINGLE, [0.0] * LANES)
                builder.store(zero if bias is None else self._load_singles(bias, start), total)
            with cgutils.for_range(builder, _INT(n_rows)) as rows:
                factor = self._splat(factors, rows.index)
                row = builder.mul(rows.index, _INT(n_columns))
                for start, total in zip(starts, sums, strict=True):
                    term = factor * Lanes(builder, self._load_singles(table, builder.add(row, start)))
                    builder.store((Lanes(builder, builder.load(total)) + term).value, total)
            for start, total in zip(starts, sums, strict=True):
                result = Lanes(builder, builder.load(total))
                result = activation(result) if activation else result
                builder.store(result.value, self._singles(out, start), align=4)

    def _load_singles(self, pointer: Any, index: Any) -> Any:
        return self.builder.load(self._singles(pointer, index), align=4)

    def _singles(self, pointer: Any, index: Any) -> Any:
        return self.builder.bitcast(self.builder.gep(pointer, [index]), _SINGLE.as_pointer())

    def _splat(self, pointer: Any, index: Any) -> Lanes:
        builder = self.builder
        value = builder.load(builder.gep(pointer, [index]))
        kind = ir.VectorType(value.type, LANES)
        one = builder.insert_element(ir.Constant(kind, ir.Undefined), value, ir.IntType(32)(0))
        mask = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
        return Lanes(builder, builder.shuffle_vector(one, ir.Constant(kind, ir.Undefined), mask))
