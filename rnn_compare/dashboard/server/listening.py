"""The socket that the server listens on."""

import os
import socket
from collections.abc import Iterable

from uvicorn.server import Server


def prepare(server: Server, backlog: int) -> None:
    """Has all that is written to a connection sent at once, and few connections wait to be taken.

    Streamlit binds its socket in a way by which asyncio does not take it for one of TCP, and leaves it as it is: an
    answer's body then waits until the browser has acknowledged the headers, which it does 40 ms later (Nagle's
    algorithm, RFC 896, and delayed acknowledgements). A first page is more than a hundred answers. New connections
    inherit what is set here.

    Args:
        server: It listens.
        backlog: How many may wait: asyncio takes all of them in one go, a descriptor each.
    """
    set_up((listening.fileno() for each in server.servers for listening in each.sockets), backlog)


def set_up(sockets: Iterable[int], backlog: int) -> None:
    """Does so for sockets that listen, given by their descriptors."""
    for descriptor in sockets:
        with socket.socket(fileno=os.dup(descriptor)) as listening:
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            listening.listen(backlog)
