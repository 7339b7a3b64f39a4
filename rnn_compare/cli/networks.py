"""The commands `parameters`, `predict`, `lengths`, `export`: single networks."""

import argparse
import itertools
import os
import sys
import textwrap
from dataclasses import asdict, astuple
from typing import TYPE_CHECKING, Any

from rnn_compare.cli import foreground, output
from rnn_compare.cli.setting_options import experiments
from rnn_compare.errors import UserError
from rnn_compare.feedforward.registry import network
from rnn_compare.formatting import counted, percent
from rnn_compare.networks import parameters as counts
from rnn_compare.networks.plain_script import plain_script
from rnn_compare.paths import Which, model_file
from rnn_compare.runs import network_file
from rnn_compare.runs.record import Run
from rnn_compare.table import Column, Table

if TYPE_CHECKING:
    from rnn_compare.explain.prediction import ReviewPrediction
    from rnn_compare.reviews.encoding import TokenState

_STATES: tuple["TokenState", ...] = ("known", "unknown", "cut off")
NO_WORD = "None of these words is in the vocabulary: no prediction."


def parameters(options: argparse.Namespace) -> int:
    """Prints the parameter counts of networks, layer by layer with their arithmetic; returns the exit code."""
    for experiment in experiments(options):
        terms = counts.parameters(experiment)
        if options.json:
            values = {
                "kind": "parameters",
                "network": experiment.label,
                "cell": experiment.cell,
                "units": experiment.units,
                "total": terms.total,
                "recurrent_layer": terms.recurrent,
                "before_dense": terms.before_dense,
                "layers": [{"count": layer.count, **asdict(layer)} for layer in terms.layers],
            }
            output.json_line(values)
        else:
            print(f"{experiment.label}\n{textwrap.indent(str(terms.table), '  ')}")
    return 0


def predict(options: argparse.Namespace) -> int:
    """Prints what networks make of texts, or of standard input; returns the exit code."""
    from rnn_compare.explain.prediction import ask

    if options.lines and "-" not in options.text:
        raise UserError("--lines reads standard input, which is -. Write `predict RUN - --lines < FILE`.")
    texts = [part for text in options.text for part in (_standard_input(options.lines) if text == "-" else [text])]
    with foreground.open_store() as store:
        runs = list(map(store.run, foreground.ids([options.run])))
    several, code = len(texts) * len(runs) > 1, 0
    for text, run in itertools.product(texts, runs):
        heading = f"{run.id}  {run.title}: {' '.join(text.split())[:60]}"
        try:
            prediction = ask(run, text, options.which)
        except UserError as error:  # the other texts are answered
            print(f"{heading}: {error}" if several else error, file=sys.stderr)
            code = 2
            continue
        if options.json:
            output.json_line(_prediction_json(run, text, prediction))
        else:
            if several:
                print(heading)
            print(_prediction_text(prediction))
    return code


def lengths(options: argparse.Namespace) -> int:
    """Prints the accuracy of runs by the length of the texts; returns the exit code."""
    from rnn_compare.explain.accuracy_by_length import accuracy_by_length
    from rnn_compare.explain.prediction import run_weights

    with foreground.open_store() as store:
        chosen = [store.run(run) for run in foreground.ids(options.run)]
    for run in chosen:
        lengths = accuracy_by_length(run.experiment, run_weights(run, options.which))
        if options.json:
            output.json_line({"kind": "lengths", "run": run.id, "cell": run.experiment.cell, **asdict(lengths)})
            continue
        print(f"{run.title} ({run.id}), trained up to {counted(lengths.trained_up_to, 'word')}:")
        columns = ("words", Column("accuracy", percent), "texts", "of them trained on")
        print(Table(columns, map(astuple, lengths.points)))
    return 0


def export(options: argparse.Namespace) -> int:
    """Writes a run's network, for Keras or for a page, or its algorithm as plain Python; returns the exit code."""
    if options.plain is not None:
        return _export_plain(options)
    if options.weights is not None:
        return _export_weights(options)
    target = foreground.output_file(options.model, "model.keras")
    with foreground.open_store() as store:
        run = store.run(options.run)
    made = model_file(run.id, options.which)
    if not (run.status.ended and made.exists()):  # the file of a running run may be from an earlier epoch
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        from rnn_compare.training.worker import fitting

        made = fitting.write_model(run.id, run.experiment, options.which)
    output.write_file(target, made.read_bytes())
    best_or_last = run.best if options.which == "best" else run.last
    epoch = best_or_last.epoch if best_or_last else 0
    output.written(options.json, "keras", target, f"weights of epoch {epoch} of {run.title}", run=run.id, epoch=epoch)
    if not network(run.experiment.cell).in_keras:
        print(
            f"Keras itself lacks a layer of {run.experiment.label}: run the classes in the run's Keras script (page "
            "Runs) before keras.models.load_model.",
            file=sys.stderr,
        )
    return 0


def _export_plain(options: argparse.Namespace) -> int:
    target = foreground.output_file(options.plain, "plain.py")
    with foreground.open_store() as store:
        output.write_file(target, plain_script(store.run(options.run).experiment).encode())
    output.written(options.json, "plain", target, f"trains with NumPy alone by `python {target}`", run=options.run)
    return 0


def _export_weights(options: argparse.Namespace) -> int:
    target = foreground.output_file(options.weights, f"network{network_file.ENDING}")
    with foreground.open_store() as store:
        run = store.run(options.run)
    content, epoch = network_content(run, options.which)
    output.write_file(target, content)
    output.written(options.json, "weights", target, f"of epoch {epoch} of {run.title}", run=run.id, epoch=epoch)
    return 0


def network_content(run: Run, which: Which) -> tuple[bytes, int]:
    """Returns a network's file, which pages and ``rc.load`` read, and the epoch of its weights.

    Raises ``UserError`` if it has no such weights.
    """
    from rnn_compare.explain.prediction import run_weights

    weights, end = run_weights(run, which), run.best if which == "best" else run.last
    assert end is not None  # it has weights
    return network_file.network_file(run, weights, end.epoch), end.epoch


def _standard_input(lines: bool) -> list[str]:
    try:
        text = sys.stdin.read()
    except UnicodeDecodeError as error:
        raise UserError(f"Standard input is not {sys.stdin.encoding} text.") from error
    return [line for line in text.splitlines() if line.strip()] if lines else [text]


def _prediction_json(run: Run, text: str, prediction: "ReviewPrediction") -> dict[str, Any]:
    share, other = prediction.probability, 1 - prediction.probability
    return {
        "kind": "prediction",
        "run": run.id,
        "network": run.experiment.label,
        "cell": run.experiment.cell,
        "text": text,
        "label": None if prediction.knows_no_word else prediction.label,
        "probabilities": dict(zip(prediction.labels, (other, share), strict=True)),
        "words": {state: prediction.review.count(state) for state in _STATES},
        "warning": NO_WORD if prediction.knows_no_word else prediction.warning,
    }


def _prediction_text(prediction: "ReviewPrediction") -> str:
    words = ", ".join(f"{counted(prediction.review.count(state), 'word')} {state}" for state in _STATES)
    if prediction.knows_no_word:
        return f"{NO_WORD}\n{words}"
    warning = [f"This means little: {prediction.warning}"] if prediction.warning else []
    return "\n".join([f"{percent(prediction.share)} {prediction.label}", *warning, words])
