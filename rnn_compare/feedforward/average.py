"""Averaged embeddings: the mean of the word vectors, regardless of their order, and a hidden layer."""

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
    affine,
    relu,
)


def _layers(sizes: Sizes) -> tuple[KerasLayer, ...]:
    units, features, _ = sizes
    return (
        KerasLayer("global_average_pooling1d", "GlobalAveragePooling1D"),
        KerasLayer(
            "hidden", "Dense", (units,), {"activation": "relu"}, {"kernel": (features, units), "bias": (units,)}
        ),
    )


def _forward(weights: WeightsByPath, vectors: Array, mask: Mask | None) -> tuple[Array, Signals]:
    counts = np.ones(vectors.shape[:2], np.float32) if mask is None else mask.astype(np.float32)
    mean = (vectors * counts[..., np.newaxis]).sum(axis=1) / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return relu(affine(weights, "hidden", mean)), {}


NETWORK = Feedforward(
    name="average",
    title="averaged embeddings",
    year=2015,
    source="Iyyer et al., Deep unordered composition rivals syntactic methods for text classification (2015)",
    layers=_layers,
    forward=_forward,
    formula=(
        r"\mathrm{mean} &= \frac{1}{n} \sum_{t=1}^{n} \underbrace{\mathrm{input}_t}_{FEATURES} \\",
        r"\mathrm{output} &= \mathrm{relu}\big(\underbrace{W}_{UNITS \times FEATURES}\,\mathrm{mean}"
        r" + \underbrace{b}_{UNITS}\big) \\",
    ),
    pace=0.2e-6,
    skips_padding=True,
    meaningless=NO_EFFECT | {"mask_padding": "its mean always leaves padding out"},
    notes="The mean is over the n words that are read, without padding; their order is lost.",
)
