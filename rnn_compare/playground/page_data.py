"""All that a page needs to run experiments, as data: sources, presets, cells, settings, charts, words of a verdict."""

from collections.abc import Sequence
from typing import Any

from rnn_compare.browser.judging_words import judging_words
from rnn_compare.browser.packed_reviews import LONGEST, MOST_IDS
from rnn_compare.browser.trainable import trainable_cell
from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.charts.curves.curve_chart import CurveChart, all_charts
from rnn_compare.charts.palette import MARKERS, picture
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import MAX_SEEDS
from rnn_compare.glossary import TERMS
from rnn_compare.paths import playground_address
from rnn_compare.playground.offered_presets import CHOICES, NUMBERS, SETTINGS, described, presets
from rnn_compare.playground.packed_source import PackedSource
from rnn_compare.playground.recorded import recorded
from rnn_compare.report.reader import LANGUAGES, layout
from rnn_compare.settings import SETTINGS as DECLARED
from rnn_compare.settings import bounds, choices, default, description
from rnn_compare.sources import registry

_CHARTS = ("accuracy", "loss")
_LIMITS = {"maxlen": (1, LONGEST), "vocabulary_size": (100, MOST_IDS)}
"""Bounds that are narrower than the program's: no more has been packed."""


def page_data(sources: Sequence[PackedSource]) -> dict[str, Any]:
    """Returns all that a page has with these sources, the chosen one first, but for the reviews themselves.

    ``sources`` by name; ``presets``, the first to begin with; ``cells``, see ``described_cells``;
    ``labels``, ``help``, ``defaults``, ``bounds`` and ``choices`` of settings by their names;
    declarations of the ``charts``; ``judging``, the words of verdicts; ``glossary``; ``languages``; ``drawings`` by
    cell; ``recorded``, the book's experiment, None on a page without its reviews; ``address``, where the page is
    published, empty if it is not.
    """
    return {
        "sources": {source.dataset: source.facts for source in sources},
        "presets": list(map(described, presets(sources[0]))),
        "cells": described_cells(),
        "labels": {name: DECLARED[name].label for name in (*SETTINGS, "source")},
        "help": {name: description(name) for name in SETTINGS},
        "defaults": {name: default(name) for name in SETTINGS} | {"seeds": 1},
        "bounds": {name: _LIMITS.get(name) or bounds(name) for name in NUMBERS} | {"seeds": (1, MAX_SEEDS)},
        "choices": {name: choices(name) for name in CHOICES},
        "charts": [_chart(all_charts()[name]) for name in _CHARTS],
        "judging": judging_words(),
        "glossary": TERMS,
        "languages": LANGUAGES,
        "drawings": {name: picture(name).drawing for name in CELLS},
        "recorded": recorded() if sources[0].dataset == registry.DEFAULT.name else None,
        "address": playground_address(),
    }


def _chart(chart: CurveChart) -> dict[str, Any]:
    """Returns a chart as ``curves_message`` does, for shares as they are, with the axis of no values yet."""
    return {**chart.declaration, "title": chart.title, "factor": chart.factor, "range": chart.range([])}


def described_cells() -> dict[str, dict[str, Any]]:
    """Returns all cells by name, from which ``arithmetic/description.js`` builds networks of any size.

    ``trainable`` is the cell as a browser trains it, ``layout`` as it reads; ``shades`` and ``markers`` are the looks
    of its networks in a comparison, one after the other; ``keeping`` is the block of the gate whose initial bias
    is a setting, and 1 if a higher bias keeps the state longer, otherwise −1; ``meaningless`` says why a setting
    has no effect.
    """
    return {name: _described(name) for name in CELLS}


def _described(name: str) -> dict[str, Any]:
    own = cell(name)
    keeping = own.keeping_columns(1)[:1]
    return {
        "name": name,
        "keras_name": own.keras_name,
        "year": own.year,
        "gates": [gate._asdict() for gate in own.gates],
        "trainable": trainable_cell(own),
        "layout": layout(Experiment(cell=name))["cell"],
        "shades": picture(name).shades,
        "markers": MARKERS,
        "forget_bias": own.forget_bias,
        "keeping": {"block": keeping[0][0], "sign": keeping[0][2]} if keeping else None,
        "meaningless": own.meaningless,
    }
