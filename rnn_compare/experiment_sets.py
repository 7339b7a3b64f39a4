"""Sets of experiments to compare: built from lists of values, and named by what differs."""

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import Any

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment, experiment_from
from rnn_compare.settings import SETTINGS, default, text

MAX_COMPARED = 8
"""Networks of one comparison: more curves cannot be told apart on a wall."""
MAX_SEEDS = 10
IN_LABEL = {"cell", "units", "layers", "bidirectional"}
"""Settings that ``Experiment.label`` names."""


def comparison(
    cells: Sequence[str], units: Sequence[int], maxlens: Sequence[int], seeds: Sequence[int] = (), **shared: Any
) -> list[Experiment]:
    """Returns one experiment for each cell × units × maxlen × seed: at most ``MAX_COMPARED`` networks.

    Repeated values count once. All networks with the first seed come first, in the order of the other arguments.

    Args:
        cells, units, maxlens: The values to compare.
        seeds: At most ``MAX_SEEDS``; without any, the one in ``shared``.
        shared: Other settings, the same for all.

    Raises:
        UserError: If there are no values or too many, or a setting is out of bounds.

    Example:
        >>> [e.label for e in comparison(["SimpleRNN", "LSTM"], [32], [500])]
        ['SimpleRNN(32)', 'LSTM(32)']
        >>> labels(comparison(["LSTM"], [32], [500], [1, 2]))
        ['LSTM(32) seed 1', 'LSTM(32) seed 2']
    """
    of_seed = seeds or [shared.get("seed", default("seed"))]
    shared.pop("seed", None)
    for name, choices in (("cell type", cells), ("number of units", units), ("maxlen", maxlens)):
        if not choices:
            raise UserError(f"Choose at least one {name}.")
    axes = [list(dict.fromkeys(axis)) for axis in (cells, units, maxlens, of_seed)]
    counts = [len(axis) for axis in axes]
    if (count := math.prod(counts[:3])) > MAX_COMPARED:
        raise UserError(
            f"{counts[0]} cell types × {counts[1]} units × {counts[2]} maxlen make {count} networks; the limit is "
            f"{MAX_COMPARED}. Remove some."
        )
    if counts[3] > MAX_SEEDS:
        raise UserError(f"{counts[3]} seeds requested; the limit is {MAX_SEEDS}.")
    return [
        experiment_from({"cell": cell, "units": size, "maxlen": maxlen, "seed": seed, **shared})
        for seed, cell, size, maxlen in itertools.product(axes[3], *axes[:3])
    ]


def can_be_compared(experiments: Sequence[Experiment]) -> bool:
    """Tells whether experiments differ in the network, maxlen and the seed only.

    Example:
        >>> can_be_compared([Experiment(), Experiment(cell="LSTM", units=16)])
        True
        >>> can_be_compared([Experiment(), Experiment(reviews=8000)])
        False
        >>> can_be_compared([Experiment(cell="average"), Experiment(), Experiment(forget_bias=1.0)])
        False
    """
    shared = SETTINGS.keys() - IN_LABEL - {"maxlen", "seed"}
    return all(len({getattr(entry, name) for entry in experiments if entry.has(name)}) <= 1 for name in shared)


def labels(experiments: Iterable[Experiment], *, with_defaults: bool = True) -> list[str]:
    """Returns short names that tell experiments apart; equal experiments have equal names.

    They name the settings that differ among experiments of one source, of more than two only as many as are needed. Of
    several sources each is named, except the default source if a setting is. Without defaults, a setting that has its
    default value is not named.

    Example:
        >>> labels([Experiment(maxlen=100), Experiment(maxlen=500)])
        ['SimpleRNN(32) maxlen 100', 'SimpleRNN(32) maxlen 500']
        >>> labels([Experiment(maxlen=100), Experiment(maxlen=500)], with_defaults=False)
        ['SimpleRNN(32) maxlen 100', 'SimpleRNN(32)']
    """
    compared = list(experiments)
    sources = {experiment.source for experiment in compared}
    telling = {
        source: _telling_apart([experiment for experiment in compared if experiment.source == source])
        for source in sources
    }

    def label(experiment: Experiment) -> str:
        names = telling[experiment.source]
        if len(sources) > 1 and not (names and experiment.source == default("source")):
            names = ["source", *names]
        values = {name: getattr(experiment, name) for name in names if experiment.has(name)}
        texts = [_setting(name, value) for name, value in values.items() if with_defaults or value != default(name)]
        return " ".join([experiment.label, *texts])

    return list(map(label, compared))


def _telling_apart(experiments: Sequence[Experiment]) -> list[str]:
    differing = [
        name
        for name in Experiment.model_fields
        if name not in IN_LABEL
        and len({getattr(experiment, name) for experiment in experiments if experiment.has(name)}) > 1
    ]

    def distinct(names: Sequence[str]) -> int:
        return len({(experiment.label, *(getattr(experiment, name) for name in names)) for experiment in experiments})

    for name in reversed(differing if len(differing) > 2 else ()):
        fewer = [other for other in differing if other != name]
        differing = fewer if distinct(fewer) == distinct(differing) else differing
    return differing


def _setting(name: str, value: Any) -> str:
    if name == "source":
        return text(name, value)
    label = SETTINGS[name].label
    label = label[0].lower() + label[1:]
    return f"{'' if value else 'no '}{label}" if isinstance(value, bool) else f"{label} {text(name, value)}"
