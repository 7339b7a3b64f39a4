"""The presets of a page: those of the program that a browser can train, and one for other reviews than the book's."""

from dataclasses import replace
from typing import Any

from rnn_compare.browser.packed_reviews import LONGEST
from rnn_compare.cells.registry import CELLS
from rnn_compare.experiment_sets import several
from rnn_compare.formatting import counted
from rnn_compare.playground.packed_source import PackedSource
from rnn_compare.presets import BOOK, ORDER, PHONES, PRESETS, Preset
from rnn_compare.settings import default
from rnn_compare.sources import registry

AXES = ("cell", "units", "maxlen")
"""Settings of which a comparison may have several values."""
CHOICES = ("optimizer", "recurrent_initializer")
NUMBERS = (
    *("units", "maxlen", "epochs", "reviews", "validation_split", "seed"),
    *("embedding_size", "vocabulary_size", "batch_size", "learning_rate", "forget_bias"),
)
SETTINGS = ("cell", *NUMBERS, *CHOICES, "mask_padding")
"""Settings of a network in a browser; all others have their defaults there."""


def datasets(chosen: str) -> list[str]:
    """Returns the names of the reviews that a page brings along: the chosen ones first, then those of the tasks."""
    return list(dict.fromkeys([chosen, *map(_dataset, _tasks())]))


def presets(source: PackedSource) -> list[Preset]:
    """Returns the presets of a page with this source, the first to begin with.

    A page without the book's reviews has one for its own, and those of the tasks.
    """
    if source.dataset == registry.DEFAULT.name:
        return _ready()
    of_tasks = _tasks()
    own = [preset for preset in of_tasks if _dataset(preset) == source.dataset]
    return [*(own or [_preset_of(source)]), *(preset for preset in of_tasks if preset not in own)]


def described(preset: Preset) -> dict[str, Any]:
    """Returns a preset as data. Of equal parameters ``units`` are those that the largest network keeps."""
    first = preset.experiments()[0]
    chosen = {"cell": preset.cells, **preset.settings}
    return {
        "name": preset.name,
        "question": preset.question,
        "source": first.dataset,
        "settings": {name: getattr(first, name) for name in SETTINGS}
        | {name: several(chosen.get(name, default(name))) for name in AXES}
        | {name: chosen.get(name, usual) for name, usual in (("seeds", 1), ("equal_parameters", False))},
    }


def _ready() -> list[Preset]:
    return [preset for preset in PRESETS if {*preset.cells} <= {*CELLS} and preset is not PHONES]


def _tasks() -> list[Preset]:
    return [preset for preset in _ready() if _dataset(preset) != registry.DEFAULT.name]


def _dataset(preset: Preset) -> str:
    return preset.experiments()[0].dataset


def _preset_of(source: PackedSource) -> Preset:
    """Returns the comparison of the book on other reviews, of a task that of the task which needs order."""
    origin = registry.source(source.dataset)
    settings = {"source": origin.name, "reviews": source.reviews}
    if origin.distance:
        own = ORDER.settings | settings | {"distance": origin.distance, "maxlen": origin.longest}
        return replace(ORDER, name=origin.title, question=origin.about, settings=own)
    texts = counted(source.reviews, "review" if source.facts["in_english"] else "text")
    maxlen = min(LONGEST, source.facts["longest"] + 1)  # with the start token
    return Preset(
        origin.title, f"SimpleRNN against LSTM on {texts}: {origin.title}.", BOOK.cells, settings | {"maxlen": maxlen}
    )
