"""A Keras network whose ``fit`` runs on compiled kernels instead of TensorFlow's graph. Imports TensorFlow.

Layers, weights, optimizers and callbacks are Keras' own. What is replaced is what happens in a batch, for which Keras
would call TensorFlow a thousand times, and the loop over batches.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from numpy.typing import NDArray

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.fused import network_pass
from rnn_compare.fused.arithmetic import Array
from rnn_compare.fused.kernels.registry import KERNELS
from rnn_compare.fused.network_pass import NetworkOptions
from rnn_compare.fused.optimizers import STEPS, Steps
from rnn_compare.fused.sequences import LayerOptions
from rnn_compare.networks import keras_models
from rnn_compare.reviews.prepared import Batches
from rnn_compare.settings import SETTINGS, needing_stock_layers

Logs = dict[str, float]


@dataclass
class _Measured:
    """Keras' metrics over the batches of an epoch so far."""

    reviews: int = 0
    loss: float = 0.0
    right: int = 0

    def add(self, logits: Array, labels: NDArray[np.integer]) -> Logs:
        self.reviews += len(labels)
        self.loss += float(network_pass.losses(logits, labels.astype(np.float32)).sum(dtype=np.float64))
        self.right += int(((network_pass.probabilities(logits) > 0.5) == (labels > 0)).sum())
        return self.logs()

    def logs(self) -> Logs:
        reviews = np.float32(max(1, self.reviews))  # Keras divides in float32, and the same run tells the same digits
        return {"accuracy": float(self.right / reviews), "loss": float(np.float32(self.loss) / reviews)}


