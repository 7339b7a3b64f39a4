// The list of contents: a link to each part of the page that there is, and the place of whoever reads further down.

import { element } from "../../browser/common/dom.js";

export function buildContents() {
  const list = document.getElementById("contents");
  for (const heading of document.querySelectorAll("main section[id]:not([hidden]) > h2")) {
    const [title] = heading.textContent.split(":");
    element("a", "", list, title).href = `#${heading.parentElement.id}`;
  }
}

// What is above grows when a network that was trained below reads along: whoever has pressed below it stays there.
export function holdPlace(above) {
  let [height, isBelow] = [above.offsetHeight, false];
  for (const kind of ["pointerdown", "focusin"]) {
    addEventListener(kind, ({ target }) => {
      isBelow = Boolean(above.compareDocumentPosition(target) & Node.DOCUMENT_POSITION_FOLLOWING);
    });
  }
  new ResizeObserver(() => {
    const grown = above.offsetHeight - height;
    height += grown;
    const isEndSeen = above.getBoundingClientRect().bottom - grown < innerHeight;
    if (isBelow && isEndSeen) scrollBy(0, grown);
  }).observe(above);
}
