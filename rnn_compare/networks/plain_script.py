"""The whole algorithm in one Python file that needs NumPy alone: encoding, network, gradients and training.

The cell's formulas stand in it as they stand here, and it is meant to be read from top to bottom.
"""

from rnn_compare.cells.cell import Cell
from rnn_compare.cells.formula import plain
from rnn_compare.cells.registry import cell
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.formatting import as_python
from rnn_compare.networks import plain_timestep
from rnn_compare.settings import SETTINGS, needing_stock_layers
from rnn_compare.sources.registry import source

_USUAL: dict[str, object] = {"layers": 1, "bidirectional": False, "dropout": 0.0, "clipnorm": None, "patience": 0}
_USUAL |= {"schedule": "constant", "initial_gates": "constant", "vary_split": False, "test_split": 0.0}


def check_simple(experiment: Experiment, trainer: str) -> None:
    """Raises ``UserError`` unless an experiment is one recurrent layer in one direction, without special settings.

    Args:
        experiment: The experiment.
        trainer: What trains it, such as ``A browser``, for the sentence.
    """
    if experiment.without_recurrence:
        raise UserError(f"{trainer} trains recurrent networks only; {experiment.label} has no recurrent layer.")
    unusual = [name for name, value in _USUAL.items() if getattr(experiment, name) != value]
    if unknown := [*needing_stock_layers(experiment), *unusual]:
        raise UserError(f"{trainer} trains without {SETTINGS[unknown[0]].label.lower()}. Leave it at its default.")


def plain_script(experiment: Experiment) -> str:
    """Returns the file's text. Raises ``UserError`` if it cannot train the experiment (``check_simple``)."""
    check_simple(experiment, "The plain file")
    layout, data = cell(experiment.cell), source(experiment.dataset)
    packages = ("numpy", *data.script.packages)
    matrices = ("W", "b") if layout.recurrent == "none" else ("W", "U", "b")
    imports = sorted({*data.script.imports, "import sys"}, key=lambda line: (line.startswith("from"), line))
    settings = experiment.model_dump() | {
        "title": as_python(f"{experiment.label} on {data.subject}"),
        "packages": " ".join(packages),
        "imports": "\n".join(imports),
        "reading": data.script.code.strip(),
        "formulas": "\n\n\n".join(_formulas(layout)),
        "blocks": layout.blocks,
        "recurrent": _RECURRENT[layout.recurrent].format(blocks=layout.blocks),
        "bias_shape": f"({layout.bias_rows}, {layout.blocks} * units)",
        "bias": _bias(layout, experiment),
        "states": ", ".join(layout.states),
        "zeros": ", ".join(["np.zeros((len(ids), units), np.float32)"] * len(layout.states)),
        "forward": "\n".join(f"        {line}" for line in plain_timestep.forward(layout, experiment.mask_padding)),
        "kept": ", ".join(plain_timestep.stored(layout, experiment.mask_padding)),
        "d_states": ", ".join(f"d_{name}" for name in layout.states),
        "d_zeros": ", ".join(["output.T * d_logits", *["np.zeros_like(state)"] * (len(layout.states) - 1)]),
        "backward": "\n".join(f"        {line}" for line in plain_timestep.backward(layout, experiment.mask_padding)),
        "step": _STEPS[experiment.optimizer],
        "moments": 2 if experiment.optimizer == "adam" else 1,
        "names": ", ".join(("embedding", *matrices, "output", "output_bias")),
        "d_names": ", ".join(f"d_{name}" for name in matrices),
        "d_weights": ", ".join(f"np.zeros_like({name})" for name in matrices),
    }
    return _FILE.format_map(settings)


