"""One training with Keras, from reviews to saved weights. For workers only: this imports TensorFlow."""

import errno
import logging
import math
import os
import platform
import random
import threading
import time
import unittest.mock
from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import numba
import numpy as np
import tensorflow as tf
from keras.src.random import seed_generator

from rnn_compare.atomic import whole_file
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.fused import models
from rnn_compare.networks import keras_models, weights
from rnn_compare.reviews import prepared
from rnn_compare.runs import checkpoint
from rnn_compare.runs.events import Ended, EpochEnd, Event, Started, Status
from rnn_compare.runs.files import Which, model_file, weights_file
from rnn_compare.training import resuming
from rnn_compare.training.batches import training_batches, validation_batches
from rnn_compare.training.probing import Probe
from rnn_compare.training.stream import StopAskedError, Stream

# Seeds are set for the whole process, so a summary must not be built between a run's seed and its weights.
_building = threading.Lock()


def train(run: str, experiment: Experiment, send: Callable[[Event], None], stop_asked: Callable[[], bool]) -> None:
    """Trains the network of one experiment and saves its state at every epoch's end.

    A run that has a checkpoint goes on from there, and its curve is that of an unbroken run. Whatever happens, the
    last event sent is ``Ended``; errors become sentences, their tracebacks go to the log.

    Args:
        run: The run's id, which names its files.
        experiment: What to train.
        send: Takes each event.
        stop_asked: Tells whether the run is to stop.
    """
    try:
        stock = why_stock(experiment)
        model = build(experiment, keras_models.build if stock else models.build)
        done = _resume(run, model)
        send(Started(run, model.count_params(), summary(experiment), versions(stock), time.time(), len(done)))
        for epoch in done:  # the record may have missed some when the program died
            send(epoch)
        try:
            if len(done) < experiment.epochs:
                _fit(run, experiment, model, send, stop_asked, done)
        except StopAskedError:
            # Whoever pressed Stop is waiting; the models can be written afterwards.
            send(Ended(run, Status.STOPPED, None, time.time()))
            _write_models(run, experiment)
        else:
            _write_models(run, experiment)
            send(Ended(run, Status.FINISHED, None, time.time()))
    except Exception as error:  # a run must end with a sentence whatever happened
        if not isinstance(error, UserError):
            logging.getLogger(__name__).exception("Run %s failed.", run)
        send(Ended(run, Status.FAILED, sentence(error, experiment), time.time()))
    finally:
        with _building:
            keras.utils.clear_session()


def why_stock(experiment: Experiment) -> str:
    """Returns why an experiment is trained with stock Keras' layers, in a word or two; empty if fused ones do it."""
    return "as set" if experiment.stock_layers else models.why_not_covered(experiment)


def build(experiment: Experiment, make: Callable[[Experiment], keras.Model] = keras_models.build) -> keras.Model:
    """Builds and compiles a network whose initial weights the seed alone decides, whatever other threads do.

    ``make`` may also be ``fused.models.build``. Keras draws the seeds of its initializers from Python's global
    random numbers. Dask's threads draw from them too: one network in twenty began with other weights. So Keras gets
    numbers of its own, which begin as the global ones do after ``keras.utils.set_random_seed``.
    """
    with _building, unittest.mock.patch.object(seed_generator, "python_random", random.Random(experiment.seed)):
        return make(experiment)


def summary(experiment: Experiment) -> str:
    """Returns Keras' own ``model.summary()`` of an experiment's network."""
    with _building:
        return keras_models.summary_text(keras_models.network(experiment))


def write_model(run: str, experiment: Experiment, which: Which) -> Path:
    """Writes a run's weights as a stock Keras model, which plain Keras opens without this program.

    Raises:
        UserError: If there are no weights or they are unsound.
    """
    model = build(experiment)
    keras_models.set_weights(model, weights.load(weights_file(run, which), experiment))
    model.optimizer.build(model.trainable_variables)  # else Keras warns, on loading, of variables that it misses
    return save_model(model, model_file(run, which))


def save_model(model: keras.Model, path: Path) -> Path:
    """Writes a ``.keras`` file, which is there whole or not at all."""
    with whole_file(path) as partial:
        model.save(partial)
    return path


def versions(stock: str) -> dict[str, str]:
    """Returns what a run is made with: layers, versions, processor and threads.

    Args:
        stock: Why stock layers are used, as ``why_stock`` tells.
    """
    return {
        "layers": f"stock Keras, {stock}" if stock else "fused",
        "python": platform.python_version(),
        "keras": keras.version(),
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
        "numba": numba.__version__,
        "system": platform.platform(),
        "processors": str(os.cpu_count()),
        "threads": os.environ.get("TF_NUM_INTRAOP_THREADS", "as many as processors"),
    }