class FusedNetwork(keras.Sequential):  # type: ignore[misc]  # Keras is not followed by mypy
    """``keras.Sequential`` of an embedding, recurrent layers with kernels, and ``Dense(1, activation="sigmoid")``.

    To be compiled with binary cross-entropy, accuracy and an optimizer with its default options. While ``fit`` is at
    work the weights are elsewhere; Keras' variables have them at each epoch's end, before any callback asks.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._predicted: Array = np.empty(0, np.float32)
        self._under_way: _Training | None = None

    def compile(self, *arguments: Any, **options: Any) -> None:
        """Compiles as Keras does; raises ``UserError`` if the optimizer has options that the kernels do not apply."""
        super().compile(*arguments, **options)
        if unknown := unsupported_options(self.optimizer):
            raise UserError(
                f"Fused layers do not support the optimizer's {', '.join(unknown)}: only learning rate and clipnorm "
                "may differ from Keras' defaults. Train with stock layers."
            )

    def fit(
        self,
        training: Batches,
        validation: Batches,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        initial_epoch: int = 0,
    ) -> keras.callbacks.History:
        """Trains as Keras' ``fit`` does and calls callbacks when that does. They set the learning rate between epochs.

        Keras hands batches over by TensorFlow's pipelines, which take as long for each as a SimpleRNN's forward pass,
        and as long as five trained batches for each validation.

        Args:
            training: What to train with, epoch by epoch.
            validation: What to validate with after each.
            callbacks: Keras' own.
            initial_epoch: The first epoch to train, from 0.
        """
        epochs = len(training.orders)
        callback_list = keras.callbacks.CallbackList(
            list(callbacks), add_history=True, model=self, epochs=epochs, steps=len(training), verbose=0
        )
        self.stop_training = False
        logs: Logs = {}
        try:
            callback_list.on_train_begin()
            for epoch in range(initial_epoch, epochs):
                callback_list.on_epoch_begin(epoch)
                logs = self._train_epoch(training, epoch, callback_list)
                logs |= {f"val_{name}": figure for name, figure in self.evaluate(validation, callback_list).items()}
                measured = {"gradient_norm": self._training().gradient_norm, "probabilities": self._predicted}
                callback_list.on_epoch_end(epoch, logs | measured)
                if self.stop_training:
                    break
            callback_list.on_train_end(logs)
        finally:
            self._under_way = None
        return self.history

    def _train_epoch(self, training: Batches, epoch: int, callback_list: keras.callbacks.CallbackList) -> Logs:
        measured, under_way, rate = _Measured(), self._training(), self._learning_rate()
        under_way.gradient_norm = 0.0
        for step, (ids, labels) in enumerate(training.epoch(epoch)):
            callback_list.on_train_batch_begin(step)
            logits = under_way.train(ids, labels, rate)
            callback_list.on_train_batch_end(step, measured.add(logits, labels))
            if self.stop_training:
                break
        under_way.write(self)
        return measured.logs()

    def evaluate(self, batches: Batches, callback_list: keras.callbacks.CallbackList | None = None) -> Logs:
        """Returns loss and accuracy over an epoch of batches, as Keras' ``evaluate`` does.

        Args:
            batches: What to read.
            callback_list: What to call before and after each batch.
        """
        callback_list = callback_list or keras.callbacks.CallbackList(model=self)
        logits_of, measured = self._reading(), _Measured()
        dropping = [cell for cells in _cells(self) for cell in cells if cell.dropout]
        predicted = []
        callback_list.on_test_begin()
        for step, (ids, labels) in enumerate(batches.epoch(0)):
            callback_list.on_test_batch_begin(step)
            for dropping_cell in dropping:
                dropping_cell.seed_generator.next()  # Keras draws a mask here too, though it drops nothing
            logits = logits_of(ids)
            predicted.append(network_pass.probabilities(logits))
            callback_list.on_test_batch_end(step, measured.add(logits, labels))
        self._predicted = np.concatenate(predicted)
        callback_list.on_test_end(measured.logs())
        return measured.logs()

    def train_on_batch(self, ids: NDArray[np.integer], labels: NDArray[np.integer]) -> Logs:
        """Trains with one batch and returns loss and accuracy, as ``train_on_batch(…, return_dict=True)`` of Keras."""
        under_way = _Training(self)
        logits = under_way.train(ids, labels, self._learning_rate())
        under_way.write(self)
        return _Measured().add(logits, labels)

    def make_predict_function(self, force: bool = False) -> None:  # noqa: ARG002  # Keras' own
        """Makes what predicts for a batch; Keras calls it."""
        logits_of = self._reading()

        def predict(batches: Sequence[Any]) -> Any:
            ids, *_ = keras.utils.unpack_x_y_sample_weight(batches[0])
            return tf.convert_to_tensor(network_pass.probabilities(logits_of(np.asarray(ids)))[:, np.newaxis])

        self.predict_function = predict

    def _learning_rate(self) -> float:
        return float(self.optimizer.learning_rate.value)  # TensorFlow takes a quarter of a millisecond to tell

    def _training(self) -> "_Training":
        if self._under_way is None:
            self._under_way = _Training(self)
        return self._under_way

    def _reading(self) -> Callable[[NDArray[np.integer]], Array]:
        options = options_of(self)
        weights = self._under_way.weights if self._under_way else [variable.value.numpy() for variable in self.weights]
        nothing = [[None] * len(directions) for directions in options.layers]
        return lambda ids: network_pass.forward(options, weights, ids.astype(np.int64), nothing).logits


class _Training:
    """Weights and the optimizer's state while a network is trained.

    Attributes:
        gradient_norm: The largest of the epoch so far.
    """

    gradient_norm = 0.0

    def __init__(self, model: FusedNetwork) -> None:
        model.optimizer.build(model.trainable_variables)
        self._options = options_of(model)
        self._cells = _cells(model)
        self.weights: list[Array] = [variable.value.numpy() for variable in model.weights]
        steps = next(STEPS[name] for name, kind in keras_models.OPTIMIZERS.items() if isinstance(model.optimizer, kind))
        moments = [[variable.value.numpy() for variable in _moments(model, kind)] for kind in steps.kinds]
        self._steps: Steps = steps(moments, int(model.optimizer.iterations.value), model.optimizer.clipnorm)

    def train(self, ids: NDArray[np.integer], labels: NDArray[np.integer], learning_rate: float) -> Array:
        """Trains with one batch, ids (batch, timesteps) and labels (batch,), and returns its logits (batch,)."""
        dropout_masks = [[_dropout_mask(cell, len(ids)) for cell in cells] for cells in self._cells]
        forward_pass = network_pass.forward(self._options, self.weights, ids.astype(np.int64), dropout_masks)
        gradients = network_pass.backward(self._options, self.weights, forward_pass, labels.astype(np.float32))
        self.gradient_norm = max(self.gradient_norm, self._steps.step(self.weights, *gradients, learning_rate))
        return forward_pass.logits

    def write(self, model: FusedNetwork) -> None:
        """Copies all into Keras' variables."""
        # Copies, for TensorFlow may keep the very array that it is given.
        for variable, value in zip(model.weights, self.weights, strict=True):
            variable.assign(value.copy())
        for kind, values in zip(self._steps.kinds, self._steps.moments, strict=True):
            for variable, value in zip(_moments(model, kind), values, strict=True):
                variable.assign(value.copy())
        model.optimizer.iterations.assign(self._steps.done)


