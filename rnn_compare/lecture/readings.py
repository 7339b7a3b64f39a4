"""Networks' readings of a text, for wall and phones."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from rnn_compare.browser.reading import NetworkReading, message
from rnn_compare.charts.loaded_network import LoadedNetwork
from rnn_compare.errors import UserError
from rnn_compare.explain import worker_tasks
from rnn_compare.explain.held_out import example_label
from rnn_compare.explain.prediction import Array, encode, numbers
from rnn_compare.explain.word_by_word import read as read_words
from rnn_compare.explain.word_by_word import words_read
from rnn_compare.lecture.scene import Scene
from rnn_compare.reviews.encoding import EncodedReview

NUMBERS_HERE = 2**25
"""Numbers that this process computes itself for a text: LSTM(32) on 500 words takes a second and a half."""


def read(scene: Scene, networks: Sequence[LoadedNetwork], text: str) -> tuple[dict[str, Any] | None, list[str]]:
    """Returns the networks' readings of a text as a browser takes them, and why others are missing.

    None if no network has read it.
    """
    results, sentences = list[NetworkReading](), list[str]()
    for network in networks:
        try:
            review = encode(network.run.experiment, text)
            logits = None if network.run.experiment.reads_forward else _after_each_word(scene, network, review)
            key = network.run.id, network.state, tuple(review.ids.tolist())
            made = partial(read_words, network.run.experiment, network.weights, review, logits)
            results.append(NetworkReading(network, review, scene.stage.kept(key, made)))
        except UserError as error:
            sentences.append(f"{network.title}: {error}")
    author = example_label(text, [network.run.experiment for network in networks])
    return (message(results, 0, author) if results else None), sentences


def _after_each_word(scene: Scene, network: LoadedNetwork, review: EncodedReview) -> Array:
    """Returns the log-odds after each word of a network that reads each beginning anew; raises ``UserError``."""
    words = len(words_read(review))
    here = numbers(network.run.experiment, (1 + words) * len(review.ids)) <= NUMBERS_HERE
    arguments = (worker_tasks.logits_after_word, *network.key, tuple(review.ids.tolist()), words)
    analysis = scene.services.engine.analyse(worker_tasks.answer, *arguments, here=here)
    if analysis.result is None:
        raise UserError(analysis.problem or "reading …")
    result: Array = analysis.result
    return result
