"""The page that reads in a second engine: the system's Firefox, off-line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rnn_compare.cli.main import main
from rnn_compare.explain.held_out import EXAMPLES
from rnn_compare.runs.record import Run
from tests.kit.firefox import VIOLATIONS, Firefox

PREDICTIONS = """(words) => new Promise((resolve) => {
  const look = () => {
    if (!document.querySelector(".rc-verdicts").textContent.includes(words)) return setTimeout(look, 50);
    const cards = [...document.querySelectorAll(".rc-verdict")];
    return resolve(JSON.stringify(cards.map((node) => Number(node.dataset.probability))));
  };
  look();
})"""


@pytest.mark.thorough
def test_the_books_recorded_pair_reads_in_firefox_like_the_command(
    recorded_page: Callable[[str], tuple[list[Run], Path]], firefox: Firefox, capsys: pytest.CaptureFixture[str]
) -> None:
    runs, file = recorded_page("book")
    assert [main(["predict", run.id, EXAMPLES["Turn at the end"], "--json"]) for run in runs] == [0] * len(runs)
    predicted = [json.loads(line)["probabilities"]["positive"] for line in capsys.readouterr().out.splitlines()]
    firefox.open(file.as_uri())
    assert firefox.call(PREDICTIONS, "Read: ") == pytest.approx(predicted, abs=1e-4)
    assert firefox.call(VIOLATIONS, "") == []
    assert [url for url in firefox.requests if not url.startswith(("file:", "data:"))] == []
    assert firefox.logged == []
