// The button Copy link: the address of the page, and the runs that it shows.

import { button, element, setText } from "../../../browser/common/dom.js";

const LABEL = "Copy link", DONE = "Link copied", ALONE = "Link copied (works on this computer only)";
const FOR_OTHERS = "For others: Invite the class, or a file.";
const FAILED = "Copy it from the address bar";
const ANSWERED = 5000; // milliseconds that the answer is shown, below the button: beside it, the page would move
const buttons = new WeakMap();

export function render({ data, parentElement: place }) {
  if (!buttons.has(place)) {
    const root = element("div", "rc-copy", place);
    const node = button("rc-button", root, LABEL, async () => {
      const copied = await copy(node.dataset.link, place);
      const here = isHereOnly(node.dataset.link);
      setText(answer, !copied ? FAILED : here ? `${ALONE}. ${FOR_OTHERS}` : DONE);
      clearTimeout(timer);
      timer = setTimeout(setText, ANSWERED, answer, "");
    });
    const answer = element("span", "rc-copied", root);
    answer.role = "status";
    let timer;
    buttons.set(place, node);
  }
  const node = buttons.get(place), address = link(data);
  node.dataset.link = address;
  const here = isHereOnly(address);
  const whom = here ? "on this computer only" : "for whoever reaches this server";
  node.title = `The same runs and settings, ${whom}. ${here ? FOR_OTHERS : "For others: a file."}`;
}

// base: the first page's address for other computers, if they can reach it.
export function link({ show, url, base }, seen = location.href) {
  const address = new URL(url || (base && isHereOnly(seen) ? `${base}/${new URL(seen).search}` : seen));
  if (show) address.searchParams.set("show", show);
  return address.href;
}

export function isHereOnly(address) {
  return /^(localhost|127\.[\d.]+|\[::1\])$/.test(new URL(address).hostname);
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
