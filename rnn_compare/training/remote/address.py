"""Allowed addresses of a cluster's scheduler."""

import ipaddress
from urllib.parse import urlsplit

import dask

from rnn_compare.errors import UserError
from rnn_compare.training.protocol import SCHEDULER_VARIABLE

CERTIFICATES = {"ca-file": "CA_FILE", "client.cert": "CLIENT__CERT", "client.key": "CLIENT__KEY"}
"""Dask's settings of a client's certificates, and the ends of their variables."""


def check_address(address: str) -> None:
    """Raises ``UserError`` if an address is invalid, or leads to another machine without TLS.

    Example:
        >>> check_address("tcp://10.0.0.1:8786")
        Traceback (most recent call last):
        ...
        rnn_compare.errors.UserError: RNN_COMPARE_SCHEDULER is ...
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname if parts.port and parts.scheme in ("tls", "tcp") else None
    except ValueError:  # an invalid port or IPv6 address
        host = None
    if not host:
        raise UserError(
            f"{SCHEDULER_VARIABLE} is {address!r}; it must be an address such as tls://scheduler.example.org:8786."
        )
    if parts.scheme == "tcp" and not _on_this_machine(host):
        raise UserError(
            f"{SCHEDULER_VARIABLE} is {address!r}: without TLS, anyone who reaches that scheduler can run code on the "
            "cluster and here. Use TLS and a tls://… address (docs/cluster.md)."
        )
    unset = [end for name, end in CERTIFICATES.items() if not dask.config.get(f"distributed.comm.tls.{name}", None)]
    if parts.scheme == "tls" and unset:
        raise UserError(
            f"{address} needs certificates: set {', '.join(f'DASK_DISTRIBUTED__COMM__TLS__{end}' for end in unset)} to "
            "the files from the scheduler's owner (docs/cluster.md)."
        )


def _on_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
