"""Experiments from people's values: a single one, or sets to compare, named by what differs."""

import bisect
import difflib
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from pydantic import ValidationError

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.feedforward.registry import NETWORKS
from rnn_compare.formatting import excerpt, listed
from rnn_compare.networks.parameters import parameters
from rnn_compare.settings import SETTINGS, bounds, choices, default, is_switch, no_effect, text
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

    Settings without effect on the network are dropped; ``without_effect`` tells which. Numbers may be text, as from a
    command line or an address, or whole floats, as from a table.

    Example:
        >>> experiment_from({"units": 0})
        Traceback (most recent call last):
        ...
        rnn_compare.errors.UserError: units is 0; it must be between 1 and 512.
    """
    values = {name: _plain(value) for name, value in values.items()}
    for name, value in values.items():
        if isinstance(value, bool) and name in SETTINGS and not is_switch(name):
            raise UserError(f"{name} is {value}, but is no setting of yes or no.")
    try:
        return Experiment(**values)
    except ValidationError as error:
        raise UserError(" ".join(_sentence(detail, values) for detail in error.errors())) from None


def several(values: Any) -> list[Any]:
    """Returns one value, or those of a list, set, range, array or column of a table, as a list of Python's own values.

    Example:
        >>> several("LSTM"), several(range(1, 3)), several({4})
        (['LSTM'], [1, 2], [4])
    """
    values = _plain(values)
    return list(values) if isinstance(values, Iterable) and not isinstance(values, str | Mapping) else [values]


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value  # NumPy's and pandas' numbers and arrays


def comparison(
    cells: Any, units: Any, maxlens: Any, seeds: Any = None, /, *, equal_parameters: bool = False, **shared: Any
) -> list[Experiment]:
    """Returns one experiment for each cell × units × maxlen × seed: at most ``MAX_COMPARED`` networks.

    Repeated values count once. All networks with the first seed come first, in the order of the other arguments.

    Args:
        cells, units, maxlens: The values to compare, one or several of each (see ``several``).
        seeds: At most ``MAX_SEEDS``; None for ``seed`` in ``shared``.
        equal_parameters: Whether only the largest network has these units, and the others about as many parameters.
        shared: Other settings, the same for all.

    Raises:
        UserError: If there are no values or too many, or a setting is out of bounds.

    Example:
        >>> [e.label for e in comparison(["SimpleRNN", "LSTM"], 32, 500)]
        ['SimpleRNN(32)', 'LSTM(32)']
        >>> [e.label for e in comparison(["SimpleRNN", "LSTM"], 32, 500, equal_parameters=True)]
        ['SimpleRNN(76)', 'LSTM(32)']
        >>> labels(comparison("LSTM", 32, 500, [1, 2]))
        ['LSTM(32) seed 1', 'LSTM(32) seed 2']
    """
    if seeds is None:
        seeds = shared.pop("seed", default("seed"))
    elif "seed" in shared:
        raise UserError("seed and seeds are the same setting. Leave one out.")
    axes = [_distinct(several(values)) for values in (cells, units, maxlens, seeds)]
    for name, axis in zip(("cell type", "number of units", "maxlen", "seed"), axes, strict=True):
        if not axis:
            raise UserError(f"Choose at least one {name}.")
    counts = [len(axis) for axis in axes]
    if (count := math.prod(counts[:3])) > MAX_COMPARED:
        raise UserError(
            f"{counts[0]} cell types × {counts[1]} units × {counts[2]} maxlen make {count} networks; the limit is "
            f"{MAX_COMPARED}. Remove some."
        )
    if counts[3] > MAX_SEEDS:
        raise UserError(f"{counts[3]} seeds requested; the limit is {MAX_SEEDS}.")
    experiments = [
        experiment_from(dict(cell=cell, units=size, maxlen=maxlen, seed=seed, **shared))
        for seed, cell, size, maxlen in itertools.product(axes[3], *axes[:3])
    ]
    return _with_equal_parameters(experiments) if equal_parameters else experiments


def _with_equal_parameters(experiments: Sequence[Experiment]) -> list[Experiment]:
    """Returns experiments with units that bring all of the same ``units`` nearest to the parameters of their largest.

    Those of the recurrent layers are counted; without recurrence, of all layers between embedding and Dense.
    """
    networks = {(experiment.cell, experiment.units): experiment for experiment in experiments}
    largest: dict[int, int] = {}
    for network in networks.values():
        largest[network.units] = max(largest.get(network.units, 0), parameters(network).recurrent)
    units = {key: _units_for(largest[network.units], network) for key, network in networks.items()}
    return [entry.model_copy(update={"units": units[entry.cell, entry.units]}) for entry in experiments]


def _units_for(wanted: int, network: Experiment) -> int:
    """Returns the units with which a network's parameters come nearest; the fewer of two that are equally near."""

    def count(units: int) -> int:
        return parameters(network.model_copy(update={"units": units})).recurrent

    low, high = map(int, bounds("units"))
    enough = bisect.bisect_left(range(high), wanted, low, key=count)
    if count(enough) < wanted:
        raise UserError(
            f"{network.cell} would need more than {high} units for the {wanted:,} parameters of the largest network. "
            "Choose fewer units."
        )
    return min((max(low, enough - 1), enough), key=lambda units: abs(count(units) - wanted))


