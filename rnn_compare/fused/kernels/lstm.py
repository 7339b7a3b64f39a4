"""The LSTM's step, forward and back, as ``cells.lstm`` has it."""

import numpy as np

from rnn_compare.fused.arithmetic import AHEAD, ONE, Array, compiled_for_one_row, prefetch, sigmoid, tanh, unless_faded
from rnn_compare.fused.cell_kernel import CellKernel

INPUT, FORGET, CANDIDATE, OUTPUT = 0, 1, 2, 3


class LSTMKernel(CellKernel):
    """Its states are the output and the carry. Keeps its gates, in Keras' order."""

    state_count = 2
    activation_count = 4

    def step(self, begin: int, end: int) -> None:
        rows, units = end - begin, self.states.shape[2]
        place, activations, new = self.place[begin:end], self.activations[begin:end], slice(end, end + rows)
        new_states, carries, new_carries = self.states[0, new], self.states[1, begin:end], self.states[1, new]
        np.dot(self.states[0, begin:end], self.recurrent_kernel, activations.reshape(rows, 4 * units))
        for row in range(rows):
            x, now = self.W_inputs[place[row]], activations[row]  # (4, units)
            if row + AHEAD < rows:
                prefetch(self.W_inputs, place[row + AHEAD])
            _forward(
                *(x[INPUT], x[FORGET], x[CANDIDATE], x[OUTPUT]),
                *(now[INPUT], now[FORGET], now[CANDIDATE], now[OUTPUT]),
                carries[row],
                new_carries[row],
                new_states[row],
            )

    def step_back(
        self, begin: int, end: int, dstates: Array, first: int, last: int, dgates: Array, dproducts: Array
    ) -> None:
        rows, units = last - first, dstates.shape[2]
        own = 1 if end - begin == rows else 0  # else all rows share the one step of the prefix
        saved, carries, dgate = self.activations[begin:end], self.states[1, begin:end], dgates.reshape(rows, 4, units)
        dstate, dcarry = dstates[0, first:last], dstates[1, first:last]  # (rows, units)
        for row in range(rows):
            now, dnow = saved[row * own], dgate[row]  # (4, units)
            if begin >= rows:
                prefetch(self.activations, begin - rows + row)
                prefetch(self.states[1], begin - rows + row)
            _back(
                *(now[INPUT], now[FORGET], now[CANDIDATE], now[OUTPUT]),
                carries[row * own],
                dstate[row],
                dcarry[row],
                *(dnow[INPUT], dnow[FORGET], dnow[CANDIDATE], dnow[OUTPUT]),
            )
        np.dot(dproducts, self.U_T, dstate)


@compiled_for_one_row
def _forward(
    x_i: Array,
    x_f: Array,
    x_c: Array,
    x_o: Array,
    i: Array,
    f: Array,
    c: Array,
    o: Array,
    carry: Array,
    new_carry: Array,
    new_state: Array,
) -> None:
    """Turns U·state, in the gates' places, into the gates, and writes the new carry and state; all (units,)."""
    for j in range(len(i)):
        input_gate, forget_gate = sigmoid(x_i[j] + i[j]), sigmoid(x_f[j] + f[j])
        candidate, output_gate = tanh(x_c[j] + c[j]), sigmoid(x_o[j] + o[j])
        i[j], f[j], c[j], o[j] = input_gate, forget_gate, candidate, output_gate
        carried = forget_gate * carry[j] + input_gate * candidate
        new_carry[j] = carried
        new_state[j] = output_gate * tanh(carried)


@compiled_for_one_row
def _back(
    i: Array,
    f: Array,
    c: Array,
    o: Array,
    carry: Array,
    dstate: Array,
    dcarry: Array,
    di: Array,
    df: Array,
    dc: Array,
    do: Array,
) -> None:
    """Writes the gates' gradients and turns that of the carry after the step into that before it (units,)."""
    for j in range(len(i)):
        tanh_carry = tanh(f[j] * carry[j] + i[j] * c[j])
        dcarried = dcarry[j] + dstate[j] * o[j] * (ONE - tanh_carry * tanh_carry)
        do[j] = unless_faded(dstate[j] * tanh_carry * o[j] * (ONE - o[j]))
        di[j] = unless_faded(dcarried * c[j] * i[j] * (ONE - i[j]))
        df[j] = unless_faded(dcarried * carry[j] * f[j] * (ONE - f[j]))
        dc[j] = unless_faded(dcarried * i[j] * (ONE - c[j] * c[j]))
        dcarry[j] = unless_faded(dcarried * f[j])
