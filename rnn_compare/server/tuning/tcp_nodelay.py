"""The socket that the server listens on."""

import os
import socket
from collections.abc import Iterable

GONE_MS = 45_000
"""After so long without a word a phone has left the network: the system itself would wait for a quarter of an hour."""


def set_up(descriptors: Iterable[int], backlog: int) -> None:
    """Has all that is written to a connection sent at once, and few connections wait to be taken.

    Streamlit binds its socket in a way by which asyncio does not take it for one of TCP, and leaves it as it is: an
    answer's body then waits until the browser has acknowledged the headers, which it does 40 ms later (Nagle's
    algorithm, RFC 896, and delayed acknowledgements). A first page is more than a hundred answers. New connections
    inherit what is set here.

    Args:
        descriptors: Of the sockets.
        backlog: How many may wait: asyncio takes all of them in one go, a descriptor each.
    """
    for descriptor in descriptors:
        with socket.socket(fileno=os.dup(descriptor)) as listening:
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, GONE_MS)
            listening.listen(backlog)
