"""Compilation of the kernels, the small functions that they apply to numbers, and a prefetch of memory."""

import functools
import logging
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils, compiler, cpu
from numba.core.errors import TypingError
from numba.extending import intrinsic
from numba.np import linalg
from numpy.typing import NDArray

from rnn_compare.fused import machine_code  # noqa: F401  # sets the folder of Numba's cache

Array = NDArray[np.float32]
Indices = NDArray[np.int64]
Function = TypeVar("Function", bound=Callable[..., Any])

_log = logging.getLogger(__name__)

ONE = np.float32(1)
FLUSH_BELOW = np.float32(1e-25)
"""Gradients below this are set to zero. Products of smaller ones would be denormal numbers, which take the processor
many times as long; next to the largest gradients they vanish in any float32 sum anyway."""


OPTIONS: dict[str, Any] = {
    "fastmath": {"reassoc", "contract", "arcp", "nsz", "afn"},
    "error_model": "numpy",
    "nogil": True,
    "no_cfunc_wrapper": True,
}
"""Numba's options for kernels.

``fastmath`` has all of LLVM's flags but ``nnan`` and ``ninf``, with which a gradient of NaN became zero.
``error_model="numpy"`` divides without a check for zero: with the check, no loop with a division is vectorised.
``nogil`` lets other threads, which listen for Stop and send events, run meanwhile. No C code calls kernels. Functions
that call each other share options where possible: NumPy's functions are compiled again for callers with other options.
"""
PART: dict[str, Any] = {**OPTIONS, "no_cpython_wrapper": True}
"""Options for functions that only kernels call: without code to unpack Python's arguments."""


def compiled(function: Function) -> Function:
    """Compiles a function with Numba, cached on disk."""
    return cast(Function, numba.njit(**OPTIONS, cache=True)(function))


def compiled_part(function: Function) -> Function:
    """Compiles a function into those that call it; Python cannot call it."""
    return cast(Function, numba.njit(**PART)(function))


def options_for_one_row() -> dict[str, Any]:
    """Returns Numba's options for ``compiled_for_one_row``.

    ``noalias`` is a flag of its compiler to which it hands no option of ``njit`` on. Where Numba has changed, loops are
    compiled for arrays that may overlap, and take longer.
    """
    options, mapping = {**PART, "forceinline": True}, getattr(getattr(cpu, "CPUTargetOptions", None), "Mapping", None)
    if mapping is None or not hasattr(getattr(compiler, "Flags", None), "noalias"):
        _log.warning("Kernels take longer: Numba has changed, and no option says that arrays do not overlap.")
        return options
    cpu.CPUTargetOptions.noalias = mapping("noalias")
    return options | {"noalias": True}


_ONE_ROW = options_for_one_row()


def compiled_for_one_row(function: Function) -> Function:
    """Compiles a loop over one row into its caller, for arrays that never overlap.

    Then a single loop that reads and writes a dozen arrays is vectorised; otherwise each would need its own loop.
    """
    return cast(Function, numba.njit(**_ONE_ROW)(function))


@compiled
def tanh(x: np.float32) -> np.float32:
    """The hyperbolic tangent, within 4e-7, as a quotient of two polynomials, which is vectorised.

    The coefficients are an approximate minimax fit (iterated least squares) on [0, 8.5]; beyond, tanh x is 1 within
    9e-8. (Rounded to float32 it is 1 only beyond 9.01.)
    """
    x = min(max(x, np.float32(-8.5)), np.float32(8.5))
    y = x * x
    p = np.float32(1.4174794671362179e-08) * y + np.float32(2.117927579092793e-05)
    p = p * y + np.float32(0.0035294857807457447)
    p = p * y + np.float32(0.13409355282783508)
    p = p * y + np.float32(0.9999999403953552)
    q = np.float32(8.105444635475578e-07) * y + np.float32(0.00033415693906135857)
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
def flushed(gradient: np.float32) -> np.float32:
    """Returns a gradient, or zero if its magnitude is below ``FLUSH_BELOW``."""
    return np.float32(0) if abs(gradient) < FLUSH_BELOW else gradient


# Loops: for NumPy's one-liners Numba compiles broadcasting and error messages too, which takes long.


@compiled_for_one_row
def add_row(total: Array, row: Array) -> None:
    """Adds a row (width,) to a total (width,)."""
    for j in range(len(total)):
        total[j] += row[j]


@compiled_for_one_row
def square_row(row: Array) -> None:
    """Squares a row (width,)."""
    for j in range(len(row)):
        row[j] *= row[j]


@compiled
def add_by_index(totals: Array, index: Indices, rows: Array) -> None:
    """Adds each row (n, width) to the total with its index (n,)."""
    for row in range(len(rows)):
        if row + AHEAD < len(rows):
            prefetch(totals, index[row + AHEAD])
        add_row(totals[index[row]], rows[row])


