"""How many numbers a network learns, worked out term by term without Keras.

The terms stand in the lecture's order: recurrent + input + bias.
"""

from dataclasses import dataclass

from rnn_compare.experiment import Cell, Experiment

GATES: dict[Cell, tuple[tuple[str, str], ...]] = {
    "SimpleRNN": (),
    "LSTM": (("i", "input gate"), ("f", "forget gate"), ("c", "candidate"), ("o", "output gate")),
    "GRU": (("z", "update gate"), ("r", "reset gate"), ("h", "candidate")),
}
"""Symbol and name of each gate, in the order in which Keras lays them side by side in a kernel."""

KERAS_NAMES: dict[Cell, str] = {"SimpleRNN": "simple_rnn", "LSTM": "lstm", "GRU": "gru"}
"""What Keras calls a layer of each cell."""


@dataclass(frozen=True)
class Tensor:
    """One weight tensor.

    Attributes:
        name: Keras' name of the tensor, such as ``recurrent_kernel``.
        path: Keras' path of the tensor, such as ``lstm/lstm_cell/kernel``; unique within a network.
        shape: Its shape.
        arithmetic: How its count comes about, such as ``4 · 32·32 = 4,096``.
        direction: ``forward`` or ``backward`` within a bidirectional layer, otherwise empty.
    """

    name: str
    path: str
    shape: tuple[int, ...]
    arithmetic: str
    direction: str = ""

    @property
    def count(self) -> int:
        """Numbers in the tensor."""
        count = 1
        for size in self.shape:
            count *= size
        return count


@dataclass(frozen=True)
class Gate:
    """The share of one gate in one direction of a recurrent layer.

    Attributes:
        symbol: The letter of the equations, such as ``f``.
        name: What it is called, such as ``forget gate``.
        arithmetic: Recurrent + input + bias, such as ``32·32 + 32·32 + 32 = 2,080``.
        count: Numbers it learns.
    """

    symbol: str
    name: str
    arithmetic: str
    count: int


@dataclass(frozen=True)
class Layer:
    """One layer of a network.

    Attributes:
        name: Its name in the Keras model, such as ``lstm`` or ``bidirectional_1``.
        kind: What it is, such as ``LSTM`` or ``Bidirectional(LSTM)``.
        tensors: Its weight tensors in Keras' order.
        arithmetic: How its count comes about, such as ``4 · (32·32 + 32·32 + 32) = 8,320``.
        gates: The share of each gate in one direction; empty where there are none.
    """

    name: str
    kind: str
    tensors: tuple[Tensor, ...]
    arithmetic: str
    gates: tuple[Gate, ...] = ()

    @property
    def count(self) -> int:
        """Numbers that the layer learns, as Keras' ``count_params``."""
        return sum(tensor.count for tensor in self.tensors)


@dataclass(frozen=True)
class Parameters:
    """All layers of a network, from the embedding to the verdict.

    Example:
        >>> lstm = parameters(Experiment(cell="LSTM"))
        >>> lstm.total, lstm.before_dense, lstm.recurrent
        (328353, 328320, 8320)
        >>> lstm.layers[1].arithmetic
        '4 · (32·32 + 32·32 + 32) = 8,320'
    """

    layers: tuple[Layer, ...]

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """Every weight tensor, in the order of Keras' ``model.weights``."""
        return tuple(tensor for layer in self.layers for tensor in layer.tensors)

    @property
    def recurrent_layers(self) -> tuple[Layer, ...]:
        """The recurrent layers, the lowest first."""
        return self.layers[1:-1]

    @property
    def total(self) -> int:
        """All parameters of the trained model."""
        return sum(layer.count for layer in self.layers)

    @property
    def without_embedding(self) -> int:
        """What is left without the embedding: recurrent layers and Dense."""
        return self.total - self.layers[0].count

    @property
    def before_dense(self) -> int:
        """Embedding and recurrent layers: the total that the lecture's summary shows."""
        return self.total - self.layers[-1].count

    @property
    def recurrent(self) -> int:
        """The recurrent layers alone."""
        return sum(layer.count for layer in self.recurrent_layers)


def parameters(experiment: Experiment) -> Parameters:
    """Counts the parameters of the network that an experiment trains.

    Dropout and masking learn nothing and do not appear.
    """
    features = experiment.embedding_size
    layers = [_embedding(experiment.vocabulary_size, features)]
    for index in range(experiment.layers):
        layers.append(_recurrent(experiment, index, features))
        features = experiment.units * (2 if experiment.bidirectional else 1)
    return Parameters((*layers, _dense(features)))


