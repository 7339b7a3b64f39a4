"""One training with Keras, from reviews to saved weights. For workers only: this imports TensorFlow."""

import logging
import math
import os
import platform
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numba
import numpy as np
import tensorflow as tf

from rnn_compare.atomic import whole_file
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.fused import threads
from rnn_compare.fused.code_folder import SHARED
from rnn_compare.fused.network import FusedNetwork, why_not_fused
from rnn_compare.networks import keras_models, weights
from rnn_compare.networks.keras_script import DECAY
from rnn_compare.paths import Which, model_file, weights_file
from rnn_compare.reviews import prepared
from rnn_compare.reviews.prepared import Batches
from rnn_compare.runs import checkpoint, schema
from rnn_compare.runs.checkpoint import Checkpoint
from rnn_compare.runs.events import Ended, EpochEnd, Predictions, Progress, Started, Status, best_epoch, decoded
from rnn_compare.runs.record import FUSED
from rnn_compare.training.worker import compilation
from rnn_compare.training.worker.callbacks import (
    ProgressReporter,
    StockMeasurements,
    StopRequestedError,
    TrainingJob,
    out_of_patience,
    predictions_event,
)


def train(job: TrainingJob) -> None:
    """Trains the network of one experiment and saves its state after every epoch, in the run's folder.

    A run with a checkpoint continues from there, and its curve is that of an uninterrupted run. It sends ``Ended`` once
    it is trained or stopped, and raises any error.
    """
    run, experiment, send = job.run, job.experiment, job.send
    try:
        stock = "as set" if experiment.stock_layers else why_not_fused(experiment)
        model = keras_models.build(experiment, keras.Sequential if stock else FusedNetwork)
        summary = keras_models.summary_text(model)  # before the optimizer is built, which it would count
        saved = _resume(run, model)
        done: Sequence[EpochEnd] = saved.epochs if saved else ()
        send(Started(run, model.count_params(), summary, versions(stock, experiment), time.time(), len(done)))
        if saved:
            _send_again(job, saved)
        try:
            if len(done) < experiment.epochs and not out_of_patience(done, experiment.patience):
                done = _fit(job, model, done)
            _test(job, model, done)
        except StopRequestedError:
            # Somebody is waiting for the stop; the models can be written afterwards.
            send(Ended(run, Status.STOPPED, None, time.time()))
            _write_models(run, experiment)
        else:
            _write_models(run, experiment)
            send(Ended(run, Status.FINISHED, None, time.time()))
    finally:
        keras_models.clear()


def versions(stock: str, experiment: Experiment) -> dict[str, str]:
    """Returns what a run is made with; ``stock`` is why its layers are Keras' own, empty if they are fused."""
    packages = ", ".join(dict.fromkeys(experiment.from_packages.values()))
    return {
        **({schema.PACKAGES: packages} if packages else {}),
        "layers": f"stock Keras, {stock}" if stock else FUSED,
        "python": platform.python_version(),
        "keras": keras.version(),
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
        "numba": numba.__version__,
        "system": platform.platform(),
        "processors": str(os.cpu_count()),
        "threads": os.environ.get("TF_NUM_INTRAOP_THREADS", "as many as processors")
        if stock
        else f"{threads.allowed()} when it began",  # changes as other trainings start and end
    }


def _resume(run: str, model: keras.Model) -> Checkpoint | None:
    """Restores the model from the run's last checkpoint and returns it; None for a new run.

    The weights are written again: the run may have been interrupted between the checkpoint and them.
    """
    saved = checkpoint.load(run)
    if saved is None:
        return None
    _restore(model, saved)
    _save_weights(run, model, best=best_epoch(saved.epochs) is saved.epochs[-1])
    return saved


