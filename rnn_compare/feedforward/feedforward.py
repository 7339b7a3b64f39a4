"""The declaration of a network without recurrence: its Keras layers, their weights, and the same in NumPy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]
Signals = dict[str, Array]
WeightsByPath = Mapping[str, Array]
"""The tensors of a whole network by their paths, such as ``conv1d/kernel`` (``networks.weights.Weights``)."""
Size = int | str
"""A number, or its name where a count is written out in symbols."""

WITHOUT_CELL = "No cell, so no state. After each word: the prediction for a review that ends there."
NO_STATE = "no state is carried from word to word"
NEVER_MEANT = {
    "layers": "the depth is fixed",
    "bidirectional": "all words are read at once, in no direction",
    "recurrent_dropout": NO_STATE,
    "recurrent_initializer": NO_STATE,
    "forget_bias": NO_STATE,
    "initial_gates": NO_STATE,
    "stock_layers": "training always uses Keras' own layers",
}
"""Settings that mean nothing to any network without recurrence, and why."""


class Sizes(NamedTuple):
    """The sizes that decide a network's weights."""

    units: Size
    features: Size
    maxlen: Size


class KerasLayer(NamedTuple):
    """One layer between the embedding and the verdict.

    Attributes:
        kind: The name of its class.
        tensors: Shapes of its weights by their paths within the layer, in Keras' order.
        is_own: Whether the class is one of the network's own, which Keras lacks.
    """

    name: str
    kind: str
    arguments: tuple[Any, ...] = ()
    options: Mapping[str, Any] = {}
    tensors: Mapping[str, tuple[Size, ...]] = {}
    is_own: bool = False


@dataclass(frozen=True)
class Feedforward:
    """A network without recurrence: everything about it.

    Attributes:
        name: Its name in experiments, links and on the command line.
        title: What a class hears.
        year: When it was published; networks are listed in this order.
        source: Where.
        layers: Returns its layers for some sizes.
        forward: The same in NumPy: ``(weights, vectors, mask) -> (features, signals)``, with vectors (batch, words,
            features) from the embedding, and mask (batch, words) True where a word counts, None where all do. Returns
            what the verdict's Dense layer reads (batch, features), and what can be watched.
        formula: It in lines of LaTeX, with UNITS and FEATURES where the sizes stand.
        windows: Returns, for vectors of one review, the places of the words whose match adds most to each feature.
        output: The size that the verdict's Dense layer reads: ``units`` or ``features``.
        pace: Seconds for one word of one review at 32 units, on one core: a first guess, until runs were timed.
        pace_of_pairs: The same for each pair of words, where every word is compared with every other.
        shortest: The smallest maxlen that it can read.
        skips_padding: Whether it leaves padding out whatever the setting *Mask padding*.
        own_layers: Returns the classes that Keras lacks, by their names, and imports Keras for it.
        meaningless: Settings that mean nothing to it, and why.
        notes: What its formula leaves open.
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
    meaningless: Mapping[str, str] = field(default_factory=lambda: NEVER_MEANT)
    notes: str = ""

    @property
    def in_keras(self) -> bool:
        """Whether Keras itself has all its layers."""
        return self.own_layers is None


def affine(weights: WeightsByPath, path: str, values: Array) -> Array:
    """Returns values (..., features) times the kernel of a layer, plus its bias."""
    result: Array = np.dot(values, weights[f"{path}/kernel"]) + weights[f"{path}/bias"]
    return result


def relu(values: Array) -> Array:
    """Returns values with 0 in place of what is negative."""
    return np.maximum(values, np.float32(0))
