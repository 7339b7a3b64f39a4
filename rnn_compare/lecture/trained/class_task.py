"""The task of a class's phones: networks of one preset, a seed for each device."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rnn_compare.cells.registry import cell
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.networks.plain_script import check_simple
from rnn_compare.presets import PRESETS

RECORDING = Path(__file__).parents[2] / "recordings" / "class_networks.json"
"""By preset, cell and seed: right reviews after each epoch, as every browser gets them."""
OF_A_CLASS = 10_000
"""Seeds of one class, so that two classes share no network; the recorded ones have this number and more."""
OWN_SEEDS = 5_000
"""The server's own networks have numbers beyond this in their class, phones those of their devices."""

Deal = tuple[str, int]
"""A cell and a seed."""


@dataclass(frozen=True)
class ClassTask:
    """What the phones of a class train.

    Attributes:
        experiments: One of each cell; seeds replace theirs.
    """

    experiments: tuple[Experiment, ...]

    @property
    def cells(self) -> list[str]:
        """The cells, in the preset's order."""
        return [experiment.cell for experiment in self.experiments]

    @property
    def epochs(self) -> int:
        """Epochs of each training."""
        return self.experiments[0].epochs

    @property
    def held_out(self) -> int:
        """Number of held-out reviews, the same for all networks."""
        return self.experiments[0].validation_reviews

    def deal(self, lecture: int, number: int) -> Deal:
        """Returns the cell and seed of a device by its lecture and its number there, from 1: no two are the same."""
        return self.cells[(number - 1) % len(self.cells)], seed_of(lecture, number)

    def experiment(self, cell: str, seed: int) -> Experiment:
        """Returns the training of a cell and a seed."""
        return self.experiments[self.cells.index(cell)].model_copy(update={"seed": seed})

    def checked(self, right: object) -> tuple[int, ...]:
        """Returns what a phone sent, any JSON value, as the held-out reviews that were right after each epoch.

        Raises:
            UserError: If it is anything else.
        """
        if not isinstance(right, list) or len(right) != self.epochs:
            raise UserError(f"A result has the right reviews after each of {self.epochs} epochs.")
        if not all(type(count) is int and 0 <= count <= self.held_out for count in right):
            raise UserError(f"Of {self.held_out} reviews, 0 to {self.held_out} can be right.")
        return tuple(right)


def seed_of(lecture: int, number: int) -> int:
    """Returns the seed of a lecture's network by its number, as it is called: seed % OF_A_CLASS."""
    return OF_A_CLASS * (lecture + 1) + number


@cache
def class_task(preset: str) -> ClassTask:
    """Returns the task of a preset; raises ``UserError`` if its networks cannot be a class's."""
    experiments = next((known.experiments() for known in PRESETS if known.name == preset), [])
    by_cell = {experiment.cell: experiment for experiment in experiments}
    if len(by_cell) != len(experiments) or len(experiments) < 2:
        raise UserError(f"{preset[:60]!r} does not suit phones: it needs two cells or more, each once.")
    for experiment in experiments:
        check_simple(experiment, "A phone")
        layout = cell(experiment.cell)
        if len(layout.phases) > 1 or layout.recurrent != "matrix" or experiment.optimizer != "rmsprop":
            # What the server can repeat bit by bit (browser/exact.py).
            name, optimizer = experiment.cell, experiment.optimizer
            raise UserError(f"{name} with {optimizer}: phones train SimpleRNN, LSTM or GRU with rmsprop.")
    return ClassTask(tuple(experiments))


@cache
def recorded(preset: str) -> dict[Deal, tuple[int, ...]]:
    """Returns the recorded networks of a preset, by cell and seed their right reviews; none without a recording."""
    by_preset = json.loads(RECORDING.read_text(encoding="utf-8"))
    return {
        (cell, int(seed)): tuple(right)
        for cell, networks in by_preset.get(preset, {}).items()
        for seed, right in networks.items()
    }