def formula(cell: Cell) -> str:
    """Returns the count of one recurrent layer in symbols.

    Example:
        >>> formula("SimpleRNN")
        'units·units + features·units + units'
        >>> formula("GRU")
        '3 · (units·units + features·units + 2·units)'
    """
    terms = _terms(cell, "units", "features")
    return f"{len(GATES[cell])} · ({terms})" if GATES[cell] else terms


def recurrent_layer_name(experiment: Experiment, index: int) -> str:
    """Returns the name of the recurrent layer with this index in the Keras model.

    The names are those that a fresh Keras session gives, so that a summary looks like the lecture's.

    Example:
        >>> recurrent_layer_name(Experiment(cell="LSTM", layers=2), 1)
        'lstm_1'
    """
    base = "bidirectional" if experiment.bidirectional else KERAS_NAMES[experiment.cell]
    return f"{base}_{index}" if index else base


def _embedding(vocabulary_size: int, size: int) -> Layer:
    arithmetic = _equals(f"{vocabulary_size:,}·{size}", vocabulary_size * size)
    tensor = Tensor("embeddings", "embedding/embeddings", (vocabulary_size, size), arithmetic)
    return Layer("embedding", "Embedding", (tensor,), arithmetic)


def _dense(features: int) -> Layer:
    kernel = Tensor("kernel", "dense/kernel", (features, 1), _equals(f"{features:,}·1", features))
    bias = Tensor("bias", "dense/bias", (1,), "1")
    return Layer("dense", "Dense", (kernel, bias), _equals(f"{features:,}·1 + 1", features + 1))


def _recurrent(experiment: Experiment, index: int, features: int) -> Layer:
    cell, units = experiment.cell, experiment.units
    name = recurrent_layer_name(experiment, index)
    inner = KERAS_NAMES[cell] + (f"_{index}" if index else "")
    directions = (
        {way: f"{name}/{way}_{inner}" for way in ("forward", "backward")} if experiment.bidirectional else {"": name}
    )
    tensors = tuple(
        tensor
        for direction, path in directions.items()
        for tensor in _cell_tensors(cell, units, features, f"{path}/{KERAS_NAMES[cell]}_cell", direction)
    )
    terms = _terms(cell, f"{units}", f"{features:,}")
    per_gate = sum(tensor.count for tensor in tensors) // (len(directions) * max(1, len(GATES[cell])))
    factors = [f"{size}" for size in (len(directions), len(GATES[cell])) if size > 1]
    left = " · ".join([*factors, f"({terms})"]) if factors else terms
    return Layer(
        name=name,
        kind=f"Bidirectional({cell})" if experiment.bidirectional else cell,
        tensors=tensors,
        arithmetic=_equals(left, sum(tensor.count for tensor in tensors)),
        gates=tuple(Gate(symbol, gate, _equals(terms, per_gate), per_gate) for symbol, gate in GATES[cell]),
    )


def _cell_tensors(cell: Cell, units: int, features: int, path: str, direction: str) -> tuple[Tensor, ...]:
    blocks = max(1, len(GATES[cell]))
    # Keras' GRU with reset_after keeps one bias for the input and one for the state, in two rows.
    bias_shape = (2, blocks * units) if cell == "GRU" else (blocks * units,)
    shapes = {
        "kernel": ((features, blocks * units), f"{features:,}·{units}"),
        "recurrent_kernel": ((units, blocks * units), f"{units}·{units}"),
        "bias": (bias_shape, f"2·{units}" if cell == "GRU" else f"{units}"),
    }
    return tuple(
        Tensor(name, f"{path}/{name}", shape, _tensor_arithmetic(blocks, one_gate, shape), direction)
        for name, (shape, one_gate) in shapes.items()
    )


def _tensor_arithmetic(blocks: int, one_gate: str, shape: tuple[int, ...]) -> str:
    count = shape[0] * (shape[1] if len(shape) > 1 else 1)
    left = f"{blocks} · {one_gate}" if blocks > 1 else one_gate
    return left if left == f"{count:,}" else _equals(left, count)


def _terms(cell: Cell, units: str, features: str) -> str:
    bias = f"2·{units}" if cell == "GRU" else units
    return f"{units}·{units} + {features}·{units} + {bias}"


def _equals(left: str, count: int) -> str:
    return f"{left} = {count:,}"
