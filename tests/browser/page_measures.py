"""What a browser measures of a page: its structure, texts that are cut off, and the words in sight."""

from playwright.sync_api import Page

STRUCTURE = """() => {
  const main = document.querySelector("[data-testid=stMain]") ?? document.body;
  const seen = (query) => [...main.querySelectorAll(query)].filter((node) =>
    node.checkVisibility({ visibilityProperty: true }) && node.getClientRects().length
    && !node.closest("[aria-hidden=true]"));
  const levels = seen("h1, h2, h3, h4, h5, h6").map((node) => Number(node.tagName[1]));
  const names = seen("button, a[href]").map((node) => `${node.ariaLabel ?? node.innerText.trim()} ${node.href ?? ""}`);
  const text = (node) => (node.querySelector("p") ?? node).innerText.trim();
  const others = seen("button, a[href]").filter((node) =>
    node.ariaLabel && /\\w{2}/.test(text(node)) && !node.ariaLabel.includes(text(node)));
  const wide = [document.documentElement, main].filter((node) => node.scrollWidth > node.clientWidth + 1);
  return [
    document.documentElement.lang === "en" ? "" : "the language is not named",
    levels.filter((level) => level === 1).length === 1 ? "" : `main headings: ${levels}`,
    levels.some((level, place) => level > (levels[place - 1] ?? 0) + 1) ? `a level is left out: ${levels}` : "",
    ...names.filter((name, place) => names.indexOf(name) !== place).map((name) => `two are called ${name}`),
    ...others.map((node) => `${text(node)} is called ${node.ariaLabel}`),
    ...wide.map((node) => `${node.scrollWidth} pixels wide, not ${node.clientWidth}`),
  ].filter(Boolean);
}"""
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
    p { margin-bottom: 2em !important; }`);
  document.adoptedStyleSheets = [sheet];
}"""
"""What somebody who reads with difficulty may set (WCAG 1.4.12)."""
_CUT = """() => {
  const cut = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text; (text = texts.nextNode());) {
    const parent = text.parentElement;
    if (!text.data.trim() || parent.closest("svg, style, script, noscript, .rc-unseen, .katex")) continue;
    if (parent.closest("[data-testid=stSidebar]")) continue;
    if (!parent.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const { left, right, top, bottom, width } = range.getBoundingClientRect();
    for (let frame = parent; width > 2 && frame !== document.body; frame = frame.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(frame), edge = frame.getBoundingClientRect();
      if (/auto|scroll/.test(overflowX + overflowY) || edge.width < 3) break;
      if ((overflowX !== "visible" && (right > edge.right + 2 || left < edge.left - 2))
        || (overflowY !== "visible" && (bottom > edge.bottom + 3 || top < edge.top - 3))) cut.push(text.data.trim());
    }
  }
  return cut;
}"""
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


def cut_texts(page: Page) -> list[str]:
    """Returns the texts that a frame cuts off."""
    texts: list[str] = page.evaluate(_CUT)
    return texts
