"""The stock Keras script that repeats an experiment."""

from rnn_compare.cells.registry import cell
from rnn_compare.experiment import Experiment, Optimizer
from rnn_compare.feedforward.feedforward import KerasLayer
from rnn_compare.feedforward.registry import network
from rnn_compare.formatting import as_python
from rnn_compare.networks.keras_layers import keras_layers, own_imports, own_source
from rnn_compare.reviews.prepared import SPLIT
from rnn_compare.settings import optimizer_options
from rnn_compare.sources.registry import source

DECAY = 0.8
"""Factor of the exponential schedule's learning rate after every epoch."""
CHRONO_STREAM = 127
"""The stream of a seed's random numbers for chrono gates."""
OPTIMIZERS: dict[Optimizer, str] = {"rmsprop": "RMSprop", "adam": "Adam", "sgd": "SGD"}

ONE_THREAD = """import os

# As the recorded run: with more threads sums are added in another order, and the curves move apart after some epochs.
os.environ["TF_NUM_INTRAOP_THREADS"] = "1"  # before TensorFlow is imported
"""

_OPENING = '''"""{title}, in stock Keras.

Needs: pip install {packages}
"""

{one_thread}
{imports}

keras.utils.set_random_seed({seed})
vocabulary_size = {vocabulary_size}
{cell_class}{reading}
'''

_TRAINING = """x = keras.utils.pad_sequences(x[:{reviews}], maxlen={maxlen})
y = y[:{reviews}]
print(len(x), "reviews, padded to", x.shape)

model = keras.Sequential(
    [
        layers.Input(shape=({maxlen},)),
{layers}
    ]
)
model.compile(
    optimizer=keras.optimizers.{optimizer}({optimizer_options}),
    loss="binary_crossentropy",
    metrics=["accuracy"],
    jit_compile=False,
)
model.summary()

{initial_gates}{putting_aside}split = int(len(x) * (1 - {validation_split}))  # the last reviews are held out
{watching}for epoch in range({epochs}):
{rate}    # Every epoch reads the reviews in another order; it follows from the seed.
    order = np.random.default_rng([{seed}, epoch]).permutation(split)
    history = model.fit(
        x[order],
        y[order],
        validation_data=(x[split:], y[split:]),
        batch_size={batch_size},
        initial_epoch=epoch,
        epochs=epoch + 1,
        shuffle=False,
        verbose=0,
        # callbacks=[keras.callbacks.TensorBoard("logs")],  # then: tensorboard --logdir logs
    ).history
    figures = ", ".join(f"{{name}} {{values[0]:.4f}}" for name, values in history.items())
    print(f"epoch {{epoch + 1}}: {{figures}}")
{keeping}{stopping}"""

_INITIAL_GATES = """{opening}
for layer in {layers}:
    bias = np.array(layer.cell.bias.numpy())
{biases}
    layer.cell.bias.assign(bias)

"""
_FORGET_BIAS = "# The bias of the gate that keeps the state."
_CHRONO = """# Chrono initialization (Tallec and Ollivier 2018): each unit forgets over 2 to maxlen words.
draw = np.random.default_rng([{seed}, {stream}])"""
_PUTTING_ASIDE = """rest = len(x) - int(len(x) * {test_split})  # the others are for a test after training
x_test, y_test = x[rest:], y[rest:]
x, y = x[:rest], y[:rest]
"""
_VARYING = """# The seed decides which reviews are held out.
shuffled = np.random.default_rng([{seed}, {split_draw}]).permutation(len(x))
x, y = x[shuffled], y[shuffled]
"""
_STOPPING = """    losses.append(history["val_loss"][0])
    if len(losses) - (1 + int(np.argmin(losses))) >= {patience}:  # no lower validation loss for so many epochs
        break
"""
_RATES = {
    "constant": "",
    "cosine": "    model.optimizer.learning_rate = {learning_rate} * (0.5 + 0.5 * np.cos(np.pi * epoch / {epochs}))\n",
    "exponential": "    model.optimizer.learning_rate = {learning_rate} * {decay}**epoch\n",
}


def script(experiment: Experiment) -> str:
    """Returns a Python script that repeats an experiment on the same data with Keras alone."""
    trained, data = network(experiment.cell), source(experiment.dataset)
    start = _OPENING.format(
        title=as_python(f"{experiment.label} on {data.subject}"),
        packages=" ".join(("keras", "tensorflow", *data.script.packages)),
        one_thread=ONE_THREAD,
        imports=imports(experiment),
        seed=experiment.seed,
        vocabulary_size=experiment.vocabulary_size,
        cell_class="" if trained.in_keras else f"\n\n{own_source(trained)}\n",
        reading=data.script.code,
    )
    return start + training(experiment, experiment.seed)


