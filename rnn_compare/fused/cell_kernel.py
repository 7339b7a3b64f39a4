"""The base class of the cells' kernels: the arrays of one batch, and one timestep forward and backward.

``kernels`` generates the methods from a cell's formulas. Compiled code resolves ``cell.step(...)`` by the cell's
class: Numba compiles the loops of ``recurrence`` once for each class.
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
    input_index: Indices
    states: Array
    activations: Array
    recurrent_kernel: Array
    U_T: Array
    recurrent_bias: Array


class CellKernel(_Arrays):
    """The arrays of one batch; a cell's subclass has its steps.

    Attributes:
        state_count: Number of states: 2 for the LSTM. The first is the output.
        activation_count: Activations of each unit that the forward pass stores for the backward pass.
        blocks: Blocks of ``units`` columns in the kernels: gates and candidate.
        splits_gradients: Whether W·input and U·state have different gradients, as with ``reset_after`` of the GRU.
        weight_count: Weight tensors of a layer: kernel, recurrent kernel if there is one, bias.
        W_inputs: W·input + b for each input (inputs, gates, units).
        input_index: The input of each packed row (rows,).
        states: The states before each step (state_count, rows, units). The step of the rows from ``begin`` to ``end``
            writes those from ``end`` on (see ``packing``).
        activations: The stored activations (rows, activation_count, units).
        recurrent_kernel: U (units, gates · units); a vector has one row, a cell without U none.
        U_T: U transposed (gates · units, units).
        recurrent_bias: The second bias, added to U·state (gates, units); of no gates unless ``splits_gradients``.
    """

    state_count: ClassVar[int]
    activation_count: ClassVar[int]
    blocks: ClassVar[int]
    splits_gradients: ClassVar[bool]
    weight_count: ClassVar[int]

    @abstractmethod
    def step(self, begin: int, end: int) -> None:
        """Computes the packed rows from ``begin`` to ``end``, all of one timestep: writes states and activations."""

    @abstractmethod
    def step_back(
        self, begin: int, end: int, dstates: Array, first: int, last: int, dgates: Array, dproducts: Array
    ) -> None:
        """Backpropagates through the step of the packed rows from ``begin`` to ``end``.

        Args:
            begin, end: The packed rows; in the shared prefix a single one, which belongs to all reviews.
            dstates: Gradients of the states (state_count, batch, units): in the rows from ``first`` to ``last`` those
                after the step, on return those before it.
            first, last: Rows of ``dstates``.
            dgates: Receives the gradients of W·input (last - first, gates · units).
            dproducts: Receives those of U·state; the same array unless ``splits_gradients``.
        """

    @abstractmethod
    def add_recurrent_gradient(self, total: Array, begin: int, end: int, dproducts: Array) -> None:
        """Adds the contributions of the packed rows from ``begin`` to ``end`` to the gradient of U.

        Args:
            total: The gradient of U (units, gates · units).
            begin, end: The packed rows.
            dproducts: Gradients of U·state (end - begin, gates · units).
        """


def _resolve(declared: Callable[..., None]) -> None:
    # Overloads a method for the tuples of each subclass. A dispatcher as an argument would do as well, but code with
    # such an argument is never found again in Numba's cache.
    @functools.wraps(declared, updated=())  # Numba reads its signature, and this one is not abstract
    def method(self: Any, *_arguments: Any) -> Any:
        return getattr(self.instance_class, declared.__name__)

    # Not strict: a subclass may write the annotations in another way.
    overload: Any = overload_method  # whose type lacks the options of ``overload``
    overload(types.NamedTuple, declared.__name__, strict=False, jit_options=PART)(method)


for _declared in (CellKernel.step, CellKernel.step_back, CellKernel.add_recurrent_gradient):
    _resolve(_declared)
