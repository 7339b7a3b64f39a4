"""Convolution: patterns of seven words at any position, and patterns of these patterns."""

import numpy as np

from rnn_compare.feedforward.feedforward import (
    NO_EFFECT,
    Array,
    Feedforward,
    KerasLayer,
    Mask,
    Signals,
    Sizes,
    WeightsByPath,
    relu,
)

WINDOW, POOL = 7, 5


def _layers(sizes: Sizes) -> tuple[KerasLayer, ...]:
    units, features, _ = sizes
    relu_after = {"activation": "relu"}
    return (
        KerasLayer(
            "conv1d", "Conv1D", (units, WINDOW), relu_after, {"kernel": (WINDOW, features, units), "bias": (units,)}
        ),
        KerasLayer("max_pooling1d", "MaxPooling1D", (POOL,)),
        KerasLayer(
            "conv1d_1", "Conv1D", (units, WINDOW), relu_after, {"kernel": (WINDOW, units, units), "bias": (units,)}
        ),
        KerasLayer("global_max_pooling1d", "GlobalMaxPooling1D"),
    )


def _forward(weights: WeightsByPath, vectors: Array, _mask: Mask | None) -> tuple[Array, Signals]:
    matches = convolved(weights, "conv1d", vectors)
    batch, words, units = matches.shape
    pooled = matches[:, : words // POOL * POOL].reshape(batch, words // POOL, POOL, units).max(axis=2)
    features: Array = convolved(weights, "conv1d_1", pooled).max(axis=1)
    return features, {}


def _windows(weights: WeightsByPath, vectors: Array) -> list[range]:
    matches = convolved(weights, "conv1d", vectors)[0]
    pools = matches[: len(matches) // POOL * POOL].reshape(-1, POOL, matches.shape[-1])
    pooled, windows = pools.max(axis=1), []
    for unit, first in enumerate(convolved(weights, "conv1d_1", pooled[np.newaxis])[0].argmax(axis=0)):
        addends = pooled[first : first + WINDOW] * weights["conv1d_1/kernel"][..., unit]
        step, pattern = divmod(int(addends.argmax()), addends.shape[1])
        place = POOL * int(first + step) + int(pools[first + step, :, pattern].argmax())
        windows.append(range(place, place + WINDOW))
    return windows


def convolved(weights: WeightsByPath, path: str, values: Array) -> Array:
    """Returns ``Conv1D`` with relu (batch, words - window + 1, units) of values (batch, words, features)."""
    kernel, bias = weights[f"{path}/kernel"], weights[f"{path}/bias"]
    steps = values.shape[1] - len(kernel) + 1
    products: Array = sum(values[:, place : place + steps] @ block for place, block in enumerate(kernel))
    return relu(products + bias)


NETWORK = Feedforward(
    name="convolution",
    title="convolution",
    year=2018,
    source="Chollet, Deep Learning with Python (2018), section 6.4; Kim (2014)",
    layers=_layers,
    forward=_forward,
    windows=_windows,
    formula=(
        r"\mathrm{match}_t &= \mathrm{relu}\Big(\sum_{k=0}^{6} \underbrace{W_k}_{UNITS \times FEATURES}\,"
        r"\mathrm{input}_{t+k} + \underbrace{b}_{UNITS}\Big) \\",
        r"\mathrm{pooled}_s &= \max(\mathrm{match}_{5s}, \dots, \mathrm{match}_{5s+4}) \\",
        r"\mathrm{match}'_s &= \mathrm{relu}\Big(\sum_{k=0}^{6} \underbrace{V_k}_{UNITS \times UNITS}\,"
        r"\mathrm{pooled}_{s+k} + \underbrace{c}_{UNITS}\Big) \\",
        r"\mathrm{output} &= \max_s \mathrm{match}'_s \\",
    ),
    pace=0.5e-6,
    shortest=WINDOW - 1 + POOL * WINDOW,
    meaningless=NO_EFFECT | {"mask_padding": "Conv1D reads padding as it reads words"},
    notes="A pattern counts wherever it stands; which of two came first is seen only where they are close. Pooling in "
    "fives drops a remainder: at a maxlen of 200 or 500 the last four words are not read.",
)