def _send_again(job: TrainingJob, saved: Checkpoint) -> None:
    """Repeats the events that the record may have missed when the program ended."""
    labels = prepared.load(job.experiment.dataset).labels(job.experiment, "validation")
    probabilities = decoded(saved.probabilities)
    if labels is not None and len(labels) == len(probabilities):
        job.send(predictions_event(job.run, saved.epochs[-1].epoch, "validation", probabilities, labels))
    for epoch in saved.epochs:
        job.send(epoch)


def _test(job: TrainingJob, model: keras.Model, epochs: Sequence[EpochEnd]) -> None:
    """Tests the weights that the validation selected, if there are test reviews; the model keeps these weights."""
    test = prepared.load(job.experiment.dataset).test(job.experiment)
    best = best_epoch(epochs)
    if test is None or best is None:
        return
    x, labels = test
    keras_models.set_weights(model, weights.load(weights_file(job.run, "best"), job.experiment))
    watch = keras.callbacks.LambdaCallback(on_predict_batch_end=job.check_stop)
    probabilities = model.predict(x, batch_size=job.experiment.batch_size, verbose=0, callbacks=[watch])
    job.send(predictions_event(job.run, best.epoch, "test", probabilities.ravel(), labels))


def _fit(job: TrainingJob, model: keras.Model, done: Sequence[EpochEnd]) -> Sequence[EpochEnd]:
    experiment = job.experiment

    def save(epochs: Sequence[EpochEnd], predictions: Predictions) -> None:
        checkpoint.save(job.run, _checkpoint_of(model, epochs, predictions.probabilities, experiment))
        _save_weights(job.run, model, best=best_epoch(epochs) is epochs[-1])

    job.check_stop()
    batches = math.ceil(experiment.training_reviews / experiment.batch_size)
    job.send(Progress(job.run, len(done) + 1, 0, batches, {}, "preparing", time.time()))
    if isinstance(model, FusedNetwork):
        compilation.compile_kernels(experiment.cell, SHARED)  # in this order: two workers compile a cell each
    training, validation = prepared.load(experiment.dataset).padded(experiment).batches(experiment)
    reporter = ProgressReporter(job, validation.labels, save, done)
    followers: list[keras.callbacks.Callback] = [reporter]
    if experiment.schedule != "constant":
        followers.append(keras.callbacks.LearningRateScheduler(lambda epoch, _: learning_rate(experiment, epoch)))
    job.check_stop()
    try:
        fit(model, training, validation, followers, initial_epoch=len(done))
    except tf.errors.InvalidArgumentError as error:
        # Optimizers fail on NaN in the embedding's gradient before the loss is reported.
        if all(np.isfinite(weight).all() for weight in model.get_weights()):
            raise
        raise reporter.diverged() from error
    return reporter.epochs


def learning_rate(experiment: Experiment, epoch: int) -> float:
    """Returns the learning rate of an epoch, counted from 0.

    ``cosine`` follows half a cosine that would reach 0 after the last epoch (Loshchilov and Hutter 2017);
    ``exponential`` is multiplied by ``DECAY`` after every epoch.

    Example:
        >>> [round(learning_rate(Experiment(schedule="cosine", epochs=4), epoch), 6) for epoch in (0, 2)]
        [0.001, 0.0005]
    """
    cosine = 0.5 + 0.5 * math.cos(math.pi * epoch / experiment.epochs)
    factors = {"constant": 1.0, "cosine": cosine, "exponential": DECAY**epoch}
    return experiment.learning_rate * factors[experiment.schedule]


def fit(
    model: keras.Model,
    training: Batches,
    validation: Batches,
    callbacks: Sequence[keras.callbacks.Callback],
    initial_epoch: int = 0,
) -> keras.callbacks.History:
    """Trains a compiled network, fused or stock, for its remaining epochs (from 0), and validates it after each.

    Callbacks are called as by Keras' ``fit``. An epoch's logs also hold ``gradient_norm``, its largest, and
    ``probabilities`` of the validation reviews (reviews,).
    """
    if isinstance(model, FusedNetwork):
        return model.fit(training, validation, callbacks, initial_epoch)
    return model.fit(
        dataset(training, initial_epoch),
        steps_per_epoch=len(training),
        validation_data=dataset(validation),
        initial_epoch=initial_epoch,
        epochs=len(training.orders),
        shuffle=False,
        callbacks=[StockMeasurements(model, len(validation.labels)), *callbacks],
        verbose=0,
    )


