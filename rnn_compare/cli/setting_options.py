"""Settings as options of a command, one for each field of ``Experiment``."""

import argparse
import sys
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import comparison, particular_seeds, without_effect
from rnn_compare.formatting import counted
from rnn_compare.settings import bounds, choices, default, is_switch, text
from rnn_compare.sources import own_texts
from rnn_compare.sources.registry import SOURCES, is_known, source
from rnn_compare.sources.task import USUAL_DISTANCE

COMPARED = ("cell", "units", "maxlen", "seed")
"""Settings that may have several values in a comparison; in a sweep all may."""
_FLAGS = {"cell": ("--cell", "--network")}
_USUAL = {"reviews": "all", "distance": f"{USUAL_DISTANCE} in a task", "source": SOURCES[0]}
"""Descriptions of the defaults that depend on the source."""


class _Switch(argparse.BooleanOptionalAction):
    """``--flag`` and ``--no-flag``, which may both be given."""

    def __call__(self, _: Any, namespace: argparse.Namespace, _values: Any, flag: str | None = None) -> None:
        occurrences = getattr(namespace, self.dest) or []
        setattr(namespace, self.dest, [*occurrences, not str(flag).startswith("--no-")])


def add_settings(
    parser: argparse.ArgumentParser,
    cells: Sequence[str] = (),
    offered: Collection[str] = Experiment.model_fields,
    several: Collection[str] = COMPARED,
) -> None:
    """Adds an option for each setting to a command.

    Args:
        cells: The networks to train if none is named.
        offered: Settings that the command has.
        several: Those that may have several values.
    """
    # Values stay text here: Experiment checks them and explains what is wrong.
    parser.usage = f"{parser.prog} [--SETTING VALUE ...] [OPTION ...]"
    parser.set_defaults(usual_cells=list(cells), several=several)
    group = parser.add_argument_group("settings")
    for name in offered:
        flags = _FLAGS.get(name, (f"--{name.replace('_', '-')}",))
        purpose = Experiment.model_fields[name].description or ""
        if is_switch(name):
            group.add_argument(*flags, action=_Switch, help=purpose)
            continue
        names = choices(name)
        usual = " ".join(cells) if cells and name == "cell" else _USUAL.get(name, text(name, default(name)))
        limits = " or ".join(names) if names else "{:,} to {:,}".format(*bounds(name))
        if name == "reviews":
            sizes = ", ".join(f"{source_name} {source(source_name).size:,}" for source_name in SOURCES)
            limits = f"{int(bounds(name)[0])} to the size of the source ({sizes})"
        more = " Or FILE.csv: your own texts with two labels." if name == "source" else ""
        values: dict[str, Any] = {"action": "extend", "nargs": "+"} if name in several else {"action": "append"}
        group.add_argument(
            *flags,
            **values,
            dest=name,
            metavar=name.upper(),
            help=f"{purpose} {limits}; {usual} if left out.{more}",
        )
    if "seed" in several:
        group.add_argument(
            "--seeds", nargs="+", metavar="NUMBER", help="Number of seeds, from --seed on; 1 if left out."
        )


def chosen(options: argparse.Namespace) -> dict[str, Any]:
    """Returns the settings on the command line, after importing CSV files that are named as sources.

    Those that may have several values are lists; of others an option replaces an earlier one of the same name.
    ``seeds`` is their number.
    """
    settings: dict[str, Any] = {"cell": options.usual_cells} if options.usual_cells else {}
    for name in Experiment.model_fields:
        if not (values := getattr(options, name, None)):
            continue
        values = values if name in options.several else values[-1:]
        if name == "source":  # a file that is replaced by a later one is not read
            values = [source_name(value, options.json) for value in values]
        settings[name] = values if name in options.several else values[0]
    if seeds := getattr(options, "seeds", None):
        if len(seeds) > 1:
            raise particular_seeds("--seeds", f"--seed {' '.join(seeds)}")
        settings["seeds"] = seeds[0]
    warn_of_settings_without_effect(settings.get("cell", ()), settings)
    return settings


def warn_of_settings_without_effect(cells: Any, settings: Mapping[str, Any]) -> None:
    """Prints a sentence for each setting that some of the networks lack; see ``without_effect``."""
    for sentence in without_effect(cells, settings):
        print(sentence, file=sys.stderr)


def experiments(options: argparse.Namespace) -> list[Experiment]:
    """Returns the experiments of a comparison."""
    return comparison(**chosen(options))


def source_name(source_or_file: str, as_json: bool) -> str:
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
