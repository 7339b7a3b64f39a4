"""One training with Keras, from reviews to saved weights. For workers only: this imports TensorFlow."""

import errno
import logging
import math
import os
import platform
import time
from collections.abc import Callable, Sequence

import keras
import numba
import numpy as np
import tensorflow as tf

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.fused import threads
from rnn_compare.fused.network import FusedNetwork, why_not_fused
from rnn_compare.networks import keras_models, weights
from rnn_compare.paths import weights_file
from rnn_compare.reviews import prepared
from rnn_compare.reviews.batches import training_batches, validation_batches
from rnn_compare.runs import checkpoint
from rnn_compare.runs.checkpoint import Checkpoint
from rnn_compare.runs.events import Ended, EpochEnd, Event, Predictions, Progress, Started, Status, best_epoch, decoded
from rnn_compare.training.protocol import first_line
from rnn_compare.training.worker import compilation, fitting
from rnn_compare.training.worker.callbacks import (
    GradientRecorder,
    ProgressReporter,
    StopRequestedError,
    TrainingJob,
    out_of_patience,
    predictions_event,
)
from rnn_compare.training.worker.model_files import checkpoint_of, restore, save_weights, write_models

_NO_PRIMITIVE = "could not create a primitive"
"""The out-of-memory error of oneDNN, TensorFlow's arithmetic on a CPU."""


def train(run: str, experiment: Experiment, send: Callable[[Event], None], stop_requested: Callable[[], bool]) -> None:
    """Trains the network of one experiment and saves its state after every epoch, in the run's folder.

    A run with a checkpoint continues from there, and its curve is that of an uninterrupted run. The last event sent is
    always ``Ended``. Errors become sentences; their tracebacks go to the log.
    """
    job = TrainingJob(run, experiment, send, stop_requested)
    try:
        stock = "as set" if experiment.stock_layers else why_not_fused(experiment)
        model = keras_models.build(experiment, keras.Sequential if stock else FusedNetwork)
        summary = keras_models.summary_text(model)  # before the optimizer is built, which it would count
        saved = _resume(run, model)
        done: Sequence[EpochEnd] = saved.epochs if saved else ()
        send(Started(run, model.count_params(), summary, versions(stock), time.time(), len(done)))
        if saved:
            _send_again(job, saved)
        try:
            if len(done) < experiment.epochs and not out_of_patience(done, experiment.patience):
                done = _fit(job, model, done)
            _test(job, model, done)
        except StopRequestedError:
            # Somebody is waiting for the stop; the models can be written afterwards.
            send(Ended(run, Status.STOPPED, None, time.time()))
            write_models(run, experiment)
        else:
            write_models(run, experiment)
            send(Ended(run, Status.FINISHED, None, time.time()))
    except Exception as error:  # a run must end with a sentence, whatever happens
        if not isinstance(error, UserError):
            logging.getLogger(__name__).exception("Run %s failed.", run)
        send(Ended(run, Status.FAILED, sentence(error, experiment), time.time()))
    finally:
        keras_models.clear()


def versions(stock: str) -> dict[str, str]:
    """Returns what a run is made with; ``stock`` is why its layers are Keras' own, empty if they are fused."""
    return {
        "layers": f"stock Keras, {stock}" if stock else "fused",
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


def sentence(error: Exception, experiment: Experiment) -> str:
    """Returns why a training failed and how to fix it, in a sentence."""
    if isinstance(error, UserError):
        return str(error)
    if _is_out_of_memory(error):
        return (
            f"Out of memory for {experiment.label} with batches of {experiment.batch_size}. Finished epochs are kept. "
            "Train with fewer units, a smaller maxlen or a smaller batch size."
        )
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
        return (
            f"The cache folder is full or read-only ({error.strerror}). Finished epochs are kept. Free some space or "
            "make it writable, then continue the run."
        )
    return (
        f"An unexpected error ended the training ({type(error).__name__}: {first_line(error)}). Finished epochs are "
        "kept; details are in workers.log in the cache folder. Continue the run, or change its settings."
    )


def _is_out_of_memory(error: BaseException | None) -> bool:
    """Returns whether an error or one of its causes is a lack of memory."""
    if error is None or isinstance(error, MemoryError | tf.errors.ResourceExhaustedError):
        return error is not None
    return _NO_PRIMITIVE in str(error) or _is_out_of_memory(error.__cause__ or error.__context__)


def _resume(run: str, model: keras.Model) -> Checkpoint | None:
    """Restores the model from the run's last checkpoint and returns it; None for a new run.

    The weights are written again: the run may have been interrupted between the checkpoint and them.
    """
    saved = checkpoint.load(run)
    if saved is None:
        return None
    restore(model, saved)
    save_weights(run, model, best=best_epoch(saved.epochs) is saved.epochs[-1])
    return saved


def _send_again(job: TrainingJob, saved: Checkpoint) -> None:
    """Repeats the events that the record may have missed when the program ended."""
    if saved.probabilities:
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
        checkpoint.save(job.run, checkpoint_of(model, epochs, predictions.probabilities))
        save_weights(job.run, model, best=best_epoch(epochs) is epochs[-1])

    job.check_stop()
    batches = math.ceil(experiment.training_reviews / experiment.batch_size)
    job.send(Progress(job.run, len(done) + 1, 0, batches, {}, "preparing", time.time()))
    if isinstance(model, FusedNetwork):
        compilation.compile_kernels(experiment.cell)
    split = prepared.load(experiment.dataset).padded(experiment)
    reporter = ProgressReporter(job, split.y_val, save, done)
    followers: list[keras.callbacks.Callback] = [reporter]
    if experiment.schedule != "constant":
        followers.append(
            keras.callbacks.LearningRateScheduler(lambda epoch, _rate: experiment.learning_rate_in(epoch + 1))
        )
    if not experiment.without_recurrence:
        followers.append(GradientRecorder(job, lambda: keras_models.get_weights(model), resumed=bool(done)))
    job.check_stop()
    training, validation = training_batches(experiment, split), validation_batches(experiment, split)
    try:
        fitting.fit(model, training, validation, followers, initial_epoch=len(done))
    except tf.errors.InvalidArgumentError as error:
        # Optimizers fail on NaN in the embedding's gradient before the loss is reported.
        if all(np.isfinite(weight).all() for weight in model.get_weights()):
            raise
        raise reporter.diverged() from error
    return reporter.epochs
