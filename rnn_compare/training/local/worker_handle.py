"""The engine's view of one worker process on this machine."""

import contextlib
import itertools
import logging
import pickle
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, BinaryIO, TypeVar

import psutil

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.training import protocol
from rnn_compare.training.local import fork_server
from rnn_compare.training.local.fork_server import ForkServer

T = TypeVar("T")

_numbers = itertools.count(1)

FORK_SERVER_LOST = "The process that workers are forked from ended; the run continues from its last finished epoch."
FORK_SERVER_SECONDS = 0.3
"""Time by which a fork server's end is visible after its workers' ends."""


class LostError(Exception):
    """The worker has ended before it answered."""


class WorkerHandle:
    """One worker process, from its start to its end, with a thread that reads its messages and one that writes.

    Args:
        server: The fork server; None where each worker imports for itself.
        on_event, on_progress: As in ``LocalWorkers``.
        on_change: Called when it is ready, has answered, or has ended.

    Attributes:
        process: Known once it is ready.
        failure: Why it could not start, if it said so.
        last_heard: Time of its last message, by a clock that nobody sets.
        training: The attempt that it trains.
        ended: Whether the process has ended, or is about to.
    """

    def __init__(
        self,
        server: ForkServer | None,
        on_event: protocol.OnEvent,
        on_progress: protocol.OnProgress,
        on_change: Callable[[], None],
    ) -> None:
        self.address = f"worker-{next(_numbers)}"
        self.process: psutil.Process | None = None
        self.failure: str | None = None
        self.last_heard = time.monotonic()
        self.training: protocol.Training | None = None
        self.ended = False
        self._server = server
        self._on_event, self._on_progress, self._on_change = on_event, on_progress, on_change
        self._lock = threading.Lock()
        self._questions: dict[int, Future[Any]] = {}
        self._outgoing: SimpleQueue[bytes] = SimpleQueue()
        self._connection: socket.socket | None = None
        self._spawned: subprocess.Popen[bytes] | None = None
        if server is None:
            self._spawned = fork_server.start_python(fork_server.WORKER, keep=[], pipes=True)
            reads, writes = self._spawned.stdout, self._spawned.stdin
        else:
            self._connection = server.fork()
            reads, writes = self._connection.makefile("rb"), self._connection.makefile("wb")
        threading.Thread(target=self._read, args=(reads,), daemon=True).start()
        threading.Thread(target=self._write, args=(writes,), daemon=True).start()

    @property
    def is_ready(self) -> bool:
        """Whether it can train."""
        return self.process is not None and not self.ended

    @property
    def is_busy(self) -> bool:
        """Whether it trains or answers."""
        return bool(self.training or self._questions)

    @property
    def is_free_for_a_question(self) -> bool:
        """Whether it is ready and answers none."""
        return self.is_ready and not self._questions

    @property
    def memory(self) -> int:
        """Bytes in use; 0 while it starts and after its end."""
        with contextlib.suppress(psutil.Error):
            return int(self.process.memory_info().rss) if self.process else 0
        return 0

    def train(self, attempt: str, run: str, experiment: Experiment) -> protocol.Training:
        """Sends a run."""
        training: protocol.Training = Future()
        with self._lock:
            if self.ended:
                training.set_result("The worker was lost before it took the run; another does.")
                return training
            self.training = training
        self._send("train", attempt, run, experiment)
        return training

    def ask(self, question: protocol.WorkerQuestion[T]) -> "Future[T]":
        """Sends a question; the future fails with ``UserError``, or with ``LostError`` if the worker ends."""
        answer: Future[T] = Future()
        number = next(_numbers)
        content = pickle.dumps(question)
        with self._lock:
            if self.ended:
                answer.set_exception(LostError())
                return answer
            self._questions[number] = answer
        self._send("ask", number, content)
        return answer

    def call(self, function: Callable[..., object], *arguments: str | int) -> None:
        """Has it call a quick function."""
        self._send("call", function, *arguments)

    def ping(self) -> None:
        """Asks for a message, which comes at once unless the process hangs."""
        self._send("ping")

    def kill(self) -> None:
        """Kills the process; one that is still starting ends as soon as it would take its first message."""
        if self.process is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                self.process.kill()  # SIGKILL or its equivalent on Windows
        if self._spawned is not None:
            self._spawned.kill()
            self._spawned.wait()
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)

    def _send(self, *message: object) -> None:
        self._outgoing.put(pickle.dumps(message))

    def _write(self, writes: BinaryIO) -> None:
        # In a thread of its own: a worker that hangs reads nothing, and must not block the engine.
        with contextlib.suppress(OSError):
            while content := self._outgoing.get():
                writes.write(content)
                writes.flush()

    def _read(self, reads: BinaryIO) -> None:
        try:
            while True:
                message = pickle.load(reads)
                self.last_heard = time.monotonic()
                self._take(message)
        except (EOFError, OSError, pickle.UnpicklingError):  # also in the middle of a message
            pass
        except Exception:
            logging.getLogger(__name__).exception("A worker's message could not be read; replacing it.")
        self.kill()
        self._lose()

    def _take(self, message: tuple[Any, ...]) -> None:
        match message:
            case "event", attempt, event:
                self._on_event(attempt, event)
            case "progress", name, done, total:
                self._on_progress(name, done, total)
            case "trained", _:
                training, self.training = self.training, None
                if training is not None:
                    training.set_result(None)
            case "answer", number, UserError() as error:
                self._questions.pop(number).set_exception(error)
                self._on_change()
            case "answer", number, answer:
                self._questions.pop(number).set_result(answer)
                self._on_change()
            case "ready", pid:
                self.process = psutil.Process(pid)
                self._on_change()
            case "failed", reason:
                self.failure = reason

    def _lose(self) -> None:
        with self._lock:
            self.ended = True
        self._outgoing.put(b"")
        training, self.training = self.training, None
        if training is not None:
            lost = self._server is not None and self._server.has_ended(FORK_SERVER_SECONDS)
            training.set_result(FORK_SERVER_LOST if lost else None)
        while self._questions:
            self._questions.popitem()[1].set_exception(LostError())
        self._on_change()