def dataset(batches: Batches, initial_epoch: int = 0) -> tf.data.Dataset:
    """Returns the batches of all epochs from ``initial_epoch`` on, one after the other.

    One data set for all: Keras builds a pipeline anew for every ``fit``, which takes a fifth of a second.
    """
    ids, labels, orders = tf.constant(batches.ids), tf.constant(batches.labels), batches.orders[initial_epoch:]
    epochs = tf.data.Dataset.from_tensor_slices(orders)
    rows = epochs.flat_map(lambda order: tf.data.Dataset.from_tensor_slices(order).batch(batches.size))
    options = tf.data.Options()
    # The autotuner's thread sleeps for up to a minute, and the end of a training waits for it.
    options.autotune.enabled = False
    batched = rows.map(lambda rows: (tf.gather(ids, rows), tf.gather(labels, rows))).with_options(options)
    # Otherwise Keras finds the end by requesting one batch too many, which advances dropout's random state.
    counted = batched.apply(tf.data.experimental.assert_cardinality(len(orders) * len(batches)))
    return counted.prefetch(1)  # a third of a millisecond per batch where another core is free


def _save_weights(run: str, model: keras.Model, best: bool) -> None:
    """Writes a model's weights as a run's last ones, and also as its best ones if ``best``."""
    now = keras_models.get_weights(model)
    weights.save(now, weights_file(run, "last"))
    if best:
        weights.save(now, weights_file(run, "best"))


def _write_models(run: str, experiment: Experiment) -> None:
    """Writes a run's last and best weights as stock Keras models; errors are only logged.

    The weights are already saved, so a missing model can be written on request.
    """
    try:
        for which in ("last", "best"):
            if weights_file(run, which).exists():
                write_model(run, experiment, which)
    except (OSError, UserError):
        logging.getLogger(__name__).exception("The models of run %s could not be written.", run)


def write_model(run: str, experiment: Experiment, which: Which) -> Path:
    """Writes a run's weights as a stock Keras model and returns its path.

    Raises ``UserError`` if the weights are missing or damaged.
    """
    model = keras_models.build(experiment)
    keras_models.set_weights(model, weights.load(weights_file(run, which), experiment))
    model.optimizer.build(model.trainable_variables)  # otherwise Keras warns about missing variables on loading
    with whole_file(path := model_file(run, which)) as partial:
        model.save(partial)
    return path


def _checkpoint_of(model: Any, epochs: Sequence[EpochEnd], probabilities: bytes, experiment: Experiment) -> Checkpoint:
    """Returns the state of a compiled Keras model after its finished epochs.

    ``model.variables`` includes dropout's random states, those of the optimizer its moments and step.
    """
    return Checkpoint(
        tuple(epochs),
        tuple(variable.value.numpy() for variable in model.variables),
        tuple(variable.value.numpy() for variable in model.optimizer.variables),
        probabilities,
        experiment.model_dump_json(),
    )


def _restore(model: Any, saved: Checkpoint) -> None:
    """Sets a compiled Keras model to a state; raises ``UserError`` if it is of a different model."""
    model.optimizer.build(model.trainable_variables)
    for variables, values in ((model.variables, saved.model), (model.optimizer.variables, saved.optimizer)):
        if [tuple(variable.shape) for variable in variables] != [value.shape for value in values]:
            raise UserError(
                "This run was saved by another version of the program or of Keras and cannot be continued. Its "
                "weights are kept; train a new run with the same settings."
            )
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
