"""What somebody has to read: the words in sight on 18 views, with the recordings that the program ships.

Not counted: names of pages, charts, code, and the reviews themselves.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.presets import ATTENTION, GATES
from tests.kit.caches import lend
from tests.kit.chromium import PATIENCE
from tests.kit.runs import shipped
from tests.kit.servers import serving
from tests.kit.visits import INSIDE, VISITS, Visit, ask, choose, unfold

MOST_WORDS = 1150
WORDS = r"""() => {
  const skipped = "svg, code, style, textarea, .katex, .rc-review, .rc-reading, .rc-written, "
    + "[data-testid=stToolbar], [data-testid=stIconMaterial]";
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange(), words = [];
  while (texts.nextNode()) {
    const text = texts.currentNode, parent = text.parentElement;
    range.selectNodeContents(text);
    const place = range.getBoundingClientRect(), frame = parent.getBoundingClientRect();
    if (Math.min(place.width, place.height, frame.width, frame.height) > 1
      && place.bottom > 0 && place.right > 0 && place.top < innerHeight && place.left < innerWidth
      && parent.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !parent.closest(skipped))
      words.push(...(text.textContent.match(/\S*\p{L}\S*/gu) ?? []));
  }
  return words;
}"""


def settled(page: Page) -> int:
    """Returns the number of words at the top of the page once it stays the same: a click may have scrolled it."""
    page.evaluate("() => (document.querySelector('[data-testid=stMain]') ?? document.scrollingElement).scrollTo(0, 0)")
    before, now = -1, 0
    while now != before:
        page.wait_for_timeout(700)
        before, now = now, len(page.evaluate(WORDS))
    return now


def test_16_views_have_few_words(
    prepared_cache: Path, tmp_path: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    lend(prepared_cache, tmp_path / "cache")
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    page = browser.new_page(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
    page.set_default_timeout(PATIENCE)
    counts: dict[str, int] = {}
    with serving(tmp_path / "cache") as server:
        runs = shipped(server.store, GATES, ATTENTION)
        gates, attention = (
            ",".join(run.id for run in runs if run.experiment in preset.experiments()) for preset in (GATES, ATTENTION)
        )
        views = (
            *(visit for visit in VISITS if not visit.path.startswith(("inside", "try", "wall"))),
            Visit("four networks", f"?show={gates}"),
            Visit("try", f"try?ask={gates}", ask),
            Visit("word by word", f"inside?ask={gates}", ask),
            *(Visit(view, f"inside?ask={gates}", choose(view)) for view in INSIDE),
            Visit("attention", f"inside?ask={attention}", choose("Attention")),
            Visit("before asking", f"try?ask={gates}"),
            Visit("own texts", "reviews", unfold("Your own texts")),
        )
        for visit in views:
            visit.open(page, server.url)
            counts[visit.name] = settled(page)
    page.close()
    print(sum(counts.values()), counts)
    assert len(counts) == 16
    assert sum(counts.values()) <= MOST_WORDS, counts