CACHE_LINE = 64
"""Bytes."""
AHEAD = 4
"""How many rows ahead to prefetch."""

_BYTE, _NUMBER, _INDEX = ir.IntType(8), ir.IntType(32), ir.IntType(64)
_tools: Any = cgutils  # which has no types
_linalg: Any = linalg
_READ, _KEEP, _DATA = _NUMBER(0), _NUMBER(3), _NUMBER(1)


def unpacked(builder: Any, values: Any) -> list[Any]:
    """Returns the elements of a tuple or a shape in compiled code."""
    return [*_tools.unpack_tuple(builder, values)]


def _prefetch(_typing: Any, array: Any, row: Any) -> Any:

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        struct = context.make_array(signature.args[0])(context, builder, arguments[0])
        width = builder.extract_value(struct.strides, 0)
        begin = builder.gep(builder.bitcast(struct.data, _BYTE.as_pointer()), [builder.mul(arguments[1], width)])
        kind = ir.FunctionType(ir.VoidType(), [_BYTE.as_pointer(), _NUMBER, _NUMBER, _NUMBER])
        fetch = _tools.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        with _tools.for_range_slice(builder, _INDEX(0), width, _INDEX(CACHE_LINE), _INDEX) as (at, _):
            builder.call(fetch, [builder.gep(begin, [at]), _READ, _KEEP, _DATA])
        return context.get_dummy_value()

    return types.void(array, row), code


prefetch = cast(Callable[[NDArray[Any], int], None], intrinsic(_prefetch))
"""``prefetch(array, row)`` brings a row of a C-contiguous array into the processor's cache; it changes nothing."""


def product_by_numpy(beta: float) -> Any:
    """Returns ``multiply`` (beta 0) or ``add_product`` (1) without BLAS' own call, which allocates each product."""

    def product(a: Array, b: Array, out: Array) -> None:
        if beta:
            out += np.dot(a, b)
        else:
            out[:] = np.dot(a, b)

    return compiled_part(product)


def product_by_blas(beta: float) -> Any:
    """Returns ``multiply`` (beta 0) or ``add_product`` (1)."""
    if not hasattr(_linalg, "check_blas_return"):
        _log.warning("Kernels take longer: Numba's call of BLAS has changed, and they multiply by NumPy's dot.")
        return product_by_numpy(beta)

    def product(_typing: Any, a: Any, b: Any, out: Any) -> Any:
        dimensions = a.ndim, b.ndim, 2 if out.layout == "C" else out.ndim
        if {a.dtype, b.dtype, out.dtype} != {types.float32} or {*dimensions} != {2}:
            raise TypingError(f"multiply and add_product take matrices of float32, not {a}, {b} and {out}.")

        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            numbers = [_tools.alloca_once_value(builder, ir.FloatType()(number)) for number in (1, beta)]
            alpha, addend = (builder.bitcast(number, _BYTE.as_pointer()) for number in numbers)
            arrays = []
            for kind, argument in zip(signature.args, arguments, strict=True):
                struct = context.make_array(kind)(context, builder, argument)
                rows, columns, *further = unpacked(builder, struct.shape)
                columns = functools.reduce(builder.mul, further, columns)
                stride = builder.udiv(builder.extract_value(struct.strides, 0), _INDEX(4))
                width = {"C": columns, "F": rows, "A": stride}[kind.layout]
                order = _BYTE(ord("t" if kind.layout == "F" else "n"))
                arrays.append((rows, columns, order, builder.bitcast(struct.data, _BYTE.as_pointer()), width))
            (m, k, *of_a), (_, n, *of_b), (_, _, _, *of_out) = arrays
            # BLAS stores columns first: there, the transpose of out is that of b times that of a.
            values = [_BYTE(ord("s")), of_b[0], of_a[0], n, m, k, alpha, *of_b[1:], *of_a[1:], addend, *of_out]
            kind = ir.FunctionType(_NUMBER, [value.type for value in values])
            gemm = _tools.get_or_insert_function(builder.module, kind, "numba_xxgemm")
            _linalg.check_blas_return(context, builder, builder.call(gemm, values))
            return context.get_dummy_value()

        return types.void(a, b, out), code

    return intrinsic(product)


multiply = cast(Callable[[Array, Array, Array], None], product_by_blas(0))
"""``multiply(a, b, out)`` writes a·b into ``out``: float32, also slices of columns; a transposed a or b is unsliced.

``out`` may have more rows, or a third dimension, whose elements follow each other in a row."""
add_product = cast(Callable[[Array, Array, Array], None], product_by_blas(1))
"""``add_product(a, b, out)`` adds a·b to ``out``."""
