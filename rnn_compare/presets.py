"""Presets: ready set-ups, each of which asks one question."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import comparison


@dataclass(frozen=True)
class Preset:
    """A comparison with a name, and the question that it answers.

    Attributes:
        cells: The networks.
        settings: Other arguments of ``experiment_sets.comparison``.
    """

    name: str
    question: str
    cells: tuple[str, ...] = ("SimpleRNN", "LSTM")
    settings: dict[str, Any] = field(default_factory=dict)

    def experiments(self) -> list[Experiment]:
        """Returns the experiments of the comparison."""
        return comparison(cell=self.cells, **self.settings)

    @functools.cached_property
    def hashes(self) -> set[str]:
        """The hashes of its experiments, whatever their seeds."""
        return {experiment.setting for experiment in self.experiments()}


BOOK = Preset(
    "The book's experiment",
    "SimpleRNN against LSTM on all 25,000 reviews, as in Chollet (2018), section 6.2.",
)
SHORT = Preset(
    "Short",
    "A rehearsal in less than a minute: 8,000 reviews, their last 100 words, 5 epochs; rarely enough for a verdict.",
    settings={"maxlen": 100, "epochs": 5, "reviews": 8_000},
)
LONG_MEMORY = Preset(
    "Long memory",
    "Does the LSTM's lead grow with text length? The last 50 words against the last 400.",
    settings={"maxlen": (50, 400), "epochs": 6, "reviews": 15_000},
)
LUCK = Preset(
    "Is it luck?",
    "Three seeds each: different initial weights and order of reviews. Does the LSTM still lead?",
    settings={"maxlen": 200, "seeds": 3, "epochs": 5, "reviews": 12_000},
)
GATES = Preset(
    "How many gates?",
    "None in SimpleRNN, one in MGU, two in GRU, three in LSTM: what does each add?",
    cells=("SimpleRNN", "MGU", "GRU", "LSTM"),
    settings={"maxlen": 200, "epochs": 5, "reviews": 12_000},
)
EQUAL_PARAMETERS = Preset(
    "Equal parameters",
    "With equal parameters, which cell is best? With equal units an LSTM has four times a SimpleRNN's.",
    cells=("SimpleRNN", "LSTM", "GRU"),
    settings={"equal_parameters": True},
)
# These sentences were true of five seeds of five: see docs/results.md.
_TASK: dict[str, Any] = {"reviews": 6_400, "vocabulary_size": 100, "optimizer": "adam", "epochs": 8}
ORDER = Preset(
    "Order matters",
    "Which of two words came first? A bag of words can only guess, as can averaged embeddings; recurrent networks "
    "learn it.",
    cells=("SimpleRNN", "LSTM", "GRU"),
    settings=_TASK | {"maxlen": 40, "source": "order", "distance": 20},
)
FIRST_WORD = Preset(
    "First word of 200",
    "The textbook reversed: with Keras' initial weights the SimpleRNN learns to remember a word over 200 others; in "
    "eight epochs neither LSTM nor GRU does.",
    cells=("SimpleRNN", "LSTM", "GRU"),
    settings=_TASK | {"maxlen": 202, "source": "first-word", "distance": 200},
)
OPEN_GATES = Preset(
    "First word, gates open",
    "The same with open gates (forget bias 3): now LSTM and GRU learn it too.",
    cells=FIRST_WORD.cells,
    settings=FIRST_WORD.settings | {"forget_bias": 3.0},
)
ATTENTION = Preset(
    "Attention, or just counting?",
    "An LSTM reads in order; an average has no order, a convolution sees seven words, attention compares all pairs: "
    "which of them is best on the last 200 words?",
    cells=("LSTM", "average", "convolution", "attention"),
    settings={"maxlen": 200},
)
# These sentences were true of ten seeds of ten: see docs/results.md.
PARITY = Preset(
    "Does a gate need the state?",
    "Parity: does “red” occur an even number of times in up to 15 words? Ten seeds each: the LSTM always learns it, "
    "and minGRU, whose gate sees the word alone, never; signedMinGRU, with a factor of two in that gate, always; "
    "SimpleRNN, without gates, never. Without recurrence attention and bags do not learn it either (three seeds each).",
    cells=("SimpleRNN", "LSTM", "minGRU", "signedMinGRU"),
    settings=_TASK
    | {"maxlen": 16, "source": "parity2", "distance": 15, "learning_rate": 0.005, "batch_size": 64, "epochs": 20},
)
PHONES = Preset(
    "One network for each phone",
    "Small enough for a phone, in seconds: a SimpleRNN's seeds differ by twenty points, an LSTM's by four.",
    # Padding is masked: otherwise a network guesses at a short text that somebody types.
    settings={
        **{"units": 8, "maxlen": 50, "reviews": 2_500, "vocabulary_size": 2_000, "embedding_size": 8},
        **{"batch_size": 32, "epochs": 8, "learning_rate": 0.003, "mask_padding": True},
    },
)
THIRDS = Preset(
    "Is a factor of two enough?",
    "Does “red” occur a multiple of three times? Ten seeds each: cells whose gates see the word alone never learn it.",
    cells=PARITY.cells,
    settings=PARITY.settings | {"source": "thirds"},
)
PRESETS = (
    BOOK,
    SHORT,
    GATES,
    EQUAL_PARAMETERS,
    LONG_MEMORY,
    LUCK,
    ORDER,
    FIRST_WORD,
    OPEN_GATES,
    PARITY,
    THIRDS,
    ATTENTION,
    PHONES,
)


def presets_of(experiments: Iterable[Experiment]) -> list[Preset]:
    """Returns the presets with these settings, whatever the seeds."""
    hashes = {experiment.setting for experiment in experiments}
    return [preset for preset in PRESETS if preset.hashes == hashes]
