"""Imports that the fork server makes before a worker is forked from it."""

import logging

from rnn_compare.training.local import fork_server

if fork_server.is_this_process():
    fork_server.end_with_program()
    from rnn_compare.training.local import worker

    try:
        worker.make_ready()
    except Exception:  # each worker then tries for itself, and says why it cannot
        logging.getLogger(__name__).exception("The workers' fork server could not import everything.")
