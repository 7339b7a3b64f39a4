"""The page in a second engine: the system's Firefox, from a file, off-line."""

from pathlib import Path

import pytest

from tests.kit.firefox import VIOLATIONS, Firefox
from tests.playground.test_playground_in_a_browser import SMALL

TRAIN = """(words) => new Promise((resolve) => {
  const result = () => {
    if (!document.body.innerText.includes(words)) return setTimeout(result, 50);
    const cards = [...document.querySelectorAll(".part-board .rc-card")].map(({ innerText }) => innerText);
    return resolve(JSON.stringify({ cards, verdict: document.querySelector(".verdict").innerText }));
  };
  const press = () => {
    const button = [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Train");
    if (!button || button.disabled) return setTimeout(press, 50);
    button.click();
    return result();
  };
  press();
})"""


@pytest.mark.thorough
def test_two_networks_are_trained_and_judged_in_firefox(site: Path, firefox: Firefox) -> None:
    firefox.open(f"{(site / 'page.html').as_uri()}{SMALL}&epochs=2")
    result = firefox.call(TRAIN, "All is trained")
    assert [card.split("\n")[0] for card in result["cards"]] == ["SimpleRNN(8)", "LSTM(8)"]
    assert all("finished, epoch 2 of 2" in card for card in result["cards"])
    assert "on held-out reviews" in result["verdict"]
    assert firefox.call(VIOLATIONS, "") == []
    assert [url for url in firefox.requests if not url.startswith(("file:", "data:", "blob:"))] == []
    assert firefox.logged == []
