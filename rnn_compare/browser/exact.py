"""A browser's training in NumPy, bit by bit: its operations in float32, in the order of ``arithmetic/training/``.

A SimpleRNN's training magnifies rounding errors, so that other arithmetic, such as the fused layers', may end with
another network. This one shows whether a browser could have got its result.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_compare.browser.seeded import initial_weights
from rnn_compare.browser.trainable import Expression
from rnn_compare.errors import UserError

Array = NDArray[np.float32]
Ids = NDArray[np.integer]

_FLUSH_BELOW, _EPSILON, _RHO = np.float32(1e-25), np.float32(1e-7), np.float32(0.9)
_REST, _HALF, _LIMIT = np.float32(1 - float(_RHO)), np.float32(0.5), np.float32(8.5)
# The coefficients of ``loops.js``.
_P = (1.4174794671362179e-08, 2.117927579092793e-05, 0.0035294857807457447, 0.13409355282783508, 0.9999999403953552)
_Q = (8.105444635475578e-07, 0.00033415693906135857, 0.026005269959568977, 0.46742671728134155, 1.0)


@dataclass(frozen=True)
class BatchGradients:
    """BatchGradients of a batch.

    Attributes:
        dense: Of all weights but the embedding, in Keras' order.
        words: Ids of the words that were read, each once.
        sums, squares: Sums of each word's gradients, and of their squares (words, features).
    """

    dense: list[Array]
    words: NDArray[np.integer]
    sums: Array
    squares: Array


@dataclass(frozen=True)
class _Pass:
    """A batch's way through the network; its rows are the reviews, those that begin first in front.

    Attributes:
        rows: The review of each row.
        counts: Rows that read at each timestep.
        states: By name (timesteps + 1, batch, units).
    """

    ids: Ids
    rows: NDArray[np.int64]
    counts: NDArray[np.int64]
    inputs: Array
    states: Mapping[str, Array]
    stored: Mapping[str, Array]
    logits: Array


class ExactNetwork:
    """A network in training, with RMSprop.

    Args:
        description: As ``trainable`` returns it.
        seed: Decides the initial weights.

    Raises:
        UserError: If its cell or optimizer is none of those that are repeated here.
    """

    def __init__(self, description: Mapping[str, Any], seed: int) -> None:
        self._cell, self._skips_padding = description["cell"], description["skips_padding"]
        phases, recurrent = self._cell["phases"], self._cell["recurrent"]
        if len(phases) > 1 or recurrent != "matrix" or description["optimizer"] != "rmsprop":
            raise UserError("Phones train SimpleRNN, LSTM or GRU with rmsprop.")
        self._forward, self._backward = phases[0]["forward"], phases[0]["backward"]
        self.weights = initial_weights(description["tensors"], seed)
        self._velocities = [np.zeros_like(tensor) for tensor in self.weights]
        units = len(self.weights[2])
        ends = self._cell["suffixes"]
        self._places = {end: slice(place * units, (place + 1) * units) for place, end in enumerate(ends)}

    def logits(self, ids: Ids) -> Array:
        """Returns the log-odds of reviews (reviews,); ids are (reviews, maxlen)."""
        done = self._run(ids)
        return done.logits[np.argsort(done.rows)]

    def train(self, ids: Ids, labels: NDArray[np.integer], rate: float) -> None:
        """Trains with one batch."""
        gradients, step = self.gradients(ids, labels), np.float32(rate)
        for weight, velocity, gradient in zip(self.weights[1:], self._velocities[1:], gradients.dense, strict=True):
            velocity *= _RHO
            velocity += _REST * (gradient * gradient)
            weight -= step * gradient / np.sqrt(velocity + _EPSILON)
        table, velocities, words = self.weights[0], self._velocities[0], gradients.words
        velocities *= _RHO
        velocity = velocities[words] + _REST * gradients.squares
        velocities[words] = velocity
        table[words] -= step * gradients.sums / np.sqrt(velocity + _EPSILON)

    def gradients(self, ids: Ids, labels: NDArray[np.integer]) -> BatchGradients:
        """Returns the gradients of the mean binary cross-entropy of a batch."""
        done = self._run(ids)
        _, kernel, _, bias, output, _ = self.weights
        d_logits = (_sigmoid(done.logits) - labels[done.rows].astype(np.float32)) / np.float32(len(ids))
        of_gates, of_products = self._through_time(done, d_logits[:, np.newaxis] * output[:, 0])
        read = np.arange(len(ids)) < done.counts[:, np.newaxis]  # (timesteps, batch)
        back = read[::-1]
        # From the last timestep to the first.
        gates, products, states = of_gates[::-1][back], of_products[::-1][back], done.states["state"]
        biases = [gates] if self._cell["bias_rows"] == 1 else [gates, products]
        d_inputs = _product(of_gates[read], np.ascontiguousarray(kernel.T))
        words, slots = np.unique(done.ids.T[read], return_inverse=True)
        sums, squares = np.zeros((2, len(words), d_inputs.shape[1]), np.float32)
        np.add.at(sums, slots, d_inputs)
        np.add.at(squares, slots, d_inputs * d_inputs)
        dense = [
            _outer(done.inputs[::-1][back], gates),
            _outer(states[:-1][::-1][back], products),
            np.concatenate([np.add.reduce(rows, axis=0) for rows in biases]).reshape(bias.shape),
            np.add.reduce(states[-1] * d_logits[:, np.newaxis], axis=0)[:, np.newaxis],
            np.add.accumulate(d_logits)[-1:],  # one after the other: NumPy's sum adds pairs first
        ]
        return BatchGradients(dense, words, sums, squares)

    def _run(self, ids: Ids) -> _Pass:
        table, kernel, recurrent, bias, output, output_bias = self.weights
        reads = (ids != 0) if self._skips_padding else np.ones_like(ids, bool)
        reads[:, -1] = True
        starts = reads.argmax(axis=1)
        rows = np.argsort(starts, kind="stable")
        ids, (batch, maxlen) = ids[rows], ids.shape
        counts = np.searchsorted(starts[rows], np.arange(maxlen), side="right")
        biases = bias.reshape(self._cell["bias_rows"], -1)
        inputs = table[ids.T]
        gates = _product(inputs.reshape(maxlen * batch, -1), kernel, biases[0]).reshape(maxlen, batch, -1)
        blocks = [name for name in self._forward["inputs"] if name[1:] in self._places and name[0] in "xwu"]
        adds_to_gates = len(biases) == 1 and all(name[0] == "x" for name in blocks)
        size = maxlen, batch, len(recurrent)
        states = {name: np.zeros((maxlen + 1, *size[1:]), np.float32) for name in self._cell["states"]}
        stored = {name: np.zeros(size, np.float32) for name in self._cell["stored"]}
        for t in np.flatnonzero(counts):
            count = counts[t]
            from_words, state = gates[t, :count], states["state"][t, :count]
            products = np.zeros(0, np.float32)
            if adds_to_gates:
                _add_product(from_words, state, recurrent)
            else:
                products = _product(state, recurrent, *biases[1:])
            values = {f"previous_{name}": array[t, :count] for name, array in states.items()}
            for name in blocks:
                place = self._places[name[1:]]
                terms = [from_words] * (name[0] != "u") + [products] * (name[0] != "w" and not adds_to_gates)
                values[name] = terms[0][:, place] if len(terms) == 1 else terms[0][:, place] + terms[1][:, place]
            _assign(self._forward["lines"], values)
            for name, array in states.items():
                array[t + 1, :count] = values[name]
            for name, array in stored.items():
                array[t, :count] = values[name]
        logits = np.full(batch, output_bias[0], np.float32)
        for unit, weight in enumerate(output[:, 0]):
            logits = logits + states["state"][-1, :, unit] * weight
        return _Pass(ids, rows, counts, inputs, states, stored, logits)

    def _through_time(self, done: _Pass, d_state: Array) -> tuple[Array, Array]:
        """Returns the gradients of W·input and of U·state, (timesteps, batch, units of all gates)."""
        transposed = np.ascontiguousarray(self.weights[2].T)
        d_states = {name: np.zeros_like(d_state) for name in done.states} | {"state": d_state.copy()}
        of_gates = np.zeros((*done.ids.T.shape, len(transposed)), np.float32)
        of_products = np.zeros_like(of_gates) if self._cell["splits_gradients"] else of_gates
        for t in np.flatnonzero(done.counts)[::-1]:
            count = done.counts[t]
            values = {f"previous_{name}": array[t, :count] for name, array in done.states.items()}
            values |= {name: array[t + 1, :count] for name, array in done.states.items()}
            values |= {f"d_{name}": array[:count] for name, array in d_states.items()}
            values |= {name: array[t, :count] for name, array in done.stored.items()}
            _assign(self._backward["lines"], values)
            for end, place in self._places.items():
                both = values.get(f"d_x{end}")
                of_gates[t, :count, place] = _flushed(values[f"d_w{end}"] if both is None else both)
                if of_products is not of_gates:
                    of_products[t, :count, place] = _flushed(values[f"d_u{end}"] if both is None else both)
            for name, array in d_states.items():
                if f"d_previous_{name}" in self._backward["outputs"]:
                    array[:count] = _flushed(values[f"d_previous_{name}"])
                else:
                    array[:count] = 0
            _add_product(d_states["state"][:count], of_products[t, :count], transposed)
        return of_gates, of_products


def _product(a: Array, b: Array, start: Array | None = None) -> Array:
    """Returns start + a · b, with zeros as the default for start, a row."""
    total = np.zeros((len(a), b.shape[1]), np.float32)
    if start is not None:
        total += start
    _add_product(total, a, b)
    return total


def _add_product(total: Array, a: Array, b: Array) -> None:
    """Adds a · b, one column of a after the other."""
    for k, row in enumerate(b):
        total += a[:, k : k + 1] * row


def _outer(a: Array, b: Array) -> Array:
    """Returns aᵀ · b, summed row by row."""
    total: Array = np.add.reduce(a[:, :, np.newaxis] * b[:, np.newaxis], axis=0)
    return total


def _flushed(values: Array) -> Array:
    return np.where(np.abs(values) >= _FLUSH_BELOW, values, np.float32(0))


def _assign(lines: Sequence[tuple[str, Expression]], values: dict[str, Any]) -> None:
    for name, expression in lines:
        values[name] = _evaluated(expression, values)


def _evaluated(expression: Expression, values: Mapping[str, Any]) -> Any:
    match expression:
        case str():
            return values[expression]
        case float():
            return np.float32(expression)
    operation, *parts = expression
    return _OPERATIONS[operation](*(_evaluated(part, values) for part in parts))


def _minus(a: Array, *b: Array) -> Array:
    return np.subtract(a, *b) if b else np.negative(a)


def _tanh(x: Array) -> Array:
    bounded = np.minimum(np.maximum(x, -_LIMIT), _LIMIT)
    square = bounded * bounded
    return bounded * _polynomial(square, _P) / _polynomial(square, _Q)


def _sigmoid(x: Array) -> Array:
    return _tanh(x * _HALF) * _HALF + _HALF


def _polynomial(x: Array, coefficients: Sequence[float]) -> Array:
    total: Array = np.full_like(x, coefficients[0])
    for number in coefficients[1:]:
        total *= x
        total += np.float32(number)
    return total


_OPERATIONS: dict[str, Callable[..., Array]] = {
    **{"+": np.add, "-": _minus, "*": np.multiply, "/": np.divide, "tanh": _tanh, "sigmoid": _sigmoid}
}
