"""The book's experiment from the command line, against a stock Keras script that trains one network after the other.

    python -m benchmarks.book_experiment [rounds] [reviews] [epochs]

Ours is `python -m rnn_compare train`: SimpleRNN and LSTM, 10 epochs each on all 25,000 reviews, two processes side by
side. The script is what the program hands out for the same runs, both networks in one process. Each is timed from its
start to its end, imports and all; the reviews are prepared, the kernels compiled and Python's byte code written before,
as after a first start. At least 9 times faster, aim 12.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.machine import machine
from rnn_compare.networks.keras_script import script
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.presets import BOOK

PROJECT = Path(__file__).resolve().parents[1]
VERDICT = r"(\d+\.\d)\s%(?: and| on held-out|, [A-Z])"
"""The accuracies in the program's last sentence."""
SHORTEST = ("--reviews", "200", "--epochs", "1")


def main(rounds: int = 3, reviews: int = 25_000, epochs: int = 10) -> None:
    """Prints both medians, their ratio and the best validation accuracies of each."""
    ours: list[float] = []
    stock: list[float] = []
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        first = seconds_of([sys.executable, "-m", "rnn_compare", "train", *SHORTEST], folder)
        print(f"the very first start here, reviews prepared and kernels compiled: {first:.1f} s")
        stock_book = stock_script(Path(folder), reviews, epochs)
        train = [sys.executable, "-m", "rnn_compare", "train", "--reviews", str(reviews), "--epochs", str(epochs)]
        for _ in range(rounds):
            ours.append(seconds_of(train, folder, VERDICT))
            stock.append(seconds_of([sys.executable, str(stock_book)], folder, r"val_accuracy (0\.\d+)"))
    a, b = statistics.median(ours), statistics.median(stock)
    print(f"the program:    {a:.1f} s; {[round(t, 1) for t in ours]}")
    print(f"stock Keras:    {b:.1f} s; {[round(t, 1) for t in stock]}")
    print(f"{b / a:.1f} times faster; rounds: {[round(s / t, 1) for s, t in zip(stock, ours, strict=True)]}")


def stock_script(folder: Path, reviews: int, epochs: int) -> Path:
    """Writes a script that trains both networks by stock Keras; returns its path."""
    changes = {"reviews": reviews, "epochs": epochs}
    book = [experiment.model_copy(update=changes) for experiment in BOOK.experiments()]
    path = folder / "book.py"
    path.write_text("\n".join(map(script, book)), encoding="utf-8")
    return path


def seconds_of(command: list[str], cache: str, accuracy: str | None = None) -> float:
    """Runs a command and returns its seconds; prints them with what matches ``accuracy`` in its output."""
    start = time.perf_counter()
    environment = {**os.environ, CACHE_VARIABLE: cache, "TF_CPP_MIN_LOG_LEVEL": "3"}
    # Both import TensorFlow as quickly as an installation with byte code does, whatever this machine is set to.
    environment["PYTHONPYCACHEPREFIX"] = str(Path(cache) / "bytecode")
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(command, cwd=PROJECT, env=environment, check=True, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if accuracy:
        print(f"{seconds:.1f} s; validation accuracies {' '.join(re.findall(accuracy, done.stdout))}", flush=True)
    return seconds


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
