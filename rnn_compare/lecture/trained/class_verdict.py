"""The verdict on a class's networks, by the test of all verdicts, and how often few seeds would turn it."""

from collections.abc import Mapping, Sequence

import numpy as np

from rnn_compare.comparison.inference.accuracies import Score
from rnn_compare.comparison.inference.judgement import Judgement, Sample, judge_settings
from rnn_compare.comparison.inference.wins import wins
from rnn_compare.formatting import percent
from rnn_compare.lecture.trained.class_networks import ClassNetwork
from rnn_compare.lecture.trained.class_task import ClassTask

FEW = 5
"""Seeds of each cell that a drawing takes, as a careful experiment has."""
DRAWINGS = 10_000


def judgement(task: ClassTask, networks: Sequence[ClassNetwork]) -> Judgement:
    """Returns the judgement on the cells whose networks have arrived."""
    settings = [
        Sample(cell, tuple(Score(share, None, task.held_out) for share in shares))
        for cell, shares in by_cell(task, networks).items()
        if shares
    ]
    return judge_settings(settings, "best")


def drawn(task: ClassTask, networks: Sequence[ClassNetwork], number: int) -> list[ClassNetwork]:
    """Returns a few networks of each cell, at random; another drawing for another number."""
    chance, result = np.random.default_rng(number), list[ClassNetwork]()
    for cell in task.cells:
        of_cell = [network for network in networks if network.cell == cell]
        result += [of_cell[place] for place in chance.permutation(len(of_cell))[:FEW]]
    return result


def turned(task: ClassTask, networks: Sequence[ClassNetwork]) -> str:
    """Returns how often the cell that is behind on average would win: by one network of each, and by a few."""
    shares = {cell: values for cell, values in by_cell(task, networks).items() if len(values) >= FEW}
    if len(shares) < 2:
        return ""
    ahead, *_, behind = sorted(shares, key=lambda cell: -float(np.mean(shares[cell])))
    by_one = wins(shares[behind], shares[ahead])
    chance = np.random.default_rng(0)
    means = [
        np.mean([chance.choice(shares[cell], (DRAWINGS,)) for _ in range(FEW)], axis=0) for cell in (behind, ahead)
    ]
    by_few = float(np.mean(means[0] > means[1]) + np.mean(means[0] == means[1]) / 2)
    assert by_one is not None
    return (
        f"One {behind} beats one {ahead} in {percent(by_one.share)} of pairs; the mean of {FEW} beats that of {FEW} in "
        f"{percent(by_few)}."
    )


def by_cell(task: ClassTask, networks: Sequence[ClassNetwork]) -> Mapping[str, list[float]]:
    """Returns the best accuracies of each cell's networks."""
    return {cell: [network.best / task.held_out for network in networks if network.cell == cell] for cell in task.cells}
