"""Predictions from saved weights and without Keras: of encoded reviews, and of one typed review."""

import functools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import PlainSerializer, PlainValidator

from rnn_compare.cells.formula import sigmoid
from rnn_compare.cells.registry import cell
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.feedforward.feedforward import Feedforward
from rnn_compare.formatting import counted, in_percent, percent, signed
from rnn_compare.networks.parameters import parameters
from rnn_compare.networks.recurrent_layer import CellWeights, Trace, by_direction, recurrent_layer
from rnn_compare.networks.weights import Weights, load
from rnn_compare.paths import Which, weights_file
from rnn_compare.reviews import prepared
from rnn_compare.reviews.encoding import EncodedReview, Token, read_text
from rnn_compare.reviews.vocabulary import PADDING, SPECIAL_WORDS, START
from rnn_compare.runs import shipped
from rnn_compare.runs.events import THRESHOLD
from rnn_compare.runs.record import Run
from rnn_compare.sources import registry

Ids = NDArray[np.integer]
DIGITS = 6
"""Digits after the point in kept answers."""
Array = Annotated[
    NDArray[np.float32],
    PlainValidator(lambda plain: np.array(plain, np.float32)),
    PlainSerializer(lambda array: array.astype(np.float64).round(DIGITS).tolist()),
]
Integers = Annotated[
    NDArray[np.int64],
    PlainValidator(lambda plain: np.array(plain, np.int64)),
    PlainSerializer(np.ndarray.tolist),
]
Tell = Callable[[int, int], None]
"""Called with the amount done and the total. What it raises stops the work and reaches the caller."""

NUMBERS_AT_ONCE = 2**22
"""Projected inputs in memory at a time: 16 MB. More is hardly faster, and reports progress rarely."""
MAX_CHARACTERS = 20_000
"""Longer than the longest of the 25,000 reviews (13,704)."""

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


def predict(experiment: Experiment, weights: Weights, ids: Ids, tell: Tell | None = None) -> Array:
    """Returns the probability that each review is positive (batch,), as Keras' ``predict``.

    Args:
        ids: Word ids as in training, padded to the same length (batch, timesteps).
        tell: Called after each part of the batch.
    """
    return sigmoid(predict_logits(experiment, weights, ids, tell))


