"""The page that reads in a second engine: the system's Firefox, off-line, by WebDriver BiDi, which it speaks itself."""

import itertools
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from websockets.sync.client import ClientConnection, connect

from benchmarks.class_networks import TASK, trained
from rnn_compare.cli.main import main
from rnn_compare.explain.held_out import EXAMPLES
from rnn_compare.runs.record import Run
from tests.patience import PATIENCE

REQUIRE_VARIABLE = "RNN_COMPARE_REQUIRE_FIREFOX"
EVENTS = ["log.entryAdded", "network.beforeRequestSent"]
TYPED = "The film was not good, xyzzy! A waste of time; the acting is bad."
TYPE = """(words) => {
  const box = document.querySelector(".reader textarea");
  box.value = words;
  box.dispatchEvent(new Event("input"));
}"""
PREDICTIONS = """(words) => new Promise((resolve) => {
  const texts = (name) => [...document.querySelectorAll(name)].map((node) => node.textContent);
  const look = () => {
    const hasRead = texts(".rc-verdicts")[0].includes(words);
    if (!hasRead || texts(".rc-turning").some((text) => text.startsWith("Leaving out"))) return setTimeout(look, 50);
    const cards = [...document.querySelectorAll(".rc-verdict")].map((node) => Number(node.dataset.probability));
    return resolve(JSON.stringify([cards, texts(".rc-turning")]));
  };
  look();
})"""

TRAIN = """(words) => new Promise((resolve) => {
  const [cell, seed] = words.split(" ");
  document.querySelector(".train-controls select").value = cell;
  document.querySelector(".train-controls input").value = seed;
  document.querySelector(".train-controls button").click();
  const look = () => {
    const done = document.querySelector(".train-status").textContent.match(/([0-9.]+).% on held-out reviews/);
    if (!done) return setTimeout(look, 50);
    return resolve(JSON.stringify(`${done[1]}%`));
  };
  look();
})"""
VIOLATIONS = f"""async () => {{
  {Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")}
  const {{ violations }} = await axe.run();
  return JSON.stringify(violations.map(({{ id, nodes }}) => [id, nodes.length]));
}}"""


class Firefox:
    """A tab of a headless Firefox that has no network."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection, self._ids = connection, itertools.count()
        self.events: list[dict[str, Any]] = []
        self.ask("session.new", capabilities={})
        self._tab = self.ask("browsingContext.getTree")["contexts"][0]["context"]
        self.ask("session.subscribe", events=EVENTS)
        self.ask("emulation.setNetworkConditions", networkConditions={"type": "offline"}, contexts=[self._tab])

    def ask(self, method: str, **params: Any) -> Any:
        number = next(self._ids)
        self._connection.send(json.dumps({"id": number, "method": method, "params": params}))
        while (answer := json.loads(self._connection.recv(PATIENCE))).get("id") != number:
            self.events.append(answer)
        assert answer["type"] == "success", answer
        return answer["result"]

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


@pytest.mark.thorough
def test_the_books_recorded_pair_reads_in_firefox_like_the_command(
    recorded_page: Callable[[str], tuple[list[Run], Path]], firefox: Firefox, capsys: pytest.CaptureFixture[str]
) -> None:
    runs, file = recorded_page("book")

    def predicted(text: str) -> list[float]:
        assert [main(["predict", run.id, text, "--json"]) for run in runs] == [0] * len(runs)
        return [json.loads(line)["probabilities"]["positive"] for line in capsys.readouterr().out.splitlines()]

    firefox.open(file.as_uri())
    shown, _ = firefox.call(PREDICTIONS, "Read: ")
    assert shown == pytest.approx(predicted(EXAMPLES["Turn at the end"]), abs=1e-4)
    firefox.call(TYPE, TYPED)
    shown, sentences = firefox.call(PREDICTIONS, "unknown: “xyzzy”")
    assert shown == pytest.approx(predicted(TYPED), abs=1e-4)
    assert firefox.call(VIOLATIONS, "") == []
    [network] = trained([("SimpleRNN", 7)])  # with a phone's settings, which are the page's
    assert firefox.call(TRAIN, "SimpleRNN 7") == f"{network.best / TASK.held_out:.1%}"
    assert [text for text in sentences if "“waste”" not in text] == []
    urls = [event["params"]["request"]["url"] for event in firefox.events if event["method"] == EVENTS[1]]
    assert [url for url in urls if not url.startswith(("file:", "data:"))] == []
    assert [event for event in firefox.events if event["method"] == EVENTS[0]] == []
