"""The parameter counts of a network, term by term in the lecture's order: recurrent + input + bias. Needs no Keras."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from rnn_compare.cells.cell import Cell, Gate
from rnn_compare.cells.registry import cell
from rnn_compare.experiment import Experiment
from rnn_compare.feedforward.feedforward import KerasLayer, Size, Sizes
from rnn_compare.feedforward.registry import without_recurrence
from rnn_compare.networks.keras_layers import keras_layers, sizes_of
from rnn_compare.table import Entry, Table


@dataclass(frozen=True)
class Tensor:
    """One weight tensor.

    Attributes:
        path: Its path in Keras, such as ``lstm/lstm_cell/kernel``; unique within a network.
        arithmetic: The arithmetic of its count, such as ``4 · 32·32 = 4,096``.
        direction: ``forward`` or ``backward`` within a bidirectional layer, otherwise empty.
    """

    path: str
    shape: tuple[int, ...]
    arithmetic: str
    direction: str = ""

    @property
    def name(self) -> str:
        """Its name in Keras, such as ``recurrent_kernel``."""
        return self.path.rpartition("/")[2]

    @property
    def count(self) -> int:
        """The number of its parameters."""
        return math.prod(self.shape)


@dataclass(frozen=True)
class Layer:
    """One layer of a network.

    Attributes:
        name: Its name in the Keras model, such as ``lstm`` or ``bidirectional_1``.
        arithmetic: The arithmetic of its count, such as ``4 · (32·32 + 32·32 + 32) = 4 · 2,080 = 8,320``.
        gates: Those of its cell, each with a block of its tensors.
    """

    name: str
    kind: str
    tensors: tuple[Tensor, ...]
    arithmetic: str
    gates: tuple[Gate, ...] = ()

    @property
    def terms(self) -> str:
        """Its arithmetic, with the gates that have a block each."""
        gates = ", ".join(f"{gate.name} {gate.symbol}" for gate in self.gates)
        return f"{self.arithmetic} (a block each: {gates})" if gates else self.arithmetic

    @property
    def is_embedding(self) -> bool:
        """Whether it is an embedding, of words or of positions."""
        return self.kind.endswith("Embedding")

    @property
    def count(self) -> int:
        """The number of its parameters, as Keras' ``count_params``."""
        return sum(tensor.count for tensor in self.tensors)


@dataclass(frozen=True)
class Parameters:
    """All layers of a network, from the embedding to Dense.

    Example:
        >>> lstm = parameters(Experiment(cell="LSTM"))
        >>> lstm.total, lstm.before_dense, lstm.recurrent
        (328353, 328320, 8320)
        >>> lstm.layers[1].arithmetic
        '4 · (32·32 + 32·32 + 32) = 4 · 2,080 = 8,320'
    """

    layers: tuple[Layer, ...]

    def __repr__(self) -> str:
        return str(self.table)

    def _repr_html_(self) -> str:
        return self.table.html()

    @property
    def table(self) -> Table:
        """Each layer with its weight tensors, and the totals."""
        rows: list[tuple[Entry, int, str]] = []
        for layer in self.layers:
            rows.append((Entry(layer.kind, kind="rc-layer"), layer.count, layer.terms))
            for tensor in layer.tensors:
                shape = ", ".join(f"{size:,}" for size in tensor.shape)
                name = " ".join(filter(None, (tensor.direction, tensor.name, f"({shape})")))
                rows.append((Entry(f"  {name}", kind="rc-tensor"), tensor.count, tensor.arithmetic))
        rows.append((Entry("total before Dense", kind="rc-tensor"), self.before_dense, ""))
        rows.append((Entry("total without the embedding", kind="rc-tensor"), self.without_embedding, ""))
        rows.append((Entry("total", kind="rc-total"), self.total, ""))
        return Table(("Layer", "Parameters", "Arithmetic"), rows)

    @property
    def lines(self) -> list[str]:
        """Each layer with its terms, and the sum, in lines of text."""
        return [*(f"{layer.kind}: {layer.terms}" for layer in self.layers), f"Together {self.total:,}"]

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """All weight tensors in the order of Keras' ``model.weights``."""
        return tuple(tensor for layer in self.layers for tensor in layer.tensors)

    @property
    def recurrent_layers(self) -> tuple[Layer, ...]:
        """The recurrent layers from bottom to top; without recurrence the layers in their place."""
        return self.layers[1:-1]

    @property
    def total(self) -> int:
        """The number of all parameters."""
        return sum(layer.count for layer in self.layers)

    @property
    def without_embedding(self) -> int:
        """Parameters of all layers but the word embedding."""
        return self.total - self.layers[0].count

    @property
    def before_dense(self) -> int:
        """Parameters of all layers but Dense: the total in the lecture's summary."""
        return self.total - self.layers[-1].count

    @property
    def recurrent(self) -> int:
        """Parameters of the recurrent layers, or of those in their place but for an embedding of positions."""
        return sum(layer.count for layer in self.recurrent_layers if not layer.is_embedding)


def parameters(experiment: Experiment) -> Parameters:
    """Counts the parameters of an experiment's network. Dropout and masking have none and are left out."""
    _, *hidden, _ = keras_layers(experiment)
    features, layers = experiment.embedding_size, []
    if network := experiment.without_recurrence:
        layers = [_feedforward(layer) for layer in hidden if layer.tensors]
        features = int(getattr(sizes_of(experiment), network.output))
    else:
        for layer in hidden:
            layers.append(_recurrent(experiment, layer, features))
            features = experiment.units * (2 if experiment.bidirectional else 1)
    return Parameters((_embedding(experiment), *layers, _dense(features)))


