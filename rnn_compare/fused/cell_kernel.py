"""A cell's kernel: its functions for one timestep, compiled from the source that its formulas give, and their calls.

They are C callbacks, which take pointers and numbers: the loops of ``recurrence`` call them by their addresses, and are
compiled once for all cells.
"""

import functools
import inspect
import linecache
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import numba
import numpy as np
from llvmlite import ir
from numba import carray, types  # type: ignore[attr-defined]  # Numba exports it as a list says
from numba.core.errors import TypingError
from numba.extending import intrinsic

from rnn_compare.cells.cell import Cell
from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.fused import arithmetic
from rnn_compare.fused.arithmetic import OPTIONS, Array, Indices, compiled_for_one_row, unpacked
from rnn_compare.fused.code_folder import SOURCES, code_name
from rnn_compare.fused.kernel_source import ARRAYS, FUNCTIONS, KernelSource
from rnn_compare.fused.machine_code import cache_by_content

_TOOLS = {**vars(arithmetic), "__name__": __name__, "carray": carray, "float32": np.float32}
"""The global names of a kernel's source."""
_COMPILING = threading.Lock()
"""Otherwise two threads might load a cell's functions, and those that nobody keeps are unloaded."""


class CellArrays(NamedTuple):
    """The arrays of one batch, and the addresses of the functions of its cell.

    Attributes:
        W_inputs: W·input + b for each input (inputs, gates, units).
        input_index: The input of each packed row (rows,).
        states: The states before each step (state_count, rows, units). The step of the rows from ``begin`` to ``end``
            writes those from ``end`` on (see ``packing``).
        activations: The stored activations (rows, activation_count, units).
        recurrent_kernel: U (units, gates · units); a vector has one row, a cell without U none.
        U_T: U transposed (gates · units, units).
        recurrent_bias: The second bias, added to U·state (gates, units); of no gates unless ``splits_gradients``.
        step, step_back, add_recurrent_gradient: The functions' addresses.
    """

    W_inputs: Array
    input_index: Indices
    states: Array
    activations: Array
    recurrent_kernel: Array
    U_T: Array
    recurrent_bias: Array
    step: int
    step_back: int
    add_recurrent_gradient: int


class CellKernel:
    """A cell and its functions."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell

    @property
    def addresses(self) -> dict[str, int]:
        """Addresses of the functions; the first time in a process they are compiled, or loaded from the cache."""
        with _COMPILING:
            return {name: function.address for name, function in self.functions.items()}

    @functools.cached_property
    def functions(self) -> dict[str, Any]:
        """The functions, as Numba's callbacks."""
        source, names = KernelSource(self.cell), dict(_TOOLS)
        file = SOURCES / f"{code_name(self.cell.name)}.py"  # there is none, but Numba's cache looks at its name
        # Numba annotates what it caches with its source. Python would look for it in this module, whose lines at a
        # kernel's numbers may begin within a string: since 3.12 an error.
        loader = SimpleNamespace(get_source=lambda _: source.text)
        linecache.lazycache(str(file), {"__name__": str(file), "__loader__": loader})
        exec(compile(source.text, str(file), "exec"), names)
        names |= {loop: compiled_for_one_row(names[loop]) for loop in source.loops}
        return {name: _compiled(names[name]) for name in FUNCTIONS}


def _compiled(function: Callable[..., None]) -> Any:
    pointer: Any = types.CPointer  # which has no types
    names = inspect.signature(function).parameters
    kinds = [pointer(types.float32) if name.endswith("_at") else types.int64 for name in names]
    kinds[ARRAYS.index("input_index")] = pointer(types.int64)
    cache_by_content()
    options = {name: OPTIONS[name] for name in ("fastmath", "error_model")}
    return numba.cfunc(types.void(*kinds), cache=True, **options)(function)


def _call(_typing: Any, _address: Any, taken: Any, own: Any) -> Any:
    kinds = [kind for kind in (*taken.types, *own.types) if isinstance(kind, types.Array)]
    if any(kind.layout != "C" or kind.dtype not in (types.float32, types.int64) for kind in kinds):
        raise TypingError(f"A cell's functions take contiguous arrays of float32, and indices of int64, not {kinds}.")

    def code(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        def pointer(kind: Any, value: Any) -> Any:
            return context.make_array(kind)(context, builder, value).data if isinstance(kind, types.Array) else value

        address, arrays, own_values = arguments[0], *(unpacked(builder, packed) for packed in arguments[1:])
        shapes = [context.make_array(taken.types[k])(context, builder, arrays[k]).shape for k in (0, 2)]
        (inputs, *_), (_, size, units) = (unpacked(builder, shape) for shape in shapes)
        pointers = [*map(pointer, taken.types, arrays)][: len(ARRAYS)]
        values = [*pointers, inputs, size, units, *map(pointer, own.types, own_values)]
        kind = ir.FunctionType(ir.VoidType(), [value.type for value in values])
        builder.call(builder.inttoptr(address, kind.as_pointer()), values)
        return context.get_dummy_value()

    return types.void(types.int64, taken, own), code


call = cast(Callable[[int, CellArrays, tuple[Any, ...]], None], intrinsic(_call))
"""``call(cell.step, cell, own)`` calls a cell's function in compiled code with pointers to the cell's arrays, and its
own arguments in ``kernel_source.FUNCTIONS``, arrays in place of pointers."""

KERNELS = {name: CellKernel(cell(name)) for name in CELLS}
"""The kernel of each cell."""
