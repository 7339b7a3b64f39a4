"""What takes longer than a page may wait: called in a worker, answers in plain lists and numbers."""

import zlib
from typing import Any

import numpy as np

from rnn_compare.experiment import Experiment
from rnn_compare.insight.embedding_map import word_map
from rnn_compare.insight.gradient_flow import way_back
from rnn_compare.insight.gradient_norms import gradient_norms
from rnn_compare.insight.leave_one_out import logits_without
from rnn_compare.insight.memory_test import memory_test
from rnn_compare.insight.polarity import choose_words
from rnn_compare.insight.prediction import Tell, predict_logits
from rnn_compare.insight.probe import probe_batch
from rnn_compare.insight.word_by_word import beginnings
from rnn_compare.networks import weights
from rnn_compare.reviews import prepared
from rnn_compare.runs.files import Which, weights_file


def fingerprint(loaded: weights.Weights) -> str:
    """Returns what tells the weights of one epoch from those of another epoch of the same run.

    Any step of training moves the Dense layer, so that the embedding, which may be large, need not be read.
    """
    return f"{zlib.crc32(loaded['dense/kernel'].tobytes() + loaded['dense/bias'].tobytes()):08x}"


def left_out(
    run: str, which: Which, _state: str, experiment: Experiment, ids: tuple[int, ...], words: int, *, tell: Tell
) -> list[float]:
    """Has one run judge a review again without each of its words: see ``leave_one_out``.

    Args:
        run: The run's id.
        which: The weights of the best or of the last epoch.
        _state: Their ``fingerprint``, so that what was found is found again only while they are the same.
        experiment: What the network is.
        ids: The row of word ids (timesteps,).
        words: How many words stand at its end.
        tell: Told how many of the reviews are read.

    Returns:
        The log-odds of "positive" for the whole review, and for it with each word in turn unknown (1 + words,).

    Raises:
        UserError: If the weights cannot be read.
    """
    loaded = weights.load(weights_file(run, which), experiment)
    row = np.array(ids, np.int32)
    return [round(float(logit), 4) for logit in logits_without(experiment, loaded, row, words, tell)]


def after_each_word(
    run: str, which: Which, _state: str, experiment: Experiment, ids: tuple[int, ...], words: int, *, tell: Tell
) -> list[float]:
    """Has one bidirectional run judge a review anew for each word that it may end with: see ``reading.beginnings``.

    The arguments are those of ``left_out``.

    Returns:
        The log-odds of "positive" before the first word and after each (1 + words,).

    Raises:
        UserError: If the weights cannot be read.
    """
    loaded = weights.load(weights_file(run, which), experiment)
    row = np.array(ids, np.int32)
    rows = beginnings(row, len(row) - words)
    return [float(logit) for logit in predict_logits(experiment, loaded, rows, tell)]


def gradients(run: str, which: Which, _state: str, experiment: Experiment, *, tell: Tell) -> dict[str, Any]:
    """Follows the gradient through one run's probe: see ``gradient_norms``. The arguments are those of ``left_out``.

    Returns:
        How many ``reviews`` it was followed through, and for each of the ``directions`` a ``WayBack`` in plain values.

    Raises:
        UserError: If weights or reviews cannot be read.
    """
    ids, labels = probe_batch(experiment)
    norms = gradient_norms(experiment, weights.load(weights_file(run, which), experiment), ids, labels, tell)
    return {"reviews": len(ids), "directions": [way_back(each).plain() for each in norms]}


def memory(run: str, which: Which, _state: str, experiment: Experiment, *, tell: Tell) -> dict[str, Any]:
    """Puts one run to the memory test: see ``memory_test``. The arguments are those of ``left_out``.

    Returns:
        ``distances``, and at each of them ``told_apart`` and ``effect``; how many ``pairs`` each figure is of; and
        the words, the strongest first: ``positive``, ``negative`` and ``neutral``.

    Raises:
        UserError: If weights or reviews cannot be read, or the network knows too few words.
    """
    reviews = prepared.load(experiment.source)
    words = choose_words(reviews, experiment.vocabulary_size)
    loaded = weights.load(weights_file(run, which), experiment)
    test = memory_test(experiment, loaded, reviews.vocabulary, words, tell=tell)
    return {
        "distances": test.distances.tolist(),
        "told_apart": test.told_apart.tolist(),
        "effect": test.effect.tolist(),
        "pairs": test.pairs,
        **{kind: [word for word, _ in getattr(words, kind)] for kind in ("positive", "negative", "neutral")},
    }


def words(run: str, which: Which, _state: str, experiment: Experiment, *, tell: Tell) -> dict[str, Any]:
    """Draws up one run's map of words: see ``word_map``. The arguments are those of ``left_out``.

    Returns:
        The fields of a ``WordMap``.

    Raises:
        UserError: If weights or reviews cannot be read.
    """
    loaded = weights.load(weights_file(run, which), experiment)
    found = word_map(experiment, loaded, prepared.load(experiment.source).vocabulary, tell=tell)
    return {
        "words": list(found.words),
        "ids": found.ids.tolist(),
        "points": found.points.tolist(),
        "verdicts": found.verdicts.tolist(),
        "shares": list(found.shares),
    }
