"""A Keras network whose ``fit`` runs on compiled kernels instead of TensorFlow's graph. Imports TensorFlow.

Layers, weights, optimizers and callbacks are Keras' own. The loop over batches is replaced, and the computation of a
batch, for which Keras would call TensorFlow a thousand times.
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
from rnn_compare.fused.cell_kernel import KERNELS
from rnn_compare.fused.network_pass import NetworkOptions
from rnn_compare.fused.optimizers import FUSED_OPTIMIZERS
from rnn_compare.fused.sequences import LayerOptions
from rnn_compare.networks import keras_models
from rnn_compare.reviews.prepared import Batches
from rnn_compare.settings import SETTINGS, needing_stock_layers

Logs = dict[str, float]


@dataclass
class _Metrics:
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
        reviews = np.float32(max(1, self.reviews))  # Keras divides in float32
        return {"accuracy": float(self.right / reviews), "loss": float(np.float32(self.loss) / reviews)}


class FusedNetwork(keras.Sequential):  # type: ignore[misc]  # Keras is not followed by mypy
    """``keras.Sequential`` of an embedding, recurrent layers with kernels, and ``Dense(1, activation="sigmoid")``.

    Compile it with binary cross-entropy, accuracy and an optimizer with default options but for learning rate and
    clipnorm. During ``fit`` Keras' variables are updated at the end of each epoch, before its callbacks are called.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._predicted: Array = np.empty(0, np.float32)
        self._training: _Training | None = None

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
        """Trains and calls callbacks as Keras' ``fit`` does; they may set the learning rate between epochs.

        Keras reads batches through TensorFlow's pipelines, which take as long for a batch as a SimpleRNN's forward
        pass, and as long as five training batches for each validation.

        Args:
            training: The batches of each epoch.
            validation: The validation batches.
            callbacks: Keras callbacks.
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
            state = self._training = _Training(self)
            for epoch in range(initial_epoch, epochs):
                callback_list.on_epoch_begin(epoch)
                logs = self._train_epoch(state, training, epoch, callback_list)
                logs |= {f"val_{name}": figure for name, figure in self.evaluate(validation, callback_list).items()}
                extra = {"gradient_norm": state.gradient_norm, "probabilities": self._predicted}
                callback_list.on_epoch_end(epoch, logs | extra)
                if self.stop_training:
                    break
            callback_list.on_train_end(logs)
        finally:
            self._training = None
        return self.history

    def _train_epoch(
        self, state: "_Training", batches: Batches, epoch: int, callback_list: keras.callbacks.CallbackList
    ) -> Logs:
        metrics, rate = _Metrics(), self._learning_rate()
        state.gradient_norm = 0.0
        for step, (ids, labels) in enumerate(batches.epoch(epoch)):
            callback_list.on_train_batch_begin(step)
            logits = state.train(ids, labels, rate)
            callback_list.on_train_batch_end(step, metrics.add(logits, labels))
            if self.stop_training:
                break
        state.write(self)
        return metrics.logs()

    def evaluate(self, batches: Batches, callback_list: keras.callbacks.CallbackList | None = None) -> Logs:
        """Returns loss and accuracy over an epoch of batches, as Keras' ``evaluate`` does.

        Args:
            batches: The reviews and labels.
            callback_list: Keras callbacks, called before and after each batch.
        """
        callback_list = callback_list or keras.callbacks.CallbackList(model=self)
        logits_of, metrics = self._logits_function(), _Metrics()
        cells_with_dropout = [cell for cells in _cells(self) for cell in cells if cell.dropout]
        probabilities = []
        callback_list.on_test_begin()
        for step, (ids, labels) in enumerate(batches.epoch(0)):
            callback_list.on_test_batch_begin(step)
            for cell in cells_with_dropout:
                cell.seed_generator.next()  # Keras draws a mask here too, which it does not apply
            logits = logits_of(ids)
            probabilities.append(network_pass.probabilities(logits))
            callback_list.on_test_batch_end(step, metrics.add(logits, labels))
        self._predicted = np.concatenate(probabilities)
        callback_list.on_test_end(metrics.logs())
        return metrics.logs()

    def train_on_batch(self, ids: NDArray[np.integer], labels: NDArray[np.integer]) -> Logs:
        """Trains with one batch and returns loss and accuracy, as ``train_on_batch(…, return_dict=True)`` of Keras."""
        state = _Training(self)
        logits = state.train(ids, labels, self._learning_rate())
        state.write(self)
        return _Metrics().add(logits, labels)

    def make_predict_function(self, force: bool = False) -> None:  # noqa: ARG002  # Keras' own
        """Sets the function that predicts for a batch; Keras calls it."""
        logits_of = self._logits_function()

        def predict(batches: Sequence[Any]) -> Any:
            ids, *_ = keras.utils.unpack_x_y_sample_weight(batches[0])
            return tf.convert_to_tensor(network_pass.probabilities(logits_of(np.asarray(ids)))[:, np.newaxis])

        self.predict_function = predict

    def _learning_rate(self) -> float:
        return float(self.optimizer.learning_rate.value)  # which takes TensorFlow a quarter of a millisecond

    def _logits_function(self) -> Callable[[NDArray[np.integer]], Array]:
        options = options_of(self)
        weights = self._training.weights if self._training else [variable.value.numpy() for variable in self.weights]
        no_dropout = [[None] * len(directions) for directions in options.layers]
        return lambda ids: network_pass.forward(options, weights, ids.astype(np.int64), no_dropout).logits


class _Training:
    """Weights and optimizer of a network in training.

    Attributes:
        gradient_norm: The largest norm of a weight's gradient in the epoch so far.
    """

    gradient_norm = 0.0

    def __init__(self, model: FusedNetwork) -> None:
        model.optimizer.build(model.trainable_variables)
        self._options = options_of(model)
        self._cells = _cells(model)
        self.weights: list[Array] = [variable.value.numpy() for variable in model.weights]
        name = next(name for name, kind in keras_models.OPTIMIZERS.items() if isinstance(model.optimizer, kind))
        fused = FUSED_OPTIMIZERS[name]
        moments = [[variable.value.numpy() for variable in _moments(model, kind)] for kind in fused.kinds]
        self._optimizer = fused(moments, int(model.optimizer.iterations.value), model.optimizer.clipnorm)

    def train(self, ids: NDArray[np.integer], labels: NDArray[np.integer], learning_rate: float) -> Array:
        """Trains with one batch, ids (batch, timesteps) and labels (batch,), and returns its logits (batch,)."""
        dropout_masks = [[_dropout_mask(cell, len(ids)) for cell in cells] for cells in self._cells]
        forward_pass = network_pass.forward(self._options, self.weights, ids.astype(np.int64), dropout_masks)
        gradients = network_pass.backward(self.weights, forward_pass, labels.astype(np.float32))
        self.gradient_norm = max(self.gradient_norm, self._optimizer.step(self.weights, *gradients, learning_rate))
        return forward_pass.logits

    def write(self, model: FusedNetwork) -> None:
        """Copies weights and optimizer into Keras' variables."""
        # Copies, since TensorFlow may keep the array itself.
        for variable, value in zip(model.weights, self.weights, strict=True):
            variable.assign(value.copy())
        for kind, values in zip(self._optimizer.kinds, self._optimizer.moments, strict=True):
            for variable, value in zip(_moments(model, kind), values, strict=True):
                variable.assign(value.copy())
        model.optimizer.iterations.assign(self._optimizer.iterations)


