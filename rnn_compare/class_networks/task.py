"""The task of a class's phones: networks of one preset, a seed for each device."""

import base64
import contextlib
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.networks.plain_script import check_simple
from rnn_compare.presets import PRESETS

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

    def checked_right(self, right: object) -> tuple[int, ...]:
        """Returns what a phone sent, any JSON value, as the held-out reviews that were right after each epoch.

        Raises:
            UserError: If it is anything else.
        """
        if not isinstance(right, list) or len(right) != self.epochs:
            raise UserError(f"A result has the right reviews after each of {self.epochs} epochs.")
        if not all(type(count) is int and 0 <= count <= self.held_out for count in right):
            raise UserError(f"Of {self.held_out} reviews, 0 to {self.held_out} can be right.")
        return tuple(right)

    def checked_correct(self, correct: object, best: int) -> str:
        """Returns what a phone sent, any JSON value, as ``packed_bits``: which reviews were right after its best epoch.

        Raises:
            UserError: If it is anything else, or not so many were right.
        """
        with contextlib.suppress(ValueError):
            places = unpacked_bits(str(correct), self.held_out)
            if packed_bits(places) == correct and places.sum() == best:
                return packed_bits(places)
        raise UserError(f"A result says which of {self.held_out} reviews were right after its best epoch: {best}.")


def seed_of(lecture: int, number: int) -> int:
    """Returns the seed of a lecture's network by its number, as it is called: seed % OF_A_CLASS."""
    return OF_A_CLASS * (lecture + 1) + number


def packed_bits(correct: NDArray[np.generic]) -> str:
    """Returns which reviews were right, 0 or 1 (reviews,), as text: eight a byte, the first highest, in base64.

    Example:
        >>> packed_bits(np.array([0, 1, 1, 0, 0, 0, 0, 0, 1])), unpacked_bits("YIA=", 9)
        ('YIA=', array([0, 1, 1, 0, 0, 0, 0, 0, 1], dtype=uint8))
    """
    return base64.b64encode(np.packbits(correct.astype(bool)).tobytes()).decode()


def unpacked_bits(correct: str, reviews: int) -> NDArray[np.uint8]:
    """Returns of each review whether it was right (reviews,), from the output of ``packed_bits``."""
    return np.unpackbits(np.frombuffer(base64.b64decode(correct), np.uint8), count=reviews)


@cache
def class_task(preset: str) -> ClassTask:
    """Returns the task of a preset; raises ``UserError`` if its networks cannot be a class's."""
    experiments = next((known.experiments() for known in PRESETS if known.name == preset), [])
    by_cell = {experiment.cell: experiment for experiment in experiments}
    if len(by_cell) != len(experiments) or len(experiments) < 2:
        raise UserError(f"{preset[:60]!r} does not suit phones: it needs two cells or more, each once.")
    for experiment in experiments:
        check_simple(experiment, "A phone")
        if experiment.optimizer == "adam":  # its powers differ between browsers, and no result could be repeated
            raise UserError("Adam does not suit phones: use rmsprop or sgd.")
    return ClassTask(tuple(experiments))
