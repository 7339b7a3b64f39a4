import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_compare.cells.cell import sigmoid
from rnn_compare.cells.registry import CELLS
from rnn_compare.experiment import Experiment
from rnn_compare.insight.leave_one_out import logits_without
from rnn_compare.insight.prediction import Array, predict, predict_logits
from rnn_compare.insight.word_by_word import words_read
from rnn_compare.networks.keras_models import network
from rnn_compare.networks.weights import Weights
from tests.insight.conftest import StopError, encoded, random_text, random_weights, small, stop


def left_out(experiment: Experiment, weights: Weights, text: str) -> Array:
    review = encoded(experiment, text)
    return logits_without(experiment, weights, review.ids, len(words_read(review)))


@settings(max_examples=30)
@given(
    cell=st.sampled_from(CELLS),
    layers=st.integers(1, 2),
    bidirectional=st.booleans(),
    mask_padding=st.booleans(),
    maxlen=st.integers(1, 9),
    words=st.integers(1, 14),
    seed=st.integers(0, 2**31),
)
def test_each_verdict_is_what_keras_says_of_the_text_with_an_unknown_word_in_its_place(
    cell: str, layers: int, bidirectional: bool, mask_padding: bool, maxlen: int, words: int, seed: int
) -> None:
    experiment = small(cell=cell, layers=layers, bidirectional=bidirectional, mask_padding=mask_padding, maxlen=maxlen)
    weights, text = random_weights(experiment, seed), random_text(words, seed).split()
    found = left_out(experiment, weights, " ".join(text))
    model = network(experiment)
    model.set_weights(weights.arrays)
    shown = min(words, maxlen)
    changed = [" ".join([*text[:place], "qwerty", *text[place + 1 :]]) for place in range(words - shown, words)]
    rows = np.stack([encoded(experiment, each).ids for each in changed])
    np.testing.assert_allclose(sigmoid(found[1:]), np.asarray(model(rows))[:, 0], atol=1e-5)


def test_log_odds_tell_words_apart_where_the_verdict_is_all_but_certain() -> None:
    experiment, text = small(), "word1 word2 word3"
    tensors = dict(random_weights(experiment).tensors)
    calm = left_out(experiment, Weights(tuple(tensors.items())), text)
    tensors["dense/bias"] = tensors["dense/bias"] + np.float32(40)
    sure = left_out(experiment, Weights(tuple(tensors.items())), text)
    np.testing.assert_array_equal(sigmoid(sure), 1)
    np.testing.assert_allclose(sure - sure[0], calm - calm[0], atol=1e-5)


def test_a_word_that_is_unknown_already_has_no_influence_at_all() -> None:
    experiment = small()
    whole, *without = left_out(experiment, random_weights(experiment), "word1 qwerty word2 uiop")
    assert [each == whole for each in without] == [False, True, False, True]


def test_a_text_of_unknown_words_alone_owes_nothing_to_any_of_them() -> None:
    experiment = small(cell="LSTM")
    weights, review = random_weights(experiment), encoded(experiment, "qwerty uiop")
    found = logits_without(experiment, weights, review.ids, 2)
    np.testing.assert_array_equal(found[1:], found[0])
    assert sigmoid(found)[0] == pytest.approx(float(predict(experiment, weights, review.ids[np.newaxis])[0]))


def test_what_was_cut_off_is_not_asked_about() -> None:
    experiment, weights, text = small(maxlen=1000), random_weights(small(maxlen=1000)), random_text(100_000)
    found = left_out(experiment, weights, text)
    assert found.shape == (1001,)
    whole = predict_logits(experiment, weights, encoded(experiment, text).ids[np.newaxis])
    np.testing.assert_allclose(found[0], whole[0], atol=1e-5)


def test_it_tells_how_far_it_is_and_can_be_stopped() -> None:
    experiment = small()
    weights, ids = random_weights(experiment), encoded(experiment, "word1 word2 word3").ids
    told: list[tuple[int, int]] = []
    logits_without(experiment, weights, ids, 3, lambda done, total: told.append((done, total)))
    assert told[-1] == (4, 4)

    with pytest.raises(StopError):
        logits_without(experiment, weights, ids, 3, stop)
