"""The verdict of a trained network on one typed review."""

import functools
from dataclasses import dataclass

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.explain.prediction import predict
from rnn_compare.networks import weights
from rnn_compare.reviews import prepared
from rnn_compare.reviews.encoding import EncodedReview, read_text
from rnn_compare.runs.files import Which, weights_file
from rnn_compare.runs.probabilities import THRESHOLD
from rnn_compare.runs.record import Run
from rnn_compare.sources import registry

MAX_CHARACTERS = 1_000_000
"""More than 100,000 words, and little enough to be read at once."""


@dataclass(frozen=True)
class Verdict:
    """One network's answer.

    Attributes:
        probability: That the review is positive, or whatever its source calls label 1, from 0 to 1.
        review: What the network was given.
        labels: What the labels 0 and 1 are called.
    """

    probability: float
    review: EncodedReview
    labels: tuple[str, str] = ("negative", "positive")

    @property
    def positive(self) -> bool:
        """Whether the probability is above one half, as all accuracies count it."""
        return self.probability > THRESHOLD

    @property
    def label(self) -> str:
        """The name of that side."""
        return self.labels[self.positive]

    @property
    def share(self) -> float:
        """The probability of that side: from 0.5 to 1."""
        return max(self.probability, 1 - self.probability)

    @property
    def rests_on_nothing(self) -> bool:
        """Whether the network knows no word of what it read: it would say the same of any text as long."""
        return self.review.count("known") == 0


def ask(run: Run, text: str, which: Which) -> Verdict:
    """Lets one run's network read a text, in this process and without Keras.

    Args:
        run: A run with at least one finished epoch.
        text: The review; it is encoded as the run's training reviews were.
        which: The weights of the best or of the last epoch.

    Raises:
        UserError: If there is nothing to read, or the run has no weights.
    """
    review = encode(run.experiment, text)
    probability = predict(run.experiment, run_weights(run, which), review.ids[None, :])
    return Verdict(float(probability[0]), review, registry.labels(run.experiment.dataset))


def encode(experiment: Experiment, text: str) -> EncodedReview:
    """Returns what a network of this experiment is given for a text.

    Raises:
        UserError: If there is no word in the text, or too much of it.
    """
    if len(text) > MAX_CHARACTERS:
        raise UserError(
            f"The text has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read. Paste a shorter one."
        )
    vocabulary = prepared.load(experiment.dataset).vocabulary
    return read_text(text, vocabulary, experiment.vocabulary_size, experiment.maxlen)


def run_weights(run: Run, which: Which) -> weights.Weights:
    """Returns a run's weights; read once, and again only after they have changed.

    Raises:
        UserError: If they are not there or damaged.
    """
    path = weights_file(run.id, which)
    if not path.exists():
        raise UserError(
            f"{run.title} ({run.id}) was trained elsewhere, and {_what_came_along(run)}."
            if run.is_from_elsewhere
            else f"{run.title} ({run.id}) has no saved weights yet. Ask again when its first epoch is done, "
            "or train it again if its files were deleted."
        )
    return _load(run.id, which, path.stat().st_mtime_ns, run.experiment)


def _what_came_along(run: Run) -> str:
    if run.has_weights:
        return "only the weights of its best epoch came along. Ask those"
    return "its weights are there. Ask a run that was trained here"


@functools.lru_cache(maxsize=24)
def _load(run: str, which: Which, _changed: int, experiment: Experiment) -> weights.Weights:
    return weights.load(weights_file(run, which), experiment)
