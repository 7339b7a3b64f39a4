"""The page that reads: a report's networks and weights as data for a browser, and its script in one file."""

import ast
import base64
import gzip
import zlib
from collections.abc import Iterable
from typing import Any

import numpy as np

from rnn_compare.browser.trainable import described_cell
from rnn_compare.cells.cell import Cell
from rnn_compare.cells.formula import Formula, parsed
from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.charts.palette import Look, picture
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import MAX_COMPARED
from rnn_compare.explain.held_out import EXAMPLES, POSITIVE_EXAMPLES, QUESTIONS
from rnn_compare.explain.prediction import ENGLISH, FOREIGN, LEAST_SHARE, OTHER_LANGUAGES, run_weights
from rnn_compare.feedforward.feedforward import WITHOUT_CELL, Feedforward
from rnn_compare.formatting import listed, percent
from rnn_compare.networks.keras_layers import sizes_of
from rnn_compare.networks.parameters import parameters
from rnn_compare.networks.weights import Weights
from rnn_compare.report.contents import Contents
from rnn_compare.reviews import prepared
from rnn_compare.runs.record import Run
from rnn_compare.sources import own_texts, registry

_SETTINGS = ("maxlen", "vocabulary_size", "embedding_size", "units", "layers", "skips_padding")
MOST_EXACT = 2_000_000
"""Weights of six of the book's networks. Beyond that, word vectors are rounded: eight networks would exceed 6 MB."""
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


def reader(contents: Contents, *, small: bool = False) -> tuple[dict[str, Any], list[str]]:
    """Returns the data of each setting's first network with weights, and sentences on those that cannot read.

    At most ``MAX_COMPARED`` networks read, as on the page *Try a review*.
    ``small`` rounds word vectors however few networks there are.
    """
    networks, problems, lacking = [], [], []
    for group, look in zip(contents.groups[:MAX_COMPARED], contents.looks, strict=False):
        run = next((run for run in group.runs if run.has_weights), None)
        if run is None:
            lacking.append(group.name)
            continue
        try:
            networks.append((run_weights(run, "best"), _network(group.name, run, look)))
        except UserError as error:
            problems.append(f"{group.name} cannot read here: {error}")
    if lacking:
        problems.append(f"{listed(lacking)} cannot read here: no weights in this file.")
    if surplus := [group.name for group in contents.groups[MAX_COMPARED:]]:
        problems.append(f"Not reading along: {listed(surplus)}. At most {MAX_COMPARED} networks can.")
    is_large = small or sum(array.size for weights, _ in networks for array in weights.values()) > MOST_EXACT
    entries = [
        entry | {"numbers": packed_numbers(coarse(weights) if is_large else weights)} for weights, entry in networks
    ]
    sizes: dict[str, int] = {}
    for entry in entries:
        sizes[entry["dataset"]] = max(entry["vocabulary_size"], sizes.get(entry["dataset"], 0))
    examples = [[name, text, QUESTIONS.get(name, ""), name in POSITIVE_EXAMPLES] for name, text in EXAMPLES.items()]
    if not all(entry["in_english"] for entry in entries):
        examples = _samples(entries[0]) if len(sizes) == 1 and not has_own_texts(contents.runs) else []
    data = {
        "networks": entries,
        "vocabularies": {dataset: _vocabulary(dataset, size) for dataset, size in sizes.items()},
        "languages": LANGUAGES,
        "drawings": {name: picture(name).drawing for name in CELLS},
        "examples": examples,
    }
    return data, problems


def _samples(entry: dict[str, Any]) -> list[list[Any]]:
    """Returns a text of each label of a task, whose vocabulary nobody can guess, as examples."""
    reviews = prepared.load(entry["dataset"])
    places: dict[int, int] = {}
    for place, label in enumerate(reviews.training.labels.tolist()):
        places.setdefault(label, place)
    return [
        [f"Sample: {entry['labels'][label]}", reviews.text(place), "", bool(label)]
        for label, place in sorted(places.items())
    ]


def _vocabulary(dataset: str, size: int) -> str:
    words = "\n".join(prepared.load(dataset).vocabulary.words[:size])
    return base64.b64encode(gzip.compress(words.encode(), mtime=0)).decode()


def _network(title: str, run: Run, look: Look) -> dict[str, Any]:
    experiment = run.experiment
    assert run.best is not None
    accuracy = percent(run.best["val_accuracy"]).replace(" ", "\u00a0")
    prepared.load(experiment.dataset)  # raises if its words are missing: without them it cannot read
    return {
        "id": run.id,
        "title": title,
        "note": f"weights of epoch {run.best.epoch}, validation accuracy {accuracy}",
        "color": look.color,
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


def packed_numbers(weights: Weights) -> str:
    """Returns weights as 16-bit floats, by gzip and base64.

    All low bytes come before all high bytes: the latter are alike, which packs better.
    """
    numbers = np.concatenate([array.ravel() for array in weights.values()]).astype("<f2")
    planes = numbers.view(np.uint8).reshape(-1, 2).T
    frame = zlib.compressobj(wbits=zlib.MAX_WBITS | 16, strategy=zlib.Z_HUFFMAN_ONLY)  # gzip's; nothing occurs twice
    return base64.b64encode(frame.compress(planes.tobytes()) + frame.flush()).decode()


def coarse(weights: Weights) -> Weights:
    """Returns weights with word vectors rounded to multiples of 2⁻¹², which compress to a fifth less."""
    path = "embedding/embeddings"
    return {**weights, path: np.round(weights[path] * 2**12) / np.float32(2**12)}


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
