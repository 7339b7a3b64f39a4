"""The worker processes of a running program, for benchmarks and tests."""

import contextlib

import psutil

from rnn_compare.training.local.fork_server import NAME, WORKER, is_fork_server


def workers_of(process: psutil.Process) -> list[psutil.Process]:
    """Returns the running worker processes of a process."""
    workers = []
    for child in process.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # it may end meanwhile
            command = child.cmdline()
            if (NAME in command and not is_fork_server(child)) or WORKER in command:
                workers.append(child)
    return workers
