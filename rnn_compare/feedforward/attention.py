"""Attention: one Transformer encoder block with learned positions, in which every word attends to every other."""

# ruff: noqa: N806  # Q, K and V as in the paper

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np

from rnn_compare.feedforward.feedforward import (
    Array,
    Feedforward,
    KerasLayer,
    Mask,
    Signals,
    Size,
    Sizes,
    WeightsByPath,
    affine,
    relu,
)

HEADS = 1
"""The book has two; with one, an epoch at 500 words takes at most three times the LSTM's (docs/decisions.md)."""
EPSILON = np.float32(1e-3)
"""Of Keras' LayerNormalization."""
MASKED = np.float32(-1e9)
BLOCK = "transformer_encoder"


@functools.cache  # Keras registers a class under its name once
def own_layers() -> Mapping[str, Any]:
    """Returns the two Keras layers of the book's second edition, section 11.4.

    The lines between the imports and the return go into exported scripts.
    """
    import keras
    from keras import layers, ops

    @keras.saving.register_keras_serializable("rnn_compare")
    class PositionEmbedding(layers.Layer):  # type: ignore[misc]  # Keras is not followed by mypy
        """Adds a learned vector for each position."""

        def build(self, input_shape: Any) -> None:
            self.supports_masking = True
            self.embeddings = self.add_weight(shape=input_shape[1:], name="embeddings", initializer="uniform")

        def call(self, inputs: Any) -> Any:
            return inputs + self.embeddings

    @keras.saving.register_keras_serializable("rnn_compare")
    class TransformerEncoder(layers.Layer):  # type: ignore[misc]  # as above
        """Attention and two Dense layers, each with a residual connection and normalized."""

        def __init__(self, units: int, heads: int, **options: Any) -> None:
            super().__init__(**options)
            self.supports_masking = True
            self.units, self.heads = units, heads

        def build(self, input_shape: Any) -> None:
            self.attention = layers.MultiHeadAttention(self.heads, self.units, name="attention")
            self.attention.build(input_shape, input_shape)
            self.first_norm = layers.LayerNormalization(name="first_norm")
            self.hidden = layers.Dense(self.units, activation="relu", name="hidden")
            self.projection = layers.Dense(input_shape[-1], name="projection")
            self.second_norm = layers.LayerNormalization(name="second_norm")
            for layer in (self.first_norm, self.hidden, self.second_norm):
                layer.build(input_shape)
            self.projection.build((*input_shape[:-1], self.units))

        def call(self, inputs: Any, mask: Any = None) -> Any:
            seen = None if mask is None else mask[:, None, :]
            values = self.first_norm(inputs + self.attention(inputs, inputs, attention_mask=seen))
            values = self.second_norm(values + self.projection(self.hidden(values)))
            return values if mask is None else ops.where(mask[:, :, None], values, -1e9)  # never a maximum

        def compute_mask(self, inputs: Any, previous_mask: Any) -> None:  # noqa: ARG002  # Keras' own
            return None

        def get_config(self) -> Any:
            return {**super().get_config(), "units": self.units, "heads": self.heads}

    return {"PositionEmbedding": PositionEmbedding, "TransformerEncoder": TransformerEncoder}


def _layers(sizes: Sizes) -> tuple[KerasLayer, ...]:
    units, features, maxlen = sizes
    weights: dict[str, tuple[tuple[Size, ...], ...]] = {}
    weights |= {f"attention/{name}": ((features, HEADS, units), (HEADS, units)) for name in ("query", "key", "value")}
    weights["attention/attention_output"] = ((HEADS, units, features), (features,))
    weights |= {"first_norm": ((features,), (features,)), "hidden": ((features, units), (units,))}
    weights |= {"projection": ((units, features), (features,)), "second_norm": ((features,), (features,))}
    shapes = {
        f"{path}/{name}": shape
        for path, pair in weights.items()
        for name, shape in zip(("gamma", "beta") if "norm" in path else ("kernel", "bias"), pair, strict=True)
    }
    return (
        KerasLayer("position_embedding", "PositionEmbedding", tensors={"embeddings": (maxlen, features)}, is_own=True),
        KerasLayer(BLOCK, "TransformerEncoder", (units, HEADS), tensors=shapes, is_own=True),
        KerasLayer("global_max_pooling1d", "GlobalMaxPooling1D"),
    )


