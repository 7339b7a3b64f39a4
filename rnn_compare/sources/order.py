"""The task that needs order: which of two marked words came first?"""

import numpy as np

from rnn_compare.sources.task import task


def which_came_first(size: int, distance: int, neutral: list[str]) -> tuple[list[str], list[int]]:
    """Makes texts that hold "red" and "blue" once each, among neutral words.

    One to nine neutral words, one of the two, one to nine neutral words, the other, and ``distance`` neutral words.
    Both stand in every text, so which words it holds says nothing; neither do pairs of neighbours, since each has
    neutral words on both sides. The label is 1 if "red" came first, else 0: as many of the one as of the other.
    """
    draw = np.random.RandomState(distance)
    texts, labels = [], []
    for number in range(size):
        label = number % 2
        before, between = draw.randint(1, 10, 2)
        words = [neutral[i] for i in draw.randint(0, len(neutral), before + between + distance)]
        words.insert(before, "red" if label else "blue")
        words.insert(before + 1 + between, "blue" if label else "red")
        texts.append(" ".join(words))
        labels.append(label)
    return texts, labels


SOURCE = task(
    name="order",
    title="Order: red or blue first?",
    make=which_came_first,
    labels=("blue first", "red first"),
    about="Generated texts, each with “red” and “blue” once: the first of them decides. Bags of words or bigrams can "
    "only guess: 50 %. Distance is the number of words after the second.",
    beside=20,
)
