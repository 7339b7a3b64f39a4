"""A line between a browser and a server that can be cut."""

import contextlib
import socket
import threading
from collections.abc import Iterator


class CutLine:
    """Forwards connections to a server, until it is told not to.

    Attributes:
        server: The port that new connections lead to.
        port: Where browsers find it.
    """

    def __init__(self, server: int) -> None:
        self.server = server
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lost: list[socket.socket] = []
        self._state = "up"
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Ends all connections, and every new one at once."""
        self._state = "cut"
        self._end(self._pairs)

    def go_silent(self) -> None:
        """Says no more on any connection, and nothing on new ones; none of them ends."""
        self._state = "silent"

    def mend(self) -> None:
        """Forwards what comes from now on; a connection that went silent stays so."""
        self._pairs = []
        self._state = "up"

    def close(self) -> None:
        """Ends it all."""
        self._listener.close()
        self._end(self._pairs)

    def _end(self, pairs: list[tuple[socket.socket, socket.socket]]) -> None:
        for pair in pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                browser, _ = self._listener.accept()
                if self._state == "cut":
                    browser.close()
                elif self._state == "silent":
                    self._lost.append(browser)
                else:
                    pair = (browser, socket.create_connection(("127.0.0.1", self.server)))
                    self._pairs.append(pair)
                    for source, sink in (pair, pair[::-1]):
                        threading.Thread(target=self._forward, args=(source, sink, pair), daemon=True).start()
            except ConnectionRefusedError:  # the server is not there just now
                browser.close()
            except OSError:
                return

    def _forward(self, source: socket.socket, sink: socket.socket, pair: tuple[socket.socket, socket.socket]) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                if self._state == "silent" or pair not in self._pairs:
                    return
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def cut_line(server: int) -> Iterator[CutLine]:
    """Makes a line to a server's port."""
    line = CutLine(server)
    yield line
    line.close()
