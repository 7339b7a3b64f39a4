"""The MGU's step, forward and back, as ``cells.mgu`` has it."""

# ruff: noqa: N806  # W and U are the textbook's letters

import numpy as np

from rnn_compare.fused.arithmetic import ONE, Array, add, sigmoid, tanh, unless_faded
from rnn_compare.fused.cell_kernel import CellKernel

FORGET, CANDIDATE = 0, 1


class MGUKernel(CellKernel):
    """Keeps its gate and its candidate, in the order of its kernels."""

    activation_count = 2

    def step(self, begin: int, end: int) -> None:
        rows, units = end - begin, self.states.shape[2]
        place, activations = self.place[begin:end], self.activations[begin:end]
        state, new_state = self.states[0, begin:end], self.states[0, end:]  # (rows, units)
        U_f, U_h = self.U_T[:units].T, self.U_T[units:].T  # (units, units)
        U_state = np.dot(state, U_f)  # (rows, units)
        gated_state = np.empty_like(state)  # (rows, units)
        for row in range(rows):
            x, now = self.W_inputs[place[row]], activations[row]  # (2, units)
            for j in range(units):
                now[FORGET, j] = sigmoid(x[FORGET, j] + U_state[row, j])
            for j in range(units):
                gated_state[row, j] = now[FORGET, j] * state[row, j]
        np.dot(gated_state, U_h, U_state)
        for row in range(rows):
            x, now = self.W_inputs[place[row]], activations[row]  # (2, units)
            for j in range(units):
                now[CANDIDATE, j] = tanh(x[CANDIDATE, j] + U_state[row, j])
            for j in range(units):
                new_state[row, j] = (ONE - now[FORGET, j]) * state[row, j] + now[FORGET, j] * now[CANDIDATE, j]

    def step_back(
        self, begin: int, end: int, dstates: Array, first: int, last: int, dgates: Array, _dproducts: Array
    ) -> None:
        rows, units = last - first, dstates.shape[2]
        own = 1 if end - begin == rows else 0  # else all rows share the one step of the prefix
        activations, states = self.activations[begin:end], self.states[0, begin:end]
        dstate, dgate = dstates[0, first:last], dgates.reshape(rows, 2, units)  # (rows, units), (rows, 2, units)
        dforget, dcandidate = np.empty((rows, units), np.float32), np.empty((rows, units), np.float32)
        for row in range(rows):
            now, ds = activations[row * own], dstate[row]  # (2, units), (units,)
            for j in range(units):
                dc = ds[j] * now[FORGET, j] * (ONE - now[CANDIDATE, j] * now[CANDIDATE, j])
                dcandidate[row, j] = dgate[row, CANDIDATE, j] = unless_faded(dc)
        dgated_state = np.dot(dcandidate, self.U_T[units:])  # (rows, units)
        for row in range(rows):
            now, state = activations[row * own], states[row * own]  # (2, units), (units,)
            ds, dgated = dstate[row], dgated_state[row]  # (units,)
            for j in range(units):
                df = ds[j] * (now[CANDIDATE, j] - state[j]) + dgated[j] * state[j]
                dforget[row, j] = dgate[row, FORGET, j] = unless_faded(df * now[FORGET, j] * (ONE - now[FORGET, j]))
            for j in range(units):
                ds[j] = unless_faded(ds[j] * (ONE - now[FORGET, j]) + dgated[j] * now[FORGET, j])
        add(dstate, np.dot(dforget, self.U_T[:units]))

    def add_recurrent_gradient(self, total: Array, begin: int, end: int, dproducts: Array) -> None:
        """See ``CellKernel``: U_f has been multiplied by the state, U_h by what the gate has left of it."""
        rows, units = end - begin, self.states.shape[2]
        state, dgate = self.states[0, begin:end], dproducts.reshape(rows, 2, units)  # (rows, units) …
        gated_state = np.empty_like(state)
        for row in range(rows):
            for j in range(units):
                gated_state[row, j] = self.activations[begin + row, FORGET, j] * state[row, j]
        add(total[:, :units], np.dot(state.T, np.ascontiguousarray(dgate[:, FORGET])))
        add(total[:, units:], np.dot(gated_state.T, np.ascontiguousarray(dgate[:, CANDIDATE])))
