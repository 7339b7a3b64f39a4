"""The task that needs a count modulo two: does "red" occur an even number of times?"""

import numpy as np

from rnn_compare.sources.task import task


def even_or_odd(size: int, distance: int, _neutral: list[str]) -> tuple[list[str], list[int]]:
    """Makes texts of 1 to ``distance`` words, each of them "red" or "blue".

    All words but the last are drawn, and the last makes the count of "red" even or odd: so all texts of one length and
    label are equally likely. The label is 1 if "red" is there an even number of times, else 0: as many of both.
    """
    draw = np.random.RandomState(distance)
    texts, labels = [], []
    for number in range(size):
        label = number % 2
        reds = list(draw.randint(0, 2, draw.randint(0, distance)))
        reds.append((sum(reds) + 1 + label) % 2)
        texts.append(" ".join("red" if red else "blue" for red in reds))
        labels.append(label)
    return texts, labels


SOURCE = task(
    name="parity",
    title="Parity: red an even number of times?",
    make=even_or_odd,
    labels=("odd", "even"),
    about="Generated texts of “red” and “blue”, from one word to as many as the distance says. Whether “red” occurs an "
    "even number of times decides: each word counts. Bags of words or bigrams know the shortest texts and guess at the "
    "others: 55 % at a distance of 20, 52 % at 30.",
    beside=0,
)
