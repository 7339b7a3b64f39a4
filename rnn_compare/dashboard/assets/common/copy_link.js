// The button Copy link: the address of the page, and the runs that it shows.

import { button, setText } from "../../../browser/common/dom.js";

const LABEL = "Copy link", DONE = "Link copied", FAILED = "Copy it from the address bar";
const ANSWERED = 2500; // milliseconds until the button has its label back
const buttons = new WeakMap();

export function render({ data, parentElement: place }) {
  if (!buttons.has(place)) {
    const node = button("rc-button", place, LABEL, async () => {
      setText(node, (await copy(node.dataset.link, place)) ? DONE : FAILED);
      setTimeout(setText, ANSWERED, node, LABEL);
    });
    node.setAttribute("aria-live", "polite");
    node.title = "The same runs and settings, for whoever reaches this server. For others: Take home.";
    buttons.set(place, node);
  }
  buttons.get(place).dataset.link = link(data);
}

export function dispose() {
  // The button goes with its place.
}

export function link({ show, url }, seen = location.href) {
  const address = new URL(url || seen);
  if (show) address.searchParams.set("show", show);
  return address.href;
}

async function copy(text, place) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Browsers offer no clipboard to a page that came over plain http.
  }
  const area = document.createElement("textarea"); // beside the button: a window keeps the focus within itself
  area.value = text;
  area.className = "rc-unseen";
  place.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}
