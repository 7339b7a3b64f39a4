"""What streaming and the look for Stop cost: their share of a fused epoch.

    python -m benchmarks.streaming [rounds]

All that is done for callbacks before and after each batch and epoch counts: its figures turned into numbers, others
computed; and all that is sent is pickled, as on its way to the server. The aim is 1 % of an epoch of the quickest cell.
"""

import pickle
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.epochs import reviews_for  # first: it sets the threads

# isort: split
from keras.src.callbacks.callback_list import CallbackList

from benchmarks.machine import machine
from rnn_compare.experiment import Experiment
from rnn_compare.fused import models
from rnn_compare.reviews import batches
from rnn_compare.runs.events import Event, to_message
from rnn_compare.training.callback import StreamCallback
from rnn_compare.training.fitting import fit
from rnn_compare.training.predictions import validation_predictions
from rnn_compare.training.stream import Stream

HOOKS = (
    *("on_train_batch_begin", "on_train_batch_end", "on_test_begin", "on_test_batch_begin", "on_test_batch_end"),
    "on_epoch_end",
)
_spent = 0.0


def main(rounds: int = 5) -> None:
    """Prints the median share."""
    for name in HOOKS:
        setattr(CallbackList, name, _timed(getattr(CallbackList, name)))
    experiment = Experiment(cell="SimpleRNN", epochs=rounds + 1)
    split = reviews_for(experiment)
    sent: list[int] = []
    shares: list[float] = []

    def send(event: Event) -> None:
        sent.append(len(pickle.dumps(to_message(event))))

    def epoch_ended(_best: bool) -> None:
        global _spent
        shares.append(_spent / (time.perf_counter() - begun[-1]))
        begun.append(time.perf_counter())
        _spent = 0.0

    stream = Stream("run", 157, 40, send, lambda: False, epoch_ended)
    model = models.build(experiment)
    begun = [time.perf_counter()]
    fit(
        model,
        batches.training_batches(experiment, split),
        batches.validation_batches(experiment, split),
        [StreamCallback(stream, validation_predictions(model, len(split.y_val)), split.y_val)],
    )
    print(machine())
    share = statistics.median(shares[1:])  # the first also loads what is needed
    print(f"{share:.2%} of a SimpleRNN epoch (aim 1 %); {[f'{each:.2%}' for each in shares[1:]]}")
    print(f"{len(sent) / len(shares):.0f} events an epoch, {statistics.mean(sent):.0f} bytes each")


def _timed(hook: Callable[..., Any]) -> Callable[..., Any]:
    def timed(*arguments: Any, **named: Any) -> None:
        global _spent
        begun = time.perf_counter()
        hook(*arguments, **named)
        _spent += time.perf_counter() - begun

    return timed


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