def formula(cell_name: str) -> str:
    """Returns the symbolic count of one recurrent layer, or of all layers of a network without recurrence.

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
    return _times(cell_type.blocks, " + ".join(_terms(cell_type, "units", "features").values()))


def _embedding(experiment: Experiment) -> Layer:
    words, size = experiment.vocabulary_size, experiment.embedding_size
    arithmetic = f"{words:,}·{size} = {words * size:,}"
    return Layer("embedding", "Embedding", (Tensor("embedding/embeddings", (words, size), arithmetic),), arithmetic)


def _feedforward(layer: KerasLayer) -> Layer:
    tensors = tuple(
        Tensor(f"{layer.name}/{path}", tuple(map(int, shape)), _product(shape)) for path, shape in layer.tensors.items()
    )
    count = sum(tensor.count for tensor in tensors)
    return Layer(layer.name, layer.kind, tensors, f"{_sum(layer.tensors)} = {count:,}")


def _sum(shapes: Mapping[str, tuple[Size, ...]]) -> str:
    """Returns the parameter count of a layer as a sum in which equal terms of several tensors are combined."""
    parts: dict[str, list[str]] = {}
    for path, shape in shapes.items():
        parts.setdefault(path.rpartition("/")[0], []).append(_product(shape))
    times = Counter(map(" + ".join, parts.values()))
    return " + ".join(f"{count} · ({part})" if count > 1 else part for part, count in times.items())


def _product(shape: tuple[Size, ...]) -> str:
    """Returns the parameter count of a tensor as a product; the 1 of a single head is left out."""
    factors = [size for size in shape if size != 1] or [1]
    return "·".join(f"{size:,}" if isinstance(size, int) else size for size in factors)


def _dense(features: int) -> Layer:
    kernel = Tensor("dense/kernel", (features, 1), f"{features:,}·1 = {features:,}")
    bias = Tensor("dense/bias", (1,), "1")
    return Layer("dense", "Dense", (kernel, bias), f"{features:,}·1 + 1 = {features + 1:,}")


def _recurrent(experiment: Experiment, layer: KerasLayer, features: int) -> Layer:
    cell_type, directions = cell(experiment.cell), {"": layer.name}
    if experiment.bidirectional:
        directions = {way: f"{layer.name}/{way}_{layer.arguments[0].name}" for way in ("forward", "backward")}
    tensors = tuple(
        Tensor(f"{path}/{cell_type.keras_name}_cell/{tensor}", shape, arithmetic, direction)
        for direction, path in directions.items()
        for tensor, (shape, arithmetic) in _cell_tensors(cell_type, experiment.units, features).items()
    )
    count = sum(tensor.count for tensor in tensors)
    terms = " + ".join(_terms(cell_type, f"{experiment.units}", f"{features:,}").values())
    times = (len(directions), cell_type.blocks)
    by_gate = [_times(*times, f"{count // math.prod(times):,}")] if cell_type.gates else []
    return Layer(
        name=layer.name,
        kind=f"Bidirectional({cell_type.name})" if experiment.bidirectional else cell_type.name,
        tensors=tensors,
        arithmetic=" = ".join([_times(*times, terms), *by_gate, f"{count:,}"]),
        gates=cell_type.gates,
    )


def _cell_tensors(cell: Cell, units: int, features: int) -> dict[str, tuple[tuple[int, ...], str]]:
    """Returns the shapes of a cell's tensors with the arithmetic of their counts, in Keras' order."""
    columns = cell.blocks * units
    shapes = {
        "kernel": (features, columns),
        "recurrent_kernel": (units, columns) if cell.recurrent == "matrix" else (columns,),
        "bias": (cell.bias_rows, columns) if cell.bias_rows > 1 else (columns,),
    }
    terms = _terms(cell, f"{units}", f"{features:,}")
    tensors: dict[str, tuple[tuple[int, ...], str]] = {}
    for name in filter(terms.get, shapes):
        expression, count = _times(cell.blocks, terms[name]), f"{math.prod(shapes[name]):,}"
        tensors[name] = (shapes[name], expression if expression == count else f"{expression} = {count}")
    return tensors


def _terms(cell: Cell, units: str, features: str) -> dict[str, str]:
    """Returns the parameters of one block of each of a cell's tensors as products, in the lecture's order."""
    terms = {
        "recurrent_kernel": recurrent_term(cell, units),
        "kernel": f"{features}·{units}",
        "bias": f"{cell.bias_rows}·{units}" if cell.bias_rows > 1 else units,
    }
    return {name: term for name, term in terms.items() if term}


def recurrent_term(cell: Cell, units: str) -> str:
    """Returns the parameters of one block of a recurrent kernel as a product; empty for a cell without one."""
    return {"matrix": f"{units}·{units}", "vector": units, "none": ""}[cell.recurrent]


def _times(*factors: int | str) -> str:
    """Returns a product without factors of 1; a sum among several factors is put in parentheses."""
    several = [f"{factor}" for factor in factors if factor != 1]
    return " · ".join(f"({factor})" if " + " in factor and len(several) > 1 else factor for factor in several)