def why_not_fused(experiment: Experiment) -> str:
    """Returns why fused layers cannot train this experiment here, in a word or two; empty if they can."""
    if experiment.without_recurrence:
        return "no recurrence"
    if names := needing_stock_layers(experiment):
        return SETTINGS[names[0]].label.lower()
    if tf.config.list_physical_devices("GPU"):
        return "GPU"  # there Keras' own layers use cuDNN
    return " and ".join(unsupported_options(keras_models.optimizer(experiment)))


def unsupported_options(optimizer: keras.optimizers.Optimizer) -> list[str]:
    """Returns the names of an optimizer's options that fused layers do not apply and that differ from the defaults."""
    options = optimizer.get_config()
    defaults = type(optimizer)(learning_rate=float(optimizer.learning_rate)).get_config()
    return [name for name, value in options.items() if name not in ("name", "clipnorm") and value != defaults[name]]


def options_of(model: keras.Model) -> NetworkOptions:
    """Returns how a network of an embedding, recurrent layers and a ``Dense`` layer reads."""
    kernels = {keras_models.layer_class(name): kernel for name, kernel in KERNELS.items()}
    return NetworkOptions(
        tuple(
            tuple(
                LayerOptions(
                    kernels[type(layer)], layer.go_backwards, layer.return_sequences, bool(layer.zero_output_for_mask)
                )
                for layer in _directions(outer)
            )
            for outer in _recurrent_layers(model)
        ),
        bool(model.layers[0].mask_zero),
    )


def _recurrent_layers(model: keras.Model) -> list[Any]:
    return list(model.layers[1:-1])


def _cells(model: keras.Model) -> list[list[Any]]:
    return [[layer.cell for layer in _directions(outer)] for outer in _recurrent_layers(model)]


def _directions(layer: Any) -> list[Any]:
    return [layer.forward_layer, layer.backward_layer] if isinstance(layer, layers.Bidirectional) else [layer]


def _moments(model: keras.Model, kind: str) -> list[Any]:
    # After the step's number and the learning rate come those of each weight, kind by kind or weight by weight.
    return [variable for variable in model.optimizer.variables[2:] if variable.path.endswith(f"_{kind}")]


def _dropout_mask(cell: Any, reviews: int) -> Array | None:
    """Draws what a layer's dropout leaves of each review's inputs (batch, features), with the numbers of Keras."""
    if not cell.dropout:
        return None
    cell.reset_dropout_mask()
    mask: Array = cell.get_dropout_mask(tf.ones((reviews, cell.kernel.shape[0]))).numpy()
    cell.reset_dropout_mask()
    return mask
