"""One worker process as the engine sees it, by messages alone: what was asked of it fails at once when it ends."""

import os
import pickle
import socket
from typing import Any, cast

import pytest

from rnn_compare.training.local.fork_server import ForkServer
from rnn_compare.training.local.worker_handle import LostError, WorkerHandle
from rnn_compare.training.protocol import WorkerQuestion
from tests.kit.waiting import PATIENCE, until

QUESTION = WorkerQuestion(len, ("abc",))


class Server:
    """A fork server whose workers are the other ends of their connections."""

    def __init__(self) -> None:
        self.workers: list[socket.socket] = []

    def fork(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        self.workers.append(theirs)
        return ours

    def has_ended(self, _: float) -> bool:
        return False


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
