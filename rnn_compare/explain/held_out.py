"""Reviews to ask networks about: examples, and real ones from which none of several networks has learned."""

import contextlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.reviews import prepared
from rnn_compare.reviews.prepared import Reviews
from rnn_compare.sources.registry import SOURCES, source

EXAMPLES = {
    "Good review": "A wonderful film. The acting is superb, the story is moving, and I left the cinema happy.",
    "Bad review": "What a waste of time. The plot is dull, the acting is awful, and the jokes fall flat.",
    "Turn at the end": (
        "The first hour is slow and I nearly left. The dialogue is poor and some scenes are simply bad. "
        "But then it becomes one of the best films I have ever seen, brilliant and beautiful to the last minute."
    ),
    "Irony": "Oh great, another masterpiece about a talking dog. I could hardly stay awake for all that excitement.",
    "Negation": "This is not a bad movie at all. It is never boring, and nobody should miss it.",
}
QUESTIONS = {
    "Turn at the end": "Two negative sentences, then a positive one. Do the networks notice?",
    "Irony": "Positive words, meant negatively. Do the networks notice?",
    "Negation": "Negative words, all negated. Do the networks notice?",
}
"""What to ask of those examples that a network may well get wrong."""
POSITIVE_EXAMPLES = {"Good review", "Turn at the end", "Negation"}


@dataclass(frozen=True)
class HeldOut:
    """Reviews that can be picked by number.

    Attributes:
        kind: Test reviews, or validation reviews where there are no others: those were not learned from either, but
            the best epoch was chosen by them.
        numbers: The numbers that can be picked, from 1 for the first review of the source.
    """

    kind: Literal["test", "validation"]
    numbers: range
    labels: tuple[str, str]
    _reviews: Reviews

    def text(self, number: int) -> str:
        """Returns a review as it was written, or its words where the source has only those."""
        return self._reviews.text(number - 1, "test" if self.kind == "test" else "train")

    def positive(self, number: int) -> bool:
        """Tells whether a review has the label 1: whether its author liked the film."""
        return bool(self._reviews.label(number - 1, "test" if self.kind == "test" else "train"))


def held_out(experiments: Collection[Experiment]) -> HeldOut | None:
    """Returns the reviews that networks can be asked about without any having learned them; None if there are none.

    They are the test reviews of a source that is prepared already, if all networks learned from its corpus: from that
    source or from another. Otherwise they are the validation reviews that all the networks have in common. Raises
    ``UserError`` if the reviews cannot be read.
    """
    learned_from = {experiment.dataset for experiment in experiments}
    corpora = {source(name).corpus for name in learned_from}
    if len(corpora) == 1 and (reviews := _tested(corpora.pop())):
        return reviews
    if len(learned_from) != 1:
        return None
    first = 1 + max(_learned_up_to(experiment) for experiment in experiments)
    last = min(experiment.reviews for experiment in experiments)
    if first > last:
        return None
    name = learned_from.pop()
    return HeldOut("validation", range(first, last + 1), source(name).labels, prepared.load(name))


def _learned_up_to(experiment: Experiment) -> int:
    """Returns the number of the source's first reviews that an experiment may have learned from."""
    split = experiment.reviews - experiment.test_reviews
    return split if experiment.vary_split else experiment.training_reviews


def _tested(corpus: str) -> HeldOut | None:
    for name in SOURCES:
        candidate = source(name)
        with contextlib.suppress(UserError):  # a source that is not there, or not trusted, has no reviews to offer
            if candidate.corpus == corpus and prepared.is_prepared(name):
                reviews = prepared.load(name)
                if reviews.testing is not None:
                    return HeldOut("test", range(1, len(reviews.testing.labels) + 1), candidate.labels, reviews)
    return None