def training(experiment: Experiment, seed: int | str, keeping: str = "") -> str:
    """Returns the part of the script that trains, from the encoded reviews ``x`` and ``y`` to the printed metrics.

    Args:
        experiment: The experiment, whose seed is ignored.
        seed: A number, or the name of a variable.
        keeping: Lines to run at the end of every epoch, which may use ``history``; indented by four spaces.
    """
    settings = experiment.model_dump() | {
        "seed": seed,
        "keeping": keeping,
        "optimizer": OPTIMIZERS[experiment.optimizer],
        "optimizer_options": ", ".join(f"{name}={value}" for name, value in optimizer_options(experiment).items()),
        "split_draw": SPLIT,
        "decay": DECAY,
        "layers": "\n".join(f"        {layer}," for layer in map(_call, keras_layers(experiment))),
    }
    putting_aside = _PUTTING_ASIDE if experiment.test_reviews else ""
    if experiment.vary_split:
        putting_aside += _VARYING
    parts = {
        "putting_aside": putting_aside.format_map(settings),
        "initial_gates": initial_gates(experiment, seed),
        "watching": "losses = []\n" if experiment.patience else "",
        "rate": _RATES[experiment.schedule].format_map(settings),
        "stopping": _STOPPING.format_map(settings) if experiment.patience else "",
    }
    return _TRAINING.format_map(settings | parts)


def imports(experiment: Experiment) -> str:
    """Returns the import lines of the script."""
    data, trained = source(experiment.dataset), network(experiment.cell)
    lines = sorted(data.script.imports, key=lambda line: (line.startswith("from"), line))
    ours = ("import keras", "import numpy as np", f"from keras import layers{'' if trained.in_keras else ', ops'}")
    blocks = (lines, dict.fromkeys((*ours, *own_imports(trained))))
    return "\n\n".join("\n".join(block) for block in blocks if block)


def opening(experiment: Experiment, file: str) -> str:
    """Returns the Python lines that open an experiment's ``.keras`` file with Keras alone."""
    trained, load = network(experiment.cell), f'model = keras.models.load_model("{as_python(file)}")'
    if trained.in_keras:
        return f"import keras\n\n{load}"
    lines = "\n".join(dict.fromkeys(("import keras", *own_imports(trained))))
    return f"{lines}\n\n\n{own_source(trained)}\n\n\n{load}"


def _call(layer: KerasLayer) -> str:
    """Returns the Python call that creates a layer."""
    arguments = [_call(value) if isinstance(value, KerasLayer) else repr(value) for value in layer.arguments]
    for name, value in layer.options.items():
        arguments.append(f'{name}="{as_python(value)}"' if isinstance(value, str) else f"{name}={value}")
    return f"{'' if layer.is_own else 'layers.'}{layer.kind}({', '.join(arguments)})"


def initial_gates(experiment: Experiment, seed: int | str) -> str:
    """Returns the lines that set the biases of a ``model``'s gates, with NumPy as ``np``; empty if its layers do."""
    if experiment.without_recurrence:
        return ""
    chrono, layout = experiment.initial_gates == "chrono", cell(experiment.cell)
    gates, forget_bias = layout.keeping_columns(experiment.units), experiment.forget_bias
    if forget_bias is None and not layout.in_keras:
        forget_bias = layout.forget_bias or None  # the generated layer begins at 0
    if not gates or (not chrono and forget_bias is None):
        return ""
    # A gate z whose complement is kept begins at 1 / (scale · memory), so that the factor is 1 − 1 / memory.
    scale = layout.keeping_scale
    logarithm = "np.log(words)" if scale == 1 else f"np.log({scale} * words + {scale - 1})"
    both_ways = "[way for layer in model.layers[1:-1] for way in (layer.forward_layer, layer.backward_layer)]"
    biases = [f"    words = draw.uniform(1, {max(1, experiment.maxlen - 1)}, {experiment.units})"] if chrono else []
    for start, end, sign in gates if chrono else gates[:1]:
        value = f"{'-' if sign < 0 else ''}{logarithm}" if chrono else sign * (forget_bias or 0.0)
        biases.append(f"    np.atleast_2d(bias)[0, {start}:{end}] = {value}")
    return _INITIAL_GATES.format(
        opening=_CHRONO.format(seed=seed, stream=CHRONO_STREAM) if chrono else _FORGET_BIAS,
        layers=both_ways if experiment.bidirectional else "model.layers[1:-1]",
        biases="\n".join(biases),
    )
