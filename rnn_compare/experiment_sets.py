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
MAX_RUNS = 200
"""Of one grid."""
LONGEST_ECHO = 40
"""Characters of a wrong value that an error repeats."""
IN_LABEL = {"cell", "units", "layers", "bidirectional"}
"""Settings that ``Experiment.label`` names."""

_NOUNS = {"cell": ("cell type", "cell types"), "seed": ("seed", "seeds")}


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


def grid(settings: Mapping[str, Any], networks: int = MAX_RUNS, seeds: int = MAX_RUNS) -> list[Experiment]:
    """Returns one experiment for each combination of values, without duplicates; several values are an axis.

    All networks with the first seed come first; among them the first setting varies slowest.

    Args:
        settings: One value or several (see ``several``) of any field of ``Experiment``; ``seeds``, a number of seeds
            from ``seed`` on; ``equal_parameters``, whether of the networks that differ in the cell alone only the
            largest keeps its units, and the others get about as many parameters.
        networks: The most networks.
        seeds: The most seeds of each network.

    Raises:
        UserError: If a setting has no value, there are too many combinations, or a value is out of bounds.

    Example:
        >>> [e.label for e in grid({"cell": ["LSTM", "GRU"], "units": [4, 8], "maxlen": 20})]
        ['LSTM(4)', 'LSTM(8)', 'GRU(4)', 'GRU(8)']
        >>> [e.label for e in grid({"cell": ["SimpleRNN", "LSTM"], "equal_parameters": True})]
        ['SimpleRNN(76)', 'LSTM(32)']
        >>> [e.seed for e in grid({"seed": 4, "seeds": 3})]
        [4, 5, 6]
    """
    others = settings.keys() - {"seed", "seeds", "equal_parameters"}
    axes = {name: several(settings[name]) for name in settings if name in others}
    axis_of_seeds = {"seed": _seeds(settings.get("seed", default("seed")), settings.get("seeds"), seeds)}
    _check_size("networks", axes, networks)
    _check_size("runs of each network", axis_of_seeds, seeds)
    _check_size("runs", axes | axis_of_seeds, MAX_RUNS)
    rows = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
    experiments = [experiment_from(row) for row in rows]
    if settings.get("equal_parameters"):
        experiments = _with_equal_parameters(experiments, rows)
    numbers = [experiment_from({"seed": seed}).seed for seed in axis_of_seeds["seed"]]
    return list(dict.fromkeys(entry.model_copy(update={"seed": seed}) for seed in numbers for entry in experiments))


def comparison(**settings: Any) -> list[Experiment]:
    """Returns a grid of at most ``MAX_COMPARED`` networks with at most ``MAX_SEEDS`` seeds each.

    Example:
        >>> labels(comparison(cell="LSTM", seeds=2))
        ['LSTM(32) seed 1', 'LSTM(32) seed 2']
    """
    return grid(settings, MAX_COMPARED, MAX_SEEDS)


def whole_number(name: str, value: Any, low: int, high: int) -> int:
    """Returns an untrusted whole number within bounds; raises ``UserError`` for anything else."""
    text = _short(value)
    if not (text.isdecimal() and low <= int(text) <= high):
        raise UserError(f"{name} is {text}; it must be a whole number from {low:,} to {high:,}.")
    return int(text)


def particular_seeds(seeds: str, instead: str) -> UserError:
    """Returns the error for seeds where their number is expected, given how both are written."""
    return UserError(f"{seeds} is a number of seeds, such as 3. Particular seeds are {instead}.")


def _seeds(seed: Any, number: Any, most: int) -> list[Any]:
    particular = several(seed)
    if number is None:
        return particular
    if isinstance(number, Iterable) and not isinstance(number, str):
        raise particular_seeds("seeds", f"seed={excerpt(str(several(number)), LONGEST_ECHO)}")
    if len(particular) != 1:
        raise UserError("seeds count from one seed on, and seed has several values. Leave one of the two out.")
    first = experiment_from({"seed": particular[0]}).seed
    return list(range(first, first + whole_number("seeds", number, 1, most)))


def _check_size(made: str, axes: Mapping[str, Sequence[Any]], most: int) -> None:
    nouns = {name: _NOUNS.get(name, (f"value of {name}", f"values of {name}")) for name in axes}
    for name, axis in axes.items():
        if not axis:
            raise UserError(f"Choose at least one {nouns[name][0]}.")
    if (count := math.prod(map(len, axes.values()))) > most:
        sizes = (f"{len(axis)} {nouns[name][1]}" for name, axis in axes.items() if len(axis) > 1)
        raise UserError(f"{' × '.join(sizes)} make {count} {made}; the limit is {most}. Remove some.")


def _with_equal_parameters(networks: Sequence[Experiment], rows: Sequence[Mapping[str, Any]]) -> list[Experiment]:
    """Returns networks with the units that bring those of equal rows, but for the cell, nearest to their largest.

    Parameters of the recurrent layers are counted; without recurrence, of all layers between embedding and Dense.
    """
    keys = [tuple(value for name, value in row.items() if name != "cell") for row in rows]
    largest: dict[Any, int] = {}
    for key, network in zip(keys, networks, strict=True):
        largest[key] = max(largest.get(key, 0), parameters(network).recurrent)
    return [
        network.model_copy(update={"units": _units_for(largest[key], network)})
        for key, network in zip(keys, networks, strict=True)
    ]


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
