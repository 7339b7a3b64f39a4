"""The Keras layers of an experiment's network as data, and source code of those that Keras lacks. Needs no Keras."""

import ast
import inspect
import re
import textwrap
from collections.abc import Sequence

from rnn_compare.cells.cell import Cell
from rnn_compare.cells.formula import FUNCTIONS, Formula, parsed
from rnn_compare.cells.registry import cell
from rnn_compare.experiment import Experiment
from rnn_compare.feedforward.feedforward import Feedforward, KerasLayer, Sizes

_IMPORTS = ("import keras", "from keras import layers, ops")

_CLASSES = '''class {name}Cell(layers.SimpleRNNCell):
    """One timestep: {source}."""
{state_size}
    def build(self, input_shape):
        columns = {blocks} * self.units
        shape = (input_shape[-1], columns)
        self.kernel = self.add_weight(shape=shape, name="kernel", initializer=self.kernel_initializer)
{recurrent_kernel}        shape = {bias_shape}
        self.bias = self.add_weight(shape=shape, name="bias", initializer=self.bias_initializer)

    def call(self, inputs, states, training=False):
        {previous} = states
        input_mask = self.get_dropout_mask(inputs)
        if training and input_mask is not None:
            inputs = inputs * input_mask
{call}
        return state, [{states}]


@keras.saving.register_keras_serializable("rnn_compare")
class {name}(layers.RNN):
    """A layer of such cells."""

    def __init__(self, units, dropout=0.0, recurrent_dropout=0.0, recurrent_initializer="orthogonal", **options):
        own = {{
            "dropout": dropout,
            "recurrent_dropout": recurrent_dropout,
            "recurrent_initializer": recurrent_initializer,
        }}
        super().__init__({name}Cell(units, name="{keras_name}_cell", **own), **options)
        self.units, self.dropout, self.recurrent_dropout = units, dropout, recurrent_dropout
        self._own_config = {{"units": units, **own}}

    def get_config(self):
        config = super().get_config()
        del config["cell"]
        return {{**config, **self._own_config}}

    @classmethod
    def from_config(cls, config):
        return cls(**config)'''

_STATE_SIZE = """
    def __init__(self, units, **options):
        super().__init__(units, **options)
        self.state_size = [units] * {states}

    def get_initial_state(self, batch_size=None):
        return [ops.zeros((batch_size, units), dtype=self.compute_dtype) for units in self.state_size]
"""
_RECURRENT_KERNEL = """        self.recurrent_kernel = self.add_weight(
            shape={shape}, name="recurrent_kernel", initializer={initializer}
        )
"""
_INITIALIZERS = {"matrix": "self.recurrent_initializer", "vector": "keras.initializers.RandomUniform(0.0, 1.0)"}


def keras_layers(experiment: Experiment) -> list[KerasLayer]:
    """Returns the layers of an experiment's network, from the embedding to Dense.

    A bidirectional layer has its inner layer as argument. The names are those of a fresh Keras session, so that a
    summary looks like the lecture's.
    """
    masking = {"mask_zero": True} if experiment.skips_padding else {}
    layers = [KerasLayer("embedding", "Embedding", (experiment.vocabulary_size, experiment.embedding_size), masking)]
    if feedforward := experiment.without_recurrence:
        layers += [KerasLayer("dropout", "Dropout", (experiment.dropout,))] if experiment.dropout else []
        layers += feedforward.layers(sizes_of(experiment))
    else:
        layers += [_recurrent(experiment, index) for index in range(experiment.layers)]
    return [*layers, KerasLayer("dense", "Dense", (1,), {"activation": "sigmoid"})]


def sizes_of(experiment: Experiment) -> Sizes:
    """Returns the sizes that decide the weights of a network without recurrence."""
    return Sizes(experiment.units, experiment.embedding_size, experiment.maxlen)


def _recurrent(experiment: Experiment, index: int) -> KerasLayer:
    cell_type, suffix = cell(experiment.cell), f"_{index}" if index else ""
    options = {
        "dropout": experiment.dropout,
        "recurrent_dropout": experiment.recurrent_dropout,
        "return_sequences": index < experiment.layers - 1,
        "recurrent_initializer": experiment.recurrent_initializer,
    }
    options = {name: value for name, value in options.items() if value and value != "orthogonal"}
    if experiment.mask_padding and cell_type.in_cudnn:
        options["use_cudnn"] = False  # cuDNN masks only what is padded at the end; ours is padded at the front
    name, own = f"{cell_type.keras_name}{suffix}", not cell_type.in_keras
    layer = KerasLayer(name, cell_type.name, (experiment.units,), options, is_own=own)
    return KerasLayer(f"bidirectional{suffix}", "Bidirectional", (layer,)) if experiment.bidirectional else layer


