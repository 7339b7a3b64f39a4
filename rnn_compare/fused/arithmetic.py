"""Compilation of the kernels, the small functions that they apply to numbers, and a prefetch of memory."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.cpu import CPUTargetOptions
from numba.core.errors import TypingError
from numba.extending import intrinsic
from numba.np import linalg
from numpy.typing import NDArray

from rnn_compare.fused import machine_code  # noqa: F401  # tells Numba where code is kept

Array = NDArray[np.float32]
Indices = NDArray[np.int64]
Function = TypeVar("Function", bound=Callable[..., Any])

ONE = np.float32(1)
FADED = np.float32(1e-25)
"""Gradients below this count as zero. Products of smaller ones would be denormal numbers, which cost the
processor many times as much; beside the largest gradients they vanish in any float32 sum anyway."""


OPTIONS: dict[str, Any] = {
    "fastmath": {"reassoc", "contract", "arcp", "nsz", "afn"},
    "error_model": "numpy",
    "nogil": True,
    "no_cfunc_wrapper": True,
}
"""Numba's options for kernels.

``fastmath`` is all of LLVM's but ``nnan`` and ``ninf``: with these a gradient that is not a number came out as zero.
``error_model="numpy"`` divides without a check for zero: with the check, no loop that holds a division is vectorised.
``nogil`` lets the threads that listen for Stop and send events run meanwhile. No code in C calls kernels. Functions
that call each other have the same options as far as possible: NumPy's are compiled anew for callers with others.
"""
PART: dict[str, Any] = {**OPTIONS, "no_cpython_wrapper": True}
"""Those for what only kernels call: no code that takes apart Python's arguments."""


def compiled(function: Function) -> Function:
    """Compiles a function with Numba and keeps the machine code in the cache folder."""
    return cast(Function, numba.njit(**OPTIONS, cache=True)(function))


def compiled_part(function: Function) -> Function:
    """Compiles a function as a part of those that call it; Python cannot call it."""
    return cast(Function, numba.njit(**PART)(function))


# Numba's compiler has this flag, but hands no option of ``njit`` on to it.
CPUTargetOptions.noalias = CPUTargetOptions.Mapping("noalias")  # type: ignore[no-untyped-call]  # it has no types
_ONE_ROW: dict[str, Any] = {**PART, "noalias": True, "forceinline": True}


def compiled_for_one_row(function: Function) -> Function:
    """Compiles what a kernel does to one row, as a part of the kernel, for arrays that never overlap.

    Told so, a single loop may read and write a dozen of them and is vectorised; else each would need a loop of its own.
    """
    return cast(Function, numba.njit(**_ONE_ROW)(function))


@compiled
def tanh(x: np.float32) -> np.float32:
    """The hyperbolic tangent, within 4e-7, as a quotient of two polynomials that vectorises.

    The coefficients are a least-squares fit (iterated towards the smallest greatest error) on [0, 8.5], beyond
    which tanh x is 1 within 9e-8. (The float32 nearest to it is 1 only beyond 9.01.)
    """
    x = min(max(x, np.float32(-8.5)), np.float32(8.5))
    y = x * x
    p = np.float32(1.4174794671362179e-08)
    p = p * y + np.float32(2.117927579092793e-05)
    p = p * y + np.float32(0.0035294857807457447)
    p = p * y + np.float32(0.13409355282783508)
    p = p * y + np.float32(0.9999999403953552)
    q = np.float32(8.105444635475578e-07)
    q = q * y + np.float32(0.00033415693906135857)
    q = q * y + np.float32(0.026005269959568977)
    q = q * y + np.float32(0.46742671728134155)
    q = q * y + np.float32(1)
    return x * p / q


@compiled
def sigmoid(x: np.float32) -> np.float32:
    """The logistic function 1 / (1 + exp(-x)), within 2e-7."""
    half = np.float32(0.5)
    return half * tanh(half * x) + half


@compiled
def unless_faded(gradient: np.float32) -> np.float32:
    """Returns a gradient, or zero where it is below ``FADED``."""
    return np.float32(0) if abs(gradient) < FADED else gradient


@compiled
def is_negligible(gradients: Array, row: int, threshold: np.float32) -> bool:
    """Tells whether one row of gradients (n, rows, units) holds numbers of at most the threshold and nothing else."""
    for kind in range(len(gradients)):
        for j in range(gradients.shape[2]):
            if not abs(gradients[kind, row, j]) <= threshold:  # so that it holds for NaN
                return False
    return True


@compiled
def largest(gradients: Array) -> np.float32:
    """Returns the largest finite magnitude in gradients (n, width), 0 where there is none."""
    maximum = np.float32(0)
    for row in gradients:
        for j in range(len(row)):
            if maximum < abs(row[j]) < np.inf:
                maximum = abs(row[j])
    return maximum


