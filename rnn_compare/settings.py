"""The settings of an experiment as people see them: labels, bounds, choices, values in words, groups."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, ParamSpec, Protocol, TypeVar, get_args, get_origin

from rnn_compare.experiment import Experiment, Setting
from rnn_compare.feedforward.registry import NETWORKS, TITLES, network
from rnn_compare.formatting import listed
from rnn_compare.sources import registry

SETTINGS: dict[str, Setting] = {
    name: next(item for item in field.metadata if isinstance(item, Setting))
    for name, field in Experiment.model_fields.items()
}
"""The declaration of each field of ``Experiment``."""
HEADINGS = {"main": "Main", "layers": "Layers", "training": "Training", "data": "Data", "expert": "Expert"}
"""Of the groups of settings, in their order."""

Fields = ParamSpec("Fields")
Result = TypeVar("Result", covariant=True)


class TakesSettings(Protocol[Fields, Result]):
    """A function of a network and of settings by their names."""

    def __call__(self, cell: str | Iterable[str] = ..., /, *args: Fields.args, **settings: Fields.kwargs) -> Result:
        """Calls it; the network may also be named ``cell``."""


def takes_settings(
    _declared: Callable[Fields, object],
) -> Callable[[Callable[..., Result]], TakesSettings[Fields, Result]]:
    """Returns a decorator that declares the settings which a function takes as ``**settings``.

    Completion and ``help`` read its signature and docstring, to which all fields of ``Experiment`` are added; type
    checkers read the argument, which is ``Experiment`` or derived from it.
    """

    def declare(function: Callable[..., Result]) -> TakesSettings[Fields, Result]:
        own = inspect.signature(function)
        *named, _ = own.parameters.values()
        fields = {name: field for name, field in Experiment.model_fields.items() if name not in own.parameters}
        added = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=field.annotation)
            for name, field in fields.items()
        ]
        lines = (f"    {name} ({SETTINGS[name].label}): {field.description}" for name, field in fields.items())
        function.__doc__ = "\n".join([inspect.getdoc(function) or "", "", "Settings:", *lines])
        function.__signature__ = own.replace(parameters=[*named, *added])  # type: ignore[attr-defined]  # of inspect
        return function

    return declare


def default(name: str) -> Any:
    """Returns a setting's default; of ``reviews`` and ``distance`` that of the default source."""
    return Experiment.model_fields[name].default


def description(name: str) -> str:
    """Returns what a setting does, in a sentence."""
    return Experiment.model_fields[name].description or ""


def bounds(field: str, source: str = registry.DEFAULT.name) -> tuple[float, float]:
    """Returns the smallest and largest value of a number; of ``reviews`` for a source."""
    low, high = None, registry.source(source).size if field == "reviews" else None
    for constraint in Experiment.model_fields[field].metadata:
        low = getattr(constraint, "ge", low)
        high = getattr(constraint, "le", high)
    if low is None or high is None:
        raise KeyError(f"{field} has no bounds")
    return low, high


def choices(field: str) -> tuple[str, ...]:
    """Returns the values of a setting that is a choice among names; else none."""
    registered = {"cell": NETWORKS, "source": registry.names()}
    annotation = Experiment.model_fields[field].annotation
    return registered.get(field) or (get_args(annotation) if get_origin(annotation) is Literal else ())


def is_switch(name: str) -> bool:
    """Tells whether a setting is yes or no."""
    return Experiment.model_fields[name].annotation is bool


def text(name: str, value: Any) -> str:
    """Returns a setting's value in words.

    Example:
        >>> text("vocabulary_size", 10_000), text("vary_split", True), text("forget_bias", None)
        ('10,000', 'yes', "the cell's own")
    """
    if name == "source":
        return registry.title(value)
    if value is None:
        return SETTINGS[name].none
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)


def value_of(experiment: Experiment, name: str) -> str:
    """Returns the value of an experiment's setting in words; a dash if it has no effect on the network."""
    return text(name, getattr(experiment, name)) if experiment.has(name) else "–"


def no_effect(name: str, cells: Iterable[str]) -> list[str]:
    """Returns to which of several networks a setting does not apply, for each reason.

    Example:
        >>> no_effect("layers", ["LSTM", "average", "attention"])
        ['does not apply to averaged embeddings and attention: the depth is fixed']
    """
    titles: dict[str, list[str]] = {}  # by the reason
    for cell in cells:
        if reason := network(cell).meaningless.get(name):
            titles.setdefault(reason, []).append(TITLES.get(cell, cell))
    return [f"does not apply to {listed(group)}: {reason}" for reason, group in titles.items()]


def in_words(values: Mapping[str, Any]) -> dict[str, str]:
    """Returns settings by their labels, with values in words.

    Example:
        >>> in_words({"mask_padding": False, "clipnorm": None})
        {'Mask padding': 'no', 'clipnorm': 'off'}
    """
    return {SETTINGS[name].label: text(name, value) for name, value in values.items()}


def grouped(names: Sequence[str]) -> dict[str, list[str]]:
    """Returns the settings among the given ones by their groups.

    Example:
        >>> grouped(["seed", "dropout", "optimizer"])
        {'layers': ['dropout'], 'training': ['seed', 'optimizer']}
    """
    members = {group: [name for name in names if SETTINGS[name].group == group] for group in HEADINGS}
    return {group: names for group, names in members.items() if names}


def needing_stock_layers(experiment: Experiment) -> list[str]:
    """Returns the settings that fused layers cannot train.

    Example:
        >>> needing_stock_layers(Experiment(dropout=0.2, recurrent_dropout=0.2))
        ['recurrent_dropout']
    """
    changed = {name: setting for name, setting in SETTINGS.items() if getattr(experiment, name) != default(name)}
    return [name for name, setting in changed.items() if not _is_fused(setting)]


def _is_fused(setting: Setting) -> bool:
    return not setting.of_optimizer if setting.fused is None else setting.fused


def optimizer_options(experiment: Experiment) -> dict[str, Any]:
    """Returns the arguments of Keras' optimizer.

    Example:
        >>> optimizer_options(Experiment(clipnorm=1.0))
        {'learning_rate': 0.001, 'clipnorm': 1.0}
    """
    options = {name: getattr(experiment, name) for name, setting in SETTINGS.items() if setting.of_optimizer}
    return {name: value for name, value in options.items() if value is not None}
