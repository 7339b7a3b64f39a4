"""Tables of a report, and lists of facts, as HTML."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from rnn_compare.charts.palette import look
from rnn_compare.comparison.groups import Group, is_complete
from rnn_compare.comparison.inference.accuracies import TITLES
from rnn_compare.comparison.sweeps import varied
from rnn_compare.formatting import percent
from rnn_compare.networks.parameters import Parameters, formula, parameters
from rnn_compare.report.contents import Contents
from rnn_compare.runs.record import Run
from rnn_compare.settings import SETTINGS, in_words, value_of
from rnn_compare.table import Column, Entry, Table

TIME = "%Y-%m-%d %H:%M"


def run_table(contents: Contents) -> str:
    """Returns the accuracy of each run."""
    accuracy = Column(TITLES[contents.measure], percent)
    columns = ("Run", "Seed", "Epochs", accuracy, Column("Seconds per epoch", "{:.1f}".format), "Status")
    return Table(columns, (_run_row(contents, run) for run in contents.runs)).html(scrolls=True)


def _run_row(contents: Contents, run: Run) -> tuple[Any, ...]:
    share = contents.accuracies[run.id]
    not_counted = "not counted" if run.status.ended and not is_complete(run) else ""
    remarks = not_counted, run.origin if run.is_from_elsewhere else "", run.reason
    return (
        Entry(contents.names[run.id], small=run.id),
        run.experiment.seed,
        f"{len(run.epochs)} of {run.experiment.epochs}",
        Entry(run.best and run.best["val_accuracy"], small="best epoch") if share is None else share,
        run.seconds_per_epoch,
        Entry("stopped early" if run.stopped_early else run.status.value, small=". ".join(filter(None, remarks))),
    )


def parameter_cards(contents: Contents) -> str:
    """Returns a card for each different network, its parameters counted term by term."""
    networks: dict[Parameters, Group] = {}
    for group in contents.groups:
        networks.setdefault(parameters(group.experiment), group)
    return f'<div class="cards">{"".join(_network(group, count) for count, group in networks.items())}</div>'


def settings(groups: Sequence[Group]) -> str:
    """Returns the settings: a table of those in which the networks differ, then those that all share."""
    experiments = [group.experiment for group in groups]
    differing = varied(experiments)
    has_effect = {name for name in SETTINGS if any(experiment.has(name) for experiment in experiments)}
    common = experiments[0].model_dump(include=has_effect.difference(differing, ["seed"]))
    rows = [
        (
            group.name,
            *(value_of(group.experiment, name) for name in differing),
            ", ".join(f"{run.experiment.seed}" for run in group.runs),
        )
        for group in groups
    ]
    table = Table(("Network", *(SETTINGS[name].label for name in differing), "seeds"), rows)
    return f"{table.html(scrolls=True)}<h3>Shared settings</h3>{facts(in_words(common))}"


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


def _network(group: Group, count: Parameters) -> str:
    experiment = group.experiment
    network = experiment.without_recurrence
    counted = network.title if network else count.recurrent_layers[0].kind  # by the formula
    return (
        f'<details class="card" style="--color:{look(group).color}"><summary><h3>{escape(experiment.label)}: '
        f'{count.total:,} parameters</h3></summary><p class="soft">{escape(counted)}: '
        f"{escape(formula(experiment.cell))}</p>{count.table.html('rc-terms')}</details>"
    )
