import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_compare.cells.registry import CELLS
from rnn_compare.insight.leave_one_out import leave_one_out
from rnn_compare.insight.prediction import predict
from rnn_compare.networks.keras_models import network
from rnn_compare.networks.weights import Weights
from tests.insight.conftest import StopError, encoded, random_text, random_weights, small, stop


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
    result = leave_one_out(experiment, weights, encoded(experiment, " ".join(text)))
    model = network(experiment)
    model.set_weights(weights.arrays)
    shown = min(words, maxlen)
    changed = [" ".join([*text[:place], "qwerty", *text[place + 1 :]]) for place in range(words - shown, words)]
    rows = np.stack([encoded(experiment, each).ids for each in changed])
    assert [token.word for token in result.words] == text[-shown:]
    np.testing.assert_allclose(result.without, np.asarray(model(rows))[:, 0], atol=1e-5)
    np.testing.assert_allclose(result.influence, result.verdict - result.without, atol=1e-7)


def test_log_odds_tell_words_apart_where_the_verdict_is_all_but_certain() -> None:
    experiment = small()
    tensors = dict(random_weights(experiment).tensors)
    calm = leave_one_out(experiment, Weights(tuple(tensors.items())), encoded(experiment, "word1 word2 word3"))
    tensors["dense/bias"] = tensors["dense/bias"] + np.float32(40)
    sure = leave_one_out(experiment, Weights(tuple(tensors.items())), encoded(experiment, "word1 word2 word3"))
    np.testing.assert_array_equal(sure.influence, 0)
    np.testing.assert_allclose(sure.logit_influence, calm.logit_influence, atol=1e-5)


def test_a_word_that_is_unknown_already_has_no_influence_at_all() -> None:
    experiment = small()
    result = leave_one_out(experiment, random_weights(experiment), encoded(experiment, "word1 qwerty word2 uiop"))
    assert (result.influence[[1, 3]] == 0).all()
    assert (result.influence[[0, 2]] != 0).all()


def test_a_text_of_unknown_words_alone_owes_nothing_to_any_of_them() -> None:
    experiment = small(cell="LSTM")
    weights, review = random_weights(experiment), encoded(experiment, "qwerty uiop")
    result = leave_one_out(experiment, weights, review)
    np.testing.assert_array_equal(result.influence, [0, 0])
    assert result.verdict == pytest.approx(float(predict(experiment, weights, review.ids[np.newaxis])[0]))


def test_what_was_cut_off_is_not_asked_about() -> None:
    experiment = small(maxlen=1000)
    text = random_text(100_000)
    result = leave_one_out(experiment, random_weights(experiment), encoded(experiment, text))
    assert [token.word for token in result.words] == text.split()[-1000:]
    assert result.without.shape == (1000,)


def test_it_tells_how_far_it_is_and_can_be_stopped() -> None:
    experiment = small()
    weights, review = random_weights(experiment), encoded(experiment, "word1 word2 word3")
    told: list[tuple[int, int]] = []
    leave_one_out(experiment, weights, review, lambda done, total: told.append((done, total)))
    assert told[-1] == (4, 4)

    with pytest.raises(StopError):
        leave_one_out(experiment, weights, review, stop)
