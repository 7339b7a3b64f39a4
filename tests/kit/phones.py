"""A lecture as tests give it: a presenter who obeys (benchmarks/presented.py), and phones without a browser."""

import contextlib
import http.client
import json
import re
import threading
import time
import urllib.parse
from collections.abc import Callable, Generator
from typing import Any

from tests.kit.servers import fetch

BEST = {
    "id": "best",
    "kind": "best_network",
    "text": "Which network is best on validation?",
    "choices": ["SimpleRNN(32)", "LSTM(32)"],
}


def present(url: str, call: str, *arguments: object) -> Any:
    """Has the presenter do something, and returns what came of it."""
    query = urllib.parse.urlencode({"with": json.dumps(arguments)})
    _, content = fetch(f"{url}/present/{call}?{query}")
    return json.loads(content)


def put(url: str, question: dict[str, Any] = BEST, title: str = "Predict", lecture: str = "book") -> None:
    """Begins a lecture with one question, and opens the vote."""
    present(url, "begin", lecture)
    present(url, "show_step", 0, title, "Say what you expect.", question)
    present(url, "open_vote")


class PlainPhone:
    """A phone that sends whatever it likes.

    Args:
        host: The server's name and port.
        cookie: What it says that it is; one of the server's if None, none at all if empty.
    """

    def __init__(self, host: str, cookie: str | None = None) -> None:
        self.host = host
        if cookie is None:
            header = self.ask("GET", "/join")[1]["set-cookie"]
            cookie = header.partition(";")[0]
        self.cookie = cookie

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, dict[str, str], str]:
        """Sends one request, and returns status, headers and what was said."""
        connection = http.client.HTTPConnection(self.host, timeout=60)
        sent = {name.replace("_", "-"): value for name, value in headers.items() if value}
        if getattr(self, "cookie", ""):
            sent.setdefault("Cookie", self.cookie)
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        fields = {name.lower(): value for name, value in answer.getheaders()}
        content = answer.read().decode()
        connection.close()
        return answer.status, fields, content

    def send(self, what: str, message: object, **headers: str) -> tuple[int, str]:
        """Sends an answer or a review, or to a path as `/stage/press`, as the page does.

        But for the headers given; an empty one is left out.
        """
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        usual = {"Origin": f"http://{self.host}", "Content_Type": "application/json"}
        status, _, content = self.ask("POST", urllib.parse.urljoin("/join/", what), body, **{**usual, **headers})
        return status, content

    def answer(
        self, value: object, question: object = "best", round_: object = 1, *confidence: object, **headers: str
    ) -> tuple[int, str]:
        """Sends an answer, perhaps with a confidence."""
        message = {"question": question, "round": round_, "answer": value}
        return self.send("answer", message | dict(zip(("confidence",), confidence, strict=False)), **headers)

    def listen(self, page: str = "join") -> Generator[bytes]:
        """Yields what comes over a page's stream of events, part by part, until the server ends it."""
        connection = http.client.HTTPConnection(self.host, timeout=60)
        try:
            connection.request("GET", f"/{page}/events", headers={"Cookie": self.cookie})
            answer = connection.getresponse()
            while part := answer.read1(65536):
                yield part
        finally:
            connection.close()

    def events(self, until: str = "event: state", page: str = "join") -> str:
        """Listens until something was said, and returns everything that was."""
        heard = b""
        with contextlib.closing(self.listen(page)) as parts:
            for part in parts:
                heard += part
                if until.encode() in heard and heard.endswith(b"\n\n"):
                    break
        return heard.decode()


def last(heard: str, kind: str) -> Any:
    """Returns the newest message of a kind among events."""
    return json.loads(re.findall(rf"event: {kind}\ndata: (.*)\n", heard)[-1])


class Follower:
    """A page that listens in a thread of its own, and comes back whenever its line is lost.

    Args:
        host: The server's name and port.
        page: ``join``, ``wall`` or ``notes``.

    Attributes:
        line: Sends whatever it sends.
        heard: The newest message of each kind over its present line; empty without one.
        problems: Why it broke down, if it did: it would only say nothing.
    """

    def __init__(self, host: str, page: str) -> None:
        self.line, self._page = PlainPhone(host), page
        self.heard: dict[str, Any] = {}
        self.problems: list[str] = []
        self._over, self._away = threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []
        self.repeat(self._follow, 0.5)

    def repeat(self, do: Callable[[], object], pause: float) -> None:
        """Does something again and again in a thread; what a lost line interrupts is done again."""

        def run() -> None:
            try:
                while not self._over.wait(pause):
                    with contextlib.suppress(OSError, http.client.HTTPException):
                        do()
            except Exception as error:
                self.problems.append(f"A page broke down: {error!r}")
                raise

        self._threads.append(threading.Thread(target=run, daemon=True))
        self._threads[-1].start()

    def close_for(self, seconds: float) -> None:
        """Closes the page for a while; the cookie stays."""
        self._away.set()
        time.sleep(seconds)
        self._away.clear()

    def end(self) -> None:
        """Closes it, once what it is about to send is sent."""
        self._over.set()
        self._threads[-1].join()

    def hear(self, kind: str, message: Any) -> None:
        """Takes a message."""
        self.heard = self.heard | {kind: message}

    def _follow(self) -> None:
        rest, self.heard = b"", {}
        if self._away.is_set():
            return
        with contextlib.closing(self.line.listen(self._page)) as parts:
            for part in parts:
                if self._over.is_set() or self._away.is_set():
                    return
                *events, rest = re.split(rb"(?<=\n\n)", rest + part)
                for match in filter(None, (re.fullmatch(rb"event: (\w+)\ndata: (.*)\n\n", event) for event in events)):
                    self.hear(match[1].decode(), json.loads(match[2]))
