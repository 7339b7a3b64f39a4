"""A task: do the first and the last marked word agree?"""

import numpy as np

from rnn_compare.sources.task import task


def first_and_last(size: int, distance: int, neutral: list[str]) -> tuple[list[str], list[int]]:
    """Makes texts that begin and end with "red" or "blue", with ``distance`` neutral words between these.

    The label is 1 if both are the same, else 0: as many of the one as of the other, and either word as often.
    """
    draw = np.random.RandomState(distance)
    texts, labels = [], []
    for number in range(size):
        label, first = number % 2, draw.randint(0, 2)
        last = first if label else 1 - first
        between = [neutral[i] for i in draw.randint(0, len(neutral), distance)]
        texts.append(" ".join([("red", "blue")[first], *between, ("red", "blue")[last]]))
        labels.append(label)
    return texts, labels


SOURCE = task(
    name="echo",
    title="Echo: do first and last agree?",
    make=first_and_last,
    labels=("different", "the same"),
    about="Generated texts that begin and end with “red” or “blue”. Neither word alone tells the label.",
    beside=2,
)
