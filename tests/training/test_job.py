import errno
import random
import re
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from rnn_compare.experiment import Experiment
from rnn_compare.explain.prediction import predict
from rnn_compare.fused import threads
from rnn_compare.fused.network import FusedNetwork
from rnn_compare.networks import keras_models, weights
from rnn_compare.paths import model_file, weights_file
from rnn_compare.reviews import prepared
from rnn_compare.runs.events import EpochEnd, Event, Status
from rnn_compare.training.worker import job
from rnn_compare.training.worker.fitting import learning_rate
from tests.kit.trainings import end_of, start_of, tiny, train

pytestmark = pytest.mark.usefixtures("in_cache")


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[keras.Model]:
    models: list[keras.Model] = []
    build = keras_models.build

    def build_and_note(*arguments: Any) -> keras.Model:
        models.append(build(*arguments))
        return models[-1]

    monkeypatch.setattr(keras_models, "build", build_and_note)
    return models


def test_every_epoch_reads_every_review_once_in_an_order_of_its_own() -> None:
    experiment = tiny(seed=3)
    orders = [prepared.order(experiment, epoch).tolist() for epoch in range(3)]
    assert all(sorted(order) == list(range(experiment.training_reviews)) for order in orders)
    assert orders[0] != orders[1] != orders[2]
    assert prepared.order(experiment, 0).tolist() == orders[0]
    assert prepared.order(tiny(seed=4), 0).tolist() != orders[0]


def test_initial_weights_do_not_depend_on_what_other_threads_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment, seed_all = tiny(cell="LSTM", dropout=0.2), keras.utils.set_random_seed

    def seed_and_draw_meanwhile(seed: int) -> None:
        seed_all(seed)
        random.random()

    quiet = keras_models.build(experiment).get_weights()
    monkeypatch.setattr(keras.utils, "set_random_seed", seed_and_draw_meanwhile)
    for ours, theirs in zip(keras_models.build(experiment).get_weights(), quiet, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("chosen", "layers"),
    [
        ({}, "fused"),
        ({"stock_layers": True}, "stock Keras, as set"),
        ({"recurrent_dropout": 0.1}, "stock Keras, recurrent dropout"),
    ],
)
def test_a_run_is_trained_with_fused_layers_where_they_can_do_it_and_says_so_and_on_how_many_threads(
    built: list[keras.Model], chosen: dict[str, Any], layers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "1")
    threads.allow(3)
    try:
        started = start_of(train("layers", tiny(**chosen)))
    finally:
        threads.allow(1)
    assert started.versions["layers"] == layers
    assert started.versions["threads"] == ("3 when it began" if layers == "fused" else "1")
    assert type(built[0]) is (FusedNetwork if layers == "fused" else keras.Sequential)
    assert "simple_rnn (SimpleRNN)" in started.summary


def test_weights_that_become_no_numbers_fail_the_run_and_leave_the_epochs_before(built: list[keras.Model]) -> None:
    events: list[Event] = []

    def send(event: Event) -> None:
        events.append(event)
        if isinstance(event, EpochEnd):
            # No learning rate within bounds gets there: tanh and sigmoid hold it, and Keras clips the loss.
            built[0].optimizer.learning_rate = float("nan")

    job.train("nan", tiny(epochs=3), send, lambda: False)
    assert [event.epoch for event in events if isinstance(event, EpochEnd)] == [1]
    assert end_of(events).status is Status.FAILED
    assert re.search("in batch 2 of epoch 2.*smaller learning rate", str(end_of(events).reason))
    saved = weights.load(weights_file("nan", "last"), tiny(epochs=3))
    assert all(np.isfinite(array).all() for array in saved.values())


def test_weights_that_cannot_be_saved_fail_the_run_with_a_sentence(training_cache: Path) -> None:
    (training_cache / "runs").mkdir(exist_ok=True)
    (training_cache / "runs" / "blocked").touch()  # a file where the run's folder should be
    end = end_of(train("blocked", tiny()))
    assert end.status is Status.FAILED
    assert "Cannot save" in str(end.reason)


def caused_by(cause: Exception) -> Exception:
    error = SystemError("a call returned with an error set")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "Out of memory for SimpleRNN(4)"),
        (caused_by(MemoryError()), "Out of memory"),
        (tf.errors.ResourceExhaustedError(None, None, "OOM"), "Out of memory"),
        (tf.errors.AbortedError(None, None, "could not create a primitive, in file x"), "Out of memory"),
        (OSError(errno.ENOSPC, "No space left on device"), "full or read-only (No space left on device)"),
        (ValueError("first line\nsecond line"), "ValueError: first line)"),
    ],
)
def test_errors_become_sentences(error: Exception, words: str) -> None:
    sentence = job.sentence(error, tiny())
    assert words in sentence
    assert "\n" not in sentence


def test_a_stop_that_comes_late_stops_no_other_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    stops: list[bool] = []
    monkeypatch.setattr(job, "_stopping", set())
    monkeypatch.setattr(job, "train", lambda _run, _experiment, _send, stop_requested: stops.append(stop_requested()))
    for stopped, attempted in (("earlier", "next"), ("third", "third"), ("other", "third")):
        job.ask_to_stop(stopped)
        job.attempt_training(attempted, "run", Experiment(), lambda _: None)
    assert stops == [False, True, False]


def test_the_learning_rate_falls_by_a_fifth_an_epoch_where_the_schedule_is_exponential() -> None:
    experiment = tiny(schedule="exponential", epochs=4, learning_rate=0.1)
    assert [learning_rate(experiment, epoch) for epoch in range(4)] == pytest.approx([0.1, 0.08, 0.064, 0.0512])


def test_the_saved_model_opens_in_plain_keras_and_predicts_as_our_equations_do(
    recwarn: pytest.WarningsRecorder,
) -> None:
    experiment = tiny(cell="GRU", mask_padding=True)
    assert end_of(train("gru-saved", experiment)).status is Status.FINISHED
    ids = prepared.load("bundled").padded(experiment).x_val
    for which in ("last", "best"):
        model = keras.models.load_model(model_file("gru-saved", which))
        ours = predict(experiment, weights.load(weights_file("gru-saved", which), experiment), ids)
        np.testing.assert_allclose(ours, model.predict(ids, verbose=0)[:, 0], atol=1e-5)
    assert [str(warning.message) for warning in recwarn if "optimizer" in str(warning.message)] == []
