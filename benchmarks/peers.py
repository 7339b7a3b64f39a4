"""How long an epoch takes here, in stock Keras and in PyTorch: the same networks on the same reviews.

    pip install torch
    python -m benchmarks.peers [reviews] [rounds]

Stock Keras, fused layers and `torch.nn` take turns in one process with one thread each, but that fused layers add up
their sums in a second one where a core is free. PyTorch flushes denormal numbers to zero: with them its backward pass
takes several times as long. Ratios are to stock Keras; medians of all rounds.
"""

import sys
from typing import Any

from benchmarks.epochs import Epoch, in_turns, keras_epoch, reviews_for  # first: it sets the threads

# isort: split
import torch
from torch import nn

from benchmarks.machine import machine
from rnn_compare.experiment import Experiment
from rnn_compare.fused.models import warm_up
from rnn_compare.reviews.prepared import Split
from rnn_compare.training import batches

LAYERS = {"SimpleRNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}
"""The cells that PyTorch has."""


class Network(nn.Module):  # type: ignore[misc]  # PyTorch is not followed by mypy
    """Embedding, one recurrent layer and a sigmoid, as the book has them."""

    def __init__(self, experiment: Experiment) -> None:
        super().__init__()
        self.embedding = nn.Embedding(experiment.vocabulary_size, experiment.embedding_size)
        self.recurrent = LAYERS[experiment.cell](experiment.embedding_size, experiment.units, batch_first=True)
        self.dense = nn.Linear(experiment.units, 1)

    def forward(self, ids: Any) -> Any:
        """Maps word ids (batch, timesteps) to logits (batch,)."""
        outputs, _ = self.recurrent(self.embedding(ids))
        return self.dense(outputs[:, -1])[:, 0]


def torch_epoch(experiment: Experiment, split: Split) -> Epoch:
    """Returns what trains a new PyTorch network for one more epoch, validation included."""
    network = Network(experiment)
    # Keras' own settings of RMSprop.
    optimizer = torch.optim.RMSprop(network.parameters(), lr=experiment.learning_rate, alpha=0.9, eps=1e-7)
    loss = nn.BCEWithLogitsLoss()
    x_train, x_val = (torch.from_numpy(x).long() for x in (split.x_train, split.x_val))
    y_train, y_val = (torch.from_numpy(y).float() for y in (split.y_train, split.y_val))

    def epoch() -> None:
        network.train()
        for rows in torch.from_numpy(batches.order(experiment, 0)).split(experiment.batch_size):
            optimizer.zero_grad()
            loss(network(x_train[rows]), y_train[rows]).backward()
            optimizer.step()
        network.eval()
        with torch.no_grad():
            for rows in torch.arange(len(x_val)).split(experiment.batch_size):
                loss(network(x_val[rows]), y_val[rows])

    return epoch


def main(reviews: int = 25_000, rounds: int = 3) -> None:
    """Prints the figures of each cell."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    warm_up()
    print(f"{machine()}, PyTorch {torch.__version__}; {reviews:,} reviews of 500 words, {rounds} rounds")
    for cell in LAYERS:
        experiment = Experiment(cell=cell, reviews=reviews)
        split = reviews_for(experiment)
        kinds = {
            "stock": keras_epoch(experiment, split, fused=False),
            "fused": keras_epoch(experiment, split, fused=True),
        }
        kinds["torch"] = torch_epoch(experiment, split)
        figures = in_turns(kinds, rounds)
        print(
            f"{cell:9} "
            + "; ".join(f"{kind} {times.seconds:.2f} s, ratio {times.ratio:.3f}" for kind, times in figures.items())
            + f"; fused to torch {figures['fused'].seconds / figures['torch'].seconds:.2f}"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
