"""The GRU's step, forward and back, as ``equations.gru_step`` has it."""

# ruff: noqa: N806  # W and U are the textbook's letters

import numpy as np

from rnn_compare.fused.arithmetic import Array, add, sigmoid, tanh, unless_faded
from rnn_compare.fused.cell_kernel import CellKernel

UPDATE, RESET, CANDIDATE, RECALLED = 0, 1, 2, 3


class GRUKernel(CellKernel):
    """Keeps its gates in Keras' order, and what the reset gate lets through or not: the candidate's U·state + b."""

    kept_count = 4

    def step(self, begin: int, end: int) -> None:
        """See ``CellKernel``."""
        rows, units, one = end - begin, self.states.shape[2], np.float32(1)
        W_bias, U_bias = self.bias[0], self.bias[1]  # (3, units)
        U_state = np.dot(self.states[0, begin:end], self.recurrent_kernel).reshape(rows, 3, units)
        r = np.empty(units, np.float32)  # a loop that reads and writes ``now`` would not be vectorised
        recalled = np.empty(units, np.float32)
        for row in range(rows):
            x, u, now = self.W_inputs[self.place[begin + row]], U_state[row], self.kept[begin + row]  # (3 or 4, units)
            state, new_state = self.states[0, begin + row], self.states[0, end + row]  # (units,)
            for j in range(units):
                now[UPDATE, j] = sigmoid(x[UPDATE, j] + W_bias[UPDATE, j] + u[UPDATE, j] + U_bias[UPDATE, j])
            for j in range(units):
                r[j] = sigmoid(x[RESET, j] + W_bias[RESET, j] + u[RESET, j] + U_bias[RESET, j])
            for j in range(units):
                recalled[j] = u[CANDIDATE, j] + U_bias[CANDIDATE, j]
                now[RESET, j] = r[j]
                now[RECALLED, j] = recalled[j]
            for j in range(units):
                now[CANDIDATE, j] = tanh(x[CANDIDATE, j] + W_bias[CANDIDATE, j] + r[j] * recalled[j])
            for j in range(units):
                new_state[j] = now[UPDATE, j] * state[j] + (one - now[UPDATE, j]) * now[CANDIDATE, j]

    def step_back(
        self, begin: int, end: int, dstates: Array, first: int, last: int, dgates: Array, dproducts: Array
    ) -> None:
        """See ``CellKernel``."""
        rows, units, one = last - first, dstates.shape[2], np.float32(1)
        own = 1 if end - begin == rows else 0  # else all rows share the one step of the prefix
        dgate, dproduct = dgates.reshape(rows, 3, units), dproducts.reshape(rows, 3, units)
        dcandidate = np.empty(units, np.float32)  # as ``r`` above
        for row in range(rows):
            now, state = self.kept[begin + row * own], self.states[0, begin + row * own]  # (4, units), (units,)
            ds, dnow, dthen = dstates[0, first + row], dgate[row], dproduct[row]  # (units,), (3, units), (3, units)
            for j in range(units):
                dz = ds[j] * (state[j] - now[CANDIDATE, j]) * now[UPDATE, j] * (one - now[UPDATE, j])
                dnow[UPDATE, j] = dthen[UPDATE, j] = unless_faded(dz)
            for j in range(units):
                dcandidate[j] = ds[j] * (one - now[UPDATE, j]) * (one - now[CANDIDATE, j] * now[CANDIDATE, j])
            for j in range(units):
                dnow[CANDIDATE, j] = unless_faded(dcandidate[j])
                dthen[CANDIDATE, j] = unless_faded(dcandidate[j] * now[RESET, j])
            for j in range(units):
                dr = dcandidate[j] * now[RECALLED, j] * now[RESET, j] * (one - now[RESET, j])
                dnow[RESET, j] = dthen[RESET, j] = unless_faded(dr)
            for j in range(units):
                ds[j] = unless_faded(ds[j] * now[UPDATE, j])
        add(dstates[0, first:last], np.dot(dproducts, self.U_T))  # (rows, units)
