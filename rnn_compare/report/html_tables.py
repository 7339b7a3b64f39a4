"""Tables of a report as HTML; all that people have typed is escaped here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from rnn_compare.charts.palette import Look, look
from rnn_compare.comparison.baselines import NOTE, Baseline
from rnn_compare.comparison.groups import Group
from rnn_compare.comparison.inference.accuracies import BEST_EPOCH, MEASURES
from rnn_compare.comparison.inference.intervals import mean
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import labels
from rnn_compare.formatting import in_percent, percent
from rnn_compare.networks.parameters import Parameters, formula, parameters
from rnn_compare.report.contents import Contents
from rnn_compare.runs.record import Run
from rnn_compare.settings import SETTINGS, in_words, value_of

NOTHING = "–"
SHOWN = (BEST_EPOCH, *MEASURES.values())
TITLES = tuple(measure.title for measure in SHOWN)
TIME = "%Y-%m-%d %H:%M"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Returns a table that scrolls sideways where it is too wide."""
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def group_table(contents: Contents) -> str:
    """Returns the accuracies of each setting, means over its seeds."""
    return table(
        ("Network", "Seeds", *TITLES, "Parameters", "Seconds per epoch"),
        [
            (
                f'<span class="dot" style="--color:{look(group).color}"></span>{escape(group.name)}',
                str(len(group.counted)),
                *_means(contents, group),
                f"{parameters(group.experiment).total:,}",
                _mean_text([run.seconds_per_epoch for run in group.counted], float),
            )
            for group in contents.groups
        ],
    )


def run_table(contents: Contents) -> str:
    """Returns the accuracies of each run."""
    return table(
        ("Run", "Seed", "Epochs", *TITLES, "Last epoch", "Parameters", "Seconds per epoch", "Status"),
        [
            (
                f"{escape(contents.names[run.id])}<small>{escape(run.id)}</small>",
                str(run.experiment.seed),
                f"{len(run.epochs)} of {run.experiment.epochs}",
                *_accuracies(contents, run),
                percent(run.last["val_accuracy"]) if run.last else NOTHING,
                NOTHING if run.parameters is None else f"{run.parameters:,}",
                NOTHING if run.seconds_per_epoch is None else f"{run.seconds_per_epoch:.1f}",
                _status(run),
            )
            for run in contents.runs
        ],
    )


def baseline_table(baselines: Sequence[Baseline]) -> str:
    """Returns the accuracies of classifiers that ignore word order, on the same reviews."""
    rows = [tuple(map(escape, baseline.row.values())) for baseline in baselines]
    return table(tuple(baselines[0].row), rows) + f'<p class="soft">{escape(NOTE)}</p>'


def parameter_cards(contents: Contents) -> str:
    """Returns a card for each different network, its parameters counted term by term."""
    networks: dict[Parameters, tuple[Experiment, Look]] = {}
    for group in contents.groups:
        networks.setdefault(parameters(group.experiment), (group.experiment, look(group)))
    return f'<div class="cards">{"".join(_network(*network, count) for count, network in networks.items())}</div>'


def settings(groups: Sequence[Group]) -> str:
    """Returns the settings: a table of those in which the networks differ, then those that all share."""
    plain = [group.experiment.model_copy(update={"seed": 0}) for group in groups]
    values = [experiment.model_dump(exclude={"seed"}) for experiment in plain]
    differing = [name for name in values[0] if len({row[name] for row in values}) > 1]
    meant = {name for name in values[0] if any(experiment.has(name) for experiment in plain)}
    shared = {name: value for name, value in values[0].items() if name in meant.difference(differing)}
    seeds = [", ".join(str(run.experiment.seed) for run in group.runs) for group in groups]
    rows = [
        (escape(label), *(escape(value_of(experiment, name)) for name in differing), escape(seed))
        for label, experiment, seed in zip(labels(plain), plain, seeds, strict=True)
    ]
    heads = ("Network", *(SETTINGS[name].label for name in differing), "seeds")
    return f"{table(heads, rows)}<h3>Shared settings</h3>{facts(in_words(shared))}"


