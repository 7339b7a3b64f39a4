"""Networks without recurrence: their parameters and outputs are Keras', and settings without a meaning do nothing."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import experiment_from
from rnn_compare.explain.prediction import feedforward_pass, predict, predict_logits
from rnn_compare.explain.word_by_word import windows
from rnn_compare.feedforward import convolution
from rnn_compare.feedforward.registry import FEEDFORWARD, TITLES, network, without_recurrence
from rnn_compare.networks import keras_models
from rnn_compare.networks.keras_layers import own_source
from rnn_compare.networks.keras_script import script
from rnn_compare.networks.parameters import parameters
from rnn_compare.networks.weights import Weights
from rnn_compare.reviews.encoding import read_text
from rnn_compare.reviews.vocabulary import Vocabulary
from tests.kit.networks import random_weights

SMALL = {"units": 6, "embedding_size": 4, "vocabulary_size": 100, "maxlen": 45}


def with_other_weights(experiment: Experiment) -> tuple[keras.Model, Weights]:
    """A network whose biases and positions are no zeros."""
    model, random = keras_models.build(experiment), np.random.default_rng(0)
    model.set_weights([array + 0.5 * random.normal(size=array.shape) for array in model.get_weights()])
    return model, keras_models.get_weights(model)


def reviews() -> np.ndarray:
    ids = np.random.default_rng(1).integers(1, 100, (6, 45))
    ids[:3, :20] = 0
    return ids


@pytest.mark.parametrize("name", FEEDFORWARD)
def test_every_tensor_of_a_network_without_recurrence_is_the_one_keras_makes(name: str) -> None:
    for units, features, maxlen in ((1, 33, 60), (5, 1, 41), (32, 8, 60)):
        experiment = Experiment(cell=name, units=units, embedding_size=features, maxlen=maxlen, vocabulary_size=100)
        model, counted = keras_models.network(experiment), parameters(experiment)
        assert [(tensor.path, tensor.shape) for tensor in counted.tensors] == [
            (path, array.shape) for path, array in keras_models.get_weights(model).items()
        ]
        assert counted.total == model.count_params()
        for layer in counted.layers:
            assert layer.count == model.get_layer(layer.name).count_params()
            assert eval(layer.arithmetic.split(" = ")[0].replace(",", "").replace("·", "*")) == layer.count


def attention(experiment: Experiment, weights: Weights) -> np.ndarray:
    declared = without_recurrence("attention")
    assert declared is not None
    shares: np.ndarray = feedforward_pass(declared, experiment, weights, reviews())[1]["attention"]
    return shares


@pytest.mark.parametrize("mask_padding", [False, True])
def test_attention_weights_are_those_of_keras_and_nearly_equal_before_training(mask_padding: bool) -> None:
    experiment = Experiment(cell="attention", mask_padding=mask_padding, **SMALL)
    model, weights = with_other_weights(experiment)
    ours, ids = attention(experiment, weights), reviews()
    embedding, positions, encoder = model.layers[:3]
    vectors = positions(embedding(ids))
    seen = (ids != 0)[:, None, :] if mask_padding else None
    _, expected = encoder.attention(vectors, vectors, attention_mask=seen, return_attention_scores=True)
    words = np.broadcast_to((ids != 0)[:, None, :, None] | (not mask_padding), ours.shape)
    np.testing.assert_allclose(ours[words], expected.numpy()[words], atol=1e-5)
    np.testing.assert_allclose(ours.sum(axis=-1), 1, atol=1e-5)

    usual = Experiment(cell="attention", mask_padding=mask_padding, vocabulary_size=100, maxlen=45)
    shares = attention(usual, keras_models.get_weights(keras_models.network(usual)))
    places = (ids != 0).sum(axis=1) if mask_padding else np.full(6, 45)
    np.testing.assert_allclose(shares.max(axis=(1, 2, 3)) * places, 1, atol=0.05)


def test_the_windows_of_a_convolution_follow_from_the_outputs_of_keras_layers() -> None:
    experiment = Experiment(cell="convolution", **{**SMALL, "maxlen": 60})
    model, weights = with_other_weights(experiment)
    embedding, first, pooling, second = model.layers[:4]
    kernel, ids = second.get_weights()[0], np.random.default_rng(2).integers(1, 100, (4, 60))
    matches = first(embedding(ids)).numpy()
    pooled = pooling(matches).numpy()
    outputs = second(pooled).numpy()
    for review, row in enumerate(ids):
        assert convolution.NETWORK.windows
        places = convolution.NETWORK.windows(weights, weights["embedding/embeddings"][row[np.newaxis]])
        for unit, place in enumerate(places):
            step = int(outputs[review, :, unit].argmax())
            largest = np.max(pooled[review, step : step + 7] * kernel[..., unit])
            of_window = np.max(matches[review, place.start] * kernel[place.start // 5 - step, :, unit])
            assert len(place) == 7
            assert of_window == pytest.approx(largest, abs=1e-5)


def test_the_windows_of_a_review_add_up_to_the_prediction() -> None:
    experiment = Experiment(cell="convolution", **SMALL)
    weights = random_weights(experiment)
    review = read_text("a b c " * 9, Vocabulary(list("cab")), vocabulary_size=100, maxlen=45)
    merged = windows(experiment, weights, review)
    logit = sum(window.logit for window in merged) + weights["dense/bias"][0]
    assert logit == pytest.approx(predict_logits(experiment, weights, review.ids[np.newaxis])[0], abs=1e-5)
    assert [window.outputs for window in merged] == sorted((window.outputs for window in merged), reverse=True)
    assert all(" ".join(window.words) in f"{'· ' * 17}[start] {'a b c ' * 9}" for window in merged)
    assert windows(Experiment(cell="average"), weights, review) == []


@pytest.mark.parametrize(("name", "knows"), [("average", False), ("convolution", True), ("attention", True)])
def test_an_average_does_not_know_the_order_of_words_and_the_others_do(name: str, knows: bool) -> None:
    experiment = Experiment(cell=name, **SMALL)
    there, back = (predict(experiment, random_weights(experiment), ids) for ids in (reviews(), reviews()[:, ::-1]))
    assert bool(np.abs(there - back).max() > 1e-4) is knows


@pytest.mark.parametrize("name", FEEDFORWARD)
def test_a_setting_without_a_meaning_makes_no_other_experiment(name: str) -> None:
    meaningless = {"layers": 3, "bidirectional": True, "recurrent_dropout": 0.5, "forget_bias": 2.0}
    other = experiment_from({"cell": name, **meaningless})
    assert other == Experiment(cell=name)
    assert other.label == f"{TITLES[name].capitalize()}(32)"


def test_a_maxlen_that_leaves_the_second_convolution_nothing_to_read_gets_a_sentence() -> None:
    keras_models.network(Experiment(cell="convolution", maxlen=41, vocabulary_size=100))
    with pytest.raises(UserError, match="A maxlen of 40 is too short for convolution; set it to 41 or more\\."):
        experiment_from({"cell": "convolution", "maxlen": 40})


@pytest.mark.parametrize("name", FEEDFORWARD)
def test_an_exported_script_makes_the_same_layers_and_a_model_file_opens_with_the_same_predictions(
    name: str, tmp_path: Path
) -> None:
    experiment = Experiment(cell=name, dropout=0.2, **SMALL)
    text = script(experiment)
    classes = "" if network(name).in_keras else own_source(network(name))
    assert classes in text
    space: dict[str, Any] = {}
    lines = text[text.index("model = keras.Sequential(") : text.index("model.compile(")]
    exec(f"import keras\nfrom keras import layers, ops\n{classes}\n{lines}", space)
    shapes = [tuple(weight.shape) for weight in space["model"].weights]
    assert shapes == [tensor.shape for tensor in parameters(experiment).tensors]

    model, _ = with_other_weights(experiment)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again(reviews()), model(reviews()), atol=1e-6)
