"""What a network predicts of the validation reviews at each epoch, and that to record it changes nothing."""

from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import numpy as np
import pytest

from rnn_compare.experiment import Experiment
from rnn_compare.fused.network import FusedNetwork
from rnn_compare.networks import keras_models
from rnn_compare.reviews import prepared
from rnn_compare.training.worker import fitting
from tests.kit.trainings import tiny

pytestmark = pytest.mark.usefixtures("in_cache")

BUILT: dict[str, Callable[[Experiment], keras.Model]] = {
    "fused": partial(keras_models.build, kind=FusedNetwork),
    "stock": keras_models.build,
}


def fit(model: keras.Model, experiment: Experiment, *callbacks: keras.callbacks.Callback) -> dict[str, list[Any]]:
    batches = prepared.load(experiment.source).padded(experiment).batches(experiment)
    history: dict[str, list[Any]] = fitting.fit(model, *batches, callbacks).history
    return history


@pytest.mark.parametrize("built", BUILT)
def test_every_epochs_predictions_are_those_of_its_weights_in_the_order_of_the_reviews(built: str) -> None:
    experiment = tiny(reviews=170, cell="LSTM", dropout=0.3)  # 34 for validation: two batches of 16, and one of 2
    model = BUILT[built](experiment)
    split = prepared.load(experiment.source).padded(experiment)
    seen: list[tuple[Any, Any]] = []
    follow = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda _epoch, logs: seen.append((logs["probabilities"], model.get_weights()))
    )
    accuracies = fit(model, experiment, follow)["val_accuracy"]
    assert len(seen) == 2
    for (predicted, weights), accuracy in zip(seen, accuracies, strict=True):
        model.set_weights(weights)
        np.testing.assert_allclose(predicted, model.predict(split.x_val, verbose=0)[:, 0], atol=1e-6)
        assert np.mean((predicted > 0.5) == split.y_val) == pytest.approx(accuracy)
    assert not np.array_equal(seen[0][0], seen[1][0]), "a copy of each"


def test_a_stock_model_and_its_training_are_what_they_are_without_it() -> None:
    experiment = tiny(dropout=0.3)
    plain, watched = (keras_models.build(experiment) for _ in range(2))
    training, validation = prepared.load(experiment.source).padded(experiment).batches(experiment)
    options: dict[str, Any] = {"epochs": experiment.epochs, "steps_per_epoch": len(training), "shuffle": False}
    held_out = fitting.dataset(validation)
    of_plain = plain.fit(fitting.dataset(training), validation_data=held_out, verbose=0, **options).history
    of_watched = fit(watched, experiment)
    assert of_plain == {name: of_watched[name] for name in of_plain}
    for theirs, ours in (
        (plain.variables, watched.variables),
        (plain.optimizer.variables, watched.optimizer.variables),
    ):
        assert [variable.shape for variable in theirs] == [variable.shape for variable in ours]
    assert keras_models.summary_text(plain) == keras_models.summary_text(watched)
    for a, b in zip(plain.get_weights(), watched.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_largest_gradient_norm_is_the_same_for_fused_and_stock_layers() -> None:
    experiment = tiny(reviews=80, cell="SimpleRNN")
    fused, stock = (fit(build(experiment), experiment)["gradient_norm"] for build in BUILT.values())
    assert len(fused) == experiment.epochs
    assert min(fused) > 0
    assert fused == pytest.approx(stock, rel=1e-3)
