"""One training with Keras, from reviews to saved weights. For workers only: this imports TensorFlow."""

import errno
import logging
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
from rnn_compare.fused import models, threads
from rnn_compare.fused.network import FusedNetwork
from rnn_compare.networks import keras_models, weights
from rnn_compare.paths import weights_file
from rnn_compare.reviews import prepared
from rnn_compare.reviews.batches import training_batches, validation_batches
from rnn_compare.runs import checkpoint
from rnn_compare.runs.checkpoint import Checkpoint
from rnn_compare.runs.events import Ended, EpochEnd, Event, Started, Status, best_epoch, decoded
from rnn_compare.training.protocol import first_line
from rnn_compare.training.worker import compilation, fitting
from rnn_compare.training.worker.model_files import build, checkpoint_of, clear, restore, save_weights, write_models
from rnn_compare.training.worker.progress_reporter import GradientRecorder, StopAskedError, Stream, TrainingJob

_NO_PRIMITIVE = "could not create a primitive"
"""The error of oneDNN, which does TensorFlow's arithmetic, where it gets no memory."""


def train(run: str, experiment: Experiment, send: Callable[[Event], None], stop_asked: Callable[[], bool]) -> None:
    """Trains the network of one experiment and saves its state at every epoch's end, in files that the run's id names.

    A run that has a checkpoint goes on from there, and its curve is that of an unbroken run. Whatever happens, the last
    event sent is ``Ended``; errors become sentences, their tracebacks go to the log.
    """
    job = TrainingJob(run, experiment, send, stop_asked)
    try:
        stock = why_stock(experiment)
        model = build(experiment, keras.Sequential if stock else FusedNetwork)
        summary = keras_models.summary_text(model)  # before the optimizer is built, which it would count
        saved = _resume(run, model)
        done: Sequence[EpochEnd] = saved.epochs if saved else ()
        send(Started(run, model.count_params(), summary, versions(stock), time.time(), len(done)))
        if saved:
            _tell_again(job, saved)
        try:
            if len(done) < experiment.epochs and not fitting.out_of_patience(done, experiment.patience):
                done = _fit(job, model, done)
            _test(job, model, done)
        except StopAskedError:
            # Whoever pressed Stop is waiting; the models can be written afterwards.
            send(Ended(run, Status.STOPPED, None, time.time()))
            write_models(run, experiment)
        else:
            write_models(run, experiment)
            send(Ended(run, Status.FINISHED, None, time.time()))
    except Exception as error:  # a run must end with a sentence whatever happened
        if not isinstance(error, UserError):
            logging.getLogger(__name__).exception("Run %s failed.", run)
        send(Ended(run, Status.FAILED, sentence(error, experiment), time.time()))
    finally:
        clear()


def why_stock(experiment: Experiment) -> str:
    """Returns why an experiment is trained with stock Keras' layers, in a word or two; empty if fused ones do it."""
    return "as set" if experiment.stock_layers else models.why_not_covered(experiment)


def versions(stock: str) -> dict[str, str]:
    """Returns what a run is made with: layers (and why they are stock), versions, processor and threads."""
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
        else f"{threads.allowed()} when it began",  # trainings that begin or end beside it change that
    }


def sentence(error: Exception, experiment: Experiment) -> str:
    """Says in words why a training failed: what happened and how to mend it."""
    if isinstance(error, UserError):
        return str(error)
    if _wanted_memory(error):
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


def _wanted_memory(error: BaseException | None) -> bool:
    """Tells whether an error, or one that led to it, was for want of memory."""
    if error is None:
        return False
    is_one = isinstance(error, MemoryError | tf.errors.ResourceExhaustedError) or _NO_PRIMITIVE in str(error)
    return is_one or _wanted_memory(error.__cause__ or error.__context__)


def _resume(run: str, model: keras.Model) -> Checkpoint | None:
    """Sets the model to the run's last checkpoint and returns it; None for a run that begins.

    Its weights are written anew: it may have been broken off after the checkpoint and before them.
    """
    saved = checkpoint.load(run)
    if saved is None:
        return None
    restore(model, saved)
    save_weights(run, model, best=best_epoch(saved.epochs) is saved.epochs[-1])
    return saved


def _tell_again(job: TrainingJob, saved: Checkpoint) -> None:
    """Tells once more what the record may have missed when the program died."""
    if saved.probabilities:
        labels = prepared.load(job.experiment.dataset).labels(job.experiment, "validation")
        probabilities = decoded(saved.probabilities)
        if labels is not None and len(labels) == len(probabilities):
            job.send(fitting.predictions(job.run, saved.epochs[-1].epoch, "validation", probabilities, labels))
    for epoch in saved.epochs:
        job.send(epoch)


def _test(job: TrainingJob, model: keras.Model, epochs: Sequence[EpochEnd]) -> None:
    """Tests the weights that the validation chose, where there are reviews to test with; the model then has these."""
    test = prepared.load(job.experiment.dataset).test(job.experiment)
    best = best_epoch(epochs)
    if test is None or best is None:
        return
    x, labels = test
    keras_models.set_weights(model, weights.load(weights_file(job.run, "best"), job.experiment))
    watch = keras.callbacks.LambdaCallback(on_predict_batch_end=job.check_stop)
    probabilities = model.predict(x, batch_size=job.experiment.batch_size, verbose=0, callbacks=[watch])
    job.send(fitting.predictions(job.run, best.epoch, "test", probabilities.ravel(), labels))


def _fit(job: TrainingJob, model: keras.Model, done: Sequence[EpochEnd]) -> Sequence[EpochEnd]:
    experiment = job.experiment

    def keep(best: bool) -> None:
        last = stream.predictions
        checkpoint.save(job.run, checkpoint_of(model, stream.epochs, last.probabilities if last else b""))
        save_weights(job.run, model, best)

    stream = Stream(job, keep, done)
    stream.prepares()
    if not why_stock(experiment):
        compilation.compile_kernels(experiment.cell)
    split = prepared.load(experiment.dataset).padded(experiment)
    recorders = [] if experiment.without_recurrence else [GradientRecorder(job)]
    job.check_stop()
    try:
        fitting.fit(
            model,
            training_batches(experiment, split),
            validation_batches(experiment, split),
            callbacks=[
                *([] if experiment.schedule == "constant" else [fitting.schedule_callback(experiment)]),
                fitting.StreamCallback(
                    stream, fitting.validation_predictions(model, len(split.y_val)), split.y_val, experiment.patience
                ),
                *(fitting.gradient_callback(recorder, model, resumed=bool(done)) for recorder in recorders),
            ],
            initial_epoch=len(done),
        )
    except tf.errors.InvalidArgumentError as error:
        # Optimizers stumble over the embedding's gradient when it holds no numbers, before a loss is told.
        if all(np.isfinite(weight).all() for weight in model.get_weights()):
            raise
        raise stream.no_number() from error
    return stream.epochs