def why_not_fused(experiment: Experiment) -> str:
    """Returns why fused layers cannot train this experiment here, in a word or two; empty if they can."""
    if experiment.without_recurrence:
        return "no recurrence"
    if names := needing_stock_layers(experiment):
        return SETTINGS[names[0]].label.lower()
    return "GPU" if tf.config.list_physical_devices("GPU") else ""  # there Keras' own layers use cuDNN


def unsupported_options(optimizer: keras.optimizers.Optimizer) -> list[str]:
    """Returns the names of an optimizer's options that fused layers do not apply and that differ from the defaults."""
    options = optimizer.get_config()
    defaults = type(optimizer)(learning_rate=float(optimizer.learning_rate)).get_config()
    return [name for name, value in options.items() if name not in ("name", "clipnorm") and value != defaults[name]]


def options_of(model: keras.Model) -> NetworkOptions:
    """Returns the options of a Keras network of an embedding, recurrent layers and a ``Dense`` layer."""
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
    # Keras' variables are iterations, learning rate, and the moments, by kind or by weight.
    return [variable for variable in model.optimizer.variables[2:] if variable.path.endswith(f"_{kind}")]


def _dropout_mask(cell: Any, reviews: int) -> Array | None:
    """Returns a random dropout mask of a layer for each review (batch, features), the one that Keras would draw."""
    if not cell.dropout:
        return None
    cell.reset_dropout_mask()
    mask: Array = cell.get_dropout_mask(tf.ones((reviews, cell.kernel.shape[0]))).numpy()
    cell.reset_dropout_mask()
    return mask