def environments(runs: Sequence[Run]) -> str:
    """Returns a card for each environment in which runs were trained: machine, versions, time."""
    groups: dict[tuple[Any, ...], list[Run]] = {}
    for run in runs:
        where = {"machine": run.owner.host, **({"imported as": run.origin} if run.is_from_elsewhere else {})}
        groups.setdefault(tuple((where | run.versions).items()), []).append(run)
    cards = []
    for key, trained in groups.items():
        moments = [datetime.fromtimestamp(run.created).astimezone() for run in (trained[0], trained[-1])]
        when = " to ".join(dict.fromkeys(f"{moment:{TIME}}" for moment in moments))
        head = "All runs" if len(groups) == 1 else ", ".join(run.id for run in trained)
        cards.append(f'<section class="card"><h3>{escape(head)}</h3>{facts({"made": when, **dict(key)})}</section>')
    return f'<div class="cards">{"".join(cards)}</div>'


def notes(runs: Sequence[Run]) -> str:
    """Returns people's notes on runs."""
    return "".join(
        f"<p><b>{escape(run.title)}</b> <code>{escape(run.id)}</code>: {escape(run.note)}</p>"
        for run in runs
        if run.note
    )


def facts(values: Mapping[str, str]) -> str:
    """Returns a list of names with their values."""
    rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in values.items())
    return f"<dl>{rows}</dl>"


def _network(experiment: Experiment, drawn_as: Look, count: Parameters) -> str:
    rows = []
    for layer in count.layers:
        rows.append(
            f"<tr><td>{escape(layer.kind)}<small>{escape(layer.arithmetic)}</small></td><td>{layer.count:,}</td></tr>"
        )
        rows += [
            f'<tr class="gate"><td>{escape(gate.name)} <i>{escape(gate.symbol)}</i>: '
            f"{escape(gate.terms)}</td><td>{gate.count:,}</td></tr>"
            for gate in layer.gates
        ]
    rows.append(f"<tr><td>before Dense</td><td>{count.before_dense:,}</td></tr>")
    rows.append(f"<tr><td><b>all</b></td><td><b>{count.total:,}</b></td></tr>")
    network = experiment.without_recurrence
    counted = network.title if network else count.recurrent_layers[0].kind  # by the formula
    return (
        f'<section class="card" style="--color:{drawn_as.color}"><h3>{escape(experiment.label)}: {count.total:,} '
        f'parameters</h3><p class="soft">{escape(counted)}: {escape(formula(experiment.cell))}'
        f"</p><table>{''.join(rows)}</table></section>"
    )


def _means(contents: Contents, group: Group) -> list[str]:
    by_run = [contents.accuracies[run.id] for run in group.counted]
    return [_mean_text([accuracies[place] for accuracies in by_run], in_percent, " %") for place in range(len(SHOWN))]


def _mean_text(values: Sequence[float | None], number: Callable[[float], float], unit: str = "") -> str:
    measured = [value for value in values if value is not None]
    average = mean(measured) if len(measured) == len(values) else None
    if average is None:
        return NOTHING
    margin = "" if average.margin is None else f"<small>± {number(average.margin):.1f}</small>"
    return f"{number(average.mean):.1f}{unit}{margin}"


def _accuracies(contents: Contents, run: Run) -> list[str]:
    texts = [NOTHING if accuracy is None else percent(accuracy) for accuracy in contents.accuracies[run.id]]
    if run.best:
        texts[0] += f"<small>epoch {run.best.epoch}</small>"
    return texts


def _status(run: Run) -> str:
    status = "stopped early" if run.stopped_early else run.status.value
    more = [*([run.origin] if run.is_from_elsewhere else []), *([run.reason] if run.reason else [])]
    return escape(status) + "".join(f"<small>{escape(text)}</small>" for text in more)
