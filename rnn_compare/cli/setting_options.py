"""Settings as options of a command, one for each field of ``Experiment``."""

import argparse
import sys
from collections.abc import Collection, Sequence
from typing import Any

from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import comparison, without_effect
from rnn_compare.formatting import counted
from rnn_compare.settings import bounds, choices, text
from rnn_compare.sources import own_texts
from rnn_compare.sources.registry import SOURCES, is_known, source
from rnn_compare.sources.task import USUAL_DISTANCE

SEVERAL = ("cell", "units", "maxlen")
"""Settings that may have several values in a comparison."""
_USUAL = {"reviews": "all", "distance": f"{USUAL_DISTANCE} in a task", "source": SOURCES[0]}
"""Descriptions of the defaults that depend on the source."""


def add_settings(
    parser: argparse.ArgumentParser,
    cell: Sequence[str] | None = None,
    several: Sequence[str] = SEVERAL,
    offered: Collection[str] = Experiment.model_fields,
) -> None:
    """Adds an option for each setting to a command.

    Args:
        cell: The networks to train if none is named.
        several: Settings that accept several values.
        offered: Settings that the command has.
    """
    # Values stay text here: Experiment checks them and explains what is wrong.
    group = parser.add_argument_group("settings")
    for name, field in Experiment.model_fields.items():
        if name not in offered:
            continue
        flag = "--seeds" if name == "seed" and name in several else f"--{name.replace('_', '-')}"
        if field.annotation is bool:
            _add_switch(group, name, flag, name in several)
            continue
        names = choices(name)
        usual = " ".join(cell) if cell and name == "cell" else _USUAL.get(name, text(name, field.default))
        limits = " or ".join(names) if names else "{:,} to {:,}".format(*bounds(name))
        if name == "reviews":
            sizes = ", ".join(f"{source_name} {source(source_name).size:,}" for source_name in SOURCES)
            limits = f"{int(bounds(name)[0])} to the size of the source ({sizes})"
        more = " Or FILE.csv: your own texts with two labels." if name == "source" else ""
        group.add_argument(
            *((flag, "--network") if name == "cell" else (flag,)),
            dest=name,
            action="extend" if name in several else "store",
            nargs="+" if name in several else None,
            metavar=name.upper(),
            help=f"{field.description} {limits}; {usual} if left out.{more}",
        )
    parser.set_defaults(usual_cells=cell)


def chosen(options: argparse.Namespace) -> dict[str, Any]:
    """Returns the settings on the command line, after importing a CSV file that is named as the source."""
    values = {name: getattr(options, name, None) for name in Experiment.model_fields}
    values["cell"] = values["cell"] or getattr(options, "usual_cells", None)
    settings = {name: value for name, value in values.items() if value is not None}
    sources = settings.get("source")
    if isinstance(sources, list):
        settings["source"] = [_source_name(name, options.json) for name in sources]
    elif sources is not None:
        settings["source"] = _source_name(sources, options.json)
    for sentence in without_effect(settings.get("cell", ()), settings):
        print(sentence, file=sys.stderr)
    return settings


def experiments(options: argparse.Namespace) -> list[Experiment]:
    """Returns the experiments of a comparison."""
    shared = chosen(options)
    axes = [shared.pop(name, [Experiment.model_fields[name].default]) for name in SEVERAL]
    return comparison(*axes, **shared)


def _add_switch(group: Any, name: str, flag: str, several: bool) -> None:
    """Adds ``--flag`` and ``--no-flag``; if the setting may have several values, both may be given."""
    purpose = Experiment.model_fields[name].description
    if not several:
        group.add_argument(flag, action=argparse.BooleanOptionalAction, help=purpose)
        return
    group.add_argument(flag, dest=name, action="append_const", const=True, help=purpose)
    group.add_argument(
        f"--no-{flag[2:]}", dest=name, action="append_const", const=False, help="Switch it off, or give both."
    )


def _source_name(source_or_file: str, as_json: bool) -> str:
    """Returns the name of a source; imports a file of texts first and prints what was understood of it."""
    path = None if is_known(source_or_file) else own_texts.find_file(source_or_file)
    if path is None:
        return source_or_file
    from rnn_compare.reviews.text_import import import_texts  # NumPy takes a moment

    card = import_texts(str(path))
    if not as_json:
        print(_understood(card), file=sys.stderr)
    return card.name


def _understood(card: own_texts.Card) -> str:
    balance = " and ".join(f"{count:,} {label!r}" for label, count in zip(card.labels, card.counts, strict=True))
    summary = f"{card.title}: {counted(card.size, 'text')}, {balance}, read as {card.name}."
    return " ".join([summary, *card.remarks()])
