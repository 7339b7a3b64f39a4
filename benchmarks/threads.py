"""Time of an epoch by 1, 2, 4 and 8 threads that share its rows, beside the ideal of the machine's cores.

    python -m benchmarks.threads [reviews] [rounds]

The next epochs of one long fit, by one number of threads after the other, in turns; the medians of their ratios to one
thread. Ideal is one over the number of threads, or of cores where those are fewer. On two cores an LSTM alone is to
take at most 0.6 of the time.
"""

import os
import sys
from functools import partial

from benchmarks.epochs import Epoch, in_turns, keras_epoch, reviews_for  # first: it sets the threads

# isort: split
from benchmarks.machine import machine
from rnn_compare.cells.registry import CELLS
from rnn_compare.experiment import Experiment
from rnn_compare.fused import threads
from rnn_compare.training.worker.compilation import warm_up

COUNTS = (1, 2, 4, 8)


def main(reviews: int = 25_000, rounds: int = 3) -> None:
    """Prints the figures of each cell."""
    warm_up()
    print(f"{machine()}; {reviews:,} reviews of 500 words, {rounds} rounds")
    for cell in CELLS:
        experiment = Experiment(cell=cell, reviews=reviews)
        epoch = keras_epoch(experiment, reviews_for(experiment), fused=True)
        measured = in_turns({str(count): partial(_by, count, epoch) for count in COUNTS}, rounds)
        for count, times in measured.items():
            ideal = 1 / min(int(count), os.cpu_count() or 1)
            print(
                f"{cell:9} {count} threads: {times.seconds:.2f} s, ratio {times.ratio:.2f} (ideal {ideal:.2f})",
                flush=True,
            )


def _by(count: int, epoch: Epoch) -> None:
    threads.allow(count)
    epoch()
    threads.allow(1)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
