"""Allowed addresses of a cluster's scheduler."""

import re

import dask

from rnn_compare.errors import UserError
from rnn_compare.training.protocol import SCHEDULER_VARIABLE

CERTIFICATES = {"ca-file": "CA_FILE", "client.cert": "CLIENT__CERT", "client.key": "CLIENT__KEY"}
"""Dask's settings of a client's certificates, and the ends of their variables."""


def check_address(address: str) -> None:
    """Raises ``UserError`` if an address is invalid, or leads to another machine without TLS."""
    parts = re.fullmatch(r"(tls|tcp)://(\[[\da-f:]+\]|[^\s:/@]+):\d+", address)
    unset = [end for name, end in CERTIFICATES.items() if not dask.config.get(f"distributed.comm.tls.{name}", None)]
    if not parts:
        problem = "it must be an address such as tls://scheduler.example.org:8786"
    elif parts[1] == "tcp" and parts[2] not in ("localhost", "127.0.0.1", "[::1]"):
        problem = (
            "without TLS, anyone who reaches that scheduler can run code on the cluster and here. Use TLS and a "
            "tls://… address (docs/cluster.md)"
        )
    elif parts[1] == "tls" and unset:
        names = ", ".join(f"DASK_DISTRIBUTED__COMM__TLS__{end}" for end in unset)
        problem = f"it needs certificates. Set {names} to the files from the scheduler's owner (docs/cluster.md)"
    else:
        return
    raise UserError(f"{SCHEDULER_VARIABLE} is {address!r}: {problem}.")
