"""Keras' layers with the loop over timesteps replaced by compiled kernels. Imports TensorFlow.

Each is the stock layer in all but that loop: its weights, their names and initial values, its dropout masks, its
handling of masks and of ``Bidirectional`` are inherited.
"""

import itertools
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from rnn_compare.cells.registry import cell
from rnn_compare.fused import vector_inputs, word_inputs
from rnn_compare.fused.sequences import KERNELS, LayerOptions

KEPT = 4
"""Forward passes that a layer remembers for their backward pass; one would do, were gradients never nested."""


@keras.saving.register_keras_serializable("rnn_compare")
class FusedEmbedding(layers.Embedding):  # type: ignore[misc]  # Keras is not followed by mypy
    """``keras.layers.Embedding`` that also tells the layer above which words its vectors stand for.

    The fused layer above then reads the words, and nobody uses the vectors: TensorFlow leaves them out of the graph.
    """

    def call(self, inputs: Any) -> Any:
        """Looks up word ids (batch, timesteps); returns their vectors (batch, timesteps, features)."""
        found = super().call(inputs)
        # Keras hands masks from layer to layer in the same way, as an attribute of the tensor.
        found.read_from = (inputs, self.embeddings)
        return found


class FusedLoop:
    """What the recurrent layers have in common: Keras' ``inner_loop`` is one call into NumPy."""

    cell_kernel: Any

    def inner_loop(self: Any, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> Any:
        """Runs the recurrence over a batch; Keras calls it.

        Args:
            sequences: Vectors (batch, timesteps, features).
            initial_state: Not used: the states begin at zero.
            mask: True where a vector is to be read (batch, timesteps), or None.
            training: Whether inputs are dropped and a gradient will be asked for.
        """
        if self.stateful or self.return_state:
            raise ValueError(f"{type(self).__name__} keeps no state between batches and returns none; use Keras' own.")
        options = LayerOptions(self.cell_kernel, self.go_backwards, self.return_sequences, self.zero_output_for_mask)
        kept: KeptPasses = self.__dict__.setdefault("_kept_passes", KeptPasses())
        words_of = getattr(sequences, "read_from", None)
        if training and self.dropout:
            sequences = sequences * keras.ops.expand_dims(self.cell.get_dropout_mask(sequences[:, 0, :]), axis=1)
            words_of = None
        weights = [variable.value for variable in (self.cell.kernel, self.cell.recurrent_kernel, self.cell.bias)]
        if words_of is None:
            output = _read_vectors(kept if training else None, options, mask, sequences, *weights)
        else:
            ids, table = words_of
            output = _read_words(kept if training else None, options, mask, ids, table.value, *weights)
        output.set_shape((*sequences.shape[: 2 if self.return_sequences else 1], self.units))
        return (output[:, -1] if self.return_sequences else output), output, initial_state


class KeptPasses:
    """What the last few forward passes left for their backward pass, each under a number that travels in the graph."""

    def __init__(self) -> None:
        self._kept: dict[int, Any] = {}
        self._numbers = itertools.count(1)

    def keep(self, forward_pass: Any) -> np.int64:
        """Keeps what a forward pass left and returns its number."""
        number = next(self._numbers)
        self._kept[number] = forward_pass
        self._kept.pop(number - KEPT, None)
        return np.int64(number)

    def take(self, number: int) -> Any:
        """Returns what a forward pass left and forgets it."""
        return self._kept.pop(number)


def _read_vectors(kept: KeptPasses | None, options: LayerOptions, mask: Any, *inputs: Any) -> Any:
    @tf.custom_gradient  # type: ignore[untyped-decorator]  # TensorFlow is not followed by mypy
    def read(*inputs: Any) -> Any:
        output, number = _forward(vector_inputs.forward, kept, options, mask, inputs)

        def gradients(gradient: Any) -> Any:
            found = _backward(vector_inputs.backward, kept, options, number, gradient, [tf.float32] * 4)
            return _shaped(found, inputs)

        return output, gradients

    return read(*map(tf.convert_to_tensor, inputs))


def _read_words(kept: KeptPasses | None, options: LayerOptions, mask: Any, ids: Any, *inputs: Any) -> Any:
    ids = tf.cast(ids, tf.int64)

    @tf.custom_gradient  # type: ignore[untyped-decorator]  # as above
    def read(*inputs: Any) -> Any:
        output, number = _forward(word_inputs.forward, kept, options, mask, (ids, *inputs))

        def gradients(gradient: Any) -> Any:
            kinds = [tf.int64] + [tf.float32] * 4
            of_words, rows, *found = _backward(word_inputs.backward, kept, options, number, gradient, kinds)
            table, *weights = inputs
            of_words.set_shape((None,))
            rows.set_shape((None, table.shape[1]))
            return tf.IndexedSlices(rows, of_words, tf.shape(table, tf.int64)), *_shaped(found, weights)

        return output, gradients

    return read(*map(tf.convert_to_tensor, inputs))


def _forward(work: Callable[..., Any], kept: KeptPasses | None, options: LayerOptions, mask: Any, inputs: Any) -> Any:
    def forward(*arrays: Any) -> Any:
        given = arrays if mask is None else arrays[:-1]
        output, forward_pass = work(options, None if mask is None else arrays[-1], *given)
        return output, np.int64(0) if kept is None else kept.keep(forward_pass)

    return tf.numpy_function(forward, [*inputs, *(() if mask is None else (mask,))], [tf.float32, tf.int64])


def _backward(
    work: Callable[..., Any], kept: KeptPasses | None, options: LayerOptions, number: Any, gradient: Any, kinds: Any
) -> Any:
    if kept is None:
        raise ValueError("Fused layers have gradients in training only: call the layer with training=True.")

    def backward(number: Any, gradient: Any) -> Any:
        return work(options, kept.take(int(number)), gradient)

    return tf.numpy_function(backward, [number, gradient], kinds)


def _shaped(gradients: Any, inputs: Any) -> Any:
    for gradient, given in zip(gradients, inputs, strict=True):
        gradient.set_shape(given.shape)
    return gradients


def _fused(name: str) -> Any:
    about = f"The Keras layer of {name} with its default activations, by a compiled kernel."
    bases = (FusedLoop, cell(name).keras_layer())
    made = type(f"Fused{name}", bases, {"__doc__": about, "cell_kernel": KERNELS[name]})
    return keras.saving.register_keras_serializable("rnn_compare")(made)


FUSED_LAYERS: dict[str, Any] = {name: _fused(name) for name in KERNELS}
"""The fused layer of each cell that has a kernel: ``FusedLSTM`` and so on."""
