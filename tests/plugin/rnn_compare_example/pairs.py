"""A convolution of two words, and the mean of its matches."""

from rnn_compare.feedforward.convolution import convolved
from rnn_compare.feedforward.feedforward import Array, Feedforward, KerasLayer, Mask, Signals, Sizes, WeightsByPath


def layers(sizes: Sizes) -> tuple[KerasLayer, ...]:
    """Returns its Keras layers."""
    units, features, _ = sizes
    shapes = {"kernel": (2, features, units), "bias": (units,)}
    return (
        KerasLayer("pairs", "Conv1D", (units, 2), {"activation": "relu"}, shapes),
        KerasLayer("mean", "GlobalAveragePooling1D"),
    )


def forward(weights: WeightsByPath, vectors: Array, _mask: Mask | None) -> tuple[Array, Signals]:
    """Returns the same from NumPy."""
    features: Array = convolved(weights, "pairs", vectors).mean(axis=1)
    return features, {}


NETWORK = Feedforward(
    name="pairs",
    title="pairs of words",
    year=2026,
    source="an example",
    layers=layers,
    forward=forward,
    formula=(r"\mathrm{output} &= \mathrm{mean}_t\,\mathrm{relu}(W_0\,x_t + W_1\,x_{t+1} + b) \\",),
    pace=1e-6,
    shortest=2,
)
