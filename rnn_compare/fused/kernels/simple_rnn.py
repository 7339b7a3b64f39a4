"""The SimpleRNN's step, forward and back: h' = tanh(W·x + U·h + b)."""

# ruff: noqa: N806  # W and U are the textbook's letters

import numpy as np

from rnn_compare.fused.arithmetic import Array, tanh, unless_faded
from rnn_compare.fused.cell_kernel import CellKernel


class SimpleRNNKernel(CellKernel):
    """Keeps nothing: the new state is all that the step back needs."""

    activation_count = 0

    def step(self, begin: int, end: int) -> None:
        rows, place, new_states = end - begin, self.place[begin:end], self.states[0, end:]
        U_state = np.dot(self.states[0, begin:end], self.recurrent_kernel)  # (rows, units)
        for row in range(rows):
            x, new_state = self.W_inputs[place[row], 0], new_states[row]  # (units,)
            for j in range(len(x)):
                new_state[j] = tanh(x[j] + U_state[row, j])

    def step_back(
        self, begin: int, end: int, dstates: Array, first: int, last: int, dgates: Array, dproducts: Array
    ) -> None:
        rows, new_states, dstate = last - first, self.states[0, end:], dstates[0, first:last]
        own = 1 if end - begin == rows else 0  # else all rows share the one step of the prefix
        for row in range(rows):
            new_state, ds, dgate = new_states[row * own], dstate[row], dgates[row]  # (units,)
            for j in range(len(ds)):
                dgate[j] = unless_faded(ds[j] * (np.float32(1) - new_state[j] * new_state[j]))
        np.dot(dproducts, self.U_T, dstate)
