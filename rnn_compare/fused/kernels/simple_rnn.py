"""The SimpleRNN's step, forward and back: h' = tanh(W·x + U·h + b)."""

# ruff: noqa: N806  # W and U are the textbook's letters

import numpy as np

from rnn_compare.fused.arithmetic import Array, tanh, unless_faded
from rnn_compare.fused.cell_kernel import CellKernel


class SimpleRNNKernel(CellKernel):
    """Keeps nothing: the new state is all that the step back needs."""

    kept_count = 0

    def step(self, begin: int, end: int) -> None:
        """See ``CellKernel``."""
        rows, units, b = end - begin, self.states.shape[2], self.bias[0, 0]
        U_state = np.dot(self.states[0, begin:end], self.recurrent_kernel)  # (rows, units)
        for row in range(rows):
            x, new_state = self.W_inputs[self.place[begin + row], 0], self.states[0, end + row]  # (units,)
            for j in range(units):
                new_state[j] = tanh(x[j] + U_state[row, j] + b[j])

    def step_back(
        self, begin: int, end: int, dstates: Array, first: int, last: int, dgates: Array, dproducts: Array
    ) -> None:
        """See ``CellKernel``."""
        own = 1 if end - begin == last - first else 0  # else all rows share the one step of the prefix
        for row in range(last - first):
            new_state, ds, dgate = self.states[0, end + row * own], dstates[0, first + row], dgates[row]  # (units,)
            for j in range(len(ds)):
                dgate[j] = unless_faded(ds[j] * (np.float32(1) - new_state[j] * new_state[j]))
        np.dot(dproducts, self.U_T, dstates[0, first:last])  # (rows, units)
