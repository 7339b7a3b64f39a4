"""The page that reads in a second engine: the system's Firefox, off-line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.class_networks import TASK, trained
from rnn_compare.cli.main import main
from rnn_compare.explain.held_out import EXAMPLES
from rnn_compare.runs.record import Run
from tests.kit.firefox import VIOLATIONS, Firefox

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
    assert [url for url in firefox.requests if not url.startswith(("file:", "data:"))] == []
    assert firefox.logged == []
