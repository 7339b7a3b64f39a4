"""The system's Firefox, by WebDriver BiDi, which it speaks itself: a second engine for pages."""

import itertools
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.kit.waiting import PATIENCE

REQUIRE_VARIABLE = "RNN_COMPARE_REQUIRE_FIREFOX"
EVENTS = ["log.entryAdded", "network.beforeRequestSent"]
VIOLATIONS = f"""async () => {{
  {Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")}
  const {{ violations }} = await axe.run();
  return JSON.stringify(violations.map(({{ id, nodes }}) => [id, nodes.length]));
}}"""


class Firefox:
    """A tab of a headless Firefox that has no network."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection, self._ids = connection, itertools.count()
        self._events: list[dict[str, Any]] = []
        self.ask("session.new", capabilities={})
        self._tab = self.ask("browsingContext.getTree")["contexts"][0]["context"]
        self.ask("session.subscribe", events=EVENTS)
        self.ask("emulation.setNetworkConditions", networkConditions={"type": "offline"}, contexts=[self._tab])

    def ask(self, method: str, **params: Any) -> Any:
        number = next(self._ids)
        self._connection.send(json.dumps({"id": number, "method": method, "params": params}))
        while (answer := json.loads(self._connection.recv(PATIENCE))).get("id") != number:
            self._events.append(answer)
        assert answer["type"] == "success", answer
        return answer["result"]

    @property
    def logged(self) -> list[Any]:
        """What the page has written into its console."""
        return [event for event in self._events if event["method"] == EVENTS[0]]

    @property
    def requests(self) -> list[str]:
        """The addresses that the page has asked for."""
        return [event["params"]["request"]["url"] for event in self._events if event["method"] == EVENTS[1]]

    def open(self, url: str) -> None:
        self.ask("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    def call(self, function: str, words: str) -> Any:
        answer = self.ask(
            "script.callFunction",
            functionDeclaration=function,
            arguments=[{"type": "string", "value": words}],
            target={"context": self._tab},
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer
        return json.loads(answer["result"].get("value", "null"))


@pytest.fixture
def firefox(tmp_path: Path) -> Iterator[Firefox]:
    """The system's Firefox; without one the test is skipped."""
    path = shutil.which("firefox-esr") or shutil.which("firefox")
    if path is None:
        sentence = "No Firefox was found. Install it (Debian: firefox-esr)."
        if os.environ.get(REQUIRE_VARIABLE):
            pytest.fail(sentence)
        pytest.skip(sentence)
    command = [path, "--headless", "--no-remote", "--profile", str(tmp_path), "--remote-debugging-port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr
        try:
            [address] = itertools.islice(
                (line.split()[-1] for line in process.stderr if "BiDi listening on" in line), 1
            )
            with connect(f"{address}/session", max_size=None) as connection:
                yield Firefox(connection)
        finally:
            process.terminate()