_FILE = '''"""{title}, in NumPy alone: the whole algorithm, from the words to the trained weights.

Needs: pip install {packages}

Weights begin at random from the seed, distributed as Keras draws them; a file of weights may be named instead:
python THIS_FILE.py initial_weights.npz
"""

{imports}

import numpy as np

units, features, vocabulary_size, maxlen = {units}, {embedding_size}, {vocabulary_size}, {maxlen}
epochs, batch_size, learning_rate, seed = {epochs}, {batch_size}, {learning_rate}, {seed}

# 1. The reviews, as lists of numbers.
{reading}
x = np.array([([0] * maxlen + review)[-maxlen:] for review in x[:{reviews}]])  # padded and cut in front
y = y[:{reviews}].astype(np.float32)

# 2. The cell: one timestep forward, and the gradients on the way back.


def sigmoid(x):
    return 0.5 * np.tanh(0.5 * x) + 0.5


tanh = np.tanh


{formulas}


# 3. The weights.
random = np.random.default_rng(seed)


def glorot_uniform(rows, columns):
    limit = np.sqrt(6 / (rows + columns))
    return random.uniform(-limit, limit, (rows, columns))


def orthogonal(rows, columns):
    q, r = np.linalg.qr(random.normal(size=(columns, rows)))
    return (q * np.sign(np.diag(r))).T


embedding = random.uniform(-0.05, 0.05, (vocabulary_size, features))
W = glorot_uniform(features, {blocks} * units)
{recurrent}b = np.zeros({bias_shape})
{bias}output = glorot_uniform(units, 1)
output_bias = np.zeros(1)
weights = [array.astype(np.float32) for array in ({names})]
if len(sys.argv) > 1:
    given = np.load(sys.argv[1])
    weights = [given[name].reshape(array.shape) for name, array in zip(given, weights)]


# 4. The network: the loop over the words, and the same loop back.
def read(ids):
    """Returns the log-odds of each review (batch, 1), the last state, and what the way back needs."""
    {names} = weights
    {states} = {zeros}
    steps = []
    for t in range(maxlen):
        vectors = embedding[ids[:, t]]
{forward}
        steps.append(({kept}))
    return state @ output + output_bias, state, steps


def gradients(ids, labels):
    """Returns the gradients of all weights; for the embedding one for each word of each review."""
    {names} = weights
    logits, state, steps = read(ids)
    d_logits = (sigmoid(logits) - labels[:, np.newaxis]) / len(labels)  # of the mean binary cross-entropy
    d_embedding = np.zeros((*ids.shape, features), np.float32)
    {d_names} = {d_weights}
    d_output, d_output_bias = state.T @ d_logits, d_logits.sum(axis=0)
    {d_states} = {d_zeros}
    for t in reversed(range(maxlen)):
        {kept} = steps[t]
{backward}
    return [d_embedding, {d_names}, d_output, d_output_bias]


# 5. Training.
moments = [[np.zeros_like(array) for array in weights] for _ in range({moments})]
steps_taken = 0


def train(ids, labels):
    global steps_taken
    steps_taken += 1
    for place, (weight, gradient) in enumerate(zip(weights, gradients(ids, labels))):
        square = np.square(gradient)
        if place == 0:  # Keras squares the embedding's gradient word by word, then adds up
            rows, squares = np.zeros_like(weight), np.zeros_like(weight)
            np.add.at(rows, ids, gradient)
            np.add.at(squares, ids, square)
            gradient, square = rows, squares
{step}


def judge(ids, labels):
    """Returns accuracy and loss."""
    logits = np.concatenate([read(ids[start : start + 500])[0][:, 0] for start in range(0, len(ids), 500)])
    losses = np.logaddexp(0, logits) - logits * labels
    return np.mean((logits > 0) == (labels == 1)), losses.mean()


split = int(len(x) * (1 - {validation_split}))  # the last reviews are held out
for epoch in range(epochs):
    order = np.random.default_rng([seed, epoch]).permutation(split)
    for start in range(0, split, batch_size):
        batch = order[start : start + batch_size]
        train(x[batch], y[batch])
    accuracy, loss = judge(x[split:], y[split:])
    print(f"epoch {{epoch + 1}}: val_accuracy {{accuracy:.4f}} val_loss {{loss:.6f}}", flush=True)
'''

_RECURRENT = {
    "matrix": "U = orthogonal(units, {blocks} * units)\n",
    "vector": "U = random.uniform(0, 1, {blocks} * units)\n",
    "none": "",
}
_STEPS = {
    "sgd": "        weight -= learning_rate * gradient",
    "rmsprop": """        velocity = moments[0][place]
        velocity += 0.1 * (square - velocity)
        weight -= learning_rate * gradient / np.sqrt(velocity + 1e-7)""",
    "adam": """        momentum, velocity = moments[0][place], moments[1][place]
        momentum += 0.1 * (gradient - momentum)
        velocity += 0.001 * (square - velocity)
        corrected = learning_rate * np.sqrt(1 - 0.999**steps_taken) / (1 - 0.9**steps_taken)
        weight -= corrected * momentum / (np.sqrt(velocity) + 1e-7)""",
}


def _formulas(layout: Cell) -> list[str]:
    formulas = []
    for phase in layout.phases:
        formulas += [phase.forward, *([phase.recalled] if phase.recalled else []), phase.backward]
    return [plain(formula) for formula in formulas]


def _bias(layout: Cell, experiment: Experiment) -> str:
    """Returns the line that sets the bias of the gate that keeps the state, if it does not begin at zero."""
    value = layout.forget_bias if experiment.forget_bias is None else experiment.forget_bias
    return "".join(
        f"b[0, {start} * units : {start + 1} * units] = {sign * value}  # the {layout.gates[start].name}\n"
        for start, _, sign in layout.keeping_columns(1)[:1]
        if value
    )
