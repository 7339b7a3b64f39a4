"""A report as a Jupyter notebook that trains the same networks again, with stock Keras and without this program."""

import re
import textwrap
from collections.abc import Iterator, Mapping

from rnn_compare.comparison.groups import Group
from rnn_compare.feedforward.registry import network
from rnn_compare.formatting import as_markdown, as_python
from rnn_compare.networks import keras_script
from rnn_compare.networks.keras_layers import own_source
from rnn_compare.networks.parameters import parameters
from rnn_compare.report.contents import Contents
from rnn_compare.sources.registry import source

Cell = tuple[str, str]
"""A cell's kind, ``markdown`` or ``code``, and its text."""

_INTRODUCTION = """# {title}

This notebook repeats the comparison with stock Keras. It needs Python 3.11 to 3.13 and

    pip install {packages}

Runs trained with stock Keras layers, on the same versions and kind of machine, give the same figures; with fused
layers they differ by rounding."""

_TRAINING = """for seed in {seeds}:
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    x, y = encoded, labels
{training}"""

_KEEPING = """    figures = {{name: values[0] for name, values in history.items()}}
    results.append({{"network": "{network}", "seed": seed, "epoch": epoch + 1}} | figures)
"""

_RESULTS = """curves = pd.DataFrame(results)
best = curves.sort_values(["val_accuracy", "val_loss"], ascending=[False, True]).drop_duplicates(["network", "seed"])
best[["network", "seed", "epoch", "val_accuracy"]]"""

_CHART = 'px.line(curves, x="epoch", y="val_accuracy", color="network", line_group="seed", markers=True)'

_RECORDED = """recorded = pd.DataFrame(
    [
        (network, seed, epoch, val_accuracy)
        for network, seed, curve in [
{rows}
        ]
        for epoch, val_accuracy in enumerate(curve, start=1)
    ],
    columns=["network", "seed", "epoch", "val_accuracy"],
)
both = curves.merge(recorded, on=["network", "seed", "epoch"], suffixes=("", "_recorded"))
both["difference"] = (both["val_accuracy"].round(4) - both["val_accuracy_recorded"]).abs().round(4)
both.groupby(["network", "seed"])["difference"].max()"""


def notebook(contents: Contents) -> str:
    """Returns the notebook as the content of an ``.ipynb`` file, not yet executed.

    Raises:
        UserError: If the source of a run's reviews is not known here.
    """
    from nbformat import v4, writes

    cells = [
        v4.new_markdown_cell(text.strip()) if kind == "markdown" else v4.new_code_cell(text.strip())
        for kind, text in _cells(contents)
    ]
    book = v4.new_notebook(cells=cells)
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    text: str = writes(book)
    return text


def _cells(contents: Contents) -> Iterator[Cell]:
    experiments = [group.experiment for group in contents.groups]
    packages = {name: None for experiment in experiments for name in source(experiment.dataset).script.packages}
    pinned = (_pinned(name, contents.runs[-1].versions) for name in ("keras", "tensorflow"))
    needed = " ".join((*pinned, "pandas", "plotly", *packages))
    yield "markdown", _INTRODUCTION.format(title=as_markdown(contents.title), packages=needed)
    lines = {line: None for experiment in experiments for line in keras_script.imports(experiment).splitlines() if line}
    lines |= {"import pandas as pd": None, "import plotly.express as px": None}
    ordered = "\n".join(sorted(lines, key=lambda line: (line.startswith("from"), line)))
    yield "code", f"{keras_script.ONE_THREAD}\n{ordered}\n\nresults = []"
    reviews: tuple[str, int] | None = None
    cells: set[str] = set()
    for group in contents.groups:
        experiment = group.experiment
        if reviews != (wanted := (experiment.dataset, experiment.vocabulary_size)):
            reviews = wanted
            yield from _reviews(group)
        if experiment.cell not in cells and not network(experiment.cell).in_keras:
            yield "markdown", f"Keras itself lacks a layer of {experiment.label}; here it is."
            yield "code", own_source(network(experiment.cell))
        cells.add(experiment.cell)
        yield from _network(group)
    yield "markdown", "## Results\n\nThe best epoch of each run:"
    yield "code", _RESULTS
    yield "code", _CHART
    yield "markdown", "The largest difference from the recorded validation accuracies:"
    yield "code", _RECORDED.format(rows=_recorded(contents))


def _pinned(package: str, versions: Mapping[str, str]) -> str:
    version = versions.get(package, "")  # an imported run's may be any text
    return f"{package}=={version}" if re.fullmatch(r"[\w.+-]+", version) else package


def _reviews(group: Group) -> Iterator[Cell]:
    experiment, read_from = group.experiment, source(group.experiment.dataset)
    subject = as_markdown(read_from.subject)
    vocabulary = f"the {experiment.vocabulary_size:,} most frequent words are kept"
    yield "markdown", f"## {subject[0].upper()}{subject[1:]}\n\nEncoded as word ids; {vocabulary}."
    code = read_from.script.code.strip("\n")
    yield "code", f"vocabulary_size = {experiment.vocabulary_size}\n{code}\n\nencoded, labels = x, y"


def _network(group: Group) -> Iterator[Cell]:
    experiment = group.experiment
    lines = "\n".join(f"- {line}" for line in parameters(experiment).lines)
    yield "markdown", f"## {as_markdown(group.name)}\n\nParameters:\n\n{lines}"
    training = keras_script.training(experiment, "seed", _KEEPING.format(network=as_python(group.name)))
    seeds = [run.experiment.seed for run in group.runs]
    yield "code", _TRAINING.format(seeds=seeds, training=textwrap.indent(training, "    "))


def _recorded(contents: Contents) -> str:
    rows = [
        (as_python(group.name), run.experiment.seed, [round(epoch["val_accuracy"], 4) for epoch in run.epochs])
        for group in contents.groups
        for run in group.runs
    ]
    return "\n".join(f'            ("{name}", {seed}, {curve}),' for name, seed, curve in rows)
