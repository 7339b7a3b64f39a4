"""The network between a hall and its server: a wire that can be cut, or carry nothing back."""

import contextlib
import socket
import threading
from typing import Literal

State = Literal["up", "cut", "no answers"]


class Line:
    """Forwards connections to a server of this machine.

    Args:
        port: The server's.

    Attributes:
        host: What phones connect to.
        state: ``no answers`` lets requests through and drops the connection where the answer comes back.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.host = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.state: State = "up"
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Drops every connection, and those that come."""
        self.state = "cut"
        for connection in tuple(self._open):
            _drop(connection)

    def close(self) -> None:
        """Takes the wire away."""
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                phone, _ = self._listener.accept()
                threading.Thread(target=self._connect, args=(phone,), daemon=True).start()

    def _connect(self, phone: socket.socket) -> None:
        try:
            if self.state == "cut":
                raise ConnectionError
            server = socket.create_connection(("127.0.0.1", self._port), timeout=10)
        except OSError:  # nobody listens: the server is being started again
            _drop(phone)
            return
        server.settimeout(None)
        self._open |= {phone, server}
        threading.Thread(target=self._carry, args=(phone, server, False), daemon=True).start()
        self._carry(server, phone, True)

    def _carry(self, source: socket.socket, target: socket.socket, back: bool) -> None:
        with contextlib.suppress(OSError):
            while (content := source.recv(65536)) and self.state != "cut" and not (back and self.state == "no answers"):
                target.sendall(content)
        for end in (source, target):
            _drop(end)
            self._open.discard(end)


def _drop(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
