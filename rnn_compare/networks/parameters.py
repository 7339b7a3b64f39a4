"""The number of a network's parameters, counted term by term without Keras.

The terms stand in the lecture's order: recurrent + input + bias.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rnn_compare.cells.cell import Cell
from rnn_compare.cells.registry import cell
from rnn_compare.experiment import Experiment
from rnn_compare.feedforward.feedforward import KerasLayer, Size, Sizes
from rnn_compare.feedforward.registry import without_recurrence


@dataclass(frozen=True)
class Tensor:
    """One weight tensor, by Keras' name, such as ``recurrent_kernel``.

    Attributes:
        path: Keras' path of the tensor, such as ``lstm/lstm_cell/kernel``; unique within a network.
        arithmetic: Of its count, such as ``4 · 32·32 = 4,096``.
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
class GateShare:
    """The share of one gate in one direction of a recurrent layer.

    Its arithmetic is recurrent + input + bias, such as ``32·32 + 32·32 + 32 = 2,080``.
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
        kind: Its class, such as ``LSTM`` or ``Bidirectional(LSTM)``.
        arithmetic: Of its count, such as ``4 · (32·32 + 32·32 + 32) = 8,320``.
        gates: The share of each gate in one direction; empty where there are none.
    """

    name: str
    kind: str
    tensors: tuple[Tensor, ...]
    arithmetic: str
    gates: tuple[GateShare, ...] = ()

    @property
    def is_embedding(self) -> bool:
        """Whether it is a table of vectors, of words or of positions."""
        return self.kind.endswith("Embedding")

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
        """The recurrent layers, the lowest first; of a network without recurrence all that stand in their place."""
        return self.layers[1:-1]

    @property
    def total(self) -> int:
        """All parameters of the trained model."""
        return sum(layer.count for layer in self.layers)

    @property
    def without_embedding(self) -> int:
        """All but the embedding: recurrent layers and Dense."""
        return self.total - self.layers[0].count

    @property
    def before_dense(self) -> int:
        """Embedding and recurrent layers: the total that the lecture's summary shows."""
        return self.total - self.layers[-1].count

    @property
    def recurrent(self) -> int:
        """The recurrent layers alone, or what stands in their place but for an embedding of the positions."""
        return sum(layer.count for layer in self.recurrent_layers if not layer.is_embedding)


def parameters(experiment: Experiment) -> Parameters:
    """Counts the parameters of the network that an experiment trains.

    Dropout and masking learn nothing and do not appear.
    """
    features = experiment.embedding_size
    if experiment.without_recurrence:
        sizes = sizes_of(experiment)
        between = [layer for layer in experiment.without_recurrence.layers(sizes) if layer.tensors]
        read_by_dense = int(getattr(sizes, experiment.without_recurrence.output))
        return Parameters(
            (_embedding(experiment.vocabulary_size, features), *map(_feedforward, between), _dense(read_by_dense))
        )
    layers = [_embedding(experiment.vocabulary_size, features)]
    for index in range(experiment.layers):
        layers.append(_recurrent(experiment, index, features))
        features = experiment.units * (2 if experiment.bidirectional else 1)
    return Parameters((*layers, _dense(features)))


def formula(cell_name: str) -> str:
    """Returns the count of one recurrent layer in symbols, or of all layers of a network without recurrence.

    Example:
        >>> formula("SimpleRNN")
        'units·units + features·units + units'
        >>> formula("GRU")
        '3 · (units·units + features·units + 2·units)'
        >>> formula("average")
        'features·units + units'
    """
    if network := without_recurrence(cell_name):
        layers = network.layers(Sizes("units", "features", "maxlen"))
        return " + ".join(_sum(layer.tensors) for layer in layers if layer.tensors)
    cell_type = cell(cell_name)
    terms = _terms(cell_type, "units", "features")
    return f"{cell_type.blocks} · ({terms})" if cell_type.blocks > 1 else terms


def sizes_of(experiment: Experiment) -> Sizes:
    """Returns the sizes that decide the weights of a network without recurrence."""
    return Sizes(experiment.units, experiment.embedding_size, experiment.maxlen)


def recurrent_layer_name(experiment: Experiment, index: int) -> str:
    """Returns the name of the recurrent layer with this index in the Keras model.

    The names are those that a fresh Keras session gives, so that a summary looks like the lecture's.

    Example:
        >>> recurrent_layer_name(Experiment(cell="LSTM", layers=2), 1)
        'lstm_1'
    """
    base = "bidirectional" if experiment.bidirectional else cell(experiment.cell).keras_name
    return f"{base}_{index}" if index else base


def recurrent_options(experiment: Experiment, index: int) -> dict[str, Any]:
    """Returns the options of the recurrent layer with this index, as far as they are not Keras' own."""
    options = {
        "dropout": experiment.dropout,
        "recurrent_dropout": experiment.recurrent_dropout,
        "return_sequences": index < experiment.layers - 1,
        "recurrent_initializer": experiment.recurrent_initializer,
    }
    # cuDNN masks only what is padded at the end; ours is padded at the front.
    masked = {"use_cudnn": False} if experiment.mask_padding and cell(experiment.cell).in_cudnn else {}
    return {name: value for name, value in options.items() if value and value != "orthogonal"} | masked


