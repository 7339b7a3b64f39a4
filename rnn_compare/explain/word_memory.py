"""The memory test: reviews of neutral words whose label depends on one word, by its distance from the end."""

import contextlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_compare.atomic import whole_file
from rnn_compare.experiment import Experiment
from rnn_compare.explain.polarity import WordChoice
from rnn_compare.explain.prediction import Array, Tell, predict_logits
from rnn_compare.networks.weights import Weights
from rnn_compare.paths import run_folder
from rnn_compare.reviews.vocabulary import Vocabulary

PAIRS = 200
POINTS = 14
RECORDINGS = Path(__file__).parents[1] / "recordings"
"""Tests of the shipped networks lie here too."""
ROUNDING = 1e-5
"""Log-odds nearer to each other than this count as equal: 32-bit rounding alone moves them nearly so far."""


@dataclass(frozen=True)
class MemoryTest:
    """One network's memory for a word, by how many words before the end it stands.

    The two texts of a pair differ in one sentiment word only. So neither a network that leans to one side nor one
    that also weighs all the other words (as a network with a long memory must) loses by it.

    Attributes:
        distances: How many words from the end the sentiment word stands, 1 for the last word (points,).
        told_apart: The share of the pairs where the text with the positive word is judged more positive than
            the same text with the negative word (points,); equal verdicts count half. One half is chance: the word
            is forgotten.
        effect: How much remains of it: how far apart the two verdicts of a pair lie in log-odds, log(p / (1 - p)),
            in the median pair (points,).
        pairs: How many pairs of texts each figure is of.
        words: The words that were used.
    """

    distances: NDArray[np.int64]
    told_apart: Array
    effect: Array
    pairs: int
    words: WordChoice


def memory_test(
    experiment: Experiment,
    weights: Weights,
    vocabulary: Vocabulary,
    words: WordChoice,
    *,
    pairs: int = PAIRS,
    points: int = POINTS,
    tell: Tell | None = None,
) -> MemoryTest:
    """Places one sentiment word among neutral words, ever farther from the end, and asks for the verdict.

    Every text fills all ``maxlen`` positions with neutral words drawn at random, so that neither padding nor the
    length of the text changes with the distance. The same texts serve at every distance, once with a positive
    and once with a negative word: only the sentiment word and its place differ.

    Args:
        words: See ``polarity.choose_words``.
        pairs: How many texts, each in two versions.
        points: How many distances at most, from 1 to maxlen, at about equal ratios.
    """
    distances = spaced_distances(experiment.maxlen, points)
    rows = draw_texts(experiment.maxlen, vocabulary, words, distances, pairs)
    log_odds = predict_logits(experiment, weights, rows.reshape(-1, experiment.maxlen), tell).reshape(rows.shape[:-1])
    positive, negative = log_odds[:, 0], log_odds[:, 1]
    return MemoryTest(
        distances=distances,
        told_apart=_share_positive(positive - negative),
        effect=np.median(positive - negative, axis=-1),
        pairs=pairs,
        words=words,
    )


def draw_texts(
    maxlen: int, vocabulary: Vocabulary, words: WordChoice, distances: NDArray[np.int64], pairs: int, seed: int = 0
) -> NDArray[np.int32]:
    """Draws texts of neutral words and places a word in them.

    Every sentiment word is used as often as the others of its kind; which positive one is paired with which
    negative one is drawn. Networks of the same maxlen are given the same texts.

    Returns:
        Ids (distances, 2, pairs, maxlen): for each distance the texts with a positive and those with a negative
        word.
    """
    positive, negative, neutral = (
        np.array([vocabulary.id(word) for word, _ in group], np.int32)
        for group in (words.positive, words.negative, words.neutral)
    )
    random = np.random.default_rng(seed)
    texts = random.choice(neutral, (pairs, maxlen))
    rows = np.tile(texts, (len(distances), 2, 1, 1))
    sentiment = np.stack([np.resize(positive, pairs), random.permutation(np.resize(negative, pairs))])
    for number, distance in enumerate(distances):
        rows[number, :, :, -distance] = sentiment
    return rows


def spaced_distances(maxlen: int, points: int) -> NDArray[np.int64]:
    """Returns whole numbers from 1 to maxlen at about equal ratios, each once.

    Example:
        >>> spaced_distances(500, 8).tolist(), spaced_distances(1, 8).tolist()
        ([1, 2, 6, 14, 35, 85, 206, 500], [1])
    """
    return np.unique(np.geomspace(1, maxlen, points).round().astype(np.int64))


def _share_positive(values: Array) -> Array:
    """Returns the share of the values (..., pairs) above 0; one that is 0 but for rounding counts half."""
    counted = np.where(np.abs(values) <= ROUNDING, np.float32(0.5), values > 0)
    share: Array = counted.mean(axis=-1, dtype=np.float32)
    return share


def keep(run: str, state: str, test: MemoryTest) -> None:
    """Writes a run's memory test into its folder, once; where that cannot be written to, it is done again later."""
    if (file := _file(run, state)).exists():
        return
    plain = {**asdict(test), **{name: getattr(test, name).tolist() for name in ("distances", "told_apart", "effect")}}
    with contextlib.suppress(OSError), whole_file(file) as partial:
        partial.write_text(json.dumps(plain), "utf-8")


def kept(run: str, state: str) -> MemoryTest | None:
    """Returns the memory test of a run's weights, done before or shipped; None if there is none that can be read."""
    shipped = RECORDINGS / f"memory-{state}.json"
    for file in (_file(run, state), shipped):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            return _read(json.loads(file.read_text("utf-8")))
    return None


def _read(plain: dict[str, Any]) -> MemoryTest:
    words = {kind: tuple((str(word), float(odds)) for word, odds in group) for kind, group in plain["words"].items()}
    return MemoryTest(
        distances=np.array(plain["distances"], np.int64),
        told_apart=np.array(plain["told_apart"], np.float32),
        effect=np.array(plain["effect"], np.float32),
        pairs=int(plain["pairs"]),
        words=WordChoice(**words),
    )


def _file(run: str, state: str) -> Path:
    return run_folder(run) / f"memory-{state}.json"
