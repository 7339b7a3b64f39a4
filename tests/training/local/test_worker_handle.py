"""One worker process as the engine sees it, by messages alone: what was asked of it fails at once when it ends."""

import os
import pickle
import socket
from typing import Any, cast

import pytest

from rnn_compare.experiment import Experiment
from rnn_compare.training.local.fork_server import ForkServer
from rnn_compare.training.local.worker_handle import FORK_SERVER_LOST, LostError, WorkerHandle
from rnn_compare.training.protocol import WorkerQuestion
from tests.kit.waiting import PATIENCE, until

QUESTION = WorkerQuestion(len, ("abc",))


class Server:
    """A fork server whose workers are the other ends of their connections."""

    def __init__(self) -> None:
        self.workers: list[socket.socket] = []
        self.ended = False

    def fork(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        self.workers.append(theirs)
        return ours

    def has_ended(self, _: float) -> bool:
        return self.ended


def started() -> tuple[WorkerHandle, Server]:
    server = Server()
    handle = WorkerHandle(cast("ForkServer", server), lambda *_: None, lambda *_: None, lambda: None)
    return handle, server


def say(server: Server, *message: Any) -> None:
    server.workers[0].sendall(pickle.dumps(message))


@pytest.mark.parametrize(
    "rest", [b"", pickle.dumps(("answer", 2, 3))[:-4], os.urandom(64)], ids=["nothing", "half an answer", "garbage"]
)
def test_a_question_fails_at_once_if_its_worker_ends_whatever_it_says_at_last(rest: bytes) -> None:
    handle, server = started()
    first, second = handle.ask(QUESTION), handle.ask(QUESTION)
    heard = server.workers[0].makefile("rb")
    _, number, _ = pickle.load(heard)
    say(server, "answer", number, 3)
    assert first.result(PATIENCE) == 3
    server.workers[0].sendall(rest)
    heard.close()
    server.workers[0].close()
    with pytest.raises(LostError):
        second.result(PATIENCE)
    with pytest.raises(LostError):
        handle.ask(QUESTION).result(PATIENCE)
    assert not handle.is_ready


def test_a_worker_that_cannot_start_says_why() -> None:
    handle, server = started()
    say(server, "failed", "ImportError: no TensorFlow")
    server.workers[0].close()
    until(lambda: handle.ended)
    assert (handle.failure, handle.process) == ("ImportError: no TensorFlow", None)


@pytest.mark.parametrize("server_ended", [False, True])
def test_a_training_ends_with_its_worker_and_knows_whether_the_fork_server_ended(server_ended: bool) -> None:
    handle, server = started()
    training = handle.train("attempt", "run", Experiment())
    server.ended = server_ended
    server.workers[0].close()
    assert training.result(PATIENCE) == (FORK_SERVER_LOST if server_ended else None)
    later = handle.train("attempt", "run", Experiment())
    assert "lost before it took the run" in (later.result(PATIENCE) or "")
