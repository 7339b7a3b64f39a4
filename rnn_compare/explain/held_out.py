"""Reviews to try on networks: examples, and real ones that none of the networks was trained on."""

import contextlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.reviews import prepared
from rnn_compare.reviews.prepared import Reviews
from rnn_compare.sources.registry import SOURCES, labels, source
from rnn_compare.sources.source import SENTIMENT

EXAMPLES = {
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
"""Questions to a class about examples that networks may get wrong."""
POSITIVE_EXAMPLES = {"Turn at the end", "Negation"}


def example_label(text: str, experiments: Collection[Experiment]) -> bool | None:
    """Returns the label of an example; None for other texts, or if a network was trained on other labels."""
    examples = [name in POSITIVE_EXAMPLES for name, example in EXAMPLES.items() if text.split() == example.split()]
    is_known = examples and {labels(experiment.dataset) for experiment in experiments} == {SENTIMENT}
    return examples[0] if is_known else None


@dataclass(frozen=True)
class HeldOut:
    """Reviews that can be picked by number.

    Attributes:
        kind: Test reviews or, if there are none, validation reviews, which chose the best epoch.
        numbers: The numbers that can be picked; 1 is the first review of the source.
    """

    kind: Literal["test", "validation"]
    numbers: range
    labels: tuple[str, str]
    _reviews: Reviews

    def text(self, number: int) -> str:
        """Returns a review as it was written, or its words if the source has only those."""
        return self._reviews.text(number - 1, "test" if self.kind == "test" else "train")

    def positive(self, number: int) -> bool:
        """Tells whether a review has the label 1."""
        return bool(self._reviews.label(number - 1, "test" if self.kind == "test" else "train"))


def held_out(experiments: Collection[Experiment]) -> HeldOut | None:
    """Returns reviews that none of the experiments trains on; None if there are none.

    They are the test reviews of a prepared source whose corpus all of them train on, by whichever source; otherwise the
    validation reviews that all have in common. Raises ``UserError`` if the reviews cannot be read.
    """
    datasets = {experiment.dataset for experiment in experiments}
    corpora = {source(name).corpus for name in datasets}
    if len(corpora) == 1 and (reviews := _tested(corpora.pop())):
        return reviews
    if len(datasets) != 1:
        return None
    first = 1 + max(_last_trained_on(experiment) for experiment in experiments)
    last = min(experiment.reviews for experiment in experiments)
    if first > last:
        return None
    name = datasets.pop()
    return HeldOut("validation", range(first, last + 1), source(name).labels, prepared.load(name))


def _last_trained_on(experiment: Experiment) -> int:
    """Returns the number of the source's first reviews that an experiment may train on."""
    split = experiment.reviews - experiment.test_reviews
    return split if experiment.vary_split else experiment.training_reviews


def _tested(corpus: str) -> HeldOut | None:
    for name in SOURCES:
        candidate = source(name)
        with contextlib.suppress(UserError):  # a source that is missing or not trusted
            if candidate.corpus == corpus and candidate.test_size and prepared.is_prepared(name):
                reviews = prepared.load(name)
                if reviews.testing is not None:
                    return HeldOut("test", range(1, len(reviews.testing.labels) + 1), candidate.labels, reviews)
    return None
