"""Allowed addresses of a cluster's scheduler."""

import contextlib
import ipaddress
from urllib.parse import urlsplit

import dask

from rnn_compare.errors import UserError
from rnn_compare.training.protocol import SCHEDULER_VARIABLE


def check_address(address: str) -> None:
    """Raises ``UserError`` if an address is invalid, or leads to another machine without TLS.

    Example:
        >>> check_address("tcp://10.0.0.1:8786")
        Traceback (most recent call last):
        ...
        rnn_compare.errors.UserError: RNN_COMPARE_SCHEDULER is ...
    """
    scheme, host = _parts(address)
    if not host:
        raise UserError(
            f"{SCHEDULER_VARIABLE} is {address!r}; it must be an address such as tls://scheduler.example.org:8786."
        )
    if scheme == "tcp" and not _on_this_machine(host):
        raise UserError(
            f"{SCHEDULER_VARIABLE} is {address!r}: without TLS, anyone who reaches that scheduler can run code on the "
            "cluster and here. Use TLS and a tls://… address (docs/cluster.md)."
        )
    if scheme == "tls":
        names = ("ca-file", "client.cert", "client.key")
        if missing := [name for name in names if not dask.config.get(f"distributed.comm.tls.{name}", None)]:
            variables = [f"DASK_DISTRIBUTED__COMM__TLS__{_variable(name)}" for name in missing]
            raise UserError(
                f"{address} needs certificates: set {', '.join(variables)} to the files from the scheduler's owner "
                "(docs/cluster.md)."
            )


def _parts(address: str) -> tuple[str, str]:
    """Returns scheme and host; both empty if the address is invalid."""
    with contextlib.suppress(ValueError):  # an invalid port or IPv6 address
        parts = urlsplit(address)
        if parts.scheme in ("tls", "tcp") and parts.hostname and parts.port:
            return parts.scheme, parts.hostname
    return "", ""


def _variable(setting: str) -> str:
    return setting.upper().replace(".", "__").replace("-", "_")


def _on_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False
