"""The task that needs memory and no order: was the first word this one or that?"""

import numpy as np

from rnn_compare.sources.task import task


def red_or_blue(size: int, distance: int, neutral: list[str]) -> tuple[list[str], list[int]]:
    """Makes texts that begin with "red" or with "blue", and go on with ``distance`` neutral words.

    The label is 1 if the first word is "red", else 0: as many of the one as of the other.
    """
    draw = np.random.RandomState(distance)
    texts, labels = [], []
    for number in range(size):
        label = number % 2
        words = [neutral[i] for i in draw.randint(0, len(neutral), distance)]
        texts.append(" ".join(["red" if label else "blue", *words]))
        labels.append(label)
    return texts, labels


SOURCE = task(
    name="first-word",
    title="First word: red or blue?",
    make=red_or_blue,
    labels=("blue", "red"),
    about="Generated texts. The first word, “red” or “blue”, decides; distance is the number of words after it. It "
    "tests memory, not order: a bag of words reaches 100 %.",
    beside=1,
)
