"""How long epochs take here, in stock Keras on TensorFlow, in Keras on JAX and in PyTorch, with the same reviews.

    pip install torch jax
    python -m benchmarks.peers [reviews] [rounds]

Each has a process of its own, which has imported all and holds the reviews; they take turns, epoch by epoch, validation
included, while the others wait. The first epoch is told apart: there Keras on TensorFlow traces and JAX compiles.
Ours and PyTorch have all cores, PyTorch once more has one. PyTorch flushes denormal numbers to zero: with them its
backward pass takes several times as long. Ratios are to stock Keras; medians of all rounds after the first.
"""

import os
import statistics
import subprocess
import sys
import time
from typing import Any

import benchmarks.epochs  # noqa: F401  # first: it sets the threads

# isort: split
from benchmarks.epochs import Epoch, keras_epoch, reviews_for
from benchmarks.machine import machine
from rnn_compare.experiment import Experiment
from rnn_compare.fused import models, threads
from rnn_compare.reviews import batches
from rnn_compare.reviews.prepared import Split

CORES = os.cpu_count() or 1
OURS, STOCK, JAX = "fused", "stock Keras", "Keras on JAX"
TORCH = {f"PyTorch, {count} thread{'s' if count > 1 else ''}": count for count in sorted({1, CORES})}
CELLS = {"SimpleRNN": "RNN", "LSTM": "LSTM", "GRU": "GRU"}
"""PyTorch's layer for each cell that it has."""


def main(reviews: int = 25_000, rounds: int = 3) -> None:
    """Prints the figures of each cell."""
    print(f"{machine()}; {reviews:,} reviews of 500 words, {rounds} epochs after the first", flush=True)
    for cell in CELLS:
        peers = {kind: _Peer(kind, cell, reviews) for kind in (STOCK, JAX, *TORCH, OURS)}
        first = {kind: peer.epoch() for kind, peer in peers.items()}
        later = [{kind: peer.epoch() for kind, peer in peers.items()} for _ in range(rounds)]
        for kind, peer in peers.items():
            seconds = statistics.median(each[kind] for each in later)
            ratio = statistics.median(each[kind] / each[STOCK] for each in later)
            whole, ours = (first[name] + sum(each[name] for each in later) for name in (kind, OURS))
            print(
                f"{cell:9} {kind:19} {seconds:6.2f} s an epoch, {ratio:.2f} of {STOCK}'; first {first[kind]:6.2f} s; "
                f"all {rounds + 1} in {whole:6.1f} s, {whole / ours:5.2f} times ours",
                flush=True,
            )
            peer.end()


class _Peer:
    """A process that trains one network, an epoch when asked."""

    def __init__(self, kind: str, cell: str, reviews: int) -> None:
        environment = os.environ | ({"KERAS_BACKEND": "jax"} if kind == JAX else {})
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.peers", kind, cell, str(reviews)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._told()  # it is ready

    def epoch(self) -> float:
        """Returns what its next epoch took, in seconds."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self._told()

    def end(self) -> None:
        """Ends the process."""
        self._process.kill()
        self._process.wait()

    def _told(self) -> float:
        assert self._process.stdout is not None
        if not (line := self._process.stdout.readline()):
            raise SystemExit("One of them has failed; what it said stands above.")
        return float(line)


def _serve(kind: str, cell: str, reviews: int) -> None:
    experiment = Experiment(cell=cell, reviews=reviews)
    split = reviews_for(experiment)
    epoch = _epoch(kind, experiment, split)
    print(0, flush=True)
    for _ in sys.stdin:
        begun = time.perf_counter()
        epoch()
        print(time.perf_counter() - begun, flush=True)


def _epoch(kind: str, experiment: Experiment, split: Split) -> Epoch:
    if kind in TORCH:
        return _torch_epoch(experiment, split, TORCH[kind])
    if kind == OURS:
        models.compile_kernels(experiment.cell)
        threads.allow(CORES)
    return keras_epoch(experiment, split, fused=kind == OURS, from_the_first=True, jit=kind == JAX)


def _torch_epoch(experiment: Experiment, split: Split, count: int) -> Epoch:
    import torch  # not ours to install
    from torch import nn

    torch.set_num_threads(count)
    torch.set_flush_denormal(True)
    recurrent_layer = getattr(nn, CELLS[experiment.cell])

    class Network(nn.Module):  # type: ignore[misc]  # PyTorch is not followed by mypy
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(experiment.vocabulary_size, experiment.embedding_size)
            self.recurrent = recurrent_layer(experiment.embedding_size, experiment.units, batch_first=True)
            self.dense = nn.Linear(experiment.units, 1)

        def forward(self, ids: Any) -> Any:
            outputs, _ = self.recurrent(self.embedding(ids))
            return self.dense(outputs[:, -1])[:, 0]

    network = Network()
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


if __name__ == "__main__":
    if len(sys.argv) == 4:
        _serve(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    else:
        main(*map(int, sys.argv[1:]))
