"""A reader that a page builds without a server: networks come, take each other's place, and go."""

from typing import Any

from playwright.sync_api import Page, expect

from rnn_compare.cells.registry import cell
from rnn_compare.charts.palette import picture
from rnn_compare.experiment import Experiment
from rnn_compare.report.reader import LANGUAGES, formulas, layout
from tests.browser.bare_pages import LOOK, open_bare
from tests.kit.networks import random_weights

CELLS = ("LSTM", "SimpleRNN")
PAGE = f"""<body><section id="read"></section>
<script type="module">
  import {{ buildReader }} from "/browser/reading/reader.js";
  {formulas(map(cell, CELLS))}
  const root = document.getElementById("read");
  window.read = async (data) => {{ window.reader = await buildReader(root, data, FORMULAS); }};
</script>"""


def network(name: str, title: str, seed: int) -> list[Any]:
    """Returns the description of a small network, and its weights, as a page has them after a training."""
    experiment = Experiment(cell=name, units=3, embedding_size=4, maxlen=12, vocabulary_size=100)
    described: dict[str, Any] = {"id": f"own-{name}", "title": title, "note": "", "color": LOOK["color"]}
    described |= {"labels": ["bad", "good"], "dataset": "own", "in_english": True, **layout(experiment)}
    return [described, [weights.ravel().tolist() for weights in random_weights(experiment, seed=seed, size=2).values()]]


def test_a_readers_networks_are_added_replaced_and_removed(page: Page) -> None:
    open_bare(page, PAGE, "window.read")
    shared: dict[str, Any] = {"vocabularies": {"own": "the film was good and bad not"}, "languages": LANGUAGES}
    shared |= {"drawings": {name: picture(name).drawing for name in CELLS}, "examples": [], "networks": []}
    page.evaluate("read", shared)
    words = page.get_by_role("heading", name="Word by word")
    expect(words).to_be_hidden()
    page.get_by_label("Type a review in English").fill("the film was not good")
    for name, title, seed in (("LSTM", "first", 1), ("SimpleRNN", "second", 2), ("LSTM", "third", 3)):
        page.evaluate("([described, weights]) => reader.add(described, weights)", network(name, title, seed))
    expect(words).to_be_visible()
    expect(page.get_by_label("Type a review in English: the networks read along")).to_be_visible()
    expect(page.locator(".rc-card h3")).to_have_text(["third", "second"])
    expect(page.locator(".rc-cells > section")).to_have_count(2)
    page.evaluate("reader.remove('own-LSTM')")
    expect(page.locator(".rc-card h3")).to_have_text(["second"])
    expect(page.get_by_label("Type a review in English: second reads along")).to_be_visible()
    expect(page.locator(".rc-cells > section")).to_have_count(1)
    page.evaluate("reader.remove('own-SimpleRNN')")
    expect(words).to_be_hidden()
