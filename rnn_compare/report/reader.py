"""The page that reads: a report's networks and weights as data for a browser, and its script in one file."""

import ast
from collections.abc import Iterable
from typing import Any

import numpy as np

from rnn_compare.browser.numbers import compressed
from rnn_compare.browser.trainable import described_cell
from rnn_compare.cells.cell import Cell
from rnn_compare.cells.formula import Formula, parsed
from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.charts.palette import Look, look, picture
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import MAX_COMPARED
from rnn_compare.explain.held_out import EXAMPLES, POSITIVE_EXAMPLES, QUESTIONS
from rnn_compare.explain.prediction import ENGLISH, FOREIGN, LEAST_SHARE, OTHER_LANGUAGES, run_weights
from rnn_compare.feedforward.feedforward import WITHOUT_CELL, Feedforward
from rnn_compare.formatting import listed
from rnn_compare.networks.keras_layers import sizes_of
from rnn_compare.networks.parameters import parameters
from rnn_compare.networks.weights import Weights
from rnn_compare.report.contents import Contents
from rnn_compare.reviews import prepared
from rnn_compare.runs.record import Run
from rnn_compare.sources import own_texts, registry

_SETTINGS = ("maxlen", "vocabulary_size", "embedding_size", "units", "layers", "skips_padding")
FREQUENT, FINE, ROUGH = 1_000, 2.0**20, 2.0**17
"""Word vectors are multiples of 1 / FINE, those of rarer words of 1 / ROUGH."""
LANGUAGES = {"english": ENGLISH, "others": OTHER_LANGUAGES, "least_share": LEAST_SHARE, "warning": FOREIGN}
IN_BROWSER = (
    *("Conv1D", "Dense", "PositionEmbedding", "TransformerEncoder"),
    *("GlobalAveragePooling1D", "GlobalMaxPooling1D", "MaxPooling1D"),
)
"""The classes of layers that ``browser/arithmetic/layers.js`` has."""

_FUNCTIONS = "const { tanh } = Math;\nconst sigmoid = (x) => 0.5 * tanh(0.5 * x) + 0.5;\n"

OWN_TEXTS = (
    "These networks learned from your own texts: the page contains the texts' words and labels and the networks' "
    "weights. Anyone who gets it can read them."
)


def has_own_texts(runs: Iterable[Run]) -> bool:
    """Tells whether any run learned from somebody's own texts, of which a page would pass on words and labels."""
    return any(run.experiment.source.startswith(own_texts.PREFIX) for run in runs)


def reader(contents: Contents) -> tuple[dict[str, Any], list[str]]:
    """Returns the data of each setting's first network with weights, and sentences on those that cannot read.

    At most ``MAX_COMPARED`` networks read, as on the page *Try a review*.
    """
    entries, problems, lacking = list[dict[str, Any]](), list[str](), list[str]()
    for group in contents.groups[:MAX_COMPARED]:
        run = next((run for run in group.runs if run.has_weights), None)
        if run is None:
            lacking.append(group.name)
            continue
        try:
            numbers = packed_weights(run_weights(run, "best"))
            entries.append({"numbers": numbers, **_network(group.name, run, look(group))})
        except UserError as error:
            problems.append(f"{group.name} cannot read here: {error}")
    if lacking:
        problems.append(f"{listed(lacking)} cannot read here: no weights in this file.")
    if surplus := [group.name for group in contents.groups[MAX_COMPARED:]]:
        problems.append(f"Not reading along: {listed(surplus)}. At most {MAX_COMPARED} networks can.")
    datasets = {entry["dataset"] for entry in entries}
    is_about_films = all(map(registry.is_about_films, datasets))
    begins = _FILMS if is_about_films else examples(datasets.pop()) if len(datasets) == 1 else []
    return {"networks": entries, "examples": begins}, problems


