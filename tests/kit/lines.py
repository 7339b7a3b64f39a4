"""A line between browsers or phones and a server of this machine: it can be cut, go silent, or carry no answer back."""

import contextlib
import socket
import threading
from collections.abc import Iterator

Pair = tuple[socket.socket, socket.socket]


class CutLine:
    """Forwards connections to a server, until it is told not to.

    Attributes:
        server: The port that new connections lead to.
        port: Where browsers find it.
    """

    def __init__(self, server: int) -> None:
        self.server = server
        self._pairs: set[Pair] = set()
        self._lost: list[object] = []
        """Connections that nobody ends."""
        self._state = "up"
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Ends all connections, and every new one at once."""
        self._state = "cut"
        for pair in tuple(self._pairs):
            _end(pair)

    def go_silent(self) -> None:
        """Says no more on any connection, and nothing on new ones; none of them ends."""
        self._state = "silent"

    def drop_answers(self) -> None:
        """Lets requests through, and ends the connection on which an answer comes back."""
        self._state = "no answers"

    def mend(self) -> None:
        """Forwards what comes from now on; a connection that went silent stays so."""
        if self._state == "silent":
            self._lost.append(self._pairs)
            self._pairs = set()
        self._state = "up"

    def close(self) -> None:
        """Ends it all."""
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                browser, _ = self._listener.accept()
                threading.Thread(target=self._connect, args=(browser,), daemon=True).start()

    def _connect(self, browser: socket.socket) -> None:
        if self._state == "silent":
            self._lost.append(browser)
            return
        try:
            if self._state == "cut":
                raise ConnectionRefusedError
            server = socket.create_connection(("127.0.0.1", self.server))
        except OSError:  # the server is not there just now
            browser.close()
            return
        pair = (browser, server)
        self._pairs.add(pair)
        threading.Thread(target=self._forward, args=(browser, server, pair), daemon=True).start()
        self._forward(server, browser, pair)

    def _forward(self, source: socket.socket, sink: socket.socket, pair: Pair) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                if self._state == "silent" or pair not in self._pairs:
                    return
                if self._state == "cut" or (self._state == "no answers" and source is pair[1]):
                    break
                sink.sendall(data)
        _end(pair)
        self._pairs.discard(pair)


def _end(pair: Pair) -> None:
    for connection in pair:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()


@contextlib.contextmanager
def cut_line(server: int) -> Iterator[CutLine]:
    """Makes a line to a server's port."""
    line = CutLine(server)
    yield line
    line.close()
