"""The task that needs a count modulo two: does "red" occur an even number of times?"""

from collections.abc import Sequence

import numpy as np

from rnn_compare.sources.task import task, word_task


def with_repeats(size: int, distance: int, _neutral: list[str]) -> tuple[list[str], list[int]]:
    """Makes texts of 1 to ``distance`` words, each of them "red" or "blue", the short ones many times.

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


def even(words: Sequence[str]) -> bool:
    """Tells whether "red" occurs an even number of times."""
    return words.count("red") % 2 == 0


SOURCE = word_task(
    name="parity2",
    title="Parity: red an even number of times?",
    words=("red", "blue"),
    rule=even,
    labels=("odd", "even"),
    about="Generated texts of “red” and “blue”, from one word to as many as the distance says. Whether “red” "
    "occurs an even number of times decides: each word counts. At a distance of 15 half of the held-out "
    "texts are training texts too, none of them longer than nine words. At 20 the words or bigrams that "
    "occur tell 59 % of the labels at most.",
)

FIRST_VERSION = task(
    name="parity",
    title="Parity, first version",
    make=with_repeats,
    labels=SOURCE.labels,
    about="Of the texts held out at a distance of 15, 57 % are among the training texts too.",
    beside=0,
    successor=SOURCE.name,
)
