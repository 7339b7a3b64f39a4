"""The largest gradient of an epoch, which tells of exploding gradients (Pascanu, Mikolov and Bengio 2013)."""

from rnn_compare.metrics.metric import Metric

GRADIENT_NORM = Metric("gradient_norm", "Largest gradient norm", higher_is_better=False, format=".3g", position=60)
"""Over all weights and batches of the epoch, before clipping: what ``clipnorm`` limits."""
