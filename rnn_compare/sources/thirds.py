"""The task that needs a count modulo three: is the number of "red" a multiple of three?"""

from collections.abc import Sequence

from rnn_compare.sources.task import word_task


def multiple_of_three(words: Sequence[str]) -> bool:
    """Tells whether the number of "red" is a multiple of three, such as none."""
    return words.count("red") % 3 == 0


SOURCE = word_task(
    name="thirds",
    title="Thirds: red a multiple of three times?",
    words=("red", "blue"),
    rule=multiple_of_three,
    labels=("no multiple", "multiple of three"),
    about="Generated texts of “red” and “blue”, from one word to as many as the distance says. Whether “red” "
    "occurs 0, 3, 6, … times decides: a count in a circle of three. At a distance of 15 half of the held-"
    "out texts are training texts too, none of them longer than nine words. At 20 the words or bigrams "
    "that occur tell 59 % of the labels at most.",
)
