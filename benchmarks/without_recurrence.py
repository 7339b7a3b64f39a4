"""Time of an epoch of each network without recurrence, against the LSTM's with stock Keras layers.

    python -m benchmarks.without_recurrence [reviews] [rounds] [maxlen]

They take turns in one process with one thread of TensorFlow. Aim: at most three times as long.
"""

import sys

from benchmarks.epochs import in_turns, keras_epoch, reviews_for  # first: it sets the threads

# isort: split
from benchmarks.machine import machine
from rnn_compare.experiment import Experiment
from rnn_compare.feedforward.registry import FEEDFORWARD


def main(reviews: int = 25_000, rounds: int = 3, maxlen: int = 500) -> None:
    """Prints each network's seconds, and their ratio to the LSTM's."""
    print(f"{machine()}; {reviews:,} reviews of {maxlen} words, {rounds} rounds")
    split = reviews_for(Experiment(reviews=reviews, maxlen=maxlen))
    epochs = {
        name: keras_epoch(Experiment(cell=name, reviews=reviews, maxlen=maxlen), split, fused=False)
        for name in ("LSTM", *FEEDFORWARD)
    }
    for name, times in in_turns(epochs, rounds).items():
        print(
            f"{name:12} {times.seconds:.2f} s; ratio {times.ratio:.2f}, of processor time {times.processor_ratio:.2f}"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