def own_imports(network: Cell | Feedforward) -> Sequence[str]:
    """Returns the import lines that ``own_source`` needs."""
    if network.in_keras:
        return ()
    return _IMPORTS if isinstance(network, Cell) else _definition(network)[0]


def own_source(network: Cell | Feedforward) -> str:
    """Returns the Python source of a network's layers that Keras lacks.

    Run it after ``own_imports`` and before opening the ``.keras`` file of such a network, so that
    ``keras.models.load_model`` knows the class.
    """
    if isinstance(network, Cell):
        return layer_source(network)
    lines = _definition(network)[1].splitlines()
    plain = "\n".join(line.partition("  # type: ignore")[0].partition("  # noqa")[0] for line in lines)
    return plain.replace(": Any", "").replace(" -> Any", "").replace(" -> None", "")


def _definition(network: Feedforward) -> tuple[list[str], str]:
    """Returns the imports in ``own_layers``, and its code between them and the return."""
    assert network.own_layers is not None
    code = textwrap.dedent(inspect.getsource(inspect.unwrap(network.own_layers)))
    function = ast.parse(code).body[0]
    assert isinstance(function, ast.FunctionDef)
    *statements, end = function.body
    imports = [node for node in statements if isinstance(node, ast.Import | ast.ImportFrom)]
    lines = code.splitlines()[imports[-1].end_lineno : end.lineno - 1]
    return [ast.unparse(node) for node in imports], textwrap.dedent("\n".join(lines)).strip()


def layer_source(cell: Cell) -> str:
    """Returns the Python source of two classes: the Keras cell, and the Keras layer with the cell's name."""
    recurrent_kernel = _RECURRENT_KERNEL.format(
        shape="(self.units, columns)" if cell.recurrent == "matrix" else "(columns,)",
        initializer=_INITIALIZERS.get(cell.recurrent),
    )
    return _CLASSES.format(
        name=cell.name,
        keras_name=cell.keras_name,
        source=cell.source,
        blocks=cell.blocks,
        bias_shape=f"({cell.bias_rows}, columns)" if cell.bias_rows > 1 else "(columns,)",
        state_size=_STATE_SIZE.format(states=len(cell.states)) if len(cell.states) > 1 else "",
        recurrent_kernel="" if cell.recurrent == "none" else recurrent_kernel,
        previous=f"({''.join(f'previous_{name}, ' for name in cell.states)[:-1]})",
        call="\n".join(f"        {line}" for line in _call(cell)),
        states=", ".join(cell.states),
    )


def _call(cell: Cell) -> list[str]:
    matrix, biased = cell.recurrent == "matrix", cell.bias_rows > 1
    lines = [_blocks(cell, "w", f"ops.matmul(inputs, self.kernel) + self.bias{'[0]' * biased}")]
    if cell.recurrent != "none":
        lines += [
            "multiplied = previous_state",
            "state_mask = self.get_recurrent_dropout_mask(previous_state)",
            "if training and state_mask is not None:",
            "    multiplied = previous_state * state_mask",
            _blocks(cell, "U", "self.recurrent_kernel"),
        ]
        if biased:
            lines.append(_blocks(cell, "b", "self.bias[1]"))
    for phase, blocks in zip(cell.phases, cell.products, strict=True):
        operand = "multiplied"
        if phase.recalled:
            lines += _written(phase.recalled, previous_state="multiplied")
            operand = "recalled"
        for end in blocks:
            product = f"ops.matmul({operand}, U{end})" if matrix else f"{operand} * U{end}"
            product += f" + b{end}" if biased else ""
            apart = f"u{end}" in parsed(phase.forward).inputs
            lines.append(f"u{end} = {product}" if apart else f"x{end} = w{end} + {product}")
        lines += _written(phase.forward)
    return lines


def _blocks(cell: Cell, letter: str, whole: str) -> str:
    """Returns the line that splits kernels, biases or their products into blocks."""
    names = ", ".join(f"{letter}{end}" for end in cell.suffixes)
    return f"{names} = ops.split({whole}, {cell.blocks}, axis=-1)" if cell.blocks > 1 else f"{names} = {whole}"


def _written(formula: Formula, **names: str) -> list[str]:
    names |= {name: f"ops.{name}" for name in FUNCTIONS}
    text = "\n".join(map(ast.unparse, parsed(formula).lines))
    return re.sub(r"[A-Za-z_]\w*", lambda word: names.get(word[0], word[0]), text).splitlines()