def _forward(weights: WeightsByPath, vectors: Array, mask: Mask | None) -> tuple[Array, Signals]:
    # attention (batch, heads, words, words): how much a word, on the third axis, takes from each word
    values = vectors + weights["position_embedding/embeddings"]
    Q, K, V = (_projected(weights, name, values) for name in ("query", "key", "value"))
    scores = Q @ K.swapaxes(-1, -2) / np.sqrt(np.float32(Q.shape[-1]))
    if mask is not None:
        scores = np.where(mask[:, np.newaxis, np.newaxis], scores, MASKED)
    attention = np.exp(scores - scores.max(axis=-1, keepdims=True))
    attention /= attention.sum(axis=-1, keepdims=True)
    output = f"{BLOCK}/attention/attention_output"
    mixed = np.einsum("bhwu,huf->bwf", attention @ V, weights[f"{output}/kernel"]) + weights[f"{output}/bias"]
    values = _normalized(weights, "first_norm", values + mixed)
    hidden = relu(affine(weights, f"{BLOCK}/hidden", values))
    values = _normalized(weights, "second_norm", values + affine(weights, f"{BLOCK}/projection", hidden))
    if mask is not None:
        values = np.where(mask[:, :, np.newaxis], values, MASKED)
    return values.max(axis=1), {"attention": attention}


def _projected(weights: WeightsByPath, name: str, values: Array) -> Array:
    """Returns queries, keys or values (batch, heads, words, units)."""
    path = f"{BLOCK}/attention/{name}"
    projected: Array = np.einsum("bwf,fhu->bhwu", values, weights[f"{path}/kernel"], optimize=True)
    return projected + weights[f"{path}/bias"][:, np.newaxis]


def _normalized(weights: WeightsByPath, name: str, values: Array) -> Array:
    centred = values - values.mean(axis=-1, keepdims=True)
    deviation = np.sqrt(np.mean(centred**2, axis=-1, keepdims=True) + EPSILON)
    result: Array = centred / deviation * weights[f"{BLOCK}/{name}/gamma"] + weights[f"{BLOCK}/{name}/beta"]
    return result


NETWORK = Feedforward(
    name="attention",
    title="attention",
    year=2021,
    source="Chollet, Deep Learning with Python, 2nd edition (2021), section 11.4; Vaswani et al. (2017)",
    layers=_layers,
    forward=_forward,
    formula=(
        r"x_t &= \mathrm{input}_t + \underbrace{p_t}_{FEATURES} \\",
        r"q_t,\, k_t,\, v_t &= \underbrace{W_q}_{UNITS \times FEATURES} x_t + b_q,\; W_k\, x_t + b_k,\; "
        r"W_v\, x_t + b_v \\",
        r"a_{ts} &= \mathrm{softmax}_s\big(q_t \cdot k_s / \sqrt{UNITS}\big) \\",
        r"y_t &= \mathrm{norm}\Big(x_t + \underbrace{W_o}_{FEATURES \times UNITS} "
        r"\sum_s a_{ts}\, v_s + b_o\Big) \\",
        r"z_t &= \mathrm{norm}\big(y_t + \underbrace{W_2}_{FEATURES \times UNITS}\,"
        r"\mathrm{relu}(\underbrace{W_1}_{UNITS \times FEATURES}\, y_t + b_1) + b_2\big) \\",
        r"\mathrm{output} &= \max_t z_t \\",
    ),
    pace=1.2e-6,
    pace_of_pairs=5e-9,
    output="features",
    own_layers=own_layers,
    notes="It learns a vector for each of the maxlen positions, and compares all pairs of them. It attends to padding "
    "too, unless Mask padding is on.",
)
