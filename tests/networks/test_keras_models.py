import random
import sys

import keras
import numpy as np
import pytest
from keras.src.random import seed_generator

from rnn_compare.experiment import Experiment
from rnn_compare.networks.keras_models import build, get_weights, network, summary_text

SMALL = {"units": 3, "embedding_size": 4, "vocabulary_size": 100, "maxlen": 6}


def test_the_books_network_is_built_as_the_lecture_shows_it() -> None:
    model = build(Experiment())
    lines = [line.replace("│", " ").split() for line in summary_text(model).splitlines()]
    assert ["embedding", "(Embedding)", "(None,", "500,", "32)", "320,000"] in lines
    assert ["simple_rnn", "(SimpleRNN)", "(None,", "32)", "2,080"] in lines
    assert ["dense", "(Dense)", "(None,", "1)", "33"] in lines
    assert ["Total", "params:", "322,113", "(1.23", "MB)"] in lines
    assert model.layers[-1].activation is keras.activations.sigmoid
    assert model.loss == "binary_crossentropy"
    assert model.run_eagerly is False, "as a graph, an epoch takes a fraction of the time"


def test_a_summary_is_plain_text_that_fits_its_box() -> None:
    text = summary_text(build(Experiment(**SMALL, cell="GRU", layers=2, bidirectional=True)))
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80


def test_dropout_belongs_to_the_recurrent_layers_in_both_directions() -> None:
    model = build(Experiment(**SMALL, cell="LSTM", layers=2, bidirectional=True, dropout=0.2, recurrent_dropout=0.4))
    for both_ways in model.layers[1:-1]:
        for layer in (both_ways.forward_layer, both_ways.backward_layer):
            assert (layer.dropout, layer.recurrent_dropout) == (0.2, 0.4)


def test_keras_takes_its_seeds_from_the_generator_that_is_replaced_while_a_network_is_built(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert seed_generator.python_random is random
    usual = get_weights(build(Experiment(**SMALL)))["embedding/embeddings"]
    monkeypatch.delattr(seed_generator, "python_random")
    with pytest.raises(NameError):  # it is where Keras looks
        build(Experiment(**SMALL))
    assert "global generator" in caplog.text
    caplog.clear()
    monkeypatch.undo()
    monkeypatch.delitem(sys.modules, seed_generator.__name__)
    build(Experiment(**SMALL))
    assert "global generator" in caplog.text
    monkeypatch.undo()
    keras.utils.set_random_seed(1)
    np.testing.assert_array_equal(network(Experiment(**SMALL)).get_weights()[0], usual)
