"""The base of every cell's kernel: the arrays of one batch, and the step forward and back that are the cell's own.

``registry`` writes them from the cell's formulas. In compiled code ``cell.step(...)`` is that of the cell's class:
Numba compiles the loops of ``recurrence`` once for each class.
"""

import functools
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

from numba import types
from numba.extending import overload_method

from rnn_compare.fused.arithmetic import PART, Array, Indices


class _Arrays(NamedTuple):
    W_inputs: Array
    place: Indices
    states: Array
    activations: Array
    recurrent_kernel: Array
    U_T: Array
    recurrent_bias: Array


class CellKernel(_Arrays):
    """The arrays of one batch; a cell's subclass has its steps.

    Attributes:
        state_count: States that travel from timestep to timestep: the LSTM has two. The first is the output.
        activation_count: Rows of ``units`` numbers that the step forward keeps for the step back.
        W_inputs: W·input + b for each input (inputs, gates, units).
        place: For each packed row the input that it reads (rows,).
        states: The states before each step (state_count, rows, units); the step that reads the rows from ``begin`` to
            ``end`` writes those from ``end`` on, as ``packing`` lays them out.
        activations: What each row keeps for the step back (rows, activation_count, units).
        blocks: Blocks of the kernels.
        weight_count: Weight tensors of a layer: kernel, recurrent kernel if there is one, bias.
        apart: Whether W·input and U·state have gradients of their own.
        recurrent_kernel: U (units, gates · units); one row of a vector, none of a cell without.
        U_T: U transposed (gates · units, units).
        recurrent_bias: A second bias, beside U·state (gates, units); of no gates where the two are not apart.
    """

    state_count: ClassVar[int]
    activation_count: ClassVar[int]
    blocks: ClassVar[int]
    apart: ClassVar[bool]
    weight_count: ClassVar[int]

    @abstractmethod
    def step(self, begin: int, end: int) -> None:
        """Reads the packed rows from ``begin`` to ``end``, all of one timestep: writes states and ``activations``."""

    @abstractmethod
    def step_back(
        self, begin: int, end: int, dstates: Array, first: int, last: int, dgates: Array, dproducts: Array
    ) -> None:
        """Goes back over the step of the packed rows from ``begin`` to ``end``.

        Args:
            begin, end: The packed rows; a single one may have been read by all reviews, in the prefix that they share.
            dstates: Gradients of the states (state_count, batch, units): in the rows from ``first`` to ``last`` those
                after the step, on return those before it.
            first, last: Rows of ``dstates``.
            dgates: Receives the gradients of W·input (last - first, gates · units).
            dproducts: Receives those of U·state; the same array as ``dgates`` where the two are not apart.
        """

    @abstractmethod
    def add_recurrent_gradient(self, total: Array, begin: int, end: int, dproducts: Array) -> None:
        """Adds to the gradient of U (units, gates · units) what the packed rows from ``begin`` to ``end`` contribute.

        Args:
            total: What to add to.
            begin, end: The packed rows.
            dproducts: Gradients of their U·state (end - begin, gates · units).
        """


def _resolve(declared: Callable[..., None]) -> None:
    # Tells Numba what a method of CellKernel is for a tuple of a given class. A dispatcher handed over as an argument
    # would do as well, but code that takes one is never found again in the cache.
    @functools.wraps(declared, updated=())  # Numba asks for its signature, and this is not abstract
    def method(self: Any, *_arguments: Any) -> Any:
        return getattr(self.instance_class, declared.__name__)

    # Not strict: a subclass may write the annotations in another way.
    overload: Any = overload_method  # whose type leaves out what it hands on to ``overload``
    overload(types.NamedTuple, declared.__name__, strict=False, jit_options=PART)(method)


for _declared in (CellKernel.step, CellKernel.step_back, CellKernel.add_recurrent_gradient):
    _resolve(_declared)