def shared(entries: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Returns what the networks of a page share: vocabularies by dataset, languages, and the cells' drawings."""
    sizes: dict[str, int] = {}
    for entry in entries:
        sizes[entry["dataset"]] = max(entry["vocabulary_size"], sizes.get(entry["dataset"], 0))
    return {
        "vocabularies": {
            dataset: " ".join(prepared.load(dataset).vocabulary.words[:size]) for dataset, size in sizes.items()
        },
        "languages": LANGUAGES,
        "drawings": {name: picture(name).drawing for name in CELLS},
    }


_FILMS: list[list[Any]] = [
    [name, text, QUESTIONS.get(name, ""), name in POSITIVE_EXAMPLES] for name, text in EXAMPLES.items()
]


def examples(dataset: str) -> list[list[Any]]:
    """Returns texts to begin with: the name, the text, a question about it, and whether its label is the second.

    A text of each label of a task, whose vocabulary nobody can guess; none of somebody's own texts.
    """
    if registry.is_about_films(dataset):
        return _FILMS
    if dataset.startswith(own_texts.PREFIX):
        return []
    reviews, labels = prepared.load(dataset), registry.labels(dataset)
    places: dict[int, int] = {}
    for place, label in enumerate(reviews.training.labels.tolist()):
        places.setdefault(label, place)
    return [
        [f"Sample: {labels[label]}", reviews.text(place), "", bool(label)] for label, place in sorted(places.items())
    ]


def _network(title: str, run: Run, drawn_as: Look) -> dict[str, Any]:
    experiment = run.experiment
    assert run.best is not None
    prepared.load(experiment.dataset)  # raises if its words are missing: without them it cannot read
    return {
        "id": run.id,
        "title": title,
        "note": f"best epoch: {run.best.epoch}",  # the verdict below tells its accuracy, one for each network
        "color": drawn_as.color,
        "labels": registry.labels(experiment.dataset),
        "curve": [round(epoch.figures["val_accuracy"], 4) for epoch in run.epochs],
        "dataset": experiment.dataset,
        "in_english": registry.is_about_films(experiment.source),
        **layout(experiment),
    }


def layout(experiment: Experiment) -> dict[str, Any]:
    """Returns the description of a network without its weights, as a browser needs it."""
    network = experiment.without_recurrence
    return {
        **(_layers(network, experiment) if network else {"cell": _cell(cell(experiment.cell))}),
        **{name: getattr(experiment, name) for name in _SETTINGS},
        "tensors": _sizes(experiment),
    }


def _cell(layout: Cell) -> dict[str, Any]:
    return {
        **described_cell(layout),
        "signals": [signal._asdict() for signal in layout.signals],
        "phases": [
            {"blocks": blocks, "returns": parsed(phase.forward).outputs}
            for phase, blocks in zip(layout.phases, layout.products, strict=True)
        ],
    }


def _layers(network: Feedforward, experiment: Experiment) -> dict[str, Any]:
    """Returns the layers between embedding and Dense, and the note shown in place of a cell's drawing."""
    layers = network.layers(sizes_of(experiment))
    if missing := [layer.kind for layer in layers if layer.kind not in IN_BROWSER]:
        raise UserError(f"layers.js lacks {listed(missing)}.")
    return {
        "between": [
            {"kind": layer.kind, "arguments": layer.arguments, "has_weights": bool(layer.tensors), **layer.options}
            for layer in layers
        ],
        "without_cell": f"{WITHOUT_CELL} {network.notes}",
    }


def _sizes(experiment: Experiment) -> list[list[dict[str, int]]]:
    """Returns the sizes of tensors by name, for each layer and each of its directions: an encoder's by path."""
    layers = []
    for layer in parameters(experiment).layers:
        directions: dict[str, dict[str, int]] = {}
        for tensor in layer.tensors:
            name = tensor.path.removeprefix(f"{layer.name}/") if experiment.without_recurrence else tensor.name
            directions.setdefault(tensor.direction, {})[name] = tensor.count
        layers.append(list(directions.values()))
    return layers


def packed_weights(weights: Weights) -> str:
    """Returns weights as 32-bit floats, compressed; word vectors are rounded by so little that predictions stay.

    Of the percentages shown with one digit about one in a thousand differs from the dashboard's, by 0.1; a network of
    the book takes 0.9 MB, and those of shipped runs, which are kept in 16 bits, 0.75 MB.
    """
    vectors = weights["embedding/embeddings"]
    steps = np.where(np.arange(len(vectors)) < FREQUENT, FINE, ROUGH)[:, np.newaxis]
    rounded = [np.round(array * steps) / steps if array is vectors else array for array in weights.values()]
    return compressed(np.concatenate([array.ravel() for array in rounded]).astype("<f4"))


def formulas(cells: Iterable[Cell]) -> str:
    """Returns JavaScript that declares ``FORMULAS``: by a cell's name, the functions of each of its phases."""
    entries = {
        cell.name: ", ".join(
            f"{{ forward: {function(phase.forward)}, "
            f"recalled: {function(phase.recalled) if phase.recalled else 'undefined'} }}"
            for phase in cell.phases
        )
        for cell in cells
    }
    return (
        f"{_FUNCTIONS}const FORMULAS = {{ {', '.join(f'{name}: [{phases}]' for name, phases in entries.items())} }};\n"
    )


def function(formula: Formula) -> str:
    """Returns a formula as a JavaScript function of arrays by name, with one number per unit, and the number of units.

    Names, numbers, ``+ - * /`` and calls are written alike in both languages.

    Raises:
        ValueError: If the formula contains anything else.

    Example:
        >>> from rnn_compare.cells import mgu
        >>> print(function(mgu.recall))
        (values, units) => {
          for (let unit = 0; unit < units; unit++) {
            var f = values.f[unit];
            var previous_state = values.previous_state[unit];
            var recalled = f * previous_state;
            values.recalled[unit] = recalled;
          }
        }
    """
    parts = parsed(formula)
    lines = [f"var {name} = values.{name}[unit];" for name in parts.inputs]
    lines += [f"var {ast.unparse(line)};" for line in parts.lines]  # var, since a formula may assign to a name twice
    lines += [f"values.{name}[unit] = {name};" for name in parts.outputs]
    body = "".join(f"    {line}\n" for line in lines)
    return f"(values, units) => {{\n  for (let unit = 0; unit < units; unit++) {{\n{body}  }}\n}}"
