"""One attempt at training a run on a worker of a cluster, followed from this machine."""

import contextlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnn_compare.atomic import whole_file
from rnn_compare.experiment import Experiment
from rnn_compare.paths import checkpoint_file, run_folder
from rnn_compare.runs import checkpoint
from rnn_compare.sources import own_texts
from rnn_compare.training.protocol import OnEvent
from rnn_compare.training.remote import worker

BROUGHT = ("last.checkpoint", "previous.checkpoint", "last.npz", "best.npz")
TRIES = 5
"""Requests for messages that may fail in a row while the worker is in the scheduler's list."""
AGAIN_SECONDS = 1.0

_log = logging.getLogger(__name__)


class RefusedError(Exception):
    """The worker cannot take the run, for a reason in a sentence."""


@dataclass(frozen=True)
class Attempt:
    """One attempt at one run, under a unique name.

    Args:
        call: Calls a function in the worker and returns its result; raises any error.
        is_listed: Whether the scheduler still lists the worker.
        closing: Set once nothing is waited for any more.
    """

    name: str
    run: str
    experiment: Experiment
    call: Callable[..., Any]
    is_listed: Callable[[], bool]
    on_event: OnEvent
    closing: threading.Event

    def follow(self) -> None:
        """Trains the run to its end; raises ``RefusedError``, or any error if the worker is lost."""
        folder, texts = run_folder(self.run), {}
        files = {path.name: path.read_bytes() for name in BROUGHT if (path := folder / name).exists()}
        if card := own_texts.find_card(self.experiment.dataset):
            texts[Path(card.path).name] = own_texts.content(card)
        if problem := self.call(worker.start, self.name, self.run, self.experiment, files, texts):
            raise RefusedError(problem)
        number, has_ended, failed = 0, False, 0
        while not has_ended:
            try:
                messages, has_ended = self.call(worker.messages, self.name, number)
            except Exception as error:
                failed += 1
                if isinstance(error, KeyError) or not self.is_listed() or failed > TRIES or self.closing.is_set():
                    raise
                self.closing.wait(AGAIN_SECONDS)
                continue
            failed = 0
            for number in sorted(messages):
                event, files = messages[number]
                self._keep(files)  # first: an epoch counts once its files are here
                self.on_event(self.name, event)

    def _keep(self, files: dict[str, bytes]) -> None:
        """Writes the run's files, and retries until it succeeds."""
        while files and not self.closing.is_set():
            try:
                for name, content in files.items():
                    if (path := run_folder(self.run) / name) == checkpoint_file(self.run):
                        checkpoint.put(self.run, content)
                    else:
                        with whole_file(path) as partial:
                            partial.write_bytes(content)
                return
            except OSError as error:
                _log.warning("The files of run %s could not be written (%s). Retrying.", self.run, error)
                self.closing.wait(AGAIN_SECONDS)


def loss_reason(client: Any, address: str) -> str | None:
    """Returns why a worker was lost, if a run cannot be the reason: its owner ended it, or the connection was lost."""
    if client is None or client.status != "running":
        return "The connection to the scheduler was lost; the run continues from its last finished epoch."
    planned = closing = False
    with contextlib.suppress(Exception):  # the scheduler was lost too
        for _, event in client.get_events(address):
            action = event.get("action")
            if action == "remove-worker":
                planned = closing or event["expected"]
            closing = action == "closing-worker" or (closing and action != "add-worker")
    return "Its worker was shut down; another continues from the last epoch." if planned else None