def warm_up() -> None:
    """Compiles the kernels, or loads them, before a class waits; a small training would spare the first run 0.1 s."""
    models.warm_up()


class StreamCallback(keras.callbacks.Callback):  # type: ignore[misc]  # as above
    """Lets a stream follow Keras' ``fit``. Keras looks at ``stop_training`` in training only: the stream raises."""

    def __init__(self, stream: Stream) -> None:
        super().__init__()
        self._stream = stream

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002  # Keras' own
        """Epochs count from 0 here and from 1 everywhere else."""
        self._stream.epoch_begins(epoch + 1)

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        """Follows one training batch."""
        self._stream.trained(batch + 1, logs["accuracy"], logs["loss"])

    def on_test_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002  # Keras' own
        """Follows one validation batch."""
        self._stream.validated(batch + 1)

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:  # noqa: ARG002  # Keras' own
        """Ends the epoch, validation included."""
        self._stream.epoch_ends(logs["accuracy"], logs["loss"], logs["val_accuracy"], logs["val_loss"])


def sentence(error: Exception, experiment: Experiment) -> str:
    """Says in words why a training failed: what happened and how to mend it."""
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, MemoryError | tf.errors.ResourceExhaustedError):
        return (
            f"The memory did not suffice for {experiment.label} with batches of {experiment.batch_size}. Its finished "
            "epochs are kept. Train it anew with fewer units, a smaller maxlen or a smaller batch size."
        )
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
        return (
            f"The cache folder is full or read-only ({error.strerror}). The finished epochs are kept. "
            "Free some space or make it writable, then continue the run."
        )
    first_line = str(error).strip().partition("\n")[0][:200]
    return (
        f"An unexpected error ended the training ({type(error).__name__}: {first_line}). Its finished epochs are kept "
        "and the whole report is in workers.log in the cache folder. Continue it, or train it anew with other settings."
    )


def _resume(run: str, model: keras.Model) -> tuple[EpochEnd, ...]:
    """Sets the model to the run's last checkpoint and returns its epochs; none for a run that begins.

    Its weights are written anew: it may have been broken off after the checkpoint and before them.
    """
    found = checkpoint.load(run)
    if found is None:
        return ()
    resuming.restore(model, found)
    *before, last = found.epochs
    _keep_weights(run, model, best=all(last.val_accuracy > epoch.val_accuracy for epoch in before))
    return found.epochs


def _keep_weights(run: str, model: keras.Model, best: bool) -> None:
    now = keras_models.get_weights(model)
    weights.save(now, weights_file(run, "last"))
    if best:
        weights.save(now, weights_file(run, "best"))


def _fit(
    run: str,
    experiment: Experiment,
    model: keras.Model,
    send: Callable[[Event], None],
    stop_asked: Callable[[], bool],
    done: Sequence[EpochEnd],
) -> None:
    def keep(best: bool) -> None:
        checkpoint.save(run, resuming.checkpoint_of(model, stream.epochs))
        _keep_weights(run, model, best)

    stream = Stream(
        run,
        training_batches=math.ceil(experiment.training_reviews / experiment.batch_size),
        validation_batches=math.ceil(experiment.validation_reviews / experiment.batch_size),
        send=send,
        stop_asked=stop_asked,
        keep=keep,
        done=done,
    )
    stream.prepares()
    split = prepared.load(experiment.source).padded(experiment)
    stream.check_stop()
    try:
        model.fit(
            training_batches(experiment, split, first=len(done)),
            steps_per_epoch=stream.batches["training"],
            validation_data=validation_batches(experiment, split),
            initial_epoch=len(done),
            epochs=experiment.epochs,
            shuffle=False,
            callbacks=[StreamCallback(stream), _probing(Probe(run, experiment, send, stop_asked), model, bool(done))],
            verbose=0,
        )
    except tf.errors.InvalidArgumentError as error:
        # Optimizers stumble over the embedding's gradient when it holds no numbers, before a loss is told.
        if all(np.isfinite(weight).all() for weight in model.get_weights()):
            raise
        raise stream.no_number() from error


def _probing(probe: Probe, model: keras.Model, goes_on: bool) -> keras.callbacks.Callback:
    """Returns the callback that has the gradient followed after every epoch; it comes after the stream's."""
    return keras.callbacks.LambdaCallback(
        on_train_begin=lambda _logs: probe.begins(None if goes_on else keras_models.get_weights(model)),
        on_epoch_end=lambda epoch, _logs: probe.after(epoch + 1, keras_models.get_weights(model)),
    )


def _write_models(run: str, experiment: Experiment) -> None:
    # Weights are what counts and are safe already: a model that cannot be written now is written when asked for.
    try:
        for which in ("last", "best"):
            if weights_file(run, which).exists():
                write_model(run, experiment, which)
    except (OSError, UserError):
        logging.getLogger(__name__).exception("The models of run %s could not be written.", run)
