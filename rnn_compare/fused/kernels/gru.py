"""The GRU's step, forward and back, as ``cells.gru`` has it."""

# ruff: noqa: N806  # W and U are the textbook's letters

import numpy as np

from rnn_compare.fused.arithmetic import Array, add, sigmoid, tanh, unless_faded
from rnn_compare.fused.cell_kernel import CellKernel
from rnn_compare.fused.prefetch import prefetch

UPDATE, RESET, CANDIDATE, RECALLED = 0, 1, 2, 3


class GRUKernel(CellKernel):
    """Keeps its gates in Keras' order, and what the reset gate lets through or not: the candidate's U·state + b."""

    kept_count = 4

    def step(self, begin: int, end: int) -> None:
        """See ``CellKernel``."""
        rows, units, one = end - begin, self.states.shape[2], np.float32(1)
        U_bias = self.recurrent_bias  # (3, units)
        place, kept = self.place[begin:end], self.kept[begin:end]
        states, new_states = self.states[0, begin:end], self.states[0, end:]
        U_state = np.dot(states, self.recurrent_kernel).reshape(rows, 3, units)
        # Beside ``now``: a loop that reads it and writes it, or writes two of its rows, is not vectorised.
        r = np.empty(units, np.float32)
        for row in range(rows):
            x, u, now = self.W_inputs[place[row]], U_state[row], kept[row]  # (3, units), (3, units), (4, units)
            for j in range(units):
                now[UPDATE, j] = sigmoid(x[UPDATE, j] + u[UPDATE, j] + U_bias[UPDATE, j])
            for j in range(units):
                now[RESET, j] = r[j] = sigmoid(x[RESET, j] + u[RESET, j] + U_bias[RESET, j])
            for j in range(units):
                now[RECALLED, j] = u[CANDIDATE, j] + U_bias[CANDIDATE, j]
            for j in range(units):
                recalled = u[CANDIDATE, j] + U_bias[CANDIDATE, j]
                now[CANDIDATE, j] = tanh(x[CANDIDATE, j] + r[j] * recalled)
            for j in range(units):
                new_states[row, j] = now[UPDATE, j] * states[row, j] + (one - now[UPDATE, j]) * now[CANDIDATE, j]

    def step_back(
        self, begin: int, end: int, dstates: Array, first: int, last: int, dgates: Array, dproducts: Array
    ) -> None:
        """See ``CellKernel``."""
        rows, units, one = last - first, dstates.shape[2], np.float32(1)
        own = 1 if end - begin == rows else 0  # else all rows share the one step of the prefix
        kept, states, dstate = self.kept[begin:end], self.states[0, begin:end], dstates[0, first:last]
        dgate, dproduct = dgates.reshape(rows, 3, units), dproducts.reshape(rows, 3, units)
        dcandidate = np.empty(units, np.float32)  # as ``r`` above
        for row in range(rows):
            now, state = kept[row * own], states[row * own]  # (4, units), (units,)
            ds, dnow, dthen = dstate[row], dgate[row], dproduct[row]  # (units,), (3, units), (3, units)
            if begin >= rows:
                prefetch(self.kept, begin - rows + row)
                prefetch(self.states[0], begin - rows + row)
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
        add(dstate, np.dot(dproducts, self.U_T))
