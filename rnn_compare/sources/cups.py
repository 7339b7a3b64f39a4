"""The task that needs the order of all words: three cups are swapped; is the ball under the first again?"""

from collections.abc import Sequence

from rnn_compare.sources.task import word_task


def under_the_first(words: Sequence[str]) -> bool:
    """Tells whether a ball under the first of three cups ends there.

    "left" swaps the first cup with the second, "right" the second with the third: they make all six orders (group S₃).
    """
    cup = 0
    for word in words:
        first = 0 if word == "left" else 1
        if cup - first in (0, 1):
            cup = 2 * first + 1 - cup
    return cup == 0


SOURCE = word_task(
    name="cups",
    title="Cups: is the ball under the first of three?",
    words=("left", "right"),
    rule=under_the_first,
    labels=("elsewhere", "first cup"),
    about="Generated texts of “left” and “right”, from one word to as many as the distance says. A ball is "
    "under the first of three cups; “left” swaps the first two, “right” the last two. Whether it ends "
    "under the first decides: the order of all words counts. At a distance of 15 half of the held-out "
    "texts are training texts too, none of them longer than nine words. At 20 the words or bigrams that "
    "occur tell 60 % of the labels at most.",
)