def _embedding(vocabulary_size: int, size: int) -> Layer:
    arithmetic = _equals(f"{vocabulary_size:,}·{size}", vocabulary_size * size)
    tensor = Tensor("embeddings", "embedding/embeddings", (vocabulary_size, size), arithmetic)
    return Layer("embedding", "Embedding", (tensor,), arithmetic)


def _feedforward(layer: KerasLayer) -> Layer:
    tensors = tuple(
        Tensor(path.rpartition("/")[2], f"{layer.name}/{path}", tuple(map(int, shape)), _product(shape))
        for path, shape in layer.tensors.items()
    )
    total = sum(tensor.count for tensor in tensors)
    return Layer(layer.name, layer.kind, tensors, _equals(_sum(layer.tensors), total))


def _sum(shapes: Mapping[str, tuple[Size, ...]]) -> str:
    """Returns the number of weights of a layer as a sum, in which equal parts of several tensors stand once."""
    parts: dict[str, list[str]] = {}
    for path, shape in shapes.items():
        parts.setdefault(path.rpartition("/")[0], []).append(_product(shape))
    times = Counter(map(" + ".join, parts.values()))
    return " + ".join(f"{count} · ({part})" if count > 1 else part for part, count in times.items())


def _product(shape: tuple[Size, ...]) -> str:
    """Returns the number of weights in a tensor as a product; the 1 of a single head is left out."""
    factors = [size for size in shape if size != 1] or [1]
    return "·".join(f"{size:,}" if isinstance(size, int) else size for size in factors)


def _dense(features: int) -> Layer:
    kernel = Tensor("kernel", "dense/kernel", (features, 1), _equals(f"{features:,}·1", features))
    bias = Tensor("bias", "dense/bias", (1,), "1")
    return Layer("dense", "Dense", (kernel, bias), _equals(f"{features:,}·1 + 1", features + 1))


def _recurrent(experiment: Experiment, index: int, features: int) -> Layer:
    cell_type, units = cell(experiment.cell), experiment.units
    name = recurrent_layer_name(experiment, index)
    inner = cell_type.keras_name + (f"_{index}" if index else "")
    directions = (
        {way: f"{name}/{way}_{inner}" for way in ("forward", "backward")} if experiment.bidirectional else {"": name}
    )
    tensors = tuple(
        tensor
        for direction, path in directions.items()
        for tensor in _cell_tensors(cell_type, units, features, f"{path}/{cell_type.keras_name}_cell", direction)
    )
    terms = _terms(cell_type, f"{units}", f"{features:,}")
    per_gate = sum(tensor.count for tensor in tensors) // (len(directions) * cell_type.blocks)
    factors = [f"{size}" for size in (len(directions), cell_type.blocks) if size > 1]
    expression = " · ".join([*factors, f"({terms})"]) if factors else terms
    return Layer(
        name=name,
        kind=f"Bidirectional({cell_type.name})" if experiment.bidirectional else cell_type.name,
        tensors=tensors,
        arithmetic=_equals(expression, sum(tensor.count for tensor in tensors)),
        gates=tuple(GateShare(*gate, _equals(terms, per_gate), per_gate) for gate in cell_type.gates),
    )


def _cell_tensors(cell: Cell, units: int, features: int, path: str, direction: str) -> tuple[Tensor, ...]:
    blocks, rows = cell.blocks, cell.bias_rows
    bias_shape = (rows, blocks * units) if rows > 1 else (blocks * units,)
    shapes: dict[str, tuple[tuple[int, ...], str]] = {"kernel": ((features, blocks * units), f"{features:,}·{units}")}
    if recurrent := recurrent_term(cell, f"{units}"):
        shape = (units, blocks * units) if cell.recurrent == "matrix" else (blocks * units,)
        shapes["recurrent_kernel"] = (shape, recurrent)
    shapes["bias"] = (bias_shape, _bias(cell, f"{units}"))
    return tuple(
        Tensor(name, f"{path}/{name}", shape, _tensor_arithmetic(blocks, one_gate, shape), direction)
        for name, (shape, one_gate) in shapes.items()
    )


def _tensor_arithmetic(blocks: int, one_gate: str, shape: tuple[int, ...]) -> str:
    count = shape[0] * (shape[1] if len(shape) > 1 else 1)
    expression = f"{blocks} · {one_gate}" if blocks > 1 else one_gate
    return expression if expression == f"{count:,}" else _equals(expression, count)


def _terms(cell: Cell, units: str, features: str) -> str:
    terms = (recurrent_term(cell, units), f"{features}·{units}", _bias(cell, units))
    return " + ".join(filter(None, terms))


def recurrent_term(cell: Cell, units: str) -> str:
    """Returns the numbers in one block of a recurrent kernel as a product; empty for a cell without one."""
    return {"matrix": f"{units}·{units}", "vector": units, "none": ""}[cell.recurrent]


def _bias(cell: Cell, units: str) -> str:
    return f"{cell.bias_rows}·{units}" if cell.bias_rows > 1 else units


def _equals(expression: str, count: int) -> str:
    return f"{expression} = {count:,}"
