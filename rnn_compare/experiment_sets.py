"""Experiments from people's values: a single one, or sets to compare, named by what differs."""

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import ValidationError

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.settings import SETTINGS, bounds, choices, default, text
from rnn_compare.sources import registry

MAX_COMPARED = 8
"""Networks of one comparison: more curves cannot be told apart on a wall."""
MAX_SEEDS = 10
LONGEST_ECHO = 40
"""Characters of a wrong value that an error repeats."""
IN_LABEL = {"cell", "units", "layers", "bidirectional"}
"""Settings that ``Experiment.label`` names."""


def experiment_from(values: dict[str, Any]) -> Experiment:
    """Returns an experiment from untrusted values; raises ``UserError`` with a sentence for each problem.

    Example:
        >>> experiment_from({"units": 0})
        Traceback (most recent call last):
        ...
        rnn_compare.errors.UserError: units is 0; it must be between 1 and 512.
    """
    try:
        return Experiment(**values)
    except ValidationError as error:
        raise UserError(" ".join(_sentence(detail, values) for detail in error.errors())) from None


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
    for name, values in (("cell type", cells), ("number of units", units), ("maxlen", maxlens)):
        if not values:
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


def _sentence(detail: Any, values: dict[str, Any]) -> str:
    field = str(detail["loc"][0]) if detail["loc"] else ""
    value = detail["input"]
    match detail["type"]:
        case "value_error":
            return str(detail["msg"]).removeprefix("Value error, ")
        case "extra_forbidden":
            return f"There is no setting {_short(field)}."
        case "greater_than_equal" | "less_than_equal":
            return _out_of_bounds(field, value, values.get("source"))
        case "literal_error" | "unknown":
            *names, last = map(repr, choices(field))
            return f"{field} is {_short(value)!r}; it must be one of {', '.join(names)} or {last}."
        case "too_many_reviews":
            return _out_of_bounds("reviews", values["reviews"], value)
    kinds: dict[Any, str] = {bool: "yes or no", int: "a whole number", float: "a number", float | None: "a number"}
    kind = kinds.get(Experiment.model_fields[field].annotation, "a plain text")
    return f"{field} is {_short(value)!r}; it must be {kind}."


def _out_of_bounds(field: str, value: Any, source: Any) -> str:
    low, high = bounds(field, source) if registry.is_known(source) else bounds(field)
    return f"{field} is {_short(value)}; it must be between {low:,} and {high:,}."


def _short(value: Any) -> str:
    try:
        text = str(value)
    except ValueError:  # Python writes out no whole number of more than 4,300 digits
        return "a number of thousands of digits"
    return text if len(text) <= LONGEST_ECHO else f"{text[:LONGEST_ECHO]}…"
