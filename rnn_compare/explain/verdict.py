"""The verdict of a trained network on one typed review."""

import functools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.explain.prediction import predict
from rnn_compare.formatting import counted
from rnn_compare.networks import weights
from rnn_compare.paths import Which, weights_file
from rnn_compare.reviews import prepared
from rnn_compare.reviews.encoding import EncodedReview, read_text
from rnn_compare.reviews.vocabulary import PADDING, START
from rnn_compare.runs.events import THRESHOLD
from rnn_compare.runs.record import Run
from rnn_compare.sources import registry

MAX_CHARACTERS = 1_000_000
"""More than 100,000 words, and little enough to be read at once."""

ENGLISH = (
    "the and of to it this that with but you have are not his they from who has what some there my were would her "
    "their when more will she had can been than because other its how even most was a i as for be at he by is in on "
    "an all so no"
)
OTHER_LANGUAGES = (
    "der das und ist nicht ein eine den dem mit ich zu auf sich auch es le la les des et est un une que pas ce dans "
    "il je qui sur du au el los las y con por muy su lo se di che non è della per una sono het een van de en niet dat "
    "te o os um uma não com em é e og det er af ikke"
)
"""Frequent words of German, French, Spanish, Italian, Dutch, Portuguese and Danish that are rare in English reviews."""
LEAST_SHARE = 0.2
FOREIGN = "This does not look like English, and the network was trained on English reviews."


def is_foreign(words: Sequence[str]) -> bool:
    """Tells whether among words in lower case the frequent ones of other languages outnumber those of English.

    Example:
        >>> is_foreign("der film war schlecht und die musik ist laut".split()), is_foreign(["not", "good"])
        (True, False)
    """
    counts = Counter(words)
    english, other = (sum(counts[word] for word in frequent.split()) for frequent in (ENGLISH, OTHER_LANGUAGES))
    return other > english and other >= LEAST_SHARE * len(words)


@dataclass(frozen=True)
class Verdict:
    """One network's answer.

    Attributes:
        probability: That the review is positive, or whatever its source calls label 1, from 0 to 1.
        prior: The probability for a text of no words at all.
    """

    probability: float
    review: EncodedReview
    labels: tuple[str, str] = ("negative", "positive")
    prior: float = 0.5
    in_english: bool = False

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

    @property
    def warning(self) -> str:
        """Why little should be made of the verdict, in a sentence; empty where nothing speaks against it."""
        unknown, known = self.review.count("unknown"), self.review.count("known")
        if unknown >= known:
            return f"{unknown:,} of {counted(unknown + known, 'word')} are unknown to this network."
        if self.in_english and is_foreign([token.word for token in self.review.tokens[1:]]):
            return FOREIGN
        return ""


def ask(run: Run, text: str, which: Which) -> Verdict:
    """Lets one run's network read a text, in this process and without Keras.

    Raises ``UserError`` if there is nothing to read, or the run has no weights.
    """
    review = encode(run.experiment, text)
    nothing = np.full_like(review.ids, PADDING)
    nothing[-1] = START
    probability, prior = map(float, predict(run.experiment, run_weights(run, which), np.array([review.ids, nothing])))
    films = registry.about_films(run.experiment.source)
    return Verdict(probability, review, registry.labels(run.experiment.dataset), prior, films)


def encode(experiment: Experiment, text: str) -> EncodedReview:
    """Returns what a network of this experiment is given for a text.

    Raises ``UserError`` if there is no word in the text, or too much of it.
    """
    if len(text) > MAX_CHARACTERS:
        raise UserError(f"The text has {len(text):,} characters; the limit is {MAX_CHARACTERS:,}.")
    vocabulary = prepared.load(experiment.dataset).vocabulary
    return read_text(text, vocabulary, experiment.vocabulary_size, experiment.maxlen)


def run_weights(run: Run, which: Which) -> weights.Weights:
    """Returns a run's weights; read once, and again only after they have changed.

    Raises ``UserError`` if they are not there or damaged.
    """
    path = weights_file(run.id, which)
    if not path.exists():
        raise UserError(
            f"{run.title} ({run.id}) was trained on another machine, {_what_came_along(run)}"
            if run.is_from_elsewhere
            else f"{run.title} ({run.id}) has no saved weights yet. Wait for its first epoch, or train it again if its "
            "files were deleted."
        )
    return _load(run.id, which, path.stat().st_mtime_ns, run.experiment)


def _what_came_along(run: Run) -> str:
    if run.has_weights:
        return "and only its best epoch was recorded. Choose “best epoch”."
    return "and was imported without its weights. Choose a run trained here."


@functools.lru_cache(maxsize=24)
def _load(run: str, which: Which, _changed: int, experiment: Experiment) -> weights.Weights:
    return weights.load(weights_file(run, which), experiment)