# Loops, since Numba takes long to compile what NumPy writes in a line: with all its broadcasting, and errors as text.


@compiled_for_one_row
def _add_row(total: Array, row: Array) -> None:
    for j in range(len(total)):
        total[j] += row[j]


@compiled_part
def add(target: Array, more: Array) -> None:
    """Adds one array (n, width) to another."""
    for row in range(len(more)):
        _add_row(target[row], more[row])


@compiled_part
def add_rows(total: Array, rows: Array) -> None:
    """Adds rows (n, width) to a total (width,)."""
    for row in range(len(rows)):
        _add_row(total, rows[row])


@compiled
def add_by_place(totals: Array, place: Indices, rows: Array) -> None:
    """Adds each row (n, width) to the total at its place (n,)."""
    for row in range(len(rows)):
        if row + AHEAD < len(rows):
            prefetch(totals, place[row + AHEAD])
        _add_row(totals[place[row]], rows[row])


@compiled_part
def fill(rows: Array, values: Array) -> None:
    """Sets every row (n, width) to the same values (width,)."""
    for row in range(len(rows)):
        for j in range(len(values)):
            rows[row, j] = values[j]


LINE = 64
"""Bytes that come at once."""
AHEAD = 4
"""Rows from what is computed to what is fetched."""

_BYTE, _NUMBER, _INDEX = ir.IntType(8), ir.IntType(32), ir.IntType(64)
_tools: Any = cgutils  # which has no types
_linalg: Any = linalg
_READ, _KEEP, _DATA = _NUMBER(0), _NUMBER(3), _NUMBER(1)


def _prefetch(_typing: Any, array: Any, row: Any) -> Any:

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        struct = context.make_array(signature.args[0])(context, builder, arguments[0])
        width = builder.extract_value(struct.strides, 0)
        begin = builder.gep(builder.bitcast(struct.data, _BYTE.as_pointer()), [builder.mul(arguments[1], width)])
        kind = ir.FunctionType(ir.VoidType(), [_BYTE.as_pointer(), _NUMBER, _NUMBER, _NUMBER])
        fetch = _tools.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        with _tools.for_range_slice(builder, _INDEX(0), width, _INDEX(LINE), _INDEX) as (at, _):
            builder.call(fetch, [builder.gep(begin, [at]), _READ, _KEEP, _DATA])
        return context.get_dummy_value()

    return types.void(array, row), code


prefetch = cast(Callable[[Array | Indices, int], None], intrinsic(_prefetch))
"""``prefetch(array, row)`` asks for a row of a C-contiguous array, which is to be read soon; it changes nothing."""


def _product(beta: float) -> Any:
    def product(_typing: Any, a: Any, b: Any, out: Any) -> Any:
        if any((kind.dtype, kind.ndim) != (types.float32, 2) for kind in (a, b, out)):
            raise TypingError(f"multiply and add_product take matrices of float32, not {a}, {b} and {out}.")

        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            numbers = [_tools.alloca_once_value(builder, ir.FloatType()(number)) for number in (1, beta)]
            alpha, addend = (builder.bitcast(number, _BYTE.as_pointer()) for number in numbers)
            arrays = []
            for kind, argument in zip(signature.args, arguments, strict=True):
                struct = context.make_array(kind)(context, builder, argument)
                rows, columns = _tools.unpack_tuple(builder, struct.shape, 2)
                stride = builder.udiv(builder.extract_value(struct.strides, 0), _INDEX(4))
                width = {"C": columns, "F": rows, "A": stride}[kind.layout]
                order = _BYTE(ord("t" if kind.layout == "F" else "n"))
                arrays.append((rows, columns, order, builder.bitcast(struct.data, _BYTE.as_pointer()), width))
            (m, k, *of_a), (_, n, *of_b), (_, _, _, *of_out) = arrays
            # BLAS counts columns first: for it, out transposed is b transposed times a transposed.
            values = [_BYTE(ord("s")), of_b[0], of_a[0], n, m, k, alpha, *of_b[1:], *of_a[1:], addend, *of_out]
            kind = ir.FunctionType(_NUMBER, [value.type for value in values])
            gemm = _tools.get_or_insert_function(builder.module, kind, "numba_xxgemm")
            _linalg.check_blas_return(context, builder, builder.call(gemm, values))
            return context.get_dummy_value()

        return types.void(a, b, out), code

    return intrinsic(product)


multiply = cast(Callable[[Array, Array, Array], None], _product(0))
"""``multiply(a, b, out)`` writes a·b into ``out``: float32; parts of rows will do; if transposed, a or b is whole."""
add_product = cast(Callable[[Array, Array, Array], None], _product(1))
"""``add_product(a, b, out)`` adds a·b to ``out``."""
