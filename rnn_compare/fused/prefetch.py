"""Memory fetched ahead: a batch's arrays do not fit into the processor's cache, which does not guess their way back."""

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from rnn_compare.fused.arithmetic import Array

LINE = 64
"""Bytes that come at once."""
AHEAD = 4
"""Rows from what is computed to what is fetched."""

_BYTE, _NUMBER, _INDEX = ir.IntType(8), ir.IntType(32), ir.IntType(64)
_READ, _KEEP, _DATA = _NUMBER(0), _NUMBER(3), _NUMBER(1)


def _prefetch(_typing: Any, array: Any, row: Any) -> Any:

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        held = context.make_array(signature.args[0])(context, builder, arguments[0])
        width = builder.extract_value(held.strides, 0)
        begin = builder.gep(builder.bitcast(held.data, _BYTE.as_pointer()), [builder.mul(arguments[1], width)])
        kind = ir.FunctionType(ir.VoidType(), [_BYTE.as_pointer(), _NUMBER, _NUMBER, _NUMBER])
        tools: Any = cgutils  # which has no types
        fetch = tools.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        with tools.for_range_slice(builder, _INDEX(0), width, _INDEX(LINE), _INDEX) as (at, _):
            builder.call(fetch, [builder.gep(begin, [at]), _READ, _KEEP, _DATA])
        return context.get_dummy_value()

    return types.void(array, row), code


prefetch = cast(Callable[[Array, int], None], intrinsic(_prefetch))
"""``prefetch(array, row)`` asks for a row of a C-contiguous array, which is to be read soon; it changes nothing."""
