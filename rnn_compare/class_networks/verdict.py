"""The verdict on a class's networks, by the test of all verdicts, and how often few seeds would turn it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnn_compare.class_networks.networks import ClassNetwork, by_cell
from rnn_compare.class_networks.task import ClassTask, unpacked_bits
from rnn_compare.comparison.inference.accuracies import Score
from rnn_compare.comparison.inference.judgement import Judgement, Sample, judge_settings
from rnn_compare.formatting import percent

FEW, FEW_IN_WORDS = 5, "five"
"""Seeds of each cell that a drawing takes, as a careful experiment has."""
DRAWINGS = 10_000


def judgement(task: ClassTask, networks: Sequence[ClassNetwork]) -> Judgement:
    """Returns the judgement on the cells whose networks have arrived."""
    settings = [
        Sample(cell, tuple(_score(network, task.held_out) for network in of_cell))
        for cell, of_cell in by_cell(task, networks).items()
        if of_cell
    ]
    return judge_settings(settings, "best")


def drawn(task: ClassTask, networks: Sequence[ClassNetwork], number: int) -> list[ClassNetwork]:
    """Returns a few networks of each cell, at random; another drawing for another number."""
    chance, result = np.random.default_rng(number), list[ClassNetwork]()
    for of_cell in by_cell(task, networks).values():
        result += [of_cell[place] for place in chance.permutation(len(of_cell))[:FEW]]
    return result


def turned(task: ClassTask, networks: Sequence[ClassNetwork]) -> str:
    """Returns how often the cell that is behind on average would win: by one network of each, and by a few."""
    many = {cell: of_cell for cell, of_cell in by_cell(task, networks).items() if len(of_cell) >= FEW}
    if len(many) < 2:
        return ""
    bests = {cell: np.array([network.best for network in of_cell]) for cell, of_cell in many.items()}
    ahead, *_, behind = sorted(bests, key=lambda cell: -float(bests[cell].mean()))
    chance = np.random.default_rng(0)
    few = [chance.choice(bests[cell], (FEW, DRAWINGS)).sum(axis=0) for cell in (behind, ahead)]
    by_one, by_few = map(share_won, (np.subtract.outer(bests[behind], bests[ahead]), few[0] - few[1]))
    won = round(by_few * DRAWINGS)
    beat, draws = ("beat", f"{won:,} of {DRAWINGS:,}") if won else ("never beat", f"{DRAWINGS:,}")
    return (
        f"One {behind} beats one {ahead} in {percent(by_one)} of pairs; {FEW_IN_WORDS} {behind}s, averaged, {beat} "
        f"{FEW_IN_WORDS} {ahead}s in {draws} draws."
    )


def best_accuracies(task: ClassTask, networks: Sequence[ClassNetwork]) -> dict[str, list[float]]:
    """Returns the best accuracies of each cell's networks."""
    of_cells = by_cell(task, networks).items()
    return {cell: [network.best / task.held_out for network in of_cell] for cell, of_cell in of_cells}


def _score(network: ClassNetwork, held_out: int) -> Score:
    correct = unpacked_bits(network.correct, held_out).astype(np.float64) if network.correct else None
    return Score(network.best / held_out, correct, held_out)


def share_won(leads: NDArray[np.number]) -> float:
    """Returns the share of leads above 0; a tie is half a win."""
    return float(np.mean(np.sign(leads) + 1)) / 2