def predict_logits(experiment: Experiment, weights: Weights, ids: Ids, tell: Tell | None = None) -> Array:
    """Returns the log-odds, the sigmoid's input (batch,), exact even if a prediction is nearly certain."""
    rows = max(1, NUMBERS_AT_ONCE // numbers(experiment, ids.shape[1]))
    logits = np.empty(len(ids), np.float32)
    for start in range(0, len(ids), rows):
        part = ids[start : start + rows]
        if experiment.without_recurrence:
            states, _ = feedforward_pass(experiment.without_recurrence, experiment, weights, part)
        else:
            states, _ = recurrent_pass(experiment, weights, part)
        logits[start : start + rows] = dense(weights, states)
        if tell is not None:
            tell(start + len(part), len(ids))
    return logits


def recurrent_pass(
    experiment: Experiment, weights: Weights, ids: Ids, *, with_signals: bool = False
) -> tuple[Array, tuple[tuple[Trace, ...], ...]]:
    """Runs the embedding and the recurrent layers on reviews (batch, timesteps).

    Returns:
        The last state of the last layer (batch, features), the input of Dense; and for each recurrent layer a trace of
        each direction, with gates and inner values if ``with_signals``.
    """
    mask = read_mask(experiment, ids)
    values = weights["embedding/embeddings"][ids]
    layers = recurrent_weights(experiment, weights)
    traces = []
    for directions in layers:
        values, layer_traces = recurrent_layer(
            experiment.cell,
            values,
            directions,
            mask,
            return_sequences=directions is not layers[-1],
            with_signals=with_signals,
        )
        traces.append(layer_traces)
    return values, tuple(traces)


def feedforward_pass(
    network: Feedforward, experiment: Experiment, weights: Weights, ids: Ids
) -> tuple[Array, dict[str, Array]]:
    """Returns the input of Dense (batch, features) and the signals of a network without recurrence."""
    return network.forward(weights, weights["embedding/embeddings"][ids], read_mask(experiment, ids))


def read_mask(experiment: Experiment, ids: Ids) -> NDArray[np.bool_] | None:
    """Returns where reviews are read (batch, timesteps); None if padding is not skipped."""
    return ids != 0 if experiment.skips_padding else None


def numbers(experiment: Experiment, words: int) -> int:
    """Returns the largest number of values that a layer of the forward pass computes for so many words."""
    if experiment.without_recurrence:  # attention: a weight for each other word
        width = max(experiment.maxlen, experiment.units)
    else:
        width = cell(experiment.cell).blocks * experiment.units
    return words * max(width, experiment.embedding_size)


def dense(weights: Weights, states: Array) -> Array:
    """Returns the input of Dense's sigmoid (...), for states (..., features) of the last layer."""
    logits: Array = (np.dot(states, weights["dense/kernel"]) + weights["dense/bias"])[..., 0]
    return logits


def recurrent_weights(experiment: Experiment, weights: Weights) -> list[tuple[CellWeights, ...]]:
    """Returns the weights of each recurrent layer, the lowest first: of one cell, or forward and backward."""
    return [
        by_direction(experiment.cell, [weights[tensor.path] for tensor in layer.tensors])
        for layer in parameters(experiment).recurrent_layers
    ]


def is_foreign(words: Sequence[str]) -> bool:
    """Tells whether words in lower case contain more frequent words of other languages than of English.

    Example:
        >>> is_foreign("der film war schlecht und die musik ist laut".split()), is_foreign(["not", "good"])
        (True, False)
    """
    counts = Counter(words)
    english, other = (sum(counts[word] for word in frequent.split()) for frequent in (ENGLISH, OTHER_LANGUAGES))
    return other > english and other >= LEAST_SHARE * len(words)


@dataclass(frozen=True)
class ReviewPrediction:
    """One network's prediction.

    Attributes:
        probability: Of label 1, which most sources call positive.
        prior: The same for an empty text.
        in_english: Whether it was trained on English reviews.
    """

    probability: float
    review: EncodedReview
    labels: tuple[str, str] = ("negative", "positive")
    prior: float = 0.5
    in_english: bool = False

    def __repr__(self) -> str:
        return " ".join(filter(None, (f"{percent(self.share)} {self.label}", self.warning and f"({self.warning})")))

    @property
    def positive(self) -> bool:
        """Whether the probability is above one half, as in all accuracies."""
        return self.probability > THRESHOLD

    @property
    def label(self) -> str:
        """The name of the predicted label."""
        return self.labels[self.positive]

    @property
    def share(self) -> float:
        """The probability of the predicted label: from 0.5 to 1."""
        return max(self.probability, 1 - self.probability)

    @property
    def knows_no_word(self) -> bool:
        """Whether the network knows no word that it read: all such texts of this length are alike to it."""
        return self.review.count("known") == 0 < self.review.count("unknown")

    @property
    def course(self) -> str:
        """Where a text starts, and how far its words move that, in a sentence; the numbers shown add up."""
        if not self.review.tokens[1:]:
            return "No words: the start token and padding alone."
        moved = signed(in_percent(self.probability) - in_percent(self.prior))
        return f"With no words {percent(self.prior)} {self.labels[1]}; these move it by {moved} points."

    @property
    def warning(self) -> str:
        """Why the prediction means little, in a sentence, or empty."""
        unknown, known = self.review.count("unknown"), self.review.count("known")
        if unknown >= known and unknown:
            return f"{unknown:,} of {counted(unknown + known, 'word')} are unknown to this network."
        if self.in_english and is_foreign([token.word for token in self.review.tokens[1:]]):
            return FOREIGN
        return ""


def ask(run: Run, text: str, which: Which) -> ReviewPrediction:
    """Returns the prediction of a run's network for a text, which may be empty; in this process, without Keras.

    Raises ``UserError`` if a text has no word or is too long, or the run has no weights.
    """
    nothing = np.full(run.experiment.maxlen, PADDING, np.int32)
    nothing[-1] = START
    empty = EncodedReview(nothing, len(nothing) - 1, (Token(SPECIAL_WORDS[START], START, "start", 0, 0),))
    review = empty if text == "" else encode(run.experiment, text)
    probability, prior = map(float, predict(run.experiment, run_weights(run, which), np.array([review.ids, nothing])))
    films = registry.is_about_films(run.experiment.source)
    return ReviewPrediction(probability, review, registry.labels(run.experiment.dataset), prior, films)


def encode(experiment: Experiment, text: str) -> EncodedReview:
    """Returns a text encoded for a network of this experiment.

    Raises ``UserError`` if the text has no word or is too long.
    """
    if not isinstance(text, str):
        raise UserError(f"{str(text)[:40]!r} is not a text. Give one text, or several in a list.")
    if len(text) > MAX_CHARACTERS:
        raise UserError(f"The text has {len(text):,} characters; the limit is {MAX_CHARACTERS:,}.")
    vocabulary = prepared.load(experiment.dataset).vocabulary
    return read_text(text, vocabulary, experiment.vocabulary_size, experiment.maxlen)


def run_weights(run: Run, which: Which) -> Weights:
    """Returns a run's weights, cached until they change, or those that it is shipped with.

    Raises ``UserError`` if they are missing or damaged.
    """
    if which not in get_args(Which):
        raise UserError(f"which is {str(which)[:40]!r}; it must be {' or '.join(map(repr, get_args(Which)))}.")
    for path in (weights_file(run.id, which), shipped.FOLDER / "runs" / run.id / f"{which}.npz"):
        if path.exists():
            return _load(path, path.stat().st_mtime_ns, run.experiment)
    problem = "has no saved weights yet. Wait for its first epoch, or train it again if its files were deleted."
    if run.is_from_elsewhere and run.has_weights:
        problem = "was trained on another machine, and only its best epoch was recorded. Choose its best epoch."
    elif run.is_from_elsewhere:
        problem = "was trained on another machine, and was imported without its weights. Choose a run trained here."
    raise UserError(f"{run.title} ({run.id}) {problem}")


@functools.lru_cache(maxsize=24)
def _load(path: Path, _changed: int, experiment: Experiment) -> Weights:
    return load(path, experiment)