def _distinct(values: Sequence[Any]) -> list[Any]:
    return [value for place, value in enumerate(values) if value not in values[:place]]  # some cannot be hashed


def without_effect(cells: Any, settings: Mapping[str, Any]) -> list[str]:
    """Returns a sentence for each setting that was changed and has no effect on some of the networks.

    Args:
        cells: One or several networks; unknown ones are ignored.
        settings: Values by name, one or several of each.

    Raises:
        UserError: If a changed setting has no effect on any of the networks, or its value is not valid.

    Example:
        >>> without_effect(["LSTM", "attention"], {"layers": 2})
        ['layers does not apply to attention: the depth is fixed.']
    """
    networks = [cell for cell in several(cells) if cell in NETWORKS]
    sentences = []
    for name, values in settings.items():
        reasons = no_effect(name, networks)
        if reasons and any(getattr(experiment_from({name: value}), name) != default(name) for value in several(values)):
            sentences.append(f"{name} {listed(list(reasons))}.")
            if all(no_effect(name, [cell]) for cell in networks):
                raise UserError(f"{sentences[-1]} Leave it out.")
    return sentences


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
            nearest = difflib.get_close_matches(field[:LONGEST_ECHO], Experiment.model_fields, 1)
            return f"There is no setting {_short(field)}.{f' Did you mean {nearest[0]}?' if nearest else ''}"
        case "greater_than_equal" | "less_than_equal":
            return _out_of_bounds(field, value, values.get("source"))
        case "literal_error" | "unknown":
            *names, last = map(repr, choices(field))
            return f"{field} is {_short(value)!r}; it must be one of {', '.join(names)} or {last}."
        case "too_many_reviews":
            return _out_of_bounds("reviews", values["reviews"], value)
    kinds: dict[Any, str] = {bool: "yes or no", int: "a whole number", float: "a number"}
    annotation = Experiment.model_fields[field].annotation
    known = (kinds[kind] for kind in (annotation, *get_args(annotation)) if kind in kinds)  # also of one or None
    return f"{field} is {_short(value)!r}; it must be {next(known, 'a plain text')}."


def _out_of_bounds(field: str, value: Any, source: Any) -> str:
    low, high = bounds(field, source) if registry.is_known(source) else bounds(field)
    return f"{field} is {_short(value)}; it must be between {low:,} and {high:,}."


def _short(value: Any) -> str:
    try:
        text = str(value)
    except ValueError:  # Python writes out no whole number of more than 4,300 digits
        return "a number of thousands of digits"
    return excerpt(text, LONGEST_ECHO)
