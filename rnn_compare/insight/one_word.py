"""What a network makes of single words: reviews of one word each."""

import numpy as np

from rnn_compare.cells.cell import States, sigmoid
from rnn_compare.cells.registry import cell
from rnn_compare.experiment import Experiment
from rnn_compare.insight.prediction import Array, Ids, Tell, dense, predict, recurrent_pass, recurrent_weights
from rnn_compare.networks.recurrent_layer import initial_states
from rnn_compare.networks.weights import Weights
from rnn_compare.reviews.vocabulary import PADDING, START


def one_word_verdicts(experiment: Experiment, weights: Weights, words: Ids, tell: Tell | None = None) -> Array:
    """Returns the probability that a review of one word is positive, for each of many words.

    Each review is encoded as any other: padding, the start token (unless maxlen is 1), the word. All begin
    alike, so that a network that reads forward reads their beginning once. A bidirectional one begins at the
    word itself and must read each of them whole, which takes seconds for thousands of words.

    Args:
        experiment: What the network is.
        weights: Its weights.
        words: The ids of the words (words,).
        tell: Told how many of them are read, where it takes long.

    Returns:
        One probability for each word (words,).
    """
    beginning = np.full(experiment.maxlen - 1, PADDING, np.int32)
    beginning[-1:] = START
    if experiment.bidirectional:
        rows = np.tile(np.append(beginning, PADDING), (len(words), 1))
        rows[:, -1] = words
        if experiment.mask_padding:
            rows = rows[:, -2:]  # the rest would be skipped
        return predict(experiment, weights, rows, tell)
    values = weights["embedding/embeddings"][words]
    step = cell(experiment.cell).step
    for met, (layer,) in zip(
        _states_after(experiment, weights, beginning), recurrent_weights(experiment, weights), strict=True
    ):
        states = tuple(np.broadcast_to(state, (len(words), experiment.units)) for state in met)
        (values, *_), _ = step(np.dot(values, layer.kernel), states, layer.recurrent_kernel, layer.bias)
    return sigmoid(dense(weights, values))


def empty_verdict(experiment: Experiment, weights: Weights) -> float:
    """Returns the probability that a review without a word is positive: padding and the start token alone."""
    row = np.full((1, experiment.maxlen), PADDING, np.int32)
    row[0, -1] = START
    return float(predict(experiment, weights, row)[0])


def _states_after(experiment: Experiment, weights: Weights, ids: Ids) -> list[States]:
    """Returns what each layer carries on after reading a row of ids (timesteps,): its states, each (1, units)."""
    if not len(ids):
        return [initial_states(experiment.cell, 1, experiment.units)] * experiment.layers
    _, layers = recurrent_pass(experiment, weights, ids[np.newaxis], with_signals=True)
    _, *others = cell(experiment.cell).states
    return [(trace.last_state, *(trace.last_of(trace.signals[name]) for name in others)) for (trace,) in layers]
