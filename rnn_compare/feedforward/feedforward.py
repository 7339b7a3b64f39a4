"""The declaration of a network without recurrence: its Keras layers, its weights, and its forward pass in NumPy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]
Signals = dict[str, Array]
WeightsByPath = Mapping[str, Array]
"""All tensors of a network by their paths, such as ``conv1d/kernel`` (``networks.weights.Weights``)."""
Size = int | str
"""A number, or its name in symbolic counts."""

WITHOUT_CELL = "No cell, so no state. After each word: the prediction for a review that ends there."
NO_STATE = "no state is carried from word to word"
NO_EFFECT = {
    "layers": "the depth is fixed",
    "bidirectional": "all words are read at once, in no direction",
    "recurrent_dropout": NO_STATE,
    "recurrent_initializer": NO_STATE,
    "forget_bias": NO_STATE,
    "initial_gates": NO_STATE,
    "stock_layers": "training always uses Keras' own layers",
}
"""Settings without effect on any network without recurrence, and the reason."""


class Sizes(NamedTuple):
    """The sizes that determine the shapes of a network's weights."""

    units: Size
    features: Size
    maxlen: Size


class KerasLayer(NamedTuple):
    """One Keras layer of a network.

    Attributes:
        kind: The name of its class.
        tensors: Shapes of its weights by their paths within the layer, in Keras' order.
        is_own: Whether the class is defined here because Keras lacks it.
    """

    name: str
    kind: str
    arguments: tuple[Any, ...] = ()
    options: Mapping[str, Any] = {}
    tensors: Mapping[str, tuple[Size, ...]] = {}
    is_own: bool = False


@dataclass(frozen=True)
class Feedforward:
    """A network without recurrence.

    Attributes:
        name: Its name in experiments, links and on the command line.
        title: Its name on pages.
        year: Year of publication; networks are listed in this order.
        source: Publication.
        layers: Returns its layers between embedding and Dense for given sizes.
        forward: The same layers in NumPy: ``(weights, vectors, mask) -> (features, signals)``. Vectors (batch, words,
            features) come from the embedding; the mask (batch, words) is True for words to read, None to read all.
            Returns the input of the Dense layer (batch, features), and activations that can be shown.
        formula: Its equations in lines of LaTeX, with the placeholders UNITS and FEATURES.
        windows: Returns, for the vectors of one review, the window of words that contributes most to each feature.
        output: The size of the Dense layer's input: ``units`` or ``features``.
        pace: Seconds per word and review at 32 units on one core: an estimate until runs have been timed.
        pace_of_pairs: The same for each pair of words, if every word is compared with every other.
        shortest: The smallest possible maxlen.
        skips_padding: Whether padding is masked whatever the setting *Mask padding*.
        own_layers: Returns the classes that Keras lacks, by their names; imports Keras.
        meaningless: Settings without effect, and the reason.
        notes: Remarks on its formula.
    """

    name: str
    title: str
    year: int
    source: str
    layers: Callable[[Sizes], tuple[KerasLayer, ...]]
    forward: Callable[[WeightsByPath, Array, Mask | None], tuple[Array, Signals]]
    formula: tuple[str, ...]
    pace: float
    pace_of_pairs: float = 0.0
    windows: Callable[[WeightsByPath, Array], list[range]] | None = None
    output: Literal["units", "features"] = "units"
    shortest: int = 1
    skips_padding: bool = False
    own_layers: Callable[[], Mapping[str, Any]] | None = None
    meaningless: Mapping[str, str] = field(default_factory=lambda: NO_EFFECT)
    notes: str = ""

    @property
    def in_keras(self) -> bool:
        """Whether Keras itself has all its layers."""
        return self.own_layers is None


def affine(weights: WeightsByPath, path: str, values: Array) -> Array:
    """Returns the product of values (..., features) and a layer's kernel, plus its bias."""
    result: Array = np.dot(values, weights[f"{path}/kernel"]) + weights[f"{path}/bias"]
    return result


def relu(values: Array) -> Array:
    """Returns max(values, 0)."""
    return np.maximum(values, np.float32(0))
