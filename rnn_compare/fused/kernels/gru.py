"""The GRU's step, forward and back, as ``cells.gru`` has it."""

# ruff: noqa: N806  # W and U are the textbook's letters

import numpy as np

from rnn_compare.fused.arithmetic import (
    AHEAD,
    ONE,
    Array,
    add,
    compiled_for_one_row,
    prefetch,
    sigmoid,
    tanh,
    unless_faded,
)
from rnn_compare.fused.cell_kernel import CellKernel

UPDATE, RESET, CANDIDATE, RECALLED = 0, 1, 2, 3


class GRUKernel(CellKernel):
    """Keeps its gates in Keras' order, and what the reset gate lets through or not: the candidate's U·state + b."""

    activation_count = 4

    def step(self, begin: int, end: int) -> None:
        rows, units = end - begin, self.states.shape[2]
        U_bias = self.recurrent_bias  # (3, units)
        place, activations = self.place[begin:end], self.activations[begin:end]
        states, new_states = self.states[0, begin:end], self.states[0, end:]
        U_state = np.dot(states, self.recurrent_kernel).reshape(rows, 3, units)
        for row in range(rows):
            x, u, now = self.W_inputs[place[row]], U_state[row], activations[row]  # (3, units), (3, units), (4, units)
            if row + AHEAD < rows:
                prefetch(self.W_inputs, place[row + AHEAD])
            _forward(
                *(x[UPDATE], x[RESET], x[CANDIDATE]),
                *(u[UPDATE], u[RESET], u[CANDIDATE]),
                *(U_bias[UPDATE], U_bias[RESET], U_bias[CANDIDATE]),
                *(now[UPDATE], now[RESET], now[CANDIDATE], now[RECALLED]),
                states[row],
                new_states[row],
            )

    def step_back(
        self, begin: int, end: int, dstates: Array, first: int, last: int, dgates: Array, dproducts: Array
    ) -> None:
        rows, units = last - first, dstates.shape[2]
        own = 1 if end - begin == rows else 0  # else all rows share the one step of the prefix
        activations, states, dstate = self.activations[begin:end], self.states[0, begin:end], dstates[0, first:last]
        dgate, dproduct = dgates.reshape(rows, 3, units), dproducts.reshape(rows, 3, units)
        for row in range(rows):
            now, state = activations[row * own], states[row * own]  # (4, units), (units,)
            ds, dnow, dthen = dstate[row], dgate[row], dproduct[row]  # (units,), (3, units), (3, units)
            if begin >= rows:
                prefetch(self.activations, begin - rows + row)
                prefetch(self.states[0], begin - rows + row)
            _back(
                *(now[UPDATE], now[RESET], now[CANDIDATE], now[RECALLED]),
                state,
                ds,
                *(dnow[UPDATE], dnow[RESET], dnow[CANDIDATE]),
                *(dthen[UPDATE], dthen[RESET], dthen[CANDIDATE]),
            )
        add(dstate, np.dot(dproducts, self.U_T))


@compiled_for_one_row
def _forward(
    x_z: Array,
    x_r: Array,
    x_c: Array,
    u_z: Array,
    u_r: Array,
    u_c: Array,
    b_z: Array,
    b_r: Array,
    b_c: Array,
    z: Array,
    r: Array,
    c: Array,
    recalled: Array,
    state: Array,
    new_state: Array,
) -> None:
    """Writes the gates, what may be recalled and the new state from W·input + b, U·state and its bias (units,)."""
    for j in range(len(z)):
        update = sigmoid(x_z[j] + u_z[j] + b_z[j])
        reset = sigmoid(x_r[j] + u_r[j] + b_r[j])
        before = u_c[j] + b_c[j]
        candidate = tanh(x_c[j] + reset * before)
        z[j], r[j], c[j], recalled[j] = update, reset, candidate, before
        new_state[j] = update * state[j] + (ONE - update) * candidate


@compiled_for_one_row
def _back(
    z: Array,
    r: Array,
    c: Array,
    recalled: Array,
    state: Array,
    dstate: Array,
    dz: Array,
    dr: Array,
    dc: Array,
    du_z: Array,
    du_r: Array,
    du_c: Array,
) -> None:
    """Writes the gradients of W·input and of U·state, and what the state's own keeps of itself (units,)."""
    for j in range(len(z)):
        dz[j] = du_z[j] = unless_faded(dstate[j] * (state[j] - c[j]) * z[j] * (ONE - z[j]))
        dcandidate = dstate[j] * (ONE - z[j]) * (ONE - c[j] * c[j])
        dc[j] = unless_faded(dcandidate)
        du_c[j] = unless_faded(dcandidate * r[j])
        dr[j] = du_r[j] = unless_faded(dcandidate * recalled[j] * r[j] * (ONE - r[j]))
        dstate[j] = unless_faded(dstate[j] * z[j])
